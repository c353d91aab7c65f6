"""What was weighed for an incident, in words: what was assumed before any report, and what each report did to it."""

from __future__ import annotations

from math import exp

from ceasefire.model.records import Observation, Weight
from ceasefire.reporting import words
from ceasefire.reporting.given import ReportInput
from ceasefire.reporting.matrix_rows import Report


def reported(o: Observation, weights: list[Weight], report: ReportInput) -> Report:
    """Give one observation of an incident with what it did to the odds.

    Parameters
    ----------
    o
        Observation, as released.
    weights
        Weights of the incident, of this observation and of others.
    report
        The released report.
    """
    told = [
        f"{_about(w.about, report)}: {words.weight(w.weight)}" + (f" ({w.why})" if w.why else "")
        for w in weights
        if w.observation == o.id
    ]
    return Report(
        observation=o.id,
        source=words.site(o.url) or o.source,
        channel=words.channel(o.channel),
        grade=f"{o.reliability}{o.credibility}",
        summary=o.summary,
        url=o.url,
        weights=tuple(told),
    )


def assumed(weights: list[Weight], report: ReportInput) -> tuple[str, ...]:
    """Say what was assumed before any report.

    The first weight of a kind is the assumption itself, log odds for "it happened" and log shares for objects and
    parties; a later one that hangs on no report (an air-raid alert, a register) changed it.
    """
    out: list[str] = []
    who: list[str] = []
    held = ""
    seen: set[str] = set()
    for w in weights:
        if w.observation != "prior":
            continue
        kind, _, rest = w.about.partition(":")
        why = f" ({w.why})" if w.why else ""
        if w.about in seen:
            out.append(
                f"{_about(w.about, report)[:1].upper()}{_about(w.about, report)[1:]}: {words.weight(w.weight)}{why}."
            )
        elif kind == "party":
            name = "own fire, accident or third actor" if rest == "other" else words.party(rest, report.parties)
            who.append(f"{name} {words.percent(exp(min(w.weight, 0.0)))}")
            held = held or why
        else:
            share = 1 / (1 + exp(-max(-50.0, min(50.0, w.weight)))) if kind == "occurred" else exp(min(w.weight, 0.0))
            out.append(f"Before any report, {_about(w.about, report)}: {words.percent(share)}{why}.")
        seen.add(w.about)
    if who:
        out.append(f"Before any report, who: {', '.join(who)}{held}.")
    return tuple(out)


def _about(about: str, report: ReportInput) -> str:
    kind, _, rest = about.partition(":")
    if kind == "object":
        return f"that it hit: {words.thing(rest)}"
    if kind == "party":
        return (
            "that it was own fire, an accident or a third actor"
            if rest == "other"
            else f"that {words.party(rest, report.parties)} did it"
        )
    return "that it happened"
