"""Rasters in: what is read is what lies in the files, what cannot be read has a name, and the others go on."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import warnings
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sources.imagery import CRS, LAT, LON, speckle, write_tif

from ceasefire.errors import AssumedUnits, Doubt, MissingExtra, Regridded, SourceError
from ceasefire.geo.grid import Grid
from ceasefire.geo.projection import to_grid
from ceasefire.model.intake import Window
from ceasefire.sources import hls, raster_products, raster_reader, rasters, sentinel1, sentinel2
from ceasefire.sources import raster_file as rf
from ceasefire.sources.raster_stacking import StacksRead
from ceasefire.sources.raster_windows import Place, windows

rasterio = pytest.importorskip("rasterio", reason="needs ceasefire[satellite]")

HERE = Place("here", LON, LAT, 150.0)
BURST = "T137-292318-IW1"
SIZE = 200
MAPPING = {"name": r"(?P<band>VV|VH)_(?P<time>\d{8}T\d{6})", "units": "linear"}


def opera(folder: Path, day: str, band: str = "VV", *, burst: str = BURST, made: str = "20250401T000000Z") -> Path:
    return folder / f"OPERA_L2_RTC-S1_{burst}_{day}T015854Z_{made}_S1A_30_v1.0_{band}.tif"


def quiet(folder: Path, days: tuple[str, ...] = ("20250301", "20250313", "20250325"), **extra: Any) -> list[Path]:
    """Write radar files of each day in both polarisations."""
    extra = {"pixel": 30.0, "nodata": np.nan, **extra}
    return [
        write_tif(opera(folder, day, band), speckle((SIZE, SIZE), 10 * k + j), **extra)
        for k, day in enumerate(days)
        for j, band in enumerate(("VV", "VH"))
    ]


def read(paths: list[Path], **options: Any) -> StacksRead:
    got = sentinel1.stacks(paths, source="rtc", around=[HERE], **options)
    got.count.check()
    return got


def reasons(got: StacksRead) -> dict[str, str]:
    return {q.granule: q.reason for q in got.quarantine}


def pixels(path: Path) -> Any:
    with rasterio.open(path) as file:
        return file.read(1)


# what is read


def test_whole_files_are_their_logarithms(tmp_path: Path) -> None:
    paths = quiet(tmp_path)
    got = sentinel1.stacks(paths, source="rtc")
    assert [(s.band, s.orbit, s.units, s.values.shape) for s in got.stacks] == [
        (band, BURST, "log", (3, SIZE, SIZE)) for band in ("VV", "VH")
    ]
    for stack in got.stacks:
        for k, scene in enumerate(stack.scenes):
            path = next(p for p in paths if p.name == scene.href)
            assert np.array_equal(stack.values[k], np.log(pixels(path)))
            assert scene.evidence == rf.kept(path).sha256
            assert stack.times[k] == np.datetime64(scene.acquired.replace(tzinfo=None))
    assert got.count.rows == got.count.used == 6
    assert not got.resampled
    assert not got.quarantine


def test_only_the_window_is_read_and_in_step_with_the_file(tmp_path: Path) -> None:
    paths = quiet(tmp_path)
    got = read(paths)
    with rasterio.open(paths[0]) as file:
        grid, source, bounds = got.stacks[0].grid, file.read(1), file.bounds
        column, row = (grid.west - bounds.left) / 30.0, (bounds.top - grid.north) / 30.0
        x, y = to_grid(CRS, LON, LAT)
    assert (column, row) == (int(column), int(row))
    assert grid.shape[0] * grid.shape[1] < SIZE * SIZE / 8
    assert grid.west < x < grid.bounds[2]
    assert grid.bounds[1] < y < grid.north
    part = source[int(row) : int(row) + grid.shape[0], int(column) : int(column) + grid.shape[1]]
    assert np.array_equal(got.stacks[0].values[0], np.log(part))
    assert [(look.quality, look.lost, look.channel) for look in got.looks] == [(1.0, "", "satellite.radar")] * 3


def test_every_file_is_opened_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = quiet(tmp_path)
    opened = []
    original = rasterio.open
    monkeypatch.setattr(
        rasterio, "open", lambda where, *a, **k: (opened.append(str(where)), original(where, *a, **k))[1]
    )
    two = [Place("west", LON - 0.03, LAT, 150.0), Place("east", LON + 0.03, LAT, 150.0)]
    got = sentinel1.stacks(paths, source="rtc", around=two)
    assert len(got.stacks) == 4
    assert sorted(opened) == sorted(map(str, paths))


@pytest.mark.parametrize("kind", ["cog", "netcdf", "zarr"])
def test_formats_give_the_same(tmp_path: Path, kind: str) -> None:
    import rasterio.shutil

    values = speckle((SIZE, SIZE), 1)
    first = write_tif(tmp_path / "VV_20250301T015854.tif", values, pixel=30.0)
    wanted = rasters.stacks([first], source="own", around=[HERE], options={"mapping": MAPPING}).stacks[0]
    other = tmp_path / kind / f"VV_20250301T015854.{kind}"
    other.parent.mkdir()
    if kind == "cog":
        write_tif(other, values, pixel=30.0, driver="COG", blocksize=128)
    else:
        rasterio.shutil.copy(first, other, driver={"netcdf": "netCDF", "zarr": "Zarr"}[kind])
    got = rasters.stacks([other], source="own", around=[HERE], options={"mapping": MAPPING})
    assert got.quarantine == []
    assert got.stacks[0].grid == wanted.grid
    assert np.array_equal(got.stacks[0].values, wanted.values)
    assert len(got.files[0][1]) == 64


def cube(path: Path, values: Any, *, crs: str = CRS, units: str = "days since 2025-03-01 02:00:00") -> Path:
    """Write a NetCDF with a time axis and two polarisations, as climate people do."""
    from scipy.io import netcdf_file

    dates, rows, columns = values.shape
    x, y = (float(v) for v in to_grid(CRS, LON, LAT))
    with netcdf_file(path, "w") as file:
        file.Conventions = "CF-1.8"
        for name, size in (("time", dates), ("y", rows), ("x", columns)):
            file.createDimension(name, size)
        time = file.createVariable("time", "f8", ("time",))
        time.units, time.calendar = units, "standard"
        time[:] = 12.0 * np.arange(dates)
        for name, start, step in (("y", y + 15.0 * rows, -30.0), ("x", x - 15.0 * columns, 30.0)):
            axis = file.createVariable(name, "f8", (name,))
            axis.standard_name, axis.units = f"projection_{name}_coordinate", "m"
            axis[:] = start + step * np.arange(rows if name == "y" else columns)
        if crs:
            mapping = file.createVariable("spatial_ref", "i4", ())
            mapping.grid_mapping_name = "transverse_mercator"
            mapping.crs_wkt = mapping.spatial_ref = rasterio.crs.CRS.from_string(crs).to_wkt()
        for band in ("VV", "VH"):
            variable = file.createVariable(band, "f4", ("time", "y", "x"))
            variable.grid_mapping = "spatial_ref"
            variable[:] = values
    return path


CUBE = {"bands": ["VV", "VH"], "mapping": {"name": r"(?P<time>\d{8}T\d{6})", "units": "linear"}}


def test_a_cube_gives_each_date(tmp_path: Path) -> None:
    values = np.stack([speckle((SIZE, SIZE), k) for k in range(3)])
    path = cube(tmp_path / "cube_20250301T000000.nc", values)
    got = sentinel1.stacks([path], source="own", options=CUBE)
    assert got.quarantine == []
    assert [s.band for s in got.stacks] == ["VV", "VH"]
    assert got.stacks[0].times.astype(str).tolist() == [f"2025-03-{d}T02:00:00" for d in ("01", "13", "25")]
    assert np.allclose(got.stacks[0].values, np.log(values))
    assert got.count.used == 6


def test_a_cube_without_a_projection_is_refused_unless_it_is_given(tmp_path: Path) -> None:
    values = np.stack([speckle((SIZE, SIZE), k) for k in range(2)])
    path = cube(tmp_path / "cube_20250301T000000.nc", values, crs="")
    got = sentinel1.stacks([path], source="own", options=CUBE)
    assert got.stacks == []
    assert all(reason.startswith("it states no projection") for reason in reasons(got).values())
    given_ = {**CUBE, "mapping": {**CUBE["mapping"], "crs": CRS}}  # type: ignore[dict-item]
    assert len(sentinel1.stacks([path], source="own", options=given_).stacks) == 2
    odd = cube(tmp_path / "odd_20250301T000000.nc", values, units="fortnights since the war")
    assert "its times are in" in reasons(sentinel1.stacks([odd], source="own", options=CUBE))[odd.name]


def test_parts_of_a_pass_lie_side_by_side_and_copies_count_once(tmp_path: Path) -> None:
    name = r"R(?P<orbit>\d+)_(?P<part>[ab]|)_?(?P<time>\d{8}T\d{6})_VV"
    left, right = speckle((SIZE, SIZE), 1), speckle((SIZE, SIZE), 2)
    left[:, SIZE // 2 + 5 :] = np.nan
    right[:, : SIZE // 2 - 5] = np.nan
    paths = [
        write_tif(tmp_path / "R051_a_20250301T040000_VV.tif", left, pixel=30.0),
        write_tif(tmp_path / "R051_b_20250301T040025_VV.tif", right, pixel=30.0),
        write_tif(tmp_path / "R051_a_20250313T040000_VV.tif", speckle((SIZE, SIZE), 3), pixel=30.0),
    ]
    options = {"bands": ["VV"], "mapping": {"name": name, "band": "VV", "units": "linear"}}
    got = sentinel1.stacks(paths, source="own", options=options)
    assert len(got.stacks) == 1
    assert len(got.stacks[0].times) == 2
    first = got.stacks[0].values[0]
    half = SIZE // 2
    assert np.array_equal(first[:, : half + 5], np.log(left[:, : half + 5]))
    assert np.array_equal(first[:, half + 5 :], np.log(right[:, half + 5 :]))
    scene = got.stacks[0].scenes[0]
    assert scene.evidence == "+".join(rf.kept(p).sha256 for p in paths[:2])

    older, newer = (
        write_tif(opera(tmp_path, "20250301", made=made), speckle((SIZE, SIZE), seed), pixel=30.0)
        for made, seed in (("20250302T000000Z", 5), ("20250901T000000Z", 6))
    )
    got = read([older, newer])
    assert (got.count.rows, got.count.used, got.count.duplicates) == (2, 1, 1)
    assert got.stacks[0].scenes[0].href == newer.name


def test_a_date_missing_in_one_polarisation_is_missing_there_only(tmp_path: Path) -> None:
    paths = [p for p in quiet(tmp_path) if p != opera(tmp_path, "20250313", "VH")]
    got = read(paths)
    assert {s.band: len(s.times) for s in got.stacks} == {"VV": 3, "VH": 2}
    assert [look.quality for look in got.looks] == [1.0, 1.0, 1.0]


def test_islands_of_missing_pixels_stay_missing(tmp_path: Path) -> None:
    values = speckle((SIZE, SIZE), 1)
    half = SIZE // 2
    values[half - 3 : half + 3, half - 3 : half + 3] = -9999.0
    values[half + 10, half + 10] = 0.0
    values[half + 11, half + 11] = -0.001
    path = write_tif(opera(tmp_path, "20250301"), values, pixel=30.0, nodata=-9999.0)
    whole = sentinel1.stacks([path], source="rtc").stacks[0].values[0]
    assert np.isnan(whole).sum() == 38
    assert np.isnan(whole[half - 3 : half + 3, half - 3 : half + 3]).all()
    # and through a warp: nothing is filled in from around
    with pytest.warns(Regridded, match="1 layers lay on another grid .* resampled"):
        warped = sentinel1.stacks([path], source="rtc", grid=shifted(path, 0.5)).stacks[0].values[0]
    assert np.isnan(warped[half - 2 : half + 2, half - 2 : half + 2]).all()
    part = read([path])
    assert 0.5 < part.looks[0].quality < 1.0
    assert part.looks[0].lost == ""


def shifted(path: Path, pixels_: float, crs: str = CRS) -> Grid:
    with rasterio.open(path) as file:
        return Grid(crs, file.bounds.left + 30 * pixels_, file.bounds.top, 30.0, 30.0, file.shape)


def test_other_grids_are_resampled_and_said_so(tmp_path: Path) -> None:
    smooth = (np.linspace(0.05, 0.15, SIZE)[None, :] * np.ones((SIZE, 1))).astype(np.float32)
    smooth[0, 0] = 0.051
    path = write_tif(opera(tmp_path, "20250301"), smooth, pixel=30.0)
    step = float(smooth[1, 1] - smooth[1, 0])
    for shift, said in ((0.5, "0.50"), (0.25, "0.25")):
        with pytest.warns(Regridded, match=rf"moved by up to {said} of a pixel.*\(bilinear\)"):
            got = sentinel1.stacks([path], source="rtc", grid=shifted(path, shift))
        linear = np.exp(got.stacks[0].values[0][:, :-1])
        assert np.allclose(linear[5:, 5:-5], (smooth + shift * step)[5:, 5:-6], rtol=1e-4)
    same = sentinel1.stacks([path], source="rtc", grid=shifted(path, 0.01))
    assert not same.resampled
    # the same ground in another projection, and pixels three times as large, averaged
    x, y = to_grid("EPSG:32635", LON, LAT)
    grid = Grid("EPSG:32635", float(x) - 900.0, float(y) + 900.0, 90.0, 90.0, (20, 20))
    with pytest.warns(Regridded, match=r"of another projection or pixel\) and were resampled \(average\)"):
        far = sentinel1.stacks([path], source="rtc", grid=grid)
    assert far.stacks[0].grid == grid
    assert np.isfinite(far.stacks[0].values).all()
    assert abs(np.exp(far.stacks[0].values).mean() - 0.1) < 0.005


def test_mixed_projections_come_onto_one_grid(tmp_path: Path) -> None:
    paths = [
        write_tif(opera(tmp_path, "20250301"), speckle((SIZE, SIZE), 1), pixel=30.0),
        write_tif(opera(tmp_path, "20250313"), speckle((SIZE, SIZE), 2), pixel=30.0, crs="EPSG:32635"),
        write_tif(opera(tmp_path, "20250325"), speckle((SIZE, SIZE), 3), pixel=30.0, shift=(0.4, 0.0)),
    ]
    with pytest.warns(Regridded, match="2 layers lay on another grid"):
        got = read(paths)
    assert got.stacks[0].values.shape[0] == 3
    assert np.isfinite(got.stacks[0].values).all()
    assert [how for _, how, _ in got.resampled] == ["bilinear", "bilinear"]


@settings(max_examples=25, deadline=None)
@given(st.floats(-90, 90), st.floats(0.1, 400), st.integers(0, 2**31))
def test_windows_hold_their_places(lat: float, spread: float, seed: int) -> None:
    lat = lat * 0.9
    rng = np.random.default_rng(seed)
    wanted = [
        Place(str(k), float(30 + spread * rng.uniform(-0.01, 0.01)), lat + float(rng.uniform(-0.05, 0.05)), 300.0)
        for k in range(8)
    ]
    boxes = windows(wanted)
    for place in wanted:
        assert any(
            b[0] <= place.box[0] and b[1] <= place.box[1] and b[2] >= place.box[2] and b[3] >= place.box[3]
            for b in boxes
        )
    assert len(boxes) <= len(wanted)
    assert windows(list(reversed(wanted))) == boxes


# units


def test_decibels_are_converted_where_said_and_refused_where_guessed(tmp_path: Path) -> None:
    values = speckle((SIZE, SIZE), 1)
    db = (10 * np.log10(values)).astype(np.float32)
    path = write_tif(tmp_path / "VV_20250301T015854.tif", db, pixel=30.0)

    def stacks(units: str) -> StacksRead:
        return sentinel1.stacks([path], source="own", options={"bands": ["VV"], "mapping": {**MAPPING, "units": units}})

    assert np.allclose(stacks("db").stacks[0].values[0], np.log(values), atol=1e-5)
    for units in ("linear", ""):
        got = stacks(units)
        assert got.stacks == []
        assert "it looks like decibels; say `mapping: {units: db}`" in reasons(got)[path.name]
        assert [look.lost for look in got.looks] == ["wrong units"]
    write_tif(path, values, pixel=30.0)
    assert "said to be in decibels, but no value is below zero" in reasons(stacks("db"))[path.name]
    with pytest.warns(AssumedUnits, match="states no units, taken as linear power"):
        assert len(stacks("").stacks) == 1


def test_decibels_by_the_tag_of_the_file(tmp_path: Path) -> None:
    values = speckle((SIZE, SIZE), 1)
    path = write_tif(tmp_path / "VV_20250301T015854.tif", (10 * np.log10(values)).astype(np.float32), pixel=30.0)
    with rasterio.open(path, "r+") as file:
        file.set_band_unit(1, "dB")
    own = {"bands": ["VV"], "mapping": {"name": MAPPING["name"]}}
    assert np.allclose(
        sentinel1.stacks([path], source="own", options=own).stacks[0].values[0], np.log(values), atol=1e-5
    )
    got = sentinel1.stacks([path], source="own", options={"bands": ["VV"], "mapping": MAPPING})
    assert reasons(got)[path.name] == "the file states 'dB', but linear power is what was told of it"


def test_without_the_extra_the_message_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = quiet(tmp_path, ("20250301",))
    monkeypatch.setitem(sys.modules, "rasterio", None)
    with pytest.raises(MissingExtra, match=r"ceasefire\[satellite\]"):
        read(paths)


# bad input: each has a name, and the others go on


def spoil(path: Path, how: str) -> None:
    """Make a good file bad."""
    data = path.read_bytes()
    if how == "truncated":
        path.write_bytes(data[: len(data) // 2])
    elif how == "a stump":
        path.write_bytes(data[:100])
    elif how == "html":
        path.write_bytes(b"<!DOCTYPE html>\n<html><title>Log in</title></html>")
    elif how == "json":
        path.write_bytes(b'{"message": "quota exceeded"}')
    elif how == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.tif", data)
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "gone":
        path.unlink()
    elif how == "noise":
        path.write_bytes(np.random.default_rng(0).bytes(5000))
    elif how == "a folder":
        path.unlink()
        path.mkdir()
    elif how == "constant":
        write_tif(path, np.full((SIZE, SIZE), 0.1, dtype=np.float32), pixel=30.0)
    elif how == "no projection":
        _georeferenced(path, "", 30.0, 320_000.0, 5_590_000.0)
    elif how == "degrees that are metres":
        _georeferenced(path, "EPSG:4326", 30.0, 320_000.0, 5_590_000.0)
    elif how == "off the Earth":
        _georeferenced(path, CRS, 1e9, 0.0, 0.0)
    elif how == "no place":
        _nowhere(path, 1)
    elif how == "complex":
        write_tif(path, speckle((SIZE, SIZE), 1).astype(np.complex64), pixel=30.0)
    elif how == "many bands":
        _nowhere(path, 3)
    else:
        raise AssertionError(how)


def _georeferenced(path: Path, crs: str, pixel: float, west: float, north: float) -> None:
    from rasterio.transform import Affine

    where = Affine(pixel, 0.0, west, 0.0, -pixel, north)
    with rasterio.open(
        path, "w", driver="GTiff", height=50, width=50, count=1, dtype="float32", crs=crs or None, transform=where
    ) as out:
        out.write(speckle((50, 50), 1), 1)


def _nowhere(path: Path, bands: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        with rasterio.open(path, "w", driver="GTiff", height=9, width=9, count=bands, dtype="float32", crs=CRS) as out:
            out.write(np.ones((bands, 9, 9), dtype=np.float32))


BAD = {
    "truncated": ("breaks off", "truncated file"),
    "a stump": ("breaks off", "truncated file"),
    "html": ("not a file of pixels but a page of text (HTML or XML)", "not a raster"),
    "json": ("not a file of pixels but JSON", "not a raster"),
    "zip": ("not a file of pixels but a zip file: unpack it first", "not a raster"),
    "empty": ("the file is empty", "empty file"),
    "gone": ("the file is not there", "no file"),
    "noise": ("not a GeoTIFF, NetCDF or Zarr", "not a raster"),
    "a folder": ("a folder that is no Zarr store", "unreadable file"),
    "constant": ("every pixel read has the same value (0.1): no image", "not processed"),
    "no projection": ("it states no projection", "unreadable file"),
    "degrees that are metres": ("cannot be degrees, as its projection says", "unreadable file"),
    "off the Earth": ("do not lie on Earth", "unreadable file"),
    "no place": ("it states no place", "not processed"),
    "complex": ("pixels are of the kind complex64", "not processed"),
    "many bands": ("3 bands without a date for each", "not processed"),
}


@pytest.mark.parametrize("how", list(BAD))
def test_bad_files_are_named_and_lost_looks_and_the_others_go_on(tmp_path: Path, how: str) -> None:
    paths = quiet(tmp_path)
    for band in ("VV", "VH"):
        spoil(opera(tmp_path, "20250313", band), how)
    got = read(paths)
    reason, lost = BAD[how]
    assert set(reasons(got)) == {opera(tmp_path, "20250313", b).name for b in ("VV", "VH")}
    assert all(reason in said for said in reasons(got).values()), reasons(got)
    assert [len(s.times) for s in got.stacks] == [2, 2]
    assert (got.count.rows, got.count.used, got.count.quarantined) == (6, 4, 2)
    assert [(look.start.day, look.quality, look.lost) for look in got.looks] == [
        (1, 1.0, ""),
        (13, 0.0, lost),
        (25, 1.0, ""),
    ]


def test_half_a_pass_is_half_lost_where_both_are_needed(tmp_path: Path) -> None:
    paths = quiet(tmp_path)
    spoil(opera(tmp_path, "20250313", "VH"), "truncated")
    assert [look.quality for look in read(paths).looks] == [1.0, 1.0, 1.0]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), min_size=1, max_size=12))
def test_no_byte_of_a_file_breaks_the_reading(changes: list[tuple[int, int]]) -> None:
    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("ignore", Doubt)
        path = write_tif(opera(Path(name), "20250301"), speckle((30, 30), 1), pixel=30.0)
        data = bytearray(path.read_bytes())
        for at, value in changes:
            data[at % len(data)] = value
        path.write_bytes(data)
        got = sentinel1.stacks([path], source="own")
        got.count.check()
        assert got.stacks or got.quarantine or got.count.outside


def test_a_damaged_netcdf_is_refused_before_the_library_opens_it(tmp_path: Path) -> None:
    path = cube(tmp_path / "cube_20250301T000000.nc", speckle((30, 30), 1)[None])
    good = path.read_bytes()
    for start, stop, value in ((8, 12, 0xFF), (20, 24, 0xFF), (60, 64, 0xFF)):
        path.write_bytes(good[:start] + bytes([value]) * (stop - start) + good[stop:])
        got = sentinel1.stacks([path], source="own", options=CUBE)
        assert got.stacks == []
        assert "the NetCDF file is damaged" in reasons(got)[path.name]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("VV.tif", "not the name of an OPERA RTC-S1 file"),
        ("OPERA_L2_RTC-S1_T137-292318-IW1_20259999T015854Z_20250401T000000Z_S1A_30_v1.0_VV.tif", "is not a time"),
    ],
)
def test_names_without_a_time(tmp_path: Path, name: str, wrong: str) -> None:
    path = write_tif(tmp_path / name, speckle((50, 50), 1), pixel=30.0)
    got = read([path, *quiet(tmp_path)])
    assert wrong in reasons(got)[name]
    assert got.count.used == 6
    mapped = sentinel1.stacks([path], source="own", options={"mapping": MAPPING, "bands": ["VV"]})
    assert mapped.count.quarantined == 1


def declare(path: Path, rows: int, columns: int, block: int) -> None:
    """Write a TIFF of a few hundred bytes that declares huge sizes."""
    import struct

    def entry(tag: int, kind: int, count: int, value: int) -> bytes:
        return struct.pack("<HHII", tag, kind, count, value)

    tags = [
        entry(256, 4, 1, columns),
        entry(257, 4, 1, rows),
        entry(258, 3, 1, 32),
        entry(259, 3, 1, 8),
        entry(262, 3, 1, 1),
        entry(277, 3, 1, 1),
        entry(322, 4, 1, block),
        entry(323, 4, 1, block),
        entry(324, 4, 1, 400),
        entry(325, 4, 1, 100),
        entry(339, 3, 1, 3),
    ]
    head = struct.pack("<2sHI", b"II", 42, 8) + struct.pack("<H", len(tags)) + b"".join(tags) + struct.pack("<I", 0)
    path.write_bytes(head.ljust(600, b"\0"))


@pytest.mark.parametrize(
    ("sizes", "wrong"),
    [
        ((2_000_000_000, 2_000_000_000, 1_000_000_000), "2,000,000,000 x 2,000,000,000 pixels|damaged or breaks off"),
        ((600_000, 1000, 1008), "declares 600,000 x 1,000 pixels"),
        ((40_000, 40_000, 40_000), "its blocks of 40,000 x 40,000 pixels are larger"),
    ],
)
def test_sizes_that_nobody_believes(tmp_path: Path, sizes: tuple[int, int, int], wrong: str) -> None:
    import re

    paths = quiet(tmp_path)
    declare(paths[0], *sizes)
    got = read(paths)
    assert re.search(wrong, reasons(got)[paths[0].name])
    assert got.count.used == 5


def test_a_file_that_points_elsewhere_is_not_followed(tmp_path: Path) -> None:
    secret = write_tif(tmp_path / "secret.tif", speckle((SIZE, SIZE), 1), pixel=30.0)
    path = opera(tmp_path, "20250301")
    path.write_text(
        f'<VRTDataset rasterXSize="9" rasterYSize="9"><SourceFilename>{secret}</SourceFilename></VRTDataset>'
    )
    got = read([path])
    assert reasons(got)[path.name].startswith("not a file of pixels but a page of text")


def test_a_fetched_file_that_was_changed_is_refused(tmp_path: Path) -> None:
    paths = quiet(tmp_path)
    beside = paths[0].with_name(paths[0].name + ".json")
    beside.write_text(json.dumps({"sha256": "0" * 64}))
    assert "changed after it was fetched" in reasons(read(paths))[paths[0].name]
    beside.write_text("{")
    assert "its side-car cannot be read" in reasons(read(paths))[paths[0].name]
    beside.write_text(json.dumps({"scene": {"id": 7}}))
    assert "does not describe a scene" in reasons(read(paths))[paths[0].name]


def test_places_nothing_covers_are_outside(tmp_path: Path) -> None:
    paths = quiet(tmp_path)
    got = sentinel1.stacks(paths, source="rtc", around=[Place("far", 10.0, 10.0, 100.0)])
    assert (got.stacks, len(got.looks), got.count.outside, got.count.rows) == ([], 0, 6, 0)
    march = Window(datetime(2025, 3, 10, tzinfo=UTC), datetime(2025, 3, 20, tzinfo=UTC))
    got = sentinel1.stacks(paths, source="rtc", around=[HERE], window=march)
    assert (got.count.used, got.count.outside) == (2, 4)


def test_the_same_files_give_the_same_bytes_in_any_order(tmp_path: Path) -> None:
    paths = quiet(tmp_path)
    spoil(paths[3], "truncated")
    a, b = read(paths), read(list(reversed(paths)))
    assert repr(a.looks.arrow.to_pylist()) == repr(b.looks.arrow.to_pylist())
    assert a.quarantine == b.quarantine
    assert all(
        x.values.tobytes() == y.values.tobytes() and x.scenes == y.scenes
        for x, y in zip(a.stacks, b.stacks, strict=True)
    )


# optical


def s2(folder: Path, day: str, scl: Any, baseline: str = "0511", add: int = 1000, seed: int = 1) -> list[Path]:
    product = folder / f"S2B_MSIL2A_{day}T084609_N{baseline}_R107_T36UUA_{day}T113000.SAFE"
    product.mkdir()
    truth = np.random.default_rng(seed).uniform(0.05, 0.4, (SIZE, SIZE))
    stored = np.round(truth * 10_000 + add).astype(np.uint16)
    return [
        write_tif(
            product / f"T36UUA_{day}T084609_{band}_20m.tif", scl if band == "SCL" else stored, pixel=20.0, nodata=0
        )
        for band in ("B8A", "B12", "SCL")
    ]


def test_cloud_is_missing_and_counts_as_lost(tmp_path: Path) -> None:
    clear, half, cloudy = (np.full((SIZE, SIZE), 4, dtype=np.uint8) for _ in range(3))
    half[: SIZE // 2] = 8
    cloudy[:] = 9
    cloudy[0] = 11
    paths = s2(tmp_path, "20250310", clear) + s2(tmp_path, "20250320", half) + s2(tmp_path, "20250330", cloudy)
    paths += s2(tmp_path, "20220110", clear, baseline="0301", add=0)
    got = sentinel2.stacks(paths, source="l2a", around=[HERE])
    assert [(s.band, len(s.times), s.units) for s in got.stacks] == [
        ("B8A", 3, "reflectance"),
        ("B12", 3, "reflectance"),
    ]
    old, new, part = got.stacks[0].values
    assert np.nanmax(np.abs(old - new)) < 1e-6  # before and after the 1,000
    assert 0.3 < np.isnan(part).mean() < 0.7
    quality = [(round(look.quality, 1), look.lost) for look in got.looks]
    assert quality == [(1.0, ""), (1.0, ""), (quality[2][0], ""), (0.0, "cloud")]
    assert 0.0 < quality[2][0] < 1.0
    assert got.count.used == got.count.rows == 12


def test_a_date_without_its_mask_is_not_taken_as_clear(tmp_path: Path) -> None:
    scl = np.full((SIZE, SIZE), 4, dtype=np.uint8)
    paths = s2(tmp_path, "20250310", scl) + s2(tmp_path, "20250320", scl)[:2]
    got = sentinel2.stacks(paths, source="l2a", around=[HERE])
    assert [len(s.times) for s in got.stacks] == [1, 1]
    assert set(reasons(got).values()) == {"no SCL of this pass came with it, so cloud cannot be told"}
    assert [(look.quality, look.lost) for look in got.looks] == [(1.0, ""), (0.0, "no cloud mask")]


def test_a_date_with_one_band_of_two_is_lost(tmp_path: Path) -> None:
    scl = np.full((SIZE, SIZE), 4, dtype=np.uint8)
    first, second = s2(tmp_path, "20250310", scl), s2(tmp_path, "20250320", scl)
    spoil(second[1], "truncated")
    got = sentinel2.stacks(first + second, source="l2a", around=[HERE])
    assert {s.band: len(s.times) for s in got.stacks} == {"B8A": 2, "B12": 1}
    assert [(look.quality, look.lost) for look in got.looks] == [(1.0, ""), (0.0, "truncated file")]


def test_an_unknown_baseline_is_refused(tmp_path: Path) -> None:
    scl = np.full((SIZE, SIZE), 4, dtype=np.uint8)
    paths = []
    for path in s2(tmp_path, "20250310", scl):
        paths.append(Path(shutil.move(path, tmp_path / path.name)))
    got = sentinel2.stacks(paths, source="l2a", around=[HERE])
    assert sum("processing baseline is not known" in reason for reason in reasons(got).values()) == 2
    assert len(sentinel2.stacks(paths, source="l2a", around=[HERE], options={"baseline": "05.11"}).stacks) == 2


def test_hls_puts_both_satellites_into_one_stack(tmp_path: Path) -> None:
    stored = np.random.default_rng(1).integers(500, 4000, (SIZE, SIZE)).astype(np.int16)
    stored[:, 0] = -9999
    clear, cloud = np.full((SIZE, SIZE), 64, dtype=np.uint8), np.full((SIZE, SIZE), 2, dtype=np.uint8)
    paths = []
    for sensor, time, bands, mask in (
        ("S30", "2025079T084609", ("B8A", "B12"), clear),
        ("L30", "2025080T083320", ("B05", "B07"), clear),
        ("L30", "2025088T083320", ("B05", "B07"), cloud),
    ):
        for band in (*bands, "Fmask"):
            path = tmp_path / f"HLS.{sensor}.T36UUA.{time}.v2.0.{band}.tif"
            paths.append(
                write_tif(path, mask, pixel=30.0, nodata=255)
                if band == "Fmask"
                else write_tif(path, stored, pixel=30.0, nodata=-9999)
            )
    got = hls.stacks(paths, source="hls")
    assert [(s.band, s.orbit, len(s.times)) for s in got.stacks] == [("B8A", "T36UUA", 2), ("B12", "T36UUA", 2)]
    assert np.allclose(got.stacks[0].values[1][:, 1:], stored[:, 1:] * 1e-4)
    assert np.isnan(got.stacks[0].values[:, :, 0]).all()
    assert [round(look.quality, 2) for look in got.looks] == [0.99, 0.99, 0.0] or got.looks[2].lost == "cloud"
    assert got.looks[2].lost == "cloud"


# the registry and a mapping


def test_registry() -> None:
    assert raster_products()[0] == "hls"
    for product in ("hls", "rasters", "sentinel1", "sentinel2"):
        assert raster_reader(product).__module__ == f"ceasefire.sources.{product}"


@pytest.mark.parametrize(
    ("mapping", "wrong"),
    [(None, "rasters need `mapping:"), ({"name": "("}, "not a regular expression"), ({"name": "x"}, "needs the group")],
)
def test_mappings_that_make_no_sense(mapping: Any, wrong: str) -> None:
    with pytest.raises(SourceError, match=wrong):
        rasters.stacks([], source="own", options={"mapping": mapping})


# real data


def test_the_real_quiet_stacks(shared_data: Path) -> None:
    coast = sorted((shared_data / "rasters" / "sentinel1_rtc_quiet_coast").glob("*.tif"))
    if not coast:
        pytest.skip("no quiet stacks here")
    got = sentinel1.stacks(coast, source="rtc")
    assert len(got.stacks) == 12
    assert {s.values.shape for s in got.stacks} == {(21, 100, 100)}
    assert {s.band for s in got.stacks} == {"VV", "VH"}
    assert len({s.orbit for s in got.stacks}) == 6
    assert got.count.used == got.count.rows == 252
    assert len(got.looks) == 6 * 21
    assert not got.resampled
    assert all(-12 < float(np.nanmedian(s.values)) < 0 for s in got.stacks)
    hills = sorted((shared_data / "rasters" / "sentinel1_rtc_quiet_hills").glob("*.tif"))
    other = sentinel1.stacks(hills, source="rtc")
    assert [s.values.shape for s in other.stacks] == [(10, 250, 350)]
    assert all(0.34 < look.quality < 0.35 for look in other.looks)
