"""Run a function over all tiles of a country: bounded by one tile's memory, restartable, the same on any workers.

Each worker reads its own window, computes, and writes its own file. What is finished is not done again, what failed is
named with its reason and tried again by the next run, and the rest goes on.
"""

from __future__ import annotations

import hashlib
import inspect
import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.detectors import tiles_kept as kept
from ceasefire.detectors.threads import limited, processors
from ceasefire.detectors.tiles import Tile
from ceasefire.detectors.tiles_workers import outcomes
from ceasefire.geo.stack import Stack

Read = Callable[[Tile], Sequence[Stack]]
Images = Mapping[str, NDArray[Any]]
Told = Callable[[int, int, int], None]


@dataclass(frozen=True)
class TilesRun:
    """What came of a run over tiles; the images stay on disk until asked for."""

    folder: Path
    """Where the images are."""
    tiles: tuple[Tile, ...]
    """All tiles, in the order given."""
    done: tuple[str, ...]
    """Tiles finished by this run."""
    kept: tuple[str, ...]
    """Tiles that an earlier run had finished."""
    failed: Mapping[str, str]
    """Tiles that failed, with the reason."""

    @property
    def fraction(self) -> float:
        """Give the share of pixels that have a result."""
        missing = sum(t.pixels for t in self.tiles if t.id in self.failed)
        return 1.0 - missing / max(1, sum(t.pixels for t in self.tiles))

    def images(self, tile: Tile) -> dict[str, NDArray[Any]]:
        """Read the images of one tile by name."""
        return kept.read(self.folder, tile)

    def mosaic(self, name: str, *, missing: float = np.nan) -> NDArray[Any]:
        """Put one image of all tiles together; the memory of the whole image is needed.

        Parameters
        ----------
        name
            Image, as the function named it; of the shape of its tile.
        missing
            Value of pixels whose tile failed.

        Raises
        ------
        ValueError
            No tile has a result, or tiles failed and the image's numbers cannot hold `missing`.
        """
        top, left = min(t.rows[0] for t in self.tiles), min(t.columns[0] for t in self.tiles)
        shape = max(t.rows[1] for t in self.tiles) - top, max(t.columns[1] for t in self.tiles) - left
        whole: NDArray[Any] | None = None
        for tile in self.tiles:
            if tile.id in self.failed:
                continue
            image = self.images(tile)[name]
            if whole is None:
                whole = np.empty(shape, image.dtype)
                if self.fraction < 1.0 or sum(t.pixels for t in self.tiles) < whole.size:
                    if not (np.isfinite(missing) or whole.dtype.kind == "f"):
                        raise ValueError(f"'{name}' holds {whole.dtype}: state a value for missing tiles")
                    whole[:] = missing
            whole[tile.rows[0] - top : tile.rows[1] - top, tile.columns[0] - left : tile.columns[1] - left] = image
        if whole is None:
            raise ValueError(f"{self.folder}: no tile has a result")
        return whole


