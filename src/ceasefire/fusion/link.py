"""Observations of one event by Fellegi-Sunter linkage: what can be one event, weighed against what chance would bring.

The rule of `match` joins whatever can be of one instant and place. Where much happens that is too much: two strikes on
a town in one night can be one, but need not be. Here a possible pair counts by how much oftener such pairs occur than
between reports of different days, and groups grow only while their pairs are of one event on average. It learns from
the observations alone; where there are too few to learn from, the rule decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from ceasefire.fusion.compatible import acts_match, matrix, objects_match
from ceasefire.fusion.match import match
from ceasefire.fusion.priors import Priors
from ceasefire.model.records import Observation
from ceasefire.model.table import Table
from ceasefire.stats.merge import average_linkage
from ceasefire.stats.pairs import PairModel

_Array = np.ndarray[Any, Any]
_EARTH_KM = 6371.0088
_SLACK_HOURS = 2.0
_STRETCH = 1.41
_SHIFT_DAYS = (3, 5, 8)
_FEWEST = 200
"""With fewer pairs to learn from, the rule decides."""
_RADII_KM, _RATIOS, _SPANS_HOURS = (2.0, 6.0, 12.0, 25.0), (0.1, 0.35, 0.7, 1.0), (3.0, 8.0)
_SIZES = (25, 6, 2, 3, 3)


def link(observations: Table[Observation], priors: Priors, *, least: float = 0.4) -> _Array:
    """Group observations into incidents, learning from them how reports of one event agree.

    Parameters
    ----------
    observations
        n observations, each with a place and an act that makes incidents.
    priors
        `same_hours` and `same_km` bound how far apart reports of one event may be.
    least
        Groups are joined while the mean probability over their pairs is at least this. Half the pair F1 that is
        reached is the best threshold for it (Lipton and others 2014); F1 is about 0.8 in simulated cases.

    Returns
    -------
    Group of each observation, shape (n,), numbered from 0 in order of the earliest member: as `match` gives.
    """
    n = len(observations)
    by_rule = match(observations, priors)
    fine = np.flatnonzero(observations.column("radius_km") <= priors.same_km)
    if len(fine) < 2:
        return by_rule
    view = _View.of(observations.keep(fine), priors)
    pairs = _near(view, priors, days=0)
    possible = _possible(view, *pairs, days=0)
    if possible.sum() < _FEWEST:
        return by_rule
    i, j = pairs[0][possible], pairs[1][possible]
    model, busy = _learn(view, i, j, priors)
    if model is None:
        return by_rule
    tree = average_linkage(
        i,
        j,
        model.probability(_levels(view, i, j, days=0), np.sqrt(busy[i] * busy[j])),
        len(fine),
        lowest=least,
        apart=(pairs[0][~possible], pairs[1][~possible]),
    )
    groups = _checked(tree.cut(least), i, j, by_rule[fine])
    return _number(_with_coarse(n, fine, groups, by_rule), observations.column("start").astype(np.int64))


@dataclass(frozen=True)
class _View:
    start: _Array
    end: _Array
    xyz: _Array
    radius: _Array
    act: _Array
    object: _Array
    origin: _Array
    source: _Array
    acts_match: _Array
    objects_match: _Array
    blank: int
    hours_to_km: float

    @classmethod
    def of(cls, observations: Table[Observation], priors: Priors) -> _View:
        start = observations.column("start").astype(np.int64) / 3600.0
        end = observations.column("end").astype(np.int64) / 3600.0
        lon, lat = np.radians(observations.column("lon")), np.radians(observations.column("lat"))
        acts, act = np.unique(observations.column("act").astype(str), return_inverse=True)
        said = observations.column("object_class").astype(str)
        # what a party says about the object keeps nothing apart
        said[observations.column("procedure").astype(str) == "claim"] = ""
        objects, thing = np.unique(np.append(said, ""), return_inverse=True)
        origin = observations.column("origin").astype(str)
        unknown = origin == ""
        origin = np.where(unknown, observations.column("id").astype(str), origin)
        return cls(
            start=start,
            end=end,
            xyz=_EARTH_KM * np.c_[np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)],
            radius=np.maximum(observations.column("radius_km"), 0.05),
            act=act,
            object=thing[:-1],
            origin=np.unique(origin, return_inverse=True)[1],
            source=np.unique(observations.column("source").astype(str), return_inverse=True)[1],
            acts_match=matrix(acts, acts_match),
            objects_match=matrix(objects, objects_match),
            blank=int(thing[-1]),
            hours_to_km=priors.same_km / priors.same_hours,
        )


def _near(view: _View, priors: Priors, *, days: int) -> tuple[_Array, _Array]:
    """Pairs within the bounds; with `days`, of a report and one that many days later."""
    at = np.c_[view.xyz, (view.start + view.end)[:, None] / 2 * view.hours_to_km]
    if days == 0:
        pairs = cKDTree(at).query_pairs(priors.same_km, p=np.inf, output_type="ndarray")
        return pairs[:, 0], pairs[:, 1]
    later = at.copy()
    later[:, 3] -= days * 24.0 * view.hours_to_km
    near = cKDTree(at).sparse_distance_matrix(cKDTree(later), priors.same_km, p=np.inf, output_type="ndarray")
    return near["i"].astype(np.int64), near["j"].astype(np.int64)


def _possible(view: _View, i: _Array, j: _Array, *, days: int) -> _Array:
    """Tell which pairs can be one event: discs, intervals, acts and objects meet, and no statement lists both."""
    km = np.linalg.norm(view.xyz[i] - view.xyz[j], axis=1)
    gap = _gap(view, i, j, days)
    out = (km <= _STRETCH * np.hypot(view.radius[i], view.radius[j])) & (gap <= _SLACK_HOURS)
    out &= view.acts_match[view.act[i], view.act[j]] & view.objects_match[view.object[i], view.object[j]]
    return np.asarray(out & ~((view.origin[i] == view.origin[j]) & (gap > 0.0)))


def _gap(view: _View, i: _Array, j: _Array, days: int) -> _Array:
    by = days * 24.0
    latest = np.maximum(view.start[i], view.start[j] - by)
    return np.asarray(latest - np.minimum(view.end[i], view.end[j] - by))


def _levels(view: _View, i: _Array, j: _Array, *, days: int) -> list[_Array]:
    """Compare pairs: place by precision, time by precision, act, object, and who says it."""
    both_km = np.hypot(view.radius[i], view.radius[j])
    ratio = np.linalg.norm(view.xyz[i] - view.xyz[j], axis=1) / both_km
    place = np.digitize(both_km, _RADII_KM) * 5 + np.digitize(ratio, _RATIOS)
    span = np.maximum(view.end[i] - view.start[i], view.end[j] - view.start[j])
    time = np.digitize(span, _SPANS_HOURS) * 2 + (_gap(view, i, j, days) > 0.0)
    act = (view.act[i] != view.act[j]).astype(np.int64)
    blank = (view.object[i] == view.blank) | (view.object[j] == view.blank)
    thing = np.where(blank, 1, np.where(view.object[i] == view.object[j], 0, 2))
    who = np.where(view.origin[i] == view.origin[j], 0, np.where(view.source[i] == view.source[j], 1, 2))
    return [place, time, act, thing, who]


def _learn(view: _View, i: _Array, j: _Array, priors: Priors) -> tuple[PairModel | None, _Array]:
    """Fit the weights; and tell how busy each report's place and time is, in coincidences relative to its like."""
    span = float(view.end.max() - view.start.min()) / 24.0
    shifts = [d for d in _SHIFT_DAYS if d < span / 2]
    if not shifts:
        return None, np.ones(len(view.start))
    chance: list[list[_Array]] = [[] for _ in _SIZES]
    met = np.zeros(len(view.start))
    for days in shifts:
        a, b = _near(view, priors, days=days)
        keep = _possible(view, a, b, days=days)
        a, b = a[keep], b[keep]
        met += np.bincount(a, minlength=len(met)) + np.bincount(b, minlength=len(met))
        for k, level in enumerate(_levels(view, a, b, days=days)):
            chance[k].append(level)
    # a shifted copy meets each two reports twice, the one before the other and after it, but misses the last days
    passes = 2 * sum(1.0 - d / span for d in shifts)
    met /= passes
    like = np.digitize(view.radius, _RADII_KM) * 3 + np.digitize(view.end - view.start, _SPANS_HOURS)
    mean = (np.bincount(like, met) / np.maximum(np.bincount(like), 1))[like]
    model = PairModel(_SIZES).fit(_levels(view, i, j, days=0), [np.concatenate(c) for c in chance], shifts=passes)
    return model, (met + 1.0) / (mean + 1.0)


