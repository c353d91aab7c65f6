"""The agreements that ship with Ceasefire, each line with its source."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from ceasefire.agreements.read import read
from ceasefire.model.agreement import Agreement
from ceasefire.model.moment import near

FOLDER = Path(__file__).with_name("library")


def names() -> list[str]:
    """Name the agreements of the library.

    >>> "energy-2025" in names()
    True
    """
    return sorted(p.stem for p in FOLDER.glob("*.yml"))


def path(name: str) -> Path:
    """Give the file of an agreement of the library.

    Raises
    ------
    KeyError
        With the nearest name.

    >>> path("energy-2025").name
    'energy-2025.yml'
    """
    if name not in names():
        raise KeyError(f"no agreement {name!r} in the library: {near(name, names())}")
    return FOLDER / f"{name}.yml"


@cache
def load(name: str) -> Agreement:
    """Read an agreement of the library by its id.

    Parameters
    ----------
    name
        One of `names()`.

    Raises
    ------
    KeyError
        With the nearest name.

    >>> [r.id for r in load("easter-2025").readings]
    ['kremlin', 'ukraine']
    """
    return read(path(name))
