"""A file whose name says one month and whose rows say another: a doubt, not an error.

Why: archives are renamed and re-exported by hand, and a file of the wrong month reads without any complaint. The
rows keep their own dates; the reader of the report learns that name and content disagree.
"""

from __future__ import annotations

import re
import warnings

import numpy as np

from ceasefire.errors import UnverifiedSource
from ceasefire.sources.clocks import Times

_NAMED = re.compile(
    r"(?<![0-9A-Za-z])((?:19|20)\d\d)(?:[-_.]?(0[1-9]|1[0-2]))?(?:[-_.]?([0-2]\d|3[01]))?(?![0-9A-Za-z])"
)


def months_named(name: str) -> tuple[np.datetime64, np.datetime64] | None:
    """Give the first month that a file's name tells and the month after the last one; None where it tells none.

    >>> [str(m) for m in months_named("viina_incidents_202503.csv")]
    ['2025-03', '2025-04']
    >>> [str(m) for m in months_named("viirs_2022-09_2022-11.csv")], months_named("events_cbc43b89.csv")
    (['2022-09', '2022-12'], None)
    """
    begin, end = [], []
    for year, month, _ in _NAMED.findall(name):
        first = np.datetime64(f"{year}-{month or '01'}", "M")
        begin.append(first)
        end.append(first + np.timedelta64(1 if month else 12, "M"))
    return (min(begin), max(end)) if begin else None


def doubt_dates(granule: str, day: Times) -> None:
    """Warn where none of a file's rows lies in the months that its name tells.

    Parameters
    ----------
    granule
        The file's name.
    day
        When the rows say they are of, datetime64 of any unit, shape (n,); NaT is left out.

    Warns
    -----
    UnverifiedSource
        With the name and both dates.
    """
    named = months_named(granule)
    months = day[~np.isnat(day)].astype("datetime64[M]")
    if named is None or not len(months) or bool(((months >= named[0]) & (months < named[1])).any()):
        return
    last = named[1] - np.timedelta64(1, "M")
    told = f"{named[0]}" if named[0] == last else f"{named[0]} to {last}"
    message = (
        f"{granule}: the name says {told}, but its rows are of {months.min()} to {months.max()}; they keep their own"
    )
    warnings.warn(UnverifiedSource(message), stacklevel=3)
