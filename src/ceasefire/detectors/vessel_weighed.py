"""Events from weighed candidates: probability, disc, sentence, and whether a ship there would have been heard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.detectors import vessel_events
from ceasefire.detectors.vessel_odds import log_odds
from ceasefire.detectors.vessel_samples import Runs, Samples
from ceasefire.geo.fixes import Fixes
from ceasefire.model.table import Table
from ceasefire.model.vessel import VesselEvent

Array = NDArray[Any]


def weighed(
    kind: str, fixes: Fixes, s: Samples, found: Runs, numbers: dict[str, Array], why: Callable[[int, Array], str], *,
    reception: Any, least: float,
) -> Table[VesselEvent]:  # fmt: skip
    """Give one event for each run whose probability is at least `least`, with the sentence of `why(number, rows)`."""
    if not len(found.first):
        return Table.empty(VesselEvent)
    odds = log_odds(kind, numbers)
    events = []
    for k in np.flatnonzero(1 / (1 + np.exp(-odds)) >= least).tolist():
        rows = np.arange(found.first[k], found.last[k] + 1)
        mmsi = int(s.mmsi[s.ship[rows[0]]])
        e = vessel_events.from_fixes(
            fixes, np.unique(s.row[rows]), kind=kind, log_odds=float(odds[k]), why=why(k, rows), mmsi=mmsi
        )
        events.append(heard(e, reception))
    return Table.of(VesselEvent, sorted(events, key=lambda e: (e.start, e.mmsi)))


def heard(event: VesselEvent, reception: Any) -> VesselEvent:
    """Note with an event P(a ship there and then would have been heard), where a `geo.reception.Reception` tells it.

    >>> from datetime import UTC, datetime
    >>> day = datetime(2025, 4, 1, tzinfo=UTC)
    >>> where = {"lon": 30.0, "lat": 44.0, "radius_km": 1.0, "probability": 0.5}
    >>> e = VesselEvent(id="e-1", kind="stop", mmsi=9, start=day, end=day, **where)
    >>> heard(e, None).heard
    nan
    """
    if reception is None:
        return event
    start, end = (np.array([np.datetime64(t.replace(tzinfo=None), "ms")]) for t in (event.start, event.end))
    p = reception.heard(np.array([event.lon]), np.array([event.lat]), start, end)
    return replace(event, heard=float(p[0]))
