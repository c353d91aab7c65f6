"""P(occurred) weighed again with factors on what single voices add, learnt or stated; every changed row says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.special import expit

from ceasefire.fusion.priors import Priors
from ceasefire.fusion.reliability import Interval, in_words
from ceasefire.fusion.voices import voices_of
from ceasefire.model.records import Observation, Weight
from ceasefire.model.table import Table

if TYPE_CHECKING:
    from ceasefire.fusion.fuse import Fused


def reweighed(
    fused: Fused, observations: Table[Observation], factors: Mapping[str, Interval], *, priors: Priors | None = None
) -> Fused:
    """Scale what each judged voice's reports add to P(occurred), and weigh it again.

    P(object) and P(party) stay as they are: reliability counts once (decision 0026). Denials are left as stated.

    Parameters
    ----------
    fused
        What fusion gave.
    observations
        All observations of the case.
    factors
        Voice to factor with its interval.
    priors
        Stated weights; the shipped ones where not given.
    """
    priors = priors or Priors()
    if not factors or not len(fused.weights):
        return fused
    names, voice = voices_of(observations)
    weights = fused.weights
    row = pc.index_in(weights.arrow.column("observation"), value_set=observations.arrow.column("id").combine_chunks())
    row = pc.fill_null(row, -1).to_numpy().astype(np.int64)
    known = np.array([name in factors for name in names.tolist()], dtype=bool)
    by = np.array([factors.get(name, (1.0, 1.0, 1.0))[0] for name in names.tolist()])
    about, weight = weights.column("about") == "occurred", weights.column("weight")
    scaled = about & (row >= 0) & (weight > 0)
    scaled[scaled] = known[voice[row[scaled]]]
    of = voice[row[scaled]]
    new = weight.copy()
    new[scaled] *= by[of]
    text = np.array(
        [f", reliability {in_words(factors[k])}" if k in factors else "" for k in names.tolist()], dtype=object
    )
    why = weights.column("why").astype(object)
    why[scaled] = why[scaled] + text[of]
    incident = pc.index_in(
        weights.arrow.column("incident"), value_set=fused.incidents.arrow.column("id").combine_chunks()
    )
    at = incident.to_numpy().astype(np.int64)
    total = np.bincount(at[about], new[about], len(fused.incidents))
    p = np.clip(expit(total), priors.floor, 1 - priors.floor)
    changed: Table[Weight] = weights.replace(weight=new, why=pa.array(why, type=pa.string()))
    return replace(fused, incidents=fused.incidents.replace(p_occurred=p), weights=changed)
