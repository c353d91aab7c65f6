"""The three simulated worlds of linkage, and their score: made anew here with the parameters stated in the issue.

Incidents happen at towns (a tenth of them hot), on a day, with one of five kinds. Each is reported once, and again a
Poisson number of times; a report may name one of the five nearest towns, the next day, or any of the kinds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

_Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Reports:
    """What is seen of the world (place, day, kind of each report), and what is not: `incident`."""

    points_km: _Array
    town: _Array
    day: _Array
    kind: _Array
    incident: _Array


def world(
    seed: int,
    *,
    incidents: int = 4000,
    days: int = 60,
    reports_each: float = 2.2,
    lag: float = 0.25,
    kind_error: float = 0.15,
    place_error: float = 0.25,
    side_km: float = 200.0,
    towns: int = 1500,
) -> Reports:
    """Simulate one world; `clean` has lag and errors 0, `dense` 12,000 incidents."""
    random = np.random.default_rng(seed)
    points = random.uniform(0, side_km, (towns, 2))
    hot = random.choice(towns, towns // 10)
    place = np.where(
        random.random(incidents) < 0.7, random.choice(hot, incidents), random.integers(0, towns, incidents)
    )
    day = random.integers(0, days, incidents)
    kind = random.choice(5, incidents, p=[0.4, 0.25, 0.15, 0.1, 0.1])
    of = np.repeat(np.arange(incidents), 1 + random.poisson(reports_each - 1, incidents))
    n = len(of)
    near = cKDTree(points).query(points, 6)[1]
    wrong = random.random(n) < place_error
    town = np.where(wrong, near[place[of], random.integers(1, 6, n)], place[of])
    said = day[of] + (random.random(n) < lag)
    named = np.where(random.random(n) < kind_error, random.integers(0, 5, n), kind[of])
    return Reports(points[town], town, said, named, of)


WORLDS: dict[str, dict[str, Any]] = {
    "clean": {"lag": 0.0, "kind_error": 0.0, "place_error": 0.0},
    "typical": {},
    "dense": {"incidents": 12_000},
}


def one_per_day(reports: Reports) -> _Array:
    """Group by the same town, day and kind: the rule that is in use."""
    return np.unique(np.c_[reports.town, reports.day, reports.kind], axis=0, return_inverse=True)[1].ravel()


def pair_score(truth: _Array, label: _Array) -> tuple[float, float, float, float]:
    """Precision, recall and F1 over pairs of reports, and groups found per true incident."""

    def pairs(counts: _Array) -> float:
        return float((counts * (counts - 1) // 2).sum())

    same = np.unique(truth, return_counts=True)[1]
    found = np.unique(label, return_counts=True)[1]
    both = np.unique(np.c_[truth, label], axis=0, return_counts=True)[1]
    precision = pairs(both) / max(pairs(found), 1.0)
    recall = pairs(both) / max(pairs(same), 1.0)
    f1 = 2 * precision * recall / max(precision + recall, 1e-12)
    return precision, recall, f1, len(found) / len(same)
