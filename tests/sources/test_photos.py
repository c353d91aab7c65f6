"""Photos: makers' tags and conventions, clocks, heights, fields of view, and what must not come out."""

import hashlib
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.geo.dwell import dwell
from ceasefire.geo.footprint import footprints
from ceasefire.sources import photo_tags
from ceasefire.sources.photos import is_it, read_flight, read_photos

pytest.importorskip("PIL", reason="the extra drone is not installed")
pytest.importorskip("defusedxml", reason="the extra drone is not installed")

from PIL import Image
from PIL.TiffImagePlugin import IFDRational

RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
SPACES = {
    "drone-dji": "http://www.dji.com/drone-dji/1.0/",
    "drone-parrot": "http://www.parrot.com/drone-parrot/1.0/",
    "Camera": "http://pix4d.com/camera/1.0/",
    "drone": "http://www.autelrobotics.com/drone/1.0/",
}


def packet(**tags):
    families = {name.split("__")[0].replace("_", "-") for name in tags}
    spaces = " ".join(f'xmlns:{f}="{SPACES[f]}"' for f in sorted(families))
    given = " ".join(f'{n.split("__")[0].replace("_", "-")}:{n.split("__")[1]}="{v}"' for n, v in tags.items())
    return f'<?xpacket begin="" id="x"?><rdf:RDF {RDF}><rdf:Description {spaces} {given}/></rdf:RDF>'.encode()


def degrees(value):
    return tuple(IFDRational(round(v * 10_000), 10_000) for v in (int(value), int(value * 60) % 60, value * 3600 % 60))


def photo(path, *, make="DJI", model="FC6310", xmp=b"", at=(36.25, 50.5), taken="2025:04:01 12:00:00", **more):
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = make, model
    exif[0x0112] = more.get("orientation", 1)
    exif[0x013B], exif[0x9286] = "Jane Owner", "secret comment"
    shot = {0x9003: taken, 0xA405: 24, 0xA431: "SERIAL0123456", 0xA430: "Jane Owner"}
    exif._ifds[0x8769] = {k: v for k, v in {**shot, **more.get("shot", {})}.items() if v is not None}
    place = {} if at is None else {1: "N", 2: degrees(at[1]), 3: "E", 4: degrees(at[0]), 5: b"\0", 6: IFDRational(250)}
    exif._ifds[0x8825] = {**place, **more.get("place", {})}
    image = Image.new("RGB", more.get("size", (40, 30)))
    image.save(path, "JPEG", exif=exif, xmp=xmp)
    return path


def gps(hour, minute, second, day="2025:04:01"):
    return {29: day, 7: tuple(IFDRational(v) for v in (hour, minute, second))}


DJI = packet(
    drone_dji__GimbalYawDegree="-90.00",
    drone_dji__GimbalPitchDegree="-45.00",
    drone_dji__GimbalRollDegree="+0.00",
    drone_dji__AbsoluteAltitude="+251.20",
    drone_dji__RelativeAltitude="+100.10",
    drone_dji__GpsLatitude="50.5000001",
    drone_dji__GpsLongtitude="36.2500001",
)


def test_dji(tmp_path):
    read = read_flight(photo(tmp_path / "a.jpg", xmp=DJI), source="p", options={"clock": "Europe/Kyiv"})
    (flight,) = read.flights
    assert str(flight.times[0]) == "2025-04-01T09:00:00.000"
    assert (flight.azimuth_deg[0], flight.elevation_deg[0], flight.roll_deg[0]) == (270.0, -45.0, 0.0)
    assert flight.height_m[0] == 251.2
    assert flight.ground_m[0] == pytest.approx(151.1)
    assert flight.datum == "msl"
    assert (flight.lon[0], flight.lat[0]) == (36.2500001, 50.5000001)
    assert flight.hfov_deg[0] == pytest.approx(71.6, abs=0.05)
    assert flight.platform == "DJI FC6310"
    assert flight.evidence == hashlib.sha256((tmp_path / "a.jpg").read_bytes()).hexdigest()
    assert dwell(flight, footprints(flight)).seconds.max() == 10.0


