"""One issue of the report: what a run found, put together with the case's rules and the agreement's windows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from ceasefire.assessment.contradictions import contradictions
from ceasefire.assessment.disputes import disputes
from ceasefire.assessment.figures import figures
from ceasefire.assessment.positions import positions
from ceasefire.assessment.readouts import compare, proposed
from ceasefire.errors import CeasefireError
from ceasefire.fusion.missing import missing
from ceasefire.geo import regions
from ceasefire.model.agreement import Agreement
from ceasefire.model.effect import Judged
from ceasefire.model.records import Finding
from ceasefire.model.table import Table
from ceasefire.reporting import report, statements
from ceasefire.reporting.given import InForce, Numbers, ReportInput
from ceasefire.reporting.pictures import Pictures
from ceasefire.store import Incidents, Observed

if TYPE_CHECKING:
    from ceasefire.case import Case


def write(
    case: Case, observed: Observed, fused: Incidents, findings: Table[Finding], effects: tuple[Judged, ...] = ()
) -> Path:
    """Write `report/` into the case's output folder.

    Returns
    -------
    Path of the page, `report/index.html`.
    """
    given = report_input(case, observed, fused, findings, effects)
    images = Pictures(observed.pictures, observed.png)
    return report.write(given, case.output / "report", _compared(observed), images, observed.patrols, observed.sea)


def _compared(observed: Observed) -> statements.Compared:
    """Compare what was said among itself."""
    claims = observed.claims
    return statements.Compared(
        positions=positions(claims),
        readouts=[compare(claims, one, two, on=day) for one, two, day in proposed(claims)],
        figures=figures(claims),
        contradictions=disputes(contradictions(claims), claims),
    )


def report_input(
    case: Case, observed: Observed, fused: Incidents, findings: Table[Finding], effects: tuple[Judged, ...] = ()
) -> ReportInput:
    """Put together what the report is made from."""
    file = case.file
    names = regions.names()
    used = sorted(set(case.regions) | set(fused.incidents.column("region")) - {""})
    return ReportInput(
        agreement=case.agreement,
        others=case.others,
        case=file.id,
        title=file.title,
        period=file.window,
        clock=file.clock,
        cutoff=file.cutoff,
        issued=file.issued,
        version=file.version,
        supersedes=file.supersedes,
        contact=file.contact,
        regions=case.regions,
        boundary_view=file.boundary_view,
        rules=file.release,
        incidents=fused.incidents,
        weights=fused.weights,
        findings=findings,
        claims=observed.claims,
        looks=observed.looks,
        observations=observed.observations,
        quarantine=observed.quarantine,
        counts=observed.counts,
        files=observed.files,
        cells=fused.coverage,
        detection=fused.detection,
        unlisted=missing(fused.patterns),
        shapes={code: regions.shape(code) for code in used},
        region_names={code: names[code] for code in used},
        in_force=_in_force(case.agreement),
        previous=_previous(case),
        assumptions=_assumptions(case),
        licences={s.id: s.licence for s in file.sources if s.licence},
        expected_channels=file.channels,
        effects=effects,
    )


def _in_force(agreement: Agreement) -> tuple[InForce, ...]:
    out = []
    for provision in agreement.provisions:
        for reading, terms in provision.readings.items():
            begin, end = terms.in_force_from, terms.until
            out.append(
                InForce(
                    provision.id,
                    reading,
                    begin.earliest if begin else None,
                    begin.latest if begin else None,
                    end.earliest if end else None,
                    end.latest if end else None,
                )
            )
    return tuple(out)


def _previous(case: Case) -> Numbers | None:
    if not case.file.previous:
        return None
    path = case.folder / case.file.previous
    try:
        sheet = json.loads(path.read_text(encoding="utf-8"))
        return Numbers(**sheet["numbers"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CeasefireError(f"{path} is no report.json of an earlier issue ({error})") from None


def _assumptions(case: Case) -> dict[str, str]:
    """Give every stated number with its meaning, in words."""
    out = {}
    for name, record in (("fusion", case.file.assumptions), ("verdicts", case.file.thresholds)):
        values = record.model_dump(mode="json")
        for field, info in type(record).model_fields.items():
            meaning = " ".join((info.description or "").split())
            out[f"{name}: {field}"] = f"{_plain(values[field])}. {meaning}".strip()
    used = case.calibration
    none = "none: probabilities are those of the stated weights, and nobody knows what they are worth in this conflict"
    out["fusion: calibration map"] = used.described() if used else none
    return out


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k} {_plain(v)}" for k, v in value.items())
    return f"{value:g}" if isinstance(value, float) else str(value)
