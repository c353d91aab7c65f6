"""Words of a closed vocabulary in a column, with the nearest known word for each that is not in it.

Why a closed vocabulary: a class that is spelt wrong is covered by no provision, so the event would silently be
judged as protected by nobody.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from ceasefire.sources.columns import Texts, coded, nearest
from ceasefire.sources.intervals import Reasons

CHANNELS = (
    "satellite.thermal",
    "satellite.radar",
    "satellite.optical",
    "satellite.lights",
    "drone",
    "ais",
    "news",
    "party",
    "official",
    "monitor",
    "alert",
)
"""How things are seen."""
PROCEDURES = ("report", "claim", "sensor", "alert", "tally")
"""How an observation came about."""
STANCES = ("asserts", "denies", "promises", "delivers", "demands", "accepts", "rejects", "cannot_confirm")
"""What a speaker does."""


def check_words(
    reasons: Reasons,
    what: str,
    column: Texts,
    words: Iterable[str],
    *,
    needed: bool = False,
    split: str = "",
) -> None:
    """Give a reason to every row whose text is not a known word.

    Parameters
    ----------
    reasons
        Collects what is wrong.
    what
        What the word is, for the sentence.
    column
        Texts, length n.
    words
        Known words.
    needed
        Whether an empty text is wrong.
    split
        Character between several words of one text; '' where there is one.

    Examples
    --------
    >>> reasons = Reasons(2)
    >>> check_words(reasons, "channel", ["news", "newss"], CHANNELS)
    >>> reasons.text.tolist()
    ['', "unknown channel 'newss' (did you mean 'news'?)"]
    """
    known = set(words)
    names, code = coded(column)
    why = []
    for name in names:
        parts = [part.strip() for part in name.split(split)] if split and name else [name]
        wrong = [part for part in parts if part not in known and (part or needed)]
        if not wrong:
            why.append("")
        elif not wrong[0]:
            why.append(f"no {what}")
        else:
            why.append(f"unknown {what} {wrong[0][:60]!r}{nearest(wrong[0], sorted(known))}")
    if any(why):
        reasons.add_each(np.asarray(why, dtype=object)[code])


def word_lists(column: Texts, split: str = "|") -> pa.Array:
    """Split texts into lists of words; an empty text gives an empty list.

    >>> word_lists(["attack|fire", ""]).to_pylist()
    [['attack', 'fire'], []]
    """
    names, code = coded(column)
    lists = [[word.strip() for word in name.split(split) if word.strip()] for name in names]
    return pa.array(lists, type=pa.list_(pa.string())).take(pa.array(code))
