"""The posterior of a scene: which detection is which ship, which is nobody's, and which ships were silent.

Why one sum over everything: whether the ship that was last heard an hour ago is this detection depends on whether the
next ship is, and on how many ships are silent in this sea at all. Shares and pairings are learned together, by
expectation and maximisation, with a stated prior that a scene with few ships leaves as it is.

Source: the posterior over pairings is that of joint probabilistic data association (Y. Bar-Shalom, F. Daum and J.
Huang, IEEE Control Systems 29 (2009) 82-100); expectation and maximisation: A. P. Dempster, N. M. Laird and D. B.
Rubin, Journal of the Royal Statistical Society B 39 (1977) 1-38.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from ceasefire.detectors.vessel_match import Recall, Weighed
from ceasefire.detectors.vessel_plane import Plane, inside
from ceasefire.detectors.vessel_there import ShipsThere
from ceasefire.model.table import Table
from ceasefire.model.vessel import RadarShip
from ceasefire.stats.ship_match import Chances, chances
from ceasefire.stats.ship_place import Places

Array = NDArray[Any]

LISTEN_MINUTES = 60.0
"""Silence is weighed over so long before and after the scene, minutes."""
TOLD = 0.5
"""Below this chance of having been heard nothing is said of a ship's silence."""
MOST_HEARD, TEMPER = 0.9995, 0.85
"""Nothing that reception says is taken as surer than the first; P(not heard) is raised to the power of the second."""
SURELY_HEARD = 0.998
"""The same for a ship that was not heard once in the whole horizon: many hours are hard to miss."""
STEP_MINUTES, EDGE_MINUTES = 5.0, 3.0
"""Steps in which silences are asked for, and minutes next to a message that are left out of them."""
FAR_HOURS, FAR_LEAST = 6, 0.0025
"""A longer silence is followed for so many further hours, along the way that the ship must have taken; what they tell
together is taken as no surer than the second."""
OFF, OFF_POWER = 0.0057, 8.3
"""Odds, before reception is weighed, that a ship silent for the whole listening time had switched off; for a shorter
silence they are multiplied by its share of the time to this power."""
ALIKE, ALIKE_MINUTES, ALIKE_KM, MOST_ALIKE = 0.1, 8.0, 150.0, 3
"""Factor on these odds for each other ship (up to three) within so many km whose silence began and ended within so many
minutes of this one's: masters do not switch off together, receivers fail for all."""
CLASS_B = 0.2
"""Power to which P(not heard) is raised for class B, which transmits less often and with less power."""
QUIET = 1.0 / 12.0
"""Silences shorter than this share of the time are pauses between messages."""
FALSE_PLACE = 0.01
"""Share of ships whose position is false, before the fixes tell."""
FALSE_TRACK = ((0.1, 0.35), (0.5, 0.7))
"""P(a track is false or was of another time) where a number has several tracks: of the longest and of any other, each
with a fix within six minutes of the scene and without."""
GONE, GONE_H = 0.35, 6.0
"""P(a ship that was heard on one side of the scene only had come later or left earlier), where the data go on for so
many hours on the other side."""
SMALL_M = 50.0
"""About the length of a ship of 300 gross tonnage, above which AIS is compulsory on international voyages."""
SILENT = ((1.0, 3.0), (2.0, 2.0))
"""Beta priors (silent, not) of the share of silent ships, large and small: see the page on dark ships."""
ROUNDS = 12


def lost(heard: Array) -> Array:
    """Give P(not heard) from what reception says; NaN counts as not heard.

    >>> lost(np.array([1.0, 0.9, np.nan])).round(4).tolist()
    [0.0005, 0.1, 1.0]
    """
    return np.asarray(1.0 - np.minimum(np.nan_to_num(heard), MOST_HEARD))


def alike(there: ShipsThere) -> Array:
    """Count, for each ship, other ships near it that fell silent and were heard again at the same times, up to a most.

    Why: an outage that reception has missed shows in silences that begin and end together.
    """
    out = np.zeros(len(there))
    before, after = there.silent_before_h * 60.0, there.silent_after_h * 60.0
    _, rows = np.unique(there.mmsi, return_index=True)  # two tracks of one number are no two witnesses
    rows = rows[np.isfinite(before[rows]) & np.isfinite(after[rows]) & ((before + after)[rows] > LISTEN_MINUTES)]
    if len(rows) < 2:
        return out
    x, y = ((there.places.weight[rows] * v[rows]).sum(axis=1) for v in (there.places.east, there.places.north))
    at = np.stack([before[rows] / ALIKE_MINUTES, after[rows] / ALIKE_MINUTES, x / ALIKE_KM, y / ALIKE_KM], axis=1)
    near = cKDTree(at).query_ball_point(at, 1.0, p=np.inf, return_length=True)
    count = np.minimum(np.asarray(near) - 1, MOST_ALIKE)
    place = np.minimum(np.searchsorted(there.mmsi[rows], there.mmsi), len(rows) - 1)
    return np.where(there.mmsi[rows][place] == there.mmsi, count[place], out)


