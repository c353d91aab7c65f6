"""Act, object, effect and who is blamed, read from the words of a headline or a post.

Why by sentence: a headline often bundles two news, and "ceasefire talks; a power plant" is no attack on a plant.
Why strong and weak words: an attack that is negotiated, threatened, tried in court or denied is spoken of with
the same nouns as one that happened, so among such words only a finite past form or a consequence counts.
Every distinct text is read once, in columns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ceasefire.text.lexicon import Mask, has, normal, sentences, stems
from ceasefire.text.sea import sea_acts, ships_only, without_boats

Texts = npt.NDArray[np.object_]

FAMILIES = ("energy", "transport", "water", "communications", "civilian", "military", "industry")
"""Which family of objects a sentence is filed under when it names several: what a provision may protect first."""
AIR = ("attack.air.missile", "attack.air.drone", "attack.air.bomb")


@dataclass(frozen=True)
class Labels:
    """What the words of n texts say; every array has shape (n,)."""

    act: Texts
    """Act class; empty where no act is reported."""
    object_class: Texts
    """Object class; empty where none is named. Set without an act where an object is only spoken of."""
    effect: Texts
    """Effect; empty where none is told."""
    alternatives: Texts
    """Tuples of explanations left open."""
    denied: Mask
    """Whether the sentence denies the act."""
    accused: Texts
    """Party that the words blame, `russia` or `ukraine`; empty where none or both are named as doers."""
    year: npt.NDArray[np.int64]
    """Latest calendar year named in the sentence, 0 where none is."""
    sentence: pa.Array
    """The sentence that the labels were read from, without markup."""
    told: npt.NDArray[np.int64]
    """Number of sentences that tell of an act; more than one in a digest."""


def labels(texts: pa.Array) -> Labels:
    """Read each text once: cut it into sentences, label them, keep the sentence that matters most.

    A sentence with an act on an energy object comes before one with an act on another object, that before an act
    on nothing named, and that before an object only spoken of; then the one that names the object more exactly
    comes before the one that names it less so, then the earlier before the later.

    Parameters
    ----------
    texts
        Distinct strings of shape (n,).

    >>> got = labels(pa.array(["Росіяни вдарили дроном по підстанції в Сумах: пожежа", "Домовились не бити по ТЕЦ"]))
    >>> got.act.tolist(), got.effect.tolist(), got.accused.tolist()
    (['attack.air.drone', ''], ['fire', ''], ['russia', ''])
    >>> got.object_class.tolist()
    ['energy.electricity.grid', 'energy.electricity.generation']
    """
    parts, of = sentences(texts)
    words = normal(parts)
    act, denied = acts(words)
    thing = objects(words)
    effect = effects(words)
    act = _followed(words, act, thing, of)
    energy = np.char.startswith(thing.astype(str), "energy")
    told, attack = act != "", np.char.startswith(act.astype(str), "attack")
    depth = np.char.count(thing.astype(str), ".") * 0.1
    rank = depth + (told & energy) * 8 + (told & (thing != "")) * 4 + attack * 2 + told * 1 + (energy & ~told) * 0.5
    n = len(texts)
    best = np.full(n, -1)
    order = np.lexsort((-np.arange(len(of)), rank))
    best[of[order]] = order
    some = best >= 0
    effect = _borrowed(effect, told, of, best)
    return Labels(
        act=_taken(act, best),
        object_class=_taken(thing, best),
        effect=_taken(effect, best),
        alternatives=_alternatives(words, best),
        denied=np.where(some, denied[best] if len(denied) else False, False).astype(bool),
        accused=_accused(words, best),
        year=_years(words, best),
        sentence=pc.fill_null(parts.take(pa.array(best, mask=~some)), ""),
        told=np.bincount(of[told], minlength=n)[:n],
    )


def objects(words: pa.Array) -> Texts:
    """Name the object class of each sentence in normal form; several of one family give the class above them.

    Where troops and positions are spoken of, the objects around them tell where the front is, not what was hit.

    >>> objects(normal(pa.array(["НПЗ і нафтобаза", "лікарня поруч з ТЕЦ", "позиції біля шахти"]))).tolist()
    ['energy.oil', 'energy.electricity.generation', 'military']
    """
    words = ships_only(words)
    names = list(stems("objects"))
    bits = np.zeros(len(words), dtype=np.int64)
    for bit, name in enumerate(names):
        bits |= has(words, *stems("objects")[name]).astype(np.int64) << bit
    front = has(words, *stems("words")["frontline"])
    bits[front & (bits > 0)] = 1 << names.index("military")
    distinct, back = np.unique(bits, return_inverse=True)
    found = [_deepest([c for bit, c in enumerate(names) if (int(b) >> bit) & 1]) for b in distinct]
    return np.asarray(found, dtype=object)[back] if len(back) else np.empty(0, dtype=object)


def acts(words: pa.Array) -> tuple[Texts, Mask]:
    """Name the act of each sentence in normal form, and tell which sentences deny it.

    Returns
    -------
    Act classes of shape (n,), empty where nothing is said to have happened, and a mask of shape (n,).

    >>> acts(normal(pa.array(["ППО збила 46 БпЛА", "У місті тривога", "Без світла 3000 абонентів"])))[0].tolist()
    ['interception', 'alert', 'outage']
    """
    w = stems("words")
    saw = {name: has(words, *w[name]) for name in w if name != "traps"}
    event = saw["event"]
    unreal = saw["unreal"] | saw["accident"]
    blamed = has(words, *(s for found in stems("agents").values() for s in found))
    force = saw["violence"] | (saw["harm"] & blamed & ~saw["schedule"])
    real = force & (event | ~saw["talk"]) & ~unreal
    only_downed = saw["downed"] & ~saw["impact"]
    act = np.full(len(words), "", dtype=object)
    fire, outage = (has(words, *stems("effects")[e]) for e in ("fire", "outage"))
    act[saw["alert"] & ~unreal] = "alert"
    act[fire & ~unreal & ~saw["talk"]] = "fire"
    act[outage & ~saw["schedule"] & ~unreal & (event | ~saw["talk"])] = "outage"
    means = _means(words)
    act[real] = means[real]
    act[real & only_downed] = "interception"
    act[saw["downed"] & ~saw["violence"] & ~unreal & (event | ~saw["talk"])] = "interception"
    act = sea_acts(words, act, told=event | ~saw["talk"], unreal=unreal)
    denied = saw["denial"] & ~saw["counter"]
    return act, denied


def effects(words: pa.Array) -> Texts:
    """Name the effect of each sentence in normal form, in the lexicon's order of preference."""
    out = np.full(len(words), "", dtype=object)
    downed = has(words, *stems("words")["downed"])
    out[downed] = "intercepted"
    for name in reversed(stems("effects")):
        found = has(words, *stems("effects")[name])
        weak = downed & ~has(words, *stems("words")["impact"]) if name == "damage" else np.zeros(len(out), dtype=bool)
        out[found & ~weak & ((out == "") | (out == "intercepted") | (name != "none"))] = name
    return out


