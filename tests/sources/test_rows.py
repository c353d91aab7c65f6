"""Delimited text to columns: encodings, broken rows, and the two ways of splitting giving the same rows."""

from __future__ import annotations

import csv
import io
import time
import warnings
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire import sources
from ceasefire.errors import SourceError, UnverifiedSource
from ceasefire.sources import blocks as blocks_module
from ceasefire.sources.clocks import times_by_clock
from ceasefire.sources.granule import inspect
from ceasefire.sources.places import located
from ceasefire.sources.rows import coordinates, dates_only, numbers, read_csv, stable_ids, times

HEADER = "day,place,note\n"


def read(folder: Path, data: bytes | str, **options: object) -> sources.rows.Rows:  # type: ignore[name-defined]
    path = folder / "file.csv"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_csv(path, required=["day", "place"], source="s", **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_encodings_give_the_same_columns(tmp_path: Path, encoding: str) -> None:
    text = HEADER + "2025-03-18,Суми,«дим»\n2025-03-19,Kyiv,\n" * 4
    data = text.encode(encoding)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore" if encoding in ("utf-16-le", "utf-16-be") else "error")
        rows = read(tmp_path, data)
    assert rows.columns["place"][:2] == ["Суми", "Kyiv"]
    assert list(rows.columns) == ["day", "place", "note"]
    assert rows.line.tolist() == list(range(2, 10))


def test_code_pages_are_assumed_aloud(tmp_path: Path) -> None:
    with pytest.warns(UnverifiedSource, match="cp1252"):
        rows = read(tmp_path, (HEADER + "2025-03-18,Orléans,x\n").encode("cp1252"))
    assert rows.columns["place"] == ["Orléans"]
    with pytest.warns(UnverifiedSource, match="cp1251"):
        rows = read(tmp_path, (HEADER + "2025-03-18,Харьков,удар\n").encode("cp1251"))
    assert rows.columns["place"] == ["Харьков"]


def test_single_broken_rows_of_a_utf8_file_are_kept_out(tmp_path: Path) -> None:
    good = (HEADER + "2025-03-18,Суми,а\n2025-03-19,Київ,б\n").encode()
    with pytest.warns(UnverifiedSource, match="not UTF-8"):
        rows = read(tmp_path, good + b"2025-03-20,\xff\xfe,x\n2025-03-21,\xd0\x9b\xd1\x8c\xd0\xb2\xd1\x96\xd0\xb2,x\n")
    assert rows.columns["place"] == ["Суми", "Київ", "Львів"]
    assert [(q.line, q.reason) for q in rows.quarantine] == [(4, "bytes that are not UTF-8")]
    assert "\\udcff" in rows.quarantine[0].row


def test_nul_wrong_width_and_cut_off(tmp_path: Path) -> None:
    rows = read(tmp_path, HEADER + "a,b\0,c\n1,2,3,4\nx,y,z\ncut,o")
    assert rows.columns["day"] == ["x"]
    assert [(q.line, q.reason) for q in rows.quarantine] == [
        (2, "a NUL byte in the row"),
        (3, "4 fields where the header has 3"),
        (5, "2 fields where the header has 3: the file looks cut off here"),
    ]


def test_a_lost_quotation_mark_costs_one_row(tmp_path: Path) -> None:
    lines = [f"d{i},p{i},n{i}\n" for i in range(3000)]
    lines[1000] = 'd1000,"p1000,n1000\n'
    rows = read(tmp_path, HEADER + "".join(lines))
    assert len(rows) == 2999
    assert [q.line for q in rows.quarantine] == [1002]
    assert rows.line[1000] == 1003


def test_quoted_line_breaks_are_one_row_at_its_first_line(tmp_path: Path) -> None:
    rows = read(tmp_path, HEADER + 'a,"two\nlines",c\nd,"say ""hi""",f\r\n')
    assert rows.columns["place"] == ["two\nlines", 'say "hi"']
    assert rows.line.tolist() == [2, 4]
    assert rows.raw(1) == 'd,"say ""hi""",f'


def test_long_fields_and_long_lines_are_refused_and_the_rest_goes_on(tmp_path: Path) -> None:
    wide = "x" * 200_000
    long = "y" * 2_500_000
    rows = read(tmp_path, HEADER + f"a,{wide},c\nb,{long},c\nc,d,e\n")
    assert rows.columns["day"] == ["c"]
    assert [q.line for q in rows.quarantine] == [2, 3]
    assert "longer than 131,072" in rows.quarantine[0].reason
    assert "longer than 1,048,576" in rows.quarantine[1].reason
    assert rows.line.tolist() == [4]


def test_files_that_cannot_be_read_are_one_row_with_line_0(tmp_path: Path) -> None:
    def reason(path: Path, **options: int) -> str:
        rows = read_csv(path, required=["day"], source="s", **options)  # type: ignore[arg-type]
        assert len(rows) == 0
        assert rows.columns == {"day": []}
        assert [q.line for q in rows.quarantine] == [0]
        return rows.quarantine[0].reason

    assert reason(tmp_path / "none.csv") == "the file is not there"
    assert reason(tmp_path) == "not a regular file"
    path = tmp_path / "a.csv"
    path.write_bytes(b"")
    assert reason(path) == "the file is empty"
    path.write_bytes(b"\n\n  \n"[:2])
    assert reason(path) == "the file has no line with text"
    path.write_bytes(b"\x1f\x8b\x08\x00abc")
    assert "gzip" in reason(path)
    path.write_text("dey,place\n1,2\n")
    assert reason(path).startswith("no column 'day' (did you mean 'dey'?)")
    path.write_text("day,day\n1,2\n")
    assert "stands twice" in reason(path)


def test_two_gigabytes_are_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.write(HEADER.encode())
        file.truncate(2 << 30)
    began = time.monotonic()
    rows = read_csv(path, required=["day"], source="s")
    assert "2,147,483,648 bytes, more than the limit of 1,000,000,000" in rows.quarantine[0].reason
    assert time.monotonic() - began < 1.0


def test_both_ways_of_splitting_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = HEADER + "".join(f'{i},"place, {i}",{"" if i % 3 else "x y z"}\n' for i in range(500))
    quick = read(tmp_path, text)
    for way in ("_split_fast", "_split_at_once"):
        monkeypatch.setattr(blocks_module, way, lambda *_: None)
        slow = read(tmp_path, text)
        assert quick.columns == slow.columns
        assert quick.line.tolist() == slow.line.tolist()


def test_rows_over_several_lines_are_split_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(HEADER + 'd1,"two\nlines",a\n\nd2,"one ""word""",b\nd1,"two\nlines",a', encoding="utf-8")
    at_once = list(blocks_module.blocks(path, required=[], source="s"))
    monkeypatch.setattr(blocks_module, "_split_at_once", lambda *_: None)
    slow = list(blocks_module.blocks(path, required=[], source="s"))
    assert at_once[0].line.tolist() == slow[0].line.tolist() == [2, 5, 6]
    assert at_once[0].content.tolist() == slow[0].content.tolist()
    assert at_once[0].columns == slow[0].columns


def test_a_broken_block_does_not_slow_or_shift_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks_module, "BLOCK_BYTES", 200)
    lines = [f'd{i},"p{i}",n{i}\n' for i in range(200)]
    lines[50] = "only one\n"
    lines[90] = 'd90,"two\nlines",n90\n'
    rows = read(tmp_path, HEADER + "".join(lines))
    assert len(rows) == 199
    assert [q.line for q in rows.quarantine] == [52]
    at = rows.columns["day"].index("d90")
    assert (rows.line[at], rows.line[at + 1]) == (92, 94)
    assert rows.columns["day"] == [f"d{i}" for i in range(200) if i != 50]


