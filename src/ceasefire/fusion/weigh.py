"""What each observation adds: log weights for P(occurred), P(on which object) and P(which party), kept apart.

Every function returns rows of the `Weight` record as columns, one row per thing added, so that `explain` can print
each number with its rule. Copies of one report add nothing; further reports of the same source add a half, a third...
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np

from ceasefire.fusion.columns import coded
from ceasefire.fusion.priors import Priors
from ceasefire.model.records import Observation
from ceasefire.model.table import Table
from ceasefire.model.taxonomy import covers

_Array = np.ndarray[Any, Any]
_VAGUE = ("", "settlement")


@dataclass(frozen=True)
class Added:
    """Weights in columns: row k says that an observation added `weight` to `about` of a group."""

    group: _Array
    """Group (incident number), shape (m,)."""
    row: _Array
    """Row of the observation in the table; -1 for a prior, shape (m,)."""
    about: _Array
    """`occurred`, `object:<class>` or `party:<id>`, shape (m,)."""
    weight: _Array
    """Natural-log weight, shape (m,)."""
    why: _Array
    """Rule, shape (m,)."""

    @classmethod
    def join(cls, parts: Sequence[Added]) -> Added:
        """Put several behind one another."""
        return cls(
            *(np.concatenate([getattr(p, f) for p in parts]) for f in ("group", "row", "about", "weight", "why"))
        )


class Members:
    """Observations in the order of their group, with what every rule needs to know about repetition."""

    def __init__(self, observations: Table[Observation], group: _Array, priors: Priors) -> None:
        n = len(observations)
        self.group, self.count = group, int(group.max()) + 1 if n else 0
        self.channel = observations.column("channel").astype(str)
        self.claimant = observations.column("claimant").astype(str)
        self.accused = observations.column("accused").astype(str)
        self.denies = observations.column("stance") == "denies"
        held = observations.column("control").astype(str)
        local = (self.channel == "official") & (held != "contested")
        self.side = np.where(self.claimant != "", self.claimant, np.where(local, held, ""))
        self.basis = observations.column("basis").astype(str)
        self.object = observations.column("object_class").astype(str)
        self.act = observations.column("act").astype(str)
        self.effect = observations.column("effect").astype(str)
        self.ratio = observations.column("likelihood_ratio")
        self.source = observations.column("source").astype(str)
        lights_out = np.isin(self.object, _VAGUE) & (self.effect == "outage")
        self.shown = np.where(lights_out, "energy.electricity", self.object)
        origin = observations.column("origin").astype(str)
        origin = np.where(origin == "", observations.column("id").astype(str), origin)
        self.trust = _lookup(observations.column("reliability"), priors.reliability) * _lookup(
            observations.column("credibility"), priors.credibility
        )
        self.copy, self.share = _repetition(group, origin, self.channel, self.source, self.claimant, self.denies)


def occurred(members: Members, alert: _Array, priors: Priors) -> tuple[_Array, Added]:
    """Weigh P(occurred) of every group.

    Parameters
    ----------
    members
        Observations with their groups.
    alert
        Context from alerts per group, shape (groups,): 1 an alert at the time, 0 a counted day without any, -1 unknown.
    priors
        Stated weights.

    Returns
    -------
    Probabilities of shape (groups,), and what was added.
    """
    m = members
    logs = np.log(_lookup(m.channel, priors.occurred, default=1.0))
    channels, channel = coded(m.channel)
    why = np.array([f"{c} report" for c in channels], dtype=object)[channel]  # texts shared, not one per row
    detector = np.isfinite(m.ratio)
    logs[detector] = np.log(m.ratio[detector])
    why = np.where(detector, "detector's likelihood ratio", why)
    spoke = m.claimant != ""
    admits = spoke & (m.claimant == m.accused) & ~m.denies
    logs[admits] = np.log(priors.admission)
    why = np.where(admits, "a party's statement against its own interest", why)
    why = np.where(spoke & ~admits & ~m.denies, "a party's claim", why)
    logs[m.denies & spoke] = np.log(priors.denial_by_party)
    logs[m.denies & ~spoke] = np.log(priors.denial_by_other)
    why = np.where(m.denies, "denial", why)
    weight = np.where(m.copy, 0.0, logs * m.trust * m.share)
    why = _with_repetition(why, m)
    again = _same_side_again(m, logs * m.trust)
    weight[again] = 0.0
    why[again] += ", the same side again"
    rows = np.arange(len(m.group))
    prior = np.log(priors.base_rate / (1 - priors.base_rate))
    parts = [
        Added(np.arange(m.count), np.full(m.count, -1), *_same(m.count, "occurred", prior, "base rate of reports")),
        Added(m.group, rows, np.full(len(rows), "occurred", dtype=object), weight, why),
    ]
    first = np.full(m.count, len(rows), dtype=np.int64)
    air = np.char.startswith(m.act.astype(str), "attack.air") | (m.act == "interception")
    np.minimum.at(first, m.group[air], rows[air])
    for state, ratio, text in (
        (1, priors.alert_present, "air-raid alert in the region at the time"),
        (0, priors.alert_absent, "no air-raid alert in the region that day"),
    ):
        of = np.flatnonzero((alert == state) & (first < len(rows)))
        parts.append(Added(of, np.full(len(of), -1), *_same(len(of), "occurred", float(np.log(ratio)), text)))
    added = Added.join(parts)
    total = np.bincount(added.group, added.weight, m.count)
    return _bounded(1 / (1 + np.exp(-total)), priors.floor), added


@dataclass(frozen=True)
class OnObjects:
    """P(object class | it occurred) as pairs of group and class, arrays of shape (pairs,)."""

    group: _Array
    what: _Array
    p: _Array
    named: _Array
    """Whether some report names the class; the others keep their share of all incidents."""


@dataclass(frozen=True)
class Registered:
    """What the register of protected objects says about every group's disc, per class that some report names."""

    classes: _Array
    """Classes, shape (k,)."""
    inside: _Array
    """Whether a registered object of that class touches the disc, shape (groups, k)."""
    expected: _Array
    """How many would by chance, shape (groups, k); infinite where the disc is too wide to tell."""
    listed: _Array
    """Whether the register has that class at all, shape (k,)."""