def labels_of(column: pa.ChunkedArray | pa.Array) -> tuple[Labels, npt.NDArray[np.int64]]:
    """Label the distinct texts of a column; gives the labels and, for each row, which of them is its own.

    >>> got, code = labels_of(pa.array(["Удар по ТЕЦ", "", "Удар по ТЕЦ"]))
    >>> got.act[code].tolist()
    ['attack', '', 'attack']
    """
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    encoded = whole.dictionary_encode()
    return labels(encoded.dictionary), np.asarray(encoded.indices.to_numpy(), dtype=np.int64)


def _deepest(classes: list[str]) -> str:
    family = next((f for f in FAMILIES if any(c == f or c.startswith(f + ".") for c in classes)), "")
    own = [c for c in classes if c == family or c.startswith(family + ".")]
    if "energy.nuclear" in own:
        own = [c for c in own if c != "energy.oil.storage"]
    if {"transport.port", "transport.vessel"} <= set(own):  # a ship hit in a port: the ship is what is protected at sea
        own = [c for c in own if c != "transport.port"]
    leaves = [c for c in own if not any(o.startswith(c + ".") for o in own)]
    if not leaves:
        return ""
    shared = leaves[0].split(".")
    for leaf in leaves[1:]:
        parts = leaf.split(".")
        shared = [a for i, a in enumerate(shared) if parts[: i + 1] == shared[: i + 1]]
    return ".".join(shared)


