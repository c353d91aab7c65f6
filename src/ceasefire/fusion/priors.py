"""What fusion assumes before it has been taught: every weight in one place, stated, and replaceable in the case file.

These numbers are judgements, not estimates: they are round, they err towards caution, and decision 0004 says why
each has its size. A case may replace any of them under `assumptions:`; the report prints those that were used.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

_Ratio = float
"""A likelihood ratio: P(this report | so) / P(this report | not so); above 0."""


STATED_DETECTION: Mapping[str, Mapping[str, float]] = {
    "satellite.thermal": {"attack": 0.10, "fire": 0.40},
    "satellite.radar": {"attack": 0.15},
    "satellite.optical": {"fire": 0.30},
    "satellite.lights": {"outage": 0.10},
    "drone": {"attack": 0.60, "fire": 0.80},
    "ais": {"attack": 0.10, "interference": 0.70},
    "monitor": {"attack": 0.50},
    "official": {"attack": 0.50},
    "news": {"attack": 0.40},
}
"""Detection probabilities as stated, by channel and act class; where they are learned, what they start from."""


class SourceFactors(BaseModel):
    """Factors on the weight of voices, learnt from the case itself or stated; a voice is `source/channel/grade`."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    learned: bool = False
    """Learn them from the case's own incidents and looks; `ceasefire reliability CASE` shows them."""
    factors: Mapping[str, Annotated[float, Field(ge=0, le=5)]] = {}
    """Stated factors by voice; not used where they are learnt."""
    blocs: Mapping[str, tuple[str, ...]] = {}
    """Voices that share an owner or an office, by name of the bloc; those of one side are one anyway."""


class Priors(BaseModel):
    """Stated weights of fusion.

    Examples
    --------
    >>> Priors().occurred["monitor"] > Priors().occurred["party"]
    True
    >>> Priors.model_validate({"base_rate": 0.4}).base_rate
    0.4
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    base_rate: float = Field(default=0.3, gt=0, lt=1)
    """P(occurred) of something that somebody reported, before it is asked who and how."""
    floor: float = Field(default=0.01, gt=0, lt=0.5)
    """Probabilities stay within [floor, 1 - floor]: a monitor is never certain."""
    occurred: Mapping[str, _Ratio] = {
        "satellite.thermal": 3.0,
        "satellite.radar": 4.0,
        "drone": 20.0,
        "monitor": 14.0,
        "official": 6.0,
        "news": 7.0,
        "party": 1.5,
        "alert": 1.0,
    }
    """Likelihood ratio for `it occurred` of one independent report, by channel."""
    admission: _Ratio = 15.0
    """Of a party that says it did it itself, or reports its own failure: a statement against interest."""
    denial_by_party: _Ratio = 0.8
    """Of a denial by a party: nearly everybody denies."""
    denial_by_other: _Ratio = 0.3
    """Of a denial by somebody who is not a party."""
    alert_present: _Ratio = 1.1
    """For an act from the air, of an air-raid alert in the region at the time."""
    alert_absent: _Ratio = 0.3
    """For an act from the air, of a region that kept count and had no alert at all that day."""
    reliability: Mapping[str, float] = {"A": 1.2, "B": 1.1, "C": 1.0, "D": 0.7, "E": 0.4, "F": 0.7}
    """Admiralty reliability: factor on the log weight."""
    credibility: Mapping[int, float] = {1: 1.3, 2: 1.1, 3: 1.0, 4: 0.6, 5: 0.2, 6: 0.8}
    """Admiralty credibility: factor on the log weight."""
    object_share: Mapping[str, float] = {
        "energy": 0.05,
        "transport": 0.05,
        "water": 0.01,
        "communications": 0.01,
        "civilian": 0.35,
        "industry": 0.08,
        "military": 0.20,
        "settlement": 0.20,
    }
    """Share of incidents that fall on each kind of object, before anybody says which."""
    object_named: Mapping[str, _Ratio] = {
        "satellite.thermal": 3.0,
        "satellite.radar": 3.0,
        "drone": 200.0,
        "monitor": 200.0,
        "official": 150.0,
        "news": 100.0,
        "party": 20.0,
        "alert": 1.0,
    }
    """Likelihood ratio of a report that names an object class (it is rarely named where it was not hit)."""
    object_outage: _Ratio = 20.0
    """Of a report of lost power that names no object, for an object of the electricity sector."""
    object_registered: _Ratio = 3.0
    """Most that a registered object of that class inside the disc may add: 1 / (number expected by chance)."""
    object_unregistered: _Ratio = 0.8
    """Of no registered object of that class inside it: registers are incomplete."""
    other_share: float = Field(default=0.07, gt=0, lt=1)
    """P(neither party: own fire, accident, third actor), before anybody says."""
    own_share: float = Field(default=0.03, gt=0, lt=1)
    """P(the party that holds the place struck it itself)."""
    party_named: Mapping[str, _Ratio] = {
        "drone": 8.0,
        "monitor": 6.0,
        "official": 2.5,
        "news": 4.0,
        "party": 1.3,
    }
    """Likelihood ratio for the accused of one independent accusation, by channel."""
    party_basis: Mapping[str, _Ratio] = {
        "claim_of_responsibility": 30.0,
        "trajectory": 8.0,
        "weapon_fragment": 8.0,
        "exclusive_capability": 10.0,
        "launch_location": 8.0,
    }
    """Likelihood ratio for the accused of a named basis."""
    alternative: _Ratio = 3.0
    """For `other`, of each alternative explanation that a source leaves open."""
    attribution_at: float = Field(default=0.95, gt=0.5, lt=1)
    """P(party) from which a party may be named; a basis, two origins and no open alternative are needed as well."""
    attribution_channels: tuple[str, ...] = ("news", "monitor", "drone", "satellite.thermal", "satellite.radar")
    """Channels that may give a basis; offices of one side may not, unless a party admits it."""
    detection: Literal["learned"] | Mapping[str, Mapping[str, float]] = "learned"
    """P(one look of full quality shows one such act), by channel and act class; `learned` learns it from the case's
    looks and incidents where several channels looked at the same acts, and takes the stated numbers elsewhere."""
    same_hours: float = Field(default=18.0, gt=0)
    """Reports whose mid times differ by more are of different incidents."""
    same_km: float = Field(default=30.0, gt=0)
    """Reports further apart are of different incidents; a disc wider than this is coarse and never joins two."""

    matching: Literal["linkage", "rule"] = "linkage"
    """How reports of one event are found: `linkage` learns from the case how such reports agree and leaves it to the
    rule where there are too few; `rule` joins what can be of one instant and place."""
    calibration: str = ""
    """Calibration file through which the three probabilities are read, or `library:simulated-2026`; empty for none."""
    prevalence: Mapping[Literal["occurred", "object"], Annotated[float, Field(gt=0, lt=1)]] = {}
    """Share of incidents that occurred, and of those that did the share on protected objects, where the case knows
    them: the calibration map is moved from its own shares to these."""
    source_reliability: SourceFactors = SourceFactors()
    """Factors on the log weight of single voices in P(occurred), learnt or stated."""

    def described(self) -> dict[str, Any]:
        """Give every number as plain data, for the report."""
        return self.model_dump(mode="json")
