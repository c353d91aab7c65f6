"""Fire detections as evidence: pixels gathered into fires, each with what earlier years make of it.

A fire is pixels that touch within 1.5 km and 12 hours, cut at UTC midnight. What it is worth is asked of its cell of
0.1 degree on that day, because that is what earlier years were counted in: how much was counted, how much was
expected, what share of quiet cell-days shows as much, and the likelihood ratio that follows. Nothing is masked: a mill
is expected to be hot, so its ordinary heat weighs nothing, and its extraordinary heat weighs.

* **One weight for a cell and day.** Fires of one cell and day share an `origin`, so that fusion counts them once.
* **Bounded.** A ratio is at most `LARGEST`: heat alone never says who lit it.
* **Interval.** Each earlier year is left out of the calibration in turn (jackknife); with fewer than three folds the
  interval is everything that is possible.

Source: B. Efron and C. Stein, "The jackknife estimate of variance", Annals of Statistics 9 (1981) 586-596.
"""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ceasefire.detectors.thermal import ThermalExcess
from ceasefire.detectors.thermal_background import ERAS, era
from ceasefire.detectors.thermal_baseline import Baseline, Detections
from ceasefire.detectors.thermal_cells import Cells
from ceasefire.geo import distance, regions
from ceasefire.model.records import Observation
from ceasefire.model.table import Table
from ceasefire.stats.cluster import space_time_clusters
from ceasefire.stats.seasonal import day_of_year

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

REACH_KM, REACH_HOURS = 1.5, 12.0
"""Pixels nearer than both are of one fire: the widest pixel's half diagonal, and the time between two passes."""
LARGEST = 20.0
"""Largest likelihood ratio: as much as one drone recording, since other causes of rare heat remain."""
DOUBTED, ORDINARY = 5, 3
"""Credibility of heat at a place that FIRMS calls static: without a baseline, and with one, which needs no doubt."""
DEVIATES = 1.96
"""Standard errors on each side of an interval of 95 %."""


class Worth(NamedTuple):
    """What the heat of cell-days is worth; arrays of shape (m,)."""

    tail: Array
    """Share of quiet cell-days of that kind with as many detections or more."""
    ratio: Array
    """Likelihood ratio, between 1 - sensitivity and `LARGEST`."""
    low: Array
    """Lower end of its 95 % interval."""
    high: Array
    """Upper end."""


