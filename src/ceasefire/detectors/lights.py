"""Lights out: which places went dark in a period, how deep, since when, for how long, and which could not be judged.

Each place is compared with its own earlier nights of the same season, view angle, moon and snow (`stats.lights`); the
strongest spell of darkness is searched for (`stats.lights_scan`). How strong a spell must be is learnt from the same
places: months before the period are searched in the same way, each left out of the baseline it is held against, and the
threshold is what few enough of them pass. So the rate of false outages is one that these places had, whatever
their noise is; outages that did happen in those months make it stricter, never laxer.

A place whose normal light, or whose loss of light, is below `FLOOR` is `not observable`. It is never `no outage`.

Source of the floor: M. Roman et al., "NASA's Black Marble nighttime lights product suite", Remote Sensing of
Environment 210 (2018) 113-143, change detected at a controlled source.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.model.night_lights import NightLights
from ceasefire.stats.lights import normal, radiance, stabilised, terms
from ceasefire.stats.lights_scan import Noise, Spells, persistence, scan
from ceasefire.stats.lights_spell import Spell, spell

Array = NDArray[np.float32]
Floats = NDArray[np.float64]

FLOOR = 0.45
"""Least radiance, and least change of it, that is judged, nW cm-2 sr-1."""
LEAD_NIGHTS = 30
"""Nights before a period that tell the level at its begin."""
LEAST_NIGHTS = 30
"""Fewest usable earlier nights."""
PLACEBO = 8_000
"""Months of places searched to learn how often a quiet month shows a spell."""
CLASSES = 3
"""Classes of usable nights in the period in which quiet months are kept apart."""
FEW = 1_500
"""With fewer quiet months there is one class, and the tail beyond their upper tenth is taken to be exponential."""
OUTAGE, NONE_SEEN, NOT_OBSERVABLE = "outage", "none seen", "not observable"


@dataclass(frozen=True, eq=False)
class Outages:
    """What the lights of a period say, per place; arrays of shape (places,)."""

    lights: NightLights
    """What was judged."""
    nights: slice
    """The nights of the period among those of `lights`."""
    status: NDArray[np.object_]
    """`outage`, `none seen` or `not observable`."""
    why: NDArray[np.object_]
    """Why it was not observable; empty otherwise."""
    tail: Floats
    """Share of quiet months with as strong a spell; NaN where not observable."""
    normal: Array
    """Normal radiance in the period, nW cm-2 sr-1."""
    spells: tuple[Spell | None, ...]
    """Depth, start and duration with intervals, for the outages."""
    clear: NDArray[np.int64]
    """Usable nights in the period."""
    quiet: int
    """Quiet months that the tails were learnt from."""
    level: float
    """False outages per place and year that the threshold stands for."""


def detect(
    lights: NightLights,
    *,
    start: Any,
    end: Any,
    false_per_year: float = 0.1,
    floor: float = FLOOR,
    seed: int = 0,
) -> Outages:
    """Search the nights of [start, end) for outages.

    Parameters
    ----------
    lights
        Nights of the period and at least 90 before it, better a year.
    start, end
        First night of the period, and the first after it.
    false_per_year
        False outages per place and year, e.g. 0.1: one in ten years.
    floor
        Least radiance and change, nW cm-2 sr-1.
    seed
        Of the drawing of quiet months.

    Raises
    ------
    ValueError
        No night of the period, or fewer than 90 nights before it.

    >>> rng = np.random.default_rng(7)
    >>> nights = np.arange("2024-03-01", "2025-04-01", dtype="datetime64[D]")
    >>> x = 8.0 * np.exp(0.15 * rng.standard_normal((40, len(nights)))); x[3, -20:-8] *= 0.3; x[5] /= 40.0
    >>> x[rng.random(x.shape) < 0.5] = np.nan
    >>> names = np.array([f"place {k}" for k in range(40)], dtype=object)
    >>> lights = NightLights(id=names, name=names, lon=np.full(40, 34.5), lat=np.full(40, 49.6),
    ...     radius_km=np.full(40, 3.0), nights=nights, radiance=x.astype(np.float32),
    ...     lost=np.where(np.isnan(x), 3, 0).astype(np.int8))
    >>> found = detect(lights, start="2025-03-01", end="2025-04-01")
    >>> np.flatnonzero(found.status == "outage").tolist(), found.status[5]
    ([3], 'not observable')
    >>> depth = found.spells[3].depth
    >>> depth.low < 0.7 < depth.high
    True
    """
    nights = lights.nights.astype("datetime64[D]")
    at = slice(
        int(np.searchsorted(nights, np.datetime64(start, "D"))), int(np.searchsorted(nights, np.datetime64(end, "D")))
    )
    if at.stop <= at.start:
        raise ValueError(f"no night between {start} and {end}")
    if at.start < 90:
        raise ValueError(f"{at.start} nights before {start}; at least 90 are needed, better a year")
    value = stabilised(lights.radiance[:, : at.stop])
    model = _Model.of(lights, value, at.stop)
    before = np.arange(at.stop) < at.start
    residual, expected, spread, unsure, given = model.residual(slice(None), before, at)
    noise = persistence(residual[:: max(1, len(lights) // 4000), : at.start])
    found = _scan(residual, at, noise, unsure)
    quiet = _quiet(model, at, noise, seed, (residual, spread))
    period = at.stop - at.start
    tail = _tails(found.score, found.clear, *quiet)
    usual = radiance(expected)
    why = np.full(len(lights), "", dtype=object)
    why[found.clear == 0] = "no usable night"
    why[given < LEAST_NIGHTS] = f"fewer than {LEAST_NIGHTS} usable nights before"
    why[usual < floor] = f"normal light below {floor:g} nW cm-2 sr-1"
    alarm = (tail <= false_per_year * period / 365.25) & (found.score > 0) & (why == "")
    spells: list[Spell | None] = [None] * len(lights)
    lead = slice(max(0, at.start - LEAD_NIGHTS), at.stop)
    for k in np.flatnonzero(alarm):
        one = spell(
            residual[k, lead],
            at.start - lead.start,
            expected=float(expected[k]),
            spread=float(spread[k]),
            noise=noise,
            unsure=float(unsure[k]),
        )
        if one.depth.middle * usual[k] < floor:
            why[k] = f"a change below {floor:g} nW cm-2 sr-1"
        else:
            spells[k] = one
    status = np.where(why != "", NOT_OBSERVABLE, np.where(alarm, OUTAGE, NONE_SEEN)).astype(object)
    tail = np.where(why == "", tail, np.nan)
    return Outages(lights, at, status, why, tail, usual, tuple(spells), found.clear, len(quiet[0]), false_per_year)


def _scan(residual: Array, at: slice, noise: Noise, unsure: Array) -> Spells:
    lead = max(0, at.start - LEAD_NIGHTS)
    window = np.ascontiguousarray(residual[:, lead : at.stop])
    return scan(window, at.start - lead, noise=noise, unsure=unsure)


@dataclass(frozen=True, eq=False)
class _Model:
    """Values and terms of the baseline."""

    value: Array
    shared: Array
    own: tuple[Array, ...]

    @classmethod
    def of(cls, lights: NightLights, value: Array, stop: int) -> _Model:
        moon = lights.moon[:stop] if lights.moon is not None and np.isfinite(lights.moon).any() else None
        own = (
            [] if lights.snow is None or not lights.snow[:, :stop].any() else [lights.snow[:, :stop].astype(np.float32)]
        )
        view = None
        if lights.view is not None and np.isfinite(lights.view).any():
            angle = lights.view[:, :stop] / np.float32(60.0) - np.float32(0.5)
            own += [np.nan_to_num(angle), np.nan_to_num(4.0 * np.square(angle))]
        return cls(value, terms(lights.nights[:stop], moon=moon, view=view), tuple(own))

    def residual(
        self, rows: Any, reference: NDArray[np.bool_], at: slice, guess: tuple[Array, Array] | None = None
    ) -> tuple[Array, Array, Array, Array, Any]:
        """Give residuals in spreads, and expected value, spread, error and nights of each place."""
        own = [u[rows] for u in self.own]
        fit = normal(self.value[rows], self.shared, reference, own=own, least=LEAST_NIGHTS, guess=guess)
        spread = np.nan_to_num(fit.spread, nan=1.0)
        left = self.value[rows] - fit.expected
        left /= spread[:, None]
        return left, fit.expected[:, at].mean(axis=1), spread, fit.unsure, fit.nights


def _quiet(
    model: _Model, at: slice, noise: Noise, seed: int, whole: tuple[Array, Array]
) -> tuple[Array, NDArray[np.int64]]:
    """Search earlier months of some places, each left out of its own baseline; give scores and usable nights."""
    n, period = len(model.value), at.stop - at.start
    step = max(1, period // 4, min(period, n * at.start // FEW))  # of few places, months that overlap
    begins = np.arange(LEAD_NIGHTS, at.start - period + 1, step)
    if not len(begins):
        begins = np.array([max(0, at.start - period)])
    each = min(n, max(1, PLACEBO // len(begins)))
    rng = np.random.default_rng(seed)
    before = np.arange(at.stop) < at.start
    scores, clear = [], []
    for begin in begins:
        rows = np.sort(rng.choice(n, each, replace=False))
        month = slice(int(begin), min(int(begin) + period, at.start))
        reference = before.copy()
        reference[month] = False
        left, _, _, unsure, given = model.residual(rows, reference, month, (whole[0][rows], whole[1][rows]))
        found = _scan(left, month, noise, unsure)
        known = (given >= LEAST_NIGHTS) & (found.clear > 0)
        scores.append(found.score[known])
        clear.append(found.clear[known])
    return np.concatenate(scores), np.concatenate(clear)


def _tails(score: Array, clear: Any, quiet: Array, quiet_clear: Any) -> Floats:
    """Give the share of quiet months, alike in usable nights, with as strong a spell; at least 1 in as many."""
    if not len(quiet):
        return np.ones(len(score))
    if len(quiet) < FEW:
        return _few_tails(score.astype(np.float64), np.sort(quiet))
    edges = np.quantile(quiet_clear, np.arange(1, CLASSES) / CLASSES)
    own, theirs = (np.searchsorted(edges, v, side="left") for v in (clear, quiet_clear))
    out = np.ones(len(score))
    for k in range(CLASSES):
        rows = own == k
        out[rows] = _share(score[rows], np.sort(quiet[theirs == k]))
    return out


def _share(score: Any, pool: Any) -> Floats:
    return np.asarray((1.0 + len(pool) - np.searchsorted(pool, score, side="left")) / (1.0 + len(pool)))


def _few_tails(score: Floats, pool: Any) -> Floats:
    """Give the share where there are few quiet months: counted up to the upper tenth, exponential beyond it.

    Twice a log likelihood ratio has an exponential tail; its scale is the mean excess, enlarged by two standard errors.
    """
    edge = float(np.quantile(pool, 0.9))
    over = pool[pool > edge] - edge
    scale = max(float(over.mean()) * (1.0 + 2.0 / np.sqrt(len(over))), 1.0) if len(over) else 1.0
    return np.where(score > edge, 0.1 * np.exp(-(score - edge) / scale), _share(score, pool))
