"""A radar scene read by windows: its grid, its units, and what is refused."""

import numpy as np
import pytest

from ceasefire.errors import SourceError
from ceasefire.sources.radar_scene import RadarScene

rasterio = pytest.importorskip("rasterio")


def write(path, values, **profile):
    from rasterio.transform import Affine

    given = {
        "driver": "GTiff", "height": values.shape[0], "width": values.shape[1], "count": 1, "dtype": values.dtype,
        "crs": "EPSG:32635", "transform": Affine(10.0, 0.0, 500_000.0, 0.0, -10.0, 5_000_000.0), **profile,
    }  # fmt: skip
    with rasterio.open(path, "w", **given) as out:
        out.write(values, 1)
    return path


def test_windows_in_linear_power(tmp_path):
    values = np.arange(1, 13, dtype=np.uint16).reshape(3, 4)
    values[0, 0] = 0
    scene = RadarScene(write(tmp_path / "a.tif", values, nodata=0), units="amplitude")
    assert scene.grid.bounds == (500_000.0, 4_999_970.0, 500_040.0, 5_000_000.0)
    assert len(scene.evidence) == 64
    assert scene(slice(1, 3), slice(2, 4)).tolist() == [[49.0, 64.0], [121.0, 144.0]]
    assert np.isnan(scene(slice(0, 1), slice(0, 1)))[0, 0]
    db = RadarScene(write(tmp_path / "d.tif", np.full((2, 2), -20.0, np.float32)), units="db")
    assert db(slice(0, 2), slice(0, 2)) == pytest.approx(0.01)


def test_what_cannot_be_read_is_refused(tmp_path):
    from rasterio.transform import Affine

    values = np.ones((4, 4), np.float32)
    with pytest.raises(SourceError, match="units are one of"):
        RadarScene(tmp_path / "a.tif", units="counts")
    with pytest.raises(SourceError, match="not there"):
        RadarScene(tmp_path / "a.tif")
    (tmp_path / "b.tif").write_text("<html>please log in</html>")
    with pytest.raises(SourceError, match="text"):
        RadarScene(tmp_path / "b.tif")
    turned = write(tmp_path / "t.tif", values, transform=Affine(8.0, 2.0, 0.0, 2.0, -8.0, 0.0))
    with pytest.raises(SourceError, match="north-up"):
        RadarScene(turned)
    with pytest.raises(SourceError, match="no band 2"):
        RadarScene(write(tmp_path / "c.tif", values), band=2)
