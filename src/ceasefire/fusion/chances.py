"""Chances to see: which look counts on which region and day, and for how much of the region.

A look at a whole region counts for all of it. A look at a disc counts for what it covers of each region; where it also
names a region, only for that one. What it covers is a share of the region's area (decision 0029), or, where the case's
register holds `FEW` protected objects of the region or more, mostly a share of those (decision 0039): `registered` says
how.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ceasefire.fusion.registered import Register, registered
from ceasefire.geo.overlap import disc_share
from ceasefire.model.records import Look
from ceasefire.model.table import Table
from ceasefire.model.taxonomy import covers

_Array = np.ndarray[Any, Any]
LEAST_SHARE = 1e-4
"""A disc that covers less of a region than this is no look at it."""


@dataclass(frozen=True)
class Chances:
    """Pairs of a cell (region and day) and a look at it; arrays of shape (pairs,)."""

    cell: _Array
    """Number of the region times the number of days, plus the day."""
    look: _Array
    """Row of the look."""
    share: _Array
    """Share of the region that the look covers, by area or by protected objects."""
    least: _Array
    """Least of the two shares."""

    def keep(self, mask: _Array) -> Chances:
        """Give some of the pairs."""
        return Chances(self.cell[mask], self.look[mask], self.share[mask], self.least[mask])


def chances(
    looks: Table[Look], *, regions: Sequence[str], begin: _Array, finish: _Array, register: Register | None = None
) -> Chances:
    """Give the cells that each look counts on: each day that holds half of it, or half the day.

    Parameters
    ----------
    looks
        Looks made and lost.
    regions
        ISO 3166-2 codes of the case.
    begin, finish
        Begin and end of each day, seconds since 1970, shape (days,).
    register
        Objects that the prohibitions protect; None where they protect more than objects, or the case has no register.
    """
    which, region, share, least = _places(looks, regions, register)
    start = looks.column("start").astype(np.int64).astype(float)[which]
    end = looks.column("end").astype(np.int64).astype(float)[which]
    first = np.searchsorted(finish, start, side="right")
    last = np.searchsorted(begin, end, side="left") - 1
    number = np.where(last >= first, last - first + 1, 0)
    row = np.repeat(np.arange(len(which)), number)
    day = first[row] + np.arange(len(row)) - np.repeat(np.cumsum(number) - number, number)
    overlap = np.minimum(end[row], finish[day]) - np.maximum(start[row], begin[day])
    enough = overlap >= np.minimum(43_200.0, 0.5 * (end[row] - start[row]))
    row, day = row[enough], day[enough]
    return Chances(region[row] * len(begin) + day, which[row], share[row], least[row])


def sees(looks: Table[Look], act: str) -> _Array:
    """Tell which looks could have shown an act, shape (looks,)."""
    known: dict[tuple[str, ...], bool] = {}
    out = np.zeros(len(looks), dtype=bool)
    for k, of in enumerate(looks.column("acts")):
        if of not in known:
            known[of] = any(covers((a,), act) or covers((act,), a) for a in of)
        out[k] = known[of]
    return out


def _places(
    looks: Table[Look], regions: Sequence[str], register: Register | None
) -> tuple[_Array, _Array, _Array, _Array]:
    """Give (look, region, share, least share) for every region that a look covers in part or whole."""
    where = {code: k for k, code in enumerate(regions)}
    named = np.array([where.get(r, -1) for r in looks.column("region")], dtype=np.int64)
    blank = looks.column("region").astype(str) == ""
    disc = np.stack([looks.column(c).astype(float) for c in ("lon", "lat", "radius_km")], axis=1)
    placed = np.isfinite(disc).all(axis=1)
    whole = np.flatnonzero((named >= 0) & ~placed)
    parts = [(whole, named[whole], np.ones(len(whole)), np.ones(len(whole)))]
    of_discs = np.flatnonzero(placed & (blank | (named >= 0)))
    if len(of_discs):
        distinct, back = np.unique(disc[of_discs], axis=0, return_inverse=True)
        back = back.ravel()
        objects = None if register is None else registered(register, regions, *distinct.T)
        for k, code in enumerate(regions):
            area = disc_share(code, *distinct.T)
            share, least = area, area
            if register is not None and objects is not None and np.isfinite(objects[:, k]).all():
                share = register.complete * objects[:, k] + (1.0 - register.complete) * area
                least = np.minimum(objects[:, k], area)
            at = (share[back] >= LEAST_SHARE) & (blank[of_discs] | (named[of_discs] == k))
            parts.append((of_discs[at], np.full(int(at.sum()), k), share[back][at], least[back][at]))
    look, region, share, least = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((region, look))
    return look[order], region[order], share[order], least[order]
