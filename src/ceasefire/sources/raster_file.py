"""One file of pixels, opened with care: GeoTIFF or COG, NetCDF, Zarr; what is none of them gets a named reason.

Why not simply open: the library opens some eighty formats, among them text files that point to other files and to
addresses; it believes any size that a header declares; and it reads side-cars that happen to lie there. Here the
format is told by the first bytes and is the only one tried, sizes are looked at before a pixel is read, and no other
file is touched.
"""

from __future__ import annotations

import json
import logging
import stat
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from ceasefire.errors import MissingExtra

MAX_SIDE = 500_000
"""Most rows or columns of a file."""
MAX_DECLARED = 20_000_000_000
"""Most pixels that a file may declare. A Sentinel-2 tile has 120 million, a radar scene about 700 million."""
MAX_BLOCK = 128_000_000
"""Most bytes of one block, which is read whole for one pixel of it."""
MAX_BANDS = 10_000
"""Most bands of one data set."""
SAFE = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_CACHEMAX": 256,
    "CPL_TMPDIR": "/nonexistent",
}
"""Settings of GDAL: no look at other files, no side-cars, a cache of 256 MB."""

_KINDS = {
    b"II*\0": "GTiff",
    b"MM\0*": "GTiff",
    b"II+\0": "GTiff",
    b"MM\0+": "GTiff",
    b"CDF\x01": "netCDF",
    b"CDF\x02": "netCDF",
    b"CDF\x05": "netCDF",
    b"\x89HDF": "netCDF",
}
_OTHERS = {
    b"PK\x03\x04": "a zip file: unpack it first",
    b"\x1f\x8b": "a gzip file: unpack it first",
    b"%PDF": "a PDF",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8": "a JPEG picture",
    b"<": "a page of text (HTML or XML): a service's message instead of pixels, as for a failed login",
    b"{": "JSON: a service's message instead of pixels",
}
logging.getLogger("rasterio._err").setLevel(logging.CRITICAL)  # every fault is told by a reason of ours
logging.getLogger("rasterio._env").setLevel(logging.CRITICAL)


class Unreadable(Exception):
    """A file or band that cannot be used; `lost` is the short reason for its looks."""

    def __init__(self, reason: str, lost: str = "unreadable file") -> None:
        super().__init__(reason)
        self.lost = lost


@dataclass(frozen=True)
class Kept:
    """What is known of a file beside its pixels."""

    path: Path
    name: str
    sha256: str
    side: dict[str, Any]
    """Its side-car as fetched, `<name>.json`; empty where there is none."""


def kept(path: Path) -> Kept:
    """Hash a file (or a Zarr folder, file by file in the order of names) and read its side-car.

    Raises
    ------
    Unreadable
        Where it is not there, is empty, or is not what its side-car says was fetched.
    """
    try:
        if path.is_dir():
            digest, files = sha256(), sorted(p for p in path.rglob("*") if p.is_file())
            for file in files:
                digest.update(f"{file.relative_to(path).as_posix()}\0".encode())
                digest.update(bytes.fromhex(_hash(file)))
            return Kept(path, path.name, digest.hexdigest(), _side(path))
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("not a regular file")
        if not status.st_size:
            raise Unreadable("the file is empty", "empty file")
        found, side = _hash(path), _side(path)
    except FileNotFoundError:
        raise Unreadable("the file is not there", "no file") from None
    except OSError as error:
        raise Unreadable(f"the file cannot be read: {error.strerror or error}") from None
    if side.get("sha256", found) != found:
        raise Unreadable("its hash is not the one in its side-car: it was changed after it was fetched", "changed file")
    return Kept(path, path.name, found, side)


def kind(path: Path) -> str:
    """Tell the format by the first bytes: the name of GDAL's driver.

    Raises
    ------
    Unreadable
        Where it is no format of pixels that is read here.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.tif"
    >>> _ = path.write_bytes(b"<html>please log in</html>")
    >>> kind(path)
    Traceback (most recent call last):
    ...
    ceasefire.sources.raster_file.Unreadable: not a file of pixels but a page of text (HTML or XML): ...
    """
    if path.is_dir():
        if any((path / name).is_file() for name in (".zgroup", ".zarray", ".zmetadata", "zarr.json")):
            return "Zarr"
        raise Unreadable("a folder that is no Zarr store")
    with path.open("rb") as file:
        first = file.read(512)
    if first[:4] in (b"CDF\x01", b"CDF\x02"):
        _classic(path)
    return kind_of(first)


