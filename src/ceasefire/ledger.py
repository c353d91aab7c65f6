"""The body of `ceasefire claims`: claims of a case or of loose articles, and what comparing them shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from math import isfinite
from pathlib import Path

from ceasefire.assessment.contradictions import contradictions
from ceasefire.assessment.disputes import disputes
from ceasefire.assessment.figures import figures
from ceasefire.assessment.positions import day, positions
from ceasefire.assessment.readouts import compare, of_account, proposed
from ceasefire.draft import draft, known_parties
from ceasefire.errors import CeasefireError
from ceasefire.model.ledger import Contradiction, Figure, Position, Readout
from ceasefire.model.records import Claim, Finding, Quarantined
from ceasefire.model.table import Table
from ceasefire.reporting.claim_rows import as_csv, as_json, brief, rows, shown
from ceasefire.store import Observed


@dataclass(frozen=True)
class Said:
    """Claims, and what could not be read."""

    claims: Table[Claim]
    quarantine: Table[Quarantined]
    parties: Mapping[str, str]
    """Ids of the parties, to their names."""
    verdicts: Mapping[str, Finding]
    """Claim id to the finding on it; empty for files without a case."""

    def positions(self) -> list[Position]:
        """Give what each party offers, accepts, demands, makes a condition or refuses, by day."""
        return positions(self.claims)

    def figures(self) -> list[Figure]:
        """Give every stated number with its conflicts."""
        return figures(self.claims)

    def contradictions(self) -> list[Contradiction]:
        """Give the pairs of claims that cannot both be so."""
        return list(contradictions(self.claims))

    def readouts(self, pair: str = "") -> list[Readout]:
        """Give two accounts side by side: `FIRST,SECOND`, or those that are worth comparing where empty."""
        if pair:
            names = [name.strip() for name in pair.split(",")]
            if len(names) != 2 or not all(names):
                raise CeasefireError(f"--readouts {pair!r}: give two names with a comma between, or `auto`")
            for name in names:
                self._known(name)
            return [compare(self.claims, *names)]
        return [compare(self.claims, one, two, on=when) for one, two, when in proposed(self.claims)]

    def _known(self, name: str) -> None:
        """Refuse a name that is nobody's: an empty column would look like silence."""
        if not any(of_account(claim, name) for claim in self.claims):
            known = {c for column in ("speaker", "claimant", "outlet") for c in set(self.claims.column(column)) if c}
            near = get_close_matches(name, sorted(known), n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(known)[:20])}"
            raise CeasefireError(f"--readouts: no claim is by {name!r} ({hint})")

    def draft(self, name: str = "draft") -> str:
        """Give a draft agreement file."""
        return draft(self.claims, parties=self.parties, name=name)


@dataclass(frozen=True)
class Asked:
    """What `ceasefire claims` is asked for; nothing but the claims where all are empty."""

    positions: bool = False
    figures: bool = False
    contradictions: bool = False
    readouts: str = ""
    """`auto`, or two names with a comma between."""
    draft: Path | None = None
    json: bool = False
    csv: bool = False


def answer(said: Said, asked: Asked) -> Iterator[str]:
    """Give the lines that answer what was asked."""
    if asked.draft:
        asked.draft.write_text(said.draft(), encoding="utf-8")
        yield f"{asked.draft}: a draft from {len(said.claims)} claims; confirm each line, then ask `ceasefire lint`"
        return
    made: list[tuple[Sequence[object], Iterable[str]]] = []
    if asked.positions:
        made.append((said.positions(), _told_positions(said.positions())))
    if asked.figures:
        made.append((said.figures(), _told_figures(said.figures())))
    if asked.contradictions:
        made.append((said.contradictions(), _told_contradictions(said.contradictions(), said.claims)))
    if asked.readouts:
        accounts = said.readouts("" if asked.readouts == "auto" else asked.readouts)
        made.append((accounts, _told_readouts(accounts)))
    if not made:
        made.append((rows(said.claims, said.verdicts), _told(said)))
    for records, lines in made:
        if asked.csv:
            flat = [r if isinstance(r, dict) else vars(r) for r in records]
            yield as_csv(flat).rstrip("\n")
        elif asked.json:
            yield as_json(records)
        elif not records:
            yield "none"
        else:
            yield from lines


