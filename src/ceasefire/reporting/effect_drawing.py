"""The drawing of one effect: days, forecast with its band, days left out, daily readout, placebo dates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from math import isfinite, log
from zoneinfo import ZoneInfo

from ceasefire.model.effect import Effect, EffectDay, Judged
from ceasefire.reporting import words

WIDTH, LEFT, RIGHT = 1060.0, 60.0, 690.0
"""Whole width; begin and end of the series' panel."""
TOP, BOTTOM = 30.0, 210.0
STRIP = 236.0
"""Top of the strip of days that hold."""
FOREST_LEFT, FOREST_RIGHT = 830.0, 1050.0
ROW = 16.0
LEAST_RATIO, MOST_RATIO = 0.05, 8.0


@dataclass(frozen=True)
class Bar:
    """One day of the series."""

    x: float
    width: float
    y: float
    height: float
    phase: str
    text: str


@dataclass(frozen=True)
class Held:
    """One day of the strip."""

    x: float
    width: float
    share: float
    text: str


@dataclass(frozen=True)
class Dot:
    """One date with the ratio found."""

    y: float
    label: str
    x: float
    low: float
    high: float
    real: bool
    text: str


@dataclass(frozen=True)
class Tick:
    """A mark on an axis."""

    at: float
    text: str


@dataclass(frozen=True)
class Drawing:
    """The drawing of one effect."""

    height: float
    bars: tuple[Bar, ...]
    band: str
    """Outline of the forecast's band, an SVG path."""
    line: str
    """The forecast's mean, an SVG path."""
    left_out: tuple[float, float]
    """Begin and width of the days left out."""
    start: float
    """Where the ceasefire begins."""
    held: tuple[Held, ...]
    dots: tuple[Dot, ...]
    ticks_x: tuple[Tick, ...]
    ticks_y: tuple[Tick, ...]
    ratios: tuple[Tick, ...]
    one: float
    """Where the ratio 1 lies."""


def local_day(when: datetime, clock: str) -> str:
    """Give the local date of an instant, ISO."""
    return when.astimezone(ZoneInfo(clock)).date().isoformat()


def draw(e: Effect, j: Judged) -> Drawing:
    """Lay out one effect.

    Parameters
    ----------
    e, j
        The effect over all regions, and what it belongs to.
    """
    days = e.daily
    step = (RIGHT - LEFT) / len(days)
    told = [d for d in days if isfinite(d.high)]
    top = max([d.counted for d in days if isfinite(d.counted)] + [min(d.high, 4 * d.foretold) for d in told] + [1.0])
    top *= 1.05

    def y(value: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * min(value / top, 1.0), 1)

    def x(k: float) -> float:
        return round(LEFT + step * k, 1)

    at = {id(d): k for k, d in enumerate(days)}
    upper = [(at[id(d)], y(d.high)) for d in told if d.foretold > 0]
    lower = [(at[id(d)], y(d.low)) for d in told if d.foretold > 0]
    middle = [(at[id(d)], y(d.foretold)) for d in told if d.foretold > 0]
    outline = [p for k, v in upper for p in ((x(k), v), (x(k + 1), v))]
    outline += [p for k, v in reversed(lower) for p in ((x(k + 1), v), (x(k), v))]
    phases = [d.phase for d in days]
    begin = phases.index("in_force")
    left_out = phases.count("left_out")
    held = tuple(
        Held(x(k), round(step, 1), round(d.p_holding, 2), f"{local_day(d.start, j.clock)}: {d.p_holding:.0%}")
        for k, d in enumerate(days)
        if d.phase == "in_force" and isfinite(d.p_holding) and d.foretold > 0
    )
    dots = _dots(e, j)
    return Drawing(
        height=max(STRIP + 34.0, TOP + ROW * len(dots) + 26.0),
        bars=tuple(
            Bar(
                x(k),
                round(max(step - 1.0, 0.6), 1),
                y(d.counted),
                round(BOTTOM - y(d.counted), 1),
                d.phase,
                _told(d, j),
            )
            for k, d in enumerate(days)
            if isfinite(d.counted)
        ),
        band=_path(outline) + "Z" if outline else "",
        line=_path([p for k, v in middle for p in ((x(k), v), (x(k + 1), v))]),
        left_out=(x(begin - left_out), round(step * left_out, 1)),
        start=x(begin),
        held=held,
        dots=dots,
        ticks_x=_dates(days, j, x),
        ticks_y=tuple(Tick(y(v), f"{v:,.0f}") for v in _round_values(top)),
        ratios=tuple(Tick(_ratio_x(r), f"{r:g}") for r in (0.1, 0.3, 1.0, 3.0)),
        one=_ratio_x(1.0),
    )


def _told(d: EffectDay, j: Judged) -> str:
    text = f"{local_day(d.start, j.clock)}: {d.counted:,.0f} {j.unit}"
    return f"{text}; foretold {d.foretold:,.0f} ({d.low:,.0f} to {d.high:,.0f})" if isfinite(d.foretold) else text


def _dots(e: Effect, j: Judged) -> tuple[Dot, ...]:
    rows = [(f"{j.first}", e.ratio, e.low, e.high, True)]
    rows += [(local_day(t, j.clock), r, low, high, False) for t, r, low, high in e.placebo]
    return tuple(
        Dot(
            round(TOP + ROW * k + 8.0, 1),
            label,
            _ratio_x(ratio),
            _ratio_x(low),
            _ratio_x(high),
            real,
            f"{label}: ratio {ratio:.2f} ({low:.2f} to {high:.2f})",
        )
        for k, (label, ratio, low, high, real) in enumerate(rows)
    )


def _ratio_x(ratio: float) -> float:
    inside = min(max(ratio, LEAST_RATIO), MOST_RATIO)
    share = log(inside / LEAST_RATIO) / log(MOST_RATIO / LEAST_RATIO)
    return round(FOREST_LEFT + (FOREST_RIGHT - FOREST_LEFT) * share, 1)


def _dates(days: tuple[EffectDay, ...], j: Judged, x: Callable[[float], float]) -> tuple[Tick, ...]:
    out = []
    for k, d in enumerate(days):
        local = d.start.astimezone(ZoneInfo(j.clock))
        if local.day in (1, 15):
            out.append(Tick(x(k + 0.5), words.day(local)))
    return tuple(out)


def _round_values(top: float) -> tuple[float, ...]:
    step = 10.0 ** int(log(top) / log(10.0)) if top >= 1 else 1.0
    while top / step < 2:
        step /= 2
    while top / step > 4:
        step *= 2
    return tuple(step * k for k in range(1, int(top / step) + 1))


def _path(points: list[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{a:g} {b:g}" for a, b in points) if points else ""
