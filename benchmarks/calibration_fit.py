"""Fit the maps of a calibration file on invented worlds, and choose their sort on fitting worlds left out."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np

from benchmarks.calibration_worlds import AS_SHIPPED, FIT_DAY, FIT_PLACES, Made, Stated, make, stated
from ceasefire import __version__
from ceasefire.fusion.fuse import Fused
from ceasefire.fusion.priors import Priors
from ceasefire.fusion.recalibrate import ABOUT, ALL, Calibration, fingerprint, map_of, recalibrate
from ceasefire.stats.calibrate import LEAST, Recalibration
from ceasefire.stats.calibration_map import CalibrationMap, recalibrated
from ceasefire.stats.scores import log_score

Array = np.ndarray[Any, Any]

CANDIDATES = (("one map", "beta"), ("one map", "isotonic"), ("by kind", "beta"), ("by kind", "isotonic"))
FOLDS = 6


def fitting_worlds(number: int, seed: int) -> list[Made]:
    """Make the worlds that maps are fitted on, as they ship."""
    return make(range(seed, seed + number), FIT_PLACES, kind=AS_SHIPPED, first=FIT_DAY)


def fitted(learnt: Stated, how: str, method: str, *, text: str, resamples: int = 2) -> dict[str, CalibrationMap]:
    """Fit one map for all, and one for every kind of incident that has enough of both outcomes."""
    neither = np.char.startswith(learnt.kind, "neither")
    groups = {ALL: ~neither} | ({"neither": neither} if neither.any() else {})
    if how == "by kind":
        groups |= {name: learnt.kind == name for name in np.unique(learnt.kind).tolist()}
    out = {}
    for name, of in groups.items():
        y = learnt.true[of]
        if min(y.sum(), (1 - y).sum()) < LEAST and name != ALL:
            continue
        r = Recalibration(method=method, resamples=resamples)
        out[name] = r.fit(learnt.p[of], y, groups=learnt.world[of], fitted_on=text).map_
    return out


def through(learnt: Stated, maps: dict[str, CalibrationMap]) -> Array:
    """Read probabilities through the maps of their kinds."""
    out = np.empty(len(learnt.p))
    for name in np.unique(learnt.kind).tolist():
        of = learnt.kind == name
        out[of] = recalibrated(learnt.p[of], map_of(name, maps))
    return out


def choose(learnt: Stated) -> tuple[tuple[str, str], dict[str, float]]:
    """Choose by the log score on worlds left out, a sixth at a time, within the fitting worlds."""
    losses = {}
    for how, method in CANDIDATES:
        p = np.empty(len(learnt.p))
        for fold in range(FOLDS):
            out = learnt.world % FOLDS == fold
            rest = Stated(*(v[~out] for v in learnt))
            p[out] = through(Stated(*(v[out] for v in learnt)), fitted(rest, how, method, text="folds"))
        losses[f"{how}, {method}"] = round(log_score(p, learnt.true), 5)
    return min(CANDIDATES, key=lambda c: losses[", ".join(c)]), losses


def fit(worlds: Sequence[Made], *, seeds: tuple[int, int], text: str, resamples: int = 200) -> tuple[Calibration, str]:
    """Fit all maps, and say in words what was chosen."""
    maps, said = {}, []
    for about in ABOUT:
        learnt = stated(worlds, about)
        chosen, losses = choose(learnt)
        maps[about] = fitted(learnt, *chosen, text=text, resamples=resamples)
        tried = ", ".join(f"{k} {v:.4f}" for k, v in losses.items())
        said.append(f"  {about:<9}{', '.join(chosen)} (log score on fitting worlds left out: {tried})")
    occurred = stated(worlds, "occurred").true
    calibration = Calibration(
        calibration=1,
        id="simulated-2026",
        fitted_on=text,
        worlds=len(worlds),
        seeds=seeds,
        incidents=len(occurred),
        made=date.today(),
        code=f"{__version__} ({commit()})",
        command="python -m benchmarks.calibration --fit FILE",
        weights=fingerprint(Priors()),
        prevalence={"occurred": float(occurred.mean()), "object": float(stated(worlds, "object").true.mean())},
        maps=maps,
    )
    return calibration, "\n".join(said)


def with_map(w: Made, calibration: Calibration, priors: Priors | None = None) -> Fused:
    """Read a world's probabilities through a file's maps, by the step that the pipeline uses."""
    return recalibrate(w.fused, calibration, protected=w.case.protected, priors=priors)


def commit() -> str:
    """Give the short hash of the code's last commit; `unknown` outside a checkout."""
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"
