"""Sightings become observations: a mark in a frame, its place on the ground with its error, its weight, its evidence.

* **Place.** The ray through the middle of the box, from where the platform was at that moment, to the ground.
* **Error.** The ellipse of the camera's errors at that pixel (`geo.footprint.uncertainty`), widened by the lens and
  the box, and by the error of the frame's time against the platform's clock, as the platform flew and turned. The
  disc of the observation holds 90 % of it.
* **Weight.** The stated confidence as odds, drawn towards 1 by the chance that such a thing can be told at all at
  that size of pixel; never above 20, never below 1: a mark is no evidence against what it marks.
* **Evidence.** A record of processing with the hash of the frame's file (where none is at hand, of the file of marks)
  and of the file of the flight.

A mark in a frame whose position is not known is set aside: what it shows lies nobody knows where.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import ceasefire
from ceasefire.detectors.patrol_looks import CHANNEL, SIZES_M
from ceasefire.detectors.sighting_place import Placed, disc_90, place_on_ground
from ceasefire.geo.flight import Flight
from ceasefire.geo.ground import Terrain
from ceasefire.geo.regions import locate
from ceasefire.model.processing import Processing
from ceasefire.model.records import Observation, Quarantined
from ceasefire.model.sighting import Sighting
from ceasefire.model.table import Table
from ceasefire.model.taxonomy import covers
from ceasefire.stats.cluster import space_time_clusters
from ceasefire.stats.seen_from_air import chance_seen

Array = NDArray[np.float64]

SURE: Mapping[str, float] = {"analyst": 0.9, "detector": 0.7}
"""Chance that a mark is right where none is stated: a judgement. Scores of detectors are no chances; say so by leaving
them out."""
LARGEST = 20.0
"""Largest likelihood ratio of one sighting, as of any sensor."""
STUDIED_S = 30.0
"""Time for which a marked frame was studied: long, as it can be held still."""
BACK = timedelta(days=7)
"""How long before the sighting damage may have been done, where nothing says when the place was whole."""
AGAIN_KM, AGAIN_HOURS = 0.05, 0.25
"""Marks of one act nearer than both are of one thing and count once."""
GROUND_M = 50.0
"""90 % radius of a place that the mark itself gives, where it states none."""


class Found(NamedTuple):
    """What marks became."""

    observations: Table[Observation]
    """One for each mark that has a place, earliest first."""
    quarantine: Table[Quarantined]
    """Marks without a place, each with its reason."""
    ellipses: dict[str, tuple[float, float, float]]
    """By observation: semi-axes of one standard error, metres, and azimuth of the major one, degrees."""


def observations(
    sightings: Sequence[Sighting],
    flight: Flight,
    *,
    source: str,
    frames: Mapping[str, str] | None = None,
    terrain: Terrain | None = None,
    since: datetime | None = None,
    time_sigma_s: float = 0.5,
    sizes_m: Mapping[tuple[str, ...], float] = SIZES_M,
) -> Found:
    """Give observations for marks in the frames of one flight.

    Parameters
    ----------
    sightings
        As read by `sources.sightings`.
    flight
        The flight that the frames are of.
    source
        As named in the case file.
    frames
        SHA-256 of frames' files by name, where the reader did not hash them.
    terrain
        As for `footprints`.
    since
        When the place was last seen without the damage; `BACK` before the sighting where it is not known.
    time_sigma_s
        Standard error of a frame's time against the platform's clock, seconds.
    sizes_m
        As of `patrol_looks.looks`.

    Raises
    ------
    ValueError
        `since` lies behind a sighting, or a time error below 0.

    >>> from datetime import UTC
    >>> flight = Flight.of(
    ...     times=np.datetime64("2025-04-01T09:00:00", "ms") + 1000 * np.arange(3), lon=[36.0, 36.0002, 36.0004],
    ...     lat=[50.0] * 3, height_m=[220.0] * 3, ground_m=[120.0] * 3, azimuth_deg=[90.0] * 3,
    ...     elevation_deg=[-60.0] * 3, hfov_deg=[60.0] * 3, vfov_deg=[36.0] * 3, position_sigma_m=[3.0] * 3,
    ...     height_sigma_m=[5.0] * 3, angle_sigma_deg=[1.0] * 3)
    >>> mark = Sighting(id="s-1", source="p", granule="m.csv", line=2, evidence="ab" * 32, frame="f1", label="crater",
    ...                 time=datetime(2025, 4, 1, 9, 0, 1, tzinfo=UTC), act="attack", effect="damage", left=960,
    ...                 right=960, top=540, bottom=540, width=1920, height=1080)
    >>> found = observations([mark], flight, source="patrol")
    >>> one = found.observations[0]
    >>> round(one.lon, 4), round(one.lat, 4), round(1000 * one.radius_km, 1), round(one.likelihood_ratio, 1)
    (36.001, 50.0, 14.6, 9.0)
    """
    if time_sigma_s < 0:
        raise ValueError(f"the error of the time is 0 or more, not {time_sigma_s}")
    late = [s for s in sightings if since is not None and s.time < since]
    if late:
        raise ValueError(f"{late[0].id} was taken before {since}, when the place is said to have been seen last")
    every = sorted(sightings, key=lambda s: (s.time, s.id))
    placed = place_on_ground(every, flight, terrain=terrain, time_sigma_s=time_sigma_s)
    bad = [_aside(s, why, source) for s, why in zip(every, placed.lost, strict=True) if why]
    use = [k for k, why in enumerate(placed.lost) if not why]
    lon, lat = placed.lon[use], placed.lat[use]
    origin = _origins([every[k] for k in use], lon, lat)
    region = locate(lon, lat) if use else np.zeros(0, dtype=object)
    made, ellipses = [], {}
    for k, own, code in zip(use, origin, region, strict=True):
        one = _observation(every[k], placed, k, flight, source, frames or {}, since, time_sigma_s, sizes_m)
        made.append(Observation(**{**vars(one), "origin": own, "region": str(code)}))
        ellipses[one.id] = (float(placed.major_m[k]), float(placed.minor_m[k]), float(placed.azimuth_deg[k]))
    return Found(
        Table.of(Observation, made).sort("start", "id") if made else Table.empty(Observation),
        Table.of(Quarantined, bad) if bad else Table.empty(Quarantined),
        ellipses,
    )


def ratio(confidence: float, visible: float) -> float:
    """Give the likelihood ratio of a mark.

    Parameters
    ----------
    confidence
        Chance that it is right, 0 to 1.
    visible
        Chance that such a thing can be told at that size of pixel: what can hardly be told is hardly told apart.

    >>> [round(ratio(c, v), 2) for c, v in ((0.9, 1.0), (0.9, 0.1), (0.999, 1.0), (0.2, 1.0))]
    [9.0, 1.8, 20.0, 1.0]
    """
    odds = confidence / max(1.0 - confidence, 1e-9)
    return float(np.clip(1.0 + visible * (odds - 1.0), 1.0, LARGEST))


def _observation(
    mark: Sighting,
    placed: Placed,
    k: int,
    flight: Flight,
    source: str,
    frames: Mapping[str, str],
    since: datetime | None,
    time_sigma_s: float,
    sizes_m: Mapping[tuple[str, ...], float],
) -> Observation:
    sure = mark.confidence if np.isfinite(mark.confidence) else SURE[mark.by]
    visible = 1.0 if not np.isfinite(placed.gsd_m[k]) else _visible(mark, float(placed.gsd_m[k]), sizes_m)
    weight = ratio(sure, visible)
    radius_m = GROUND_M if not np.isfinite(placed.major_m[k]) else disc_90(placed.major_m[k], placed.minor_m[k])
    record = _record(mark, flight, frames, sure, visible, time_sigma_s)
    error = timedelta(seconds=max(1.0, 2.0 * time_sigma_s))
    begin, end = mark.time - error, mark.time + error
    if mark.effect == "damage":
        begin = since or mark.time - BACK
    end = end.replace(microsecond=0) + timedelta(seconds=1)
    return Observation(
        id="o-" + sha256(f"{source}|sighting|{mark.id}|{record.digest()}".encode()).hexdigest()[:12],
        source=source,
        product="sightings",
        granule=mark.granule,
        line=mark.line,
        evidence=record.digest(),
        channel=CHANNEL,
        procedure="sensor" if mark.by == "detector" else "report",
        start=begin.replace(microsecond=0),
        end=end,
        reported=end,
        lon=float(placed.lon[k]),
        lat=float(placed.lat[k]),
        radius_km=radius_m / 1000.0,
        act=mark.act,
        object_class=mark.object_class,
        effect=mark.effect,
        reliability="B",
        credibility=2 if sure >= 0.8 else 3,
        likelihood_ratio=weight,
        summary=_sentence(mark, radius_m, weight),
        text=record.text() if not mark.note else record.text() + "\n" + mark.note,
    )


def _visible(mark: Sighting, gsd_m: float, sizes_m: Mapping[tuple[str, ...], float]) -> float:
    """Give the chance that such a thing can be told in a frame that is studied, nothing standing in the way."""
    fits = [size for acts, size in sizes_m.items() if covers(acts, mark.act)]
    size = fits[0] if fits else min(sizes_m.values())
    return float(chance_seen(size, gsd_m, STUDIED_S, 90.0, cover=0.0))


def _record(
    mark: Sighting, flight: Flight, frames: Mapping[str, str], sure: float, visible: float, time_sigma_s: float
) -> Processing:
    """Say what the observation was made from; no places."""
    frame = mark.frame_sha256 or frames.get(mark.frame, "")
    inputs = [(mark.frame, frame)] if frame else []
    inputs.append((mark.granule, mark.evidence))
    if flight.evidence:
        inputs.append((flight.source, flight.evidence))
    return Processing(
        method="sighting",
        code=ceasefire.__version__,
        inputs=tuple(inputs),
        parameters=(
            ("by", mark.by),
            ("class", mark.label),
            ("clock", flight.clock),
            ("confidence", f"{sure:.3g}" + ("" if np.isfinite(mark.confidence) else " assumed")),
            ("frame", mark.frame or "not named"),
            ("sighting", mark.id),
            ("time", mark.time.isoformat()),
            ("time_sigma_s", f"{time_sigma_s:g}"),
            ("visible", f"{visible:.3f}"),
        ),
    )


def _sentence(mark: Sighting, radius_m: float, weight: float) -> str:
    who = "A detector" if mark.by == "detector" else "An analyst"
    what = mark.effect or mark.act
    return (
        f"{who} marked {what} in a frame of a patrol taken {mark.time:%Y-%m-%d %H:%M} UTC, placed to within "
        f"{max(10, round(radius_m, -1)):.0f} m (90 %); likelihood ratio {weight:.1f}."
    )


def _origins(marks: Sequence[Sighting], lon: Array, lat: Array) -> list[str]:
    """Give one origin to marks of one act that are near in place and time: frames of one thing are one report."""
    out = [""] * len(marks)
    for act in sorted({m.act for m in marks}):
        rows = [k for k, m in enumerate(marks) if m.act == act]
        y = lat[rows] * 111.195
        x = lon[rows] * 111.195 * np.cos(np.radians(lat[rows]))
        hours = np.array([marks[k].time.timestamp() / 3600.0 for k in rows])
        group = space_time_clusters(x, y, hours, reach_km=AGAIN_KM, reach_hours=AGAIN_HOURS, least=1)
        for k, g in zip(rows, group.tolist(), strict=True):
            out[k] = "v-" + sha256(f"{act}|{marks[rows[g]].id}".encode()).hexdigest()[:12]
    return out


def _aside(mark: Sighting, why: str, source: str) -> Quarantined:
    row = f"{mark.label}, frame {mark.frame or 'not named'}, {mark.time.isoformat()}"
    return Quarantined(source=source, granule=mark.granule, line=mark.line, reason=why, row=row)
