"""What each observation adds to P(which party | it occurred): who held the place, who is accused, on what basis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ceasefire.fusion.added import Added
from ceasefire.fusion.columns import Coded
from ceasefire.fusion.members import Members
from ceasefire.fusion.priors import Priors

_Array = np.ndarray[Any, Any]
_BEFOREHAND = np.array(["no party is likelier beforehand", "who held the place"])
_SAYS = np.array(["accuses", "says so itself"])


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
    held = np.isin(control, list(parties))
    beforehand = Coded(_BEFOREHAND, held.astype(np.int32))
    for p, party in enumerate(names):
        share = np.full(m.count, priors.other_share if party == "other" else fair)
        if party != "other" and len(parties) > 1:
            others = (1 - priors.other_share - priors.own_share) / (len(parties) - 1)
            share[held] = np.where(control[held] == party, priors.own_share, others)
        logs[:, p] += np.log(share)
        parts.append(Added.prior(np.arange(m.count), f"party:{party}", np.log(share), beforehand))
    for p, party in enumerate(parties):
        rows = np.flatnonzero(m.accused.equals(party) & ~m.denies & ~m.copy)
        itself = m.claimant.take(rows).equals(party)
        named = np.log(m.channel.take(rows).looked_up(priors.party_named, 1.0)) * m.share[rows] * m.trust[rows]
        named[itself] = np.log(priors.party_basis["claim_of_responsibility"])
        with_basis = np.log(m.basis.take(rows).looked_up(priors.party_basis, 1.0)) * m.trust[rows]
        logs[:, p] += np.bincount(m.group[rows], named + with_basis, m.count)
        about = Coded.repeated(f"party:{party}", len(rows))
        parts.append(Added(m.group[rows], rows, about, named, Coded(_SAYS, itself.astype(np.int32))))
        some = with_basis != 0
        parts.append(
            Added(m.group[rows][some], rows[some], about.take(some), with_basis[some], m.basis.take(rows[some]))
        )
    for name, left_open in alternatives.items():
        of = np.flatnonzero(left_open)
        weight = float(np.log(priors.alternative))
        logs[of, -1] += weight
        parts.append(Added.prior(of, "party:other", weight, f"{name.replace('_', ' ')} is not excluded"))
    odds = np.exp(logs - logs.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True), Added.join(parts)
