"""Chips: small pictures of pixels before, after, and what changed, made coarse enough to be published.

A chip is north up, with a bar of length and its dates drawn in, at most 480 pixels wide and high. Values are averaged
into cells that are never finer on the ground than the release rules say; what is averaged away is not in the file. The
colours are told apart with any kind of colour sight: grey for what was seen, blue to orange for a change. A pixel that
was never clear is chequered, not filled in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ceasefire.geo.distance import km
from ceasefire.geo.grid import Grid
from ceasefire.geo.projection import to_lonlat
from ceasefire.model.picture import KINDS, Picture
from ceasefire.reporting.lettering import lettered
from ceasefire.reporting.png import png

Array = NDArray[np.float64]
Pixels = NDArray[np.uint8]

WIDEST, STRIP = 480, 58
"""Pixels of a picture's longer side, and of the strip below the map."""
FINEST_M = 30.0
PAPER, INK = (255, 255, 255), (27, 26, 24)
GREY = ((30, 30, 30), (245, 245, 245))
BLUE_ORANGE = ((33, 102, 172), (146, 197, 222), (247, 247, 247), (253, 184, 99), (179, 88, 6))
"""Diverging, from lower to higher; after ColorBrewer's RdBu and PuOr (C. Brewer), whose halves these are."""
MISSING = ((255, 255, 255), (204, 193, 217))


@dataclass(frozen=True)
class Chip:
    """One picture."""

    png: bytes
    width: int
    height: int
    ground_m: float
    """Finer side of a cell on the ground, m."""

    @property
    def image(self) -> str:
        """SHA-256 of the bytes."""
        return sha256(self.png).hexdigest()


def chip(
    values: ArrayLike,
    grid: Grid,
    *,
    label: str,
    low: float,
    high: float,
    change: bool = False,
    finest_m: float = FINEST_M,
) -> Chip:
    """Draw one picture.

    Parameters
    ----------
    values
        Shape of the grid, NaN where nothing was seen.
    grid
        Where the pixels lie.
    label
        Drawn below, e.g. `AFTER 2025-03-20`.
    low, high
        Values of the darkest and the brightest grey, or of the ends of the change's colours.
    change
        Whether to draw in blue and orange.
    finest_m
        No cell is finer on the ground, m.

    Raises
    ------
    ValueError
        Values that do not fit the grid, or `high` that is not above `low`.

    >>> grid = Grid("EPSG:4326", 30.0, 50.0, 0.0002, 0.0001, (60, 60))
    >>> made = chip(np.random.default_rng(1).random((60, 60)), grid, label="AFTER 2025-03-20", low=0, high=1)
    >>> made.width, made.height <= WIDEST, made.ground_m >= 30
    (480, True, True)
    """
    v = np.asarray(values, dtype=np.float64)
    if v.shape != grid.shape:
        raise ValueError(f"values of shape {v.shape} do not fit a grid of {grid.shape}")
    if not high > low:
        raise ValueError(f"the brightest value {high} must lie above the darkest {low}")
    across, down = pixel_m(grid)
    cells, size = coarse(v, across, down, finest_m)
    ground = cells.shape[1] * size[0], cells.shape[0] * size[1]
    unit = min(WIDEST / ground[0], (WIDEST - STRIP) / ground[1])
    width, height = (max(1, round(side * unit)) for side in ground)
    rows, columns = (
        np.minimum((np.arange(n) * k) // n, k - 1) for n, k in zip((height, width), cells.shape, strict=True)
    )
    shown = coloured(cells[rows[:, None], columns[None, :]], low, high, BLUE_ORANGE if change else GREY)
    canvas = np.full((height + STRIP, WIDEST, 3), PAPER, dtype=np.uint8)
    left = (WIDEST - width) // 2
    canvas[:height, left : left + width] = shown
    _strip(canvas, height, label, unit, low, high, change)
    return Chip(png(canvas), WIDEST, height + STRIP, min(size))


def pictures(
    before: ArrayLike,
    after: ArrayLike,
    grid: Grid,
    *,
    observation: str,
    what: str,
    dates: tuple[Sequence[date], Sequence[date]],
    acquired: datetime,
    change: ArrayLike | None = None,
    changed: str = "",
    region: str = "",
    protected: str = "",
    scenes: tuple[str, ...] = (),
    processing: str = "",
    finest_m: float = FINEST_M,
) -> tuple[list[Picture], dict[str, bytes]]:
    """Draw before, after and change of one observation.

    Parameters
    ----------
    before, after, grid
        Values and where they lie; drawn with one range of grey, from the 2nd to the 98th percentile of both.
    observation
        Id of the observation.
    what
        What the values are, e.g. `reflectance in the short-wave infrared (B12)`.
    dates
        Days of the scenes before and after, earliest first.
    acquired
        When the latest pixel was taken (UTC).
    change, changed
        What to draw as the change and what it is; by default after less before.
    region, protected, scenes, processing
        As in `Picture`; `protected` is the id of the protected object that it shows.
    finest_m
        Of the release rules.

    Returns
    -------
    The records, and the bytes of each by its hash.
    """
    a, b = np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)
    moved = b - a if change is None else np.asarray(change, dtype=np.float64)
    low, high = limits(a, b)
    most = max(abs(v) for v in limits(moved))
    first, last = (_days(d) for d in dates)
    name = changed or f"{what}, after less before"
    drawn = (
        ("before", a, first, low, high, f"{_upper(what)} before", _grey_words(a)),
        ("after", b, last, low, high, f"{_upper(what)} after", _grey_words(b)),
        ("change", moved, f"{first} - {last}" if len(first + last) < 24 else last, -most, most, f"Change: {name}",
         _change_words(moved, most)),
    )  # fmt: skip
    rows, data = [], {}
    for kind, values, days, darkest, brightest, title, seen in drawn:
        made = chip(
            values,
            grid,
            label=f"{kind} {days}",
            low=darkest,
            high=brightest,
            change=kind == "change",
            finest_m=finest_m,
        )
        data[made.image] = made.png
        when = {"before": f"scenes of {_long(dates[0])}", "after": f"scenes of {_long(dates[1])}"}.get(
            kind, f"scenes of {_long(dates[0])} against {_long(dates[1])}"
        )
        rows.append(
            Picture(
                id="p-" + sha256(f"{observation}|{kind}|{acquired.isoformat()}".encode()).hexdigest()[:12],
                observation=observation,
                kind=kind,
                image=made.image,
                width=made.width,
                height=made.height,
                ground_m=made.ground_m,
                acquired=acquired,
                caption=f"{title}, {when}; one value covers {made.ground_m:.0f} m.",
                alt=seen,
                region=region,
                object=protected,
                scenes=scenes,
                processing=processing,
            )
        )
    assert [r.kind for r in rows] == list(KINDS)
    return rows, data


