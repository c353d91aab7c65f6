"""Dates with slashes, where only the whole column can tell whether the day or the month comes first.

Why: a spreadsheet that opens month-first dates on a day-first machine leaves two formats in one column, and 05/02
may be 5 February or 2 May. A column that holds 5/27 and never 27/5 is month-first; one that holds both, or neither,
tells nothing, and its dates are kept out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_SLASHED = re.compile(
    r"(\d{1,2})/(\d{1,2})/(\d{4})(?:\s+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s*([AaPp])\.?[Mm]\.?)?)?", re.ASCII
)


def slash_order(*columns: Sequence[str]) -> str:
    """Tell the order of day and month that columns of one file agree on: `month`, `day`, or '' where they do not.

    >>> slash_order(["05/02/2014 00:00", "5/27/2014 12:00:00 AM"]), slash_order(["05/02/2014"])
    ('month', '')
    """
    pairs = {(int(f[1]), int(f[2])) for column in columns for t in column if (f := _SLASHED.fullmatch(t.strip()))}
    month_first = any(second > 12 and first <= 12 for first, second in pairs)
    day_first = any(first > 12 and second <= 12 for first, second in pairs)
    if month_first == day_first:
        return ""
    return "month" if month_first else "day"


def unslashed(column: Sequence[str], order: str) -> list[str]:
    """Rewrite dates with slashes as ISO texts; other texts, and all where the order is unknown, stay as they are.

    Parameters
    ----------
    column
        Texts.
    order
        What `slash_order` told.

    Examples
    --------
    >>> unslashed(["05/02/2014 00:00", "5/27/2014 12:00:00 AM", "2014-05-27"], "month")
    ['2014-05-02 00:00:00', '2014-05-27 00:00:00', '2014-05-27']
    """
    if not order:
        return list(column)
    return [_iso(text, order) for text in column]


def _iso(text: str, order: str) -> str:
    found = _SLASHED.fullmatch(text.strip())
    if found is None:
        return text
    first, second, year, hour, minute, second_of, half = found.groups()
    month, day = (first, second) if order == "month" else (second, first)
    date = f"{year}-{int(month):02d}-{int(day):02d}"
    if hour is None:
        return date
    hours = int(hour) % 12 + 12 * (half.lower() == "p") if half else int(hour)
    return f"{date} {hours:02d}:{minute}:{second_of or '00'}"
