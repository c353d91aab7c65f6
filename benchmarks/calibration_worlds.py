"""Invented worlds of several kinds through the whole pipeline: what was stated of every incident, and what was true."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, NamedTuple
from unittest import mock

import numpy as np

from ceasefire.case import Case
from ceasefire.fusion.fuse import Fused, fuse
from ceasefire.fusion.recalibrate import kinds, party_kinds
from ceasefire.store import Observed
from ceasefire.testing import invented, witnesses, world
from ceasefire.testing.matching import match, tells
from ceasefire.testing.simulate import simulate
from ceasefire.testing.truth import Truth

Array = np.ndarray[Any, Any]

FIT_PLACES: tuple[tuple[str, ...], ...] = (
    ("AR-X", "AR-S", "AR-G", "AR-L", "AR-D"),
    ("AR-A", "AR-H", "AR-P", "AR-N", "AR-W"),
    ("AR-B", "AR-Q", "AR-R", "AR-E", "AR-Y"),
    ("AR-J", "AR-F", "AR-M", "AR-K", "AR-T"),
)
"""Regions that maps are fitted in: one country."""
TEST_PLACES: tuple[tuple[str, ...], ...] = (
    ("BO-L", "BO-C", "BO-H", "BO-O", "BO-P"),
    ("BR-PR", "BR-SC", "BR-RS", "BR-SP", "BR-RJ"),
    ("PY-15", "PY-16", "PY-19", "PY-14", "PY-10"),
    ("CL-AN", "CL-AT", "CL-CO", "CL-VS", "CL-ML"),
    ("BR-CE", "BR-PE", "BR-PB", "BR-RN", "BR-PI"),
)
"""Regions that they are scored in: other countries."""
FIT_DAY, TEST_DAY = np.datetime64("2021-03-01T00:00:00"), np.datetime64("2022-08-15T00:00:00")
"""First day of the worlds maps are fitted on, and of those they are scored on: no day is in both."""
DENSITY = (4.0, 16.0)
"""Least and most incidents a day and million km2."""


class Kind(NamedTuple):
    """A kind of world: what differs from the invented world as it ships."""

    name: str
    invented: float = world.INVENTED
    copies: float = witnesses.COPIES
    states_origin: float = witnesses.STATES_ORIGIN
    outlets: Mapping[str, float] = world.OUTLETS
    sees: Mapping[str, float] = world.SEES
    exaggerates: float = witnesses.EXAGGERATES
    wrong_day: float = witnesses.WRONG_DAY


_OUTLETS = dict(world.OUTLETS)
_SEES = dict(world.SEES)
AS_SHIPPED = Kind("as shipped", outlets=_OUTLETS, sees=_SEES)
"""The invented world that `ceasefire simulate` writes."""
OTHERS: tuple[Kind, ...] = (
    AS_SHIPPED._replace(name="four times the inventions", invented=0.60),
    AS_SHIPPED._replace(name="hardly any inventions", invented=0.02),
    AS_SHIPPED._replace(
        name="few independent witnesses",
        outlets={"Herald": 0.15, "Courier": 0.10, "Rumour Mill": 0.40},
        sees=_SEES | {"drone": 0.15, "monitor": 0.10, "satellite.radar": 0.20},
    ),
    AS_SHIPPED._replace(name="a loud bloc of copies", copies=3.0, states_origin=0.25),
    AS_SHIPPED._replace(name="parties exaggerate", exaggerates=0.8, wrong_day=0.15),
)
"""Kinds of world that no map was fitted on."""


class Made(NamedTuple):
    """One world after fusion, with its truth; arrays of shape (incidents,)."""

    fused: Fused
    observed: Observed
    case: Case
    occurred: Array
    """1 where it is a true event, each event counted once: a second incident of one event is 0."""
    told: Array
    """1 where it tells of something that happened, also a second time."""
    protected: Array
    """Whether the true event hit a protected object; False where there is none."""
    party: Array
    """Who did it; empty where there is no true event."""
    truths: int
    """True events."""


class Stated(NamedTuple):
    """Probabilities of several worlds with what was true; arrays of shape (n,)."""

    p: Array
    true: Array
    world: Array
    """Number of its world."""
    kind: Array
    """Kind of its incident, as in `fusion.recalibrate.kinds`."""


def make(seeds: Sequence[int], places: Sequence[tuple[str, ...]], *, kind: Kind, first: Any) -> list[Made]:
    """Simulate, observe and fuse a world for every seed, each in the next of some places, from a first day on."""
    return [_one(seed, places[k % len(places)], kind, first) for k, seed in enumerate(seeds)]


def _one(seed: int, codes: tuple[str, ...], kind: Kind, first: Any) -> Made:
    rng = np.random.default_rng([seed, 77])
    area = sum(world.area_km2(c) for c in codes) / 1e6
    days = int(rng.integers(30, 61))
    incidents = max(20, int(rng.uniform(*DENSITY) * area * days))
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        for module in (world, witnesses, invented):
            stack.enter_context(mock.patch.object(module, "FIRST_DAY", first))
        stack.enter_context(mock.patch.object(world, "INVENTED", kind.invented))
        for name in ("copies", "states_origin", "exaggerates", "wrong_day"):
            stack.enter_context(mock.patch.object(witnesses, name.upper(), getattr(kind, name)))
        stack.enter_context(mock.patch.dict(world.OUTLETS, kind.outlets))
        stack.enter_context(mock.patch.dict(world.SEES, kind.sees))
        made = simulate(folder, seed=seed, days=days, incidents=incidents, regions=codes)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            case = Case.read(made.folder / "case.yml")
            observed = case.observe()
            fused = fuse(observed.observations, parties=case.parties, protected=case.protected)
        truth = Truth.read(made.truth)
    of = match(fused.incidents, truth)
    hit = of >= 0
    told = hit | tells(fused.incidents, observed.observations, truth)
    party = np.where(hit, truth.party[of], "").astype(object)
    return Made(
        fused, observed, case, hit.astype(float), told.astype(float), hit & truth.protected[of], party, len(truth.id)
    )


def stated(worlds: Sequence[Made], about: str, step: Callable[[Made], Fused] = lambda w: w.fused) -> Stated:
    """Give the probabilities of one sort with their truth: `occurred`, `told`, `object` or `party`.

    The second and third are about the events that occurred, one pair for every party that might have done it.

    Parameters
    ----------
    worlds
        Worlds after fusion.
    about
        Which.
    step
        What is scored of a world: what fusion gave, or that after some further step.
    """
    parts = []
    for k, w in enumerate(worlds):
        incidents = step(w).incidents
        kind, hit = kinds(incidents).astype(str), w.occurred > 0
        if about in ("occurred", "told"):
            p, true, at = incidents.column("p_occurred"), getattr(w, about), np.arange(len(incidents))
        elif about == "object":
            at = np.flatnonzero(hit)
            p, true = incidents.column("p_object")[at], w.protected[at]
        else:
            column = incidents.arrow.column("p_party").combine_chunks()
            at = np.repeat(np.arange(len(incidents)), column.value_lengths().to_numpy(zero_copy_only=False))
            p = column.flatten().field("value").to_numpy(zero_copy_only=False)
            party = column.flatten().field("key").to_numpy(zero_copy_only=False)
            asked = party_kinds(kind[at].astype(object), party)[hit[at]].astype(str)
            p, true, at = p[hit[at]], (party == w.party[at])[hit[at]], at[hit[at]]
        of = asked if about == "party" else kind[at]
        parts.append((p.astype(float).clip(0, 1), np.asarray(true, dtype=float), np.full(len(at), k), of))
    return Stated(*(np.concatenate(column) for column in zip(*parts, strict=True)))
