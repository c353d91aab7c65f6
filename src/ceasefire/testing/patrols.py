"""Invented patrols over invented ground: what truly happened, what was recorded of it, and what observers noticed.

Flights mow, circle or follow a line; positions drift, angles are biased, clocks are off, jamming takes the position
away while the camera goes on, weather sends the platform home. Nothing of the formulas under test is used: things are
projected into the image by their own trigonometry, and noticed or missed by `patrol_ground.Observer`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ceasefire.geo.ellipsoid import metres_per_degree
from ceasefire.geo.flight import Flight
from ceasefire.testing.patrol_ground import KINDS, Ground, Observer, free_place, ground, hidden

Array = np.ndarray[Any, Any]

LON, LAT, GROUND_M = 36.0, 50.0, 120.0
"""Origin of the plane that all is drawn in, and the height of its ground."""
START = np.datetime64("2021-04-01T09:00:00", "ms")
PIXELS = (1920, 1080)
LENS = 0.01
"""Barrel of the lens that the pinhole leaves out: shift of a corner, in halves of the image."""
POSITION_M, HEIGHT_M, ANGLE_DEG, SYNC_S = 3.0, 5.0, 1.0, 0.4
"""True standard errors of what is recorded; the first three stand in the record, too."""
THINGS = 4
"""Things of each group planted in each place."""


@dataclass(frozen=True)
class Spot:
    """A place to watch."""

    east: float
    """Metres."""
    north: float
    """Metres."""
    radius_m: float
    ground: Ground


@dataclass(frozen=True)
class Thing:
    """Something planted, and what became of it."""

    spot: int
    """Number of its place."""
    acts: tuple[str, ...]
    """Its group."""
    east: float
    """Metres."""
    north: float
    """Metres."""
    noticed: int
    """Sample in which it was first noticed with a position known; -1 where it was not."""
    pixel: tuple[float, float]
    """Where in the image it then was; NaN where it was not noticed."""


@dataclass(frozen=True)
class Patrol:
    """One patrol."""

    flight: Flight
    """As recorded."""
    east: Array
    """True place of each sample, metres, shape (samples,)."""
    north: Array
    """Metres."""
    spots: tuple[Spot, ...]
    things: tuple[Thing, ...]
    why: tuple[str, ...]
    """For each place what truly hindered it: empty where a part of it was in an image that has a position."""
    jammed: Array
    """Samples without a position."""
    weather: bool
    """Whether weather sent it home."""
    sync_s: float
    """Error of frames' times against the record."""


def patrol(
    seed: int, sizes_m: Mapping[tuple[str, ...], float], *, jamming: bool | None = None, samples: int = 600
) -> Patrol:
    """Draw one patrol.

    Parameters
    ----------
    seed
        The same seed gives the same patrol.
    sizes_m
        Groups of act classes with the size that is stated for them: true sizes vary around it.
    jamming
        Whether it is jammed for a stretch; drawn where None (a third of patrols). Use True with `samples` for a
        whole flight without position.
    samples
        Seconds planned.

    >>> one = patrol(3, {("attack",): 3.0})
    >>> len(one.spots), len(one.things), bool(one.flight.fix.any())
    (6, 24, True)
    """
    rng = np.random.default_rng([seed, 707])
    t = np.arange(samples, dtype=np.float64)
    true = _truth(rng, t)
    spots = _spots(rng, true)
    stop = samples
    weather = bool(rng.uniform() < 0.2)
    if weather:
        stop = int(rng.uniform(0.3, 0.9) * samples)
    jammed = np.zeros(samples, dtype=bool)
    if rng.uniform() < 1 / 3 if jamming is None else jamming:
        begin = int(rng.uniform(0.1, 0.7) * samples)
        jammed[begin : begin + int(rng.uniform(0.1, 0.6) * samples)] = True
    haze_m = float(np.exp(rng.uniform(np.log(3_000.0), np.log(30_000.0))))
    watching = Observer.draw(rng)
    known = ~jammed & (t < stop)
    things = []
    for k, spot in enumerate(spots):
        for acts, size in sizes_m.items():
            for _ in range(THINGS):
                things.append(_plant(rng, k, spot, acts, size, true, known, watching, haze_m))
    why = tuple(_hindered(true, spot, jammed, t < stop) for spot in spots)
    flight = _recorded(rng, true, jammed).keep(t < stop)
    return Patrol(
        flight=flight,
        east=true["east"][:stop],
        north=true["north"][:stop],
        spots=tuple(spots),
        things=tuple(things),
        why=why,
        jammed=jammed[:stop],
        weather=weather,
        sync_s=float(rng.normal(0, SYNC_S)),
    )


