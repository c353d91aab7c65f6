"""The Economist's published war-fire rule, written anew from its description, as the baseline of `thermal`.

Bound: 100 regressions on bootstraps of cells, the 95th percentile of the 100 predicted means, rounded up, plus 2. What
is above is excess. Persistence: only cells with two excess days 9 to 89 days apart, and cells within 50 km of such a
one. Tail: for 10 days after, every detection in the cell counts. Their regressor is boosted trees on 23 features; ours
is linear on the same kind (past averages of the cell and of the 5 x 5 block: all past, same month, 30 days; length
of the running fire; place and season), each from years before the one predicted. Night lights, population, cloud
and the hand list of forest fires are not available here.

Source: https://github.com/TheEconomist/the-economist-war-fire-model (aux_war_fire_classifier_function).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.detectors.thermal_cells import Cells
from ceasefire.geo import distance
from ceasefire.stats.seasonal import day_of_year, smooth_year

MODELS, OFFSET, APART, NEAR_KM, TAIL_DAYS = 100, 2, (9, 89), 50.0, 10
SEED = 112358


def features(cells: Cells, past: list[tuple[Any, Any]], count: Any, days: Any) -> NDArray[np.float32]:
    """Give the features of each cell-day of one year, shape (cells, days, features)."""
    place = day_of_year(days)
    by_day = np.zeros((len(cells), 365), np.float32)
    for n, d in past:
        np.add.at(by_day.T, day_of_year(d), n.T.astype(np.float32))
    by_day /= len(past)
    month = (np.datetime64("2019-01-01") + np.arange(365)).astype("datetime64[M]").astype(int) % 12
    monthly = np.stack([by_day[:, month == m].mean(axis=1) for m in range(12)], axis=1)[:, month]
    near = smooth_year(by_day, sd_days=10.0)
    block = cells.box(np.ones((len(cells), 1), np.float32), reach=2)
    mean = np.repeat(by_day.mean(axis=1, keepdims=True), 365, axis=1)
    own = [mean, monthly, near]
    wide = [cells.box(v, reach=2) / block for v in own]
    run = np.zeros(count.shape, np.float32)
    for i in range(1, count.shape[1]):
        run[:, i] = np.where(count[:, i - 1] > 0, np.minimum(run[:, i - 1] + 1, 10), 0)
    angle = 2 * np.pi * place / 365
    flat = [np.full(count.shape, 1.0, np.float32), run]
    flat += [np.repeat(v[:, None], count.shape[1], 1).astype(np.float32) for v in (cells.lon - 31, cells.lat - 48.5)]
    flat += [np.repeat(f(angle)[None, :], len(cells), 0).astype(np.float32) for f in (np.sin, np.cos)]
    return np.stack([v[:, place] for v in own + wide] + flat, axis=2)


def bounds(cells: Cells, years: list[tuple[Any, Any]], test: list[tuple[Any, Any]]) -> list[NDArray[np.float64]]:
    """Give ceil(95th percentile of 100 bootstrap predictions) for each cell-day of each test year; inf where n = 0.

    Parameters
    ----------
    years, test
        (counts, days) by year, in order; the first training year serves as past only.
    """
    gram: Any = 0.0
    cross: Any = 0.0
    for i in range(1, len(years)):
        x = features(cells, years[:i], *years[i])
        gram = gram + np.matmul(x.transpose(0, 2, 1), x).astype(np.float64)
        cross = cross + np.matmul(x.transpose(0, 2, 1), years[i][0][:, :, None].astype(np.float32))[:, :, 0]
    rng = np.random.default_rng(SEED)
    models = []
    for m in range(MODELS):
        times = (
            np.ones(len(cells))
            if m == 0
            else np.bincount(rng.integers(0, len(cells), len(cells)), minlength=len(cells))
        )
        a = np.tensordot(times, gram, 1)
        models.append(np.linalg.solve(a + 1e-6 * np.trace(a) / len(a) * np.eye(len(a)), times @ cross))
    beta = np.array(models).T
    given = []
    for i, (n, d) in enumerate(test):
        bound = np.full(n.shape, np.inf)
        some = n > 0
        x = features(cells, years + test[:i], n, d)[some]
        bound[some] = np.ceil(np.maximum(np.quantile(x @ beta, 0.95, axis=1), 0.0))
        given.append(bound)
    return given


def persistent(cells: Cells, excess: NDArray[np.bool_], days: Any) -> NDArray[np.bool_]:
    """Tell which cells have two excess days 9 to 89 days apart, or lie within 50 km of such a cell."""
    number = np.asarray(days, dtype="datetime64[D]").astype(np.int64)
    seed = np.zeros(len(cells), dtype=bool)
    for c in np.flatnonzero(excess.sum(axis=1) > 1):
        when = number[excess[c]]
        gap = np.abs(when[:, None] - when[None, :])
        seed[c] = bool(((gap >= APART[0]) & (gap <= APART[1])).any())
    if not seed.any():
        return seed
    at = np.flatnonzero(seed)
    nearest = np.full(len(cells), np.inf)
    for part in np.array_split(at, max(1, len(at) // 200)):
        away = distance.km(cells.lon[:, None], cells.lat[:, None], cells.lon[part][None], cells.lat[part][None])
        nearest = np.minimum(nearest, away.min(axis=1))
    return np.asarray(nearest < NEAR_KM)


def tagged(
    cells: Cells, count: Any, bound: NDArray[np.float64], days: Any, *, offset: int = OFFSET
) -> NDArray[np.bool_]:
    """Tell which cell-days the whole rule tags: excess in a persistent cell, and detections in the 10 days after."""
    excess = count > bound + offset
    war = excess & persistent(cells, excess, days)[:, None]
    number = np.asarray(days, dtype="datetime64[D]").astype(np.int64)
    tail = np.zeros(war.shape, dtype=bool)
    for i in range(1, TAIL_DAYS + 1):
        follows = np.flatnonzero(number[i:] - number[:-i] == i) + i if i < len(number) else []
        tail[:, follows] |= war[:, np.asarray(follows) - i] if len(follows) else False
    return np.asarray(war | (tail & (count > 0)))
