"""What each observation adds to P(occurred): how often such a report is right, less for copies and for one side."""

from __future__ import annotations

from typing import Any

import numpy as np

from ceasefire.fusion.added import Added
from ceasefire.fusion.columns import Coded
from ceasefire.fusion.members import Members
from ceasefire.fusion.priors import Priors

_Array = np.ndarray[Any, Any]


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
    logs = np.log(m.channel.looked_up(priors.occurred, 1.0))
    detector = np.isfinite(m.ratio)
    logs[detector] = np.log(m.ratio[detector])
    admits = m.speaks & m.claimant.same(m.accused) & ~m.denies
    logs[admits] = np.log(priors.admission)
    logs[m.denies & m.speaks] = np.log(priors.denial_by_party)
    logs[m.denies & ~m.speaks] = np.log(priors.denial_by_other)
    trusted = logs * np.where(detector, 1.0, m.trust)  # a detector's ratio is calibrated: its errors are in it
    weight = np.where(m.copy, 0.0, trusted * m.share)
    again = _same_side_again(m, trusted)
    weight[again] = 0.0
    rows = np.arange(len(m.group))
    why = m.with_repetition(_reasons(m, detector, admits), rows)
    why = Coded(np.array([*why.names, *(f"{w}, the same side again" for w in why.names)]), why.code)
    why.code[again] += len(why.names) // 2
    prior = np.log(priors.base_rate / (1 - priors.base_rate))
    parts = [
        Added.prior(np.arange(m.count), "occurred", prior, "base rate of reports"),
        Added(m.group, rows, Coded.repeated("occurred", len(rows)), weight, why),
    ]
    from_air = np.zeros(m.count, dtype=bool)
    from_air[m.group[m.act.begins("attack.air") | m.act.equals("interception")]] = True
    for state, ratio, text in (
        (1, priors.alert_present, "air-raid alert in the region at the time"),
        (0, priors.alert_absent, "no air-raid alert in the region that day"),
    ):
        of = np.flatnonzero((alert == state) & from_air)
        parts.append(Added.prior(of, "occurred", float(np.log(ratio)), text))
    added = Added.join(parts)
    total = np.bincount(added.group, added.weight, m.count)
    return np.clip(1 / (1 + np.exp(-total)), priors.floor, 1 - priors.floor), added


def _reasons(m: Members, detector: _Array, admits: _Array) -> Coded:
    k = len(m.channel.names)
    names = [
        *(f"{c} report" for c in m.channel.names.tolist()),
        "detector's likelihood ratio",
        "a party's statement against its own interest",
        "a party's claim",
        "denial",
    ]
    code = np.where(detector, k, m.channel.code)
    code = np.where(m.speaks, np.where(admits, k + 1, k + 2), code)
    return Coded(np.array(names), np.where(m.denies, k + 3, code).astype(np.int32))


def _same_side_again(m: Members, strength: _Array) -> _Array:
    """Mark all but the strongest report of one side in a group: offices of one side do not bear each other out.

    A local authority speaks for the side that holds the place. Shape (n,).
    """
    rows = np.flatnonzero(~m.side.equals("") & ~m.denies & ~m.copy)
    out = np.zeros(len(m.group), dtype=bool)
    if len(rows):
        side = m.side.code[rows]
        order = np.lexsort((rows, -strength[rows], side, m.group[rows]))
        group, side = m.group[rows][order], side[order]
        out[rows[order[1:]]] = (group[1:] == group[:-1]) & (side[1:] == side[:-1])
    return out
