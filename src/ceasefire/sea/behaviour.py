"""Every detector of what ships do or suffer, on the fixes of a case: raw for what is false, cleaned for the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import numpy as np

from ceasefire.detectors.jamming_areas import jamming
from ceasefire.detectors.vessel_clean import Cleaned
from ceasefire.detectors.vessel_conduct import course, distress, speed, stop
from ceasefire.detectors.vessel_distress import Said
from ceasefire.detectors.vessel_gaps import gaps
from ceasefire.detectors.vessel_identity import identity
from ceasefire.detectors.vessel_meetings import rendezvous
from ceasefire.detectors.vessel_samples import sample
from ceasefire.detectors.vessel_spoofing import spoofing
from ceasefire.detectors.vessel_stays import loitering, port_call
from ceasefire.geo.fixes import Fixes, Statics
from ceasefire.geo.ports import Ports
from ceasefire.geo.reception import Reception
from ceasefire.model.intake import Window
from ceasefire.model.table import Table
from ceasefire.model.vessel import VesselEvent


def behaviour(
    raw: Fixes,
    cleaned: Cleaned,
    statics: Statics,
    reception: Reception,
    *,
    texts: Sequence[Said] = (),
    ports: Ports,
    files: Sequence[str],
    window: Window,
    say: Callable[[str], None],
) -> Table[VesselEvent]:
    """Find events of every kind that overlap the case's period, earliest first.

    Parameters
    ----------
    raw
        As received: what is false must not be cleaned away before it was looked for.
    cleaned, statics, reception
        What can be used of it, what ships say of themselves, and who could be heard.
    texts
        Safety texts: who, when, what.
    ports
        Where ships lie without meeting or loitering.
    files
        SHA-256 of each file, by its number.
    window
        The case's period.
    say
        Takes progress, a line at a time.
    """
    discs = [
        (str(i), float(x), float(y), float(r))
        for i, x, y, r in zip(ports.id, ports.lon, ports.lat, ports.radius_km, strict=True)
    ]
    fixes = cleaned.fixes
    samples = sample(fixes)
    found: dict[str, Callable[[], Table[VesselEvent]]] = {
        "false positions": lambda: spoofing(raw, reception=reception, files=files),
        "disturbed areas": lambda: jamming(raw, reception=reception, files=files),
        "identities": lambda: identity(raw, statics, reception=reception, files=files),
        "silences": lambda: gaps(fixes, reception, track=cleaned.track, unplaced=cleaned.unplaced, files=files),
        "meetings": lambda: rendezvous(fixes, discs, statics=statics, reception=reception, samples=samples),
        "loitering": lambda: loitering(fixes, discs, statics=statics, reception=reception, samples=samples),
        "odd speeds": lambda: speed(fixes, discs, statics=statics, reception=reception, samples=samples),
        "odd turns": lambda: course(fixes, discs, statics=statics, reception=reception, samples=samples),
        "sudden stops": lambda: stop(fixes, discs, statics=statics, reception=reception, samples=samples),
        "calls for help": lambda: distress(raw, discs, texts=texts, reception=reception),
        "port calls": lambda: port_call(fixes, discs, reception=reception, samples=samples),
    }
    parts = []
    for name, find in found.items():
        parts.append(find())
        say(f"{name}: {len(parts[-1]):,}")
    every = Table.concat(VesselEvent, parts)
    start, end = (np.datetime64(_naive(t), "s") for t in (window.start, window.end))
    inside = (every.column("start") < end) & (every.column("end") >= start)
    return every.keep(inside).sort("start", "kind", "mmsi", "id")


def _naive(when: datetime) -> datetime:
    return when.astimezone(UTC).replace(tzinfo=None)
