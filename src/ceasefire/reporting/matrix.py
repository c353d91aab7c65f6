"""Incident by reading: which incidents are breaches under every reading, which under some, which nobody can decide.

Why a matrix: the parties never agreed on one text, so "how many violations" has one answer per reading. The rows on
which all readings agree can be said without taking a side; the rest must show what the answer hangs on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import exp, isnan, nan
from typing import Literal

from ceasefire.model.records import Incident, Observation, Weight
from ceasefire.model.table import Table
from ceasefire.reporting import words
from ceasefire.reporting.given import ReportInput
from ceasefire.reporting.release import among

Group = Literal["every", "depends", "undecided"]
GROUPS: tuple[Group, ...] = ("every", "depends", "undecided")
TITLES: dict[str, tuple[str, str, str]] = {
    "every": ("■", "Breach under every reading", "Whichever text one holds to be the agreed one, these are breaches."),
    "depends": ("◩", "Depends on the reading", "Breaches under one text, but not under another."),
    "undecided": (
        "◧",
        "Cannot be decided",
        "Perhaps on a protected object, but what is known does not carry a verdict under any reading.",
    ),
}
RELEVANT_OBJECT = 0.5
"""An undecided incident is shown where the chance of a protected object is at least this: more likely than not."""
INDEPENDENT = ("satellite", "drone", "news", "monitor", "alert")
"""Families of channels that speak for no party; local authorities belong to one side's administration."""
SHOWN_PER_GROUP = 250
"""Rows printed per group, likeliest first; the rest is counted and in the tables."""


@dataclass(frozen=True)
class Column:
    """One provision under one reading."""

    provision: str
    reading: str
    title: str
    """Name of the reading."""
    provision_title: str


@dataclass(frozen=True)
class Cell:
    """One verdict."""

    provision: str
    reading: str
    verdict: str
    symbol: str
    word: str
    reason: str
    would_change: str
    rule: str
    p_covered: float
    finding: str
    """Finding id; empty where this was not judged."""
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """One verdict with its reason, and the readings under which it holds."""

    readings: str
    verdict: str
    word: str
    reason: str
    would_change: str
    covered: str
    """How likely the object is one that these readings protect, in words."""


@dataclass(frozen=True)
class Report:
    """One observation of an incident, as far as it may be published."""

    observation: str
    source: str
    """Who publishes: the site where a link is known, else the case's name for the source."""
    channel: str
    grade: str
    """Admiralty grade: source reliability, then credibility."""
    summary: str
    url: str
    weights: tuple[str, ...]
    """What it did to the odds, in words."""


@dataclass(frozen=True)
class Row:
    """One incident."""

    id: str
    group: str
    date: str
    time: str
    start: datetime
    end: datetime
    place: str
    located: str
    """Rounded coordinates and radius, or why there are none."""
    region: str
    region_name: str
    lon: float
    lat: float
    radius_km: float
    act: str
    object: str
    object_class: str
    control: str
    control_id: str
    effects: str
    p_occurred: float
    occurred: str
    p_object: float
    on_protected: str
    attribution: str
    """Party id or `undetermined`."""
    accused_ids: tuple[str, ...]
    """Parties that somebody accuses."""
    accusers: tuple[str, ...]
    """Parties that accuse somebody."""
    deniers: tuple[str, ...]
    """Parties that deny it."""
    independent: bool
    """Whether a channel that speaks for no party reported it."""
    who: tuple[str, ...]
    """Who did it as far as known, then what each side says, a sentence each."""
    origins: int
    channels: tuple[str, ...]
    summary: str
    alternatives: tuple[str, ...]
    cells: tuple[Cell, ...]
    verdicts: tuple[Verdict, ...]
    """The same, readings that agree put together."""
    reports: tuple[Report, ...]
    prior: tuple[str, ...]
    """What was assumed before any report, in words."""


