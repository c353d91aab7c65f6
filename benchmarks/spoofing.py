"""False positions and jamming on simulated fleets, beside the usual shortcuts, and false alarms on quiet seas.

    python -m benchmarks.spoofing [--seeds 100 101 102] [--parts found quiet real] [--data DIR]

The rules were set on fleets of seeds under 100; these are others. Counted is per planted thing: found, if an event of
its kind names its ship (for areas: lies within its disc) in its time. Those of which fewer than `HEARD` messages were
received are counted apart: nobody could know of them. The shortcuts, in the same run: two positions faster than 60 kn,
a position on land, a message without a place or flag.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from ceasefire.detectors.jamming_areas import jamming
from ceasefire.detectors.jamming_ships import between
from ceasefire.detectors.vessel_identity import identity
from ceasefire.detectors.vessel_spoofing import spoofing
from ceasefire.detectors.vessel_steps import steps
from ceasefire.geo.distance import km
from ceasefire.geo.fixes import Fixes, Statics
from ceasefire.geo.seas import on_land
from ceasefire.model.vessel import VesselEvent
from ceasefire.testing.fleet import Fleet, Trouble, simulate

HEARD = 6
"""Messages of a planted thing that must have been received for it to be found at all."""
SHIPS = 3
"""And of an area, so many ships."""
KINDS = ("spoofing.circle", "spoofing.inland", "spoofing.displaced", "jamming", "identity.shared", "identity.changed")
PLANTED = Trouble(circles=4, inland=4, displaced=1, jammed=2)
CASES: dict[str, dict[str, Any]] = {
    "each minute": {"every_s": 60.0},
    "noise of 50 m": {"every_s": 60.0, "trouble": {"noise": 5.0}},
    "each ten minutes": {"every_s": 600.0},
    "30 % outage": {"every_s": 60.0, "outage": 0.3},
}


def seconds(when: Any) -> float:
    return float(when.timestamp())


def found_by(truth: VesselEvent, event: VesselEvent) -> bool:
    """Tell whether an event is of a planted thing: its ship, or its disc, in its time."""
    if seconds(event.end) < seconds(truth.start) - 600 or seconds(event.start) > seconds(truth.end) + 600:
        return False
    if truth.mmsi:
        return truth.mmsi == event.mmsi or truth.mmsi in event.others
    return float(km(truth.lon, truth.lat, event.lon, event.lat)) <= truth.radius_km + event.radius_km


def received(fleet: Fleet, truth: VesselEvent) -> bool:
    """Tell whether enough was received of a planted thing."""
    f = fleet.fixes
    t = f.times.astype("M8[s]").astype(np.int64)
    inside = (t >= seconds(truth.start)) & (t <= seconds(truth.end))
    if truth.kind.startswith("identity"):
        numbers = {truth.mmsi, *truth.others}
        return all(np.sum(f.mmsi == m) >= HEARD for m in numbers)
    if truth.mmsi:
        return int(np.sum(inside & (f.mmsi == truth.mmsi) & (fleet.flaw == 3))) >= HEARD
    lon, lat = fleet.where(f.mmsi[inside], f.times[inside])
    near = km(truth.lon, truth.lat, lon, lat) <= truth.radius_km
    flaw = 4 if truth.kind == "jamming" else 3
    return len(np.unique(f.mmsi[inside][near & (fleet.flaw[inside] == flaw)])) >= SHIPS


def shortcuts(fixes: Fixes) -> list[tuple[str, int, float, float, float]]:
    """Give the alarms of the usual rules: kind, ship, second, place; one for each ship and hour."""
    out: dict[tuple[str, int, int], tuple[str, int, float, float, float]] = {}
    t = fixes.times.astype("M8[ms]").astype(np.int64) / 1000.0
    s = steps(fixes)
    with np.errstate(divide="ignore", invalid="ignore"):
        fast = np.hypot(s.east_km, s.north_km) / 1.852 > 60.0 * np.maximum(s.hours, 1e-6)
    marks = [("spoofing", s.after[fast]), ("spoofing", np.flatnonzero(on_land(fixes.lon, fixes.lat)))]
    marks.append(("jamming", np.flatnonzero(~np.isfinite(fixes.lon) | ~fixes.accurate)))
    lon, lat = between(fixes)
    for kind, rows in marks:
        for r in rows.tolist():
            key = (kind, int(fixes.mmsi[r]), int(t[r] // 3600))
            out.setdefault(key, (kind, int(fixes.mmsi[r]), float(t[r]), float(lon[r]), float(lat[r])))
    return list(out.values())


def score(fleets: list[Fleet]) -> None:
    planted, heard, got, right, wrong, other = (Counter[str]() for _ in range(6))
    belief: list[tuple[float, bool]] = []
    short = Counter[str]()
    cpu = 0.0
    for fleet in fleets:
        began = time.process_time()
        events = [*spoofing(fleet.fixes, least=0.1), *jamming(fleet.fixes, least=0.1)]
        cpu += time.process_time() - began
        events += identity(fleet.fixes, fleet.statics, least=0.1)
        truths = [e for e in fleet.events if e.kind in KINDS]
        for truth in truths:
            planted[truth.kind] += 1
            if not received(fleet, truth):
                continue
            heard[truth.kind] += 1
            mine = [e for e in events if e.probability >= 0.5 and e.kind == truth.kind and found_by(truth, e)]
            got[truth.kind] += bool(mine)
        for event in events:
            family = event.kind.split(".")[0]
            same = [t for t in truths if t.kind.split(".")[0] == family and _of(t, event, fleet)]
            belief.append((event.probability, bool(same)))
            if event.probability >= 0.5:
                right[event.kind] += bool(same)
                wrong[event.kind] += not same
                other[event.kind] += bool(same) and all(t.kind != event.kind for t in same)
        _score_shortcuts(fleet, truths, short)
    for kind in sorted({*planted, *right, *wrong}):
        k, n = right[kind], right[kind] + wrong[kind]
        print(
            f"  {kind:20s} planted {planted[kind]:3d}, heard {heard[kind]:3d}, found {got[kind]:3d}"
            f" (recall {_share(got[kind], heard[kind])}); events {n:3d}, of a planted thing {k:3d}"
            f" (precision {_share(k, n)}), of another kind {other[kind]}"
        )
    for family in ("spoofing", "jamming"):
        n = short[f"{family} alarms"]
        print(f"  shortcut, {family}: {n} ship-hours named, {_share(short[f'{family} right'], n)} of them rightly")
    p, hit = (np.array(v, dtype=float) for v in zip(*belief, strict=True))
    bins = np.digitize(p, (0.5, 0.9, 0.99))
    text = ", ".join(f"{p[bins == b].mean():.2f} said {hit[bins == b].mean():.2f} true ({(bins == b).sum()})"
                     for b in range(4) if (bins == b).any())  # fmt: skip
    print(f"  probabilities: {text}")
    total = sum(len(f.fixes) for f in fleets)
    print(f"  {total:,} fixes, {cpu:.1f} s of processor, {total / max(cpu, 1e-9):,.0f} fixes a second")


def _score_shortcuts(fleet: Fleet, truths: list[VesselEvent], short: Counter[str]) -> None:
    alarms = shortcuts(fleet.fixes)
    ship = np.array([a[1] for a in alarms])
    when = np.array([a[2] for a in alarms])
    lon, lat = fleet.where(ship, (1000 * when).astype(np.int64).astype("M8[ms]"))
    for family in ("spoofing", "jamming"):
        mine = np.array([a[0] == family for a in alarms])
        right = np.zeros(len(alarms), dtype=bool)
        for t in truths:
            if t.kind.split(".")[0] == family:
                inside = (when >= seconds(t.start) - 600) & (when <= seconds(t.end) + 600)
                right |= inside & ((ship == t.mmsi) if t.mmsi else km(t.lon, t.lat, lon, lat) <= t.radius_km)
        short[f"{family} alarms"] += int(mine.sum())
        short[f"{family} right"] += int((mine & right).sum())


def _of(truth: VesselEvent, event: VesselEvent, fleet: Fleet) -> bool:
    """Tell whether an event is of a planted thing of its family; an event of a ship in a displaced area counts."""
    if truth.mmsi or not event.mmsi:
        return found_by(truth, event)
    if seconds(event.end) < seconds(truth.start) - 600 or seconds(event.start) > seconds(truth.end) + 600:
        return False
    middle = np.array([1000.0 * (seconds(max(event.start, truth.start)) + seconds(min(event.end, truth.end))) / 2.0])
    x, y = fleet.where([event.mmsi], middle.astype(np.int64).astype("M8[ms]"))
    return bool(km(truth.lon, truth.lat, x[0], y[0]) <= truth.radius_km)


def _share(k: int, n: int) -> str:
    return f"{k / n:.2f}" if n else "-"


def quiet(fleets: list[Fleet]) -> None:
    """Print false alarms on fleets with nothing planted, and the 95 % upper limit."""
    days = sum(_ship_days(f.fixes) for f in fleets)
    events = [e for f in fleets for e in (*spoofing(f.fixes), *jamming(f.fixes), *identity(f.fixes, f.statics))]
    _alarms(Counter(e.kind for e in events), days)


def _ship_days(fixes: Fixes) -> float:
    hours = np.unique(np.stack([fixes.mmsi.astype(np.int64), fixes.times.astype("M8[h]").astype(np.int64)]), axis=1)
    return hours.shape[1] / 24.0


def _alarms(kinds: Counter[str], days: float) -> None:
    from scipy.stats import chi2

    n = sum(v for k, v in kinds.items() if not k.startswith("identity"))
    top = float(chi2.ppf(0.95, 2 * n + 2)) / 2.0
    rate, most = 1000 * n / days, 1000 * top / days
    print(
        f"  {days:,.1f} ship-days heard: {n} of spoofing or jamming, {rate:.2f} per 1,000 ship-days, at most {most:.1f}"
    )
    print(f"  all kinds: {dict(kinds)}")


def real(folder: Path) -> None:
    """Print alarms on the real files: nothing is known to have been spoofed there."""
    from ceasefire.sources import ais

    for path in sorted((folder / "ais").glob("*")):
        if path.suffix in {".md", ".chk"} or path.name == "gpsd_COPYING":
            continue
        got = ais.read([path], source="ais")
        fixes: Fixes = got.fixes
        statics: Statics = got.statics
        events = [*spoofing(fixes), *jamming(fixes), *identity(fixes, statics)]
        print(f" {path.name}: {len(fixes)} fixes of {len(fixes.ships()[0])} numbers")
        for e in events:
            print(f"    {e.kind} {e.probability:.2f} {e.why}")
        if len(fixes):
            _alarms(Counter(e.kind for e in events), _ship_days(fixes))


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--seeds", type=int, nargs="+", default=[100, 101, 102])
    ask.add_argument("--parts", nargs="+", default=["found", "quiet", "real"])
    ask.add_argument("--cases", nargs="+", default=list(CASES))
    ask.add_argument("--ships", type=int, default=200)
    ask.add_argument("--hours", type=float, default=72.0)
    ask.add_argument("--data", type=Path, default=None, help="folder with ais/")
    given = ask.parse_args()
    if "found" in given.parts:
        for name in given.cases:
            how = dict(CASES[name])
            trouble = Trouble(**{**PLANTED.__dict__, **how.pop("trouble", {})})
            print(f"{name}, {len(given.seeds)} fleets of {given.ships} ships, {given.hours:.0f} h")
            score([simulate(seed=s, ships=given.ships, hours=given.hours, trouble=trouble, **how) for s in given.seeds])
    if "quiet" in given.parts:
        calm = Trouble().__dict__ | dict.fromkeys(
            ("circles", "inland", "displaced", "jammed", "shared", "identities"), 0
        )
        print("nothing planted but gaps, dark ships, meetings, loitering, clocks, jumps and noise")
        quiet(
            [
                simulate(seed=s, ships=given.ships, hours=given.hours, trouble=Trouble(**calm), every_s=60.0)
                for s in given.seeds
            ]
        )
    if "real" in given.parts and given.data is not None:
        print("real files, nothing planted")
        real(given.data)


if __name__ == "__main__":
    main()
