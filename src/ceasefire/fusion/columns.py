"""Texts as codes, and lists per group as Arrow columns, without a Python object per row.

Why codes: a column of texts in numpy costs four bytes a character and row, or a Python object a row; most columns of
observations hold a few dozen texts a million times.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Coded:
    """A column of texts as positions in a short list of texts.

    Examples
    --------
    >>> column = Coded.of(["news", "party", "news"])
    >>> column.equals("news").tolist(), column.looked_up({"party": 0.5}, 1.0).tolist()
    ([True, False, True], [1.0, 0.5, 1.0])
    >>> column.where(column.equals("party"), Coded.repeated("", 3)).texts().tolist()
    ['', 'party', '']
    """

    names: _Array
    """Texts, shape (k,); a text may stand there twice."""
    code: _Array
    """Position in `names` of each row's text, shape (n,)."""

    @classmethod
    def of(cls, texts: pa.ChunkedArray | pa.Array | Sequence[str]) -> Coded:
        """Code an Arrow column or texts; the names are distinct and sorted."""
        column = texts if isinstance(texts, (pa.ChunkedArray, pa.Array)) else pa.array(texts, type=pa.string())
        if isinstance(column, pa.ChunkedArray):
            column = column.combine_chunks()
        encoded = column.dictionary_encode()
        names = np.array(encoded.dictionary.to_pylist(), dtype=str)
        return cls(names, np.asarray(encoded.indices.to_numpy())).tidied()

    @classmethod
    def repeated(cls, text: str, n: int) -> Coded:
        """Give one text n times."""
        return cls(np.array([text]), np.zeros(n, dtype=np.int32))

    @classmethod
    def joined(cls, parts: Sequence[Coded]) -> Coded:
        """Put columns behind one another."""
        offset = np.cumsum([0, *(len(p.names) for p in parts)]).astype(np.int32)
        codes = [p.code + k for p, k in zip(parts, offset, strict=False)]
        return cls(np.concatenate([p.names for p in parts]), np.concatenate(codes))

    def __len__(self) -> int:
        return len(self.code)

    def equals(self, text: str) -> _Array:
        """Tell where the text is this one, shape (n,)."""
        return np.asarray((self.names == text)[self.code])

    def among(self, texts: Collection[str]) -> _Array:
        """Tell where the text is one of these, shape (n,)."""
        return np.array([name in texts for name in self.names.tolist()], dtype=bool)[self.code]

    def begins(self, prefix: str) -> _Array:
        """Tell where the text begins so, shape (n,)."""
        return np.array([name.startswith(prefix) for name in self.names.tolist()], dtype=bool)[self.code]

    def same(self, other: Coded) -> _Array:
        """Tell where two columns of one length hold the same text; both with distinct names."""
        at = {name: k for k, name in enumerate(self.names.tolist())}
        mapped = np.array([at.get(name, -1) for name in other.names.tolist()], dtype=np.int64)
        return np.asarray(self.code == mapped[other.code])

    def looked_up(self, table: Mapping[str, float], default: float) -> _Array:
        """Give each row's number, shape (n,)."""
        return np.array([table.get(name, default) for name in self.names.tolist()], dtype=float)[self.code]

    def take(self, rows: _Array) -> Coded:
        """Keep rows by positions or by mask."""
        return Coded(self.names, self.code[rows])

    def where(self, mask: _Array, other: Coded) -> Coded:
        """Keep the texts under a mask, and take the others from another column."""
        both = np.where(mask, self.code, other.code + np.int32(len(self.names)))
        return Coded(np.concatenate([self.names, other.names]), both).tidied()

    def tidied(self) -> Coded:
        """Leave out names that no row has, make the rest distinct and sort them."""
        used = np.bincount(self.code, minlength=len(self.names)) > 0
        names = np.unique(self.names[used])
        return Coded(names, np.searchsorted(names, self.names).astype(np.int32)[self.code])

    def texts(self) -> _Array:
        """Give the texts themselves as objects, shape (n,)."""
        return np.asarray(self.names.astype(object)[self.code])

    def arrow(self) -> pa.Array:
        """Give the texts as an Arrow column."""
        return pa.array(self.names.tolist(), type=pa.string()).take(pa.array(self.code))


