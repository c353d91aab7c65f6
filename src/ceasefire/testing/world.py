"""An invented world with known truth: land, incidents, things that never happened, and chances to see them.

Why a world: nobody knows what really happened in a war, so a monitor's probabilities can only be checked where
somebody does. Everything here is drawn from the numbers stated below; only the outlines of the regions are real.
The parties `north` and `south` and their conflict are invented, and no region's people have a part in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ceasefire.geo import regions as geo

Array = np.ndarray[Any, Any]

REGIONS: tuple[str, ...] = ("AR-X", "AR-S", "AR-G", "AR-L", "AR-D")
"""Regions of the small world: inland provinces far from any war. Only their outlines are used."""
WIDE: tuple[str, ...] = ("AR", "PY", "BO", "BR")
"""Countries whose regions a wide world takes, nearest to the first region first."""
PARTIES: tuple[str, str] = ("north", "south")
"""The invented parties; `other` in the truth is an accident."""
FIRST_DAY = np.datetime64("2021-03-01T00:00:00")
"""Local midnight at which the world begins; a time without a change of clocks in these regions."""
CLOCK, CLOCK_HOURS = "America/Argentina/Cordoba", -3
"""The case's clock and its distance from UTC (constant in the world's time)."""
TOWN_RADIUS_KM = 5.0
"""An incident lies within this distance of its town with 90 % probability."""
ACTS: dict[str, float] = {
    "attack.air.drone": 0.50,
    "attack.air.missile": 0.15,
    "attack.shelling": 0.25,
    "attack.sabotage": 0.10,
}
"""Share of each act among attacks."""
ACCIDENTS = 0.08
"""Share of incidents that are accidental fires, done by nobody."""
OBJECTS: dict[str, float] = {
    "energy.electricity.grid": 0.16,
    "energy.electricity.generation": 0.05,
    "energy.oil.refinery": 0.06,
    "energy.gas.pipeline": 0.05,
    "transport.rail": 0.10,
    "transport.road": 0.03,
    "civilian.housing": 0.27,
    "industry": 0.10,
    "military": 0.18,
}
"""Share of each object class among incidents."""
INVENTED = 0.15
"""Events that never happened and are reported, per real incident."""
FALSE_ALARMS = 0.03
"""Heat alarms without heat, per thermal look that was not lost."""
CHANNELS: tuple[str, ...] = ("satellite.thermal", "satellite.radar", "drone", "news", "monitor")
"""Channels that look."""
OUTLETS: dict[str, float] = {"Herald": 0.45, "Courier": 0.35, "Rumour Mill": 0.25}
"""Independent media and the chance that each reports an incident in a day and region where media can work."""
SEES: dict[str, float] = {
    "satellite.thermal": 0.40,
    "satellite.radar": 0.50,
    "drone": 0.70,
    "news": 1.0 - float(np.prod([1.0 - p for p in OUTLETS.values()])),
    "monitor": 0.50,
}
"""Chance that a look of full quality shows an incident (news: that at least one outlet reports it)."""


@dataclass(frozen=True)
class Land:
    """Where the world lies."""

    codes: Array
    """ISO 3166-2 codes, shape (regions,)."""
    owner: Array
    """Party that holds each region, shape (regions,)."""
    closed: Array
    """Whether the region keeps observers out, shape (regions,)."""
    area_km2: Array
    """Area, km2, shape (regions,)."""
    disc: Array
    """Longitude, latitude and radius in km of the disc that holds each region, shape (regions, 3)."""
    lon: Array
    """Towns' longitudes, shape (towns,)."""
    lat: Array
    """Towns' latitudes, shape (towns,)."""
    region: Array
    """Towns' region numbers, shape (towns,)."""
    name: Array
    """Towns' invented names, shape (towns,)."""


@dataclass(frozen=True)
class Events:
    """Incidents, and things reported that never happened; arrays of shape (n,), earliest first."""

    time: Array
    """Instant, seconds since 1970 UTC."""
    lon: Array
    """Degrees east."""
    lat: Array
    """Degrees north."""
    town: Array
    """Number of the town."""
    region: Array
    """Number of the region."""
    act: Array
    """Act class; `fire` for an accident."""
    object_class: Array
    """Object class."""
    party: Array
    """Party that did it; `other` for an accident. For an invented event, the party blamed."""
    real: Array
    """Whether it happened."""
    alarm: Array
    """Whether it is no more than a sensor's false alarm."""


