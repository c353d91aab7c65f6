"""Reading AIS: clocks, parts, repeats, bad input, files of every kind; every sentence has one outcome."""

from __future__ import annotations

import bz2
import gzip
import tracemalloc
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from benchmarks import ais_made as made
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.errors import SourceError
from ceasefire.sources import ais, ais_files
from ceasefire.sources.ais_records import KEPT

GOOD = b"!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4A"
FIVE = made.sentences(*made.others(np.random.default_rng(1), made.START)[1], 3)
CLOCK = b"c:1743465600"
ZDA = b"$GPZDA,000000.00,01,04,2025,00,00*%02X" % made.checksum(b"GPZDA,000000.00,01,04,2025,00,00")
RMC = next(made.lines(seed=1, messages=1, form="gps"))


def write(folder: Path, text: bytes, name: str = "log.nmea") -> Path:
    path = folder / name
    path.write_bytes(text)
    return path


def whole(folder: Path, *lines: bytes, name: str = "log.nmea", **options: object) -> ais.AisRead:
    return ais.read([write(folder, b"\n".join(lines) + b"\n", name)], source="test", options=options)


def position(second: int = 0, mmsi: int = 273_000_001, lon: float = 31.0, kind: int = 1) -> bytes:
    fields = [(kind, 6), (0, 2), (mmsi, 30), (0, 4), (0, 8), (100, 10), (1, 1), (int(lon * 600_000), 28)]
    fields += [(46 * 600_000, 27), (900, 12), (90, 9), (second, 6), (0, 25)]
    return made.payloads(fields, 1)[0]


def line(payload: bytes, words: bytes = CLOCK) -> bytes:
    return made.tagged(made.sentences(payload, 0, 1)[0], words)


def test_the_clock_of_a_tag_block_in_seconds_and_in_milliseconds(tmp_path: Path) -> None:
    read = whole(tmp_path, line(position(1), b"c:1743465601"), line(position(2), b"s:odesa,c:1743465602250"))
    assert read.fixes.times.astype(str).tolist() == ["2025-04-01T00:00:01.000", "2025-04-01T00:00:02.250"]
    assert read.fixes.late_s.tolist() == [0.0, 0.25]
    assert read.stations == ("", "odesa")
    assert read.fixes.station.tolist() == [0, 1]


@pytest.mark.parametrize(
    "text",
    [
        b"2025-04-01T00:00:00Z " + GOOD,
        b"2025-04-01 00:00:00.000," + GOOD,
        b"[2025-04-01 00:00:00] " + GOOD,
        b"1743465600 " + GOOD,
        b"1743465600.000," + GOOD,
        b"1743465600000;" + GOOD,
        b"20250401_000000 " + GOOD,
        b"2025-04-01T03:00:00+03:00 " + GOOD,
        GOOD + b",1743465600",
        GOOD + b",s28089,d-103,T39.44,x147521,r08TPHI1,1743465600",
        GOOD + b" 2025-04-01T00:00:00Z",
        RMC + b"\n" + GOOD,
        ZDA + b"\n" + GOOD,
        GOOD + b"\n" + ZDA,
    ],
)
def test_clocks_that_loggers_write(tmp_path: Path, text: bytes) -> None:
    read = whole(tmp_path, text)
    assert read.fixes.times.astype(str).tolist() == ["2025-04-01T00:00:00.000"]


def test_a_zone_moves_stamps_that_name_none(tmp_path: Path) -> None:
    read = whole(tmp_path, b"2025-04-01 03:00:00 " + GOOD, zone="Europe/Kyiv")
    assert read.fixes.times[0] == np.datetime64("2025-04-01T00:00:00")


def test_base_stations_are_the_clock_of_a_log_that_has_none(tmp_path: Path) -> None:
    base = made.others(np.random.default_rng(3), made.START + 7)[0]
    read = whole(tmp_path, *made.sentences(*base, 1), GOOD)
    assert read.fixes.times[0] == np.datetime64("2025-04-01T00:00:07")


def test_without_any_clock_the_option_time_is_needed(tmp_path: Path) -> None:
    read = whole(tmp_path, GOOD)
    assert len(read.fixes) == 0
    assert next(iter(read.reasons)).startswith("no clock")
    assert len(whole(tmp_path, GOOD, time=datetime(2025, 4, 1, tzinfo=UTC)).fixes) == 1


def test_a_wrong_gps_checksum_is_no_clock(tmp_path: Path) -> None:
    assert len(whole(tmp_path, ZDA[:-2] + b"00", GOOD).fixes) == 0


