"""Many records of one kind in columns: an Arrow table with the record's fields as its schema.

Why columns: a million observations as Python objects cost gigabytes and minutes, as columns a tenth of it. Why
the record stays the master: its fields, types and docstrings are written once, and the schema is made from them.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

R = TypeVar("R")

_TIME = pa.timestamp("s", tz="UTC")
_PAIRS_FLOAT = pa.list_(pa.struct([("key", pa.string()), ("value", pa.float64())]))
_PAIRS_TEXT = pa.list_(pa.struct([("key", pa.string()), ("value", pa.string())]))
_TYPES: dict[Any, pa.DataType] = {
    str: pa.string(),
    float: pa.float64(),
    int: pa.int64(),
    bool: pa.bool_(),
    datetime: _TIME,
    tuple[str, ...]: pa.list_(pa.string()),
    tuple[int, ...]: pa.list_(pa.int64()),
    tuple[tuple[str, float], ...]: _PAIRS_FLOAT,
    tuple[tuple[str, str], ...]: _PAIRS_TEXT,
}


_SCHEMAS: dict[type[Any], pa.Schema] = {}


def schema_of(record: type[Any]) -> pa.Schema:
    """Make the Arrow schema of a record class from its field annotations.

    >>> from ceasefire.model.records import Weight
    >>> schema_of(Weight).names
    ['incident', 'observation', 'about', 'weight', 'why']
    """
    if record not in _SCHEMAS:
        hints = typing.get_type_hints(record)
        fields = [pa.field(f.name, _TYPES[hints[f.name]], nullable=False) for f in dataclasses.fields(record)]
        _SCHEMAS[record] = pa.schema(fields)
    return _SCHEMAS[record]


class Table(Generic[R]):
    """Records of one kind, in columns; equal records in equal order make equal bytes.

    Parameters
    ----------
    record
        The record class, e.g. `Observation`.
    arrow
        An Arrow table whose columns are the record's fields (any order; missing ones take the field's default).

    Examples
    --------
    >>> from ceasefire.model.records import Weight
    >>> t = Table.of(Weight, [Weight(incident="i-1", observation="prior", about="occurred", weight=-0.8, why="base")])
    >>> len(t), t[0].weight, len(t.where(incident="i-2"))
    (1, -0.8, 0)
    """

    def __init__(self, record: type[R], arrow: pa.Table) -> None:
        self.record = record
        schema = schema_of(record)
        unknown = set(arrow.column_names) - set(schema.names)
        if unknown:
            raise ValueError(f"{record.__name__} has no field {sorted(unknown)[0]!r}")
        if arrow.schema != schema:
            arrow = _conform(record, schema, arrow)
        self.arrow = arrow

    @classmethod
    def of(cls, record: type[R], rows: Iterable[R]) -> Table[R]:
        """Make a table from records."""
        schema = schema_of(record)
        rows = list(rows)
        columns = {f.name: pa.array([_plain(getattr(r, f.name), f.type) for r in rows], type=f.type) for f in schema}
        return cls(record, pa.table(columns, schema=schema))

    @classmethod
    def from_columns(cls, record: type[R], columns: Mapping[str, Any], length: int | None = None) -> Table[R]:
        """Make a table from arrays; a scalar is repeated, a field left out takes its default.

        Parameters
        ----------
        record
            The record class.
        columns
            Field name to array of shape (n,) or scalar; times as `datetime64` in UTC or aware datetimes.
        length
            Number of rows; needed only where every column is a scalar.
        """
        n = length if length is not None else _length(columns)
        schema = schema_of(record)
        arrays = {k: _array(v, schema.field(k).type, n) for k, v in columns.items() if k in schema.names}
        unknown = set(columns) - set(schema.names)
        if unknown:
            raise ValueError(f"{record.__name__} has no field {sorted(unknown)[0]!r}")
        if not arrays:
            return cls.empty(record)
        return cls(record, pa.table(arrays))

    @classmethod
    def empty(cls, record: type[R]) -> Table[R]:
        """Make a table without rows."""
        return cls(record, schema_of(record).empty_table())

    @classmethod
    def concat(cls, record: type[R], parts: Iterable[Table[R]]) -> Table[R]:
        """Put tables of the same record behind one another."""
        arrow = [p.arrow for p in parts]
        return cls(record, pa.concat_tables(arrow).combine_chunks()) if arrow else cls.empty(record)

    def __len__(self) -> int:
        return int(self.arrow.num_rows)

    def __repr__(self) -> str:
        return f"<Table of {len(self)} {self.record.__name__}>"

    def __iter__(self) -> Iterator[R]:
        names = self.arrow.column_names
        for batch in self.arrow.to_batches(max_chunksize=10_000):
            for row in zip(*map(_values, batch.columns), strict=True):
                yield self.record(**dict(zip(names, row, strict=True)))

    def __getitem__(self, key: int | str) -> R:
        """Give a row by position, or by id."""
        if isinstance(key, str):
            found = np.flatnonzero(self.column("id") == key)
            if not len(found):
                raise KeyError(f"no {self.record.__name__.lower()} {key!r}")
            key = int(found[0])
        for row in Table(self.record, self.arrow.slice(key if key >= 0 else len(self) + key, 1)):
            return row
        raise IndexError(f"{self.record.__name__} {key} of {len(self)}")

    def column(self, name: str) -> np.ndarray[Any, Any]:
        """Give one column as a numpy array of shape (n,): times as datetime64[s] in UTC, lists as objects."""
        column = self.arrow.column(name)
        if pa.types.is_timestamp(column.type):
            return np.asarray(column.cast(pa.int64()).to_numpy().astype("datetime64[s]"))
        if pa.types.is_list(column.type):
            out = np.empty(len(self), dtype=object)
            out[:] = _values(column.combine_chunks())
            return out
        return np.asarray(column.to_numpy())

    def where(self, **equal: Any) -> Table[R]:
        """Keep the rows whose fields equal the given values."""
        mask = np.ones(len(self), dtype=bool)
        for name, value in equal.items():
            mask &= self.column(name) == value
        return self.keep(mask)

    def keep(self, rows: np.ndarray[Any, Any]) -> Table[R]:
        """Keep rows by boolean mask of shape (n,) or by positions."""
        if rows.dtype == bool:
            return Table(self.record, self.arrow.filter(pa.array(rows)))
        return Table(self.record, self.arrow.take(pa.array(rows)))

    def replace(self, **columns: Any) -> Table[R]:
        """Give a table with some columns replaced by arrays of shape (n,) or scalars."""
        arrow = self.arrow
        for name, value in columns.items():
            field = arrow.schema.field(name)
            arrow = arrow.set_column(arrow.schema.get_field_index(name), field, _array(value, field.type, len(self)))
        return Table(self.record, arrow)

    def sort(self, *by: str) -> Table[R]:
        """Sort by fields, ascending."""
        return Table(self.record, self.arrow.sort_by([(b, "ascending") for b in by]))

    def write(self, path: Path) -> None:
        """Write as Parquet; with `lon` and `lat` as GeoParquet 1.1 points (WGS 84), so that QGIS opens it."""
        arrow = self.arrow.replace_schema_metadata({"ceasefire": self.record.__name__})
        if {"lon", "lat"} <= set(arrow.column_names):
            arrow = _with_geometry(arrow)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(path.suffix + ".part")
        pq.write_table(arrow, part, compression="zstd", version="2.6")
        part.replace(path)

    @classmethod
    def read(cls, record: type[R], path: Path) -> Table[R]:
        """Read what `write` wrote."""
        arrow = pq.read_table(path)
        return cls(record, arrow.select([n for n in arrow.column_names if n != "geometry"]).combine_chunks())


def _length(columns: Mapping[str, Any]) -> int:
    for value in columns.values():
        if isinstance(value, (np.ndarray, list, pa.Array, pa.ChunkedArray)):
            return len(value)
    raise ValueError("give at least one column as an array, or the length")


def _array(value: Any, kind: pa.DataType, n: int) -> pa.Array:
    if isinstance(value, (pa.Array, pa.ChunkedArray)):
        return value.cast(kind)
    if isinstance(value, np.ndarray) and value.dtype.kind == "M":
        return pa.array(value.astype("datetime64[s]").astype(np.int64)).cast(pa.timestamp("s")).cast(kind)
    if isinstance(value, (np.ndarray, list)):
        if pa.types.is_list(kind):
            return pa.array([_plain(v, kind) for v in value], type=kind)
        if isinstance(value, np.ndarray) and value.dtype.kind in "fiub":
            return pa.array(value, from_pandas=False).cast(kind)
        return pa.array(value, type=kind, from_pandas=False)
    if n == 0:
        return pa.array([], type=kind)
    return pa.repeat(pa.scalar(_plain(value, kind), type=kind), n)


def _plain(value: Any, kind: pa.DataType) -> Any:
    if pa.types.is_list(kind) and pa.types.is_struct(kind.value_type):
        return [{"key": k, "value": v} for k, v in value]
    return list(value) if isinstance(value, tuple) else value


def _values(column: pa.Array) -> list[Any]:
    """Give a column as records hold it: times in UTC, lists as tuples, lists of pairs as tuples of tuples."""
    if pa.types.is_timestamp(column.type):
        return [datetime.fromtimestamp(second, UTC) for second in column.cast(pa.int64()).to_pylist()]
    if not pa.types.is_list(column.type):
        return list(column.to_pylist())
    flat, end = column.flatten(), np.cumsum(column.value_lengths().to_numpy(zero_copy_only=False)).tolist()
    if pa.types.is_struct(flat.type):
        items = list(zip(flat.field("key").to_pylist(), flat.field("value").to_pylist(), strict=True))
    else:
        items = flat.to_pylist()
    return [tuple(items[a:b]) for a, b in zip([0, *end], end, strict=False)]


def _conform(record: type[Any], schema: pa.Schema, arrow: pa.Table) -> pa.Table:
    defaults = {f.name: f.default for f in dataclasses.fields(record)}
    columns = []
    for field in schema:
        if field.name in arrow.column_names:
            columns.append(arrow.column(field.name).cast(field.type))
        elif isinstance(defaults[field.name], types.NoneType) or defaults[field.name] is dataclasses.MISSING:
            raise ValueError(f"{record.__name__} needs the field {field.name!r}")
        else:
            columns.append(_array(defaults[field.name], field.type, arrow.num_rows))
    return pa.table(columns, schema=schema)


def _with_geometry(arrow: pa.Table) -> pa.Table:
    lon, lat = (np.asarray(arrow.column(c).to_numpy(), dtype="<f8") for c in ("lon", "lat"))
    wkb = np.zeros(len(lon), dtype=[("order", "u1"), ("type", "<u4"), ("x", "<f8"), ("y", "<f8")])
    wkb["order"], wkb["type"], wkb["x"], wkb["y"] = 1, 1, lon, lat
    known = np.isfinite(lon) & np.isfinite(lat)
    offsets = np.concatenate([[0], np.cumsum(np.where(known, 21, 0))]).astype(np.int32)
    points = pa.Array.from_buffers(
        pa.binary(),
        len(lon),
        [
            pa.py_buffer(np.packbits(known, bitorder="little").tobytes()),
            pa.py_buffer(offsets.tobytes()),
            pa.py_buffer(wkb[known].tobytes()),
        ],
    )
    geo = {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {"geometry": {"encoding": "WKB", "geometry_types": ["Point"]}},
    }
    meta = {**(arrow.schema.metadata or {}), b"geo": json.dumps(geo, sort_keys=True).encode()}
    return arrow.append_column("geometry", points).replace_schema_metadata(meta)
