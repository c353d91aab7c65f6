"""What each measured number is worth when a ship's behaviour is judged: weights of logistic models, by kind.

Why logistic: a reader can follow a sum of weighted numbers, and its probability can be checked against truth. Fitted on
simulated fleets of the seeds under 100 by `python -m benchmarks.vessel_behaviour --fit` (ridge 1, all worlds at once),
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
        "one": -1.269,
        "apart": -2.336,
        "spread": -0.395,
        "widest": -2.128,
        "hours": 1.808,
        "instants": -0.025,
        "together": 0.166,
        "pace": -1.226,
        "chance": -1.263,
        "zone_km": 1.254,
        "service": -3.062,
        "service_near": -1.421,
        "fishing": -2.373,
        "fishing_one": -0.009,
        "anchored": -0.003,
    },
    "loitering": {
        "one": 1.006,
        "hours": 1.635,
        "instants": -0.239,
        "reach": 0.024,
        "tight": -1.339,
        "wide": -0.141,
        "pace": -0.984,
        "still": -3.673,
        "anchored": -2.679,
        "says_fishing": -1.024,
        "fishing": -5.294,
        "service": -0.762,
        "zone_km": 0.78,
        "company": 0.13,
    },
    "port_call": {
        "one": -1.985,
        "hours": -0.602,
        "still": 3.446,
        "share_still": -2.806,
        "slowest": -0.456,
        "moored": 4.355,
        "silence": 0.843,
    },
    "stop": {
        "one": -5.239,
        "fall": -0.618,
        "before": 5.874,
        "hours": -1.333,
        "pace": -3.289,
        "anchored": -4.491,
        "zone_km": 2.613,
        "fishing": -2.325,
        "service": -2.52,
    },
    "speed": {
        "one": -7.084,
        "ratio": -0.063,
        "excess": 3.53,
        "hours": -0.042,
        "known": 0.667,
        "spread": -2.876,
        "unmade": -2.822,
        "merchant": 0.252,
        "unknown": 0.0,
    },
    "course": {
        "one": -8.203,
        "turn": 1.191,
        "back": -0.06,
        "turns": 0.9,
        "alike": -0.645,
        "zone_km": 3.719,
        "pace": -4.421,
        "merchant": 2.015,
        "fishing": -0.7,
        "service": -1.101,
    },
    "distress": {
        "one": 0.863,
        "beacon": -1.578,
        "active": -0.284,
        "minutes": 1.007,
        "asks": 1.293,
        "tests": -1.293,
        "in_port": -3.964,
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
