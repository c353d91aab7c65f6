"""Ports and terminals of the Black Sea, the Sea of Azov and the lower Danube: where a ship may call.

Why shipped: a stay at a port is what separates a port call from loitering, and ports are what one reading of the Black
Sea statements protects. A place is a disc that holds the quays, the roads near them, or a terminal's loading buoys.

Source: written for this file from general knowledge, no list was copied; the letters of UN/LOCODE (United Nations
Economic Commission for Europe, free to use) were checked against its published code list, and left out where not found.
Names as commonly printed in English. Public domain, as far as there is anything to own. Places are good to their
radius, no better; this is no chart.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Self

import numpy as np

from ceasefire.geo import distance

_Array = np.ndarray[Any, Any]

PATH = Path(__file__).with_name("data") / "ports.csv"
"""The shipped list; a case's `registers:` may name a file of the same columns."""
COLUMNS = ("port_id", "locode", "name", "country", "lat", "lon", "radius_km", "kind", "waters", "object_class")
"""Columns of the file."""


@dataclass(frozen=True, eq=False)
class Ports:
    """Ports in columns of shape (n,), by id."""

    id: _Array
    """UN/LOCODE, or `x-` and a name where none was found."""
    name: _Array
    """Name in English."""
    country: _Array
    """ISO 3166-1 country, by the ISO 3166-2 view of regions."""
    lon: _Array
    """Degrees east."""
    lat: _Array
    """Degrees north."""
    radius_km: _Array
    """Radius of the disc, km."""
    kind: _Array
    """`port` or `terminal`: a place where ships load away from a port's quays."""
    waters: _Array
    """Code of the sea (`geo.seas`), or `danube`."""

    def __len__(self) -> int:
        return len(self.id)

    def keep(self, which: Any) -> Self:
        """Give some of them, by a mask or by row numbers."""
        return type(self)(**{f.name: getattr(self, f.name)[which] for f in fields(self)})

    def at(self, lon: Any, lat: Any) -> _Array:
        """Give the row of the nearest port whose disc holds each place, shape (n,); -1 where none does.

        >>> known = ports()
        >>> at = known.at([30.75, 33.0], [46.49, 43.5])
        >>> known.name[at[0]], int(at[1])
        ('Odesa', -1)
        """
        x, y = (np.atleast_1d(np.asarray(v, dtype=np.float64)) for v in (lon, lat))
        if not len(self):
            return np.full(len(x), -1)
        away = distance.km(x[:, None], y[:, None], self.lon, self.lat)
        away = np.where(away <= self.radius_km, away, np.inf)
        nearest = np.argmin(away, axis=1)
        return np.where(np.isfinite(away[np.arange(len(x)), nearest]), nearest, -1)


@cache
def ports(*waters: str) -> Ports:
    """Give the shipped ports.

    Parameters
    ----------
    waters
        Only those on these waters, e.g. `XZ-BLS`; all where none is given.

    >>> len(ports("XZ-AZS")) < len(ports()) and "UAODS" in ports("XZ-BLS").id
    True
    """
    found = read(PATH)
    return found.keep(np.isin(found.waters.astype(str), waters)) if waters else found


def read(path: Path) -> Ports:
    """Read a list of ports.

    Parameters
    ----------
    path
        CSV with the columns `COLUMNS`; UTF-8.

    Raises
    ------
    ValueError
        Where a column is missing or a number is none; a case that names the file as a register gets rows in quarantine
        instead (`sources.register`).
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda r: r.get("port_id") or "")
    if rows and (missing := [c for c in COLUMNS if c not in rows[0]]):
        raise ValueError(f"{path.name}: no column {missing[0]!r}")
    text = {c: np.array([r[c] for r in rows], dtype=object) for c in ("port_id", "name", "country", "kind", "waters")}
    number = {c: np.array([float(r[c]) for r in rows]) for c in ("lon", "lat", "radius_km")}
    return Ports(text.pop("port_id"), text["name"], text["country"], **number, kind=text["kind"], waters=text["waters"])
