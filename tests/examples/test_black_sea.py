"""The shipped case of the Black Sea: what reports alone can say, and that navigation was not observed."""

from __future__ import annotations

import csv
import re
import shutil
import warnings
from pathlib import Path

import pytest

from ceasefire.case import Case
from ceasefire.reporting.conditions import conditions
from ceasefire.reporting.conditions_lines import lines
from ceasefire.reporting.conditions_silent import silences
from ceasefire.run import Run

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "black-sea-2025"
HELD = ("us-ukraine", "us-russia", "ukraine")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("black-sea")
    for path in FOLDER.iterdir():
        if path.is_file():
            shutil.copy(path, folder)
    case = Case.read(folder / "case.yml")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        observed = case.observe()
        fused = case.fuse(observed)
        return Run(case, observed, fused, case.assess(observed, fused), ())


def test_every_fact_has_an_office_a_link_and_words_of_our_own() -> None:
    with (FOLDER / "facts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 30
    assert len({r["id"] for r in rows}) == len(rows)
    assert all(re.match(r"https://", r["url"]) and r["speaker"] and r["summary"].endswith(".") for r in rows)
    assert all(r["said"] and "2025-03-25" <= r["said"][:10] <= "2025-05-01" for r in rows)
    assert all(float(r["radius_km"]) >= 10 for r in rows if r["radius_km"])


def test_no_warship_is_placed_finer_than_a_coast() -> None:
    with (FOLDER / "facts.csv").open(encoding="utf-8", newline="") as file:
        ships = [r for r in csv.DictReader(file) if r["act"] == "movement.naval"]
    assert ships
    assert all(float(r["radius_km"]) >= 100 for r in ships)


def test_every_row_is_used_and_ports_are_in_the_register(run: Run) -> None:
    assert len(run.observed.quarantine) == 0
    assert {"port:UAODS", "port:RUNVS"} <= set(run.observed.objects.column("id"))


@pytest.mark.parametrize("reading", HELD)
def test_without_ais_of_that_sea_navigation_is_not_observed(run: Run, reading: str) -> None:
    days = run.findings.where(kind="period", provision="navigation", reading=reading, region="XZ-BLS")
    assert len(days) == 37 + 1  # each day, and all of them
    assert set(days.column("verdict")) == {"not_observed"}
    assert days.column("exposure").max() == 0.0
    assert days.column("looks").sum() == 0
    assert days.column("looks_lost").sum() > 0


def test_the_american_readings_say_nothing_of_the_coast_and_in_sum_nothing_was_observed(run: Run) -> None:
    of = run.findings.where(kind="period", provision="navigation")
    for reading in ("us-ukraine", "us-russia"):
        assert set(of.where(reading=reading).column("region")) == {"XZ-BLS", ""}
        assert set(of.where(reading=reading, subject="all").column("verdict")) == {"not_observed"}
    assert "UA-51" in set(of.where(reading="ukraine").column("region"))
    assert set(of.where(reading="kremlin").column("verdict")) == {"not_in_force"}


def test_no_report_is_a_breach_and_the_open_questions_are_named(run: Run) -> None:
    of = run.findings.where(kind="incident")
    assert "violation" not in set(of.column("verdict"))
    force = of.where(provision="force", reading="us-russia")
    assert force.where(rule="silent:drones").column("verdict").tolist() == ["insufficient"] * 10
    eastern = of.where(provision="eastern-part", reading="ukraine", rule="zone_undefined")
    assert len(eastern) == 1


def test_the_report_prints_conditions_silences_and_lines(run: Run) -> None:
    from ceasefire.issue import report_input

    public, _ = report_input(run.case, run.observed, run.fused, run.findings).released()
    rows = conditions(public)
    assert [r.part for r in rows] == ["a", "b", "c", "d", "e"]
    assert {r.at_end.word for r in rows} == {"not met"}
    assert all("Nothing is on file after 26 March" in r.silence for r in rows)
    asked = {s.id: s for s in silences(public)}
    assert set(asked) == {"azov", "danube", "mines", "ports-from-land", "missiles-from-ships", "drones"}
    assert len(asked["drones"].incidents) == 10
    assert asked["ports-from-land"].answered == ("Ukraine",)
    (eastern,) = lines(public)
    (ship,) = eastern.rows
    assert eastern.unverifiable.startswith("No coordinates")
    assert dict(zip([c.reading for c in eastern.columns], ship.cells, strict=True)) == {
        "tried-tarkhankut": "cannot tell",
        "tried-narrows": "cannot tell",
        "tried-kerch": "cannot tell",
        "tried-corridor": "no breach",
    }
