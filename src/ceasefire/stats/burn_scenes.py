"""Simulated pairs of bands around heat whose cause is known: what burn distributions are learnt from and tested on.

A scene is fields, grass, wood and built-up ground as shares of a few pure surfaces, seen on several dates before and
after, under cloud. Then one thing happens: a strike burns, a field is burned off, harvested or tilled, a wildfire
passes near by, or nothing. In every scene some other fields are harvested and tilled as the season has it.

Spectra (NIR B8A, SWIR2 B12). Green, dry, soil, sandy soil and paved ground are the typical Sentinel-2 profiles that
Esri publishes (github.com/Esri/imagery-explorer-apps, sentinel-2-explorer, SpectralProfileTool/config.ts). Char is
stated: low in both bands and higher in SWIR2, as fire residue is measured (T. Landmann and D. P. Roy, SAFARI 2000
Reflectance of Fire Residue, doi:10.3334/ORNLDAAC/751); dark soil (chernozem) is stated too. Char mixes linearly
(Smith, Eitel and Hudak 2010, doi:10.1071/WF09057).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

Singles = NDArray[np.float32]

SPECTRA: dict[str, tuple[float, float]] = {
    "green": (0.451, 0.080),
    "dry": (0.293, 0.200),
    "soil": (0.285, 0.293),
    "paved": (0.231, 0.272),
    "char": (0.060, 0.100),
}
"""Reflectance in NIR and SWIR2 of pure surfaces."""
DARK_SOIL = (0.16, 0.15)
"""Of chernozem."""
KINDS = ("strike", "burnt field", "harvest", "tillage", "wildfire near", "nothing")
BURNED = {"strike": 0.5, "burnt field": 0.5}
"""Stated shares of causes where heat burned something in the disc."""
QUIET = {"harvest": 0.25, "tillage": 0.2, "wildfire near": 0.15, "nothing": 0.4}
"""And where it did not."""
SIZE, PIXEL_M = 84, 20.0
"""Pixels along a side, and their size."""
BEFORE, AFTER = 6, 5
"""Dates."""
_WORK = {"spring": (0.0, 0.15), "summer": (0.25, 0.1), "autumn": (0.15, 0.25)}
"""Chance that a field is harvested, tilled meanwhile."""


@dataclass(frozen=True)
class Weather:
    """What varies between worlds; the defaults are the world that is learnt from."""

    cloud: float = 0.3
    """Mean share of a date under masked cloud."""
    unmasked: float = 0.01
    """Share of clear pixels under cloud that the mask missed."""
    noise: float = 0.008
    """Standard deviation of a pixel on a date, reflectance."""
    drift: float = 0.08
    """Standard deviation of the change of green over the scene."""
    fade: float = 1.0
    """Factor on char: below 1, rain and wind have taken it."""
    reach: float = 1.0
    """Factor on the radius of what a strike burns."""
    shift: int = 0
    """Pixels by which dates after are shifted at most."""
    snow: float = 0.0
    """Chance that there is snow before and none after."""
    busy: float = 1.0
    """Factor on the chance of harvest and tillage of other fields."""
    dark: tuple[float, float] = (0.0, 1.0)
    """Range of the share of chernozem in bare soil."""


class Seen(NamedTuple):
    """One simulated scene."""

    nir: Singles
    """Shape (dates, rows, columns), NaN under cloud; `BEFORE` dates, then `AFTER`."""
    swir2: Singles
    disc: NDArray[np.bool_]
    ring: NDArray[np.bool_]


def masks(radius_m: float = 500.0) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Give a disc and a ring of equal area a fifth further out, around the middle of a scene.

    >>> disc, ring = masks()
    >>> bool(abs(disc.sum() / ring.sum() - 1) < 0.02)
    True
    """
    away = np.hypot(*_offsets())
    inner = 1.2 * radius_m
    return away <= radius_m, (away > inner) & (away <= np.hypot(inner, radius_m))


