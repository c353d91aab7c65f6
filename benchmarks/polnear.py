"""PolNeAR: news articles in which people marked every attribution; its reader and its counting.

The data set is read where it lies (`$CEASEFIRE_DATA/text/polnear`) and never copied. Where several people annotated
an article, the file that comes first by name is taken; how far two of them agree is counted too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ceasefire.text.attribution import Span

PARTS = ("source", "cue", "content")
_TOKEN = re.compile(r"\w+|[^\w\s]")
_LINE = re.compile(r"(T\d+|E\d+)\t([^\t]*)")

Marked = dict[str, list[Span]]
"""Part to the spans that hold it, of one attribution."""


@dataclass(frozen=True)
class Article:
    """One article with what each annotator marked."""

    name: str
    text: str
    marked: tuple[list[Marked], ...]
    """The attributions by annotator."""

    def spans(self, part: str, annotator: int = 0) -> list[Span]:
        """Give all spans of one part."""
        return [span for one in self.marked[annotator] for span in one[part]]


def articles(folder: Path) -> Iterator[Article]:
    """Read the articles of one split (`dev`, `train`), by name."""
    files: dict[str, list[Path]] = {}
    for path in sorted((folder / "attributions").glob("*.ann")):
        files.setdefault(path.stem.rsplit("_", 1)[0], []).append(path)
    for name, paths in sorted(files.items()):
        with open(folder / "text" / f"{name}.txt", encoding="utf-8", newline="") as file:
            yield Article(name, file.read(), tuple(annotation(path) for path in paths))


def annotation(path: Path) -> list[Marked]:
    """Read one brat standoff file: source, cue and content of each attribution."""
    spans: dict[str, list[Span]] = {}
    events: list[str] = []
    for line in path.read_text(encoding="utf-8").split("\n"):
        match = _LINE.match(line)
        if match is None:
            continue
        key, value = match.groups()
        if key[0] == "E":
            events.append(value)
        else:
            pieces = [piece.split(" ") for piece in value.split(" ", 1)[1].split(";")]
            spans[key] = [(int(begin), int(stop)) for begin, stop in pieces]
    attributions = []
    for event in events:
        marked: Marked = {part: [] for part in PARTS}
        for role, key in (argument.split(":") for argument in event.split()):
            part = role.rstrip("0123456789").lower()
            if part in marked:
                marked[part] += spans[key]
        attributions.append(marked)
    return attributions


def tokens(text: str, spans: list[Span]) -> set[int]:
    """Give the words and marks that the spans touch, each by where it begins."""
    covered = bytearray(len(text))
    for begin, stop in spans:
        covered[begin:stop] = b"\1" * (min(stop, len(text)) - begin)
    return {match.start() for match in _TOKEN.finditer(text) if any(covered[match.start() : match.end()])}


@dataclass
class Count:
    """Tokens in both, found, and marked by people; summed over articles."""

    both: int = 0
    found: int = 0
    marked: int = 0

    def add(self, found: set[int], marked: set[int]) -> None:
        """Count one article."""
        self.both += len(found & marked)
        self.found += len(found)
        self.marked += len(marked)

    @property
    def precision(self) -> float:
        return self.both / max(self.found, 1)

    @property
    def recall(self) -> float:
        return self.both / max(self.marked, 1)

    @property
    def f1(self) -> float:
        return 2 * self.both / max(self.found + self.marked, 1)
