"""The effect in a case: section, chapter, verb, files, and what is refused."""

from __future__ import annotations

import json
import shutil
import warnings
from pathlib import Path

import pytest
from typer.testing import CliRunner

import ceasefire as cf
from ceasefire.cli import app
from ceasefire.effects import kept
from ceasefire.errors import Doubt, InvalidFile
from ceasefire.model.effect import EffectRow
from ceasefire.model.table import Table

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of the shipped case."""
    to = tmp_path_factory.mktemp("effect") / "energy-2025"
    shutil.copytree(ROOT / "examples" / "energy-2025", to, ignore=shutil.ignore_patterns("out"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Doubt)
        cf.Case.read(to / "case.yml").run()
    return to


def test_the_shipped_case_finds_easter_and_does_not_credit_the_moratorium(folder: Path) -> None:
    moratorium, easter, own = cf.Case.read(folder / "case.yml").finished().effects
    assert moratorium.whole.verdict == "not_shown"
    assert moratorium.whole.low < 1.0 < moratorium.whole.high
    assert easter.control
    assert easter.whole.verdict == "fewer"
    assert easter.whole.high < 0.4
    assert len(moratorium.whole.placebo) == len(easter.whole.placebo) == 10
    assert own.whole.verdict == "not_assessed"
    assert "holds 0 days before 2025-03-18" in own.whole.reason


def test_files_say_the_same(folder: Path) -> None:
    table = Table.read(EffectRow, folder / "out" / "case" / "effects.parquet")
    assert table.column("window").tolist() == ["moratorium", "moratorium", "easter", "easter", "moratorium"]
    judged = kept(folder / "out" / "case")
    assert [j.whole.sentence() for j in judged] == [
        j.whole.sentence() for j in cf.effect(cf.Case.read(folder / "case.yml").finished())
    ]


def test_the_chapter_marks_the_check_and_its_caveats(folder: Path) -> None:
    page = (folder / "out" / "case" / "report" / "index.html").read_text(encoding="utf-8")
    chapter = page[page.index('<section id="effect"') :]
    chapter = chapter[: chapter.index("</section>")]
    assert "A check of the method, no finding about this agreement." in chapter
    assert "after the cut-off" in chapter
    assert chapter.count("It does not measure") == 3
    assert chapter.count("<svg") == 2
    assert "ratio 0.14 (95 % interval 0.07 to 0.33)" in chapter
    sheet = json.loads((folder / "out" / "case" / "report" / "report.json").read_text(encoding="utf-8"))
    assert [e["control"] for e in sheet["effects"]] == [False, True, False]
    assert sheet["effects"][2]["drawing"] is None


def test_the_verb_takes_another_series(folder: Path, tmp_path: Path) -> None:
    series = tmp_path / "calls.csv"
    lines = (folder / "alert-minutes.csv").read_text(encoding="utf-8").splitlines()
    series.write_text("\n".join([lines[0], *lines[-40:]]) + "\n", encoding="utf-8")
    done = CliRunner().invoke(
        app, ["effect", str(folder / "case.yml"), "--series", str(series), "--exclude", "7d", "--json"]
    )
    assert done.exit_code == 0
    given = [j for j in json.loads(done.stdout) if j["series"] == "given"]
    assert [j["effects"][0]["verdict"] for j in given] == ["not_assessed", "fewer"] or "28 are needed" in str(given)
    told = CliRunner().invoke(app, ["effect", str(folder / "case.yml")])
    assert "no effect can be assessed" in told.stdout
    assert "placebo dates: the forecast missed 0 of 10" in told.stdout


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("control: true", "control: false", "after the cutoff"),
        ("exclude: 14d", "exclude: a while", "such as 14d"),
        ("to: 2025-04-20", "to: 2025-04-19", "before it begins"),
        ("id: easter", "id: moratorium", "used twice"),
    ],
)
def test_mistakes_in_the_section_are_named(folder: Path, old: str, new: str, said: str) -> None:
    text = (folder / "case.yml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    wrong = folder / "wrong.yml"
    wrong.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(InvalidFile, match=said):
        cf.Case.read(wrong)
