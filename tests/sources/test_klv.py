"""MISB KLV: fields against the library, both carriages, markings, targets, and everything that can be wrong."""

import numpy as np
import pytest
from benchmarks import klv_made as made
from benchmarks.fuzz_drone import fault, klv_mended, mutated
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.sources import klv, klv_sets
from ceasefire.sources.klv import is_it, read_flight
from ceasefire.sources.klv_fields import COUNTED, FIELDS, IMAPPED, columns
from ceasefire.sources.klv_packets import UAS, checksum_fault, items, sealed

COUNT = 12


def write(tmp_path, data, name="a.ts"):
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else b"".join(data))
    return path


def samples(count=COUNT, **more):
    return [made.sample(k, **more) for k in range(count)]


def reads(tmp_path, data, **options):
    read = read_flight(write(tmp_path, data), source="patrol", options=options)
    read.count.check()
    assert sum(len(f) for f in read.flights) == read.count.used
    return read


def reasons(read):
    return [q.reason for q in read.quarantine]


# fields


def library(packet, **given):
    st0601 = pytest.importorskip("stanag4609.st0601", reason="the extra `drone` is not installed")
    mode = st0601.FieldDecodingMode.PRESERVE
    return st0601.decode_uas_local_set(packet, field_decoding=mode, require_version=False, **given)


def alike(packet, **given):
    """Ours and the library's numbers of every field that we use; gives how many were compared."""
    values, there, wrong = columns([dict(items(packet[-len(library(packet, **given).packet.value) :])[0])])
    assert not wrong
    decoded = library(packet, **given)
    compared = 0
    for tag in (*FIELDS, *IMAPPED, *COUNTED):
        field = decoded.get(tag)
        assert there[tag][0] == (field is not None), tag
        if field is None:
            continue
        if isinstance(field.value, int | float):
            assert values[tag][0] == pytest.approx(float(field.value), rel=1e-12, abs=1e-12), tag
        else:
            assert np.isnan(values[tag][0]), tag
        compared += 1
    return compared


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_every_field_is_what_the_library_makes_of_it(data):
    raw = {tag: data.draw(st.binary(min_size=f.width, max_size=f.width)) for tag, f in FIELDS.items()}
    raw |= {tag: data.draw(st.sampled_from([b"\x2f\x92", b"\x10\x20\x30", b"\0\0\0\0"])) for tag in IMAPPED}
    raw |= {47: b"\x05", 123: b"\x07", 124: b"\x03"}
    packet = made.packet({2: made.stamp(0), **raw, 65: b"\x13"})
    assert alike(packet) == len(FIELDS) + len(IMAPPED) + len(COUNTED)


@pytest.mark.parametrize(("name", "fields"), [("DynamicConstant", 15), ("DynamicOnly", 15)])
def test_real_packets_field_by_field(shared_data, name, fields):
    packet = (shared_data / "drone" / "klv" / f"{name}MISMMSPacketData.bin").read_bytes()
    assert alike(packet, verify_checksum=False) == fields


def test_real_packets_are_read_or_set_aside_with_their_reason(shared_data):
    folder = shared_data / "drone" / "klv"
    good = read_flight(folder / "DynamicOnlyMISMMSPacketData.bin", source="p")
    (flight,) = good.flights
    assert str(flight.times[0]) == "2009-01-12T22:08:22.000"
    assert (round(float(flight.lat[0]), 5), round(float(flight.lon[0]), 5)) == (60.17682, 128.42676)
    bad = read_flight(folder / "DynamicConstantMISMMSPacketData.bin", source="p")
    assert reasons(bad) == ["its checksum says aa43, its bytes sum to 3e1e"]  # the library says so too


def test_an_error_value_is_not_a_number():
    values, _, _ = columns([{6: b"\x80\x00", 13: b"\x80\0\0\0", 26: b"\x80\0", 19: b"\x80\0\0\0"}])
    assert all(np.isnan(values[tag][0]) for tag in (6, 13, 26, 19))


# attitude


