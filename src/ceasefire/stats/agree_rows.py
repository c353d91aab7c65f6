"""Statements checked before anything is learnt from them: whole numbers, one of a source on an item, no copies."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ceasefire.stats.agree_votes import Index

SILENT = -1
"""Label of a source that said nothing about an item; it counts only where the source could have known."""


def rows(
    item: ArrayLike,
    source: ArrayLike,
    label: ArrayLike,
    *,
    original: ArrayLike | None,
    could_know: ArrayLike | None,
) -> tuple[Index, Index, Index]:
    """Give the statements that count: whole, one of a source on an item, no copies, no ignorant silence.

    Parameters are those of `SourceReliability.fit`.

    Raises
    ------
    ValueError
        No statement is left, shapes differ, a number is out of range, or a source speaks twice of one item.

    >>> rows([0, 0], [0, 1], [1, SILENT], original=None, could_know=np.array([True, False]))[1]
    array([0])
    """
    names = ("item", "source", "label")
    columns = [_whole(name, values) for name, values in zip(names, (item, source, label), strict=True)]
    n = columns[0].size
    if any(column.shape != (n,) for column in columns):
        raise ValueError(f"item, source and label must be flat and equally long: {[c.shape for c in columns]}")
    if not n:
        raise ValueError("there is no statement: nothing can be learnt from nothing")
    if columns[0].min() < 0 or columns[1].min() < 0 or columns[2].min() < SILENT:
        raise ValueError("items and sources are numbered from 0, and labels from 0 or SILENT")
    keep = np.ones(n, dtype=bool)
    if original is not None:
        of = _whole("original", original)
        if of.shape != (n,) or of.min() < -1 or of.max() >= n or np.any(of == np.arange(n)):
            raise ValueError("original must give the position of another row, or -1")
        keep &= ~((of >= 0) & (columns[0][of] == columns[0]))
        if not keep.any():
            raise ValueError("every statement is a copy of another: no original is given")
    if could_know is not None:
        could = np.asarray(could_know)
        if could.shape != (n,) or could.dtype != bool:
            raise ValueError(f"could_know must be a mask of shape ({n},)")
        keep &= could | (columns[2] != SILENT)
    item_, source_, label_ = (column[keep] for column in columns)
    if not np.any(label_ != SILENT):
        raise ValueError("every source is silent: nothing can be learnt from nothing")
    both = np.sort(item_ * (int(source_.max()) + 1) + source_)
    if np.any(both[1:] == both[:-1]):
        raise ValueError("a source speaks twice of one item: keep one statement, or mark the other as a copy")
    return item_, source_, label_


def _whole(name: str, values: ArrayLike) -> Index:
    array = np.asarray(values)
    if array.dtype.kind == "f" and array.size and not np.all(np.isfinite(array)):
        raise ValueError(f"{name} holds NaN or an infinite value")
    if array.size and (array.dtype.kind not in "iuf" or np.any(array != np.floor(array))):
        raise ValueError(f"{name} must be whole numbers, not {array.dtype}")
    return array.astype(np.int64)


def blocs(bloc: ArrayLike | None, sources: int) -> Index:
    """Give the bloc of each source, numbered from 0; -1 for none, and for the only member of one.

    >>> blocs([5, 5, 7], 3)
    array([ 0,  0, -1])
    """
    if bloc is None:
        return np.full(sources, -1)
    of = _whole("bloc", bloc)
    if of.ndim != 1 or of.size < sources or of.min() < -1:
        raise ValueError(f"bloc must give a number from 0, or -1, for each of the {sources} sources")
    # A bloc of one is nobody's bloc.
    of = np.where((of >= 0) & (np.bincount(of[of >= 0], minlength=max(of.max() + 1, 1))[of] > 1), of, -1)
    out = np.full(of.size, -1)
    out[of >= 0] = np.unique(of[of >= 0], return_inverse=True)[1].ravel()
    return out
