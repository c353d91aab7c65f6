"""What each measured number is worth when a ship's behaviour is judged: weights of logistic models, by kind.

Why logistic: a reader can follow a sum of weighted numbers, and its probability can be checked against truth. Fitted on
simulated fleets of the seeds under 100 by `python -m benchmarks.vessel_behaviour --fit` (ridge 1, five worlds at once),
which prints this table; tested on seeds from 100.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

ODDS: dict[str, dict[str, float]] = {
    "rendezvous": {
        "one": -1.35,
        "apart": -2.464,
        "spread": -0.176,
        "widest": -2.158,
        "hours": 1.571,
        "instants": 0.104,
        "together": 0.102,
        "pace": -0.977,
        "chance": -0.974,
        "zone_km": 1.119,
        "service": -2.559,
        "service_near": -1.343,
        "fishing": -1.894,
        "fishing_one": -0.027,
        "anchored": -0.011,
    },
    "loitering": {
        "one": 1.079,
        "hours": 1.642,
        "instants": -0.272,
        "reach": -0.027,
        "tight": -1.238,
        "wide": -0.07,
        "pace": -0.953,
        "still": -3.03,
        "anchored": -2.892,
        "says_fishing": -1.066,
        "fishing": -4.633,
        "service": -0.79,
        "zone_km": 0.643,
        "company": 0.104,
    },
    "port_call": {
        "one": -2.126,
        "hours": -0.466,
        "still": 4.556,
        "share_still": -2.46,
        "slowest": -0.15,
        "moored": 3.988,
        "silence": 0.573,
    },
    "stop": {
        "one": 2.623,
        "fall": -0.906,
        "seen_fall": -2.429,
        "leap": -1.565,
        "before": 1.804,
        "hours": -1.583,
        "pace": -2.685,
        "anchored": -2.285,
        "zone_km": 1.576,
        "fishing": -1.591,
        "service": -1.692,
    },
    "speed": {
        "one": -3.361,
        "ratio": 0.073,
        "excess": 3.373,
        "hours": 0.161,
        "known": -0.087,
        "spread": -2.443,
        "unmade": -2.224,
        "merchant": 0.417,
        "unknown": 0.0,
    },
    "course": {
        "one": -3.757,
        "turn": 1.371,
        "back": -0.701,
        "turns": 0.552,
        "alike": -0.386,
        "zone_km": 3.034,
        "pace": -3.704,
        "unmade": -1.99,
        "untold": -1.625,
        "merchant": 0.456,
        "fishing": -0.005,
        "service": -0.32,
    },
    "distress": {
        "one": 0.438,
        "beacon": -1.663,
        "active": -0.469,
        "minutes": 1.085,
        "asks": 1.193,
        "tests": -1.193,
        "in_port": -2.913,
    },
}
"""Kind to the weight of each number; `one` is the constant."""


def log_odds(kind: str, numbers: Mapping[str, Array]) -> Array:
    """Give the log odds that candidates are what `kind` says, from their numbers; shape (n,).

    Raises
    ------
    KeyError
        A number without a weight, or the other way round.

    >>> zeros = {name: np.zeros(1) for name in ODDS["stop"] if name != "one"}
    >>> log_odds("stop", zeros).tolist() == [ODDS["stop"]["one"]]
    True
    """
    weights = ODDS[kind]
    if missing := set(weights) - {"one"} ^ set(numbers):
        raise KeyError(f"{kind}: {', '.join(sorted(missing))} stands on one side only")
    total = np.full(len(next(iter(numbers.values()))), weights["one"])
    for name, values in numbers.items():
        total = total + weights[name] * np.asarray(values, dtype=float)
    return np.asarray(np.round(total, 6))