def lonlat(east: Any, north: Any) -> tuple[Array, Array]:
    """Give longitude and latitude of places in the plane."""
    lon_m, lat_m = metres_per_degree(LAT, GROUND_M)
    return LON + np.asarray(east) / lon_m, LAT + np.asarray(north) / lat_m


def _truth(rng: np.random.Generator, t: Array) -> dict[str, Array]:
    """Draw the way, the height and the camera."""
    n = len(t)
    speed, high = rng.uniform(6, 18), np.exp(rng.uniform(np.log(60.0), np.log(500.0)))
    kind = rng.choice(["lawnmower", "orbit", "line"])
    depression = float(np.clip(rng.normal(58, 15), 25, 90))
    along = speed * t
    if kind == "lawnmower":
        leg = rng.uniform(400, 1_200)
        apart = rng.uniform(0.5, 1.5) * high
        row, at = np.divmod(along, leg + apart)
        turning = at > leg
        across = np.where(turning, leg, at)
        east = np.where(row % 2 == 0, across, leg - across)
        north = apart * row + np.where(turning, at - leg, 0.0)
        azimuth = np.where(turning, 0.0, np.where(row % 2 == 0, 90.0, 270.0))
    elif kind == "orbit":
        radius = rng.uniform(1.2, 2.5) * high / np.tan(np.radians(depression)) + 20.0
        turn = along / radius
        drift = rng.uniform(0, 2.0) * t
        east, north = radius * np.sin(turn) + drift, radius * np.cos(turn)
        azimuth = (np.degrees(turn) + 180.0) % 360.0
    else:
        heading = np.cumsum(np.where(rng.uniform(size=n) < 1 / 90, rng.normal(0, 0.8, n), 0.0)) + rng.uniform(0, 6.3)
        east, north = np.cumsum(speed * np.sin(heading)), np.cumsum(speed * np.cos(heading))
        azimuth = np.degrees(heading) % 360.0
    hfov = rng.uniform(25, 80)
    vfov = 2 * np.degrees(np.arctan(np.tan(np.radians(hfov / 2)) * 9 / 16))
    return {
        "t": t,
        "east": east,
        "north": north,
        "high": high + _drift(rng, n, 3.0),
        "azimuth": azimuth + _drift(rng, n, 2.0),
        "elevation": np.maximum(-depression + _drift(rng, n, 2.0), -90.0),
        "roll": _drift(rng, n, 1.0),
        "hfov": np.full(n, hfov),
        "vfov": np.full(n, vfov),
    }


def _drift(rng: np.random.Generator, n: int, sigma: float, *, keep: float = 0.97) -> Array:
    """Draw an error that changes slowly."""
    step, out = rng.normal(0, sigma * np.sqrt(1 - keep**2), n), np.empty(n)
    now = rng.normal(0, sigma)
    for k in range(n):
        now = keep * now + step[k]
        out[k] = now
    return out


def _spots(rng: np.random.Generator, true: dict[str, Array]) -> list[Spot]:
    """Draw places: most where the camera points in some sample, some elsewhere."""
    out = []
    reach = true["high"] / np.tan(np.radians(-true["elevation"]))
    for k in range(6):
        at = int(rng.integers(len(reach)))
        turn, far = np.radians(true["azimuth"][at]), reach[at]
        east, north = true["east"][at] + far * np.sin(turn), true["north"][at] + far * np.cos(turn)
        if k >= 4:
            east, north = east + rng.normal(0, 1_500), north + rng.normal(0, 1_500)
        radius = float(rng.uniform(40, 120))
        away = rng.normal(0, 0.3 * true["high"][at], 2)
        out.append(Spot(float(east + away[0]), float(north + away[1]), radius, ground(rng, radius)))
    return out


def _project(true: dict[str, Array], thing: Array) -> tuple[Array, Array, Array]:
    """Give where a thing is in the images, halves right and up, NaN behind the camera, and its distance."""
    d = [thing[0] - true["east"], thing[1] - true["north"], thing[2] - true["high"]]
    a, e, r = (np.radians(true[k]) for k in ("azimuth", "elevation", "roll"))
    forward = d[0] * np.sin(a) + d[1] * np.cos(a)
    right = d[0] * np.cos(a) - d[1] * np.sin(a)
    ahead = forward * np.cos(e) + d[2] * np.sin(e)
    over = -forward * np.sin(e) + d[2] * np.cos(e)
    x, y = right * np.cos(r) - over * np.sin(r), over * np.cos(r) + right * np.sin(r)
    with np.errstate(divide="ignore", invalid="ignore"):
        u = np.where(ahead > 0, x / ahead / np.tan(np.radians(true["hfov"] / 2)), np.nan)
        v = np.where(ahead > 0, y / ahead / np.tan(np.radians(true["vfov"] / 2)), np.nan)
    near = (np.abs(u) < 1.2) & (np.abs(v) < 1.2)  # outside the image the lens's law is none
    bent = np.where(near, 1.0 - LENS * 0.5 * (u**2 + v**2), 1.0)
    return u * bent, v * bent, np.sqrt(d[0] ** 2 + d[1] ** 2 + d[2] ** 2)


