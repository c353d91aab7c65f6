"""A patrol's material as it comes: formats by content, archives, copies, two records of one flight."""

import importlib.util
import io
import struct
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.geo.flight import Flight
from ceasefire.geo.footprint import footprints
from ceasefire.sources import drone, drone_files
from ceasefire.sources.drone_merge import Record, merge
from ceasefire.sources.drone_tracks import match

START = np.datetime64("2025-04-01T09:00:00", "ms")
CUE = "{n}\n00:00:{s},000 --> 00:00:{s},900\n{when}\n[focal_len: 24.0] [latitude: {lat:.7f}] [longitude: {lon:.7f}] [rel_alt: 100.0 abs_alt: 250.0]\n\n"  # noqa: E501


def track(k):
    return 36.0 + 1e-4 * k + 3e-5 * np.sin(k / 3.0), 50.0 + 2e-5 * k + 4e-5 * np.cos(k / 5.0)


def srt(n=60, *, hours=3, late_s=0, begin=0):
    cues = []
    for k in range(begin, begin + n):
        when = str(START + np.timedelta64(3600 * hours + k + late_s, "s")).replace("T", " ")
        lon, lat = track(k)
        cues.append(CUE.format(n=k + 1, s=f"{k % 60:02d}", when=when, lon=lon, lat=lat))
    return "".join(cues)


def airdata(n=60):
    head = "time(millisecond),datetime(utc),latitude,longitude,height_above_takeoff(meters),gimbal_heading(degrees),"
    rows = [head + "gimbal_pitch(degrees),gimbal_roll(degrees),satellites"]
    for k in range(n):
        lon, lat = track(k)
        when = str(START + np.timedelta64(k, "s"))[:19].replace("T", " ")
        rows.append(f"{1000 * k},{when},{lat:.7f},{lon:.7f},100,80,-60,0,14")
    return "\n".join(rows) + "\n"


def log(n=10):
    rows = ["time,lon,lat,height_m,azimuth_deg,elevation_deg,hfov_deg,vfov_deg"]
    rows += [f"{START + np.timedelta64(k, 's')}Z,{track(k)[0]:.7f},{track(k)[1]:.7f},100,0,-90,60,40" for k in range(n)]
    return "\n".join(rows) + "\n"


def states(read):
    return {f.name: (f.state, f.format, f.reason) for f in read.files}


def test_a_folder_of_everything(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "film.txt").write_text(srt())
    (tmp_path / "a" / "copy.bin").write_text(srt())
    (tmp_path / "plan.csv").write_text("zone,start,end,remark\nz1,2025-04-01T08:00Z,2025-04-01T10:00Z,fog\n")
    (tmp_path / "film.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + bytes(50))
    (tmp_path / "empty.srt").write_bytes(b"")
    (tmp_path / ".DS_Store").write_bytes(b"x")
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / "link.srt").symlink_to("/etc/hostname")
    read = drone.read([tmp_path, tmp_path / "gone.srt"], source="p")
    got = states(read)
    assert got["a/copy.bin"][:2] == ("used", "dji_srt")
    assert got["a/film.txt"] == ("duplicate", "dji_srt", "the same bytes as a/copy.bin")
    assert got["plan.csv"][:2] == ("used", "patrol_plan")
    assert "film" in got["film.mp4"][2]
    assert got["empty.srt"][2] == "the file is empty"
    assert got["notes.txt"][2] == "a text of another kind"
    assert got["link.srt"][2] == "a link, which is not followed"
    assert got["gone.srt"][2] == "there is no such file"
    assert got[".DS_Store"][0] == "set aside"
    assert len(read.flights) == 1
    assert read.planned[0].reason == "weather"
    assert read.count.used == 61
    read.check()


