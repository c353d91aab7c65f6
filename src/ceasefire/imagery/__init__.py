"""Where pixels meet the case: windows around what matters are read, judged by a detector, and drawn.

A step of the observe stage. Readers know files, detectors know arrays, and neither knows what the case protects; each
file here joins one reader with one detector.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ceasefire.errors import CeasefireError
from ceasefire.imagery.given import Given, Seen
from ceasefire.model.intake import Window
from ceasefire.model.records import Observation, ProtectedObject
from ceasefire.model.table import Table
from ceasefire.sources.raster_windows import Place

__all__ = ["PRODUCTS", "Place", "Seen", "observe", "patterns", "places"]

PRODUCTS = ("sentinel1", "sentinel2", "hls", "black_marble")
"""Products of pixels that a source line of a case may name."""


def observe(
    product: str,
    paths: Sequence[Path],
    *,
    source: str,
    options: Mapping[str, Any],
    window: Window,
    objects: Table[ProtectedObject],
    fires: Table[Observation],
    finest_m: float,
    say: Callable[[str], None],
    outlines: Sequence[Path] = (),
) -> Seen:
    """Turn one source of pixels into observations, looks and pictures.

    Parameters
    ----------
    product, paths, source, options
        Of the source line.
    window
        The case's period. What was before it is read as far as the detector needs.
    objects
        The register: places to watch.
    fires
        Heat seen by other sources of the case, which optical scenes are held against.
    finest_m
        Finest ground that a picture may show, metres.
    say
        Takes progress, a line at a time.
    outlines
        GeoJSON files of sites to watch besides (`patterns`), for radar.

    Raises
    ------
    CeasefireError
        An option that is none, or a case in which there is nothing to watch.
    """
    given = Given(paths, source, product, options, window, objects, fires, finest_m, say, outlines)
    if product == "sentinel1":
        from ceasefire.imagery.radar import changes

        return changes(given)
    if product in ("sentinel2", "hls"):
        from ceasefire.imagery.scars import scars

        return scars(given)
    if product == "black_marble":
        from ceasefire.imagery.nights import outages

        return outages(given)
    raise CeasefireError(f"{product!r} is no product of pixels: {', '.join(PRODUCTS)}")


def places(
    product: str,
    *,
    source: str,
    options: Mapping[str, Any],
    window: Window,
    objects: Table[ProtectedObject],
    fires: Table[Observation],
    outlines: Sequence[Path] = (),
) -> list[Place]:
    """Give the places whose pixels a source line wants, for `fetch`; parameters as of `observe`."""
    given = Given((), source, product, options, window, objects, fires, 30.0, lambda _: None, outlines)
    if product == "sentinel1":
        from ceasefire.imagery import radar

        return radar.places(given)
    if product in ("sentinel2", "hls"):
        from ceasefire.imagery import scars

        return scars.places(given)
    return []


def patterns(options: Mapping[str, Any], *, source: str) -> tuple[str, ...]:
    """Give the patterns of GeoJSON files that a source line names under `outlines`.

    Raises
    ------
    CeasefireError
        Where it is neither a path nor a list of paths.

    >>> patterns({"outlines": "sites.geojson"}, source="s1"), patterns({}, source="s1")
    (('sites.geojson',), ())
    """
    named = options.get("outlines", ())
    listed = [named] if isinstance(named, str) else named
    if not isinstance(listed, (list, tuple)) or not all(isinstance(p, str) and p for p in listed):
        raise CeasefireError(f"source {source!r}: `outlines` names GeoJSON files of sites: a path or a list of paths")
    return tuple(listed)
