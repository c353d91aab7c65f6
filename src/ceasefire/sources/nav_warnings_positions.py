"""Positions in navigational warnings: the dialects in which degrees are written, each found with its place in the text.

Dialects: `44-15.3N 033-20E`, `44 15.3 N - 033 20.0 E`, `44-15,3N`, `44-15-30N 033-20-00E`, `44°15'30"N`,
`4415N 03320E`, `441530N 0332000E`, `N44-15.3 E033-20.0`, `44.255N 33.333E`.
Source: Joint IMO/IHO/WMO Manual on Maritime Safety Information (IHO S-53, MSC.1/Circ.1310), section 6.3: degrees and
minutes with hemisphere; the others occur in coastal warnings.

Why what looks like a position and is none is reported: a corner that was lost makes another polygon, not a smaller one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_GAP = r"(?:[ \t\n]{0,3}[-–°º][ \t]{0,2}|[ \t]{1,2})"
_MINUTES = rf"(\d{{1,2}})(?:[.,](\d{{1,4}}))?(?:(?:{_GAP}|['’′] ?)(\d{{1,2}})(?:[.,](\d{{1,3}}))?)?[ '’′\"”″]{{0,3}}"
_BETWEEN = r"[\s,;/–-]{0,6}"
_SPACED = re.compile(
    rf"(?<![\d.,-])(\d{{1,2}}){_GAP}{_MINUTES}([NS]){_BETWEEN}(\d{{1,3}}){_GAP}{_MINUTES}([EW])(?![A-Z0-9])"
)
_LED = re.compile(
    rf"(?<![A-Z0-9])([NS]) ?(\d{{1,2}}){_GAP}{_MINUTES}{_BETWEEN}([EW]) ?(\d{{1,3}}){_GAP}{_MINUTES}(?![\d.,]*\d)"
)
_COMPACT = re.compile(
    rf"(?<![\d.,-])(\d{{2}})(\d{{2}})(\d{{2}})?(?:[.,](\d{{1,4}}))? ?([NS]){_BETWEEN}"
    r"(\d{3})(\d{2})(\d{2})?(?:[.,](\d{1,4}))? ?([EW])(?![A-Z0-9])"
)
_DECIMAL = re.compile(
    rf"(?<![\d.,-])(\d{{1,2}}[.,]\d{{2,6}}) ?°? ?([NS]){_BETWEEN}(\d{{1,3}}[.,]\d{{2,6}}) ?°? ?([EW])(?![A-Z0-9])"
)
_LIKE = re.compile(
    r"(?<![A-Z0-9/])(?:[\dO*]{1,3} ?[-–°º] ?[\dO*][\dO*.,°'’′\" –-]{0,14}|[\dO*]{4,7}(?:[.,][\dO*]{1,4})?"
    r"|[\dO*]{1,3}[.,][\dO*]{2,6}|[\dO*]{1,3} [\dO*]{1,2}[.,][\dO*]{1,4}) ?[NSEW](?![A-Z0-9])"
)


@dataclass(frozen=True)
class Position:
    """One position and where a text gives it."""

    begin: int
    """First character."""
    stop: int
    """First character behind it."""
    lon: float
    """Degrees east."""
    lat: float
    """Degrees north."""


def positions(text: str) -> tuple[list[Position], list[str]]:
    """Find the positions of a text in order, and what looks like one and cannot be.

    Parameters
    ----------
    text
        A warning in capitals.

    Returns
    -------
    Positions, and a reason for each that is impossible or not understood.

    >>> found, wrong = positions("IN 44-15.3N 033-20E AND 4530N 03130E, 45 00 30 N - 031 15 00 E")
    >>> [(round(p.lat, 4), round(p.lon, 4)) for p in found], wrong
    ([(44.255, 33.3333), (45.5, 31.5), (45.0083, 31.25)], [])
    >>> positions("44-75.0N 033-20.0E")[1]
    ["'44-75.0N 033-20.0E': 75.0 minutes"]
    >>> positions("44-15.0N 03O-20.0E")[1]
    ["not understood as a position: '44-15.0N'", "not understood as a position: '03O-20.0E'"]
    """
    found: list[Position] = []
    wrong: list[str] = []
    figures: set[int] = set()
    rest = text
    for pattern, read in ((_SPACED, _spaced), (_LED, _led), (_COMPACT, _compact), (_DECIMAL, _decimal)):
        for hit in pattern.finditer(rest):
            lat, lon, reason = read(hit)
            if pattern in (_SPACED, _LED):
                figures.add(len(hit[7] if pattern is _SPACED else hit[8]))
            if reason:
                wrong.append(f"{' '.join(hit[0].split())!r}: {reason}")
            else:
                found.append(Position(hit.start(), hit.end(), lon, lat))
        rest = pattern.sub(lambda m: " " * len(m[0]), rest)
    wrong += [f"not understood as a position: {' '.join(hit[0].split())!r}" for hit in _LIKE.finditer(rest)]
    if len(figures) > 1:
        wrong.append("longitudes with different numbers of figures: one has lost some")
    return sorted(found, key=lambda p: p.begin), wrong


def _spaced(hit: re.Match[str]) -> tuple[float, float, str]:
    g = hit.groups()
    return _both(g[0:5], g[5], g[6:11], g[11])


def _led(hit: re.Match[str]) -> tuple[float, float, str]:
    g = hit.groups()
    return _both(g[1:6], g[0], g[7:12], g[6])


def _compact(hit: re.Match[str]) -> tuple[float, float, str]:
    g = hit.groups()
    lat = (g[0], g[1], "" if g[2] else g[3], g[2], g[3] if g[2] else "")
    lon = (g[5], g[6], "" if g[7] else g[8], g[7], g[8] if g[7] else "")
    return _both(lat, g[4], lon, g[9])


def _decimal(hit: re.Match[str]) -> tuple[float, float, str]:
    lat, lon = float(hit[1].replace(",", ".")), float(hit[3].replace(",", "."))
    return _signed(lat, hit[2], lon, hit[4])


def _both(lat: tuple[str | None, ...], north: str, lon: tuple[str | None, ...], east: str) -> tuple[float, float, str]:
    degrees = []
    for whole, minutes, tenths, seconds, part in (lat, lon):
        if tenths and seconds:
            return 0.0, 0.0, "decimal minutes and seconds both"
        m = float(f"{minutes}.{tenths or 0}")
        s = float(f"{seconds or 0}.{part or 0}")
        if m >= 60:
            return 0.0, 0.0, f"{m} minutes"
        if s >= 60:
            return 0.0, 0.0, f"{s} seconds"
        degrees.append(float(whole or 0) + m / 60 + s / 3600)
    return _signed(degrees[0], north, degrees[1], east)


def _signed(lat: float, north: str, lon: float, east: str) -> tuple[float, float, str]:
    if lat > 90:
        return 0.0, 0.0, f"latitude {lat:.2f}"
    if lon > 180:
        return 0.0, 0.0, f"longitude {lon:.2f}"
    return (lat if north == "N" else -lat), (lon if east == "E" else -lon), ""
