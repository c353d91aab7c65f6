"""Black Marble tiles: what counts as seen, what does not and why, and files that are wrong.

HDF5 is written by GDAL's netCDF-4 driver, whose files are HDF5; tiles are 24 pixels on a side instead of 2,400.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.errors import SourceError
from ceasefire.model.night_lights import LOST
from ceasefire.sources import black_marble
from ceasefire.sources.black_marble_layers import CLOUD, GAP_FILLED, LATEST, MOON, QUALITY, RADIANCE, SNOW, tile_name

rasterio = pytest.importorskip("rasterio", reason="rasters need the extra `satellite`")
pytestmark = pytest.mark.filterwarnings(
    "ignore:Dataset has no geotransform", "ignore:Use `@` matmul:PendingDeprecationWarning"
)

SIDE = 24
KIND = {RADIANCE: "uint16", GAP_FILLED: "uint16", MOON: "uint16", CLOUD: "uint16"}
FILL = {RADIANCE: 65535, GAP_FILLED: 65535, MOON: 65535, CLOUD: 65535}
NAME = "VNP46A2.A2025{day:03d}.h21v04.002.2025{made:09d}.h5"


def layers(**change: Any) -> dict[str, np.ndarray]:
    """Give the layers of a clear night: 8.0 nW cm-2 sr-1 everywhere."""
    out = {
        RADIANCE: np.full((SIDE, SIDE), 80),
        QUALITY: np.zeros((SIDE, SIDE)),
        CLOUD: np.zeros((SIDE, SIDE)),
        LATEST: np.zeros((SIDE, SIDE)),
        SNOW: np.zeros((SIDE, SIDE)),
        MOON: np.full((SIDE, SIDE), 5),
        GAP_FILLED: np.full((SIDE, SIDE), 80),
    }
    for key, value in change.items():
        out[{"radiance": RADIANCE, "quality": QUALITY, "cloud": CLOUD, "latest": LATEST, "snow": SNOW}[key]] = value
    return out


def write_h5(path: Path, bands: dict[str, np.ndarray]) -> Path:
    """Write layers as one HDF5 file, each its own data set."""
    import rasterio.shutil

    parts = []
    for k, (name, value) in enumerate(bands.items()):
        kind = KIND.get(name, "uint8")
        one = path.with_name(f"part{k}.tif")
        height, width = value.shape
        profile = {"driver": "GTiff", "height": height, "width": width, "count": 1, "dtype": kind}
        with rasterio.open(one, "w", **profile) as file:
            file.write(value.astype(kind), 1)
        gdal = {"uint16": "UInt16", "uint8": "Byte"}[kind]
        parts.append(
            f'<VRTRasterBand dataType="{gdal}" band="{k + 1}">'
            f'<Metadata><MDI key="NETCDF_VARNAME">{name}</MDI></Metadata>'
            f"<NoDataValue>{FILL.get(name, 255)}</NoDataValue><SimpleSource><SourceFilename>{one}</SourceFilename>"
            f"<SourceBand>1</SourceBand></SimpleSource></VRTRasterBand>"
        )
    height, width = next(iter(bands.values())).shape
    vrt = path.with_name("all.vrt")
    vrt.write_text(f'<VRTDataset rasterXSize="{width}" rasterYSize="{height}">{"".join(parts)}</VRTDataset>')
    made = path.with_name("made.nc")
    rasterio.shutil.copy(vrt, made, driver="netCDF", FORMAT="NC4", WRITE_BOTTOMUP="NO")
    return made.rename(path)


def read(paths: list[Path], **more: Any) -> black_marble.Reading:
    """Read discs of 1 km at the middle of the tile's first pixels and far from them."""
    middle = {"lon": 30.0 + 10.5 / 240, "lat": 50.0 - 10.5 / 240}
    given = {"id": ["p1"], "lon": [middle["lon"]], "lat": [middle["lat"]], "radius_km": [1.0]}
    return black_marble.read(paths, source="lights", tile_pixels=SIDE, **{**given, **more})


def reason(reading: black_marble.Reading, night: int = 0) -> str:
    return LOST[reading.lights.lost[0, night]]


def test_a_clear_night_gives_the_mean_with_moon_and_snow(tmp_path: Path) -> None:
    value = np.full((SIDE, SIDE), 80)
    value[:, 11:] = 120
    bands = layers(radiance=value, snow=np.ones((SIDE, SIDE)))
    lights = read([write_h5(tmp_path / NAME.format(day=78, made=1), bands)]).lights
    assert 8.0 < lights.radiance[0, 0] < 12.0
    assert lights.snow is not None
    assert lights.snow[0, 0]
    assert lights.moon is not None
    assert lights.moon[0] == pytest.approx(0.5)
    assert lights.nights[0] == np.datetime64("2025-03-19")
    assert len(lights.scenes[0].evidence) == 64
    assert lights.scenes[0].orbit == "h21v04"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"quality": 2}, "poor quality"),
        ({"quality": 255}, "no data"),
        ({"radiance": 65535}, "no data"),
        ({"cloud": 0b11 << 6}, "cloud"),
        ({"cloud": 0b10 << 6}, "cloud"),
        ({"cloud": 1 << 9}, "cloud"),
        ({"latest": 3}, "poor quality"),
    ],
)
def test_a_night_that_was_not_seen_is_missing_with_its_reason(
    tmp_path: Path, change: dict[str, float], why: str
) -> None:
    bands = layers(**{k: np.full((SIDE, SIDE), v) for k, v in change.items()})
    reading = read([write_h5(tmp_path / NAME.format(day=78, made=1), bands)])
    assert np.isnan(reading.lights.radiance[0, 0])
    assert reason(reading) == why


