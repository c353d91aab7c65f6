"""Where to look next: the cells of agreed zones whose coverage a flight would raise most, in the hours there are.

Why: hours of flight are what a mission lacks. A second look at ground that was well seen adds little; the same minutes
over ground that nobody saw add a look. This plans the observation of zones that the parties agreed to have observed,
and nothing else: it takes zones, not things, and refuses places outside them.

Source of the method: coverage is submodular (each further look adds less), for which choosing by gain per cost is the
usual rule (Leskovec and others, Cost-effective outbreak detection in networks, KDD 2007). Travel between cells takes
away its guarantee, so every plan carries a bound that no plan can exceed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.detectors.patrol_looks import SIZES_M, Watched
from ceasefire.detectors.plan_route import best_tour, most_gain
from ceasefire.geo.dwell import Cells, Dwell
from ceasefire.geo.ellipsoid import metres_per_degree
from ceasefire.geo.flight import Flight
from ceasefire.geo.footprint import PIXELS, footprints
from ceasefire.stats.seen_from_air import chance_seen

Array = NDArray[np.float64]

PURPOSE = (
    "Observation of agreed zones by a monitoring mission: cells of those zones and a way between them. It holds no "
    "objects and no sightings, and is made for nothing else."
)
OVERLAP = 0.2
"""Share of the strip that neighbouring strips share, so that an error of the position leaves no gap."""
PASSES = 4
"""Most passes over one cell in one plan: more add next to nothing."""
POINTS = 5
"""A cell is compared with what was seen at this many by this many points."""
MAX_CELLS = 20_000
"""Most cells of one plan; larger zones need a wider strip or a choice of zones."""


@dataclass(frozen=True)
class Pass:
    """How a platform passes over a cell.

    >>> one = Pass()
    >>> round(one.swath_m), round(one.seconds, 1), round(one.gsd_m, 3)
    (158, 11.1, 0.117)
    """

    speed_m_s: float = 12.0
    """Speed over ground, metres a second."""
    height_m: float = 120.0
    """Height above ground, metres."""
    hfov_deg: float = 70.0
    """Horizontal field of view, degrees."""
    vfov_deg: float = 43.0
    """Vertical field of view, degrees."""
    depression_deg: float = 60.0
    """Angle of the camera below the horizon, looking ahead, degrees."""
    pixels: tuple[int, int] = PIXELS
    """Columns and rows of the image."""

    def __post_init__(self) -> None:
        numbers = (self.speed_m_s, self.height_m, self.hfov_deg, self.vfov_deg, self.depression_deg)
        if not all(np.isfinite(v) and v > 0 for v in numbers) or self.depression_deg > 90:
            raise ValueError("speed, height, fields of view and depression are above 0, the depression at most 90")
        if lost := footprints(self._sample()).lost[0]:
            raise ValueError(f"so flown, the image shows no ground that can be used: {lost}")

    @property
    def swath_m(self) -> float:
        """Width of the strip that is in the image from its nearer edge on, metres."""
        _, corners = self._ground()
        return float(np.hypot(*(corners[2] - corners[3])))

    @property
    def seconds(self) -> float:
        """Time for which a point in the middle of the strip stays in the image."""
        outline, _ = self._ground()
        return float(np.ptp(outline[:, 1])) / self.speed_m_s

    @property
    def gsd_m(self) -> float:
        """Ground sample distance at the image's centre, metres."""
        return float(footprints(self._sample(), pixels=self.pixels).gsd_m[0])

    def _sample(self) -> Flight:
        return Flight.of(
            times=["2025-01-01T00:00:00"],
            lon=[0.0],
            lat=[50.0],
            height_m=[self.height_m],
            ground_m=[0.0],
            azimuth_deg=[0.0],
            elevation_deg=[-self.depression_deg],
            hfov_deg=[self.hfov_deg],
            vfov_deg=[self.vfov_deg],
        )

    def _ground(self) -> tuple[Array, Array]:
        seen = footprints(self._sample(), pixels=self.pixels)
        scale = np.array(metres_per_degree(50.0), dtype=np.float64)
        return (seen.outline[0] - [0.0, 50.0]) * scale, (seen.corners[0] - [0.0, 50.0]) * scale


