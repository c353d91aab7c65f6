"""Patrols through a whole case: looks raise exposure where the camera looked, and nowhere else; the report says so."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from ceasefire.case import Case
from ceasefire.errors import CeasefireError
from ceasefire.run import Run
from ceasefire.testing import invented_patrol as invented

CASE = """case: 1
id: patrols
title: Two patrols over a strip
agreement: library:energy-2025
period: {from: 2025-03-30, to: 2025-04-03}
clock: Europe/Kyiv
cutoff: 2025-04-04T12:00 UTC
issued: 2025-04-30
area: {regions: [UA-53]}
registers: [register.csv]
sources:
  - {id: facts, product: facts, path: facts.csv}
  - id: mission
    product: drone
    path: "*.srt"
    options: {clock: Europe/Kyiv, zones: zones.geojson, plan: plan.csv, sightings: sightings.csv}
"""
REGISTER = (
    "country,country_long,name,gppd_idnr,latitude,longitude,primary_fuel,geolocation_source\n"
    "UKR,Ukraine,Strip plant,GEODB1,49.60500,34.52000,Gas,GEODB\n"
)
FACTS = (
    "id,kind,start,end,clock,place,lat,lon,radius_km,act,object_class,channel,procedure,reliability,credibility,origin,summary\n"
    "f1,event,2025-04-02,2025-04-03,UTC,Elsewhere,49.600,34.520,20,attack.air.drone,energy,news,report,B,2,agency,"
    "A strike was reported.\n"
)


def make(folder: Path, text: str = CASE) -> Path:
    invented.write(folder)
    for name, body in (("case.yml", text), ("register.csv", REGISTER), ("facts.csv", FACTS)):
        (folder / name).write_text(body, encoding="utf-8")
    return folder / "case.yml"


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("patrols"))


@pytest.fixture(scope="module")
def run(case: Path) -> Run:
    return Case.read(case).run()


def test_samples_marks_and_lines_of_the_plan_add_up(run: Run) -> None:
    count = run.observed.counts["mission"]
    assert count.rows == count.used + count.quarantined + count.duplicates
    reasons = sorted(q.reason for q in run.observed.quarantine.where(source="mission"))
    assert any("person" in r for r in reasons)
    assert any("no position" in r for r in reasons)
    assert {name for source, name, _ in run.observed.files if source == "mission"} == {
        "flight-1.srt", "flight-2.srt", "plan.csv", "sightings.csv"
    }  # fmt: skip


def test_looks_are_made_where_the_camera_looked_and_lost_with_their_reason(run: Run) -> None:
    looks = run.observed.looks.where(channel="drone")
    (patrol,) = run.observed.patrols
    places = {p.name: p for p in patrol.places}
    assert dict(places["Northern strip"].quality)["attack"] > 0.8
    assert 0.2 < dict(places["River crossing"].quality)["attack"] < 0.9
    assert dict(places["Southern strip"].quality)["attack"] < 0.6
    assert dict(places["Depot"].lost)["attack"] == "returned to base"
    assert places["Strip plant"].kind == "object"
    assert {look.lost for look in looks} >= {"", "returned to base"}
    assert all((look.quality == 0) == bool(look.lost) for look in looks)


def test_looks_raise_exposure_on_their_day_only(run: Run) -> None:
    cells = run.fused.coverage.where(region="UA-53", act="attack")
    exposed = {str(day)[:10]: e for day, e in zip(cells.column("start"), cells.column("exposure"), strict=True)}
    day = max(exposed, key=lambda d: exposed[d])
    assert day in ("2025-03-31", "2025-04-01")
    assert exposed[day] > 0
    assert sum(e > 0 for e in exposed.values()) == 1


def test_a_patrol_that_lost_its_position_raises_none(tmp_path: Path) -> None:
    text = CASE.replace(", sightings: sightings.csv", "")
    case = make(tmp_path, text)
    (tmp_path / "flight-1.srt").unlink()
    south = invented.ZONES[2]
    way = [invented.HOME, *invented.strips(south, 3), invented.HOME]
    lost = invented.srt(way, datetime(2025, 4, 1, 12, 25), false=(0.1, 0.6), blind=(0.6, 1.0))
    (tmp_path / "flight-2.srt").write_text(lost, encoding="utf-8")
    observed = Case.read(case).observe()
    made = [look for look in observed.looks.where(channel="drone") if not look.lost]
    assert not [look for look in made if look.quality > 0.2]
    (patrol,) = observed.patrols
    assert next(p for p in patrol.plan if p.name == "Southern strip").state == "not seen"
    assert patrol.lost[0].assessed == "probable false position"
    assert {look.lost for look in observed.looks.where(channel="drone")} >= {"jamming"}


def test_the_sighting_is_an_observation_tied_to_its_frame(run: Run) -> None:
    (one,) = run.observed.observations.where(product="sightings")
    assert one.channel == "drone"
    assert one.act == "attack"
    assert one.radius_km < 0.1
    (patrol,) = run.observed.patrols
    assert patrol.sightings[0].id == one.id


def test_the_report_has_the_patrol_rounded_and_without_take_off(run: Run) -> None:
    report = run.case.output / "report"
    (page,) = report.glob("patrol-*.html")
    text = page.read_text(encoding="utf-8")
    assert f'href="{page.name}"' in (report / "index.html").read_text(encoding="utf-8")
    assert "Northern strip" in text
    assert "Not for publication" not in text
    assert "flight-1.srt" not in text
    (sheet,) = json.loads((report / "patrols.json").read_text(encoding="utf-8"))["patrols"]
    step = sheet["coarse_deg"]
    assert step == pytest.approx(0.1)
    assert sheet["cells"]["step_lon"] == step
    home = invented.degrees(invented.HOME)
    for leg in sheet["legs"]:
        for lon, lat, high in leg["track"]:
            assert high is None
            assert (round(lon, 6), round(lat, 6)) == (
                round((lon // step + 0.5) * step, 6),
                round((lat // step + 0.5) * step, 6),
            )
    printed = json.dumps(sheet)
    assert f"{home[0]:.3f}" not in printed
    assert all(p["rings"] == [] for p in sheet["places"])


def test_a_patrol_waits_as_incidents_do(case: Path, run: Run) -> None:
    early = case.parent / "early.yml"
    text = CASE.replace("issued: 2025-04-30", "issued: 2025-04-04").replace("2025-04-04T12:00", "2025-04-03T12:00")
    early.write_text(text + "output: early\n", encoding="utf-8")
    Case.read(early).run()
    report = case.parent / "early" / "report"
    assert not list(report.glob("patrol-*.html"))
    assert not (report / "patrols.json").exists()
    assert "waits for the delay" in (report / "index.html").read_text(encoding="utf-8")


def test_nothing_military_is_named(case: Path, run: Run) -> None:
    zones = json.loads((case.parent / "zones.geojson").read_text(encoding="utf-8"))
    zones["features"][0]["properties"]["object_class"] = "military"
    (case.parent / "secret.geojson").write_text(json.dumps(zones), encoding="utf-8")
    text = CASE.replace("zones: zones.geojson", "zones: secret.geojson") + "output: secret\n"
    (case.parent / "secret.yml").write_text(text, encoding="utf-8")
    Case.read(case.parent / "secret.yml").run()
    (page,) = (case.parent / "secret" / "report").glob("patrol-*.html")
    shown = page.read_text(encoding="utf-8")
    assert "Northern strip" not in shown
    assert "One more place may not be named" in shown


def test_a_report_can_be_written_again_and_a_second_run_gives_the_same_bytes(case: Path, run: Run) -> None:
    out = run.case.output
    names = [
        "patrols.json",
        "looks.parquet",
        "observations.parquet",
        *(p.name for p in (out / "report").glob("patrol*")),
    ]
    before = {n: (out / n if (out / n).is_file() else out / "report" / n).read_bytes() for n in names}
    page = (out / "report" / "index.html").read_bytes()
    Case.read(case).finished().report()
    assert (out / "report" / "index.html").read_bytes() == page
    Case.read(case).run()
    assert {n: (out / n if (out / n).is_file() else out / "report" / n).read_bytes() for n in names} == before


@pytest.mark.parametrize(
    ("options", "said"),
    [("{pixel: 3}", "no option 'pixel'"), ("{camera_elevation_deg: down}", "camera_elevation_deg is a number"),
     ("{clock: Mars/Base}", "unknown clock"), ("{zones: none.geojson}", "no file is named"),
     ("{plan: plan.csv}", "unknown zone")],
)  # fmt: skip
def test_wrong_options_say_what_would_be_right(case: Path, options: str, said: str) -> None:
    head, _, _ = CASE.partition("    options:")
    (case.parent / "wrong.yml").write_text(head + f"    options: {options}\noutput: wrong\n", encoding="utf-8")
    with pytest.raises(CeasefireError, match=said):
        Case.read(case.parent / "wrong.yml").observe()


def test_a_still_waits_for_its_delay_and_a_review_and_then_is_shown_small(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image", reason="pictures need the extra drone")
    with_stills = CASE.replace("sightings: sightings.csv}", "sightings: sightings.csv, stills: a.jpg}")
    path = make(tmp_path, with_stills)
    image.new("RGB", (900, 600), (90, 120, 60)).save(tmp_path / "a.jpg")
    run = Case.read(path).run()
    (patrol,) = run.observed.patrols
    (one,) = patrol.stills
    assert (one.width, one.height) == (480, 320)
    page = next((tmp_path / "out" / "report").glob("patrol-*.html"))
    text = page.read_text(encoding="utf-8")
    assert f"A still exists ({one.id}) and is not shown: nobody has reviewed it; pictures wait 30 days" in text
    assert one.data not in text
    assert one.data not in (tmp_path / "out" / "report" / "patrols.json").read_text(encoding="utf-8")
    later = with_stills.replace("issued: 2025-04-30", "issued: 2025-06-30") + (
        f"release: {{images: {{publish: [{one.id}]}}}}\n"
    )
    path.write_text(later, encoding="utf-8")
    Case.read(path).finished().report()
    text = page.read_text(encoding="utf-8")
    assert one.data in text
    assert "A still exists" not in text


def test_stills_of_two_patrols_in_one_line_are_refused(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image", reason="pictures need the extra drone")
    path = make(tmp_path, CASE.replace("sightings: sightings.csv}", "stills: a.jpg}"))
    image.new("RGB", (90, 60)).save(tmp_path / "a.jpg")
    text = (tmp_path / "flight-2.srt").read_text(encoding="utf-8").replace("2025-04-01 ", "2025-04-02 ")
    (tmp_path / "flight-2.srt").write_text(text, encoding="utf-8")
    with pytest.raises(CeasefireError, match="give each patrol its own source line"):
        Case.read(path).observe()