def _classic(path: Path) -> None:
    """Look through the header of a classic NetCDF before the library does, which a damaged one can bring down.

    Raises
    ------
    Unreadable
        Where the header is damaged, or a name or text in it is no text.
    """
    from scipy.io import netcdf_file

    try:
        with warnings.catch_warnings(), netcdf_file(path, mmap=True) as file:
            warnings.simplefilter("ignore", RuntimeWarning)  # the map is let go a moment after the file
            variables = file.variables
            texts = [*file.dimensions, *variables]
            for own in (file._attributes, *(v._attributes for v in variables.values())):
                texts += [*own, *(value for value in own.values() if isinstance(value, bytes))]
            for text in texts:
                (text if isinstance(text, bytes) else text.encode("latin-1")).decode("utf-8")
            shapes = [[file.dimensions[name] or 1 for name in v.dimensions] for v in variables.values()]
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError, MemoryError) as error:
        why = f"{type(error).__name__}: {_short(error)}"
        raise Unreadable(f"the NetCDF file is damaged or breaks off: {why}", "truncated file") from None
    if not shapes or any(size <= 0 for shape in shapes for size in shape):
        raise Unreadable("the NetCDF file is damaged: it has no variable, or one of no size", "truncated file")


def kind_of(first: bytes) -> str:
    """Tell the format of a file by its first bytes, as `kind`.

    >>> kind_of(b"II*" + bytes(5))
    'GTiff'
    """
    if first[:4] in _KINDS:
        return _KINDS[first[:4]]
    text = first.lstrip(b"\xef\xbb\xbf \t\r\n")
    what = next((said for magic, said in _OTHERS.items() if text.startswith(magic)), "")
    raise Unreadable(f"not a file of pixels but {what}" if what else "not a GeoTIFF, NetCDF or Zarr", "not a raster")


@contextmanager
def opened(where: str, driver: str, opener: Callable[..., Any] | None = None) -> Iterator[Any]:
    """Open a data set of pixels with one driver and no other, and look at its sizes.

    Parameters
    ----------
    where
        Path, or GDAL's name of a data set within a file.
    driver
        As `kind` told.
    opener
        Gives a Python file for a name, for files that are not on disk.

    Raises
    ------
    MissingExtra
        Where rasterio is not installed.
    Unreadable
        Where the file is damaged or declares sizes that no image has.
    """
    try:
        import rasterio
        from rasterio.errors import NotGeoreferencedWarning, RasterioError, RasterioIOError
    except ImportError as error:
        raise MissingExtra("rasters need ceasefire[satellite]: rasterio is not installed") from error
    with rasterio.Env(**SAFE), warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        try:
            extra = {} if opener is None else {"opener": opener}
            dataset = rasterio.open(where, driver=driver, **extra)
        except RasterioIOError as error:
            raise Unreadable(f"the file is damaged or breaks off: {_short(error)}", "truncated file") from None
        except (RasterioError, ValueError, TypeError) as error:
            raise Unreadable(f"the file cannot be opened: {_short(error)}") from None
        with dataset:
            _sizes(dataset)
            yield dataset


def pixels(dataset: Any, index: int, window: tuple[tuple[int, int], tuple[int, int]]) -> Any:
    """Read a block of one band as stored, shape (rows, columns).

    Raises
    ------
    Unreadable
        Where the file breaks off there.
    """
    from rasterio.errors import RasterioError, RasterioIOError

    try:
        return dataset.read(index, window=window)
    except RasterioIOError as error:
        why = _short(error.__cause__ or error)
        raise Unreadable(
            f"the pixels cannot be read, the file breaks off or is damaged: {why}", "truncated file"
        ) from None
    except (RasterioError, ValueError, IndexError, MemoryError) as error:
        raise Unreadable(f"the pixels cannot be read: {_short(error)}") from None


def _sizes(dataset: Any) -> None:
    rows, columns = dataset.shape
    if max(rows, columns) > MAX_SIDE or rows * columns > MAX_DECLARED or dataset.count > MAX_BANDS:
        raise Unreadable(
            f"declares {rows:,} x {columns:,} pixels and {dataset.count:,} bands; at most {MAX_SIDE:,} "
            f"rows or columns, {MAX_DECLARED:,} pixels and {MAX_BANDS:,} bands are believed",
            "not processed",
        )
    import numpy as np

    for (high, wide), kind_ in zip(dataset.block_shapes, dataset.dtypes, strict=True):
        if "complex" in kind_ or not ("int" in kind_ or "float" in kind_):
            raise Unreadable(f"pixels are of the kind {kind_}; whole or real numbers are read", "not processed")
        if high * wide * np.dtype(kind_).itemsize > MAX_BLOCK:
            raise Unreadable(
                f"its blocks of {high:,} x {wide:,} pixels are larger than {MAX_BLOCK:,} bytes; store it in tiles",
                "not processed",
            )


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        digest = sha256()
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _side(path: Path) -> dict[str, Any]:
    try:
        side = json.loads(path.with_name(path.name + ".json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Unreadable(f"its side-car cannot be read: {error}") from None
    return side if isinstance(side, dict) else {}


def _short(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return text if len(text) <= 160 else text[:157] + "..."
