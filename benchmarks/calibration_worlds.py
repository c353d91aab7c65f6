"""Invented worlds through the whole pipeline: stated P(occurred) of every incident, and whether it occurred."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple
from unittest import mock

import numpy as np

from ceasefire.case import Case
from ceasefire.model.records import Incident
from ceasefire.model.table import Table
from ceasefire.stats.crowded import crowded
from ceasefire.testing import world
from ceasefire.testing.matching import match, tells
from ceasefire.testing.score import score
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
DENSITY = (4.0, 16.0)
"""Least and most incidents a day and million km2."""
WIDE_KM = 10.0
"""A disc with a larger radius is wide."""


class Stated(NamedTuple):
    """Incidents of several worlds; arrays of shape (n,)."""

    p: Array
    """Stated P(occurred)."""
    occurred: Array
    """1 where it is a true event, each event counted once: a second incident of one event is 0."""
    told: Array
    """1 where it tells of something that happened, also a second time."""
    world: Array
    """Number of its world."""
    kind: Array
    """Who told of it (parties alone, or others too), whether its place is known to 10 km, whether another incident is
    near; known without the truth."""
    truths: int
    """True events in all worlds."""


def worlds(seeds: Sequence[int], places: Sequence[tuple[str, ...]], *, invented: float = world.INVENTED) -> Stated:
    """Simulate, observe, fuse, assess and score a world for every seed, each in the next of some places.

    Parameters
    ----------
    seeds
        One world each.
    places
        Regions, taken in turn.
    invented
        Events that never happened, per real one; the world's own share where not given.
    """
    parts, truths = [], 0
    for k, seed in enumerate(seeds):
        codes = places[k % len(places)]
        rng = np.random.default_rng([seed, 77])
        area = sum(world.area_km2(c) for c in codes) / 1e6
        days = int(rng.integers(30, 61))
        incidents = max(20, int(rng.uniform(*DENSITY) * area * days))
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(world, "INVENTED", invented):
            made = simulate(folder, seed=seed, days=days, incidents=incidents, regions=codes)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                case = Case.read(made.folder / "case.yml")
                observed = case.observe()
                fused = case.fuse(observed)
                findings = case.assess(observed, fused)
            truth = Truth.read(made.truth)
            tables = {"incidents": fused.incidents, "findings": findings, "looks": observed.looks}
            scored = score({**tables, "observations": observed.observations}, truth)
        hit = match(fused.incidents, truth) >= 0
        assert scored.matched == hit.sum()
        told = hit | tells(fused.incidents, observed.observations, truth)
        truths += made.incidents
        p = fused.incidents.column("p_occurred").astype(float)
        parts.append((p, hit.astype(float), told.astype(float), np.full(len(p), k), kinds(fused.incidents)))
    return Stated(*(np.concatenate(column) for column in zip(*parts, strict=True)), truths)


def kinds(incidents: Table[Incident]) -> Array:
    """Give the kind of each incident, as `Stated.kind`."""
    middle = (incidents.column("start").astype("datetime64[s]").astype(np.int64)) / 7200.0
    middle = middle + incidents.column("end").astype("datetime64[s]").astype(np.int64) / 7200.0
    near = crowded(incidents.column("lon"), incidents.column("lat"), middle)
    claimed = np.array([set(channels) <= {"party"} for channels in incidents.column("channels")], dtype=bool)
    who = np.where(claimed, "parties only", "reported")
    where = np.where(incidents.column("radius_km") > WIDE_KM, ", wide", ", exact")
    return np.char.add(np.char.add(who, where), np.where(near, ", crowded", ", alone"))
