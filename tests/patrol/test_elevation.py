"""A grid of heights under a patrol: it is read with care, and footprints follow the ground."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ceasefire.errors import CeasefireError, SourceError
from ceasefire.patrol.options import Options
from ceasefire.patrol.put_together import of_files
from ceasefire.sources.elevation import read_elevation
from ceasefire.testing import invented_patrol as invented

rasterio = pytest.importorskip("rasterio", reason="grids of heights need the extra satellite")


def grid(path: Path, heights: np.ndarray, *, crs: str = "EPSG:4326", nodata: float | None = None) -> Path:
    with rasterio.open(
        path, "w", driver="GTiff", width=heights.shape[1], height=heights.shape[0], count=1, dtype="float32", crs=crs,
        transform=rasterio.Affine(0.002, 0.0, 34.4, 0.0, -0.002, 49.7), nodata=nodata,
    ) as out:  # fmt: skip
        out.write(heights.astype("float32"), 1)
    return path


def test_heights_stand_where_they_were(tmp_path: Path) -> None:
    north_down = np.repeat(np.arange(100.0)[:, None], 100, axis=1)
    north_down[0, 0] = -9999.0
    ground = read_elevation(grid(tmp_path / "a.tif", north_down, nodata=-9999.0))
    assert ground.height([34.451], [49.7 - 0.0012]).tolist() == pytest.approx([0.1], abs=1e-4)
    assert ground.height([34.451], [49.7 - 0.101]).tolist() == pytest.approx([50.0], abs=1e-4)
    assert np.isnan(ground.height([34.401], [49.699]))[0]


def test_a_hill_below_the_camera_makes_the_footprint_smaller(tmp_path: Path) -> None:
    invented.write(tmp_path)
    flat = grid(tmp_path / "flat.tif", np.full((150, 150), 96.0))
    hill = grid(tmp_path / "hill.tif", np.full((150, 150), 146.0))
    area = {
        name: of_files(
            [tmp_path / "flight-1.srt"], options=Options(clock="Europe/Kyiv", elevation=(path,))
        ).flown[0].patrol.area_km2
        for name, path in (("flat", flat), ("hill", hill))
    }  # fmt: skip
    level = of_files([tmp_path / "flight-1.srt"], options=Options(clock="Europe/Kyiv")).flown[0].patrol.area_km2
    assert level > 0
    assert area["flat"] == pytest.approx(level, rel=0.02)
    assert 0.3 < area["hill"] / level < 0.75  # the ground came 50 m nearer


def test_what_is_no_grid_is_refused_with_its_reason(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="in degrees"):
        read_elevation(grid(tmp_path / "utm.tif", np.zeros((4, 4)), crs="EPSG:32636"))
    with pytest.raises(SourceError, match="no height"):
        read_elevation(grid(tmp_path / "none.tif", np.full((4, 4), -1.0), nodata=-1.0))
    (tmp_path / "page.tif").write_text("<html>not found</html>", encoding="utf-8")
    with pytest.raises(SourceError, match=r"page\.tif"):
        read_elevation(tmp_path / "page.tif")
    with pytest.raises(CeasefireError, match="one grid of heights"):
        of_files([], options=Options(elevation=(tmp_path / "a.tif", tmp_path / "b.tif")))
