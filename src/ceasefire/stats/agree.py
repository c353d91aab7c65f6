"""Source reliability: how often each source is right, learnt from where sources agree, without knowing the truth.

Why not the usual model as it is: Dawid and Skene take sources to be independent given the truth, so the loudest group
of outlets that repeat one another becomes the truth. Here sources of one bloc share an error: each item gives the bloc
one line, and its members repeat it or speak for themselves. A copy counts once. And silence is a denial only of a
source that could have known: elsewhere it is missing, not negative.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ceasefire.stats.agree_checked import Checked, checked
from ceasefire.stats.agree_copies import Pairs, blocs_of, shared_errors
from ceasefire.stats.agree_draws import Draws, sample
from ceasefire.stats.agree_rows import SILENT, blocs, rows
from ceasefire.stats.agree_votes import Counts, Index, Voices, Votes, arrange, begin, count, expect, weights
from ceasefire.stats.estimate import Estimate, from_draws

Array = NDArray[np.float64]

__all__ = ["SILENT", "SourceReliability"]


class SourceReliability:
    """Learn the reliability of sources and the truth of items together.

    Parameters
    ----------
    prior
        Pseudo-counts of right and of wrong statements that every source and bloc begins with, in each class.
        (0, 0) is maximum likelihood, as Dawid and Skene have it.
    find_copies
        Look for sources that share errors, and put them in one bloc.
    evidence
        Log Bayes factor from which two sources are taken to depend on each other.
    max_rounds, tolerance
        Stop when the log likelihood gains less than `tolerance` per statement, at the latest after `max_rounds`.
    draws
        Posterior draws behind every interval; 0 gives no intervals (low and high are NaN).
    level
        Two-sided level of the intervals.
    seed
        Seed of the draws.

    Attributes
    ----------
    probability_
        P(class) of each item at the fitted parameters, shape (items, classes).
    accuracy_
        `Estimate` of P(right | it spoke) of each source, shape (sources,).
    errors_
        `Estimate` of P(outcome | class) of each source, shape (sources, classes, outcomes); the last outcome is
        silence where silence was given.
    evidence_
        `Estimate` of ln [P(outcome | class) / P(outcome | class 0)], shape (sources, classes, outcomes): what a
        statement weighs as evidence.
    line_accuracy_
        `Estimate` of P(the line of a bloc is right | it has one), shape (blocs,).
    conformity_
        `Estimate` of P(a source repeats its bloc's line), shape (sources,); 0 for one that stands alone.
    prevalence_
        `Estimate` of the share of items of each class, shape (classes,).
    checked_
        Mask of shape (sources,): the source speaks of at least one item together with two other voices (lone sources
        or blocs). Without that nothing in the data tells a good source from a bad one: it keeps the prior.
    bloc_
        Bloc of each source, -1 for none, shape (sources,).
    pairs_
        What was found about pairs of sources before any were joined, if copies were looked for.
    log_likelihood_
        At the end of the climb.

    Source: A. P. Dawid and A. M. Skene, Journal of the Royal Statistical Society C 28 (1979) 20-28; X. L. Dong, L.
    Berti-Equille and D. Srivastava, "Integrating conflicting data: the role of source dependence", PVLDB 2 (2009)
    550-561; A. Gelman and others, Bayesian Data Analysis, 3rd ed. (2013), for the Gibbs draws.

    >>> rng = np.random.default_rng(0)
    >>> truth = rng.integers(0, 2, 300)
    >>> item, source = np.repeat(np.arange(300), 5), np.tile(np.arange(5), 300)
    >>> right = rng.random(1500) < np.array([0.95, 0.9, 0.8, 0.7, 0.6])[source]
    >>> model = SourceReliability().fit(item, source, np.where(right, truth[item], 1 - truth[item]))
    >>> float((model.probability_.argmax(axis=1) == truth).mean()) > 0.93
    True
    >>> bool(model.accuracy_.low[0] < 0.95 < model.accuracy_.high[0])
    True
    """

    probability_: Array
    accuracy_: Estimate
    errors_: Estimate
    evidence_: Estimate
    line_accuracy_: Estimate
    conformity_: Estimate
    prevalence_: Estimate
    checked_: NDArray[np.bool_]
    bloc_: Index
    pairs_: Pairs | None
    log_likelihood_: float

    def __init__(
        self,
        *,
        prior: tuple[float, float] = (1.5, 0.5),
        find_copies: bool = False,
        evidence: float = 10.0,
        max_rounds: int = 200,
        tolerance: float = 1e-6,
        draws: int = 120,
        level: float = 0.95,
        seed: int = 0,
    ) -> None:
        self.prior, self.find_copies, self.evidence = prior, find_copies, evidence
        self.max_rounds, self.tolerance = max_rounds, tolerance
        self.draws, self.level, self.seed = draws, level, seed

    def fit(
        self,
        item: ArrayLike,
        source: ArrayLike,
        label: ArrayLike,
        *,
        classes: int | None = None,
        bloc: ArrayLike | None = None,
        original: ArrayLike | None = None,
        could_know: ArrayLike | None = None,
        start: ArrayLike | None = None,
    ) -> SourceReliability:
        """Learn from statements, one a row.

        Parameters
        ----------
        item, source
            What and who, whole numbers from 0, shape (n,). A source that could not know an item has no row there.
        label
            What it said: a class from 0, or `SILENT`, shape (n,).
        classes
            Number of classes; the largest label plus one, and at least two, by default.
        bloc
            Bloc of each source, whole numbers from 0, -1 for none, shape (sources,).
        original
            Position of the row that a row copies, -1 where it is nobody's copy, shape (n,). Copies are left out.
        could_know
            Mask of shape (n,): False where a silent source could not have known; such rows are left out. A source
            that speaks could know. By default every silent row is of one that could.
        start
            P(class) of each item to begin the climb with, shape (items, classes). By default the votes; where nobody
            ever denies, all votes agree and nothing can be learnt from them.

        Raises
        ------
        ValueError
            No statement is left, shapes differ, a number is out of range, or a source speaks twice of one item.
        """
        self._check_parameters()
        said = rows(item, source, label, original=original, could_know=could_know)
        which, who, what = said
        known = max(int(what.max()) + 1, 2) if classes is None else classes
        if known < 2 or what.max() >= known:
            raise ValueError(f"labels must lie below the number of classes, {known}, which must be 2 or more")
        silent = bool(np.any(what == SILENT))
        sources = int(np.asarray(source).max()) + 1
        given = blocs(bloc, sources)
        sources = max(sources, given.size)
        sizes = (int(np.asarray(item).max()) + 1, sources, known, known + silent)
        outcome = np.where(what == SILENT, known, what)
        self.pairs_ = None
        if self.find_copies:
            given = self._search(which, who, outcome, given, sizes, start)
        votes = _arranged(which, who, outcome, given, sizes, start)
        judged = checked(votes, given)
        self.bloc_, self.checked_ = given, judged.sources
        voices, self.log_likelihood_ = self._climb(votes, judged)
        self._state(votes, voices, judged)
        return self

    def _check_parameters(self) -> None:
        right, wrong = self.prior
        if not (0 <= right < np.inf and 0 <= wrong < np.inf):
            raise ValueError(f"prior counts must be finite and not negative, not {self.prior}")
        if self.max_rounds < 1 or not self.tolerance > 0:
            raise ValueError("max_rounds must be 1 or more and tolerance positive")
        if self.draws and self.draws < 50:
            raise ValueError(f"an interval needs at least 50 draws, not {self.draws}")
        if not 0.0 < self.level < 1.0:
            raise ValueError(f"level must lie between 0 and 1, not {self.level}")

    def _search(
        self,
        item: Index,
        source: Index,
        outcome: Index,
        bloc: Index,
        sizes: tuple[int, int, int, int],
        start: ArrayLike | None,
    ) -> Index:
        """Join sources that share errors, the surest first, until no more are found."""
        while True:
            votes = _arranged(item, source, outcome, bloc, sizes, start)
            voices, _ = self._climb(votes, checked(votes, bloc))
            found = shared_errors(item, source, outcome, votes=votes, voices=voices, bloc=bloc)
            if self.pairs_ is None:
                self.pairs_ = found
            wider = blocs_of(found, bloc, self.evidence)
            if np.array_equal(wider, bloc):
                return bloc
            bloc = wider

    def _pseudo(self, votes: Votes) -> Array:
        right, wrong = self.prior
        pseudo = np.full((votes.classes, votes.outcomes), wrong / (votes.outcomes - 1))
        np.fill_diagonal(pseudo, right)
        return pseudo

    def _climb(self, votes: Votes, judged: Checked) -> tuple[Voices, float]:
        pseudo = self._pseudo(votes)
        voices = _maximise(votes, begin(votes), pseudo, judged)
        last = -np.inf
        for _ in range(self.max_rounds):
            joint, lines, own, follow = expect(votes, voices)
            weight, likelihood = weights(joint)
            voices = _maximise(votes, count(votes, weight, lines, own, follow), pseudo, judged)
            if likelihood - last < self.tolerance * votes.statements:
                break
            last = likelihood
        return voices, weights(expect(votes, voices)[0])[1]

    def _state(self, votes: Votes, voices: Voices, judged: Checked) -> None:
        self.probability_ = weights(expect(votes, voices)[0])[0]
        if self.draws:
            pseudo = self._pseudo(votes)
            drawn = sample(votes, voices, pseudo=pseudo, checked=judged, draws=self.draws, seed=self.seed)
        else:
            drawn = Draws(voices.prevalence[None], voices.own[None], voices.line[None], voices.conformity[None])

        def give(values: Array) -> Estimate:
            return from_draws(values, self.level) if self.draws else _without_interval(values)

        said = drawn.said(self.bloc_)
        self.errors_ = give(said)
        logs = np.log(np.maximum(said, 1e-10))
        self.evidence_ = give(logs - logs[:, :, :1])
        self.accuracy_ = give(_right(said, drawn.prevalence))
        self.line_accuracy_ = give(_right(drawn.line, drawn.prevalence))
        self.conformity_ = give(drawn.conformity)
        self.prevalence_ = give(drawn.prevalence)


def _arranged(
    item: Index,
    source: Index,
    outcome: Index,
    bloc: Index,
    sizes: tuple[int, int, int, int],
    start: ArrayLike | None,
) -> Votes:
    """Arrange statements, and begin with what is given of the items, where it is."""
    votes = arrange(item, source, outcome, bloc, sizes=sizes)
    if start is None:
        return votes
    first = np.asarray(start, dtype=np.float64)
    if first.shape != (votes.items, votes.classes) or not np.all(first >= 0) or not np.all(np.isfinite(first)):
        raise ValueError(f"start must give P(class) of each item, shape ({votes.items}, {votes.classes})")
    total = first.sum(axis=1, keepdims=True)
    return replace(votes, first=np.where(total > 0, first / np.maximum(total, 1e-300), 1.0 / votes.classes))


def _without_interval(values: Array) -> Estimate:
    nothing = np.full(values.shape[1:], np.nan)
    return Estimate(values[0], nothing, nothing)


def _right(said: Array, prevalence: Array) -> Array:
    """P(right | spoke), shape (draws, voices), from P(outcome | class), (draws, voices, classes, outcomes)."""
    classes = prevalence.shape[1]
    right = np.einsum("dk,dvkk->dv", prevalence, said[..., :classes])
    spoke = np.einsum("dk,dvko->dv", prevalence, said[..., :classes])
    return np.asarray(right / np.maximum(spoke, 1e-12))


def _maximise(votes: Votes, counts: Counts, pseudo: Array, judged: Checked) -> Voices:
    empty = np.full(pseudo.shape, 1e-10)
    own = counts.own + pseudo + empty
    own[~judged.sources] = pseudo + empty
    line = counts.line + pseudo + empty
    line[~judged.blocs] = pseudo + empty
    conformity = np.where(counts.spoke > 0, (counts.conformed + 1.0) / (counts.spoke + 2.0), 0.0)
    conformity = np.where((counts.spoke > 0) & ~judged.sources, 0.5, conformity)
    return Voices(
        counts.prevalence / counts.prevalence.sum(),
        own / own.sum(axis=2, keepdims=True),
        line / line.sum(axis=2, keepdims=True),
        conformity,
    )