def test_gap_filled_values_never_stand_in(tmp_path: Path) -> None:
    bands = layers(radiance=np.full((SIDE, SIDE), 65535), quality=np.full((SIDE, SIDE), 255))
    assert np.isnan(read([write_h5(tmp_path / NAME.format(day=78, made=1), bands)]).lights.radiance).all()
    only = {k: v for k, v in layers().items() if k != RADIANCE}
    refused = read([write_h5(tmp_path / NAME.format(day=79, made=1), only)]).quarantine[0]
    assert refused.reason == "no layer DNB_BRDF-Corrected_NTL; gap-filled values are not used"


def test_a_missing_night_between_two_is_no_tile(tmp_path: Path) -> None:
    paths = [write_h5(tmp_path / NAME.format(day=day, made=1), layers()) for day in (78, 80)]
    reading = read(paths)
    assert [LOST[c] for c in reading.lights.lost[0]] == ["", "no tile", ""]


def test_a_disc_partly_under_cloud_is_used_only_where_most_was_seen(tmp_path: Path) -> None:
    cloud = np.zeros((SIDE, SIDE))
    cloud[:, :11] = 0b11 << 6
    reading = read([write_h5(tmp_path / NAME.format(day=78, made=1), layers(cloud=cloud))])
    assert reason(reading) == "cloud"
    cloud[:, 9:] = 0
    assert reason(read([write_h5(tmp_path / NAME.format(day=79, made=1), layers(cloud=cloud))])) == ""


def test_two_files_of_one_night_the_later_is_used(tmp_path: Path) -> None:
    old = write_h5(tmp_path / NAME.format(day=78, made=1), layers(radiance=np.full((SIDE, SIDE), 10)))
    new = write_h5(tmp_path / NAME.format(day=78, made=2), layers())
    reading = read([new, old])
    assert reading.lights.radiance[0, 0] == pytest.approx(8.0)
    assert [(q.granule, "processed later" in q.reason) for q in reading.quarantine] == [(old.name, True)]


def test_a_broken_tile_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    good = write_h5(tmp_path / NAME.format(day=78, made=1), layers())
    whole = write_h5(tmp_path / NAME.format(day=79, made=1), layers()).read_bytes()
    bad = tmp_path / NAME.format(day=79, made=1)
    bad.write_bytes(whole[: len(whole) // 3])
    empty = tmp_path / NAME.format(day=80, made=1)
    empty.write_bytes(b"")
    stranger = tmp_path / "lights.h5"
    stranger.write_bytes(b"x")
    reading = read([good, bad, empty, stranger])
    assert [LOST[c] for c in reading.lights.lost[0]] == ["", "broken file"]
    reasons = {q.granule: q.reason for q in reading.quarantine}
    assert "cannot be" in reasons[bad.name] or "no layer" in reasons[bad.name]
    assert reasons[empty.name] == "the file is not there or is empty"
    assert "not named as a Black Marble tile" in reasons[stranger.name]


def test_a_tile_of_the_wrong_size_is_refused(tmp_path: Path) -> None:
    small = {k: v[:10] for k, v in layers().items()}
    reading = read([write_h5(tmp_path / NAME.format(day=78, made=1), small)])
    assert "24 by 24 pixels is expected, not 10 by 24" in reading.quarantine[0].reason


def test_another_satellite_is_a_source_of_its_own(tmp_path: Path) -> None:
    one = [write_h5(tmp_path / NAME.format(day=day, made=1), layers()) for day in (78, 79)]
    other = write_h5(tmp_path / NAME.format(day=79, made=1).replace("VNP", "VJ1"), layers())
    reading = read([*one, other])
    assert [q.granule for q in reading.quarantine] == [other.name]


def test_geotiff_of_floats_with_its_own_grid_and_values_beyond_the_range(tmp_path: Path) -> None:
    from rasterio.transform import from_origin

    light = np.full((SIDE, SIDE), 7.5, np.float32)
    light[:, 10] = -3.0
    light[0, 0] = 9999.0
    light[1, 1] = -999.9
    path = tmp_path / NAME.format(day=78, made=1).replace(".h5", ".tif")
    profile = {"driver": "GTiff", "height": SIDE, "width": SIDE, "count": 2, "dtype": "float32", "crs": "EPSG:4326"}
    with rasterio.open(path, "w", transform=from_origin(30.0, 50.0, 1 / 240, 1 / 240), **profile) as file:
        file.write(np.stack([light, np.zeros_like(light)]))
        file.descriptions = (RADIANCE, QUALITY)
    reading = read([path])
    assert reading.lights.radiance[0, 0] == pytest.approx(7.5)
    assert reading.quarantine[0].reason.startswith("5 pixels have a radiance below 0 or above")
    with rasterio.open(path, "w", transform=from_origin(30.001, 50.0, 1 / 240, 1 / 240), **profile) as file:
        file.write(np.stack([light, np.zeros_like(light)]))
        file.descriptions = (RADIANCE, QUALITY)
    assert "grid of 15 arc seconds" in read([path]).quarantine[0].reason


def test_no_usable_file_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no night lights could be read"):
        read([tmp_path / "none.h5"])


def test_the_pass_is_about_half_past_one_local() -> None:
    assert black_marble.overpass(datetime(2025, 3, 19, tzinfo=UTC), 15.0).hour == 0


@given(st.text(max_size=60) | st.from_regex(r"VNP46A2\.A\d{7}\.h\d\dv\d\d\.\d{3}\.h5", fullmatch=True))
@settings(max_examples=200)
def test_any_name_is_read_or_refused(text: str) -> None:
    try:
        assert tile_name(text).platform == "S-NPP"
    except SourceError as error:
        assert re.match("not named|no such night", str(error))  # noqa: PT017
