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

from ceasefire.detectors.vessel_match import Recall, Weighed
from ceasefire.detectors.vessel_there import Plane, ShipsThere, inside
from ceasefire.model.table import Table
from ceasefire.model.vessel import RadarShip
from ceasefire.stats.ship_match import Chances, chances
from ceasefire.stats.ship_place import Places

Array = NDArray[Any]

LISTEN_MINUTES = 30.0
"""Silence is weighed over so long before and after the scene, minutes."""
TOLD = 0.5
"""Below this chance of having been heard nothing is said of a ship's silence."""
MOST_HEARD = 0.99
"""Nothing that reception says is taken as surer than this: it is an estimate."""
QUIET = 1.0 / 6.0
"""Silences shorter than this share of the listening time are pauses between messages."""
OFF = 0.03
"""Odds, before reception is weighed, that a ship silent for the whole listening time had switched off."""
FALSE_PLACE = 0.01
"""Share of ships whose position is false, before the fixes tell."""
SMALL_M = 50.0
"""About the length of a ship of 300 gross tonnage, above which AIS is compulsory on international voyages."""
SILENT = ((1.0, 3.0), (2.0, 2.0))
"""Beta priors (silent, not) of the share of silent ships, large and small: see the page on dark ships."""
ROUNDS = 12


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
        reception: Listening,
        plane: Plane,
        water: Any,
        at: np.datetime64,
        recall: Recall,
        doubt: Mapping[int, float],
    ) -> Scene:
        """Weigh silence, false places and the edge of the scene."""
        span = np.timedelta64(round(LISTEN_MINUTES * 60000), "ms")
        heard = _heard(reception, seen.column("lon"), seen.column("lat"), at, span)
        silence = (np.minimum(there.before_h * 60, LISTEN_MINUTES) + np.minimum(there.after_h * 60, LISTEN_MINUTES)) / (
            2 * LISTEN_MINUTES
        )
        quiet = silence > QUIET
        off_odds = np.where(quiet, OFF * silence**2, 0.0)
        unheard = 1.0 - np.minimum(np.nan_to_num(heard), MOST_HEARD)
        on = np.where(quiet[pairs.ship], unheard[pairs.detection] ** silence[pairs.ship], 1.0)
        whole = on + off_odds[pairs.ship]
        part_on = np.ones(there.places.weight.shape)
        rows = np.flatnonzero(quiet)
        if len(rows):
            lon, lat = plane.back(there.places.east[rows].ravel(), there.places.north[rows].ravel())
            there_heard = np.nan_to_num(_heard(reception, lon, lat, at, span)).reshape(len(rows), -1)
            part_on[rows] = (1.0 - np.minimum(there_heard, MOST_HEARD)) ** silence[rows, None]
        share = there.places.weight * (part_on + off_odds[:, None])
        total = share.sum(axis=1)
        places = there.places
        reweighed = Places(share / total[:, None], places.east, places.north, places.ee, places.nn, places.en)
        prior = np.array([doubt.get(int(m), FALSE_PLACE) for m in there.mmsi]) if doubt else FALSE_PLACE
        fits = np.exp(np.minimum(np.nan_to_num(there.agree, nan=50.0), 50.0)) * water.area
        odds = prior / (1 - np.minimum(prior, 0.999)) / np.where(np.isnan(there.agree), 1.0, np.minimum(fits, 1e6))
        false_place = odds / (1 + odds)
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
            float((false_place * is_inside * sees).sum() / water.area / density),
            heard,
        )

    def solve(self, seen: Table[RadarShip], silent: Sequence[tuple[float, float]]) -> Found:
        """Learn the shares of silent ships and the chances of pairings together, by expectation and maximisation."""
        n, ships = len(seen), len(self.miss)
        p, length = seen.column("p_ship"), seen.column("length_m")
        small = np.where(np.isnan(length), 0.5, np.clip((SMALL_M + 15 - length) / 30.0, 0.0, 1.0))
        told = np.nan_to_num(self.heard) >= TOLD
        lost = 1.0 - np.minimum(np.nan_to_num(self.heard), MOST_HEARD)
        prior = np.array(silent, dtype=np.float64)
        share = prior[:, 0] / prior.sum(axis=1)
        for _ in range(ROUNDS):
            mine = share[0] * (1 - small) + share[1] * small
            other = mine + (1 - mine) * lost + self.astray
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


def _heard(reception: Listening, lon: Array, lat: Array, at: np.datetime64, span: np.timedelta64) -> Array:
    if not len(lon):
        return np.empty(0)
    return np.asarray(reception.heard(lon, lat, at - span, at + span), dtype=np.float64)
