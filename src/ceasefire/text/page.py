"""A parsed text: its paragraphs with their grammar, and words found by the characters they stand at.

Why in one place: rules that cut contents, resolve pronouns and read the outlet's own sentences all ask the same
question, which words stand between two characters. Characters that only look like Latin letters are read as those.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ceasefire.text.attribution.parse import Readable
from ceasefire.text.attribution.spans import Span
from ceasefire.text.story import STORY, line_kinds

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token
    from spacy.tokens import Span as Sentence

_LOOKALIKE = str.maketrans("АВЕКМНОРСТУХаеорсухіѕјһԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEKMHOPCTYXaeopcyxisjhdqwABEZHIKMNOPTYXo")
_OTHER = re.compile(r"[\u0370-\u04ff\u0500-\u052f]")
_MIXED = re.compile(r"\w*(?:[A-Za-z][\u0370-\u04ff\u0500-\u052f]|[\u0370-\u04ff\u0500-\u052f][A-Za-z])\w*")


def legible(text: str) -> str:
    """Read letters of other scripts within Latin words as the Latin letters they look like; the length stays.

    >>> legible("Тhe Krеmlin and Київ")
    'The Kremlin and Київ'
    """
    if text.isascii() or not _OTHER.search(text):
        return text
    return _MIXED.sub(lambda m: m[0].translate(_LOOKALIKE), text)


def story_text(text: str) -> str:
    """Blank every line that is no story, so that offsets hold.

    >>> story_text("Share\\nThe truce has held for two days in the north, monitors said.").split("\\n")[0]
    '     '
    """
    lines = text.split("\n")
    kinds = line_kinds(text)
    return "\n".join(line if kind in STORY else " " * len(line) for line, kind in zip(lines, kinds, strict=True))


@dataclass
class Page:
    """A text that can be asked for its words."""

    clean: Readable
    spans: list[Span]
    docs: list[Doc]
    _begins: list[int] = field(default_factory=list)
    _of: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._begins = [begin for begin, _ in self.spans]
        self._of = {id(doc): begin for doc, begin in zip(self.docs, self._begins, strict=True)}

    @property
    def text(self) -> str:
        """The text without hidden characters; all spans count in it."""
        return self.clean.text

    def words(self, begin: int, stop: int) -> list[Token]:
        """Give the words that stand wholly or partly between two characters, of one paragraph."""
        at = self.paragraph(begin)
        if at < 0:
            return []
        offset = self.spans[at][0]
        found = self.docs[at].char_span(begin - offset, min(stop, self.spans[at][1]) - offset, alignment_mode="expand")
        return list(found) if found is not None else []

    def paragraph(self, character: int) -> int:
        """Give the number of the paragraph that a character stands in; -1 where none."""
        at = bisect_right(self._begins, character) - 1
        return at if at >= 0 and character < self.spans[at][1] else -1

    def at(self, token: Token) -> int:
        """Give the first character of a word."""
        return self._of[id(token.doc)] + int(token.idx)

    def behind(self, token: Token) -> int:
        """Give the first character behind a word."""
        return self.at(token) + len(token)

    def offset(self, doc: Doc) -> int:
        """Give the first character of a paragraph."""
        return self._of[id(doc)]

    def sentences(self) -> list[tuple[Span, Sentence]]:
        """Give all sentences with their characters."""
        found = []
        for doc, (offset, _) in zip(self.docs, self.spans, strict=True):
            found += [((offset + s.start_char, offset + s.end_char), s) for s in doc.sents]
        return found

    def span(self, words: list[Token]) -> Span:
        """Give the characters from the first to the last of some words."""
        return self.at(words[0]), self.behind(words[-1])
