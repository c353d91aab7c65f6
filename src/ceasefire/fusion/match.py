"""Observations of one event become one group: reports that could all be true of one instant and one place.

The rule is simple on purpose (decision 0003; statistics replace it behind the same function): two reports may be of
one event when their times, discs, acts and objects agree; groups grow from the closest pairs, and only while one
instant and one place exist that all members could mean. A report that knows only the region never joins two events,
and what one statement lists at different times stays apart. What a party says about the object separates nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from ceasefire.fusion.columns import coded
from ceasefire.fusion.compatible import acts_match, matrix, objects_match
from ceasefire.fusion.priors import Priors
from ceasefire.model.records import Observation
from ceasefire.model.table import Table

_EARTH_KM = 6371.0088
_SLACK_HOURS = 2.0
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
    fine = np.flatnonzero(view.radius <= priors.same_km)
    groups = np.arange(n)
    if len(fine):
        groups[fine] = _grow(view, fine, priors)
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
        self.radius = np.maximum(observations.column("radius_km"), 0.05)
        lon, lat = np.radians(observations.column("lon")), np.radians(observations.column("lat"))
        self.xyz = _EARTH_KM * np.c_[np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]
        acts, self.act = coded(observations.column("act"))
        objects, self.object = coded(np.append(observations.column("object_class"), ""))
        self.object = self.object[:-1]
        _, self.region = coded(observations.column("region"))
        self.acts_match, self.objects_match = matrix(acts, acts_match), matrix(objects, objects_match)
        self.names_object = objects != ""
        # parties overstate what was hit: their word on the object keeps no two reports apart (0 is no object)
        self.thing = np.where(observations.column("channel") == "party", 0, self.object)
        origin = observations.column("origin")
        _, self.origin = coded(np.where(origin == "", observations.column("id"), origin))


def _grow(view: _View, fine: _Array, priors: Priors) -> _Array:
    i, j, cost = _pairs(view, fine, priors)
    n = len(fine)
    _, label = connected_components(coo_array((np.ones(len(i), bool), (i, j)), shape=(n, n)), directed=False)
    bad = _impossible(view, fine, label)
    broken = np.flatnonzero(bad[label[i]])
    if len(broken):
        inside = bad[label]
        label[inside] = n + _merge(view, fine, i[broken], j[broken], cost[broken])[inside]
    # a group is named by its first member, so that names do not depend on the order of merging
    _, first, inverse = np.unique(label, return_index=True, return_inverse=True)
    return np.asarray(fine[first][inverse])


def _pairs(view: _View, fine: _Array, priors: Priors) -> tuple[_Array, _Array, _Array]:
    hours_to_km = priors.same_km / priors.same_hours
    tree = cKDTree(np.c_[view.xyz[fine], view.mid[fine, None] * hours_to_km])
    pairs = tree.query_pairs(priors.same_km, p=np.inf, output_type="ndarray")
    i, j = fine[pairs[:, 0]], fine[pairs[:, 1]]
    km = np.linalg.norm(view.xyz[i] - view.xyz[j], axis=1)
    gap = np.maximum(view.start[i], view.start[j]) - np.minimum(view.end[i], view.end[j])
    reach = _STRETCH * np.hypot(view.radius[i], view.radius[j])
    keep = (km <= np.minimum(reach, priors.same_km)) & (gap <= _SLACK_HOURS)
    keep &= view.acts_match[view.act[i], view.act[j]] & view.objects_match[view.thing[i], view.thing[j]]
    listed_apart = (view.origin[i] == view.origin[j]) & (gap > 0.0)
    keep &= ~listed_apart
    same_object = view.object[i] == view.object[j]
    hours = np.abs(view.mid[i] - view.mid[j])
    cost = km / priors.same_km + hours / priors.same_hours + np.where(same_object, 0.0, 0.5)
    return pairs[keep, 0], pairs[keep, 1], cost[keep]


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


def _merge(view: _View, fine: _Array, i: _Array, j: _Array, cost: _Array) -> _Array:
    """Join the closest pairs first, each only while the group stays possible; returns a root per member.

    Plain lists and bit masks, because groups are small and there are many of them: a mask holds the kinds of acts
    (or objects) in a group, another those that every one of them can be the same event with.
    """
    n = len(fine)
    parent = list(range(n))
    start, end = view.start[fine].tolist(), view.end[fine].tolist()
    kinds, kinds_allowed = _masks(view.act[fine], view.acts_match)
    things, things_allowed = _masks(view.thing[fine], view.objects_match)
    radius = view.radius[fine]
    discs = list(
        zip(*view.xyz[fine].T.tolist(), (radius**-2.0).tolist(), ((_STRETCH * radius) ** 2).tolist(), strict=True)
    )
    members: list[list[int] | None] = [None] * n

    def root(x: int) -> int:
        while parent[x] != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x

    order = np.lexsort((j, i, cost))
    for p, q in zip(i[order].tolist(), j[order].tolist(), strict=True):
        a, b = root(p), root(q)
        if a == b:
            continue
        latest, earliest = max(start[a], start[b]), min(end[a], end[b])
        if latest - earliest > _SLACK_HOURS:
            continue
        if kinds[a] & ~kinds_allowed[b] or kinds[b] & ~kinds_allowed[a]:
            continue
        if things[a] & ~things_allowed[b] or things[b] & ~things_allowed[a]:
            continue
        both = (members[a] or [a]) + (members[b] or [b])
        if not _one_place([discs[m] for m in both]):
            continue
        keep, drop = min(a, b), max(a, b)
        parent[drop], members[keep], members[drop] = keep, both, None
        start[keep], end[keep] = latest, earliest
        kinds[keep], kinds_allowed[keep] = kinds[a] | kinds[b], kinds_allowed[a] & kinds_allowed[b]
        things[keep], things_allowed[keep] = things[a] | things[b], things_allowed[a] & things_allowed[b]
    return np.array([root(x) for x in range(n)])


def _masks(codes: _Array, allowed: _Array) -> tuple[list[int], list[int]]:
    """Give each member its own bit, and the bits of all codes that it can be one event with."""
    of = [sum(1 << c for c in np.flatnonzero(row).tolist()) for row in allowed]
    listed = codes.tolist()
    return [1 << c for c in listed], [of[c] for c in listed]


def _one_place(discs: list[tuple[float, float, float, float, float]]) -> bool:
    """Tell whether the middle of all discs, the precise ones counting more, lies in each stretched disc.

    A disc is its centre, its precision and the square of its stretched radius.
    """
    x = y = z = total = 0.0
    for px, py, pz, precision, _ in discs:
        x, y, z, total = x + precision * px, y + precision * py, z + precision * pz, total + precision
    x, y, z = x / total, y / total, z / total
    return all((px - x) ** 2 + (py - y) ** 2 + (pz - z) ** 2 <= reach for px, py, pz, _, reach in discs)


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


def _number(groups: _Array, start: _Array) -> _Array:
    names, inverse = np.unique(groups, return_inverse=True)
    earliest = np.full(len(names), np.inf)
    np.minimum.at(earliest, inverse, start)
    rank = np.empty(len(names), dtype=np.int64)
    rank[np.lexsort((names, earliest))] = np.arange(len(names))
    return np.asarray(rank[inverse])