def on_object(
    members: Members, registered: Registered | None, protected: Sequence[str], priors: Priors
) -> tuple[OnObjects, Added]:
    """Weigh P(object class | it occurred) of every class that some member names.

    How far a source is believed has been weighed in P(occurred) and is not counted a second time here: given that it
    occurred, whoever reports it mostly knows what it was. A loss of power speaks for electricity, but less.

    Parameters
    ----------
    members
        Observations with their groups.
    registered
        What the register says; None where the case has none, then nothing is added for its silence.
    protected
        Classes that some provision protects; what nobody names among them keeps its share.
    priors
        Stated weights.

    Returns
    -------
    Probabilities per group and class, and what was added. What is missing to 1 in a group is the probability of an
    unprotected object that nobody named.
    """
    m = members
    rows = np.flatnonzero((m.shown != "") & ~m.denies & ~m.copy)
    inferred = m.shown[rows] != m.object[rows]
    named = np.where(inferred, priors.object_outage, _lookup(m.channel[rows], priors.object_named, default=1.0))
    weight = np.log(named) * m.share[rows]
    names, code = coded(m.shown[rows])
    pair, at = np.unique(m.group[rows] * max(len(names), 1) + code, return_inverse=True)
    group, kind = pair // max(len(names), 1), pair % max(len(names), 1)
    what = names[kind] if len(names) else np.zeros(0, dtype="<U1")
    about = np.char.add("object:", what).astype(object)
    why = np.array(["names the object", "reports a loss of power"], dtype=object)[inferred.astype(int)]
    parts = [_added(m.group[rows], rows, about[at], weight, _with_repetition(why, m, rows))]
    leaf, logs = _pass_down(group, kind, names, np.bincount(at, weight, len(pair)))
    share = np.array([_share_of(w, priors) for w in names], dtype=float)[kind]
    logs = logs + np.log(share)
    prior = np.full(len(pair), -1)
    parts.append(_added(group, prior, about, np.log(share), "share of incidents on such objects"))
    if registered is not None:
        column = np.searchsorted(registered.classes, what)
        known = registered.listed[column] & np.isfinite(registered.expected[group, column])
        inside = registered.inside[group, column]
        chance = np.maximum(registered.expected[group, column], 1e-9)
        ratio = np.where(inside, np.clip(1 / chance, 1.0, priors.object_registered), priors.object_unregistered)
        add = np.where(known, np.log(ratio), 0.0)
        logs = logs + add
        text = np.where(inside, "a registered one touches the disc, against chance", "no registered one nearby")
        some = add != 0
        parts.append(_added(group[some], prior[some], about[some], add[some], text[some].astype(object)))
    group, what, logs, share = _with_unnamed(
        group[leaf], what[leaf], logs[leaf], share[leaf], m.count, protected, priors
    )
    rest = np.maximum(1.0 - np.bincount(group, share, m.count), 0.01)
    odds = np.exp(np.minimum(logs, 50.0))
    p = odds / (rest + np.bincount(group, odds, m.count))[group]
    return OnObjects(group, what, p, np.arange(len(group)) < leaf.sum()), Added.join(parts)


