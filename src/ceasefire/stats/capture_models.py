"""Log-linear models of which incident is on which list, and how much each model is to be believed.

The count of each pattern of lists is Poisson; its log is a sum of what each list adds, what each dependent pair adds,
and what incidents that are easy for all lists to see add. The pattern of no list is not seen, and is foretold.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

Array = NDArray[np.float64]
_MOST = 1100
_PRIOR_PAIR, _PRIOR_LIST = 2.0, 10.0


@dataclass(frozen=True)
class Fitted:
    """One model of dependence, fitted."""

    pairs: tuple[tuple[int, int], ...]
    """Pairs of lists that depend on each other."""
    unequal: str
    """How incidents differ in how easy they are to see: '', `mild` or `strong`."""
    log_unseen: float
    """Log of the expected number on no list."""
    spread: float
    """Its standard deviation."""
    weight: float
    """Weight among all models."""

    def describe(self, names: NDArray[np.int64]) -> str:
        """Say what depends on what, with the lists' own numbers."""
        parts = [f"{names[a]}-{names[b]}" for a, b in self.pairs]
        if self.unequal:
            parts.append(f"{self.unequal} differences between incidents")
        return ", ".join(parts) or "independent"


def fit_models(table: NDArray[np.bool_], *, criterion: str) -> list[Fitted]:
    """Fit every model of a table of incidents by lists, shape (n, lists), and weigh them.

    Every set of dependent pairs is tried; with six lists or more only the smaller sets, up to 1,100 models. A weak
    normal prior (standard deviation 2 on each dependence) keeps estimates finite where a pattern never occurs.
    """
    lists = table.shape[1]
    patterns = ((np.arange(1, 2**lists)[:, None] >> np.arange(lists)) & 1).astype(np.float64)
    code = (table.astype(np.int64) << np.arange(lists)).sum(axis=1)
    counts = np.bincount(code, minlength=2**lists)[1:].astype(np.float64)
    rows = []
    for pairs, unequal in _models(lists):
        theta, covariance, likelihood = _fit(_design(patterns, pairs, unequal), counts, lists)
        size = theta.size
        if criterion == "bic":
            penalty = 0.5 * size * np.log(max(counts.sum(), 2.0))
        else:
            penalty = size + size * (size + 1.0) / max(counts.sum() - size - 1.0, 1.0)
        rows.append((pairs, unequal, float(theta[0]), float(np.sqrt(covariance[0, 0])), likelihood - penalty))
    score = np.array([row[4] for row in rows])
    weight = np.exp(score - score.max())
    weight /= weight.sum()
    return [Fitted(*row[:4], float(w)) for row, w in zip(rows, weight, strict=True)]


def _models(lists: int) -> Iterator[tuple[tuple[tuple[int, int], ...], str]]:
    every = list(combinations(range(lists), 2))
    given = 0
    for size in range(len(every) + 1):
        for pairs in combinations(every, size):
            kinds = ("", "mild", "strong") if size < len(every) else ("",)
            for unequal in kinds if size <= 1 else kinds[:1]:
                if given >= _MOST:
                    return
                given += 1
                yield pairs, unequal


def _design(patterns: Array, pairs: tuple[tuple[int, int], ...], unequal: str) -> Array:
    """Columns: the unseen, each list, each dependent pair, differences between incidents (0 for no list)."""
    columns = [np.ones(len(patterns)), *patterns.T]
    columns += [patterns[:, a] * patterns[:, b] for a, b in pairs]
    times = patterns.sum(axis=1)
    if unequal == "mild":
        columns.append(times**2 / 2.0 - times / 2.0)
    elif unequal == "strong":
        # Gamma-distributed ease (Rivest and Baillargeon 2007): convex in the number of lists, steep near none.
        columns.append(np.log(3.5) - np.log(3.5 + times) + times * np.log(4.5 / 3.5))
    return np.stack(columns, axis=1)


def _fit(design: Array, counts: Array, lists: int) -> tuple[Array, Array, float]:
    """Newton's method with step halving for a Poisson log-linear model under the weak prior."""
    size = design.shape[1]
    precision = np.full(size, 1.0 / _PRIOR_PAIR**2)
    precision[0], precision[1 : lists + 1] = 1e-6, 1.0 / _PRIOR_LIST**2
    theta = np.zeros(size)
    theta[0] = np.log(counts.sum() / len(counts) + 0.5)

    def height(at: Array) -> float:
        line = design @ at
        return float(counts @ line - np.exp(np.minimum(line, 700.0)).sum() - 0.5 * precision @ at**2)

    value = height(theta)
    for _ in range(100):
        mean = np.exp(design @ theta)
        gradient = design.T @ (counts - mean) - precision * theta
        information = design.T @ (mean[:, None] * design) + np.diag(precision)
        move = np.linalg.solve(information, gradient)
        if float(gradient @ move) < 1e-9:
            break
        length = 1.0
        while height(theta + length * move) < value and length > 1e-8:
            length /= 2.0
        theta = theta + length * move
        value = height(theta)
    mean = np.exp(design @ theta)
    information = design.T @ (mean[:, None] * design) + np.diag(precision)
    likelihood = float(counts @ (design @ theta) - mean.sum() - gammaln(counts + 1.0).sum())
    return theta, np.asarray(np.linalg.inv(information), dtype=np.float64), likelihood
