"""Lists per group as Arrow columns, without a Python object per row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

_Array = np.ndarray[Any, Any]


def lists(group: _Array, values: _Array, count: int) -> pa.Array:
    """Collect values by group: shape (n,) groups and texts to `count` lists, in the order given.

    >>> lists(np.array([1, 0, 1]), np.array(["a", "b", "c"]), 3).to_pylist()
    [['b'], ['a', 'c'], []]
    """
    order = np.argsort(group, kind="stable")
    return pa.ListArray.from_arrays(_offsets(group, count), pa.array(values[order].astype(object), type=pa.string()))


def coded(texts: _Array) -> tuple[_Array, _Array]:
    """Give the distinct texts, sorted, and each row's position among them: `np.unique`, sorting only what differs.

    >>> coded(np.array(["b", "a", "b"]))[1].tolist()
    [1, 0, 1]
    """
    encoded = pa.array(texts.astype(object), type=pa.string()).dictionary_encode()
    names = np.array(encoded.dictionary.to_pylist(), dtype=str)
    order = np.argsort(names)
    rank = np.empty(len(names), dtype=np.int64)
    rank[order] = np.arange(len(names))
    return names[order], rank[encoded.indices.to_numpy()]


def unique_lists(group: _Array, values: _Array, count: int) -> pa.Array:
    """Collect the different non-empty values of each group, sorted.

    >>> unique_lists(np.array([0, 0, 0]), np.array(["b", "a", "b"]), 1).to_pylist()
    [['a', 'b']]
    """
    names, code = coded(values)
    keep = names[code] != ""
    pair = np.unique(group[keep] * len(names) + code[keep]) if len(names) else np.zeros(0, dtype=np.int64)
    return lists(pair // max(len(names), 1), names[pair % max(len(names), 1)], count)


def pairs(group: _Array, keys: _Array, values: _Array, count: int) -> pa.Array:
    """Collect (key, value) pairs by group, the value being a number or a text.

    >>> pairs(np.array([0, 0]), np.array(["x", "y"]), np.array([0.5, 0.25]), 1).to_pylist()
    [[{'key': 'x', 'value': 0.5}, {'key': 'y', 'value': 0.25}]]
    """
    order = np.argsort(group, kind="stable")
    number = values.dtype.kind == "f"
    struct = pa.StructArray.from_arrays(
        [
            pa.array(keys[order].astype(object), type=pa.string()),
            pa.array(values[order] if number else values[order].astype(object), type=None if number else pa.string()),
        ],
        names=["key", "value"],
    )
    return pa.ListArray.from_arrays(_offsets(group, count), struct)


def _offsets(group: _Array, count: int) -> pa.Array:
    return pa.array(np.concatenate([[0], np.cumsum(np.bincount(group, minlength=count))]).astype(np.int32))
