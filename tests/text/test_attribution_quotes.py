"""Quotations, paragraphs, hidden characters and verb forms: the parts of attribution that need no parser."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceasefire.text.attribution.lexicon import forms, lexicon
from ceasefire.text.attribution.parse import LONGEST, paragraphs, readable
from ceasefire.text.attribution.quotes import quotes
from ceasefire.text.attribution.spans import union, without


def quoted(text: str) -> list[str]:
    return [text[quote.begin : quote.stop] for quote in quotes(text, paragraphs(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('He said "yes" and "no".', ['"yes"', '"no"']),
        ("He said “yes” and «no».", ["“yes”", "«no»"]),
        ("She wrote „nie“ twice.", ["„nie“"]),
        ("The paper's ''old style'' marks.", ["''old style''"]),
        ("The sides' talks and the towns' hopes.", []),
        ("A heading: ‘We Won’t Sign’", ["‘We Won’t Sign’"]),
        ("An open “mark in a line.\nNext line.", []),
        ("“It goes on.\n“And ends.”", ["“It goes on.", "“And ends.”"]),
        ('A board of 6" and "a word".', ['"a word"']),
    ],
)
def test_marks_of_all_kinds(text: str, expected: list[str]) -> None:
    assert quoted(text) == expected


def test_long_paragraphs_are_cut_where_nothing_is_lost() -> None:
    text = "word " * 2000
    pieces = paragraphs(text)
    assert all(stop - begin <= LONGEST for begin, stop in pieces)
    assert "".join(text[begin:stop] for begin, stop in pieces).replace(" ", "") == text.replace(" ", "")


@given(st.text())
def test_readable_text_leads_back(text: str) -> None:
    clean = readable(text)
    assert all(text[clean.origin[i]] == character for i, character in enumerate(clean.text))


@given(st.text(alphabet="ab \n\"'“”«»„‘’.,"))
def test_quotations_are_apart_and_in_order(text: str) -> None:
    found = quotes(text, paragraphs(text))
    assert all(quote.begin < quote.stop <= len(text) for quote in found)
    assert all(found[i].stop <= found[i + 1].begin for i in range(len(found) - 1))


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30))),
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30))),
)
def test_spans_are_sets_of_characters(spans: list[tuple[int, int]], holes: list[tuple[int, int]]) -> None:
    def characters(some: list[tuple[int, int]]) -> set[int]:
        return {i for begin, stop in some for i in range(begin, stop)}

    holes = [hole for hole in holes if hole[0] < hole[1]]
    assert characters(union(spans)) == characters(spans)
    assert characters(without(spans, holes)) == characters(spans) - characters(holes)


def test_verb_forms() -> None:
    assert "agreed" in forms("agree")
    assert "denies" in forms("deny")
    assert "admitted" in forms("admit")
    assert "said" in lexicon().verbs
    assert "addressee" in lexicon().verbs["told"]
