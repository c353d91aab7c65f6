"""Spans of text and what an attribution is: who (source) says, thinks or wants (cue) what (content).

Why characters and not words: a claim must lead back to the archived text, so `text[begin:stop]` is the proof.
Why content may have several spans: "A ceasefire, he said, would hold" says one thing in two pieces.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Span = tuple[int, int]
"""First character and the one after the last."""

KINDS = ("direct", "indirect", "mixed", "noun")
"""All content quoted; none quoted; some quoted; or the cue is no verb ("according to", "the claim that")."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """One thing said, thought, wanted or judged, and by whom."""

    source: Span | None
    """Who; None where the text does not say ("is expected to")."""
    cue: Span
    """The words that attribute: "said", "has agreed", "according to"."""
    content: tuple[Span, ...]
    """What; in the order of the text, without overlap."""
    level: int
    """1 where the outlet itself attributes, 2 where the cue stands within the content of a level 1, and so on."""
    kind: str
    """One of KINDS."""


def union(spans: Iterable[Span]) -> list[Span]:
    """Join spans that touch or overlap, in the order of the text.

    >>> union([(8, 9), (0, 3), (2, 5)])
    [(0, 5), (8, 9)]
    """
    joined: list[Span] = []
    for begin, stop in sorted(span for span in spans if span[0] < span[1]):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((begin, stop))
    return joined


def without(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """Cut the holes out of the spans.

    >>> without([(0, 10)], [(3, 5), (9, 12)])
    [(0, 3), (5, 9)]
    """
    left = union(spans)
    for hole_begin, hole_stop in holes:
        cut: list[Span] = []
        for begin, stop in left:
            if hole_stop <= begin or stop <= hole_begin:
                cut.append((begin, stop))
            else:
                cut += [(begin, hole_begin), (hole_stop, stop)]
        left = [span for span in cut if span[0] < span[1]]
    return left


def inside(span: Span, spans: Sequence[Span]) -> bool:
    """Say whether a span lies wholly within one of the spans.

    >>> inside((2, 3), [(0, 1), (2, 5)])
    True
    """
    return any(begin <= span[0] and span[1] <= stop for begin, stop in spans)


def trimmed(text: str, span: Span, marks: str) -> Span:
    """Shorten a span until it begins and ends with neither white space nor one of the marks.

    >>> trimmed(" , yes.", (0, 7), ",.")
    (3, 6)
    """
    begin, stop = span
    while begin < stop and (text[begin].isspace() or text[begin] in marks):
        begin += 1
    while begin < stop and (text[stop - 1].isspace() or text[stop - 1] in marks):
        stop -= 1
    return begin, stop
