"""Where a ship was at one instant: a mixture of Gaussians from the fix before and the fix after, multiplied.

Why not a raster: Kroodsma and others (2022) look the place up in rasters of where ships of the same kind, speed and gap
went, one before and one after the scene, and multiply them. A mixture of a few Gaussians says the same in closed form:
the product of two mixtures is a mixture, so a place costs a dozen numbers and no cells. `raster` draws one, to check.

Source: D. A. Kroodsma, T. Hochberg, P. B. Davis, F. S. Paolo, R. Joo and B. A. Wong, "Revealing the global longline
fleet with satellite radar", Scientific Reports 12 (2022) 21004.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

FEWEST_HOURS = 0.02
"""Weights of parts do not change below this gap, hours."""


@dataclass(frozen=True, eq=False)
class Places:
    """Mixtures of Gaussians on a plane, one for each ship; all arrays of shape (ships, parts), km and km squared."""

    weight: Array
    """Share of each part; a row sums to 1."""
    east: Array
    """Mean, km east."""
    north: Array
    """Mean, km north."""
    ee: Array
    """Variance eastward."""
    nn: Array
    """Variance northward."""
    en: Array
    """Covariance."""

    def __len__(self) -> int:
        return len(self.weight)

    def keep(self, which: Any) -> Self:
        """Give the mixtures of some ships."""
        return type(self)(*(v[which] for v in (self.weight, self.east, self.north, self.ee, self.nn, self.en)))

    def wider(self, east_var: ArrayLike, north_var: ArrayLike, covariance: ArrayLike = 0.0) -> Places:
        """Add independent errors: variances of shape (ships,), km squared."""
        a, b, c = (
            np.broadcast_to(np.asarray(v, dtype=np.float64), (len(self),))[:, None]
            for v in (east_var, north_var, covariance)
        )
        return Places(self.weight, self.east, self.north, self.ee + a, self.nn + b, self.en + c)

    def moved(self, east_km: ArrayLike, north_km: ArrayLike) -> Places:
        """Shift every mixture: shapes (ships,), km."""
        a, b = (np.broadcast_to(np.asarray(v, dtype=np.float64), (len(self),))[:, None] for v in (east_km, north_km))
        return Places(self.weight, self.east + a, self.north + b, self.ee, self.nn, self.en)

    def stretched(self, share: float, east_km: ArrayLike, north_km: ArrayLike) -> Places:
        """Give a share of every mixture to a part stretched along a line: shapes (ships,), km, one standard error.

        Why: where a receiving station's clock is wrong, the fixes before and after agree with one another, and are
        wrong by the same way along the course. Their product is sharp and false, and only this part says so.
        """
        x, y = (np.broadcast_to(np.asarray(v, dtype=np.float64), (len(self),)) for v in (east_km, north_km))
        w = self.weight
        mean_x, mean_y = (w * self.east).sum(axis=1), (w * self.north).sum(axis=1)
        dx, dy = self.east - mean_x[:, None], self.north - mean_y[:, None]
        more = (
            np.full(len(self), share), mean_x, mean_y, (w * (self.ee + dx * dx)).sum(axis=1) + x * x,
            (w * (self.nn + dy * dy)).sum(axis=1) + y * y, (w * (self.en + dx * dy)).sum(axis=1) + x * y,
        )  # fmt: skip
        own = ((1 - share) * w, self.east, self.north, self.ee, self.nn, self.en)
        return Places(*(np.hstack([a, b[:, None]]) for a, b in zip(own, more, strict=True)))


@dataclass(frozen=True, eq=False)
class Movement:
    """How ships move between two fixes: for each class of ship a mixture whose parts widen with the gap.

    All arrays have the shape (classes, parts). A part keeps the share `kept` of the velocity; its error along the
    course is `along_km` after one hour and grows as hours ** `along_power`, across likewise; the log weight of a part
    is `intercept + slope * ln(hours)`. The last class is for fixes without a speed or course.
    """

    intercept: Array
    slope: Array
    kept: Array
    along_km: Array
    along_power: Array
    across_km: Array
    across_power: Array
    place_km: float = 0.03
    """Standard error of a fix, one axis, km."""
    clock_s: float = 5.0
    """Standard error of a fix's time, seconds: an error along the course, times the speed."""


