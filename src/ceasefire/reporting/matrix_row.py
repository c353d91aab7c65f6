"""One incident as a row of the matrix: when, where, what, who says so, and its verdicts put together."""

from __future__ import annotations

from math import isnan

from ceasefire.model.records import Incident, Observation, Weight
from ceasefire.reporting import words
from ceasefire.reporting.given import ReportInput
from ceasefire.reporting.matrix_rows import Cell, Column, Row, Verdict
from ceasefire.reporting.matrix_weights import assumed, reported

INDEPENDENT = ("satellite", "drone", "ais", "news", "monitor", "alert")
"""Families of channels that speak for no party; local authorities belong to one side's administration."""


def row(
    i: Incident,
    group: str,
    cells: tuple[Cell, ...],
    columns: tuple[Column, ...],
    report: ReportInput,
    observations: dict[str, Observation],
    weights: list[Weight],
) -> Row:
    """Describe an incident.

    Parameters
    ----------
    i, group, cells
        An incident as released, its group, and its verdicts in the order of the columns.
    columns
        Provisions and readings.
    report
        The released report.
    observations
        Observations by id, those of other incidents as well.
    weights
        Weights of this incident.
    """
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
        reports=tuple(reported(o, weights, report) for o in seen),
        prior=assumed(weights, report),
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
