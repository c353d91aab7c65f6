"""Texts that are copies of each other, exact or nearly: MinHash over word shingles, then the same names and numbers.

Why: an agency's sentence printed by ten outlets is one report. Comparing all pairs would cost the square; hashing into
bands only looks at likely ones. Overlap alone does not make a copy: a daily bulletin repeats its sentence with other
villages and other numbers, and those are new reports. So a near copy must name the same names and the same numbers.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

_Array = np.ndarray[Any, Any]
_BANDS, _ROWS = 20, 3
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Copies:
    """Pairs of distinct texts that are near copies, and for each text the first one that is equal to it.

    `exact[k]` is the position of the first text equal to text k after normalising; `i`, `j` are such first positions,
    `overlap` is the Jaccard overlap of the two texts' shingles.
    """

    exact: _Array
    i: _Array
    j: _Array
    overlap: _Array


def normalised(text: str) -> str:
    """Fold case, form, punctuation and spaces, so that typography does not make two texts of one.

    >>> normalised("«Attack»  on POLTAVA –  2 hurt.")
    'attack on poltava 2 hurt'
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(c if c.isalnum() else " " for c in folded if c not in "'ʼ’`").split())


def near_copies(texts: Sequence[str], when: _Array, *, within: float, least: float = 0.6) -> Copies:
    """Find the texts that copy each other.

    Parameters
    ----------
    texts
        n texts.
    when
        Time of each, shape (n,), any unit; a text is compared with others not more than `within` away.
    within
        Greatest distance in time, in that unit.
    least
        Least Jaccard overlap of shingles (pairs of neighbouring words) of a near copy, above 0.

    Raises
    ------
    ValueError
        Where texts and times differ in number, or a time is not a finite number.

    Notes
    -----
    Broder (1997). With 20 bands of 3 rows a pair of overlap 0.5 is looked at with probability 0.93, one of
    0.6 with 0.99.

    Examples
    --------
    >>> texts = ["Drones hit a flat in Odesa", "drones hit a flat in Odesa!", "Drones hit a flat in Odesa at dawn"]
    >>> c = near_copies([*texts, "Drones hit a flat in Sumy"], np.zeros(4), within=1)
    >>> c.exact.tolist(), c.i.tolist(), c.j.tolist(), c.overlap.round(2).tolist()
    ([0, 0, 2, 3], [0], [2], [0.71])
    """
    when = np.asarray(when, dtype=np.float64)
    if len(texts) != len(when) or not np.isfinite(when).all():
        raise ValueError("every text needs one time that is a finite number")
    plain = [normalised(t) for t in texts]
    exact = _first_equal(plain, when, within)
    firsts = np.flatnonzero((exact == np.arange(len(plain))) & np.array([bool(p) for p in plain], dtype=bool))
    if not len(firsts):
        return Copies(exact, *(np.zeros(0, t) for t in (np.int64, np.int64, np.float64)))
    owner, shingle = _shingles([plain[k] for k in firsts.tolist()])
    i, j = _candidates(_signature(owner, shingle, len(firsts)))
    close = np.abs(when[firsts[i]] - when[firsts[j]]) <= within
    i, j = i[close], j[close]
    overlap = _overlap(owner, shingle, i, j, len(firsts))
    i, j, overlap = firsts[i[overlap >= least]], firsts[j[overlap >= least]], overlap[overlap >= least]
    same = np.array([_same_facts(texts[a], texts[b]) for a, b in zip(i.tolist(), j.tolist(), strict=True)], dtype=bool)
    return Copies(exact, i[same], j[same], overlap[same])