@dataclass(frozen=True, eq=False)
class Plan:
    """A way over cells of agreed zones, and what it would add; arrays of shape (visits,), in the order of flight."""

    lon: Array
    """Centres of the cells, degrees east."""
    lat: Array
    """Degrees north."""
    zone: tuple[str, ...]
    """Zone that each cell belongs to."""
    cell: NDArray[np.int64]
    """Number of the cell: one that is passed twice stands twice."""
    before: Array
    """Chance that a thing in the cell is seen, from what was flown so far."""
    after: Array
    """The same with the whole plan."""
    cell_m: float
    """Side of a cell, metres."""
    seconds: float
    """Time of flight, the way between cells included."""
    gain: float
    """Cells' worth of certainty gained: the sum of `after - before` over cells."""
    bound: float
    """No plan of this length over these cells can gain more."""
    cells: int
    """Cells of the zones, flown or not."""
    flown: Pass
    """How it is to be flown."""
    home: tuple[float, float] | None = None
    """Where it begins and ends, longitude and latitude."""

    def __len__(self) -> int:
        return len(self.lon)


def plan(
    zones: Sequence[Watched],
    *,
    hours: float,
    over: Sequence[Dwell] = (),
    places: Sequence[Watched] = (),
    flown: Pass | None = None,
    home: tuple[float, float] | None = None,
    sizes_m: Mapping[tuple[str, ...], float] = SIZES_M,
) -> Plan:
    """Choose the cells of agreed zones that a flight of some hours should pass over, and their order.

    Parameters
    ----------
    zones
        Agreed zones as discs. No cell outside them is planned.
    hours
        Time of flight, the way between cells and from and to `home` included.
    over
        What was seen so far, of one flight or several; a cell that they do not hold was not seen.
    places
        Parts of the zones to keep to, e.g. those that were lost to jamming; all of the zones where none is given.
    flown
        Speed, height and camera.
    home
        Place of take-off and landing, longitude and latitude; without one the plan begins at its first cell.
    sizes_m
        As of `patrol_looks.looks`: the gain is the mean over groups of act classes.

    Raises
    ------
    ValueError
        No zone, a place outside the zones, no time, or more than `MAX_CELLS` cells.

    >>> zone = Watched("zone-1", 36.0, 50.0, 500.0)
    >>> got = plan([zone], hours=0.1)
    >>> len(got) > 20, got.gain <= got.bound, got.seconds <= 360.0
    (True, True, True)
    >>> plan([zone], hours=0.1, places=[Watched("elsewhere", 36.5, 50.0, 50.0)])
    Traceback (most recent call last):
    ...
    ValueError: 'elsewhere' is not inside an agreed zone: this plans the observation of agreed zones only
    """
    flown = flown or Pass()
    if not zones:
        raise ValueError("no agreed zone is given, so there is nothing to plan")
    if not (np.isfinite(hours) and hours > 0):
        raise ValueError(f"hours of flight are above 0, not {hours}")
    for place in places:
        if not any(_inside(place, zone) for zone in zones):
            raise ValueError(
                f"{place.id!r} is not inside an agreed zone: this plans the observation of agreed zones only"
            )
    size = flown.swath_m * (1.0 - OVERLAP)
    lon, lat, zone_of = _cells(zones, places, size)
    chance = _chances(lon, lat, size, over, flown, sizes_m)
    scale = np.array(metres_per_degree(float(lat.mean())), dtype=np.float64)
    at = np.stack([lon, lat], axis=-1) * scale
    start = None if home is None else np.asarray(home, dtype=np.float64) * scale
    reach_m = hours * 3600.0 * flown.speed_m_s
    tour, length = best_tour(at, chance, reach_m=reach_m, cell_m=size, home=start, groups=zone_of)
    passes = np.bincount(tour, minlength=len(at)) if len(tour) else np.zeros(len(at), dtype=np.int64)
    after = chance[np.arange(len(at)), passes]
    return Plan(
        lon=lon[tour],
        lat=lat[tour],
        zone=tuple(zones[k].id for k in zone_of[tour].tolist()),
        cell=tour,
        before=chance[tour, 0],
        after=after[tour],
        cell_m=size,
        seconds=length / flown.speed_m_s,
        gain=float((after - chance[:, 0]).sum()),
        bound=most_gain(chance, reach_m=reach_m, cell_m=size),
        cells=len(at),
        flown=flown,
        home=home,
    )


def _inside(place: Watched, zone: Watched) -> bool:
    lon_m, lat_m = metres_per_degree(zone.lat)
    away = np.hypot((place.lon - zone.lon) * lon_m, (place.lat - zone.lat) * lat_m)
    return bool(away + place.radius_m <= zone.radius_m * 1.001 + 1.0)


