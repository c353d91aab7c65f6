"""What is on disk of a run over tiles: for each finished tile its images and a record that says what they were made of.

A tile counts as finished when its record is there, was made of the same parameters, code and inputs, and its file has
the recorded size. The images are put in place first, the record after, each by one renaming: a run that is killed
leaves finished tiles and temporary files, never half a tile.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.detectors.tiles import Tile
from ceasefire.errors import CeasefireError

PART = ".part"
"""End of the name of a file that is being written."""
_EPOCH = (1980, 1, 1, 0, 0, 0)


class FolderBusy(CeasefireError):
    """Another run writes to the same folder."""


def key(tile: Tile, given: str) -> str:
    """Give the SHA-256 of all that a tile's result depends on: its window, and the digest of what the run was given.

    >>> from ceasefire.geo.grid import Grid
    >>> grid = Grid("EPSG:32636", 300_000.0, 5_600_000.0, 10.0, 10.0, (5, 7))
    >>> one = Tile("r00000-c00000", (0, 5), (0, 7), grid)
    >>> key(one, text({"level": 0.01})) == key(one, text({"level": 0.05}))
    False
    """
    grid = tile.grid
    where = [tile.id, tile.rows, tile.columns, grid.crs, grid.west, grid.north, grid.width, grid.height]
    return hashlib.sha256(text([where, given]).encode()).hexdigest()


def text(value: Any) -> str:
    """Write a value as JSON in one fixed way."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=True, default=str)


def write(folder: Path, tile: Tile, images: Mapping[str, NDArray[Any]], *, made_of: str) -> None:
    """Write a tile's images and then its record, each at once; the same images give the same bytes.

    Raises
    ------
    TypeError
        An image of objects: those cannot be read back without running what is in the file.
    """
    path = folder / f"{tile.id}.npz"
    with _replaced(path) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(images):
            image = np.asarray(images[name])
            if image.dtype.hasobject:
                raise TypeError(f"image '{name}' holds objects, not numbers")
            entry = zipfile.ZipInfo(f"{name}.npy", _EPOCH)
            with archive.open(entry, "w", force_zip64=True) as file:
                np.lib.format.write_array(file, image, allow_pickle=False)
    record = {"tile": tile.id, "made_of": made_of, "bytes": path.stat().st_size, "sha256": digest(path)}
    with _replaced(folder / f"{tile.id}.json") as part:
        part.write_text(text(record) + "\n", encoding="utf-8")


def record(folder: Path, tile: Tile, *, made_of: str) -> dict[str, Any] | None:
    """Give a finished tile's record; None where it is not finished, or was made of something else."""
    try:
        found = json.loads((folder / f"{tile.id}.json").read_text(encoding="utf-8"))
        size = (folder / f"{tile.id}.npz").stat().st_size
    except (FileNotFoundError, json.JSONDecodeError, UnicodeDecodeError):
        return None
    if not isinstance(found, dict) or found.get("made_of") != made_of or found.get("bytes") != size:
        return None
    return found


def read(folder: Path, tile: Tile) -> dict[str, NDArray[Any]]:
    """Read a tile's images by name."""
    with np.load(folder / f"{tile.id}.npz", allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write what the whole run was made of and what came of each tile."""
    with _replaced(folder / "manifest.json") as part:
        part.write_text(
            json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False, default=str) + "\n", encoding="utf-8"
        )


def digest(path: Path) -> str:
    """Give the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a folder for one run: clear what a killed run was writing, refuse a second run at the same time.

    Raises
    ------
    FolderBusy
        Another run holds it. A killed run holds nothing.
    """
    import fcntl

    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise FolderBusy(f"{folder}: another run writes here; wait for it or give another folder") from error
        for left in folder.glob(f".*{PART}"):
            left.unlink(missing_ok=True)
        yield


@contextmanager
def _replaced(path: Path) -> Iterator[Path]:
    """Give a temporary file beside `path` that takes its place when all went well."""
    part = path.with_name(f".{path.name}.{os.getpid()}{PART}")
    try:
        yield part
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