def _checked(groups: _Array, i: _Array, j: _Array, by_rule: _Array) -> _Array:
    """Split a group of which not every pair is possible by what the rule says."""
    size = np.bincount(groups)
    inside = groups[i] == groups[j]
    pairs = np.bincount(groups[i[inside]], minlength=len(size))
    whole = pairs == size * (size - 1) // 2
    return np.unique(np.c_[groups, np.where(whole[groups], -1, by_rule)], axis=0, return_inverse=True)[1].ravel()


def _with_coarse(n: int, fine: _Array, groups: _Array, by_rule: _Array) -> _Array:
    """Let a coarse report go where most of the fine reports went that the rule puts it with, else stay as it is."""
    out = by_rule + len(groups)
    out[fine] = groups
    coarse = np.setdiff1d(np.arange(n), fine)
    rule, group = by_rule[fine], groups
    pairs, count = np.unique(np.c_[rule, group], axis=0, return_counts=True)
    order = np.lexsort((pairs[:, 1], -count, pairs[:, 0]))
    pairs = pairs[order]
    first = np.flatnonzero(np.diff(pairs[:, 0], prepend=-1))
    to = dict(zip(pairs[first, 0].tolist(), pairs[first, 1].tolist(), strict=True))
    for c in coarse.tolist():
        out[c] = to.get(int(by_rule[c]), out[c])
    return out


def _number(groups: _Array, start: _Array) -> _Array:
    """Number groups in order of their earliest member, then of the first in the table."""
    _, first, inverse = np.unique(groups, return_index=True, return_inverse=True)
    earliest = np.full(len(first), np.iinfo(np.int64).max)
    np.minimum.at(earliest, inverse, start)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.lexsort((first, earliest))] = np.arange(len(first))
    return np.asarray(rank[inverse])
