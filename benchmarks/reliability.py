"""Who is right: our model of sources and crowd-kit's Dawid-Skene on the same simulated statements, in one run.

`make bench NAME=reliability`, or `python -m benchmarks.reliability 5` (worlds of each kind). Crowd-kit comes with the
`bench` extra. Seeds start at 9,000; none above 999 was looked at while the model was
written; after a first run one choice was changed (the page on source reliability says which).
"""

from __future__ import annotations

import importlib.util
import json
import sys
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from benchmarks.measure import peak_gb, timed
from ceasefire.stats.agree import SILENT, SourceReliability
from ceasefire.stats.scores import brier

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class World:
    """Statements with their truth."""

    item: Array
    source: Array
    label: Array
    truth: Array
    bloc: Array
    accuracy: Array
    """How often each source is right."""
    could_know: Array | None = None


def independent(seed: int, *, items: int, sources: int, each: int, classes: int) -> World:
    """Sources that err by themselves, in a design like crowd-kit's synthetic binary sets."""
    rng = np.random.default_rng(seed)
    truth = rng.choice(classes, items, p=rng.dirichlet(np.full(classes, 8.0)))
    accuracy = rng.uniform(0.55, 0.95, sources)
    item = np.repeat(np.arange(items), each)
    source = np.argsort(rng.random((items, sources)), axis=1)[:, :each].ravel()
    label = _say(rng, truth[item], accuracy[source], classes)
    return World(item, source, label, truth, np.full(sources, -1), accuracy)


def loud_bloc(seed: int, *, declared: bool = True, members: int = 10, alone: int = 5) -> World:
    """A bloc of ten that repeats one line, right 55 times in 100, beside five independents, right 75 to 90 times."""
    rng = np.random.default_rng(seed)
    items, sources = 4_000, members + alone
    truth = (rng.random(items) < 0.5).astype(int)
    line = _say(rng, truth, np.full(items, 0.55), 2)
    own = np.concatenate([np.full(members, 0.6), rng.uniform(0.75, 0.9, alone)])
    table = _say(rng, np.repeat(truth, sources), np.tile(own, items), 2).reshape(items, sources)
    repeats = rng.random((items, members)) < 0.85
    table[:, :members] = np.where(repeats, line[:, None], table[:, :members])
    speaks = rng.random((items, sources)) < np.where(np.arange(sources) < members, 0.7, 0.5)
    item, source = np.nonzero(speaks)
    bloc = np.where(np.arange(sources) < members, 0, -1)
    accuracy = np.where(np.arange(sources) < members, 0.85 * 0.55 + 0.15 * own, own)
    return World(item, source, table[item, source], truth, bloc if declared else np.full(sources, -1), accuracy)


def copiers(seed: int) -> World:
    """Twelve independents and four that copy one poor outlet, undeclared."""
    return loud_bloc(seed, declared=False, members=4, alone=12)


def silence(seed: int) -> World:
    """Ten sources that report events and never deny one; each can know six items in ten."""
    rng = np.random.default_rng(seed)
    items, sources = 4_000, 10
    truth = (rng.random(items) < 0.3).astype(int)
    recall, false = rng.uniform(0.4, 0.8, sources), rng.uniform(0.02, 0.1, sources)
    could = rng.random((items, sources)) < 0.6
    says = could & (rng.random((items, sources)) < np.where(truth[:, None] == 1, recall, false))
    item, source = np.indices((items, sources)).reshape(2, -1)
    label = np.where(says.ravel(), 1, SILENT)
    return World(item, source, label, truth, np.full(sources, -1), recall, could.ravel())


def _say(rng: np.random.Generator, truth: Array, accuracy: Array, classes: int) -> Array:
    wrong = (truth + rng.integers(1, classes, truth.size)) % classes
    return np.where(rng.random(truth.size) < accuracy, truth, wrong)


def crowdkit(w: World, classes: int, **options: Any) -> tuple[Array, Array, Array, float]:
    """Crowd-kit's probabilities, errors (source, truth, label), prevalence and seconds."""
    import pandas as pd
    from crowdkit.aggregation import DawidSkene

    frame = pd.DataFrame({"task": w.item, "worker": w.source, "label": w.label})
    model, seconds = timed(lambda: DawidSkene(**options).fit(frame))
    names = list(range(classes))
    probability = model.probas_.reindex(index=range(w.truth.size), columns=names).fillna(1 / classes).to_numpy()
    errors = (
        model.errors_[names]
        .unstack("label", fill_value=1e-10)
        .sort_index()
        .sort_index(axis=1)
        .to_numpy()
        .reshape(-1, classes, classes)
    )
    return probability, errors, model.priors_.reindex(names).to_numpy(), seconds


