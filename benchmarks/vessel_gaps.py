"""Cleaning, reception and gaps on simulated seas, with and without 30 % of the stations' time lost.

    python -m benchmarks.vessel_gaps                # test seeds 100, 101, 102
    python -m benchmarks.vessel_gaps 11 12          # seeds of one's own; those under 100 were used for fitting

A silence is a true gap where the ship was on this sea and its transmitter off for half of it or more; a ship that left
through a strait and came back has switched nothing off. The baseline calls every silence of an
hour or more a gap; the second takes away those in cells where fewer than half of the messages were ever heard.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from ceasefire.detectors.vessel_clean import clean
from ceasefire.detectors.vessel_gaps import silences
from ceasefire.geo.reception import Reception
from ceasefire.stats.counts import interval
from ceasefire.testing.fleet import Fleet, simulate

Array = np.ndarray[Any, Any]
SHORT, WEEK = (150, 36, 30.0), (60, 192, 60.0)
"""Ships, hours, and seconds from which one message of a ship is kept."""


def ece(p: Array, y: Array, bins: int = 10) -> float:
    """Give the expected calibration error in bins of equal width."""
    b = np.minimum((p * bins).astype(int), bins - 1)
    return float(sum(abs(p[b == k].sum() - y[b == k].sum()) for k in range(bins)) / max(len(p), 1))


def brier_of_reception(fleet: Fleet, reception: Reception) -> tuple[float, float, float]:
    """Give the Brier score of `chance`, of the truth itself, and of one number for all, at places where ships are."""
    random = np.random.default_rng(1)
    fleet_s = float((fleet.end - fleet.start) / np.timedelta64(1, "s"))
    hull, t = random.integers(0, len(fleet.ships), 20_000), random.uniform(0, fleet_s, 20_000)
    lon, lat = fleet.moves.at(hull, t)
    here = np.isfinite(lon)
    times = fleet.start + (t[here] * 1000).astype("m8[ms]")
    true = fleet.received(lon[here], lat[here], times)
    chance = reception.chance(lon[here], lat[here], times)
    true, chance = true[np.isfinite(chance)], chance[np.isfinite(chance)]
    mean = true.mean()
    return (
        float((true * (1 - chance) ** 2 + (1 - true) * chance**2).mean()),
        float((true * (1 - true)).mean()),
        float(mean * (1 - mean)),
    )


def _off(fleet: Fleet, mmsi: int, times: Array) -> float:
    """Give the share of instants at which a ship was on this sea and sent nothing."""
    mine = np.full(len(times), mmsi)
    return float((np.isfinite(fleet.where(mine, times)[0]) & ~fleet.broadcasts(mine, times)).mean())


def one(seed: int, outage: float, world: tuple[int, int, float]) -> dict[str, Any]:
    """Measure one sea of so many ships, hours and seconds between kept messages."""
    ships, hours, every_s = world
    fleet = simulate(seed=seed, ships=ships, hours=hours, every_s=every_s, outage=outage)
    cleaned = clean(fleet.fixes, land=False)
    reception = Reception.estimate(cleaned.fixes, start=fleet.start, end=fleet.end)
    found = silences(cleaned.fixes, reception, track=cleaned.track, unplaced=cleaned.unplaced)
    f = cleaned.fixes
    share = np.linspace(0.02, 0.98, 41)
    y = np.array([
        _off(fleet, int(f.mmsi[a]), f.times[a] + share * (f.times[b] - f.times[a])) >= 0.5
        for a, b in zip(found.before, found.after, strict=True)
    ])  # fmt: skip
    cells = reception.rates.heard.sum(axis=1)
    at = reception._cell(f.lon[found.before], f.lat[found.before])
    kept = np.zeros(len(fleet.fixes), dtype=bool)
    kept[cleaned.rows] = True
    placed = np.isfinite(fleet.fixes.lon)
    good, jump, copy = (placed & (fleet.flaw == k) for k in (0, 1, 2))
    return {
        "p": found.probability, "y": y.astype(bool), "well": (at >= 0) & (cells[at] >= 0.5),
        "brier": brier_of_reception(fleet, reception), "good_out": int((good & ~kept).sum()), "good": int(good.sum()),
        "jump_in": int((jump & kept).sum()), "jump": int(jump.sum()), "copy_in": int((copy & kept).sum()),
        "copy": int(copy.sum()), "clocks": (cleaned.clocks, fleet.skew_s),
    }  # fmt: skip


def main(seeds: list[int]) -> None:
    """Print all."""
    for world, outage in ((SHORT, 0.02), (SHORT, 0.3), (WEEK, 0.02)):
        print(
            f"seeds {seeds}: {world[0]} ships, {world[1]} h, one message in {world[2]:.0f} s at most, patchy reception"
        )
        got = [one(seed, outage, world) for seed in seeds]
        p, y, well = (np.concatenate([g[k] for g in got]) for k in ("p", "y", "well"))
        print(f"stations down {outage:.0%} of the time: {len(p)} silences of an hour or more, {y.sum()} of them off")
        rules = {"ours, P > 0.5": p > 0.5, "every silence": p >= 0, "where half is heard": well}
        for name, said in rules.items():
            right, wrong = int((said & y).sum()), int((said & ~y).sum())
            low, high = interval(wrong, 1.0)
            precision, recall = right / max(right + wrong, 1), right / max(int(y.sum()), 1)
            print(
                f"  {name:20} precision {precision:.3f}  recall {recall:.3f}  "
                f"false {wrong} ({float(low):.1f} to {float(high):.1f})"
            )
        print(
            f"  calibration error {ece(p, y):.4f} over all silences, {ece(p[p > 0.05], y[p > 0.05]):.3f} over P > 0.05"
        )
        b = np.mean([g["brier"] for g in got], axis=0)
        print(f"  reception: Brier {b[0]:.4f}; the truth itself {b[1]:.4f}; one number for all {b[2]:.4f}")
        sums = {k: sum(g[k] for g in got) for k in ("good_out", "good", "jump_in", "jump", "copy_in", "copy")}
        print(
            f"  cleaning: {sums['good_out']} of {sums['good']} true fixes thrown away; kept {sums['jump_in']} of "
            f"{sums['jump']} impossible ones and {sums['copy_in']} of {sums['copy']} copies"
        )
        print(f"  clocks (found, true): {[g['clocks'] for g in got]}")


if __name__ == "__main__":
    main([int(v) for v in sys.argv[1:]] or [100, 101, 102])
