"""Write a simulated case whose truth is known: agreement, reports, sensors, looks, and what really happened.

The world is small by default and reads like a case of 30 days in five regions. With `observations` it is as large as
asked at constant density per day and area, so that cost per observation can be measured from 10^4 to 10^6.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ceasefire.geo import distance
from ceasefire.geo import regions as geo
from ceasefire.testing import invented, witnesses, world, written
from ceasefire.testing.rows import Rows
from ceasefire.testing.world import Events, Land, Looks

Array = np.ndarray[Any, Any]

DENSITY = 240.0
"""Observations per day and million km2 of a scaled world: about that of news incidents in Ukraine in spring 2025."""
ROWS_PER_INCIDENT = 3.65
"""Observations that one incident leaves on average; only a first guess, rows are counted."""


@dataclass(frozen=True)
class World:
    """What was written, in numbers."""

    folder: Path
    """The case's folder, with `case.yml`."""
    truth: Path
    """Folder of what really happened."""
    seed: int
    """Seed of the random numbers."""
    days: int
    """Length of the case in days."""
    regions: tuple[str, ...]
    """ISO 3166-2 codes."""
    area_km2: float
    """Area of the regions, km2."""
    incidents: int
    """Incidents that happened."""
    reports: int
    """Rows of reports.csv that tell of an event (totals stand apart)."""
    sensors: int
    """Rows of sensors.csv."""
    false: int
    """Rows of both that tell of an event that never was."""
    totals: int
    """Rows of reports.csv that state a sum."""
    looks: int
    """Rows of looks.csv."""
    lost: int
    """Looks that were lost."""

    def __str__(self) -> str:
        return (
            f"{self.days} days in {len(self.regions)} regions, seed {self.seed}: {self.incidents:,} incidents, "
            f"{self.observations:,} observations of which {self.false:,} tell of what never happened, "
            f"{self.looks:,} looks of which {self.lost:,} lost; the truth is in {self.truth.name}/"
        )

    @property
    def observations(self) -> int:
        """Rows that tell of an event, over both files."""
        return self.reports + self.sensors


def simulate(
    folder: str | Path,
    *,
    seed: int = 1,
    days: int = 30,
    incidents: int = 120,
    regions: Sequence[str] = world.REGIONS,
    observations: int | None = None,
) -> World:
    """Write a simulated case and its truth into a folder; equal seeds write equal bytes.

    The folder receives `case.yml`, the agreement, `reports.csv`, `sensors.csv`, `looks.csv` and `truth/`. The
    conflict is invented; the outlines of the regions are real.

    Parameters
    ----------
    folder
        Where to write; made if absent. Files of the same names are replaced.
    seed
        Seed of the random numbers, not negative.
    days
        Length of the case, 7 or more.
    incidents
        Number of incidents that happen.
    regions
        ISO 3166-2 codes, two or more.
    observations
        Instead of the three above: number of rows that tell of an event, exactly, at `DENSITY` rows per day and
        million km2; period and area grow with its square root until the four countries of `world.WIDE` are full,
        then the period alone.

    Returns
    -------
    The numbers of what was written.

    Raises
    ------
    ValueError
        A number is out of range or a region is unknown.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as out:
    ...     w = simulate(out, seed=7, days=10, incidents=20)
    ...     (Path(out) / "case.yml").is_file(), w.incidents, w.looks == 10 * 5 * 5
    (True, 20, True)
    """
    if seed < 0 or days < 7 or incidents < 1:
        raise ValueError("seed must not be negative, days at least 7 and incidents at least 1")
    if observations is not None:
        if observations < 100:
            raise ValueError("a scaled world needs 100 observations or more")
        regions, days = _scale(observations)
        incidents = int(observations / ROWS_PER_INCIDENT * 1.02) + 1
    folder = Path(folder)
    drawn = _draw(seed, regions, days, incidents)
    while observations is not None and drawn.n < observations:
        incidents = int(incidents * 1.05 * observations / drawn.n) + 1
        drawn = _draw(seed, regions, days, incidents)
    if observations is not None:
        keep = np.sort(np.random.default_rng([seed, 9]).permutation(drawn.n)[:observations])
        drawn = drawn.take(keep)
    return drawn.write(folder, seed=seed, days=days)


