"""Observations of one event by Fellegi-Sunter linkage: what can be one event, weighed against what chance would bring.

The rule of `match` joins whatever can be of one instant and place, the closest first. Here the same groups are
possible, but the likeliest pairs come first and unlikely ones do not join: a pair counts by how much oftener such
pairs occur than between reports of different days. It learns from the observations alone; where there are too few to
learn from, the rule decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from scipy.spatial import cKDTree

from ceasefire.fusion.columns import numbered
from ceasefire.fusion.match import _attach, _attach_slow, _number, _pairs, _possible, _taken_apart, _View, match
from ceasefire.fusion.priors import Priors
from ceasefire.model.records import MATCHING, Observation, Weight
from ceasefire.model.table import Table
from ceasefire.stats.pairs import PairModel

_Array = np.ndarray[Any, Any]
_SHIFT_DAYS = (3, 5, 8)
_MANY = 60_000
"""Of more observations than this, coincidences are counted at one shift."""
_RADII_KM, _SPANS_HOURS = (2.0, 6.0, 12.0, 25.0), (3.0, 8.0)
_FITS = 24
_SIZES = (_FITS, 2, 2, 4, 3)
_LEAST_HOURS = 0.5
_QUANTILE_90 = 2.146
"""Standard deviations of a two-dimensional normal error within which 90 % of the errors lie."""


@dataclass(frozen=True)
class Linked:
    """Groups, and what joined them."""

    group: _Array
    """Group of each observation, shape (n,), numbered from 0 in order of the earliest member: as `match` gives."""
    probability: _Array
    """Mean probability, over the pairs within a group that can be one event, that they are; NaN without a pair.
    Shape (groups,)."""
    learned: bool
    """Whether linkage was asked for and there was enough to learn from; if not, the groups are those of `match`."""

    def weights(self, incidents: pa.Array) -> Table[Weight]:
        """Say of each group of several how it was joined: a row with the log odds of its mean probability.

        Parameters
        ----------
        incidents
            Id of each group.
        """
        joined = np.flatnonzero(np.isfinite(self.probability))
        p = np.clip(self.probability[joined], 1e-6, 1.0 - 1e-6)
        columns = {
            "incident": incidents.take(pa.array(joined)),
            "observation": MATCHING,
            "about": "joined",
            "weight": np.log(p / (1.0 - p)),
            "why": "linkage: mean over the pairs of its reports",
        }
        return Table.from_columns(Weight, columns, len(joined))


def link(observations: Table[Observation], priors: Priors, *, least: float = 0.15, fewest: int = 10_000) -> Linked:
    """Group observations into incidents, learning from them how reports of one event agree.

    Parameters
    ----------
    observations
        n observations, each with a place and an act that makes incidents.
    priors
        `same_hours` and `same_km` bound how far apart reports of one event may be; `matching` asks for linkage.
    least
        Pairs less probable than this join nothing. What a group adds to a pair is not in its probability, so this
        lies below a half; it was chosen on simulated cases other than those that the benchmark scores.
    fewest
        With fewer pairs that can be one event there is too little to learn from, and the rule decides; chosen likewise.
    """
    view = _View(observations)
    slow = view.slow & (view.radius <= priors.same_km)
    fine = np.flatnonzero((view.radius <= priors.same_km) & ~slow)
    model = None
    if priors.matching == "linkage" and len(fine) > 1:
        i, j, _ = _pairs(view, fine, priors)
        pairs = _Pairs(view, fine, numbered(observations.arrow.column("source")))
        model = pairs.learn(i, j, priors) if len(i) >= fewest else None
    if model is None:
        by_rule = match(observations, priors)
        return Linked(by_rule, np.full(int(by_rule.max(initial=-1)) + 1, np.nan), learned=False)
    p, fit = model
    joins = p >= least
    # the fit settles the order among pairs of one level
    cost = -np.log(p / np.maximum(1.0 - p, 1e-12)) - 1e-4 * fit
    groups = np.arange(len(observations))
    groups[fine] = fine[_taken_apart(view, fine, i[joins], j[joins], cost[joins])]
    if slow.any():
        groups = _attach_slow(view, groups, fine, np.flatnonzero(slow), priors)
    coarse = np.flatnonzero(view.radius > priors.same_km)
    if len(coarse):
        groups = _attach(view, groups, fine, coarse)
    groups = _number(groups, view.start)
    inside = groups[fine[i]] == groups[fine[j]]
    of, count = groups[fine[i]][inside], int(groups.max()) + 1
    with np.errstate(invalid="ignore"):
        mean = np.bincount(of, p[inside], count) / np.bincount(of, minlength=count)
    return Linked(groups, mean, learned=True)


class _Pairs:
    """Pairs of fine observations, and how they compare."""

    def __init__(self, view: _View, fine: _Array, source: _Array) -> None:
        self.view, self.fine = view, fine
        self.start, self.end = view.start[fine], view.end[fine]
        self.xyz, self.radius = view.xyz[fine], view.radius[fine]
        self.act, self.object, self.origin, self.source = (
            x[fine] for x in (view.act, view.object, view.origin, source)
        )

    def learn(self, i: _Array, j: _Array, priors: Priors) -> tuple[_Array, _Array] | None:
        """Give the probability of each pair, and how well its places and times fit; None where days are too few."""
        span = float(self.end.max() - self.start.min()) / 24.0
        shifts = [d for d in (_SHIFT_DAYS if len(self.fine) <= _MANY else _SHIFT_DAYS[1:2]) if d < span / 2]
        if not shifts:
            return None
        met, chance, copied = np.zeros(len(self.fine)), [], []
        for days in shifts:
            a, b = self._shifted(days, priors)
            met += np.bincount(a, minlength=len(met)) + np.bincount(b, minlength=len(met))
            chance.append(self._compared(a, b, days))
            copied.append(self._identical(a, b, days))
        # a shifted copy meets each two reports twice, the one before the other and after it, but misses the last days
        passes = 2 * sum(1.0 - d / span for d in shifts)
        busy = self._busy(met / passes)
        busy_pair = np.sqrt(busy[i] * busy[j])
        by_chance, found = [np.concatenate(c) for c in zip(*chance, strict=True)], self._compared(i, j, 0)
        edges = np.quantile(found[0], np.linspace(0, 1, _FITS + 1)[1:-1])
        fit = found[0]
        found[0], by_chance[0] = np.digitize(fit, edges), np.digitize(by_chance[0], edges)
        p = np.zeros(len(i))
        same, same_by_chance = self._identical(i, j, 0), np.concatenate(copied)
        # pairs that name the very same place and hours agree in everything at once: they have weights of their own
        for some, shifted in ((same, same_by_chance), (~same, ~same_by_chance)):
            if some.any():
                levels = [x[some] for x in found]
                model = PairModel(_SIZES, draws=0).fit(levels, [x[shifted] for x in by_chance], shifts=passes)
                p[some] = model.probability(levels, busy_pair[some])
        return p, fit

    def _shifted(self, days: int, priors: Priors) -> tuple[_Array, _Array]:
        """Pairs of a report and one that many days later that would be possible if the days were the same."""
        at = np.c_[self.xyz, (self.start + self.end)[:, None] / 2 * priors.same_km / priors.same_hours]
        later = at.copy()
        later[:, 3] -= days * 24.0 * priors.same_km / priors.same_hours
        near = cKDTree(at).sparse_distance_matrix(cKDTree(later), priors.same_km, p=np.inf, output_type="ndarray")
        a, b = near["i"].astype(np.int64), near["j"].astype(np.int64)
        keep = _possible(self.view, self.fine[a], self.fine[b], priors, later_hours=days * 24.0)
        return a[keep], b[keep]

    def _gap(self, i: _Array, j: _Array, days: int) -> _Array:
        by = days * 24.0
        latest = np.maximum(self.start[i], self.start[j] - by)
        return np.asarray(latest - np.minimum(self.end[i], self.end[j] - by))

    def _compared(self, i: _Array, j: _Array, days: int) -> list[_Array]:
        """Compare pairs: how well place and time fit, whether the times meet, act, object, and who says it."""
        gap = self._gap(i, j, days)
        # density of this distance and overlap among reports of one event: normal errors, an instant in the interval
        spread = (self.radius[i] ** 2 + self.radius[j] ** 2) / _QUANTILE_90**2
        km2 = ((self.xyz[i] - self.xyz[j]) ** 2).sum(axis=1)
        hours = np.maximum(self.end - self.start, _LEAST_HOURS)
        fit = np.log(np.maximum(-gap, _LEAST_HOURS) / (hours[i] * hours[j])) - np.log(spread) - km2 / spread / 2
        act = (self.act[i] != self.act[j]).astype(np.int64)
        blank = (self.object[i] == 0) | (self.object[j] == 0)
        alike = self.view.objects_match[self.object[i], self.object[j]]
        thing = np.where(blank, 1, np.where(self.object[i] == self.object[j], 0, np.where(alike, 2, 3)))
        who = np.where(self.origin[i] == self.origin[j], 0, np.where(self.source[i] == self.source[j], 1, 2))
        return [fit.round(9), (gap > 0.0).astype(np.int64), act, thing, who]

    def _identical(self, i: _Array, j: _Array, days: int) -> _Array:
        """Tell which pairs name the very same place and interval: copies, or what is known by its town and day."""
        by = days * 24.0
        equal = (self.start[i] == self.start[j] - by) & (self.end[i] == self.end[j] - by)
        near = ((self.xyz[i] - self.xyz[j]) ** 2).sum(axis=1) < 1e-4
        return np.asarray(equal & near & (self.radius[i] == self.radius[j]))

    def _busy(self, met: _Array) -> _Array:
        """How busy each report's place and time is: coincidences relative to reports of like precision."""
        spans = np.digitize(self.end - self.start, _SPANS_HOURS)
        like = np.digitize(self.radius, _RADII_KM) * (len(_SPANS_HOURS) + 1) + spans
        mean = (np.bincount(like, met) / np.maximum(np.bincount(like), 1))[like]
        return np.asarray((met + 1.0) / (mean + 1.0))
