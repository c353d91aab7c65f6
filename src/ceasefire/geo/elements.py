"""Orbital elements as text: two-line sets (TLE) and OMM lists in JSON, checked and written again.

Why strict: sets copied by hand are common, and one wrong digit moves a pass by hours. A set with a wrong checksum is
refused with its line; a set that is whole and invented cannot be told from a real one by its text.

Source: D. Vallado and others, "Revisiting Spacetrack Report #3", AIAA 2006-6753; CCSDS 502.0-B (OMM).
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ceasefire.errors import CeasefireError

_DAY = 86_400_000_000


class BadElements(CeasefireError):
    """Text of orbital elements that cannot be used; the message names the line and what is wrong."""


@dataclass(frozen=True)
class Elements:
    """Mean elements of one satellite at one time, as SGP4 takes them; angles in degrees."""

    name: str
    """Name as given; empty where it is not."""
    norad: int
    """Catalogue number."""
    epoch: np.datetime64
    """Time they are for, UTC, microseconds."""
    inclination: float
    node: float
    """Right ascension of the ascending node."""
    eccentricity: float
    perigee: float
    """Argument of perigee."""
    anomaly: float
    """Mean anomaly."""
    motion: float
    """Revolutions a day (Kozai)."""
    drag: float = 0.0
    """B*, per Earth radius."""

    def __post_init__(self) -> None:
        wrong = [name for name in _NUMBERS if not math.isfinite(getattr(self, name))]
        if wrong:
            raise BadElements(f"{self.name or self.norad}: not a number: {', '.join(wrong)}")
        if not (0.0 <= self.eccentricity < 1.0 and 0.05 < self.motion < 18.0 and 0.0 <= self.inclination <= 180.0):
            raise BadElements(
                f"{self.name or self.norad}: no orbit has eccentricity {self.eccentricity:g}, "
                f"{self.motion:g} revolutions a day and inclination {self.inclination:g}"
            )


_NUMBERS = ("inclination", "node", "eccentricity", "perigee", "anomaly", "motion", "drag")
_OMM = {
    "INCLINATION": "inclination",
    "RA_OF_ASC_NODE": "node",
    "ECCENTRICITY": "eccentricity",
    "ARG_OF_PERICENTER": "perigee",
    "MEAN_ANOMALY": "anomaly",
    "MEAN_MOTION": "motion",
    "BSTAR": "drag",
}


def read_elements(text: str) -> tuple[tuple[Elements, ...], tuple[tuple[int, str], ...]]:
    """Read elements in the two-line form (with or without names) or as an OMM list in JSON.

    Parameters
    ----------
    text
        What a file holds; blank lines and lines that begin with `#` are left out.

    Returns
    -------
    Elements, earliest first within a satellite, and what could not be read: (1-based line or number in the list, why).
    A wrong checksum is refused: a set typed by hand is wrong by more than its last digit.

    >>> sets, wrong = read_elements('''NOAA 20 (JPSS-1)
    ... 1 43013U 17073A   26177.72844921  .00000042  00000+0  40828-4 0  9990
    ... 2 43013  98.7772 117.1062 0000629 133.0625 227.0604 14.19513365445820
    ... 1 43013U 17073A   26170.05920139  .00000045  00000+0  38906-4 0  9993
    ... 2 43013  98.7267 230.8542 0001437  95.2845 264.8485 14.19558374448521''')
    >>> [(e.name, e.norad, str(e.epoch)[:16], e.inclination, e.drag) for e in sets]
    [('NOAA 20 (JPSS-1)', 43013, '2026-06-26T17:28', 98.7772, 4.0828e-05)]
    >>> wrong
    ((4, 'line 1 of a set has checksum 3, and its text gives 2'),)
    """
    if text.lstrip("\ufeff \n\r\t")[:1] in ("[", "{"):
        found, wrong = _omm(text)
    else:
        found, wrong = _two_lines(text)
    return tuple(sorted(found, key=lambda e: (e.norad, e.epoch))), tuple(wrong)


def write_elements(sets: Sequence[Elements]) -> str:
    """Give the two-line form, a name line before each set.

    >>> sets, _ = read_elements('''X
    ... 1 43013U 17073A   26177.72844921  .00000042  00000+0  40828-4 0  9990
    ... 2 43013  98.7772 117.1062 0000629 133.0625 227.0604 14.19513365445820''')
    >>> print(write_elements(sets), end="")
    X
    1 43013U          26177.72844921  .00000000  00000-0  40828-4 0    00
    2 43013  98.7772 117.1062 0000629 133.0625 227.0604 14.19513365    07
    """
    lines = []
    for e in sets:
        year = e.epoch.astype("datetime64[Y]")
        day = 1.0 + (e.epoch - year) / np.timedelta64(1, "D")
        stamp = f"{(int(year.astype(int)) + 1970) % 100:02d}{day:012.8f}"
        first = f"1 {e.norad:05d}U          {stamp}  .00000000  00000-0 {_exponent(e.drag)} 0    0"
        second = (
            f"2 {e.norad:05d} {e.inclination:8.4f} {e.node % 360:8.4f} {round(e.eccentricity * 1e7):07d} "
            f"{e.perigee % 360:8.4f} {e.anomaly % 360:8.4f} {e.motion:11.8f}    0"
        )
        lines += [e.name or str(e.norad), *(f"{line}{_checksum(line)}" for line in (first, second))]
    return "\n".join(lines) + "\n" if lines else ""


def _two_lines(text: str) -> tuple[list[Elements], list[tuple[int, str]]]:
    found: list[Elements] = []
    wrong: list[tuple[int, str]] = []
    name, first, at = "", "", 0
    for number, raw in enumerate(text.replace("\ufeff", "").splitlines(), start=1):
        line = raw.rstrip()
        if not line.strip() or line.startswith("#"):
            continue
        if line[:2] == "1 ":
            if first:
                wrong.append((at, "line 1 of a set without its line 2"))
            first, at = line, number
        elif line[:2] == "2 ":
            if not first:
                wrong.append((number, "line 2 of a set without its line 1"))
                continue
            try:
                found.append(_one(name, first, line))
            except BadElements as error:
                wrong.append((at, str(error)))
            name, first = "", ""
        else:
            if first:
                wrong.append((at, "line 1 of a set without its line 2"))
            name, first = line.strip().removeprefix("0 ")[:60], ""
    if first:
        wrong.append((at, "line 1 of a set without its line 2"))
    return found, wrong


def _one(name: str, first: str, second: str) -> Elements:
    for line in (first, second):
        if len(line) != 69 or not line.isascii():
            raise BadElements(f"line {line[0]} of a set has {len(line)} characters, not 69")
        if str(_checksum(line)) != line[68]:
            raise BadElements(f"line {line[0]} of a set has checksum {line[68]}, and its text gives {_checksum(line)}")
    if first[2:7] != second[2:7]:
        raise BadElements(f"the two lines are of different satellites: {first[2:7]} and {second[2:7]}")
    try:
        year, day = int(first[18:20]), float(first[20:32])
        drag = (
            float(f"{first[53]}.{first[54:59].strip()}e{first[59:61]}".replace(" ", ""))
            if first[54:59].strip()
            else 0.0
        )
        given = Elements(
            name=name,
            norad=int(first[2:7]),
            epoch=np.datetime64("1970-01-01", "us"),
            inclination=float(second[8:16]),
            node=float(second[17:25]),
            eccentricity=float("0." + second[26:33].replace(" ", "0")),
            perigee=float(second[34:42]),
            anomaly=float(second[43:51]),
            motion=float(second[52:63]),
            drag=drag,
        )
    except ValueError:
        raise BadElements("a number of the set cannot be read") from None
    if not 1.0 <= day < 367.0:
        raise BadElements(f"day {day:g} of a year does not exist")
    start = np.datetime64(f"{1900 + year if year >= 57 else 2000 + year}-01-01", "us")
    return replace(given, epoch=start + np.timedelta64(round((day - 1.0) * _DAY), "us"))


def _omm(text: str) -> tuple[list[Elements], list[tuple[int, str]]]:
    try:
        told = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        return [], [(getattr(error, "lineno", 1), "begins like JSON and is none")]
    found, wrong = [], []
    for number, row in enumerate(told if isinstance(told, list) else [told], start=1):
        try:
            if not isinstance(row, dict):
                raise BadElements("is no set of elements")
            missing = [k for k in ("EPOCH", "NORAD_CAT_ID", *_OMM) if k not in row and k != "BSTAR"]
            if missing:
                raise BadElements(f"has no {', '.join(missing)}")
            numbers = {ours: float(row.get(theirs, 0.0)) for theirs, ours in _OMM.items()}
            epoch = np.datetime64(str(row["EPOCH"]).removesuffix("Z"), "us")
            if np.isnat(epoch):
                raise BadElements("has no EPOCH")
            name = str(row.get("OBJECT_NAME", ""))[:60]
            found.append(Elements(name=name, norad=int(row["NORAD_CAT_ID"]), epoch=epoch, **numbers))
        except (BadElements, ValueError, TypeError, OverflowError) as error:
            wrong.append((number, str(error) if isinstance(error, BadElements) else "a value cannot be read"))
    return found, wrong


def _checksum(line: str) -> int:
    return sum(int(c) if c.isdigit() else c == "-" for c in line[:68]) % 10


def _exponent(value: float) -> str:
    """Write a number as the two-line form does: sign, five digits behind the point, power of ten."""
    if value == 0.0 or abs(value) < 1e-14:
        return " 00000-0"
    power = math.floor(math.log10(abs(value))) + 1
    digits = round(abs(value) / 10.0**power * 1e5)
    if digits == 100_000:
        digits, power = 10_000, power + 1
    return f"{'-' if value < 0 else ' '}{digits:05d}{'-' if power <= 0 else '+'}{abs(power)}"
