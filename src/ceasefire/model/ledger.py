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


RULES: dict[str, str] = {
    "actor": "one event, and each claim names another party as the one who did it",
    "count": "one quantity of one period and place, and the two intervals do not meet",
    "place": "one act told alike to the hour, and the two places do not meet",
    "denial": "one speaker says that it was so, another that it was not",
    "state": "a state of the ground is asserted, and another denies it, doubts it or cannot confirm it",
    "position": "one relates that a speaker agreed, and that speaker refuses or denies it",
}
"""Rules of contradiction, and what each means."""
