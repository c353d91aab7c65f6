"""What a change score is worth: how much likelier it is where something was damaged than where nothing was.

Damage is taken to move every series by 0.5 to 3 dB, all sizes alike on a logarithmic scale, up or down. Part of
all damage moves nothing that a radar sees, so a quiet score speaks against damage only in part. Under no change the
score has the null that was learned around. The ratio's mean over quiet places is therefore about 1: it is a bet that
cannot be won on average where nothing happened. A greater score never weighs less than a smaller one.

Source: L. Held and M. Ott, "On p-values and Bayes factors", Annual Review of Statistics and Its Application 5 (2018)
393-419, for ratios from a test statistic.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2, ncx2

from ceasefire.stats.change_combine import surprise
from ceasefire.stats.change_null import TailNull

Array = NDArray[np.float64]

SIZES_DB = np.geomspace(0.5, 3.0, 13)
"""Changes that damage may make, dB, equally likely."""
VISIBLE = 0.5
"""Share of damage that changes what a radar sees of a footprint; a stated number, to be replaced by a measured one."""
STEPS = 200
"""Steps of the score below the one asked for, over which the greatest ratio is kept."""


def likelihood_ratio(q: float, dof: int, *, null: TailNull, per_db2: float, visible: float = VISIBLE) -> float:
    """Weigh a statistic that is a chi-square under no change in theory, and `null` in practice.

    Parameters
    ----------
    q
        The statistic, not negative.
    dof
        Its degrees of freedom.
    null
        What its surprise, -2 ln p, looks like where nothing happened.
    per_db2
        Noncentrality that a change of 1 dB in all series gives; it grows with the square of the change.
    visible
        Share of damage that changes anything.

    Raises
    ------
    ValueError
        A share outside 0 to 1, or a noncentrality that is not above 0.

    >>> speckle = TailNull(1.0, 1e4)
    >>> [round(likelihood_ratio(q, 4, null=speckle, per_db2=8.0), 2) for q in (2.0, 12.0, 20.0)]
    [0.57, 2.46, 36.71]
    """
    if not 0.0 <= visible <= 1.0 or not per_db2 > 0.0:
        raise ValueError(f"a share lies between 0 and 1 and a noncentrality above 0, not {visible} and {per_db2}")
    x = np.linspace(0.0, max(q, 1e-6), STEPS + 1)[1:]
    # restlessness of the scene widens the alternative as it widens the null
    wide = x / null.scale
    changed = ncx2.pdf(wide[:, None], dof, per_db2 * SIZES_DB**2 / null.scale).mean(axis=1) / null.scale
    log_theory = np.log(2.0) + chi2.logpdf(x, dof) - chi2.logsf(x, dof)
    quiet = np.exp(null.log_density(surprise(x, dof)) + log_theory)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(quiet > 0, changed / quiet, np.inf)
    return float(visible * np.max(ratio) + 1.0 - visible)
