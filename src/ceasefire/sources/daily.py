"""Looks of a source that works day by day: one for every region and day of the window, made or lost.

Why from the data: most sources do not say when they looked. That they reported anything at all on a day shows that
they did; a day without any row is a lost look, so that silence is never taken for peace.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ceasefire.model.intake import Window
from ceasefire.model.records import Look
from ceasefire.model.table import Table
from ceasefire.sources.clocks import Times, next_day
from ceasefire.sources.columns import Mask, stable_ids
from ceasefire.sources.intervals import limits

NOON = np.timedelta64(43_200, "s")
"""Half a day: a local day belongs to the window where its noon does, so that clocks do not move days."""


def in_window(day: Times, window: Window) -> Mask:
    """Tell which local days, given by their first instant in UTC, belong to the window; shape (n,), NaT does not."""
    begin, stop = limits(window)
    return np.asarray((day + NOON >= begin) & (day + NOON < stop), dtype=bool)


def days(window: Window, clock: str) -> tuple[Times, Times]:
    """Give begin and end of every local day of the window, datetime64[s] in UTC, shape (days,).

    >>> from datetime import UTC, datetime
    >>> window = Window(datetime(2025, 3, 29, tzinfo=UTC), datetime(2025, 4, 1, tzinfo=UTC))
    >>> begin, end = days(window, "Europe/Kyiv")
    >>> ((end - begin).astype(int) // 3600).tolist()
    [24, 23, 24]
    """
    begin, stop = limits(window)
    count = int((stop - begin) / np.timedelta64(86_400, "s")) + 3
    middle = begin - NOON + np.arange(count) * np.timedelta64(86_400, "s")
    first = np.unique(next_day(middle, clock, days=0))
    first = first[in_window(first, window)]
    return first, next_day(first, clock)


def daily_looks(
    *,
    source: str,
    channel: str,
    window: Window,
    clock: str,
    seen: Times,
    quality: Mapping[str, float],
    acts: tuple[str, ...] = ("attack",),
    lost: str = "no data",
) -> Table[Look]:
    """Make one look for every region and local day of the window.

    Parameters
    ----------
    source, channel
        As in `Look`.
    window
        The case's period.
    clock
        IANA zone whose days are meant.
    seen
        First instants, UTC, of the local days on which the source worked, any order, shape (n,).
    quality
        ISO 3166-2 region to usable fraction of a look there; regions with 0 get no look.
    acts
        Act classes that a look could have shown.
    lost
        Why a look on any other day was lost.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> window = Window(datetime(2025, 3, 18, tzinfo=UTC), datetime(2025, 3, 20, tzinfo=UTC))
    >>> seen = np.array(["2025-03-18"], dtype="datetime64[s]")
    >>> looks = daily_looks(source="s", channel="news", window=window, clock="UTC", seen=seen, quality={"UA-59": 0.8})
    >>> [(look.quality, look.lost) for look in looks]
    [(0.8, ''), (0.0, 'no data')]
    """
    begin, end = days(window, clock)
    codes = sorted(code for code, usable in quality.items() if usable > 0)
    n, k = len(begin), len(codes)
    if not n * k:
        return Table.empty(Look)
    made = np.repeat(np.isin(begin, seen), k)
    first, names = np.repeat(begin, k), codes * n
    usable = np.round(np.tile([quality[code] for code in codes], n), 4)
    return Table.from_columns(
        Look,
        {
            "id": stable_ids("l", source, channel, names, np.datetime_as_string(first).tolist()),
            "source": source,
            "channel": channel,
            "region": names,
            "start": first,
            "end": np.repeat(end, k),
            "acts": acts,
            "quality": np.where(made, usable, 0.0),
            "lost": np.where(made, "", lost).astype(object),
        },
        length=n * k,
    )
