"""Attributions by verbs: their subject is the source, what they take is the content.

Why grammar and not word order: "the sides, the mediator said, had agreed" and "said the mediator" have the same two
dependencies. Where the parser loses the clause (a quotation of three sentences before "he said"), the punctuation
decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ceasefire.text.attribution.lexicon import Lexicon

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

SUBJECTS = ("nsubj", "nsubjpass", "csubj", "csubjpass")
MARKS = frozenset("\"“”«»„'‘’`") | {"''", "``"}
RELATIVE = frozenset(("who", "which", "that", "whom"))


@dataclass(slots=True)
class Found:
    """One attribution in words of one parsed paragraph; sets of word numbers."""

    cue: list[int]
    source: set[int] = field(default_factory=set)
    content: set[int] = field(default_factory=set)
    noun: bool = False
    speech: bool = False
    """Whether the cue takes a clause: a quotation that follows may belong to it."""
    awaits: bool = False
    """Whether a colon ends its sentence or comes right behind it: a quotation will follow."""


def by_verbs(doc: Doc, lexicon: Lexicon) -> Iterator[Found]:
    """Find the attributions by verbs of a parsed paragraph, in the order of their cues."""
    for token in lexicon.cues(doc):
        if token.tag_[:2] != "VB" or token.dep_ in ("aux", "auxpass"):
            continue
        takes = lexicon.verbs.get(token.lower_)
        if takes is None:
            continue
        found = _passive(token, takes, lexicon) if is_passive(token) else _active(token, takes)
        if found is not None and (found.content or found.awaits):
            yield found


def is_passive(verb: Token) -> bool:
    """Whether a verb is a passive participle, with or without its auxiliary."""
    if verb.tag_ not in ("VBN", "VBD"):
        return False
    deps = {child.dep_ for child in verb.children}
    return "auxpass" in deps or "nsubjpass" in deps or (verb.tag_ == "VBN" and verb.dep_ == "acl" and "aux" not in deps)


def _active(verb: Token, takes: frozenset[str]) -> Found | None:
    subject = subject_of(verb)
    found = Found(cue=cue_words(verb), speech="clause" in takes)
    found.source = noun_phrase(subject) if subject is not None else set()
    addressed = "addressee" in takes and any(c.dep_ in ("ccomp", "xcomp", "prep") for c in verb.children)
    for child in verb.children:
        if _is_content(child, verb, takes, addressed=addressed):
            found.content |= _content_of(child, verb, found)
    if not found.content and "clause" in takes:
        found.content = behind_as(verb, found) or before_comma(verb, found)
    if "clause" in takes and found.content:
        _front(verb, found)
    if found.content:
        _tail(verb, found)
    found.awaits = _awaits(verb)
    found.content -= found.source
    found.content -= set(found.cue)
    return found


def _is_content(child: Token, verb: Token, takes: frozenset[str], *, addressed: bool) -> bool:
    dep = child.dep_
    if dep == "ccomp" or (dep in ("parataxis", "dep", "advcl") and _quoted(child)):
        infinitive = any(c.dep_ == "aux" and c.tag_ == "TO" for c in child.children)
        return (
            "clause" in takes
            or _quoted(child)
            or (infinitive and "infinitive" in takes)
            or ("object" in takes and child.i > verb.i)
        )
    if dep == "xcomp":
        return "infinitive" in takes if child.tag_ == "VB" else bool(takes & {"gerund", "object", "as", "clause"})
    if dep in ("dobj", "oprd", "attr"):
        if dep == "dobj" and addressed:
            return "object" in takes and any(c.dep_ == "xcomp" for c in verb.children)
        return "object" in takes or _quoted(child)
    if dep == "acomp":
        return "clause" in takes or "object" in takes
    if dep == "prep":
        return child.lower_ in takes and child.i > verb.i
    if dep == "advcl":
        return (
            "clause" in takes
            and any(c.lower_ in ("whether", "if") and c.dep_ == "mark" for c in child.children)
            and ("if" in takes or any(c.lower_ == "whether" for c in child.children))
        )
    return False


def _content_of(child: Token, verb: Token, found: Found) -> set[int]:
    words = branch(child)
    if child.dep_ == "prep" and child.i == found.cue[-1] + 1:
        found.cue.append(child.i)
    if verb.i in words:
        words -= {t.i for t in verb.subtree} - {t.i for t in child.subtree}
    return words


def _quoted(token: Token) -> bool:
    begin = token.left_edge.i
    return token.doc[begin].text in MARKS or (begin > 0 and token.doc[begin - 1].text in MARKS)


def _passive(verb: Token, takes: frozenset[str], lexicon: Lexicon) -> Found | None:
    agent = next((c for c in verb.children if c.dep_ == "agent"), None)
    if agent is None and verb.lower_ not in lexicon.passives:
        return None
    if agent is None and verb.dep_ == "acl" and not any(c.dep_ in ("xcomp", "oprd", "prep") for c in verb.children):
        return None
    found = Found(cue=cue_words(verb), speech="clause" in takes)
    if agent is not None:
        for child in agent.children:
            if child.dep_ == "pobj":
                found.source = noun_phrase(child)
    rest = False
    for child in verb.children:
        if child.dep_ in ("xcomp", "ccomp", "oprd", "dobj") or (child.dep_ == "prep" and child.lower_ in takes):
            found.content |= _content_of(child, verb, found)
            rest = True
    subject = subject_of(verb)
    if subject is not None and "addressee" not in takes and subject.lower_ not in ("it", "there"):
        found.content |= noun_phrase(subject)
    if agent is None and not rest and "object" not in takes:
        return None
    found.content -= found.source
    found.content -= set(found.cue)
    return found


def subject_of(verb: Token) -> Token | None:
    """Give the word that does what the verb says, looking up through what verbs share."""
    seen = verb
    for _ in range(8):
        for child in seen.children:
            if child.dep_ in SUBJECTS and (child.dep_ != "nsubjpass" or seen is verb or seen.tag_ == "VBN"):
                return child
        head, dep = seen.head, seen.dep_
        if head is seen:
            return None
        if dep in ("acl", "relcl"):
            return head if head.tag_[:2] != "VB" else None
        if dep == "xcomp":
            controller = next((c for c in head.children if c.dep_ in ("dobj", "dative")), None)
            if controller is not None and controller.i < seen.i and head.lower_ not in ("promised", "vowed"):
                return controller
        if dep in ("prep", "pcomp", "conj", "xcomp", "advcl", "ccomp", "aux", "dep", "parataxis"):
            seen = head
            continue
        return None
    return None


def noun_phrase(noun: Token) -> set[int]:
    """Give the words of a source: its whole noun phrase, without a relative clause behind a comma."""
    words = branch(noun)
    for child in noun.children:
        if child.dep_ in ("relcl", "advcl", "acl", "parataxis") and child.i > noun.i:
            begin = child.left_edge.i
            if noun.doc[begin - 1].text in (",", "-", "—", "–"):
                words -= branch(child)
    if noun.tag_[:2] == "VB":
        return words if len(words) < 12 else set()
    return words


def branch(token: Token) -> set[int]:
    """Give the words from the first to the last that hang on a word."""
    return set(range(token.left_edge.i, token.right_edge.i + 1))


def cue_words(verb: Token) -> list[int]:
    """Give the words of a verbal cue: auxiliaries, negation and adverbs in between, verb, particle."""
    first = verb.i
    helpers = [c.i for c in verb.children if c.i < verb.i and c.dep_ in ("aux", "auxpass", "neg")]
    begin = min(helpers, default=first)
    middle = {t.i for t in verb.doc[begin:first]}
    loose = {i for i in middle if verb.doc[i].dep_ in SUBJECTS or verb.doc[i].tag_ in ("WDT", "WP", ",")}
    subject = [c for c in verb.children if c.dep_ in SUBJECTS and begin < c.i < first]
    if loose or subject:
        begin = first
    while (
        begin > 0
        and verb.doc[begin - 1].dep_ == "advmod"
        and verb.doc[begin - 1].head in (verb,)
        and (verb.doc[begin - 1].tag_ == "RB")
    ):
        begin -= 1
    words = list(range(begin, first + 1))
    following = verb.i + 1
    if following < len(verb.doc) and verb.doc[following].dep_ == "prt" and verb.doc[following].head == verb:
        words.append(following)
    return words


def behind_as(verb: Token, found: Found) -> set[int]:
    """Give the rest of a sentence that opens with "as the ministry reported"."""
    own = found.source | set(found.cue)
    begin, last, doc, end = min(own), max(own), verb.doc, verb.sent.end
    if begin == 0 or doc[begin - 1].lower_ != "as" or begin - 1 > verb.sent.start + 1:
        return set()
    comma = next((i for i in range(last + 1, min(last + 9, end)) if doc[i].text == ","), None)
    return set(range(comma + 1, end)) if comma is not None else set()


def before_comma(verb: Token, found: Found) -> set[int]:
    """Give the rest of the sentence, where the cue follows or interrupts what is said with a comma before it."""
    own = found.source | set(found.cue)
    first, last = min(own), max(own)
    if last - first > 40:
        return set()
    sentence = verb.sent
    before = first - 1
    if before < sentence.start or verb.doc[before].text not in MARKS | {",", "—", "–", "?", "!", "--"}:
        return set()
    words = set(range(sentence.start, first))
    after = last + 1
    if after < sentence.end and verb.doc[after].text == ",":
        words |= set(range(after, sentence.end))
    return words


def _awaits(verb: Token) -> bool:
    """Whether a colon or a comma before a mark of quotation follows a verb in its sentence."""
    doc, end = verb.doc, verb.sent.end
    if (
        verb.i + 1 < end
        and doc[verb.i + 1].text in (":", ",")
        and (verb.i + 2 >= len(doc) or doc[verb.i + 2].text in MARKS)
    ):
        return True
    return doc[end - 1].text == ":"


def _front(verb: Token, found: Found) -> None:
    """Widen what stands before its cue to the beginning of the sentence."""
    own = found.source | set(found.cue)
    first = min(own)
    front = {i for i in found.content if i < first}
    sentence = verb.sent
    if not front or max(front) < first - 3 or verb.dep_ in ("relcl", "acl"):
        return
    if verb.dep_ == "ROOT" or (verb.dep_ == "conj" and min(front) - sentence.start < 4):
        found.content |= set(range(sentence.start, first))


def _tail(verb: Token, found: Found) -> None:
    """Add a quotation that goes on behind a cue in the middle of it."""
    own = found.source | set(found.cue)
    first, last = min(own), max(own)
    doc, end = verb.doc, verb.sent.end
    if not any(i < first for i in found.content) or last + 2 >= end:
        return
    if doc[last + 1].text == "," and doc[last + 2].text in MARKS and not any(i > last for i in found.content):
        found.content |= set(range(last + 2, end))
