"""Which words attribute, in all their forms, and what each takes as its content.

Why a lexicon and no trained model: whoever is quoted can be shown the word that made it a quotation, and a wrong
word can be struck out. `cues.toml` holds the words; nothing in it has a weight.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_WORD = re.compile("[a-z]+")
IRREGULAR = {
    "say": "said", "tell": "told", "write": "wrote written", "think": "thought", "know": "knew known",
    "see": "saw seen", "find": "found", "feel": "felt", "hear": "heard", "understand": "understood",
    "show": "showed shown", "swear": "swore sworn", "speak": "spoke spoken", "forecast": "forecast",
    "foresee": "foresaw foreseen", "seek": "sought", "cast": "cast", "hold": "held", "beg": "begged begging",
    "learn": "learned learnt", "dream": "dreamed dreamt", "spell": "spelled spelt", "rip": "ripped ripping",
    "slam": "slammed slamming", "knock": "knocked", "pan": "panned panning", "quip": "quipped quipping",
    "snap": "snapped snapping", "admit": "admitted admitting", "refer": "referred referring",
    "infer": "inferred inferring", "prefer": "preferred preferring", "regret": "regretted regretting",
    "rebut": "rebutted rebutting", "concur": "concurred concurring", "plan": "planned planning",
    "lie": "lied lying", "hop": "hoped hoping", "ban": "banned banning", "commit": "committed committing",
    "rebuff": "rebuffed", "tweet": "tweeted", "blog": "blogged blogging", "brag": "bragged bragging",
    "dub": "dubbed dubbing", "chat": "chatted chatting", "opt": "opted", "bet": "bet betting", "shrug": "shrugged",
}  # fmt: skip
"""Forms other than the rules of spelling give. "hop" is what some tools make of "hoped"; it stands for "hope"."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All cue words; verbs and nouns by form, in lower case."""

    verbs: dict[str, frozenset[str]]
    """Form of a verb to what it takes."""
    passives: frozenset[str]
    """Participles that attribute though nobody is named."""
    noun_clause: frozenset[str]
    noun_infinitive: frozenset[str]
    noun_preposition: dict[str, frozenset[str]]
    adjective_clause: frozenset[str]
    adjective_infinitive: frozenset[str]
    adjective_preposition: dict[str, frozenset[str]]
    impersonal: frozenset[str]
    adverbs: frozenset[str]
    phrases: tuple[tuple[str, ...], ...]
    every: frozenset[str]
    """All words above, of a phrase the first."""
    alone: frozenset[str]
    """Words that attribute by themselves: all but the first words of phrases."""

    def attributes(self, text: str) -> bool:
        """Whether a text has a word or a phrase that can attribute; without one it attributes nothing."""
        words = _WORD.findall(text.lower())
        if not self.alone.isdisjoint(words):
            return True
        line = f" {' '.join(words)} "
        return any(f" {' '.join(phrase)} " in line for phrase in self.phrases)

    def cues(self, doc: Doc) -> list[Token]:
        """Give the words of a parsed paragraph that can attribute; the others are never touched, which saves time."""
        return words_with(doc, "LOWER", self.every)


def forms(verb: str) -> tuple[str, ...]:
    """Give the forms of an English verb.

    >>> forms("deny"), forms("say"), forms("agree")[2:]
    (('deny', 'denies', 'denying', 'denied'), ('say', 'says', 'saying', 'said'), ('agreeing', 'agreed'))
    """
    consonant_y = re.search("[^aeiou]y$", verb)
    third = verb[:-1] + "ies" if consonant_y else verb + ("es" if re.search("(s|x|z|ch|sh|o)$", verb) else "s")
    stem = verb[:-1] if verb.endswith("e") and not verb.endswith("ee") else verb
    irregular = IRREGULAR.get(verb, "").split()
    gerund = [] if any(form.endswith("ing") for form in irregular) else [stem + "ing"]
    past = [] if irregular else [verb[:-1] + "ied" if consonant_y else verb + "d" if verb[-1] == "e" else verb + "ed"]
    return tuple(dict.fromkeys([verb, third, *gerund, *past, *irregular]))


@cache
def lexicon() -> Lexicon:
    """Read the cue words once per process."""
    path = resources.files("ceasefire.text.attribution") / "cues.toml"
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    verbs: dict[str, set[str]] = {}
    for group in raw["verbs"]:
        for word in group["words"].split():
            for form in forms(word):
                verbs.setdefault(form, set()).update(group["takes"].split())
    nouns, adjectives = raw["nouns"], raw["adjectives"]
    parts: dict[str, Any] = {
        "verbs": {form: frozenset(takes) for form, takes in verbs.items()},
        "passives": frozenset(form for word in raw["passives"]["words"].split() for form in forms(word)),
        "noun_clause": _plurals(nouns["clause"]),
        "noun_infinitive": _plurals(nouns["infinitive"]),
        "noun_preposition": _pairs(nouns["preposition"], plural=True),
        "adjective_clause": frozenset(adjectives["clause"].split()),
        "adjective_infinitive": frozenset(adjectives["infinitive"].split()),
        "adjective_preposition": _pairs(adjectives["preposition"], plural=False),
        "impersonal": frozenset(adjectives["impersonal"].split()),
        "adverbs": frozenset(raw["adverbs"]["words"].split()),
    }
    phrases = tuple(tuple(phrase.split()) for phrase in raw["phrases"]["words"].split(" | "))
    alone = frozenset(word for words in parts.values() for word in words)
    return Lexicon(**parts, phrases=phrases, every=alone | {phrase[0] for phrase in phrases}, alone=alone)


def words_with(doc: Doc, attribute: str, values: frozenset[str]) -> list[Token]:
    """Give the words of a parsed paragraph whose attribute ("LOWER", "TAG") is one of some values."""
    keys = _keys(values)
    return [doc[i] for i, key in enumerate(doc.to_array(attribute).tolist()) if key in keys]


@cache
def _keys(words: frozenset[str]) -> frozenset[int]:
    """The parser's numbers of some words."""
    from spacy.strings import get_string_id

    return frozenset(get_string_id(word) for word in words)


def _plurals(words: str) -> frozenset[str]:
    return frozenset(form for word in words.split() for form in forms(word)[:2])


def _pairs(lines: str, *, plural: bool) -> dict[str, frozenset[str]]:
    pairs: dict[str, set[str]] = {}
    for pair in re.split(r" \| |\n", lines.strip()):
        word, preposition = pair.split()
        for form in forms(word)[:2] if plural else (word,):
            pairs.setdefault(form, set()).add(preposition)
    return {word: frozenset(prepositions) for word, prepositions in pairs.items()}
