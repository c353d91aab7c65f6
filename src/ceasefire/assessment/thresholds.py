"""Where probabilities become verdicts: fixed before any incident was judged, printed in every report."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Thresholds(BaseModel):
    """Bounds on probabilities; each is a border of the ICD 203 words.

    >>> Thresholds().occurred
    0.8
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    occurred: float = Field(default=0.80, gt=0.5, lt=1)
    """From here on it is taken to have happened (`very likely`)."""
    never: float = Field(default=0.05, gt=0, lt=0.5)
    """Up to here it is taken not to have happened (`almost no chance`)."""
    covered: float = Field(default=0.80, gt=0.5, lt=1)
    """From here on the object is taken to be one the reading protects (`very likely`)."""
    not_covered: float = Field(default=0.20, gt=0, lt=0.5)
    """Up to here it is taken to be none (`very unlikely`)."""
    exposure: float = Field(default=0.05, gt=0, lt=1)
    """Below this chance of seeing one violation a place and day was not observed."""
    level: float = Field(default=0.95, gt=0.5, lt=1)
    """Confidence level of upper limits."""

    @model_validator(mode="after")
    def _ordered(self) -> Thresholds:
        if self.not_covered >= self.covered or self.never >= self.occurred:
            raise ValueError("the lower bound must lie below the upper one")
        return self
