"""Tiles: the same bytes on any workers, restart after a kill, one failed tile among good ones."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from tests.detectors import tile_work as work

from ceasefire.detectors import tiles_kept as kept
from ceasefire.detectors import tiles_workers
from ceasefire.detectors.tiles import Tile, tiles
from ceasefire.detectors.tiles_run import TilesRun, run_tiles
from ceasefire.errors import MissingExtra

ROOT = Path(__file__).resolve().parents[2]
ALL = tiles(work.GRID, work.SIZE)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stack") / "stack.npy"
    work.write_stack(path)
    return path


@pytest.fixture(scope="module")
def reference(stack: Path, tmp_path_factory: pytest.TempPathFactory) -> TilesRun:
    folder = tmp_path_factory.mktemp("reference")
    return run_tiles(ALL, work.change, read=partial(work.read, path=stack), folder=folder, at_once=1)


def same_bytes(run: TilesRun, reference: TilesRun) -> None:
    """Hold images of all tiles against the reference's, byte by byte."""
    assert not run.failed
    for tile in ALL:
        name = f"{tile.id}.npz"
        assert (run.folder / name).read_bytes() == (reference.folder / name).read_bytes(), name


def test_tiles_cover_the_grid_once() -> None:
    seen = np.zeros(work.GRID.shape, int)
    for tile in ALL:
        seen[tile.window] += 1
        assert tile.pixels == np.prod(tile.grid.shape)
        assert tile.grid == work.GRID.window(*tile.window)
    assert (seen == 1).all()
    assert len({t.id for t in ALL}) == len(ALL) == 9
    with pytest.raises(ValueError, match="at least one pixel"):
        tiles(work.GRID, 0)


def test_a_mosaic_of_tiles_is_the_whole(stack: Path, reference: TilesRun) -> None:
    whole = work.change(Tile("all", (0, 70), (0, 90), work.GRID), work.read(one_tile(), path=stack))
    for name, image in whole.items():
        assert reference.mosaic(name).tobytes() == image.tobytes()
        assert reference.mosaic(name).dtype == image.dtype
    assert reference.fraction == 1.0


def one_tile() -> Tile:
    """Give the whole grid as a tile."""
    return tiles(work.GRID, 100)[0]


class Told:
    """Keep what a run tells of its progress."""

    def __init__(self) -> None:
        self.counts: list[tuple[int, int, int]] = []

    def __call__(self, *counts: int) -> None:
        self.counts.append(counts)


def test_processes_give_the_same_bytes_and_threads_too(stack: Path, reference: TilesRun, tmp_path: Path) -> None:
    read = partial(work.read, path=stack)
    for workers in ("threads", "processes"):
        told = Told()
        run = run_tiles(
            ALL, work.change, read=read, folder=tmp_path / workers, workers=workers, at_once=2, progress=told
        )
        same_bytes(run, reference)
        assert told.counts == [(k, 0, 9) for k in range(10)]
        manifests = [(f / "manifest.json").read_bytes() for f in (run.folder, reference.folder)]
        assert manifests[0] == manifests[1]


def test_a_dask_cluster_gives_the_same_bytes_here_and_by_address(
    stack: Path, reference: TilesRun, tmp_path: Path
) -> None:
    distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    read = partial(work.read, path=stack)
    (tmp_path / "curse").touch()
    cursed = partial(work.one_is_cursed, curse=tmp_path / "curse")
    with distributed.LocalCluster(1, threads_per_worker=1, processes=False, dashboard_address=None) as cluster:
        address = cluster.scheduler_address
        run = run_tiles(ALL, work.change, read=read, folder=tmp_path / "here", workers=address)
        same_bytes(run, reference)
        run = run_tiles(ALL, cursed, read=read, folder=tmp_path / "cursed", workers=address)
        assert run.failed == {ALL[1].id: "ValueError: the burst of 2025-01-13 is truncated"}
    if "://" not in address:
        pytest.fail(address)
    run = run_tiles(ALL, work.change, read=read, folder=tmp_path / "own", workers="dask", at_once=1)
    same_bytes(run, reference)


@pytest.mark.parametrize("workers", ["threads", "processes"])
def test_a_killed_run_goes_on_where_it_was(stack: Path, reference: TilesRun, tmp_path: Path, workers: str) -> None:
    folder, log = tmp_path / "out", tmp_path / "log"
    command = [sys.executable, "-m", "tests.detectors.tile_work", str(stack), str(folder), str(log), workers]
    process = subprocess.Popen(command, cwd=ROOT)
    deadline = time.monotonic() + 60
    while len(list(folder.glob("r*.json"))) < 3 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    children = {int(line.split()[1]) for line in log.read_text().splitlines()} - {process.pid}
    while any(alive(pid) for pid in children) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(alive(pid) for pid in children), "workers outlive the run that started them"
    finished = {p.stem for p in folder.glob("r*.json")}
    assert 3 <= len(finished) < 9
    (folder / ".r00064-c00064.npz.1.part").write_text("left by the killed run")
    log.write_text("")
    slow = partial(work.read, path=stack, log=log, wait_s=0.4)
    run = run_tiles(ALL, work.change, read=slow, folder=folder)
    assert set(run.kept) == finished
    assert {line.split()[0] for line in log.read_text().splitlines()} == {t.id for t in ALL} - finished
    same_bytes(run, reference)
    assert not list(folder.glob(".*.part"))


