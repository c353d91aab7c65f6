"""Which ship is which detection: chances of every pairing, one best assignment, and a threshold that sets itself.

Why chances and not only a best pairing: two ships side by side and one detection between them leave open which it is,
and "one of the two, 60 to 40" is what is known. Each ship makes at most one detection and each detection is of at
most one ship; the posterior over all such pairings is summed exactly where groups are small and by belief
propagation, which always converges here, where they are not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components, min_weight_full_bipartite_matching

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

EXACT = 8
"""Groups whose smaller side has at most so many members are summed exactly."""
LARGEST = 200
"""... and whose larger side has at most so many."""
STEPS = 500
"""Most steps of belief propagation."""
CLOSE = 1e-6
"""Change at which belief propagation has settled."""


@dataclass(frozen=True, eq=False)
class Chances:
    """Chances of pairings."""

    pair: Array
    """P(this ship made this detection), shape (pairs,)."""
    ship: Array
    """P(the ship made none), shape (ships,)."""
    detection: Array
    """P(the detection is of none of the ships), shape (detections,)."""
    exact: Bools
    """Whether the pair's chance is a full sum (or a tree, where belief propagation is exact), shape (pairs,)."""


def chances(ship: Ints, detection: Ints, weight: Array, *, ships: int, detections: int) -> Chances:
    """Give the chance of every pairing of ships and detections, each used at most once.

    Parameters
    ----------
    ship, detection
        Numbers of the two sides of each possible pair, shape (pairs,); no pair twice.
    weight
        Odds of the pair against both standing alone, shape (pairs,); positive.
    ships, detections
        How many there are.

    Source: J. L. Williams and R. A. Lau, "Approximate evaluation of marginal association probabilities with belief
    propagation", IEEE Transactions on Aerospace and Electronic Systems 50 (2014) 2942-2959.

    >>> c = chances(np.array([0, 1]), np.array([0, 0]), np.array([6.0, 3.0]), ships=2, detections=1)
    >>> c.pair.round(2).tolist(), c.detection.round(2).tolist()
    ([0.6, 0.3], [0.1])
    """
    w = np.asarray(weight, dtype=np.float64)
    pair = _propagate(ship, detection, w, ships, detections)
    exact = np.ones(len(w), dtype=bool)
    for group in _loops(ship, detection, ships, detections):
        a, row = np.unique(ship[group], return_inverse=True)
        b, column = np.unique(detection[group], return_inverse=True)
        if min(len(a), len(b)) > EXACT or max(len(a), len(b)) > LARGEST:
            exact[group] = False
            continue
        table = np.zeros((len(a), len(b)))
        table[row, column] = w[group]
        full = full_sum(table) if len(b) <= len(a) else full_sum(table.T).T
        pair[group] = full[row, column]
    return Chances(
        pair,
        np.clip(1.0 - np.bincount(ship, weights=pair, minlength=ships), 0.0, 1.0),
        np.clip(1.0 - np.bincount(detection, weights=pair, minlength=detections), 0.0, 1.0),
        exact,
    )


def full_sum(table: Array) -> Array:
    """Give the chances of all pairings of a small group exactly, from a table of weights (rows, columns).

    Sums over all assignments row by row, with the set of columns used so far as the state, forward and backward: the
    work grows with 2 to the power of the columns, so the smaller side should be the columns.

    >>> full_sum(np.array([[1.0, 1.0], [1.0, 1.0]])).round(4).tolist()  # 7 assignments: none, four single, two double
    [[0.2857, 0.2857], [0.2857, 0.2857]]
    """
    rows, columns = table.shape
    states = np.arange(1 << columns)
    free = [states[(states >> c) & 1 == 0] for c in range(columns)]
    forward = np.zeros((rows + 1, len(states)))
    forward[0, 0] = 1.0
    for r in range(rows):
        forward[r + 1] = forward[r]
        for c in range(columns):
            if table[r, c] > 0:
                forward[r + 1, free[c] | (1 << c)] += table[r, c] * forward[r, free[c]]
        forward[r + 1] /= forward[r + 1].max()
    out = np.zeros_like(table)
    backward = np.ones(len(states))
    for r in range(rows - 1, -1, -1):
        nothing = float(forward[r] @ backward)
        parts = np.array(
            [table[r, c] * float(forward[r, free[c]] @ backward[free[c] | (1 << c)]) for c in range(columns)]
        )
        out[r] = parts / (nothing + parts.sum())
        step = backward.copy()
        for c in range(columns):
            if table[r, c] > 0:
                step[free[c]] += table[r, c] * backward[free[c] | (1 << c)]
        backward = step / step.max()
    return out


