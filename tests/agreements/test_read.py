"""The reader names file, line, column, what is wrong and what would be right, all at once."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from ceasefire.agreements import library
from ceasefire.agreements.read import parse
from ceasefire.errors import InvalidFile, Problem

TEXT = library.path("energy-2025").read_text(encoding="utf-8")
SEQUENCE = library.path("sequence-2025").read_text(encoding="utf-8")


def problems(text: str | bytes) -> list[Problem]:
    with pytest.raises(InvalidFile) as caught:
        parse(text, name="a.yml")
    return caught.value.problems


def swap(old: str, new: str, text: str = TEXT) -> str:
    assert old in text
    return text.replace(old, new, 1)


CASES: dict[str, tuple[str, str, str]] = {
    "unknown party": (swap("binds: [russia", "binds: [rusia"), "unknown party 'rusia'", "did you mean 'russia'?"),
    "unknown source": (
        swap("sources: [kremlin-expiry]", "sources: [kremlin-expriy]"),
        "unknown source 'kremlin-expriy'",
        "did you mean 'kremlin-expiry'?",
    ),
    "unknown reading": (
        swap("      kremlin:\n", "      kremlinn:\n"),
        "unknown reading 'kremlinn'",
        "did you mean 'kremlin'?",
    ),
    "unknown zone": (
        swap("zone: both-countries", "zone: both-countrys"),
        "unknown zone 'both-countrys'",
        "did you mean 'both-countries'?",
    ),
    "unknown lapse": (swap("lapses: [released-by-breach]", "lapses: [released]"), "unknown lapse 'released'", ""),
    "lapse as precedent": (
        swap("lapses: [released-by-breach]", "conditions: [released-by-breach]"),
        "the condition 'released-by-breach' is a lapse",
        "name a condition precedent here",
    ),
    "unknown object": (
        swap("energy.oil.refinery", "energy.oil.refinary"),
        "unknown object class 'energy.oil.refinary'",
        "did you mean 'energy.oil.refinery'?",
    ),
    "unknown act": (swap("acts: [attack]", "acts: [atack]"), "unknown act 'atack'", "did you mean 'attack'?"),
    "unknown enum": (
        swap("role: mediator", "role: mediater"),
        "role: 'mediater' is not allowed",
        "did you mean 'mediator'?",
    ),
    "unknown key": (swap("    holder: russia", "    holdr: russia"), "unknown key 'holdr'", "did you mean 'holder'?"),
    "unknown zone of time": (
        swap("clock: Europe/Moscow", "clock: Europe/Moskow"),
        "unknown time zone 'Europe/Moskow'",
        "did you mean 'Europe/Moscow'?",
    ),
    "no zone of time": (
        swap("2025-03-25T00:00 Europe/Kyiv", "2025-03-25T00:00"),
        "'2025-03-25T00:00' names no clock",
        "add a time zone: 2025-03-25T00:00 Europe/Kyiv, or UTC where that is meant",
    ),
    "no such date": (
        swap("2025-03-25T00:00 Europe/Kyiv", "2025-02-30T00:00 Europe/Kyiv"),
        "'2025-02-30' is no date of the calendar",
        "",
    ),
    "hour skipped": (
        swap("2025-03-25T00:00 Europe/Kyiv", "2025-03-30T03:30 Europe/Kyiv"),
        "'2025-03-30T03:30 Europe/Kyiv' does not exist: the clocks went forward",
        "name the instant in UTC",
    ),
    "hour doubled": (
        swap("2025-03-25T00:00 Europe/Kyiv", "2024-10-27T03:30 Europe/Kyiv"),
        "'2024-10-27T03:30 Europe/Kyiv' happened twice: the clocks went back",
        "name the instant in UTC",
    ),
    "gap without why": (
        re.sub(r"          why: The call was running at .*\n", "", TEXT, count=1),
        "a moment with a gap does not say why",
        "add `why:` with the reason in one sentence",
    ),
    "empty objects": (
        swap("objects: [energy, transport, water, communications]", "objects: []"),
        "objects is empty",
        "at least one",
    ),
    "no sources": (
        swap("sources: [kremlin-expiry]", "sources: []"),
        "sources is empty",
        "at least one source: every line names what it rests on",
    ),
    "no such region": (swap("regions: [UA, RU]", "regions: [UA-99, RU]"), "no region 'UA-99'", ""),
    "twice the same id": (
        swap("  - id: wh-readout-pl", "  - id: wh-readout"),
        "the source 'wh-readout' is defined twice",
        "give one of them another id",
    ),
    "twice the same key": (
        swap("version: 1\n", "version: 1\nversion: 2\n"),
        "the key 'version' is given twice",
        "remove one; the first stands in line 5",
    ),
    "future format": (swap("ceasefire: 1", "ceasefire: 2"), "ceasefire: 2 is not allowed", "1"),
}


@pytest.mark.parametrize(("text", "wrong", "right"), CASES.values(), ids=CASES.keys())
def test_error_says_what_is_wrong_and_what_would_be_right(text: str, wrong: str, right: str) -> None:
    found = problems(text)
    said = [p for p in found if p.wrong == wrong or p.wrong.endswith(wrong)]
    assert said, [str(p) for p in found]
    assert right in said[0].right
    assert said[0].file == "a.yml"
    lines = [i for i, (a, b) in enumerate(zip(TEXT.split("\n"), text.split("\n"), strict=False), 1) if a != b]
    assert said[0].line >= lines[0] - 6
    assert said[0].column > 0


def test_all_errors_at_once_in_the_order_of_lines() -> None:
    text = swap("role: mediator", "role: mediater")
    text = swap("binds: [russia", "binds: [rusia", text)
    text = swap("2025-03-25T00:00 Europe/Kyiv", "2025-03-25T00:00", text)
    text = swap("stance: proposed", "stance: propose", text)
    found = problems(text)
    assert len(found) == 4
    assert [p.line for p in found] == sorted(p.line for p in found)


def test_line_and_column_are_those_of_the_value() -> None:
    (problem,) = problems(swap("binds: [russia", "binds: [rusia"))
    line = TEXT.split("\n")[problem.line - 1]
    assert line[problem.column - 1 :].startswith("russia")


def test_until_before_from() -> None:
    text = swap(
        "until: 2025-04-21T00:00 Europe/Moscow",
        "until: 2025-04-18T00:00 Europe/Moscow",
        library.path("easter-2025").read_text(),
    )
    assert "until (2025-04-18T00:00 Europe/Moscow) is not after in_force_from" in problems(text)[0].wrong


def test_phases_in_a_circle() -> None:
    text = swap("gate: { text: The first step", "gate: { after: [full-step], text: The first step", SEQUENCE)
    (problem,) = problems(text)
    assert problem.wrong == (
        "the phases go in a circle: 'energy-step' after 'full-step' after 'maritime-step' after 'energy-step'"
    )


def test_polygon_that_crosses_itself() -> None:
    text = library.path("black-sea-2025").read_text()
    text = swap("[32.5, 47.5], [27.0, 47.5]]", "[27.0, 47.5], [32.5, 47.5]]", text)
    assert any("the polygon is not simple" in p.wrong for p in problems(text))


def test_latest_before_earliest() -> None:
    text = swap("earliest: 2025-03-18T14:00Z", "earliest: 2025-03-19T14:00Z")
    assert "is before earliest" in problems(text)[0].wrong


HOSTILE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "the file is empty"),
    "only a comment": (b"# nothing\n", "the file is empty"),
    "not a mapping": (b"- a\n- b\n", "not a mapping"),
    "one word": (b"hello", "not a mapping"),
    "tab": (b"id:\n\tx: 1\n", "a tab in the indentation"),
    "utf-16": ("id: x".encode("utf-16"), "the file is UTF-16"),
    "latin-1": ("title: Ch\xe2teau".encode("latin-1"), "byte 0xe2 is not UTF-8"),
    "nul": (b"id: a\x00b", "the control character U+0000"),
    "object tag": (b"id: !!python/object/apply:os.system ['true']", "the tag"),
    "own tag": (b"id: !thing x", "the tag"),
    "two documents": (b"id: a\n---\nid: b\n", "a second document begins"),
    "alias without anchor": (b"id: *a\n", "the alias *a has no anchor"),
    "alias that holds itself": (b"id: &a [*a]\n", "the alias *a holds itself"),
    "deep list": (b"id: " + b"[" * 5000, "nested deeper than 20 levels"),
    "list as key": (b"? [a, b]\n: c\n", "a mapping or list stands where a key must"),
    "unclosed quote": (b'id: "abc\n', "this is not YAML"),
    "colon in text": (b"title: a: b\n", "this is not YAML"),
    "large": (b"#" * 1_000_001, "the file is too large"),
    "bad directive": (b"%YAML 9.9\n---\nid: a\n", "this is not YAML"),
    "bad escape": (b'id: "\\UFFFFFFFF"\n', "this is not YAML"),
    "merge key": (b"<<: {id: a}\n", "unknown key '<<'"),
    "bomb": (
        b"a: &a [x,x,x,x,x,x,x,x,x]\n"
        + b"".join(b"%c: &%c [%s]\n" % (98 + i, 98 + i, b",".join([b"*%c" % (97 + i)] * 9)) for i in range(9)),
        "more than 50,000 values",
    ),
}


@pytest.mark.parametrize(("data", "wrong"), HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_file_gets_a_named_error(data: bytes, wrong: str) -> None:
    assert any(wrong in p.wrong for p in problems(data))


@pytest.mark.parametrize(
    "dress",
    [
        lambda t: b"\xef\xbb\xbf" + t.encode(),
        lambda t: t.replace("\n", "\r\n").encode(),
        lambda t: t.replace("\n", "\r").encode(),
        lambda t: t,
    ],
    ids=["byte order mark", "windows line ends", "old mac line ends", "text"],
)
def test_harmless_dress_is_accepted(dress: Callable[[str], bytes | str]) -> None:
    assert parse(dress(TEXT), name="a.yml").id == "energy-2025"


def test_many_errors_are_cut_and_counted() -> None:
    text = TEXT + "".join(f"key{i}: 1\n" for i in range(150))
    found = problems(text)
    assert len(found) == 101
    assert found[-1].wrong == "50 more problems"


def test_plain_words_stay_words() -> None:
    text = swap("length: 30 days assumed in the press", "length: no")
    assert parse(text).provision("energy").readings["ukraine"].length == "no"