def test_turns_are_chained_and_not_added(tmp_path):
    """Against matrices multiplied out; adding up the angles would be off by more than ten degrees here."""
    (flight,) = reads(tmp_path, samples(300)).flights
    truth = [made.rounded(made.state(k)) for k in range(300)]
    for k in (0, 57, 211, 299):
        v = {tag: np.radians(value) for tag, value in truth[k].items()}
        body = made.turned(2, v[5]) @ made.turned(1, v[90]) @ made.turned(0, v[91])
        camera = body @ made.turned(2, v[18]) @ made.turned(1, v[19]) @ made.turned(0, v[20])
        north, east, down = camera @ [1.0, 0.0, 0.0]
        assert flight.azimuth_deg[k] == pytest.approx(np.degrees(np.arctan2(east, north)) % 360, abs=1e-9)
        assert flight.elevation_deg[k] == pytest.approx(np.degrees(np.arcsin(-down)), abs=1e-9)
        right = camera @ [0.0, 1.0, 0.0]
        assert np.sin(np.radians(flight.roll_deg[k])) == pytest.approx(right[2] / np.cos(np.arcsin(down)), abs=1e-9)
    added = np.array([t[19] + t[90] for t in truth])
    assert np.abs(added - flight.elevation_deg).max() > 10


def test_without_angles_the_axis_is_drawn_to_the_frame_centre(tmp_path):
    full = [
        {**made.state(k), 24: made.corner(made.state(k), 0, 0)[0], 23: made.corner(made.state(k), 0, 0)[1]}
        for k in (0, 1)
    ]
    cut = [{t: v for t, v in one.items() if t not in (18, 19, 20)} for one in full]
    both = [
        reads(tmp_path, [made.packet({2: made.stamp(k), **one}) for k, one in enumerate(some)]) for some in (full, cut)
    ]
    assert both[1].flights[0].elevation_deg == pytest.approx(both[0].flights[0].elevation_deg, abs=0.02)
    assert both[1].flights[0].azimuth_deg == pytest.approx(both[0].flights[0].azimuth_deg, abs=0.02)
    assert any("frame's centre" in d for d in both[1].doubts)


# carriage


@pytest.mark.parametrize("kind", ["asynchronous", "synchronous"])
@pytest.mark.parametrize("size", [188, 192])
def test_a_made_stream_gives_back_what_went_in(tmp_path, kind, size):
    pytest.importorskip("stanag4609")
    packets = samples(corners="full")
    read = reads(tmp_path, made.stream(packets, kind=kind, size=size, video=made.pictures(7)))
    (flight,) = read.flights
    assert read.count.used == COUNT
    assert not read.count.quarantined
    assert read.facts["stream 257"] == f"{kind} KLV, declared"
    raw = read_flight(write(tmp_path, packets, "raw.klv"), source="patrol")
    for name in ("times", "lon", "lat", "height_m", "ground_m", "azimuth_deg", "elevation_deg", "roll_deg", "corners"):
        assert np.array_equal(getattr(flight, name), getattr(raw.flights[0], name)), name
    for k in range(COUNT):
        for j, (right, up) in enumerate(((-1, 1), (1, 1), (1, -1), (-1, -1))):
            lon, lat, _ = made.corner({**made.state(k), **made.rounded(made.state(k))}, right, up)
            assert flight.corners[k, j] == pytest.approx([lon, lat], abs=1e-7)
    assert flight.datum == "msl"
    assert flight.platform == "made"


def packets_of(data):
    return [data[k : k + 188] for k in range(0, len(data), 188)]


@pytest.fixture
def stream():
    pytest.importorskip("stanag4609")
    return b"".join(made.stream(samples(40), video=made.pictures(5)))


def test_a_stream_that_begins_in_the_middle_of_a_packet_and_ends_in_another(tmp_path, stream):
    read = reads(tmp_path, stream[188 * 3 + 70 : -1500])
    assert 37 <= read.count.used <= 39
    assert any("bytes are cut off" in d for d in read.doubts)


def test_garbage_in_the_middle_costs_only_what_it_hits(tmp_path, stream):
    at = 188 * 60 + 33
    read = reads(tmp_path, stream[:at] + b"\x47garbage" * 50 + stream[at:])
    assert read.count.used >= 38
    assert read.facts["bytes that are no packets"]


def test_lost_packets_are_told_by_the_continuity_counter(tmp_path, stream):
    parts = packets_of(stream)
    meta = [k for k, p in enumerate(parts) if p[1] & 0x1F == 1 and p[2] == 1]
    gone = {meta[1], meta[21], meta[22]}
    read = reads(tmp_path, b"".join(p for k, p in enumerate(parts) if k not in gone))
    assert read.facts["metadata packets lost"] == "3"
    assert read.count.used >= 36
    assert any("3 transport packets of metadata are missing" in d for d in read.doubts)


def test_a_packet_sent_twice_counts_once(tmp_path, stream):
    parts = packets_of(stream)
    read = reads(tmp_path, b"".join(p * (2 if p[1] & 0x1F == 1 and p[2] == 1 else 1) for p in parts))
    assert read.count.used == 40
    assert int(read.facts["packets repeated"]) >= 40


