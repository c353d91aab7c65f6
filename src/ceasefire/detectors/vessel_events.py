"""Events of ships from fixes: one place where an id, a disc and the files it rests on are made.

Why a disc: an event lasts, and its positions spread; what is published is a centre and the radius that holds nine in
ten of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from ceasefire.geo import distance
from ceasefire.geo.fixes import Fixes
from ceasefire.model.vessel import VesselEvent

Array = NDArray[Any]

MOST = 0.999
"""No probability is given above this: what the rules do not know of is worth a thousandth."""


NEAREST = 5
"""Positions before and after that tell where a ship was: one of them alone may be wrong."""


def from_fixes(
    fixes: Fixes, rows: Array, *, kind: str, log_odds: float, why: str, mmsi: int = 0, others: Iterable[int] = (),
    files: Sequence[str] = (), disc: tuple[float, float, float] | None = None,
) -> VesselEvent:  # fmt: skip
    """Make one event of the fixes it rests on.

    Parameters
    ----------
    fixes, rows
        The fixes, and the rows of those it rests on, at least one.
    kind
        As in `model.vessel.EVENTS`.
    log_odds
        Natural logarithm of the odds that it is what `kind` says; the probability is kept under `MOST`.
    why
        The numbers it rests on.
    mmsi, others
        Ship and further ships.
    files
        SHA-256 of each file, by its number in `fixes.source`.
    disc
        Longitude, latitude and radius (km), where the fixes' own disc is not meant.

    >>> f = Fixes.of(mmsi=[9, 9], times=np.array([0, 60], "M8[s]").astype("M8[ms]"), lon=[30.0, 30.1], lat=[44.0, 44.0])
    >>> e = from_fixes(f, np.arange(2), kind="spoofing.circle", log_odds=3.0, why="", mmsi=9)
    >>> e.id, round(e.radius_km, 1), round(e.probability, 3), e.fixes
    ('e-80a637598330', 4.0, 0.953, 2)
    """
    times = fixes.times[rows]
    start, end = instant(times.min()), instant(times.max())
    lon, lat, radius = disc_of(fixes.lon[rows], fixes.lat[rows]) if disc is None else disc
    return VesselEvent(
        id=identifier(kind, mmsi, start, lon, lat),
        kind=kind,
        mmsi=int(mmsi),
        start=start,
        end=end,
        lon=lon,
        lat=lat,
        radius_km=radius,
        probability=min(float(expit(log_odds)), MOST),
        others=tuple(sorted({int(m) for m in others})),
        why=why,
        fixes=len(rows),
        evidence=tuple(sorted({files[int(s)] for s in np.unique(fixes.source[rows]) if int(s) < len(files)})),
    )


def identifier(kind: str, mmsi: int, start: datetime, lon: float, lat: float) -> str:
    """Give the stable id of an event.

    >>> identifier("gap", 272000001, datetime(2025, 4, 1, tzinfo=UTC), 31.0, 46.0)
    'e-3ddc7f41d7e5'
    """
    text = f"{kind} {int(mmsi)} {start:%Y-%m-%dT%H:%M:%S} {lon:.4f} {lat:.4f}"
    return "e-" + sha256(text.encode()).hexdigest()[:12]


def disc_of(lon: Array, lat: Array, *, least_km: float = 0.1) -> tuple[float, float, float]:
    """Give the median place and the radius that holds nine in ten places, km; NaN where none is known.

    >>> disc_of(np.array([30.0, np.nan]), np.array([44.0, np.nan]))
    (30.0, 44.0, 0.1)
    """
    known = np.isfinite(lon) & np.isfinite(lat)
    if not known.any():
        return float("nan"), float("nan"), float("nan")
    x, y = np.asarray(lon)[known], np.asarray(lat)[known]
    a, b = float(distance.wrap(x[0] + np.median(distance.wrap(x - x[0])))), float(np.median(y))
    return round(a, 5), round(b, 5), round(max(float(np.quantile(distance.km(a, b, x, y), 0.9)), least_km), 3)


def left_from(fixes: Fixes, rows: Array) -> tuple[float, float, float] | None:
    """Give where a ship was before and after positions that are false: a disc; None where no other position is known.

    The ship may have sailed meanwhile, so both places lie in it.

    >>> f = Fixes.of(mmsi=[9] * 3, times=np.array([0, 60, 120], "M8[s]").astype("M8[ms]"), lon=[30.0, 38.0, 30.1],
    ...     lat=[44.0] * 3)
    >>> left_from(f, np.array([1]))
    (30.05, 44.0, 5.0)
    """
    first, stop = np.searchsorted(fixes.mmsi, [fixes.mmsi[rows[0]], int(fixes.mmsi[rows[0]]) + 1])
    good = np.isfinite(fixes.lon) & np.isfinite(fixes.lat)
    before = first + np.flatnonzero(good[first : rows[0]])[-NEAREST:]
    after = rows[-1] + 1 + np.flatnonzero(good[rows[-1] + 1 : stop])[:NEAREST]
    places = [(float(np.median(fixes.lon[k])), float(np.median(fixes.lat[k]))) for k in (before, after) if len(k)]
    if not places:
        return None
    (a, b), (c, d) = places[0], places[-1]
    lon, lat = float(distance.wrap(a + distance.wrap(c - a) / 2.0)), (b + d) / 2.0
    return round(lon, 5), round(lat, 5), round(max(float(distance.km(lon, lat, a, b)) + 1.0, 5.0), 3)


def instant(time: np.datetime64) -> datetime:
    """Give a time as records hold it: UTC, whole seconds.

    >>> instant(np.datetime64("2025-04-01T12:00:00.700"))
    datetime.datetime(2025, 4, 1, 12, 0, tzinfo=datetime.timezone.utc)
    """
    return datetime.fromtimestamp(int(time.astype("datetime64[s]").astype(np.int64)), UTC)