cells = st.text(alphabet=st.characters(blacklist_categories=("Cs",), blacklist_characters="\0\r"), max_size=12)


@given(st.lists(st.lists(cells, min_size=3, max_size=3), max_size=12), st.booleans())
@settings(max_examples=60, deadline=None)
def test_what_csv_writes_is_read_back(tmp_path_factory: pytest.TempPathFactory, table: list, quote: bool) -> None:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL if quote else csv.QUOTE_MINIMAL)
    writer.writerows([["day", "place", "note"], *table])
    rows = read(tmp_path_factory.mktemp("t"), out.getvalue())
    assert [list(r) for r in zip(*rows.columns.values(), strict=True)] == table
    assert not rows.quarantine


@given(st.binary(max_size=400), st.booleans())
@settings(max_examples=150, deadline=None)
def test_any_bytes_give_rows_or_reasons(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, with_header: bool
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnverifiedSource)
        rows = read(tmp_path_factory.mktemp("t"), (HEADER.encode() if with_header else b"") + data)
    assert {len(column) for column in rows.columns.values()} == {len(rows)}
    assert all(q.reason for q in rows.quarantine)
    "".join(text for column in rows.columns.values() for text in column).encode()
    assert len(rows) + len(rows.quarantine) <= data.count(b"\n") + data.count(b"\r") + 2


