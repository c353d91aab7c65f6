"""Several records of one flight made one: the record that knows more wins, second by second, and none counts twice.

Why second by second: subtitles know the position, a remote control's log where the camera pointed, photos both but
only now and then. What one record lacks is taken from another within a second; what is still told twice is kept once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.geo.flight import Flight
from ceasefire.sources.drone_tracks import SHARP_S, WINDOW_S, Match, match

Array = NDArray[np.float64]

NEAR_S = 1.0
"""What a record lacks is taken from a sample of another that is no farther in time."""
ANGLES = ("azimuth_deg", "elevation_deg", "roll_deg")
VIEW = ("hfov_deg", "vfov_deg")
_FILLED = (ANGLES, VIEW, ("satellites",), ("jamming",), ("angle_sigma_deg",))


@dataclass(frozen=True)
class Record:
    """One reader's flight."""

    flight: Flight
    format: str
    """Reader's name."""


@dataclass(frozen=True)
class Merged:
    """Flights, with what merging left out and found."""

    flights: tuple[Flight, ...]
    repeats: int
    """Samples left out because another record tells of the same second."""
    doubts: tuple[str, ...]


def merge(records: Sequence[Record]) -> Merged:
    """Find the records that are of one flight and make one flight of each group.

    Parameters
    ----------
    records
        In any order.
    """
    order = sorted(records, key=lambda r: (-_rich(r.flight), r.flight.times[0].astype(np.int64), r.flight.source))
    groups: list[list[tuple[Record, Match]]] = []
    for record in order:
        found = [(lies, k) for k, group in enumerate(groups) if (lies := _same(group[0][0], record)) is not None]
        if found:
            lies, k = min(found, key=lambda one: (one[0].apart_m, one[1]))
            groups[k].append((record, lies))
        else:
            groups.append([(record, Match(0.0, 0.0, 0.0))])
    flights, repeats, doubts = [], 0, []
    for group in groups:
        if len(group) == 1:
            flights.append(group[0][0].flight)
            continue
        flight, left, said = _joined(group)
        flights.append(flight)
        repeats += left
        doubts += said
    return Merged(tuple(sorted(flights, key=lambda f: (f.times[0].astype(np.int64), f.source))), repeats, tuple(doubts))


def _same(a: Record, b: Record) -> Match | None:
    """Lay two records over each other where platform and time allow it."""
    if not _alike(a.flight.platform, b.flight.platform):
        return None
    if a.flight.evidence and a.flight.evidence == b.flight.evidence:
        return None  # a clock that was set back, not a second record
    zones = a.format != b.format and _guessed(a.flight) != _guessed(b.flight)
    slack = np.timedelta64(int(WINDOW_S * 1000), "ms")
    apart = a.flight.times[0] > b.flight.times[-1] + slack or b.flight.times[0] > a.flight.times[-1] + slack
    return None if apart and not zones else match(a.flight, b.flight, zones=zones)


def _alike(a: str, b: str) -> bool:
    """Tell whether two names can be one platform's: one is unknown, or says less than the other.

    >>> _alike("DJI", "DJI FC6310"), _alike("DJI FC3170", "DJI FC6310"), _alike("", "Parrot")
    (True, False, True)
    """
    one, two = ([] if n == "camera" else n.lower().split() for n in (a, b))
    return all(x == y for x, y in zip(one, two, strict=False))


def _guessed(flight: Flight) -> bool:
    return "estimated" in flight.clock or "taken for UTC" in flight.clock


def _rich(flight: Flight) -> int:
    """Give for how many seconds a record tells a footprint, then for how many a position."""
    seconds = flight.times.astype("datetime64[s]").astype(np.int64)
    score = _score(flight)
    return 1_000_000 * len(np.unique(seconds[score == 3])) + len(np.unique(seconds[score > 0]))


def _score(flight: Flight) -> NDArray[np.int64]:
    """Give for each sample how much it knows: 3 makes a footprint, 2 lacks the field of view, 1 is a position."""
    aimed = flight.fix & np.isfinite(flight.azimuth_deg) & np.isfinite(flight.elevation_deg)
    view = aimed & np.isfinite(flight.hfov_deg) & np.isfinite(flight.vfov_deg) & np.isfinite(flight.height_m)
    stated = flight.fix & np.isfinite(flight.corners).all(axis=(1, 2))
    return np.where(view | stated, 3, np.where(aimed, 2, flight.fix.astype(np.int64)))


