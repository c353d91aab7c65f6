"""A calibration map: what share of incidents given a probability in fact occurred, and where that was learnt.

Why a record of its own: a map is fitted once, in invented worlds or on incidents settled later, and then stands in a
case file as plain numbers. Whoever reads a probability that went through it can read what it was fitted on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ceasefire.stats.prevalence import prior_shift


@dataclass(frozen=True)
class CalibrationMap:
    """A monotone map of probabilities with its interval and its provenance; plain numbers, so that a case can hold it.

    >>> m = CalibrationMap(at=(0.0, 1.0), gives=(0.1, 0.9), low=(0.0, 0.8), high=(0.2, 1.0), method="beta",
    ...                    incidents=400, base_rate=0.6, fitted_on="invented worlds, seeds 1 to 5")
    >>> recalibrated(0.5, m)
    0.5
    """

    at: tuple[float, ...]
    """Stated probabilities, rising from 0 to 1."""
    gives: tuple[float, ...]
    """Share that occurred, never falling."""
    low: tuple[float, ...]
    """Lower ends of its interval."""
    high: tuple[float, ...]
    """Upper ends."""
    method: str
    """`isotonic` or `beta`."""
    incidents: int
    """Incidents it was fitted on."""
    base_rate: float
    """Share of them that occurred."""
    fitted_on: str
    """Which worlds or settled incidents, in words; printed with every probability that went through the map."""
    parameters: tuple[tuple[str, float, float, float], ...] = ()
    """Fitted parameters as (name, value, low, high); none for `isotonic`, whose knots have intervals instead."""

    def __post_init__(self) -> None:
        x, y, low, high = (np.asarray(v, dtype=np.float64) for v in (self.at, self.gives, self.low, self.high))
        if x.ndim != 1 or len(x) < 2 or not (x.shape == y.shape == low.shape == high.shape):
            raise ValueError("a calibration map needs two knots or more, and four lists of the same length")
        if x[0] != 0.0 or x[-1] != 1.0 or not np.all(np.diff(x) > 0):
            raise ValueError("the stated probabilities of a calibration map must rise from 0 to 1")
        if not np.all((low >= 0) & (low <= y) & (y <= high) & (high <= 1)) or np.any(np.diff(y) < 0):
            raise ValueError("a calibration map must give probabilities that never fall, inside their intervals")
        if not self.fitted_on.strip() or self.incidents < 1 or not 0.0 <= self.base_rate <= 1.0:
            raise ValueError("a calibration map must say what it was fitted on, on how many, and their base rate")

    def as_dict(self) -> dict[str, Any]:
        """Give the map as plain values, for a case file or JSON."""
        plain = {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}
        return plain | {"parameters": [list(row) for row in self.parameters]}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read a map back; what is missing or not known is named.

        Raises
        ------
        ValueError
            A field is missing or unknown, or the map is not one.
        """
        fields = set(cls.__dataclass_fields__)
        wrong = sorted(fields.symmetric_difference(values) - {"parameters"})
        if wrong:
            raise ValueError(f"a calibration map has the fields {', '.join(sorted(fields))}; wrong: {', '.join(wrong)}")
        plain: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
        try:
            plain["parameters"] = tuple(
                (str(n), float(v), float(a), float(b)) for n, v, a, b in plain.get("parameters", ())
            )
            return cls(**plain)
        except TypeError as error:
            raise ValueError(f"a calibration map holds numbers in its lists: {error}") from None


def recalibrated(p: ArrayLike, map_: CalibrationMap, *, base_rate: float | None = None) -> Any:
    """Read stated probabilities through a fitted map.

    Parameters
    ----------
    p
        Stated probabilities, a number or shape (...,); NaN stays NaN.
    map_
        The map.
    base_rate
        Share of true incidents where the map is used, if it is known to differ from where it was fitted.

    Raises
    ------
    ValueError
        A probability lies outside 0 to 1.
    """
    return _through(p, map_, map_.gives, base_rate)


def recalibrated_by(
    p: ArrayLike, kind: ArrayLike, maps: Mapping[str, CalibrationMap], *, base_rate: float | None = None
) -> NDArray[np.float64]:
    """Read stated probabilities through the map of their kind.

    Why kinds: what a stated 0.7 is worth can differ between what a party claims alone and what others report, and
    between an incident by itself and one with another next to it.

    Parameters
    ----------
    p
        Stated probabilities, shape (n,).
    kind
        Name of the kind of each, shape (n,).
    maps
        A map for every kind.
    base_rate
        As in `recalibrated`, for all kinds.

    Raises
    ------
    ValueError
        A kind has no map; shapes differ; a probability lies outside 0 to 1.
    """
    stated, of = np.asarray(p, dtype=np.float64), np.asarray(kind).astype(str)
    if stated.ndim != 1 or stated.shape != of.shape:
        raise ValueError(f"probabilities {stated.shape} and kinds {of.shape} must be flat and equally long")
    out = np.full(stated.shape, np.nan)
    for name in np.unique(of).tolist():
        if name not in maps:
            raise ValueError(f"no calibration map for {name!r}: there are maps for {', '.join(sorted(maps))}")
        out[of == name] = recalibrated(stated[of == name], maps[name], base_rate=base_rate)
    return out


def recalibrated_interval(p: ArrayLike, map_: CalibrationMap, *, base_rate: float | None = None) -> tuple[Any, Any]:
    """Give the map's interval at stated probabilities; parameters as in `recalibrated`."""
    return _through(p, map_, map_.low, base_rate), _through(p, map_, map_.high, base_rate)


def _through(p: ArrayLike, map_: CalibrationMap, values: Sequence[float], base_rate: float | None) -> Any:
    stated = np.asarray(p, dtype=np.float64)
    if np.any((stated < 0) | (stated > 1)):
        raise ValueError("a probability lies between 0 and 1")
    out = np.interp(stated, map_.at, values)
    out = np.where(np.isnan(stated), np.nan, out)
    if base_rate is not None:
        out = prior_shift(out, old=map_.base_rate, new=base_rate)
    return float(out) if stated.ndim == 0 else out
