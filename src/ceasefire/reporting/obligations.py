"""Promised against delivered: each obligation with its quantity, under each reading."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan

from ceasefire.model.records import Finding
from ceasefire.reporting import words
from ceasefire.reporting.given import ReportInput

VERDICTS: dict[str, tuple[str, str]] = {
    "fulfilled": ("●", "fulfilled"),
    "partly_fulfilled": ("◐", "partly fulfilled"),
    "not_fulfilled": ("○", "not fulfilled"),
    "not_due": ("◷", "not yet due"),
    "insufficient": ("?", "cannot be decided"),
    "not_in_force": ("◷", "not in force"),
}


@dataclass(frozen=True)
class Obligation:
    """One thing owed."""

    provision: str
    title: str
    by: str
    """Who owes, in words."""
    to: str
    unit: str
    promised: float
    """Quantity promised; NaN where the text gives none."""
    delivered: float
    due: str
    verdicts: tuple[tuple[str, str, str, str], ...]
    """Reading, symbol, word, reason: one entry where all readings agree."""
    all_fulfilled: bool
    """Whether it is fulfilled under every reading."""
    findings: tuple[str, ...]
    claims: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def share(self) -> float:
        """Delivered share of the promise, 0 to 1; NaN where no number was promised."""
        return min(1.0, self.delivered / self.promised) if self.promised > 0 else float("nan")


def obligations(report: ReportInput) -> tuple[Obligation, ...]:
    """Gather the verdicts on obligations of a released report, in the agreement's order."""
    by_provision: dict[str, list[Finding]] = {}
    for f in report.findings.where(kind="obligation"):
        by_provision.setdefault(f.provision, []).append(f)
    order = [p.id for p in report.agreement.provisions]
    ids = sorted(by_provision, key=lambda p: (order.index(p) if p in order else len(order), p))
    return tuple(_obligation(i, by_provision[i], report) for i in ids)


def _obligation(provision_id: str, findings: list[Finding], report: ReportInput) -> Obligation:
    provision = next((p for p in report.agreement.provisions if p.id == provision_id), None)
    titles = {r.id: r.title for r in report.agreement.readings}
    promised = [f.promised for f in findings if not isnan(f.promised)]
    verdicts = {f.verdict for f in findings}
    shown = findings[:1] if len(verdicts) == 1 else findings
    claim_ids = set(report.claims.column("id").tolist())
    due = ""
    if provision and provision.due:
        day, time = words.span(provision.due.earliest, provision.due.latest, report.clock)
        due = day if time == "not known" else f"{day}, {time}"
    return Obligation(
        provision=provision_id,
        title=provision.title if provision else provision_id,
        by=_who(provision.by if provision else None, provision.binds if provision else (), report),
        to=_who(provision.to if provision else None, (), report),
        unit=provision.unit if provision else "",
        promised=max(promised) if promised else float("nan"),
        delivered=float(max(f.count for f in findings)),
        due=due,
        verdicts=tuple(
            (
                "every reading" if len(verdicts) == 1 and len(findings) > 1 else titles.get(f.reading, f.reading),
                *VERDICTS.get(f.verdict, ("?", f.verdict.replace("_", " "))),
                f.reason,
            )
            for f in shown
        ),
        all_fulfilled=verdicts == {"fulfilled"},
        findings=tuple(f.id for f in findings),
        claims=tuple(dict.fromkeys(e for f in findings for e in f.evidence if e in claim_ids)),
        sources=provision.sources if provision else (),
    )


def _who(one: str | None, otherwise: tuple[str, ...], report: ReportInput) -> str:
    ids = (one,) if one else otherwise
    return words.joined([words.party(i, report.parties) for i in ids])
