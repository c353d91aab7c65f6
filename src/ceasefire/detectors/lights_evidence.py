"""Outages as evidence, and nights as looks: what goes to the stages.

An outage is an effect. Nobody can see from orbit whether a transformer was hit, a fault tripped a line, an operator
shed load, a town was told to go dark or its people left. So the observation's act is `outage`, it accuses nobody, and
its sentence names the other explanations that stay open.

The likelihood ratio is of "an outage" against "a month like the quiet ones of these places": a bet on the tail of the
quiet months that is fair whatever their noise is, bounded by `LARGEST`. It is no ratio of "an attack" against "none".

Source of the bet: V. Vovk and R. Wang, "E-values: calibration, combination and applications", Annals of Statistics 49
(2021) 1736-1754.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from ceasefire.detectors.lights import NOT_OBSERVABLE, OUTAGE, Outages
from ceasefire.geo import regions
from ceasefire.geo.distance import chord, unit_vectors
from ceasefire.model.night_lights import LOST, pass_hours
from ceasefire.model.records import Look, Observation
from ceasefire.model.table import Table
from ceasefire.stats.lights_spell import Spell

Floats = NDArray[np.float64]

CHANNEL, ACT = "satellite.lights", "outage"
LARGEST = 10.0
"""Largest likelihood ratio: what no season, moon or cloud explains may still be no outage of power."""
WIDE_KM, WIDE_SHARE, WIDE_LEAST = 50.0, 0.2, 3
"""Outages are called wide where within this distance so large a share of places, and so many, went dark together."""
MOON_RESIDUE, LONG_NIGHTS = 1.0, 30
"""Loss of radiance below which moonlight is named, nW cm-2 sr-1; duration above which leaving is named."""


def worth(tail: ArrayLike) -> Floats:
    """Give the likelihood ratio of tails: the even mixture of all bets k p^(k-1), at most `LARGEST`.

    >>> [round(float(v), 1) for v in worth([0.5, 0.01, 0.0005])]
    [0.6, 4.5, 10.0]
    """
    p = np.clip(np.asarray(tail, dtype=np.float64), 1e-12, 0.999)
    log = np.log(p)
    return np.asarray(np.clip((1.0 - p + p * log) / (p * log**2), 0.0, LARGEST))


def observations(outages: Outages, *, source: str, product: str = "black_marble") -> Table[Observation]:
    """Give one observation for each outage.

    Parameters
    ----------
    outages
        As `lights.detect` gives them.
    source
        Source as named in the case file.
    product
        Reader's name.
    """
    lights, at = outages.lights, np.flatnonzero(outages.status == OUTAGE)
    if not len(at):
        return Table.empty(Observation)
    nights = lights.nights[outages.nights].astype("datetime64[D]")
    found = [one for k in at if (one := outages.spells[k]) is not None]
    low, high = (np.array([getattr(one.start, end) for one in found], dtype=np.int64) for end in ("low", "high"))
    seconds = np.rint(pass_hours(lights.lon[at]) * 3600.0).astype("timedelta64[s]")
    start = (nights[low] - np.timedelta64(1, "D")).astype("datetime64[s]") + seconds
    end = nights[high].astype("datetime64[s]") + seconds
    wide = _wide(outages, at, low, high)
    region = regions.locate(lights.lon[at], lights.lat[at])
    first = nights[[int(one.start.middle) for one in found]].astype(str)
    ids = [_id("o", source, str(lights.id[k]), day) for k, day in zip(at, first, strict=True)]
    together = [_id("h", source, r, day) for r, day in zip(region, first, strict=True)]
    ratio = worth(outages.tail[at])
    scenes = {(s.orbit, str(s.acquired.date())): s for s in lights.scenes}
    proof = [scenes.get((_tile(lights.lon[k], lights.lat[k]), day)) for k, day in zip(at, first, strict=True)]
    return Table.from_columns(
        Observation,
        {
            "id": ids,
            "source": source,
            "product": product,
            "granule": [s.id if s else f"night lights of {day}" for s, day in zip(proof, first, strict=True)],
            "line": (at + 1).astype(np.int64),
            "evidence": [s.evidence if s else "" for s in proof],
            "channel": CHANNEL,
            "procedure": "sensor",
            "start": start,
            "end": end,
            "reported": np.full(len(at), nights[-1].astype("datetime64[s]")) + seconds,
            "lon": lights.lon[at],
            "lat": lights.lat[at],
            "radius_km": lights.radius_km[at],
            "place": lights.name[at],
            "region": region,
            "act": ACT,
            "object_class": "settlement" if lights.object_class is None else lights.object_class[at],
            "effect": "outage",
            "alternatives": [("accident",)] * len(at),
            "reliability": "B",
            "credibility": 3,
            "origin": [h if w else o for h, w, o in zip(together, wide, ids, strict=True)],
            "likelihood_ratio": ratio,
            "summary": [
                _sentence(outages, int(k), one, nights, float(r), bool(w))
                for k, one, r, w in zip(at, found, ratio, wide, strict=True)
            ],
            "licence": lights.scenes[0].licence if lights.scenes else "",
        },
    )


def looks(outages: Outages, *, source: str) -> Table[Look]:
    """Give one look for each place and night of the period: usable, or lost and why.

    A place that is not observable was never looked at, however clear the night.
    """
    lights, at = outages.lights, outages.nights
    nights = lights.nights[at].astype("datetime64[D]")
    n, t = len(lights), len(nights)
    blind = np.flatnonzero(outages.status == NOT_OBSERVABLE)
    words = [*LOST, *sorted({f"not observable: {w}" for w in outages.why[blind]})]
    code = lights.lost[:, at].astype(np.int64)
    number = {w: k for k, w in enumerate(words)}
    for k in blind:
        code[k][code[k] == 0] = number[f"not observable: {outages.why[k]}"]
    flat = code.ravel()
    seconds = np.rint(pass_hours(lights.lon) * 3600.0).astype("timedelta64[s]")
    passed = (nights.astype("datetime64[s]")[None, :] + seconds[:, None]).ravel()
    days = nights.astype(str).tolist()
    return Table.from_columns(
        Look,
        {
            "id": [_id("l", source, str(place), day) for place in lights.id for day in days],
            "source": source,
            "channel": CHANNEL,
            "region": "",
            "start": passed,
            "end": passed + np.timedelta64(60, "s"),
            **{key: np.repeat(getattr(lights, key), t) for key in ("lon", "lat", "radius_km")},
            "acts": (ACT,),
            "quality": (flat == 0).astype(np.float64),
            "lost": np.array(words, dtype=object)[flat],
        },
        length=n * t,
    )


def _wide(outages: Outages, at: Any, low: Any, high: Any) -> NDArray[np.bool_]:
    """Tell which outages came together with many others nearby."""
    lights = outages.lights
    judged = np.flatnonzero(outages.status != NOT_OBSERVABLE)
    reach = float(chord(WIDE_KM))
    here = unit_vectors(lights.lon[at], lights.lat[at])
    around = cKDTree(unit_vectors(lights.lon[judged], lights.lat[judged])).query_ball_point(
        here, reach, return_length=True
    )
    out = np.zeros(len(at), dtype=bool)
    for k, near in enumerate(cKDTree(here).query_ball_point(here, reach)):
        same = int(np.count_nonzero((low[near] <= high[k] + 1) & (high[near] + 1 >= low[k])))
        out[k] = same >= WIDE_LEAST and same >= WIDE_SHARE * around[k]
    return out


def _sentence(outages: Outages, k: int, one: Spell, nights: Any, ratio: float, wide: bool) -> str:
    low, middle, high = (nights[int(v)] for v in (one.start.low, one.start.middle, one.start.high))
    lasted = f"{one.nights.middle:.0f}" if np.isfinite(one.nights.middle) else f"at least {one.nights.low:.0f}"
    ends = f"{one.nights.low:.0f} to {one.nights.high:.0f}" if np.isfinite(one.nights.high) else "not seen to end"
    begin = " or before the period" if one.start.low == 0 else ""
    depth, least, most = (100.0 * v for v in one.depth)
    return (
        f"Night lights: about {depth:.0f} % ({least:.0f} to {most:.0f} %) "
        f"of the normal light lost; first dark night about {middle} ({low} to {high}{begin}), "
        f"for {lasted} nights ({ends}); {outages.clear[k]} of {len(nights)} nights usable; "
        f"{100 * outages.tail[k]:.2g} % of quiet months show as much; likelihood ratio of an outage {ratio:.1f}. "
        f"Left open: {', '.join(_left_open(outages, k, one, wide))}."
    )


def _left_open(outages: Outages, k: int, one: Spell, wide: bool) -> list[str]:
    """Name what else it may be."""
    lights = outages.lights
    out = ["blackout order or load shedding", "fault of the grid"]
    out.append("strike on the grid elsewhere (many places nearby went dark together)" if wide else "strike elsewhere")
    if one.nights.high > LONG_NIGHTS:
        out.append("people gone")
    if one.depth.middle * float(outages.normal[k]) < MOON_RESIDUE:
        out.append("residue of moonlight")
    if lights.snow is None or bool(lights.snow[k, outages.nights].any()):
        out.append("snow" if lights.snow is not None else "snow (no flag)")
    if one.nights.middle < 4:
        out.append("view angle" if lights.view is not None else "view angle (known only by the cycle of 16 nights)")
    return out


def _tile(lon: float, lat: float) -> str:
    return f"h{int((lon + 180) // 10):02d}v{int((90 - lat) // 10):02d}"


def _id(prefix: str, *parts: str) -> str:
    return f"{prefix}-{blake2b(chr(31).join(parts).encode(), digest_size=6).hexdigest()}"