def test_subtitles_and_a_log_of_one_flight_make_footprints_that_neither_makes(tmp_path):
    """The subtitles know the field of view, the log where the camera pointed; their clocks are an hour and 7 s off."""
    (tmp_path / "film.srt").write_text(srt(hours=3, late_s=7))
    (tmp_path / "log.csv").write_text(airdata())
    for name in ("film.srt", "log.csv"):
        alone = drone.read([tmp_path / name], source="p").flights[0]
        assert (footprints(alone).lost != "").all()
    read = drone.read([tmp_path], source="p")
    (flight,) = read.flights
    assert (footprints(flight).lost == "").all()
    assert read.count.duplicates == 60
    assert len(flight) == read.count.used == 60
    assert str(flight.times[0]) == "2025-04-01T09:00:00.000"
    said = next(d for d in read.doubts if "the clock of" in d)
    assert "+3607.0 s" in said
    assert len(flight.evidence.split()) == 2
    read.check()


def test_two_aircraft_at_the_same_time_are_two_flights(tmp_path):
    (tmp_path / "a.csv").write_text(airdata())
    (tmp_path / "b.csv").write_text(airdata().replace(",36.", ",37."))
    read = drone.read([tmp_path], source="p")
    assert len(read.flights) == 2
    assert read.count.duplicates == 0


def test_a_copy_that_was_cut_is_not_counted_twice(tmp_path):
    (tmp_path / "a.csv").write_text(airdata(60))
    (tmp_path / "b.csv").write_text(airdata(30))
    read = drone.read([tmp_path], source="p")
    assert [len(f) for f in read.flights] == [60]
    assert read.count.duplicates == 30


def test_two_parts_of_one_flight_that_overlap_are_joined(tmp_path):
    (tmp_path / "a.srt").write_text(srt(40))
    (tmp_path / "b.srt").write_text(srt(40, begin=30))
    read = drone.read([tmp_path], source="p", options={"clock": "Europe/Kyiv"})
    (flight,) = read.flights
    assert len(flight) == 70
    assert read.count.duplicates == 10


@pytest.mark.parametrize("late", [-95.3, -4.4, 0.0, 2.5, 61.0])
def test_the_offset_of_two_clocks_is_found(late):
    rng = np.random.default_rng(1)
    k = np.arange(300) / 2.0
    lon, lat = track(k)
    times = START + (500 * np.arange(300)).astype("timedelta64[ms]")
    a = Flight.of(times=times, lon=lon, lat=lat)
    some = slice(60, 240, 2)
    noise = 1e-5 * rng.standard_normal((2, 90))
    b = Flight.of(
        times=times[some] + np.timedelta64(int(1000 * late), "ms"), lon=lon[some] + noise[0], lat=lat[some] + noise[1]
    )
    for one, two, sign in ((a, b, -1), (b, a, 1)):
        got = match(one, two)
        assert got.lag_s == pytest.approx(sign * late, abs=0.3)
        assert got.apart_m < 3


def test_a_hovering_aircraft_cannot_tell_its_clock():
    t = START + (1000 * np.arange(60)).astype("timedelta64[ms]")
    a = Flight.of(times=t, lon=np.full(60, 36.0), lat=np.full(60, 50.0))
    b = Flight.of(times=t + 5000, lon=np.full(60, 36.00001), lat=np.full(60, 50.0))
    got = match(a, b)
    assert got.lag_s == 0.0
    assert got.either_s == float("inf")
    read = merge([Record(a, "dji_srt"), Record(b, "dji_csv")])
    assert any("cannot tell" in d for d in read.doubts)


def test_photos_beside_a_log_that_knows_less(tmp_path):
    t = START + (1000 * np.arange(60)).astype("timedelta64[ms]")
    lon, lat = track(np.arange(60))
    n = np.full(60, 100.0)
    film = Flight.of(times=t, lon=lon, lat=lat, height_m=n, ground_m=0 * n, datum="takeoff", source="film")
    at = np.arange(5, 60, 10)
    full = {"azimuth_deg": 0 * n, "elevation_deg": 0 * n - 90, "hfov_deg": 0 * n + 60, "vfov_deg": 0 * n + 40}
    photos = Flight.of(
        times=t, lon=lon, lat=lat, height_m=n + 150, ground_m=0 * n + 150, lasts_s=0 * n + 10, datum="msl", **full
    ).keep(at)
    read = merge([Record(film, "dji_srt"), Record(photos, "photos")])
    (flight,) = read.flights
    assert read.repeats == 6
    assert len(flight) == 60
    assert np.isfinite(flight.lasts_s).sum() == 6
    assert (footprints(flight).lost == "").sum() == 6
    assert np.allclose(flight.height_m - flight.ground_m, 100.0)