def likelihood(w: World, errors: Array, prevalence: Array) -> float:
    """Log likelihood per statement under independence, by one reckoning for both."""
    terms = np.log(np.maximum(errors[w.source, :, w.label], 1e-10))
    total = np.stack([np.bincount(w.item, column, w.truth.size) for column in terms.T], axis=1)
    return float(np.logaddexp.reduce(total + np.log(prevalence), axis=1).sum() / w.item.size)


def right(probability: Array, truth: Array) -> float:
    """Share of items whose likeliest class is the true one."""
    return float(np.mean(probability.argmax(axis=1) == truth))


def same(seeds: range) -> dict[str, float]:
    """Independent sources: equality, in three designs."""
    rows = []
    for seed in seeds:
        for items, sources, each, classes in ((2_000, 50, 5, 2), (2_000, 20, 4, 4), (10_000, 200, 10, 2)):
            w = independent(seed, items=items, sources=sources, each=each, classes=classes)
            theirs, errors, prevalence, _ = crowdkit(w, classes, n_iter=500, tol=1e-9)
            *_, seconds = crowdkit(w, classes)
            plain = SourceReliability(prior=(0, 0), draws=0, tolerance=1e-9, max_rounds=500)
            plain.fit(w.item, w.source, w.label, classes=classes)
            quick = SourceReliability(draws=0)
            _, ours_s = timed(lambda p=quick, x=w, k=classes: p.fit(x.item, x.source, x.label, classes=k))
            full = SourceReliability()
            _, full_s = timed(lambda p=full, x=w, k=classes: p.fit(x.item, x.source, x.label, classes=k))
            inside = (full.accuracy_.low <= w.accuracy) & (w.accuracy <= full.accuracy_.high)
            rows.append(
                {
                    "crowd-kit": right(theirs, w.truth),
                    "ours": right(plain.probability_, w.truth),
                    "ours default": right(full.probability_, w.truth),
                    "difference": abs(right(theirs, w.truth) - right(plain.probability_, w.truth)),
                    "difference default": abs(right(theirs, w.truth) - right(full.probability_, w.truth)),
                    "likelihood difference": abs(
                        likelihood(w, errors, prevalence) - likelihood(w, plain.errors_.value, plain.prevalence_.value)
                    ),
                    "likelihood difference default": abs(
                        likelihood(w, errors, prevalence) - likelihood(w, full.errors_.value, full.prevalence_.value)
                    ),
                    "accuracy inside": float(inside.mean()),
                    "seconds crowd-kit": seconds,
                    "seconds ours": ours_s,
                    "seconds ours with intervals": full_s,
                    "large": float(items == 10_000),
                }
            )
    out = {k: float(np.mean([r[k] for r in rows])) for k in rows[0]}
    for k in ("difference", "difference default", "likelihood difference", "likelihood difference default"):
        out[f"largest {k}"] = float(max(r[k] for r in rows))
    for k in ("seconds crowd-kit", "seconds ours", "seconds ours with intervals"):
        out[k] = float(np.median([r[k] for r in rows if r["large"]]))
    return out


