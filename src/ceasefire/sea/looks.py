"""AIS as looks: on each day and sea, the share of the traffic that receivers would have heard.

Why: AIS shows interference with navigation, and now and then a ship that calls for help. Where nobody listened, silence
says nothing; so a day's look is worth the share of the traffic that would have been heard, and none where that cannot
be told.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from math import isfinite

from ceasefire.model.records import Look
from ceasefire.model.sea import SeaDay
from ceasefire.model.table import Table
from ceasefire.sea.traffic import Days

CHANNEL = "ais"
ACTS = ("attack", "interference")
"""What AIS could have shown: how often, the stated detection says (decision 0046)."""
NOT_RECEIVED = "no reception"


def looks(days: Sequence[SeaDay], bounds: Days, *, source: str) -> Table[Look]:
    """Give one look for each sea and day.

    Parameters
    ----------
    days
        Days of each sea, in the order of `traffic.sea_days`: sea by sea, day by day.
    bounds
        Begin and end of each day, UTC.
    source
        As named in the case file.
    """
    rows = []
    for k, one in enumerate(days):
        begin, end = bounds[k % len(bounds)]
        quality = round(one.heard, 4) if isfinite(one.heard) and one.fixes else 0.0
        name = f"{source}|{one.region}|{begin.isoformat()}"
        rows.append(
            Look(
                id="l-" + sha256(name.encode()).hexdigest()[:12],
                source=source,
                channel=CHANNEL,
                region=one.region,
                start=begin,
                end=end,
                acts=ACTS,
                quality=quality,
                lost="" if quality > 0 else NOT_RECEIVED,
            )
        )
    return Table.of(Look, rows)
