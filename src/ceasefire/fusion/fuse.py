"""Observations to incidents: match, weigh, and write down what the group says.

`fuse` is the stage. It is a pure function of observations, the parties, the classes some provision protects, and the
stated priors; a second run gives the same incidents in the same order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ceasefire.fusion.added import Added
from ceasefire.fusion.by_party import by_party
from ceasefire.fusion.columns import Coded, lists, pairs
from ceasefire.fusion.compatible import FUSED
from ceasefire.fusion.describe import Described, describe
from ceasefire.fusion.link import link
from ceasefire.fusion.members import Members
from ceasefire.fusion.occurred import occurred
from ceasefire.fusion.on_object import Registered, on_object
from ceasefire.fusion.priors import Priors
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
    linked = link(used, priors)
    group = linked.group
    order = _by_group(used, group)
    used, group = used.keep(order), group[order]
    members = Members(used, group, priors)
    n, names = members.count, [*parties, "other"]
    what = describe(used, members)
    alerts = observations.keep(Coded.of(observations.arrow.column("procedure")).equals("alert"))
    p_occurred, first = occurred(members, _alert_context(alerts, what), priors)
    registered = _registered(objects, what, members.shown.take(~members.shown.equals("")).tidied().names)
    objects_hit, second = on_object(members, registered, protected, priors)
    p_party, third = by_party(members, what.control, what.left_open, parties, priors)
    at, classes, p_class = objects_hit.group, objects_hit.what, objects_hit.p
    shielded = np.array([covers(tuple(protected), k) for k in classes.names.tolist()], dtype=float)[classes.code]
    likeliest = np.full(n, "", dtype=object)
    rising = np.lexsort((p_class, at))
    rising = rising[objects_hit.named[rising]]
    likeliest[at[rising]] = classes.take(rising).texts()
    attribution, basis = _attribute(members, what, p_party, parties, priors)
    ids = _named_by_first(used.arrow.column("id").take(pa.array(what.first)))
    every = Coded(np.array(names), np.tile(np.arange(len(names)), n))
    incidents = Table.from_columns(
        Incident,
        {
            "id": ids,
            **what.columns(),
            "object_class": likeliest,
            "object_probabilities": pairs(at, classes, p_class, n),
            "p_occurred": p_occurred,
            "p_object": np.clip(np.bincount(at, p_class * shielded, n), 0.0, 1.0 - priors.floor),
            "p_party": pairs(np.repeat(np.arange(n), len(names)), every, p_party.ravel(), n),
            "attribution": attribution,
            "basis": basis,
            "observations": lists(group, used.arrow.column("id").combine_chunks(), n),
        },
    )
    weights = [_weights(Added.join([first, second, third]), ids, used), linked.weights(ids)]
    return Fused(incidents, Table.concat(Weight, weights), int((~eligible).sum()))


def _eligible(observations: Table[Observation]) -> _Array:
    act = Coded.of(observations.arrow.column("act"))
    makes = np.array([covers(FUSED, a) for a in act.names.tolist()], dtype=bool)[act.code]
    placed = np.isfinite(observations.column("lon")) & np.isfinite(observations.column("lat"))
    return np.asarray(makes & placed & ~Coded.of(observations.arrow.column("procedure")).equals("alert"))


def _by_group(used: Table[Observation], group: _Array) -> _Array:
    """Order observations by group, then by start, then by id, shape (n,)."""
    keys = pa.table({"group": group, "start": used.arrow.column("start"), "id": used.arrow.column("id")})
    order = pc.sort_indices(keys, sort_keys=[(name, "ascending") for name in keys.column_names])
    return np.asarray(order.to_numpy(), dtype=np.int64)


def _named_by_first(ids: pa.ChunkedArray) -> pa.Array:
    """Name incidents after their first observation: `i-` for what stands before its hyphen."""
    return pc.replace_substring_regex(ids, "^[^-]*-?", "i-", max_replacements=1).combine_chunks()


def _alert_context(alerts: Table[Observation], what: Described) -> _Array:
    """Tell per incident whether its region had an alert on its day: 1 yes, 0 counted and none, -1 not known."""
    if not len(alerts) or not len(what.region):
        return np.full(len(what.region), -1)
    regions = Coded.of(alerts.arrow.column("region"))
    day = (alerts.column("start").astype(np.int64) + alerts.column("end").astype(np.int64)) // 2 // 86400
    first, last = what.start.astype(np.int64) // 86400, (what.end.astype(np.int64) - 1) // 86400
    begin, length = int(min(day.min(), first.min())), int(max(day.max(), last.max() + 4)) + 1
    state = np.full((len(regions.names) + 1, length - begin), -1)  # the last row is that of a region without alerts
    said = np.where(Coded.of(alerts.arrow.column("act")).equals("alert"), 1, 0)
    np.maximum.at(state, (regions.code, day - begin), said)
    at = {name: k for k, name in enumerate(regions.names.tolist())}
    row = np.array([at.get(region, -1) for region in what.region.tolist()], dtype=np.int64)
    days = first[:, None] + np.arange(4)
    seen = np.where(days <= last[:, None], state[row[:, None], days - begin], 0)
    return np.where((seen == 1).any(axis=1), 1, np.where((seen == -1).any(axis=1), -1, 0))


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
    outside = members.channel.among(priors.attribution_channels) & ~members.basis.equals("")
    for p, party in enumerate(parties):
        of = members.accused.equals(party) & ~members.denies
        rows, admits = np.flatnonzero(of & outside), np.flatnonzero(of & members.claimant.equals(party))
        grounds = np.full(members.count, "", dtype=object)
        grounds[members.group[rows]] = members.basis.take(rows).texts()
        admitted = np.zeros(members.count, dtype=bool)
        admitted[members.group[admits]] = True
        grounds[admitted] = "claim_of_responsibility"
        sure = (p_party[:, p] >= priors.attribution_at) & (grounds != "") & (enough | admitted) & ~open_
        attribution[sure], basis[sure] = party, grounds[sure]
    return attribution, basis


def _weights(added: Added, ids: pa.Array, used: Table[Observation]) -> Table[Weight]:
    order = np.lexsort((added.row, added.group))
    names = pa.concat_arrays([*used.arrow.column("id").chunks, pa.array(["prior"])])
    row = np.where(added.row < 0, len(used), added.row)[order]
    return Table.from_columns(
        Weight,
        {
            "incident": ids.take(pa.array(added.group[order])),
            "observation": names.take(pa.array(row)),
            "about": added.about.take(order).arrow(),
            "weight": added.weight[order],
            "why": added.why.take(order).arrow(),
        },
    )
