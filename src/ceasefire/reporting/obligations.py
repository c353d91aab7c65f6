"""Promised against delivered: each obligation with its quantity, under each reading."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan

from ceasefire.model.agreement import Agreement, Provision
from ceasefire.model.records import Finding
from ceasefire.reporting import words
from ceasefire.reporting.given import ReportInput
from ceasefire.reporting.terms import source_key

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
    found = report.findings.where(kind="obligation")
    out = []
    for agreement in (report.agreement, *report.others):
        for provision in agreement.provisions:
            of = list(found.where(agreement=agreement.id, provision=provision.id))
            if of:
                out.append(_obligation(agreement, provision, of, report))
    return tuple(out)


def _obligation(agreement: Agreement, provision: Provision, findings: list[Finding], report: ReportInput) -> Obligation:
    titles = {r.id: r.title for r in agreement.readings}
    promised = [f.promised for f in findings if not isnan(f.promised)]
    verdicts = {f.verdict for f in findings}
    shown = findings[:1] if len(verdicts) == 1 else findings
    claim_ids = set(report.claims.column("id").tolist())
    due = ""
    if provision.due:
        day, time = words.span(provision.due.earliest, provision.due.latest, report.clock)
        due = day if time == "not known" else f"{day}, {time}"
    return Obligation(
        provision=provision.id,
        title=provision.title,
        by=_who(provision.by, provision.binds, report),
        to=_who(provision.to, (), report),
        unit=provision.unit,
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
        sources=tuple(source_key(agreement, report.agreement, s) for s in provision.sources),
    )


def _who(one: str | None, otherwise: tuple[str, ...], report: ReportInput) -> str:
    ids = (one,) if one else otherwise
    return words.joined([words.party(i, report.parties) for i in ids])
