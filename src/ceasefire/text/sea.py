"""Reports of ports, ships, mines and the sea: which act a sentence tells of, and where on the water it was.

Why apart from the lexicon's acts: a sea drone is no aircraft, a mine that the waves bring is no attack, and a ship that
is detained is no use of force. What a party shot down over water is an interception there. A launch from the sea is no
attack at sea: where it hit is elsewhere. Decision record 0053; measured by `benchmarks/sea_reports.py`.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ceasefire.text.lexicon import Mask, compiled, has

Texts = npt.NDArray[np.object_]


@dataclass(frozen=True)
class SeaWords:
    """What the words of n sentences say of the sea; every array has shape (n,)."""

    mine: Mask
    """A sea mine is spoken of."""
    struck_mine: Mask
    """A ship met a mine."""
    detained: Mask
    """A ship was stopped, boarded, inspected or detained."""
    launched: Mask
    """Something was launched from the sea."""
    moved: Mask
    """Warships moved or stand by."""
    ship: Mask
    """A ship of any kind is named, other than a drone boat."""
    boats: Mask
    """Drone boats are named."""
    over_sea: Mask
    """Something is said to be at, over or from a sea, which may not be named."""


def sea_words(words: pa.Array) -> SeaWords:
    """Find what sentences say of the sea.

    Parameters
    ----------
    words
        Strings of shape (n,) in normal form.

    >>> from ceasefire.text.lexicon import normal
    >>> got = sea_words(normal(pa.array(["ВМС знищили на узбережжі міну", "Морські дрони атакували корабель"])))
    >>> got.mine.tolist(), got.boats.tolist(), got.ship.tolist()
    ([True, False], [False, True], [False, True])
    """
    return SeaWords(
        mine=has(words, *stems("mine")),
        struck_mine=has(words, *stems("struck_mine")),
        detained=has(words, *stems("detained")),
        launched=has(words, *stems("launched")),
        moved=has(words, *stems("moved")),
        ship=has(ships_only(words), *stems("ship")),
        boats=has(words, *stems("boats")),
        over_sea=has(words, *stems("over_sea")),
    )


def without_boats(words: pa.Array) -> pa.Array:
    """Take drone boats out of sentences, so that their "drone" is no aircraft and their "boat" no target.

    >>> without_boats(pa.array([" морські дрони атакували з дронами корабель "])).to_pylist()
    [' атакували з дронами корабель ']
    """
    return _without(words, "boats")


def ships_only(words: pa.Array) -> pa.Array:
    """Take out of sentences drone boats and what is called a ship and is none: aircraft, districts, shipyards.

    >>> ships_only(pa.array([" у корабельному районі цивільне судно "])).to_pylist()
    [' у районі цивільне судно ']
    """
    return _without(without_boats(words), "other_ships")


def sea_acts(words: pa.Array, act: Texts, *, told: Mask, unreal: Mask | None = None) -> Texts:
    """Give the acts at sea that sentences tell of, in place of or beside those already found.

    Parameters
    ----------
    words
        Strings of shape (n,) in normal form.
    act
        Acts found by the lexicon, shape (n,).
    told
        Where an act is told and not planned or talked of, shape (n,).
    unreal
        Where courts, arrests and memory are spoken of, shape (n,): no act but the detention of a ship. None: nowhere.

    >>> from ceasefire.text.lexicon import normal
    >>> texts = normal(pa.array(["СБУ арештувала судно", "ВМС знищили на узбережжі ворожу міну", "Дрони над містом"]))
    >>> sea_acts(texts, np.array(["", "attack", "attack.air.drone"], dtype=object), told=np.ones(3, bool)).tolist()
    ['inspection', 'presence', 'attack.air.drone']
    """
    lists = ("boats", "mine", "struck_mine", "detained", "launched", "moved")
    near = has(words, *(stem for name in lists for stem in stems(name)))
    rows = np.flatnonzero(near & told)
    if not len(rows):
        return act
    saw = sea_words(words.take(pa.array(rows)))
    out = act.copy()
    some = out[rows]
    real = np.ones(len(rows), dtype=bool) if unreal is None else ~unreal[rows]
    attack = np.char.startswith(some.astype(str), "attack")
    some[saw.moved & real & (some == "")] = "movement.naval"
    some[saw.launched & real & (some == "")] = "launch"
    some[saw.detained & ((some == "") | (some == "attack"))] = "inspection"
    some[saw.mine & real & ((some == "") | attack | (some == "interception"))] = "presence"
    some[saw.struck_mine & real] = "attack.naval"
    out[rows] = some
    return out


def about_sea(words: pa.Array, act: Texts, object_class: Texts, *, placed: Mask) -> Mask:
    """Tell which sentences report an act at a port, on a ship, at or over the sea, or from it; shape (n,).

    Parameters
    ----------
    words
        Strings of shape (n,) in normal form.
    act, object_class
        What they tell, shape (n,).
    placed
        Whether they name a place at sea, on a coast or a port, shape (n,).
    """
    saw = sea_words(words)
    port = np.isin(object_class.astype(str), ["transport.port", "transport.vessel"])
    at_sea = (
        np.isin(act.astype(str), ["attack.naval", "movement.naval"])
        | saw.boats
        | saw.launched
        | saw.mine
        | saw.over_sea
    )
    real = (act != "") & (act != "alert") & (act != "outage")
    return np.asarray(real & (port | at_sea | saw.ship | (saw.detained & (act == "inspection")) | placed))


@cache
def stems(name: str) -> tuple[str, ...]:
    """Give one list of the file, in RE2.

    >>> len(stems("mine")) > 3
    True
    """
    raw = tomllib.loads(resources.files("ceasefire.text").joinpath("sea.toml").read_text(encoding="utf-8"))[name]
    return tuple(compiled(s) for s in re.split(r" ; |\n", str(raw).strip()))


def _without(words: pa.Array, name: str) -> pa.Array:
    hit = has(words, *stems(name))
    if not hit.any():
        return words
    pattern = " (" + "|".join(s if s.endswith(" ") else s + "[^ ]* " for s in stems(name)) + ")"
    once = pc.replace_substring_regex(words, pattern, " ")
    return pc.replace_substring_regex(once, pattern, " ")
