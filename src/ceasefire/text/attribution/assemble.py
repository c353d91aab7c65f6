"""From drafts to attributions: exact spans, no content twice, levels and kinds.

Why one owner for every character of a level: a claim that is counted under two speakers would be two claims.
"""

from __future__ import annotations

from bisect import bisect_left

from ceasefire.text.attribution.quotes import Quote
from ceasefire.text.attribution.spans import Attribution, Span, trimmed, union, without
from ceasefire.text.attribution.speech import Draft

DEEPEST = 4
"""Levels that are told; deeper ones are word lists, not people."""
OUTER_MARKS = ",;:.–—-"
"""Marks that end or part clauses; outside a quotation they are no content."""


def assembled(text: str, drafts: list[Draft], found: list[Quote]) -> list[Attribution]:
    """Give levels, cut overlaps and trim.

    Parameters
    ----------
    text
        The text that all spans point into.
    drafts
        Attributions in any order.
    found
        The quotations, whose marks stay in the content.

    Returns
    -------
    Attributions in the order of their cues.
    """
    drafts = sorted({draft.cue: draft for draft in reversed(drafts) if draft.content}.values(), key=_extent)
    groups: list[list[Draft]] = []
    reach = -1
    for draft in drafts:
        begin, stop = _extent(draft)
        if not groups or begin >= reach:
            groups.append([])
        groups[-1].append(draft)
        reach = max(reach, stop)
    marks = [(quote.begin, quote.stop) for quote in found]
    attributions = [one for group in groups for one in _of_group(text, group, marks)]
    return sorted(attributions, key=lambda one: one.cue)


def _extent(draft: Draft) -> Span:
    """From the first to the last character that a draft touches."""
    spans = [draft.cue, *draft.content] + ([draft.source] if draft.source else [])
    return min(begin for begin, _ in spans), max(stop for _, stop in spans)


def _of_group(text: str, drafts: list[Draft], marks: list[Span]) -> list[Attribution]:
    """The attributions of drafts that may overlap one another, and no others."""
    drafts = sorted(drafts, key=lambda draft: draft.cue)
    pairs = [pair for pair in zip(drafts, _levels(drafts), strict=True) if pair[1] <= DEEPEST]
    drafts, levels = [draft for draft, _ in pairs], [level for _, level in pairs]
    attributions = []
    for draft, level in zip(drafts, levels, strict=True):
        own = [draft.cue] + ([draft.source] if draft.source else [])
        holes = list(own)
        for other, other_level in _near(drafts, levels, draft):
            if other_level == level:
                holes.append(other.cue)
                if other.source and other.source != draft.source:
                    holes.append(other.source)
                if _smaller(other, draft):
                    holes += other.content
        ends = {quote.stop for quote in draft.quoted}
        spans = [trimmed(text, span, "" if span[1] in ends else OUTER_MARKS) for span in without(draft.content, holes)]
        content = _bridged(text, [span for span in spans if any(c.isalnum() for c in text[span[0] : span[1]])])
        if content:
            attributions.append(
                Attribution(draft.source, draft.cue, tuple(content), level, _kind(text, draft, content, marks))
            )
    return attributions


def _size(spans: list[Span]) -> int:
    return sum(stop - begin for begin, stop in spans)


def _smaller(one: Draft, other: Draft) -> bool:
    return (_size(one.content), one.cue) < (_size(other.content), other.cue)


def _near(drafts: list[Draft], levels: list[int], draft: Draft) -> list[tuple[Draft, int]]:
    begin = min(span[0] for span in draft.content)
    stop = max(span[1] for span in draft.content)
    return [
        (other, level)
        for other, level in zip(drafts, levels, strict=True)
        if other is not draft and other.content[0][0] < stop and max(other.content[-1][1], other.cue[1]) > begin
    ]


def _levels(drafts: list[Draft]) -> list[int]:
    """One more than the level of the smallest larger draft that has the cue in its content."""
    order = sorted(range(len(drafts)), key=lambda i: (-_size(drafts[i].content), drafts[i].cue))
    levels = [1] * len(drafts)
    holders: list[tuple[Span, int]] = []
    for i in order:
        cue = drafts[i].cue
        levels[i] = 1 + max((lv for (begin, stop), lv in holders if begin <= cue[0] and cue[1] <= stop), default=0)
        holders += [(span, levels[i]) for span in drafts[i].content]
    return levels


def _bridged(text: str, spans: list[Span]) -> list[Span]:
    """Join pieces that only white space and marks of content part."""
    joined: list[Span] = []
    for span in union(spans):
        if joined and not text[joined[-1][1] : span[0]].strip():
            joined[-1] = (joined[-1][0], span[1])
        else:
            joined.append(span)
    return joined


def _kind(text: str, draft: Draft, content: list[Span], marks: list[Span]) -> str:
    if draft.noun:
        return "noun"
    first = max(bisect_left(marks, (content[0][0], 0)) - 1, 0)
    near = marks[first : bisect_left(marks, content[-1]) + 1]
    bare = without(content, near)
    if not any(c.isalnum() for begin, stop in bare for c in text[begin:stop]):
        return "direct"
    return "mixed" if _size(bare) < _size(content) else "indirect"
