"""What each side says, beside what independent sources show: claims, never findings, and never summed.

Why a ledger: in spring 2025 one party's own totals for one month ran from 23 to "several hundred", by speaker. Each
total is a row of its own with speaker, date, unit and period, and beside it stands the assessment's finding on it:
how many incidents sources outside the parties' offices support in that period. So does a denial.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import inf, isfinite, isnan, log10

from ceasefire.model.records import EPOCH, Claim, Finding
from ceasefire.reporting import words
from ceasefire.reporting.given import ReportInput
from ceasefire.reporting.matrix import INDEPENDENT, Matrix

SEVERAL_DAYS = 3.5
"""A total over more days than this stands in the plot of totals, a shorter one in the list of daily tallies."""
DENIALS = ("denies", "cannot_confirm")
TOTALS: dict[str, str] = {
    "supported": "at least as many on record",
    "contradicted": "fewer on record",
    "insufficient": "cannot be decided",
    "not_observable": "not observable as a whole",
}
DENIED: dict[str, str] = {
    "contradicted": "such events are on record",
    "insufficient": "none on record, which decides nothing",
    "not_observable": "nobody looked",
}


@dataclass(frozen=True)
class Total:
    """One total as somebody stated it."""

    claim: str
    claimant: str
    speaker: str
    said: str
    period: str
    days: float
    """Length of the period, days."""
    words: str
    unit: str
    accused: str
    low: float
    high: float
    """Infinity for "over"."""
    support: int
    """Incidents that sources outside the parties' offices support in that period; -1 where it was not compared."""
    verdict: str
    """What the comparison gave, in words."""
    reason: str
    finding: str
    left: float
    """Where the mark begins on the common logarithmic axis, per cent."""
    width: float
    """How long it is, per cent."""
    ours: float
    """Where the supported number stands on the same axis; -1 for none or for zero."""
    open: bool
    """Whether it has no upper end."""
    url: str


@dataclass(frozen=True)
class Speaker:
    """One office's claims about events, counted."""

    claimant: str
    speaker: str
    events: int
    """Events claimed."""
    independent: int
    """Of these, reported by an independent channel too."""
    alone: int
    """Of these, reported by nobody but the parties."""
    denied: int
    """Of these, denied by another party."""
    unplaced: int
    """Of these, too vague to be an incident."""


@dataclass(frozen=True)
class Denial:
    """One denial, or one statement that nothing happened, beside the records of the same days."""

    claim: str
    claimant: str
    speaker: str
    said: str
    period: str
    summary: str
    stance: str
    support: int
    """Incidents that independent sources support in what is denied; -1 where it was not compared."""
    verdict: str
    reason: str
    finding: str
    examples: tuple[str, ...]
    """Ids of some of them that are on the page."""
    url: str


@dataclass(frozen=True)
class Ledger:
    """Everything that was said."""

    totals: tuple[Total, ...]
    """Totals over several days."""
    daily: tuple[Total, ...]
    """Tallies of a day or two."""
    others: tuple[Total, ...]
    """Numbers of something that this case does not judge."""
    axis: tuple[tuple[float, str], ...]
    """Marks of the common axis: position in per cent, label."""
    speakers: tuple[Speaker, ...]
    denials: tuple[Denial, ...]
    unconfirmed: tuple[Denial, ...]
    """Statements that something could not be confirmed."""
    claims: int


def ledger(report: ReportInput, matrix: Matrix) -> Ledger:
    """Set the claims of a released report beside what independent sources show."""
    claims = list(report.claims)
    totals = [c for c in claims if _is_total(c)]
    top = max([c.low for c in totals] + [c.high for c in totals if isfinite(c.high)] + [10.0])
    decades = log10(top * 1.6)
    found = {f.subject: f for f in report.findings.where(kind="claim")}
    shown = {r.id for r in matrix.rows}
    authors = dict(zip(report.incidents.column("id").tolist(), report.incidents.column("attribution"), strict=True))
    made = [_total(c, report, found.get(c.id), decades) for c in sorted(totals, key=_order)]
    axis = [(100 * log10(v) / decades, f"{v:,}") for v in (1, 10, 100, 1000, 10_000, 100_000) if v <= top * 1.6]
    long = [t for t in made if t.support >= 0 and t.days > SEVERAL_DAYS]
    denials = sorted((c for c in claims if c.stance in DENIALS), key=lambda c: (c.said, c.claimant, c.id))
    return Ledger(
        totals=tuple(long),
        daily=tuple(t for t in made if t.support >= 0 and t.days <= SEVERAL_DAYS),
        others=tuple(t for t in made if t.support < 0),
        axis=tuple(axis),
        speakers=_speakers(claims, report),
        denials=tuple(_denial(c, report, found.get(c.id), shown, authors) for c in denials if c.stance == "denies"),
        unconfirmed=tuple(_denial(c, report, None, shown, authors) for c in denials if c.stance == "cannot_confirm"),
        claims=len(claims),
    )


