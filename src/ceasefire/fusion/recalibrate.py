"""Recalibration: the three probabilities read through maps that were fitted where the truth was known.

Why apart from the weights: a weight says what a report adds, a map says what the sum was worth where somebody knew.
The weights stay as they are and still sum to the stated odds; each map adds one row that says what it changed. The
three probabilities have their own maps and are never merged.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ceasefire.fusion.columns import coded, pairs
from ceasefire.fusion.priors import Priors
from ceasefire.model.records import Incident, Weight
from ceasefire.model.table import Table
from ceasefire.model.taxonomy import covers
from ceasefire.stats.calibration_map import CalibrationMap, recalibrated, recalibrated_interval
from ceasefire.stats.crowded import crowded
from ceasefire.stats.prevalence import prior_shift

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ceasefire.fusion.fuse import Fused

_Array = np.ndarray[Any, Any]
_Share = Annotated[float, Field(gt=0, lt=1)]
_Map = Annotated[CalibrationMap, BeforeValidator(lambda v: CalibrationMap.from_dict(v) if isinstance(v, dict) else v)]

ABOUT = ("occurred", "object", "party")
"""The probabilities that have maps."""
WIDE_KM = 10.0
"""An incident whose disc has a larger radius is wide, else exact."""
ALL = "all"
"""Name of the map for every kind that has none of its own."""
_MATTER = [
    "base_rate",
    "floor",
    "occurred",
    "admission",
    "denial_by_party",
    "denial_by_other",
    "alert_present",
    "alert_absent",
    "reliability",
    "credibility",
    "object_share",
    "object_named",
    "object_outage",
    "object_registered",
    "object_unregistered",
    "other_share",
    "own_share",
    "party_named",
    "party_basis",
    "alternative",
    "same_hours",
    "same_km",
    "matching",
]
"""Fields of `Priors` that the probabilities depend on."""


class Calibration(BaseModel):
    """A calibration file: maps by probability and kind of incident, and all that is known of where they were fitted."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, arbitrary_types_allowed=True)

    calibration: Literal[1]
    """Version of this format."""
    id: str
    """Name, e.g. `simulated-2026`."""
    fitted_on: Annotated[str, Field(min_length=1)]
    """Which worlds or settled incidents, in words; printed wherever a probability went through a map."""
    worlds: Annotated[int, Field(ge=0)] = 0
    """Invented worlds it was fitted on."""
    seeds: tuple[int, ...] = ()
    """First and last seed of each run of worlds."""
    incidents: Annotated[int, Field(ge=1)]
    """Incidents it was fitted on."""
    made: date
    """Day on which it was fitted."""
    code: str
    """Version of the code whose probabilities it maps."""
    command: str = ""
    """Command that made it."""
    weights: str
    """Fingerprint of the stated weights it was fitted with (`fingerprint`)."""
    prevalence: dict[Literal["occurred", "object"], _Share]
    """Share of incidents that occurred, and of those that occurred the share on protected objects, where it was
    fitted; it holds for such a share, and is moved to another where the case states one."""
    maps: dict[Literal["occurred", "object", "party"], dict[str, _Map]]
    """Map of each kind of incident, by probability; `all` for kinds without their own."""
    scores: dict[str, dict[str, dict[str, float]]] = {}
    """Scores on worlds it was not fitted on: kind of world, way of stating, score."""
    scored_on: str = ""
    """Which worlds those were."""

    @model_validator(mode="after")
    def _complete(self) -> Calibration:
        for about in ABOUT:
            if ALL not in self.maps.get(about, {}):  # type: ignore[call-overload]
                raise ValueError(f"maps: {about}: a map named `all` is needed, for kinds that have none of their own")
        if set(self.prevalence) != {"occurred", "object"}:
            raise ValueError("prevalence: both `occurred` and `object` are needed")
        return self

    def described(self) -> str:
        """Say in words which map this is, for the report."""
        shares = ", ".join(f"{name} {share:.2f}" for name, share in sorted(self.prevalence.items()))
        return (
            f"{self.id}, fitted on {self.fitted_on}: {self.incidents:,} incidents, shares that were true: {shares}; "
            f"made {self.made} with version {self.code}. Probabilities are worth what they were worth there"
        )


class Read(NamedTuple):
    """Probabilities read through maps, arrays of shape (n,)."""

    stated: _Array
    given: _Array
    low: _Array
    high: _Array


