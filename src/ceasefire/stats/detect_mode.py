"""The mode and the curvature of the occupancy posterior: Newton's method with exact derivatives.

Why a file of its own: `detect` asks what is known about a place, this asks where the posterior of the parameters is
highest and how sharp it is there. The latent "something happened" is summed out, so every derivative is exact
(Louis 1982), and a fit takes a few steps instead of thousands of samples.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, cholesky
from scipy.sparse import coo_array
from scipy.special import expit, log_expit, logsumexp

Array = NDArray[np.float64]
Index = NDArray[np.int64]

_CENTRE_F, _SPREAD_F = -3.5, 1.5
_SPREAD_P, _SPREAD_COVARIATE = 1.5, 1.5
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(9)
NODES: Array = _NODES
"""Loudness of an act in standard deviations: nodes of Gauss and Hermite."""
LOG_WEIGHTS: Array = np.log(_WEIGHTS / _WEIGHTS.sum())


@dataclass(frozen=True)
class Visits:
    """What was seen out of what was looked at, with equal cells counted instead of repeated."""

    detections: Array
    """Distinct patterns of detections, shape (patterns, sensors)."""
    looks: Array
    """Looks of each pattern, shape (patterns, sensors)."""
    pattern: Index
    """Pattern of each distinct cell, shape (cells,)."""
    region: Index
    """Region of each distinct cell, shape (cells,)."""
    known: Index
    """1 where something is confirmed, 0 where it is ruled out, -1 where it is not known, shape (cells,)."""
    covariates: Array
    """Shape (cells, covariates)."""
    number: Array
    """How many cells are like this one, shape (cells,)."""
    regions: int
    """Number of regions; 1 means that none are told apart."""
    placebo: tuple[Array, Array]
    """Detections and looks where nothing happened, each of shape (sensors,)."""


@dataclass(frozen=True)
class Mode:
    """A Gaussian summary of the posterior for one loudness spread and one spread of regions."""

    theta: Array
    """Parameters at the mode: logit p, logit f, mean logit psi, covariate effects, region deviations."""
    root: Array
    """Lower Cholesky factor of the information (inverse covariance)."""
    evidence: float
    """Laplace's approximation of the log marginal likelihood."""


def pattern_terms(
    detections: Array, looks: Array, logit_p: Array, logit_f: Array, spread: float
) -> tuple[Array, Array, Array]:
    """Give ln P(pattern | act), ln P(pattern | none), and the weight of each loudness given an act."""
    loud = logit_p[None, :] + spread * NODES[:, None]
    missed = looks - detections
    terms = detections @ log_expit(loud).T + missed @ log_expit(-loud).T + LOG_WEIGHTS
    act = logsumexp(terms, axis=1)
    none = detections @ log_expit(logit_f) + missed @ log_expit(-logit_f)
    return np.asarray(act), np.asarray(none), np.exp(terms - act[:, None])


def find_mode(visits: Visits, *, spread: float, region_spread: float, start: Array | None = None) -> Mode:
    """Climb to the mode of the posterior by damped Newton steps.

    Parameters
    ----------
    visits
        The compressed data.
    spread
        Standard deviation of the loudness of acts, in logits of p, not negative.
    region_spread
        Standard deviation of regions, in logits of psi, positive; not used where there is one region.
    start
        Where to begin; a mild default.

    Raises
    ------
    ValueError
        No mode was found in 200 steps.

    Source: T. A. Louis, "Finding the observed information matrix when using the EM algorithm", Journal of the Royal
    Statistical Society B 44 (1982) 226-233.
    """
    sensors = visits.looks.shape[1]
    theta = begin(sensors, visits.covariates.shape[1], visits.regions) if start is None else start
    value, gradient, information = _posterior(visits, theta, spread, region_spread)
    for _ in range(200):
        root = _root(information)
        move = cho_solve((root, True), gradient)
        gain = float(gradient @ move)
        if gain < 1e-9:
            break
        length = min(1.0, 5.0 / max(float(np.abs(move).max()), 1e-300))
        while True:
            trial = _posterior(visits, theta + length * move, spread, region_spread)
            if trial[0] >= value + 1e-4 * length * gain or length < 1e-10:
                break
            length /= 2.0
        if length < 1e-10:
            break
        theta = theta + length * move
        value, gradient, information = trial
    else:
        raise ValueError("the occupancy model found no mode in 200 steps: the data contradict the priors")
    root = _root(information)
    evidence = value + 0.5 * theta.size * np.log(2.0 * np.pi) - float(np.log(np.diag(root)).sum())
    return Mode(theta, root, float(evidence))


def begin(sensors: int, covariates: int, regions: int) -> Array:
    """Give a mild starting point."""
    deviations = regions if regions > 1 else 0
    return np.concatenate(
        [np.full(sensors, -0.5), np.full(sensors, _CENTRE_F), [-2.0], np.zeros(covariates + deviations)]
    )


