"""Looks from orbits: clouds, several satellites, old elements, missing data, and files that are none."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ceasefire.errors import CeasefireError, UnverifiedSource
from ceasefire.model.intake import Window

pytest.importorskip("sgp4", reason="orbits need the extra `satellite`")

from ceasefire.sources import overpasses, reader

SETS = """SUOMI NPP
1 37849U 11061A   26177.71518426  .00000051  00000+0  45032-4 0  9990
2 37849  98.7954 118.5262 0000989 338.9691  21.1444 14.19519203759793
NOAA 20
1 43013U 17073A   26177.72844921  .00000042  00000+0  40828-4 0  9990
2 43013  98.7772 117.1062 0000629 133.0625 227.0604 14.19513365445820
"""
WINDOW = Window(datetime(2026, 6, 26, tzinfo=UTC), datetime(2026, 6, 28, tzinfo=UTC))
REGIONS = {"regions": ["UA-30", "UA-65"]}
FIRMS = "latitude,longitude,acq_date,acq_time,satellite,scan,track\n"


def write(folder: Path, **files: str) -> list[Path]:
    out = []
    for name, text in files.items():
        path = folder / f"{name}.txt"
        path.write_text(text, encoding="utf-8")
        out.append(path)
    return out


def looks(folder: Path, *, options=REGIONS, window=WINDOW, **files: str):
    intake = reader("overpasses")(write(folder, **files), source="orbits", window=window, options=options)
    intake.count.check()
    return intake


def test_every_pass_is_a_look_with_its_satellite_and_share(tmp_path) -> None:
    found = looks(tmp_path, a=SETS).looks
    assert set(found.column("source")) == {"Suomi NPP VIIRS", "NOAA-20 VIIRS"}
    assert set(found.column("region")) == {"UA-30", "UA-65"}
    assert all(0 < q <= 0.64 for q in found.column("quality"))
    assert all(low <= q for low, q in zip(found.column("quality_low"), found.column("quality"), strict=True))
    assert len(set(found.column("id"))) == len(found)
    of_kyiv = [x for x in found if x.region == "UA-30" and x.start.day == 26]
    assert 7 <= len(of_kyiv) <= 10
    # the best pass of a night counts in full; the other satellite's, 50 minutes off, for the little that is new
    night = sorted(x.quality for x in of_kyiv if x.start.hour >= 21)
    assert night[-1] > 0.5
    assert night[0] < 0.2


def test_clouds_from_a_table_take_the_place_of_the_month(tmp_path) -> None:
    rows = ("06-26,UA,0.25", "06-27,UA-30,1", "06-27,UA-30,1", "06-27,XX-1,0.1", "13-01,UA,0.1", "06-27,UA-65,80")
    cloud = "date,region,fraction\n" + "".join(f"2026-{row}\n" for row in rows)
    intake = looks(tmp_path, a=SETS, c=cloud)
    known = [x for x in intake.looks if x.start.day == 26]
    assert all(x.quality == x.quality_low <= 0.75 for x in known)
    assert max(x.quality for x in known) == pytest.approx(0.75, abs=0.01)
    overcast = [x for x in intake.looks if x.start.day == 27 and x.region == "UA-30"]
    assert {(x.lost, x.quality) for x in overcast} == {("cloud", 0.0)}
    assert (intake.count.used, intake.count.duplicates, intake.count.quarantined) == (4, 1, 3)


def test_days_far_from_every_epoch_are_lost_once_a_day(tmp_path) -> None:
    window = Window(datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 9, 3, tzinfo=UTC))
    found = looks(tmp_path, a=SETS, window=window).looks
    assert {x.lost for x in found} == {"elements too old"}
    assert len(found) == 2 * 2 * 2


def test_a_pass_without_fires_is_missing_only_where_others_saw_many_through_the_same_sky(tmp_path) -> None:
    rows = [f"50.{k},30.5,2026-06-26,1057,N20,0.4,0.4" for k in range(12)]
    rows += [f"50.{k},30.5,2026-06-27,0030,{s},0.4,0.4" for k in range(3) for s in ("N", "N20")]
    found = looks(tmp_path, a=SETS, f=FIRMS + "\n".join(rows) + "\n").looks
    by_day = [x for x in found if x.start.day == 26 and 9 <= x.start.hour <= 12 and x.region == "UA-30"]
    state = {(x.source, x.start.hour): x.lost for x in by_day}
    assert state["NOAA-20 VIIRS", 10] == ""
    assert all(lost == "no data" for (source, _), lost in state.items() if source == "Suomi NPP VIIRS")
    # nobody saw anything late on the 27th: cloud or calm, so these passes stay looks
    assert {x.lost for x in found if x.start.day == 27 and x.start.hour >= 8} == {""}
    one = looks(tmp_path, a=SETS, f=FIRMS + "\n".join(r for r in rows if ",N20," in r) + "\n").looks
    assert {x.lost for x in one if x.source == "Suomi NPP VIIRS"} == {"no data"}


def test_radar_is_not_known_to_have_been_on(tmp_path) -> None:
    s1 = SETS.replace("37849", "39634")
    sets = "\n".join(_summed(line) for line in s1.splitlines())
    window = Window(datetime(2026, 6, 20, tzinfo=UTC), datetime(2026, 7, 4, tzinfo=UTC))
    found = looks(tmp_path, a=sets, options={**REGIONS, "sensors": "sentinel1"}, window=window).looks
    assert set(found.column("lost")) == {"not known to have been on"}
    assert set(found.column("channel")) == {"satellite.radar"}


def _summed(line: str) -> str:
    if line[:2] not in ("1 ", "2 "):
        return line
    return line[:68] + str(sum(int(c) if c.isdigit() else c == "-" for c in line[:68]) % 10)


def test_bad_files_and_options_are_named(tmp_path) -> None:
    intake = looks(tmp_path, a="", b="hello", c=SETS.replace("118.5262", "118.5263"), d=SETS)
    said = [q.reason for q in intake.quarantine]
    assert len(said) == 3
    assert any("checksum" in s for s in said)
    assert intake.count.duplicates == 1
    iss = SETS.replace("37849", "25544")
    far = looks(tmp_path, a="\n".join(_summed(line) for line in iss.splitlines()))
    assert "carries no sensor" in far.quarantine[0].reason
    missing = reader("overpasses")([tmp_path / "none.txt"], source="s", window=WINDOW, options=REGIONS)
    assert "cannot be read" in missing.quarantine[0].reason
    with pytest.raises(CeasefireError, match="no sensor 'virs'"):
        looks(tmp_path, a=SETS, options={**REGIONS, "sensors": ["virs"]})
    with pytest.raises(CeasefireError, match="max_age_days"):
        looks(tmp_path, a=SETS, options={**REGIONS, "max_age_days": "many"})


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"date,region,fraction\n", b"latitude,longitude,acq_date,acq_time,satellite\n", b"1 ", b"["]),
)
def test_any_bytes_give_rows_that_add_up(tmp_path, data: bytes, head: bytes) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes(head + data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnverifiedSource)
        intake = overpasses.read([path], source="s", window=WINDOW, options=REGIONS)
    intake.count.check()
    assert not len(intake.looks)
