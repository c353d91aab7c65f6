"""Attributions without a cue verb: nouns, adjectives, adverbs and fixed phrases.

"The claim that ...", "his call for ...", "is confident that ...", "reportedly", "according to ...": a third of what
a monitor reads is attributed this way or by verbs without quotation marks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ceasefire.text.attribution.lexicon import Lexicon
from ceasefire.text.attribution.verbs import Found, branch, noun_phrase, subject_of

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token


def by_others(doc: Doc, lexicon: Lexicon) -> Iterator[Found]:
    """Find the attributions by nouns, adjectives, adverbs and phrases, in the order of their cues."""
    for token in lexicon.cues(doc):
        word = token.lower_
        tag = token.tag_
        found: Found | None = None
        if word in ("according", "per", "in"):
            found = _phrase(token, lexicon)
        elif tag in ("NN", "NNS"):
            found = _noun(token, lexicon)
        elif tag == "JJ":
            found = _adjective(token, lexicon)
        elif word in lexicon.adverbs:
            found = _adverb(token)
        if found is not None:
            found.noun = True
            found.content -= found.source | set(found.cue)
            if found.content:
                yield found


def _phrase(token: Token, lexicon: Lexicon) -> Found | None:
    doc = token.doc
    for phrase in lexicon.phrases:
        stop = token.i + len(phrase)
        if tuple(t.lower_ for t in doc[token.i : stop]) != phrase or stop >= len(doc):
            continue
        source = next((c for c in doc[stop - 1].children if c.dep_ == "pobj"), None)
        if source is None:
            return None
        found = Found(cue=list(range(token.i, stop)), source=noun_phrase(source))
        found.content = clause_without(token, found.source | set(found.cue))
        return found
    return None


def clause_without(token: Token, own: set[int]) -> set[int]:
    """Give the sentence that a phrase belongs to, without the phrase and without what is joined on by "but"."""
    doc, sentence = token.doc, token.sent
    first, last = min(own), max(own)
    begin, stop = sentence.start, sentence.end
    if first > sentence.start + 1:
        for i in range(last + 1, sentence.end - 1):
            joined = doc[i].text == "," and doc[i + 1].tag_ == "CC"
            if joined or doc[i].text in (";", "—", "–") or (doc[i].text == "," and doc[i + 1].lower_ == "which"):
                stop = i
                break
        else:
            if doc[last + 1 : last + 2].text != ",":
                stop = first if last + 1 >= sentence.end - 1 else sentence.end
    return set(range(begin, stop)) - own


def _noun(noun: Token, lexicon: Lexicon) -> Found | None:
    word = noun.lower_
    content: set[int] = set()
    cue = [noun.i]
    possessor = next((c for c in noun.children if c.dep_ == "poss"), None)
    source = _possessor(possessor) if possessor is not None else set()
    for child in noun.children:
        if child.i < noun.i:
            continue
        if (child.dep_ in ("acl", "ccomp", "relcl") and word in lexicon.noun_clause and _that(child)) or (
            child.dep_ in ("acl", "xcomp") and word in lexicon.noun_infinitive and _infinitive(child) and source
        ):
            content |= branch(child)
        elif child.dep_ == "prep" and child.lower_ in lexicon.noun_preposition.get(word, ()):
            content |= branch(child) - {child.i}
            if child.i == cue[-1] + 1:
                cue.append(child.i)
    if not content:
        return None
    if not source:
        source = _by(noun)
    if not source and noun.dep_ == "dobj" and noun.head.tag_[:2] == "VB":
        subject = subject_of(noun.head)
        if subject is not None:
            source = noun_phrase(subject)
            cue = [*range(noun.head.i, cue[0]), *cue] if cue[0] - noun.head.i < 5 else cue
    return Found(cue=cue, source=source, content=content)


def _by(noun: Token) -> set[int]:
    """The source behind the noun: "criticism from the mediators"."""
    for child in noun.children:
        if child.dep_ == "prep" and child.lower_ in ("by", "from", "among") and child.i > noun.i:
            for deep in child.children:
                if deep.dep_ == "pobj":
                    return noun_phrase(deep)
    return set()


def _possessor(token: Token) -> set[int]:
    return {i for i in branch(token) if token.doc[i].tag_ != "POS"}


def _that(child: Token) -> bool:
    return any(c.dep_ == "mark" and c.lower_ == "that" for c in child.children)


def _infinitive(child: Token) -> bool:
    return any(c.dep_ == "aux" and c.tag_ == "TO" for c in child.children)


def _adjective(adjective: Token, lexicon: Lexicon) -> Found | None:
    word = adjective.lower_
    if adjective.dep_ not in ("acomp", "oprd", "advcl", "conj", "ccomp", "amod"):
        return None
    found = Found(cue=[adjective.i])
    for child in adjective.children:
        if child.i < adjective.i:
            continue
        if (child.dep_ in ("ccomp", "advcl") and word in lexicon.adjective_clause) or (
            child.dep_ == "xcomp" and word in lexicon.adjective_infinitive
        ):
            found.content |= branch(child)
        elif child.dep_ == "prep" and child.lower_ in lexicon.adjective_preposition.get(word, ()):
            found.content |= branch(child) - {child.i}
            if child.i == found.cue[-1] + 1:
                found.cue.append(child.i)
    if not found.content:
        return None
    verb = adjective.head
    subject = subject_of(verb) if verb.tag_[:2] == "VB" else (verb if adjective.dep_ == "amod" else None)
    if subject is not None:
        found.source = noun_phrase(subject) if adjective.dep_ != "amod" else set()
        if verb.tag_[:2] == "VB" and 0 < adjective.i - verb.i < 4 and subject.i < verb.i:
            found.cue = [*range(verb.i, adjective.i), *found.cue]
    return found


def _adverb(token: Token) -> Found | None:
    verb = token.head
    if verb.tag_[:2] != "VB":
        return None
    return Found(cue=[token.i], content=branch(verb))
