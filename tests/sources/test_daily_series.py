"""Daily series: every row is used, equal to another, or kept with its reason; a day without one is unknown."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.errors import SourceError
from ceasefire.sources import daily_series


def read(
    folder: Path, *rows: str, head: str = "date,region,count,exposure", **options: object
) -> daily_series.DailyIntake:
    path = folder / "series.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return daily_series.read([path], source="s", **options)  # type: ignore[arg-type]


def test_gaps_and_bad_numbers_are_unknown_and_not_quiet(tmp_path: Path) -> None:
    got = read(
        tmp_path,
        "2025-03-01,UA-53,4,1",
        "2025-03-02,UA-53,nan,1",
        "2025-03-03,UA-53,inf,1",
        "2025-03-04,UA-53,-1,1",
        "2025-03-05,UA-53,3,nan",
        "2025-03-06,UA-53,3,-2",
        "2025-03-07,UA-53,3,0",
        "2025-03-08,UA-53,,0",
        "2025-03-10,UA-53,2,0.5",
        "2025-13-01,UA-53,2,1",
        "2025-03-10,Poltava,2,1",
    )
    assert got.daily.exposure.tolist() == [[1, 0, 0, 0, 0, 0, 0, 0, 0, 0.5]]
    assert got.daily.count.tolist() == [[4, 0, 0, 0, 0, 0, 0, 0, 0, 2]]
    assert got.daily.gaps() == 8
    assert (got.count.rows, got.count.used, got.count.quarantined) == (11, 3, 8)
    reasons = " ".join(q.reason for q in got.quarantine)
    for part in (
        "count is not a number",
        "exposure is not a number",
        "although the exposure is 0",
        "no date",
        "no region",
    ):
        assert part in reasons


def test_days_given_twice(tmp_path: Path) -> None:
    got = read(tmp_path, "2025-03-01,UA,4,1", "2025-03-01,UA,4,1", "2025-03-01,UA,5,1")
    assert (got.count.used, got.count.duplicates, got.count.quarantined) == (1, 1, 1)
    assert "contradicts an earlier row of UA and 2025-03-01, which gives 4" in got.quarantine[0].reason
    assert got.daily.count.tolist() == [[4.0]]


def test_without_exposure_every_row_was_looked_at(tmp_path: Path) -> None:
    got = read(tmp_path, "2025-03-29,UA,1", "2025-03-31,UA,0", head="date,region,count", clock="Europe/Kyiv")
    assert got.daily.exposure.tolist() == [[1.0, 0.0, 1.0]]
    hours = ((got.daily.end - got.daily.start).astype(int) // 3600).tolist()
    assert hours == [24, 23, 24]


def test_nothing_usable_and_unknown_products_are_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"has no usable row \(series.csv:2: no date"):
        read(tmp_path, "yesterday,UA,1,1")
    with pytest.raises(SourceError, match="unknown product"):
        read(tmp_path, "2025-03-01,UA,1,1", product="weekly")
    with pytest.raises(SourceError, match="mistyped"):
        read(tmp_path, "1960-03-01,UA,1,1", "2025-03-01,UA,1,1")
    with pytest.raises(SourceError, match="no usable row"):
        read(tmp_path, "2025-03-01,UA,1,1", since=date(2025, 3, 2))


def test_alerts_give_the_shipped_sum(shared_data: Path) -> None:
    table = shared_data / "airraid" / "daily_oblast_metrics.csv"
    first, last = date(2025, 4, 1), date(2025, 4, 20)
    got = daily_series.read([table], source="a", product="alerts", since=first, until=last).daily
    shipped = Path(__file__).resolve().parents[2] / "examples" / "energy-2025" / "alert-minutes.csv"
    ours = daily_series.read([shipped], source="b", since=first, clock="Europe/Kyiv").daily
    assert got.count.shape == (24, 20)
    assert np.abs(got.count.sum(axis=0) - ours.count[0]).max() <= 0.5
    assert (got.start == ours.start).all()


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_by_name(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        path.write_text("date,region,count\n2025-03-01,UA,1\n" + text, encoding="utf-8", errors="replace")
        try:
            got = daily_series.read([path], source="s")
        except SourceError:
            return
        got.count.check()
        assert np.all(np.isfinite(got.daily.count))
        assert np.all(got.daily.count >= 0)
