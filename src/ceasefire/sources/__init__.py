"""One file per product: bytes to observations, looks and claims, with rows that add up."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ceasefire.errors import SourceError
from ceasefire.model.intake import Intake, Window

if TYPE_CHECKING:
    from ceasefire.geo.grid import Grid
    from ceasefire.sources.raster_stacking import StacksRead
    from ceasefire.sources.raster_windows import Place

_READERS: dict[str, str] = {
    "facts": "ceasefire.sources.facts",
    "looks": "ceasefire.sources.looks",
    "viina": "ceasefire.sources.viina",
    "ucdp": "ceasefire.sources.ucdp",
    "firms": "ceasefire.sources.firms",
    "alerts": "ceasefire.sources.alerts",
    "alerts_single": "ceasefire.sources.alerts_single",
    "tallies": "ceasefire.sources.tallies",
    "posts": "ceasefire.sources.posts",
    "corridors": "ceasefire.sources.corridors",
    "frontline": "ceasefire.sources.frontline",
    "articles": "ceasefire.sources.articles",
    "overpasses": "ceasefire.sources.overpasses",
    "nav_warnings": "ceasefire.sources.nav_warnings",
}

_RASTER_READERS: dict[str, str] = {
    "rasters": "ceasefire.sources.rasters",
    "sentinel1": "ceasefire.sources.sentinel1",
    "sentinel2": "ceasefire.sources.sentinel2",
    "hls": "ceasefire.sources.hls",
}

MACHINE_CODED: tuple[str, ...] = ("viina",)
"""Products whose acts a model gave to whole articles; the words of each row must bear them out."""


class Reader(Protocol):
    """What a reader of one product is."""

    def __call__(
        self, paths: Sequence[Path], *, source: str, window: Window, options: Mapping[str, Any] = ...
    ) -> Intake:
        """Read files of one product into observations, looks and claims."""


class RasterReader(Protocol):
    """What a reader of one raster product is: it gives stacks for detectors, not observations."""

    def __call__(
        self,
        paths: Sequence[Path],
        *,
        source: str,
        grid: Grid | None = ...,
        around: Sequence[Place] | None = ...,
        window: Window | None = ...,
        options: Mapping[str, Any] = ...,
    ) -> StacksRead:
        """Read files of one product into stacks and looks."""


_MATERIAL: dict[str, str] = {
    "black_marble": "ceasefire.sources.black_marble",
    "drone": "ceasefire.sources.drone",
    "ais": "ceasefire.sources.ais",
    "ship_scenes": "ceasefire.sources.sentinel1",
    "boat_lights": "ceasefire.sources.boat_lights",
}
"""Products whose readers give neither rows nor stacks of a case's sites: night lights, flights, ships."""


def modules() -> dict[str, str]:
    """Give the module of every product that a source line may name; `rasters` is for programs, no detector takes it."""
    pixels = {name: path for name, path in _RASTER_READERS.items() if name != "rasters"}
    return dict(sorted({**_READERS, **pixels, **_MATERIAL}.items()))


def products() -> list[str]:
    """List the products that a source line may name.

    >>> {"viina", "sentinel1", "drone", "ais"} <= set(products())
    True
    """
    return list(modules())


def reader(product: str) -> Reader:
    """Give the reader of a product; its module is imported now and not before.

    Raises
    ------
    SourceError
        Where no product has that name; the message names the nearest one.

    Examples
    --------
    >>> reader("vina")
    Traceback (most recent call last):
    ...
    ceasefire.errors.SourceError: unknown product 'vina' (did you mean 'viina'?)
    """
    if product not in _READERS:
        near = difflib.get_close_matches(product, products(), n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(products())}"
        raise SourceError(f"unknown product {product!r} ({hint})")
    read: Reader = importlib.import_module(_READERS[product]).read
    return read


def raster_products() -> list[str]:
    """List the raster products that can be read into stacks.

    >>> "sentinel1" in raster_products()
    True
    """
    return sorted(_RASTER_READERS)


def raster_reader(product: str) -> RasterReader:
    """Give the reader of a raster product; its module is imported now and not before.

    Raises
    ------
    SourceError
        Where no raster product has that name; the message names the nearest one.

    Examples
    --------
    >>> raster_reader("sentinel")
    Traceback (most recent call last):
    ...
    ceasefire.errors.SourceError: unknown raster product 'sentinel' (did you mean 'sentinel2'?)
    """
    if product not in _RASTER_READERS:
        near = difflib.get_close_matches(product, raster_products(), n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(raster_products())}"
        raise SourceError(f"unknown raster product {product!r} ({hint})")
    read: RasterReader = importlib.import_module(_RASTER_READERS[product]).stacks
    return read
