"""Two columns of text to a UTC interval, where a date without a time of day is the whole local day.

Why never an instant: "on 19 March" in Kyiv runs from 22:00 UTC on the 18th to 22:00 UTC on the 19th, and under a
reading whose clock is Moscow's part of it lies before the moratorium began.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ceasefire.model.intake import Window
from ceasefire.sources.clocks import Times, dates_only, next_day_by_clock, times_by_clock
from ceasefire.sources.columns import Mask, Texts, arrow


class Reasons:
    """Collects reasons for rows that cannot be used; the first one found for a row stands.

    >>> reasons = Reasons(2)
    >>> reasons.add(np.array([True, False]), "no id")
    >>> reasons.add(np.array([True, True]), "no place")
    >>> reasons.text.tolist()
    ['no id', 'no place']
    """

    def __init__(self, n: int) -> None:
        self.text: NDArray[np.object_] = np.full(n, "", dtype=object)

    def add(self, wrong: Mask, reason: str) -> None:
        """Give one reason to all wrong rows that have none yet."""
        if wrong.any():
            self.text[wrong & (self.text == "")] = reason

    def add_each(self, reason: NDArray[np.object_], before: str = "") -> None:
        """Give each row its own reason, '' being none."""
        for i in np.flatnonzero((reason != "") & (self.text == "")).tolist():
            self.text[i] = before + reason[i]


def interval(start: Texts, end: Texts, clock: Texts, reasons: Reasons) -> tuple[Times, Times]:
    """Read start and end; what is wrong goes to the reasons.

    An empty end of a start without a time of day is the end of that day; a start with a time of day needs its end.

    Parameters
    ----------
    start, end, clock
        Texts and IANA zones, length n.
    reasons
        Collects what is wrong.

    Returns
    -------
    Start and end, datetime64[s] of shape (n,) in UTC; NaT where none is given.

    Examples
    --------
    >>> reasons = Reasons(1)
    >>> start, end = interval(["2025-03-30"], [""], ["Europe/Kyiv"], reasons)
    >>> (end - start).astype(int).tolist()  # the day on which the clocks went forward
    [82800]
    """
    first = arrow(start)
    begin, wrong = times_by_clock(first, clock)
    reasons.add_each(wrong, "start: ")
    stop, wrong = times_by_clock(end, clock, fold=1)
    reasons.add_each(wrong, "end: ")
    stop = day_ends(stop, end, clock)
    no_end = np.isnat(stop) & ~np.isnat(begin)
    if no_end.any():
        whole_day = no_end & dates_only(first)
        stop[whole_day] = day_ends(begin, first, clock)[whole_day]
        reasons.add(no_end & ~whole_day, "a start with a time of day needs an end: the latest it can have been")
    reasons.add(np.isnat(begin) & ~np.isnat(stop), "an end without a start")
    reasons.add(stop < begin, "it ends before it starts")
    reasons.add(stop == begin, "it ends when it starts: an interval is wanted, not an instant")
    return begin, stop


def day_ends(utc: Times, column: Texts, clock: Texts) -> Times:
    """Move instants whose text is a date to the midnight after it, on the row's clock; shape (n,), UTC."""
    day = np.flatnonzero(dates_only(column) & ~np.isnat(utc))
    out = utc.copy()
    if len(day):
        out[day] = next_day_by_clock(utc[day], arrow(clock).take(pa.array(day)))
    return out


def limits(window: Window) -> tuple[np.datetime64, np.datetime64]:
    """Give the window's first instant and the first after it as datetime64[s], UTC."""
    begin, end = (np.datetime64(int(t.timestamp()), "s") for t in (window.start, window.end))
    return begin, end


def outside(start: Times, end: Times, window: Window) -> Mask:
    """Tell which intervals do not overlap the window, shape (n,); unknown ones are not outside."""
    begin, stop = limits(window)
    known = ~np.isnat(start) & ~np.isnat(end)
    return np.asarray(known & ~((start < stop) & (end > begin)), dtype=bool)