@dataclass(frozen=True)
class Matrix:
    """All relevant incidents, grouped."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    """Every relevant incident, in order of time."""
    others: int
    """Incidents on which no reading says breach and which are not undecided on a protected object."""

    def group(self, name: str) -> tuple[Row, ...]:
        """Give the rows of one group."""
        return tuple(r for r in self.rows if r.group == name)

    def shown(self, name: str) -> tuple[Row, ...]:
        """Give the rows of one group that are printed: the likeliest, in order of time."""
        rows = sorted(self.group(name), key=lambda r: (-r.p_occurred, r.id))[:SHOWN_PER_GROUP]
        return tuple(sorted(rows, key=_order))


def matrix(report: ReportInput) -> Matrix:
    """Sort the incidents of a released report by what the readings say of them.

    Parameters
    ----------
    report
        As `ReportInput.released` gives it.
    """
    columns = _columns(report)
    relevant = {i: g for i, judged in _verdicts_by_incident(report).items() if (g := group_of(judged, columns))}
    cells = _cells(report, set(relevant))
    incidents = report.incidents.keep(among(report.incidents.column("id"), relevant))
    weights = _weights(report, set(relevant))
    observations = _observations(report, incidents)
    rows = []
    for i in incidents:
        judged = tuple(cells[i.id].get((c.provision, c.reading), _blank(c)) for c in columns)
        rows.append(_row(i, relevant[i.id], judged, columns, report, observations, weights.get(i.id, [])))
    return Matrix(columns, tuple(sorted(rows, key=_order)), len(report.incidents) - len(rows))


def group_of(judged: dict[tuple[str, str], tuple[str, float]], columns: tuple[Column, ...]) -> str:
    """Give the group of an incident from its verdicts; empty where no reading makes it an issue.

    Parameters
    ----------
    judged
        Verdict and P(covered) by provision and reading.
    columns
        All pairs of provision and reading that were judged.

    A provision counts by the readings that hold that it exists; of several provisions, the plainest group holds.

    >>> columns = tuple(Column("energy", r, r, "Energy") for r in ("a", "b"))
    >>> group_of({("energy", "a"): ("violation", 0.9), ("energy", "b"): ("not_in_force", 0.9)}, columns)
    'depends'
    """
    found = ""
    for provision in dict.fromkeys(c.provision for c in columns):
        here = [judged.get((c.provision, c.reading), ("", nan)) for c in columns if c.provision == provision]
        if all(v == "violation" for v, _ in here):
            return "every"
        if any(v == "violation" for v, _ in here):
            found = "depends"
        elif not found and any(v == "insufficient" and p >= RELEVANT_OBJECT for v, p in here):
            found = "undecided"
    return found


def _verdicts_by_incident(report: ReportInput) -> dict[str, dict[tuple[str, str], tuple[str, float]]]:
    out: dict[str, dict[tuple[str, str], tuple[str, float]]] = {}
    published = set(report.incidents.column("id").tolist())
    of_incidents = report.findings.where(kind="incident")
    columns = (of_incidents.column(n).tolist() for n in ("subject", "provision", "reading", "verdict", "p_covered"))
    for subject, provision, reading, verdict, p_covered in zip(*columns, strict=True):
        if subject in published:
            out.setdefault(subject, {})[provision, reading] = verdict, p_covered
    return out


def _order(row: Row) -> tuple[datetime, datetime, str]:
    return (row.start, row.end, row.id)


def _columns(report: ReportInput) -> tuple[Column, ...]:
    """Give the columns in the agreement's order, of the pairs on which there is a verdict."""
    of_incidents = report.findings.where(kind="incident")
    judged = set(zip(of_incidents.column("provision").tolist(), of_incidents.column("reading").tolist(), strict=True))
    titles = {r.id: r.title for r in report.agreement.readings}
    known = [
        Column(p.id, r.id, titles[r.id], p.title)
        for p in report.agreement.provisions
        for r in report.agreement.readings
        if (p.id, r.id) in judged
    ]
    listed = {(c.provision, c.reading) for c in known}
    return tuple(known + [Column(p, r, r, p) for p, r in sorted(judged - listed)])


def _cells(report: ReportInput, incidents: set[str]) -> dict[str, dict[tuple[str, str], Cell]]:
    out: dict[str, dict[tuple[str, str], Cell]] = {}
    of_incidents = report.findings.where(kind="incident")
    for f in of_incidents.keep(among(of_incidents.column("subject"), incidents)):
        symbol, word = words.VERDICTS.get(f.verdict, ("?", f.verdict.replace("_", " ")))
        out.setdefault(f.subject, {})[f.provision, f.reading] = Cell(
            f.provision,
            f.reading,
            f.verdict,
            symbol,
            word,
            f.reason,
            f.would_change,
            f.rule,
            f.p_covered,
            f.id,
            f.sources,
        )
    return out


def _blank(column: Column) -> Cell:
    symbol, word = words.VERDICTS[""]
    return Cell(column.provision, column.reading, "", symbol, word, "", "", "", nan, "", ())


def _weights(report: ReportInput, incidents: set[str]) -> dict[str, list[Weight]]:
    out: dict[str, list[Weight]] = {}
    for w in report.weights.keep(among(report.weights.column("incident"), incidents)):
        out.setdefault(w.incident, []).append(w)
    return out


