"""What share of a region's protected objects a disc covers, so that a look at power stations counts as one.

Why: where only power stations are protected, a look at each of them misses little that matters, although together they
are a ten-thousandth of the land. A register is never whole, so `COMPLETE` of what may be struck is taken to be on it,
and the rest to lie anywhere in the region.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from ceasefire.geo import distance
from ceasefire.model.records import ProtectedObject
from ceasefire.model.table import Table
from ceasefire.model.taxonomy import covers

_Array = np.ndarray[Any, Any]
FEW = 5
"""Objects in a region below which the register says too little of it, and area counts alone."""
COMPLETE = 0.8
"""Share of the protected objects of a region that a register is taken to hold: a judgement."""


@dataclass(frozen=True)
class Register:
    """Places of protected objects; columns of shape (n,)."""

    lon: _Array
    lat: _Array
    radius_km: _Array
    """How well each place is known."""
    region: _Array
    complete: float = COMPLETE


def targets(objects: Table[ProtectedObject], protected: Sequence[str], *, anything: bool) -> Register | None:
    """Give the register's objects that prohibitions protect; None where they protect anything, or it holds none.

    Parameters
    ----------
    objects
        The case's register.
    protected
        Object classes that some prohibition protects.
    anything
        Some prohibition protects more than named classes.
    """
    if anything or not protected or not len(objects):
        return None
    classes = objects.column("object_class").astype(str)
    known = {c: any(covers((p,), c) for p in protected) for c in set(classes.tolist())}
    kept = objects.keep(np.array([known[c] for c in classes.tolist()], dtype=bool))
    if not len(kept):
        return None
    lon, lat, radius = (kept.column(c).astype(float) for c in ("lon", "lat", "radius_km"))
    return Register(lon, lat, radius, kept.column("region").astype(str))


def registered(register: Register, regions: Sequence[str], lon: Any, lat: Any, radius_km: Any) -> _Array:
    """Give the share of each region's objects that each disc covers, shape (discs, regions); NaN: too few objects.

    An object counts where its place lies in the disc: in full, or, where its place is known less well than the disc is
    wide, by the ratio of the two areas.

    >>> at = Register(np.linspace(30, 31, 5), np.full(5, 50.0), np.array([1, 1, 1, 1, 20.0]), np.full(5, "UA-32"))
    >>> registered(at, ["UA-32", "UA-05"], [30.0, 30.0], [50.0, 50.0], [10.0, 500.0]).round(2).tolist()
    [[0.2, nan], [1.0, nan]]
    """
    x, y, r = (np.asarray(v, dtype=np.float64) for v in (lon, lat, radius_km))
    where = {code: k for k, code in enumerate(regions)}
    of = np.array([where.get(c, -1) for c in register.region.tolist()], dtype=np.int64)
    rows = np.flatnonzero(of >= 0)
    many = np.bincount(of[rows], minlength=len(regions)).astype(np.float64)
    seen = np.zeros((len(x), len(regions)))
    if len(rows):
        tree = cKDTree(distance.unit_vectors(register.lon[rows], register.lat[rows]))
        found = tree.query_ball_point(distance.unit_vectors(x, y), distance.chord(r))
        disc = np.repeat(np.arange(len(x)), [len(f) for f in found])
        thing = rows[np.concatenate([np.asarray(f, dtype=np.int64) for f in found])] if len(disc) else disc
        weight = np.minimum((r[disc] / np.maximum(register.radius_km[thing], 1e-6)) ** 2, 1.0)
        np.add.at(seen, (disc, of[thing]), weight)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(many >= FEW, seen / many, np.nan)
