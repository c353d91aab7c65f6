"""Alarms against dated places, at every tolerance: one-to-one matches, events reached, and what chance would give."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching
from scipy.spatial import cKDTree

from ceasefire.detectors.thermal_cells import Cells
from ceasefire.geo.distance import EARTH_RADIUS_KM

DISTANCES_KM, LAGS_DAYS = (1, 5, 10), (0, 1, 2)


class Events(NamedTuple):
    """Events with a place and a day."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    day: NDArray[Any]

    def keep(self, mask: Any) -> Events:
        """Give some of them."""
        return Events(self.lon[mask], self.lat[mask], self.day[mask])


class Pairs:
    """Every event and cell-day that lie within 10 km and 2 days, by the cell-day's nearest detection."""

    def __init__(self, events: Events, cells: Cells, detections: Events, days: NDArray[Any]) -> None:
        cell = cells.index(detections.lon, detections.lat)
        at = (detections.day - days[0]).astype(int)
        use = (cell >= 0) & (at >= 0) & (at < len(days))
        self.key_of = (cell * len(days) + at)[use]
        when, tree = detections.day[use], cKDTree(_xyz(detections.lon[use], detections.lat[use]))
        here = _xyz(events.lon, events.lat)
        lists = tree.query_ball_point(here, DISTANCES_KM[-1])
        event = np.repeat(np.arange(len(here)), [len(v) for v in lists])
        other = np.concatenate([np.asarray(v, dtype=np.int64) for v in lists]) if len(lists) else np.zeros(0, int)
        self.lag = np.abs((when[other] - events.day[event]).astype(int))
        near = self.lag <= LAGS_DAYS[-1]
        self.event, self.lag, other = event[near], self.lag[near], other[near]
        self.km = np.linalg.norm(tree.data[other] - here[self.event], axis=1)
        self.key, self.events = self.key_of[other], len(here)

    def curve(self, alarm: NDArray[np.bool_]) -> dict[str, tuple[int, int]]:
        """Give (one-to-one matches, events reached) at each tolerance, keyed `km,days`."""
        flat, given = alarm.ravel(), {}
        for reach in DISTANCES_KM:
            for lag in LAGS_DAYS:
                use = (self.km <= reach) & (self.lag <= lag) & flat[self.key]
                event, (keys, column) = self.event[use], np.unique(self.key[use], return_inverse=True)
                matched = 0
                if len(event):
                    graph = csr_matrix((np.ones(len(event)), (event, column)), shape=(self.events, len(keys)))
                    matched = int((maximum_bipartite_matching(graph, perm_type="column") >= 0).sum())
                given[f"{reach},{lag}"] = (matched, len(np.unique(event)))
        return given


def highest(score: NDArray[np.floating], among: NDArray[np.bool_], number: int) -> NDArray[np.bool_]:
    """Tell the cell-days of highest score, so many of them; ties in the order of cells and days."""
    order = np.argsort(-np.where(among, score, -np.inf).ravel(), kind="stable")[:number]
    chosen = np.zeros(among.size, dtype=bool)
    chosen[order] = True
    return chosen.reshape(among.shape)


def _xyz(lon: Any, lat: Any) -> NDArray[np.float64]:
    a, b = np.radians(lon), np.radians(lat)
    return np.asarray(EARTH_RADIUS_KM * np.stack([np.cos(b) * np.cos(a), np.cos(b) * np.sin(a), np.sin(b)], axis=1))
