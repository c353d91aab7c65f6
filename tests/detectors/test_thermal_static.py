"""Static sources: recurring heat is found, fields are not, protected places are never masked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ceasefire.detectors.thermal_static import StaticSources

YEAR = np.arange("2019-01-01", "2020-01-01", dtype="datetime64[D]")


def heat() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    mill = rng.choice(YEAR, 80)
    field = YEAR[90:100].repeat(20)
    strewn = rng.choice(YEAR, 300)
    lon = np.concatenate([34.0 + rng.normal(0, 0.003, 80), 35.0 + rng.normal(0, 0.003, 200), rng.uniform(33, 36, 300)])
    lat = np.concatenate([48.0 + rng.normal(0, 0.002, 80), 48.5 + rng.normal(0, 0.002, 200), rng.uniform(47, 49, 300)])
    return lon, lat, np.concatenate([mill, field, strewn])


def test_a_mill_is_masked_and_a_burning_field_is_not() -> None:
    lon, lat, day = heat()
    mask = StaticSources().fit(lon, lat, day)
    covered = mask.covers(lon, lat)
    assert covered[:80].mean() > 0.95
    assert not covered[80:280].any(), "two hundred detections, but on ten days of one season"
    assert covered[280:].mean() < 0.02
    assert mask.days_.min() >= 20


def test_a_protected_mill_keeps_its_heat() -> None:
    lon, lat, day = heat()
    mask = StaticSources().fit(lon, lat, day)
    kept = mask.covers(lon, lat, protected_lon=[34.0], protected_lat=[48.0])
    assert not kept[:80].any()
    assert mask.covers(lon, lat, protected_lon=[34.2], protected_lat=[48.0])[:80].mean() > 0.95


def test_heat_spread_over_years_is_not_one_year_of_it() -> None:
    day = np.arange("2001-01-01", "2020-12-31", 91, dtype="datetime64[D]")
    mask = StaticSources().fit(np.full(len(day), 34.0), np.full(len(day), 48.0), day)
    assert len(day) > 60
    assert len(mask.lon_) == 0
    assert not mask.covers([34.0], [48.0]).any()


def test_bad_input_is_named() -> None:
    one = np.array([34.0])
    day = YEAR[:1]
    with pytest.raises(ValueError, match="at least one detection"):
        StaticSources().fit([], [], np.zeros(0, "datetime64[D]"))
    with pytest.raises(ValueError, match="finite"):
        StaticSources().fit([np.nan], one, day)
    with pytest.raises(ValueError, match="reach_km"):
        StaticSources(reach_km=0.0).fit(one, one, day)
    with pytest.raises(ValueError, match="finite"):
        StaticSources().fit(one, one, day).covers([np.inf], [48.0])


def test_real_labels_of_one_year(shared_data: Path) -> None:
    import pyarrow.csv as pc

    lat, lon, day = pc.read_csv(shared_data / "firms" / "points" / "ukr_fire_data_2016.csv").columns
    mask = StaticSources().fit(lon.to_numpy(), lat.to_numpy(), day.to_numpy().astype("datetime64[D]"))
    seen = pc.read_csv(shared_data / "firms" / "modis" / "modis_2017_Ukraine.csv")
    covered = mask.covers(seen["longitude"].to_numpy(), seen["latitude"].to_numpy())
    static = seen["type"].to_numpy() == 2
    assert (covered & static).sum() / covered.sum() > 0.75
    assert (covered & static).sum() / static.sum() > 0.85
