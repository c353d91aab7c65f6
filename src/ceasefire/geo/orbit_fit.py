"""Orbital elements from fire detections: where nobody kept the elements, the fires tell where the satellite was.

A detection prints a minute, a place and the sides of its pixel. The minute says when the place was abeam; the sides
grow with the slant range and so say how far to the left or right it lay. Four numbers of a near-circular orbit follow
by least squares with a loss that outliers do not rule: node, place on the orbit, revolutions a day, inclination.

* **Start.** The operator's nominal orbit fixes two numbers; the node is tried every 5 degrees and both ways of flight
  over the places, on the first days; the best start is carried to all days in growing spans.
* **Printed minutes.** Cut to the minute, so half a minute is added. Near-real-time VIIRS tables carry times rounded to
  128 s before that (all 459 distinct times of two real tables lie on one such grid), so single passes are off by up
  to two minutes and only many together tell the orbit.
* **Which satellite.** One fit is of one satellite; rows of another are what no loss can mend.

Source: P. J. Huber, "Robust estimation of a location parameter", Annals of Mathematical Statistics 35 (1964) 73-101.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from ceasefire.errors import CeasefireError
from ceasefire.geo.elements import Elements
from ceasefire.geo.ellipsoid import earth_centred
from ceasefire.geo.orbit import positions
from ceasefire.geo.sensors import Sensor

Floats = NDArray[np.float64]

LEAST_TIMES = 8
"""Distinct printed times below which nothing is fitted."""
TRIED = 6
"""Starts that are carried on, those that agree best before any fit."""
HALF_MINUTE = 30.0
SPREAD_S, SPREAD_KM = 40.0, 0.02
"""Spread of printed times around passes, and of printed pixel sides (two decimals), that residuals are divided by."""
_DRIFT = 0.0005
"""Revolutions a day by which the orbit differs from the nominal one, as a standard deviation."""
_TILT = 0.15
"""Degrees by which the inclination may."""
_DAY = 86_400.0


class NoFit(CeasefireError):
    """Detections from which no orbit follows; the message says why."""


@dataclass(frozen=True)
class Sightings:
    """Detections of one satellite; columns of shape (n,)."""

    time: NDArray[np.datetime64]
    """Printed minute, UTC."""
    lon: Floats
    lat: Floats
    across_km: Floats
    """Printed side of the pixel along the scan; NaN where not told."""
    along_km: Floats
    """Printed side along the track; NaN where not told."""

    def keep(self, mask: Any) -> Sightings:
        """Give some of the rows."""
        return Sightings(*(getattr(self, k)[mask] for k in ("time", "lon", "lat", "across_km", "along_km")))


@dataclass(frozen=True)
class Fitted:
    """Elements from detections, and how well they agree with what they were fitted to."""

    elements: Elements
    times: int
    """Distinct printed times."""
    spread_s: float
    """Root mean square of printed time (with half a minute) against pass, over printed times."""
    error_s: float
    """Standard error of a pass's time in the middle of the days fitted."""
    error_s_per_day: float
    """How much that grows with each day away from the middle."""