def _propagate(ship: Ints, detection: Ints, w: Array, ships: int, detections: int) -> Array:
    """Belief propagation over all pairs at once; exact where the graph is a tree."""
    back = np.ones(len(w))
    if not len(w):
        return back
    for _ in range(STEPS):
        mine = w * back
        forth = w / (1.0 + np.bincount(ship, weights=mine, minlength=ships)[ship] - mine)
        new = 1.0 / (1.0 + np.bincount(detection, weights=forth, minlength=detections)[detection] - forth)
        moved = float(np.abs(new - back).max())
        back = new
        if moved < CLOSE:
            break
    mine = w * back
    return np.asarray(mine / (1.0 + np.bincount(ship, weights=mine, minlength=ships)[ship]))


def _loops(ship: Ints, detection: Ints, ships: int, detections: int) -> list[Ints]:
    """Give the pairs of every connected group that is no tree."""
    if not len(ship):
        return []
    graph = coo_matrix((np.ones(len(ship)), (ship, detection + ships)), shape=(ships + detections,) * 2)
    number, label = connected_components(graph, directed=False)
    of = label[ship]
    edges, nodes = np.bincount(of, minlength=number), np.bincount(label, minlength=number)
    loopy = np.flatnonzero(edges >= nodes)
    order = np.argsort(of, kind="stable")
    first = np.searchsorted(of[order], loopy)
    return [order[f : f + edges[g]] for f, g in zip(first, loopy, strict=True)]


def best_pairs(ship: Ints, detection: Ints, weight: Array, *, least: float = 1.0) -> Bools:
    """Choose the one most likely assignment: pairs whose odds multiply to the most; shape (pairs,).

    Every ship may also stand alone, so no pair with odds below `least` is ever chosen.

    Source: minimum weight full matching of R. Jonker and A. Volgenant, Computing 38 (1987) 325-340, as scipy has it,
    with a column of its own for every ship.

    >>> odds = np.array([9.0, 8.0, 8.0])  # the greedy choice takes 9 and leaves 1; the best takes 8 * 8
    >>> best_pairs(np.array([0, 0, 1]), np.array([0, 1, 0]), odds).tolist()
    [False, True, True]
    """
    w = np.asarray(weight, dtype=np.float64)
    chosen = np.zeros(len(w), dtype=bool)
    worth = np.flatnonzero(w > least)
    if not len(worth):
        return chosen
    rows, row = np.unique(ship[worth], return_inverse=True)
    columns, column = np.unique(detection[worth], return_inverse=True)
    gain = np.log(w[worth] / least)
    top = gain.max() + 1.0  # one entry of each row is chosen, so a constant changes nothing
    alone = np.arange(len(rows))
    cost = csr_matrix(
        (
            np.concatenate([top - gain, np.full(len(rows), top)]),
            (np.concatenate([row, alone]), np.concatenate([column, alone + len(columns)])),
        ),
        shape=(len(rows), len(columns) + len(rows)),
    )
    taken_row, taken_column = min_weight_full_bipartite_matching(cost)
    of = np.full(len(rows), -1)
    of[taken_row] = taken_column
    chosen[worth] = of[row] == column
    return chosen


def self_set_threshold(score: ArrayLike, expected: float) -> float:
    """Give the score above which as many pairs lie as matches are expected.

    Why: no labels are needed. The ships known to be in the scene, times the chance that radar sees a ship of their
    length, say how many matches there must be; the threshold that gives this number is as likely to let a wrong pair
    in as to leave a right one out.

    Parameters
    ----------
    score
        Scores of the chosen pairs, shape (pairs,).
    expected
        Sum over ships of P(in the scene) times P(radar sees it).

    Source: Kroodsma and others (2022); F. S. Paolo and others, "Satellite mapping reveals extensive industrial
    activity at sea", Nature 625 (2024) 85-91.

    >>> self_set_threshold([5.0, 4.0, 3.0, 2.0], 2.2)
    4.0
    >>> self_set_threshold([5.0, 4.0], 7.0)  # fewer pairs than expected: all of them
    0.0
    """
    s = np.sort(np.asarray(score, dtype=np.float64))[::-1]
    number = int(np.floor(expected + 0.5))
    if number > len(s):
        return 0.0
    return float(s[number - 1]) if number > 0 else float("inf")
