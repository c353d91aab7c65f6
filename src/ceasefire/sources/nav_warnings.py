"""Navigational warnings: zones with times, and observations where a warning tells of an act.

Read are NAVAREA III texts, coastal warnings of the Black Sea (Odesa, Novorossiysk, TURNHOS, Varna, Constanta),
NAVTEX frames, lists as plain text or HTML, and the Spanish XML. Every message becomes one `NavWarning`, or stands in
quarantine with the reason. Decided in record 0053:

* A mine sighted becomes an observation of the act `presence`: a weapon where it may not be, laid by nobody known.
  Disturbed satellite positions become `interference`, a ship said to be attacked an `attack` on `transport.vessel`.
* A closed or dangerous area, an exercise, a mine danger area give a zone and no observation.
* What the service of a party issues is that party's claim; what others issue is an official report.
* A warning is cut where another in the same files cancels it.

Format: Joint IMO/IHO/WMO Manual on Maritime Safety Information (IHO S-53, MSC.1/Circ.1310), sections 5 to 7; NAVTEX
Manual (MSC.1/Circ.1403).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from ceasefire.geo import regions
from ceasefire.model.intake import Count, Intake, Window
from ceasefire.model.nav_warning import NavWarning
from ceasefire.model.records import EPOCH, Observation, Quarantined
from ceasefire.model.table import Table
from ceasefire.sources.granule import Granule, inspect
from ceasefire.sources.nav_warnings_acts import observations_of
from ceasefire.sources.nav_warnings_kinds import cancels_of, kind_of, name_of, sea_of, service_of
from ceasefire.sources.nav_warnings_positions import Position, positions
from ceasefire.sources.nav_warnings_shapes import Zone, zone
from ceasefire.sources.nav_warnings_split import Message, identifiers, messages
from ceasefire.sources.nav_warnings_times import Times, times

PRODUCT = "nav_warnings"
MAX_BYTES = 50_000_000
"""Largest file read; a year of one coordinator is a megabyte."""
SUBJECTS = "ADJKLVWXY"
"""NAVTEX subjects (B2) that are navigational warnings: A and L warnings, D search and rescue, J satellite and K other
electronic navigation, V to Y special services. The others are weather, ice, pilots."""
BOUNDS = (-6.5, 30.0, 43.0, 48.0)
"""Least longitude and latitude, greatest longitude and latitude of NAVAREA III: Mediterranean, Black Sea, Azov."""
_DTG = re.compile(r"(?:DTG[ :]*)?(\d{6}) ?(?:UTC|Z|GMT)? ?([A-Z]{3})[A-Z]*(?: (\d{4}|\d{2}))?[ .]*")
_LONG_DATE = re.compile(r"(\d{1,2}) ([A-Z]{3})[A-Z]* (\d{4}) (\d\d):(\d\d) UTC[ .]*")


@dataclass(frozen=True)
class WarningsRead:
    """Navigational warnings of some files, and what they give a case."""

    warnings: Table[NavWarning]
    """Zones with times."""
    intake: Intake
    """Observations, quarantine and rows that add up."""


def read(
    paths: Sequence[Path],
    *,
    source: str,
    window: Window,
    options: Mapping[str, Any] = {},
) -> Intake:
    """Read navigational warnings into observations; parameters as of `warnings`, which gives the zones too."""
    return warnings(paths, source=source, window=window, options=options).intake


def warnings(
    paths: Sequence[Path],
    *,
    source: str,
    window: Window,
    options: Mapping[str, Any] = {},
) -> WarningsRead:
    """Read navigational warnings into zones with times, and observations where an act is meant.

    Parameters
    ----------
    paths
        Files of text, HTML or XML.
    source
        Source as named in the case file.
    window
        A warning belongs to it where a time in force overlaps it.
    options
        `year`: year of numbers that tell none; `max_bytes`; `url`: where the warnings can be read; `licence`.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "navarea.txt"
    >>> _ = path.write_text("110500 UTC MAR 25\\nNAVAREA III 0123/25\\nBLACK SEA\\n"
    ...     "DRIFTING MINE REPORTED IN 44-15.3N 033-20E AT 110430 UTC MAR.\\nCANCEL THIS MSG 141200 UTC MAR 25\\n")
    >>> window = Window(datetime(2025, 3, 1, tzinfo=UTC), datetime(2025, 4, 1, tzinfo=UTC))
    >>> got = warnings([path], source="navarea", window=window)
    >>> got.warnings[0].kind, got.warnings[0].intervals, got.intake.observations[0].act
    ('mine', (('2025-03-11T05:00:00+00:00', '2025-03-14T12:00:00+00:00'),), 'presence')
    """
    kept: list[NavWarning] = []
    instants: dict[str, list[datetime]] = {}
    quarantine: list[Quarantined] = []
    seen: dict[tuple[str, str, int], str] = {}
    count, files = Count(), []
    for path in paths:
        granule = inspect(path, max_bytes=int(options.get("max_bytes", MAX_BYTES)))
        if granule.sha256:
            files.append((granule.name, granule.sha256))
        if granule.problem:
            quarantine.append(_refused(source, granule, Message(0, "", wrong=granule.problem)))
            count += Count(rows=1, quarantined=1)
            continue
        for message in messages(path.read_bytes().decode(granule.encoding, "replace").lstrip("\ufeff")):
            got = _warning(message, source, granule, options)
            if isinstance(got, str):
                quarantine.append(_refused(source, granule, replace(message, wrong=got)))
                count += Count(rows=1, quarantined=1)
                continue
            one, told = got
            key = (one.series, one.number, one.year)
            if key in seen and one.series and seen[key] != one.text:
                quarantine.append(
                    _refused(source, granule, replace(message, wrong=f"another text of {one.series} {one.number}"))
                )
                count += Count(rows=1, quarantined=1)
            elif key in seen:
                count += Count(rows=1, duplicates=1)
            else:
                seen[key] = one.text
                instants[one.id] = told
                kept.append(one)
    kept = _cancelled(kept)
    inside = [one for one in kept if _overlaps(one, window)]
    count += Count(rows=len(inside), used=len(inside), outside=len(kept) - len(inside))
    observations = [o for one in inside for o in observations_of(one, instants[one.id], window, options)]
    return WarningsRead(
        Table.of(NavWarning, inside),
        Intake(
            observations=Table.of(Observation, observations),
            quarantine=Table.of(Quarantined, quarantine),
            count=count,
            files=tuple(files),
        ),
    )


def _refused(source: str, granule: Granule, message: Message) -> Quarantined:
    text = message.text.encode("utf-8", "replace").decode()
    return Quarantined(source=source, granule=granule.name, line=message.line, reason=message.wrong, row=text[:500])


def _warning(
    message: Message, source: str, granule: Granule, options: Mapping[str, Any]
) -> tuple[NavWarning, list[datetime]] | str:
    """Read one message, or say why it cannot be used."""
    if message.wrong:
        return message.wrong
    if message.frame and message.frame[1] not in SUBJECTS:
        return f"NAVTEX subject {message.frame[1]} is no navigational warning"
    text = message.text
    head = next(identifiers(text), None)
    if head is None and not message.frame:
        return "no series and number"
    series, service, party = service_of(head["words"] if head else "")
    if not head:
        series, service = f"NAVTEX {message.frame[0]}", f"NAVTEX station {message.frame[0]}"
    year = _year(head["year"] if head else None, options)
    issued, body = _issued(text, head, year)
    if isinstance(issued, str):
        return issued
    assumed: list[str] = []
    if not year and issued:
        year = issued.year
        assumed.append(f"the year {year} of its number is that of its issue")
    found, wrong = positions(body)
    if wrong:
        return "; ".join(wrong[:3])
    if out := [p for p in found if not _inside(p)]:
        return f"{out[0].lat:.2f} {out[0].lon:.2f} lies outside NAVAREA III"
    drawn, why = zone(body, found)
    if why:
        return why
    bare = body
    for p in found:
        bare = bare[: p.begin] + " " * (p.stop - p.begin) + bare[p.stop :]
    when = times(_without_numbers(bare), year=year, issued=issued)
    if when.wrong:
        return when.wrong
    told = _told(when, issued, year)
    if isinstance(told, str):
        return told
    assumed += [*when.assumed, *told[1], *(drawn.assumed if drawn else ())]
    sea = sea_of(text)
    lon, lat, radius_km = (drawn.lon, drawn.lat, drawn.radius_km) if drawn else _sea_disc(sea)
    number = f"{int(head['number']):04d}/{year % 100:02d}" if head else f"{message.frame}/{year % 100:02d}"
    words = " ".join(text.split())
    digest = sha256(f"{series}|{number}|{year}|{words}".encode()).hexdigest()[:12]
    one = NavWarning(
        id=f"w-{digest}",
        source=source,
        granule=granule.name,
        line=message.line,
        evidence=granule.sha256,
        series=series,
        number=number,
        year=year,
        kind=kind_of(" ".join(bare.split())),
        issued_by=service,
        party=party,
        issued=issued or EPOCH,
        zone=drawn.wkt if drawn else "",
        shape=drawn.shape if drawn else "",
        lon=lon,
        lat=lat,
        radius_km=radius_km,
        region=_region(drawn, sea),
        areas=_areas(body),
        intervals=tuple((a.isoformat(), b.isoformat() if b else "") for a, b in told[0]),
        cancels=cancels_of(words, series=series, year=year),
        assumed=tuple(dict.fromkeys(assumed)),
        text=words,
    )
    return one, when.told


def _year(told: str | None, options: Mapping[str, Any]) -> int:
    value = told or str(options.get("year", "")) or "0"
    return int(value) + 2000 if len(value) == 2 else int(value)


def _issued(text: str, head: re.Match[str] | None, year: int) -> tuple[datetime | str | None, str]:
    """Give the date-time group that stands before the identifier or right behind it, and the text that follows."""
    before = text[: head.start()] if head else ""
    after = (head["rest"] + "\n" + text[head.end() :]) if head else text
    for part, ahead in ((before.strip(), True), (after.lstrip("\n .="), False)):
        if hit := _DTG.match(part):
            alone = ahead or not part[hit.end() :].split("\n", 1)[0].strip(" .")
            stamp = f"{hit[1]} UTC {hit[2]}{' ' + hit[3] if hit[3] else ''}" if alone else ""
        else:
            hit = _LONG_DATE.match(part)
            stamp = f"{int(hit[1]):02d}{hit[4]}{hit[5]} UTC {hit[2]} {hit[3]}" if hit else ""
        if hit and stamp:
            got = times(stamp, year=year)
            if got.wrong or not got.told:
                return f"time of issue {hit[0].strip()!r}: {got.wrong or 'not understood'}", ""
            return got.told[0], after if ahead else part[hit.end() :]
    return None, after


def _told(
    when: Times, issued: datetime | None, year: int
) -> tuple[list[tuple[datetime, datetime | None]], list[str]] | str:
    """Give the times in force; a warning that tells none holds from its issue until it is cancelled."""
    if when.intervals:
        return when.intervals, []
    if issued:
        return [(issued, None)], []
    if when.told:
        return [(when.told[0], None)], ["in force from the time it tells: it has no time of issue"]
    if year:
        return [(datetime(year, 1, 1, tzinfo=UTC), None)], ["only its year is known"]
    return "no date: neither a time of issue, nor a period, nor a year"


def _without_numbers(text: str) -> str:
    """Take numbers of warnings and charts out, which may look like dates."""
    return re.sub(r"\d{1,4} ?/ ?\d{2,4}|CHARTS?[^\n.]{0,60}|VHF[^\n.]{0,30}|\bTEL[^\n]{0,40}", " ", text)


def _inside(p: Position) -> bool:
    return BOUNDS[0] <= p.lon <= BOUNDS[2] and BOUNDS[1] <= p.lat <= BOUNDS[3]


def _sea_disc(sea: str) -> tuple[float, float, float]:
    return regions.disc(sea) if sea else (float("nan"),) * 3


def _region(drawn: Zone | None, sea: str) -> str:
    return str(regions.locate([drawn.lon], [drawn.lat])[0]) or sea if drawn else sea


def _areas(body: str) -> tuple[str, ...]:
    """Give the lines before the subject that name areas: short, without figures."""
    out = []
    for line in body.strip("\n .").split("\n")[:4]:
        name = line.strip(" .=")
        if not name or len(name) > 60 or re.search(r"\d", name) or kind_of(name) != "other":
            break
        out += [part.strip() for part in name.split(".") if part.strip()]
    return tuple(out)


def _cancelled(kept: Sequence[NavWarning]) -> list[NavWarning]:
    """Cut each warning where a later one cancels it; the moment is the other's issue."""
    by: dict[str, NavWarning] = {}
    for one in kept:
        for name in one.cancels:
            by.setdefault(name, one)
    out = []
    for one in kept:
        other = by.get(_name(one))
        if other is None or other.id == one.id:
            out.append(one)
            continue
        intervals, note = one.intervals, one.assumed
        if other.issued != EPOCH:
            stop = other.issued.isoformat()
            cut = tuple((a, min(b or stop, stop)) for a, b in one.intervals if a < stop)
            intervals = cut or (((one.intervals[0][0], one.intervals[0][0]),) if one.intervals else ())
        else:
            note = (*note, "cancelled, but the time of the cancellation is not told")
        out.append(replace(one, cancelled_by=_name(other), intervals=intervals, assumed=note))
    return out


def _name(one: NavWarning) -> str:
    number = one.number.split("/")[0]
    return name_of(one.series, int(number), one.year) if number.isdigit() else f"{one.series} {one.number}"


def _overlaps(one: NavWarning, window: Window) -> bool:
    start, end = window.start.isoformat(), window.end.isoformat()
    return any(a < end and (not b or b > start or a == b >= start) for a, b in one.intervals)
