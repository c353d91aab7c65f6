"""Cells and days: what is counted where, and what is told to lie elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.detectors.thermal_cells import Cells

DAYS = np.arange("2019-01-01", "2019-01-11", dtype="datetime64[D]")


def some(seed: int, n: int = 60) -> Cells:
    rng = np.random.default_rng(seed)
    at = rng.choice(400, n, replace=False)
    return Cells(300 + at % 20, 480 + at // 20)


@given(seed=st.integers(0, 1000), n=st.integers(0, 200))
@settings(max_examples=40, deadline=None)
def test_every_detection_is_accounted_for(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    cells = some(seed)
    lon, lat = rng.uniform(29.9, 32.1, n), rng.uniform(47.9, 50.1, n)
    day = DAYS[0] + rng.integers(-3, 14, n)
    c = cells.count(lon, lat, day, days=DAYS)
    assert int(c.counts.sum()) + c.outside + c.other_days == n
    index = cells.index(lon, lat)
    inside = index >= 0
    assert np.all(np.abs(cells.lon[index[inside]] - lon[inside]) <= 0.05 + 1e-9)
    assert np.all(np.abs(cells.lat[index[inside]] - lat[inside]) <= 0.05 + 1e-9)


def test_points_on_an_edge_belong_to_the_north_east() -> None:
    cells = Cells(np.array([303, 302]), np.array([480, 480]))
    assert cells.index([30.3], [48.0]).tolist() == [0]


def test_sums_and_averages_are_those_of_a_loop() -> None:
    cells = some(3)
    v = np.random.default_rng(0).random((60, 2)).astype(np.float32)
    near = (np.abs(cells.column[:, None] - cells.column) <= 4) & (np.abs(cells.row[:, None] - cells.row) <= 4)
    assert cells.box(v, reach=4) == pytest.approx(near @ v, rel=1e-5)
    apart = (cells.column[:, None] - cells.column) ** 2 + (cells.row[:, None] - cells.row) ** 2
    inside = (np.abs(cells.column[:, None] - cells.column) <= 6) & (np.abs(cells.row[:, None] - cells.row) <= 6)
    weight = np.where(inside, np.exp(-apart / 8.0), 0.0)
    assert cells.blur(v, sd_cells=2.0) == pytest.approx(weight @ v / weight.sum(axis=1, keepdims=True), rel=1e-4)
    assert cells.own_weight(sd_cells=2.0) == pytest.approx(1 / weight.sum(axis=1), rel=1e-4)


def test_bad_input_is_named() -> None:
    cells = some(1)
    with pytest.raises(ValueError, match="finite"):
        cells.index([np.nan], [48.0])
    with pytest.raises(ValueError, match="rising"):
        cells.count([30.0], [48.0], DAYS[:1], days=DAYS[::-1])
    with pytest.raises(ValueError, match="NaT"):
        cells.count([30.0], [48.0], np.array(["NaT"], "datetime64[D]"), days=DAYS)
    with pytest.raises(ValueError, match="at least one cell"):
        Cells(np.zeros(0, int), np.zeros(0, int))
    with pytest.raises(ValueError, match="twice"):
        Cells(np.array([1, 1]), np.array([2, 2]))
    with pytest.raises(ValueError, match="sd_cells"):
        cells.blur(np.zeros((60, 1)), sd_cells=0.0)