def from_files(paths: Sequence[Path], *, outlet: str = "", published: str = "", zone: str = "UTC") -> Said:
    """Read articles that belong to no case.

    Parameters
    ----------
    paths
        HTML pages, plain text, feeds, or folders of them.
    outlet
        Who published them, where the files do not say so.
    published
        Day or time of publication, where the files do not say so.
    zone
        Time zone of the outlet.
    """
    from ceasefire.model.intake import Window
    from ceasefire.sources import articles
    from ceasefire.text.claims import claims_of_documents

    missing = [p for p in paths if not p.exists()]
    if missing:
        raise CeasefireError(f"{missing[0]}: no such file")
    options = {k: v for k, v in (("outlet", outlet), ("published", published), ("zone", zone)) if v}
    window = Window(datetime(1990, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
    got = articles.read(paths, source="articles", window=window, options=options)
    claims, unread = claims_of_documents(got.documents, zones={"articles": zone})
    return Said(claims, Table.concat(Quarantined, [got.quarantine, unread]), known_parties(claims), {})


def of_run(observed: Observed, findings: Table[Finding], parties: Mapping[str, str]) -> Said:
    """Give the claims of a finished run, with the findings on totals, denials and events."""
    judged = {f.subject: f for f in findings.where(kind="claim")}
    return Said(observed.claims.sort("said", "id"), observed.quarantine, parties, judged)


def _told(said: Said) -> Iterator[str]:
    """Print claims one a line, then how many could not be read and why."""
    for c in said.claims:
        chain = f" (by {shown(' > '.join(c.chain))})" if c.chain else ""
        number = f"  {c.words} {c.unit}".rstrip() if isfinite(c.low) or isfinite(c.high) else ""
        what = f"{c.act or '-'}{f'/{c.object_class}' if c.object_class else ''}"
        where = f"  {c.begin}-{c.stop}" if c.begin >= 0 else ""
        found = said.verdicts.get(c.id)
        verdict = f"  [{found.verdict}]" if found else ""
        yield f"{c.id}  {day(c) or 'no date':<10} {shown(c.speaker)}{chain}: {c.stance} {what}{number}{where}{verdict}"
    yield f"{len(said.claims)} claims"
    for q in said.quarantine:
        yield f"not read: {q.granule}: {q.reason}"


def _told_positions(rows: Iterable[Position]) -> Iterator[str]:
    """Print positions one a line."""
    for p in rows:
        what = f"{p.act}{f'/{p.object_class}' if p.object_class else ''}"
        by = "" if p.own else f", told by {', '.join(p.told_by)}"
        who = f"{p.day or 'no date':<10}  {shown(p.party):<14} {p.stance:<10}"
        yield f"{who} {what}  ({p.voices} independent{shown(by)})  {' '.join(p.claims)}"


def _told_figures(rows: Iterable[Figure]) -> Iterator[str]:
    """Print figures one a line, conflicts marked."""
    for f in rows:
        since = f"  {f.since} to {f.until}" if f.since else ""
        clash = f"  conflicts with {' '.join(f.conflicts)}" if f.conflicts else ""
        what = f.group.split("|")
        kind = " ".join(x for x in (what[2], what[1] or what[0]) if x)
        who = f"{f.claim}  {f.said}  {shown(f.speaker)} ({shown(f.outlet) or 'outlet not known'})"
        yield f"{who}: {shown(f.words)} {f.unit}, {kind}{since}{clash}"


def _told_contradictions(rows: Iterable[Contradiction], claims: Table[Claim]) -> Iterator[str]:
    """Print contradictions by what they are about, each with the statements and where they stand."""
    by_id = {c.id: c for c in claims}
    for x in disputes(rows, claims):
        yield f"{x.id}  {x.rule}: {x.why}"
        for side in (x.one, x.other):
            for claim in (by_id[i] for i in side[:3]):
                quote = brief(claim.text) or shown(claim.summary)
                yield f"    {claim.id}  {shown(claim.speaker)}: {quote}  {claim.begin}-{claim.stop}"
            if len(side) > 3:
                yield f"    and {len(side) - 3} more: {' '.join(side[3:])}"


def _told_readouts(rows: Iterable[Readout]) -> Iterator[str]:
    """Print accounts side by side."""
    for r in rows:
        yield f"{r.first} | {r.second}{f', {r.day}' if r.day else ''}"
        names = {"both": "in both", "first": f"only {r.first}", "second": f"only {r.second}", "conflict": "in conflict"}
        for line in r.lines:
            what = f"{line.act}{f'/{line.object_class}' if line.object_class else ''}"
            why = f"  ({line.why})" if line.why else ""
            yield f"  {names[line.state]:<28} {what}{why}  {' '.join(line.first)} | {' '.join(line.second)}"
