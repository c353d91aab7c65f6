"""The sources of the sea of a case: positions of ships and warnings to observations, looks, events and one record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from math import nan
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from ceasefire.detectors.vessel_clean import Cleaned
from ceasefire.errors import CeasefireError
from ceasefire.fusion.coverage import days as days_of
from ceasefire.geo.fixes import Fixes, Statics
from ceasefire.geo.regions import locate, shape
from ceasefire.geo.sea_zones import outline
from ceasefire.model.intake import Count, Intake, Window
from ceasefire.model.jamming import JammingCell
from ceasefire.model.records import Look, Observation
from ceasefire.model.sea import Disturbed, EventDay, Sea, SeaDay
from ceasefire.model.table import Table
from ceasefire.model.vessel import VesselEvent
from ceasefire.sea.calls import calls
from ceasefire.sea.gather import Heard, gather
from ceasefire.sea.given import AIS, Given, Line, Sailed, allow, before_days, corridors
from ceasefire.sea.looks import looks
from ceasefire.sea.radar import LIGHTS, RADAR, Seen, look, silent
from ceasefire.sea.traffic import Days, Water, sea_days
from ceasefire.sea.traffic import corridors as traffic_of
from ceasefire.sea.warned import warned

PRODUCTS = ("ais", "nav_warnings", "ship_scenes", "boat_lights")
"""Products of the sea that a source line of a case may name."""
LATE = timedelta(hours=1)
"""The first day of the files counts as whole where they begin within this of its midnight."""
CLEANING = "positions of ships"
"""Under which the rows of cleaning are counted: what the readers used, looked at as ways of ships."""
RATE = 0.05
"""False-discovery rate up to which a cell and hour is kept for the map."""


def observe(given: Given) -> Sailed:
    """Read every source of the sea.

    Parameters
    ----------
    given
        Source lines and what the case knows.

    Raises
    ------
    CeasefireError
        An option that is none, a corridor that is no zone, or AIS in a case whose area holds no sea.
    """
    told = {line.id: warned(line, given) for line in given.of("nav_warnings")}
    intakes = {name: intake for name, (intake, _) in told.items()}
    zones = tuple(w for _, warnings in told.values() for w in warnings)
    heard = given.of("ais")
    seen = look(given) if given.of(RADAR) or given.of(LIGHTS) else Seen()
    intakes |= seen.intakes
    if not heard and not seen.ships and not zones:
        return Sailed(intakes)
    if not given.seas:
        raise CeasefireError("sources of the sea need a sea: add `XZ-BLS` or another sea to the case's area")
    for line in heard:
        allow(line, AIS)
    sailed = _heard(heard, given, seen) if heard else _unheard(given, seen)
    sea = replace(sailed.sea, warnings=zones) if sailed.sea else None
    return Sailed({**intakes, **sailed.intakes}, sailed.events, sea)


def _unheard(given: Given, seen: Seen) -> Sailed:
    """Give what radar, lights and warnings tell where nobody listened."""
    dark, _ = silent(seen, given, None, Statics.empty(), None, _zones(given, ()))
    record = Sea(
        sources=tuple(line.id for line in given.lines),
        start=given.window.start,
        end=given.window.end,
        seas=given.seas,
        ships=0,
        fixes=0,
        days=(),
        dark=dark,
        notes=tuple(seen.notes),
    )
    return Sailed({}, Table.empty(VesselEvent), record)


def _zones(given: Given, water: Sequence[Water]) -> dict[str, Any]:
    """Give the zones by which silent ships are counted: the seas, and the corridors."""
    return {code: shape(code) for code in given.seas} | {w.id: w.polygon for w in water}


def _heard(lines: Sequence[Line], given: Given, seen: Seen) -> Sailed:
    """Turn positions into everything that they tell."""
    from ceasefire.detectors.interference_at_sea import observations
    from ceasefire.detectors.jamming_areas import jamming_map
    from ceasefire.detectors.vessel_clean import REASONS, clean, set_right
    from ceasefire.geo.ports import ports
    from ceasefire.geo.reception import Reception
    from ceasefire.sea.behaviour import behaviour

    def say(text: str) -> None:
        given.say(f"observe: ais: {text}")

    read = {line.id: gather(line, say=say) for line in lines}
    raw, statics, digests = _joined(list(read.values()))
    window, most = given.window, max(before_days(line) for line in lines)
    begin = window.start - timedelta(days=most)
    every_fix = raw
    raw = raw.keep((raw.times >= _ms(begin)) & (raw.times < _ms(window.end)))
    given.say(f"observe: ais: {len(raw):,} positions of {len(raw.ships()[0]):,} ships in the period and before")
    if not len(raw):
        return _nothing(read, given, seen)
    cleaned = clean(raw, source=lines[0].id, files=tuple(name for r in read.values() for name, _ in r.files))
    if cleaned.clocks:
        raw, _ = set_right(raw, cleaned.clocks)
    earliest = max(begin, _utc(raw.times.min()))
    reception = Reception.estimate(cleaned.fixes, start=_ms(earliest), end=_ms(window.end))

    events = behaviour(
        raw,
        cleaned,
        statics,
        reception,
        texts=_texts(read),
        ports=ports(),
        files=digests,
        window=window,
        say=say,
    )
    calendar, earlier = days_of(window, given.clock), _earlier(window, given.clock, earliest)
    of_seas = sea_days(cleaned.fixes, reception, given.seas, days=calendar, clock=given.clock)
    water = _drawn(given, lines)
    of_zones = traffic_of(cleaned.fixes, reception, water, days=calendar, before=earlier, clock=given.clock)
    cells = jamming_map(raw.keep(raw.times >= _ms(window.start)), reception=reception)
    dark, silent_ships = silent(seen, given, cleaned, statics, reception, _zones(given, water))
    name, names = lines[0].id, _names(read)
    told = Table.concat(
        Observation,
        [observations(events, source=name, granule=names), calls(events, source=name, granule=names)],
    )
    record = Sea(
        sources=tuple(line.id for line in lines),
        start=window.start,
        end=window.end,
        seas=given.seas,
        ships=len(cleaned.fixes.keep(cleaned.fixes.times >= _ms(window.start)).ships()[0]),
        fixes=len(cleaned.fixes),
        days=of_seas,
        corridors=of_zones,
        events=_by_day(events, given),
        disturbed=_disturbed(cells),
        dark=dark,
        cleaned=tuple((REASONS[k], n) for k, n in cleaned.counts.items() if n),
        notes=(*_notes(cleaned.clocks, earlier), *(r.note for r in read.values() if r.note), *seen.notes),
    )
    intakes = {}
    for k, line in enumerate(lines):
        rest = read[line.id]
        intakes[line.id] = Intake(
            observations=told if k == 0 else Table.empty(Observation),
            looks=looks(of_seas, calendar, source=line.id) if k == 0 else Table.empty(Look),
            quarantine=rest.quarantine,
            count=rest.count,
            files=rest.files,
        )
    intakes[CLEANING] = _cleaning(cleaned, len(raw), len(every_fix) - len(raw))
    every = Table.concat(VesselEvent, [events, silent_ships]).sort("start", "kind", "mmsi", "id")
    return Sailed(intakes, every, record)


def _cleaning(cleaned: Cleaned, rows: int, outside: int) -> Intake:
    """Count what cleaning took out of the positions that were read; some of each reason are kept."""
    copies = cleaned.counts.get("copy", 0)
    bad = sum(cleaned.counts.values()) - copies
    count = Count(rows=rows, used=rows - copies - bad, duplicates=copies, quarantined=bad, outside=outside)
    return Intake(quarantine=cleaned.quarantine, count=count)


def _joined(read: Sequence[Heard]) -> tuple[Fixes, Statics, tuple[str, ...]]:
    """Put the fixes of several source lines together; files are numbered on, stations are kept apart."""
    files, stations, parts, statics = 0, 0, [], []
    for one in read:
        told = one.fixes.station > 0
        parts.append(
            replace(
                one.fixes,
                source=(one.fixes.source + files).astype(np.int16),
                station=np.where(told, one.fixes.station + stations, 0).astype(np.int32),
            )
        )
        statics.append(replace(one.statics, source=(one.statics.source + files).astype(np.int16)))
        files, stations = files + len(one.files), stations + one.stations
    return Fixes.join(parts), Statics.join(statics), tuple(digest for one in read for _, digest in one.files)


def _texts(read: Mapping[str, Heard]) -> list[tuple[int, np.datetime64, str]]:
    """Give safety texts as who, when and what."""
    return [row for one in read.values() for row in one.texts]


def _nothing(read: Mapping[str, Heard], given: Given, seen: Seen) -> Sailed:
    """Say that no ship was heard in the period: every look is lost, and radar and lights stand alone."""
    calendar = days_of(given.window, given.clock)
    zone = ZoneInfo(given.clock)
    deaf = [
        SeaDay(region=code, day=a.astimezone(zone).date(), ships=0, fixes=0, heard=nan, silent_hours=_hours(a, b))
        for code in given.seas
        for a, b in calendar
    ]
    sailed = _unheard(given, seen)
    intakes = {
        name: Intake(
            looks=looks(deaf, calendar, source=name) if k == 0 else Table.empty(Look),
            quarantine=one.quarantine,
            count=one.count,
            files=one.files,
        )
        for k, (name, one) in enumerate(read.items())
    }
    return replace(sailed, intakes=intakes, sea=replace(sailed.sea, days=tuple(deaf)) if sailed.sea else None)


def _drawn(given: Given, lines: Sequence[Line]) -> tuple[Water, ...]:
    known = {z.id: z for z in given.zones}
    out = []
    for name in corridors(given, lines):
        if name not in known:
            raise CeasefireError(f"no zone {name!r} in the agreement; its zones: {', '.join(known) or 'none'}")
        shape = outline(known[name])
        if shape is None:
            raise CeasefireError(f"zone {name!r} has no line: {known[name].undefined}")
        out.append(Water(name, known[name].title, shape))
    return tuple(out)


def _earlier(window: Window, clock: str, begin: datetime) -> Days:
    """Give the whole days before the case that the data reach."""
    first = begin.astimezone(ZoneInfo(clock)).replace(hour=0, minute=0, second=0, microsecond=0)
    whole = first if begin - first <= LATE else first + timedelta(days=1)
    return days_of(Window(whole.astimezone(UTC), window.start), clock) if whole < window.start else []


def _by_day(events: Table[VesselEvent], given: Given) -> tuple[EventDay, ...]:
    """Add events up by sea, day and kind; an event counts on the day of the case on which it begins, or the first."""
    if not len(events):
        return ()
    zone = ZoneInfo(given.clock)
    region = locate(events.column("lon"), events.column("lat"))
    found: dict[tuple[str, date, str], list[float]] = {}
    for where, e in zip(region.tolist(), events, strict=True):
        day = max(e.start, given.window.start).astimezone(zone).date()
        found.setdefault((where if where in given.seas else "", day, e.kind), []).append(e.probability)
    return tuple(
        EventDay(region=where, day=day, kind=kind, number=len(p), expected=round(float(np.nansum(p)), 4))
        for (where, day, kind), p in sorted(found.items(), key=lambda kv: (kv[0][1], kv[0][0], kv[0][2]))
    )


def _disturbed(cells: Table[JammingCell]) -> tuple[Disturbed, ...]:
    """Give the cells and hours that stand out at the false-discovery rate."""
    likely = cells.keep(np.nan_to_num(cells.column("rate"), nan=1.0) <= RATE)
    return tuple(
        Disturbed(
            lon=round(c.west + c.side_deg / 2, 6),
            lat=round(c.south + c.side_deg / 2, 6),
            side_deg=c.side_deg,
            start=c.start,
            end=c.start + timedelta(hours=1),
            ships=c.ships,
            disturbed=c.disturbed,
            probability=round(c.probability, 4),
        )
        for c in likely
    )


def _notes(clocks: Mapping[int, float], earlier: Days) -> tuple[str, ...]:
    out = []
    if clocks:
        said = ", ".join(f"{v:+.0f} s" for v in clocks.values())
        out.append(f"Clocks of {len(clocks)} receiving stations were set right: {said}.")
    if not earlier:
        out.append("The files hold no whole day before the case: traffic is not compared.")
    return tuple(out)


def _hours(begin: datetime, end: datetime) -> float:
    return (end - begin).total_seconds() / 3600.0


def _ms(when: datetime) -> np.datetime64:
    return np.datetime64(when.astimezone(UTC).replace(tzinfo=None), "ms")


def _utc(when: np.datetime64) -> datetime:
    return datetime.fromtimestamp(float(when.astype("datetime64[ms]").astype(np.int64)) / 1000.0, tz=UTC)


def _names(read: Mapping[str, Heard]) -> str:
    """Give the name of the file, or of how many there are."""
    names = [name for one in read.values() for name, _ in one.files]
    return names[0] if len(names) == 1 else f"{len(names)} files"