def _order(c: Claim) -> tuple[str, datetime, str]:
    return (c.claimant, c.said, c.id)


def _is_total(c: Claim) -> bool:
    """A total counts events over a period; a promise or a delivery counts something else, and an event has a place."""
    return c.stance == "asserts" and not isnan(c.low) and not c.observation and not c.place


def _total(c: Claim, report: ReportInput, found: Finding | None, decades: float) -> Total:
    low, high = max(c.low, 1.0), c.high
    open_ = high == inf
    end = low * 1.5 if open_ else max(high, low)
    left = 100 * log10(low) / decades
    return Total(
        claim=c.id,
        claimant=words.party(c.claimant, report.parties),
        speaker=c.speaker,
        said=words.day(c.said),
        period=_period(c, report),
        days=round((c.end - c.start).total_seconds() / 86400, 2),
        words=c.words or f"{c.low:,.0f}",
        unit=c.unit,
        accused=words.party(c.accused, report.parties) if c.accused else "",
        low=c.low,
        high=c.high,
        support=found.count if found else -1,
        verdict=TOTALS.get(found.verdict, found.verdict) if found else "not compared",
        reason=found.reason if found else "It counts something that this case does not judge.",
        finding=found.id if found else "",
        left=left,
        width=max(0.0, 100 * log10(end) / decades - left),
        ours=100 * log10(found.count) / decades if found and 0 < found.count < 10**decades else -1.0,
        open=open_,
        url=c.url,
    )


def _period(c: Claim, report: ReportInput) -> str:
    if c.start == EPOCH and c.end == EPOCH:
        return "not stated"
    day, time = words.span(c.start, c.end, report.clock)
    return day if time == "not known" else f"{day}, {time}"


def _speakers(claims: list[Claim], report: ReportInput) -> tuple[Speaker, ...]:
    family = {}
    denied: dict[str, tuple[str, ...]] = {}
    incidents = report.incidents
    for ids, channels, deniers in zip(
        incidents.column("observations"), incidents.column("channels"), incidents.column("denied_by"), strict=True
    ):
        free = any(c.split(".")[0] in INDEPENDENT for c in channels)
        for o in ids:
            family[o], denied[o] = free, deniers
    fighting = {words.party(p, report.parties) for p in report.belligerents}
    out: dict[tuple[str, str], list[int]] = {}
    for c in claims:
        if c.stance != "asserts" or _is_total(c) or not c.act:
            continue
        counted = out.setdefault((words.party(c.claimant, report.parties), c.speaker), [0, 0, 0, 0, 0])
        counted[0] += 1
        if c.observation not in family:
            counted[4] += 1
        elif family[c.observation]:
            counted[1] += 1
        else:
            counted[2] += 1
        if any(d != c.claimant for d in denied.get(c.observation, ())):
            counted[3] += 1
    return tuple(
        Speaker(*who, *counted)
        for who, counted in sorted(
            out.items(), key=lambda kv: (kv[0][0] not in fighting, kv[0][0], -kv[1][0], kv[0][1])
        )
    )


def _denial(c: Claim, report: ReportInput, found: Finding | None, shown: set[str], authors: dict[str, str]) -> Denial:
    evidence = found.evidence if found else ()
    reason = found.reason if found else "It speaks of no period that could be compared."
    if found and found.count:
        reason = (
            f"{words.count(found.count, 'incident')} in the period that sources outside the parties' offices support; "
        )
        reason += _by(c.claimant, evidence, report, authors)
    return Denial(
        claim=c.id,
        claimant=words.party(c.claimant, report.parties),
        speaker=c.speaker,
        said=words.day(c.said),
        period=_period(c, report),
        summary=c.summary,
        stance="denies" if c.stance == "denies" else "cannot confirm",
        support=found.count if found else -1,
        verdict=_denied(found),
        reason=reason[:1].upper() + reason[1:],
        finding=found.id if found else "",
        examples=tuple(i for i in evidence if i in shown)[:3],
        url=c.url,
    )


def _denied(found: Finding | None) -> str:
    if found is None:
        return "not compared"
    return DENIED["contradicted"] if found.count else DENIED.get(found.verdict, found.verdict)


def _by(denier: str, incidents: tuple[str, ...], report: ReportInput, authors: dict[str, str]) -> str:
    """Say how many of the incidents are attributed to who denies them: that they occurred does not tell who did it."""
    n = sum(authors.get(i) == denier for i in set(incidents))
    name = words.party(denier, report.parties)
    return (
        f"{words.number(n)} of them {'is' if n == 1 else 'are'} attributed to {name}."
        if n
        else f"none is attributed to {name}."
    )
