"""One article read: its sayings cut into pieces, each with its matter and stance."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ceasefire.text.attribution.parse import Readable
from ceasefire.text.attribution.reading import read as attributed
from ceasefire.text.attribution.spans import Span
from ceasefire.text.commitments import commitments
from ceasefire.text.coreference import Mentions
from ceasefire.text.matter import OPINION, Matter, about_war, matter, names_war, plain
from ceasefire.text.outlet import listed, own_statements
from ceasefire.text.owned import owned
from ceasefire.text.page import Page
from ceasefire.text.sayings import Saying, sayings
from ceasefire.text.set_out import set_out
from ceasefire.text.speakers import Speaker
from ceasefire.text.split import pieces
from ceasefire.text.stance import SAYS, cue_stance, stance

_HEADING = 300
"""Characters of a heading, at most."""
UNRELATED = Matter("unrelated", "")
"""Matter of a claim in a text about something else: it bears on no conflict."""
_CONDITION = re.compile(
    r"(?:on|under) (?:the )?(?:basis|condition)s? that $|provided that $|but only (?:if|when|after) $|but (?=not )",
    re.IGNORECASE,
)
_UNTOLD = re.compile(r"\b(?:not|n['’]t) (?:\w+ ){0,3}(?:verified|confirmed|specified)\b", re.IGNORECASE)
_HELD = re.compile(r"\b(?:support|backing|opposition|objections?|approval|rejection|criticism|praise)\b", re.IGNORECASE)
_CLAUSE = re.compile(r"\b(?:is|are|was|were|will|would|has|have|had|that|to)\b", re.IGNORECASE)
_POINTS_BACK = re.compile(
    r"\b(?:it|this|that|these|those|such|they|them|there are|there is|there were|terms|how|serious)\b"
)


@dataclass(frozen=True)
class Said:
    """One claim before its details."""

    who: Speaker
    content: Span
    cue: Span | None
    source: Span | None
    chain: tuple[str, ...]
    stance: str
    matter: Matter


def read_article(page: Page, *, outlet: str, more: Mapping[str, Any] | None = None) -> list[Said]:
    """Read everything that is claimed on a page.

    Parameters
    ----------
    page
        The parsed text.
    outlet
        Name of the outlet, for its own statements.
    more
        Further speakers, in the form of `speakers.toml`.
    """
    mentions = Mentions(page, outlet=outlet, more=more)
    found = attributed(Readable(page.text, range(len(page.text) + 1)), page.spans, dict(enumerate(page.docs)))
    found = [*found, *commitments(page, found)]
    told = sayings(page, found, mentions)
    told += set_out(page, mentions, told)
    told += owned(page, mentions, told)
    related = _related(page)
    out: list[Said] = []
    for one in sorted(told, key=lambda s: s.content[0]):
        out += _said(page, one, told, related=related)
    out.sort(key=lambda s: s.content)
    for item, at in listed(page, [(one.content, page.text[slice(*one.content)]) for one in out]):
        owner = out[at]
        about = matter(page.text[slice(*item)]) if page.paragraph(item[0]) in related else UNRELATED
        out.append(replace(owner, content=item, stance="demands", matter=about))
    if not related:
        return _once(out)
    taken = [one.content for one in out]
    for content, about, doing in own_statements(page, told):
        if page.paragraph(content[0]) in related and not any(_covers(other, content) for other in taken):
            out.append(Said(Speaker(outlet, known=False), content, None, None, (), doing, about))
    return _in_context(page, _once(out))


def _related(page: Page) -> frozenset[int]:
    """Give the paragraphs that bear on a conflict: all of a text about one, else those that name war themselves."""
    heading = page.text[slice(*page.spans[0])][:_HEADING] if page.spans else ""
    if about_war(page.text) or names_war(heading):
        return frozenset(range(len(page.spans)))
    return frozenset(at for at, (begin, stop) in enumerate(page.spans) if names_war(page.text[begin:stop]))


def _said(page: Page, one: Saying, told: list[Saying], *, related: frozenset[int]) -> list[Said]:
    cue = page.text[slice(*one.cue)]
    out = []
    for begin, stop in (piece for span in _whole_sentences(page, one) for piece in pieces(page, span)):
        words = page.text[begin:stop]
        inner = any(begin <= b.cue[0] < stop and b is not one and b.chain for b in told)
        turn = next((w for (a, b), w in one.turned if begin <= a + 1 and b <= stop + 1), "")
        doing = "asserts" if inner and cue_stance(cue) == SAYS else stance(cue, words)
        if turn and cue_stance(cue) == SAYS:
            doing = stance(turn, words)
        if _UNTOLD.search(words) and not one.direct and cue_stance(cue) == SAYS and len(words) < 90:
            continue
        if cue_stance(cue) == SAYS and (held := _HELD.search(words)) and not _CLAUSE.search(words):
            doing = cue_stance(held[0])
        if re.search(r"\bwithout $", page.text[max(0, one.cue[0] - 9) : one.cue[0]]):
            doing = "silent"
        if doing == "asserts" and one.speakers[0].name in ("few", "very few"):
            doing = "doubts"
        if _CONDITION.search(page.text[max(0, begin - 30) : begin]):
            doing = "conditions"
        about = matter(_kernel(words)) if page.paragraph(begin) in related else UNRELATED
        out += [Said(who, (begin, stop), one.cue, one.source, one.chain, doing, about) for who in one.speakers]
    return out


def _whole_sentences(page: Page, one: Saying) -> list[Span]:
    """Join the two parts of a sentence that its cue interrupts: "A ceasefire, he said, would hold"."""
    out: list[Span] = []
    for begin, stop in one.content:
        gap = page.text[out[-1][1] : begin] if out else ""
        own = out and out[-1][1] <= one.cue[0] < begin and len(gap) < 80
        if (
            own
            and not re.search(r"[.!?…][”\"’']?\s*$", page.text[: out[-1][1] + 1][-3:] + gap[-2:])
            and page.text[begin : begin + 2].strip("“\"'‘ ")[:1].islower()
        ):
            out[-1] = (out[-1][0], stop)
        else:
            out.append((begin, stop))
    return out


def _kernel(words: str) -> str:
    """Give the words without relative clauses between commas, which say something beside the matter."""
    tail = _TAIL.search(words)
    if tail and matter(words[: tail.start()]).act != OPINION:
        words = words[: tail.start()]
    kernel = re.sub(r",\s*(?:which|who|whose|whom)\b[^,.;]*,", ",", words)
    return re.sub(r",\s*(?:which|who|whose|whom)\b[^,.;]*$", "", kernel)


_TAIL = re.compile(
    r",? (?:as (?=\w+ [\w ]{0,20}(?:spoke|met|talked|prepared|awaited|held))|amid |following |ahead of |"
    r"during |while )",
    re.IGNORECASE,
)


def _once(out: list[Said]) -> list[Said]:
    """Keep one of claims of one speaker whose contents are nearly the same: the one said at the inner level."""
    out = sorted(out, key=lambda s: (s.content[0], s.content[1]))
    kept: list[Said] = []
    for one in out:
        same = [k for k in kept[-12:] if k.who.name == one.who.name and _same(k.content, one.content)]
        if not same:
            kept.append(one)
    return kept


def _covers(other: Span, content: Span) -> bool:
    return min(content[1], other[1]) - max(content[0], other[0]) > 0.6 * (content[1] - content[0])


def _same(one: Span, other: Span) -> bool:
    both = min(one[1], other[1]) - max(one[0], other[0])
    return both > 0.6 * min(one[1] - one[0], other[1] - other[0])


def _goes_on(last: Said, one: Said) -> bool:
    """Tell whether a claim that names no matter can be about that of the one before it."""
    return last.who.name == one.who.name or last.who.known or one.stance not in ("judges", "asserts", "predicts")


def _in_context(page: Page, out: list[Said]) -> list[Said]:
    """Give what names no matter and points back the matter of what was said before it."""
    last: Said | None = None
    done = []
    for first in out:
        one = first
        words = plain(page.text[slice(*one.content)])
        short = len(words) < 70 and one.stance in ("accepts", "rejects", "offers")
        if one.matter.act == OPINION and short and one.cue is not None:
            whole = page.words(*one.content)[0].sent
            offset = page.offset(whole.doc)
            one = replace(one, matter=matter(page.text[offset + whole.start_char : offset + whole.end_char]))
        points = _POINTS_BACK.search(words) or one.stance in ("silent", "conditions", "doubts")
        if one.matter.act == OPINION and last is not None and len(words) < 90 and points:
            near = one.content[0] - last.content[1] < 400 and not one.chain
            if near and last.matter.act != OPINION and _goes_on(last, one):
                one = replace(one, matter=last.matter)
        if one.matter.act != OPINION:
            last = one
        done.append(one)
    return done
