"""The archive of fixes: what goes in comes out by ship, stopped runs go on, equal bytes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ceasefire.errors import CeasefireError
from ceasefire.fixes_archive import FixesArchive, bucket_of
from ceasefire.geo.fixes import Fixes


def batch(seed: int, n: int = 500) -> Fixes:
    random = np.random.default_rng(seed)
    return Fixes.of(
        mmsi=272_000_000 + 1000 * random.integers(0, 40, n),
        times=(np.int64(seed) * 100_000 + random.integers(0, 100_000, n)).astype("M8[ms]"),
        lon=random.uniform(28, 34, n), lat=random.uniform(43, 46, n), station=random.integers(0, 9, n),
    )  # fmt: skip


def filled(folder: Path, batches: int = 4) -> FixesArchive:
    archive = FixesArchive.open(folder, key="k", buckets=8)
    for number in range(batches):
        archive.add(number, batch(number))
    archive.close()
    return archive


def test_nothing_is_lost_and_ships_are_whole(tmp_path: Path) -> None:
    archive = filled(tmp_path / "a")
    whole = Fixes.join([batch(k) for k in range(4)])
    back = Fixes.join(list(archive))
    for name in ("mmsi", "times", "lon", "lat", "station", "late_s", "status"):
        np.testing.assert_array_equal(getattr(back, name), getattr(whole, name))
    seen: set[int] = set()
    for part in archive:
        ships = set(part.ships()[0].tolist())
        assert not ships & seen
        seen |= ships


def test_a_second_run_gives_equal_bytes_and_a_stopped_one_goes_on(tmp_path: Path) -> None:
    one = filled(tmp_path / "a")
    two = FixesArchive.open(tmp_path / "b", key="k", buckets=8)
    two.add(0, batch(0))
    (tmp_path / "b" / "batch-000001.part").write_bytes(b"half")
    assert not two.complete
    filled(tmp_path / "b")
    for path in sorted((tmp_path / "a").glob("batch-*.parquet")):
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()
    assert one.complete


def test_other_files_are_refused_and_empty_batches_are_fine(tmp_path: Path) -> None:
    archive = filled(tmp_path, batches=1)
    with pytest.raises(CeasefireError, match="other files"):
        FixesArchive.open(tmp_path, key="other", buckets=8)
    archive.add(1, Fixes.join([]))
    assert sum(len(part) for part in archive) == 500


def test_round_numbers_fill_all_buckets() -> None:
    many = np.bincount(bucket_of(np.arange(272_000_000, 273_000_000, 1000)))
    assert len(many) == 32
    assert many.min() > 10