def _observations(report: ReportInput, incidents: Table[Incident]) -> dict[str, Observation]:
    used = {o for ids in incidents.column("observations") for o in ids}
    return {o.id: o for o in report.observations.keep(among(report.observations.column("id"), used))}


def _row(
    i: Incident,
    group: str,
    cells: tuple[Cell, ...],
    columns: tuple[Column, ...],
    report: ReportInput,
    observations: dict[str, Observation],
    weights: list[Weight],
) -> Row:
    date, time = words.span(i.start, i.end, report.clock)
    seen = [observations[o] for o in i.observations if o in observations]
    name = report.region(i.region)
    effects = dict.fromkeys(o.effect for o in seen if o.effect and o.effect != "none")
    return Row(
        id=i.id,
        group=group,
        date=date,
        time=time,
        start=i.start,
        end=i.end,
        place=_place(i.place, name),
        located=_located(i, report),
        region=i.region,
        region_name=name,
        lon=i.lon,
        lat=i.lat,
        radius_km=i.radius_km,
        act=words.act(i.act),
        object=words.thing(i.object_class),
        object_class=i.object_class,
        control_id=i.control,
        control=_control(i.control, report),
        effects=words.joined([words.EFFECTS.get(e, e) for e in effects]),
        p_occurred=i.p_occurred,
        occurred=words.chance(i.p_occurred),
        p_object=i.p_object,
        on_protected=words.chance(i.p_object),
        attribution=i.attribution,
        accused_ids=tuple(sorted({a for _, a in i.accused_by if a})),
        accusers=tuple(sorted({c for c, a in i.accused_by if a})),
        deniers=i.denied_by,
        independent=any(c.split(".")[0] in INDEPENDENT for c in i.channels),
        who=_who(i, report),
        origins=i.origins,
        channels=tuple(words.channel(c) for c in i.channels),
        summary=i.summary,
        alternatives=tuple(words.ALTERNATIVES.get(a, a.replace("_", " ")) for a in i.alternatives),
        cells=cells,
        verdicts=_verdicts(cells, {(c.provision, c.reading): c.title for c in columns}),
        reports=tuple(_report(o, weights, report) for o in seen),
        prior=_priors(weights, report),
    )


def _verdicts(cells: tuple[Cell, ...], titles: dict[tuple[str, str], str]) -> tuple[Verdict, ...]:
    same: dict[tuple[str, ...], list[str]] = {}
    for c in cells:
        covered = "" if isnan(c.p_covered) else words.chance(c.p_covered)
        same.setdefault((c.verdict, c.word, c.reason, c.would_change, covered), []).append(
            titles[c.provision, c.reading]
        )
    return tuple(Verdict("; ".join(names), *key) for key, names in same.items())


def _place(place: str, region: str) -> str:
    """Name a place without saying its region twice."""
    parts = [p.strip() for p in place.split(",") if p.strip()]
    short = [p for n, p in enumerate(parts) if n == 0 or region.lower() not in p.lower()]
    return ", ".join(short) or region


def _located(i: Incident, report: ReportInput) -> str:
    if isnan(i.lon):
        return "named by region only"
    return f"{words.coordinates(i.lon, i.lat, report.rules.decimals)}, within {i.radius_km:,.0f} km"


def _control(control: str, report: ReportInput) -> str:
    if control == "contested":
        return "contested that day"
    return f"held by {words.party(control, report.parties)} that day" if control else ""


def _who(i: Incident, report: ReportInput) -> tuple[str, ...]:
    def name(code: str) -> str:
        return words.party(code, report.parties)

    said = []
    if i.attribution and i.attribution != "undetermined":
        said.append(f"{name(i.attribution)} ({words.BASES.get(i.basis, i.basis.replace('_', ' '))}).")
    else:
        said.append("Undetermined.")
    by_claimant: dict[str, list[str]] = {}
    for claimant, accused in i.accused_by:
        if accused:
            by_claimant.setdefault(claimant, []).append(name(accused))
    said += [f"{name(c)} accuses {words.joined(list(dict.fromkeys(a)))}." for c, a in by_claimant.items()]
    if i.denied_by:
        verb = "denies" if len(i.denied_by) == 1 else "deny"
        said.append(f"{words.joined([name(d) for d in i.denied_by])} {verb} it.")
    return tuple(said)


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


def _priors(weights: list[Weight], report: ReportInput) -> tuple[str, ...]:
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


def _report(o: Observation, weights: list[Weight], report: ReportInput) -> Report:
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