def archive(tmp_path, members, name="a.zip"):
    with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as out:
        for member, data in members.items():
            out.writestr(member, data)
    return tmp_path / name


def test_an_archive_is_read_and_what_is_unsafe_in_it_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(drone_files, "RATIO_FROM", 100_000)
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as out:
        out.writestr("x.srt", srt())
    link = zipfile.ZipInfo("link.srt")
    link.external_attr = 0o120777 << 16
    path = archive(
        tmp_path,
        {
            "day/film.srt": srt(),
            "../../escaped.srt": srt(),
            "/root.srt": srt(),
            "C:\\windows\\x.srt": srt(),
            "..\\up.srt": srt(),
            "inner.zip": inner.getvalue(),
            "bomb.csv": b"0" * 1_000_000,
            link: "/etc/passwd",
        },
    )
    read = drone.read([path], source="p")
    reasons = {f.name: f.reason for f in read.files}
    assert sum("escapes its folder" in r for r in reasons.values()) == 4
    assert "inside an archive" in reasons["a.zip/inner.zip"]
    assert "grows more than" in reasons["a.zip/bomb.csv"]
    assert "not followed" in reasons["a.zip/link.srt"]
    assert reasons["a.zip/day/film.srt"] == ""
    assert read.count.used == 60
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a.zip"]
    assert not (tmp_path.parent / "escaped.srt").exists()
    read.check()


def test_a_header_that_lies_about_its_size_stops_at_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(drone_files, "RATIO_FROM", 1_000)
    path = archive(tmp_path, {"bomb.csv": b"0" * 3_000_000})
    data = bytearray(path.read_bytes())
    at = data.rfind(b"PK\1\2")
    data[at + 24 : at + 28] = struct.pack("<I", 900)
    path.write_bytes(bytes(data))
    assert drone.read([path], source="p").files[0].state == "set aside"


def test_archives_that_are_locked_broken_or_too_full(tmp_path, monkeypatch):
    (tmp_path / "broken.zip").write_bytes(archive(tmp_path, {"a.srt": srt()}).read_bytes()[:300])
    read = drone.read([tmp_path / "broken.zip"], source="p")
    assert "a broken archive" in read.files[0].reason
    monkeypatch.setattr(drone_files, "MAX_UNPACKED", 100)
    assert "the archives hold more" in drone.read([tmp_path / "a.zip"], source="p").files[0].reason
    monkeypatch.setattr(drone_files, "MAX_MEMBERS", 0)
    assert "more than 0 members" in drone.read([tmp_path / "a.zip"], source="p").files[0].reason


def test_options_for_some_files_and_an_unknown_zone(tmp_path):
    (tmp_path / "film.srt").write_text(srt())
    options = {"clock": "Europe/Kyiv", "files": {"*.SRT": {"camera_elevation_deg": -90}}}
    (flight,) = drone.read([tmp_path], source="p", options=options).flights
    assert flight.elevation_deg[0] == -90.0
    with pytest.raises(ValueError, match="unknown clock"):
        drone.read([tmp_path], source="p", options={"clock": "Europe/Nowhere"})


def test_a_mapping_makes_any_table_a_log(tmp_path):
    (tmp_path / "x.csv").write_text(log().replace("time,lon,lat", "when,x,y"))
    assert drone.read([tmp_path], source="p").files[0].reason == "a text of another kind"
    mapping = {"time": "when", "lon": "x", "lat": "y"}
    assert len(drone.read([tmp_path], source="p", options={"mapping": mapping}).flights[0]) == 10


