"""The page of a patrol: hostile words stay words, pictures carry nothing but pixels, rounding holds."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from math import nan
from pathlib import Path

import pytest

from ceasefire.model.patrol_record import CellsSeen, File, Leg, Patrol, Place, Sighted, read_patrols, write_patrols
from ceasefire.reporting.patrol_map import draw
from ceasefire.reporting.patrol_page import render
from ceasefire.reporting.patrol_release import coarse, release
from ceasefire.reporting.patrol_stills import held, still
from ceasefire.reporting.png import PLAIN, chunks
from ceasefire.reporting.release import ReleaseRules

EVIL = '<script>alert(1)</script>"onload="x'
AT = datetime(2025, 4, 1, 9, tzinfo=UTC)


def patrol() -> Patrol:
    track = tuple((36.0 + 0.001 * k, 50.0, 100.0) if k != 40 else (nan, nan, nan) for k in range(80))
    place = Place(
        id="z", name=EVIL, kind="zone", object_class="", region="UA-63", lon=36.02, lat=50.0, radius_m=300.0,
        rings=(((36.01, 49.99), (36.03, 49.99), (36.03, 50.01), (36.01, 49.99)),), planned=True, share=0.4,
        gsd_best_m=0.1, gsd_median_m=0.2, seconds=12.0, looks=2, quality=(("attack", 0.3), ("fire", 0.0)),
        lost=(("fire", EVIL),),
    )  # fmt: skip
    leg = Leg(
        platform=EVIL, source="a.srt", start=AT, end=AT + timedelta(minutes=5), samples=80, shown=79,
        lost=(("no position", 1),), length_km=5.0, track=track,
    )  # fmt: skip
    mark = Sighted(
        id="o-1", time=AT, label=EVIL, act="presence", effect="", object_class="military", lon=36.02, lat=50.0,
        radius_km=0.02, region="UA-63", text=EVIL, by="analyst", frame="ab" * 32,
    )  # fmt: skip
    file = File(
        name=EVIL, sha256="cd" * 32, format="dji_srt", state="used", used=79, quarantined=1, reasons=((EVIL, 1),),
        clock="UTC", doubts=(EVIL,),
    )  # fmt: skip
    return Patrol(
        id="f-1", source="mission", start=AT, end=AT + timedelta(minutes=5), regions=("UA-63",), legs=(leg,),
        places=(place,), plan=(), plan_file="", area_km2=0.5, lost=(), sightings=(mark,), files=(file,), sun_deg=40.0,
        dark=False,
        cells=CellsSeen(west=36.0, south=50.0, step_lon=0.001, step_lat=0.001, size_m=100.0,
                        at=tuple((r, c, 3.0, 0.1, 60.0, 1, 1.0) for r in range(3) for c in range(70))),
    )  # fmt: skip


def test_hostile_words_stay_words() -> None:
    for page in (render(patrol()), render(coarse(patrol(), ReleaseRules()), public=True, rules=ReleaseRules())):
        assert "<script" not in page
        assert "default-src 'none'" in page
        assert not re.search(r"<[^>]*\sonload=", page)


def test_the_published_form_has_no_fine_place_and_no_take_off() -> None:
    open_ = coarse(patrol(), ReleaseRules(decimals=3))
    assert open_.coarse_deg == pytest.approx(0.01)
    assert open_.cells is not None
    assert open_.cells.step_lat == pytest.approx(0.01)
    assert all(abs(lon - 36.0) > 0.013 and abs(lon - 36.079) > 0.005 for lon, _, _ in open_.legs[0].track)
    page = render(coarse(patrol(), ReleaseRules()), public=True, rules=ReleaseRules())
    assert "36.02" not in page
    assert "a.srt" not in page
    mark = coarse(patrol(), ReleaseRules()).sightings[0]
    assert (mark.text, mark.label, mark.object_class) == ("", "", "")
    assert mark.lon != mark.lon


def test_share_of_large_cells_adds_up_to_the_ground_seen() -> None:
    open_ = coarse(patrol(), ReleaseRules())
    assert open_.cells is not None
    seen = sum(c[6] for c in open_.cells.at) * 0.1 * 0.1
    assert seen == pytest.approx(3 * 70 * 0.001 * 0.001, rel=0.05)


def test_a_patrol_waits() -> None:
    ready, wait = release([patrol()], ReleaseRules(), issued=date(2025, 4, 4), clock="UTC")
    assert (ready, wait) == ((), 1)
    ready, wait = release([patrol()], ReleaseRules(), issued=date(2025, 4, 5), clock="UTC")
    assert (len(ready), wait) == (1, 0)


def test_a_patrol_reads_back_as_it_was_written() -> None:
    again = read_patrols(write_patrols([patrol()]))
    assert write_patrols(again) == write_patrols([patrol()])
    assert again[0].places == patrol().places


def test_a_patrol_without_any_place_has_a_page() -> None:
    none = replace(patrol(), legs=(), places=(), cells=None, sightings=())
    assert draw(none) is None
    assert "it saw nothing" in render(none)


def test_a_still_is_small_and_carries_nothing_but_pixels(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image", reason="the extra `drone` is not installed")
    made = image.new("RGB", (1600, 900), (10, 120, 30))
    exif = made.getexif()
    exif[0x010F] = "Maker of somebody"
    made.save(tmp_path / "a.jpg", exif=exif)
    one = still(tmp_path / "a.jpg")
    data = base64.b64decode(one.data)
    assert chunks(data) == list(PLAIN)
    assert image.open(io.BytesIO(data)).size == (480, 270)
    assert b"Maker" not in data
    rules = ReleaseRules().images
    late = AT + timedelta(days=40)
    assert held(one, rules, taken=AT, now=late) == "nobody has reviewed it"
    assert held(one, replace(rules, publish=(one.id,)), taken=AT, now=late) == ""
    (tmp_path / "b.jpg").write_bytes(b"no picture")
    with pytest.raises(ValueError, match="no picture that can be read"):
        still(tmp_path / "b.jpg")
