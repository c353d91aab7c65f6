"""What is planted in a simulated fleet, by number, and the record of one planted thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class Trouble:
    """How many of each kind are planted; `Trouble.none()` plants nothing and leaves only the radio's own errors."""

    gaps: int = 12
    """Transponders switched off at sea for 2 to 12 hours."""
    dark: int = 8
    """Ships that never broadcast."""
    rendezvous: int = 8
    """Pairs of ships side by side at sea for 1 to 6 hours."""
    loiterers: int = 8
    """Ships that drift about one place at sea for 4 to 20 hours."""
    port_calls: int = 6
    """Ships that come from sea to a port and go again (ordinary calls come on top, and are events too)."""
    entries: int = 4
    """Ships that cross the corridor."""
    stops: int = 4
    """Ships under way that stop at once, for 1 to 5 hours."""
    distress: int = 2
    """Ships that stop at once while a distress transmitter (MMSI 970) starts beside them."""
    beacon_tests: int = 2
    """Distress transmitters under test for some minutes: status 15, as the standard asks."""
    beacon_slips: int = 2
    """Distress transmitters set off by mistake in a port, for one to five minutes."""
    dashes: int = 3
    """Ships far faster than they usually are, for half an hour to two hours."""
    detours: int = 3
    """Ships that leave their lane at a sharp angle, go 15 to 30 km aside, and come back."""
    services: int = 4
    """Tugs that meet a ship off a port, outside of the anchorages: no rendezvous."""
    trawls: int = 2
    """Pairs of fishing boats that work side by side: no rendezvous."""
    crowds: int = 1
    """Places at sea where five ships wait adrift at the same time, each loitering, none meeting another."""
    shared: int = 2
    """Pairs of ships that use one MMSI."""
    identities: int = 3
    """Ships that change MMSI and name at sea."""
    circles: int = 3
    """Ships whose broadcast position goes round a circle elsewhere."""
    inland: int = 3
    """Ships whose broadcast position lies inland."""
    displaced: int = 1
    """Areas in which all ships' positions are displaced by one offset."""
    jammed: int = 2
    """Areas in which positions are lost, flagged inaccurate or frozen."""
    skewed: int = 1
    """Receiving stations whose clock is off by minutes."""
    noise: float = 1.0
    """Factor on the errors of position (10 m), speed (0.1 kn) and course."""
    jumps: float = 2e-4
    """Share of fixes with an impossible position."""
    duplicates: float = 0.05
    """Share of fixes that come a second time by another station that hears them."""

    @classmethod
    def none(cls) -> Trouble:
        """Give a fleet without trouble."""
        return cls(**{name: 0 for name in cls.__dataclass_fields__ if name != "noise"})


class Plant(NamedTuple):
    """One thing that ships truly did: a truth to be scored against."""

    kind: str
    hull: int
    first: float
    """Seconds from the start."""
    last: float
    lon: float
    lat: float
    radius_km: float
    others: tuple[int, ...] = ()
    zone: str = ""
    said: str = ""
