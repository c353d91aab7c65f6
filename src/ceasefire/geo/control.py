"""Who held a place on a day: the occupied area of that day, and elsewhere the party of the region's country.

Why: a provision binds a party where it acts, an attack has a likelier author on one side of the line than on the
other, and alerts and reports reach one side only. The line labels observations; it is never published.

Which party occupies, and which country's land is held by whom, is data of the case: nothing here knows the war.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from ceasefire.geo import distance
from ceasefire.geo.borders import SPACING_KM, Line, sample, segments
from ceasefire.geo.boundaries import DEFAULT_VIEW, boundaries
from ceasefire.geo.regions import country, locate

Points = npt.NDArray[np.float64]

CONTESTED = "contested"
SLIVER_DEGREES = 0.025
"""Half the width of land outside the area that is taken for a difference between two maps' coasts."""
GRACE_DAYS = 3
"""A day without a line takes the line of the nearest earlier day, at most so many days before."""
ACROSS_KM = (3.0, 6.0)
"""How far from an edge both parties must hold land, on some bearing, for it to be a line and not a coast."""


@dataclass
class Control:
    """Lines by day, ready to be asked who held a place.

    Parameters
    ----------
    areas
        Day to the occupied area, a shapely polygon or multipolygon in degrees.
    occupier
        Party that holds the occupied area.
    holders
        ISO 3166-1 country to the party that holds its land elsewhere, e.g. `{"UA": "ukraine"}`.
    view
        Boundary view, which decides which regions a country has.

    Examples
    --------
    >>> area = shapely.box(37.0, 47.2, 38.0, 48.0)
    >>> c = Control({date(2025, 3, 30): area}, occupier="russia", holders={"UA": "ukraine", "RU": "russia"})
    >>> days = np.array(["2025-03-30", "2025-04-01", "2025-03-30", "2025-03-30", "2025-05-01"], dtype="datetime64[D]")
    >>> c.holder([37.5, 37.5, 36.99, 30.5, 37.5], [47.7, 47.7, 47.7, 50.4, 47.7], [2, 2, 5, 5, 2], days).tolist()
    ['russia', 'russia', 'contested', 'ukraine', '']
    """

    areas: Mapping[date, Any]
    occupier: str
    holders: Mapping[str, str]
    view: str = DEFAULT_VIEW
    _slivers: Any = field(default=None, init=False, repr=False)
    _areas: dict[date, Any] = field(default_factory=dict, init=False, repr=False)
    _lines: dict[date, Line] = field(default_factory=dict, init=False, repr=False)
    _touched: npt.NDArray[np.object_] | None = field(default=None, init=False, repr=False)

    def substitutes(self, start: date, end: date) -> dict[date, date | None]:
        """Give the days of a period that have no line of their own, each with the day used, None if too old.

        Parameters
        ----------
        start, end
            First day, and first day after.

        >>> c = Control({date(2025, 3, 30): shapely.box(0, 0, 1, 1)}, occupier="a", holders={})
        >>> [(d.day, u and u.day) for d, u in c.substitutes(date(2025, 3, 30), date(2025, 4, 4)).items()]
        [(31, 30), (1, 30), (2, 30), (3, None)]
        """
        days = (start + timedelta(days=i) for i in range((end - start).days))
        return {day: self._day(day) for day in days if day not in self.areas}

    def holder(self, lon: Any, lat: Any, radius_km: Any, time: Any) -> npt.NDArray[np.object_]:
        """Give the party that held each disc, `contested` where it touches a line, '' where nobody can tell.

        Parameters
        ----------
        lon, lat
            Centres, degrees, shape (n,).
        radius_km
            Radii, km, shape (n,) or scalar; NaN is unknown.
        time
            `datetime64` in UTC, shape (n,) or scalar; the line is that of the UTC day.

        Returns
        -------
        Party ids, shape (n,). On a day without a line, places in regions that any line of the table touches are
        unknown, and places elsewhere keep the party of their country.
        """
        arrays = [np.atleast_1d(np.asarray(v, dtype=np.float64)) for v in (lon, lat, radius_km)]
        when = np.atleast_1d(np.asarray(time)).astype("datetime64[D]")
        x, y, r, day = np.broadcast_arrays(*arrays, when)
        region = locate(x, y)
        out = self._default(region)
        known = np.isfinite(x) & np.isfinite(y) & (r >= 0)
        out[~known] = ""
        moving = np.isin(region.astype(str), self._regions_touched().astype(str))
        distinct = np.unique(day[known & ~np.isnat(day)])
        self._draw(sorted({used for d in distinct if (used := self._day(d.astype(object)))}))
        for one in distinct:
            these = np.flatnonzero(known & (day == one))
            used = self._day(one.astype(object))
            if used is None:
                out[these[moving[these]]] = ""
                continue
            out[these[shapely.contains_xy(self._areas[used], x[these], y[these])]] = self.occupier
            out[these[self._lines[used].touches(x[these], y[these], r[these])]] = CONTESTED
        out[known & np.isnat(day) & moving] = ""
        return out

    def _default(self, region: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
        distinct, place = np.unique(country(region, view=self.view).astype(str), return_inverse=True)
        return np.asarray([self.holders.get(str(c), "") for c in distinct] or [""], dtype=object)[place]

    def _day(self, day: date) -> date | None:
        back = (day - timedelta(days=i) for i in range(GRACE_DAYS + 1))
        return next((d for d in back if d in self.areas), None)

    def _draw(self, days: list[date]) -> None:
        """Prepare area and line of days: the line is where two parties face each other, coasts left out.

        Outlines of one day are mostly those of the day before, so a point is asked again only near what has changed.
        """
        days = [d for d in days if d not in self._lines]
        if not days:
            return
        outlines = [self._outline(day) for day in days]
        points, (border, *rows) = _numbered([self._state_border(), *outlines])
        places, party = self._around(points)
        faces, north = np.zeros(len(points), dtype=bool), np.full(len(points), -1)
        before = rows[0]
        for day, outline in zip(days, rows, strict=True):
            mine = np.union1d(outline, border)
            # where no outline near by has changed, either all places around have changed sides or none has
            now = shapely.contains_xy(self._areas[day], *places[mine, 0, 0].T)
            again = mine[(now != north[mine]) | _near(points[mine], points[_changed(before, outline)])]
            faces[again] = self._faces(self._areas[day], places[again], party[again])
            self._lines[day] = Line(points[mine[faces[mine]]])
            north[:], north[mine], before = -1, now, outline

    def _outline(self, day: date) -> Points:
        """Prepare the area of a day and give points along its outline, ring by ring."""
        area = shapely.union(shapely.make_valid(shapely.force_2d(self.areas[day])), self._coastal_slivers())
        shapely.prepare(area)
        self._areas[day] = area
        xy, ring = shapely.get_coordinates(shapely.get_parts(shapely.boundary(area)), return_index=True)
        same = ring[1:] == ring[:-1]
        return sample(xy[:-1][same], xy[1:][same])

    def _coastal_slivers(self) -> Any:
        """Thin pieces of land that neither the first nor the last area has: where two maps draw a coast apart."""
        if self._slivers is None:
            ends = [self.areas[min(self.areas)], self.areas[max(self.areas)]]
            whole = shapely.union_all([shapely.make_valid(shapely.force_2d(a)) for a in ends])
            b = boundaries()
            near = b.shape[np.sort(shapely.STRtree(b.shape).query(whole, predicate="intersects"))]
            rest = shapely.get_parts(shapely.difference(near, whole))
            thin = rest[shapely.is_empty(shapely.buffer(rest, -SLIVER_DEGREES, quad_segs=2))]
            self._slivers = shapely.union_all(thin)
        return self._slivers

    def _state_border(self) -> Points:
        """Points on the border between countries whose land is held by different parties."""
        party = self._default(boundaries().code)
        names, count = np.unique(party[party != ""].astype(str), return_counts=True)
        if len(names) < 2:
            return np.zeros((0, 2))
        s = segments((party != "") & (party != names[count.argmax()]))  # every such border has two sides
        a, b = party[s.one], np.where(s.other >= 0, party[s.other], "")
        between = (a != b) & (a != "") & (b != "")
        return sample(s.start[between], s.end[between])

    def _around(self, points: Points) -> tuple[Points, npt.NDArray[np.int8]]:
        """Places around each point, shape (n, bearings, distances, 2), and the party of their country as a number.

        Numbers are those of `_parties`, 0 where nobody is known to hold the land.
        """
        bearing = np.arange(0, 360, 45)[:, None]
        lon, lat = points[:, 0, None, None], points[:, 1, None, None]
        places = np.stack(distance.destination(lon, lat, bearing, np.asarray(ACROSS_KM)), axis=-1)
        party = self._default(locate(places[..., 0].ravel(), places[..., 1].ravel(), reach_km=0.0))
        number = sum(((party == name) * k for k, name in enumerate(self._parties())), np.zeros(len(party), np.int8))
        return places, number.astype(np.int8).reshape(places.shape[:-1])

    def _parties(self) -> list[str]:
        return list(dict.fromkeys(["", self.occupier, *self.holders.values()]))

    def _faces(self, area: Any, places: Points, party: npt.NDArray[np.int8]) -> npt.NDArray[np.bool_]:
        """Tell around which points two parties hold land, each at both distances on one bearing."""
        occupier = self._parties().index(self.occupier)
        held = np.where(shapely.contains_xy(area, places[..., 0], places[..., 1]), occupier, party)
        one = np.where((held == held[..., :1]).all(axis=-1), held[..., 0], 0)
        most = one.max(axis=1, initial=0)
        return np.asarray(((one > 0) & (one < most[:, None])).any(axis=1))

    def _regions_touched(self) -> npt.NDArray[np.object_]:
        if self._touched is None:
            b = boundaries()
            tree = shapely.STRtree(b.shape)
            rows = [tree.query(area, predicate="intersects") for area in self.areas.values()]
            self._touched = b.code[np.unique(np.concatenate(rows))] if rows else b.code[:0]
        return self._touched


def _numbered(parts: list[Points]) -> tuple[Points, list[npt.NDArray[np.int64]]]:
    """Give the distinct points of several sequences, and each sequence as rows of them."""
    every = np.concatenate(parts)
    distinct, row = np.unique(every[:, 0] + 1j * every[:, 1], return_inverse=True)
    return np.c_[distinct.real, distinct.imag], np.split(row, np.cumsum([len(p) for p in parts[:-1]]))


def _changed(before: npt.NDArray[np.int64], after: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Give the points, by number, between which only one of two outlines goes."""
    most = int(max(before.max(initial=0), after.max(initial=0))) + 1
    was, now = (outline[:-1] * most + outline[1:] for outline in (before, after))
    return np.unique(np.divmod(np.setxor1d(was, now), most))


def _near(points: Points, changes: Points) -> npt.NDArray[np.bool_]:
    """Mark the points so near a change of the outline that a place around them may have changed sides."""
    reach = max(ACROSS_KM) + SPACING_KM
    return np.isfinite(Line(changes).distance_km(points[:, 0], points[:, 1], up_to_km=reach))