def test_parts_in_any_order_interleaved_and_lost(tmp_path: Path) -> None:
    one = made.sentences(*made.others(np.random.default_rng(1), made.START)[1], 3, b"A")
    two = made.sentences(*made.others(np.random.default_rng(2), made.START)[1], 4, b"B")
    tags = [made.tagged(x, CLOCK) for x in (one[1], two[0], one[0], two[1], one[0])]
    read = whole(tmp_path, *tags)
    assert len(read.statics) == 2
    assert read.statics.length_m.min() > 90
    assert dict(read.reasons) == {"a part of the message is missing": 1}
    assert (read.sentences, read.joined, read.count.used) == (5, 2, 2)


def test_the_groups_of_tag_blocks_bind_parts_and_give_the_second_its_clock(tmp_path: Path) -> None:
    first = made.tagged(FIVE[0], b"g:1-2-99,s:odesa," + CLOCK)
    second = made.tagged(FIVE[1], b"g:2-2-99")
    read = whole(tmp_path, first, line(position()), second)
    assert len(read.statics) == 1
    assert read.statics.name[0].startswith("INVENTED")


def test_a_message_heard_by_two_stations_is_one(tmp_path: Path) -> None:
    again = [line(position(5), b"s:a,c:1743465605"), line(position(5), b"s:b,c:1743465608")]
    later = line(position(5), b"s:b,c:1743465665")
    read = whole(tmp_path, *again, later)
    assert (read.count.used, read.count.duplicates) == (2, 1)
    assert read.fixes.times[0] == np.datetime64("2025-04-01T00:00:05")


def test_a_repeater_s_copy_is_the_same_message(tmp_path: Path) -> None:
    fields = position(5)
    raised = fields[:1] + bytes([fields[1] + 16]) + fields[2:]  # repeat indicator 1
    read = whole(tmp_path, line(fields), line(raised))
    assert (read.count.used, read.count.duplicates) == (1, 1)


def test_two_files_of_two_stations_hold_one_message_once(tmp_path: Path) -> None:
    def heard(station: bytes, numbers: range, late: int) -> bytes:
        words = b"s:%s,c:%d"
        rows = [(position(k % 60, lon=31 + k / 100), words % (station, made.START + k + late)) for k in numbers]
        return b"\n".join(line(*row) for row in rows)

    a, b = heard(b"a", range(250), 0), heard(b"b", range(25, 275), 1)
    read = ais.read([write(tmp_path, a, "a.nmea"), write(tmp_path, b, "b.nmea")], source="test")
    assert (len(read.fixes), read.count.used, read.count.duplicates) == (275, 275, 225)
    read.count.check()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (GOOD[:-1] + b"B", "checksum does not match"),
        (GOOD[:-3], "no checksum"),
        (b"\\c:1743465600*00\\" + GOOD, "tag block checksum does not match"),
        (GOOD.replace(b"!", b""), "'!' lost at the start of a sentence"),
        (b"!AIVDM,1,1,,B,,0*25", "empty message"),
        (b"!AIVDM,1,1,A", "not built as a sentence: !AIVDM,parts,part,id,channel,payload,fill*checksum"),
        (made.sentences(b"15RTgt0PAso;90TKc", 0, 1)[0], "length does not fit the message type"),
        (made.sentences(b"15RTgt0PAso;90TKcjM8h6g208CQ" * 2, 0, 1)[0], "length does not fit the message type"),
        (made.sentences(b"15RTgt0PAso;90TKcjM8h6g208CX", 0, 1)[0], "a character that AIS armour does not have"),
        (made.sentences(b"w5RTgt0PAso;90TKcjM8h6g208CQ", 0, 1)[0], "message type is not between 1 and 27"),
        (made.sentences(position(mmsi=0), 0, 1)[0], "MMSI is not between 1 and 999999999"),
        (made.sentences(position(mmsi=1_000_000_001), 0, 1)[0], "MMSI is not between 1 and 999999999"),
        (made.sentences(position(lon=181), 0, 1)[0], "position not available (181, 91)"),
        (made.sentences(position(lon=200), 0, 1)[0], "position out of range"),
        (made.sentences(position(), 7, 1)[0], "more than 5 fill bits"),
        (b"!AIVDM,1,2,,A,1,0*1E", "part number is not between 1 and the number of parts"),
    ],
)
def test_bad_sentences_are_set_aside_with_their_reason(tmp_path: Path, text: bytes, reason: str) -> None:
    text = text if text.startswith(b"\\") else b"2025-04-01T00:00:00Z " + text
    if reason.startswith("part number"):
        text = b"!AIVDM,1,2,,A,1,0*" + b"%02X" % made.checksum(b"AIVDM,1,2,,A,1,0")
    read = whole(tmp_path, text, b"2025-04-01T00:00:00Z " + GOOD)
    assert dict(read.reasons) == {reason: 1}
    assert len(read.fixes) == 1
    assert read.quarantine[0].line == 1
    assert read.quarantine[0].row == text.decode("ascii")


