"""Looks of a whole patrol: those of its flights, without losses that another of its flights made good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ceasefire.detectors.patrol_looks import looks
from ceasefire.geo.sun import solar_zenith
from ceasefire.model.records import Look
from ceasefire.model.table import Table
from ceasefire.patrol.options import Options
from ceasefire.patrol.places import Spot
from ceasefire.patrol.seen import Seen

ORDER = ("jamming", "denied", "weather", "darkness", "too far to tell", "no position", "not flown over")
"""Of several reasons for one place the first of these is kept: what hindered says more than that nobody came."""


@dataclass(frozen=True)
class PlaceLooks:
    """What looks say of one place."""

    quality: tuple[tuple[str, float], ...]
    """For each act class, share of a full look, over the place's discs by area."""
    lost: tuple[tuple[str, str], ...]
    """For each act class without a look, the reason."""


def of_patrol(
    seen: Sequence[Seen],
    spots: Sequence[Spot],
    *,
    source: str,
    options: Options,
    said: dict[str, str],
) -> tuple[Table[Look], dict[str, PlaceLooks]]:
    """Give the looks of a patrol, and what they say of each place.

    Parameters
    ----------
    seen
        Its flights.
    spots
        Places.
    source
        As named in the case file.
    options
        What the mission says: darkness, reasons.
    said
        Reason by place, where the plan or the mission gives one.
    """
    rows: dict[tuple[str, str], list[Look]] = {}
    for one in seen:
        sun = sun_over(one, spots)
        for spot in spots:
            for disc in spot.discs:
                made = looks(
                    one.flight,
                    one.dwell,
                    [disc],
                    source=source,
                    hindered=one.hindered,
                    sees_in_the_dark=options.sees_in_the_dark,
                    sun_deg=sun,
                    reason=said.get(spot.id, options.reason),
                )
                rows.setdefault((spot.id, disc.id), []).extend(made)
    kept = {key: _without_made_good(found) for key, found in rows.items()}
    of_place = {s.id: _place(s, kept) for s in spots}
    every = [look for found in kept.values() for look in found]
    return Table.of(Look, sorted(every, key=lambda x: (x.start, x.id))), of_place


def sun_over(seen: Seen, spots: Sequence[Spot]) -> float:
    """Give the height of the sun in the middle of a flight, degrees; 90 where nobody knows where it was."""
    flight = seen.flight
    middle = flight.times[:1] + (flight.times[-1] - flight.times[0]) // 2
    if flight.fix.any():
        lon, lat = float(np.median(flight.lon[flight.fix])), float(np.median(flight.lat[flight.fix]))
    elif spots:
        lon, lat = spots[0].discs[0].lon, spots[0].discs[0].lat
    else:
        return 90.0
    return 90.0 - float(solar_zenith(middle, [lon], [lat])[0])


def _without_made_good(found: Sequence[Look]) -> list[Look]:
    """Keep looks that were made, and one lost look for acts that no flight could have shown."""
    made = [look for look in found if not look.lost]
    shown = {act for look in made for act in look.acts}
    open_ = [look for look in found if look.lost and not shown.issuperset(look.acts)]
    best: dict[tuple[str, ...], Look] = {}
    for look in sorted(open_, key=lambda x: (_rank(x.lost), x.start, x.id)):
        if not any(set(look.acts) <= set(acts) for acts in best):
            best[look.acts] = look
    return [*made, *best.values()]


def _rank(reason: str) -> int:
    return ORDER.index(reason) if reason in ORDER else -1


def _place(spot: Spot, kept: dict[tuple[str, str], list[Look]]) -> PlaceLooks:
    area = {d.id: d.radius_m**2 for d in spot.discs}
    missed: dict[str, float] = {}
    lost: dict[str, str] = {}
    for disc in spot.discs:
        share = area[disc.id] / sum(area.values())
        found = kept.get((spot.id, disc.id), [])
        acts = {act for look in found for act in look.acts}
        for act in acts:
            not_seen = float(np.prod([1.0 - x.quality for x in found if act in x.acts and not x.lost]))
            missed[act] = missed.get(act, 0.0) + share * not_seen
            for look in found:
                if look.lost and act in look.acts:
                    lost.setdefault(act, look.lost)
    quality = tuple((act, round(max(0.0, 1.0 - m), 4)) for act, m in sorted(missed.items()))
    none = tuple((act, why) for act, why in sorted(lost.items()) if dict(quality).get(act, 0.0) <= 0.0)
    return PlaceLooks(quality, none)
