"""Draw reliability: observed against stated share, by tenths, as stated and with the map, as a picture (SVG)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from benchmarks.calibration_worlds import Stated
from ceasefire.stats.scores import TENTHS, reliability

SIDE, GAP, TOP = 240, 56, 46
TITLES = {"occurred": "P(occurred)", "object": "P(on a protected object)", "party": "P(party)"}
COLOURS = ("#9a9a9a", "#1f5fa8")
"""As stated, and with the map."""


def draw(both: Mapping[str, tuple[Stated, Stated]], file: Path) -> None:
    """Write the picture: a panel for each probability.

    Parameters
    ----------
    both
        Probability to (as stated, with the map).
    file
        Where to write.
    """
    width, height = len(both) * (SIDE + GAP) + GAP, TOP + SIDE + 58
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"',
        ' font-family="sans-serif" font-size="11">',
        "<title>Reliability by tenths: observed share against stated probability</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for k, (about, ways) in enumerate(both.items()):
        parts += panel(GAP + k * (SIDE + GAP), TITLES[about], ways)
    y = TOP + SIDE + 48
    for k, text in enumerate(("as stated", "with the map (bars: 95 % Wilson intervals; dashed: perfect)")):
        x = GAP + 120 * k
        parts.append(
            f'<circle cx="{x}" cy="{y - 4}" r="4" fill="{COLOURS[k]}"/><text x="{x + 9}" y="{y}">{text}</text>'
        )
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join([*parts, "</svg>", ""]), encoding="utf-8")


def panel(left: float, title: str, ways: tuple[Stated, Stated]) -> list[str]:
    """Give one panel."""

    def x(v: float) -> str:
        return f"{left + SIDE * v:.1f}"

    def y(v: float) -> str:
        return f"{TOP + SIDE * (1 - v):.1f}"

    parts = [
        f'<text x="{left}" y="{TOP - 14}" font-size="13" font-weight="bold">{title}</text>',
        f'<rect x="{left}" y="{TOP}" width="{SIDE}" height="{SIDE}" fill="none" stroke="#444"/>',
        f'<line x1="{x(0)}" y1="{y(0)}" x2="{x(1)}" y2="{y(1)}" stroke="#444" stroke-dasharray="4 3"/>',
        f'<text x="{x(0.5)}" y="{TOP + SIDE + 30}" text-anchor="middle">stated</text>',
    ]
    for v in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        parts.append(f'<text x="{x(v)}" y="{TOP + SIDE + 14}" text-anchor="middle">{v:.1f}</text>')
        parts.append(f'<text x="{left - 5}" y="{float(y(v)) + 4:.1f}" text-anchor="end">{v:.1f}</text>')
    for colour, s, aside in zip(COLOURS, ways, (-1.5, 1.5), strict=True):
        table = reliability(s.p, s.true, edges=TENTHS)
        for b in np.flatnonzero(table.number >= 10).tolist():
            at = f"{float(x(table.stated[b])) + aside:.1f}"
            low, high = y(table.band_low[b]), y(table.band_high[b])
            parts.append(f'<line x1="{at}" y1="{low}" x2="{at}" y2="{high}" stroke="{colour}" stroke-width="1.5"/>')
            parts.append(f'<circle cx="{at}" cy="{y(table.observed[b])}" r="3.5" fill="{colour}"/>')
    return parts