def _posterior(visits: Visits, theta: Array, spread: float, region_spread: float) -> tuple[float, Array, Array]:
    """Log posterior, its gradient, and minus its second derivative."""
    s, c = visits.looks.shape[1], visits.covariates.shape[1]
    patterns, regions = visits.looks.shape[0], visits.regions if visits.regions > 1 else 0
    a, b, mu = theta[:s], theta[s : 2 * s], theta[2 * s]
    beta, deviation = theta[2 * s + 1 : 2 * s + 1 + c], theta[2 * s + 1 + c :]

    act, none, loud = pattern_terms(visits.detections, visits.looks, a, b, spread)
    p = expit(a[None, :] + spread * NODES[:, None])
    f = expit(b)
    design = np.column_stack([np.ones(visits.number.size), visits.covariates])
    line = design @ np.concatenate([[mu], beta])
    if regions:
        line = line + deviation[visits.region]
    psi = expit(line)
    one, zero = log_expit(line) + act[visits.pattern], log_expit(-line) + none[visits.pattern]
    w = np.where(visits.known < 0, expit(one - zero), visits.known)
    each = np.select([visits.known == 1, visits.known == 0], [one, zero], np.logaddexp(one, zero))

    score_p, covariance, curve_p = _loud_moments(visits, p, loud)
    score_f = visits.detections - visits.looks * f
    curve_f = visits.looks * (f * (1.0 - f))
    doubt = visits.number * w * (1.0 - w)
    happened = np.bincount(visits.pattern, visits.number * w, patterns)
    quiet = np.bincount(visits.pattern, visits.number * (1.0 - w), patterns)
    unsure = np.bincount(visits.pattern, doubt, patterns)
    rest = visits.number * (w - psi)
    curve = visits.number * psi * (1.0 - psi) - doubt

    size = theta.size
    gradient, info = np.zeros(size), np.zeros((size, size))
    pp, ff, ll = slice(0, s), slice(s, 2 * s), slice(2 * s, 2 * s + 1 + c)
    gradient[pp] = happened @ score_p
    gradient[ff] = quiet @ score_f
    gradient[ll] = rest @ design
    info[pp, pp] = (
        np.diag(happened @ curve_p)
        - np.einsum("u,ust->st", happened, covariance)
        - score_p.T @ (unsure[:, None] * score_p)
    )
    info[ff, ff] = np.diag(quiet @ curve_f) - score_f.T @ (unsure[:, None] * score_f)
    info[pp, ff] = score_p.T @ (unsure[:, None] * score_f)
    info[ll, ll] = design.T @ (curve[:, None] * design)
    tied = np.stack([np.bincount(visits.pattern, doubt * column, patterns) for column in design.T], axis=1)
    info[pp, ll], info[ff, ll] = -score_p.T @ tied, score_f.T @ tied
    if regions:
        dd = slice(2 * s + 1 + c, size)
        gradient[dd] = np.bincount(visits.region, rest, regions)
        info[dd, dd] = np.diag(np.bincount(visits.region, curve, regions))
        shared = coo_array((doubt, (visits.pattern, visits.region)), shape=(patterns, regions)).tocsr()
        info[pp, dd], info[ff, dd] = -(shared.T @ score_p).T, (shared.T @ score_f).T
        info[ll, dd] = np.stack([np.bincount(visits.region, curve * column, regions) for column in design.T])
    upper = np.triu(info)
    info = upper + upper.T - np.diag(np.diag(upper))
    value = float(visits.number @ each) + _priors(visits, theta, region_spread, gradient, info)
    return value, gradient, info


def _loud_moments(visits: Visits, p: Array, loud: Array) -> tuple[Array, Array, Array]:
    """Mean and covariance of the score for p, and its mean curvature, per pattern, given that something happened."""
    sensors = p.shape[1]
    mean = loud @ p
    products = (p[:, :, None] * p[:, None, :]).reshape(len(NODES), sensors * sensors)
    covariance = (loud @ products).reshape(-1, sensors, sensors) - mean[:, :, None] * mean[:, None, :]
    covariance *= visits.looks[:, :, None] * visits.looks[:, None, :]
    return visits.detections - visits.looks * mean, covariance, visits.looks * (loud @ (p * (1.0 - p)))


def _priors(visits: Visits, theta: Array, region_spread: float, gradient: Array, info: Array) -> float:
    """Add the priors to the gradient and the information; give their log density."""
    s, c = visits.looks.shape[1], visits.covariates.shape[1]
    mu, b = theta[2 * s], theta[s : 2 * s]
    centre, width = np.zeros(theta.size), np.empty(theta.size)
    centre[s : 2 * s] = _CENTRE_F
    width[:s], width[s : 2 * s] = _SPREAD_P, _SPREAD_F
    width[2 * s + 1 : 2 * s + 1 + c], width[2 * s + 1 + c :] = _SPREAD_COVARIATE, region_spread
    normal = np.arange(theta.size) != 2 * s
    off = (theta - centre)[normal] / width[normal]
    gradient[normal] -= off / width[normal]
    info[normal, normal] += 1.0 / width[normal] ** 2
    value = float(-0.5 * off @ off - np.log(width[normal]).sum() - 0.5 * off.size * np.log(2.0 * np.pi))
    # psi of an average place is uniform between 0 and 1: the logistic density of its logit.
    psi = float(expit(mu))
    gradient[2 * s] += 1.0 - 2.0 * psi
    info[2 * s, 2 * s] += 2.0 * psi * (1.0 - psi)
    value += float(log_expit(mu) + log_expit(-mu))
    false, looked = visits.placebo
    f = expit(b)
    gradient[s : 2 * s] += false - looked * f
    place = np.arange(s, 2 * s)
    info[place, place] += looked * f * (1.0 - f)
    return value + float(false @ log_expit(b) + (looked - false) @ log_expit(-b))


def _root(information: Array) -> Array:
    """Lower Cholesky factor of the information, made positive where the surface is not yet concave."""
    damp, scale = 0.0, max(float(np.abs(np.diag(information)).max()), 1.0)
    while True:
        try:
            return np.asarray(cholesky(information + damp * np.eye(len(information)), lower=True))
        except np.linalg.LinAlgError:
            damp = max(damp * 10.0, 1e-6 * scale)
