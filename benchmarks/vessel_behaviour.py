"""Behaviour of ships on simulated fleets: precision, recall, calibration, false events, beside fixed rules.

    python -m benchmarks.vessel_behaviour                    # test seeds, from 100
    python -m benchmarks.vessel_behaviour --seeds 100        # fewer
    python -m benchmarks.vessel_behaviour --worlds minute    # some worlds
    python -m benchmarks.vessel_behaviour --fit              # fit vessel_odds again on train seeds, under 100

Fixed rules, after public tools: rendezvous within 500 m under 2 kn for 2 h and 10 km from ports and anchorages (Miller
and others 2018); loitering under 2 kn on average for 4 h outside of ports and anchorages; a port call as one fix under
0.5 kn in the port's disc; speed over 1.5 times the ship's median; a turn of 60 degrees between two positions five
minutes apart over 5 kn; a stop as a fall from over 6 kn to under 1 kn within ten minutes; distress as any status 14.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import minimize

from ceasefire.detectors import (
    vessel_conduct,
    vessel_distress,
    vessel_events,
    vessel_meetings,
    vessel_odds,
    vessel_samples,
    vessel_stays,
    vessel_turns,
)
from ceasefire.detectors.vessel_clean import clean
from ceasefire.stats.scores import calibration_error, wilson
from ceasefire.testing.fleet import Fleet, Trouble, simulate
from ceasefire.testing.fleet_lanes import ANCHORAGES, PORTS

KINDS = ("rendezvous", "loitering", "port_call", "stop", "speed", "course", "distress")
TROUBLE = Trouble(
    rendezvous=12, loiterers=8, stops=10, distress=6, dashes=8, detours=8, services=6, trawls=4, crowds=2,
    beacon_slips=4,
    beacon_tests=4, gaps=8,
)  # fmt: skip
WORLDS: dict[str, dict[str, Any]] = {
    "dense": {"every_s": 10.0},
    "minute": {"every_s": 60.0},
    "ten minutes": {"every_s": 600.0},
    "outage 30 %": {"every_s": 60.0, "outage": 0.3},
    "noise x 5": {"every_s": 60.0, "noise": 5.0},
    "satellite": {"reception": "satellite"},
}
HELD_OUT = ("dense",)
"""Worlds that nothing was fitted on."""
LISTED = 6
"""Anchorages that the detectors are told; the others are not listed, as happens."""
GREY = {"loitering": ("rendezvous", "stop", "distress"), "stop": ("rendezvous",), "course": ("distress",)}
"""True events during which another kind is neither right nor wrong: ships in a rendezvous or after a stop do drift."""


class Found(NamedTuple):
    """One candidate."""

    mmsi: int
    others: tuple[int, ...]
    start: np.datetime64
    end: np.datetime64
    zone: str
    probability: float


def world(seed: int, name: str, hours: float = 48.0) -> Fleet:
    """Simulate one fleet of one world."""
    told = dict(WORLDS[name])
    noise = told.pop("noise", 1.0)
    trouble = Trouble(**{**TROUBLE.__dict__, "noise": noise})
    return simulate(seed=seed, ships=60, hours=hours, trouble=trouble, **told)


def discs() -> tuple[list[vessel_samples.Disc], list[vessel_samples.Disc]]:
    """Give the ports, and ports with the listed anchorages."""
    ports = [tuple(p) for p in PORTS]
    return ports, ports + [tuple(p) for p in ANCHORAGES[:LISTED]]


def gather(fleet: Fleet) -> tuple[dict[str, tuple[list[Found], dict[str, Any]]], Any, Any, dict[str, float]]:
    """Give the candidates of every kind with their numbers, the cleaned fixes, the samples and CPU seconds."""
    ports, zones = discs()
    cpu: dict[str, float] = {}

    def timed(what: str, how: Any) -> Any:
        began = time.process_time()
        out = how()
        cpu[what] = time.process_time() - began
        return out

    cleaned = timed("clean", lambda: clean(fleet.fixes, land=False))
    fixes = cleaned.fixes
    s = timed("sample", lambda: vessel_samples.sample(fixes))
    out: dict[str, tuple[list[Found], dict[str, Any]]] = {}

    def add(kind: str, first: Any, last: Any, numbers: Any, ship: Any, others: Any = None, zone: Any = None) -> None:
        a, b = s.times(first), s.times(last)
        found = [
            Found(
                int(m),
                (int(others[k]),) if others is not None else (),
                a[k],
                b[k],
                zone[k] if zone is not None else "",
                0.0,
            )
            for k, m in enumerate(s.mmsi[ship])
        ]
        out[kind] = found, numbers

    met, numbers = timed("rendezvous", lambda: vessel_meetings.candidates(s, zones, statics=fleet.statics))
    add("rendezvous", met.rows[met.first, 0], met.rows[met.last, 0], numbers, met.a, s.mmsi[met.b])
    stays, numbers = timed("loitering", lambda: vessel_stays.stay_candidates(s, zones, statics=fleet.statics))
    add("loitering", *stays, numbers, s.ship[stays.first])
    calls, which, numbers = timed("port_call", lambda: vessel_stays.call_candidates(s, ports))
    add("port_call", *calls, numbers, s.ship[calls.first], zone=[ports[k][0] for k in which])
    runs, numbers = timed("speed", lambda: vessel_conduct.speed_candidates(s, zones, statics=fleet.statics))
    add("speed", *runs, numbers, s.ship[runs.first])
    runs, numbers = timed("course", lambda: vessel_turns.course_candidates(s, zones, statics=fleet.statics))
    add("course", *runs, numbers, s.ship[runs.first])
    runs, numbers = timed("stop", lambda: vessel_conduct.stop_candidates(fixes, s, zones, statics=fleet.statics))
    add("stop", *runs, numbers, s.ship[runs.first])
    texts = fleet.texts
    spells, numbers = timed("distress", lambda: vessel_distress.candidates(fleet.fixes, zones, texts=texts))
    found = []
    for mmsi, rows, _, when in spells:
        span = (fleet.fixes.times[rows[0]], fleet.fixes.times[rows[-1]]) if len(rows) else (when, when)
        found.append(Found(mmsi, (), *span, "", 0.0))
    out["distress"] = found, numbers
    return out, fixes, s, cpu


class Truth(NamedTuple):
    """One true event."""

    ships: frozenset[int]
    start: np.datetime64
    end: np.datetime64
    zone: str
    heard: bool


def truths(fleet: Fleet, kind: str) -> list[Truth]:
    """Give the true events of a kind, and whether enough was received of all ships for anybody to tell."""
    out = []
    for e in fleet.events.where(kind=kind):
        start, end = (np.datetime64(t.replace(tzinfo=None), "ms") for t in (e.start, e.end))
        ships = (e.mmsi, *e.others) if kind == "rendezvous" else (e.mmsi,)
        heard = True
        for m in ships:
            t = fleet.fixes.ship(m).times
            t = t[(t >= start) & (t <= end)]
            heard &= len(t) >= 3 and bool(t[-1] - t[0] >= np.timedelta64(10 if kind != "distress" else 0, "m"))
        out.append(Truth(frozenset((e.mmsi, *e.others)), start, end, e.zone, heard))
    return out


def label(found: Iterable[Found], fleet: Fleet, kind: str, slack_min: int = 30) -> tuple[Any, list[int]]:
    """Give 1, 0 or NaN (grey) for each candidate, and the number of the true event it is, -1 where none."""
    slack = np.timedelta64(slack_min, "m")
    own = truths(fleet, kind)
    grey = [t for g in GREY.get(kind, ()) for t in truths(fleet, g)]
    out, which = [], []
    for f in found:
        hit = -1
        for k, t in enumerate(own):
            same = (f.mmsi in t.ships) if kind != "rendezvous" else frozenset((f.mmsi, *f.others)) == t.ships
            if same and (not t.zone or t.zone == f.zone) and f.start <= t.end + slack and f.end >= t.start - slack:
                hit = k
        which.append(hit)
        foggy = any(
            ({f.mmsi, *f.others} & t.ships) and f.start <= t.end + 4 * slack and f.end >= t.start - 4 * slack
            for t in grey
        )
        foggy |= kind == "course" and hit < 0 and _turned(fleet, f)
        out.append(1.0 if hit >= 0 else np.nan if foggy else 0.0)
    return np.array(out), which


def _turned(fleet: Fleet, f: Found) -> bool:
    """Tell whether the ship's true track turned by more than 60 degrees under way then, though nobody planted it."""
    t = np.arange(f.start - np.timedelta64(20, "m"), f.end + np.timedelta64(21, "m"), np.timedelta64(300, "s"))
    lon, lat = fleet.where(f.mmsi, t)
    east, north = np.diff(lon) * np.cos(np.radians(lat[1:])) * 111.2, np.diff(lat) * 111.2
    way = np.degrees(np.arctan2(east, north))
    turns = [np.abs((way[n:] - way[:-n] + 180.0) % 360.0 - 180.0) for n in (1, 3)]
    quick = np.hypot(east, north) > 0.5 * 1.852 * 5.0 / 12.0
    return bool(max(np.max(v, initial=0.0, where=np.isfinite(v)) for v in turns) > 60.0 and quick.mean() > 0.5)


