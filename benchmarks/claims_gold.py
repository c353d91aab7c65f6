"""The gold file of the seed articles: what a careful reader finds in them, as facts and character offsets.

Read by `benchmarks.claims_seeds` and by the test of the gold file. The rules are in `docs/methods/claims-gold.md`.
"""

from __future__ import annotations

import csv
import hashlib
import os
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent / "gold"
OUTLET = "outlet"
NONE = "none"
KINDS = ("story", "headline", "byline", "advert", "menu", "caption", "other_story", "comments", "list", "blank")
_TITLE = re.compile(r"^(?:(?:the|a|an|us|u\.s\.|president|mr|ms|mrs|sir|dr|foreign minister)\s+)+(?=\S)")


class Gold(NamedTuple):
    """One claim of the gold file."""

    article: str
    n: int
    speakers: frozenset[str]
    begin: int
    stop: int
    stances: frozenset[str]
    acts: frozenset[str]
    objects: frozenset[str]
    must: bool
    note: str
    row: dict[str, str]


class Article(NamedTuple):
    """One article: its text, its day of publication and what each of its lines is."""

    sha256: str
    name: str
    published: str
    text: str
    kinds: tuple[str, ...]

    def line(self, character: int) -> int:
        """Give the index of the line that a character stands in."""
        return self.text.count("\n", 0, character)

    def is_story(self, line: int) -> bool:
        """Tell whether a line belongs to the article."""
        return self.kinds[line] in ("story", "headline")


def rows(name: str) -> list[dict[str, str]]:
    """Read one CSV file of the gold folder."""
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def wider(cell: str) -> frozenset[str]:
    """Give the other classes a cell lists; `none` stands for no class.

    >>> sorted(wider("plan|none"))
    ['', 'plan']
    """
    return frozenset("" if one == NONE else one for one in cell.split("|") if one)


def claims() -> list[Gold]:
    """Read the gold claims in the order of the file."""
    return [
        Gold(
            article=row["article"],
            n=int(row["n"]),
            speakers=frozenset(known(one) for one in (row["speaker"], *wider(row["also_speakers"]))),
            begin=int(row["begin"]),
            stop=int(row["stop"]),
            stances=wider(row["also_stances"]) | {row["stance"]},
            acts=wider(row["also_acts"]) | {row["act"]},
            objects=wider(row["also_objects"]) | {row["object_class"]},
            must=row["must"] == "1",
            note=row["note"],
            row=row,
        )
        for row in rows("claims")
    ]


def seeds() -> Path | None:
    """Find the folder of the seed articles: beside `$CEASEFIRE_DATA`, or `shared/seeds` beside the checkout."""
    data = os.environ.get("CEASEFIRE_DATA")
    shared = Path(data).parent if data else HERE.parents[2] / "shared"
    return shared / "seeds" if (shared / "seeds").is_dir() else None


def articles(folder: Path) -> list[Article]:
    """Read the articles named in the gold file, found by the hash of their bytes."""
    found = {}
    for path in sorted(folder.glob("*.txt")):
        content = path.read_bytes()
        found[hashlib.sha256(content).hexdigest()] = (path.name, content.decode("utf-8-sig"))
    kinds: dict[str, list[str]] = {}
    for row in rows("lines"):
        kinds.setdefault(row["article"], []).append(row["kind"])
    return [
        Article(
            row["article"],
            found[row["article"]][0],
            row["published"],
            found[row["article"]][1],
            tuple(kinds[row["article"]]),
        )
        for row in rows("articles")
        if row["article"] in found
    ]


@cache
def _aliases() -> dict[str, str]:
    table = rows("speakers")
    names = {row["speaker"].casefold(): row["speaker"] for row in table + rows("claims")}
    return names | {row["alias"]: row["speaker"] for row in table if row["alias"] not in names}


def known(name: str) -> str:
    """Give a speaker's name as the gold file writes it; a name it does not know stays as it is, in small letters.

    >>> known("President Putin"), known("the White House"), known("A resident")
    ('Vladimir Putin', 'White House', 'a resident')
    """
    plain = re.sub(r"\s+", " ", name.replace("’", "'").strip(" .,")).casefold()
    for one in (plain, plain.removeprefix("the "), _TITLE.sub("", plain)):
        if one in _aliases():
            return _aliases()[one]
    return plain


def each(name: str) -> list[str]:
    """Give the speakers of a joint statement one by one, where each of them is known.

    >>> each("Donald Trump and Vladimir Putin"), each("Vladimir Putin and his allies")
    (['Donald Trump', 'Vladimir Putin'], ['vladimir putin and his allies'])
    """
    parts = re.split(r",\s*(?:and\s+)?|\s+and\s+|\s*&\s*", name.strip())
    given = [known(part) for part in parts]
    if (
        len(parts) > 1
        and known(name) == name.strip(" .,").casefold()
        and all(g in set(_aliases().values()) for g in given)
    ):
        return given
    return [known(name)]