def _means(words: pa.Array) -> Texts:
    bare = without_boats(words)
    saw = {name: has(bare if name in AIR else words, *found) for name, found in stems("acts").items()}
    air = np.sum([saw[a] for a in AIR], axis=0)
    shelled = saw["attack.shelling"]
    out = np.full(len(words), "attack", dtype=object)
    out[has(words, "обстріл", "обстрел", "обстріля", "обстреля", "shell(ed|ing)")] = "attack.shelling"
    for name in ("attack.naval", "attack.ground", "attack.sabotage", "attack.cyber", "attack.shelling"):
        out[saw[name]] = name
    for name in AIR:
        out[saw[name] & (air == 1) & ~shelled] = name
    out[(air > 1) & ~shelled] = "attack.air"
    out[(air > 0) & shelled] = "attack"
    return out


def _taken(values: Texts, best: npt.NDArray[np.int64]) -> Texts:
    out = np.full(len(best), "", dtype=object)
    out[best >= 0] = values[best[best >= 0]]
    return out


def _borrowed(effect: Texts, told: Mask, of: npt.NDArray[np.int64], best: npt.NDArray[np.int64]) -> Texts:
    """Let the chosen sentence have the first effect of another sentence of its text that also tells of an act."""
    out = effect.copy()
    for i in np.flatnonzero(told & (effect != ""))[::-1]:
        chosen = best[of[i]]
        if told[chosen] and effect[chosen] == "":
            out[chosen] = effect[i]
    return out


def _followed(words: pa.Array, act: Texts, thing: Texts, of: npt.NDArray[np.int64]) -> Texts:
    """Give a sentence that tells only of damage to something the attack that another sentence of its text tells of."""
    w = stems("words")
    hurt = has(words, *w["harm"]) & ~has(words, *w["unreal"], *w["talk"], *w["schedule"], *w["accident"])
    attack = {}
    for i in np.flatnonzero([a.startswith("attack") for a in act])[::-1].tolist():
        attack[int(of[i])] = act[i]
    out = act.copy()
    for i in np.flatnonzero(hurt & (act == "") & (thing != "")).tolist():
        out[i] = attack.get(int(of[i]), "")
    return out


def _alternatives(words: pa.Array, best: npt.NDArray[np.int64]) -> Texts:
    out = np.empty(len(best), dtype=object)
    out[:] = [()] * len(best)
    for name, found in stems("alternatives").items():
        mask = has(words, *found)
        for i in np.flatnonzero((best >= 0) & (mask[best] if len(mask) else False)):
            out[i] = (*out[i], name)
    return out


def _accused(words: pa.Array, best: npt.NDArray[np.int64]) -> Texts:
    by = {party: has(words, *found) for party, found in stems("agents").items()}
    named = np.full(len(words), "", dtype=object)
    named[by["russia"] & ~by["ukraine"]] = "russia"
    named[by["ukraine"] & ~by["russia"]] = "ukraine"
    return _taken(named, best)


def _years(words: pa.Array, best: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    latest = np.zeros(len(words), dtype=np.int64)
    for i in np.flatnonzero(has(words, "(19[5-9]|20[0-4])[0-9] ")):
        latest[i] = max(int(w) for w in words[int(i)].as_py().split() if w.isdecimal() and 1950 <= int(w) < 2050)
    out = np.zeros(len(best), dtype=np.int64)
    out[best >= 0] = latest[best[best >= 0]]
    return out
