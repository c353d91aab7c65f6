"""Space-time clusters against the definition itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from ceasefire.stats import cluster
from ceasefire.stats.cluster import space_time_clusters


def by_definition(x: np.ndarray, y: np.ndarray, t: np.ndarray, reach: float, hours: float, least: int) -> np.ndarray:
    n = len(x)
    second = np.rint((t - t.min()) * 3600)
    near = (x[:, None] - x) ** 2 + (y[:, None] - y) ** 2 <= reach**2
    near &= np.abs(second[:, None] - second) <= round(hours * 3600)
    core = near.sum(axis=1) >= least
    group = connected_components(csr_matrix(near & core & core[:, None]))[1]
    smallest = np.full(n, n)
    for i in np.flatnonzero(core):
        smallest[i] = np.flatnonzero(core & (group == group[i])).min()
    for i in np.flatnonzero(~core):
        smallest[i] = min(smallest[near[i] & core], default=n)
    label = np.full(n, -1)
    for c in np.unique(smallest[smallest < n]):
        label[smallest == c] = np.flatnonzero(smallest == c).min()
    return label


@given(seed=st.integers(0, 10_000), n=st.integers(1, 250), wide=st.floats(2, 30), least=st.integers(1, 8))
@settings(max_examples=80, deadline=None)
def test_labels_are_those_of_the_definition(seed: int, n: int, wide: float, least: int) -> None:
    rng = np.random.default_rng(seed)
    x, y, t = rng.uniform(-wide, wide, n), rng.uniform(0, wide, n), rng.uniform(0, wide * 5, n)
    if seed % 2:
        x, y, t = np.round(x * 2) / 2, np.round(y * 2) / 2, np.round(t)
    found = space_time_clusters(x, y, t, reach_km=1.5, reach_hours=12.0, least=least)
    assert found.tolist() == by_definition(x, y, t, 1.5, 12.0, least).tolist()


def test_small_pieces_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(4)
    x, y, t = rng.uniform(0, 15, 800), rng.uniform(0, 15, 800), rng.uniform(0, 400, 800)
    whole = space_time_clusters(x, y, t, reach_km=1.5, reach_hours=12.0)
    monkeypatch.setattr(cluster, "CHUNK", 37)
    monkeypatch.setattr(cluster, "PAIRS", 11)
    monkeypatch.setattr(cluster, "BUCKETS", 1 << 10)
    assert np.array_equal(space_time_clusters(x, y, t, reach_km=1.5, reach_hours=12.0), whole)
    assert 3 < len(np.unique(whole)) < 400


def test_it_is_a_cylinder_and_not_a_ball() -> None:
    x, t = [0.0, 1.5, 1.5], [0.0, 12.0, 12.0]
    assert space_time_clusters(x, [0.0] * 3, t, reach_km=1.5, reach_hours=12.0, least=3).tolist() == [0, 0, 0]


def test_names_move_with_the_points() -> None:
    rng = np.random.default_rng(7)
    x, y, t = rng.uniform(0, 12, 400), rng.uniform(0, 12, 400), rng.uniform(0, 50, 400)
    a = space_time_clusters(x, y, t, reach_km=1.5, reach_hours=12.0)
    order = rng.permutation(400)
    b = space_time_clusters(x[order], y[order], t[order], reach_km=1.5, reach_hours=12.0)
    assert np.array_equal(b < 0, a[order] < 0)
    assert all(b[b >= 0][i] == np.flatnonzero(b == b[b >= 0][i]).min() for i in range(0, int((b >= 0).sum()), 17))


def test_a_dense_pile_and_nothing_at_all() -> None:
    assert space_time_clusters([0.0] * 5000, [0.0] * 5000, [0.0] * 5000, reach_km=1, reach_hours=1).max() == 0
    assert space_time_clusters([], [], [], reach_km=1, reach_hours=1).shape == (0,)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"x_km": [np.nan]}, "finite"),
        ({"t_hours": [np.inf]}, "finite"),
        ({"y_km": [0.0, 1.0]}, "one length"),
        ({"reach_km": 0.0}, "above 0"),
        ({"least": 0}, "at least 1"),
        ({"x_km": [0.0, 1e12], "y_km": [0.0, 1e12], "t_hours": [0.0, 1e9]}, "too far apart"),
    ],
)
def test_bad_input_is_named(change: dict, says: str) -> None:
    given = {"x_km": [0.0], "y_km": [0.0], "t_hours": [0.0], "reach_km": 1.0, "reach_hours": 1.0, "least": 5} | change
    with pytest.raises(ValueError, match=says):
        space_time_clusters(given.pop("x_km"), given.pop("y_km"), given.pop("t_hours"), **given)
