"""Invented seas for `benchmarks.radar_ships`: correlated speckle, textured water, ships of known place and size.

Water: complex speckle blurred as the radar blurs (so neighbouring pixels share it), texture from a gamma with a
correlation of about 15 m, and a slow swell of the wind over kilometres. Ships: points scattered over a hull, a third of
the power in three of them; the mean radar cross-section is 0.08 L^(7/3) m2 (L in metres; P. W. Vachon et al., Ship
detection by the RADARSAT SAR, Can. J. Remote Sensing 23 (1997)), with a spread of 3 dB; VH 9 dB lower.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, special, stats

from ceasefire.geo.grid import Grid

STATES = {"calm": (20.0, -22.0), "moderate": (5.0, -17.0), "rough": (2.0, -13.0), "very rough": (1.0, -10.0)}
"""Shape of the texture and mean backscatter of VV, dB."""
LENGTHS = (10.0, 15.0, 25.0, 50.0, 100.0, 200.0, 300.0)
VH_SEA, VH_SHIP = -9.0, -9.0
"""Water and ships in VH, dB below VV; water not below `FLOOR`."""
FLOOR = -26.0
RESOLUTION_M = 22.0
LOOKS = 4
SPREAD_DB = 3.0

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Truth:
    """The ships of one sea; arrays of one length."""

    row: Floats
    column: Floats
    length_m: Floats
    heading_deg: Floats


def grid_of(shape: tuple[int, int], pixel_m: float) -> Grid:
    """Make a grid of square pixels in the western Black Sea."""
    return Grid("EPSG:32635", 600_000.0, 4_900_000.0, pixel_m, pixel_m, shape)


def water(
    rng: np.random.Generator, shape: tuple[int, int], *, pixel_m: float, texture: float, level_db: float
) -> NDArray[np.float32]:
    """Make one band of water: linear power."""
    blur = RESOLUTION_M / 2.3548 / pixel_m
    power = np.zeros(shape, np.float32)
    for _ in range(2 * LOOKS):
        field = ndimage.gaussian_filter(
            rng.standard_normal(shape, dtype=np.float32), blur * 2**0.5, truncate=3.0, mode="wrap"
        )
        power += (field / field.std()) ** 2 / (2 * LOOKS)
    field = ndimage.gaussian_filter(
        rng.standard_normal(shape, dtype=np.float32), 15.0 / pixel_m / 2, truncate=3.0, mode="wrap"
    )
    q = np.linspace(-6.5, 6.5, 2000)
    values = stats.gamma.isf(special.ndtr(-q), texture) / texture
    power *= np.interp(field / field.std(), q, values).astype(np.float32)
    coarse = ndimage.gaussian_filter(rng.standard_normal((shape[0] // 16 + 2, shape[1] // 16 + 2)), 3000 / pixel_m / 16)
    slow = ndimage.zoom(coarse / coarse.std(), 16, order=1)[: shape[0], : shape[1]]
    return power * np.exp(0.25 * slow).astype(np.float32) * np.float32(10 ** (level_db / 10))


def planted(
    rng: np.random.Generator, shape: tuple[int, int], *, lengths: Floats, pixel_m: float, apart_m: float = 1500.0
) -> Truth:
    """Choose places that are apart from one another and from the edges."""
    per = max(int(apart_m / pixel_m), 1)
    cells = [(i, j) for i in range(shape[0] // per) for j in range(shape[1] // per)]
    if len(cells) < len(lengths):
        raise ValueError(f"{len(lengths)} ships do not fit into {len(cells)} cells")
    chosen = rng.permutation(len(cells))[: len(lengths)]
    corner = np.array([cells[k] for k in chosen], dtype=np.float64).reshape(-1, 2) * per
    inside = corner + per * rng.uniform(0.3, 0.7, corner.shape)
    return Truth(inside[:, 0], inside[:, 1], lengths, rng.uniform(0.0, 180.0, len(lengths)))


def sail(
    rng: np.random.Generator, bands: list[NDArray[np.float32]], truth: Truth, *, pixel_m: float, db: tuple[float, ...]
) -> None:
    """Add ships to the bands, each band `db` above a ship's VV."""
    blur = RESOLUTION_M / 2.3548
    for row, column, length, heading in zip(truth.row, truth.column, truth.length_m, truth.heading_deg, strict=True):
        n = max(6, int(length / 3))
        along = np.concatenate([rng.uniform(-0.5, 0.5, n), rng.uniform(-0.45, 0.45, 3)]) * length
        aside = np.concatenate([rng.uniform(-0.5, 0.5, n), np.zeros(3)]) * (length / 6.5 + 2.0)
        turn = np.radians(heading)
        down = row * pixel_m - along * np.cos(turn) + aside * np.sin(turn)
        across = column * pixel_m + along * np.sin(turn) + aside * np.cos(turn)
        section = 0.08 * length ** (7 / 3) * 10 ** (rng.normal(0.0, SPREAD_DB) / 10)
        reach = int((length / 2 + 80) / pixel_m) + 1
        i = np.arange(max(0, int(row) - reach), min(bands[0].shape[0], int(row) + reach + 1))
        j = np.arange(max(0, int(column) - reach), min(bands[0].shape[1], int(column) + reach + 1))
        for x, gain in zip(bands, db, strict=True):
            weight = rng.exponential(1.0, n + 3)
            weight[:n] *= 0.67 / weight[:n].sum()
            weight[n:] *= 0.33 / weight[n:].sum()
            y = _share(i * pixel_m, down, blur, pixel_m)
            z = _share(j * pixel_m, across, blur, pixel_m)
            body = np.einsum("k,ki,kj->ij", weight, y, z) * section * 10 ** (gain / 10) / pixel_m**2
            x[i[0] : i[-1] + 1, j[0] : j[-1] + 1] += body.astype(np.float32)


def _share(places: Floats, centre: Floats, blur: float, pixel_m: float) -> Floats:
    """Give the share of a blurred point in each pixel of a line, shape (points, pixels)."""
    d = (places[None, :] - centre[:, None]) / blur
    half = pixel_m / 2 / blur
    return np.asarray(special.ndtr(d + half) - special.ndtr(d - half))


def world(
    seed: int, state: str, *, side: int = 3000, pixel_m: float = 10.0, bands: int = 1, ships_each: int = 12
) -> tuple[list[NDArray[np.float32]], Truth]:
    """Make one sea with ships: bands (VV, then VH) and where the ships are."""
    rng = np.random.default_rng((seed, *state.encode()))
    texture, level = STATES[state]
    shape = (side, side)
    made = [water(rng, shape, pixel_m=pixel_m, texture=texture, level_db=level)]
    if bands == 2:
        made.append(water(rng, shape, pixel_m=pixel_m, texture=2 * texture, level_db=max(level + VH_SEA, FLOOR)))
    truth = planted(rng, shape, lengths=np.repeat(np.array(LENGTHS), ships_each), pixel_m=pixel_m)
    sail(rng, made, truth, pixel_m=pixel_m, db=(0.0, VH_SHIP)[:bands])
    return made, truth
