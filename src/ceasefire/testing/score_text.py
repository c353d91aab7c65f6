"""A score as a table for a terminal: plain text, aligned, every share beside its numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ceasefire.model.likelihood import WORDS

if TYPE_CHECKING:
    from ceasefire.testing.scored import Probability, Score


def text(score: Score) -> str:
    """Write a score as text.

    Parameters
    ----------
    score
        What `testing.score.score` gave.
    """
    lines = [
        f"{score.incidents:,} incidents of the run, {score.truths:,} that happened, {score.matched:,} pairs",
    ]
    g = score.grouping
    if g is not None:
        lines += [
            f"without a pair: {g.split:,} second incidents of one event, {g.invented:,} of what never happened",
            f"reports put together: precision {_number(g.precision)}, recall {_number(g.recall)}, F1 {_number(g.f1)}; "
            f"{g.incidents:,} incidents of {g.events:,} events",
        ]
    lines += ["", "Counts with exposure", f"  {'':18}{'true':>7}{'found':>7}{'missed':>8}{'unmatched':>11}"]
    for c in score.cells:
        name = "looked at" if c.looked else "never looked at"
        lines.append(f"  {name:18}{c.true:7,}{c.found:7,}{c.missed:8,}{c.unmatched:11,}")
    weighed = [("P(occurred), a second incident of one event counted as true", score.weighed)] if score.weighed else []
    for title, p in (
        ("P(occurred)", score.occurred),
        *weighed,
        ("P(on a protected object)", score.object),
        ("P(party)", score.party),
    ):
        lines += ["", *_probability(title, p)]
    lines += [
        f"  likeliest party right {_share(score.party_first, score.matched)}",
        f"  attributed {_share(score.attributed, score.matched)}, "
        f"rightly {_share(score.attributed_right, score.attributed)}",
        "",
        "Verdicts on incidents",
        f"  {'provision, reading':28}{'decided':>16}{'right':>16}{'violations right':>20}{'of true ones':>16}",
    ]
    for v in score.verdicts:
        lines.append(
            f"  {v.provision + ', ' + v.reading:28}{_share(v.decided, v.number):>16}{_share(v.right, v.decided):>16}"
            f"{_share(v.called_right, v.called):>20}{_share(v.called_right, v.true_violations):>16}"
        )
    lines += [
        "",
        "Upper limits that held",
        f"  {'provision, reading, scope':36}{'held':>16}{'none stated':>13}{'zeros wrong':>16}",
    ]
    for x in score.limits:
        name = f"{x.provision}, {x.reading}, {x.scope}"
        lines.append(f"  {name:36}{_share(x.held, x.number):>16}{x.unstated:13,}{_share(x.zero_wrong, x.zero):>16}")
    return "\n".join(lines) + "\n"


def _probability(title: str, p: Probability) -> list[str]:
    head = (
        f"{title}: Brier {_number(p.brier)} (base rate alone {_number(p.brier_of_base_rate)}), "
        f"log score {_number(p.log_score)}, calibration error {_number(p.calibration_error)}, n = {p.number:,}"
    )
    lines = [head]
    if not p.number:
        return lines
    lines.append(f"  {'':20}{'stated':>8}{'true':>8}{'95 % band':>16}{'n':>8}")
    for (_, _, n, stated, true, low, high), (_, _, word) in zip(p.table, WORDS, strict=True):
        if n:
            lines.append(f"  {word:20}{stated:8.2f}{true:8.2f}{f'{low:.2f} to {high:.2f}':>16}{n:8,}")
    return lines


def _share(part: int, whole: int) -> str:
    return f"{part:,}/{whole:,}" + (f" {100 * part / whole:.0f} %" if whole else "")


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3f}"
