"""One ship's record: what it said of itself, where and when it was heard, what it did, and what each line rests on.

Why only on request, and only from the asker's own files: a report counts ships and names none. A ship that says of
itself that it is engaged in military operations, or in law enforcement, is never placed finer than its sea.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import isfinite, nan
from pathlib import Path
from typing import Any

import numpy as np

from ceasefire.errors import CeasefireError
from ceasefire.geo.fixes import Fixes, Statics
from ceasefire.geo.regions import locate, names
from ceasefire.model.intake import Window
from ceasefire.model.vessel import VesselEvent

STATE_SHIPS = (35, 55)
"""Types of ITU-R M.1371: engaged in military operations; law enforcement."""


@dataclass(frozen=True)
class VesselRecord:
    """What is known of one ship."""

    mmsi: int
    said: tuple[dict[str, Any], ...]
    """What it said of itself, with first and last time and file."""
    positions: int
    set_aside: int
    """Positions that it cannot have sent from there, or that say nothing new."""
    first: str
    last: str
    days: tuple[tuple[str, str, int], ...]
    """Day, sea or region, positions."""
    events: tuple[VesselEvent, ...]
    coarse: bool
    """Whether its places are held back."""
    files: tuple[tuple[str, str], ...]
    """Files that hold something of it: name and SHA-256."""


def vessel_record(
    mmsi: int, paths: Sequence[Path], *, say: Callable[[str], None], options: dict[str, Any] | None = None
) -> VesselRecord:
    """Read files of AIS and put one ship's record together.

    Parameters
    ----------
    mmsi
        Of the ship.
    paths
        Files of AIS; all of them tell who was heard.
    say
        Takes progress, a line at a time.
    options
        Of the reader (`sources.ais`).

    Raises
    ------
    CeasefireError
        Where no file holds anything of that number.
    """
    from ceasefire.detectors.vessel_clean import clean, set_right
    from ceasefire.geo.ports import ports
    from ceasefire.geo.reception import Reception
    from ceasefire.sea.behaviour import behaviour
    from ceasefire.sources import ais

    read = ais.read(paths, source="vessel", options=options or {})
    own, said = read.fixes.ship(mmsi), read.statics.keep(read.statics.mmsi == mmsi)
    if not len(own) and not len(said):
        heard = len(read.fixes.ships()[0])
        raise CeasefireError(f"nothing of MMSI {mmsi} in these files, which hold {heard:,} ships")
    digests = tuple(digest for _, digest in read.files)
    events: tuple[VesselEvent, ...] = ()
    cleaned = clean(read.fixes, land=False)
    if len(cleaned.fixes):
        start, end = cleaned.fixes.times.min(), cleaned.fixes.times.max() + np.timedelta64(1, "s")
        reception = Reception.estimate(cleaned.fixes, start=start, end=end)
        texts = list(zip(read.texts.mmsi.tolist(), read.texts.times, read.texts.text.tolist(), strict=True))
        window = Window(_utc(start), _utc(end) + timedelta(seconds=1))
        found = behaviour(
            set_right(read.fixes, cleaned.clocks)[0],
            cleaned,
            read.statics,
            reception,
            texts=texts,
            ports=ports(),
            files=digests,
            window=window,
            say=say,
        )
        events = tuple(e for e in found if mmsi == e.mmsi or mmsi in e.others)
    kept = cleaned.fixes.ship(mmsi)
    coarse = bool(np.isin(said.ship_type, STATE_SHIPS).any())
    used = sorted({*own.source.tolist(), *said.source.tolist()})
    return VesselRecord(
        mmsi=mmsi,
        said=_said(said, read.files, coarse=coarse),
        positions=len(kept),
        set_aside=len(own) - len(kept),
        first=_text(own.times[0]) if len(own) else "",
        last=_text(own.times[-1]) if len(own) else "",
        days=_days(kept),
        events=tuple(_coarse(e) for e in events) if coarse else events,
        coarse=coarse,
        files=tuple(read.files[k] for k in used if k < len(read.files)),
    )


def as_text(record: VesselRecord) -> str:
    """Give a record as lines to read.

    >>> empty = VesselRecord(1, (), 0, 0, "", "", (), (), False, ())
    >>> as_text(empty).splitlines()[0]
    'MMSI 1: 0 positions'
    """
    span = f", {record.first} to {record.last}" if record.first else ""
    out = [f"MMSI {record.mmsi}: {record.positions:,} positions{span}"]
    if record.set_aside:
        out.append(f"  {record.set_aside:,} more were set aside: impossible, or heard twice")
    if record.coarse:
        out.append("  A ship of a state by its own word: its places are given no finer than the sea")
    for one in record.said:
        told = ", ".join(f"{k} {v}" for k, v in one.items() if k not in ("from", "to", "file"))
        out.append(f"  said {one['from']} to {one['to']}: {told} ({one['file']})")
    out += [f"  {day}  {where or 'outside known waters'}: {n:,} positions" for day, where, n in record.days]
    for e in record.events:
        at = f"{e.lat:.3f} N {e.lon:.3f} E within {e.radius_km:.1f} km" if isfinite(e.lon) else ""
        others = f" with {', '.join(map(str, e.others))}" if e.others and len(e.others) <= 4 else ""
        heard = f", {e.heard:.0%} likely to have been heard" if isfinite(e.heard) else ""
        out.append(f"  {e.kind}{others} {e.start:%Y-%m-%d %H:%M}Z to {e.end:%Y-%m-%d %H:%M}Z {at}".rstrip())
        out.append(f"    likely {e.probability:.0%}{heard}: {e.why}")
        out += [f"    rests on {digest}" for digest in e.evidence]
    out += [f"  file {name}  {digest}" for name, digest in record.files]
    return "\n".join(out)


def _said(said: Statics, files: Sequence[tuple[str, str]], *, coarse: bool) -> tuple[dict[str, Any], ...]:
    rows = []
    for k in range(len(said)):
        row: dict[str, Any] = {"from": _text(said.times[k]), "to": _text(said.until[k])}
        if said.imo[k]:
            row["IMO"] = int(said.imo[k])
        for label, value in (("name", said.name[k]), ("call sign", said.callsign[k])):
            if value:
                row[label] = str(value)
        if said.ship_type[k] >= 0:
            row["type"] = int(said.ship_type[k])
        for label, number in (("length", said.length_m[k]), ("beam", said.beam_m[k]), ("draught", said.draught_m[k])):
            if np.isfinite(number):
                row[label] = f"{float(number):.1f} m"
        if said.destination[k] and not coarse:
            row["destination"] = str(said.destination[k])
        row["file"] = files[said.source[k]][0] if said.source[k] < len(files) else ""
        rows.append(row)
    return tuple(rows)


def _days(fixes: Fixes) -> tuple[tuple[str, str, int], ...]:
    if not len(fixes):
        return ()
    where = locate(fixes.lon, fixes.lat).astype(str)
    pairs, counts = np.unique(
        np.stack([fixes.times.astype("datetime64[D]").astype(str), where]), axis=1, return_counts=True
    )
    known = names()
    return tuple((str(d), known.get(str(w), str(w)), int(n)) for (d, w), n in zip(pairs.T, counts, strict=True))


def _coarse(event: VesselEvent) -> VesselEvent:
    """Take the place out of an event: its sea stands in the days, and its sentence may name places."""
    return replace(event, lon=nan, lat=nan, radius_km=nan, zone="", others=(), why="held back")


def _text(when: np.datetime64) -> str:
    return f"{_utc(when):%Y-%m-%d %H:%M:%S}Z"


def _utc(when: np.datetime64) -> datetime:
    return datetime.fromtimestamp(float(when.astype("datetime64[ms]").astype(np.int64)) / 1000.0, tz=UTC)