def scene(kind: str, rng: np.random.Generator, weather: Weather = Weather()) -> Seen:
    """Simulate one scene.

    Parameters
    ----------
    kind
        One of `KINDS`.
    rng
        Random numbers.
    weather
        World.

    >>> seen = scene("strike", np.random.default_rng(1))
    >>> seen.nir.shape, bool(np.nanmax(seen.nir) < 1.2)
    ((11, 84, 84), True)
    """
    dx, dy = _offsets()
    season = str(rng.choice(list(_WORK)))
    parcel, shares, crop, mine = _land(rng, season, dx, dy, kind in ("burnt field", "harvest", "tillage"))
    after = _season(shares, crop, rng, season, weather)
    if kind in ("harvest", "tillage"):
        share = rng.uniform(0.1, 0.9)
        worked = crop & (rng.random(len(crop)) < share)
        worked[mine] = True
        after[worked] = _stubble(rng, worked.sum()) if kind == "harvest" else _tilled(rng, worked.sum())
    ground = [np.moveaxis(v[parcel], -1, 0) for v in (shares, after)]
    texture = gaussian_filter(rng.normal(size=dx.shape), 1.0) * 2.5
    char = _char(kind, rng, dx, dy, parcel == mine, weather) * np.clip(1 + 0.3 * texture, 0, 1.2)
    dark = rng.uniform(*weather.dark)
    bands = []
    wet = rng.uniform(0.75, 1.0, 2)
    gain = 1 + 0.05 * texture
    for b in range(2):
        soil = (1 - dark) * SPECTRA["soil"][b] + dark * DARK_SOIL[b]
        states = []
        for when in range(2):
            pure = np.array([SPECTRA["green"][b], SPECTRA["dry"][b], soil * wet[when], SPECTRA["paved"][b]])
            states.append(np.tensordot(pure, ground[when], axes=1) * gain)
        c = np.clip(char, 0, 1)
        states[1] = (1 - c) * states[1] + c * SPECTRA["char"][b] * rng.uniform(0.7, 1.4)
        bands.append(states)
    if rng.random() < weather.snow:
        cover = np.clip(rng.uniform(0.2, 0.9) + 0.2 * texture, 0, 1)
        for b, pure_snow in enumerate((0.80, 0.08)):
            bands[b][0] = (1 - cover) * bands[b][0] + cover * pure_snow
    return _dates(bands, rng, weather)


def _offsets() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    at = (np.arange(SIZE) - (SIZE - 1) / 2) * PIXEL_M
    x, y = np.meshgrid(at, -at)
    return x, y


