"""Circles: the circle that points lie on, although some lie elsewhere, and how well it holds.

Why: false positions are often put on a ring about one point. A circle fitted by least squares is pulled away by a few
points before and after the ring; one that weighs points down by their distance is not.

Sources: G. Taubin, IEEE Transactions on Pattern Analysis and Machine Intelligence 13 (1991) 1115-1138 (the algebraic
fit); N. Chernov, Circular and Linear Regression, CRC Press (2010) chapters 4 and 5 (its steps to the geometric fit);
P. J. Rousseeuw and A. M. Leroy, Robust Regression and Outlier Detection, Wiley (1987) (three points at a time).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

TRIES = 40
"""Triples tried: with half of the points off the circle, all miss it with a chance of 0.5 %."""
STEPS = 12
"""Steps to the robust geometric fit; it settles in five to eight."""
TUKEY = 4.685
"""Tukey's constant: 95 % efficient where every error is normal."""


class Circle(NamedTuple):
    """A circle and how well points lie on it."""

    x: float
    """Centre."""
    y: float
    """Centre."""
    radius: float
    """Radius, in the units of the points."""
    sigma: float
    """Robust standard deviation of the distances from the circle: 1.4826 times the median of their absolute values."""
    on: NDArray[np.bool_]
    """Which points lie on it, within `TUKEY` standard deviations; shape (n,)."""


def taubin(x: ArrayLike, y: ArrayLike, weight: ArrayLike | None = None) -> tuple[float, float, float]:
    """Fit a circle by Taubin's algebraic least squares: exact on exact circles, little biased on short arcs.

    Parameters
    ----------
    x, y
        Points, shape (n,), n at least 3, finite.
    weight
        Weight of each, shape (n,), not negative.

    Returns
    -------
    Centre and radius; an infinite radius where the points lie on a line.

    Raises
    ------
    ValueError
        Fewer than three points.

    >>> a = np.linspace(0.0, 2.0, 9)
    >>> [round(v, 6) + 0.0 for v in taubin(3.0 + 2.0 * np.cos(a), 1.0 + 2.0 * np.sin(a))]
    [3.0, 1.0, 2.0]
    """
    u, v = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if len(u) < 3:
        raise ValueError("a circle needs three points")
    w = np.ones(len(u)) if weight is None else np.asarray(weight, dtype=np.float64)
    w = w / w.sum()
    x0, y0 = float(w @ u), float(w @ v)
    u, v = u - x0, v - y0
    z = u * u + v * v
    mean = float(w @ z)
    if mean <= 0.0:
        return x0, y0, 0.0
    rows = np.sqrt(w)[:, None] * np.column_stack([(z - mean) / (2.0 * np.sqrt(mean)), u, v])
    a, b, c = np.linalg.eigh(rows.T @ rows)[1][:, 0]
    a = a / (2.0 * np.sqrt(mean))
    if abs(a) < 1e-12 * max(abs(b), abs(c)) / np.sqrt(mean):
        return x0, y0, float("inf")
    radius = float(np.sqrt(b * b + c * c + 4.0 * a * a * mean) / abs(a) / 2.0)
    return float(x0 - b / a / 2.0), float(y0 - c / a / 2.0), radius


