"""The release rules let nothing through that they must hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceasefire.assessment.borne_out import borne_out
from ceasefire.geo.distance import km
from ceasefire.model.records import Claim, Coverage, Finding
from ceasefire.model.table import Table
from ceasefire.reporting.release import Delay, ReleaseRules, rounded
from ceasefire.reporting.report import ReportInput, write


def test_an_attack_on_energy_waits_three_days_and_is_counted(issue: ReportInput) -> None:
    public, held = issue.released()
    assert "i-000000000042" in set(issue.incidents.column("id"))  # 66, 17 April, issued 18 April
    assert "i-000000000042" not in set(public.incidents.column("id"))
    assert held.delayed == 1
    assert "i-000000000042" not in set(public.findings.column("subject"))
    assert not any("i-000000000042" in e for e in public.findings.column("evidence"))


def test_the_day_is_blank_in_every_region_so_that_no_gap_gives_it_away(issue: ReportInput) -> None:
    public, held = issue.released()
    day = [f for f in public.findings if f.kind == "period" and f.subject.endswith(" 2025-04-17")]
    assert len({f.region for f in day}) == len(issue.regions)
    assert {f.verdict for f in day if f.reading == "white-house"} == {"withheld"}
    assert all(f.count == 0 and not f.evidence and np.isnan(f.upper_limit) for f in day if f.verdict == "withheld")
    assert any(f.looks for f in day)
    assert len(public.findings) == len(issue.findings) - 8  # two incidents under four readings
    assert held.findings > 8


def test_after_the_delay_it_is_published(with_fields: Callable[..., ReportInput]) -> None:
    public, held = with_fields(issued=date(2025, 4, 21)).released()
    assert "i-000000000042" in set(public.incidents.column("id"))
    assert held.delayed == 0


def test_incidents_that_rest_on_marked_material_are_left_out_and_counted(
    issue: ReportInput, with_fields: Callable[..., ReportInput]
) -> None:
    public, held = issue.released()
    assert "Marked-place" not in set(public.incidents.column("place"))
    assert held.marked == 1
    public, held = with_fields(rules=ReleaseRules(marking="AMBER")).released()
    assert "Marked-place" in set(public.incidents.column("place"))
    assert held.marked == 0


def test_military_objects_have_no_place(issue: ReportInput) -> None:
    public, held = issue.released()
    row = public.incidents["i-00000000003f"]
    assert np.isnan(row.lon)
    assert np.isnan(row.radius_km)
    assert (row.place, row.summary, row.region) == ("", "", "UA-53")
    assert held.region_only == 1
    seen = [o for o in public.observations if o.id in row.observations]
    assert all(np.isnan(o.lat) and not o.place and not o.summary for o in seen)


def test_no_file_holds_the_words_of_a_source_or_a_place_beyond_the_rounding(issue: ReportInput, tmp_path: Path) -> None:
    write(issue, tmp_path)
    for path in tmp_path.iterdir():
        text = path.read_text(encoding="utf-8")
        assert "WORDS-OF-THE-SOURCE" not in text, path.name
        assert "34.55" not in text, path.name
        assert "49.58" not in text, path.name
        assert "Waiting-place" not in text, path.name
        assert "Marked-place" not in text, path.name


@given(st.floats(-179, 179), st.floats(-80, 80), st.floats(0.1, 50), st.integers(0, 3))
def test_the_grown_disc_holds_the_old_one(lon: float, lat: float, radius: float, decimals: int) -> None:
    x, y, r = rounded(np.array([lon]), np.array([lat]), np.array([radius]), decimals=decimals)
    assert float(km(lon, lat, x[0], y[0])) + radius <= r[0] * 1.003 + 1e-6


def test_the_first_delay_that_fits_holds() -> None:
    rules = ReleaseRules(delays=(Delay("fire", "", 5), Delay("", "energy.oil", 50)))
    assert rules.hours("fire", ("energy.oil.refinery",)) == 5
    assert rules.hours("attack", ("energy.oil.refinery",)) == 50
    assert rules.hours("attack", ("civilian",)) == 0


def test_unknown_markings_are_refused() -> None:
    with pytest.raises(ValueError, match="TLP"):
        ReleaseRules(marking="WHITE")


def _with_claim(with_fields: Callable[..., ReportInput], day: int, **fields: object) -> ReportInput:
    """Add one claim of a strike on a grid in Poltava on a day of April, with its finding."""
    start = datetime(2025, 4, day, tzinfo=UTC)
    given = {"act": "attack.air.drone", "object_class": "energy.electricity.grid", "region": "UA-53", **fields}
    said = Claim(id="c-late", source="s", granule="g", line=1, claimant="russia", speaker="Ministry", said=start,
                 stance="asserts", start=start, end=start + timedelta(hours=6), **given)  # fmt: skip
    issue = with_fields()
    claims = Table.concat(Claim, [issue.claims, Table.of(Claim, [said])])
    found = borne_out(Table.of(Claim, [said]), issue.incidents, Table.empty(Coverage), agreement=issue.agreement.id)
    return with_fields(claims=claims, findings=Table.concat(Finding, [issue.findings, found]))


def test_a_claim_that_waits_takes_its_finding_with_it(with_fields: Callable[..., ReportInput]) -> None:
    public, _ = _with_claim(with_fields, 17, place="Poltava").released()
    assert "c-late" not in set(public.claims.column("id"))
    assert "c-late" not in set(public.findings.column("subject"))


def test_a_finding_on_a_claim_of_a_day_with_an_incident_held_back_is_blank(
    with_fields: Callable[..., ReportInput],
) -> None:
    public, _ = _with_claim(with_fields, 17).released()
    (found,) = public.findings.where(subject="c-late")
    assert (found.verdict, found.rule, found.count, found.evidence) == ("withheld", "withheld", 0, ())
    public, _ = _with_claim(with_fields, 5).released()
    (found,) = public.findings.where(subject="c-late")
    assert found.verdict != "withheld"
