"""Which incident is which true event, and which reports were put together.

Why likelihood and not distance: an incident known only to a region lies near everything; measured by its own disc it
would take the truth from one that names the street. So a pair's cost is how unlikely the truth's place and time are
under the incident's disc and interval, and a wide disc costs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from ceasefire.geo.distance import km, unit_vectors
from ceasefire.model.records import Incident, Observation
from ceasefire.model.table import Table
from ceasefire.model.taxonomy import covers
from ceasefire.testing.scored import Grouping
from ceasefire.testing.truth import Truth

Array = np.ndarray[Any, Any]

_EARTH_KM = 6371.0088
_ROWS = 4000


def match(incidents: Table[Incident], truth: Truth, *, slack: float = 1.5, slack_hours: float = 12.0) -> Array:
    """Give the number of the true event that each incident is of; -1 for none. Shape (incidents,).

    A pair is possible where the truth lies within `slack` times the incident's disc (at least 2 km) and within
    `slack_hours` of its interval. The cost of a pair is, up to a constant, minus the log likelihood of a true place
    that is Rayleigh-distributed with 90 % inside the disc and a time uniform over the interval; an act that cannot be
    the same adds 2. Cheapest pairs are taken first, each incident and each truth once.

    Parameters
    ----------
    incidents
        What fusion gave.
    truth
        What happened.
    slack
        Factor on the disc's radius; 1.5 holds 99.4 % of honest discs.
    slack_hours
        Hours before and after the interval.

    Raises
    ------
    ValueError
        A slack is not positive.
    """
    if slack <= 0 or slack_hours < 0:
        raise ValueError("slack must be positive and slack_hours not negative")
    row, event, cost = _pairs(incidents, truth, slack, slack_hours * 3600)
    of = np.full(len(incidents), -1, dtype=np.int64)
    taken = np.zeros(len(truth.id), dtype=bool)
    for k in np.lexsort((event, row, cost)).tolist():
        i, t = int(row[k]), int(event[k])
        if of[i] < 0 and not taken[t]:
            of[i] = t
            taken[t] = True
    return of


def grouping(incidents: Table[Incident], observations: Table[Observation], truth: Truth, matched: Array) -> Grouping:
    """Score how reports were put together, pair by pair.

    Parameters
    ----------
    incidents, observations
        A run's.
    truth
        With `told`: which row tells of which event.
    matched
        Which incidents match a true event, shape (incidents,).

    Source: pairwise precision and recall are the usual measure of record linkage (D. Menestrina, S. E. Whang and H.
    Garcia-Molina, "Evaluating entity resolution results", Proceedings of the VLDB Endowment 3 (2010) 208-219).
    """
    group, event = _told(incidents, observations, truth)
    names, event = np.unique(event, return_inverse=True)
    both = np.unique(np.stack([group, event]), axis=1, return_counts=True)[1] if len(group) else np.zeros(0)
    together, of_one = _pairs_in(np.bincount(group)), _pairs_in(np.bincount(event))
    right = _pairs_in(both)
    precision, recall = (right / n if n else float("nan") for n in (together, of_one))
    real = np.zeros(len(incidents), dtype=bool)
    real[group] = True
    return Grouping(
        events=len(names),
        incidents=int(real.sum()),
        precision=precision,
        recall=recall,
        f1=2 * precision * recall / (precision + recall) if precision + recall > 0 else float("nan"),
        split=int((real & ~matched).sum()),
        invented=int((~real & ~matched).sum()),
    )


def tells(incidents: Table[Incident], observations: Table[Observation], truth: Truth) -> Array:
    """Tell which incidents hold an observation of something that happened, shape (incidents,)."""
    out = np.zeros(len(incidents), dtype=bool)
    out[_told(incidents, observations, truth)[0]] = True
    return out


def _told(incidents: Table[Incident], observations: Table[Observation], truth: Truth) -> tuple[Array, Array]:
    """Give (incident, event) of every observation that tells of something that happened."""
    rows = zip(observations.column("granule").tolist(), observations.column("line").tolist(), strict=True)
    told = [truth.told.get(row, "") for row in rows]
    event_of = {o: e for o, e in zip(observations.column("id").tolist(), told, strict=True) if e}
    column = incidents.arrow.column("observations").combine_chunks()
    group = np.repeat(np.arange(len(incidents)), column.value_lengths().to_numpy(zero_copy_only=False))
    event = np.array([event_of.get(o, "") for o in column.flatten().to_pylist()], dtype=str)
    return group[event != ""], event[event != ""]


def _pairs_in(sizes: Array) -> int:
    return int((sizes * (sizes - 1) // 2).sum())


def _pairs(incidents: Table[Incident], truth: Truth, slack: float, seconds: float) -> tuple[Array, Array, Array]:
    lon, lat = incidents.column("lon"), incidents.column("lat")
    radius = np.maximum(incidents.column("radius_km"), 2.0 / slack)
    start, end = (incidents.column(c).astype(np.int64).astype(float) for c in ("start", "end"))
    time = truth.time.astype(np.int64).astype(float)
    by_time = np.argsort(time, kind="stable")
    place = unit_vectors(truth.lon, truth.lat)
    chord = 2.0 * np.sin(np.minimum(slack * radius / _EARTH_KM, np.pi) / 2.0)
    placed = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat) & np.isfinite(radius))
    order = placed[np.argsort(start[placed], kind="stable")]
    rows, found = [], []
    for at in range(0, len(order), _ROWS):
        some = order[at : at + _ROWS]
        first, last = np.searchsorted(time[by_time], [start[some].min() - seconds, end[some].max() + seconds])
        near = by_time[first:last]
        if not len(near):
            continue
        balls = cKDTree(place[near]).query_ball_point(unit_vectors(lon[some], lat[some]), chord[some] + 1e-9)
        number = np.array([len(b) for b in balls])
        row, event = np.repeat(some, number), near[np.concatenate([*balls, []]).astype(np.int64)]
        gap = np.maximum(np.maximum(start[row] - time[event], time[event] - end[row]), 0.0)
        keep = gap <= seconds
        rows.append(row[keep])
        found.append(event[keep])
    row = np.concatenate([*rows, np.empty(0, dtype=np.int64)]).astype(np.int64)
    event = np.concatenate([*found, np.empty(0, dtype=np.int64)]).astype(np.int64)
    away = km(lon[row], lat[row], truth.lon[event], truth.lat[event])
    gap = np.maximum(np.maximum(start[row] - time[event], time[event] - end[row]), 0.0) / 3600
    hours = np.maximum((end[row] - start[row]) / 3600, 1.0)
    cost = np.log(10.0) * (away / radius[row]) ** 2 + 2.0 * np.log(radius[row]) + np.log(hours) + gap / 4.0
    return row, event, cost + 2.0 * ~_same_act(incidents.column("act")[row], truth.act[event])


def _same_act(one: Array, other: Array) -> Array:
    """Tell which pairs of acts can be one event: one covers the other, or heat was all that was seen."""
    names, code = np.unique(np.r_[one, other].astype(str), return_inverse=True)
    table = np.array(
        [[covers((a,), b) or covers((b,), a) or "fire" in (a, b) for b in names] for a in names], dtype=bool
    ).reshape(len(names), len(names))
    return np.asarray(table[code[: len(one)], code[len(one) :]])