def test_future_and_past_times_are_set_aside(tmp_path: Path) -> None:
    lines = [line(position(k), b"c:%d" % (made.START + k * 3600)) for k in range(3)]
    read = whole(tmp_path, *lines, until="2025-04-01T01:30", since="2025-04-01T00:30")
    assert read.fixes.times.astype(str).tolist() == ["2025-04-01T01:00:00.000"]
    assert sorted(read.reasons) == ["time after the option `until`", "time before the option `since`"]


def test_quarantine_is_capped_and_all_is_counted(tmp_path: Path) -> None:
    read = whole(tmp_path, *[b"!AIVDM,1,1,,B,,0*25"] * (KEPT + 500))
    assert read.count.quarantined == KEPT + 500
    assert len(read.quarantine) == KEPT


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "the file is empty"),
        (b"\n \n", "nothing but blanks"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 99, "PNG picture"),
        (b"\x28\xb5\x2f\xfd" + b"0" * 99, "Zstandard"),
        (b"once upon a time\n", "neither AIS sentences"),
        (b"day,place\n2025-03-18,Sumy\n", "neither AIS sentences"),
        (b"mmsi,time,lat\n1,2,3\n", "without a column for lon"),
        (b"mmsi,time,lat,lon\n", "no rows"),
        (gzip.compress(GOOD * 50, mtime=0)[:40], "unpacked"),
        (b"PK\x03\x04" + b"0" * 40, "archive is broken"),
        ("mmsi,time,lat,lon\n".encode("utf-16"), "UTF-16"),
    ],
)
def test_a_file_of_another_kind_is_named_as_what_it_is(tmp_path: Path, data: bytes, words: str) -> None:
    read = ais.read([write(tmp_path, data, "ais.csv"), write(tmp_path, line(position()))], source="test")
    assert len(read.fixes) == 1
    assert read.count.quarantined == 1
    assert words in read.quarantine[0].reason
    assert read.quarantine[0].line == 0


def test_packed_files_and_names_that_lie(tmp_path: Path) -> None:
    text = line(position())
    with zipfile.ZipFile(tmp_path / "logs.csv", "w") as archive:
        archive.writestr("a.txt", text)
        archive.writestr("b.txt", line(position(9)))
    paths = [
        write(tmp_path, gzip.compress(line(position(3))), "a.txt"),
        write(tmp_path, bz2.compress(line(position(4))), "b.nmea"),
        tmp_path / "logs.csv",
    ]
    read = ais.read(paths, source="test")
    assert len(read.fixes) == 4
    assert [name for name, _ in read.files] == ["a.txt", "b.nmea", "logs.csv"]
    assert all(len(sha) == 64 for _, sha in read.files)


