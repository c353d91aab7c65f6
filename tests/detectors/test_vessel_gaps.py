"""Gaps: a switch is found, an outage and a way through unheard water are not taken for one."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from ceasefire.detectors.vessel_clean import Cleaned, clean
from ceasefire.detectors.vessel_gaps import gaps, silences
from ceasefire.geo.fixes import Fixes
from ceasefire.geo.reception import Reception
from ceasefire.testing.fleet import Fleet, simulate


@cache
def world(outage: float) -> tuple[Fleet, Cleaned, Reception]:
    fleet = simulate(seed=22, ships=70, hours=24, every_s=60, outage=outage)
    cleaned = clean(fleet.fixes, land=False)
    return fleet, cleaned, Reception.estimate(cleaned.fixes, start=fleet.start, end=fleet.end)


@pytest.mark.parametrize("outage", [0.02, 0.3])
def test_gaps_of_a_simulated_fleet(outage: float) -> None:
    fleet, cleaned, reception = world(outage)
    found = gaps(cleaned.fixes, reception, track=cleaned.track, unplaced=cleaned.unplaced)
    sure = [e for e in found if e.probability > 0.5]
    right = 0
    for e in sure:
        inside = np.datetime64(e.start.replace(tzinfo=None), "ms") + np.linspace(0.05, 0.95, 19) * (
            np.datetime64(e.end.replace(tzinfo=None), "ms") - np.datetime64(e.start.replace(tzinfo=None), "ms")
        )
        right += (~fleet.broadcasts(np.full(19, e.mmsi), inside)).mean() >= 0.5
    assert right >= 4
    assert right / len(sure) >= (0.8 if outage < 0.1 else 0.4)
    assert all(e.kind == "gap" and "messages were due" in e.why and 0 <= e.heard <= 1 for e in found)


def test_a_message_without_a_position_shows_that_it_was_on() -> None:
    _, cleaned, reception = world(0.02)
    before = silences(cleaned.fixes, reception, track=cleaned.track)
    best = int(np.argmax(before.probability))
    a, b = before.before[best], before.after[best]
    middle = cleaned.fixes.times[a] + (cleaned.fixes.times[b] - cleaned.fixes.times[a]) / 2
    said = Fixes.of(mmsi=[cleaned.fixes.mmsi[a]], times=[middle], lon=[np.nan], lat=[np.nan])
    after = silences(cleaned.fixes, reception, track=cleaned.track, unplaced=said)
    assert len(after.before) == len(before.before) - 1
    assert a not in after.before


def test_no_silence_no_gap() -> None:
    none = Fixes.join([])
    reception = Reception.estimate(none, start=np.datetime64("2025-04-01"), end=np.datetime64("2025-04-02"))
    assert len(gaps(none, reception)) == 0