class Listening(Protocol):
    """What is needed of `geo.reception.Reception`."""

    def heard(self, lon: Any, lat: Any, start: Any, end: Any) -> Array:
        """Give P(at least one message of a ship there in that interval would have been received)."""


@dataclass(frozen=True, eq=False)
class Found:
    """The posterior of a scene."""

    got: Chances
    odds: Array
    dark: Array
    alone_dark: Array
    share: tuple[float, float]


@dataclass(frozen=True, eq=False)
class Scene:
    """What the posterior needs, beside the pairs."""

    ship: Array
    detection: Array
    odds: Array
    """Of pairs, silence weighed, against the density of ships seen."""
    off: Array
    """P(transmitter off | pair)."""
    miss: Array
    """P(the ship makes no detection), by ship."""
    inside: Array
    recall: Array
    false_place: Array
    astray: float
    """Expected ships seen whose broadcast place is false, per km squared, over the density of ships seen."""
    heard: Array
    """By detection; NaN where nothing tells."""

    @classmethod
    def of(
        cls,
        there: ShipsThere,
        pairs: Weighed,
        seen: Table[RadarShip],
        listening: Ears,
        plane: Plane,
        water: Any,
        recall: Recall,
        doubt: Mapping[int, float],
    ) -> Scene:
        """Weigh silence, false places and the edge of the scene."""
        heard = listening.chance(seen.column("lon"), seen.column("lat"))
        before, after = (np.minimum(v * 60, LISTEN_MINUTES) for v in (there.silent_before_h, there.silent_after_h))
        silence = (before + after) / (2 * LISTEN_MINUTES)
        quiet = silence > QUIET
        off_odds = np.where(quiet, OFF * silence**OFF_POWER, 0.0) * ALIKE ** alike(there)
        far = listening.unheard_before_and_after(there, np.flatnonzero(quiet), plane)
        on = np.ones(len(pairs.ship))
        some = np.flatnonzero(quiet[pairs.ship])
        one, ship = pairs.detection[some], pairs.ship[some]
        on[some] = listening.unheard(
            seen.column("lon"), seen.column("lat"), one, before_min=before[ship], after_min=after[ship]
        )
        power = np.where(there.class_b, TEMPER * CLASS_B, TEMPER)
        on = (on * far[pairs.ship]) ** power[pairs.ship]
        whole = on + off_odds[pairs.ship]
        part_on = np.ones_like(there.places.weight)
        rows = np.flatnonzero(quiet)
        if len(rows):
            lon, lat = plane.back(there.places.east[rows].ravel(), there.places.north[rows].ravel())
            parts = part_on.shape[1]
            part_on[rows] = listening.unheard(
                lon, lat, np.arange(len(lon)), before_min=np.repeat(before[rows], parts),
                after_min=np.repeat(after[rows], parts),
            ).reshape(len(rows), parts)  # fmt: skip
            part_on = (part_on * far[:, None]) ** power[:, None]
        share = there.places.weight * (part_on + off_odds[:, None])
        total = share.sum(axis=1)
        places = there.places
        reweighed = Places(share / total[:, None], places.east, places.north, places.ee, places.nn, places.en)
        prior = np.clip([doubt.get(int(m), FALSE_PLACE) for m in there.mmsi], 1e-6, 0.999)
        fits = np.exp(np.minimum(np.nan_to_num(there.agree, nan=50.0), 50.0)) * water.area
        odds = prior / (1 - prior) / np.where(np.isnan(there.agree), 1.0, np.clip(fits, 1e-6, 1e6))
        alone = odds / (1 + odds)
        _, number, many = np.unique(there.mmsi, return_inverse=True, return_counts=True)
        fresh = np.minimum(there.before_h, there.after_h) > 0.1
        track = np.where(many[number] > 1, np.array(FALSE_TRACK)[there.second.astype(int), fresh.astype(int)], 0.0)
        gone = np.where(fresh, GONE * np.minimum(there.gone_h / GONE_H, 1.0), 0.0)
        false_place = 1.0 - (1.0 - alone) * (1.0 - track) * (1.0 - gone)
        is_inside = inside(reweighed, water)
        sees = recall(there.length_m)
        p_ship = seen.column("p_ship")
        density = (p_ship.sum() + 1.0) / water.area
        return cls(
            pairs.ship,
            pairs.detection,
            pairs.odds * (1 - false_place)[pairs.ship] * whole / total[pairs.ship],
            off_odds[pairs.ship] / whole,
            1.0 - (1 - false_place) * is_inside * sees,
            is_inside,
            sees,
            false_place,
            float((alone * is_inside * sees).sum() / water.area / density),
            heard,
        )

    def solve(self, seen: Table[RadarShip], silent: Sequence[tuple[float, float]]) -> Found:
        """Learn the shares of silent ships and the chances of pairings together, by expectation and maximisation."""
        n, ships = len(seen), len(self.miss)
        p, length = seen.column("p_ship"), seen.column("length_m")
        small = np.where(np.isnan(length), 0.5, np.clip((SMALL_M + 15 - length) / 30.0, 0.0, 1.0))
        told = np.nan_to_num(self.heard) >= TOLD
        never = 1.0 - np.minimum(np.nan_to_num(self.heard), SURELY_HEARD)
        prior = np.array(silent, dtype=np.float64)
        share = prior[:, 0] / prior.sum(axis=1)
        for _ in range(ROUNDS):
            mine = share[0] * (1 - small) + share[1] * small
            other = mine + (1 - mine) * never + self.astray
            none = (1 - p) + p * other
            odds = self.odds * p[self.detection] / none[self.detection] / self.miss[self.ship]
            got = chances(self.ship, self.detection, odds, ships=ships, detections=n)
            alone_dark = got.detection * p * mine / none
            alone_ship = got.detection * p * other / none
            is_ship = (1 - got.detection) + alone_ship
            new = np.array(
                [
                    (a + (w * alone_dark)[told].sum()) / (a + b + (w * is_ship)[told].sum())
                    for (a, b), w in zip(prior, (1 - small, small), strict=True)
                ]
            )
            still, share = np.abs(new - share).max() < 1e-3, new
            if still:
                break
        off = np.bincount(self.detection, got.pair * self.off, minlength=n)
        return Found(got, odds, alone_dark + off, alone_dark, (float(share[0]), float(share[1])))


