"""Night lights of places from NASA Black Marble tiles: one mean radiance per disc and night, or the reason why not.

Tiles are HDF5 as NASA gives them, or GeoTIFF or NetCDF of the same layers; only the block that holds the discs is
read. A disc's pixels are weighted by the share of each that lies inside. A night counts where at least `LEAST_SHARE` of
the disc was seen; what was not seen is not filled in.

Two files of one tile and night: the one processed later is used, the other is named. Tiles of several satellites do not
mix in one series, since their passes and their calibration differ.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_matrix

from ceasefire.errors import SourceError
from ceasefire.model.night_lights import LOST, NightLights, pass_hours
from ceasefire.model.records import Quarantined
from ceasefire.model.scene import Scene
from ceasefire.model.table import Table
from ceasefire.sources.black_marble_layers import RADIANCE, SIDE, Tile, TileName, open_layers, read_tile, tile_name

PRODUCT = "black_marble"
LEAST_SHARE = 0.6
"""Least share of a disc that must have been seen."""
LICENCE = "NASA open data"
_FINE, _PER_DEGREE, _KM_PER_DEGREE = 5, 240, 111.195
_CODE = {reason: k for k, reason in enumerate(LOST)}


@dataclass(frozen=True)
class Reading:
    """What the tiles gave."""

    lights: NightLights
    """Series of every place."""
    quarantine: Table[Quarantined]
    """Files that could not be used, and files with pixels beyond what the product can hold."""
    files: tuple[tuple[str, str], ...]
    """Pairs (file name, SHA-256)."""


def read(
    paths: Sequence[Path],
    *,
    source: str,
    id: ArrayLike,
    lon: ArrayLike,
    lat: ArrayLike,
    radius_km: ArrayLike,
    name: ArrayLike | None = None,
    object_class: ArrayLike | None = None,
    tile_pixels: int = SIDE,
) -> Reading:
    """Read tiles into night-light series of discs.

    Parameters
    ----------
    paths
        Tiles, any order; the files of one tile and night may be one for each layer.
    source
        Source as named in the case file.
    id, lon, lat, radius_km
        Discs, each of shape (places,); degrees and km.
    name, object_class
        Names and object classes of the places; without them the id, and settlements.
    tile_pixels
        Side of tiles without georeference.

    Raises
    ------
    SourceError
        No file could be used at all.
    MissingExtra
        The extra `satellite` is not installed.
    """
    places = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64), np.asarray(radius_km, dtype=float)
    discs = _Discs.of(*places)
    refused: list[Quarantined] = []
    digest = {path: _sha256(path) for path in paths}
    groups = _groups(paths, digest, source, refused)
    if not groups:
        why = refused[0].reason if refused else "no file"
        raise SourceError(f"no night lights could be read: {why}")
    first, last = min(g.night for g in groups), max(g.night for g in groups)
    nights = np.arange(np.datetime64(first), np.datetime64(last) + 1, dtype="datetime64[D]")
    sums = _Sums.of(len(discs.total), len(nights))
    scenes = []
    for key, files in sorted(groups.items(), key=lambda item: (item[0].night, item[0].tile)):
        day = int(np.searchsorted(nights, np.datetime64(key.night)))
        rows, columns = discs.block(key.h, key.v)
        try:
            tile = None if rows is None else read_tile(open_layers(files), key, rows, columns, least_pixels=tile_pixels)
        except SourceError as error:
            refused.append(_refusal(source, files[0], str(error)))
            sums.broken(discs, key, day)
            continue
        if tile is None:
            continue
        if tile.beyond:
            what = f"{tile.beyond} pixels have a radiance below 0 or above 6553.4 nW cm-2 sr-1 and are left out"
            refused.append(_refusal(source, files[0], what + ": the fill value or the scale may be wrong"))
        sums.add(discs, tile, day)
        scenes.append(_scene(key, files[0], digest[files[0]], source))
    lights = sums.finished(discs, places, nights, tuple(scenes), id, name, object_class)
    pairs = tuple(sorted((path.name, d) for path, d in digest.items() if d))
    return Reading(lights, Table.of(Quarantined, refused), pairs)


def overpass(night: datetime, lon: float) -> datetime:
    """Give when the satellite passes a meridian on a night: about 01:30 local solar time (UTC day of the tile).

    >>> overpass(datetime(2025, 3, 19, tzinfo=UTC), 30.0).isoformat()
    '2025-03-19T23:30:00+00:00'
    """
    return night + timedelta(hours=float(pass_hours(np.array([lon]))[0]))


def _groups(
    paths: Sequence[Path], digest: dict[Path, str], source: str, refused: list[Quarantined]
) -> dict[TileName, list[Path]]:
    """Give the files of each tile and night that are to be used."""
    named: dict[TileName, list[Path]] = {}
    for path in sorted(paths):
        try:
            if not digest[path]:
                raise SourceError("the file is not there or is empty")
            one = tile_name(path.name)
            named.setdefault(TileName(one.platform, one.night, one.h, one.v, one.made, ""), []).append(path)
        except SourceError as error:
            refused.append(_refusal(source, path, str(error)))
    platforms = sorted({k.platform for k in named}, key=lambda p: (-sum(k.platform == p for k in named), p))
    used: dict[tuple[object, ...], TileName] = {}
    for key in sorted(named, key=lambda k: (k.night, k.h, k.v, k.made), reverse=True):
        if key.platform != platforms[0]:
            why = f"{key.platform} among tiles of {platforms[0]}: read it as a source of its own"
        elif (key.night, key.h, key.v) in used:
            kept = named[used[key.night, key.h, key.v]][0].name
            why = f"two files of one tile and night; {kept}, processed later, is used"
        else:
            used[key.night, key.h, key.v] = key
            continue
        refused.extend(_refusal(source, path, why) for path in named[key])
    return {key: named[key] for key in used.values()}


@dataclass(frozen=True, eq=False)
class _Discs:
    """Pixels of all discs on the grid of the whole Earth: which disc, row, column and weight."""

    disc: NDArray[np.int64]
    row: NDArray[np.int64]
    column: NDArray[np.int64]
    weight: NDArray[np.float64]
    total: NDArray[np.float64]

    @classmethod
    def of(cls, lon: NDArray[np.float64], lat: NDArray[np.float64], radius_km: NDArray[np.float64]) -> _Discs:
        if not (lon.shape == lat.shape == radius_km.shape and np.all(radius_km > 0)):
            raise ValueError("discs need a longitude, a latitude and a radius above 0 each")
        parts = []
        for k, (x, y, r) in enumerate(zip(lon, lat, radius_km, strict=True)):
            high = r / _KM_PER_DEGREE
            wide = high / max(np.cos(np.radians(y)), 0.05)
            r0, r1 = (int(np.floor((90 - y + s * high) * _PER_DEGREE)) for s in (-1, 1))
            c0, c1 = (int(np.floor((x + 180 + s * wide) * _PER_DEGREE)) for s in (-1, 1))
            fine_y = (r0 + (np.arange((r1 - r0 + 1) * _FINE) + 0.5) / _FINE) / _PER_DEGREE
            fine_x = (c0 + (np.arange((c1 - c0 + 1) * _FINE) + 0.5) / _FINE) / _PER_DEGREE
            inside = np.square((90 - fine_y - y) / high)[:, None] + np.square((fine_x - 180 - x) / wide)[None, :] <= 1
            share = inside.reshape(r1 - r0 + 1, _FINE, c1 - c0 + 1, _FINE).mean(axis=(1, 3))
            i, j = np.nonzero(share)
            parts.append((np.full(len(i), k), i + r0, (j + c0) % (360 * _PER_DEGREE), share[i, j]))
        if not parts:
            raise ValueError("no disc is given")
        disc, row, column, weight = (np.concatenate(v) for v in zip(*parts, strict=True))
        return cls(disc, row, column, weight, np.bincount(disc, weight, len(lon)).astype(np.float64))

    def of_tile(self, h: int, v: int) -> NDArray[np.bool_]:
        """Tell which pixels lie in a tile."""
        return np.asarray((self.column // SIDE == h) & (self.row // SIDE == v))

    def block(self, h: int, v: int) -> tuple[slice | None, slice]:
        """Give the rows and columns of a tile that hold discs; None where it holds none."""
        at = self.of_tile(h, v)
        if not at.any():
            return None, slice(0, 0)
        rows, columns = self.row[at], self.column[at]
        return slice(int(rows.min()), int(rows.max()) + 1), slice(int(columns.min()), int(columns.max()) + 1)


@dataclass(frozen=True, eq=False)
class _Sums:
    """Weighted sums of every disc and night, filled tile by tile."""

    light: NDArray[np.float64]
    reason: NDArray[np.float64]
    """Weight of pixels by code of `LOST`, shape (codes, places, nights)."""
    snow: NDArray[np.float64]
    view: NDArray[np.float64]
    moon: NDArray[np.float64]
    known: dict[str, bool]

    @classmethod
    def of(cls, n: int, t: int) -> _Sums:
        return cls(
            np.zeros((n, t)), np.zeros((len(LOST), n, t)), np.zeros((n, t)), np.zeros((n, t)), np.zeros((2, t)), {}
        )

    def broken(self, discs: _Discs, key: TileName, day: int) -> None:
        """Say that the pixels of a tile were lost with the file."""
        at = discs.of_tile(key.h, key.v)
        self.reason[_CODE["broken file"], :, day] += np.bincount(discs.disc[at], discs.weight[at], len(discs.total))

    def add(self, discs: _Discs, tile: Tile, day: int) -> None:
        """Add one tile."""
        height, width = tile.lost.shape
        row, column = discs.row - tile.row, discs.column - tile.column
        at = (row >= 0) & (row < height) & (column >= 0) & (column < width)
        n, pixel = len(discs.total), (row * width + column)[at]
        matrix = csr_matrix((discs.weight[at], (discs.disc[at], pixel)), shape=(n, height * width))
        lost = tile.lost.ravel()
        for code in np.unique(lost[pixel]):
            self.reason[code, :, day] += matrix @ (lost == code)
        good = lost == 0
        self.light[:, day] += matrix @ np.where(good, tile.radiance.ravel(), 0.0)
        if tile.snow is not None:
            self.known["snow"] = True
            self.snow[:, day] += matrix @ (tile.snow.ravel() & good)
        if tile.view is not None:
            self.known["view"] = True
            self.view[:, day] += matrix @ np.where(good, np.nan_to_num(tile.view.ravel()), 0.0)
        if tile.moon is not None:
            self.known["moon"] = True
            seen = np.isfinite(tile.moon)
            self.moon[:, day] += float(tile.moon[seen].sum()), float(seen.sum())

    def finished(
        self,
        discs: _Discs,
        places: tuple[NDArray[np.float64], ...],
        nights: NDArray[np.datetime64],
        scenes: tuple[Scene, ...],
        id: ArrayLike,
        name: ArrayLike | None,
        object_class: ArrayLike | None,
    ) -> NightLights:
        """Give the series."""
        seen = self.reason[0]
        usable = seen >= LEAST_SHARE * discs.total[:, None]
        absent = np.maximum(discs.total[:, None] - self.reason.sum(axis=0), 0.0)
        others = self.reason.copy()
        others[0], others[_CODE["no tile"]] = 0.0, absent
        lost = np.where(usable, 0, others.argmax(axis=0)).astype(np.int8)
        lost[~usable & (lost == 0)] = _CODE["no data"]
        with np.errstate(invalid="ignore", divide="ignore"):
            mean, angle = (np.where(usable, v / seen, np.nan).astype(np.float32) for v in (self.light, self.view))
            moon = (self.moon[0] / self.moon[1]).astype(np.float32)
            snow = np.asarray(usable & (self.snow > 0.5 * seen))
        ids = np.asarray(id, dtype=object)
        return NightLights(
            id=ids,
            name=ids if name is None else np.asarray(name, dtype=object),
            lon=places[0],
            lat=places[1],
            radius_km=places[2],
            nights=nights,
            radiance=mean,
            lost=lost,
            object_class=None if object_class is None else np.asarray(object_class, dtype=object),
            snow=snow if self.known.get("snow") else None,
            moon=moon if self.known.get("moon") else None,
            view=angle if self.known.get("view") else None,
            scenes=scenes,
        )


def _scene(key: TileName, path: Path, digest: str, source: str) -> Scene:
    midnight = datetime(key.night.year, key.night.month, key.night.day, tzinfo=UTC)
    return Scene(
        id=path.name.rsplit(".", 1)[0],
        source=source,
        product=PRODUCT,
        band=RADIANCE,
        acquired=overpass(midnight, key.h * 10.0 - 175.0),
        platform=key.platform,
        orbit=key.tile,
        href=path.name,
        evidence=digest,
        units="nW cm-2 sr-1",
        licence=LICENCE,
    )


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            empty = not file.read(1)
            file.seek(0)
            return "" if empty else hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:  # named in the quarantine by the caller
        return ""


def _refusal(source: str, path: Path, reason: str) -> Quarantined:
    return Quarantined(source=source, granule=path.name, line=0, reason=reason, row="")
