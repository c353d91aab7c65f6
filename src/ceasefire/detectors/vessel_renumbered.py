"""A hull that changes its number: one ship's track ends where and when another's begins.

Tracks end and begin all the time: ships leave reception, enter it, and moor. So what is asked is how much better one
hull explains the two ends (the place where the ship would be by then, its speed, course and length) than chance does,
which is how many tracks begin about there in an ordinary hour.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ceasefire.detectors.vessel_events import from_fixes
from ceasefire.detectors.vessel_steps import KNOT_KM_H, placed
from ceasefire.geo.distance import KM_PER_DEGREE, km, wrap
from ceasefire.geo.fixes import Fixes, Statics
from ceasefire.geo.reception import Reception
from ceasefire.model.table import Table
from ceasefire.model.vessel import VesselEvent

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

PRIOR = -4.6
"""Log odds that the end of a track is a change of number: one in a hundred, stated."""
WITHIN_H = 2.0
"""Longest silence between the two numbers."""
EDGE_H = 1.0
"""Tracks that begin or end so near to the record's own ends tell nothing."""
PLACE_KM, DRIFT = 0.3, 0.2
"""Standard deviation of the place where the ship would be: this, and this share of the way it sails meanwhile."""
ABOUT_KM = (1.0, 3.0, 10.0, 30.0)
"""Other beginnings within these are the chance that one is there: at a berth it is large, at sea small."""
SPEED_KN, COURSE_DEG, LENGTH = 1.5, 20.0, 0.03
"""Standard deviations of speed, course and length (as a share) between two messages of one hull."""
OTHER_KN, OTHER_LENGTH = 6.0, 0.8
"""Standard deviations between different ships (of length: of its logarithm)."""


def renumbered(
    fixes: Fixes, statics: Statics, *, reception: Reception | None = None, least: float = 0.5, files: Sequence[str] = ()
) -> Table[VesselEvent]:
    """Find hulls that went on under another MMSI: `identity.changed`, the new number in `others`.

    Parameters
    ----------
    fixes
        As received.
    statics
        For the ships' lengths.
    reception
        Where a ship would not have been heard, the end of its track tells less.
    least
        Smallest probability that is given.
    files
        SHA-256 of each file, by its number in `fixes.source`.

    >>> t = np.arange(360)
    >>> f = Fixes.of(mmsi=np.where(t < 180, 272000001, 351000009), times=t.astype("M8[m]").astype("M8[ms]"),
    ...     lon=31.0 + 0.0026 * t, lat=np.full(360, 44.0), speed_kn=np.full(360, 6.75), course_deg=np.full(360, 90.0))
    >>> e = renumbered(f, Statics.empty())[0]
    >>> e.mmsi, e.others, e.why
    (272000001, (351000009,), 'the one ends and the other begins 1 min later, 0.0 km from where it would be')
    """
    rows = placed(fixes)
    if not len(rows):
        return Table.empty(VesselEvent)
    edge = np.flatnonzero(np.diff(fixes.mmsi[rows], prepend=-1) != 0)
    first, last = rows[edge], rows[np.append(edge[1:], len(rows)) - 1]
    hours = fixes.times.astype(np.int64) / 3_600_000.0
    begins = first[hours[first] > hours.min() + EDGE_H]
    ends = last[hours[last] < hours.max() - EDGE_H]
    length = {int(m): float(v) for m, v in zip(statics.mmsi, statics.length_m, strict=True) if np.isfinite(v)}
    total = max(float(hours.max() - hours.min()), 1.0)
    order = np.argsort(hours[begins], kind="stable")
    begins = begins[order]
    out = []
    for end in ends:
        a, b = np.searchsorted(hours[begins], [hours[end], hours[end] + WITHIN_H], side="right")
        some = begins[a:b]
        some = some[fixes.mmsi[some] != fixes.mmsi[end]]
        if not len(some):
            continue
        odds, off = _odds(fixes, hours, int(end), some, length)
        away = km(fixes.lon[end], fixes.lat[end], fixes.lon[begins], fixes.lat[begins])
        density = [max((away <= r).sum() - 1.0, 0.5 if r == ABOUT_KM[-1] else 0.0) / (np.pi * r * r) for r in ABOUT_KM]
        odds -= np.log(max(density) / total)
        k = int(np.argmax(odds))
        new = int(some[k])
        if reception is not None:
            heard = float(reception.heard(fixes.lon[end : end + 1], fixes.lat[end : end + 1], fixes.times[end],
                                          fixes.times[end] + np.timedelta64(10, "m"))[0])  # fmt: skip
            odds[k] += np.log(max(heard, 0.05)) if np.isfinite(heard) else 0.0
        event = from_fixes(
            fixes, np.array([end, new]), kind="identity.changed", mmsi=int(fixes.mmsi[end]), log_odds=float(odds[k]),
            others=[int(fixes.mmsi[new])], files=files,
            why=f"the one ends and the other begins {(hours[new] - hours[end]) * 60:.0f} min later, "
            f"{off[k]:.1f} km from where it would be",
        )  # fmt: skip
        if event.probability >= least:
            out.append((event.probability, event))
    taken: set[int] = set()
    kept = []
    for _, event in sorted(out, key=lambda e: (-e[0], e[1].start, e[1].id)):  # each beginning continues one ship
        if event.others[0] not in taken:
            taken.add(event.others[0])
            kept.append(event)
    return Table.of(VesselEvent, sorted(kept, key=lambda e: (e.start, e.mmsi, e.id)))


