"""The rules that decide an incident, in the order in which they are tried, each with its sentence.

The order is part of the meaning: what is certain and needs no evidence (the clock, the place, the list of objects)
comes before what needs evidence, so that nobody reads "insufficient evidence" where the text did not apply at all.
"""

from __future__ import annotations

from typing import NamedTuple


class Rule(NamedTuple):
    """One rule: its name, the verdict it gives, why, and what would change it."""

    name: str
    verdict: str
    reason: str
    would_change: str


RULES: tuple[Rule, ...] = (
    Rule(
        "act_not_prohibited",
        "not_covered",
        "The act reported is not one that this provision forbids.",
        "A source that shows a forbidden act at that place and time.",
    ),
    Rule(
        "not_in_force",
        "not_in_force",
        "Under this reading the provision was not in force at that time.",
        "Evidence of another time, or of an earlier start or later end under this reading.",
    ),
    Rule(
        "silent",
        "insufficient",
        "The text leaves open a question on which this hangs, and its words bear both answers.",
        "An answer to the question that the parties agree on.",
    ),
    Rule(
        "silent_beyond",
        "not_covered",
        "The text does not speak of this; read plainly its words do not reach so far.",
        "A text, or a word of this reading's holder, that includes it.",
    ),
    Rule(
        "outside_zone",
        "not_covered",
        "The place lies outside the zone to which this reading applies the provision.",
        "Evidence that puts the event inside the zone.",
    ),
    Rule(
        "object_not_listed",
        "not_covered",
        "Nothing that is known of the object puts it among those that this reading protects.",
        "Evidence that a protected object was struck.",
    ),
    Rule(
        "did_not_happen",
        "not_violation",
        "It almost certainly did not happen as reported.",
        "An independent report that it did.",
    ),
    Rule(
        "zone_undefined",
        "insufficient",
        "The text names a zone without saying where it lies, so nobody can verify this.",
        "A line agreed by the parties.",
    ),
    Rule(
        "zone_straddled",
        "insufficient",
        "The place is not known well enough to say whether it lies inside the zone.",
        "A more precise place.",
    ),
    Rule(
        "in_force_uncertain",
        "insufficient",
        "It cannot be said whether the provision was already, or still, in force at that time under this reading.",
        "A published hour of effect, a settled condition, or a more precise time of the event.",
    ),
    Rule(
        "nothing_hit",
        "insufficient",
        "Only an interception is reported: nothing shows what it was aimed at, or that it was struck.",
        "Evidence of an impact on a protected object, or of the aim.",
    ),
    Rule(
        "cause_unknown",
        "insufficient",
        "Only an effect was seen (a fire or an outage); nothing shows that an attack caused it.",
        "A source that shows the cause.",
    ),
    Rule(
        "object_unclear",
        "insufficient",
        "The object is described too broadly to say whether this reading protects it.",
        "A report that names the kind of facility.",
    ),
    Rule(
        "object_uncertain",
        "insufficient",
        "The evidence does not settle whether a protected object was struck.",
        "An independent report or picture of the object.",
    ),
    Rule(
        "not_established",
        "insufficient",
        "It is not established that it happened: too few independent reports.",
        "One more independent report, a sensor that saw it, or a statement against interest.",
    ),
    Rule(
        "alternative_open",
        "insufficient",
        "Sources leave open that it was no deliberate strike (falling debris, an accident or a third actor).",
        "Evidence that excludes the other explanations.",
    ),
    Rule(
        "all_conditions_met",
        "violation",
        "It very likely happened, while the provision was in force, to an object that this reading protects.",
        "Evidence that it did not happen, struck something else, or was not a deliberate act.",
    ),
)

CODE = {rule.name: k for k, rule in enumerate(RULES)}
"""Rule name to its position, which is its rank."""
