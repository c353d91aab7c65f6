"""What each observation adds to P(which kind of object | it occurred): what reports name, and what stands near.

How far a source is believed is weighed in P(occurred) and not here a second time (decision 0026).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np

from ceasefire.fusion.added import Added
from ceasefire.fusion.columns import Coded
from ceasefire.fusion.members import Members
from ceasefire.fusion.priors import Priors
from ceasefire.model.taxonomy import covers

_Array = np.ndarray[Any, Any]
_REASONS = np.array(["names the object", "reports a loss of power"])
_NEAR = np.array(["no registered one nearby", "a registered one touches the disc, against chance"])


@dataclass(frozen=True)
class OnObjects:
    """P(object class | it occurred) as pairs of group and class, each of shape (pairs,)."""

    group: _Array
    what: Coded
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
    rows = np.flatnonzero(~m.shown.equals("") & ~m.denies & ~m.copy)
    shown = m.shown.take(rows).tidied()
    inferred = ~shown.same(m.object.take(rows))
    named = np.where(inferred, priors.object_outage, m.channel.take(rows).looked_up(priors.object_named, 1.0))
    weight = np.log(named) * m.share[rows]
    each = max(len(shown.names), 1)
    pair, at = np.unique(m.group[rows] * each + shown.code, return_inverse=True)
    group, kind = pair // each, (pair % each).astype(np.int32)
    about = Coded(np.array([f"object:{name}" for name in shown.names.tolist()], dtype=str), kind)
    why = m.with_repetition(Coded(_REASONS, inferred.astype(np.int32)), rows)
    parts = [Added(m.group[rows], rows, about.take(at), weight, why)]
    leaf, logs = _pass_down(group, kind, shown.names, np.bincount(at, weight, len(pair)))
    share = np.array([priors.object_share.get(w.split(".", 1)[0], 0.02) for w in shown.names.tolist()], float)[kind]
    logs = logs + np.log(share)
    beforehand = Coded.repeated("share of incidents on such objects", len(pair))
    prior = np.full(len(pair), -1)
    parts.append(Added(group, prior, about, np.log(share), beforehand))
    if registered is not None:
        column = np.searchsorted(registered.classes, shown.names)[kind]
        known = registered.listed[column] & np.isfinite(registered.expected[group, column])
        inside = registered.inside[group, column]
        chance = np.maximum(registered.expected[group, column], 1e-9)
        ratio = np.where(inside, np.clip(1 / chance, 1.0, priors.object_registered), priors.object_unregistered)
        add = np.where(known, np.log(ratio), 0.0)
        logs = logs + add
        some = add != 0
        near = Coded(_NEAR, inside[some].astype(np.int32))
        parts.append(Added(group[some], prior[some], about.take(some), add[some], near))
    what = Coded(shown.names, kind[leaf])
    group, what, logs, share = _with_unnamed(group[leaf], what, logs[leaf], share[leaf], m.count, protected, priors)
    rest = np.maximum(1.0 - np.bincount(group, share, m.count), 0.01)
    odds = np.exp(np.minimum(logs, 50.0))
    p = odds / (rest + np.bincount(group, odds, m.count))[group]
    return OnObjects(group, what, p, np.arange(len(group)) < leaf.sum()), Added.join(parts)


def _with_unnamed(
    group: _Array, what: Coded, logs: _Array, share: _Array, count: int, protected: Sequence[str], priors: Priors
) -> tuple[_Array, Coded, _Array, _Array]:
    """Add the protected kinds of object that nobody names in a group: each keeps its share of all incidents."""
    groups, whats, every, shares = [group], [what], [logs], [share]
    for kind in sorted({p.split(".")[0] for p in protected} & set(priors.object_share)):
        unnamed = np.ones(count, dtype=bool)
        unnamed[group[what.equals(kind) | what.begins(f"{kind}.")]] = False
        of = np.flatnonzero(unnamed)
        part = priors.object_share[kind]
        groups.append(of)
        whats.append(Coded.repeated(kind, len(of)))
        every.append(np.full(len(of), np.log(part)))
        shares.append(np.full(len(of), part))
    return np.concatenate(groups), Coded.joined(whats).tidied(), np.concatenate(every), np.concatenate(shares)


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