def _land(
    rng: np.random.Generator, season: str, dx: NDArray[np.float64], dy: NDArray[np.float64], field: bool
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.bool_], int]:
    """Parcels, their shares of green, dry, soil and paved, which are fields, and which lies in the middle."""
    n = int(rng.integers(6, 30))
    half = SIZE * PIXEL_M / 2
    sx, sy = rng.uniform(-half, half, (2, n))
    parcel = np.argmin((dx[..., None] - sx) ** 2 + (dy[..., None] - sy) ** 2, axis=-1)
    mine = int(parcel[SIZE // 2, SIZE // 2])
    mixes = ((0.65, 0.15, 0.1, 0.1), (0.1, 0.2, 0.1, 0.6), (0.2, 0.7, 0.05, 0.05))
    cover = rng.choice(4, n, p=mixes[int(rng.choice(3, p=(0.5, 0.3, 0.2)))])
    if field:
        cover[mine] = 0
    shares = np.zeros((n, 4))
    for i, c in enumerate(cover):
        g = rng.uniform(0.3, 0.9)
        if c == 0:
            ripe = rng.random()
            kind = {"spring": (0.5, 0.5), "summer": (0.9, 0.95), "autumn": (0.25, 0.75)}[season]
            if season == "spring":
                shares[i] = (g, 0.05, 0.95 - g, 0) if ripe < kind[0] else (0.05, 0.1, 0.85, 0)
            elif season == "summer":
                shares[i] = (g * 0.9, 0.1, 0.9 - g * 0.9, 0) if rng.random() < 0.45 else (0.1, 0.75, 0.15, 0)
            else:
                shares[i] = (g, 0.1, 0.9 - g, 0) if ripe < kind[0] else _stubble(rng, 1)[0]
        elif c == 1:
            green = {"spring": 0.45, "summer": 0.35, "autumn": 0.25}[season] + rng.uniform(-0.15, 0.25)
            shares[i] = (green, 0.85 - green, 0.15, 0)
        elif c == 2:
            green = 0.55 + 0.4 * rng.random() if season != "autumn" else rng.uniform(0.4, 0.9)
            shares[i] = (green, 1 - green, 0, 0)
        else:
            green = rng.uniform(0.05, 0.4)
            shares[i] = (green, 0.1, 0.2, 0.7 - green)
    return parcel, shares / shares.sum(axis=1, keepdims=True), cover == 0, mine


def _season(
    shares: NDArray[np.float64], crop: NDArray[np.bool_], rng: np.random.Generator, season: str, weather: Weather
) -> NDArray[np.float64]:
    """What the land is like after: greener or drier, some fields worked."""
    n = len(shares)
    after = shares.copy()
    change = rng.normal(0, weather.drift) + rng.normal(0, 0.05, n)
    moved = np.clip(shares[:, 0] + change, 0, np.maximum(shares[:, 0] + shares[:, 1], 0)) - shares[:, 0]
    after[:, 0] += moved
    after[:, 1] -= moved
    harvest, till = (min(p * weather.busy, 0.9) for p in _WORK[season])
    lot = rng.random(n)
    cut, turned = crop & (lot < harvest), crop & (lot >= harvest) & (lot < harvest + till)
    after[cut], after[turned] = _stubble(rng, cut.sum()), _tilled(rng, turned.sum())
    return np.clip(after, 0, 1)


def _stubble(rng: np.random.Generator, n: int) -> NDArray[np.float64]:
    dry = rng.uniform(0.4, 0.75, n)
    return np.stack([np.full(n, 0.05), dry, 0.95 - dry, np.zeros(n)], axis=1)


def _tilled(rng: np.random.Generator, n: int) -> NDArray[np.float64]:
    dry = rng.uniform(0.0, 0.2, n)
    return np.stack([np.full(n, 0.02), dry, 0.98 - dry, np.zeros(n)], axis=1)


def _char(
    kind: str,
    rng: np.random.Generator,
    dx: NDArray[np.float64],
    dy: NDArray[np.float64],
    mine: NDArray[np.bool_],
    weather: Weather,
) -> NDArray[np.float64]:
    out = np.zeros(dx.shape)
    if kind == "strike":
        for _ in range(int(rng.integers(1, 5))):
            x, y = rng.normal(0, 120, 2)
            radius = weather.reach * np.clip(np.exp(rng.normal(np.log(90.0), 0.6)), 25, 350)
            out = np.maximum(out, rng.uniform(0.4, 0.95) * (np.hypot(dx - x, dy - y) < radius))
    elif kind == "burnt field":
        out[mine] = rng.uniform(0.4, 0.9)
    elif kind == "wildfire near":
        away, bearing = rng.uniform(700, 1400), rng.uniform(0, 2 * np.pi)
        radius = away - rng.uniform(100, 500)
        edge = 60 * gaussian_filter(rng.normal(size=dx.shape), 5.0) * 15
        inside = np.hypot(dx - away * np.cos(bearing), dy - away * np.sin(bearing)) + edge < radius
        out = rng.uniform(0.4, 0.9) * inside
    return np.asarray(out * weather.fade)


def _dates(bands: list[list[NDArray[np.float64]]], rng: np.random.Generator, weather: Weather) -> Seen:
    """See the ground on each date, through cloud."""
    states = np.repeat((0, 1), (BEFORE, AFTER))
    seen = np.stack([np.stack([bands[b][s] for s in states]) for b in range(2)]).astype(np.float32)
    if weather.shift:
        for d in range(BEFORE, BEFORE + AFTER):
            by = rng.integers(-weather.shift, weather.shift + 1, 2)
            seen[:, d] = np.roll(seen[:, d], by, axis=(1, 2))
    shape = seen.shape[1:]
    seen *= (1 + rng.normal(0, 0.03, (1, shape[0], 1, 1))).astype(np.float32)
    seen += rng.normal(0, weather.noise, seen.shape).astype(np.float32)
    missed = rng.random(shape) < weather.unmasked
    seen[:, missed] = seen[:, missed] * 0.5 + 0.25
    for d in range(shape[0]):
        share = float(rng.beta(0.5 * weather.cloud + 1e-6, 0.5 * (1 - weather.cloud) + 1e-6)) if weather.cloud else 0.0
        if share > 0:
            field = np.kron(rng.normal(size=(SIZE // 12, SIZE // 12)), np.ones((12, 12)))
            field = gaussian_filter(field, 4.0)
            seen[:, d, field <= np.quantile(field, min(share, 1.0))] = np.nan
    return Seen(seen[0], seen[1], *masks())