def alive(pid: int) -> bool:
    """Tell whether a process runs (one that ended and was not fetched does not)."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("workers", ["threads", "processes"])
def test_one_failed_tile_is_named_and_tried_again(
    stack: Path, reference: TilesRun, tmp_path: Path, workers: str
) -> None:
    curse, log = tmp_path / "curse", tmp_path / "log"
    curse.touch()
    cursed = partial(work.one_is_cursed, curse=curse, deadly=workers == "processes")
    read = partial(work.read, path=stack, log=log)
    run = run_tiles(ALL, cursed, read=read, folder=tmp_path / "out", workers=workers, at_once=2)
    reason = tiles_workers.DIED if workers == "processes" else "ValueError: the burst of 2025-01-13 is truncated"
    assert run.failed == {"r00000-c00032": reason}
    assert len(run.done) == 8
    assert run.fraction == pytest.approx(1 - 32 * 32 / (70 * 90))
    manifest = json.loads((run.folder / "manifest.json").read_text())
    assert manifest["tiles"]["r00000-c00032"] == {"failed": reason}
    image = run.mosaic("mean_after")
    assert np.isnan(image[:32, 32:64]).all()
    assert np.isfinite(image[:32, :32]).mean() > 0.9
    with pytest.raises(ValueError, match="state a value"):
        run.mosaic("n_after")
    assert (run.mosaic("n_after", missing=-1)[:32, 32:64] == -1).all()
    curse.unlink()
    log.write_text("")
    again = run_tiles(ALL, cursed, read=read, folder=tmp_path / "out", workers=workers, at_once=2)
    assert again.done == ("r00000-c00032",)
    assert len(again.kept) == 8
    assert log.read_text().split()[0] == "r00000-c00032"
    assert len(log.read_text().splitlines()) == 1
    same_bytes(again, reference)


def test_what_a_tile_was_made_of_decides_whether_it_is_done_again(stack: Path, tmp_path: Path) -> None:
    def run(parameters: dict[str, float], inputs: dict[str, str]) -> TilesRun:
        read = partial(work.read, path=stack)
        return run_tiles(
            ALL[:2], work.change, read=read, folder=tmp_path, parameters=parameters, inputs=inputs, at_once=1
        )

    assert len(run({"level": 0.01}, {"a.tif": "00"}).done) == 2
    assert len(run({"level": 0.01}, {"a.tif": "00"}).kept) == 2
    assert len(run({"level": 0.05}, {"a.tif": "00"}).done) == 2
    assert len(run({"level": 0.05}, {"a.tif": "01"}).done) == 2
    spoilt = tmp_path / f"{ALL[0].id}.npz"
    spoilt.write_bytes(spoilt.read_bytes()[:-5])
    (tmp_path / f"{ALL[1].id}.json").write_text("{")
    assert len(run({"level": 0.05}, {"a.tif": "01"}).done) == 2


def test_two_runs_do_not_share_a_folder(stack: Path, tmp_path: Path) -> None:
    with kept.alone(tmp_path), pytest.raises(kept.FolderBusy, match="another run writes here"):
        run_tiles(ALL, work.change, read=partial(work.read, path=stack), folder=tmp_path)


def test_what_cannot_be_is_named(stack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = partial(work.read, path=stack)
    with pytest.raises(ValueError, match="define it in a module"):
        run_tiles(ALL, lambda tile, stacks: {}, read=read, folder=tmp_path, workers="processes")
    with pytest.raises(ValueError, match="same id"):
        run_tiles([ALL[0], ALL[0]], work.change, read=read, folder=tmp_path)
    with pytest.raises(ValueError, match="not 'spark'"):
        run_tiles(ALL, work.change, read=read, folder=tmp_path, workers="spark")
    with pytest.raises(ValueError, match="at least one tile"):
        run_tiles(ALL, work.change, read=read, folder=tmp_path, at_once=0)
    run = run_tiles(ALL[:1], lambda tile, stacks: {"x": np.array([{}])}, read=read, folder=tmp_path)
    assert run.failed == {ALL[0].id: "TypeError: image 'x' holds objects, not numbers"}
    with pytest.raises(ValueError, match="no tile has a result"):
        run.mosaic("x")
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingExtra, match=r"ceasefire\[cluster\]"):
        run_tiles(ALL, work.change, read=read, folder=tmp_path, workers="dask")
