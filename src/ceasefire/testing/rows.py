"""Rows of a simulated source in columns: made from arrays and single values, written as CSV without a loop per row.

Why not records: the world is also written at a million rows, for the benchmark, and must be there in seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

Array = np.ndarray[Any, Any]


class Rows:
    """n rows in columns; a single value stands for a column that holds it everywhere.

    Parameters
    ----------
    n
        Number of rows.
    **columns
        Arrays of shape (n,) or single values.

    Examples
    --------
    >>> r = Rows(2, a=np.array([1, 2]), b="x")
    >>> r.replace(b="y").repeat(np.array([2, 0]))["b"].tolist()
    ['y', 'y']
    """

    def __init__(self, n: int, **columns: Any) -> None:
        self.n = n
        for name, column in columns.items():
            if isinstance(column, np.ndarray) and column.shape != (n,):
                raise ValueError(f"column {name!r} has shape {column.shape}, not ({n},)")
        self.columns = columns

    def __getitem__(self, name: str) -> Array:
        value = self.columns.get(name, "")
        return value if isinstance(value, np.ndarray) else np.full(self.n, value, dtype=_kind(value))

    def replace(self, **columns: Any) -> Rows:
        """Give the rows with some columns replaced or added."""
        return Rows(self.n, **{**self.columns, **columns})

    def take(self, rows: Array) -> Rows:
        """Give some rows, by mask or by position."""
        n = int(rows.sum()) if rows.dtype == bool else len(rows)
        return Rows(n, **{k: v[rows] if isinstance(v, np.ndarray) else v for k, v in self.columns.items()})

    def repeat(self, times: Array) -> Rows:
        """Give each row as often as told, shape (n,)."""
        return self.take(np.repeat(np.arange(self.n), times))

    @staticmethod
    def concat(parts: Sequence[Rows]) -> Rows:
        """Put rows behind one another; a column that one part lacks is empty there."""
        names = list(dict.fromkeys(name for p in parts for name in p.columns))
        return Rows(
            sum(p.n for p in parts),
            **{name: np.concatenate([_as(p[name], parts, name) for p in parts]) for name in names},
        )

    @staticmethod
    def label(prefix: str, number: Array, width: int = 7) -> Array:
        """Make ids from numbers, shape (n,).

        >>> Rows.label("r-", np.array([7, 12]), 3).tolist()
        ['r-007', 'r-012']
        """
        text = pc.utf8_lpad(pa.array(number).cast(pa.string()), width, "0")
        return np.asarray(pc.binary_join_element_wise(prefix, text, "").to_numpy(zero_copy_only=False))

    @staticmethod
    def join(*parts: Any) -> Array:
        """Join texts element by element; arrays of shape (n,) and single texts.

        >>> Rows.join("near ", np.array(["Ardale"], dtype=object), ".").tolist()
        ['near Ardale.']
        """
        columns = [pa.array(p, type=pa.string()) if isinstance(p, np.ndarray) else p for p in parts]
        return np.asarray(pc.binary_join_element_wise(*columns, "").to_numpy(zero_copy_only=False))

    def write(self, path: Path, names: Sequence[str]) -> None:
        """Write the named columns as CSV, UTF-8, one header line; NaN is left empty.

        Raises
        ------
        pyarrow.ArrowInvalid
            A text holds a comma, a quotation mark or a line break: the world's texts never do.
        """
        arrays = [self._arrow(name) for name in names]
        path.parent.mkdir(parents=True, exist_ok=True)
        options = pacsv.WriteOptions(quoting_style="none", quoting_header="none")
        with path.open("wb") as file:
            pacsv.write_csv(pa.table(arrays, names=list(names)), file, options)

    def _arrow(self, name: str) -> pa.Array:
        value = self.columns.get(name, "")
        if not isinstance(value, np.ndarray):
            return pa.repeat(pa.scalar(value), self.n)
        if value.dtype.kind == "O":
            return pa.array(value, type=pa.string())
        return pa.array(value, from_pandas=True)


def when(seconds: Array, *, hours: int = 0, zone: str = "") -> Array:
    """Write instants as text to the minute, on a clock some hours from UTC; shape (n,).

    >>> when(np.array([0, 61]), hours=-3).tolist(), when(np.array([0]), zone="Z").tolist()
    (['1969-12-31T21:00', '1969-12-31T21:01'], ['1970-01-01T00:00Z'])
    """
    local = (np.asarray(seconds, dtype=np.int64) + hours * 3600).astype("datetime64[s]")
    text = np.datetime_as_string(local, unit="m")
    return np.asarray(np.char.add(text, zone) if zone else text).astype(object)


def _kind(value: Any) -> Any:
    return object if isinstance(value, str) else None


def _as(column: Array, parts: Sequence[Rows], name: str) -> Array:
    text = any(p[name].dtype.kind in "OU" and name in p.columns for p in parts)
    if text:
        return column.astype(object)
    return np.full(len(column), np.nan) if column.dtype.kind in "OU" else column