def _with_unnamed(
    group: _Array, what: _Array, logs: _Array, share: _Array, count: int, protected: Sequence[str], priors: Priors
) -> tuple[_Array, _Array, _Array, _Array]:
    """Add the protected kinds of object that nobody names in a group: each keeps its share of all incidents."""
    top = np.array([w.split(".", 1)[0] for w in what.tolist()], dtype=object)
    parts = [(group, what.astype(object), logs, share)]
    for kind in sorted({p.split(".")[0] for p in protected} & set(priors.object_share)):
        unnamed = np.ones(count, dtype=bool)
        unnamed[group[top == kind]] = False
        of = np.flatnonzero(unnamed)
        part = priors.object_share[kind]
        name = np.full(len(of), kind, dtype=object)
        parts.append((of, name, np.full(len(of), np.log(part)), np.full(len(of), part)))
    joined = [np.concatenate([p[k] for p in parts]) for k in range(4)]
    return joined[0], joined[1], joined[2], joined[3]


def by_party(
    members: Members, control: _Array, alternatives: dict[str, _Array], parties: Sequence[str], priors: Priors
) -> tuple[_Array, Added]:
    """Weigh P(party | it occurred) over the belligerents and `other`.

    Parameters
    ----------
    members
        Observations with their groups.
    control
        Who held the place, shape (groups,): a party, `contested` or empty.
    alternatives
        Alternative explanation to a boolean of shape (groups,): some source leaves it open.
    parties
        Ids of the belligerents, at least one.
    priors
        Stated weights.

    Returns
    -------
    Probabilities of shape (groups, parties + 1), the last column being `other`, and what was added.
    """
    m, names = members, [*parties, "other"]
    logs = np.zeros((m.count, len(names)))
    parts: list[Added] = []
    fair = (1 - priors.other_share) / len(parties)
    for p, party in enumerate(names):
        share = np.full(m.count, priors.other_share if party == "other" else fair)
        if party != "other":
            held = np.isin(control, list(parties)) & (len(parties) > 1)
            others = (1 - priors.other_share - priors.own_share) / max(len(parties) - 1, 1)
            share[held] = np.where(control[held] == party, priors.own_share, others)
        logs[:, p] += np.log(share)
        why = np.where(np.isin(control, list(parties)), "who held the place", "no party is likelier beforehand")
        about = np.full(m.count, f"party:{party}", dtype=object)
        parts.append(Added(np.arange(m.count), np.full(m.count, -1), about, np.log(share), why.astype(object)))
    for p, party in enumerate(parties):
        rows = np.flatnonzero((m.accused == party) & ~m.denies & ~m.copy)
        named = np.log(_lookup(m.channel[rows], priors.party_named, default=1.0)) * m.share[rows] * m.trust[rows]
        named[m.claimant[rows] == party] = np.log(priors.party_basis["claim_of_responsibility"])
        with_basis = np.log(_lookup(m.basis[rows], priors.party_basis, default=1.0)) * m.trust[rows]
        logs[:, p] += np.bincount(m.group[rows], named + with_basis, m.count)
        about = np.full(len(rows), f"party:{party}", dtype=object)
        why = np.where(m.claimant[rows] == party, "says so itself", "accuses")
        parts.append(Added(m.group[rows], rows, about, named, why.astype(object)))
        some = with_basis != 0
        parts.append(
            Added(m.group[rows][some], rows[some], about[some], with_basis[some], m.basis[rows][some].astype(object))
        )
    for name, left_open in alternatives.items():
        of = np.flatnonzero(left_open)
        logs[of, -1] += np.log(priors.alternative)
        parts.append(
            Added(
                of,
                np.full(len(of), -1),
                *_same(
                    len(of),
                    "party:other",
                    float(np.log(priors.alternative)),
                    f"{name.replace('_', ' ')} is not excluded",
                ),
            )
        )
    odds = np.exp(logs - logs.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True), Added.join(parts)