def fit(seen: Sightings, sensor: Sensor, *, norad: int, name: str = "") -> Fitted:
    """Fit elements to detections of one satellite.

    Parameters
    ----------
    seen
        Detections, any order; a week of several passes a day or more.
    sensor
        Its sensor, with a nominal orbit.
    norad, name
        Catalogue number and name, as written into the elements.

    Raises
    ------
    NoFit
        Too few passes, no pixel sizes, a sensor without a nominal orbit, or no orbit within three minutes of most
        printed times.
    """
    if sensor.nominal is None:
        raise NoFit(f"{sensor.title}: no nominal orbit is listed to begin with")
    good = np.isfinite(seen.lon) & np.isfinite(seen.lat) & np.isfinite(seen.along_km) & ~np.isnat(seen.time)
    seen = seen.keep(good)
    printed = np.unique(seen.time)
    if len(printed) < LEAST_TIMES:
        raise NoFit(f"{len(printed)} printed times with pixel sizes; {LEAST_TIMES} are needed")
    seen = _thinned(seen, 12)
    seconds = seen.time.astype("datetime64[s]").astype(np.float64)
    middle = float(np.floor((seconds.min() + seconds.max()) / 2.0))
    first = seconds < seconds.min() + 4.0 * _DAY
    problem = _Problem(seen.keep(first), sensor, float(seconds.min()))
    starts = sorted(_starts(seen, sensor), key=problem.cost)[:TRIED]
    best = min((problem.solve(s) for s in starts), key=lambda solved: float(solved.cost))
    span, theta = 4.0, best.x
    while span < (seconds.max() - seconds.min()) / _DAY:
        span *= 2.5
        problem = _Problem(seen.keep(seconds < seconds.min() + span * _DAY), sensor, problem.epoch)
        theta = problem.solve(theta).x
    theta = _moved(theta, sensor, middle - problem.epoch)
    problem = _Problem(seen, sensor, middle)
    found = problem.solve(theta)
    late = problem.late(found.x)
    each = np.array([np.median(late[problem.group == g]) for g in range(problem.groups)])
    if np.mean(np.abs(each) < 180.0) < 0.8:
        raise NoFit("no orbit passes within three minutes of most printed times: several satellites, or wrong times")
    spread = float(np.sqrt(np.mean(np.clip(each, -180, 180) ** 2)))
    lead = (problem.when - middle) / _DAY
    first_of = np.unique(problem.group, return_index=True)[1]
    away = float(np.sqrt(np.mean((lead[first_of] - lead[first_of].mean()) ** 2)))
    error = spread / np.sqrt(problem.groups)
    made = replace(_elements(found.x, sensor, middle), norad=norad, name=name)
    return Fitted(made, len(printed), spread, error, error / max(away, 1e-9))


def abeam(e: Elements, sensor: Sensor, seen: Sightings) -> tuple[Floats, Floats, Floats, Floats]:
    """Give the pass nearest to each printed time: how late it is (s), scan angle, and pixel sides (km), shape (n,).

    `late` is the pass's time less the printed minute; it means nothing beyond ten minutes.
    """
    place = earth_centred(seen.lon, seen.lat, 0.0).reshape(-1, 3) / 1000.0
    when = seen.time.astype("datetime64[s]").astype(np.float64)
    t = when + HALF_MINUTE
    r = v = np.zeros_like(place)
    for _ in range(4):
        r, v = positions(e, np.round(t * 1e6).astype(np.int64).astype("datetime64[us]"))
        slope = (v**2).sum(axis=1) * np.linalg.norm(place, axis=1) / np.linalg.norm(r, axis=1)
        step = ((place - r) * v).sum(axis=1) / slope
        t = t + np.clip(step, -900.0, 900.0)
    line, up = place - r, place / np.linalg.norm(place, axis=1, keepdims=True)
    away = np.linalg.norm(line, axis=1)
    scan = np.degrees(np.arccos(np.clip(-(line * r).sum(axis=1) / away / np.linalg.norm(r, axis=1), -1.0, 1.0)))
    zenith = np.degrees(np.arccos(np.clip(-(line * up).sum(axis=1) / away, 0.05, 1.0)))
    across, along = sensor.pixel(scan, away, zenith)
    return t - when, scan, across, along