def test_numbers_never_guess() -> None:
    texts = ["1", "-2.5", "+3", "1e3", " 4 ", "", "1,5", "1_000", "0x10", "nan", "inf", "1e999", "٣", "12 km"]
    values, bad = numbers(texts)
    assert values[:6].tolist()[:5] == [1, -2.5, 3, 1000, 4]
    assert np.isnan(values[5])
    assert bad.tolist() == [False] * 6 + [True] * 8
    assert numbers(["inf"], infinite=True)[0][0] == np.inf


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_read_what_python_writes(value: float) -> None:
    assert numbers([repr(value)])[0][0] == value


def test_times_of_many_formats_in_one_column() -> None:
    same = [
        "2025-03-18 21:05",
        "2025-03-18T21:05",
        "2025-03-18 21:05:00",
        "2025-03-18T19:05:00Z",
        "2025-03-18T19:05Z",
        "2025-03-18T22:05:00+03:00",
        "2025-03-18 22:05+0300",
        "18.03.2025 21:05",
        "2025/03/18 21:05",
        " 2025-03-18 21:05:00.250 ",
    ]
    utc, bad = times(same, "Europe/Kyiv")
    assert not bad.any()
    assert set(utc.tolist()) == {datetime(2025, 3, 18, 19, 5)}


def test_times_that_cannot_be_are_bad() -> None:
    wrong = [
        "",
        "2025-02-30",
        "2025-13-01",
        "03/04/2025",
        "2025-03-18 24:00",
        "2025-03-18 10:61",
        "yesterday",
        "20250318",
        "0001-01-01",
        "2025-03-30 03:30",  # skipped in Kyiv
    ]
    assert times(wrong, "Europe/Kyiv")[1].all()


def test_moscow_and_kyiv_are_an_hour_apart_before_30_march_2025_and_none_after() -> None:
    for day, hours in (("2025-03-29 12:00", 1), ("2025-03-30 12:00", 0)):
        (kyiv,), _ = times([day], "Europe/Kyiv")
        (moscow,), _ = times([day], "Europe/Moscow")
        assert (kyiv - moscow).astype(int) == hours * 3600


def test_a_repeated_hour_takes_the_fold_it_is_asked_for() -> None:
    first, _ = times(["2025-10-26 03:30"], "Europe/Kyiv")
    second, _ = times(["2025-10-26 03:30"], "Europe/Kyiv", fold=1)
    assert (second - first)[0].astype(int) == 3600


