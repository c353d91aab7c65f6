"""Who is meant: from the words of a source to public speakers, through pronouns, pairs and bare titles.

Why rules of salience and no model: each resolution can be told in one sentence ("he: subject of the sentence before"),
and what cannot be resolved stays unresolved instead of being given to the last name.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ceasefire.text.agents import (
    AGENT,
    BODY_NAME,
    GIVEN,
    PERSON,
    STATES,
    head_of,
    is_person,
    leads,
    named_in,
    state_of_people,
    tail_kept,
)
from ceasefire.text.attribution.quotes import quotes
from ceasefire.text.attribution.spans import Span
from ceasefire.text.named_sources import bodies_at_end, joined, owner_of_paper
from ceasefire.text.page import Page
from ceasefire.text.people import ROLES, WOMEN, people
from ceasefire.text.speakers import HE, SHE, Speaker, all_named, speaker

_PAIR = re.compile(
    r"^(?:the |these |both |two )*(?:two |both )?(?:leaders|presidents|pair|men|statesmen|counterparts|duo)$"
    r"|^both$|^the two$",
    re.IGNORECASE,
)
_SIDES = re.compile(r"^(?:the |both |two )*(?:sides|countries|parties|nations|capitals)$", re.IGNORECASE)
_DESCRIBED = {"alliance": "NATO", "bloc": "European Union", "watchdog": "IAEA"}
_PLAN = re.compile(
    r"^(?:the|that|this|its|their|his) (?:[\w.-]+ )*(?:proposals?|plan|deal|draft|initiative)$", re.IGNORECASE
)
_OF_PLAN = re.compile(
    r"(?:[A-Z][\w.]*)(?: [A-Z][\w.]*)?(?:['’]s)?(?:[ -](?:backed|led|proposed|drafted|"
    r"brokered))?(?: [\w-]+){0,2} (?:proposals?|plan|draft|initiative)\b"
)
_FORMER = re.compile(r"\b(?:former|then|ex|late)[ -]$", re.IGNORECASE)
_ROLE = re.compile(rf"^(?:{ROLES})$", re.IGNORECASE)
_SOME = re.compile(r"(?:some|many|most|few|several|other|ordinary|young|\d[\d.,]*%?) ", re.IGNORECASE)
_STATE = re.compile(
    r"[Tt]he (?:\w+ )?(?:Republic|Kingdom|State|Government|Federation|Union) of (?:the )?([A-Z]\w+(?: [A-Z]\w+)?)$"
)
_RELATIVE = ("who", "which", "that", "whom", "whose")
_INDEFINITE = ("many", "some", "most", "few", "several", "others", "many others", "some others", "very few")
"""Words for more than one that nothing else names: they speak as what they are."""
_SAME = ("himself", "herself", "itself", "themselves")


@dataclass(frozen=True)
class Mention:
    """A known speaker where it is named."""

    at: int
    stop: int
    who: Speaker
    subject: bool
    sentence: int


@dataclass
class Mentions:
    """All known speakers a text names, in order, and what follows for those who are not named."""

    page: Page
    outlet: str = ""
    more: Mapping[str, Any] | None = None
    latest: list[Mention] = field(default_factory=list)
    reported: list[tuple[Span, Speaker]] = field(default_factory=list)
    """What was said already, and by whom: who is named in it is seldom who speaks next."""
    quoted: list[Span] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)
    _women: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.quoted = [(q.begin, q.stop) for q in quotes(self.page.text, self.page.spans)]
        self._starts = [span[0] for span, _ in self.page.sentences()]
        own = people(self.page)
        self._women = own.women
        listed = [(at, who) for at, who in all_named(self.page.text) if not _FORMER.search(self.page.text[:at][-12:])]
        for at, who in sorted([*listed, *((at, who) for at, _, who in own.found)], key=lambda one: one[0]):
            words = self.page.words(at, at + 1)
            if not words:
                continue
            head = head_of(words[0])
            held = head.dep_ in ("poss",) or words[0].dep_ == "poss"
            subject = head.dep_ in ("nsubj", "nsubjpass", "attr") and not held
            self.latest.append(Mention(at, self.page.behind(head), who, subject, self.sentence(at)))

    def sentence(self, at: int) -> int:
        """Give the number of the sentence that a character stands in."""
        return bisect_right(self._starts, at) - 1

    def resolve(self, source: Span, *, outer: Iterable[Speaker] = ()) -> list[Speaker]:
        """Name the speakers that the words of a source mean; none where nobody can be told.

        Parameters
        ----------
        source
            Characters of the source.
        outer
            Speakers of the statement that the source stands in: "I" and "he" within it are theirs.
        """
        words = re.sub(r"\s+", " ", self.page.text[slice(*source)]).strip(" ,.;:\"'“”‘’")
        low = words.lower()
        said = list(outer)
        if low in ("i", "we", "me", "my", "our", "us", "myself") and words != "US":
            return said
        if low in _SAME:
            return said
        if low in (*HE, *SHE):
            return self._he(source[0], said, woman=low in SHE)
        if low in ("it", "its"):
            return self._it(source[0], said)
        if low in ("they", "them", "their"):
            return self._they(source[0], said)
        if low in (*_INDEFINITE, *_RELATIVE):
            return [Speaker(low, known=False)] if low in _INDEFINITE else self._before(source[0])
        if _PAIR.match(low):
            return self._pair(source[0], person=True)
        if _SIDES.match(low):
            return self._pair(source[0], person=False)
        if low.split()[-1:] and low.split()[-1] in _DESCRIBED and not named_in(words):
            return [speaker(_DESCRIBED[low.split()[-1]], more=self.more)]
        if _PLAN.match(low):
            return self._proposer(source[0])
        named = bodies_at_end(self, source) or owner_of_paper(self, source)
        if named:
            return named
        several = joined(self, source)
        if several:
            return several
        return self._by_head(source, words, said)

    def _by_head(self, source: Span, words: str, said: list[Speaker]) -> list[Speaker]:
        """Name a source by the noun that it turns on: a name, a title, or a group that can speak."""
        tokens = self.page.words(*source)
        inner = {w.i for w in tokens}
        head = next((w for w in tokens if w.head.i not in inner or w.head is w), None)
        if head is None:
            return []
        at = self.page.at(head)
        named = next((m for m in self.latest if m.at <= at < m.stop), None)
        if named is not None and head.tag_[:3] == "NNP":
            return [named.who]
        begin = self.page.at(tokens[0])
        stop = self.page.behind(head)
        behind = " ".join(w.text for w in tokens if w.i > head.i)
        core = self.page.text[begin:stop]
        owner = next((w for w in tokens if w.dep_ == "poss" and w.head is head), None)
        if owner is not None:
            held = self.resolve(self.page.span([w for w in owner.subtree if w.tag_ != "POS"]), outer=said)
            whole = speaker(core, more=self.more)
            if whole.known:
                return [whole]
            if not held:
                return []
            if AGENT.search(head.text):
                return [Speaker(f"{head.lower_} of {held[0].name}", party=held[0].party, known=False)]
            return []
        if (
            (_ROLE.match(head.text) or _ROLE.match(core.split()[-1]))
            and tokens[0].lower_ not in ("a", "an", "one", "another")
            and not named_in(core)
        ):
            return self._titled(source[0], core.lower()) or self._he(source[0], [], woman=None)
        if nation := state_of_people(head.text):
            return [Speaker(head.text, party=nation, known=False)] if _SOME.match(core) else [speaker(nation)]
        if formal := _STATE.match(words):
            return [speaker(formal[1], more=self.more)]
        who = speaker(core, more=self.more)
        if who.known or AGENT.search(head.text):
            return [tail_kept(who, behind)] if who.name else []
        if head.tag_[:3] == "NNP" and BODY_NAME.search(core):
            return [Speaker(re.sub(r"^[Tt]he ", "", core), known=False)]
        return (
            [Speaker("a named person", office=PERSON, known=False)]
            if head.tag_ == "NNP" and GIVEN.fullmatch(re.sub(r"^The ", "", core))
            else []
        )

    def _he(self, at: int, said: list[Speaker], *, woman: bool | None) -> list[Speaker]:
        if said and all(is_person(s) for s in said) and self._may_be(said[0], woman):
            return said[:1]
        here = self.sentence(at)
        best: tuple[float, Mention] | None = None
        for m in self.latest:
            if m.at >= at or here - m.sentence > 4 or not is_person(m.who) or not self._may_be(m.who, woman):
                continue
            score = -3.0 * (here - m.sentence) + 2.5 * m.subject + m.at / 1e7
            apart = [*self.quoted, *(span for span, _ in self.reported)]
            score -= 8.0 * any(a <= m.at < b and not a <= at < b for a, b in apart)
            if best is None or score > best[0]:
                best = (score, m)
        told = [
            (here - self.sentence(b - 1), who)
            for (_, b), who in self.reported
            if b <= at + 2 and is_person(who) and self._may_be(who, woman)
        ]
        if told and told[-1][0] <= 4 and (best is None or -3.0 * told[-1][0] + 2.0 > best[0]):
            return [told[-1][1]]
        return [best[1].who] if best else []

    def _may_be(self, who: Speaker, woman: bool | None) -> bool:
        """Tell whether "she" or "he" can mean a person, as far as names and titles tell."""
        if woman is None:
            return True
        told = who.name in self._women or who.name.split()[0].lower() in WOMEN
        return told or not who.known if woman else not told

    def _it(self, at: int, said: list[Speaker]) -> list[Speaker]:
        if said and not is_person(said[0]):
            return said[:1]
        here = self.sentence(at)
        near = [m for m in self.latest if m.at < at and here - m.sentence <= 3 and not is_person(m.who)]
        near.sort(key=lambda m: (-3.0 * (here - m.sentence) + 4.0 * m.subject, m.at))
        return [near[-1].who] if near else []

    def _they(self, at: int, said: list[Speaker]) -> list[Speaker]:
        here = self.sentence(at)
        pairs = [m for m in self._groups if m[0] < at and here - self.sentence(m[0]) <= 1]
        if pairs:
            return self.resolve(pairs[-1])
        near = [m for m in self.latest if here - m.sentence == 1 and m.subject]
        people = list(dict.fromkeys(m.who for m in near if is_person(m.who)))
        if len(people) == 2:
            return people
        return said[:1]

    @property
    def _groups(self) -> list[Span]:
        if not hasattr(self, "_found"):
            pattern = (
                r"\b(?:the two leaders|both leaders|the leaders|the pair|the two presidents|both presidents|both men)\b"
            )
            self._found = [m.span() for m in re.finditer(pattern, self.page.text, re.IGNORECASE)]
        return self._found

    def _before(self, at: int) -> list[Speaker]:
        """Name whom a relative pronoun continues: the known speaker that ends just before it."""
        near = [m for m in self.latest if m.at < at]
        if near and re.fullmatch(r"[\s,]*", self.page.text[near[-1].stop : at]):
            return [near[-1].who]
        return []

    def _pair(self, at: int, *, person: bool) -> list[Speaker]:
        """Name the two that were named last, of different sides."""

        def wanted(who: Speaker) -> bool:
            return (is_person(who) and leads(who)) if person else (not is_person(who) and who.name in STATES)

        out: list[Speaker] = []
        before = [m for m in self.latest if m.at < at][::-1]
        for m in [*before, *(m for m in self.latest if m.at >= at)]:
            if wanted(m.who) and all(m.who.party != o.party for o in out):
                out.append(m.who)
            if len(out) == 2:
                return sorted(out, key=lambda s: s.name)
        return []

    def _proposer(self, at: int) -> list[Speaker]:
        """Name whose proposal is meant: the party named last before "proposal" or "plan"."""
        for m in [m for m in self.latest if m.at < at and m.who.party and not is_person(m.who)][::-1]:
            if _OF_PLAN.match(self.page.text[m.at : m.at + 90]):
                return [m.who]
        return []

    def _titled(self, at: int, low: str) -> list[Speaker]:
        title = re.sub(r"spokes(?:man|woman|person)", "spokes", low.rsplit(maxsplit=1)[-1])
        for m in [m for m in self.latest if m.at < at][::-1]:
            office = m.who.office.lower()
            if is_person(m.who) and (title in office or (title == "leader" and leads(m.who))):
                return [m.who]
        return []
