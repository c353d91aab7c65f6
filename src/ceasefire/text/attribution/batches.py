"""Paragraphs parsed in batches, by the parser's own layers in an order that costs less; the parses are the same.

Why not the parser's own loop: between two small steps it gives up the interpreter's lock and takes it back, several
times a word, and that is more work than the steps. Here the lock is kept, and many paragraphs take each step together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

BATCH = 256
"""Stretches that are parsed together: larger batches keep the processor busier, smaller ones hold less memory."""
STEPPED = 128
"""Stretches of like length that take the steps of the parser together."""


def in_batches(loaded: Language, texts: Iterable[str]) -> Iterator[Doc]:
    """Parse stretches of text, in order."""
    layers: dict[str, Any] = dict(loaded.pipeline)
    left = iter(texts)
    while docs := [loaded.make_doc(text) for text in islice(left, BATCH)]:
        for name in ("tok2vec", "tagger"):
            layers[name].set_annotations(docs, layers[name].predict(docs))
        by_length = sorted(docs, key=len)
        for begin in range(0, len(docs), STEPPED):
            some = by_length[begin : begin + STEPPED]
            layers["parser"].set_annotations(some, _stepped(layers["parser"], some))
        yield from docs


def _stepped(parser: Any, docs: list[Doc]) -> list[Any]:
    """Take the likeliest step of each stretch until all are parsed."""
    states: list[Any] = parser.moves.init_batch(docs)
    unfinished = [state for state in states if not state.is_final()]
    if unfinished:
        scored = parser.model.predict(docs)
        while unfinished:
            unfinished = parser.transition_states(unfinished, scored.predict(unfinished))
        scored.clear_memory()
    return states
