"""The unscented transform of fifth degree: how errors of a few inputs spread through a curved function.

Why not the usual 2n + 1 points: they are right to the third degree only. A camera's ground point runs away as the
axis nears the horizon, and its spread is then wrong by several per cent; with 2n^2 + 1 points all terms up to the
fifth degree are right. Why not draws: 19 evaluations do what 100,000 draws do, and always the same.

Source: McNamee and Stenger, Construction of fully symmetric numerical integration formulas, Numerische Mathematik 10
(1967); Julier and Uhlmann, Unscented filtering and nonlinear estimation, Proceedings of the IEEE 92 (2004).
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def sigma_points(inputs: int) -> tuple[Array, Array]:
    """Give points and weights that integrate polynomials up to degree 5 against independent standard normals.

    Parameters
    ----------
    inputs
        How many inputs vary, 1 or more.

    Returns
    -------
    Points, shape (points, inputs), in standard errors; weights, shape (points,), that sum to 1.

    >>> points, weights = sigma_points(3)
    >>> points.shape, round(float(weights.sum()), 12)
    ((19, 3), 1.0)
    >>> round(float(weights @ points[:, 0] ** 4), 12), round(float(weights @ (points[:, 0] * points[:, 1]) ** 2), 12)
    (3.0, 1.0)
    """
    if inputs < 1:
        raise ValueError(f"at least one input must vary, not {inputs}")
    n, reach = inputs, np.sqrt(3.0)
    points, weights = [np.zeros(n)], [1.0 + (n * n - 7.0 * n) / 18.0]
    if n != 4:
        for k in range(n):
            for sign in (reach, -reach):
                point = np.zeros(n)
                point[k] = sign
                points.append(point)
                weights.append((4.0 - n) / 18.0)
    for j, k in combinations(range(n), 2):
        for a in (reach, -reach):
            for b in (reach, -reach):
                point = np.zeros(n)
                point[j], point[k] = a, b
                points.append(point)
                weights.append(1.0 / 36.0)
    return np.array(points), np.array(weights)


def spread(function: Callable[[Array], Array], sigma: Array) -> tuple[Array, Array]:
    """Give mean and covariance of a function whose inputs have independent normal errors.

    Parameters
    ----------
    function
        Takes errors of shape (points, inputs, samples) and gives values of shape (points, outputs, samples).
    sigma
        Standard errors, shape (inputs, samples).

    Returns
    -------
    Mean, shape (outputs, samples), and covariance, shape (outputs, outputs, samples); NaN where the function is NaN at
    any point, because a part of the spread then has no value.

    >>> mean, covariance = spread(lambda e: e**2, np.array([[1.0]]))
    >>> round(float(mean[0, 0]), 9), round(float(covariance[0, 0, 0]), 9)
    (1.0, 2.0)
    """
    points, weights = sigma_points(len(sigma))
    values = function(points[:, :, None] * np.asarray(sigma, dtype=np.float64)[None])
    mean = np.einsum("p,pos->os", weights, values)
    away = values - mean[None]
    return mean, np.einsum("p,pos,pqs->oqs", weights, away, away)


def ellipse(covariance: Array) -> tuple[Array, Array, Array]:
    """Give the ellipses of one standard error of covariances on the ground.

    Parameters
    ----------
    covariance
        Of (east, north), square metres, shape (2, 2, samples).

    Returns
    -------
    Semi-major and semi-minor axis, metres, and azimuth of the major axis, degrees from north, 0 to 180; each of shape
    (samples,).

    >>> major, minor, azimuth = ellipse(np.array([[[9.0], [0.0]], [[0.0], [4.0]]]))
    >>> major.tolist(), minor.tolist(), azimuth.tolist()
    ([3.0], [2.0], [90.0])
    """
    ee, nn, en = covariance[0, 0], covariance[1, 1], covariance[0, 1]
    middle, half = 0.5 * (ee + nn), np.hypot(0.5 * (ee - nn), en)
    azimuth = np.degrees(0.5 * np.arctan2(2.0 * en, nn - ee)) % 180.0
    return np.sqrt(middle + half), np.sqrt(np.maximum(middle - half, 0.0)), azimuth
