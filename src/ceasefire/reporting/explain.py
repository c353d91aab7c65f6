"""One incident explained in plain text: every weight behind its probabilities, and its verdicts."""

from __future__ import annotations

from math import exp, isfinite

import numpy as np

from ceasefire.model.records import MATCHING, Finding, Incident, Observation, Weight
from ceasefire.model.table import Table
from ceasefire.reporting import words


def explain(
    incident: Incident, weights: Table[Weight], observations: Table[Observation], findings: Table[Finding]
) -> str:
    """Tell what each report added to an incident's probabilities, and what each reading makes of it.

    Parameters
    ----------
    incident
        The incident.
    weights, observations, findings
        Tables of the run; those of other incidents are passed over.
    """
    date, time = words.span(incident.start, incident.end, "UTC", year=True)
    seen = {o: observations[o] for o in incident.observations}
    lines = [
        f"{incident.id}: {words.act(incident.act)}; {words.thing(incident.object_class)}; "
        f"{incident.place or incident.region}",
        f"  when: {date}, {time} (UTC)",
        f"  occurred: {words.chance(incident.p_occurred)}",
        f"  on a protected object: {words.chance(incident.p_object)}",
        f"  who: {incident.attribution or 'undetermined'}"
        + (f" ({words.BASES.get(incident.basis, incident.basis)})" if incident.basis else ""),
        *[f"    {party}: {words.percent(p)}" for party, p in incident.p_party],
        *[f"  {a} accuses {b}" for a, b in incident.accused_by if b],
        *[f"  {d} denies it" for d in incident.denied_by],
        f"  {words.count(incident.origins, 'independent report')} of {len(incident.observations)}",
        *_joined(incident, weights),
        "weights (natural logarithm of the odds):",
    ]
    stated: set[str] = set()
    rows = list(weights.where(incident=incident.id))
    for w in (w for w in rows if w.observation not in ("calibration", MATCHING)):
        o = seen.get(w.observation)
        whose = w.observation
        if o:
            whose += f" {o.granule}:{o.line}, {words.channel(o.channel).lower()}, {o.reliability}{o.credibility}"
        effect = words.weight(w.weight)
        if w.observation == "prior":
            whose = "before any report"
            if w.about not in stated:
                odds = w.about == "occurred"
                effect = words.percent(1 / (1 + exp(-w.weight)) if odds else exp(min(w.weight, 0.0)))
            stated.add(w.about)
        lines.append(f"  {w.weight:+.3f}  {w.about}: {effect}  [{whose}] {w.why}".rstrip())
        if o and w.about == "occurred" and isfinite(o.likelihood_ratio):
            lines.append(f"          {o.summary}")
    maps = [w for w in rows if w.observation == "calibration"]
    lines += ["recalibration (the weights above sum to what was stated; the map reads it):"] if maps else []
    lines += [f"  {w.weight:+.3f}  {w.about.removeprefix('calibrated:')}: {w.why}" for w in maps]
    lines.append("verdicts:")
    for f in findings.where(kind="incident", subject=incident.id):
        symbol, word = words.VERDICTS.get(f.verdict, ("?", f.verdict))
        lines.append(
            f"  {symbol} {f.provision}, {f.reading}: {word} ({f.rule}). {f.reason} Would change it: {f.would_change}"
        )
    lines += _claims_held_against(incident, findings)
    return "\n".join(lines)


def _claims_held_against(incident: Incident, findings: Table[Finding]) -> list[str]:
    """Give the verdicts on claims that rest on this incident."""
    spoken = findings.where(kind="claim")
    at = [n for n, ids in enumerate(spoken.column("evidence")) if incident.id in ids]
    lines = [f"  {f.subject}: {f.verdict} ({f.rule}). {f.reason}" for f in spoken.keep(np.array(at, dtype=int))]
    return ["claims held against it:", *lines] if lines else []


def _joined(incident: Incident, weights: Table[Weight]) -> list[str]:
    """Say under which rule the reports were taken for reports of one event."""
    if len(incident.observations) < 2:
        return []
    found = list(weights.where(incident=incident.id, observation=MATCHING))
    if not found:
        return ["  joined by the rule: one instant and one place exist that all its reports could mean"]
    p = 1 / (1 + exp(-found[0].weight))
    return [f"  joined by linkage: two of its reports are of one event with {words.percent(p)}, on average"]
