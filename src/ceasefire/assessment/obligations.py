"""Obligations: what was promised, what somebody says was delivered, under every reading.

A delivery is a claim: it is counted once per origin, and its speaker stays named. Where nobody reports a delivery,
that is `insufficient` until the day it was due and `not_fulfilled` only after somebody could have reported it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np

from ceasefire.assessment.in_force import in_force
from ceasefire.assessment.verdict import finding_ids
from ceasefire.model.agreement import Agreement, Provision
from ceasefire.model.records import Claim, Finding
from ceasefire.model.table import Table


def judge_obligations(claims: Table[Claim], agreement: Agreement, *, cutoff: datetime) -> Table[Finding]:
    """Hold what was delivered against what was promised.

    Parameters
    ----------
    claims
        Claims; those of stance `delivers` that name the provision count, once per origin.
    agreement
        Whose obligations are meant.
    cutoff
        Instant up to which claims are known (aware).

    Returns
    -------
    Findings of kind `obligation`, one per obligation and reading: `count` is what was delivered, `promised` what was
    owed (NaN where the text gives no number).
    """
    rows: list[Finding] = []
    for provision in agreement.provisions:
        if provision.kind == "obligation":
            delivered = [c for c in claims.where(provision=provision.id, stance="delivers") if c.said <= cutoff]
            rows += [_judge_one(delivered, agreement, provision, r, cutoff) for r in provision.readings]
    return Table.of(Finding, rows)


def _judge_one(
    delivered: list[Claim], agreement: Agreement, provision: Provision, reading: str, cutoff: datetime
) -> Finding:
    terms = provision.readings[reading]
    due = provision.due
    quantity = _quantity(delivered)
    promised = provision.quantity if provision.quantity is not None else float("nan")
    begin = terms.in_force_from.earliest.astimezone(UTC) if terms.in_force_from else cutoff
    end = due.latest.astimezone(UTC) if due else cutoff
    state = in_force(agreement, provision.id, reading, begin, max(begin, min(end, cutoff)))
    verdict, rule, reason, change = _decide(provision, delivered, quantity, promised, due, cutoff, state)
    subject = np.array([provision.id], dtype=object)
    return Finding(
        id=str(finding_ids("obligation", subject, agreement.id, provision.id, reading)[0]),
        kind="obligation",
        subject=provision.id,
        agreement=agreement.id,
        provision=provision.id,
        reading=reading,
        start=begin,
        end=max(begin, end),
        region="",
        verdict=verdict,
        rule=rule,
        reason=reason,
        would_change=change,
        count=int(quantity),
        promised=promised,
        evidence=tuple(c.id for c in delivered),
        sources=tuple(terms.sources),
    )


def _quantity(delivered: list[Claim]) -> float:
    """Sum the deliveries, each origin once, at the least number its words allow."""
    by_origin: dict[str, float] = {}
    for claim in delivered:
        key = claim.origin or claim.id
        least = claim.low if np.isfinite(claim.low) else 0.0
        by_origin[key] = max(by_origin.get(key, 0.0), least)
    return sum(by_origin.values())


def _decide(
    provision: Provision,
    delivered: list[Claim],
    quantity: float,
    promised: float,
    due: Any,
    cutoff: datetime,
    state: Any,
) -> tuple[str, str, str, str]:
    unit = provision.unit or "deliveries"
    if np.isfinite(promised) and delivered and quantity >= promised:
        return (
            "fulfilled",
            "delivered_in_full",
            f"{quantity:g} of {promised:g} {unit} were reported as delivered.",
            "Evidence that fewer were delivered.",
        )
    if np.isfinite(promised) and delivered:
        return (
            "partly_fulfilled",
            "delivered_in_part",
            f"{quantity:g} of {promised:g} {unit} were reported as delivered.",
            "A report of further deliveries.",
        )
    if state.state == "not_in_force":
        return "not_due", "not_in_force", state.reason, "A different start or condition under this reading."
    if delivered:
        return (
            "insufficient",
            "no_number_owed",
            f"{quantity:g} {unit} were reported as delivered; the text does not say how many were owed.",
            "A number in the text.",
        )
    if due is None or cutoff < due.latest:
        return (
            "insufficient",
            "no_report",
            "No delivery is reported in this case's sources, and no day has passed by which it was due.",
            "A report of a delivery, or a day by which it is due.",
        )
    return (
        "not_fulfilled",
        "nothing_delivered",
        "No delivery is reported, and the day by which it was due has passed.",
        "A report of a delivery.",
    )