def run_tiles(
    tiles: Sequence[Tile],
    function: Callable[[Tile, Sequence[Stack]], Images],
    *,
    read: Read,
    folder: Path,
    workers: str = "threads",
    at_once: int | None = None,
    parameters: Mapping[str, Any] | None = None,
    inputs: Mapping[str, str] | None = None,
    progress: Told | None = None,
) -> TilesRun:
    """Do every tile that is not finished yet, and write `manifest.json` when all were tried.

    Parameters
    ----------
    tiles
        As `tiles.tiles` cuts them, or a part of them.
    function
        From a tile and its stacks to named images. The same input must give the same output.
    read
        Gives the stacks of a tile; it reads the tile's window from files, in the worker. For processes and for Dask
        both functions must be found by name in a module: no lambda, but `functools.partial` with paths will do.
    folder
        Where results go, one file per tile; on a cluster, a folder that all workers see.
    workers
        `threads`, `processes`, `dask` for a cluster on this machine, or the address of a Dask scheduler.
    at_once
        Tiles at the same time, so many tiles' memory is needed; as many as processors where not given.
    parameters
        What the function was given; part of what makes a tile finished.
    inputs
        SHA-256 of each file read, by name; likewise.
    progress
        Told after each tile: tiles finished, failed and in all; see `tiles_progress.bar`.

    Raises
    ------
    ValueError
        Two tiles of one id, an unknown kind of workers, a function that cannot be sent to another process.
    tiles_kept.FolderBusy
        Another run writes to the folder.
    MissingExtra
        Dask without the extra `cluster`.
    """
    if len({t.id for t in tiles}) < len(tiles):
        raise ValueError("two tiles have the same id")
    several = at_once if at_once is not None else processors()
    if several < 1:
        raise ValueError(f"at least one tile at a time, not {several}")
    if workers == "processes":
        _must_travel(function, read)
    folder = Path(folder).resolve()
    given = {"parameters": dict(parameters or {}), "inputs": dict(inputs or {}), "code": _code(function, read)}
    digest = hashlib.sha256(kept.text(given).encode()).hexdigest()
    made_of = {t.id: kept.key(t, digest) for t in tiles}
    with kept.alone(folder):
        before = {t.id for t in tiles if kept.record(folder, t, made_of=made_of[t.id])}
        open_ = [t for t in tiles if t.id not in before]
        each = max(1, processors() // several) if workers == "threads" else 1
        work = partial(_one, function=function, read=read, folder=folder, given=digest, threads=each)
        done, failed = set[str](), dict[str, str]()
        if progress:
            progress(len(before), 0, len(tiles))
        for tile, reason in outcomes(work, open_, workers=workers, at_once=several) if open_ else ():
            if reason:
                failed[tile.id] = reason
            elif kept.record(folder, tile, made_of=made_of[tile.id]) is None:
                failed[tile.id] = f"its worker wrote to a {folder} that is not seen from here"
            else:
                done.add(tile.id)
            if progress:
                progress(len(before) + len(done), len(failed), len(tiles))
        run = TilesRun(
            folder,
            tuple(tiles),
            tuple(t.id for t in tiles if t.id in done),
            tuple(t.id for t in tiles if t.id in before),
            {t.id: failed[t.id] for t in tiles if t.id in failed},
        )
        states = {t.id: kept.record(folder, t, made_of=made_of[t.id]) or {"failed": failed[t.id]} for t in tiles}
        kept.write_manifest(folder, {**given, "tiles": states})
    return run


def _one(
    tile: Tile,
    *,
    function: Callable[[Tile, Sequence[Stack]], Images],
    read: Read,
    folder: Path,
    given: str,
    threads: int,
) -> str:
    """Read, compute and write one tile; give why it failed, or nothing."""
    try:
        with limited(threads):
            kept.write(folder, tile, function(tile, read(tile)), made_of=kept.key(tile, given))
    except Exception as error:  # noqa: BLE001 - whatever befalls one tile is named, and the others go on
        return f"{type(error).__name__}: {error}"
    return ""


def _must_travel(*functions: Callable[..., Any]) -> None:
    for function in functions:
        try:
            pickle.dumps(function)
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            raise ValueError(f"{function!r} cannot be sent to another process: define it in a module") from error


def _code(*functions: Callable[..., Any]) -> dict[str, str]:
    """Tell by what code tiles are made: this package's version, and the name and source of each function."""
    told = {"ceasefire": metadata.version("ceasefire")}
    for function in functions:
        given: Any = function
        bound = ""
        while isinstance(given, partial):
            bound += f" {given.args} {sorted(given.keywords.items())}"
            given = given.func
        name = f"{getattr(given, '__module__', '')}:{getattr(given, '__qualname__', type(given).__qualname__)}"
        try:
            source = inspect.getsource(given)
        except (OSError, TypeError):
            source = ""
        told[name] = hashlib.sha256((source + bound).encode()).hexdigest()
    return told
