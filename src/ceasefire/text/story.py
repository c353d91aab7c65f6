"""Which lines of a page of plain text are the story, and what the others are.

Why: an article as scraped carries adverts, menus, captions, "read here" lists, other stories and comment boxes. A
claim read from a teaser of another story would stand under the wrong date and outlet; a dropped line loses a claim.
Nothing is cut out: every line gets a kind, and offsets keep counting in the text as it came.

How: a line is furniture where its whole wording is (`furniture.toml`). A story ends where the page says so (comments,
"read more", a list of headlines whose stories follow) and after a list of short lines; among what follows, nothing is
the story again. Before it, prose under no headline of its own and after adverts is kept.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]

STORY = ("story", "headline")
"""Kinds of line that belong to the story: its prose, and its own title and subheads."""
_QUOTES = str.maketrans("‘’‚‛“”„‟«»", '\'\'\'\'""""""')
_PROSE_WORDS = 12
"""A line of at least so many words is prose, as is a shorter one that ends like a sentence."""
_LEAST_STORY = 60
"""Words of prose before an end mark counts: the same words stand in menus above a story too."""
_ENDING = re.compile(r"[.!?…][\"')\]]*$|[:,;–—-]$|\"$")
_LISTED = re.compile(r"^\s*(?:[>»•·*▪–—-]|\d{1,2}[.)])\s+(.{15,200})$")


def line_kinds(text: str) -> list[str]:
    """Tell of each line what it is.

    Parameters
    ----------
    text
        The page as plain text; lines end with a line feed.

    Returns
    -------
    For each line of `text.split("\\n")`: `story`, `headline`, `byline`, `caption`, `advert`, `menu`, `promotion`,
    `list`, `other_story`, `comments`, `page` or `blank`.

    Examples
    --------
    >>> page = "Advertisement\\nTruce agreed\\nThe two sides agreed to a truce on Monday, an envoy said.\\n3 Comments"
    >>> line_kinds(page)
    ['advert', 'headline', 'story', 'comments']
    """
    lines = [line.strip() for line in text.split("\n")]
    plain = [line.translate(_QUOTES).lower() for line in lines]
    kinds = [_alone(line) for line in plain]
    end = _end(plain, kinds)
    for at in range(len(lines)):
        if kinds[at] == "":
            kinds[at] = "story" if at < end.at else end.kind
        elif at > end.at and kinds[at] in ("caption", "byline", "promotion"):
            kinds[at] = end.kind
    return _headlines(lines, kinds)


def story_lines(text: str) -> Mask:
    """Tell which lines of `text.split("\\n")` are the story or its headings, shape (lines,).

    >>> story_lines("Menu\\nA ceasefire has held for two days in the north, monitors said.\\nShare").tolist()
    [False, True, False]
    """
    return np.array([kind in STORY for kind in line_kinds(text)], dtype=bool)


class _End(NamedTuple):
    """Where the story ends, and what stands behind its end."""

    at: int
    kind: str


def _alone(line: str) -> str:
    """Tell what a line is by its own words; empty where it can be the story."""
    if not line:
        return "blank"
    for section in ("ends", "skips"):
        for kind, pattern in _furniture()[section].items():
            if pattern.fullmatch(line):
                return kind
    if not any(c.isalnum() for c in line):
        return "menu"
    return ""


def _is_prose(line: str) -> bool:
    return len(line.split()) >= _PROSE_WORDS or (len(line.split()) >= 4 and bool(_ENDING.search(line)))


def _end(plain: list[str], kinds: list[str]) -> _End:
    """Find the first line behind the story: an end mark with story before it, or the head of a list of others."""
    seen = 0
    ends = _furniture()["ends"]
    for at, line in enumerate(plain):
        if not kinds[at]:
            seen += len(line.split()) if _is_prose(line) else 0
            if seen >= _LEAST_STORY and _heads_a_list(plain, kinds, at):
                return _End(at, "list")
        elif kinds[at] in ends and seen >= _LEAST_STORY:
            return _End(at, kinds[at])
        elif kinds[at] == "byline" and seen >= _LEAST_STORY and not _goes_on(plain, kinds, at):
            return _End(_name_above(plain, kinds, at), "other_story")
    return _End(len(plain), "page")


def _goes_on(plain: list[str], kinds: list[str], at: int) -> bool:
    """Tell whether the next lines that are no furniture are prose: two of the next three."""
    ahead = [line for line, kind in zip(plain[at + 1 :], kinds[at + 1 :], strict=True) if not kind][:3]
    return sum(map(_is_prose, ahead)) >= 2


def _name_above(plain: list[str], kinds: list[str], at: int) -> int:
    """Go up over the short lines above a byline that closes a story: the writer's name."""
    while at > 0 and not kinds[at - 1] and len(plain[at - 1].split()) <= 4 and not _is_prose(plain[at - 1]):
        at -= 1
    return at


def _heads_a_list(plain: list[str], kinds: list[str], at: int) -> bool:
    """Tell whether a list of headlines begins here whose stories follow below, each under the same headline."""
    found = _LISTED.match(plain[at])
    if not found:
        return False
    below = {line for line, kind in zip(plain[at + 1 :], kinds[at + 1 :], strict=True) if not kind}
    return found[1].strip() in below


def _headlines(lines: list[str], kinds: list[str]) -> list[str]:
    """Mark short story lines that are no sentence as headlines."""
    return [
        "headline"
        if kind == "story" and not _is_prose(line) and len(line) < 140 and line[:1] not in "\"'“‘«„"
        else kind
        for line, kind in zip(lines, kinds, strict=True)
    ]


@cache
def _furniture() -> dict[str, dict[str, re.Pattern[str]]]:
    raw = tomllib.loads(resources.files("ceasefire.text").joinpath("furniture.toml").read_text(encoding="utf-8"))
    return {
        section: {
            kind: re.compile("|".join(f"(?:{p})" for p in text.strip().split("\n"))) for kind, text in kinds.items()
        }
        for section, kinds in raw.items()
    }