def test_parrot_in_both_conventions_gives_one_direction(tmp_path):
    """The angles that Parrot's documentation prints for one photo."""
    ned = packet(
        drone_parrot__CameraYawDegree="146.848038",
        drone_parrot__CameraPitchDegree="-51.988888",
        drone_parrot__CameraRollDegree="-0.052789",
    )
    down = packet(
        Camera__Yaw="146.781036",
        Camera__Pitch="38.011101",
        Camera__Roll="-0.041258",
        Camera__AboveGroundAltitude="11485529/262144",
        Camera__GPSXYAccuracy="845389/2097152",
    )
    a, b = (
        read_flight(photo(tmp_path / f"{n}.jpg", make="Parrot", model="ANAFI Ai", xmp=x), source="p").flights[0]
        for n, x in (("a", ned), ("b", down))
    )
    for name in ("azimuth_deg", "elevation_deg", "roll_deg"):
        assert getattr(a, name)[0] == pytest.approx(getattr(b, name)[0], abs=2e-3)
    assert b.elevation_deg[0] == pytest.approx(-51.99, abs=0.01)
    assert b.height_m[0] - b.ground_m[0] == pytest.approx(43.81, abs=0.01)
    assert b.position_sigma_m[0] == pytest.approx(0.403, abs=1e-3)


@pytest.mark.parametrize(
    "xmp",
    [
        packet(Camera__Yaw="30.0", Camera__Pitch="20.0", Camera__Roll="0.0"),
        packet(
            drone_dji__GimbalYawDegree="30.0", drone_dji__GimbalPitchDegree="-70.0", drone_dji__GimbalRollDegree="0"
        ),
        packet(drone__GimbalYawDegree="30.0", drone__GimbalPitchDegree="-70.0", drone__GimbalRollDegree="0.0"),
    ],
)
def test_autel_old_and_new(tmp_path, xmp):
    flight = read_flight(photo(tmp_path / "a.jpg", make="Autel Robotics", model="XT705", xmp=xmp), source="p").flights[
        0
    ]
    assert flight.azimuth_deg[0] == pytest.approx(30.0)
    assert flight.elevation_deg[0] == pytest.approx(-70.0)
    assert flight.platform == "Autel XT705"


@pytest.mark.parametrize(
    ("make", "xmp", "reason"),
    [
        ("Somebody", DJI, "whose convention is not known"),
        ("DJI", packet(Camera__Yaw="0", Camera__Pitch="0", Camera__Roll="0"), "whose convention is not known"),
        ("Autel Robotics", packet(drone__GimbalYawDegree="3", drone__GimbalPitchDegree="70"), "lost its sign"),
        ("DJI", packet(drone_dji__GimbalYawDegree="0.0", drone_dji__GimbalPitchDegree="0.0"), "all exactly 0"),
        ("DJI", b"", "without gimbal angles"),
        ("DJI", b"<a" + DJI, "packet is broken"),
        ("DJI", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "declares entities"),
    ],
)
def test_angles_that_cannot_be_relied_on_are_not_used_and_said(tmp_path, make, xmp, reason):
    read = read_flight(photo(tmp_path / "a.jpg", make=make, xmp=xmp), source="p")
    assert read.count.used == 1
    assert np.isnan(read.flights[0].elevation_deg).all()
    assert any(reason in doubt for doubt in read.doubts)


def test_a_packet_that_is_too_long_is_not_read():
    assert "more than" in photo_tags.xmp(b"<a>" + b" " * 300_000 + b"</a>")[1]


def test_the_cameras_clock_is_set_right_by_the_receiver_over_all_photos(tmp_path):
    paths = []
    for k in range(6):
        place = {} if k == 4 else gps(9, 0, 0 if k == 5 else 2 * k)
        taken = f"2025:04:01 12:03:{2 * k:02d}"
        paths.append(photo(tmp_path / f"{k}.jpg", xmp=DJI, taken=taken, place=place))
    read = read_photos(paths, source="p")
    (flight,) = read.flights
    assert [str(t)[11:19] for t in flight.times] == [f"09:00:{2 * k:02d}" for k in range(6)]
    assert "+10980.0 s" in flight.clock
    assert any("1 photos repeat an old time" in doubt for doubt in read.doubts)
    assert len(read.facts) == 6
    assert flight.source == "6 photos, 0.jpg to 5.jpg"


def test_an_offset_that_the_camera_states_is_used(tmp_path):
    path = photo(tmp_path / "a.jpg", xmp=DJI, shot={0x9011: "+03:00", 0x9291: "250"})
    (flight,) = read_flight(path, source="p").flights
    assert str(flight.times[0]) == "2025-04-01T09:00:00.250"


