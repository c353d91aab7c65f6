"""A local catalogue of imagery that answers as the real ones do, and files of pixels made for tests.

Items are restated from public answers of the Planetary Computer (Sentinel-1 RTC) and Earth Search (Sentinel-2 L2A):
the same fields and kinds of values, other numbers.
"""

from __future__ import annotations

import json
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np

from ceasefire.geo.projection import box_to_lonlat, to_grid
from ceasefire.sources import fetch_web
from ceasefire.sources.fetch_web import Response

HOME = "stac.example.org"
FILES = "files.example.org"
LON, LAT = 30.5, 50.4
CRS = "EPSG:32636"
CONFORMS = [
    "https://api.stacspec.org/v1.0.0/core",
    "https://api.stacspec.org/v1.0.0/collections",
    "https://api.stacspec.org/v1.0.0/item-search",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
]


def speckle(shape: tuple[int, int], seed: int, mean: float = 0.08) -> Any:
    return (np.random.default_rng(seed).gamma(4.4, mean / 4.4, shape)).astype(np.float32)


def write_tif(
    path: Path,
    values: Any,
    *,
    crs: str = CRS,
    pixel: float = 10.0,
    shift: tuple[float, float] = (0.0, 0.0),
    nodata: float | None = None,
    driver: str = "GTiff",
    **extra: Any,
) -> Path:
    """Write pixels as a GeoTIFF (or COG) whose middle is the place of the tests, on whole multiples of 10 pixels."""
    import rasterio
    from rasterio.transform import Affine

    rows, columns = values.shape
    x, y = to_grid(crs, LON, LAT)
    step = 10 * pixel
    west = np.floor(float(x) / step) * step - columns // 2 * pixel + shift[0] * pixel
    north = np.ceil(float(y) / step) * step + rows // 2 * pixel + shift[1] * pixel
    with rasterio.open(
        path,
        "w",
        driver=driver,
        height=rows,
        width=columns,
        count=1,
        dtype=values.dtype,
        crs=crs or None,
        transform=Affine(pixel, 0.0, west, 0.0, -pixel, north),
        nodata=nodata,
        **extra,
    ) as out:
        out.write(values, 1)
    return path


def footprint(path: Path) -> tuple[list[float], dict[str, Any]]:
    """Box and outline of a file, as an item states them."""
    import rasterio

    with rasterio.open(path) as file:
        west, south, east, north = box_to_lonlat(file.crs.to_string(), file.bounds)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return [west, south, east, north], {"type": "Polygon", "coordinates": [ring]}


def sentinel1_item(day: str, files: dict[str, Path], *, orbit: int = 138, second: int = 45) -> dict[str, Any]:
    """Give an item as the Planetary Computer's `sentinel-1-rtc` has them."""
    compact = day.replace("-", "")
    box, geometry = footprint(next(iter(files.values())))
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": f"S1A_IW_GRDH_1SDV_{compact}T0422{second:02d}_{compact}T0423{second:02d}_058361_0736B0_rtc",
        "collection": "sentinel-1-rtc",
        "bbox": box,
        "geometry": geometry,
        "properties": {
            "datetime": f"{day}T04:22:{second:02d}.912345Z",
            "platform": "SENTINEL-1A",
            "constellation": "Sentinel-1",
            "sat:orbit_state": "descending",
            "sat:relative_orbit": orbit,
            "sat:absolute_orbit": 58361,
            "sar:instrument_mode": "IW",
            "sar:frequency_band": "C",
            "sar:polarizations": ["VV", "VH"],
            "sar:product_type": "GRD",
            "s1:processing_level": "1",
            "proj:epsg": 32636,
        },
        "links": [{"rel": "collection", "href": f"https://{HOME}/v1/collections/sentinel-1-rtc"}],
        "assets": {
            band.lower(): {
                "href": f"https://{FILES}/{path.name}",
                "type": "image/tiff; application=geotiff; profile=cloud-optimized",
                "roles": ["data"],
                "raster:bands": [{"nodata": -32768, "data_type": "float32", "spatial_resolution": 10.0}],
            }
            for band, path in files.items()
        },
    }


def sentinel2_item(day: str, files: dict[str, Path], **properties: Any) -> dict[str, Any]:
    """Give an item as Earth Search's `sentinel-2-l2a` has them."""
    compact = day.replace("-", "")
    box, geometry = footprint(next(iter(files.values())))
    keys = {"B8A": "nir08", "B12": "swir22", "SCL": "scl"}
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": f"S2B_36UUA_{compact}_0_L2A",
        "collection": "sentinel-2-l2a",
        "bbox": box,
        "geometry": geometry,
        "properties": {
            "datetime": f"{day}T08:57:11.024000Z",
            "platform": "sentinel-2b",
            "constellation": "sentinel-2",
            "grid:code": "MGRS-36UUA",
            "eo:cloud_cover": 31.2,
            "proj:epsg": 32636,
            "s2:processing_baseline": "05.11",
            "s2:product_uri": f"S2B_MSIL2A_{compact}T084609_N0511_R107_T36UUA_{compact}T113000.SAFE",
            "s2:generation_time": f"{day}T11:30:00.000000Z",
            "earthsearch:boa_offset_applied": True,
            **properties,
        },
        "links": [],
        "assets": {
            keys[band]: {"href": f"https://{FILES}/{path.name}", "type": "image/tiff; application=geotiff"}
            for band, path in files.items()
        },
    }