@dataclass(frozen=True)
class _Drawn:
    land: Land
    looks: Looks
    events: Events
    reports: Rows
    sensors: Rows

    @property
    def n(self) -> int:
        return self.reports.n + self.sensors.n

    def take(self, keep: Array) -> _Drawn:
        cut = int(np.searchsorted(keep, self.reports.n))
        reports, sensors = self.reports.take(keep[:cut]), self.sensors.take(keep[cut:] - self.reports.n)
        return _Drawn(self.land, self.looks, self.events, reports, sensors)

    def write(self, folder: Path, *, seed: int, days: int) -> World:
        truth = folder / "truth"
        truth.mkdir(parents=True, exist_ok=True)
        reports = written.numbered(self.reports, "r-")
        sensors = written.numbered(self.sensors, "s-")
        totals = written.totals(self.events, days=days)
        Rows.concat([reports, totals]).write(folder / "reports.csv", written.FACTS)
        sensors.write(folder / "sensors.csv", written.FACTS)
        look_rows = written.look_rows(self.land, self.looks)
        look_rows.write(folder / "looks.csv", written.LOOKS)
        written.truth(truth, self.land, self.events, {"reports.csv": reports, "sensors.csv": sensors}, look_rows)
        invented.write(folder, codes=self.land.codes.tolist(), days=days, seed=seed)
        false = int((~self.events.real[self.reports["event"]]).sum() + (~self.events.real[self.sensors["event"]]).sum())
        return World(
            folder=folder,
            truth=truth,
            seed=seed,
            days=days,
            regions=tuple(self.land.codes.tolist()),
            area_km2=float(self.land.area_km2.sum()),
            incidents=int(self.events.real.sum()),
            reports=reports.n,
            sensors=sensors.n,
            false=false,
            totals=totals.n,
            looks=look_rows.n,
            lost=int((look_rows["lost"] != "").sum()),
        )


def _draw(seed: int, codes: Sequence[str], days: int, incidents: int) -> _Drawn:
    def rng(part: int) -> np.random.Generator:
        return np.random.default_rng([seed, part])

    land = world.land(codes, rng(0))
    looks = world.looks(land, days=days, rng=rng(1))
    alarms = int(rng(2).binomial(int((looks.quality[..., 0] > 0).sum()), world.FALSE_ALARMS))
    events = world.events(land, days=days, incidents=incidents, alarms=alarms, rng=rng(3))
    reports = Rows.concat(
        [
            witnesses.outlets(land, looks, events, rng(4)),
            witnesses.monitors(land, looks, events, rng(5)),
            witnesses.officials(land, events, rng(6)),
            witnesses.parties(land, events, rng(7)),
        ]
    )
    return _Drawn(land, looks, events, reports, witnesses.sensors(land, looks, events, rng(8)))


def _scale(observations: int) -> tuple[list[str], int]:
    """Give the regions and days that hold so many observations at constant density."""
    codes = [c for country in world.WIDE for c in geo.match(country)]
    discs = np.array([geo.disc(c) for c in codes])
    lon, lat, _ = geo.disc(world.REGIONS[0])
    codes = [codes[i] for i in np.argsort(distance.km(lon, lat, discs[:, 0], discs[:, 1]), kind="stable")]
    areas = np.cumsum([world.area_km2(c) for c in codes]) / 1e6
    wanted = observations / DENSITY / max(7.0, 30.0 * np.sqrt(observations / 1e4))
    k = min(max(2, int(np.searchsorted(areas, wanted)) + 1), len(codes))
    return codes[:k], max(7, round(observations / DENSITY / float(areas[k - 1])))
