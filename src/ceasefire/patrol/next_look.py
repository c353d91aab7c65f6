"""Where to look next, after a patrol: its zones and what it saw, given to the planner."""

from __future__ import annotations

from math import sqrt

import numpy as np
import shapely
import shapely.affinity

from ceasefire.detectors.patrol_looks import Watched
from ceasefire.detectors.plan_flight import Plan, plan
from ceasefire.geo.ellipsoid import metres_per_degree
from ceasefire.patrol.places import Spot, pieces_of
from ceasefire.patrol.put_together import Flown

LEAST_M = 10.0
"""Discs smaller than this are left out: a corner of a zone."""


def plan_next(flown: Flown, *, hours: float) -> Plan:
    """Choose cells of the patrol's zones that a further flight should pass over.

    Why inscribed discs: no cell outside a zone may be planned, so corners are given up rather than overstepped.

    Parameters
    ----------
    flown
        A patrol with its zones; objects of a register are not planned for.
    hours
        Time of flight.

    Raises
    ------
    ValueError
        No zone, or no time.
    """
    discs = [d for s in flown.spots if s.kind == "zone" for d in inside(s)]
    return plan(discs, hours=hours, over=flown.dwells)


def inside(spot: Spot) -> list[Watched]:
    """Give discs that lie inside a zone and hold most of it."""
    lon_m, lat_m = (float(v) for v in metres_per_degree(spot.shape.centroid.y))
    out = []
    for piece in pieces_of(spot.shape):
        flat = shapely.affinity.scale(piece, lon_m, lat_m, origin=(0.0, 0.0))
        circle = np.atleast_1d(shapely.maximum_inscribed_circle(np.array([flat]), tolerance=1.0))
        (x, y), (u, v) = shapely.get_coordinates(circle)
        radius = sqrt((x - u) ** 2 + (y - v) ** 2)
        if radius >= LEAST_M:
            out.append(Watched(spot.id, float(x) / lon_m, float(y) / lat_m, radius, spot.region))
    return out
