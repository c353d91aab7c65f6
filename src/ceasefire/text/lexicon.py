"""Word stems in Ukrainian, Russian and English that name acts, objects and effects, and the words that undo them.

Why stems and not a model: a verdict must be explained to both sides, and "the headline says *substation* and
*struck*" can be. Why a file of their own (`lexicon.toml`): who reads the languages can mend it without reading
code. Every stem meets text in one normal form (`normal`), one blank before and after every word, so that a
word's beginning and end are plain blanks in any script, and matching runs in Arrow's RE2 over whole columns.

Measured by `benchmarks/lexicon.py`.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any, Literal, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ceasefire.text.letters import meant

Mask = npt.NDArray[np.bool_]
Section = Literal["objects", "acts", "effects", "alternatives", "words"]

_SUGAR = (("~", "[^ ]*"), ("_", " "), ("#", "[0-9]"))
_BULLETS = "▫▪◽◾◻◼•●🔹🔸🔴🟣🔰✅✔➡⚡❗"


@cache
def stems(section: Section) -> dict[str, tuple[str, ...]]:
    """Give one section of the lexicon: name to stems, in RE2, as the file orders them.

    Parameters
    ----------
    section
        `objects` (object class to stems), `acts` (act class to the stems that tell the means), `effects` (in the
        order in which they are preferred), `alternatives` (explanations left open), or `words`: `violence` (force
        is spoken of), `event` (something took place: finite past forms, participles, consequences), `impact`
        (something on the ground), `downed` (air defence at work), `talk` (plans, threats, negotiation: only an
        event makes an event), `unreal` (courts, arrests, memory, sport: no event of the day), `denial`, `counter`
        (denies one thing and reports another), `schedule` (planned or weather outages), `accident`, `alert`,
        `harm` (damage, an act only where somebody is blamed), `frontline` (troops and positions),
        `traps` (phrases that hold a stem and mean something else; taken out first).

    >>> stems("objects")["energy.oil.refinery"]
    ('нпз ', 'нафтоперероб', 'нефтеперераб', '(oil )?refiner')
    """
    raw = _file()[section]
    return {name: tuple(compiled(s) for s in re.split(r" ; |\n", text.strip())) for name, text in raw.items()}


def compiled(stem: str) -> str:
    """Turn a stem as the files spell it into RE2.

    Why not the Unicode class of letters: in normal form all but a blank is a letter or a digit, and the class takes
    RE2 a hundred times as long to compile.

    >>> compiled("атомн~ <2>станц"), compiled("тец_")
    ('атомн[^ ]* ([^ ]+ ){0,2}станц', 'тец ')
    """
    stem = stem.replace("<#>", "([0-9]+ )?")
    for sign, meaning in _SUGAR:
        stem = stem.replace(sign, meaning)
    return re.sub(r"<([0-9])>", r"([^ ]+ ){0,\1}", stem)


def has(texts: pa.Array, *alternatives: str) -> Mask:
    """Tell for each text in normal form whether one of the stems begins a word in it; shape (n,).

    Parameters
    ----------
    texts
        Strings of shape (n,) in the form `normal` gives.
    alternatives
        Stems in RE2; a trailing blank ends the word.

    >>> has(normal(pa.array(["Удар по підстанції", "Енергодар: транспорт і спорт"])), "підстанц", "порт(у|і)? ")
    array([ True, False])
    """
    pattern = " (" + "|".join(alternatives) + ")"
    return np.asarray(pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False), dtype=bool)


def plain(texts: pa.Array) -> pa.Array:
    """Take links, markup, accents and hidden characters out of texts, compose their letters (Unicode NFKC).

    Latin letters that look like Cyrillic ones are read as these within Cyrillic words.

    >>> plain(pa.array(["Удар по під\u00adстанції: пoжежа"])).to_pylist()
    ['Удар по підстанції: пожежа']
    """
    out = pc.replace_substring_regex(pc.fill_null(texts.cast(pa.string()), ""), r"\p{Cf}+", "")
    out = pc.utf8_normalize(out, form="NFKC")
    out = out.combine_chunks() if isinstance(out, pa.ChunkedArray) else out
    mixed = pc.match_substring_regex(out, r"\p{Cyrillic}[A-Za-z]|[A-Za-z]\p{Cyrillic}")
    if pc.any(mixed).as_py():
        out = pc.replace_with_mask(out, mixed, pa.array([meant(t) for t in out.filter(mixed).to_pylist()], pa.string()))
    out = pc.replace_substring_regex(out, r"\]\([^)\s]*\)|https?://\S+|t\.me/\S+", " ")
    out = pc.replace_substring_regex(out, r"[*_~`\[\]]+|\p{M}+", "")
    return cast(pa.Array, out)


def normal(texts: pa.Array) -> pa.Array:
    """Bring texts into the form that the stems are written in.

    Parameters
    ----------
    texts
        Strings of shape (n,), any script, any markup; nulls count as empty.

    >>> normal(pa.array(["**Об'єкт** ТЕЦ-5, [відео](https://t.me/x)!", None])).to_pylist()
    [' обєкт тец 5 відео ', ' ']
    """
    out = pc.utf8_lower(plain(texts))
    out = pc.replace_substring_regex(out, r"['’ʼ´\"“”«»]+", "")
    out = pc.replace_substring(out, "ё", "е")
    out = pc.replace_substring_regex(out, r"[^\p{L}\p{N}]+", " ")
    out = _single_blanks(pc.binary_join_element_wise(" ", out, " ", ""))
    traps = " (" + "|".join(stems("words")["traps"]) + ")"
    return _single_blanks(pc.replace_substring_regex(out, f"{traps} ", " "))


def sentences(texts: pa.Array) -> tuple[pa.Array, npt.NDArray[np.int64]]:
    """Cut texts into sentences and list items, because headlines bundle news that have nothing in common.

    Parameters
    ----------
    texts
        Strings of shape (n,).

    Returns
    -------
    Sentences of shape (m,), and for each the position of its text, shape (m,).

    >>> parts, of = sentences(pa.array(["Удар по ТЕЦ. Ціни на нафту зросли", "О 13.15 збито БпЛА"]))
    >>> parts.to_pylist(), of.tolist()
    (['Удар по ТЕЦ', 'Ціни на нафту зросли', 'О 13.15 збито БпЛА'], [0, 0, 1])
    """
    parts = pc.split_pattern_regex(plain(texts), rf"[.!?…]+\s+|[\r\n;]+|[{_BULLETS}]+")
    flat, of = pc.list_flatten(parts), pc.list_parent_indices(parts)
    keep = pc.greater(pc.utf8_length(pc.utf8_trim_whitespace(flat)), 0)
    return flat.filter(keep), np.asarray(of.filter(keep).to_numpy(zero_copy_only=False), dtype=np.int64)


def _single_blanks(texts: pa.Array) -> pa.Array:
    return cast(pa.Array, pc.replace_substring_regex(texts, " +", " "))


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(resources.files("ceasefire.text").joinpath("lexicon.toml").read_text(encoding="utf-8"))