def test_a_gzip_that_breaks_off_keeps_what_came_before(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    data = gzip.compress(made.log(seed=1, messages=200) + bytes(rng.integers(0, 256, 3_000_000, dtype=np.uint8)))
    read = ais.read([write(tmp_path, data[:-500_000])], source="test")
    assert len(read.fixes) > 150
    assert any("breaks off" in reason for reason in read.reasons)


def test_lines_of_megabytes_nul_bytes_and_lone_carriage_returns(tmp_path: Path) -> None:
    text = line(position(1)) + b"\n" + b"x" * 3_000_000 + b"\n\0\0" + line(position(2)) + b"\r" + line(position(3))
    read = ais.read([write(tmp_path, text)], source="test")
    assert len(read.fixes) == 3
    assert sum(n for reason, n in read.reasons.items() if reason.startswith("line longer")) <= 1


def test_two_sentences_on_one_line_and_tables_with_sentences(tmp_path: Path) -> None:
    joined = b"2025-04-01T00:00:00Z " + GOOD + made.sentences(position(4), 0, 1)[0]
    read = whole(tmp_path, b"1743465600,odesa,A," + GOOD, joined)
    assert len(read.fixes) == 2  # the first of the second line is a repeat
    assert read.count.duplicates == 1


def test_comments_and_other_sentences_are_counted_as_not_ais(tmp_path: Path) -> None:
    read = whole(tmp_path, b"# " + GOOD, b"$GPGSV,1", b"!AIABK,1*00", b"words", b"", line(position()))
    assert (read.other, read.sentences, read.count.used) == (4, 1, 1)


@pytest.mark.parametrize("provider", sorted(made.csv_tables(seed=1, rows=1)))
def test_tables_of_the_providers(tmp_path: Path, provider: str) -> None:
    text = made.csv_tables(seed=4, rows=30)[provider]
    read = ais.read([write(tmp_path, text.encode(), "t.csv")], source="test")
    assert (read.count.used, read.count.quarantined) == (30, 0)
    assert ((read.fixes.lon > 28) & (read.fixes.lon < 42) & (read.fixes.lat > 41) & (read.fixes.lat < 47)).all()
    assert read.fixes.times.min() == np.datetime64("2025-04-01T00:00:00") + np.timedelta64(
        250 * (provider == "spire"), "ms"
    )
    if provider not in ("kystverket", "fishing"):
        assert set(zip(read.statics.name, read.statics.imo, read.statics.ship_type, strict=True)) == {
            ("INVENTED", 9074729, 70)
        }
        assert (read.statics.length_m == 120).all()


def test_a_table_of_another_dialect_by_the_option_columns(tmp_path: Path) -> None:
    text = "schiff|uhr|breite|laenge\n273000001|01/04/2025 00:00:00|46,5|31,25\n273000002|31/31/2025 00:00|46,5|31,25\n"
    columns = {"mmsi": "schiff", "time": "uhr", "lat": "breite", "lon": "laenge"}
    path = write(tmp_path, text.encode(), "t.csv")
    read = ais.read([path], source="test", options={"columns": columns, "dates": "day"})
    assert (read.fixes.lon.tolist(), read.fixes.lat.tolist()) == ([31.25], [46.5])
    assert read.quarantine[0].reason.startswith("time cannot be read")
    undated = ais.read([path], source="test", options={"columns": columns})
    assert undated.count.quarantined == 2


def test_rows_of_a_table_that_do_not_split(tmp_path: Path) -> None:
    rows = [
        '273000001,2025-04-01T00:00:00,46.5,"31.0',
        "1,2",
        "273000001,2025-04-01T00:01:00,46.5,31.0",
        "273000001,x,y,z",
    ]
    read = whole(tmp_path, b"mmsi,time,lat,lon", *[r.encode() for r in rows], b"\xff,1,2,3", name="t.csv")
    assert len(read.fixes) in (1, 2)
    assert read.count.rows == 5
    assert {q.line for q in read.quarantine} <= {2, 3, 5, 6}


def test_statements_repeated_unchanged_are_one_row(tmp_path: Path) -> None:
    fields = [(24, 6), (0, 2), (273_000_001, 30), (0, 2), *made.letters("INVENTED", 20)]
    name = made.payloads(fields, 1)[0]
    lines = [made.tagged(made.sentences(name, 2, 1)[0], b"c:%d" % (made.START + 360 * k)) for k in range(5)]
    read = whole(tmp_path, *lines)
    assert len(read.statics) == 1
    assert read.statics.until[0] - read.statics.times[0] == np.timedelta64(1440, "s")


def test_unknown_options_and_wrong_instants_are_errors(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no option 'colums'"):
        whole(tmp_path, GOOD, colums={})
    with pytest.raises(SourceError, match="is no instant"):
        whole(tmp_path, GOOD, until="tomorrow")


def test_batches_hold_the_same_as_reading_whole(tmp_path: Path) -> None:
    path = write(tmp_path, made.log(seed=5, messages=3000))
    read = ais.read([path], source="test")
    parts = list(ais.batches([path], source="test"))
    assert sum(len(b.fixes) for b in parts) == len(read.fixes)
    assert parts[-1].tally.count() == read.count


def test_memory_is_the_same_for_a_file_four_times_as_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ais_files, "BLOCK", 1 << 15)
    monkeypatch.setattr(ais_files, "PEEK", 1 << 15)
    text = made.log(seed=6, messages=1000)
    peaks = []
    for times in (3, 12):
        path = write(tmp_path, text * times, f"{times}.nmea")
        tracemalloc.start()
        for _ in ais.batches([path], source="test"):
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0]


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 40))
def test_any_bytes_between_good_lines_lose_nothing(data: bytes, at: int) -> None:
    import tempfile

    good = [line(position(k), b"c:%d" % (made.START + k)) for k in range(40)]
    with tempfile.TemporaryDirectory() as folder:
        read = whole(Path(folder), *good[:at], data, *good[at:])
    assert read.sentences == read.count.rows + sum(read.apart.values()) + read.joined
    assert len(read.fixes) >= 39
