"""A run's score as records: what was compared, how many, and how many were right.

Every number stands beside the number it is a share of, so that a share of three is not mistaken for one of three
thousand.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Probability:
    """How good one stated probability was."""

    number: int
    """Statements scored."""
    base_rate: float
    """Share that came true."""
    brier: float
    """Mean squared error; 0 is perfect."""
    brier_of_base_rate: float
    """What stating the base rate every time would have scored; a run should do better."""
    reliability: float
    """Murphy's reliability over the ICD 203 bands; 0 is perfect."""
    resolution: float
    """Murphy's resolution over the ICD 203 bands; large is good."""
    log_score: float
    """Mean surprise, nats."""
    calibration_error: float
    """Expected calibration error over the ICD 203 bands."""
    table: tuple[tuple[float, float, int, float, float, float, float], ...]
    """Reliability table: from, to, number, mean stated, share true, and its 95 % Wilson band."""


@dataclass(frozen=True)
class Grouping:
    """Whether reports of one event were put together; over rows that tell of something that happened."""

    events: int
    """Events that at least one observation tells of."""
    incidents: int
    """Incidents that hold at least one such observation; more than `events` means that events were split."""
    precision: float
    """Share of the pairs of observations in one incident that are of one event."""
    recall: float
    """Share of the pairs of observations of one event that are in one incident."""
    f1: float
    """Harmonic mean of the two."""
    split: int
    """Incidents without a match that tell of something that happened: second incidents of one event."""
    invented: int
    """Incidents without a match that tell only of what never happened."""


@dataclass(frozen=True)
class Cells:
    """What was found in one kind of place and day."""

    looked: bool
    """Whether at least one look there and then was not lost."""
    true: int
    """Incidents that happened."""
    found: int
    """Of them, matched by an incident of the run."""
    missed: int
    """Of them, not matched."""
    unmatched: int
    """Incidents of the run that match no truth."""


@dataclass(frozen=True)
class Verdicts:
    """Verdicts on incidents under one provision and reading."""

    provision: str
    reading: str
    number: int
    """Incidents judged."""
    decided: int
    """Of them, with a verdict other than `insufficient`."""
    right: int
    """Of the decided, those where violation or not agrees with the truth; no true event means no violation."""
    true_violations: int
    """Violations that happened, seen or not."""
    called: int
    """Verdicts `violation`."""
    called_right: int
    """Of them, those that are true violations."""
    confusion: tuple[tuple[str, str, int], ...]
    """(verdict, what the truth deserves, number); `no event` where nothing happened."""


@dataclass(frozen=True)
class Limits:
    """Whether upper limits held, over the periods of one scope under one provision and reading."""

    provision: str
    reading: str
    scope: str
    """`day`: region and day; `region`: one region over the period; `all`."""
    number: int
    """Periods that state a limit."""
    held: int
    """Of them, those with no more true violations than the limit."""
    unstated: int
    """Periods in force that state none, because nobody looked."""
    zero: int
    """Periods that say none was observed."""
    zero_wrong: int
    """Of them, those where there was a violation (missed, within the limit or not)."""


@dataclass(frozen=True)
class Score:
    """A run against the truth."""

    incidents: int
    """Incidents of the run."""
    truths: int
    """Incidents that happened."""
    matched: int
    """Pairs of the two."""
    grouping: Grouping | None
    """Whether reports were put together rightly; None where the run's observations or the truth's rows are absent."""
    occurred: Probability
    """P(occurred), over all incidents; one that matches no truth did not occur."""
    weighed: Probability | None
    """P(occurred) again, where a second incident of one event counts as true: what is left is the weighing of
    reports, without the faults of putting them together; None as for `grouping`."""
    object: Probability
    """P(on a protected object | occurred), over the matched."""
    party: Probability
    """P(party did it | occurred), over every party of the matched."""
    party_first: int
    """Matched incidents whose likeliest party is the true one."""
    attributed: int
    """Matched incidents attributed to a party."""
    attributed_right: int
    """Of them, to the true one."""
    cells: tuple[Cells, ...]
    """Counts where somebody looked, and where nobody did."""
    verdicts: tuple[Verdicts, ...]
    """Per provision and reading."""
    limits: tuple[Limits, ...]
    """Per provision, reading and scope."""

    def as_dict(self) -> dict[str, Any]:
        """Give everything as plain values for JSON; what is not a number is null."""
        return dict(_plain(asdict(self)))

    def __str__(self) -> str:
        return self.text()

    def text(self) -> str:
        """Give everything as a table for a terminal."""
        from ceasefire.testing.score_text import text

        return text(self)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value
