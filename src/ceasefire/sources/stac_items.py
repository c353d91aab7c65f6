"""What a catalogue says of its items, held against what was asked; an item that does not fit is refused by name.

A catalogue is a stranger: it may list an item twice, one that lies elsewhere, one without a place, a time or the band
wanted, or files on a host of its choice. None of that stops the others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import shapely

from ceasefire.model.intake import Window
from ceasefire.sources.hls import LANDSAT
from ceasefire.sources.hls import SCALE as HLS_SCALE
from ceasefire.sources.raster_file import Unreadable
from ceasefire.sources.raster_layers import instant
from ceasefire.sources.raster_windows import touch
from ceasefire.sources.sentinel2 import SCALE, added
from ceasefire.sources.stac_http import Door

Box = tuple[float, float, float, float]
KEYS = {
    "VV": ("vv", "0_vv"),
    "VH": ("vh", "0_vh"),
    "B8A": ("b8a", "nir08", "b8a_20m"),
    "B12": ("b12", "swir22", "b12_20m"),
    "SCL": ("scl", "scl_20m"),
    "Fmask": ("fmask",),
}
"""Names of assets, in lower case, that carry each band in the catalogues known: OPERA in NASA's, Sentinel-1 RTC and
Sentinel-2 in the Planetary Computer, Sentinel-2 in Earth Search and in Copernicus' own, HLS in NASA's."""
MASKS = {"sentinel2": "SCL", "hls": "Fmask"}
_OPERA = re.compile(r"OPERA_L2_RTC-S1_(T\d{3}-\d{6}-IW\d)_(\d{8}T\d{6})Z_(\d{8}T\d{6})Z_(S1[A-D])")
_HLS = re.compile(r"HLS\.([SL]30)\.T(\d{2}[A-Z]{3})\.\d{7}T\d{6}\.v(\d\.\d)")
_PLATFORM = re.compile(r"sentinel-?([12])([a-d])", re.I)
_TILE = re.compile(r"(?:MGRS-|_T?|\.T)(\d{1,2}[C-X][A-Z]{2})(?=_|\.|$)")


@dataclass(frozen=True)
class Found:
    """One item that fits, with the files of its bands."""

    id: str
    box: Box
    assets: Mapping[str, str] = field(repr=False)
    """Band to address."""
    scene: Mapping[str, Any]
    """What the side-car says of every band, apart from its own name, scale and offset."""
    scaling: Mapping[str, tuple[float, float, float | None]]
    """Band to scale, offset and missing number."""


@dataclass(frozen=True)
class Refused:
    """One item, or a band of one, that was found and not used."""

    item: str
    reason: str
    acquired: str = ""
    """ISO time, where it is known: then the pass is a lost look."""
    orbit: str = ""
    band: str = ""
    lost: str = "not processed"
    """Short reason for the look."""


def check(
    feature: Any,
    *,
    product: str,
    collection: str,
    bands: Sequence[str],
    boxes: Sequence[Box],
    asked: Box,
    window: Window,
    door: Door,
) -> tuple[Found | None, list[Refused]]:
    """Hold one item of an answer against what was asked.

    Parameters
    ----------
    feature
        The item as the catalogue gave it, anything.
    product, collection, bands
        What was asked for.
    boxes
        Windows wanted, west, south, east and north degrees.
    asked
        The box that was searched, which may hold several windows.
    window
        Period asked for.
    door
        Which hosts files may lie on.

    Returns
    -------
    The item with the bands that can be used, or None; and what is refused, with reasons.
    """
    if not isinstance(feature, dict) or not isinstance(feature.get("id"), str) or not feature["id"]:
        return None, [Refused("", "an item without an id")]
    name = feature["id"][:300]
    said = feature.get("properties")
    said = said if isinstance(said, dict) else {}
    try:
        when = instant(str(said.get("datetime") or said.get("start_datetime") or ""))
    except Unreadable:
        return None, [Refused(name, "it states no time")]
    known = {"acquired": when.isoformat()}
    if feature.get("collection") not in (None, collection):
        return None, [Refused(name, f"of the collection {feature['collection']!r}, which was not asked for")]
    if not window.start <= when < window.end:
        return None, [Refused(name, f"of {when:%Y-%m-%d}, which was not asked for")]
    try:
        box = _box(feature)
    except ValueError as error:
        return None, [Refused(name, str(error))]  # not known to lie here: no look
    if not touch(box, asked):
        return None, [Refused(name, "it lies elsewhere than what was asked for")]
    if not any(touch(box, wanted) for wanted in boxes):
        return None, []  # between the windows of one search: rightly found, and not needed
    try:
        scene, scaling = _DESCRIBE[product](name, said, feature, when)
    except Unreadable as error:
        return None, [Refused(name, str(error), **known)]
    known["orbit"] = str(scene["orbit"])
    assets, refused = {}, []
    for band in bands:
        href = _asset(feature.get("assets"), band, product, name)
        if not href:
            refused.append(Refused(name, f"it has no asset of the band {band}", band=band, **known))
        elif wrong := door.refuse(href):
            refused.append(Refused(name, f"{band} at {door.hide(href)[:200]}: {wrong}", band=band, **known))
        else:
            assets[band] = href
    found = Found(name, box, assets, scene, {band: scaling(band) for band in assets})
    return (found if assets else None), refused


def _box(feature: Mapping[str, Any]) -> Box:
    geometry = feature.get("geometry")
    if not isinstance(geometry, dict):
        raise ValueError("it has no geometry, so nobody knows where it lies")
    try:
        west, south, east, north = shapely.geometry.shape(geometry).bounds
    except Exception as error:  # noqa: BLE001  the library raises many kinds over a stranger's geometry
        raise ValueError(f"its geometry cannot be read: {type(error).__name__}") from None
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise ValueError("its geometry does not lie on Earth")
    return float(west), float(south), float(east), float(north)


def _asset(assets: Any, band: str, product: str, item: str) -> str:
    """Address of a band's file: by the asset's name, else by the end of the file's name."""
    if not isinstance(assets, dict):
        return ""
    names: tuple[str, ...] = KEYS.get(band, (band.lower(),))
    if product == "hls" and ".L30." in item:
        names = tuple(theirs.lower() for theirs, ours in LANDSAT.items() if ours == band)
    hrefs = {str(k).lower(): v.get("href") for k, v in assets.items() if isinstance(v, dict)}
    for name in names:
        if isinstance(hrefs.get(name), str):
            return str(hrefs[name])
    ends = tuple(f"{mark}{name}.tif" for name in names for mark in "_.")
    found = [h for h in hrefs.values() if isinstance(h, str) and h.split("?")[0].lower().endswith(ends)]
    return found[0] if len(found) == 1 else ""


