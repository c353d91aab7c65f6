"""What the documentation takes from the code is up to date, complete and points somewhere."""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
import typer
from ruamel.yaml import YAML

import ceasefire
from ceasefire.cli import app
from ceasefire.model.taxonomy import ACTS
from ceasefire.sources.facts_check import COLUMNS as FACTS
from ceasefire.sources.looks import COLUMNS as LOOKS

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


@cache
def tool() -> ModuleType:
    """The script that makes the generated pages, as a module."""
    spec = spec_from_file_location("build_reference", ROOT / "tools" / "build_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_pages_are_current() -> None:
    pages = tool().pages()
    stale = [p.name for p, text in pages.items() if not p.is_file() or p.read_text(encoding="utf-8") != text]
    assert not stale, f"run `python tools/build_reference.py`: {', '.join(stale)}"


def test_every_public_module_named_is_there() -> None:
    for _, modules in tool().API.values():
        for name in modules:
            parts = name.split(".") if name.startswith("ceasefire") else ["ceasefire", *name.split(".")]
            path = ROOT.joinpath("src", *parts)
            assert path.with_suffix(".py").is_file() or (path / "__init__.py").is_file(), name


@pytest.mark.parametrize("name", sorted(typer.main.get_command(app).commands))
def test_every_command_has_help_and_is_in_the_reference(name: str) -> None:
    command = typer.main.get_command(app).commands[name]
    assert command.help
    assert f"## ceasefire {name}\n" in (DOCS / "reference" / "cli.md").read_text(encoding="utf-8")
    for option in command.params:
        if option.param_type_name == "option":
            assert option.help, f"{name} {option.name}"


def test_tables_name_every_column() -> None:
    page = (DOCS / "reference" / "facts-and-looks.md").read_text(encoding="utf-8")
    facts, looks = page.split("\n## Looks", 1)
    assert [c for c in FACTS if f"| `{c}` |" not in facts] == []
    assert [c for c in LOOKS if f"| `{c}` |" not in looks] == []


def test_crosswalk_has_every_act_once() -> None:
    path = ROOT / "src" / "ceasefire" / "model" / "crosswalk.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [r["act"] for r in rows] == list(ACTS)
    events = {"", "Battles", "Explosions/Remote violence", "Strategic developments"}
    assert {r["acled_event"] for r in rows} <= events
    assert all(r["acled_event"] for r in rows if r["acled_sub_event"])


def test_decisions_are_numbered_and_complete() -> None:
    files = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    numbers = [int(f.name[:4]) for f in files]
    assert numbers == list(range(1, len(files) + 1))
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert text.startswith(f"# {file.name[:4]} ")
        parts = re.findall(r"^## (.+)$", text, flags=re.M)
        assert parts == ["Context", "Decision", "Consequences", "What would change it"], file.name


def test_decisions_named_in_code_exist() -> None:
    known = {f.name[:4] for f in (DOCS / "decisions").glob("[0-9]*.md")}
    for path in (ROOT / "src").rglob("*.py"):
        named = set(re.findall(r"[Dd]ecisions? (\d{4})", path.read_text(encoding="utf-8")))
        assert named <= known, path.name


def test_links_point_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]
    for page in pages:
        text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if not target.startswith(("https://", "http://", "#", "mailto:")):
                assert (page.parent / target.split("#")[0]).exists(), f"{page.name}: {target}"


def test_citation_agrees_with_the_package() -> None:
    citation = YAML(typ="safe").load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    needed = {"cff-version", "message", "title", "authors"}
    assert needed <= set(citation)
    assert citation["cff-version"] == "1.2.0"
    assert str(citation["version"]) == ceasefire.__version__
    assert citation["license"] == "Apache-2.0"
    assert f"## {ceasefire.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
