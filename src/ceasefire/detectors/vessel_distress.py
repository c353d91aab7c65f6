"""Distress at sea: transmitters that call for help, and safety texts that say so in plain words.

Why a probability: most beacons that are heard are tests or were set off by mistake in a harbour. A test says so, by its
status or its text; a mistake is short and lies in a port.

Sources: ITU-R M.1371-5, table 46 (status 14: active SART, MOB or EPIRB; 15 while under test); ITU-R M.585 (MMSI 970
search and rescue transmitters, 972 man overboard, 974 EPIRB with AIS); IMO MSC.246(83) (texts SART ACTIVE, SART TEST).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.detectors import vessel_events, vessel_samples
from ceasefire.detectors.vessel_odds import log_odds
from ceasefire.detectors.vessel_samples import Disc
from ceasefire.detectors.vessel_weighed import heard
from ceasefire.geo.fixes import Fixes
from ceasefire.model.table import Table
from ceasefire.model.vessel import VesselEvent

Array = NDArray[Any]
Said = tuple[int, np.datetime64, str]
"""A safety text: MMSI, time (UTC), words."""

BEACONS = (970, 972, 974)
"""First digits of MMSI of distress transmitters."""
JOIN_S = 6 * 3600.0
"""Longest silence within one call for help."""

_HELP = re.compile(
    r"\b(MAY ?DAY|PAN[ -]?PAN|SOS|SINKING|ABANDON(ING|ED)? SHIP|ON FIRE|FIRE (ON BOARD|IN ENGINE)|TAKING (ON )?WATER|"
    r"FLOODING|CAPSIZ\w+|MAN OVERBOARD|MOB ACTIVE|SART ACTIVE|EPIRB ACTIVE|"
    r"(NEED|REQUIRE|REQUEST)S?( \w+)? (ASSISTANCE|HELP|RESCUE)|"
    r"(HIT|STRUCK) (BY|A) (MINE|MISSILE|DRONE)|UNDER ATTACK|NOT UNDER COMMAND|AGROUND|ADRIFT)\b"
)
_NO_HELP = re.compile(
    r"\b(TEST(ING)?|DRILL|EXERCISE|CANCEL\w*|FALSE ALARM|NO (ASSISTANCE|HELP)|NOT NEED\w*|RELAY TEST)\b"
)


def calls_for_help(text: str) -> bool:
    """Tell whether a safety text calls for help in plain words, and does not say that it is a test.

    >>> [calls_for_help(t) for t in ("MAYDAY TAKING WATER", "SART TEST", "UNLIT BUOY", "DRILL ON FIRE")]
    [True, False, False, False]
    """
    words = text.upper()
    return bool(_HELP.search(words)) and not _NO_HELP.search(words)


def distress(
    fixes: Fixes,
    zones: Sequence[Disc] = (),
    *,
    texts: Sequence[Said] = (),
    reception: Any = None,
    least: float = 0.05,
) -> Table[VesselEvent]:
    """Give calls for help, each with the probability that it is neither a test nor a mistake.

    Parameters
    ----------
    fixes
        Fixes, those of beacons included (status 14 or an MMSI of 970, 972 or 974).
    zones
        Ports and anchorages as (id, lon, lat, radius in km): where beacons are tried out.
    texts
        Safety texts (messages 12 and 14).
    reception, least
        As for `vessel_meetings.rendezvous`.

    >>> t = np.arange(0, 120, 1).astype("M8[m]").astype("M8[ms]")
    >>> f = Fixes.of(mmsi=[970000001] * 120, times=t, lon=[30.0] * 120, lat=[44.0] * 120, status=[14] * 120)
    >>> [(e.mmsi, e.probability > 0.5) for e in distress(f)]
    [(970000001, True)]
    """
    spells, numbers = candidates(fixes, zones, texts=texts)
    if not spells:
        return Table.empty(VesselEvent)
    odds = log_odds("distress", numbers)
    events = []
    for k in np.flatnonzero(1 / (1 + np.exp(-odds)) >= least):
        mmsi, rows, said, when = spells[k]
        minutes = np.exp(numbers["minutes"][k])
        words = f"; its text: {said[:60]!r}" if said else ""
        where = "within a port or anchorage" if numbers["in_port"][k] else "outside of ports and anchorages"
        sender = f"a beacon ({mmsi // 1_000_000})" if numbers["beacon"][k] else "a ship"
        active = (
            f"status 14 for {minutes:.0f} min in {numbers['active'][k]:.0%} of its messages"
            if len(rows)
            else "no position"
        )
        e = vessel_events.from_fixes(
            fixes, rows if len(rows) else np.array([0]), kind="distress", log_odds=float(odds[k]),
            why=f"{sender} {where}: {active}{words}", mmsi=mmsi, disc=None if len(rows) else (np.nan, np.nan, np.nan),
        )  # fmt: skip
        if not len(rows):
            start = vessel_events.instant(when)
            name = vessel_events.identifier("distress", mmsi, start, np.nan, np.nan)
            e = replace(e, id=name, start=start, end=start, fixes=0, evidence=())
        events.append(heard(e, reception) if len(rows) else e)
    return Table.of(VesselEvent, sorted(events, key=lambda e: (e.start, e.mmsi)))


def candidates(
    fixes: Fixes, zones: Sequence[Disc] = (), *, texts: Sequence[Said] = ()
) -> tuple[list[tuple[int, Array, str, np.datetime64]], dict[str, Array]]:
    """Give spells of one MMSI that may be calls for help (rows, text, time), and the numbers they are weighed by."""
    beacon = np.isin(fixes.mmsi // 1_000_000, BEACONS)
    rows = np.flatnonzero(beacon | (fixes.status == 14))
    spells: list[tuple[int, Array, str, np.datetime64]] = []
    if len(rows):
        late = np.diff(fixes.times[rows]) / np.timedelta64(1, "s") > JOIN_S
        for part in np.split(rows, np.flatnonzero((np.diff(fixes.mmsi[rows]) != 0) | late) + 1):
            spells.append((int(fixes.mmsi[part[0]]), part, "", fixes.times[part[0]]))
    asks = [0.0] * len(spells)
    tests = [0.0] * len(spells)
    for mmsi, when, text in texts:
        help_, test = calls_for_help(text), bool(_NO_HELP.search(text.upper()))
        if not help_ and not (test and mmsi // 1_000_000 in BEACONS):
            continue
        near = [k for k, spell in enumerate(spells) if spell[0] == mmsi and _near(fixes, spell[1], when)]
        if not near:
            own = np.flatnonzero(fixes.mmsi == mmsi)
            own = own[np.abs(fixes.times[own] - when) < np.timedelta64(30, "m")]
            spells.append((mmsi, own, text, when))
            asks.append(float(help_))
            tests.append(float(test))
        for k in near:
            spells[k] = (mmsi, spells[k][1], text, spells[k][3])
            asks[k], tests[k] = max(asks[k], float(help_)), max(tests[k], float(test))
    if not spells:
        return [], {}
    span = [
        (fixes.times[r[-1]] - fixes.times[r[0]]) / np.timedelta64(1, "m") if len(r) else 0.0 for _, r, _, _ in spells
    ]
    lon = np.array(
        [np.nanmedian(fixes.lon[r]) if len(r) and np.isfinite(fixes.lon[r]).any() else 999.0 for _, r, _, _ in spells]
    )
    lat = np.array(
        [np.nanmedian(fixes.lat[r]) if len(r) and np.isfinite(fixes.lat[r]).any() else 0.0 for _, r, _, _ in spells]
    )
    edge, _ = vessel_samples.edge_km(lon, lat, zones)
    return spells, {
        "beacon": np.array([float(m // 1_000_000 in BEACONS) for m, _, _, _ in spells]),
        "active": np.array([(fixes.status[r] == 14).mean() if len(r) else 0.0 for _, r, _, _ in spells]),
        "minutes": np.log(np.clip(np.array(span, dtype=float), 1.0, 600.0)),
        "asks": np.array(asks),
        "tests": np.array(tests),
        "in_port": ((edge <= 0.0) & (lon < 900.0)).astype(float),
    }


def _near(fixes: Fixes, rows: Array, when: np.datetime64) -> bool:
    reach = np.timedelta64(int(JOIN_S), "s")
    return bool(len(rows) and fixes.times[rows[0]] - reach <= when <= fixes.times[rows[-1]] + reach)
