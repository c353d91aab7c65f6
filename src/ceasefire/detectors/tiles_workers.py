"""Who does the tiles: threads, processes, or a Dask cluster. The same work, the same results; only the speed differs.

Work is a function of one tile that returns why it failed, or nothing. It writes its result itself, so only the tile's
description goes out and only that word comes back.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection, get_context, parent_process
from typing import Any

from ceasefire.detectors.tiles import Tile
from ceasefire.errors import MissingExtra

Work = Callable[[Tile], str]
Outcomes = Iterator[tuple[Tile, str]]
DIED = "the process died: killed, or out of memory"
"""Why a tile failed that took its process with it."""


def outcomes(work: Work, tiles: Sequence[Tile], *, workers: str, at_once: int) -> Outcomes:
    """Do all tiles and give each with why it failed (or nothing), as they are done.

    Parameters
    ----------
    work
        What to do; for processes and for Dask it must be found by name in a module.
    tiles
        What to do it to.
    workers
        `threads`, `processes`, `dask` (a cluster on this machine, for this run) or the address of a Dask scheduler,
        e.g. `tcp://10.0.0.5:8786`.
    at_once
        Tiles at the same time; a cluster by address has its own number.

    Raises
    ------
    ValueError
        Workers of another name.
    MissingExtra
        Dask without the extra `cluster`.
    """
    if workers == "threads":
        return _threads(work, tiles, at_once)
    if workers == "processes":
        return _processes(work, tiles, at_once)
    if workers == "dask" or "://" in workers:
        return _dask(work, tiles, "" if workers == "dask" else workers, at_once)
    raise ValueError(f"workers are `threads`, `processes`, `dask` or an address as tcp://host:8786, not '{workers}'")


def _threads(work: Work, tiles: Sequence[Tile], at_once: int) -> Outcomes:
    pool = ThreadPoolExecutor(at_once)
    try:
        running = {pool.submit(work, tile): tile for tile in tiles}
        for done in as_completed(running):
            yield running[done], done.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _processes(work: Work, tiles: Sequence[Tile], at_once: int) -> Outcomes:
    """Keep few tiles with the pool, so that when a process dies it is known which tiles may have killed it.

    Those are done again one by one, each in a process of its own: one tile too large for memory costs only itself.
    """
    left = deque(tiles)
    while left:
        suspects: list[Tile] = []
        with _pool(at_once) as pool:
            running: dict[Future[str], Tile] = {}
            while (left or running) and not suspects:
                while left and len(running) < at_once:
                    running[pool.submit(work, left[0])] = left[0]
                    left.popleft()
                for done in wait(running, return_when=FIRST_COMPLETED).done:
                    tile = running.pop(done)
                    try:
                        yield tile, done.result()
                    except BrokenProcessPool:
                        suspects += [tile, *running.values()]
                        break
        for tile in suspects:
            with _pool(1) as pool:
                try:
                    yield tile, pool.submit(work, tile).result()
                except BrokenProcessPool:
                    yield tile, DIED


def _pool(at_once: int) -> ProcessPoolExecutor:
    """Make processes that share nothing with this one (a fork of a process with threads may hang)."""
    return ProcessPoolExecutor(at_once, mp_context=get_context("spawn"), initializer=_end_with_parent)


def _end_with_parent() -> None:
    """Let a worker end when the process that started it is gone, even by a kill."""
    parent = parent_process()
    if parent is None:
        return

    def watch(sentinel: int) -> None:
        connection.wait([sentinel])
        os._exit(1)

    threading.Thread(target=watch, args=(parent.sentinel,), daemon=True).start()


def _dask(work: Work, tiles: Sequence[Tile], address: str, at_once: int) -> Outcomes:
    distributed: Any  # its functions are untyped
    try:
        import distributed
    except ModuleNotFoundError as error:
        raise MissingExtra("work on a Dask cluster needs the extra: pip install 'ceasefire[cluster]'") from error
    cluster: Any = address
    if not address:
        cluster = distributed.LocalCluster(
            n_workers=at_once, threads_per_worker=1, processes=True, dashboard_address=None
        )
    try:
        with distributed.Client(cluster, set_as_default=False) as client:
            futures = client.map(work, list(tiles), pure=False, retries=0)
            running = {f.key: tile for f, tile in zip(futures, tiles, strict=True)}
            for done in distributed.as_completed(futures, loop=client.loop):
                failed = done.exception() if done.status != "finished" else None
                if isinstance(failed, distributed.KilledWorker):
                    yield running[done.key], DIED
                elif done.status != "finished":
                    yield running[done.key], f"{type(failed).__name__}: {failed}" if failed else str(done.status)
                else:
                    yield running[done.key], done.result()
    finally:
        if not address:
            cluster.close()
