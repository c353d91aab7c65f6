"""Columns of text to columns of numbers and places, each with a mask of what did not fit.

Why masks and not exceptions: one impossible number in a million rows must cost one row. Well-formed values go
through numpy and Arrow in bulk; only the rest is looked at one by one.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Texts: TypeAlias = Sequence[str] | pa.Array
"""A column of texts: a list, or an Arrow array of strings where there are many."""

WORLD = (-180.0, -90.0, 180.0, 90.0)
"""Bounds west, south, east, north that exclude nothing."""
UKRAINE_AND_RUSSIA = (22.0, 41.1, 180.0, 82.0)
"""Bounds of the first case's countries, west, south, east, north (Kaliningrad left out)."""

_PLAIN_NUMBER = r"^-?[0-9]{1,15}(\.[0-9]{1,17})?$"
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?", re.ASCII)


def arrow(column: Texts) -> pa.Array:
    """Give a column as an Arrow array of strings; an array is given as it is.

    >>> arrow(["a", ""]).type
    DataType(string)
    """
    return column if isinstance(column, pa.Array) else pa.array(column, type=pa.string())


def filled(column: Texts) -> Mask:
    """Tell which texts are not empty, shape (n,).

    >>> filled(["a", ""]).tolist()
    [True, False]
    """
    return np.asarray(pc.not_equal(arrow(column), "").to_numpy(zero_copy_only=False), dtype=bool)


def numbers(column: Texts, *, infinite: bool = False) -> tuple[Floats, Mask]:
    """Read numbers; an empty text is NaN and not bad, anything else that is no plain number is NaN and bad.

    A decimal comma, a thousands separator or a unit is bad: guessing would change values by a factor of 1000.

    Parameters
    ----------
    column
        Texts, length n.
    infinite
        Whether `inf` is a value (an open upper bound) or bad.

    Returns
    -------
    Values of shape (n,) and a mask of shape (n,), True where the text did not fit.

    Examples
    --------
    >>> values, bad = numbers(["48.5", "", " -3 ", "1,5", "n/a"])
    >>> values.tolist(), bad.tolist()
    ([48.5, nan, -3.0, nan, nan], [False, False, False, True, True])
    """
    n = len(column)
    values, bad = np.full(n, np.nan), np.zeros(n, dtype=bool)
    if not n:
        return values, bad
    text = arrow(column)
    empty = ~filled(text)
    if empty.all():
        return values, bad
    plain = pc.match_substring_regex(text, _PLAIN_NUMBER).to_numpy(zero_copy_only=False)
    values[plain] = pc.cast(text.filter(pa.array(plain)), pa.float64()).to_numpy()
    for i in np.flatnonzero(~plain & ~empty).tolist():
        word = text[i].as_py().strip()
        if not word:
            continue
        if _NUMBER.fullmatch(word):
            values[i] = float(word)
        elif infinite and word.lower() in ("inf", "+inf", "infinity"):
            values[i] = np.inf
            continue
        bad[i] = not np.isfinite(values[i])
    values[bad] = np.nan
    return values, bad


def coordinates(
    lat: Texts,
    lon: Texts,
    bounds: tuple[float, float, float, float] = WORLD,
) -> tuple[Floats, Floats, NDArray[np.object_]]:
    """Read latitudes and longitudes; a pair that cannot be right gets a reason and is never mended.

    A pair outside the bounds that would lie inside them the other way round "looks swapped". A pair that is
    outside either way is kept: talks are held in other countries. Both empty means no place is known.

    Parameters
    ----------
    lat, lon
        Texts in degrees north and east, length n.
    bounds
        West, south, east, north of where the data are expected, degrees; used for swapped pairs only.

    Returns
    -------
    Latitudes and longitudes of shape (n,), NaN where unknown or bad, and reasons of shape (n,), '' where good.

    Examples
    --------
    >>> north, east, reason = coordinates(["50.9", "34.8", "", "91"], ["34.8", "50.9", "", "30"], UKRAINE_AND_RUSSIA)
    >>> reason.tolist()
    ['', 'latitude and longitude look swapped', '', 'latitude is not between -90 and 90']
    """
    north, bad_north = numbers(lat)
    east, bad_east = numbers(lon)
    west, south, right, top = bounds
    reason = np.full(len(north), "", dtype=object)
    with np.errstate(invalid="ignore"):
        inside = (east >= west) & (east <= right) & (north >= south) & (north <= top)
        swapped = (north >= west) & (north <= right) & (east >= south) & (east <= top) & ~inside
        reason[(north == 0) & (east == 0)] = "0, 0 is a missing place, not a place"
        reason[np.abs(east) > 180] = "longitude is not between -180 and 180"
        reason[np.abs(north) > 90] = "latitude is not between -90 and 90"
        if bounds != WORLD:
            reason[swapped] = "latitude and longitude look swapped"
    reason[np.isnan(north) & ~np.isnan(east)] = "longitude without latitude"
    reason[np.isnan(east) & ~np.isnan(north)] = "latitude without longitude"
    reason[bad_east] = "longitude is not a number"
    reason[bad_north] = "latitude is not a number"
    wrong = reason != ""
    north[wrong] = east[wrong] = np.nan
    return north, east, reason


def stable_ids(prefix: str, *parts: Texts | str) -> list[str]:
    """Make ids from the hash of what identifies each row, the same on every machine and in every order.

    Parameters
    ----------
    prefix
        Letter before the hyphen, e.g. `o`.
    parts
        Sequences of length n, or one text for all rows; at least one sequence.

    Examples
    --------
    >>> stable_ids("o", "viina", ["2025-03-18", "2025-03-19"])
    ['o-718adc542e5b', 'o-ac75c96b94ca']
    """
    n = next(len(p) for p in parts if not isinstance(p, str))
    fixed = [[p] * n if isinstance(p, str) else arrow(p).to_pylist() for p in parts]
    rows = map("\x1f".join, zip(*fixed, strict=True))
    blake = hashlib.blake2b
    return [f"{prefix}-{blake(row.encode(), digest_size=6).hexdigest()}" for row in rows]


def texts(column: Sequence[str]) -> list[str]:
    """Strip white space from texts.

    >>> texts([" a ", ""])
    ['a', '']
    """
    return [text.strip() for text in column]


def coded(column: Texts) -> tuple[list[str], NDArray[np.int64]]:
    """Give the distinct texts of a column, in order of first appearance, and each row's position among them.

    >>> names, code = coded(["a", "b", "a"])
    >>> names, code.tolist()
    (['a', 'b'], [0, 1, 0])
    """
    encoded = arrow(column).dictionary_encode()
    return encoded.dictionary.to_pylist(), np.asarray(encoded.indices.to_numpy(), dtype=np.int64)


def nearest(word: str, known: Iterable[str]) -> str:
    """Give a hint in brackets that names the nearest known word; '' where nothing is near.

    >>> nearest("atack", ["attack", "fire"])
    " (did you mean 'attack'?)"
    """
    near = difflib.get_close_matches(word[:60], list(known), n=1, cutoff=0.6)
    return f" (did you mean {near[0]!r}?)" if near else ""
