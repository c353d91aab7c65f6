"""Fixes of any number in little memory: spilled batch by batch into one folder, read back ship by ship.

Why: a month of a busy sea is five gigabytes of sentences and more memory than most machines have; but cleaning, tracks
and gaps need one ship at a time, and its fixes lie all over the month. A batch is written as it was read, cut into
buckets of ships; then each bucket is read back whole. What is written once is not written again, so that a run that was
stopped goes on, and a second run gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ceasefire.errors import CeasefireError
from ceasefire.geo.fixes import Fixes

Array = NDArray[Any]

BUCKETS = 32
"""Buckets of ships: a month of 70 million fixes gives buckets of 2 million, 150 MB each."""

_MANIFEST = "fixes.json"
_NAMES = tuple(f.name for f in fields(Fixes))


def bucket_of(mmsi: Any, buckets: int = BUCKETS) -> Array:
    """Give the bucket of ships, shape (n,).

    Why not the remainder: MMSI of large ships often end in zeros and would fill few buckets.

    >>> len(set(bucket_of(np.arange(200) * 1000 + 272_000_000).tolist()))
    32
    """
    mixed = np.asarray(mmsi).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return ((mixed >> np.uint64(40)) % np.uint64(buckets)).astype(np.int64)


@dataclass(frozen=True)
class FixesArchive:
    """A folder of batches of fixes, cut into buckets of ships.

    >>> import tempfile
    >>> archive = FixesArchive.open(Path(tempfile.mkdtemp()), key="one log", buckets=4)
    >>> times = np.array([0, 60_000], "M8[ms]")
    >>> archive.add(0, Fixes.of(mmsi=[272000001, 272000002], times=times, lon=[31.0, 32.0], lat=[45.0, 45.0]))
    >>> archive.add(1, Fixes.of(mmsi=[272000001], times=times[1:], lon=[31.1], lat=[45.0]))
    >>> archive.close()
    >>> sorted(len(part) for part in archive if len(part)), archive.has(1), archive.complete
    ([1, 2], True, True)
    """

    folder: Path
    """Where it lies."""
    buckets: int
    """Number of buckets."""

    @classmethod
    def open(cls, folder: Path, *, key: str, buckets: int = BUCKETS) -> Self:
        """Open a folder, new or begun.

        Parameters
        ----------
        folder
            Made where there is none.
        key
            What the fixes are of: the hashes of the files and the options they were read with.
        buckets
            Number of buckets.

        Raises
        ------
        CeasefireError
            The folder holds the fixes of something else.
        """
        folder.mkdir(parents=True, exist_ok=True)
        path, wanted = folder / _MANIFEST, {"key": key, "buckets": buckets, "complete": False}
        if path.exists():
            held = json.loads(path.read_text(encoding="utf-8"))
            if (held["key"], held["buckets"]) != (key, buckets):
                raise CeasefireError(f"{folder} holds the fixes of other files: give another folder, or remove it")
        else:
            _write(path, json.dumps(wanted, sort_keys=True).encode())
        return cls(folder, buckets)

    @property
    def complete(self) -> bool:
        """Whether all batches are there (`close` was called)."""
        return bool(json.loads((self.folder / _MANIFEST).read_text(encoding="utf-8"))["complete"])

    def has(self, number: int) -> bool:
        """Tell whether a batch is there already."""
        return self._path(number).exists()

    def add(self, number: int, fixes: Fixes) -> None:
        """Write a batch, unless it is there; one row group for each bucket.

        Parameters
        ----------
        number
            Number of the batch, from 0.
        fixes
            Its fixes; equal fixes give equal bytes.
        """
        if self.has(number):
            return
        bucket = bucket_of(fixes.mmsi, self.buckets)
        order = np.argsort(bucket, kind="stable")
        end = np.searchsorted(bucket[order], np.arange(self.buckets + 1))
        table = pa.table({name: getattr(fixes, name)[order] for name in _NAMES})
        part = self._path(number).with_suffix(".part")
        with pq.ParquetWriter(part, table.schema, compression="zstd", version="2.6", use_dictionary=False) as writer:
            for k in range(self.buckets):
                writer.write_table(table.slice(end[k], end[k + 1] - end[k]), row_group_size=max(len(fixes), 1))
        part.replace(self._path(number))

    def close(self) -> None:
        """Say that all batches are there."""
        path = self.folder / _MANIFEST
        held = json.loads(path.read_text(encoding="utf-8")) | {"complete": True}
        _write(path, json.dumps(held, sort_keys=True).encode())

    def bucket(self, number: int) -> Fixes:
        """Read one bucket: all fixes of its ships, in order."""
        parts = []
        for path in sorted(self.folder.glob("batch-*.parquet")):
            held = pq.ParquetFile(path)
            if held.metadata.num_row_groups == self.buckets:
                table = held.read_row_group(number)
            else:  # an empty batch has no groups of its own
                table = held.read()
            if table.num_rows:
                parts.append(Fixes(**{name: table.column(name).to_numpy() for name in _NAMES}))
        return Fixes.join(parts)

    def __iter__(self) -> Iterator[Fixes]:
        """Give the buckets, one after the other."""
        for number in range(self.buckets):
            yield self.bucket(number)

    def _path(self, number: int) -> Path:
        return self.folder / f"batch-{number:06d}.parquet"


def _write(path: Path, data: bytes) -> None:
    part = path.with_suffix(".part")
    part.write_bytes(data)
    part.replace(path)
