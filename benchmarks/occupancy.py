"""Silence, watched and unwatched: the occupancy model beside a naive rule, a constant and a plain mixture, in one run.

`make bench NAME=occupancy`, or `python -m benchmarks.occupancy 100` (simulated fronts per world). Two worlds with known
truth: fronts whose acts are all alike, and fronts with regions that differ, acts that differ in loudness, and three
regions that nobody ever looked at. Seeds start at 9,000; none above 7,999 was
looked at while the model was written.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logit

from benchmarks.measure import peak_gb, timed
from ceasefire.stats.detect import Occupancy
from ceasefire.stats.scores import brier, calibration_error

P, F = np.array([0.22, 0.55, 0.40]), np.array([0.01, 0.03, 0.02])
CELLS, PSI = 20_000, 0.08
Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Front:
    """One simulated front with its truth."""

    looks: Array
    seen: Array
    happened: Array
    region: Array
    psi: Array
    """True psi of each region."""
    p: Array
    """Chance that a look shows an average act, averaged over loudness."""
    placebo: tuple[Array, Array]


def front(seed: int, *, varied: bool) -> Front:
    """Simulate a front: a satellite that 55 % of cells never see for cloud, a radar, and the news."""
    rng = np.random.default_rng(seed)
    clear = rng.random(CELLS) > 0.55
    looks = np.stack([rng.poisson(2.0 * clear), rng.poisson(0.25, CELLS), rng.poisson(1.0, CELLS)], axis=1)
    regions, spread = (30, 0.8) if varied else (1, 0.0)
    region = rng.integers(0, regions, CELLS)
    psi = expit(logit(PSI) + (0.8 * rng.standard_normal(regions) if varied else np.zeros(1)))
    if varied:
        looks[region < 3] = 0
    happened = rng.random(CELLS) < psi[region]
    loud = expit(logit(P) + spread * rng.standard_normal((CELLS, 1)))
    seen = rng.binomial(looks, np.where(happened[:, None], loud, F))
    quiet = np.round(11.0 / F).astype(int)  # about eleven false alarms each: f known to 30 %
    nodes = spread * np.random.default_rng(0).standard_normal(200_000)
    p = np.array([expit(logit(v) + nodes).mean() for v in P])
    return Front(looks, seen, happened, region, psi, p, (rng.binomial(quiet, F), quiet))


def mixture(f: Front) -> Array:
    """The plain two-part mixture of the sketch: one psi, all acts alike, f known around its true value."""

    def parts(x: Array) -> tuple[Array, Array, Array]:
        s = expit(x)
        one = np.log(s[0]) + f.seen @ np.log(s[1:4]) + (f.looks - f.seen) @ np.log1p(-s[1:4])
        none = np.log1p(-s[0]) + f.seen @ np.log(s[4:]) + (f.looks - f.seen) @ np.log1p(-s[4:])
        return s, one, none

    def loss(x: Array) -> float:
        s, one, none = parts(x)
        return float(-np.logaddexp(one, none).sum() + (np.log(s[4:] / F) ** 2 / (2 * 0.3**2)).sum())

    x = minimize(loss, np.array([-2.0, -1.0, 0.0, 0.0, -4.0, -3.5, -4.0]), method="BFGS").x
    _, one, none = parts(x)
    return np.asarray(expit(one - none))


def measure(seed: int, *, varied: bool) -> dict[str, float]:
    """Fit one front and score everything on its truth."""
    f = front(seed, varied=varied)
    model, seconds = timed(
        lambda: Occupancy().fit(f.seen, f.looks, placebo=f.placebo, region=f.region if varied else None)
    )
    model_p = model.probability_.value
    plain = mixture(f)
    # What a reader who knew psi, p and f could say at best (acts alike).
    lr = f.seen @ np.log(P / F) + (f.looks - f.seen) @ np.log((1 - P) / (1 - F))
    best = expit(logit(f.psi[f.region]) + lr)
    naive = f.seen.any(axis=1).astype(float)
    blind = ~f.looks.any(axis=1)
    silent = ~f.seen.any(axis=1)
    watched = silent & (f.looks @ P > 1)
    out: dict[str, float] = {"seconds": seconds}
    for name, q in (("model", model_p), ("mixture", plain), ("best", best), ("naive", naive)):
        out[f"brier {name}"] = brier(q, f.happened)
    out["brier constant"] = brier(np.full(CELLS, PSI), f.happened)
    out["ece model"], out["ece naive"] = (
        calibration_error(model_p, f.happened),
        calibration_error(naive, f.happened),
    )
    for name, mask in (("unwatched", blind), ("watched", watched)):
        share, truth = model.share(mask), float(f.happened[mask].mean())
        out[f"{name} truth"], out[f"{name} model"] = truth, float(share.value)
        out[f"{name} mixture"] = float(plain[mask].mean())
        out[f"{name} inside"] = float(share.low <= truth <= share.high)
        out[f"{name} width"] = float(share.high - share.low)
        out[f"{name} limit holds"] = float(model.upper_limit(mask) >= f.happened[mask].sum())
    out["psi inside"] = float(np.mean((model.psi_.low <= f.psi) & (f.psi <= model.psi_.high)))
    for i, sensor in enumerate(("satellite", "radar", "news")):
        out[f"p {sensor}"], out[f"f {sensor}"] = float(model.p_.value[i]), float(model.f_.value[i])
        out[f"p {sensor} inside"] = float(model.p_.low[i] <= f.p[i] <= model.p_.high[i])
        out[f"f {sensor} inside"] = float(model.f_.low[i] <= F[i] <= model.f_.high[i])
    return out


def main(fronts: int = 100) -> None:
    """Print both worlds."""
    result: dict[str, Any] = {"fronts": fronts}
    for name, varied, number in (("alike", False, fronts), ("varied", True, max(fronts // 2, 1))):
        runs = [measure(9_000 + seed, varied=varied) for seed in range(number)]
        mean = {k: float(np.mean([r[k] for r in runs])) for k in runs[0]}
        spread = np.std([r["brier model"] for r in runs])
        print(f"{name} fronts: {number} simulated, {CELLS} cells each; {mean['seconds']:.2f} s a fit")
        print(
            f"  Brier   model {mean['brier model']:.4f} (sd over fronts {spread:.4f})"
            f"   mixture {mean['brier mixture']:.4f}"
            f"   naive {mean['brier naive']:.4f}   constant {mean['brier constant']:.4f}"
            f"   parameters known {mean['brier best']:.4f}"
        )
        print(f"  expected calibration error   model {mean['ece model']:.4f}   naive {mean['ece naive']:.4f}")
        for what in ("unwatched", "watched"):
            print(
                f"  silent, {what}: truth {mean[f'{what} truth']:.4f}   model {mean[f'{what} model']:.4f}   mixture "
                f"{mean[f'{what} mixture']:.4f}   truth inside the 95 % interval {mean[f'{what} inside']:.3f} "
                f"(mean width {mean[f'{what} width']:.4f})   95 % upper limit holds {mean[f'{what} limit holds']:.3f}"
            )
        print(f"  psi inside its 95 % interval {mean['psi inside']:.3f}")
        for i, sensor in enumerate(("satellite", "radar", "news")):
            print(
                f"  {sensor:9}  p {mean[f'p {sensor}']:.3f}   inside {mean[f'p {sensor} inside']:.3f}"
                f"   f {mean[f'f {sensor}']:.4f} (true {F[i]:.2f})   inside {mean[f'f {sensor} inside']:.3f}"
            )
        result[name] = {k: round(v, 5) for k, v in mean.items()}
    result["peak_gb"] = round(peak_gb(), 3)
    print(json.dumps(result))


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:]))
