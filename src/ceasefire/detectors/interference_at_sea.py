"""Jamming and false positions at sea as observations: what an agreement on navigation may forbid, and no more.

Of the events of ships only these two kinds become observations: a gap, a meeting or a change of name is the ship's own
affair, and interference with navigation is what a clause on safe navigation speaks of. Nobody is accused: that signals
were false is in the messages, who made them false is not.

A probability becomes a likelihood ratio by the prior that the detector put on it, so that fusion may put its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

import numpy as np

from ceasefire.geo import regions
from ceasefire.model.records import Observation
from ceasefire.model.table import Table
from ceasefire.model.vessel import VesselEvent

CHANNEL = "ais"
ACTS = {"jamming": "interference.jamming", "spoofing": "interference.spoofing"}
"""Which events become observations, and of which act."""
PRIOR = 0.05
"""Probability that the detectors put on an event that looks like one, before they weigh what tells it apart."""
LARGEST = 20.0
"""Largest likelihood ratio: what no rule knows of, a new kind of faulty receiver, remains."""
LEAST_KM = 5.0
"""Smallest radius: a ship's place under interference is not known better."""


def observations(
    events: Iterable[VesselEvent], *, source: str, granule: str = "", reliability: str = "B"
) -> Table[Observation]:
    """Turn events of jamming and false positions into observations; other events give none.

    Parameters
    ----------
    events
        As `jamming_areas.jamming` and `vessel_spoofing.spoofing` give them.
    source
        The source's name in the case.
    granule
        Name of the file; the events' own evidence is its hash.
    reliability
        Admiralty letter of the receivers' network.

    Returns
    -------
    One for each event, by time. Ships on false positions about one place at one time are of one cause: they share an
    `origin`, so that fusion counts them once.

    >>> from datetime import UTC, datetime
    >>> t = datetime(2025, 4, 1, 12, tzinfo=UTC)
    >>> e = VesselEvent(id="e-1", kind="jamming", mmsi=0, start=t, end=t.replace(hour=15), lon=31.0, lat=45.5,
    ...     radius_km=30.0, probability=0.97, others=(1, 2), why="9 of 10 ships heard lost their position")
    >>> o = observations([e], source="ais")[0]
    >>> o.act, o.region, o.likelihood_ratio, o.accused
    ('interference.jamming', 'XZ-BLS', 20.0, '')
    >>> o.summary
    'Disturbed satellite navigation: 9 of 10 ships heard lost their position.'
    """
    some = sorted((e for e in events if e.kind.split(".")[0] in ACTS), key=lambda e: (e.start, e.kind, e.id))
    if not some:
        return Table.empty(Observation)
    lon, lat = (np.array([getattr(e, n) for e in some]) for n in ("lon", "lat"))
    return Table.of(
        Observation,
        [
            Observation(
                id="o-" + sha256(f"{source}|{e.id}".encode()).hexdigest()[:12],
                source=source,
                product="ais",
                granule=granule,
                line=1,
                evidence=e.evidence[0] if e.evidence else "",
                channel=CHANNEL,
                procedure="sensor",
                start=e.start,
                end=e.end,
                reported=e.end,
                lon=e.lon,
                lat=e.lat,
                radius_km=max(e.radius_km, LEAST_KM),
                region=str(region),
                act=ACTS[e.kind.split(".")[0]],
                reliability=reliability,
                credibility=2 if e.probability >= 0.9 else 3,
                origin=_origin(e),
                likelihood_ratio=ratio(e.probability),
                summary=_summary(e),
            )
            for e, region in zip(some, regions.locate(lon, lat), strict=True)
        ],
    )


def ratio(probability: float) -> float:
    """Give the likelihood ratio that leads from the detectors' prior to a probability, at most `LARGEST`.

    >>> [round(ratio(p), 2) for p in (0.05, 0.5, 0.999)]
    [1.0, 19.0, 20.0]
    """
    p = min(max(probability, 1e-6), 1.0 - 1e-6)
    return round(float(min(p / (1.0 - p) * (1.0 - PRIOR) / PRIOR, LARGEST)), 3)


def _origin(event: VesselEvent) -> str:
    """Give one origin to false positions of one day at one place (0.5 degree); every area of jamming has its own."""
    if event.kind == "jamming":
        return "j-" + sha256(event.id.encode()).hexdigest()[:12]
    key = f"{event.kind} {event.start:%Y-%m-%d} {round(2 * event.lon)} {round(2 * event.lat)}"
    return "j-" + sha256(key.encode()).hexdigest()[:12]


def _summary(event: VesselEvent) -> str:
    if event.kind == "jamming":
        return f"Disturbed satellite navigation: {event.why}."
    ships = f"{len(event.others)} ships" if not event.mmsi else "a ship"
    return f"False positions of {ships}: {event.why}."
