"""Claims that cannot both be so, by typed rules over their slots; each result names the rule and the two claims.

Why rules and no model of language: whoever is told that he contradicts another may ask why, and "the two counts of
one day do not meet" is an answer. Embeddings cannot see a negation, and a number cannot be argued with. What is not
known (no place, no time) never makes a contradiction, and a speaker who changes his mind contradicts nobody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from hashlib import sha256
from itertools import combinations
from math import isfinite

from ceasefire.assessment.counted import counted
from ceasefire.geo.distance import km
from ceasefire.model.ledger import Contradiction
from ceasefire.model.records import EPOCH, Claim
from ceasefire.model.table import Table
from ceasefire.model.taxonomy import covers

WITHIN = timedelta(days=10)
"""Claims said further apart are not compared, unless both state one period."""
SAYS_SO = ("asserts", "delivers")
SAYS_NOT = ("denies",)
UNSURE = ("denies", "doubts", "cannot_confirm")
AGREES, REFUSES = ("accepts", "promises", "offers"), ("rejects", "denies")
GROUND = ("encirclement", "advance", "territory")
_SLACK = timedelta(hours=1)
_SHORT = timedelta(hours=3)
_ONE_DAY = timedelta(days=1)


def contradictions(claims: Table[Claim]) -> Table[Contradiction]:
    """Find every pair of claims that one of the rules says cannot both be so.

    Parameters
    ----------
    claims
        Claims of any sources; a claim with an empty act is compared with none.

    Returns
    -------
    Contradictions by the time the first claim was said; each pair once, under the first rule that fits.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> day = datetime(2025, 3, 20, tzinfo=UTC)
    >>> about = dict(source="s", granule="g", line=1, said=day, act="encirclement", object_class="forces")
    >>> one = Claim(id="c-1", claimant="russia", speaker="Kremlin", stance="asserts", **about)
    >>> two = Claim(id="c-2", claimant="", speaker="military analysts", stance="denies", **about)
    >>> [(c.rule, c.first, c.second) for c in contradictions(Table.of(Claim, [one, two]))]
    [('denial', 'c-1', 'c-2')]
    """
    found = []
    for group in _comparable(claims):
        for a, b in combinations(group, 2):
            one, two = sorted((a, b), key=lambda c: (c.said, c.id))
            if two.said - one.said > WITHIN and not _same_period(one, two):
                continue
            rule, why = _judge(one, two)
            if rule:
                digest = sha256(f"{rule} {one.id} {two.id}".encode()).hexdigest()[:12]
                found.append(
                    (one.said, Contradiction(id=f"x-{digest}", rule=rule, first=one.id, second=two.id, why=why))
                )
    return Table.of(Contradiction, [c for _, c in sorted(found, key=lambda f: (f[0], f[1].id))])


def _comparable(claims: Table[Claim]) -> Iterator[Sequence[Claim]]:
    """Put claims together whose acts are of one family; within it every pair is looked at."""
    groups: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.act:
            groups[claim.act.split(".")[0]].append(claim)
    for key in sorted(groups):
        yield groups[key]


def _judge(one: Claim, two: Claim) -> tuple[str, str]:
    """Give the first rule under which two claims contradict each other, and why; two empty texts where none does."""
    if not (_related(one.act, two.act) and _related(one.object_class, two.object_class)):
        return "", ""
    if why := _position(one, two):
        return "position", why
    if one.speaker == two.speaker or (one.archived and one.archived == two.archived and _quotes(one, two)):
        return "", ""
    stances = {one.stance, two.stance}
    if not _may_be_one_event(one, two):
        return ("place", why) if stances <= set(SAYS_SO) and (why := _elsewhere(one, two)) else ("", "")
    if not _specific(one, two):
        return "", ""
    if stances & set(SAYS_SO) and stances & set(SAYS_NOT) and _same_blame(one, two):
        return "denial", f"asserted by {_yes(one, two)}; denied by {_no(one, two)}"
    if one.act.split(".")[0] in GROUND and stances & set(SAYS_SO) and stances & set(UNSURE):
        return "state", f"asserted by {_yes(one, two)}; {_word(_of(one, two, UNSURE).stance)} by {_no(one, two)}"
    if stances <= set(SAYS_SO):
        if why := _counts(one, two):
            return "count", why
        if one.accused and two.accused and one.accused != two.accused and _told_of_one_event(one, two):
            return "actor", f"{one.speaker} names {one.accused}, {two.speaker} names {two.accused}"
    return "", ""


def _related(one: str, two: str) -> bool:
    """Tell whether two classes can be of one thing: equal, one wider than the other, or one not said."""
    return not one or not two or covers((one,), two) or covers((two,), one)


def _position(one: Claim, two: Claim) -> str:
    """A speaker is said by somebody else to agree to what it refuses itself, on one matter and object."""
    if one.speaker != two.speaker or one.act != two.act or one.object_class != two.object_class or not one.object_class:
        return ""
    agreed, refused = (one, two) if one.stance in AGREES else (two, one)
    if agreed.stance in AGREES and refused.stance in REFUSES and agreed.chain and not refused.chain:
        return f"{agreed.chain[-1]} relates that {agreed.speaker} agreed, {refused.speaker} refuses"
    return ""


def _quotes(one: Claim, two: Claim) -> bool:
    """Tell whether one of the claims relates the other: a denial repeats what it denies."""
    return (one.speaker in two.chain) or (two.speaker in one.chain)


def _may_be_one_event(one: Claim, two: Claim) -> bool:
    """Tell whether places and times, where both are known, meet."""
    return _places_meet(one, two) and _times_meet(one, two)


def _places_meet(one: Claim, two: Claim) -> bool:
    if isfinite(one.lon) and isfinite(two.lon):
        apart = float(km(one.lon, one.lat, two.lon, two.lat))
        return apart <= _radius(one) + _radius(two)
    if one.region and two.region:
        return one.region == two.region
    return not one.place or not two.place or one.place == two.place


def _radius(claim: Claim) -> float:
    return claim.radius_km if isfinite(claim.radius_km) else 0.0


def _times_meet(one: Claim, two: Claim) -> bool:
    if not (_timed(one) and _timed(two)):
        return True
    return max(one.start, two.start) < min(one.end, two.end) + _SLACK


def _timed(claim: Claim) -> bool:
    return claim.start != EPOCH and claim.end > claim.start


def _same_period(one: Claim, two: Claim) -> bool:
    """Tell whether both state one period: begins and ends within a day."""
    both = _timed(one) and _timed(two)
    return both and abs(one.start - two.start) <= _ONE_DAY and abs(one.end - two.end) <= _ONE_DAY


def _told_of_one_event(one: Claim, two: Claim) -> bool:
    """Tell whether two claims are of one event for sure enough: placed, timed within a day, object named, by both."""
    placed = (isfinite(one.lon) and isfinite(two.lon)) or (bool(one.place) and one.place == two.place)
    short = all(c.end - c.start <= _ONE_DAY for c in (one, two))
    return placed and _timed(one) and _timed(two) and short and bool(one.object_class) and bool(two.object_class)


def _specific(one: Claim, two: Claim) -> bool:
    """Tell whether both say enough to speak of one thing: its object, its place or its time."""
    placed = (isfinite(one.lon) and isfinite(two.lon)) or (bool(one.place) and one.place == two.place)
    return bool(one.object_class and two.object_class) or placed or (_timed(one) and _timed(two))


def _same_blame(one: Claim, two: Claim) -> bool:
    return not one.accused or not two.accused or one.accused == two.accused


def _counts(one: Claim, two: Claim) -> str:
    """Two counts of one thing in one period and place whose intervals do not meet."""
    if not all(isfinite(c.low) or isfinite(c.high) for c in (one, two)) or one.unit != two.unit or not one.unit:
        return ""
    if not (_same_period(one, two) or (not _timed(one) and not _timed(two))):
        return ""
    if one.accused and two.accused and one.accused != two.accused:
        return ""
    if one.object_class != two.object_class or one.region != two.region or one.place != two.place:
        return ""
    if counted(one) != counted(two):
        return ""
    if one.high < two.low or two.high < one.low:
        return f"{one.words or _span(one)} against {two.words or _span(two)} {one.unit}"
    return ""


def _span(claim: Claim) -> str:
    return f"{claim.low:g}" if claim.low == claim.high else f"{claim.low:g} to {claim.high:g}"


def _elsewhere(one: Claim, two: Claim) -> str:
    """One act told alike to the hour, with one quantity, at places that do not meet."""
    alike = (
        one.act == two.act
        and one.object_class == two.object_class
        and one.object_class.count(".") >= 1
        and one.accused == two.accused
        and _timed(one)
        and _timed(two)
        and max(one.end - one.start, two.end - two.start) <= _SHORT
        and _times_meet(one, two)
        and isfinite(one.low)
        and one.low == two.low
        and one.unit == two.unit
    )
    if not alike or _places_meet(one, two):
        return ""
    return f"{one.place or one.region} against {two.place or two.region}"


def _of(one: Claim, two: Claim, stances: Sequence[str]) -> Claim:
    return one if one.stance in stances else two


def _yes(one: Claim, two: Claim) -> str:
    return _of(one, two, SAYS_SO).speaker


def _no(one: Claim, two: Claim) -> str:
    return _of(one, two, UNSURE).speaker


def _word(stance: str) -> str:
    return {"cannot_confirm": "not confirmed", "denies": "denied", "doubts": "doubted"}[stance]
