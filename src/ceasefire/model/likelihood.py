"""ICD 203 words of likelihood: they come from a probability and from nothing else.

Source: US Intelligence Community Directive 203, Analytic Standards (2015), table of likelihood expressions.
"""

from __future__ import annotations

from math import isnan

WORDS: tuple[tuple[float, float, str], ...] = (
    (0.00, 0.05, "almost no chance"),
    (0.05, 0.20, "very unlikely"),
    (0.20, 0.45, "unlikely"),
    (0.45, 0.55, "roughly even chance"),
    (0.55, 0.80, "likely"),
    (0.80, 0.95, "very likely"),
    (0.95, 1.00, "almost certain"),
)
"""Lower bound, upper bound, word. The directive's outer words begin at 1 % and end at 99 %."""


def word(probability: float) -> str:
    """Give the ICD 203 word for a probability; nothing is ever certain, so 0 and 1 are never reached.

    Parameters
    ----------
    probability
        Between 0 and 1; NaN gives "not assessed".

    >>> word(0.93), word(0.5), word(float("nan"))
    ('very likely', 'roughly even chance', 'not assessed')
    """
    if isnan(probability):
        return "not assessed"
    if not 0.0 <= probability <= 1.0:
        raise ValueError(f"a probability lies between 0 and 1, not {probability}")
    for _, upper, name in WORDS:
        if probability < upper:
            return name
    return WORDS[-1][2]