def ahead(
    movement: Movement, kind: ArrayLike, *, hours: ArrayLike, east_km_h: ArrayLike, north_km_h: ArrayLike
) -> Places:
    """Give where ships are some hours after a fix (or were before it), relative to that fix.

    Why a mixture: most ships keep their course, some turn, some stop. One Gaussian wide enough for all of them says
    nothing, one narrow enough for most is wrong when it matters.

    Parameters
    ----------
    movement
        Parameters by class.
    kind
        Class of each ship, shape (ships,).
    hours
        Gap, shape (ships,), hours; negative for a fix after the instant.
    east_km_h, north_km_h
        Velocity at the fix, km an hour, shape (ships,); NaN where unknown.

    >>> still = Movement(*(np.full((1, 1), v) for v in (0.0, 0.0, 1.0, 1.0, 1.0, 0.5, 1.0)))
    >>> p = ahead(still, [0], hours=[2.0], east_km_h=[20.0], north_km_h=[0.0])
    >>> p.east.tolist(), p.ee.round(2).tolist(), p.nn.round(2).tolist()
    ([[40.0]], [[4.0]], [[1.0]])
    """
    k = np.asarray(kind, dtype=np.int64)
    gap = np.asarray(hours, dtype=np.float64)
    u, v = np.asarray(east_km_h, dtype=np.float64), np.asarray(north_km_h, dtype=np.float64)
    unknown = ~(np.isfinite(u) & np.isfinite(v))
    k = np.where(unknown, len(movement.kept) - 1, k)
    u, v = np.where(unknown, 0.0, u), np.where(unknown, 0.0, v)
    speed = np.hypot(u, v)
    cosine = np.divide(u, speed, out=np.ones_like(u), where=speed > 0)[:, None]
    sine = np.divide(v, speed, out=np.zeros_like(v), where=speed > 0)[:, None]
    long = np.abs(gap)[:, None]
    log = movement.intercept[k] + movement.slope[k] * np.log(np.maximum(long, FEWEST_HOURS))
    weight = np.exp(log - log.max(axis=1, keepdims=True))
    weight /= weight.sum(axis=1, keepdims=True)
    fix = movement.place_km**2
    clock = (speed * movement.clock_s / 3600.0)[:, None] ** 2
    along = fix + clock + (movement.along_km[k] * long ** movement.along_power[k]) ** 2
    across = fix + (movement.across_km[k] * long ** movement.across_power[k]) ** 2
    return Places(
        weight,
        movement.kept[k] * (gap * u)[:, None],
        movement.kept[k] * (gap * v)[:, None],
        along * cosine**2 + across * sine**2,
        along * sine**2 + across * cosine**2,
        (along - across) * cosine * sine,
    )


def product(before: Places, after: Places) -> tuple[Places, Array]:
    """Multiply two mixtures ship by ship; also give the log of the integral, shape (ships,), 1 over km squared.

    Why the integral: it is the density with which the two sides agree. Where it is tiny, one of the two fixes is wrong
    (a shared MMSI, a false position), whatever the product looks like.

    Source: K. B. Petersen and M. S. Pedersen, The Matrix Cookbook (2012), equations 371 and 372.

    >>> one = Places(*(np.array([[v]]) for v in (1.0, 0.0, 0.0, 1.0, 1.0, 0.0)))
    >>> both, agree = product(one, one.moved([2.0], [0.0]))
    >>> both.east.tolist(), both.ee.tolist(), agree.round(3).tolist()
    ([[1.0]], [[0.5]], [-3.531])
    """
    a = [v[:, :, None] for v in (before.weight, before.east, before.north, before.ee, before.nn, before.en)]
    b = [v[:, None, :] for v in (after.weight, after.east, after.north, after.ee, after.nn, after.en)]
    ee, nn, en = a[3] + b[3], a[4] + b[4], a[5] + b[5]
    det = ee * nn - en * en
    x, y = b[1] - a[1], b[2] - a[2]
    sx, sy = (nn * x - en * y) / det, (ee * y - en * x) / det
    log = np.log(a[0]) + np.log(b[0]) - 0.5 * (x * sx + y * sy) - 0.5 * np.log(det) - np.log(2 * np.pi)
    top = log.max(axis=(1, 2), keepdims=True)
    share = np.exp(log - top)
    total = share.sum(axis=(1, 2), keepdims=True)
    east, north = a[1] + a[3] * sx + a[5] * sy, a[2] + a[5] * sx + a[4] * sy
    # C = A - A S^-1 A
    p, q = (nn * a[3] - en * a[5]) / det, (ee * a[5] - en * a[3]) / det
    r, s = (nn * a[5] - en * a[4]) / det, (ee * a[4] - en * a[5]) / det
    shape = (len(before), -1)
    return (
        Places(
            (share / total).reshape(shape),
            east.reshape(shape),
            north.reshape(shape),
            (a[3] - a[3] * p - a[5] * q).reshape(shape),
            (a[4] - a[5] * r - a[4] * s).reshape(shape),
            (a[5] - a[3] * r - a[5] * s).reshape(shape),
        ),
        np.asarray((np.log(total) + top)[:, 0, 0]),
    )


