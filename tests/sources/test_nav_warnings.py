"""Navigational warnings: invented texts in the format of the coordinators, whole and broken."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.geo import distance
from ceasefire.model.intake import Window
from ceasefire.model.nav_warning import KINDS
from ceasefire.sources import reader
from ceasefire.sources.nav_warnings import WarningsRead, read, warnings
from ceasefire.sources.nav_warnings_kinds import cancels_of, kind_of
from ceasefire.sources.nav_warnings_positions import positions
from ceasefire.sources.nav_warnings_shapes import zone
from ceasefire.sources.nav_warnings_split import messages
from ceasefire.sources.nav_warnings_times import times

WINDOW = Window(datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))
LIST = """NAVIGATIONAL WARNINGS IN FORCE

110500 UTC MAR 25
NAVAREA III 0123/25
BLACK SEA
DRIFTING MINE REPORTED IN 44-15.3N 033-20E AT 110430 UTC MAR.
CANCEL THIS MSG 141200 UTC MAR 25

NAVAREA III 0124/25
BLACK SEA - NORTHWESTERN PART
1. DUE TO MINE DANGER NAVIGATION PROHIBITED UNTIL FURTHER NOTICE IN AREAS BOUNDED BY:
A
46-04.0N 033-12.8E
46-03.1N 033-13.9E
45-55.6N 033-08.1E
B
46-06.4N 032-05.4E
45-57.4N 032-53.3E
45-49.2N 032-45.0E
2. CANCEL NAVAREA III 0100/25

TURNHOS N/W : 0382/25
BLACK SEA
1. GUNNERY EXERCISES, ON 21 NOV 25 FROM 0500Z TO 0900Z IN AREA BOUNDED BY:
42 45.00 N - 035 21.00 E
42 45.00 N - 035 52.00 E
42 18.00 N - 035 52.00 E
42 18.00 N - 035 21.00 E
2. CANCEL THIS MESSAGE 211000Z NOV 25.

100800 UTC MAR
COASTAL WARNING ODESA 045/25
BLACK SEA. NORTHWESTERN PART.
GNSS INTERFERENCE REPORTED WITHIN 30 NM OF 45-30N 031-00E.

NOVOROSSIYSK NAV WARN 77/25
BLACK SEA. NORTHEASTERN PART
MISSILE FIRINGS 110500 UTC TO 121700 UTC MAR DAILY 0500-1700 IN CIRCLE RADIUS 5 MILES CENTERED IN 4415N 03720E
NAVIGATION PROHIBITED.

VARNA NAVWARN 012/25
UNLIT LIGHTBUOY 43-10.5N 028-00.1E

120600 UTC MAR 25
NAVAREA III 0126/25
BLACK SEA
CANCEL NAVAREA III 0123/25

