"""A whole case: stages, files, repeatability, and what happens to bad input on the way."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from ceasefire.case import Case
from ceasefire.casefile import read_casefile
from ceasefire.errors import InvalidFile, NoCoverage
from ceasefire.testing.simulate import simulate

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "examples" / "energy-2025"

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join(['*' + before] * 9)}]\n" for before, name in pairwise("abcdefgh")
)
"""Each line holds nine times the one before: nine to the eighth values from a few hundred bytes."""

pytestmark = pytest.mark.filterwarnings("ignore::ceasefire.errors.Doubt")


def ceasefire(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "ceasefire", *map(str, arguments)], capture_output=True, text=True, check=False
    )


def digests(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    simulate(folder, seed=7, days=10, incidents=40)
    return folder


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """A copy of the shipped case to spoil."""
    for path in SHIPPED.iterdir():
        if path.is_file():
            shutil.copy(path, tmp_path / path.name)
    return tmp_path


def test_the_stages_one_by_one_leave_the_same_bytes_as_one_run(world: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    shutil.copytree(world, one)
    shutil.copytree(world, two)
    assert ceasefire("run", one / "case.yml").returncode == 0
    for verb in ("observe", "fuse", "assess", "report"):
        done = ceasefire(verb, two / "case.yml")
        assert done.returncode == 0, done.stderr
    assert digests(one / "out") == digests(two / "out")
    assert len(digests(one / "out")) > 12


def test_a_run_says_counts_that_add_up_and_ends_with_the_report(world: Path) -> None:
    done = ceasefire("run", world / "case.yml")
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert "rows =" in done.stderr
    page, found = done.stdout.strip().splitlines()[-1].split(": ", 1)
    assert Path(page) == world / "out" / "report" / "index.html"
    assert Path(page).stat().st_size > 10_000
    assert "incidents" in found
    counts = json.loads((world / "out" / "sources.json").read_text())["counts"]
    for count in counts.values():
        assert count["rows"] == count["used"] + count["duplicates"] + count["quarantined"]


def test_a_run_answers_in_json(world: Path) -> None:
    done = ceasefire("run", "--json", "--quiet", world / "case.yml")
    answer = json.loads(done.stdout)
    assert answer["incidents"] > 10
    assert answer["counts"]["reports"]["rows"] > 10


def test_explain_prints_every_weight_of_an_incident(world: Path) -> None:
    run = Case.read(world / "case.yml").run()
    incident = run.incidents[0]
    text = run.explain(incident.id)
    for weight in run.fused.weights.where(incident=incident.id):
        if weight.observation != "prior":
            assert weight.observation in text
    done = ceasefire("explain", world / "case.yml", "i-nothing")
    assert (done.returncode, "i-nothing" in done.stderr) == (2, True)


def test_each_claim_has_one_finding_and_explain_names_those_that_rest_on_an_incident(world: Path) -> None:
    case = Case.read(world / "case.yml")
    run = case.finished()
    spoken = run.findings.where(kind="claim")
    subjects = spoken.column("subject").tolist()
    assert len(set(subjects)) == len(subjects) > 0
    assert {"event_seen", "total"} & set(spoken.column("rule"))
    assert {c["id"] for c in run.claims_judged() if c["verdict"] != "not judged"} == set(subjects)
    resting = next(f for f in spoken if f.evidence)
    assert f"  {resting.subject}: {resting.verdict} ({resting.rule})." in run.explain(resting.evidence[0])


def test_every_verb_answers_on_a_finished_run(world: Path) -> None:
    assert ceasefire("run", "-q", world / "case.yml").returncode == 0
    for verb in (["coverage"], ["coverage", "--json"], ["claims"], ["claims", "--json"]):
        done = ceasefire(verb[0], *verb[1:], world / "case.yml")
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip()
    done = ceasefire("score", world / "case.yml", world / "truth")
    assert done.returncode == 0
    assert "Brier" in done.stdout


def test_a_stage_before_its_time_says_what_to_run_first(world: Path, tmp_path: Path) -> None:
    shutil.copytree(world, tmp_path / "new", ignore=shutil.ignore_patterns("out"))
    done = ceasefire("assess", tmp_path / "new" / "case.yml")
    assert done.returncode == 2
    assert "ceasefire observe" in done.stderr


def test_strict_turns_a_channel_that_did_not_look_into_an_error(shipped: Path) -> None:
    done = ceasefire("run", "--strict", shipped / "case.yml")
    assert done.returncode == 2
    assert "satellite" in done.stderr
    with pytest.warns(NoCoverage):
        Case.read(shipped / "case.yml").observe()


def test_the_shipped_case_says_that_the_satellite_did_not_look_and_prints_no_zero_for_it(shipped: Path) -> None:
    run = Case.read(shipped / "case.yml").run()
    satellite = run.observed.looks.keep(run.observed.looks.column("channel") == "satellite.thermal")
    assert len(satellite) == len(run.case.regions) * 31
    assert set(satellite.column("lost")) == {"no data"}
    page = (run.case.output / "report" / "index.html").read_text(encoding="utf-8")
    assert "No satellite looked" in page
    assert len(run.incidents) > 50
    assert run.observed.counts["facts"].quarantined == 0


def test_the_full_case_reads_what_it_must_in_the_window(shared_data: Path, tmp_path: Path) -> None:
    pytest.importorskip("spacy", reason="the full case reads articles: the extra `text` is not installed")
    text = (SHIPPED / "full.yml").read_text().replace("$CEASEFIRE_DATA", str(shared_data))
    for name in ("facts.csv", "looks.csv"):
        shutil.copy(SHIPPED / name, tmp_path / name)
    (tmp_path / "full.yml").write_text(text)
    counts = Case.read(tmp_path / "full.yml").observe().counts
    rows = {name: counts[name].rows for name in ("viina", "alerts", "mod-posts", "channel-posts", "tallies")}
    assert rows == {"viina": 4458, "alerts": 775, "mod-posts": 206, "channel-posts": 133, "tallies": 101}


def test_a_case_file_with_mistakes_gets_all_of_them_with_lines(tmp_path: Path) -> None:
    path = tmp_path / "case.yml"
    path.write_text(
        "case: 1\nid: x\ntitle: T\nagreement: library:energy-2025\nperiod: {from: 2025-03-18, to: 2025-02-30}\n"
        "clock: Europe/Kiew\ncutoff: 2025-04-18T12:00\nissued: 2025-04-21\narea: {regions: [Ukraine]}\n"
        "sorces:\n  - {id: a, product: facts, path: facts.csv}\n"
    )
    with pytest.raises(InvalidFile) as caught:
        read_casefile(path)
    lines = {p.line for p in caught.value.problems}
    assert {5, 6, 7, 9, 10} <= lines
    assert any("did you mean 'sources'" in p.right for p in caught.value.problems)
    done = ceasefire("run", path)
    assert done.returncode == 2
    assert "case.yml:6" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "text",
    ["", "\x00\x01\x02", "case: !!python/object:os.system {}", "a: &a [*a]", "- just\n- a list", "case: {" * 500,
     BOMB],
)  # fmt: skip
def test_hostile_case_files_get_an_error_and_no_traceback(tmp_path: Path, text: str) -> None:
    path = tmp_path / "case.yml"
    path.write_text(text)
    done = ceasefire("run", path)
    assert done.returncode == 2
    assert "error:" in done.stderr
    assert "Traceback" not in done.stderr


def test_broken_rows_are_kept_with_file_line_and_reason_and_the_rest_goes_on(shipped: Path) -> None:
    path = shipped / "facts.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    head = lines[0].split(",")
    row = dict.fromkeys(head, "")
    row |= {"id": "turned", "kind": "event", "start": "2025-04-02T10:00", "end": "2025-04-02T11:00",
            "clock": "Europe/Kyiv", "lat": "134.55", "lon": "49.59", "radius_km": "5", "act": "attack",
            "summary": "x", "url": "https://example.org"}  # fmt: skip
    impossible = row | {"id": "impossible", "lat": "49.59", "lon": "34.55", "start": "2025-02-30T10:00"}
    extra = [",".join(r[h] for h in head) for r in (row, impossible)]
    path.write_text("\n".join([*lines, *extra, "cut,off"]) + "\n", encoding="utf-8")
    observed = Case.read(shipped / "case.yml").observe()
    bad = [q for q in observed.quarantine if q.source == "facts"]
    assert {q.line for q in bad} == {len(lines) + 1, len(lines) + 2, len(lines) + 3}
    assert all(q.granule == "facts.csv" and q.reason for q in bad)
    observed.counts["facts"].check()


def test_markup_in_any_field_comes_out_escaped(shipped: Path) -> None:
    path = shipped / "facts.csv"
    evil = '<script>alert("x")</script><img src=x onerror=alert(1)>'
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    head = lines[0].split(",")
    row = dict.fromkeys(head, "")
    row |= {"id": "evil", "kind": "event", "start": "2025-04-02T10:00", "end": "2025-04-02T11:00", "clock": "UTC",
            "lat": "49.59", "lon": "34.55", "radius_km": "5", "act": "attack.air.drone", "place": evil,
            "object_class": "energy.electricity.grid", "channel": "official", "procedure": "report",
            "reliability": "B", "credibility": "2", "origin": evil, "said": "2025-04-02", "summary": evil,
            "url": "https://example.org/?q=<script>"}  # fmt: skip
    quoted = ",".join('"' + row[h].replace('"', '""') + '"' for h in head)
    path.write_text(text.rstrip("\n") + "\n" + quoted + "\n", encoding="utf-8")
    run = Case.read(shipped / "case.yml").run()
    assert any(evil in i.place or evil in i.summary for i in run.incidents)
    for name in ("index.html",):
        page = (run.case.output / "report" / name).read_text(encoding="utf-8")
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "&lt;script&gt;alert" in page


def test_a_source_that_is_not_there_is_named(shipped: Path) -> None:
    path = shipped / "case.yml"
    path.write_text(path.read_text().replace("path: facts.csv", "path: fakts.csv"))
    done = ceasefire("run", path)
    assert done.returncode == 2
    assert "fakts.csv" in done.stderr
