"""Outlines of the occupied area: broken files are kept out with a reason, missing days are said."""

from __future__ import annotations

import json
import warnings
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.errors import NoCoverage, SourceError
from ceasefire.model.intake import Window
from ceasefire.sources import frontline

WINDOW = Window(datetime(2025, 3, 18, tzinfo=UTC), datetime(2025, 3, 20, tzinfo=UTC))
PARTIES = {"occupier": "russia", "holders": {"UA": "ukraine", "RU": "russia"}}


def outline(folder: Path, day: str, *, west: float = 37.0, name: str | None = None) -> Path:
    """Write one day's outline: a box in Donetsk oblast."""
    ring = [[west, 47.2], [38.0, 47.2], [38.0, 48.0], [west, 48.0], [west, 47.2]]
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    path = folder / f"area_{day}.geojson"
    inner = f"area_{day}" if name is None else name
    path.write_text(json.dumps({"type": "FeatureCollection", "name": inner, "features": [feature]}))
    return path


def test_files_add_up_and_say_why_they_are_kept_out(tmp_path: Path) -> None:
    good = [outline(tmp_path, "20250318"), outline(tmp_path, "20250319"), outline(tmp_path, "20250101")]
    misdated = outline(tmp_path, "20250317")  # of the days before, a substitute at best
    broken = {
        "a_20250318.geojson": "{",
        "b_20250318.geojson": "[" * 100_000,
        "c_20250318.geojson": '{"features": []}',
        "d_20250318.geojson": '{"features": [{"geometry": {"type": "Point", "coordinates": [1, 2]}}]}',
        "e_20250230.geojson": "{}",
        "f.geojson": "{}",
        "g_20250318.geojson": "",
        "h_20250318.geojson": '{"name": "area_20250319", "features": [{}]}',
        "i_20250318.geojson": '{"features": [{"geometry": {"type": "Polygon", "coordinates": [[[1, 2]]]}}]}',
    }
    bad = []
    for name, text in broken.items():
        (tmp_path / name).write_text(text)
        bad.append(tmp_path / name)
    intake = frontline.read([*good, misdated, *bad], source="lines", window=WINDOW)
    intake.count.check()
    assert (intake.count.used, intake.count.quarantined, intake.count.outside) == (2, len(bad), 2)
    reasons = dict(zip(intake.quarantine.column("granule"), intake.quarantine.column("reason"), strict=True))
    assert reasons["h_20250318.geojson"] == "the file's name says 2025-03-18, its text says 2025-03-19"
    assert reasons["e_20250230.geojson"] == "2025-02-30 in the file's name is no day of the calendar"
    assert reasons["g_20250318.geojson"] == "the file is empty"
    assert all(reasons.values())


def test_a_repeated_day_is_a_duplicate_and_a_different_one_is_kept_out(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "y").mkdir()
    paths = [outline(tmp_path, "20250318"), outline(tmp_path, "20250319"), outline(tmp_path / "x", "20250318")]
    paths.append(outline(tmp_path / "y", "20250319", west=37.5))
    count = frontline.read(paths, source="lines", window=WINDOW).count
    assert (count.rows, count.used, count.duplicates, count.quarantined) == (4, 2, 1, 1)


def test_a_missing_day_takes_the_day_before_and_says_so(tmp_path: Path) -> None:
    with pytest.warns(NoCoverage, match=r"2025-03-19 \(that of 2025-03-18 is used\)"):
        control, _ = frontline.control([outline(tmp_path, "20250318")], source="lines", window=WINDOW, **PARTIES)
    held = control.holder([37.5, 30.5], [47.6, 50.4], 1.0, np.datetime64("2025-03-19T10:00"))
    assert held.tolist() == ["russia", "ukraine"]


def test_no_usable_file_is_an_error_and_not_an_empty_answer(tmp_path: Path) -> None:
    (tmp_path / "a_20250318.geojson").write_text("nothing")
    with pytest.warns(NoCoverage), pytest.raises(SourceError, match="not JSON"):
        frontline.control([tmp_path / "a_20250318.geojson"], source="lines", window=WINDOW, **PARTIES)


@settings(max_examples=60, deadline=None)
@given(
    content=st.one_of(
        st.binary(max_size=200),
        st.recursive(
            st.none() | st.floats() | st.text(max_size=5),
            lambda x: (
                st.lists(x, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["features", "geometry", "type", "coordinates", "name"]), x, max_size=4
                )
            ),
        ).map(lambda v: json.dumps(v).encode()),
    )
)
def test_whatever_is_in_the_file_the_files_add_up(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("line") / "area_20250318.geojson"
    path.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NoCoverage)
        intake = frontline.read([path], source="lines", window=WINDOW)
    intake.count.check()
    assert intake.count.rows == 1


def test_the_real_month_has_29_of_31_days(shared_data: Path) -> None:
    files = sorted((shared_data / "frontline").glob("*.geojson"))
    month = Window(datetime(2025, 3, 18, tzinfo=UTC), datetime(2025, 4, 18, tzinfo=UTC))
    with pytest.warns(NoCoverage) as told:
        control, intake = frontline.control(files, source="lines", window=month, **PARTIES)
    assert "2025-03-31" in str(told[0].message)
    assert "2025-04-01" in str(told[0].message)
    assert (intake.count.used, intake.count.quarantined) == (29, 0)
    assert set(control.substitutes(date(2025, 3, 18), date(2025, 4, 18)).values()) == {date(2025, 3, 30)}
    places = {
        "Sevastopol": (33.53, 44.61),
        "Donetsk": (37.80, 48.00),
        "Kharkiv": (36.23, 49.99),
        "Kursk": (36.19, 51.73),
        "Odesa": (30.73, 46.48),
        "Luhansk": (39.30, 48.57),
        "Warsaw": (21.0, 52.2),
    }
    lon, lat = np.array(list(places.values())).T
    held = dict(zip(places, control.holder(lon, lat, 3.0, np.datetime64("2025-04-01T00:30")), strict=True))
    assert held == {
        "Sevastopol": "russia",
        "Donetsk": "russia",
        "Kharkiv": "ukraine",
        "Kursk": "russia",
        "Odesa": "ukraine",
        "Luhansk": "russia",
        "Warsaw": "",
    }
