"""Source reliability: the loudest is not the truest."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ceasefire.stats.agree import SILENT, SourceReliability


def _bloc(seed: int) -> tuple[Any, ...]:
    rng = np.random.default_rng(seed)
    items, members, alone = 1500, 8, 5
    truth = rng.integers(0, 2, items)
    line = np.where(rng.random(items) < 0.55, truth, 1 - truth)
    table = np.where(rng.random((items, members + alone)) < 0.8, truth[:, None], 1 - truth[:, None])
    repeats = rng.random((items, members)) < 0.9
    table[:, :members] = np.where(repeats, line[:, None], table[:, :members])
    item, source = np.nonzero(rng.random(table.shape) < 0.6)
    return item, source, table[item, source], truth, np.where(np.arange(members + alone) < members, 0, -1)


def test_the_loudest_bloc_is_not_certified() -> None:
    item, source, label, truth, bloc = _bloc(1)
    plain = SourceReliability(draws=0).fit(item, source, label)
    model = SourceReliability().fit(item, source, label, bloc=bloc)
    true = 0.9 * 0.55 + 0.1 * 0.8
    assert plain.accuracy_.value[:8].min() > 0.9
    assert model.accuracy_.high[:8].max() < 0.7
    assert np.mean((model.accuracy_.low[:8] < true) & (true < model.accuracy_.high[:8])) >= 0.75
    assert model.line_accuracy_.low[0] < 0.55 < model.line_accuracy_.high[0]
    assert np.all(model.conformity_.low[:8] < 0.9)
    assert np.all(model.conformity_.high[:8] > 0.85)
    ours = np.mean(model.probability_.argmax(axis=1) == truth)
    assert ours > np.mean(plain.probability_.argmax(axis=1) == truth) + 0.2
    only = np.setdiff1d(item, item[source >= 8])
    assert model.probability_[only].max(axis=1).mean() < 0.7
    assert plain.probability_[only].max(axis=1).mean() > 0.95


def test_errors_are_recovered_within_their_intervals() -> None:
    rng = np.random.default_rng(2)
    truth = rng.integers(0, 3, 1000)
    accuracy = np.linspace(0.5, 0.95, 12)
    item, source = np.repeat(np.arange(1000), 12), np.tile(np.arange(12), 1000)
    wrong = (truth[item] + rng.integers(1, 3, 12000)) % 3
    label = np.where(rng.random(12000) < accuracy[source], truth[item], wrong)
    model = SourceReliability().fit(item, source, label)
    assert np.mean((model.accuracy_.low < accuracy) & (accuracy < model.accuracy_.high)) >= 10 / 12
    assert np.allclose(model.errors_.value.sum(axis=2), 1.0)
    assert model.checked_.all()
    assert np.all(model.prevalence_.low < 1 / 3)
    assert np.all(model.prevalence_.high > 1 / 3)


def test_copies_are_found_and_independents_are_left_alone() -> None:
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 2, 800)
    table = np.where(rng.random((800, 9)) < 0.75, truth[:, None], 1 - truth[:, None])
    table[:, 1] = np.where(rng.random(800) < 0.8, table[:, 0], table[:, 1])
    item, source = np.indices(table.shape).reshape(2, -1)
    model = SourceReliability(find_copies=True, draws=0).fit(item, source, table.ravel())
    assert model.bloc_.tolist() == [0, 0, *[-1] * 7]
    assert model.pairs_ is not None
    assert model.pairs_.evidence.argmax() == 0
    assert model.pairs_.evidence[0] > 10


def test_a_given_copy_counts_once() -> None:
    item, source, label, _, _ = _bloc(4)
    again = SourceReliability(draws=0).fit(item, source, label)
    copies = np.arange(100)
    more = SourceReliability(draws=0).fit(
        np.concatenate([item, item[copies]]), np.concatenate([source, source[copies] + 20]),
        np.concatenate([label, label[copies]]), original=np.concatenate([np.full(item.size, -1), copies]),
    )  # fmt: skip
    assert np.array_equal(again.probability_, more.probability_)


def test_silence_is_missing_unless_the_source_could_know() -> None:
    rng = np.random.default_rng(5)
    truth = (rng.random(1500) < 0.3).astype(int)
    could = rng.random((1500, 6)) < 0.5
    says = could & (rng.random((1500, 6)) < np.where(truth[:, None] == 1, 0.8, 0.04))
    item, source = np.indices(could.shape).reshape(2, -1)
    label = np.where(says.ravel(), 1, SILENT)
    knowing = SourceReliability(draws=0).fit(item, source, label, could_know=could.ravel())
    denying = SourceReliability(draws=0).fit(item, source, np.where(says.ravel(), 1, 0))
    error = [np.mean((m.probability_[:, 1] - truth) ** 2) for m in (knowing, denying)]
    assert error[0] < 0.7 * error[1]
    blind = ~could.any(axis=1)
    assert knowing.probability_[blind, 1] == pytest.approx(knowing.prevalence_.value[1], abs=0.01)


def test_sources_that_nobody_can_check_keep_a_wide_prior() -> None:
    item, source = np.tile(np.arange(200), 2), np.repeat([0, 1], 200)
    model = SourceReliability().fit(item, source, np.zeros(400, int), classes=2)
    assert not model.checked_.any()
    assert np.all(model.accuracy_.high - model.accuracy_.low > 0.5)
    one_bloc = SourceReliability().fit(item, source, np.zeros(400, int), classes=2, bloc=[0, 0])
    assert not one_bloc.checked_.any()
    assert np.all(one_bloc.accuracy_.high - one_bloc.accuracy_.low > 0.4)


def test_three_sources_that_meet_in_pairs_can_be_checked() -> None:
    rng = np.random.default_rng(6)
    truth = rng.integers(0, 2, 3000)
    source = np.array([[0, 1], [1, 2], [0, 2]])[np.arange(3000) % 3]
    label = np.where(rng.random((3000, 2)) < 0.85, truth[:, None], 1 - truth[:, None])
    item = np.repeat(np.arange(3000), 2)
    assert SourceReliability(draws=0).fit(item, source.ravel(), label.ravel()).checked_.all()


def test_a_source_that_always_says_the_same_tells_nothing() -> None:
    item, source, label, _, _ = _bloc(7)
    lone = source >= 8
    item, source, label = item[lone], source[lone] - 8, label[lone]
    more = np.arange(1500)
    model = SourceReliability(draws=0).fit(
        np.concatenate([item, more]), np.concatenate([source, np.full(1500, 5)]),
        np.concatenate([label, np.ones(1500, int)]),
    )  # fmt: skip
    assert model.accuracy_.value[5] == pytest.approx(model.prevalence_.value[1], abs=0.02)


@pytest.mark.parametrize(
    ("rows", "options", "words"),
    [
        (([], [], []), {}, "no statement"),
        (([0], [0], [SILENT]), {}, "silent"),
        (([0, 0], [1, 1], [0, 1]), {}, "twice"),
        (([0], [0], [np.nan]), {}, "NaN"),
        (([0], [-1], [0]), {}, "numbered from 0"),
        (([0], [0], [3]), {"classes": 2}, "classes"),
        (([0, 1], [0], [0]), {}, "equally long"),
        (([0], [3], [0]), {"bloc": [0]}, "each of the 4"),
        (([0], [0], [0]), {"original": [0]}, "another row"),
    ],
)
def test_bad_input_is_named(rows: Any, options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        SourceReliability(draws=0).fit(*rows, **options)