def _same_facts(one: str, other: str) -> bool:
    """Tell whether two texts hold the same numbers, and each the other's names (by their first five letters).

    >>> _same_facts("Fire at Odesa, 2 hurt", "more: Fire at Odesa: 2 hurt"), _same_facts("2 hurt", "3 hurt")
    (True, False)
    """
    words = [_WORD.findall(unicodedata.normalize("NFKC", t)) for t in (one, other)]
    numbers = [sorted(w for w in ws if w[0].isdigit()) for ws in words]
    if numbers[0] != numbers[1]:
        return False
    stems = [{w.casefold()[:5] for w in ws} for ws in words]
    names = [{w.casefold()[:5] for w in ws if w[0].isupper()} for ws in words]
    return names[0] <= stems[1] and names[1] <= stems[0]


def _first_equal(plain: Sequence[str], when: _Array, within: float) -> _Array:
    """Position of the first equal text of a chain in which neighbours are not further apart than `within`."""
    exact = np.arange(len(plain))
    last: dict[str, tuple[int, Any]] = {}
    for k in np.argsort(when, kind="stable").tolist():
        if not plain[k]:
            continue
        before = last.get(plain[k])
        if before is not None and when[k] - before[1] <= within:
            exact[k] = before[0]
        last[plain[k]] = (int(exact[k]), when[k])
    return exact


def _shingles(plain: Sequence[str]) -> tuple[_Array, _Array]:
    """Distinct shingles of each text as 32-bit hashes: (owner, shingle), by owner."""
    owner, hashes = [], []
    for k, text in enumerate(plain):
        words = text.split()
        of = {zlib.crc32(" ".join(words[a : a + 2]).encode()) for a in range(max(len(words) - 1, 1))}
        owner += [k] * len(of)
        hashes += sorted(of)
    return np.array(owner, dtype=np.int64), np.array(hashes, dtype=np.uint64)


def _signature(owner: _Array, shingle: _Array, n: int) -> _Array:
    """MinHash of each text, shape (n, bands * rows)."""
    random = np.random.default_rng(7)
    first = np.searchsorted(owner, np.arange(n))
    out = np.empty((n, _BANDS * _ROWS), dtype=np.uint64)
    for q in range(_BANDS * _ROWS):
        out[:, q] = np.minimum.reduceat(_mixed(shingle ^ np.uint64(random.integers(1, 1 << 62))), first)
    return out


def _mixed(x: _Array) -> _Array:
    """Spread 64-bit numbers evenly (the finaliser of splitmix64, Steele and others 2014)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(x ^ (x >> np.uint64(31)))


def _candidates(signature: _Array) -> tuple[_Array, _Array]:
    """Pairs of texts that agree in all rows of some band."""
    found = []
    for band in range(_BANDS):
        rows = signature[:, band * _ROWS : (band + 1) * _ROWS]
        mixed = np.zeros(len(rows), dtype=np.uint64)
        for row in rows.T:
            mixed = _mixed(mixed ^ row)
        _, key = np.unique(mixed, return_inverse=True)
        order = np.argsort(key, kind="stable")
        first = np.flatnonzero(np.diff(key[order], prepend=-1))
        size = np.diff(np.r_[first, len(order)])
        later = np.repeat(first + size, size) - np.arange(len(order)) - 1
        one = np.repeat(np.arange(len(order)), later)
        step = np.arange(len(one)) - np.repeat(np.cumsum(later) - later, later) + 1
        found.append(order[one] * len(order) + order[one + step])
    keys = np.unique(np.concatenate(found))
    return keys // len(signature), keys % len(signature)


def _overlap(owner: _Array, shingle: _Array, i: _Array, j: _Array, n: int) -> _Array:
    """Jaccard overlap of the shingles of each pair."""
    first = np.r_[np.searchsorted(owner, np.arange(n)), len(owner)]
    size = np.diff(first)
    of = [frozenset(shingle[a:b].tolist()) for a, b in zip(first[:-1].tolist(), first[1:].tolist(), strict=True)]
    common = np.array([len(of[a] & of[b]) for a, b in zip(i.tolist(), j.tolist(), strict=True)], dtype=np.float64)
    return np.asarray(common / np.maximum(size[i] + size[j] - common, 1.0))
