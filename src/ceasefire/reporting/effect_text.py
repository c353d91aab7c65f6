"""Effects in plain text, for a terminal: the sentence, what it rests on, and what it cannot tell."""

from __future__ import annotations

from math import isfinite
from zoneinfo import ZoneInfo

from ceasefire.model.effect import OPEN, Judged


def tell(judged: tuple[Judged, ...]) -> str:
    """Tell of every series and window in a few lines each.

    Parameters
    ----------
    judged
        As `ceasefire.effect` gives it.

    >>> tell(())
    'nothing to judge'
    """
    return "\n\n".join("\n".join(_lines(j)) for j in judged) or "nothing to judge"


def _lines(j: Judged) -> list[str]:
    days = f"{j.first}" if j.first == j.last else f"{j.first} to {j.last}"
    out = [f"{j.title} ({days}), {j.exclude_days} days before left out: {j.quantity}"]
    if j.control:
        out.append("  a check of the method, no finding about the agreement")
    out.append(f"  {j.whole.sentence(unit=j.unit)}")
    out += [f"  {e.sentence(unit=j.unit)}" for e in j.regions]
    if j.whole.placebo:
        out.append(f"  placebo dates: the forecast missed {j.whole.surprised()} of {len(j.whole.placebo)}")
        zone = ZoneInfo(j.clock)
        for when, ratio, low, high in j.whole.placebo:
            top = f"{high:.2f}" if high <= OPEN else "no limit"
            out.append(f"    {when.astimezone(zone):%Y-%m-%d}  {ratio:.2f} ({low:.2f} to {top})")
    held = [d for d in j.whole.holding if isfinite(d.p_holding)]
    if held:
        days_held = " ".join(f"{100 * d.p_holding:.0f}" for d in held)
        out.append(f"  chance that it held, day by day, in percent: {days_held}")
    if j.gaps:
        out.append(f"  {j.gaps:,} region-days without a usable row count as not looked at")
    if j.whole.verdict != "not_assessed":
        out.append(f"  measures {j.measures}; does not measure {j.does_not_measure}")
    return out