def fingerprint(priors: Priors) -> str:
    """Give a short hash of the weights that probabilities depend on; a map holds for one such set.

    >>> fingerprint(Priors()) == fingerprint(Priors(calibration="x.yml")) != fingerprint(Priors(base_rate=0.5))
    True
    """
    return sha256(priors.model_dump_json(include=set(_MATTER)).encode()).hexdigest()[:12]


def recalibrate(
    fused: Fused, calibration: Calibration, *, protected: Sequence[str], priors: Priors | None = None
) -> Fused:
    """Read the three probabilities of every incident through the maps of its kind.

    P(object class) moves with P(on a protected object): protected classes share the new probability as they shared the
    old, the others share the rest. P(party) is brought back to a sum of 1. A party that was named is no longer named
    where its new probability is below the bound; none is named anew.

    Parameters
    ----------
    fused
        What fusion gave.
    calibration
        The maps.
    protected
        Object classes that some provision protects, as given to `fuse`.
    priors
        Stated weights; the shipped ones where not given. Their `prevalence` moves the maps to another share.

    Returns
    -------
    The same incidents with new probabilities; the same weights, and one row per map, `calibrated:occurred`,
    `calibrated:object` or `calibrated:party:<id>`, whose weight is the change in log odds.
    """
    priors = priors or Priors()
    incidents = fused.incidents
    if not len(incidents):
        return fused
    kind = kinds(incidents)
    occurred = _through(incidents.column("p_occurred"), kind, calibration, "occurred", priors)
    object_ = _through(incidents.column("p_object"), kind, calibration, "object", priors)
    at, party, p = _flat(incidents, "p_party")
    asked = party_kinds(kind[at], party)
    each = _through(p, asked, calibration, "party", priors)
    total = np.maximum(np.bincount(at, each.given, len(incidents)), 1e-9)[at]
    each = Read(p, each.given / total, np.minimum(each.low / total, 1.0), np.minimum(each.high / total, 1.0))
    moved, classes, mass = _flat(incidents, "object_probabilities")
    mass = mass * _shares(moved, classes, object_, protected)
    named, basis = incidents.column("attribution").astype(object), incidents.column("basis").astype(object)
    now = np.bincount(at, each.given * (party == named[at]), len(incidents))
    unsure = (named != "undetermined") & (now < priors.attribution_at)
    n = len(incidents)
    read = incidents.replace(
        p_occurred=occurred.given,
        p_object=object_.given,
        p_party=pairs(at, party, each.given, n),
        object_probabilities=pairs(moved, classes, mass, n),
        attribution=np.where(unsure, "undetermined", named),
        basis=np.where(unsure, "", basis),
    )
    ids = incidents.column("id").astype(object)
    every = np.arange(n)
    rows = [
        _rows(every, np.full(n, "calibrated:occurred", dtype=object), occurred, kind, calibration),
        _rows(every, np.full(n, "calibrated:object", dtype=object), object_, kind, calibration),
        _rows(at, ("calibrated:party:" + party).astype(object), each, asked, calibration),
    ]
    of, about, weight, why = (np.concatenate([r[k] for r in rows]) for k in range(4))
    order = np.argsort(of, kind="stable")
    columns = {"incident": ids[of], "observation": "calibration", "about": about, "weight": weight, "why": why}
    added = Table.from_columns(Weight, {k: v[order] if isinstance(v, np.ndarray) else v for k, v in columns.items()})
    return replace(fused, incidents=read, weights=Table.concat(Weight, [fused.weights, added]))


def kinds(incidents: Table[Incident]) -> _Array:
    """Give the kind of each incident, known without the truth, as text of shape (n,).

    Who told of it (parties alone, or others too), whether its place is known to `WIDE_KM`, and whether another
    incident is within 30 km and 24 h: such a one is often the second incident of one event.
    """
    hours = [incidents.column(c).astype("datetime64[s]").astype(np.int64) / 7200.0 for c in ("start", "end")]
    near = crowded(incidents.column("lon"), incidents.column("lat"), hours[0] + hours[1])
    channels = incidents.arrow.column("channels").combine_chunks()
    of = np.repeat(np.arange(len(incidents)), channels.value_lengths().to_numpy(zero_copy_only=False))
    others = np.zeros(len(incidents), dtype=bool)
    others[of[channels.flatten().to_numpy(zero_copy_only=False) != "party"]] = True
    names = np.array(
        [f"{who}, {where}, {near_}" for who in WHO for where in ("exact", "wide") for near_ in ("alone", "crowded")],
        dtype=object,
    )
    wide = incidents.column("radius_km") > WIDE_KM
    return np.asarray(names[4 * others + 2 * wide + near])


