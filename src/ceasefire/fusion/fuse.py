"""Observations to incidents: match, weigh, and write down what the group says.

`fuse` is the stage. It is a pure function of observations, the parties, the classes some provision protects, and the
stated priors; a second run gives the same incidents in the same order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ceasefire.fusion.columns import coded, lists, pairs
from ceasefire.fusion.compatible import FUSED
from ceasefire.fusion.describe import Described, describe
from ceasefire.fusion.match import match
from ceasefire.fusion.priors import Priors
from ceasefire.fusion.weigh import Added, Members, Registered, by_party, occurred, on_object
from ceasefire.model.records import Incident, Observation, Weight
from ceasefire.model.table import Table
from ceasefire.model.taxonomy import covers

if TYPE_CHECKING:
    from ceasefire.geo.objects import ObjectIndex

_Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Fused:
    """What fusion gives: incidents, every weight behind them, and how many observations took no part."""

    incidents: Table[Incident]
    """One row per incident, by time."""
    weights: Table[Weight]
    """Every weight, by incident."""
    unused: int
    """Observations that report no act that makes an incident, or no place."""


def fuse(
    observations: Table[Observation],
    *,
    parties: Sequence[str],
    protected: Sequence[str],
    objects: ObjectIndex | None = None,
    priors: Priors | None = None,
) -> Fused:
    """Fuse observations into incidents with three probabilities that are never merged.

    Parameters
    ----------
    observations
        What the sources gave, n rows.
    parties
        Ids of the belligerents.
    protected
        Object classes that some provision protects; P(on a protected object) is the mass on them.
    objects
        Register of protected objects; without one, nothing is inferred from it.
    priors
        Stated weights; the shipped ones where not given.

    Examples
    --------
    >>> from ceasefire.model.records import Observation
    >>> fuse(Table.empty(Observation), parties=["a", "b"], protected=["energy"]).incidents
    <Table of 0 Incident>
    """
    priors = priors or Priors()
    eligible = _eligible(observations)
    used = observations.keep(eligible)
    if len(used) == 0:
        return Fused(Table.empty(Incident), Table.empty(Weight), len(observations))
    group = match(used, priors)
    order = np.lexsort((used.column("id").astype(str), used.column("start"), group))
    used, group = used.keep(order), group[order]
    members = Members(used, group, priors)
    n, names = members.count, [*parties, "other"]
    what = describe(used, members)
    alerts = observations.keep(observations.column("procedure") == "alert")
    p_occurred, first = occurred(members, _alert_context(alerts, what), priors)
    registered = _registered(objects, what, np.unique(members.shown[members.shown != ""]))
    objects_hit, second = on_object(members, registered, protected, priors)
    p_party, third = by_party(members, what.control, what.left_open, parties, priors)
    at, classes, p_class = objects_hit.group, objects_hit.what, objects_hit.p
    kinds, kind = coded(classes)
    shielded = np.array([covers(tuple(protected), k) for k in kinds], dtype=float)[kind]
    likeliest = np.full(n, "", dtype=object)
    rising = np.lexsort((p_class, at))
    rising = rising[objects_hit.named[rising]]
    likeliest[at[rising]] = classes[rising]
    attribution, basis = _attribute(members, what, p_party, parties, priors)
    ids = "i-" + np.char.partition(used.column("id")[what.first].astype(str), "-")[:, 2].astype(object)
    incidents = Table.from_columns(
        Incident,
        {
            "id": ids,
            **what.columns(),
            "object_class": likeliest,
            "object_probabilities": pairs(at, classes, p_class, n),
            "p_occurred": p_occurred,
            "p_object": np.clip(np.bincount(at, p_class * shielded, n), 0.0, 1.0 - priors.floor),
            "p_party": pairs(np.repeat(np.arange(n), len(names)), np.tile(names, n), p_party.ravel(), n),
            "attribution": attribution,
            "basis": basis,
            "observations": lists(group, used.column("id"), n),
        },
    )
    return Fused(incidents, _weights(Added.join([first, second, third]), ids, used), int((~eligible).sum()))


def _eligible(observations: Table[Observation]) -> _Array:
    names, code = coded(observations.column("act"))
    makes = np.array([covers(FUSED, a) for a in names], dtype=bool)
    placed = np.isfinite(observations.column("lon")) & np.isfinite(observations.column("lat"))
    return np.asarray(makes[code] & placed & (observations.column("procedure") != "alert"))


def _alert_context(alerts: Table[Observation], what: Described) -> _Array:
    """Tell per incident whether its region had an alert on its day: 1 yes, 0 counted and none, -1 not known."""
    state: dict[tuple[str, int], int] = {}
    mid = (alerts.column("start").astype(np.int64) + alerts.column("end").astype(np.int64)) // 2
    for region, day, act in zip(alerts.column("region"), mid // 86400, alerts.column("act"), strict=True):
        key = (region, int(day))
        state[key] = max(state.get(key, 0), int(act == "alert"))
    if not state:
        return np.full(len(what.region), -1)
    first, last = (what.start.astype(np.int64)) // 86400, (what.end.astype(np.int64) - 1) // 86400
    out = np.full(len(what.region), -1)
    for k, (region, a, b) in enumerate(zip(what.region, first.tolist(), last.tolist(), strict=True)):
        days = [state.get((region, d), -1) for d in range(a, min(b, a + 3) + 1)]
        out[k] = 1 if 1 in days else -1 if -1 in days else 0
    return out


def _registered(objects: ObjectIndex | None, what: Described, named: _Array) -> Registered | None:
    """Ask the register, per incident and class that some report names, what lies inside the disc."""
    if objects is None:
        return None
    row, which = objects.overlaps(what.lon, what.lat, what.radius_km)
    kinds, code = np.unique(objects.object_class.astype(str), return_inverse=True)
    inside = np.zeros((len(what.lon), len(named)), dtype=bool)
    listed = np.zeros(len(named), dtype=bool)
    for k, name in enumerate(named.tolist()):
        same = np.array([covers((name,), kind) or covers((kind,), name) for kind in kinds], dtype=bool)
        listed[k] = same.any()
        inside[row[same[code[which]]], k] = True
    expected = objects.expected(what.lon, what.lat, what.radius_km, classes=named.tolist())
    return Registered(named, inside, np.nan_to_num(expected, nan=np.inf), listed)


def _attribute(
    members: Members, what: Described, p_party: _Array, parties: Sequence[str], priors: Priors
) -> tuple[_Array, _Array]:
    """Name a party only where it is likely enough, an outside source names a basis, and no alternative is open."""
    attribution = np.full(members.count, "undetermined", dtype=object)
    basis = np.full(members.count, "", dtype=object)
    open_ = np.zeros(members.count, dtype=bool)
    for mask in what.left_open.values():
        open_ |= mask
    enough = np.bincount(members.group, ~members.copy & ~members.denies, members.count) >= 2
    outside = np.isin(members.channel, list(priors.attribution_channels)) & (members.basis != "")
    for p, party in enumerate(parties):
        of = (members.accused == party) & ~members.denies
        rows, admits = np.flatnonzero(of & outside), np.flatnonzero(of & (members.claimant == party))
        grounds = np.full(members.count, "", dtype=object)
        grounds[members.group[rows]] = members.basis[rows]
        admitted = np.zeros(members.count, dtype=bool)
        admitted[members.group[admits]] = True
        grounds[admitted] = "claim_of_responsibility"
        sure = (p_party[:, p] >= priors.attribution_at) & (grounds != "") & (enough | admitted) & ~open_
        attribution[sure], basis[sure] = party, grounds[sure]
    return attribution, basis


def _weights(added: Added, ids: _Array, used: Table[Observation]) -> Table[Weight]:
    order = np.lexsort((added.row, added.group))
    names = np.append(used.column("id"), "prior")
    return Table.from_columns(
        Weight,
        {
            "incident": ids[added.group[order]],
            "observation": names[added.row[order]],
            "about": added.about[order],
            "weight": added.weight[order],
            "why": added.why[order],
        },
    )