def test_heights_below_the_sea_and_upright_pictures(tmp_path):
    below = photo(tmp_path / "a.jpg", place={5: b"\1", 6: IFDRational(12)})
    assert read_flight(below, source="p").flights[0].height_m[0] == -12.0
    upright = photo(tmp_path / "b.jpg", xmp=DJI, orientation=6)
    flight = read_flight(upright, source="p").flights[0]
    assert flight.hfov_deg[0] < flight.vfov_deg[0]


def test_focal_plane_resolution_where_no_film_length_is_given(tmp_path):
    shot = {0xA405: None, 0x920A: IFDRational(88, 10), 0xA20E: IFDRational(40), 0xA20F: IFDRational(40), 0xA210: 3}
    flight = read_flight(photo(tmp_path / "a.jpg", shot=shot), source="p").flights[0]
    assert flight.hfov_deg[0] == pytest.approx(2 * np.degrees(np.arctan(10 / 2 / 8.8)))


def test_photos_without_metadata_have_a_named_reason(tmp_path):
    Image.new("RGB", (9, 9)).save(tmp_path / "a.jpg")
    (tmp_path / "b.jpg").write_bytes(b"\xff\xd8\xff\xe1 no picture at all")
    read = read_photos([tmp_path / "a.jpg", tmp_path / "b.jpg", photo(tmp_path / "c.jpg", xmp=DJI)], source="p")
    assert read.count.rows == 3
    assert read.count.quarantined == 2
    assert read.quarantine[0].reason.startswith("no metadata")
    assert read.quarantine[1].reason.startswith("not a picture that can be opened")


def test_a_picture_that_claims_too_many_pixels_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    assert "more pixels than are safe" in read_flight(photo(tmp_path / "a.jpg"), source="p").quarantine[0].reason


def test_owner_serial_number_and_comment_come_out_nowhere(tmp_path):
    for make in ("DJI", "Jane Owner"):
        read = read_flight(photo(tmp_path / "a.jpg", make=make, model="Jane Owner's", xmp=DJI), source="p")
        text = repr(read) + repr(read.flights) + repr(dict(read.facts))
        for secret in ("SERIAL", "secret", "Jane Owner,"):
            assert secret not in text
    assert read.flights[0].platform == "camera"


def test_flights_of_two_cameras_are_two(tmp_path):
    paths = [photo(tmp_path / f"{m}.jpg", xmp=DJI, model=m) for m in ("FC6310", "FC3170")]
    assert [f.platform for f in read_photos(paths, source="p").flights] == ["DJI FC3170", "DJI FC6310"]


def test_clocks_of_two_phones_are_not_mixed(tmp_path):
    paths = [
        photo(tmp_path / "a.jpg", make="Phone", model="one", taken="2025:04:01 12:00:00", place=gps(9, 0, 0)),
        photo(tmp_path / "b.jpg", make="Phone", model="two", taken="2025:04:01 09:00:00", place=gps(9, 0, 0)),
        photo(tmp_path / "c.jpg", make="Phone", model="two", taken="2025:04:01 09:00:10"),
    ]
    read = read_photos(paths, source="p")
    assert [f.platform for f in read.flights] == ["camera", "camera"]
    assert str(max(f.times[-1] for f in read.flights)) == "2025-04-01T09:00:10.000"


def test_what_it_is():
    picture = io.BytesIO()
    Image.new("RGB", (2, 2)).save(picture, "PNG")
    assert is_it(picture.getvalue())
    assert not is_it(b"PK\3\4")


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 100_000), cut=st.integers(10, 2000), where=st.sampled_from(["anywhere", "head"]))
def test_mutated_photos_never_raise_and_always_add_up(tmp_path_factory, seed, cut, where):
    folder = tmp_path_factory.mktemp("photos")
    path = photo(folder / "a.jpg", xmp=DJI, place=gps(9, 0, 0))
    data = bytearray(path.read_bytes())
    rng = np.random.default_rng(seed)
    for k in rng.integers(0, len(data) if where == "anywhere" else 600, 6):
        data[k] = rng.integers(0, 256)
    path.write_bytes(bytes(data if seed % 3 else data[:cut]))
    read = read_flight(path, source="p")
    read.count.check()
    assert sum(len(f) for f in read.flights) == read.count.used
