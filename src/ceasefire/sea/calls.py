"""Calls for help as observations: something happened to a ship, and nobody yet says what.

Why an observation of a possible attack, with the weight of none: a day on which a ship called for help is not a quiet
day, and it is no breach either. It stays undecided until somebody reports (decision 0054).
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from math import isfinite

from ceasefire.geo.regions import locate
from ceasefire.model.records import Observation
from ceasefire.model.table import Table
from ceasefire.model.vessel import VesselEvent
from ceasefire.sea.looks import CHANNEL

LEAST = 0.5
"""Smallest probability of a call that is no test and no mistake."""


def calls(events: Table[VesselEvent], *, source: str, granule: str) -> Table[Observation]:
    """Give an observation for each call for help that has a place.

    Parameters
    ----------
    events
        Of every kind.
    source, granule
        The source's name in the case, and of its file.
    """
    told = [e for e in events.where(kind="distress") if e.probability >= LEAST and isfinite(e.lon)]
    if not told:
        return Table.empty(Observation)
    regions = locate([e.lon for e in told], [e.lat for e in told]).tolist()
    return Table.of(
        Observation,
        [
            Observation(
                id="o-" + sha256(f"{source}|{e.id}".encode()).hexdigest()[:12],
                source=source,
                product="ais",
                granule=granule,
                line=0,
                evidence=e.evidence[0] if e.evidence else "",
                channel=CHANNEL,
                procedure="sensor",
                start=e.start,
                end=max(e.end, e.start + timedelta(seconds=1)),
                reported=e.end,
                lon=e.lon,
                lat=e.lat,
                radius_km=max(e.radius_km, 1.0),
                region=region,
                act="attack",
                object_class="transport.vessel",
                alternatives=("accident", "third_actor"),
                reliability="B",
                credibility=3,
                origin=f"call-{e.id}",
                likelihood_ratio=1.0,
                summary="A ship called for help on the air; why is not known.",
            )
            for e, region in zip(told, regions, strict=True)
        ],
    )
