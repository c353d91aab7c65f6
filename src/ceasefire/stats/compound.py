"""How many incidents stand behind n reports of one place, day and kind, where incidents and reports are both counts.

Why: the number of incidents in a cell is Poisson; each is reported at least once, and a famous one many times. The
compound of the two says how much likelier one more report is a further report of a known incident than the first of
a new one. That is where the local density enters: in a busy cell a new incident is a good explanation, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from scipy.special import gammaln

_Array = np.ndarray[Any, Any]

CAP = 64
"""Reports in one cell beyond this many are weighed as if they were this many."""
_STEP, _LOW, _RATES = 0.1, -16.0, 200


@dataclass(frozen=True)
class Compound:
    """Weights by rate of incidents and number of reports.

    `join[b, n]` is the odds-weight of joining a cell of rate bin b that holds n other reports (n up to `CAP`);
    `incidents[b, n]` the expected number of incidents behind n reports.
    """

    join: _Array
    incidents: _Array


@lru_cache(maxsize=256)
def compound(mean_extra: float, dispersion: float = np.inf) -> Compound:
    """Tabulate the weights for incidents that are reported once and then `mean_extra` more times on average.

    Parameters
    ----------
    mean_extra
        Mean number of reports of an incident beyond the first, above 0.
    dispersion
        Size of the negative binomial of those extra reports; infinite is Poisson, small is a few famous incidents.

    Notes
    -----
    P(n reports | rate) by Panjer's recursion (Panjer 1981). Reports within a cell are exchangeable, so that a report
    joins with weight (n + 1) P(n + 1) / P(n).

    Examples
    --------
    >>> t = compound(1.2)
    >>> b = int(rate_bin(np.log([0.01]))[0])
    >>> [round(float(x), 2) for x in t.join[b, :3]]
    [0.0, 2.4, 1.81]
    >>> [round(float(x), 2) for x in t.incidents[b, 1:4]]
    [1.0, 1.0, 1.01]
    """
    extra = np.arange(CAP + 1)
    if np.isfinite(dispersion):
        log_f = gammaln(extra + dispersion) - gammaln(dispersion) - gammaln(extra + 1)
        log_f += dispersion * np.log(dispersion / (dispersion + mean_extra))
        log_f += extra * np.log(mean_extra / (dispersion + mean_extra))
    else:
        log_f = extra * np.log(mean_extra) - mean_extra - gammaln(extra + 1)
    sized = np.r_[0.0, np.arange(1, CAP + 2) * np.exp(np.maximum(log_f, -690.0))]
    rate = np.minimum(np.exp(_LOW + _STEP * np.arange(_RATES)), 60.0)
    total = np.zeros((_RATES, CAP + 2))
    total[:, 0] = 1.0
    for n in range(1, CAP + 2):
        total[:, n] = rate / n * (total[:, n - np.arange(1, n + 1)] @ sized[1 : n + 1])
    log = np.log(np.maximum(total, 1e-300))
    join = np.exp(np.diff(log, axis=1)) * np.arange(1, CAP + 2)
    incidents = np.clip(np.gradient(log[:, : CAP + 1], _STEP, axis=0), 1.0, None)
    incidents[:, 0] = 0.0
    return Compound(join.astype(np.float32), incidents)


def rate_bin(log_rate: _Array) -> _Array:
    """Give the row of the tables for each natural log of a cell's expected number of incidents."""
    return np.clip(np.rint((log_rate - _LOW) * (1 / _STEP)), 0, _RATES - 1).astype(np.int32)
