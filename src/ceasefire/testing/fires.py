"""Simulated fire detections with a known truth: years of burning fields and one mill, then weeks with planted strikes.

Why: on real rows nobody knows which fire was a strike. Here it is written down, so that what the detector says of a
planted fire and of an ordinary one can be compared. The rows have the layout of FIRMS, and nothing else of it: no
place, day or number is taken from real data.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ceasefire.geo import regions

Array = NDArray[np.float64]

HEADER = "latitude,longitude,brightness,scan,track,acq_date,acq_time,satellite,instrument,confidence,type"
PASSES = (20, 1110)
"""Minutes after UTC midnight of the two passes of a day."""
RATE = 0.02
"""Detections per cell and day of an ordinary field at the height of spring."""
MILL = 1.5
"""Detections per day of the mill."""
PIXELS = 6
"""Detections that a strike leaves in its pass."""


@dataclass(frozen=True)
class Fires:
    """Files written, and the truth behind them."""

    history: Path
    """Earlier years."""
    now: Path
    """The period itself."""
    facts: Path
    """A news report of every second strike, in the facts table's layout."""
    lon: Array
    """Strikes, degrees east, shape (n,)."""
    lat: Array
    """Strikes, degrees north."""
    day: NDArray[np.datetime64]
    """Their UTC days."""
    mill: tuple[float, float]
    """Longitude and latitude of the mill."""


def write_fires(
    folder: Path,
    *,
    seed: int,
    region: str = "UA-53",
    years: tuple[int, ...] = (2021, 2022, 2023, 2024),
    first: str = "2025-03-18",
    days: int = 31,
    strikes: int = 8,
) -> Fires:
    """Write simulated detections into a folder: `history.csv`, `now.csv` and `facts.csv`; equal seeds, equal bytes.

    Parameters
    ----------
    folder
        Made where it is missing.
    seed
        Of everything drawn.
    region
        ISO 3166-2 code whose land burns.
    years
        Earlier years.
    first, days
        First day of the period, and its length.
    strikes
        Strikes in it, each on a day and a field of its own.

    >>> import tempfile
    >>> fires = write_fires(Path(tempfile.mkdtemp()), seed=1, years=(2023, 2024))
    >>> len(fires.lon), fires.now.name
    (8, 'now.csv')
    """
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    west, south, east, north = regions.shape(region).bounds
    lon, lat = (v.ravel() for v in np.meshgrid(np.arange(west, east, 0.1), np.arange(south, north, 0.1)))
    land = regions.locate(lon, lat, reach_km=0.0) == region
    lon, lat = lon[land], lat[land]
    share = rng.lognormal(-0.5, 1.0, len(lon))
    mill = (float(lon[len(lon) // 2]), float(lat[len(lat) // 2]))
    past = [np.arange(f"{y}-01-01", f"{y + 1}-01-01", dtype="datetime64[D]") for y in years]
    period = np.datetime64(first) + np.arange(days)
    fields = rng.choice(len(lon), strikes, replace=False)
    when = np.sort(rng.choice(period[1:-1], strikes, replace=False))
    at = (lon[fields], lat[fields])
    _write(folder / "history.csv", [_ordinary(rng, lon, lat, share, mill, d) for d in past])
    planted = (np.repeat(at[0], PIXELS), np.repeat(at[1], PIXELS), np.repeat(when, PIXELS))
    spread = rng.normal(0, 0.002, (2, strikes * PIXELS))
    planted = (planted[0] + spread[0], planted[1] + spread[1], planted[2])
    _write(folder / "now.csv", [_ordinary(rng, lon, lat, share, mill, period), planted])
    _report(folder / "facts.csv", at[0][::2], at[1][::2], when[::2])
    return Fires(folder / "history.csv", folder / "now.csv", folder / "facts.csv", at[0], at[1], when, mill)


_Rows = tuple[Array, Array, NDArray[np.datetime64]]


def _ordinary(
    rng: np.random.Generator,
    lon: Array,
    lat: Array,
    share: Array,
    mill: tuple[float, float],
    days: NDArray[np.datetime64],
) -> _Rows:
    """Fields that burn in bursts, most in April, under a sky that is not always clear; and the mill."""
    place = (days - days.astype("datetime64[Y]")).astype(int)
    season = 0.1 + np.exp(-0.5 * ((place - 100) / 20.0) ** 2)
    mean = RATE * share[:, None] * season * rng.gamma(2.0, 0.5, len(days))
    cell, day = np.nonzero(count := rng.negative_binomial(0.3, 0.3 / (0.3 + mean)))
    times = count[cell, day]
    hot = np.repeat(np.arange(len(days)), rng.poisson(MILL, len(days)))
    x = np.concatenate([np.repeat(lon[cell] + rng.uniform(-0.05, 0.05, len(cell)), times), np.full(len(hot), mill[0])])
    y = np.concatenate([np.repeat(lat[cell] + rng.uniform(-0.05, 0.05, len(cell)), times), np.full(len(hot), mill[1])])
    x, y = x + rng.normal(0, 0.002, len(x)), y + rng.normal(0, 0.002, len(y))
    return x, y, np.concatenate([np.repeat(days[day], times), days[hot]])


def _write(path: Path, parts: list[_Rows]) -> None:
    lon, lat, day = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    lines = [HEADER]
    for k in np.lexsort((lat, lon, day)).tolist():
        hour, minute = divmod(PASSES[k % 2], 60)
        clock = f"{day[k]},{hour:02d}{minute:02d}"
        lines.append(f"{lat[k]:.5f},{lon[k]:.5f},330,0.4,0.4,{clock},N,VIIRS,n,0")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _report(path: Path, lon: Array, lat: Array, day: NDArray[np.datetime64]) -> None:
    header = (
        "id,kind,start,end,clock,place,lat,lon,radius_km,act,object_class,effect,channel,procedure,claimant,speaker"
    )
    header += ",accused,basis,alternatives,control,provision,low,high,words,unit,reliability,credibility,origin,said"
    header += ",summary,url,stance"
    rows = [
        f"s{k},event,{d}T00:00,{d}T20:00,UTC,,{y:.4f},{x:.4f},3,attack.air.drone,,,news,report,,,,,,,,,,,,C,3,,"
        f"{d}T21:00,A drone struck.,,asserts"
        for k, (x, y, d) in enumerate(zip(lon, lat, day, strict=True))
    ]
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
