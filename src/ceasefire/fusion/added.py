"""What was added to an incident's three probabilities, as columns: one row per thing added, with its rule.

Why rows: `explain` prints each number beside the rule that gave it, and nothing is weighed that is not listed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ceasefire.fusion.columns import Coded

_Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Added:
    """Weights in columns: row k says that an observation added `weight` to `about` of a group."""

    group: _Array
    """Group (incident number), shape (m,)."""
    row: _Array
    """Row of the observation in the table; -1 for a prior, shape (m,)."""
    about: Coded
    """`occurred`, `object:<class>` or `party:<id>`, m rows."""
    weight: _Array
    """Natural-log weight, shape (m,)."""
    why: Coded
    """Rule, m rows."""

    @classmethod
    def join(cls, parts: Sequence[Added]) -> Added:
        """Put several behind one another."""
        return cls(
            np.concatenate([p.group for p in parts]),
            np.concatenate([p.row for p in parts]),
            Coded.joined([p.about for p in parts]),
            np.concatenate([p.weight for p in parts]),
            Coded.joined([p.why for p in parts]),
        )

    @classmethod
    def prior(cls, group: _Array, about: str, weight: _Array | float, why: str | Coded) -> Added:
        """Make rows that no observation gave: a prior, or what is known of the place and the time.

        >>> Added.prior(np.array([0, 1]), "occurred", -0.8, "base rate of reports").row.tolist()
        [-1, -1]
        """
        n = len(group)
        text = Coded.repeated(why, n) if isinstance(why, str) else why
        return cls(group, np.full(n, -1), Coded.repeated(about, n), np.broadcast_to(weight, n), text)
