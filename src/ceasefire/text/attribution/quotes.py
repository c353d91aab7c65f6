"""Where the quotations of a text are, of all kinds of marks, closed or not.

Why by paragraph: a mark that was forgotten must not swallow the rest of the story. Only the newspapers' own rule
crosses paragraphs: a quotation that goes on repeats its opening mark and closes once, at its end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ceasefire.text.attribution.spans import Span

PAIRS = {"“": "”", "«": "»", "„": "“”", "‟": "”", "‹": "›", "‘": "’", "‚": "‘’"}
SYMMETRIC = ('"', "''", "``", "＂")
_MARK = re.compile("''|``|[\"＂“”«»„‟‹›‘’‚']")
_OUTER = ('"', "''", "“", "«")
_SINGLE_LIMIT = 300
"""A quotation in single marks that is longer than this is an apostrophe that was taken for a mark."""


@dataclass(frozen=True, slots=True)
class Quote:
    """One quotation with its marks."""

    begin: int
    stop: int
    closed: bool
    """False where the paragraph ends first: the next one goes on."""


def quotes(text: str, paragraphs: list[Span]) -> list[Quote]:
    """Find the quotations of a text.

    Parameters
    ----------
    text
        Any text.
    paragraphs
        Its paragraphs, as spans.

    Returns
    -------
    In the order of the text; quotations within quotations are not told apart.

    >>> line = 'He said: "We agreed." and left 6" of snow'
    >>> [line[q.begin:q.stop] for q in quotes(line, [(0, len(line))])]
    ['"We agreed."']
    """
    found: list[Quote] = []
    for number, span in enumerate(paragraphs):
        following = paragraphs[number + 1][0] if number + 1 < len(paragraphs) else len(text)
        found += _of_paragraph(text, span, text[following : following + 2])
    return found


def _of_paragraph(text: str, span: Span, following: str) -> Iterator[Quote]:
    begin, stop = span
    opened: tuple[int, str] | None = None
    for match in _MARK.finditer(text, begin, stop):
        mark, at, after = match.group(), match.start(), match.end()
        before = text[at - 1] if at > begin else " "
        behind = text[after] if after < stop else " "
        if mark == "'" and not _single(before, behind, opened):
            continue
        if opened is None:
            if _opens(mark, before, behind):
                opened = (at, mark)
            continue
        first, opener = opened
        single = opener in "'‘‚"
        if single and at - first > _SINGLE_LIMIT:
            opened = (at, mark) if _opens(mark, before, behind) else None
        elif _closes(opener, mark, before, behind):
            yield Quote(first, after, True)
            opened = None
        elif _opens(mark, before, behind) and (
            (mark == opener and mark not in "'‘’" and not before.isalnum()) or (single and mark in _OUTER)
        ):
            opened = (at, mark)
    if opened is not None and opened[1] not in "'‘‚":
        at, mark = opened
        goes_on = following[:1] == mark or following[:2] == mark
        if goes_on or not text[begin:at].strip():
            yield Quote(at, stop, False)


def _opens(mark: str, before: str, behind: str) -> bool:
    """Whether a mark can open a quotation where it stands."""
    if mark in PAIRS:
        return mark not in "‘‚" or not before.isalnum()
    if mark in SYMMETRIC or mark == "'":
        return not before.isalnum() and before not in ".,!?" and not (behind.isspace() and not before.isspace())
    return mark == "”" and before.isspace() and not behind.isalpha()


def _closes(opener: str, mark: str, before: str, behind: str) -> bool:
    """Whether a mark closes what the opener opened."""
    if opener in ("‘", "‚"):
        return mark in "’‘" and not behind.isalnum() and not before.isspace()
    if opener == "'":
        return mark == "'" and not behind.isalnum()
    if opener in PAIRS:
        return mark in PAIRS[opener] or (mark in SYMMETRIC and not before.isspace())
    clearly_opens = before.isspace() and not behind.isspace()
    return (mark == opener or (opener == "``" and mark == "''") or mark == "”") and not clearly_opens


def _single(before: str, behind: str, opened: tuple[int, str] | None) -> bool:
    """Whether an apostrophe can be a mark at all."""
    if opened is None:
        return not before.isalnum() and behind.isalnum()
    return opened[1] == "'" and not behind.isalnum()
