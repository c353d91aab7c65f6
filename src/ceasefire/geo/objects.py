"""Which registered objects a disc may lie on, and how many it would touch by chance.

Why both: in a town full of substations every disc touches one, so that touching says little; beside a lone
refinery it says much. The weight of "near an object" is the ratio of what is touched to what chance would touch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from ceasefire.geo import distance
from ceasefire.model.records import ProtectedObject
from ceasefire.model.table import Table
from ceasefire.model.taxonomy import covers

WIDEST_KM = 50.0
"""A disc with a larger radius is a region and not a place: it is compared with nothing."""
AROUND_KM = 50.0
"""Radius of the circle in which the density of objects is taken, km."""
_CHUNK = 50_000


class ObjectIndex:
    """A register, ready to be asked what lies under many discs at once.

    Parameters
    ----------
    table
        Protected objects.

    Examples
    --------
    >>> rows = [dict(id=f"x:{i}", name="", object_class=c, lon=x, lat=50.0, radius_km=2.0, region="") for i, (c, x)
    ...         in enumerate([("energy.oil.refinery", 30.0), ("energy.electricity.grid", 30.3)])]
    >>> index = ObjectIndex(Table.of(ProtectedObject, [ProtectedObject(**r) for r in rows]))
    >>> disc, found = index.overlaps([30.01, 30.15, 35.0], [50.0, 50.0, 50.0], [1.0, 9.0, 9.0])
    >>> disc.tolist(), found.tolist()
    ([0, 1, 1], [0, 0, 1])
    >>> index.expected([30.01, 35.0], [50.0, 50.0], [3.0, 3.0], classes=["energy", "energy.oil"]).round(3).tolist()
    [[0.02, 0.01], [0.0, 0.0]]
    """

    def __init__(self, table: Table[ProtectedObject]) -> None:
        self.table = table
        self.object_class = table.column("object_class")
        self._vectors = distance.unit_vectors(table.column("lon"), table.column("lat")).reshape(-1, 3)
        self._radius = np.asarray(table.column("radius_km"), dtype=np.float64)
        sizes = np.ceil(self._radius)
        self._groups = [(float(r), np.flatnonzero(sizes == r)) for r in np.unique(sizes)]
        self._trees = [cKDTree(self._vectors[rows]) for _, rows in self._groups]

    def overlaps(self, lon: Any, lat: Any, radius_km: Any) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Give every pair of disc and object that touch each other.

        Parameters
        ----------
        lon, lat
            Centres, degrees, shape (n,); NaN touches nothing.
        radius_km
            Radii, km, shape (n,) or scalar; above 50 km a disc touches nothing.

        Returns
        -------
        Positions of discs and of objects in the table, both of shape (pairs,), sorted by disc, then object.
        """
        x, y, r, known = _discs(lon, lat, radius_km)
        discs: list[Any] = [np.zeros(0, dtype=np.int64)]
        objects: list[Any] = [np.zeros(0, dtype=np.int64)]
        for (size, rows), tree in zip(self._groups, self._trees, strict=True):
            for these, reach in _by_radius(r, known):
                pairs = _within(tree, distance.unit_vectors(x[these], y[these]), reach + size)
                disc, thing, away = these[pairs[0]], rows[pairs[1]], pairs[2]
                touch = away <= r[disc] + self._radius[thing]
                discs.append(disc[touch])
                objects.append(thing[touch])
        disc, thing = np.concatenate(discs), np.concatenate(objects)
        order = np.lexsort((thing, disc))
        return disc[order], thing[order]

    def expected(self, lon: Any, lat: Any, radius_km: Any, *, classes: Sequence[str]) -> npt.NDArray[np.float64]:
        """Give how many objects of each class each disc would touch if it lay anywhere in the 50 km around.

        Parameters
        ----------
        lon, lat, radius_km
            As in `overlaps`; unknown and wider discs get NaN.
        classes
            Object classes; a class counts what lies below it.

        Returns
        -------
        Expected numbers, shape (n, classes): the sum over objects within 50 km of the share of the circle's area
        from which a disc would touch them.
        """
        x, y, r, known = _discs(lon, lat, radius_km)
        member = np.array([[covers((c,), o) for c in classes] for o in np.unique(self.object_class.astype(str))])
        _, kind = np.unique(self.object_class.astype(str), return_inverse=True)
        out = np.full((len(x), len(classes)), np.nan)
        out[known] = 0.0
        # of n objects of one size the sum is n (r + size)^2 / 50^2: counting them per size and kind is enough
        for (_, rows), tree in zip(self._groups, self._trees, strict=True):
            for start in range(0, len(known), _CHUNK):
                these = known[start : start + _CHUNK]
                disc, found, _ = _within(tree, distance.unit_vectors(x[these], y[these]), AROUND_KM)
                share = np.minimum((r[these][disc] + self._radius[rows[found]]) / AROUND_KM, 1.0) ** 2
                for k in range(len(classes)):
                    mine = member[kind[rows[found]], k]
                    out[these, k] += np.bincount(disc[mine], weights=share[mine], minlength=len(these))
        return out


def _discs(lon: Any, lat: Any, radius_km: Any) -> tuple[Any, Any, Any, npt.NDArray[np.int64]]:
    x, y, r = np.broadcast_arrays(*(np.atleast_1d(np.asarray(v, dtype=np.float64)) for v in (lon, lat, radius_km)))
    known = np.isfinite(x) & np.isfinite(y) & (r >= 0) & (r <= WIDEST_KM)
    return x, y, r, np.flatnonzero(known)


def _by_radius(r: Any, known: npt.NDArray[np.int64]) -> list[tuple[npt.NDArray[np.int64], float]]:
    """Discs in chunks of about one size, with the largest radius of each chunk."""
    order = known[np.argsort(r[known], kind="stable")]
    edges = np.searchsorted(r[order], [1.0, 3.0, 6.0, 12.0, 25.0], side="right")
    out = []
    for part in np.split(order, edges):
        chunks = [part[i : i + _CHUNK] for i in range(0, len(part), _CHUNK)]
        out += [(np.sort(c), float(r[c].max())) for c in chunks]
    return out


def _within(tree: cKDTree, vectors: npt.NDArray[np.float64], reach_km: float) -> tuple[Any, Any, Any]:
    """Pairs of query and tree point no farther apart than the reach, and their distances in km."""
    limit = float(distance.chord(reach_km)) * (1 + 1e-9)
    pairs = cKDTree(vectors).sparse_distance_matrix(tree, limit, output_type="ndarray")
    away = 2 * distance.EARTH_RADIUS_KM * np.arcsin(np.minimum(pairs["v"] / 2, 1.0))
    return pairs["i"].astype(np.int64), pairs["j"].astype(np.int64), away