def test_metadata_before_the_first_table_and_without_any_is_found(tmp_path, stream):
    parts = packets_of(stream)
    late = [p for p in parts[:100] if p[1] & 0x1F not in (0, 0x10) or p[2] != 0] + parts[100:]
    assert reads(tmp_path, b"".join(late)).count.used == 40
    none = [p for p in parts if not (p[1] & 0x1F in (0, 0x10) and p[2] == 0)]
    read = reads(tmp_path, b"".join(none))
    assert read.count.used == 40
    assert "found by its content" in read.facts["stream 257"]


def test_a_stream_number_given_to_video_ends_the_metadata(tmp_path, stream):
    pytest.importorskip("stanag4609")
    from stanag4609.transport.psi import ElementaryStreamInfo

    mux = made.muxer()
    mux.reconfigure(pcr_pid=made.META, streams=[ElementaryStreamInfo(0x1B, made.META, ())], pmt_version_number=1)
    video = bytearray(made.pictures(64))
    for k in range(0, len(video), 188):
        video[k + 1 : k + 3] = bytes([made.META >> 8, made.META & 0xFF])
    video[4:8] = b"\0\0\1\xe0"
    read = reads(tmp_path, stream + b"".join(mux.program_tables()) + bytes(video))
    assert read.count.used == 40
    assert not read.count.quarantined


def test_a_klv_packet_over_several_units(tmp_path):
    pytest.importorskip("stanag4609")
    mux, out = made.muxer(), []
    big = [made.sample(k, t48=bytes([1, 1, 1, 5, 0x81, 200]) + b"x" * 200) for k in range(4)]
    for klv_packet in big:
        out += [*mux.program_tables(), *mux.mux_async_klv(made.META, klv_packet, max_pes_payload=150)]
    assert reads(tmp_path, b"".join(out)).count.used == 4


def test_two_streams_with_the_same_packets_count_once(tmp_path):
    pytest.importorskip("stanag4609")
    from stanag4609.transport.metadata import asynchronous_klv_stream
    from stanag4609.transport.mux import TransportMuxer

    both = (asynchronous_klv_stream(257), asynchronous_klv_stream(258))
    mux = TransportMuxer(transport_stream_id=1, program_number=1, program_map_pid=4096, pcr_pid=257, streams=both)
    out = []
    for packet in samples():
        out += [*mux.program_tables(), *mux.mux_async_klv(257, packet), *mux.mux_async_klv(258, packet)]
    read = reads(tmp_path, b"".join(out))
    assert (read.count.used, read.count.duplicates) == (COUNT, COUNT)


def test_a_stream_without_metadata_and_other_files_say_so(tmp_path, stream):
    assert reasons(reads(tmp_path, made.pictures(50))) == ["a transport stream without KLV metadata"]
    assert reasons(reads(tmp_path, b"PK\x03\x04" + bytes(900))) == ["neither a transport stream nor KLV packets"]
    assert reasons(reads(tmp_path, b"")) == ["neither a transport stream nor KLV packets"]
    assert is_it(stream[:4096])
    assert is_it(samples(1)[0])
    assert not is_it(b"PK\x03\x04" + bytes(5000))


# what packets say


def test_a_checksum_that_fails_sets_one_packet_aside(tmp_path):
    packets = samples()
    packets[3] = packets[3][:60] + bytes([packets[3][60] ^ 1]) + packets[3][61:]
    read = reads(tmp_path, packets)
    assert (read.count.used, read.count.quarantined) == (COUNT - 1, 1)
    assert "checksum" in reasons(read)[0]
    assert read.quarantine[0].line == 4


@pytest.mark.parametrize(
    "length", [b"\x88\x7f\xff\xff\xff\xff\xff\xff\xff", b"\x83\x0f\xff\xff", b"\x80", b"\x82\x03\xe8"]
)
def test_lengths_that_lie_cost_one_packet(tmp_path, length):
    packets = samples()
    packets[3] = packets[3][:16] + length + packets[3][18:]
    read = reads(tmp_path, packets)
    assert read.count.used == COUNT - 1
    assert read.count.quarantined >= 1


