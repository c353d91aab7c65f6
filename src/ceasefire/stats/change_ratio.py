"""What a footprint's score is worth: how much likelier it is where something was damaged than where nothing was.

Damage is taken to move every series by 0.5 to 3 dB, all sizes alike on a logarithmic scale; by lot all pixels move
alike, or a half of the change is common, or none is. Part of all damage moves nothing that a radar sees, so a quiet
score speaks against damage only in part. Under no change the score has the null that was learned around. The ratio's
mean over quiet places is therefore about 1: it is a bet that cannot be won on average where nothing happened. A
greater score never weighs less than a smaller one.

Source: L. Held and M. Ott, "On p-values and Bayes factors", Annual Review of Statistics and Its Application 5 (2018)
393-419, for ratios from a test statistic.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ceasefire.stats.change_footprint import spread
from ceasefire.stats.change_null import TailNull

Array = NDArray[np.float64]

SIZES_DB = np.geomspace(0.5, 3.0, 9)
"""Changes that damage may make, dB, equally likely."""
ALIKE = np.array([0.0, 0.5, 1.0])
"""Shares of the change that pixels may have in common, equally likely."""
VISIBLE = 0.5
"""Share of damage that changes what a radar sees of a footprint; a stated number, to be replaced by a measured one."""
STEPS = 60
"""Steps of the score below the one asked for, over which the greatest ratio is kept."""


def likelihood_ratio(
    score: float, *, dof: int, dof_mean: int, pixels: int, null: TailNull, per_db2: float, visible: float = VISIBLE
) -> float:
    """Weigh a blend of chi-squares whose surprise, -2 ln p, has a known null.

    Parameters
    ----------
    score
        The blend, as `change_footprint.blend` gives it, not negative.
    dof, dof_mean, pixels
        As in `change_footprint.spread`.
    null
        What the surprise of the blend looks like where nothing happened.
    per_db2
        Noncentrality of the sum that a change of 1 dB in all pixels and series gives.
    visible
        Share of damage that changes anything.

    Raises
    ------
    ValueError
        A share outside 0 to 1, or a noncentrality that is not above 0.

    >>> speckle = TailNull(1.0, 1e4)
    >>> [round(likelihood_ratio(x, dof=16, dof_mean=4, pixels=4, null=speckle, per_db2=8.0), 2) for x in (15, 30, 45)]
    [0.62, 1.06, 5.78]
    """
    if not 0.0 <= visible <= 1.0 or not per_db2 > 0.0:
        raise ValueError(f"a share lies between 0 and 1 and a noncentrality above 0, not {visible} and {per_db2}")
    quiet = spread(dof, dof_mean, pixels)
    x = np.linspace(min(float(quiet.mean) / 2.0, score), max(score, 1e-6), STEPS)[:, None]
    size, alike = (v.ravel() for v in np.meshgrid(SIZES_DB, ALIKE))
    # restlessness of the scene widens the alternative as it widens the null
    damaged = spread(dof, dof_mean, pixels, noncentral=per_db2 * size**2 / null.scale, alike=alike)
    changed = np.exp(damaged.log_density(x / null.scale)).mean(axis=1) / null.scale
    tail = quiet.log_tail(x)
    log_quiet = (null.log_density(-2.0 * tail) + np.log(2.0) + quiet.log_density(x) - tail)[:, 0]
    with np.errstate(divide="ignore"):
        ratio = np.exp(np.minimum(np.log(changed) - log_quiet, 50.0))
    return float(visible * np.max(ratio) + 1.0 - visible)
