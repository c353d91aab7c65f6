"""The sea through a whole case: bytes of AIS to looks, events, traffic and the page; without AIS, nothing is known."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ceasefire.case import Case
from ceasefire.errors import CeasefireError
from ceasefire.model.vessel import EVENTS
from ceasefire.run import Run
from ceasefire.testing.fleet import Fleet, Trouble, simulate
from ceasefire.testing.fleet_nmea import nmea

CASE = """case: 1
id: sea
title: Invented ships
agreement: library:black-sea-2025
period: {from: 2025-04-02, to: 2025-04-03}
clock: UTC
cutoff: 2025-04-12T12:00 UTC
issued: 2025-04-12
area: {regions: [XZ-BLS, XZ-AZS]}
channels: [ais]
sources:
  - id: receivers
    product: ais
    path: fleet.nmea
    options: {corridors: [black-sea]}
output: out
"""


@pytest.fixture(scope="module")
def fleet() -> Fleet:
    start = np.datetime64("2025-04-01T00:00", "ms")
    return simulate(seed=204, ships=40, hours=72, every_s=120.0, trouble=Trouble(), start=start)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, fleet: Fleet) -> Path:
    folder = tmp_path_factory.mktemp("sea")
    (folder / "fleet.nmea").write_bytes(nmea(fleet) + b"!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*00\nnot AIS\n")
    (folder / "case.yml").write_text(CASE, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def run(folder: Path) -> Run:
    return Case.read(folder / "case.yml").run()


def test_every_message_is_counted_and_the_broken_one_has_its_reason(run: Run) -> None:
    count = run.observed.counts["receivers"]
    assert count.rows == count.used + count.duplicates + count.quarantined
    assert any("checksum" in q.reason for q in run.observed.quarantine.where(source="receivers"))


def test_positions_taken_out_by_cleaning_are_a_stage_that_adds_up(run: Run) -> None:
    cleaning, sea = run.observed.counts["positions of ships"], run.observed.sea
    assert sea is not None
    assert cleaning.rows == cleaning.used + cleaning.duplicates + cleaning.quarantined
    assert sum(n for _, n in sea.cleaned) == cleaning.duplicates + cleaning.quarantined > 0
    assert len(run.observed.quarantine.where(source="receivers")) > 0


def test_a_receiver_that_heard_nothing_in_the_period_looked_in_vain(folder: Path) -> None:
    later = CASE.replace("from: 2025-04-02, to: 2025-04-03", "from: 2025-06-02, to: 2025-06-03")
    later = later.replace("2025-04-12", "2025-06-12")
    (folder / "later.yml").write_text(later, encoding="utf-8")
    observed = Case.read(folder / "later.yml").observe()
    looks = observed.looks.where(channel="ais")
    assert len(looks) == 4
    assert set(looks.column("lost")) == {"no reception"}
    assert observed.sea is not None
    assert [d.silent_hours for d in observed.sea.days] == [24.0] * 4


def test_the_sea_that_was_heard_has_looks_and_the_other_lost_ones(run: Run) -> None:
    looks = run.observed.looks.where(channel="ais")
    black, azov = (looks.where(region=code) for code in ("XZ-BLS", "XZ-AZS"))
    assert len(black) == len(azov) == 2
    assert (black.column("quality") > 0.3).all()
    assert set(azov.column("lost")) == {"no reception"}
    days = {f.subject: f for f in run.findings.where(kind="period", provision="navigation", reading="us-ukraine")}
    assert days["XZ-BLS 2025-04-02"].exposure == pytest.approx(0.1 * black.column("quality")[0], rel=0.02)


def test_traffic_is_compared_with_the_day_before(run: Run, fleet: Fleet) -> None:
    sea = run.observed.sea
    assert sea is not None
    (lane,) = sea.corridors
    assert [str(d.day) for d in lane.before] == ["2025-04-01"]
    assert all(0.3 < d.heard <= 1.0 for d in lane.days)
    assert 0.6 < lane.ratio < 1.6
    assert lane.ratio_low < lane.ratio < lane.ratio_high
    assert 30 <= sea.ships <= len(fleet.fixes.ships()[0])


def test_events_have_probabilities_evidence_and_known_kinds_and_stay_out_of_the_report(run: Run, folder: Path) -> None:
    events = run.observed.vessel_events
    assert {k.split(".")[0] for k in events.column("kind")} <= set(EVENTS)
    assert {"port_call", "gap"} <= {k.split(".")[0] for k in events.column("kind")}
    p = events.column("probability")
    assert ((p >= 0) & (p <= 1)).all()
    text = "".join(f.read_text(encoding="utf-8") for f in (folder / "out" / "report").glob("*.*"))
    named = [m for m in np.unique(events.column("mmsi")).tolist() if m and str(m) in text]
    assert named == []


def test_the_page_and_its_sheet_say_the_same_and_a_second_run_gives_the_same_bytes(run: Run, folder: Path) -> None:
    report = folder / "out" / "report"
    sheet = json.loads((report / "sea.json").read_text(encoding="utf-8"))["sea"]
    page = (report / "sea.html").read_text(encoding="utf-8")
    assert f"{sheet['ships']} ships were heard" in page
    assert "sea.html" in (report / "index.html").read_text(encoding="utf-8")
    assert all(cell["side_deg"] >= 0.5 for cell in sheet["disturbed"])
    before = {p.name: p.read_bytes() for p in report.iterdir()}
    Case.read(folder / "case.yml").finished().report()
    assert {p.name: p.read_bytes() for p in report.iterdir()} == before


def test_days_within_the_delay_are_not_published(folder: Path, run: Run) -> None:
    assert run.observed.sea is not None
    late = CASE.replace("issued: 2025-04-12", "issued: 2025-04-06").replace("output: out", "output: early")
    (folder / "early.yml").write_text(late, encoding="utf-8")
    (folder / "early").mkdir(exist_ok=True)
    for name in (folder / "out").iterdir():
        if name.is_file():
            (folder / "early" / name.name).write_bytes(name.read_bytes())
    Case.read(folder / "early.yml").finished().report()
    sheet = json.loads((folder / "early" / "report" / "sea.json").read_text(encoding="utf-8"))["sea"]
    assert {d["day"] for d in sheet["days"]} == {"2025-04-02"}
    assert sheet["waiting"] == 1


def test_ais_in_a_case_without_a_sea_and_an_unknown_option_are_refused(folder: Path) -> None:
    dry = CASE.replace("[XZ-BLS, XZ-AZS]", "[UA-51]")
    (folder / "dry.yml").write_text(dry, encoding="utf-8")
    with pytest.raises(CeasefireError, match="sources of the sea need a sea"):
        Case.read(folder / "dry.yml").observe()
    (folder / "odd.yml").write_text(CASE.replace("corridors:", "coridors:"), encoding="utf-8")
    with pytest.raises(CeasefireError, match="no option 'coridors'"):
        Case.read(folder / "odd.yml").observe()
    (folder / "line.yml").write_text(CASE.replace("[black-sea]", "[outside-eastern-part]"), encoding="utf-8")
    with pytest.raises(CeasefireError, match="has no line"):
        Case.read(folder / "line.yml").observe()
