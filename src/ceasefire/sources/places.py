"""Coordinates to regions, and the pairs that were written the wrong way round.

Why regions decide it: a box around two large countries also holds half of their neighbours, so that talks in
Riyadh or Abu Dhabi would look swapped. A pair is taken for swapped only where it lies outside the countries the
case is about and lies in a region of theirs when turned round. It is kept out, never turned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.geo.regions import country, locate
from ceasefire.sources.columns import Floats, Texts, coordinates

COUNTRIES = ("UA", "RU")
"""ISO 3166-1 codes of the countries the data are expected in."""

SWAPPED = "latitude and longitude look swapped"


def area(options: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the countries that a case's data are expected in: the option `area`, else those of the first case.

    >>> area({"area": ["SD", "SS"]}), area({})
    (('SD', 'SS'), ('UA', 'RU'))
    """
    return tuple(options.get("area") or COUNTRIES)


def located(
    lat: Texts, lon: Texts, *, countries: Sequence[str] = COUNTRIES
) -> tuple[Floats, Floats, NDArray[np.object_], NDArray[np.object_]]:
    """Read coordinates and give the region of each; a pair that cannot be right gets a reason.

    Parameters
    ----------
    lat, lon
        Texts in degrees north and east, length n; both empty where no place is known.
    countries
        ISO 3166-1 codes of the countries that the data are expected in.

    Returns
    -------
    Latitude, longitude (NaN where unknown or bad), ISO 3166-2 region ('' at sea) and reason ('' where good), each
    of shape (n,).

    Examples
    --------
    >>> north, east, region, reason = located(["50.9", "34.8", "24.7"], ["34.8", "50.9", "46.7"])
    >>> region.tolist(), reason.tolist()
    (['UA-59', '', 'SA-01'], ['', 'latitude and longitude look swapped', ''])
    """
    north, east, reason = coordinates(lat, lon)
    region = locate(east, north)
    with np.errstate(invalid="ignore"):
        turnable = np.flatnonzero((np.abs(east) <= 90) & (reason == ""))
    foreign = turnable[~np.isin(country(region[turnable]), list(countries))]
    if len(foreign):
        turned = np.isin(country(locate(north[foreign], east[foreign])), list(countries))
        swapped = foreign[turned]
        reason[swapped], region[swapped] = SWAPPED, ""
        north[swapped] = east[swapped] = np.nan
    return north, east, region, reason
