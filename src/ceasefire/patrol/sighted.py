"""Sightings of a patrol: what analysts or detectors marked in frames, as observations and as lines of its page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ceasefire.geo.flight import Flight
from ceasefire.model.intake import Count
from ceasefire.model.patrol_record import File, Sighted
from ceasefire.model.records import Observation, Quarantined
from ceasefire.model.table import Table
from ceasefire.patrol.options import Options


@dataclass(frozen=True)
class Marked:
    """Sightings of all patrols."""

    observations: Table[Observation] = field(default_factory=lambda: Table.empty(Observation))
    quarantine: Table[Quarantined] = field(default_factory=lambda: Table.empty(Quarantined))
    count: Count = field(default_factory=Count)
    kept: tuple[File, ...] = ()
    """Files of marks."""

    def within(self, flights: Sequence[Flight]) -> tuple[Table[Observation], tuple[Sighted, ...]]:
        """Give those of one patrol."""
        if not len(self.observations):
            return self.observations, ()
        start = self.observations.column("start").astype("datetime64[ms]")
        mine = np.zeros(len(start), dtype=bool)
        for flight in flights:
            mine |= (start >= flight.times[0] - np.timedelta64(1, "s")) & (start <= flight.times[-1])
        own = self.observations.keep(mine)
        return own, tuple(
            Sighted(
                id=o.id,
                time=o.start,
                act=o.act,
                object_class=o.object_class,
                lon=o.lon,
                lat=o.lat,
                radius_km=o.radius_km,
                region=o.region,
                text=o.summary or o.text,
                frame=o.evidence,
            )
            for o in own
        )


def marked(options: Options, flights: Sequence[Flight], *, source: str) -> Marked:
    """Read the sightings that a mission gives."""
    return Marked()
