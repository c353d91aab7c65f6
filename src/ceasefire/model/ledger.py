"""What is found by comparing claims: contradictions by typed rules. Records, as the stages pass them on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Contradiction:
    """Two claims that cannot both be so, and the rule that says why."""

    id: str
    """Stable id: `x-` and 12 hex digits of the rule and both claims."""
    rule: str
    """One of `RULES`."""
    first: str
    """Id of the claim that was said first (of two said at once, the smaller id)."""
    second: str
    """Id of the other claim."""
    why: str
    """The slots that cannot both be so, in words."""


@dataclass(frozen=True, kw_only=True)
class Dispute:
    """Contradictions that are about one thing: one denial, or figures that share a claim."""

    id: str
    """Stable id: `x-` and 12 hex digits of the rule and the claims."""
    rule: str
    """One of `RULES`."""
    why: str
    """Why the first pair cannot be so, and how many pairs there are."""
    one: tuple[str, ...]
    """Claims of the side that says so."""
    other: tuple[str, ...]
    """Claims that deny or doubt it; of other rules those said later."""
    pairs: int
    """Pairs that the rule found."""


RULES: dict[str, str] = {
    "actor": "one event, and each claim names another party as the one who did it",
    "count": "one quantity of one period and place, and the two intervals do not meet",
    "place": "one act told alike to the hour, and the two places do not meet",
    "denial": "one speaker says that it was so, another that it was not",
    "state": "a state of the ground is asserted, and another denies it, doubts it or cannot confirm it",
    "position": "one relates that a speaker agreed, and that speaker refuses or denies it",
}
"""Rules of contradiction, and what each means."""


@dataclass(frozen=True, kw_only=True)
class Position:
    """What one party said on one day that it offers, accepts, demands, makes a condition or refuses."""

    party: str
    """Party's id, or the body's name."""
    day: str
    """Day on which it was said (ISO 8601); empty where not known."""
    stance: str
    """One of `POSITION_STANCES`."""
    act: str
    """Act or matter."""
    object_class: str
    """Object or subject; empty where none is named."""
    speakers: tuple[str, ...]
    """Who said it, or is said to have."""
    told_by: tuple[str, ...]
    """Who relates it, where not the party itself."""
    own: bool
    """Whether the party's own words are among the claims; else others relate it."""
    voices: int
    """Outlets that are independent of each other; copies of one text count once."""
    claims: tuple[str, ...]
    """Ids of the claims that show it."""


POSITION_STANCES = ("offers", "promises", "accepts", "demands", "conditions", "rejects")
"""Stances that take a position."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One stated number."""

    claim: str
    """Id of the claim that states it."""
    speaker: str
    """Who states it."""
    outlet: str
    """Who published it."""
    said: str
    """Day (ISO 8601)."""
    low: float
    """Least number that agrees with the words."""
    high: float
    """Greatest; infinity for "over"."""
    words: str
    """As worded."""
    unit: str
    """What is counted."""
    since: str
    """First day of the period (ISO 8601); empty where none is stated."""
    until: str
    """Last instant's day of the period; empty where none is stated."""
    group: str
    """Figures with the same group state the same quantity: matter, object, outcome, unit, place and accused."""
    conflicts: tuple[str, ...]
    """Ids of claims of the same group whose interval does not meet this one's."""


@dataclass(frozen=True, kw_only=True)
class ReadoutLine:
    """One topic of two accounts of a meeting."""

    act: str
    """Act or matter."""
    object_class: str
    """Object or subject; the wider one where the accounts differ."""
    state: str
    """`both`, `first`, `second` or `conflict`."""
    why: str
    """What cannot both be so, or in what the accounts differ; may be empty."""
    first: tuple[str, ...]
    """Claims of the first account."""
    second: tuple[str, ...]
    """Claims of the second."""


@dataclass(frozen=True, kw_only=True)
class Readout:
    """Two accounts of one meeting side by side."""

    first: str
    """Whose account, as filtered."""
    second: str
    """Whose."""
    day: str
    """Day (ISO 8601); empty where the accounts were not limited to one."""
    lines: tuple[ReadoutLine, ...]
    """Topics: conflicts, then both, then only one."""
