"""Burn scars around heat: a ratio where enough was clear, a lost look where not, never a map."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import numpy as np
import pytest

from ceasefire.detectors.burn import Scar, pair, scar
from ceasefire.detectors.burn_evidence import CHANNEL, observations
from ceasefire.geo.grid import Grid
from ceasefire.geo.stack import Stack
from ceasefire.model.processing import Processing
from ceasefire.model.records import Observation
from ceasefire.model.scene import Scene
from ceasefire.model.table import Table
from ceasefire.reporting.chips import pictures
from ceasefire.stats.burn import LARGEST, SEEN
from ceasefire.stats.burn_scenes import AFTER, BEFORE, SIZE, Weather, scene

LON, LAT = 34.5531, 49.5883
WIDTH, HEIGHT = 20 / 111_195 / np.cos(np.radians(LAT)), 20 / 111_195
GRID = Grid("EPSG:4326", LON - SIZE / 2 * WIDTH, LAT + SIZE / 2 * HEIGHT, WIDTH, HEIGHT, (SIZE, SIZE))
FIRE = datetime(2025, 3, 20, 0, tzinfo=UTC)
DAYS = [FIRE - timedelta(days=50 - 8 * d) for d in range(BEFORE)]
DAYS += [FIRE + timedelta(days=3 + 5 * d) for d in range(AFTER)]
TIMES = np.array([d.replace(tzinfo=None) for d in DAYS], dtype="datetime64[s]")


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def window(kind: str, seed: int = 1, cloud: float = 0.0) -> tuple[Stack, Stack]:
    """Two bands around the fire, of a simulated scene."""
    seen = scene(kind, np.random.default_rng(seed), Weather(cloud=cloud))
    made = []
    for band, values in (("B8A", seen.nir), ("B12", seen.swir2)):
        scenes = tuple(
            Scene(id=f"S2_{k}", source="esa", product="sentinel2", band=band, acquired=d, evidence=digest(f"{band}{k}"))
            for k, d in enumerate(DAYS)
        )
        made.append(Stack(values, TIMES, GRID, band=band, units="reflectance", scenes=scenes))
    return made[0], made[1]


def looked(stacks: tuple[Stack, Stack], **settings: int) -> Scar:
    return scar(*stacks, lon=LON, lat=LAT, start=FIRE, end=FIRE + timedelta(hours=12), **settings)


def fire(n: int, **fields: object) -> Observation:
    """A thermal observation at the place."""
    given: dict[str, object] = {
        "id": f"o-{n:012x}",
        "source": "firms",
        "product": "firms",
        "granule": "a.csv",
        "line": n,
        "evidence": "0" * 64,
        "channel": "satellite.thermal",
        "procedure": "sensor",
        "start": FIRE,
        "end": FIRE + timedelta(hours=12),
        "reported": FIRE + timedelta(hours=12),
        "lon": LON,
        "lat": LAT,
        "radius_km": 0.4,
        "region": "UA-53",
        "act": "fire",
    }
    return Observation(**{**given, **fields})  # type: ignore[arg-type]


def test_a_strike_is_borne_out_and_a_harvest_is_not() -> None:
    strikes = [looked(window("strike", k)).ratio for k in range(8)]
    cut = [looked(window("harvest", k)).ratio for k in range(8)]
    assert np.median(strikes) > 4
    assert np.median(cut) < 1.2
    assert min(strikes + cut) >= 1 - SEEN
    assert max(strikes + cut) <= LARGEST


def test_only_dates_before_and_after_the_fire_count() -> None:
    nir, swir2 = window("strike")
    seen = looked((nir, swir2), before_days=20, after_days=10)
    assert [d.replace(tzinfo=UTC) for d in seen.before] == [d for d in DAYS if FIRE - timedelta(days=20) <= d < FIRE]
    assert [d.replace(tzinfo=UTC) for d in seen.after] == [d for d in DAYS[BEFORE:] if d <= FIRE + timedelta(days=10.6)]
    during = replace(nir, times=np.sort(np.append(TIMES[:-1], np.datetime64("2025-03-20T06:00", "s"))))
    assert len(looked((during, replace(swir2, times=during.times))).after) == AFTER - 1


def test_a_date_that_one_band_lacks_is_left_out() -> None:
    nir, swir2 = window("strike")
    short = Stack(swir2.values[1:], TIMES[1:], GRID, band="B12", units="reflectance", scenes=swir2.scenes[1:])
    seen = looked((nir, short))
    assert len(seen.before) == BEFORE - 1
    assert "S2_0:B8A" not in dict(seen.processing.inputs)


def test_cloud_is_a_lost_look_with_its_reason() -> None:
    nir, swir2 = window("strike")
    hidden = nir.values.copy()
    hidden[BEFORE:] = np.nan
    none = looked((replace(nir, values=hidden), swir2))
    assert np.isnan(none.ratio)
    assert none.why == "cloud on every date after the fire"
    hidden[BEFORE:, : SIZE // 3] = nir.values[BEFORE:, : SIZE // 3]
    few = looked((replace(nir, values=hidden), swir2))
    assert np.isnan(few.ratio)
    assert few.why == "cloud: only 16 % of the disc and 37 % of the ring ever clear"
    assert looked((nir, swir2), after_days=1).why == "no scene after the fire"


def test_observations_carry_ratio_evidence_and_place() -> None:
    fires = Table.of(Observation, [fire(1), fire(2, lon=np.nan), fire(3), fire(4, start=FIRE + timedelta(days=2))])
    clouded = window("strike")
    dark = (replace(clouded[0], values=np.full_like(clouded[0].values, np.nan)), clouded[1])
    found, looks, scars = observations(fires, [window("strike"), None, None, dark], source="esa")
    assert len(found) == 1
    one = found[0]
    assert (one.lon, one.lat, one.start, one.channel, one.act) == (LON, LAT, FIRE, CHANNEL, "fire")
    assert one.likelihood_ratio == pytest.approx(scars[one.id].ratio / (0.5 * scars[one.id].ratio + 0.5))
    plain = observations(fires, [window("strike"), None, None, dark], source="esa", fields=0.0).observations[0]
    assert plain.likelihood_ratio == scars[one.id].ratio > 2
    done = Processing.read(one.text)
    assert one.evidence == done.digest()
    assert one.evidence == sha256(one.text.encode()).hexdigest()
    assert len(done.inputs) == 2 * len(DAYS)
    assert dict(done.inputs)["S2_3:B12"] == sha256(b"B123").hexdigest()
    assert not {"lon", "lat"} & set(dict(done.parameters))
    assert [(row.quality > 0, row.lost) for row in sorted(looks, key=lambda row: row.lost)] == [
        (True, ""),
        (False, "cloud on every date before the fire"),
        (False, "no data"),
    ]
    assert "likelihood ratio" in one.summary
    seen = scars[one.id]
    assert seen.burn_ratio[0].shape == seen.burn_ratio[1].shape == seen.grid.shape
    assert seen.grid.west > GRID.west


def test_fires_that_see_one_scar_share_an_origin_and_others_do_not() -> None:
    rows = [fire(1), fire(2, lon=LON + 0.004), fire(3, start=FIRE + timedelta(days=1)), fire(4, lon=LON + 1)]
    far = window("strike")
    away = tuple(replace(s, grid=replace(GRID, west=GRID.west + 1)) for s in far)
    given = [far, far, far, (away[0], away[1])]
    found, _, _ = observations(Table.of(Observation, rows), given, source="esa", radius_m=300)
    assert len(found) == 4
    origin = {o.lon: o.origin for o in found}
    assert len(set(origin.values())) == 2
    assert origin[LON] == origin[LON + 0.004] != origin[LON + 1]


def test_the_same_input_gives_the_same_bytes() -> None:
    fires = Table.of(Observation, [fire(1)])
    first, second = (observations(fires, [window("strike", cloud=0.4)], source="esa")[0] for _ in range(2))
    assert first.arrow.equals(second.arrow)


def test_orbits_are_joined_and_the_right_window_is_found() -> None:
    nir, swir2 = window("strike")
    parts = [
        Stack(s.values[k::2], TIMES[k::2], GRID, band=s.band, orbit=f"R{k}", units="reflectance", scenes=s.scenes[k::2])
        for s in (nir, swir2)
        for k in range(2)
    ]
    elsewhere = [replace(s, grid=replace(GRID, west=GRID.west + 1)) for s in parts]
    found = pair([*elsewhere, *parts], lon=LON, lat=LAT)
    assert found is not None
    assert np.array_equal(found[0].values, nir.values, equal_nan=True)
    assert found[1].scenes == swir2.scenes
    assert looked(found).ratio == looked((nir, swir2)).ratio
    assert pair(parts, lon=LON + 0.5, lat=LAT) is None
    assert pair(parts[:2], lon=LON, lat=LAT) is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"units": "DN"}, "B12 is in DN, not in reflectance"),
        ({"units": ""}, "unknown units"),
        ({"grid": replace(GRID, west=GRID.west + WIDTH)}, "different grids"),
    ],
)
def test_what_cannot_be_compared_is_named(change: dict[str, object], message: str) -> None:
    nir, swir2 = window("nothing")
    with pytest.raises(ValueError, match=message):
        looked((nir, replace(swir2, **change)))  # type: ignore[arg-type]


def test_a_window_that_does_not_hold_the_ring_is_named() -> None:
    nir, swir2 = window("nothing")
    with pytest.raises(ValueError, match="do not lie within the window"):
        scar(nir, swir2, lon=LON + 0.01, lat=LAT, start=FIRE, end=FIRE)


def test_impossible_reflectance_is_missing() -> None:
    nir, swir2 = window("nothing")
    wrong = nir.values.copy()
    wrong[:] = 3000.0
    assert looked((replace(nir, values=wrong), swir2)).why == "cloud on every date before the fire"


def test_a_scar_gives_pictures_that_trace_back_to_hashed_pixels() -> None:
    found, _, scars = observations(Table.of(Observation, [fire(1)]), [window("strike")], source="esa")
    one, seen = found[0], scars[found[0].id]
    before, after = seen.burn_ratio
    rows, data = pictures(
        before,
        after,
        seen.grid,
        observation=one.id,
        what="burn ratio (NBR)",
        change=before - after,
        changed="fall of the burn ratio (dNBR)",
        dates=(seen.before, seen.after),
        acquired=one.reported,
        region=one.region,
        scenes=tuple(i for i, _ in seen.processing.inputs),
        processing=one.text,
    )
    assert [p.kind for p in rows] == ["before", "after", "change"]
    assert all(sha256(data[p.image]).hexdigest() == p.image for p in rows)
    assert all(sha256(p.processing.encode()).hexdigest() == one.evidence for p in rows)
    assert all(p.ground_m >= 30 and str(LON) not in p.caption + p.alt for p in rows)