def _cells(zones: Sequence[Watched], places: Sequence[Watched], size: float) -> tuple[Array, Array, NDArray[np.int64]]:
    """Give the cells whose centres lie in a zone (and in a place, where some are given), each once."""
    lon, lat, of, taken = [], [], [], set()
    for number, zone in enumerate(zones):
        parts = [p for p in places if _inside(p, zone)] if places else [zone]
        for part in parts:
            x, y = _disc(part, size)
            for a, b in zip(x.tolist(), y.tolist(), strict=True):
                if (key := (round(a, 7), round(b, 7))) not in taken:
                    taken.add(key)
                    lon.append(a)
                    lat.append(b)
                    of.append(number)
            if len(lon) > MAX_CELLS:
                raise ValueError(f"more than {MAX_CELLS:,} cells of {size:.0f} m: choose fewer zones, or fly higher")
    return np.array(lon), np.array(lat), np.array(of, dtype=np.int64)


def _disc(place: Watched, size: float) -> tuple[Array, Array]:
    """Give the cells of one disc, on a grid that all discs of one latitude share; its centre where it is smaller."""
    lon_m, lat_m = (float(v) for v in metres_per_degree(round(place.lat, 1)))
    high, wide = place.radius_m / lat_m, place.radius_m / lon_m
    if (2 * place.radius_m / size) ** 2 > 4 * MAX_CELLS:
        raise ValueError(f"{place.id!r} has more than {MAX_CELLS:,} cells of {size:.0f} m: choose parts, or fly higher")
    step_lat, step_lon = size / lat_m, size / lon_m
    rows = np.arange(np.floor((place.lat - high) / step_lat), np.ceil((place.lat + high) / step_lat) + 1)
    columns = np.arange(np.floor((place.lon - wide) / step_lon), np.ceil((place.lon + wide) / step_lon) + 1)
    lat, lon = (v.ravel() for v in np.meshgrid(rows * step_lat, columns * step_lon, indexing="ij"))
    inside = np.hypot((lon - place.lon) * lon_m, (lat - place.lat) * lat_m) <= place.radius_m
    if not inside.any():
        return np.array([place.lon]), np.array([place.lat])
    return lon[inside], lat[inside]


def _chances(
    lon: Array, lat: Array, size: float, over: Sequence[Dwell], flown: Pass, sizes_m: Mapping[tuple[str, ...], float]
) -> Array:
    """Give the chance that a thing in each cell is seen after 0, 1, ... further passes, shape (cells, PASSES + 1)."""
    lon_m, lat_m = metres_per_degree(lat)
    inner = (np.arange(POINTS) + 0.5) / POINTS - 0.5
    dy, dx = (v.ravel() * size for v in np.meshgrid(inner, inner, indexing="ij"))
    x, y = lon[:, None] + dx / lon_m[:, None], lat[:, None] + dy / lat_m[:, None]
    stay, fine, steep = np.zeros(x.shape), np.full(x.shape, np.inf), np.zeros(x.shape)
    for one in over:
        seconds, gsd, depression = _at(one, x, y)
        seen = seconds > 0
        stay += np.where(seen, seconds, 0.0)
        fine = np.where(seen, np.fmin(fine, gsd), fine)
        steep = np.where(seen, np.fmax(steep, depression), steep)
    out = np.zeros((len(lon), PASSES + 1))
    for passes in range(PASSES + 1):
        gsd = np.minimum(fine, flown.gsd_m) if passes else fine
        depression = np.maximum(steep, flown.depression_deg) if passes else steep
        seconds = stay + passes * flown.seconds
        out[:, passes] = np.mean([chance_seen(s, gsd, seconds, depression).mean(-1) for s in sizes_m.values()], axis=0)
    return np.maximum.accumulate(out, axis=1)


def _at(one: Dwell, lon: Array, lat: Array) -> tuple[Any, Any, Any]:
    cells: Cells = one.cells
    row = np.floor((lat - cells.south) / cells.step_lat).astype(np.int64)
    column = np.floor((lon - cells.west) / cells.step_lon).astype(np.int64)
    inside = (row >= 0) & (row < cells.shape[0]) & (column >= 0) & (column < cells.shape[1])
    r, c = np.where(inside, row, 0), np.where(inside, column, 0)
    return np.where(inside, one.seconds[r, c], 0.0), one.gsd_m[r, c], one.depression_deg[r, c]