def pixel_m(grid: Grid) -> tuple[float, float]:
    """Give what a pixel in the middle of a grid covers on the ground, across and down, m.

    >>> across, down = pixel_m(Grid("EPSG:4326", 30.0, 60.0, 0.001, 0.001, (2, 2)))
    >>> round(across, 1), round(down, 1)
    (55.6, 111.2)
    """
    rows, columns = grid.shape
    x, y = grid.centre(rows // 2, columns // 2)
    lon, lat = to_lonlat(grid.crs, [x, x + grid.width, x], [y, y, y - grid.height])
    across, down = km(lon[0], lat[0], lon[1:], lat[1:]) * 1000.0
    return float(across), float(down)


def coarse(values: Array, across_m: float, down_m: float, finest_m: float) -> tuple[Array, tuple[float, float]]:
    """Average values into cells of whole pixels that are no finer than asked, nor too many for a picture.

    Returns
    -------
    Cells, NaN where no pixel of a cell was seen, and what a cell covers, across and down, m.

    >>> cells, size = coarse(np.arange(12.0).reshape(2, 6), 10.0, 10.0, 20.0)
    >>> cells.tolist(), size
    ([[3.5, 5.5, 7.5]], (20.0, 20.0))
    """
    rows, columns = values.shape
    step = [
        max(1, int(np.ceil(finest_m / m - 1e-9)), -(-n // WIDEST)) for m, n in ((down_m, rows), (across_m, columns))
    ]
    row, column = np.arange(rows) // step[0], np.arange(columns) // step[1]
    shape = int(row[-1]) + 1, int(column[-1]) + 1
    place = (row[:, None] * shape[1] + column[None, :]).ravel()
    seen = np.isfinite(values).ravel()
    total = np.bincount(place[seen], values.ravel()[seen], shape[0] * shape[1])
    number = np.bincount(place[seen], minlength=shape[0] * shape[1])
    mean = np.divide(total, number, out=np.full(len(total), np.nan), where=number > 0)
    return mean.reshape(shape), (step[1] * across_m, step[0] * down_m)


def coloured(values: Array, low: float, high: float, stops: Sequence[tuple[int, int, int]]) -> Pixels:
    """Turn values into colours; what is missing is chequered, shape (rows, columns, 3)."""
    t = np.clip((values - low) / (high - low), 0.0, 1.0)
    at = np.linspace(0.0, 1.0, len(stops))
    missing = ~np.isfinite(t)
    t = np.where(missing, 0.0, t)
    out = np.stack([np.interp(t, at, [s[c] for s in stops]) for c in range(3)], axis=-1)
    chequer = np.indices(values.shape).sum(axis=0) // 4 % 2
    out[missing] = np.asarray(MISSING, dtype=np.float64)[chequer[missing]]
    return np.round(out).astype(np.uint8)


def limits(*values: Any) -> tuple[float, float]:
    """Give the 2nd and 98th percentile of what was seen, apart by a little at least.

    >>> limits(np.arange(101.0), [np.nan])
    (2.0, 98.0)
    """
    every = np.concatenate([np.ravel(v) for v in values])
    every = every[np.isfinite(every)]
    if not len(every):
        return 0.0, 1.0
    low, high = (float(q) for q in np.quantile(every, (0.02, 0.98)))
    return (low, high) if high - low > 1e-6 else (low - 0.5, high + 0.5)


def _strip(canvas: Pixels, top: int, label: str, unit: float, low: float, high: float, change: bool) -> None:
    """Draw the strip below the map: what and when, a bar of length, north, and what the colours mean."""
    _write(canvas, top + 8, 8, label, 2)
    metres = next(
        m
        for m in (50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 1)
        if m * unit <= 150 or m == 1
    )
    length = max(2, round(metres * unit))
    y = top + 46
    canvas[y : y + 3, 8 : 8 + length] = INK
    for x in (8, 8 + length - 2):
        canvas[y - 5 : y + 3, x : x + 2] = INK
    text = f"{metres // 1000} KM" if metres >= 1000 else f"{metres} M"
    _write(canvas, y - 9, 14 + length, text, 2)
    north = 30 + length + 12 * len(text)
    for i in range(7):  # an arrowhead above the stem
        canvas[y - 12 + i, north + 6 - i : north + 8 + i] = INK
    canvas[y - 6 : y + 3, north + 6 : north + 8] = INK
    _write(canvas, y - 9, north + 18, "N", 2)
    colours = coloured(np.tile(np.linspace(low, high, 140), (8, 1)), low, high, BLUE_ORANGE if change else GREY)
    x = WIDEST - 148
    canvas[top + 28 : top + 36, x : x + 140] = colours
    left, right = (f"{v:+.2f}" if change else f"{v:.2f}" for v in (low, high))
    _write(canvas, top + 40, x, left, 2)
    _write(canvas, top + 40, WIDEST - 8 - 12 * len(right), right, 2)


def _write(canvas: Pixels, top: int, left: int, text: str, scale: int) -> None:
    dots = lettered(text, scale)[:, : max(0, canvas.shape[1] - left)]
    part = canvas[top : top + dots.shape[0], left : left + dots.shape[1]]
    part[dots[: part.shape[0]]] = INK


def _days(dates: Sequence[date]) -> str:
    return "" if not dates else f"{min(dates):%Y-%m-%d}" + (f" TO {max(dates):%m-%d}" if len(set(dates)) > 1 else "")


def _long(dates: Sequence[date]) -> str:
    days = sorted({f"{d:%Y-%m-%d}" for d in dates})
    return "no day" if not days else days[0] if len(days) == 1 else f"{days[0]} to {days[-1]} ({len(days)} days)"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _grey_words(values: Array) -> str:
    seen = float(np.isfinite(values).mean())
    return f"Map in grey, darker where less is reflected; {100 * seen:.0f} % of it could be seen."


def _change_words(values: Array, most: float) -> str:
    seen = np.isfinite(values)
    if not seen.any():
        return "Nothing could be compared."
    strong = [float((sign * values[seen] > most / 2).mean()) for sign in (1, -1)]
    return (
        f"Map from blue (lower) to orange (higher); {100 * strong[0]:.0f} % of it rose and "
        f"{100 * strong[1]:.0f} % fell by more than half the scale."
    )