def _joined(group: Sequence[tuple[Record, Match]]) -> tuple[Flight, int, list[str]]:
    """Make one flight of the records of a group, the richest first."""
    clock = next((k for k, (r, _) in enumerate(group) if not _guessed(r.flight)), 0)
    zero = group[clock][1].lag_s
    base = group[0][0]
    moved = [_later(r.flight, lies.lag_s - zero) for r, lies in group]
    photos = [r.format == "photos" for r, _ in group]
    full = [
        _filled(f, [(g, photos[k]) for j, g in enumerate(moved) if j != k and not photos[j]])
        for k, f in enumerate(moved)
    ]
    full = [full[0], *(_in_datum(f, full[0]) for f in full[1:])]
    seconds = [f.times.astype("datetime64[s]").astype(np.int64) for f in full]
    score, every = np.concatenate([_score(f) for f in full]), np.concatenate(seconds)
    of = np.repeat(np.arange(len(full)), [len(f) for f in full])
    _, at = np.unique(every, return_inverse=True)
    worth = np.full((int(at.max()) + 1, len(full)), -1, dtype=np.int64)
    np.maximum.at(worth, (at, of), score)
    keep = of == np.argmax(worth, axis=1)[at]
    parts = [f.keep(keep[of == k]) for k, f in enumerate(full)]
    names = [r.flight.source for r, _ in group]
    said = [_say(base, r, lies) for r, lies in group[1:]]
    left = int((~keep).sum())
    said.append(f"{' and '.join(names)} tell of one flight: {left} samples of the same seconds are counted once")
    whole = _concatenated(parts)
    return (
        replace(
            whole,
            datum=full[0].datum,
            platform=max((f.platform for f in moved), key=len),
            source=", ".join(names),
            evidence=" ".join(dict.fromkeys(f.evidence for f in moved)),
            clock="; ".join([moved[clock].clock, *[s for s in said[:-1] if "clock" in s]]),
        ),
        left,
        said,
    )


def _say(base: Record, other: Record, lies: Match) -> str:
    name, than = other.flight.source, base.flight.source
    if lies.lag_s:
        return (
            f"the clock of {name} was {-lies.lag_s:+.1f} s against that of {than} (+-{lies.either_s:.1f} s, by laying "
            f"the tracks over each other, which then lie {lies.apart_m:.0f} m apart)"
        )
    if lies.either_s > SHARP_S:
        return f"whether the clocks of {name} and {than} agree, their tracks cannot tell; they are taken to"
    return f"the clocks of {name} and {than} agree within {max(lies.either_s, 1.0):.0f} s"


def _later(flight: Flight, seconds: float) -> Flight:
    """Give a flight whose times are later."""
    return replace(flight, times=flight.times + np.timedelta64(round(1000 * seconds), "ms")) if seconds else flight


def _filled(flight: Flight, others: Sequence[tuple[Flight, bool]]) -> Flight:
    """Take what a record lacks from the others, within `NEAR_S`; a photo keeps its own field of view."""
    given = {n: getattr(flight, n) for names in _FILLED for n in names}
    now = flight.times.astype("datetime64[ms]").astype(np.int64) / 1000.0
    for other, is_photo in others:
        then = other.times.astype("datetime64[ms]").astype(np.int64) / 1000.0
        for names in _FILLED:
            if names is VIEW and is_photo:
                continue
            lacks = np.all([np.isnan(given[n]) for n in names], axis=0)
            has = np.flatnonzero(np.isfinite(getattr(other, names[0])))
            if not lacks.any() or not len(has):
                continue
            after = np.clip(np.searchsorted(then[has], now), 0, len(has) - 1)
            before = np.maximum(after - 1, 0)
            nearer = np.abs(then[has[before]] - now) < np.abs(then[has[after]] - now)
            at = has[np.where(nearer, before, after)]
            take = lacks & (np.abs(then[at] - now) <= NEAR_S)
            for n in names:
                given[n] = np.where(take, getattr(other, n)[at], given[n])
    return replace(flight, **given)


def _in_datum(flight: Flight, base: Flight) -> Flight:
    """Give a flight's heights in the base's datum: the height above ground is kept, the ground is the base's."""
    if flight.datum == base.datum:
        return flight
    now, then = (f.times.astype("datetime64[ms]").astype(np.int64) for f in (flight, base))
    ground = base.ground_m[np.clip(np.searchsorted(then, now), 0, len(then) - 1)]
    return replace(flight, height_m=flight.height_m - flight.ground_m + ground, ground_m=ground, datum=base.datum)


def _concatenated(parts: Sequence[Flight]) -> Flight:
    """Put samples of several records in the order of time."""
    order = np.argsort(np.concatenate([p.times for p in parts]), kind="stable")
    texts = {f.name: getattr(parts[0], f.name) for f in fields(Flight) if isinstance(getattr(parts[0], f.name), str)}
    names = [f.name for f in fields(Flight) if f.name not in texts]
    arrays: dict[str, Any] = {n: np.concatenate([getattr(p, n) for p in parts])[order] for n in names}
    return replace(parts[0], **arrays)
