"""The headline and "In one minute": sentences made from findings, in order of how surely they can be said.

Why generated: a sentence written by hand drifts from the findings it sums up. Here every sentence carries the ids
of what it rests on, and the order is fixed: what holds under every reading, what hangs on the reading, what nobody
could see. Likelihood comes from probabilities and analytic confidence stands in a sentence of its own (ICD 203).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import isfinite

from ceasefire.reporting import words
from ceasefire.reporting.coverage_table import Coverage
from ceasefire.reporting.given import Numbers, ReportInput
from ceasefire.reporting.matrix import Matrix, Row
from ceasefire.reporting.obligations import Obligation
from ceasefire.reporting.release import Held

LISTED = 5
"""Up to so many breaches are named in the first sentence; more are counted by object."""


@dataclass(frozen=True)
class Sentence:
    """One generated sentence and what it rests on."""

    id: str
    text: str
    anchor: str
    """Id of the place on the page that shows what it rests on."""
    findings: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figure:
    """One key figure."""

    value: str
    label: str
    symbol: str
    anchor: str


def numbers(report: ReportInput, matrix: Matrix, coverage: Coverage) -> Numbers:
    """Give the numbers that the next issue compares itself with."""
    days = coverage.days
    return Numbers(
        start=days[0] if days else "",
        end=days[-1] if days else "",
        incidents=len(matrix.rows),
        every=len(matrix.group("every")),
        depends=len(matrix.group("depends")),
        undecided=len(matrix.group("undecided")),
        looks=coverage.looks,
        looks_possible=coverage.possible,
        region_days=coverage.region_days,
        region_days_looked=coverage.region_days_looked,
    )


def headline(matrix: Matrix) -> str:
    """Give the headline: what holds under every reading first, then what does not."""
    n = len({c.reading for c in matrix.columns})
    every, depends = len(matrix.group("every")), len(matrix.group("depends"))
    undecided = len(matrix.group("undecided"))
    if every and depends:
        first = f"{words.count(every, 'incident is a breach', 'incidents are breaches')} whichever text counts"
        return _capital(f"{first}; {words.number(depends)} more hang on the reading")
    if every:
        return _capital(f"{words.count(every, 'incident is a breach', 'incidents are breaches')} under every reading")
    if depends:
        return _capital(
            f"no incident is a breach under all {words.number(n)} readings; "
            f"{words.number(depends)} {'is' if depends == 1 else 'are'} under some"
        )
    if undecided:
        return _capital(f"no breach established; {words.count(undecided, 'incident')} cannot be decided")
    return "No breach established; what was not looked at is listed below"


def figures(matrix: Matrix, coverage: Coverage) -> tuple[Figure, ...]:
    """Give the key figures under the headline."""
    unseen = coverage.region_days - coverage.region_days_looked
    return (
        Figure(f"{len(matrix.group('every')):,}", "breaches under every reading", "■", "every"),
        Figure(f"{len(matrix.group('depends')):,}", "hang on the reading", "◩", "depends"),
        Figure(f"{len(matrix.group('undecided')):,}", "cannot be decided", "◧", "undecided"),
        Figure(words.share(unseen, coverage.region_days), "of regions and days were not observed", "▨", "coverage"),
    )


def sentences(
    report: ReportInput,
    matrix: Matrix,
    coverage: Coverage,
    obligations: tuple[Obligation, ...],
    held: Held,
) -> tuple[Sentence, ...]:
    """Write "In one minute": four to seven sentences, each with what it rests on."""
    out = [
        _every(matrix, report),
        _depends(matrix),
        _undecided(matrix),
        _who(matrix),
        _unseen(report, matrix, coverage),
    ]
    out += [_owed(obligations), _held(held)]
    return tuple(s for s in out if s)


def confidence(matrix: Matrix, coverage: Coverage) -> Sentence:
    """State analytic confidence in the counts, apart from any likelihood, with the rule that set it.

    High where most of the area was looked at and most breaches rest on two families of channels or more; low where
    less than half the area was looked at or most breaches rest on one family; else moderate.
    """
    rows = [*matrix.group("every"), *matrix.group("depends")]
    seen = coverage.region_days_looked / coverage.region_days if coverage.region_days else 0.0
    single = sum(1 for r in rows if len(r.channels) < 2)
    alone = single / len(rows) if rows else 1.0
    if seen >= 0.8 and alone <= 0.25:
        level = "high"
    elif seen < 0.5 or alone > 0.5:
        level = "low"
    else:
        level = "moderate"
    why = f"some channel looked at {words.share(coverage.region_days_looked, coverage.region_days)} of regions and days"
    if rows:
        some = words.share(single, len(rows)) if single else "none"
        why += f", and {some} of the breaches {'rest' if single else 'rests'} on one channel alone"
    return Sentence("s-confidence", f"Our confidence in these counts is {level}: {why}.", "method")


def _every(matrix: Matrix, report: ReportInput) -> Sentence:
    rows = matrix.group("every")
    n = len({c.reading for c in matrix.columns})
    if not rows:
        text = f"No incident is a breach under all {words.number(n)} readings of the text."
        most, findings = _missed(report)
        if findings:
            text += f" That is no proof of none: by what was looked at, up to {most} could have happened (95% limit)."
        return Sentence("s-every", text, "matrix", findings)
    subject = words.count(len(rows), "incident is a breach", "incidents are breaches")
    least = words.chance(min(r.p_occurred for r in rows))
    text = f"{subject} under all {words.number(n)} readings of the text"
    text += f": {_listed(rows)}. " if len(rows) <= LISTED else f". The objects: {_objects(rows)}. "
    text += f"It is {least} to have occurred." if len(rows) == 1 else f"Each is at least {least} to have occurred."
    return Sentence("s-every", _capital(text), "every", _findings(rows, ("violation",)))


def _missed(report: ReportInput) -> tuple[str, tuple[str, ...]]:
    """Give the largest upper limit on breaches over the whole area, and the findings that state the limits."""
    whole = report.findings.where(kind="period", subject="all")
    limits = [f for f in whole if isfinite(f.upper_limit)]
    return (f"{max(f.upper_limit for f in limits):,.0f}" if limits else "", tuple(f.id for f in limits))


def _listed(rows: tuple[Row, ...]) -> str:
    return "; ".join(f"{r.place}, {r.date} ({r.object})" for r in rows)


def _objects(rows: tuple[Row, ...]) -> str:
    top = sorted(Counter(r.object for r in rows).items(), key=lambda kv: (-kv[1], kv[0]))
    named = [f"{o} ({n:,})" for o, n in top[:3]]
    if len(top) > 3:
        named.append(f"other objects ({sum(n for _, n in top[3:]):,})")
    return words.joined(named)


def _depends(matrix: Matrix) -> Sentence | None:
    rows = matrix.group("depends")
    if not rows:
        return None
    verb = "counts as a breach" if len(rows) == 1 else "count as breaches"
    noun = " more" if matrix.group("every") else " incident" if len(rows) == 1 else " incidents"
    text = f"{_capital(words.number(len(rows)))}{noun} {verb} under some readings only"
    titles = {c.reading: c.title for c in matrix.columns}
    per = Counter(c.reading for r in rows for c in r.cells if c.verdict == "violation")
    counted = [f"{words.number(per[r])} under “{t}”" for r, t in titles.items() if per[r]]
    if len(counted) < len(titles):
        counted.append("none under the rest")
    text += f": {words.joined(counted)}."
    clock = sum(1 for r in rows if any(c.verdict == "not_in_force" for c in r.cells))
    objects = sum(1 for r in rows if any(c.verdict == "not_covered" for c in r.cells))
    hangs = []
    if clock:
        hangs.append(f"{words.number(clock)} on when the truce began and ended")
    if objects:
        hangs.append(f"{words.number(objects)} on which objects or places it protects")
    if hangs:
        text += (
            f" They hang on the following, some on both: {words.joined(hangs)}."
            if len(hangs) > 1
            else (f" The dispute is {hangs[0].split(' ', 1)[1]}.")
        )
    return Sentence("s-depends", text, "depends", _findings(rows, ("violation", "not_covered", "not_in_force")))


def _undecided(matrix: Matrix) -> Sentence | None:
    rows = matrix.group("undecided")
    if not rows:
        return None
    text = (
        f"{words.count(len(rows), 'incident')} may have been on protected objects, but what is known does not decide it"
    )
    reasons = Counter(_reason(r) for r in rows)
    top = sorted(reasons.items(), key=lambda kv: (-kv[1], kv[0]))[:2]
    if len(rows) == 1:
        text += f": {top[0][0]}"
    else:
        text += ". Why: " + "; ".join(f"for {words.number(n)}, {why}" for why, n in top)
    return Sentence("s-undecided", _capital(text) + ".", "undecided", _findings(rows, ("insufficient",)))


def _reason(row: Row) -> str:
    """Give the commonest reason why an incident is undecided, as a clause."""
    reasons = Counter(c.reason.split(" In detail:")[0].rstrip(".") for c in row.cells if c.verdict == "insufficient")
    why = min(reasons.items(), key=lambda kv: (-kv[1], kv[0]))[0]
    return why[:1].lower() + why[1:]


def _who(matrix: Matrix) -> Sentence | None:
    rows = [*matrix.group("every"), *matrix.group("depends")]
    if not rows:
        return None
    named = Counter(r.who[0].rstrip(".") for r in rows if r.attribution not in ("", "undetermined"))
    open_ = len(rows) - sum(named.values())
    if not named:
        text = f"Who did it is undetermined for all {len(rows):,} breaches: no ground that excludes the alternatives."
    else:
        done = [
            f"{words.number(n)} {'is' if n == 1 else 'are'} attributed to {who}"
            for who, n in sorted(named.items(), key=lambda kv: (-kv[1], kv[0]))
        ]
        text = _capital(f"{words.joined(done)}.")
        if open_:
            text = f"Who did it is undetermined for {open_:,} of {len(rows):,} breaches; {words.joined(done)}."
        elif len(rows) > 1:
            text = f"Of these {words.number(len(rows))} breaches, {words.joined(done)}."
    blamed = sum(1 for r in rows if r.accusers)
    both = sum(1 for r in rows if len(r.accusers) > 1)
    denied = sum(1 for r in rows if set(r.deniers) & set(r.accused_ids))
    extra = [f"a party blames the other for {words.number(blamed)}"] if blamed else []
    extra += [f"each blames the other for {words.number(both)}"] if both else []
    extra += [f"the accused side denies {words.number(denied)}"] if denied else []
    text += f" {_capital(words.joined(extra))}." if extra else ""
    return Sentence("s-who", text, "matrix", _findings(rows, ("violation",)))


def _unseen(report: ReportInput, matrix: Matrix, coverage: Coverage) -> Sentence:
    silent = [c for c in coverage.channels if not c.looks]
    parts = []
    satellites = [c for c in silent if c.code.startswith("satellite")]
    if satellites and len(satellites) == sum(c.code.startswith("satellite") for c in coverage.channels):
        possible = sum(c.possible for c in satellites)
        parts.append(
            f"No satellite looked: none of {possible:,} possible looks was made."
            if possible
            else "No satellite looked: no data was at hand."
        )
        silent = [c for c in silent if c not in satellites]
    heard = {name for r in matrix.rows for name in r.channels}
    for c in silent:
        if c.name in heard:
            parts.append(f"{c.name} are heard here, but when they looked is not on record.")
        elif c.possible:
            parts.append(f"{c.name} did not look: none of {c.possible:,} possible looks was made.")
        else:
            parts.append(f"{c.name} gave no look.")
    unseen = coverage.region_days - coverage.region_days_looked
    if unseen:
        parts.append(
            f"On {words.share(unseen, coverage.region_days)} of regions and days nobody looked well enough to notice a "
            "breach; silence there proves nothing."
        )
    elif not parts:
        parts.append("Every region was looked at on every day by at least one channel.")
    ids = report.findings.where(kind="period", verdict="not_observed").column("id")
    return Sentence("s-unseen", " ".join(parts), "coverage", tuple(ids.tolist()))


def _owed(obligations: tuple[Obligation, ...]) -> Sentence | None:
    short = [o for o in obligations if o.promised > 0 and not o.all_fulfilled]
    counted = [o for o in obligations if o.promised > 0]
    if not counted:
        return None
    done = len(counted) - len(short)
    verb = "was" if done == 1 else "were"
    text = f"Of {words.count(len(counted), 'obligation')} with a number, {words.number(done)} {verb} fulfilled"
    partly = [o for o in short if o.delivered > 0][:2]
    if partly:
        told = [f"{o.delivered:,.0f} of {o.promised:,.0f} in “{o.title}”" for o in partly]
        text += f". Delivered in part: {words.joined(told)}"
    ids = tuple(i for o in counted for i in o.findings)
    return Sentence("s-owed", text + ".", "obligations", ids, tuple(c for o in counted for c in o.claims))


def _held(held: Held) -> Sentence | None:
    n = held.delayed + held.marked
    if not n:
        return None
    verb = "is" if n == 1 else "are"
    return Sentence(
        "s-held", f"{_capital(words.count(n, 'incident'))} {verb} held back by the release rules.", "release"
    )


def _findings(rows: tuple[Row, ...] | list[Row], verdicts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(c.finding for r in rows for c in r.cells if c.verdict in verdicts and c.finding)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
