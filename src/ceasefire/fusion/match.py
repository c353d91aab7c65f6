"""Observations of one event become one group: reports that could all be true of one instant and one place.

The rule is simple on purpose (decision 0003; statistics replace it behind the same function): two reports may be of
one event when their times, discs, acts and objects agree; groups grow from the closest pairs, and only while one
instant and one place exist that all members could mean. A report that knows only the region never joins two events,
and neither does a sensor that knows only the weeks (radar between two passes, lights between two clear nights): each
goes to the one event that it can mean, or stands alone. What one statement lists at different times stays apart. What a
party says about the object separates nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow.compute as pc
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from ceasefire.fusion.columns import Coded, numbered
from ceasefire.fusion.compatible import acts_match, matrix, objects_match
from ceasefire.fusion.merge import Discs, merge
from ceasefire.fusion.priors import Priors
from ceasefire.model.records import Observation
from ceasefire.model.table import Table

_EARTH_KM = 6371.0088
_SLACK_HOURS = 2.0
SLOW_HOURS = 72.0
"""A sensor whose interval is longer does not tell when; it tells that something happened between two looks."""
_STRETCH = 1.41
"""A disc holds its place with 90 %; stretched by this, with 99 % (radii of a two-dimensional normal error)."""
_Array = np.ndarray[Any, Any]


def match(observations: Table[Observation], priors: Priors) -> _Array:
    """Group observations into incidents.

    Parameters
    ----------
    observations
        n observations, each with a place and an act that makes incidents.
    priors
        `same_hours` and `same_km` bound how far apart reports of one event may be.

    Returns
    -------
    Group of each observation, shape (n,), numbered from 0 in order of the earliest member.

    Notes
    -----
    Cost grows with the number of pairs closer than the bounds, so at constant density with n log n.
    """
    n = len(observations)
    if n == 0:
        return np.zeros(0, dtype=np.int64)
    view = _View(observations)
    slow = view.slow & (view.radius <= priors.same_km)
    fine = np.flatnonzero((view.radius <= priors.same_km) & ~slow)
    groups = np.arange(n)
    if len(fine):
        groups[fine] = _grow(view, fine, priors)
    if slow.any():
        groups = _attach_slow(view, groups, fine, np.flatnonzero(slow), priors)
    coarse = np.flatnonzero(view.radius > priors.same_km)
    if len(coarse):
        groups = _attach(view, groups, fine, coarse)
    return _number(groups, view.start)


class _View:
    """The columns that matching reads, as arrays."""

    def __init__(self, observations: Table[Observation]) -> None:
        start = observations.column("start").astype(np.int64) / 3600.0
        end = observations.column("end").astype(np.int64) / 3600.0
        self.start, self.end, self.mid = start, end, (start + end) / 2
        sensor = Coded.of(observations.arrow.column("procedure")).equals("sensor")
        self.slow = sensor & (end - start > SLOW_HOURS)
        self.radius = np.maximum(observations.column("radius_km"), 0.05)
        lon, lat = np.radians(observations.column("lon")), np.radians(observations.column("lat"))
        self.xyz = _EARTH_KM * np.c_[np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]
        column = observations.arrow.column
        acts, things = Coded.of(column("act")), Coded.of(column("object_class"))
        if "" not in things.names:
            things = Coded(np.append("", things.names), things.code + 1)
        self.act, self.object, self.region = acts.code, things.code, Coded.of(column("region")).code
        self.acts_match, self.objects_match = matrix(acts.names, acts_match), matrix(things.names, objects_match)
        self.names_object = things.names != ""
        # parties overstate what was hit: their word on the object keeps no two reports apart (0 is no object)
        self.thing = np.where(Coded.of(column("channel")).equals("party"), 0, self.object)
        origin = column("origin")
        self.origin = numbered(pc.if_else(pc.equal(origin, ""), column("id"), origin))


def _grow(view: _View, fine: _Array, priors: Priors) -> _Array:
    i, j, cost = _pairs(view, fine, priors)
    n = len(fine)
    _, label = connected_components(coo_array((np.ones(len(i), bool), (i, j)), shape=(n, n)), directed=False)
    bad = _impossible(view, fine, label)
    broken = np.flatnonzero(bad[label[i]])
    if len(broken):
        inside = bad[label]
        label[inside] = n + _taken_apart(view, fine, i[broken], j[broken], cost[broken])[inside]
    # a group is named by its first member, so that names do not depend on the order of merging
    _, first, inverse = np.unique(label, return_index=True, return_inverse=True)
    return np.asarray(fine[first][inverse])


def _pairs(view: _View, fine: _Array, priors: Priors) -> tuple[_Array, _Array, _Array]:
    hours_to_km = priors.same_km / priors.same_hours
    tree = cKDTree(np.c_[view.xyz[fine], view.mid[fine, None] * hours_to_km])
    pairs = tree.query_pairs(priors.same_km, p=np.inf, output_type="ndarray")
    i, j = fine[pairs[:, 0]], fine[pairs[:, 1]]
    keep = _possible(view, i, j, priors)
    km = np.linalg.norm(view.xyz[i] - view.xyz[j], axis=1)
    same_object = view.object[i] == view.object[j]
    hours = np.abs(view.mid[i] - view.mid[j])
    cost = km / priors.same_km + hours / priors.same_hours + np.where(same_object, 0.0, 0.5)
    return pairs[keep, 0], pairs[keep, 1], cost[keep]


def _possible(view: _View, i: _Array, j: _Array, priors: Priors, *, later_hours: float = 0.0) -> _Array:
    """Tell which pairs can be one event; with `later_hours`, if the second were so much earlier than it says."""
    km = np.linalg.norm(view.xyz[i] - view.xyz[j], axis=1)
    latest = np.maximum(view.start[i], view.start[j] - later_hours)
    gap = latest - np.minimum(view.end[i], view.end[j] - later_hours)
    reach = _STRETCH * np.hypot(view.radius[i], view.radius[j])
    keep = (km <= np.minimum(reach, priors.same_km)) & (gap <= _SLACK_HOURS)
    keep &= view.acts_match[view.act[i], view.act[j]] & view.objects_match[view.thing[i], view.thing[j]]
    listed_apart = (view.origin[i] == view.origin[j]) & (gap > 0.0)
    return np.asarray(keep & ~listed_apart)


def _impossible(view: _View, fine: _Array, label: _Array) -> _Array:
    """Mark the groups whose members cannot all mean one instant, one place and one object; shape (groups,)."""
    k = int(label.max()) + 1
    latest_start, earliest_end = np.full(k, -np.inf), np.full(k, np.inf)
    np.maximum.at(latest_start, label, view.start[fine])
    np.minimum.at(earliest_end, label, view.end[fine])
    precision = view.radius[fine] ** -2.0
    total = np.bincount(label, precision, k)
    centre = np.stack([np.bincount(label, view.xyz[fine, d] * precision, k) / total for d in range(3)], axis=1)
    away = np.linalg.norm(view.xyz[fine] - centre[label], axis=1) - _STRETCH * view.radius[fine]
    furthest = np.full(k, -np.inf)
    np.maximum.at(furthest, label, away)
    bad = (latest_start - earliest_end > _SLACK_HOURS) | (furthest > 0.0)
    for codes, allowed in ((view.thing[fine], view.objects_match), (view.act[fine], view.acts_match)):
        held = np.zeros((k, len(allowed)), dtype=np.float32)
        held[label, codes] = 1
        bad |= ((held @ ~allowed) * held).any(axis=1)
    return np.asarray(bad)


def _taken_apart(view: _View, fine: _Array, i: _Array, j: _Array, cost: _Array) -> _Array:
    members = Discs(
        start=view.start[fine],
        end=view.end[fine],
        xyz=view.xyz[fine],
        precision=view.radius[fine] ** -2.0,
        reach=(_STRETCH * view.radius[fine]) ** 2,
        kinds=((view.act[fine], view.acts_match), (view.thing[fine], view.objects_match)),
    )
    return merge(members, i, j, cost, slack_hours=_SLACK_HOURS)


def _attach(view: _View, groups: _Array, fine: _Array, coarse: _Array) -> _Array:
    """Give each region-wide report to the one event it can mean; where there are none or several, it stands alone."""
    order = fine[np.lexsort((view.start[fine], view.region[fine]))]
    regions, starts = view.region[order], view.start[order]
    longest = (view.end[fine] - view.start[fine]).max(initial=0.0) + _SLACK_HOURS
    day = np.floor(view.mid[coarse] / 24.0).astype(np.int64)
    alone: dict[tuple[int, int, int, int], int] = {}
    for c, d in zip(coarse.tolist(), day.tolist(), strict=True):
        a, b = np.searchsorted(regions, [view.region[c], view.region[c] + 1])
        first, last = np.searchsorted(starts[a:b], [view.start[c] - longest, view.end[c] + _SLACK_HOURS])
        near = order[a + first : a + last]
        may = (
            (view.start[near] <= view.end[c])
            & (view.end[near] >= view.start[c])
            & view.acts_match[view.act[near], view.act[c]]
            & view.objects_match[view.object[near], view.object[c]]
            & view.names_object[view.object[near]]
            & view.names_object[view.object[c]]
        )
        found = np.unique(groups[near[may]])
        if len(found) == 1:
            groups[c] = found[0]
        else:
            groups[c] = alone.setdefault((view.region[c], view.act[c], view.object[c], d), c)
    return groups


def _attach_slow(view: _View, groups: _Array, fine: _Array, slow: _Array, priors: Priors) -> _Array:
    """Give each slow sensor's observation to the one event in its interval and place; those left join one another."""
    near = cKDTree(view.xyz[fine]).query_ball_point(view.xyz[slow], priors.same_km) if len(fine) else [[]] * len(slow)
    left = []
    for k, some in zip(slow.tolist(), near, strict=True):
        there = fine[np.array(sorted(some), dtype=np.int64)]
        found = np.unique(groups[there[_possible(view, there, np.full(len(there), k), priors)]])
        if len(found) == 1:
            groups[k] = found[0]
        else:
            left.append(k)
    rest = np.array(left, dtype=np.int64)
    pairs = cKDTree(view.xyz[rest]).query_pairs(priors.same_km, output_type="ndarray") if len(rest) > 1 else []
    for a, b in sorted(map(tuple, np.asarray(pairs, dtype=np.int64).reshape(-1, 2).tolist())):
        members = np.flatnonzero(groups[rest] == groups[rest[a]])
        if _possible(view, rest[members], np.full(len(members), rest[b]), priors).all():
            groups[rest[b]] = groups[rest[a]]
    return groups


def _number(groups: _Array, start: _Array) -> _Array:
    names, inverse = np.unique(groups, return_inverse=True)
    earliest = np.full(len(names), np.inf)
    np.minimum.at(earliest, inverse, start)
    rank = np.empty(len(names), dtype=np.int64)
    rank[np.lexsort((names, earliest))] = np.arange(len(names))
    return np.asarray(rank[inverse])