def test_clocks_of_rows() -> None:
    utc, reason = times_by_clock(
        ["2025-03-18 10:00", "2025-03-18 10:00", "2025-03-18 10:00", "2025-03-18T10:00Z", ""],
        ["Europe/Kyiv", "Europe/Kiyv", "", "", ""],
    )
    assert utc[0] == np.datetime64("2025-03-18T08:00")
    assert "did you mean 'Europe/Kyiv'" in reason[1] or "did you mean 'Europe/Kiev'" in reason[1]
    assert reason[2].startswith("no clock")
    assert utc[3] == np.datetime64("2025-03-18T10:00")
    assert reason[4] == ""
    assert np.isnat(utc[4])


@given(st.datetimes(datetime(1901, 1, 1), datetime(2099, 1, 1)))
def test_times_read_iso(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    (utc,), (bad,) = times([moment.isoformat()])
    assert not bad
    assert utc.item() == moment
    assert dates_only([moment.date().isoformat()]).all()


@given(st.lists(st.text(max_size=30), max_size=20))
def test_any_text_is_a_time_a_number_a_place_or_bad(texts: list[str]) -> None:
    utc, bad = times(texts, "Europe/Kyiv")
    assert (np.isnat(utc) == bad).all()
    values, bad = numbers(texts)
    assert np.isnan(values[bad]).all()
    north, east, reason = coordinates(texts, texts[::-1])
    assert (np.isnan(north) == np.isnan(east)).all()
    assert not (np.isnan(north) & (reason == "") & np.array([bool(t.strip()) for t in texts], dtype=bool)).any()


def test_swapped_coordinates_are_kept_out_and_talks_abroad_are_not() -> None:
    sumy, swapped, riyadh, abu_dhabi, sea = (50.9, 34.8), (34.8, 50.9), (24.7, 46.7), (24.45, 54.38), (44.0, 33.0)
    pairs = [sumy, swapped, riyadh, abu_dhabi, sea]
    lat, lon, region, reason = located([str(p[0]) for p in pairs], [str(p[1]) for p in pairs])
    assert reason.tolist() == ["", "latitude and longitude look swapped", "", "", ""]
    assert region[0] == "UA-59"
    assert np.isnan(lat[1])
    assert np.isnan(lon[1])


def test_ids_depend_on_the_content_alone() -> None:
    one = stable_ids("o", "s", ["a", "b"])
    assert stable_ids("o", "s", ["b", "a"]) == one[::-1]
    assert stable_ids("o", ["ab"], ["c"]) != stable_ids("o", ["a"], ["bc"])


def test_registry_names_products_and_the_nearest_one() -> None:
    assert {"viina", "ucdp", "firms", "facts", "looks"} <= set(sources.products())
    assert sources.reader("facts").__module__ == "ceasefire.sources.facts"
    with pytest.raises(SourceError, match="did you mean 'facts'"):
        sources.reader("fact")


def test_every_real_table_is_read_without_a_lost_row(shared_data: Path) -> None:
    for path in sorted(shared_data.rglob("*.csv")):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UnverifiedSource)
            rows = read_csv(path, required=[], source="s", quotechar="'" if "entsoe" in str(path) else '"')
        assert not rows.quarantine, path.name
        assert len(rows), path.name
    legacy = next(p for p in (shared_data / "events/ucdp").glob("*.csv") if inspect(p).doubt)
    assert "cp1252" in inspect(legacy).doubt


@given(st.text(alphabet='ab,"\n\r é', max_size=60), st.integers(min_value=20, max_value=80))
@settings(max_examples=200, deadline=None)
def test_the_fast_way_never_differs_from_the_careful_one(
    tmp_path_factory: pytest.TempPathFactory, text: str, size: int
) -> None:
    folder = tmp_path_factory.mktemp("t")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks_module, "BLOCK_BYTES", size)
        quick = read(folder, HEADER + text)
        patch.setattr(blocks_module, "_split_fast", lambda *_: None)
        at_once = read(folder, HEADER + text)
        patch.setattr(blocks_module, "_split_at_once", lambda *_: None)
        slow = read(folder, HEADER + text)
    for other in (quick, at_once):
        assert other.columns == slow.columns
        assert other.line.tolist() == slow.line.tolist()
        assert other.quarantine == slow.quarantine