def log_density(places: Places, rows: Ints, east: ArrayLike, north: ArrayLike) -> Array:
    """Give the log density, 1 over km squared, of the mixtures `rows` at points; shapes (points,).

    >>> one = Places(*(np.array([[v]]) for v in (1.0, 0.0, 0.0, 1.0, 1.0, 0.0)))
    >>> log_density(one, np.array([0]), [0.0], [0.0]).round(3).tolist()
    [-1.838]
    """
    x = np.asarray(east, dtype=np.float64)[:, None] - places.east[rows]
    y = np.asarray(north, dtype=np.float64)[:, None] - places.north[rows]
    ee, nn, en = places.ee[rows], places.nn[rows], places.en[rows]
    det = ee * nn - en * en
    with np.errstate(divide="ignore"):
        log = np.log(places.weight[rows]) - 0.5 * (nn * x * x + ee * y * y - 2 * en * x * y) / det
    log -= 0.5 * np.log(det) + np.log(2 * np.pi)
    top = log.max(axis=1)
    return np.asarray(top + np.log(np.exp(log - top[:, None]).sum(axis=1)))


def raster(places: Places, row: int, *, east: Array, north: Array) -> Array:
    """Draw one mixture as densities on a grid, shape (north, east): what a matcher with rasters would look up.

    >>> one = Places(*(np.array([[v]]) for v in (1.0, 0.0, 0.0, 1.0, 1.0, 0.0)))
    >>> line = np.arange(-6.0, 6.1, 0.2)
    >>> round(float(raster(one, 0, east=line, north=line).sum() * 0.2**2), 6)
    1.0
    """
    x, y = np.meshgrid(east, north)
    log = log_density(places, np.full(x.size, row), x.ravel(), y.ravel())
    return np.asarray(np.exp(log).reshape(x.shape))


def densities(
    places: Places, east: ArrayLike, north: ArrayLike, *, sigma_km: ArrayLike = 0.0, reach: float = 4.5
) -> tuple[Ints, Ints, Array]:
    """Give every pair of a ship and a point whose density is not nil: ships, points and densities, shape (pairs,).

    Why by part: a part reaches as far as its own standard errors, so a ship with a sharp and a wide part is not
    compared with everything that the wide one reaches by means of both.

    Parameters
    ----------
    places
        Mixtures of ships.
    east, north
        Points, shape (points,), km.
    sigma_km
        Standard error of the points, one axis, shape (points,), km.
    reach
        Standard errors after which a part is taken as nil.

    >>> one = Places(*(np.array([[v]]) for v in (1.0, 0.0, 0.0, 1.0, 1.0, 0.0)))
    >>> ship, point, density = densities(one, [0.0, 9.0], [0.0, 0.0])
    >>> ship.tolist(), point.tolist(), density.round(4).tolist()
    ([0], [0], [0.1592])
    """
    x, y = np.asarray(east, dtype=np.float64), np.asarray(north, dtype=np.float64)
    error = np.broadcast_to(np.asarray(sigma_km, dtype=np.float64), x.shape) ** 2
    order = np.argsort(x, kind="stable")
    live = np.flatnonzero(places.weight.ravel() > 1e-5)
    parts = places.weight.shape[1]
    m = [v.ravel()[live] for v in (places.weight, places.east, places.north, places.ee, places.nn, places.en)]
    most = float(error.max(initial=0.0))
    wide, high = reach * np.sqrt(m[3] + most), reach * np.sqrt(m[4] + most)
    first = np.searchsorted(x[order], m[1] - wide)
    number = np.searchsorted(x[order], m[1] + wide, side="right") - first
    part = np.repeat(np.arange(len(live)), number)
    within = np.arange(len(part)) - np.repeat(np.cumsum(number) - number, number)
    point = order[np.repeat(first, number) + within]
    near = np.abs(y[point] - m[2][part]) <= high[part]
    part, point = part[near], point[near]
    dx, dy = x[point] - m[1][part], y[point] - m[2][part]
    ee, nn, en = m[3][part] + error[point], m[4][part] + error[point], m[5][part]
    det = ee * nn - en * en
    far = (nn * dx * dx + ee * dy * dy - 2 * en * dx * dy) / det
    inside = far <= reach * reach
    part, point = part[inside], point[inside]
    value = m[0][part] * np.exp(-0.5 * far[inside]) / (2 * np.pi * np.sqrt(det[inside]))
    key = (live[part] // parts) * len(x) + point
    pair, place = np.unique(key, return_inverse=True)
    return (
        np.asarray(pair // max(len(x), 1)),
        np.asarray(pair % max(len(x), 1)),
        np.asarray(np.bincount(place.ravel(), weights=value, minlength=len(pair)), dtype=np.float64),
    )