@dataclass(frozen=True)
class Ears:
    """Reception about one scene's time."""

    reception: Listening
    at: np.datetime64

    def chance(self, lon: Array, lat: Array) -> Array:
        """Give P(a ship there would have been heard while the scene was taken), NaN where nothing tells."""
        return self._heard(lon, lat, LISTEN_MINUTES, LISTEN_MINUTES)

    def unheard(self, lon: Array, lat: Array, place: Array, *, before_min: Array, after_min: Array) -> Array:
        """Give P(no message of a ship that broadcasts, in a silence), shape (n,), for places by their row.

        Silences are asked for in steps of five minutes, once for each place and silence; the minutes next to the
        messages that were heard are left out, for they were chosen by being heard.
        """
        a, b = ((np.maximum(v - EDGE_MINUTES, 0.0) // STEP_MINUTES).astype(np.int64) for v in (before_min, after_min))
        key, back = np.unique((place * 64 + a) * 64 + b, return_inverse=True)
        rest, b = np.divmod(key, 64)
        row, a = np.divmod(rest, 64)
        heard = np.zeros(len(key))
        some = np.flatnonzero(a + b)
        heard[some] = self._heard(lon[row[some]], lat[row[some]], a[some] * STEP_MINUTES, b[some] * STEP_MINUTES)
        return np.asarray(lost(heard)[back.ravel()])

    def unheard_before_and_after(self, there: ShipsThere, rows: Array, plane: Plane) -> Array:
        """Give P(no message in the hours of silence before and after the listening time), shape (ships,).

        The way is taken as straight from the last fix to the middle of where the ship may be at the scene, and on.
        """
        out = np.ones(len(there))
        middle = [(there.places.weight[rows] * v[rows]).sum(axis=1) for v in (there.places.east, there.places.north)]
        for sign, silent, fix_h, fix in (
            (-1.0, there.silent_before_h, there.before_h, there.before_at),
            (1.0, there.silent_after_h, there.after_h, there.after_at),
        ):
            for hour in range(1, FAR_HOURS + 1):
                end = np.minimum(silent[rows] * 60.0 - EDGE_MINUTES, 60.0 * (hour + 1))
                some = np.flatnonzero(np.isfinite(silent[rows]) & np.isfinite(fix_h[rows]) & (end > 60.0 * hour))
                if not len(some):
                    break
                one = rows[some]
                share = np.minimum((60.0 * hour + end[some]) / 120.0 / np.maximum(fix_h[one], 0.1), 1.0)
                x, y = (m[some] + share * (f[one] - m[some]) for m, f in zip(middle, fix, strict=True))
                first, last = np.full(len(some), 60.0 * hour), end[some]
                begin, stop = (-last, -first) if sign < 0 else (first, last)
                out[one] *= lost(self._heard(*plane.back(x, y), -begin, stop))
        return np.maximum(out, FAR_LEAST)

    def _heard(self, lon: Array, lat: Array, before_min: Any, after_min: Any) -> Array:
        if not len(lon):
            return np.empty(0)
        first, last = (
            self.at + np.broadcast_to(np.round(np.asarray(m) * k * 60000).astype("m8[ms]"), lon.shape)
            for m, k in ((before_min, -1.0), (after_min, 1.0))
        )
        return np.asarray(self.reception.heard(lon, lat, first, last), dtype=np.float64)