def simple(fleet: Fleet, fixes: Any, s: Any) -> dict[str, list[Found]]:
    """Give the events of the fixed rules."""
    ports, zones = discs()
    edge, _ = vessel_samples.edge_km(s.lon, s.lat, zones)
    out: dict[str, list[Found]] = {k: [] for k in KINDS}
    far = np.flatnonzero((edge > 10.0) & (s.speed_kn < 2.0))
    met = vessel_meetings.meetings(s, far, s.slot[far])
    close = met.apart_km < 0.5
    for k in range(len(met.a)):
        at = np.arange(met.first[k], met.last[k] + 1)[close[met.first[k] : met.last[k] + 1]]
        if len(at) and (s.slot[met.rows[at[-1], 0]] - s.slot[met.rows[at[0], 0]]) * s.step_s >= 7200:
            t = s.times(met.rows[at[[0, -1]], 0])
            out["rendezvous"].append(Found(int(s.mmsi[met.a[k]]), (int(s.mmsi[met.b[k]]),), t[0], t[1], "", 1.0))

    def runs(kind: str, mask: Any, join_s: float, least_h: float, zone: str = "") -> None:
        found = vessel_samples.runs(s, mask, join_s=join_s)
        for a, b in zip(*found, strict=True):
            if (s.slot[b] - s.slot[a]) * s.step_s / 3600.0 >= least_h:
                t = s.times(np.array([a, b]))
                out[kind].append(Found(int(s.mmsi[s.ship[a]]), (), t[0], t[1], zone, 1.0))

    runs("loitering", (s.speed_kn < 2.0) & (edge > 0), 10_800.0, 4.0)
    for port in ports:
        inside = vessel_samples.edge_km(s.lon, s.lat, [port])[0] <= 0
        runs("port_call", inside & (s.speed_kn < 0.5), 86_400.0, 0.0, port[0])
    begins = s.first()
    median = np.array([np.median(v[v > 5.0]) if (v > 5.0).any() else 99.0 for v in np.split(s.speed_kn, begins[1:-1])])
    runs("speed", (s.speed_kn > 1.5 * median[s.ship]) & (edge > 0), 7200.0, 0.0)
    same = (np.diff(s.ship) == 0) & (np.diff(s.slot) == 1) & (edge[1:] > 0)
    turn = np.abs((np.diff(s.course_deg) + 180.0) % 360.0 - 180.0)
    for r in np.flatnonzero(same & (turn > 60.0) & (s.speed_kn[1:] > 5.0) & (s.speed_kn[:-1] > 5.0)) + 1:
        t = s.times(np.array([r - 1, r]))
        out["course"].append(Found(int(s.mmsi[s.ship[r]]), (), t[0], t[1], "", 1.0))
    fast = (fixes.speed_kn > 6.0).astype(int)
    for r in np.flatnonzero(
        (s.speed_kn < 1.0) & (edge > 0) & np.append(False, (s.speed_kn[:-1] >= 1.0) & (np.diff(s.ship) == 0))
    ):
        row = int(s.row[r])
        back = np.arange(max(row - 400, 0), row)
        back = back[
            (fixes.mmsi[back] == fixes.mmsi[row]) & (fixes.times[row] - fixes.times[back] < np.timedelta64(600, "s"))
        ]
        if fast[back].any():
            t = s.times(np.array([r, r]))
            out["stop"].append(Found(int(s.mmsi[s.ship[r]]), (), t[0], t[1], "", 1.0))
    sart = fleet.fixes.keep(fleet.fixes.status == 14)
    for m in np.unique(sart.mmsi):
        t = sart.times[sart.mmsi == m]
        out["distress"].append(Found(int(m), (), t[0], t[-1], "", 1.0))
    return out


