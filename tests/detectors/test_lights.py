"""Night lights from series to observations and looks, on a small invented country."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import numpy as np
import pytest

from ceasefire.detectors.lights import NONE_SEEN, NOT_OBSERVABLE, OUTAGE, Outages, detect
from ceasefire.detectors.lights_evidence import LARGEST, looks, observations, worth
from ceasefire.fusion.priors import STATED_DETECTION, Priors
from ceasefire.model.night_lights import NightLights
from ceasefire.sources.vocabulary import CHANNELS

NIGHTS = np.arange("2024-03-01", "2025-04-01", dtype="datetime64[D]")
FIRST = len(NIGHTS) - 31
DARK, DIM, HIDDEN, SHORT, TOWN = 3, 5, 7, 9, (20, 21, 22, 23, 24, 25)


def lights(seed: int = 1, count: int = 240) -> NightLights:
    """Give places of 2 to 40 nW cm-2 sr-1; one goes dark, one is dim, one is hidden, six go dark together."""
    rng = np.random.default_rng(seed)
    level = np.exp(rng.uniform(np.log(2), np.log(40), count))[:, None]
    x = level * np.exp(0.15 * rng.standard_normal((count, len(NIGHTS)))) + 0.2 * rng.standard_normal(
        (count, len(NIGHTS))
    )
    x[DARK, FIRST + 8 : FIRST + 20] *= 0.25
    x[list(TOWN), FIRST + 12 : FIRST + 24] *= 0.1
    x[DIM] *= 0.3 / level[DIM]
    lost = np.where(rng.random(x.shape) < 0.6, 3, 0).astype(np.int8)
    lost[HIDDEN, FIRST:] = 3
    lost[SHORT, : FIRST - 40] = 1
    x[lost > 0] = np.nan
    lon, lat = rng.uniform(26, 37, count), rng.uniform(47, 51, count)
    lon[list(TOWN)], lat[list(TOWN)] = 33.0 + 0.05 * np.arange(6), 49.0
    names = np.array([f"place {k}" for k in range(count)], dtype=object)
    return NightLights(
        id=names, name=names, lon=lon, lat=lat, radius_km=np.full(count, 3.0), nights=NIGHTS,
        radiance=x.astype(np.float32), lost=lost,
    )  # fmt: skip


@cache
def found() -> Outages:
    return detect(lights(), start="2025-03-01", end="2025-04-01", false_per_year=0.05)


def test_what_went_dark_is_found_with_depth_start_and_duration() -> None:
    assert found().status[DARK] == OUTAGE
    assert set(found().status[list(TOWN)]) == {OUTAGE}
    one = found().spells[DARK]
    assert one is not None
    assert one.depth.low < 0.75 < one.depth.high
    assert one.start.low <= 8 <= one.start.high
    assert one.nights.low <= 12 <= one.nights.high


def test_few_others_are_called_dark() -> None:
    others = np.setdiff1d(np.flatnonzero(found().status == OUTAGE), [DARK, *TOWN])
    assert len(others) <= 4  # 0.05 a year over 31 nights and 230 places: 1 expected


def test_what_cannot_be_judged_is_not_observable_and_never_none() -> None:
    why = {k: (found().status[k], found().why[k]) for k in (DIM, HIDDEN, SHORT)}
    assert why[DIM] == (NOT_OBSERVABLE, "normal light below 0.45 nW cm-2 sr-1")
    assert why[HIDDEN] == (NOT_OBSERVABLE, "no usable night")
    assert why[SHORT] == (NOT_OBSERVABLE, "fewer than 30 usable nights before")
    assert np.isnan(found().tail[DIM])
    assert np.count_nonzero(found().status == NONE_SEEN) > 200


def test_a_change_below_the_floor_is_not_observable() -> None:
    seen = detect(lights(), start="2025-03-01", end="2025-04-01", false_per_year=0.05, floor=60.0)
    assert set(seen.status) == {NOT_OBSERVABLE}


def test_the_same_input_gives_the_same_answer() -> None:
    again = detect(lights(), start="2025-03-01", end="2025-04-01", false_per_year=0.05)
    assert np.array_equal(again.tail, found().tail, equal_nan=True)
    assert again.spells == found().spells


def test_too_little_is_refused() -> None:
    with pytest.raises(ValueError, match="no night between"):
        detect(lights(), start="2026-01-01", end="2026-02-01")
    with pytest.raises(ValueError, match="at least 90 are needed"):
        detect(lights(), start="2024-04-01", end="2024-05-01")


def test_an_outage_is_an_effect_that_accuses_nobody() -> None:
    table = observations(found(), source="lights")
    one = next(o for o in table if o.place == f"place {DARK}")
    assert (one.act, one.effect, one.channel, one.procedure) == ("outage", "outage", "satellite.lights", "sensor")
    assert (one.accused, one.claimant, one.basis) == ("", "", "")
    assert one.alternatives == ("accident",)
    assert 1 < one.likelihood_ratio <= LARGEST
    assert one.start < datetime(2025, 3, 9, 12, tzinfo=UTC)
    assert one.end > datetime(2025, 3, 8, 12, tzinfo=UTC)
    assert "blackout order or load shedding" in one.summary


def test_places_that_went_dark_together_are_one_report() -> None:
    table = observations(found(), source="lights")
    town = [o for o in table if o.place in {f"place {k}" for k in TOWN}]
    assert all("many places nearby went dark together" in o.summary for o in town)
    assert len({(o.origin, o.region) for o in town}) < len(town)
    alone = next(o for o in table if o.place == f"place {DARK}")
    assert alone.origin == alone.id


def test_every_night_is_a_look_usable_or_lost_with_its_reason() -> None:
    table = looks(found(), source="lights")
    assert len(table) == 240 * 31
    assert len(set(table.column("id"))) == len(table)
    lost, quality = table.column("lost"), table.column("quality")
    assert np.array_equal(quality == 0, lost != "")
    dim = lost[DIM * 31 : DIM * 31 + 31]
    assert set(dim) == {"cloud", "not observable: normal light below 0.45 nW cm-2 sr-1"}
    assert set(table.column("acts")) == {("outage",)}


def test_the_ratio_is_fair_on_quiet_months_and_bounded() -> None:
    tail = (np.arange(10_000) + 1.0) / 10_000
    assert worth(tail).mean() <= 1.0
    assert worth(1e-9) == LARGEST


def test_the_channel_is_known_and_its_weights_are_stated() -> None:
    assert "satellite.lights" in CHANNELS
    assert "satellite.lights" not in Priors().occurred  # without a detector's ratio it weighs nothing
    assert STATED_DETECTION["satellite.lights"] == {"outage": 0.10}


def test_no_outage_gives_no_observation() -> None:
    quiet = lights()
    keep = np.setdiff1d(np.arange(240), [DARK, *TOWN])[:60]
    part = NightLights(
        id=quiet.id[keep], name=quiet.name[keep], lon=quiet.lon[keep], lat=quiet.lat[keep],
        radius_km=quiet.radius_km[keep], nights=quiet.nights, radiance=quiet.radiance[keep], lost=quiet.lost[keep],
    )  # fmt: skip
    assert len(observations(detect(part, start="2025-03-01", end="2025-04-01", false_per_year=1e-6), source="x")) == 0


def test_series_that_contradict_themselves_are_refused() -> None:
    good = lights()
    with pytest.raises(ValueError, match="usable exactly where it has a radiance"):
        NightLights(
            id=good.id, name=good.name, lon=good.lon, lat=good.lat, radius_km=good.radius_km, nights=good.nights,
            radiance=good.radiance, lost=np.zeros_like(good.lost),
        )  # fmt: skip
