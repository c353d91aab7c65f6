"""A patrol as looks: at which places it could have seen which acts, how well, and which looks were lost, and why.

Why: a count of what a patrol saw says nothing without what it could have seen. A place that was planned and not seen
is a lost look with its reason; a place that was seen flatly, from afar or for a second is a look of low quality; and a
patrol that lost its position raises no confidence anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.detectors.interference import FASTEST_M_S, JAMMING, SPOOFING, Interference, relied_on
from ceasefire.geo.dwell import Dwell
from ceasefire.geo.ellipsoid import metres_per_degree
from ceasefire.geo.flight import Flight
from ceasefire.model.records import Look
from ceasefire.model.table import Table
from ceasefire.stats.seen_from_air import chance_seen

Array = NDArray[np.float64]

CHANNEL = "drone"
SIZES_M: Mapping[tuple[str, ...], float] = {
    ("attack",): 3.0,
    ("fire",): 2.0,
    ("movement", "presence"): 2.3,
}
"""What an act leaves to be seen, metres across: a crater or a hole in a roof, a flame, a vehicle. Stated."""
LEAST_SHARE = 0.02
"""A place of which less was seen was not looked at."""
UNKNOWN_REACH_M = 1_000.0
"""How far the camera reached where neither height nor angles are known."""
DARK_DEG = -6.0
"""Sun below this: a camera for daylight shows nothing (end of civil twilight)."""


@dataclass(frozen=True)
class Watched:
    """One place that a patrol was to watch."""

    id: str
    """Id of a protected object or zone."""
    lon: float
    """Degrees east."""
    lat: float
    """Degrees north."""
    radius_m: float
    """Radius, metres."""
    region: str = ""
    """ISO 3166-2 region."""


def looks(
    flight: Flight,
    over: Dwell | None,
    places: Sequence[Watched],
    *,
    source: str,
    hindered: Sequence[Interference] = (),
    sees_in_the_dark: bool = False,
    sun_deg: float = 90.0,
    reason: str = "",
    sizes_m: Mapping[tuple[str, ...], float] = SIZES_M,
) -> Table[Look]:
    """Give the looks of one flight at places.

    Parameters
    ----------
    flight
        The flight, for its time.
    over
        Its dwell on cells; None where no sample has a footprint.
    places
        Places that it was to watch.
    source
        As named in the case file.
    hindered
        Of `interferences`: why a place was not seen where nothing else tells.
    sees_in_the_dark
        Whether the camera sees heat.
    sun_deg
        Height of the sun above the horizon at the middle of the flight.
    reason
        Why places were not reached, in the mission's word: `weather`, `denied`, `returned to base`, ...
    sizes_m
        For each group of act classes, the size of what is to be seen.

    Returns
    -------
    For every place one look for each group of act classes: quality is the share of the place that was seen times the
    mean chance that the thing is seen there. One lost look for a place that was not seen, with its reason.
    """
    begin, end = (_utc(t) for t in (flight.times[0], flight.times[-1]))
    dark = sun_deg < DARK_DEG and not sees_in_the_dark
    rows = []
    for place in places:
        at = np.zeros(0, dtype=np.int64) if over is None else _cells(over, place)
        seen = np.zeros(0, dtype=bool) if over is None else over.seen.ravel()[at]
        share = 0.0 if over is None else _share(over, place, int(seen.sum()))
        if dark or over is None or share < LEAST_SHARE:
            why = "darkness" if dark and share >= LEAST_SHARE else reason or _why(flight, place, hindered)
            acts = tuple(act for group in sizes_m for act in group)
            rows.append(_look(source, place, begin, end, acts, 0.0, why))
            continue
        gsd, stay, steep = (v.ravel()[at][seen] for v in (over.gsd_m, over.seconds, over.depression_deg))
        for acts, size in sizes_m.items():
            quality = share * float(np.mean(chance_seen(size, gsd, stay, steep)))
            if quality > 0:
                rows.append(_look(source, place, begin, end, acts, min(quality, 1.0), ""))
            else:
                rows.append(_look(source, place, begin, end, acts, 0.0, "too far to tell"))
    return Table.of(Look, rows)


def _cells(over: Dwell, place: Watched) -> NDArray[np.int64]:
    """Give the numbers of the cells whose centre lies in a place."""
    cells = over.cells
    lon_m, lat_m = metres_per_degree(place.lat)
    high, wide = place.radius_m / float(lat_m), place.radius_m / float(lon_m)
    rows = _between(place.lat - high, place.lat + high, cells.south, cells.step_lat, cells.shape[0])
    columns = _between(place.lon - wide, place.lon + wide, cells.west, cells.step_lon, cells.shape[1])
    row, column = np.meshgrid(rows, columns, indexing="ij")
    lon, lat = cells.centre(row, column)
    inside = np.hypot((lon - place.lon) * lon_m, (lat - place.lat) * lat_m) <= max(place.radius_m, 0.71 * cells.size_m)
    return np.asarray((row * cells.shape[1] + column)[inside], dtype=np.int64)


def _between(low: float, high: float, origin: float, step: float, count: int) -> NDArray[np.int64]:
    first, last = int(np.floor((low - origin) / step)), int(np.floor((high - origin) / step))
    return np.arange(max(first, 0), min(last, count - 1) + 1)


def _share(over: Dwell, place: Watched, seen: int) -> float:
    """Give the share of a place that was seen: cells outside the grid were not."""
    whole = max(np.pi * place.radius_m**2 / over.cells.size_m**2, 1.0)
    return float(min(seen / whole, 1.0))


def _why(flight: Flight, place: Watched, hindered: Sequence[Interference]) -> str:
    """Say why a place was not seen: interference hindered where the platform could have shown it without a position."""
    kinds = {i.assessed for i in hindered if _within_reach(flight, place, i)}
    if JAMMING in kinds or SPOOFING in kinds:
        return "jamming"
    return "no position" if kinds else "not flown over"


def _within_reach(flight: Flight, place: Watched, lost: Interference) -> bool:
    """Tell whether the camera could have shown a place between the positions before and after a stretch without."""
    known = np.flatnonzero(relied_on(flight))
    if not len(known):
        return True
    before = known[max(int(np.searchsorted(flight.times[known], lost.start, side="right")) - 1, 0)]
    ends = [int(before)]
    if lost.regained:
        ends.append(int(known[min(int(np.searchsorted(flight.times[known], lost.end)), len(known) - 1)]))
    lon_m, lat_m = metres_per_degree(place.lat)
    away = [float(np.hypot((flight.lon[k] - place.lon) * lon_m, (flight.lat[k] - place.lat) * lat_m)) for k in ends]
    shown = _reach_m(flight) + place.radius_m
    return sum(max(d - shown, 0.0) for d in away) <= _speed_m_s(flight, known) * lost.seconds


def _reach_m(flight: Flight) -> float:
    """Give how far from the platform the middle of the image lies on the ground, and a fifth more, metres."""
    with np.errstate(invalid="ignore"):
        high = flight.height_m - np.where(flight.datum == "takeoff", np.nan_to_num(flight.ground_m), flight.ground_m)
        down = np.clip(-flight.elevation_deg, 10.0, 90.0)
        far = high / np.tan(np.radians(down)) + high * np.tan(np.radians(flight.vfov_deg / 2)) / np.sin(
            np.radians(down)
        )
    return 1.2 * float(np.median(far[np.isfinite(far)])) if np.isfinite(far).any() else UNKNOWN_REACH_M


def _speed_m_s(flight: Flight, known: NDArray[np.int64]) -> float:
    """Give the platform's usual speed and a tenth more, from the positions that can be relied on."""
    seconds = np.diff(flight.times[known].astype("datetime64[ms]").astype(np.int64)) / 1000.0
    lon_m, lat_m = metres_per_degree(flight.lat[known[:1]])
    step = np.hypot(np.diff(flight.lon[known]) * lon_m, np.diff(flight.lat[known]) * lat_m)
    moving = step[seconds > 0] / seconds[seconds > 0]
    return 1.1 * float(np.median(moving)) if len(moving) else FASTEST_M_S


def _look(
    source: str, place: Watched, begin: datetime, end: datetime, acts: tuple[str, ...], quality: float, lost: str
) -> Look:
    key = "|".join([source, place.id, begin.isoformat(), end.isoformat(), *acts])
    return Look(
        id="l-" + sha256(key.encode()).hexdigest()[:12],
        source=source,
        channel=CHANNEL,
        region=place.region,
        start=begin,
        end=end,
        lon=place.lon,
        lat=place.lat,
        radius_km=place.radius_m / 1000.0,
        acts=acts,
        quality=quality,
        lost=lost,
    )


def _utc(time: Any) -> datetime:
    moment: datetime = np.datetime64(time, "ms").astype(datetime)
    return moment.replace(tzinfo=UTC)