@dataclass(frozen=True)
class Looks:
    """Chances to see, for every region, day and channel; arrays of shape (regions, days, channels)."""

    quality: Array
    """Usable fraction, 0 where lost."""
    lost: Array
    """Why it was lost; empty where it was not."""


def land(codes: Sequence[str], rng: np.random.Generator) -> Land:
    """Draw the towns of some regions and give each region to the north or the south.

    Parameters
    ----------
    codes
        ISO 3166-2 codes; all must be known to `geo.regions`.
    rng
        Random numbers.

    Raises
    ------
    ValueError
        A region is not known, or fewer than two are given.
    """
    unknown = [c for c in codes if c not in geo.names()]
    if unknown or len(codes) < 2:
        raise ValueError(f"unknown region {unknown[0]!r}" if unknown else "a world needs two regions or more")
    disc = np.array([geo.disc(c) for c in codes], dtype=np.float64)
    owner = np.full(len(codes), "south", dtype=object)
    owner[np.argsort(-disc[:, 1], kind="stable")[: len(codes) // 2]] = "north"
    closed = np.arange(len(codes)) % 4 == 1
    area = np.array([area_km2(c) for c in codes])
    towns = np.maximum(8, np.round(area / 2500)).astype(np.int64)
    lon, lat = np.concatenate([_inside(c, n, rng) for c, n in zip(codes, towns.tolist(), strict=True)], axis=1)
    region = np.repeat(np.arange(len(codes)), towns)
    return Land(np.array(codes, dtype=object), owner, closed, area, disc, lon, lat, region, _names(len(lon), rng))


def area_km2(code: str) -> float:
    """Give the area of a region, km2, on the sphere (each ring as an equal-area cylinder strip).

    >>> 150_000 < area_km2("AR-X") < 180_000
    True
    """
    import shapely

    def cylinder(xy: Array) -> Array:
        return np.asarray(np.c_[np.radians(xy[:, 0]), np.sin(np.radians(xy[:, 1]))] * 6371.0088)

    return float(shapely.area(shapely.transform(geo.shape(code), cylinder)))


def events(land: Land, *, days: int, incidents: int, alarms: int, rng: np.random.Generator) -> Events:
    """Draw what happened, what is only said to have happened, and false alarms of sensors.

    Parameters
    ----------
    land
        Where.
    days
        Length of the world.
    incidents
        Number of incidents that happened.
    alarms
        Number of false alarms of thermal sensors.
    rng
        Random numbers.
    """
    invented = int(rng.poisson(INVENTED * incidents))
    n = incidents + invented + alarms
    share = land.area_km2[land.region] / np.bincount(land.region)[land.region]
    weight = share * rng.gamma(0.7, size=len(share))  # some towns see much more than others
    town = rng.choice(len(land.lon), n, p=weight / weight.sum())
    lon, lat = displace(land.lon[town], land.lat[town], TOWN_RADIUS_KM, rng)
    away = geo.locate(lon, lat) != land.codes[land.region[town]]
    lon, lat = np.where(away, land.lon[town], lon), np.where(away, land.lat[town], lat)
    begin = (FIRST_DAY - np.timedelta64(CLOCK_HOURS, "h")).astype("datetime64[s]").astype(np.int64)
    act = draw(ACTS, n, rng)
    party = np.where(land.owner[land.region[town]] == "north", "south", "north").astype(object)
    kind = rng.permutation(np.repeat([0, 1, 2], [incidents, invented, alarms]))
    accident = (rng.random(n) < ACCIDENTS) & (kind == 0)
    act[accident], party[accident] = "fire", "other"
    found = Events(
        time=begin + rng.integers(0, days * 86400, n),
        lon=lon,
        lat=lat,
        town=town,
        region=land.region[town],
        act=act,
        object_class=draw(OBJECTS, n, rng),
        party=party,
        real=kind == 0,
        alarm=kind == 2,
    )
    order = np.argsort(found.time, kind="stable")
    return Events(**{name: column[order] for name, column in vars(found).items()})


def looks(land: Land, *, days: int, rng: np.random.Generator) -> Looks:
    """Draw which region, day and channel was looked at, how well, and why the others were not.

    Thermal satellites are lost to cloud, radar passes every sixth day, drones fly over half of the regions and are
    jammed or kept out, media and monitors are kept out of closed regions on most days.
    """
    k = len(land.codes)
    shape = (k, days)
    closed = np.broadcast_to(land.closed[:, None], shape)
    quality = np.zeros((*shape, len(CHANNELS)))
    lost = np.full(quality.shape, "", dtype=object)

    clear = np.round(rng.beta(1.2, 1.0, shape), 2)
    quality[..., 0], lost[..., 0] = _or_lost(clear, [(rng.random(shape) < 0.05, "no data"), (clear < 0.25, "cloud")])
    passes = (np.arange(days)[None, :] + rng.integers(0, 6, k)[:, None]) % 6 == 0
    quality[..., 1], lost[..., 1] = _or_lost(np.ones(shape), [(~passes, "no pass")])
    flown = np.broadcast_to((np.arange(k) % 2 == 0)[:, None], shape) & ~closed
    jammed, grounded = rng.random(shape) < 0.2, rng.random(shape) < 0.3
    reach = np.round(rng.uniform(0.2, 0.8, shape), 2)
    quality[..., 2], lost[..., 2] = _or_lost(reach, [(~flown, "denial"), (grounded, "no flight"), (jammed, "jamming")])
    out = rng.random(shape) < np.where(closed, 0.8, 0.06)
    quality[..., 3], lost[..., 3] = _or_lost(np.round(rng.uniform(0.7, 1.0, shape), 2), [(out, "denial")])
    kept, absent = rng.random(shape) < np.where(closed, 0.9, 0.15), rng.random(shape) < 0.35
    quality[..., 4], lost[..., 4] = _or_lost(np.ones(shape), [(absent, "no patrol"), (kept, "denial")])
    return Looks(quality, lost)


def displace(lon: Array, lat: Array, radius_km: Any, rng: np.random.Generator) -> tuple[Array, Array]:
    """Move points at random, so that the given radius holds the move with 90 % probability (Rayleigh).

    >>> lon, lat = displace(np.zeros(20_000), np.full(20_000, 50.0), 5.0, np.random.default_rng(1))
    >>> from ceasefire.geo.distance import km
    >>> round(float(np.mean(km(0.0, 50.0, lon, lat) < 5.0)), 2)
    0.9
    """
    away = np.asarray(radius_km) * np.sqrt(-np.log1p(-rng.random(len(lon))) / np.log(10.0))
    bearing = rng.uniform(0, 2 * np.pi, len(lon))
    north = away * np.cos(bearing) / 111.195
    east = away * np.sin(bearing) / (111.195 * np.cos(np.radians(lat)))
    return np.round(lon + east, 5), np.round(lat + north, 5)


def draw(shares: dict[str, float], n: int, rng: np.random.Generator) -> Array:
    """Draw n words by their shares."""
    p = np.array(list(shares.values()))
    return np.asarray(np.array(list(shares), dtype=object)[rng.choice(len(p), n, p=p / p.sum())])


def _or_lost(quality: Array, reasons: list[tuple[Array, str]]) -> tuple[Array, Array]:
    lost = np.full(quality.shape, "", dtype=object)
    for mask, reason in reversed(reasons):
        lost[mask] = reason
    return np.where(lost == "", quality, 0.0), lost


def _inside(code: str, n: int, rng: np.random.Generator) -> Array:
    import shapely

    shape = geo.shape(code)
    shapely.prepare(shape)
    west, south, east, north = shape.bounds
    lon, lat = np.empty(0), np.empty(0)
    while len(lon) < n:
        x, y = rng.uniform(west, east, 4 * n), rng.uniform(south, north, 4 * n)
        keep = shapely.contains_xy(shape, x, y)
        lon, lat = np.r_[lon, x[keep]], np.r_[lat, y[keep]]
    return np.round(np.stack([lon[:n], lat[:n]]), 4)


def _names(n: int, rng: np.random.Generator) -> Array:
    first = ("Ar", "Bel", "Cor", "Dun", "El", "Fal", "Gar", "Hol", "Il", "Jor", "Kel", "Lor", "Mer", "Nor", "Os", "Par")
    last = ("dale", "ford", "gate", "haven", "ley", "mere", "moor", "ness", "stead", "ton", "vale", "wick")
    every = np.array([f + s for f in first for s in last], dtype=object)
    turn, which = np.divmod(np.arange(n), len(every))
    names = every[rng.permutation(len(every))][which]
    return np.where(turn == 0, names, names + " " + (turn + 1).astype(str).astype(object))