def test_a_reader_that_fails_costs_its_file_only(tmp_path, monkeypatch):
    (tmp_path / "a.csv").write_text(log())
    (tmp_path / "b.srt").write_text(srt())

    def fails(path, **given):
        raise TypeError("a mistake")

    monkeypatch.setattr(drone_files.reader("dji_srt"), "read_flight", fails)
    read = drone.read([tmp_path], source="p")
    assert states(read)["b.srt"][2] == "its reader failed, TypeError: a mistake"
    assert states(read)["a.csv"][0] == "used"


def test_photos_of_a_folder_share_a_clock_and_count_one_by_one(tmp_path):
    pytest.importorskip("PIL", reason="the extra drone is not installed")
    from PIL import Image

    exif = Image.Exif()
    exif[0x010F] = "DJI"
    exif._ifds[0x8769] = {0x9003: "2025:04:01 12:00:00"}
    Image.new("RGB", (8, 8)).save(tmp_path / "a.jpg", exif=exif)
    Image.new("RGB", (9, 9)).save(tmp_path / "b.jpg")
    read = drone.read([tmp_path], source="p", options={"clock": "+03:00"})
    assert states(read)["a.jpg"][0] == "used"
    assert states(read)["b.jpg"][2].startswith("no metadata")
    assert read.count.rows == 2
    assert any(key.startswith("photos: photo a.jpg") for key in read.facts)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 100_000))
def test_mutated_archives_never_raise_and_always_add_up(tmp_path_factory, seed):
    folder = tmp_path_factory.mktemp("zip")
    path = archive(folder, {"a.srt": srt(5), "b.csv": airdata(5), "c.csv": log(5)})
    data = bytearray(path.read_bytes())
    rng = np.random.default_rng(seed)
    for k in rng.integers(0, len(data), 6):
        data[k] = rng.integers(0, 256)
    path.write_bytes(bytes(data))
    drone.read([path], source="p").check()


def test_real_files_are_known_by_their_content(shared_data, tmp_path):
    kinds = {"MAVIC3.srt": "dji_srt", "sample_log_small.ulg": "ulog", "DynamicConstantMISMMSPacketData.bin": "klv"}
    for name, kind in kinds.items():
        if importlib.util.find_spec(f"ceasefire.sources.{kind}") is None:
            continue
        path = next((shared_data / "drone").rglob(name))
        with path.open("rb") as file:
            assert drone_files.format_of(file.read(drone_files.START)) == kind


def test_a_second_flight_along_the_same_route_an_hour_later_is_not_the_first(tmp_path):
    """Its subtitles' clock is guessed, and an hour off would lay it over the first; another receiver was metres off."""
    cues = srt(hours=3)
    for k in range(60):
        lon, lat = track(k)
        cues = cues.replace(f"{lat:.7f}", f"{lat + 1.2e-4:.7f}").replace(f"{lon:.7f}", f"{lon + 8e-5:.7f}")
    (tmp_path / "film.srt").write_text(cues)
    (tmp_path / "log.csv").write_text(airdata())
    assert len(drone.read([tmp_path], source="p").flights) == 2


def test_a_clock_that_was_set_back_in_one_file_repeats_nothing(tmp_path):
    text = srt(30, late_s=60) + srt(30, begin=30)
    (tmp_path / "a.srt").write_text(text)
    read = drone.read([tmp_path], source="p")
    assert sum(len(f) for f in read.flights) == 60
    assert read.count.duplicates == 0


def test_a_member_without_a_name_is_set_aside_and_the_rest_goes_on(tmp_path):
    path = archive(tmp_path, {"a.csv": b"x", "b.csv": b"y"})
    data = path.read_bytes().replace(b"b.csv", b"\0.csv")  # zipfile cuts a name at its first NUL
    path.write_bytes(data)
    read = drone.read([path], source="x")
    read.check()
    assert any("has no name" in f.reason for f in read.files)
    assert len([f for f in read.files if f.state == drone.ASIDE]) == len(read.files) == 2
