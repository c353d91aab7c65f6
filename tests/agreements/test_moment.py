"""Moments: the clock is mandatory, an unknown hour is a gap, Kyiv and Moscow are one hour apart until 30 March 2025."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ceasefire.model.moment import Moment, instant, write


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2025-03-25T00:00 Europe/Kyiv", datetime(2025, 3, 24, 22, tzinfo=UTC)),
        ("2025-03-25T00:00 Europe/Moscow", datetime(2025, 3, 24, 21, tzinfo=UTC)),
        ("2025-04-01T00:00 Europe/Kyiv", datetime(2025, 3, 31, 21, tzinfo=UTC)),
        ("2025-04-01T00:00 Europe/Moscow", datetime(2025, 3, 31, 21, tzinfo=UTC)),
        ("2025-04-16T24:00 Europe/Moscow", datetime(2025, 4, 16, 21, tzinfo=UTC)),
        ("2025-03-18T14:00Z", datetime(2025, 3, 18, 14, tzinfo=UTC)),
        ("2025-03-18 14:00:30Z", datetime(2025, 3, 18, 14, 0, 30, tzinfo=UTC)),
        ("2025-03-18T16:00+02:00", datetime(2025, 3, 18, 14, tzinfo=UTC)),
        ("2025-03-18T16:00 UTC", datetime(2025, 3, 18, 16, tzinfo=UTC)),
    ],
)
def test_instant_on_its_clock(text: str, utc: datetime) -> None:
    assert instant(text) == utc


@pytest.mark.parametrize(
    "text",
    [
        "2025-03-25T00:00", "2025-03-25", "25 March 2025 Europe/Kyiv", "2025-13-01T00:00Z", "2025-02-29T00:00Z",
        "2025-03-25T25:00Z", "2025-03-25T24:01Z", "2025-03-25T00:60Z", "2025-03-25T00:00 Kyiv", "0001-01-01T00:00Z",
        "2025-03-25T00:00+99:00", "٢٠٢٥-03-25T00:00Z", "", "now", "2025-03-25T00:00 ../../etc/passwd",
    ],
)  # fmt: skip
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        Moment.of(text)


def test_day_is_a_gap_of_its_local_length() -> None:
    assert Moment.of("2025-03-25 Europe/Kyiv").latest == instant("2025-03-26T00:00 Europe/Kyiv")
    change = Moment.of("2025-03-30 Europe/Kyiv")
    assert change.latest.astimezone(UTC) - change.earliest.astimezone(UTC) == timedelta(hours=23)


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)),
    st.sampled_from(["Europe/Kyiv", "Europe/Moscow", "America/New_York", "Asia/Riyadh", "UTC"]),
)
def test_written_instant_reads_back(local: datetime, zone: str) -> None:
    text = f"{local.replace(microsecond=0).isoformat()} {zone}"
    stated = local.replace(microsecond=0, tzinfo=ZoneInfo(zone))
    real = stated.astimezone(UTC).astimezone(stated.tzinfo).replace(tzinfo=None) == stated.replace(tzinfo=None)
    if not real or stated.utcoffset() != stated.replace(fold=1).utcoffset():
        with pytest.raises(ValidationError, match="clocks went"):
            Moment.of(text)
        return
    moment = Moment.of(text)
    assert moment.exact
    assert instant(write(moment.earliest)) == moment.earliest


@given(st.text(max_size=40))
def test_any_text_is_a_moment_or_a_validation_error(text: str) -> None:
    with suppress(ValidationError):
        assert Moment.of(text).earliest.tzinfo is not None