NAVAREA III 0129/25
BLACK SEA
M/V ATTACKED BY DRONE IN 45-10.5N 030-10E AT 090100 UTC APR 25. VESSEL DAMAGED.
"""


def _read(tmp_path: Path, text: str, name: str = "warnings.txt", **options: object) -> WarningsRead:
    path = tmp_path / name
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return warnings([path], source="w", window=WINDOW, options=options)


def test_a_list_of_eight_becomes_eight_zones_and_three_observations(tmp_path: Path) -> None:
    got = _read(tmp_path, LIST)
    assert not len(got.intake.quarantine)
    kinds = {w.number: w.kind for w in got.warnings}
    assert kinds == {
        "0123/25": "mine",
        "0124/25": "mine_danger",
        "0382/25": "gunnery",
        "0045/25": "gnss",
        "0077/25": "missile",
        "0012/25": "aid",
        "0126/25": "cancellation",
        "0129/25": "attack",
    }
    acts = {o.act: (o.object_class, o.channel, o.procedure, o.claimant) for o in got.intake.observations}
    assert acts == {
        "presence": ("", "official", "report", ""),
        "interference": ("", "party", "claim", "ukraine"),
        "attack.air.drone": ("transport.vessel", "official", "report", ""),
    }
    got.intake.count.check()
    assert got.intake.count.used == 8
    assert {o.region for o in got.intake.observations} == {"XZ-BLS"}
    assert reader("nav_warnings") is read


def test_a_cancelled_warning_ends_when_the_other_was_issued(tmp_path: Path) -> None:
    got = {w.number: w for w in _read(tmp_path, LIST).warnings}
    mine = got["0123/25"]
    assert mine.cancelled_by == "NAVAREA III 126/25"
    assert mine.intervals == (("2025-03-11T05:00:00+00:00", "2025-03-12T06:00:00+00:00"),)
    assert got["0124/25"].cancels == ("NAVAREA III 100/25",)
    assert got["0126/25"].cancels == ("NAVAREA III 123/25",)


def test_zones_are_drawn_where_they_are(tmp_path: Path) -> None:
    got = {w.number: w for w in _read(tmp_path, LIST).warnings}
    mined = shapely.from_wkt(got["0124/25"].zone)
    assert mined.geom_type == "MultiPolygon"
    assert [len(p.exterior.coords) - 1 for p in mined.geoms] == [3, 3]
    box = shapely.from_wkt(got["0382/25"].zone).bounds
    assert box == pytest.approx((35.35, 42.3, 35.8667, 42.75), abs=1e-4)
    circle = got["0077/25"]
    assert (circle.shape, round(circle.radius_km, 2)) == ("circle", 9.26)
    rim = shapely.get_coordinates(shapely.from_wkt(circle.zone))
    assert distance.km(37.3333, 44.25, rim[:, 0], rim[:, 1]) == pytest.approx(9.26, abs=0.02)
    assert [a[11:16] for a, _ in circle.intervals] == ["05:00", "05:00"]
    assert got["0012/25"].assumed == ("only its year is known",)


def test_a_closed_area_gives_no_observation_and_a_warning_without_any_time_none_either(tmp_path: Path) -> None:
    text = "NAVAREA III 0001/25\nBLACK SEA\nDRIFTING MINE REPORTED IN 44-15.3N 033-20E\n"
    got = _read(tmp_path, text)
    assert (len(got.warnings), len(got.intake.observations)) == (1, 0)


@pytest.mark.parametrize(
    ("text", "lat", "lon"),
    [
        ("44-15.3N 033-20E", 44.255, 33.33333),
        ("44 15.3 N 033 20.0 E", 44.255, 33.33333),
        ("44 15.3 N - 033 20.0 E", 44.255, 33.33333),
        ("44-15,3N 033-20,0E", 44.255, 33.33333),
        ("44-15-18N 033-20-00E", 44.255, 33.33333),
        ("44°15'18\"N 033°20'00\"E", 44.255, 33.33333),
        ("4415N 03320E", 44.25, 33.33333),
        ("4415.3N 03320.0E", 44.255, 33.33333),
        ("441518N 0332000E", 44.255, 33.33333),
        ("N44-15.3 E033-20.0", 44.255, 33.33333),
        ("N 44-15.3 E 033-20.0", 44.255, 33.33333),
        ("44.255N 33.33333E", 44.255, 33.33333),
        ("36-00.5S 005-30W", -36.00833, -5.5),
        ("44-5.5N 33-2E", 44.09167, 33.03333),
    ],
)
def test_every_dialect_of_degrees_is_read(text: str, lat: float, lon: float) -> None:
    found, wrong = positions(f"WRECK IN {text}.")
    assert not wrong
    assert (found[0].lat, found[0].lon) == (pytest.approx(lat, abs=1e-4), pytest.approx(lon, abs=1e-4))
    assert len(found) == 1


@pytest.mark.parametrize(
    "text",
    [
        "44-60.0N 033-20E",
        "91-00N 033-00E",
        "44-00N 181-00E",
        "44-15.3N 03O-20E",
        "44-1*.3N 033-20E",
        "44-15.3N",
        "4475N 03320E",
    ],
)
def test_what_looks_like_a_position_and_is_none_is_told(text: str) -> None:
    found, wrong = positions(f"WRECK IN {text}, LIGHT")
    assert wrong
    assert not found


@pytest.mark.parametrize(
    ("text", "shape", "reason"),
    [
        ("AREA BOUNDED BY 44-00N 033-00E 44-00N 034-00E 45-00N 034-00E", "polygon", ""),
        ("IN AREA: 44-00N 033-00E, 44-00N 034-00E, 45-00N 034-00E", "polygon", ""),
        (
            "LINES JOINING THE FOLLOWING POINTS 44-00N 033-00E 44-00N 034-00E 45-00N 034-00E 44-00N 033-00E",
            "polygon",
            "",
        ),
        ("BUOYS 44-00N 033-00E 44-00N 034-00E 45-00N 034-00E MISSING", "point", ""),
        ("CABLE ALONG LINE JOINING 44-00N 033-00E 44-00N 034-00E", "line", ""),
        ("WITHIN 3 NM OF 44-00N 033-00E", "circle", ""),
        ("CIRCLE WITH RADIUS OF 2.5 NAUTICAL MILES CENTERED ON 44-00N 033-00E", "circle", ""),
        ("MINE IN 44-00N 033-00E, RADIUS 500 M", "circle", ""),
        ("CORNERS BOUNDED BY A. 44-00N 033-00E B. 44-00N 034-00E C. 45-00N 034-00E", "polygon", ""),
        ("AREA BOUNDED BY 44-00N 033-00E 44-00N 034-00E THENCE COASTLINE TO 45-00N 034-00E", "polygon", ""),
        ("AREA BOUNDED BY 44-00N 033-00E 45-00N 034-00E 44-00N 034-00E 45-00N 033-00E", "", "cross"),
        ("AREA BOUNDED BY 44-00N 033-00E 44-00N 034-00E", "", "three corners"),
        ("AREA BOUNDED BY 44-00N 033-00E 44-00N 034-00E 44-00N 035-00E", "", "cross or lie on one line"),
        ("BOUNDED BY ARC OF CIRCLE 44-00N 033-00E 44-00N 034-00E 45-00N 034-00E", "", "arc"),
        ("RADIUS 900 NM CENTERED ON 44-00N 033-00E", "", "radius"),
    ],
)
def test_words_decide_what_positions_mean(text: str, shape: str, reason: str) -> None:
    drawn, why = zone(text, positions(text)[0])
    assert (drawn.shape if drawn else "") == shape
    assert reason in why
    assert bool(why) == bool(reason)


def test_lettered_areas_are_apart() -> None:
    text = (
        "IN AREAS BOUNDED BY A. 44-00N 033-00E 44-00N 034-00E 45-00N 034-00E"
        " B. 43-00N 031-00E 43-00N 032-00E 44-00N 032-00E"
        " C. WITHIN 2 NM OF 42-00N 030-00E"
    )
    drawn, _ = zone(text, positions(text)[0])
    assert drawn is not None
    assert drawn.shape == "several"
    assert len(shapely.from_wkt(drawn.wkt).geoms) == 3


ISSUED = datetime(2025, 3, 10, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "first", "count"),
    [
        ("110500 UTC MAR 25 TO 121700 UTC MAR 25", ("2025-03-11T05:00", "2025-03-12T17:00"), 1),
        ("FROM 110500 UTC TO 121700 UTC MAR 25", ("2025-03-11T05:00", "2025-03-12T17:00"), 1),
        ("110500 THRU 121700 UTC MAR", ("2025-03-11T05:00", "2025-03-12T17:00"), 1),
        ("11 THRU 13 MAR 0500 UTC TO 1700 UTC DAILY", ("2025-03-11T05:00", "2025-03-11T17:00"), 3),
        ("DAILY 0500-1700 UTC 30 MAR TO 01 APR 25", ("2025-03-30T05:00", "2025-03-30T17:00"), 3),
        ("0001Z TO 1600Z DAILY 01 THRU 31 JAN 26", ("2026-01-01T00:01", "2026-01-01T16:00"), 31),
        ("FROM 11 TO 13 MAR 25 DAILY 0500-1700 UTC", ("2025-03-11T05:00", "2025-03-11T17:00"), 3),
        ("110500 UTC MAR 25 TO 131700 UTC MAR 25 DAILY 0500-1700", ("2025-03-11T05:00", "2025-03-11T17:00"), 3),
        ("30-31 OCT 2200-0400 UTC", ("2025-10-30T22:00", "2025-10-31T04:00"), 2),
        ("ON 21 NOV 25 FROM 0500Z TO 0900Z", ("2025-11-21T05:00", "2025-11-21T09:00"), 1),
        ("FROM 27 SEP 2201 UTC TO 07 OCT 2159 UTC", ("2025-09-27T22:01", "2025-10-07T21:59"), 1),
        ("282100 THRU 021400 UTC MAR", ("2025-02-28T21:00", "2025-03-02T14:00"), 1),
        ("302100 UTC DEC THRU 052100 UTC JAN", ("2024-12-30T21:00", "2025-01-05T21:00"), 1),
        ("UNTIL FURTHER NOTICE", ("2025-03-10T08:00", ""), 1),
        ("FROM 110500 UTC MAR 25 UFN", ("2025-03-11T05:00", ""), 1),
        ("UNTIL 121700 UTC MAR 25", ("2025-03-10T08:00", "2025-03-12T17:00"), 1),
        ("CANCEL THIS MSG 121800 UTC MAR 25", ("2025-03-10T08:00", "2025-03-12T18:00"), 1),
        ("070500 THRU 071500 UTC OCT AND 090500 THRU 091500 UTC OCT", ("2025-10-07T05:00", "2025-10-07T15:00"), 2),
        (
            "110500 UTC MAR 25 TO 121700 UTC MAR 25. CANCEL THIS MSG 121200 UTC MAR",
            ("2025-03-11T05:00", "2025-03-12T12:00"),
            1,
        ),
    ],
)
def test_every_form_of_a_period_is_read(text: str, first: tuple[str, str], count: int) -> None:
    got = times(f"FIRING {text}", year=2025, issued=ISSUED)
    assert not got.wrong
    a, b = got.intervals[0]
    assert (a.isoformat()[:16], b.isoformat()[:16] if b else "") == first
    assert len(got.intervals) == count


@pytest.mark.parametrize(
    "text",
    [
        "310500 UTC FEB TO 311700 UTC FEB",
        "112500 UTC MAR TO 121700 UTC MAR",
        "121700 UTC MAR 25 TO 110500 UTC MAR 25",
        "ON OCT 12",
        "11, 13 AND 15 MAR 0500-1700 UTC",
        "FROM 12 TO 14 OCT 0600 TO 1500 LT",
        "FROM 12 MAR",
        "110500 UTC TO 121700 UTC",
    ],
)
def test_half_dates_are_refused(text: str) -> None:
    assert times(f"FIRING {text}", year=2025).wrong


def test_an_inferred_year_is_told() -> None:
    assert times("UNTIL 121700 UTC MAR", year=2025).assumed[0] == "the year 2025 is inferred"
    assert times("UNTIL 121700 UTC MAR").wrong.startswith("no year")


def test_navtex_frames_pages_and_the_xml_give_the_same_warnings(tmp_path: Path) -> None:
    body = "110500 UTC MAR 25\nODESA NAV WARN 12/25\nBLACK SEA\nDRIFTING MINE REPORTED IN 45-15.3N 031-20E\n"
    plain = _read(tmp_path, body)
    frame = _read(tmp_path, f"ZCZC CA07\n{body}NNNN\n\nZCZC CE08\nGALE 8\nNNNN\nZCZC C*\nX\nNNNN\n", "frame.txt")
    page = _read(
        tmp_path, f"<html><body><h1>Warnings</h1><p>{body.replace(chr(10), '<br/>')}</p></body></html>", "page.html"
    )
    for got in (frame, page):
        one, same = got.warnings[0], plain.warnings[0]
        assert (one.series, one.number, one.zone, one.intervals) == (
            same.series,
            same.number,
            same.zone,
            same.intervals,
        )
    assert sorted(q.reason for q in frame.intake.quarantine) == [
        "NAVTEX subject E is no navigational warning",
        "a frame with 'C*' in place of B1B2B3B4",
    ]
    xml = (
        '<?xml version="1.0"?><dataroot><NAVAREASVIGOR><nnunaf>NAVAREA III 0012/25</nnunaf>'
        "<nfemi>2025-03-11T05:00:00</nfemi><nlocai>BLACK SEA</nlocai>"
        "<ntein>DRIFTING MINE REPORTED IN 45-15.3N 031-20E</ntein></NAVAREASVIGOR>"
        "<NAVAREASVIGOR><nnunaf></nnunaf></NAVAREASVIGOR></dataroot>"
    )
    got = _read(tmp_path, xml, "navareas.xml")
    assert got.warnings[0].issued == datetime(2025, 3, 11, 5, tzinfo=UTC)
    assert got.warnings[0].zone == plain.warnings[0].zone
    assert got.intake.count.quarantined == 1


def test_repeats_are_duplicates_and_another_text_of_a_number_is_refused(tmp_path: Path) -> None:
    one = "NAVAREA III 0001/25\nLIGHT UNLIT 44-00N 033-00E\n\n"
    got = _read(tmp_path, one + one + one.replace("LIGHT", "BUOY"))
    assert (got.intake.count.used, got.intake.count.duplicates, got.intake.count.quarantined) == (1, 1, 1)
    assert "another text" in got.intake.quarantine[0].reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("NAVAREA III 0001/25\nWRECK IN 44-75N 033-00E", "75.0 minutes"),
        ("NAVAREA III 0001/25\nWRECK IN 12-00N 073-00E", "outside NAVAREA III"),
        ("NAVAREA III 0001\nLIGHT UNLIT", "no date"),
        ("NAVAREA III 0001/25\nFIRING 310500 UTC FEB TO 311700 UTC FEB", "there is no 31 FEB"),
        ("LIGHT UNLIT 44-00N 033-00E", "no series and number"),
        ("991299 UTC MAR 25\nNAVAREA III 0001/25\nLIGHT", "time of issue"),
        ("", "empty"),
        ("NAVAREA III 0001/25\n" + "X" * 30_000, "characters: no single warning"),
    ],
)
def test_what_cannot_be_used_is_quarantined_and_the_rest_goes_on(tmp_path: Path, text: str, reason: str) -> None:
    got = _read(tmp_path, text)
    assert reason in got.intake.quarantine[0].reason
    got.intake.count.check()
    both = _read(tmp_path, f"{text}\n\nNAVAREA III 0999/25\nLIGHT UNLIT 44-00N 033-00E\n", "both.txt")
    assert "0999/25" in [w.number for w in both.warnings]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("FLOATING MINE SIGHTED", "mine"),
        ("MINE-LIKE OBJECT REPORTED ADRIFT", "mine"),
        ("MINE CLEARANCE OPERATIONS", "mine_danger"),
        ("GPS JAMMING", "gnss"),
        ("ROCKET FIRINGS", "missile"),
        ("NAVAL EXERCISES WITHOUT FIRINGS", "exercise"),
        ("NAVIGATION PROHIBITED", "prohibited"),
        ("AREA TEMPORARILY DANGEROUS FOR SHIPPING", "dangerous"),
        ("WAR RISK AREA. PORTS OF X AND Y", "war_risk"),
        ("FISHING BOAT MISSING. VESSELS REQUESTED TO KEEP SHARP LOOKOUT. SAR", "sar"),
        ("CONTAINERS ADRIFT", "drifting"),
        ("CABLE LAYING", "works"),
        ("WELLHEAD", "other"),
    ],
)
def test_kinds(text: str, kind: str) -> None:
    assert kind in KINDS
    assert kind_of(text) == kind


def test_cancellations_are_named_in_full() -> None:
    assert cancels_of("CANCEL TURNHOS N/W 0382/25.", series="VARNA", year=2025) == ("TURNHOS 382/25",)
    assert cancels_of("CANCEL NAV WARN 17, 18 AND 19", series="ODESA", year=2025) == (
        "ODESA 17/25",
        "ODESA 18/25",
        "ODESA 19/25",
    )
    assert cancels_of("CANCEL THIS MSG 121800 UTC MAR 25", series="ODESA", year=2025) == ()


@settings(max_examples=60, deadline=None)
@given(
    lat=st.integers(40 * 600, 47 * 600 - 1),
    lon=st.integers(27 * 600, 42 * 600 - 1),
    form=st.sampled_from(["{a:02d}-{b:04.1f}N {c:03d}-{d:04.1f}E", "{a:02d} {b:04.1f} N {c:03d} {d:04.1f} E"]),
)
def test_a_position_written_is_the_position_read(lat: int, lon: int, form: str) -> None:
    text = form.format(a=lat // 600, b=lat % 600 / 10, c=lon // 600, d=lon % 600 / 10)
    found, wrong = positions(text)
    assert not wrong
    assert found[0].lat == pytest.approx(lat / 600, abs=1e-9)
    assert found[0].lon == pytest.approx(lon / 600, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_mutated_lists_never_break_the_reader(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    text = list(LIST if data.draw(st.booleans()) else f"ZCZC CA01\n{LIST}NNNN\n")
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(text) - 1))
        what = data.draw(st.sampled_from(["drop", "swap", "double", "put"]))
        if what == "drop":
            del text[at : at + data.draw(st.integers(1, 40))]
        elif what == "double":
            text[at:at] = text[at : at + 60]
        elif what == "put":
            text[at:at] = list(data.draw(st.text(max_size=20)))
        else:
            text[at] = data.draw(st.sampled_from("0123456789NESW-./*\n\0 "))
        if not text:
            text = ["X"]
    path = tmp_path_factory.mktemp("w") / "w.txt"
    path.write_bytes("".join(text).encode("utf-8", "surrogatepass"))
    got = warnings([path], source="w", window=WINDOW)
    got.intake.count.check()
    assert len(got.warnings) == got.intake.count.used
    assert len(got.intake.quarantine) == got.intake.count.quarantined
    for one in got.warnings:
        assert one.kind in KINDS
        assert not one.zone or shapely.from_wkt(one.zone).is_valid
        assert all(not b or a <= b for a, b in one.intervals)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_cut_without_error(text: str) -> None:
    assert all(m.line >= 1 for m in messages(text))