def worth(model: ThermalExcess, count: ArrayLike, expected: ArrayLike) -> Worth:
    """Weigh cell-days with heat against quiet years.

    Parameters
    ----------
    model
        Fitted on earlier years.
    count, expected
        Detections and what was expected of them, shape (m,), both above 0.

    Raises
    ------
    ValueError
        A count or expectation that is not above 0 or not finite.

    >>> from ceasefire.detectors.thermal_cells import Cells
    >>> rng = np.random.default_rng(3)
    >>> cells = Cells(*(v.ravel() for v in np.meshgrid(np.arange(20), np.arange(20))))
    >>> days = np.arange("2017-01-01", "2020-01-01", dtype="datetime64[D]")
    >>> model = ThermalExcess().fit(cells, rng.negative_binomial(0.05, 0.5, (400, len(days))), days)
    >>> w = worth(model, [1, 9], [0.05, 0.05])
    >>> [f"{r:.1f} ({a:.1f} to {b:.1f})" for r, a, b in zip(w.ratio, w.low, w.high)]
    ['1.4 (1.4 to 1.4)', '20.0 (20.0 to 20.0)']
    """
    n, m = np.asarray(count, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    if (
        n.shape != m.shape
        or not (np.all(np.isfinite(n)) and np.all(np.isfinite(m)))
        or np.any(n <= 0)
        or np.any(m <= 0)
    ):
        raise ValueError("counts and expectations must be finite, above 0 and as many as each other")
    least = 1.0 - model.sensitivity
    tail, ratio = model.weigh(n, m)
    low, high = np.full(n.shape, least), np.full(n.shape, LARGEST)
    if model.without_:
        each = np.log([model.weigh(n, m, calibration=c)[1] for c in model.without_])
        k = len(each)
        error = np.sqrt((k - 1) / k * ((each - each.mean(axis=0)) ** 2).sum(axis=0))
        low, high = (np.exp(np.log(ratio) + sign * DEVIATES * error) for sign in (-1, 1))
    return Worth(tail.at_least, *(np.clip(v, least, LARGEST) for v in (ratio, low, high)))


def weigh(pixels: Table[Observation], seen: Detections, baseline: Baseline) -> Table[Observation]:
    """Turn pixels into fires with likelihood ratios.

    Parameters
    ----------
    pixels
        Observations of single pixels, as `sources.firms` gives them.
    seen
        All detections of the same tables, those of days around the case too: whole days are counted.
    baseline
        What earlier years tell.

    Returns
    -------
    One observation for each fire and UTC day, earliest first. Without a likelihood ratio where earlier years tell
    nothing: other regions, other satellites, other seasons; its sentence says so.
    """
    if not len(pixels):
        return pixels
    lon, lat, radius, passed = (pixels.column(k) for k in ("lon", "lat", "radius_km", "reported"))
    day = passed.astype("datetime64[D]")
    order, first = _fires(lon, lat, passed, day)
    cell_days = _cell_days(seen, baseline, np.unique(day))
    main = _main(cell_days.place(lon, lat, day)[order], first)
    known = main >= 0
    names = ("count", "expected", *Worth._fields)
    value: dict[str, Array] = {name: np.full(len(first), np.nan) for name in names}
    at, where = np.unique(main[known], return_inverse=True)
    count, expected = (v.ravel()[at].astype(np.float64) for v in (cell_days.counted, cell_days.expected))
    found: list[Array] = [count, expected, *worth(baseline.model, count, expected)]
    for name, column in zip(value, found, strict=True):
        value[name][known] = column[where]
    size = np.diff(np.append(first, len(order)))
    whose = np.repeat(np.arange(len(first)), size)
    static = np.bincount(whose, baseline.static.covers(lon, lat)[order]) >= size / 2.0
    middle = [np.bincount(whose, v[order]) / size for v in (lon, lat)]
    away = distance.km(lon[order], lat[order], middle[0][whose], middle[1][whose]) + radius[order]
    credibility = pixels.column("credibility")[order]
    credibility = np.where((credibility == DOUBTED) & known[whose], ORDINARY, credibility)
    earliest = pixels.keep(order[first])
    origin = np.where(known, cell_days.names(main, earliest), earliest.column("origin"))
    merged = earliest.replace(
        start=np.minimum.reduceat(pixels.column("start")[order], first),
        end=np.maximum.reduceat(pixels.column("end")[order], first),
        lon=middle[0],
        lat=middle[1],
        radius_km=np.maximum.reduceat(away, first),
        region=regions.locate(*middle),
        credibility=np.minimum.reduceat(credibility, first),
        origin=origin,
        likelihood_ratio=value["ratio"],
        summary=np.array([_sentence(*row) for row in zip(size, static, *value.values(), strict=True)], dtype=object),
        text=_rows(pixels, order, first),
    )
    return merged.sort("start", "id")


def _fires(lon: Array, lat: Array, passed: NDArray[np.datetime64], day: NDArray[np.datetime64]) -> tuple[Ints, Ints]:
    """Give pixels in the order of fires and time, and where each fire begins."""
    degree = distance.EARTH_RADIUS_KM * np.pi / 180.0
    hours = passed.astype("datetime64[s]").astype(np.int64) / 3600.0
    x, y = lon * np.cos(np.radians(lat)) * degree, lat * degree
    fire = space_time_clusters(x, y, hours, reach_km=REACH_KM, reach_hours=REACH_HOURS, least=1)
    order = np.lexsort((hours, fire, day))
    change = (np.diff(fire[order]) != 0) | (np.diff(day[order]).astype(np.int64) != 0)
    return order, np.flatnonzero(np.append(True, change))


class _CellDays(NamedTuple):
    """Counts and expectations of the case's days."""

    cells: Cells
    days: NDArray[np.datetime64]
    counted: NDArray[np.uint16]
    expected: NDArray[np.float32]

    def place(self, lon: Array, lat: Array, day: NDArray[np.datetime64]) -> Ints:
        """Give the number of each pixel's cell-day; -1 where nothing is known of it or nothing was counted in it."""
        if not len(self.days):
            return np.full(len(lon), -1, dtype=np.int64)
        cell = self.cells.index(lon, lat)
        at = np.minimum(np.searchsorted(self.days, day), len(self.days) - 1)
        known = (cell >= 0) & (self.days[at] == day)
        known[known] = self.counted[cell[known], at[known]] > 0
        return np.where(known, cell * len(self.days) + at, -1)

    def names(self, main: Ints, earliest: Table[Observation]) -> NDArray[np.object_]:
        """Give an origin to each fire by its source, cell and day."""
        cell, at = np.divmod(main, max(len(self.days), 1))
        parts = zip(earliest.column("source"), self.cells.column[cell], self.cells.row[cell], strict=True)
        day = self.days[at] if len(self.days) else np.zeros(len(main), "datetime64[D]")
        texts = [f"{source}|{column}|{row}|{d}" for (source, column, row), d in zip(parts, day, strict=True)]
        return np.array(["h-" + sha256(text.encode()).hexdigest()[:12] for text in texts], dtype=object)


def _cell_days(seen: Detections, baseline: Baseline, days: NDArray[np.datetime64]) -> _CellDays:
    days = days[days >= np.datetime64(ERAS[0][1])]
    if len(days):
        days = days[(era(days) == baseline.model.background_.era_) & baseline.known[day_of_year(days)]]
    if not len(days):
        shape = (len(baseline.cells), 0)
        return _CellDays(baseline.cells, days, np.zeros(shape, np.uint16), np.zeros(shape, np.float32))
    use = (seen.satellite == "") | np.isin(seen.satellite.astype(str), baseline.satellites)
    count = baseline.cells.count(seen.lon[use], seen.lat[use], seen.day[use], days=days).counts
    return _CellDays(baseline.cells, days, count, baseline.model.background_.expect(count, days))


def _main(place: Ints, first: Ints) -> Ints:
    """Give the cell-day that holds most pixels of each fire; -1 where none is known."""
    whose = np.repeat(np.arange(len(first)), np.diff(np.append(first, len(place))))
    known = place >= 0
    pairs, times = np.unique(np.stack([whose[known], place[known]]), axis=1, return_counts=True)
    order = np.lexsort((pairs[1], -times, pairs[0]))
    fire, at = np.unique(pairs[0][order], return_index=True)
    main = np.full(len(first), -1, dtype=np.int64)
    main[fire] = pairs[1][order][at]
    return main


def _sentence(
    size: int, static: bool, count: float, expected: float, tail: float, ratio: float, low: float, high: float
) -> str:
    seen = f"Heat seen from orbit, {size} pixel{'s' if size > 1 else ''}"
    seen += ", at a place that is hot again and again" if static else ""
    if not ratio > 0:
        return f"{seen}. Earlier years tell nothing of it, so the stated ratio of the channel is used."
    return (
        f"{seen}. In its cell of 0.1 degree that day {count:.0f} counted, {expected:.2g} expected, "
        f"excess {count - expected:.1f}; {100 * tail:.2g} % of quiet days there show as much; "
        f"likelihood ratio {ratio:.1f} ({low:.1f} to {high:.1f})."
    )


def _rows(pixels: Table[Observation], order: Ints, first: Ints) -> NDArray[np.object_]:
    """Say of which rows a fire is made, by the hash of their file, so that each can be looked up."""
    line, digest = pixels.column("line")[order], pixels.column("evidence")[order]
    texts = []
    for at in np.split(np.arange(len(order)), first[1:]):
        of = {d: sorted(line[at][digest[at] == d].tolist()) for d in dict.fromkeys(digest[at].tolist())}
        texts.append("; ".join(f"{d[:12]}: {', '.join(map(str, lines))}" for d, lines in of.items()))
    return np.array(texts, dtype=object)
