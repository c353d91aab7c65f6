"""The compiled loops give the reference's numbers, on any threads, in any memory order, and need no folder to write."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as some

pytest.importorskip("numba", reason="the extra `satellite` is not installed")

from ceasefire.detectors import damage_kernel as kernel
from ceasefire.detectors import threads
from ceasefire.stats import change, change_t
from ceasefire.stats.change_surface import Surface, places


def stack(dates: int, rows: int, columns: int, *, missing: float = 0.02, seed: int = 1) -> np.ndarray:
    """Make logarithms of speckle with missing values."""
    rng = np.random.default_rng(seed)
    values = np.log(rng.gamma(4.4, 1.0, (dates, rows, columns))).astype(np.float32)
    values[rng.random(values.shape) < missing] = np.nan
    return values


def same(ours: change.Moments, theirs: change.Moments, *, size: float = 1.0) -> None:
    """Hold moments against the reference: counts alike, the rest to the last places of a single."""
    for name, mine, reference in zip(change.Moments._fields, ours, theirs, strict=True):
        assert mine.dtype == reference.dtype, name
        if name.startswith("n_"):
            np.testing.assert_array_equal(mine, reference, err_msg=name)
        else:
            np.testing.assert_allclose(mine, reference, rtol=2e-5, atol=2e-6 * size, err_msg=name)


@pytest.mark.parametrize("dates", [1, 2, 7, 8, 9, 16, 21, 33])
def test_the_references_numbers(dates: int) -> None:
    x = stack(dates, 37, 71, missing=0.2)
    x[:, 5:9] = np.nan
    before = np.arange(dates) < dates * 2 // 3
    same(kernel.moments(x, before, ~before), change.moments(x, before, ~before))


@settings(max_examples=40, deadline=None)
@given(
    some.arrays(
        np.float32,
        st.tuples(st.integers(1, 12), st.integers(1, 4), st.integers(1, 5)),
        elements=st.floats(-60, 20, width=32) | st.sampled_from([np.nan, np.inf, -np.inf]),
    ),
    st.integers(0, 2**12 - 1),
    st.integers(0, 2**12 - 1),
)
def test_any_values_and_any_dates(x: np.ndarray, first: int, then: int) -> None:
    bits = 1 << np.arange(len(x))
    before, after = (first & bits) > 0, ((then & ~first) & bits) > 0
    same(kernel.moments(x, before, after), change.moments(x, before, after), size=60.0**2)


@pytest.mark.parametrize(("rows", "columns", "blocks"), [(37, 71, (2, 3)), (20, 2100, (1, 7)), (5, 4, (1, 1))])
def test_less_a_surface_is_the_references(rows: int, columns: int, blocks: tuple[int, int]) -> None:
    x = stack(11, rows, columns, missing=0.2)
    before = np.arange(11) < 8
    edges = [np.linspace(0, size, n + 1).round().astype(int) for size, n in zip((rows, columns), blocks, strict=True)]
    heights = np.random.default_rng(3).normal(0, 0.5, (11, *blocks)).astype(np.float32)
    less = Surface(heights, *(places(e) for e in edges))
    found = kernel.moments(x, before, ~before, less=less)
    same(found, change.moments(x, before, ~before, less=less))
    same(found, change.moments(x - less.at(), before, ~before))
    views = kernel.moments(np.concatenate([x, x], axis=2)[:, :, :columns], before, ~before, less=less, threads=1)
    for mine, one in zip(views, found, strict=True):
        assert mine.tobytes() == one.tobytes()
    with pytest.raises(ValueError, match="a surface of"):
        kernel.moments(x[:, 1:], before, ~before, less=less)


def test_no_dates_and_no_pixels() -> None:
    none = np.zeros(0, dtype=bool)
    m = kernel.moments(np.empty((0, 2, 3), np.float32), none, none)
    assert m.n_before.tolist() == [[0, 0, 0]] * 2
    assert np.isnan(m.mean_before).all()
    assert np.isnan(m.var_after).all()
    assert kernel.moments(np.empty((2, 0, 3), np.float32), [1, 0], [0, 1]).mean_after.shape == (0, 3)


def test_a_constant_pixel_has_no_variance_and_a_far_level_costs_no_digits() -> None:
    constant = np.full((21, 8, 300), -11.3, np.float32)
    constant[3, 2] = np.nan
    before = np.arange(21) < 14
    m = kernel.moments(constant, before, ~before)
    assert (m.var_before == 0).all()
    assert (m.mean_after == np.float32(-11.3)).all()
    far = stack(60, 8, 300) * 0.001 + 4096
    exact = np.nanvar(far[:40].astype(np.float64), axis=0, ddof=1)
    at = np.arange(60) < 40
    np.testing.assert_allclose(kernel.moments(far, at, ~at).var_before, exact, rtol=2e-5)
    odd = stack(60, 8, 300, missing=0)
    odd[0] = 1e4
    exact = np.var(odd[:40].astype(np.float64), axis=0, ddof=1)
    np.testing.assert_allclose(kernel.moments(odd, at, ~at).var_before, exact, rtol=2e-5)


def test_threads_windows_and_orders_of_memory_change_no_byte(tmp_path: Path) -> None:
    x = stack(21, 90, 1700)
    before = np.arange(21) < 14
    one = kernel.moments(x, before, ~before, threads=1)
    np.save(tmp_path / "stack.npy", x)
    offset = np.frombuffer(b"." + x.tobytes(), np.float32, offset=1).reshape(x.shape)
    others = {
        "threads": kernel.moments(x, before, ~before, threads=3),
        "mapped": kernel.moments(np.load(tmp_path / "stack.npy", mmap_mode="r"), before, ~before),
        "columns first": kernel.moments(np.asfortranarray(x), before, ~before),
        "other byte order": kernel.moments(x.astype(">f4"), before, ~before),
        "double": kernel.moments(x.astype(np.float64), before, ~before),
        "not aligned": kernel.moments(offset, before, ~before),
    }
    for name, m in others.items():
        for mine, reference in zip(m, one, strict=True):
            assert mine.tobytes() == reference.tobytes(), name
    window = kernel.moments(x[:, 10:40, 33:1000], before, ~before)
    for mine, reference in zip(window, one, strict=True):
        assert mine.tobytes() == reference[10:40, 33:1000].tobytes()


def test_pieces_of_a_copied_stack_meet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "COPIED", 21 * 50 * 7)
    monkeypatch.setattr(kernel, "PART", 100)
    x = stack(21, 30, 50)
    before = np.arange(21) < 14
    whole = kernel.moments(x, before, ~before)
    for mine, reference in zip(kernel.moments(x.astype(np.float64), before, ~before), whole, strict=True):
        assert mine.tobytes() == reference.tobytes()


def test_pooled_t_is_the_references() -> None:
    x = stack(9, 40, 60, missing=0.5)
    before = np.arange(9) < 5
    ours = kernel.t_and_dof(x, before, ~before)
    m = change.moments(x, before, ~before)
    variance, dof = change_t.pooled(m)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = (m.mean_after.astype(float) - m.mean_before) / np.sqrt(variance * (1 / m.n_before + 1 / m.n_after))
    known = np.isfinite(t)
    assert known.sum() > 1000
    np.testing.assert_allclose(ours.t[known], t[known], rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(ours.dof[known], dof[known])
    assert np.isnan(ours.t[(m.n_before == 0) | (m.n_after == 0)]).all()


def test_dask_arrays_give_the_same_bytes() -> None:
    dask = pytest.importorskip("dask", reason="the extra `cluster` is not installed")
    da = pytest.importorskip("dask.array", reason="the extra `cluster` is not installed")
    from ceasefire.detectors import damage_dask

    x = stack(9, 40, 60)
    before = np.arange(9) < 6
    lazy = damage_dask.moments(da.from_array(x, chunks=(4, 17, 25)), before, ~before)
    assert lazy.mean_before.shape == (40, 60)
    for mine, reference in zip(
        dask.compute(*lazy, scheduler="threads"), kernel.moments(x, before, ~before), strict=True
    ):
        assert mine.dtype == reference.dtype
        assert mine.tobytes() == reference.tobytes()
    with pytest.raises(ValueError, match="not both"):
        damage_dask.moments(da.from_array(x), before, before)


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [([1, 0], [0, 0, 1], "do not fit dates"), ([1, 1, 0], [0, 1, 1], "not both")],
)
def test_what_does_not_fit_is_named(before: list[int], after: list[int], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        kernel.moments(np.zeros((3, 2, 2), np.float32), before, after)


def test_threads_are_as_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_NUM_THREADS", "5")
    assert threads.allowed() == 5
    assert threads.allowed(2) == 2
    with threads.limited(1):
        assert threads.allowed() == 1
    monkeypatch.delenv("NUMBA_NUM_THREADS")
    assert threads.allowed() == threads.processors()
    with pytest.raises(ValueError, match="one thread"):
        kernel.moments(np.zeros((2, 1, 1)), [1, 0], [0, 1], threads=0)


CHILD = """
import sys, warnings; warnings.simplefilter("error")
from importlib import util
spec = util.spec_from_file_location("ceasefire.detectors.damage_loops", sys.argv[1])
loops = sys.modules[spec.name] = util.module_from_spec(spec)
import ceasefire.detectors
ceasefire.detectors.damage_loops = loops
spec.loader.exec_module(loops)
from ceasefire.detectors.damage_kernel import moments
m = moments([[[0.0]], [[1.0]], [[2.0]], [[3.0]]], [1, 1, 0, 0], [0, 0, 1, 1])
assert m.mean_after[0, 0] == 2.5, m
print(loops.moments_between.stats.cache_path)
"""


def test_no_folder_to_keep_machine_code_in_is_no_error(tmp_path: Path) -> None:
    """Numba keeps it beside the file, else in the user's folder: where neither can be made, it is compiled anew."""
    loops = tmp_path / "damage_loops.py"
    shutil.copy(Path(kernel.__file__).with_name("damage_loops.py"), loops)
    for taken in ("__pycache__", "home"):
        (tmp_path / taken).write_text("a file, so no folder")
    homes = {"HOME": str(tmp_path / "home"), "XDG_CACHE_HOME": str(tmp_path / "home"), "NUMBA_CACHE_DIR": ""}
    ask = [sys.executable, "-c", CHILD, str(loops)]
    done = subprocess.run(ask, capture_output=True, text=True, env={**os.environ, **homes}, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "None"
