"""What the days and places around a cell-day say about it: heat above expectation gathers where there is fighting.

Why: a burnt field and a shelled one look alike from orbit. What tells them apart is company: fighting shows excess
in the same few kilometres again and again for weeks. So the evidence of a cell-day is joined by the evidence around
it, with its own part left out. In quiet years nothing gathers, and nothing is added.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ceasefire.detectors.thermal import Scores
from ceasefire.detectors.thermal_cells import Cells
from ceasefire.stats.tail_calibration import likelihood_ratio

Singles = NDArray[np.float32]

SD_CELLS = 1.0
"""Reach over land: a Gaussian of one cell, about 10 km."""
SCALE_DAYS = 30.0
"""Reach in time: weight falls by a factor of e in 30 days."""
EXPONENT = 2.0
"""How strongly odds follow the evidence around. This, the reaches and `ORDINARY` were chosen on one half of the map
(see docs/methods/thermal.md), the numbers there are of the other half."""
ORDINARY = 0.02
"""Weight of evidence per cell-day that even quiet surroundings are given the benefit of."""


def surrounding_evidence(
    cells: Cells,
    scores: Scores,
    *,
    sd_cells: float = SD_CELLS,
    scale_days: float = SCALE_DAYS,
    past_only: bool = False,
) -> Singles:
    """Give the mean weight of evidence around each cell-day, itself left out, shape (cells, days).

    Parameters
    ----------
    cells, scores
        The population and its scores on consecutive days.
    sd_cells, scale_days
        Reach over land (cells) and in time (days).
    past_only
        Leave out later days: what could have been said on the day itself. Reports written later use both sides.

    Notes
    -----
    The weight of evidence is the logarithm of the likelihood ratio where it is above 1, else 0.
    """
    if not (sd_cells > 0 and scale_days > 0):
        raise ValueError("sd_cells and scale_days must be above 0")
    weight = np.log(np.maximum(likelihood_ratio(scores.tail), 1.0)).astype(np.float32)
    number = np.arange(weight.shape[1])
    ahead = number[:, None] - number[None, :]
    kernel = np.exp(-np.abs(ahead) / scale_days) * (ahead <= 0 if past_only else 1.0)
    kernel = (kernel / kernel.sum(axis=0)).astype(np.float32)
    around = cells.blur(weight @ kernel, sd_cells=sd_cells)
    own = cells.own_weight(sd_cells=sd_cells)[:, None] * np.diag(kernel)[None, :] * weight
    return np.asarray(np.maximum(around - own, 0.0))


def log_odds(cells: Cells, scores: Scores, *, past_only: bool = False) -> Singles:
    """Give log odds, up to a constant, that heat in a cell-day comes from fighting; the order to look at alarms in.

    Parameters
    ----------
    cells, scores
        As in `surrounding_evidence`.
    past_only
        As in `surrounding_evidence`.

    Notes
    -----
    Not a calibrated probability: how common fighting is must come from the case. Fusion uses the likelihood ratio.

    >>> from ceasefire.stats.negative_binomial import Tails
    >>> cells = Cells(np.arange(9), np.zeros(9, dtype=int))
    >>> p = np.ones((9, 5)); p[3, 1:4] = 0.001; p[8, 2] = 0.001        # three days running, and one alone
    >>> odds = log_odds(cells, Scores(np.ones_like(p), Tails(p * 0.99, p), np.where(p < 1, 40.0, 0.9)))
    >>> bool(odds[3, 2] > odds[8, 2] > odds[0, 2])
    True
    """
    around = surrounding_evidence(cells, scores, past_only=past_only)
    return np.asarray(EXPONENT * np.log(around + ORDINARY) + np.log(scores.likelihood_ratio), dtype=np.float32)
