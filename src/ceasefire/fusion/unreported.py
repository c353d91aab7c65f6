"""P(an act happened though nobody reported it), for every silent region and day, with its interval.

Why: silence is worth what the looks were worth. A watched silent day says little happened; an unwatched one is as
likely to hold an act as such days of the region are, and a region that nobody watches as likely as regions differ.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ceasefire.model.records import Coverage, Incident
from ceasefire.model.table import Table
from ceasefire.model.taxonomy import covers
from ceasefire.stats.silence import unseen

_Array = np.ndarray[Any, Any]
BELIEVED = 0.5
"""Incidents that are more likely than not to have happened are counted."""


def unreported(
    cells: Table[Coverage], incidents: Table[Incident], cell: _Array, *, act: str, days: int
) -> Table[Coverage]:
    """Fill `unseen` and its interval in the silent rows of one act's coverage.

    A day is silent where no incident of the act lies on it, believed or not. Counted as seen are believed incidents
    that a channel reported which looked there. The interval holds the posterior at the middle, the cautious and the
    other end of the exposure.

    Parameters
    ----------
    cells
        Coverage of one act, region by region, day by day.
    incidents
        Incidents of the case.
    cell
        Row of `cells` of each incident, -1 for none.
    act
        Act class.
    days
        Days of the case.
    """
    n = len(cells)
    if not n:
        return cells
    of = (cell >= 0) & np.array([covers((act,), a) or covers((a,), act) for a in incidents.column("act")], dtype=bool)
    silent = np.bincount(cell[of], minlength=n) == 0
    exposure = {name: cells.column(name).astype(float) for name in ("exposure", "exposure_low", "exposure_high")}
    looked = cells.column("channels")
    believed = of & (incidents.column("p_occurred").astype(float) >= BELIEVED)
    told = incidents.column("channels")
    rows = [i for i in np.flatnonzero(believed) if set(told[i]) & set(looked[cell[i]])]
    counts = np.bincount(cell[rows], minlength=n) if rows else np.zeros(n)
    region = np.arange(n) // days
    value, low, high = np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan)
    for name in dict.fromkeys(exposure):
        if name != "exposure" and np.array_equal(exposure[name], exposure["exposure"]):
            continue
        chance = unseen(np.where(exposure[name] > 0, counts, 0), exposure[name], region=region).chance
        if name == "exposure":
            value = chance.value
        low, high = np.fmin(low, chance.low), np.fmax(high, chance.high)
    nothing = np.where(silent, 1.0, np.nan)
    return cells.replace(unseen=value * nothing, unseen_low=low * nothing, unseen_high=high * nothing)