def _repetition(
    group: _Array, origin: _Array, channel: _Array, source: _Array, claimant: _Array, denies: _Array
) -> tuple[_Array, _Array]:
    """Mark copies, and give the k-th independent report of one voice in a group the share 1/k; both shape (n,)."""
    n = len(group)
    _, origins = coded(origin)
    _, speaker = coded(np.where(claimant == "", source, claimant))
    channels, code = coded(channel)
    voices = (speaker * max(len(channels), 1) + code) * 2 + denies
    order = np.lexsort((np.arange(n), origins, group))
    copy = np.zeros(n, dtype=bool)
    same = (group[order][1:] == group[order][:-1]) & (origins[order][1:] == origins[order][:-1])
    copy[order[1:]] = same
    order = np.lexsort((np.arange(n), copy, voices, group))
    fresh = np.ones(n, dtype=bool)
    fresh[1:] = (group[order][1:] != group[order][:-1]) | (voices[order][1:] != voices[order][:-1])
    begin = np.maximum.accumulate(np.where(fresh, np.arange(n), 0))
    share = np.empty(n)
    share[order] = 1.0 / (np.arange(n) - begin + 1)
    return copy, share


def _same_side_again(m: Members, strength: _Array) -> _Array:
    """Mark all but the strongest report of one side in a group: offices of one side do not bear each other out.

    A local authority speaks for the side that holds the place. Shape (n,).
    """
    rows = np.flatnonzero((m.side != "") & ~m.denies & ~m.copy)
    out = np.zeros(len(m.group), dtype=bool)
    if len(rows):
        _, side = np.unique(m.side[rows], return_inverse=True)
        order = np.lexsort((rows, -strength[rows], side, m.group[rows]))
        group, side = m.group[rows][order], side[order]
        out[rows[order[1:]]] = (group[1:] == group[:-1]) & (side[1:] == side[:-1])
    return out


def _pass_down(group: _Array, kind: _Array, names: _Array, score: _Array) -> tuple[_Array, _Array]:
    """Give each named class the weight of the wider classes named beside it, and drop those wider ones.

    Every pair of group and kind (a position in `names`) stands once.
    """
    leaf, passed = np.ones(len(group), dtype=bool), score.copy()
    rows = [np.flatnonzero(kind == k) for k in range(len(names))]
    for wide, narrow in permutations(range(len(names)), 2):
        if covers((names[wide],), names[narrow]):
            of, to = rows[wide], rows[narrow]
            _, a, b = np.intersect1d(group[of], group[to], assume_unique=True, return_indices=True)
            passed[to[b]] += score[of[a]]
            leaf[of[a]] = False
    return leaf, passed


def _share_of(what: str, priors: Priors) -> float:
    return priors.object_share.get(what.split(".", 1)[0], 0.02)


def _lookup(keys: _Array, table: Any, default: float = 1.0) -> _Array:
    names, inverse = np.unique(keys, return_inverse=True) if keys.dtype.kind == "i" else coded(keys)
    return np.array([table.get(k.item() if hasattr(k, "item") else k, default) for k in names], dtype=float)[inverse]


def _with_repetition(why: _Array, m: Members, rows: _Array | None = None) -> _Array:
    rows = np.arange(len(m.group)) if rows is None else rows
    why = np.where(m.copy[rows], "copy of a report already counted", why)
    why[~m.copy[rows] & (m.share[rows] < 1)] += ", same voice again"
    return why


def _same(n: int, about: str, weight: float, why: str) -> tuple[_Array, _Array, _Array]:
    return np.full(n, about, dtype=object), np.full(n, weight), np.full(n, why, dtype=object)


def _added(group: _Array, row: _Array, about: _Array | str, weight: _Array, why: _Array | str) -> Added:
    """Make rows of weights, a text standing for all rows."""
    texts = [np.full(len(group), t, dtype=object) if isinstance(t, str) else t for t in (about, why)]
    return Added(group, row, texts[0], weight, texts[1])


def _bounded(p: _Array, floor: float) -> _Array:
    return np.clip(p, floor, 1 - floor)
