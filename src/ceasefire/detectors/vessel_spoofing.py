"""False positions of ships, all kinds together, each told once.

A ship on a ring over an airport is on a circle and inland; ships moved together onto one place inland are displaced and
inland. What says more is kept: the circle before the land, the displacement of many before the land of one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from ceasefire.detectors.spoofing_circles import circles
from ceasefire.detectors.spoofing_displaced import displaced
from ceasefire.detectors.spoofing_inland import AIRPORTS, Airport, inland
from ceasefire.detectors.vessel_steps import pieces, steps
from ceasefire.geo.fixes import Fixes
from ceasefire.geo.reception import Reception
from ceasefire.model.table import Table
from ceasefire.model.vessel import VesselEvent

__all__ = ["AIRPORTS", "Airport", "circles", "displaced", "inland", "spoofing"]

SAME = 0.5
"""Share of an event's time that must lie within another's for the two to be one."""


def spoofing(
    fixes: Fixes, *, reception: Reception | None = None, airports: Sequence[Airport] = AIRPORTS, least: float = 0.5,
    files: Sequence[str] = (),
) -> Table[VesselEvent]:  # fmt: skip
    """Find false positions: on circles, displaced together, inland; each stay of each ship once.

    Parameters
    ----------
    fixes
        As received: not cleaned of impossible speeds or of positions on land, which are what is looked for.
    reception
        Not needed: all of it rests on positions that came.
    airports
        Where false positions are often put.
    least
        Smallest probability that is given.
    files
        SHA-256 of each file, by its number in `fixes.source`.

    Returns
    -------
    Events `spoofing.circle`, `spoofing.displaced`, `spoofing.inland`, earliest first.

    >>> import numpy as np
    >>> t = np.arange(60)
    >>> f = Fixes.of(mmsi=np.full(60, 9), times=t.astype("M8[m]").astype("M8[ms]"), speed_kn=np.full(60, 25.0),
    ...     lon=39.5 + 0.03 * np.sin(t / 3.0), lat=45.0 + 0.0214 * np.cos(t / 3.0), heading_deg=np.full(60, 130.0))
    >>> [(e.kind, e.why.split(" N ")[0]) for e in spoofing(f)]
    [('spoofing.circle', '60 positions in 1.0 h on a circle of 2.4 km about 45.00')]
    """
    taken = steps(fixes)
    parts = pieces(fixes, taken)
    round_ = circles(fixes, reception=reception, least=least, files=files)
    moved = displaced(fixes, reception=reception, least=least, files=files, parts=parts)
    ashore = inland(fixes, reception=reception, airports=airports, least=least, files=files, parts=parts)
    told = list(round_)
    told += [e for e in moved if not _explained(e, told)]
    told += [e for e in ashore if not _explained(e, told)]
    return Table.of(VesselEvent, sorted(told, key=lambda e: (e.start, e.kind, e.mmsi, e.id)))


def _explained(event: VesselEvent, told: list[VesselEvent]) -> bool:
    """Tell whether another event already says of these ships, for most of the time, that they were elsewhere."""
    ships = {event.mmsi} if event.mmsi else set(event.others)
    named: set[int] = set()
    for one in told:
        theirs = {one.mmsi} if one.mmsi else set(one.others)
        both = min(event.end, one.end) - max(event.start, one.start)
        if both >= SAME * max(event.end - event.start, timedelta(minutes=1)):
            named |= theirs
    return bool(ships) and len(ships & named) > 0.5 * len(ships)