def fit(numbers: dict[str, Any], labels: Any, ridge: float = 1.0) -> dict[str, float]:
    """Fit a logistic model with a ridge on all but the constant."""
    names = list(numbers)
    x = np.column_stack([np.ones(len(labels)), *(numbers[n] for n in names)])

    def loss(w: Any) -> tuple[float, Any]:
        z = x @ w
        p = 1 / (1 + np.exp(-np.clip(z, -500, 500)))
        value = np.sum(np.logaddexp(0, z) - labels * z) + 0.5 * ridge * np.sum(w[1:] ** 2)
        return float(value), x.T @ (p - labels) + ridge * np.append(0.0, w[1:])

    w = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 2000}).x
    return {n: round(float(v), 3) for n, v in zip(["one", *names], w, strict=True)}


def fit_all(seeds: Iterable[int], worlds: Iterable[str]) -> dict[str, dict[str, float]]:
    """Fit the weights of all kinds on train seeds."""
    kept: dict[str, list[tuple[dict[str, Any], Any]]] = {k: [] for k in KINDS}
    for name in worlds:
        for seed in seeds:
            fleet = world(seed, name)
            for kind, (found, numbers) in gather(fleet)[0].items():
                labels, _ = label(found, fleet, kind)
                if len(labels):
                    good = np.isfinite(labels)
                    kept[kind].append(({n: np.asarray(v)[good] for n, v in numbers.items()}, labels[good]))
            print(f"{name} {seed}: {len(fleet.fixes)} fixes", file=sys.stderr)
    out = {}
    for kind, parts in kept.items():
        numbers = {n: np.concatenate([p[0][n] for p in parts]) for n in parts[0][0]}
        labels = np.concatenate([p[1] for p in parts])
        out[kind] = fit(numbers, labels)
        print(f"{kind}: {len(labels)} candidates, {labels.mean():.2f} right", file=sys.stderr)
    return out


