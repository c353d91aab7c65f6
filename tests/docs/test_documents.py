"""Every command and every Python example in the documentation runs and gives the output that is printed beside it.

How a page is run, in a copy of `examples/` in a temporary folder:

* a block with a title (```` ```yaml title="case.yml" ````) is written to that file;
* a `console` block is run, `$ ` before each command; where output is printed, it is compared, `...` standing for
  anything, and the last line `(exit code 1)` says that the command ends with that code;
* a `python` block is a doctest;
* `sh` blocks are for things that a test must not do (reach the network, install), and are only read.

The pages of the tutorial go on from the first one, whose run is made once for all of them.
"""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

from ceasefire.errors import Doubt

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
OUTPUT = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)(?P<info>[^\n]*)\n(?P<text>.*?)^(?P=indent)```", re.M | re.S)
_EXIT = re.compile(r"\(exit code (\d)\)")


@dataclass(frozen=True)
class Block:
    """One fenced block of a page."""

    page: str
    line: int
    language: str
    title: str
    text: str


def blocks(path: Path) -> list[Block]:
    text = path.read_text(encoding="utf-8")
    found = []
    for m in _FENCE.finditer(text):
        title = re.search(r'title="([^"]+)"', m["info"])
        body = re.sub(rf"^{m['indent']}", "", m["text"], flags=re.M)
        line = text.count("\n", 0, m.start()) + 1
        found.append(Block(path.name, line, m["language"], title[1] if title else "", body))
    return found


def runs(path: Path) -> bool:
    return any(b.language in ("console", "python") for b in blocks(path))


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the examples and the finished run of the shipped case."""
    folder = tmp_path_factory.mktemp("finished")
    ignore = shutil.ignore_patterns("out")
    shutil.copytree(ROOT / "examples", folder / "examples", ignore=ignore)
    run(Block("fixture", 0, "console", "", "$ ceasefire run examples/energy-2025/case.yml\n"), folder)
    return folder


@pytest.fixture
def folder(finished: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of it for one page, as the working folder."""
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    before = Path.cwd()
    os.chdir(tmp_path)
    yield tmp_path
    os.chdir(before)


@pytest.mark.parametrize("path", [p for p in PAGES if runs(p)], ids=lambda p: p.relative_to(ROOT).as_posix())
def test_page_does_what_it_says(path: Path, folder: Path) -> None:
    names: dict[str, object] = {}
    for block in blocks(path):
        if block.title:
            target = folder / block.title
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.text, encoding="utf-8")
        elif block.language == "console":
            run(block, folder)
        elif block.language == "python":
            example(block, names)


def run(block: Block, folder: Path) -> None:
    """Run the commands of a console block and compare what they print."""
    shown = re.split(r"^\$ ", block.text, flags=re.M)
    assert not shown[0].strip(), f"{block.page}:{block.line}: a console block begins with `$ `"
    for part in shown[1:]:
        command, _, wanted = part.partition("\n")
        while command.endswith("\\"):
            more, _, wanted = wanted.partition("\n")
            command = command[:-1] + more.removeprefix("> ")
        got = subprocess.run(
            ["bash", "-c", command],
            check=False,
            cwd=folder,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )
        said = got.stdout
        code = _EXIT.search(wanted)
        wanted = _EXIT.sub("", wanted)
        where = f"{block.page}:{block.line}: $ {command}"
        assert got.returncode == (int(code[1]) if code else 0), f"{where} ended with {got.returncode}:\n{said}"
        if wanted.strip():
            same = doctest.OutputChecker().check_output(wanted.strip() + "\n", said.strip() + "\n", OUTPUT)
            assert same, f"{where} printed\n{said}\ninstead of\n{wanted}"


def example(block: Block, names: dict[str, object]) -> None:
    """Run a Python block as a doctest; packages that are not ours may be absent."""
    for package in re.findall(r"^>>> import (pandas|duckdb|geopandas|rasterio)\b", block.text, flags=re.M):
        if find_spec(package) is None:
            pytest.skip(f"{package} is not installed; the page up to line {block.line} ran")
    parsed = doctest.DocTestParser().get_doctest(block.text, names, block.page, block.page, block.line)
    assert parsed.examples, f"{block.page}:{block.line}: a python block has `>>>` examples"
    told: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Doubt)
        doctest.DocTestRunner(optionflags=OUTPUT).run(parsed, out=told.append, clear_globs=False)
    names.update(parsed.globs)
    assert not told, "".join(told)


def environment() -> dict[str, str]:
    """The environment of a plain terminal in which the installed `ceasefire` is found first."""
    keep = {k: v for k, v in os.environ.items() if k not in ("CEASEFIRE_DATA", "FIRMS_MAP_KEY", "UCDP_TOKEN")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{keep.get('PATH', '')}"
    return {**keep, "PATH": path, "NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "100", "LC_ALL": "C.UTF-8"}


def test_blocks_are_found() -> None:
    languages = {b.language for p in PAGES for b in blocks(p)}
    assert {"console", "python", "yaml", "csv", "sh"} <= languages
    assert languages <= {"console", "python", "yaml", "csv", "sh", "text", "json", "sql"}