def party_kinds(kind: _Array, party: _Array) -> _Array:
    """Give the kind for P(party), shape (n,): own fire, an accident or a third actor (`other`) is asked apart.

    >>> party_kinds(np.array(["reported, exact, alone"] * 2, dtype=object), np.array(["a", "other"], dtype=object))
    array(['reported, exact, alone', 'neither, reported, exact, alone'], dtype=object)
    """
    return np.asarray(np.where(party == "other", ("neither, " + kind).astype(object), kind))


def map_of(kind: str, maps: Mapping[str, CalibrationMap]) -> CalibrationMap:
    """Give the map of a kind; that of the kind's first word where it has none, and `all` where that has none."""
    return maps.get(kind) or maps.get(kind.split(", ", 1)[0]) or maps[ALL]


WHO = ("parties only", "reported")
"""Who told of an incident: parties alone, or others too."""


def _through(p: _Array, kind: _Array, calibration: Calibration, about: str, priors: Priors) -> Read:
    """Read probabilities through the map of their kind, and move them to the case's share where it states one."""
    maps: Mapping[str, CalibrationMap] = calibration.maps[about]  # type: ignore[index]
    stated = np.clip(p.astype(float), 0.0, 1.0)
    given, low, high = (np.empty(len(stated)) for _ in range(3))
    names, code = coded(kind)
    for k, name in enumerate(names.tolist()):
        rows, of = code == k, map_of(name, maps)
        given[rows] = recalibrated(stated[rows], of)
        low[rows], high[rows] = recalibrated_interval(stated[rows], of)
    if about in priors.prevalence:
        old, new = calibration.prevalence[about], priors.prevalence[about]  # type: ignore[index]
        given, low, high = (prior_shift(v, old=old, new=new) for v in (given, low, high))
    least = priors.floor if about == "occurred" else 0.0
    most = 1.0 if about == "party" else 1.0 - priors.floor
    return Read(stated, *(np.clip(v, least, most) for v in (given, low, high)))


def _shares(at: _Array, classes: _Array, read: Read, protected: Sequence[str]) -> _Array:
    """Give the factor on the probability of each class, so that the protected ones sum to what was read."""
    names, code = coded(classes)
    shielded = np.array([covers(tuple(protected), c) for c in names.tolist()], dtype=bool)[code]
    up = read.given / np.maximum(read.stated, 1e-12)
    down = (1.0 - read.given) / np.maximum(1.0 - read.stated, 1e-12)
    return np.asarray(np.where(shielded, up[at], down[at]))


def _flat(incidents: Table[Incident], name: str) -> tuple[_Array, _Array, _Array]:
    """Give (row, key, value) of every pair in a column of pairs."""
    column: pa.ListArray = incidents.arrow.column(name).combine_chunks()
    values = column.flatten()
    at = np.repeat(np.arange(len(incidents)), column.value_lengths().to_numpy(zero_copy_only=False))
    keys = values.field("key").to_numpy(zero_copy_only=False).astype(object)
    return at, keys, values.field("value").to_numpy(zero_copy_only=False).astype(float)


def _rows(
    of: _Array, about: _Array, read: Read, kind: _Array, calibration: Calibration
) -> tuple[_Array, _Array, _Array, _Array]:
    """Give the row of each map: incident, about, change in log odds, and what was read for what, in words."""
    stated, given = (np.clip(v, 1e-6, 1 - 1e-6) for v in (read.stated, read.given))
    change = np.log(given / (1 - given)) - np.log(stated / (1 - stated))
    text = [
        f"{s:.3f} is read as {g:.3f} ({lo:.3f} to {hi:.3f}) by the map for {k}, fitted on {calibration.fitted_on}"
        for s, g, lo, hi, k in zip(read.stated, read.given, read.low, read.high, kind.tolist(), strict=True)
    ]
    return of, about, change, np.array(text, dtype=object)