@dataclass
class Catalogue:
    """The catalogue and its files; a step before an answer may replace it."""

    folder: Path
    items: list[dict[str, Any]] = field(default_factory=list)
    page: int = 2
    """Items of a page."""
    before: Callable[[str, int], tuple[int, dict[str, str], bytes] | None] = lambda path, times: None
    """Path and how often it was asked, to an answer in place of the usual one."""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    next_link: Callable[[int], str] = lambda start: f"https://{HOME}/v1/search"
    circle: bool = False
    """Whether paging begins again at the end."""
    port: int = 0
    waits: list[float] = field(default_factory=list)

    def opener(self, request: urllib.request.Request, timeout: float) -> Response:
        """Lead every request to the local server; redirects are not followed, as with the real opener."""
        parts = urllib.parse.urlsplit(request.full_url)
        local = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/{parts.hostname}{parts.path}" + (f"?{parts.query}" if parts.query else ""),
            data=request.data,
            headers=dict(request.header_items()),
        )
        proxy = urllib.request.ProxyHandler({})
        response: Response = urllib.request.build_opener(fetch_web._NoRedirect(), proxy).open(local, timeout=timeout)
        return response

    def count(self, start: str) -> int:
        """Give how many requests began so."""
        return sum(path.startswith(start) for path, _ in self.asked)

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        self.asked.append((path, headers))
        plain = path.split("?", maxsplit=1)[0]
        other = self.before(plain, self.count(plain))
        if other is not None:
            return other
        if plain == f"/{HOME}/v1":
            return 200, {}, json.dumps(self.root()).encode()
        if plain == f"/{HOME}/v1/search":
            return 200, {}, json.dumps(self.search(json.loads(body))).encode()
        if plain == f"/{HOME}/sign":
            return (
                200,
                {},
                json.dumps({"token": "st=2025&sig=SIGNATURE", "msft:expiry": "2025-04-01T00:00:00Z"}).encode(),
            )
        file = self.folder / plain.rsplit("/", 1)[-1]
        if not plain.startswith(f"/{FILES}/") or not file.is_file():
            return 404, {}, b"not here"
        data = file.read_bytes()
        first, _, last = headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")
        stop = min(int(last) + 1 if last else len(data), len(data))
        told = {"Content-Range": f"bytes {first}-{stop - 1}/{len(data)}", "ETag": '"1"'}
        return 206, told, data[int(first) : stop]

    def root(self) -> dict[str, Any]:
        return {
            "type": "Catalog",
            "stac_version": "1.0.0",
            "id": "local",
            "description": "A catalogue for tests",
            "conformsTo": CONFORMS,
            "links": [
                {"rel": "self", "href": f"https://{HOME}/v1"},
                {"rel": "root", "href": f"https://{HOME}/v1"},
                {"rel": "search", "href": f"https://{HOME}/v1/search", "method": "GET", "type": "application/geo+json"},
                {
                    "rel": "search",
                    "href": f"https://{HOME}/v1/search",
                    "method": "POST",
                    "type": "application/geo+json",
                },
            ],
        }

    def search(self, said: dict[str, Any]) -> dict[str, Any]:
        assert said["limit"] >= 1
        start = int(said.get("token", 0))
        stop = start + self.page
        links = []
        if stop < len(self.items) or self.circle:
            body = {**said, "token": stop if stop < len(self.items) else 0}
            links = [{"rel": "next", "href": self.next_link(start), "method": "POST", "merge": False, "body": body}]
        return {"type": "FeatureCollection", "features": self.items[start:stop], "links": links}


def serve(catalogue: Catalogue) -> ThreadingHTTPServer:
    """Start the catalogue's server; whoever starts it shuts it down."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.reply(b"")

        def do_POST(self) -> None:
            self.reply(self.rfile.read(int(self.headers["Content-Length"])))

        def reply(self, body: bytes) -> None:
            status, headers, data = catalogue.answer(self.path, dict(self.headers.items()), body)
            if status == 0:  # say nothing for longer than anyone waits
                time.sleep(float(headers["seconds"]))
                return
            try:
                self.send_response(status)
                for name, value in {"Content-Length": str(len(data)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)
            except BrokenPipeError:
                pass  # nobody waits any more

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    catalogue.port = server.server_address[1]
    return server
