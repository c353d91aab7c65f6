"""Elements from detections: found again from passes made up by known elements, and refused where there is no orbit."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sgp4", reason="orbits need the extra `satellite`")

from ceasefire.geo.elements import read_elements
from ceasefire.geo.orbit_fit import NoFit, Sightings, abeam, fit
from ceasefire.geo.sensors import Sensor, sensors
from ceasefire.geo.swath import crossings

SETS = {
    "viirs": "1 43013U 17073A   26177.72844921  .00000042  00000+0  40828-4 0  9990\n"
    "2 43013  98.7772 117.1062 0000629 133.0625 227.0604 14.19513365445820",
    "modis": "1 25994U 99068A   18196.75093423 -.00000025  00000-0  45345-5 0  9993\n"
    "2 25994  98.2051 271.2050 0001021  68.8940 291.2371 14.57112414987988",
}


def printed(name: str, days: int) -> tuple[Sightings, Sensor]:
    """Make detections as FIRMS prints them: cut to the minute, pixel sides of two decimals or one."""
    sensor, (e,) = sensors()[name], read_elements(SETS[name])[0]
    rng = np.random.default_rng(7)
    lon, lat = rng.uniform(24.0, 38.0, 30), rng.uniform(45.0, 52.0, 30)
    start = e.epoch.astype("datetime64[D]") - days // 2
    found = crossings([e], sensor, lon, lat, start=start, end=start + days)
    found = found.keep(rng.random(len(found.time)) < 0.4)
    across, along = sensor.pixel(found.scan, found.range_km, found.zenith)
    decimals = 2 if name == "viirs" else 1
    minute = found.time.astype("datetime64[m]").astype("datetime64[s]")
    return (
        Sightings(minute, lon[found.place], lat[found.place], across.round(decimals), along.round(decimals)),
        sensor,
    )


@pytest.mark.parametrize("name", ["viirs", "modis"])
def test_the_orbit_behind_detections_is_found_and_its_error_is_stated(name) -> None:
    seen, sensor = printed(name, 13)
    split = seen.time.max() - np.timedelta64(3, "D")
    found = fit(seen.keep(seen.time < split), sensor, norad=1, name="x")
    (true,) = read_elements(SETS[name])[0]
    later = seen.keep(seen.time >= split)
    late, scan, _, _ = abeam(found.elements, sensor, later)
    want, angle, _, _ = abeam(true, sensor, later)
    assert np.abs(want - 30.0).max() <= 31.0
    days = float((later.time.max() - found.elements.epoch) / np.timedelta64(1, "D"))
    assert np.abs(late - want).max() < 4.0 * (found.error_s + days * found.error_s_per_day)
    assert np.abs(late - want).max() < 20.0
    assert np.abs(scan - angle).max() < 1.0
    assert found.elements.inclination == pytest.approx(true.inclination, abs=0.1)
    assert 10.0 < found.spread_s < 25.0


def test_few_times_times_of_no_orbit_and_radar_are_refused() -> None:
    seen, sensor = printed("modis", 6)
    with pytest.raises(NoFit, match="8 are needed"):
        fit(seen.keep(seen.time < seen.time.min() + np.timedelta64(3600, "s")), sensor, norad=1)
    with pytest.raises(NoFit, match="nominal orbit"):
        fit(seen, sensors()["sentinel1"], norad=1)
    rng = np.random.default_rng(1)
    mixed = Sightings(
        seen.time.min() + rng.integers(0, 6 * 1440, len(seen.time)) * np.timedelta64(60, "s"),
        seen.lon, seen.lat, seen.across_km, seen.along_km,
    )  # fmt: skip
    with pytest.raises(NoFit, match="no orbit passes"):
        fit(mixed, sensor, norad=1)
