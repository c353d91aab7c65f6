"""Pairwise Fellegi-Sunter linkage by EM with greedy merging: the method that latent incidents are compared with."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from benchmarks.linkage_world import Reports

_Array = np.ndarray[Any, Any]
_REACH_KM = 15.0


def pairwise(seen: Reports) -> _Array:
    """Link by pairs: distance (4 levels), days apart (2), kind (2); merge best first within 15 km and two days."""
    pairs = cKDTree(seen.points_km).query_pairs(_REACH_KM, output_type="ndarray")
    pairs = pairs[np.abs(seen.day[pairs[:, 0]] - seen.day[pairs[:, 1]]) <= 1]
    i, j = pairs.T
    km = np.linalg.norm(seen.points_km[i] - seen.points_km[j], axis=1)
    levels = (
        np.digitize(km, [0.01, 4.0, 8.0]),
        np.abs(seen.day[i] - seen.day[j]),
        (seen.kind[i] == seen.kind[j]).astype(int),
    )
    matched = _fit(levels, (4, 2, 2))
    near = np.bincount(np.r_[i, j], minlength=len(seen.day))
    busy = 0.5 * (np.log1p(near[i]) + np.log1p(near[j]))
    log_odds = np.log(matched + 1e-300) - np.log1p(-np.minimum(matched, 1 - 1e-12)) - busy + busy.mean()
    return _merge(seen, i, j, log_odds)


def _fit(levels: tuple[_Array, ...], sizes: tuple[int, ...], steps: int = 60) -> _Array:
    """P(match) of each pair after EM over m, u and the share of matches."""
    share = 0.2
    m = [np.linspace(2.0, 0.5, k) / np.linspace(2.0, 0.5, k).sum() for k in sizes]
    m[-1] = np.array([0.15, 0.85])
    u = [np.bincount(g, minlength=k) / len(g) for g, k in zip(levels, sizes, strict=True)]
    p = np.zeros(len(levels[0]))
    for _ in range(steps):
        match = np.log(share) + sum(np.log(a[g] + 1e-9) for a, g in zip(m, levels, strict=True))
        other = np.log1p(-share) + sum(np.log(a[g] + 1e-9) for a, g in zip(u, levels, strict=True))
        p = 1 / (1 + np.exp(other - match))
        share = float(p.mean())
        m = [np.bincount(g, p, k) / p.sum() for g, k in zip(levels, sizes, strict=True)]
        u = [np.bincount(g, 1 - p, k) / (1 - p).sum() for g, k in zip(levels, sizes, strict=True)]
    return p


def _merge(seen: Reports, i: _Array, j: _Array, log_odds: _Array) -> _Array:
    parent = list(range(len(seen.day)))
    x, y, day = seen.points_km[:, 0].tolist(), seen.points_km[:, 1].tolist(), seen.day.tolist()
    box = [(x[k], x[k], y[k], y[k], day[k], day[k]) for k in parent]

    def root(k: int) -> int:
        while parent[k] != k:
            parent[k] = parent[parent[k]]
            k = parent[k]
        return k

    likely = np.flatnonzero(log_odds > 0)
    for e in likely[np.argsort(-log_odds[likely], kind="stable")].tolist():
        a, b = root(int(i[e])), root(int(j[e]))
        if a == b:
            continue
        p, q = box[a], box[b]
        both = tuple(f(p[k], q[k]) for k, f in enumerate((min, max, min, max, min, max)))
        if both[5] - both[4] <= 1 and both[1] - both[0] <= _REACH_KM and both[3] - both[2] <= _REACH_KM:
            parent[b], box[a] = a, both
    return np.array([root(k) for k in range(len(parent))])