def test_inner_lengths_that_lie_and_missing_times(tmp_path):
    inner = sealed(b"\x02\x08" + made.stamp(1) + b"\x05\x70\x01")
    timeless = made.packet({5: 90.0})
    unset = made.packet({2: (10_000_000).to_bytes(8, "big"), 5: 90.0})
    read = reads(tmp_path, [*samples(2), inner, timeless, unset])
    assert read.count.used == 2
    assert [r.split(":")[0] for r in reasons(read)] == [
        "tag 5 declares 112 bytes and 5 follow",
        "no time",
        "its clock was not set",
    ]


def test_unknown_tags_and_other_sets(tmp_path):
    other = bytes.fromhex("060e2b34020101010e01010201010000") + b"\x03abc"
    read = reads(tmp_path, [made.sample(0, t5000=b"\1\2\3"), other, *samples(3)[1:]])
    assert read.count.used == 3
    assert reasons(read) == ["a set of another kind: EG 0104 (Predator metadata, before ST 0601)"]


def test_a_clock_that_jumps_back_begins_another_flight(tmp_path):
    assert [len(f) for f in reads(tmp_path, [*samples(30)[20:], *samples(9)]).flights] == [9, 10]


def test_zero_zero_is_no_position_and_receivers_that_lost_their_satellites(tmp_path):
    lost = [made.sample(0, t13=b"\0" * 4, t14=b"\0" * 4), made.sample(1, t124=b"\x01"), made.sample(2, t123=b"\x00")]
    (flight,) = reads(tmp_path, [*lost, made.sample(3, t123=b"\x09", t124=b"\x03")]).flights
    assert flight.fix.tolist() == [False, False, False, True]
    assert flight.satellites[2:].tolist() == [0.0, 9.0]


def test_leap_seconds(tmp_path):
    plain = reads(tmp_path, samples(2))
    assert any("leap seconds" in d for d in plain.doubts)
    packet = made.sample(0, t136=b"\x1b", t137=(500_000).to_bytes(4, "big"))
    said = reads(tmp_path, packet)
    assert str(said.flights[0].times[0]) == "2025-04-01T08:59:33.500"
    assert said.flights[0].clock == "MISP time less 26.5 s of leap seconds and correction, as the packets say"
    theirs = library(packet).utc_timestamp(leap_seconds=27, correction_offset=500_000)
    assert np.datetime64(theirs.replace(tzinfo=None), "ms") == said.flights[0].times[0]
    told = reads(tmp_path, samples(1), leap_seconds=27)
    assert str(told.flights[0].times[0]) == "2025-04-01T08:59:33.000"


def test_fields_that_packets_leave_out_stand_for_a_while(tmp_path):
    full, lens = made.state(0), {16, 17, 25}
    out = []
    for k in range(0, 500, 10):
        values = {2: made.stamp(k), **full}
        out.append(made.packet({t: v for t, v in values.items() if k == 0 or t not in lens}))
    (flight,) = reads(tmp_path, out).flights
    known = np.isfinite(flight.hfov_deg)
    assert known[:31].all()  # 30 seconds
    assert not known[31:].any()


def test_heights_above_two_surfaces_are_not_subtracted(tmp_path):
    values = {t: v for t, v in made.state(0).items() if t != 15}
    read = reads(tmp_path, made.packet({2: made.stamp(0), **values, 75: 1100.0}))
    assert read.flights[0].datum == "ellipsoid"
    assert np.isnan(read.flights[0].ground_m).all()
    assert any("two different surfaces" in d for d in read.doubts)
    far = made.packet({2: made.stamp(0), **values, 75: 1100.0, 21: 1300.0})
    by_range = reads(tmp_path, far).flights[0]
    assert 1100.0 - by_range.ground_m[0] == pytest.approx(
        1300 * np.sin(np.radians(-by_range.elevation_deg[0])), abs=0.5
    )


def test_an_image_that_is_not_valid_shows_no_ground(tmp_path):
    (flight,) = reads(tmp_path, [made.sample(0, t47=b"\x20"), made.sample(1, t47=b"\0")]).flights
    assert np.isnan(flight.elevation_deg).tolist() == [True, False]


# sets inside


SECRET = (
    bytes([1, 1, 4, 2, 1, 2, 3, 5])
    + b"//XXA"
    + bytes([5, 3])
    + b"FOR"
    + bytes([12, 1, 2, 13, 6])
    + "XXA".encode("utf-16-be")
)


def test_the_marking_is_a_fact_and_a_doubt(tmp_path):
    read = reads(tmp_path, [made.sample(0, t48=SECRET), *samples(3)[1:]])
    assert read.facts["security marking"] == "SECRET // XXA // FOR"
    assert "the file is marked SECRET // XXA // FOR" in read.doubts
    st0102 = pytest.importorskip("stanag4609.st0102")
    theirs = st0102.decode_security_local_set(SECRET + b"\x16\x02\x00\x0c", standalone=False)
    assert (theirs.value(1).name, theirs.value(3), theirs.value(5)) == ("SECRET", "//XXA", "FOR")


