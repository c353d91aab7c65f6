"""Lists of boats by their lights: what is read, what is refused with its reason, what a list says of the look."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ceasefire.errors import SourceError
from ceasefire.model.intake import Window
from ceasefire.sources.boat_lights import CHANCES, read

HEADER = "id,id_Key,Date_Proc,Lat_DNB,Lon_DNB,Rad_DNB,Date_Mscan,Date_LTZ,QF_Detect,SHI,LUNZ_GDNBO\n"


def row(key, lat=44.0, lon=31.0, radiance=12.5, when="2025-03-25 00:31:02", flag=1, spike=0.9, moon=120.0):
    return f"1,{key},2025-03-25,{lat},{lon},{radiance},{when},2025-03-25 02:31:02,{flag},{spike},{moon}\n"


def write(folder: Path, *rows: str, name: str = "VBD_npp_d20250325_noaa_ops_v23.csv") -> Path:
    path = folder / name
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    return path


def test_flags_are_kept_and_platforms_are_fixed(tmp_path):
    rows = [row(f"k{f}", lat=43.0 + f / 10, flag=f) for f in CHANCES]
    lights = read([write(tmp_path, *rows)], source="vbd")
    assert lights.flags.tolist() == list(CHANCES)
    by_flag = dict(zip(lights.flags.tolist(), lights.ships, strict=True))
    assert [f for f, s in by_flag.items() if s.fixed] == [4, 11]
    assert all(s.p_ship == CHANCES[f] and s.channel == "satellite.lights" for f, s in by_flag.items())
    assert by_flag[1].time == datetime(2025, 3, 25, 0, 31, 2, tzinfo=UTC)
    assert np.isnan(by_flag[1].length_m)
    assert len({s.id for s in lights.ships}) == len(CHANCES)


def test_bad_rows_are_quarantined_with_reason_and_rows_add_up(tmp_path):
    bad = [
        row("a", lat="north"), row("b", lat=95.0), row("c", lat=999999, lon=999999), row("d", radiance=999999),
        row("e", radiance=-1), row("f", flag=77), row("g", when="2025-02-30 00:00:00"), row("h", flag="?"),
        row("i", lat="", lon=""), "1,short\n",
    ]  # fmt: skip
    lights = read([write(tmp_path, row("good"), row("good"), *bad)], source="vbd")
    lights.count.check()
    assert lights.count.used == 1
    assert lights.count.duplicates == 1
    assert lights.count.quarantined == len(bad)
    reasons = {q.line: q.reason for q in lights.quarantine}
    assert "latitude or longitude is no number" in reasons[4]
    assert "between -90 and 90" in reasons[5]
    assert reasons[7] == "Rad_DNB is no radiance"
    assert reasons[8] == "Rad_DNB is not above zero"
    assert "no flag" in reasons[9]
    assert "no time" in reasons[10]
    assert reasons[12] == "no place"


def test_swapped_places_are_refused_where_the_box_tells(tmp_path):
    path = write(tmp_path, row("a"), row("b", lat=31.0, lon=44.0), row("c", lat=10.0, lon=100.0))
    lights = read([path], source="vbd", options={"box": (27.0, 40.0, 42.0, 48.0)})
    assert lights.count.used == 1
    assert lights.count.outside == 1
    assert lights.quarantine[0].reason == "latitude and longitude look swapped"


def test_window_and_wanted_flags(tmp_path):
    path = write(tmp_path, row("a"), row("b", when="2025-03-27 00:10:00"), row("c", flag=5))
    window = Window(datetime(2025, 3, 25, tzinfo=UTC), datetime(2025, 3, 26, tzinfo=UTC))
    lights = read([path], source="vbd", window=window, options={"flags": [1, 2, 3]})
    assert (lights.count.used, lights.count.outside, lights.count.rows) == (1, 2, 1)


def test_a_look_for_each_pass_and_moonlight_makes_it_worse(tmp_path):
    dark = [row("a", lat=43.0), row("b", lat=44.0, when="2025-03-25 00:31:40")]
    lit = [row("c", lat=43.5, when="2025-03-25 02:12:00", moon=40.0)]
    looks = list(read([write(tmp_path, *dark, *lit)], source="vbd").looks)
    assert len(looks) == 2
    assert looks[0].quality > looks[1].quality > looks[1].quality_low
    assert 50 < looks[0].radius_km < 60
    assert abs(looks[0].lat - 43.5) < 0.01
    assert looks[1].radius_km == 0.0


def test_a_list_that_is_none(tmp_path):
    empty, other = tmp_path / "e.csv", tmp_path / "o.csv"
    empty.write_text("")
    other.write_text("a,b\n1,2\n")
    lights = read([empty, other, tmp_path / "missing.csv"], source="vbd")
    assert len(lights.ships) == 0
    assert len(lights.looks) == 0
    assert lights.count.quarantined == 3
    lights.count.check()


@pytest.mark.parametrize("options", [{"flags": [99]}, {"flags": "x"}, {"box": (1, 2, 3)}, {"box": (9, 2, 3, 4)}])
def test_options_that_cannot_be(options):
    with pytest.raises(SourceError):
        read([], source="vbd", options=options)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_stands_in_a_file_rows_add_up(tmp_path, data):
    text = st.text(st.characters(blacklist_categories=["Cs"]), max_size=12)
    lines = data.draw(st.lists(st.lists(text | st.sampled_from(["44.1", "1", "2025-03-25 00:00:00"]), max_size=12)))
    path = tmp_path / "x.csv"
    path.write_text(HEADER + row("a") + "\n".join(",".join(line) for line in lines), encoding="utf-8")
    lights = read([path], source="vbd")
    lights.count.check()
    assert len(lights.ships) == lights.count.used == len(lights.flags) == len(lights.radiance)