def _sentinel1(name: str, said: Mapping[str, Any], feature: Mapping[str, Any], when: datetime) -> Any:
    m = _OPERA.match(name)
    scene = {"acquired": when.isoformat(), "units": "linear", "platform": _platform(said), "licence": _licence(said)}
    if m:
        scene |= {"orbit": m[1], "part": m[1], "version": m[3], "platform": m[4], "acquired": instant(m[2]).isoformat()}
    else:
        number = said.get("sat:relative_orbit")
        if not isinstance(number, int):
            raise Unreadable("it states no relative orbit, without which its dates cannot be compared")
        side = {"ascending": "A", "descending": "D"}.get(str(said.get("sat:orbit_state", "")).lower(), "")
        scene |= {"orbit": f"R{number:03d}{side}", "part": "", "version": ""}
    units = {str(b.get("unit", "")).lower() for b in _raster_bands(feature) if b.get("unit")}
    if units & {"db", "decibel", "decibels"}:
        scene["units"] = "db"
    missing = next(
        (float(b["nodata"]) for b in _raster_bands(feature) if isinstance(b.get("nodata"), int | float)), None
    )
    return scene, lambda band: (1.0, 0.0, missing)


def _sentinel2(name: str, said: Mapping[str, Any], feature: Mapping[str, Any], when: datetime) -> Any:
    uri = str(said.get("s2:product_uri", "")) or name
    baseline = str(said.get("s2:processing_baseline") or said.get("processing:version") or "")
    baseline = baseline or (m[1] if (m := re.search(r"_N(\d{4})_", uri)) else "")
    if not re.fullmatch(r"\d{2}\.?\d{2}", baseline):
        raise Unreadable("it states no processing baseline, so nobody knows whether 1,000 were added to its numbers")
    tile = next((m[1] for t in (str(said.get("grid:code", "")), uri, name) if (m := _TILE.search(t))), "")
    number = said.get("sat:relative_orbit")
    orbit = (
        f"R{number:03d}" if isinstance(number, int) else (f"R{m[1]}" if (m := re.search(r"_R(\d{3})_", uri)) else "")
    )
    scene = {
        "acquired": when.isoformat(),
        "platform": _platform(said),
        "orbit": orbit or f"T{tile}",
        "part": tile,
        "version": f"{baseline} {said.get('s2:generation_time', '')}",
        "licence": _licence(said),
    }
    offset = added(baseline, taken_off=said.get("earthsearch:boa_offset_applied") is True)
    return scene, lambda band: (1.0, 0.0, None) if band == "SCL" else (SCALE, offset, 0.0)


def _hls(name: str, said: Mapping[str, Any], feature: Mapping[str, Any], when: datetime) -> Any:
    m = _HLS.match(name)
    if not m:
        raise Unreadable("its id is not one of HLS, e.g. HLS.S30.T36UYA.2025079T084609.v2.0")
    scene = {
        "acquired": when.isoformat(),
        "platform": "Landsat" if m[1] == "L30" else "Sentinel-2",
        "orbit": f"T{m[2]}",
        "part": m[2],
        "version": m[3],
        "licence": _licence(said),
    }
    return scene, lambda band: (1.0, 0.0, None) if band == "Fmask" else (HLS_SCALE, 0.0, -9999.0)


_DESCRIBE: Mapping[str, Any] = {"sentinel1": _sentinel1, "sentinel2": _sentinel2, "hls": _hls}


def _raster_bands(feature: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    assets = feature.get("assets")
    some = [a for k, a in assets.items() if str(k).lower() in ("vv", "vh")] if isinstance(assets, dict) else []
    bands = [b for a in some if isinstance(a, dict) for b in (a.get("raster:bands") or ())]
    return [b for b in bands if isinstance(b, dict)]


def _platform(said: Mapping[str, Any]) -> str:
    m = _PLATFORM.fullmatch(str(said.get("platform", "")))
    return f"S{m[1]}{m[2].upper()}" if m else str(said.get("platform", ""))[:30]


def _licence(said: Mapping[str, Any]) -> str:
    return str(said.get("license", ""))[:60]