def _plant(
    rng: np.random.Generator,
    number: int,
    spot: Spot,
    acts: tuple[str, ...],
    size_m: float,
    true: dict[str, Array],
    known: Array,
    watching: Observer,
    haze_m: float,
) -> Thing:
    """Plant one thing and draw whether it is noticed."""
    place = free_place(rng, spot.ground, spot.radius_m)
    thing = np.array([spot.east + place[0], spot.north + place[1], 0.3])
    u, v, slant = _project(true, thing)
    with np.errstate(invalid="ignore"):
        inside = known & (np.abs(u) <= 1) & (np.abs(v) <= 1)
    size = size_m * rng.lognormal(0.0, 0.3)
    contrast = rng.beta(4, 2)
    luck = rng.uniform(size=len(known))
    at = np.flatnonzero(inside)
    camera = np.stack([true["east"] - spot.east, true["north"] - spot.north, true["high"]], axis=1)[at]
    shut = hidden(spot.ground, np.array([*place, 0.3]), camera) if len(at) else np.zeros(0, dtype=bool)
    sine = true["high"][at] / slant[at]
    flat = np.sqrt(sine) if acts == ("attack",) else 1.0  # a crater is seen foreshortened, a vehicle is not
    pixel_rad = 2 * np.tan(np.radians(true["hfov"][at] / 2)) / PIXELS[0]
    pixels = np.where(shut, 0.0, size * flat / (slant[at] * pixel_rad))
    seen = watching.notices(
        pixels, contrast * np.exp(-float(slant[at].mean() if len(at) else 0) / haze_m), KINDS[spot.ground.kind][2], at
    )
    hit = at[luck[at] < seen]
    first = int(hit[0]) if len(hit) else -1
    pixel = (float("nan"), float("nan"))
    if first >= 0:
        noise = rng.normal(0, 6.0, 2)
        pixel = ((u[first] + 1) / 2 * PIXELS[0] + noise[0], (1 - v[first]) / 2 * PIXELS[1] + noise[1])
    return Thing(number, acts, float(thing[0]), float(thing[1]), first, pixel)


def _hindered(true: dict[str, Array], spot: Spot, jammed: Array, flown: Array) -> str:
    """Tell what truly kept a place from being seen, by its middle and eight places on its edge."""
    turn = np.arange(8) * np.pi / 4
    places = [(0.0, 0.0), *((0.8 * spot.radius_m * np.cos(a), 0.8 * spot.radius_m * np.sin(a)) for a in turn)]
    shown = np.zeros(len(jammed), dtype=bool)
    for a, b in places:
        u, v, _ = _project(true, np.array([spot.east + a, spot.north + b, 0.0]))
        with np.errstate(invalid="ignore"):
            shown |= (np.abs(u) <= 1) & (np.abs(v) <= 1)
    if (shown & flown & ~jammed).any():
        return ""
    if (shown & flown).any():
        return "jamming"
    return "weather" if shown.any() else "not flown over"


def _recorded(rng: np.random.Generator, true: dict[str, Array], jammed: Array) -> Flight:
    """Draw what the platform writes down."""
    n = len(jammed)
    lon, lat = lonlat(true["east"] + _drift(rng, n, POSITION_M), true["north"] + _drift(rng, n, POSITION_M))
    gone = np.where(jammed, np.nan, 0.0)

    def angle(values: Array) -> Array:
        bias = rng.standard_t(6) * np.sqrt(4 / 6)
        return np.asarray(values + ANGLE_DEG * (np.sqrt(0.7) * bias + np.sqrt(0.3) * rng.normal(0, 1, n)))

    return Flight.of(
        times=START + (1000 * true["t"]).astype("timedelta64[ms]") + np.timedelta64(int(rng.normal(0, 2_000)), "ms"),
        lon=lon + gone,
        lat=lat + gone,
        height_m=GROUND_M + true["high"] + rng.normal(0, HEIGHT_M),
        ground_m=np.full(n, GROUND_M),
        azimuth_deg=angle(true["azimuth"]) % 360.0,
        elevation_deg=np.maximum(angle(true["elevation"]), -90.0),
        roll_deg=angle(true["roll"]),
        hfov_deg=true["hfov"],
        vfov_deg=true["vfov"],
        position_sigma_m=np.full(n, POSITION_M),
        height_sigma_m=np.full(n, HEIGHT_M),
        angle_sigma_deg=np.full(n, ANGLE_DEG),
        satellites=np.where(jammed, 2.0, 14.0),
        datum="ellipsoid",
        source="invented",
    )