def blocs(world: Any, seeds: range, *, find: bool) -> dict[str, float]:
    """Blocs, declared or found, against crowd-kit on all statements and on one vote for each bloc."""
    rows = []
    for seed in seeds:
        w = world(seed)
        theirs, errors, _, _ = crowdkit(w, 2)
        member = np.arange(w.accuracy.size) < (4 if find else 10)
        ours = SourceReliability(find_copies=find).fit(w.item, w.source, w.label, bloc=None if find else w.bloc)
        acc = ours.accuracy_
        loud = member[w.source]
        only = np.bincount(w.item, ~loud, w.truth.size) == 0
        only &= np.bincount(w.item, loud, w.truth.size) > 0
        row = {
            "crowd-kit": right(theirs, w.truth),
            "ours": right(ours.probability_, w.truth),
            "brier crowd-kit": brier(theirs[:, 1], w.truth),
            "brier ours": brier(ours.probability_[:, 1], w.truth),
            "loud true": float(w.accuracy[member].mean()),
            "loud crowd-kit": float(errors[member].trace(axis1=1, axis2=2).mean() / 2),
            "loud ours": float(acc.value[member].mean()),
            "loud low": float(acc.low[member].mean()),
            "loud high": float(acc.high[member].mean()),
            "inside": float(np.mean((acc.low <= w.accuracy) & (w.accuracy <= acc.high))),
            "items only the bloc asserts": float(only.sum()),
        }
        if only.any():
            row["only: certainty crowd-kit"] = float(theirs[only].max(axis=1).mean())
            row["only: certainty ours"] = float(ours.probability_[only].max(axis=1).mean())
            row["only: right crowd-kit"] = right(theirs[only], w.truth[only])
            row["only: right ours"] = right(ours.probability_[only], w.truth[only])
        if find:
            row["members found"] = float(np.mean(ours.bloc_[member] >= 0))
            row["others taken in"] = float(np.mean(ours.bloc_[~member] >= 0))
        else:
            vote = one_vote(w)
            once, *_ = crowdkit(vote, 2)
            row["crowd-kit, one vote a bloc"] = right(once, w.truth)
            row["brier crowd-kit, one vote a bloc"] = brier(once[:, 1], w.truth)
        rows.append(row)
    return {k: float(np.mean([r[k] for r in rows if k in r])) for k in rows[0]}


def one_vote(w: World) -> World:
    """Replace the members of the bloc by one source that says what most of them say, ties as an even coin."""
    loud = w.bloc[w.source] >= 0
    yes = np.bincount(w.item[loud], w.label[loud], w.truth.size)
    spoke = np.bincount(w.item[loud], minlength=w.truth.size)
    at = np.flatnonzero(spoke)
    tie = np.random.default_rng(0).random(at.size) < 0.5
    label = np.where(2 * yes[at] == spoke[at], tie, 2 * yes[at] > spoke[at]).astype(int)
    return replace(
        w,
        item=np.concatenate([w.item[~loud], at]),
        source=np.concatenate([w.source[~loud] - 9, np.zeros(at.size, int)]),
        label=np.concatenate([w.label[~loud], label]),
    )


def quiet(seeds: range) -> dict[str, float]:
    """Silence: left out where a source could not know, against taken as a denial."""
    rows = []
    for seed in seeds:
        w = silence(seed)
        denial, *_ = crowdkit(replace(w, label=np.where(w.label == SILENT, 0, w.label)), 2)
        ours = SourceReliability().fit(w.item, w.source, w.label, classes=2, could_know=w.could_know)
        rows.append(
            {
                "crowd-kit, silence as denial": right(denial, w.truth),
                "ours": right(ours.probability_, w.truth),
                "brier crowd-kit, silence as denial": brier(denial[:, 1], w.truth),
                "brier ours": brier(ours.probability_[:, 1], w.truth),
                "recall inside": float(
                    np.mean((ours.errors_.low[:, 1, 1] <= w.accuracy) & (w.accuracy <= ours.errors_.high[:, 1, 1]))
                ),
            }
        )
    return {k: float(np.mean([r[k] for r in rows])) for k in rows[0]}


def main(worlds: int = 5) -> None:
    """Print all four comparisons."""
    if importlib.util.find_spec("crowdkit") is None:
        raise SystemExit("crowd-kit is not installed: pip install 'ceasefire[bench]'")
    seeds = range(9_000, 9_000 + worlds)
    out: dict[str, Any] = {"worlds": worlds}
    out["independent"] = same(seeds)
    out["bloc"] = blocs(loud_bloc, seeds, find=False)
    out["copies"] = blocs(copiers, seeds, find=True)
    out["silence"] = quiet(seeds)
    s = out["independent"]
    s["time ratio"] = s["seconds ours"] / s["seconds crowd-kit"]
    s["time ratio with intervals"] = s["seconds ours with intervals"] / s["seconds crowd-kit"]
    for name in ("independent", "bloc", "copies", "silence"):
        print(name)
        for k, v in out[name].items():
            print(f"  {k:42} {v:.5f}")
        out[name] = {k: round(v, 6) for k, v in out[name].items()}
    out["peak_gb"] = round(peak_gb(), 3)
    print(json.dumps(out))


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:]))