def test_markings_that_stand_by_themselves(tmp_path):
    from ceasefire.sources.klv_packets import SECURITY, SECURITY_UNIVERSAL

    key = bytes.fromhex("060e2b34010101030208020100000000")
    alone = SECURITY + bytes([len(SECRET)]) + SECRET
    universal = SECURITY_UNIVERSAL + bytes([17 + 14]) + key + bytes([14]) + b"UNCLASSIFIED//"
    read = reads(tmp_path, [*samples(2), alone, universal])
    assert read.count.rows == 2
    assert read.facts["security marking"] == "SECRET // XXA // FOR; UNCLASSIFIED"


def test_targets_against_the_library(tmp_path):
    st0903 = pytest.importorskip("stanag4609.st0903")
    location = st0903.Location(50.01, 36.02, 130.0)
    targets = [
        st0903.VTargetData(7, {2: 1920 * 99 + 200, 3: 1920 * 149 + 300, 5: 80, 10: 0.004, 11: -0.006, 12: 130.0}),
        st0903.VTargetData(300, {17: location, 19: 40, 20: 50}),
    ]
    value = st0903.encode_vmti_local_set({4: 6, 8: 1920, 9: 1080}, targets=targets)
    x, y, _ = made.corner(made.state(0), 0, 0)
    read = reads(tmp_path, made.sample(0, t24=made.number(24, x), t23=made.number(23, y), t74=value))
    one, two = read.marks
    assert (one.number, one.top, one.left, one.bottom, one.right) == (7, 100, 200, 150, 300)
    assert (one.lat, one.lon) == (pytest.approx(y + 0.004, abs=1e-5), pytest.approx(x - 0.006, abs=1e-5))
    assert (two.number, two.top, two.left) == (300, 40, 50)
    assert (two.lat, two.lon) == (pytest.approx(50.01, abs=1e-6), pytest.approx(36.02, abs=1e-6))
    assert one.time == read.flights[0].times[0]


def test_targets_that_break_off_are_told(tmp_path):
    broken = bytes([4, 1, 6, 6, 1, 2, 101, 9, 4, 7, 19, 1, 9, 60, 1, 2, 3])
    read = reads(tmp_path, made.sample(0, t74=broken))
    assert read.count.used == 1
    assert any("sets of targets" in d for d in read.doubts)
    assert klv_sets.marks(b"", time=np.datetime64("2025-04-01"), centre=(0.0, 0.0)) == ([], "")


# listing


def test_every_field_is_listed_and_unknown_ones_by_number(tmp_path):
    pytest.importorskip("stanag4609")
    path = write(
        tmp_path,
        [made.sample(0, t5000=b"\1\2", t48=SECRET + b"\x16\x02\x00\x0c", t36=b"\x80", t3=b"M12"), made.sample(1)],
    )
    (time, first), (_, second) = klv.fields(path)
    assert time.isoformat() == "2025-04-01T09:00:00+00:00"
    assert first["Mission ID"] == "M12"
    assert first["Wind Speed (m/s)"] == pytest.approx(50.2, abs=0.1)
    assert first["tag 5000"] == "0102"
    assert first["Security Local Set"]["Security Classification"] == "secret"
    assert set(second) < set(first) | {"Platform Heading Angle (degrees)"}


# mutations


GOOD = b"".join(made.sample(k, corners="offset") for k in range(4))


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 1 << 30), mend=st.booleans())
def test_mutated_packets_never_raise_and_always_add_up(tmp_path_factory, seed, mend):
    data = mutated(GOOD, np.random.default_rng(seed), [(".klv", GOOD)])
    path = tmp_path_factory.mktemp("klv") / "x.klv"
    path.write_bytes(klv_mended(data) if mend else data)
    assert fault(path, klv) == ""


def test_mutated_streams_never_raise_and_always_add_up(tmp_path, stream):
    rng = np.random.default_rng(7)
    path = tmp_path / "x.ts"
    for _ in range(150):
        path.write_bytes(mutated(stream[: 188 * 60], rng, [(".ts", stream[:2000])]))
        assert fault(path, klv) == ""


def test_a_packet_of_random_bytes_is_no_packet():
    assert checksum_fault(UAS + b"\x04" + b"\x01\x02\x00\x00") != ""
