"""The clock of an autopilot's log: it starts with the machine, and the receiver tells when that was.

Why by the median: a receiver that is jammed, deceived or just started tells a false time in some messages. One message
must not move the whole flight.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

JUMP_S = 1.0
"""Times that differ by less are one clock."""
LONGEST_S = 2 * 86_400.0
"""No log of a patrol is longer: a time further from the middle of the log is damaged."""
LONGEST_UP_S = 10 * 365 * 86_400.0
"""No machine has been up for longer."""
SINCE, UNTIL = (datetime(y, 1, 1, tzinfo=UTC).timestamp() for y in (2013, 2100))
"""Time of day that a log can have; before it, a receiver counts the weeks of satellite time from a false beginning."""
ROLLOVER_S = 1024 * 7 * 86_400.0
"""Satellite time counts 1,024 weeks, then begins again."""
LEAPS = ((datetime(2017, 1, 1, tzinfo=UTC), 18), (datetime(2015, 7, 1, tzinfo=UTC), 17))
"""Seconds that satellite time is ahead of UTC, from when on; 16 from July 2012. None was added since 2017."""
WEEKS_FROM = datetime(1980, 1, 6, tzinfo=UTC).timestamp()


def off_clock(clock_s: Array) -> NDArray[np.bool_]:
    """Tell which rows have a time that the log's clock cannot have had there.

    A clock that starts with the machine only rises. The longest rising part of the rows is believed; the rest, where
    it lies off by more than `JUMP_S`, is damage or a second start of the machine.

    >>> off_clock(np.array([1.0, 2.0, 9e9, 3.0, 1.5, 4.0, 5.0])).tolist()
    [False, False, True, False, True, False, False]
    """
    bad = ~np.isfinite(clock_s)
    if bad.all():
        return bad
    bad |= np.abs(np.where(bad, 0.0, clock_s) - np.median(clock_s[~bad])) > LONGEST_S
    rest = np.flatnonzero(~bad)
    t = clock_s[rest]
    if len(t) < 2 or np.all(np.diff(t) >= 0):
        return bad
    tails: list[float] = []
    at: list[int] = []
    before = np.full(len(t), -1)
    for k, now in enumerate(t.tolist()):
        place = bisect_right(tails, now)
        before[k] = at[place - 1] if place else -1
        if place == len(tails):
            tails.append(now)
            at.append(k)
        else:
            tails[place], at[place] = now, k
    chain = []
    k = at[-1]
    while k >= 0:
        chain.append(k)
        k = int(before[k])
    believed = np.array(chain[::-1])
    due = np.interp(np.arange(len(t)), believed, t[believed])
    bad[rest] = np.abs(t - due) > JUMP_S
    return bad


def utc_of_week(week: Any, milliseconds: Any) -> Array:
    """Give UTC in seconds since 1970 of week and milliseconds of satellite time; week 0 is not known: NaN.

    >>> datetime.fromtimestamp(float(utc_of_week(2360, 208_818_000)), UTC).isoformat()
    '2025-04-01T10:00:00+00:00'
    """
    weeks = np.asarray(week, dtype=np.float64)
    raw = WEEKS_FROM + weeks * 604_800.0 + np.asarray(milliseconds, dtype=np.float64) / 1000.0
    raw = np.where(weeks > 0, raw, np.nan)
    ahead = np.full(raw.shape, 16.0)
    for since, seconds in reversed(LEAPS):
        ahead = np.where(raw - seconds >= since.timestamp(), float(seconds), ahead)
    ahead = np.where(raw < SINCE, 18.0, ahead)  # will be moved by a rollover
    return np.asarray(raw - ahead)


@dataclass(frozen=True)
class Clock:
    """When the log's clock was zero, UTC, and how that is known."""

    zero_s: float
    """Seconds since 1970."""
    words: str
    doubts: tuple[str, ...] = ()


def clock_of(clock_s: Array, utc_s: Array, options: Mapping[str, Any]) -> Clock | None:
    """Estimate when the log's clock was zero: the median over the receiver's messages, or the case's word.

    Parameters
    ----------
    clock_s
        Rows by the log's own clock, seconds.
    utc_s
        The same rows by the receiver, seconds since 1970, UTC; NaN where it does not know.
    options
        `start`: UTC of the first row, where the receiver never knew the time.

    Returns
    -------
    None where nothing tells the time of day.
    """
    utc = utc_s
    doubts = []
    with np.errstate(invalid="ignore"):
        early = (utc > WEEKS_FROM) & (utc < SINCE) & (utc + ROLLOVER_S >= SINCE)
        utc = np.where(early, utc + ROLLOVER_S, utc)
        known = (utc >= SINCE) & (utc < UNTIL) & np.isfinite(clock_s)
    if known.any():
        zero = utc[known] - clock_s[known]
        middle = float(np.sort(zero)[(len(zero) - 1) // 2])  # a value that was told, not one between two
        if not SINCE - LONGEST_UP_S <= middle < UNTIL:
            return None
        off = np.abs(zero - middle)
        near = off <= JUMP_S
        if early[known].sum() * 2 > known.sum():
            doubts.append("the receiver counts weeks from a false beginning: 1,024 weeks were added to its time")
        if not near.all():
            doubts.append(
                f"the receiver's time was off by more than {JUMP_S:g} s in {int((~near).sum())} of {len(near)} "
                f"messages, by up to {float(off.max()):.0f} s: they were not used for the clock"
            )
        spread = 1.4826 * float(np.median(off)) * 1000
        drift = 1000.0 * float(zero[near][-1] - zero[near][0])
        start = datetime.fromtimestamp(middle, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        words = (
            f"the log's clock was zero at {start} by the receiver "
            f"({int(near.sum())} messages, spread {spread:.1f} ms, drift {drift:.1f} ms over the log)"
        )
        return Clock(middle, words, tuple(doubts))
    if "start" in options and np.isfinite(clock_s).any():
        told = np.datetime64(str(options["start"]).removesuffix("Z"), "ms")
        zero_s = float(told.astype(np.int64)) / 1000.0 - float(np.nanmin(clock_s))
        return Clock(zero_s, f"first row at {told}Z, as the case says", ("the receiver never knew the time of day",))
    return None
