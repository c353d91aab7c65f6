"""Alarms by block: the real share is the nominal one, a block without heat never alarms, bad input is named."""

from __future__ import annotations

import numpy as np
import pytest

from ceasefire.detectors.thermal_blocks import ThermalBlocks
from ceasefire.detectors.thermal_cells import Cells

SIDE = 32


def grid() -> Cells:
    return Cells(*(v.ravel() for v in np.meshgrid(np.arange(320, 320 + SIDE), np.arange(480, 480 + SIDE))))


def world(seed: int, days: int = 700) -> tuple[np.ndarray, np.ndarray]:
    share = np.random.default_rng(5).lognormal(-4.5, 1.2, SIDE * SIDE)
    mean = share[:, None] * (1.0 + np.sin(np.arange(days) / 58.0) * 0.9)
    return np.random.default_rng(seed).negative_binomial(0.05, 0.05 / (0.05 + mean)), mean


@pytest.mark.parametrize("level", [0.01, 0.05])
def test_the_real_share_is_the_nominal_one_overall_and_in_the_busiest_tenth(level: float) -> None:
    blocks = ThermalBlocks(level=level).fit(grid(), *world(1))
    count, mean = world(2)
    found = blocks.alarms(count, mean)
    busy = mean.sum(axis=1) >= np.quantile(mean.sum(axis=1), 0.9)
    for group in (np.ones(len(busy), bool), busy):
        assert found.alarm[group].mean() == pytest.approx(level, abs=0.01)
    assert (count > 0).mean() < 0.02, "no rule on single cells that is silent on a zero could reach 5 %"
    for s in np.unique(found.side):
        block = np.unique((grid().column // s) * 1000 + grid().row // s, return_inverse=True)[1]
        hot = np.zeros((block.max() + 1, count.shape[1]))
        np.add.at(hot, block, count)
        assert not (found.alarm & (found.side == s))[hot[block] == 0].any()


def test_unseen_cell_days_never_alarm_and_have_no_block() -> None:
    blocks = ThermalBlocks(level=0.05).fit(grid(), *world(1))
    count, mean = world(2, days=5)
    mean[:, 2] = 0.0
    found = blocks.alarms(count, mean)
    assert not found.alarm[:, 2].any()
    assert not found.side[:, 2].any()
    assert not blocks.alarms(count, np.zeros_like(mean)).alarm.any()


def test_bad_input_is_named() -> None:
    count, mean = world(1, days=20)
    for level in (0.0, 1.0, -0.1, np.nan):
        with pytest.raises(ValueError, match="between 0 and 1"):
            ThermalBlocks(level=level)
    with pytest.raises(ValueError, match="room"):
        ThermalBlocks(room=0.5)
    with pytest.raises(ValueError, match="too few"):
        ThermalBlocks().fit(grid(), np.zeros_like(count), mean)
    with pytest.raises(ValueError, match="too few"):
        ThermalBlocks().fit(grid(), count, np.zeros_like(mean))
    with pytest.raises(ValueError, match="finite"):
        ThermalBlocks().fit(grid(), count, np.where(mean > 0, np.inf, mean))
    with pytest.raises(ValueError, match="shape"):
        ThermalBlocks().fit(grid(), count[:, :3], mean)
