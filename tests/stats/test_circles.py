"""Circles: exact ones, ones among strays, lines."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceasefire.stats.circles import fit_circle, taubin, turned


@given(st.floats(-50, 50), st.floats(-50, 50), st.floats(0.1, 40.0), st.floats(0.6, 6.2))
def test_exact_circles_are_found(x, y, radius, arc):
    a = np.linspace(0.0, arc, 12)
    c = fit_circle(x + radius * np.cos(a), y + radius * np.sin(a))
    assert c.radius == pytest.approx(radius, rel=1e-4)
    assert np.hypot(c.x - x, c.y - y) < 1e-3 * radius + 1e-6


def test_a_third_of_strays_does_not_move_it():
    rng = np.random.default_rng(2)
    for _ in range(20):
        a = rng.uniform(0, 2 * np.pi, 90)
        x, y = 2 * np.cos(a) + rng.normal(0, 0.02, 90), 2 * np.sin(a) + rng.normal(0, 0.02, 90)
        x[:30], y[:30] = rng.uniform(-9, 9, (2, 30))
        c = fit_circle(x, y)
        assert np.hypot(c.x, c.y) < 0.05
        assert abs(c.radius - 2) < 0.05
        assert c.on[30:].mean() > 0.95


def test_lines_and_points_give_no_circle_but_no_error():
    t = np.arange(9.0)
    assert taubin(t, 2 * t)[2] > 1e3
    assert fit_circle(np.zeros(5), np.zeros(5)).radius < 1e-9
    with pytest.raises(ValueError, match="three points"):
        fit_circle([0.0, 1.0], [0.0, 1.0])


def test_turns_are_counted_over_the_wrap():
    a = np.linspace(0, -6 * np.pi, 60)
    assert turned(np.cos(a), np.sin(a), (0.0, 0.0))[-1] == pytest.approx(-6 * np.pi)
