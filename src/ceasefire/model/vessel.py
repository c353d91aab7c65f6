"""Ships and what they did: records of the sea, each with a probability and what it rests on.

Why events of their own: that a ship fell silent, met another or called at a port is no breach by itself. Observations
are made only of what an agreement may forbid; the rest is the traffic that a report on a sea must show.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import nan

EVENTS: dict[str, str] = {
    "gap": "silence that reception does not explain",
    "rendezvous": "two ships side by side, slow, away from port",
    "loitering": "a ship that stays about one place without anchoring there",
    "port_call": "a stay at a port or terminal",
    "entry": "entry into a zone or corridor",
    "exit": "exit from a zone or corridor",
    "stop": "a ship under way that stopped at once",
    "speed": "a speed that this ship or this kind of ship does not make",
    "course": "a turn or drift that neither the corridor nor the traffic explains",
    "distress": "a distress transmitter, a status or a text that calls for help",
    "spoofing": "positions that cannot be the ship's own: circles, inland, displaced together",
    "jamming": "many receivers lost or disturbed at one time and place",
    "identity": "an identity that changed, or that two ships use at once",
    "dark": "a ship seen by radar or light that broadcast nothing where it would have been heard",
}
"""Kinds of event. None is a breach by itself."""


@dataclass(frozen=True, kw_only=True)
class VesselEvent:
    """Something that one ship, or several, did or suffered."""

    id: str
    """Stable id: `e-` and 12 hex digits of the hash of kind, ship, start and place."""
    kind: str
    """One of `EVENTS`; finer kinds after a dot, e.g. `spoofing.circle`, `spoofing.inland`, `spoofing.displaced`."""
    mmsi: int
    """Ship, 0 where none is known (a dark ship) or many (jamming)."""
    start: datetime
    """First instant (UTC)."""
    end: datetime
    """Last instant (UTC)."""
    lon: float
    """Centre of the disc, degrees east."""
    lat: float
    """Centre of the disc, degrees north."""
    radius_km: float
    """Radius of the disc that holds it with about 90 % probability, km."""
    probability: float
    """P(it is what `kind` says | the fixes), never a product with P(who)."""
    others: tuple[int, ...] = ()
    """Further ships that took part."""
    zone: str = ""
    """Zone, corridor, port or terminal, by id."""
    why: str = ""
    """One sentence with the numbers it rests on; names no person."""
    fixes: int = 0
    """Fixes it rests on."""
    heard: float = nan
    """P(a ship there and then would have been heard): the exposure of what rests on silence."""
    length_m: float = nan
    """Length of the ship, where seen by radar."""
    evidence: tuple[str, ...] = ()
    """SHA-256 of the files."""


@dataclass(frozen=True, kw_only=True)
class RadarShip:
    """One bright object on the water that a radar scene or a night-light image shows."""

    id: str
    """Stable id: `r-` and 12 hex digits."""
    scene: str
    """Scene it was found in."""
    evidence: str
    """SHA-256 of the scene's file."""
    time: datetime
    """When it was imaged (UTC)."""
    lon: float
    """Degrees east."""
    lat: float
    """Degrees north."""
    sigma_m: float
    """Standard error of the place, metres, one axis, without the shift by the ship's own speed."""
    length_m: float
    """Length; NaN where it fills too few pixels."""
    length_sigma_m: float
    """Standard error of the length, metres."""
    heading_deg: float
    """Direction of the longer axis, 0 to 180 degrees; NaN where too round."""
    contrast: float
    """Peak over the local mean of the water, linear power."""
    p_ship: float
    """P(it is a ship and no rock, wind mill, platform or ghost)."""
    fixed: bool = False
    """Lies on the mask of fixed objects."""
    channel: str = "satellite.radar"
    """`satellite.radar` or `satellite.lights`."""