class _Problem:
    """Detections of a span of days against one epoch; `solve` gives the four numbers nearest to a start."""

    def __init__(self, seen: Sightings, sensor: Sensor, epoch: float) -> None:
        self.seen, self.sensor, self.epoch = seen, sensor, epoch
        self.when = seen.time.astype("datetime64[s]").astype(np.float64)
        _, self.group, count = np.unique(seen.time, return_inverse=True, return_counts=True)
        self.groups = len(count)
        self.weight = 1.0 / np.sqrt(count[self.group])

    def late(self, theta: Floats) -> Floats:
        """Pass less printed time with half a minute, seconds."""
        return abeam(_elements(theta, self.sensor, self.epoch), self.sensor, self.seen)[0] - HALF_MINUTE

    def residuals(self, theta: Floats) -> Floats:
        late, _, across, along = abeam(_elements(theta, self.sensor, self.epoch), self.sensor, self.seen)
        parts = [
            np.clip((late - HALF_MINUTE) / SPREAD_S, -50, 50),
            _sides(along - self.seen.along_km, self.seen.along_km),
        ]
        if not self.sensor.zones:  # with zones the side along the scan jumps, and tells no more than the other
            parts.append(_sides(across - self.seen.across_km, self.seen.across_km))
        prior = [theta[2], theta[3]]
        return np.concatenate([*(p * self.weight for p in parts), prior])

    def cost(self, theta: Floats) -> float:
        """What `solve` makes small."""
        return float(np.sum(np.sqrt(1.0 + self.residuals(theta) ** 2 / 4.0)))

    def solve(self, theta: Floats) -> Any:
        """Least squares from a start, outliers damped."""
        return least_squares(
            self.residuals,
            theta,
            loss="soft_l1",
            f_scale=2.0,
            x_scale=[1.0, 1.0, 0.1, 0.5],
            diff_step=1e-5,
            max_nfev=40,
        )


def _sides(difference: Floats, printed: Floats) -> Floats:
    return np.nan_to_num(np.clip(difference / (SPREAD_KM + 0.01 * printed), -20, 20))


def _elements(theta: Floats, sensor: Sensor, epoch: float) -> Elements:
    """Node, argument of latitude (degrees), and motion and inclination as shares of what they may differ by."""
    assert sensor.nominal is not None
    return Elements(
        name="",
        norad=0,
        epoch=np.datetime64(round(epoch * 1e6), "us"),
        inclination=sensor.nominal["inclination"] + _TILT * float(theta[3]),
        node=float(theta[0] % 360.0),
        eccentricity=0.0001,
        perigee=90.0,
        anomaly=float((theta[1] - 90.0) % 360.0),
        motion=sensor.nominal["motion"] + _DRIFT * float(theta[2]),
    )


def _moved(theta: Floats, sensor: Sensor, seconds: float) -> Floats:
    """Carry the four numbers to another epoch by what the orbit does: it turns, and its node follows the sun."""
    e = _elements(theta, sensor, 0.0)
    days = seconds / _DAY
    radius = (398_600.4418 / (e.motion * 2.0 * np.pi / _DAY) ** 2) ** (1.0 / 3.0)
    factor = 1.5 * 1.08263e-3 * (6378.137 / radius) ** 2 * e.motion * 360.0
    cosine = np.cos(np.radians(e.inclination))
    node = theta[0] - factor * cosine * days
    along = theta[1] + (e.motion * 360.0 + factor * (4.0 * cosine**2 - 1.0) - factor * (1.5 * cosine**2 - 0.5)) * days
    return np.array([node % 360.0, along % 360.0, theta[2], theta[3]])


def _starts(seen: Sightings, sensor: Sensor) -> list[Floats]:
    """Nodes every 5 degrees, flying north and south over the first detection."""
    assert sensor.nominal is not None
    k = int(np.argmin(seen.time))
    lat = np.radians(float(seen.lat[k]))
    sine = np.clip(np.sin(lat) / np.sin(np.radians(sensor.nominal["inclination"])), -1.0, 1.0)
    north = float(np.degrees(np.arcsin(sine)))
    return [np.array([node, u, 0.0, 0.0]) for node in np.arange(0.0, 360.0, 5.0) for u in (north, 180.0 - north)]


def _thinned(seen: Sightings, most: int) -> Sightings:
    """Keep at most so many detections of each printed time, evenly over their rows by latitude."""
    order = np.lexsort((seen.lon, seen.lat, seen.time.astype(np.int64)))
    _, first, count = np.unique(seen.time[order], return_index=True, return_counts=True)
    rank = np.arange(len(order)) - np.repeat(first, count)
    many = np.repeat(count, count)
    chosen = (many <= most) | (np.floor(rank * most / many) != np.floor((rank - 1) * most / many))
    return seen.keep(order[chosen])