def fit_circle(x: ArrayLike, y: ArrayLike, *, least: float = 0.0, seed: int = 0) -> Circle:
    """Fit a circle that up to almost half of the points may lie off.

    Parameters
    ----------
    x, y
        Points, shape (n,), n at least 3, finite; any units.
    least
        Smallest standard deviation of the points that is believed, in their units: the error of a position.
    seed
        Of the triples that are tried first.

    Raises
    ------
    ValueError
        Fewer than three points, or one that is not finite.

    Notes
    -----
    First the circle, of `TRIES` through three points, with the least median distance; from there weighted geometric
    steps (Gauss-Newton) with Tukey's weights.

    >>> rng = np.random.default_rng(1)
    >>> a = rng.uniform(0.0, 2.0 * np.pi, 60)
    >>> x, y = 5.0 + 2.0 * np.cos(a) + rng.normal(0, 0.02, 60), 2.0 * np.sin(a) + rng.normal(0, 0.02, 60)
    >>> x[:20] += rng.uniform(3.0, 9.0, 20)
    >>> c = fit_circle(x, y)
    >>> [round(v, 2) for v in (c.x, abs(c.y), c.radius, c.sigma)], int(c.on.sum())
    ([5.0, 0.0, 2.0, 0.03], 40)
    """
    u, v = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if len(u) < 3 or not (np.isfinite(u).all() and np.isfinite(v).all()):
        raise ValueError("a circle needs three points, all of them finite")
    x0, y0, radius = _start(u, v, seed)
    sigma = 0.0
    for _ in range(STEPS):
        dx, dy = u - x0, v - y0
        d = np.maximum(np.hypot(dx, dy), 1e-12)
        off = d - radius
        sigma = max(1.4826 * float(np.median(np.abs(off))), least, 1e-9 * max(radius, 1e-9))
        if not np.isfinite(radius):
            break
        w = np.square(np.maximum(1.0 - np.square(off / (TUKEY * sigma)), 0.0))
        rows = np.sqrt(w)[:, None] * np.column_stack([dx / d, dy / d, np.ones(len(d))])
        step = np.linalg.lstsq(rows, np.sqrt(w) * off, rcond=None)[0]
        if not np.isfinite(step).all() or np.abs(step).max() > 10.0 * (radius + sigma):
            break
        x0, y0, radius = x0 + float(step[0]), y0 + float(step[1]), abs(radius + float(step[2]))
        if np.abs(step).max() < 1e-6 * max(radius, sigma):
            break
    off = np.abs(np.hypot(u - x0, v - y0) - radius)
    sigma = max(1.4826 * float(np.median(off)), least, 1e-9 * max(radius, 1e-9))
    return Circle(x0, y0, radius, sigma, off <= TUKEY * sigma)


def turned(x: ArrayLike, y: ArrayLike, centre: tuple[float, float]) -> Array:
    """Give the angle about a centre that points, in order of time, have turned through; shape (n,), radians, first 0.

    A step of more than half a turn cannot be told from the shorter way round.

    >>> a = np.linspace(0.0, 4.0 * np.pi, 17)
    >>> round(float(turned(np.cos(a), np.sin(a), (0.0, 0.0))[-1] / np.pi), 6)
    4.0
    """
    angle = np.arctan2(np.asarray(y, dtype=np.float64) - centre[1], np.asarray(x, dtype=np.float64) - centre[0])
    out: Array = np.unwrap(angle)
    return out - out[:1]


def _start(u: Array, v: Array, seed: int) -> tuple[float, float, float]:
    """Give the best of: Taubin's circle through all points, and circles through three of them."""
    best = taubin(u, v)
    rng = np.random.default_rng(seed)
    i, j, k = rng.integers(0, len(u), (3, TRIES))
    ax, ay, bx, by = u[j] - u[i], v[j] - v[i], u[k] - u[i], v[k] - v[i]
    cross = 2.0 * (ax * by - ay * bx)
    with np.errstate(divide="ignore", invalid="ignore"):
        a2, b2 = ax * ax + ay * ay, bx * bx + by * by
        cx, cy = (by * a2 - ay * b2) / cross, (ax * b2 - bx * a2) / cross
    good = np.isfinite(cx) & np.isfinite(cy)
    x0, y0 = np.append((u[i] + cx)[good], best[0]), np.append((v[i] + cy)[good], best[1])
    radius = np.append(np.hypot(cx, cy)[good], best[2])
    off = np.abs(np.hypot(u[:, None] - x0, v[:, None] - y0) - radius)
    first = int(np.argmin(np.where(np.isfinite(radius), np.median(off, axis=0), np.inf)))
    return (float(x0[first]), float(y0[first]), float(radius[first])) if np.isfinite(radius[first]) else best
