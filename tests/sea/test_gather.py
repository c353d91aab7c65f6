"""Large sources of AIS are spilled and thinned, and nothing else changes."""

from __future__ import annotations

import numpy as np
import pytest

from ceasefire.sea.gather import gather, thinned
from ceasefire.sea.given import Line
from ceasefire.testing.fleet import simulate
from ceasefire.testing.fleet_nmea import nmea


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Line:
    folder = tmp_path_factory.mktemp("gather")
    fleet = simulate(seed=205, ships=12, hours=12, every_s=20.0)
    (folder / "a.nmea").write_bytes(nmea(fleet))
    return Line("receivers", "ais", (folder / "a.nmea",), {"before_days": 3})


def test_a_large_source_gives_the_same_counts_and_a_thinned_way(line: Line) -> None:
    small, large = gather(line, say=lambda _: None), gather(line, say=lambda _: None, large=1, every_s=60.0)
    assert small.count == large.count
    assert small.files == large.files
    assert small.note == ""
    assert "60 s" in large.note
    assert len(small.fixes) > 1.5 * len(large.fixes)
    again = thinned(small.fixes, 60.0)
    assert np.array_equal(again.mmsi, large.fixes.mmsi)
    assert np.array_equal(again.times, large.fixes.times)
    assert len(large.statics) >= len(small.fixes.ships()[0]) // 2


def test_thinning_keeps_every_ship_and_every_half_minute_that_had_a_position(line: Line) -> None:
    fixes = gather(line, say=lambda _: None).fixes
    kept = thinned(fixes, 30.0)
    assert np.array_equal(kept.ships()[0], fixes.ships()[0])

    def slots(f: object) -> set[tuple[int, int]]:
        return set(zip(f.mmsi.tolist(), (f.times.view("int64") // 30_000).tolist(), strict=True))  # type: ignore[attr-defined]

    assert slots(kept) == slots(fixes)
