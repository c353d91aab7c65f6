"""Whatever the bytes, the reader gives an agreement or an InvalidFile, and nothing else."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.compat import StringIO

from ceasefire.agreements import library, names
from ceasefire.agreements.lint import questions
from ceasefire.agreements.read import parse, with_tree
from ceasefire.agreements.tree import read_tree
from ceasefire.assessment.in_force import windows
from ceasefire.errors import InvalidFile
from ceasefire.model.agreement import Agreement

SMALL = [n for n in names() if library.path(n).stat().st_size < 8_000]
TEXTS = {n: library.path(n).read_bytes() for n in SMALL}
PLAIN = {n: read_tree(t, n).plain() for n, t in TEXTS.items()}
SCRAPS = [
    b"\t", b"&a ", b"*a", b"!!python/object ", b"!x ", b": ", b"- ", b"{", b"}", b"[", b"]", b"'", b'"', b"|\n", b">\n",
    b"#", b"%", b"@", b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"null", b"~", b"true", b"1e999", b".nan",
    b"---\n", b"...\n", b"? ", b"<<: ", b"2025-03-25T00:00", b" Europe/Kyiv", b"\\u", b"\r", b"\n", b"  ", b"rusia",
]  # fmt: skip
ODD: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(), st.text(max_size=12),
    st.just([]), st.just({}),
    st.lists(st.text(max_size=4), max_size=3), st.just("any"), st.just("unknown"), st.just("2025-03-25T00:00Z"),
    st.just("2025-03-30T03:30 Europe/Kyiv"), st.just({"earliest": "2025-03-25T00:00Z"}), st.just("agreement"),
)  # fmt: skip
UNHURRIED = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def read_or_refuse(data: bytes | str) -> None:
    try:
        agreement, tree = with_tree(data, name="fuzz.yml")
    except InvalidFile as error:
        problems = error.problems
    else:
        problems = []
        for clause in agreement.provisions:
            for reading in agreement.readings:
                windows(agreement, clause, reading)
        questions(agreement, tree)
        assert isinstance(agreement, Agreement)
    assert all(p.wrong and str(p).startswith("fuzz.yml") and p.line >= 0 for p in problems)


@UNHURRIED
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    read_or_refuse(data)


@UNHURRIED
@given(
    st.lists(st.sampled_from([s.decode("latin-1") for s in SCRAPS] + ["a", "b: c", "\n- "]), max_size=30).map("".join)
)
def test_any_pieces_of_yaml(text: str) -> None:
    read_or_refuse(text)


@UNHURRIED
@given(st.data())
def test_library_file_with_bytes_cut_put_in_or_doubled(data: st.DataObject) -> None:
    text = TEXTS[data.draw(st.sampled_from(SMALL))]
    for _ in range(data.draw(st.integers(1, 3))):
        i = data.draw(st.integers(0, len(text)))
        j = min(len(text), i + data.draw(st.integers(0, 40)))
        middle = data.draw(st.sampled_from([b"", text[i:j] * 2, *SCRAPS]))
        text = text[:i] + middle + text[j:]
    read_or_refuse(text)


@UNHURRIED
@given(st.data())
def test_library_file_with_values_replaced_or_removed(data: st.DataObject) -> None:
    plain = parse_copy(PLAIN[data.draw(st.sampled_from(SMALL))])
    for _ in range(data.draw(st.integers(1, 3))):
        holder: Any = plain
        while True:
            keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
            if not keys:
                break
            key = data.draw(st.sampled_from(keys))
            if isinstance(holder[key], (dict, list)) and data.draw(st.integers(0, 3)):
                holder = holder[key]
                continue
            if data.draw(st.booleans()):
                del holder[key]
            else:
                holder[key] = data.draw(ODD)
            break
    out = StringIO()
    YAML(typ="safe", pure=True).dump(plain, out)
    read_or_refuse(out.getvalue())


def parse_copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: parse_copy(v) for k, v in value.items()}
    return [parse_copy(v) for v in value] if isinstance(value, list) else value


def test_untouched_files_are_read() -> None:
    for name, text in TEXTS.items():
        assert parse(text, name=name).id == name