def lists(group: _Array, values: _Array | pa.Array, count: int) -> pa.Array:
    """Collect values by group: shape (n,) groups and texts to `count` lists, in the order given.

    >>> lists(np.array([1, 0, 1]), np.array(["a", "b", "c"]), 3).to_pylist()
    [['b'], ['a', 'c'], []]
    """
    texts = values if isinstance(values, pa.Array) else pa.array(values.astype(object), type=pa.string())
    if (np.diff(group) < 0).any():
        texts = texts.take(pa.array(np.argsort(group, kind="stable")))
    return pa.ListArray.from_arrays(_offsets(group, count), texts)


def coded(texts: _Array) -> tuple[_Array, _Array]:
    """Give the distinct texts, sorted, and each row's position among them: `np.unique`, sorting only what differs.

    >>> coded(np.array(["b", "a", "b"]))[1].tolist()
    [1, 0, 1]
    """
    column = Coded.of(pa.array(texts.astype(object), type=pa.string()))
    return column.names, column.code.astype(np.int64)


def numbered(texts: pa.ChunkedArray | pa.Array) -> _Array:
    """Give equal texts an equal number, shape (n,), in no order: for columns in which most texts stand once.

    >>> numbered(pa.array(["b", "a", "b"])).tolist()
    [0, 1, 0]
    """
    column = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    return np.asarray(column.dictionary_encode().indices.to_numpy())


def held(column: pa.ChunkedArray | pa.Array, names: Sequence[str]) -> _Array:
    """Tell which of the names each row's list holds, shape (n, names).

    >>> held(pa.array([["b"], ["a", "c"], []]), ["a", "b"]).tolist()
    [[False, True], [True, False], [False, False]]
    """
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    at = pc.index_in(pc.list_flatten(whole), pa.array(list(names), type=pa.string())).fill_null(-1).to_numpy()
    row = pc.list_parent_indices(whole).to_numpy()
    out = np.zeros((len(whole), len(names)), dtype=bool)
    out[row[at >= 0], at[at >= 0]] = True
    return out


def all_held(column: pa.ChunkedArray | pa.Array) -> list[str]:
    """Give the distinct texts of a column of lists, sorted."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return sorted(pc.unique(pc.list_flatten(whole)).to_pylist())


def unique_lists(group: _Array, values: Coded, count: int) -> pa.Array:
    """Collect the different non-empty values of each group, sorted.

    >>> unique_lists(np.array([0, 0, 0]), Coded.of(["b", "a", "b"]), 1).to_pylist()
    [['a', 'b']]
    """
    keep = ~values.equals("")
    kept = values.take(keep).tidied()
    pair = np.unique(group[keep] * len(kept.names) + kept.code) if len(kept.names) else np.zeros(0, dtype=np.int64)
    each = max(len(kept.names), 1)
    return lists(pair // each, Coded(kept.names, pair % each).arrow(), count)


def pairs(group: _Array, keys: Coded | _Array, values: _Array | Coded, count: int) -> pa.Array:
    """Collect (key, value) pairs by group, the value being a number or a text.

    >>> pairs(np.array([0, 0]), Coded.of(["x", "y"]), np.array([0.5, 0.25]), 1).to_pylist()
    [[{'key': 'x', 'value': 0.5}, {'key': 'y', 'value': 0.25}]]
    """
    order = np.argsort(group, kind="stable")
    keys = keys if isinstance(keys, Coded) else Coded.of(keys.tolist())
    value = values.take(order).arrow() if isinstance(values, Coded) else pa.array(values[order])
    struct = pa.StructArray.from_arrays([keys.take(order).arrow(), value], names=["key", "value"])
    return pa.ListArray.from_arrays(_offsets(group, count), struct)


def _offsets(group: _Array, count: int) -> pa.Array:
    return pa.array(np.concatenate([[0], np.cumsum(np.bincount(group, minlength=count))]).astype(np.int32))
