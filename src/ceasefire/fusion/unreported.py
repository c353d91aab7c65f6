"""P(an act happened though nobody reported it), for every silent region and day, with its interval.

Why: silence is worth what the looks were worth. A watched silent day says little happened; an unwatched one is as
likely to hold an act as such days of the region are, and a region that nobody watches as likely as regions differ.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import betaincinv

from ceasefire.fusion.columns import Coded, all_held, held
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
    that a channel reported which looked there. Others (offices, parties) report without a look on record: how often
    they told of what was counted says what their silence is worth. The interval holds the posterior at the middle, at
    the cautious end of the exposure with the silence of others worth nothing, and at the other end.

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
    acts = Coded.of(incidents.arrow.column("act"))
    of = (cell >= 0) & np.array([covers((act,), a) or covers((a,), act) for a in acts.names.tolist()], bool)[acts.code]
    silent = np.bincount(cell[of], minlength=n) == 0
    exposure = {name: cells.column(name).astype(float) for name in ("exposure", "exposure_low", "exposure_high")}
    believed = np.flatnonzero(of & (incidents.column("p_occurred").astype(float) >= BELIEVED))
    channels = all_held(incidents.arrow.column("channels"))
    told = held(incidents.arrow.column("channels"), channels)[believed]
    looked = held(cells.arrow.column("channels"), channels)[cell[believed]]
    seen_by_looking = (told & looked).any(axis=1)
    counts = np.bincount(cell[believed[seen_by_looking]], minlength=n)
    region = np.arange(n) // days
    value, low, high = np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan)
    others = _others(np.asarray((told & ~looked).any(axis=1))[np.asarray(seen_by_looking)])
    ends = (("exposure", others[1]), ("exposure_low", 0.0), ("exposure_high", others[2]))
    for name, also in ends:
        seen = np.where(exposure[name] > 0, counts, 0)
        chance = unseen(seen, exposure[name], region=region, also=also).chance
        if name == "exposure":
            value = chance.value
        low, high = np.fmin(low, chance.low), np.fmax(high, chance.high)
    nothing = np.where(silent, 1.0, np.nan)
    return cells.replace(unseen=value * nothing, unseen_low=low * nothing, unseen_high=high * nothing)


def _others(told: _Array) -> tuple[float, float, float]:
    """Give how often others told of an act that was seen by looking: low, middle, high (Jeffreys' interval)."""
    yes, n = float(told.sum()), len(told)
    shape = (yes + 0.5, n - yes + 0.5)
    low, high = betaincinv(*shape, [0.025, 0.975])
    return float(low), shape[0] / sum(shape) if n else 0.0, float(high) if n else 0.0