class Score:
    """Counts of one kind in one world."""

    def __init__(self) -> None:
        self.p: list[float] = []
        self.y: list[float] = []
        self.true = self.heard = self.got = self.false = self.right = 0

    def add(self, found: list[Found], labels: Any, which: list[int], own: list[Truth]) -> None:
        """Add one fleet; an event is declared from a probability of one half."""
        p = np.array([f.probability for f in found])
        said = p >= 0.5
        good = np.isfinite(labels)
        self.p += p[good & (p >= 0.05)].tolist()
        self.y += labels[good & (p >= 0.05)].tolist()
        self.true += len(own)
        self.heard += sum(t.heard for t in own)
        hit = {w for w, s in zip(which, said, strict=True) if s and w >= 0}
        self.got += sum(own[w].heard for w in hit)
        self.right += int((said & (labels == 1)).sum())
        self.false += int((said & (labels == 0)).sum())

    def line(self, days: float) -> str:
        """Give precision, recall of heard events, ECE, false events per 1,000 ship-days."""
        n = self.right + self.false
        low, high = (float(v) for v in wilson(self.right, n)) if n else (np.nan, np.nan)
        precision = self.right / n if n else float("nan")
        recall = self.got / self.heard if self.heard else float("nan")
        ece = calibration_error(self.p, self.y) if self.p and max(self.p) < 1.0 else float("nan")
        return (
            f"{precision:5.2f} ({low:.2f}-{high:.2f}) {recall:6.2f} of {self.heard:4d} heard of {self.true:4d} "
            f"{ece:6.3f} {1000 * self.false / days:8.1f}"
        )


def main() -> None:
    """Print one line for each world, kind and method."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[100, 101, 102])
    parser.add_argument("--worlds", nargs="+", default=list(WORLDS))
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--train", type=int, nargs="+", default=[0, 1, 2])
    args = parser.parse_args()
    if args.fit:
        for kind, weights in fit_all(args.train, [w for w in args.worlds if w not in HELD_OUT]).items():
            print(f'    "{kind}": {weights},')
        return
    total: dict[tuple[str, str], Score] = {}
    spent: dict[str, float] = {}
    rows, all_days = 0, 0.0
    print(f"{'world':12s} {'kind':11s} {'method':6s} precision (95 %)  recall                    ECE  false/1,000 days")
    for name in args.worlds:
        scores: dict[tuple[str, str], Score] = {}
        days = 0.0
        for seed in args.seeds:
            fleet = world(seed, name)
            found, fixes, s, cpu = gather(fleet)
            for what, seconds in cpu.items():
                spent[what] = spent.get(what, 0.0) + seconds
            rows += len(fleet.fixes)
            days += len(fleet.fixes.ships()[0]) * 2.0
            fixed = simple(fleet, fixes, s)
            for kind in KINDS:
                ours = found[kind][0]
                if ours:
                    odds = vessel_odds.log_odds(kind, found[kind][1])
                    p = np.minimum(1 / (1 + np.exp(-odds)), vessel_events.MOST)
                    ours = [f._replace(probability=float(v)) for f, v in zip(ours, p, strict=True)]
                own = truths(fleet, kind)
                for method, events in (("ours", ours), ("fixed", fixed[kind])):
                    labels, which = label(events, fleet, kind)
                    for store, key in ((scores, (kind, method)), (total, (kind, method))):
                        store.setdefault(key, Score()).add(events, labels, which, own)
        all_days += days
        for (kind, method), score in scores.items():
            print(f"{name:12s} {kind:11s} {method:6s} {score.line(days)}", flush=True)
    for (kind, method), score in total.items():
        print(f"{'all':12s} {kind:11s} {method:6s} {score.line(all_days)}")
    print(f"{rows} fixes, {all_days:.0f} ship-days; CPU seconds per 1,000,000 fixes: ", end="")
    print(", ".join(f"{what} {seconds / rows * 1e6:.2f}" for what, seconds in spent.items()))


if __name__ == "__main__":
    main()