def _odds(fixes: Fixes, hours: Array, end: int, some: Ints, length: dict[int, float]) -> tuple[Array, Array]:
    """Give the log odds of each beginning, but for how many begin there anyway, and its distance (km)."""
    gap = hours[some] - hours[end]
    speed = [np.where(np.isfinite(v), v, 0.0).astype(np.float64) for v in (fixes.speed_kn[end], fixes.speed_kn[some])]
    course = [np.radians(np.nan_to_num(v.astype(np.float64))) for v in (fixes.course_deg[end], fixes.course_deg[some])]
    mean_e, mean_n = (
        KNOT_KM_H * 0.5 * (speed[0] * f(course[0]) + speed[1] * f(course[1])) * gap for f in (np.sin, np.cos)
    )
    east = wrap(fixes.lon[some] - fixes.lon[end]) * KM_PER_DEGREE * np.cos(np.radians(fixes.lat[end]))
    north = (fixes.lat[some] - fixes.lat[end]) * KM_PER_DEGREE
    off = np.hypot(east - mean_e, north - mean_n)
    sigma = PLACE_KM + DRIFT * KNOT_KM_H * np.maximum(speed[0], speed[1]) * gap
    odds = PRIOR - np.log(2 * np.pi * sigma**2) - 0.5 * (off / sigma) ** 2 - np.log(WITHIN_H)
    both = np.isfinite(fixes.speed_kn[some]) & np.isfinite(fixes.speed_kn[end])
    d = speed[1] - speed[0]
    odds += np.where(both, np.log(OTHER_KN / SPEED_KN) - 0.5 * d**2 * (SPEED_KN**-2 - OTHER_KN**-2), 0.0)
    moving = both & (np.minimum(speed[0], speed[1]) >= 2.0)
    turn = np.degrees(np.abs((course[1] - course[0] + np.pi) % (2 * np.pi) - np.pi))
    normal = np.exp(-0.5 * (turn / COURSE_DEG) ** 2) / (COURSE_DEG * np.sqrt(2 * np.pi))
    odds += np.where(moving, np.log(360.0 * (0.95 * normal + 0.05 / 360.0)), 0.0)
    mine = length.get(int(fixes.mmsi[end]), np.nan)
    theirs = np.array([length.get(int(m), np.nan) for m in fixes.mmsi[some]])
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.log(theirs / mine)
        same = 0.95 * np.exp(-0.5 * (ratio / LENGTH) ** 2) / LENGTH + 0.05 * np.exp(-0.5 * (ratio / OTHER_LENGTH) ** 2)
        other = np.exp(-0.5 * (ratio / OTHER_LENGTH) ** 2) / OTHER_LENGTH
        odds += np.where(np.isfinite(ratio), np.log(np.maximum(same, 1e-9) / np.maximum(other, 1e-9)), 0.0)
    return odds, off
