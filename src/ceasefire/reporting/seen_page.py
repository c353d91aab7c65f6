"""The page `coverage.html`: by channel, region and day, what could have been seen, and by each eye, what was lost.

Why a page of its own: thirty days of fifty regions by several channels are a large table, and the report only needs its
sums. A cell says in tenths how much of one full look the looks of that day add up to, 1 - product of (1 - quality), at
the cautious end where a look states one.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup

from ceasefire.geo.overlap import disc_share
from ceasefire.reporting import words
from ceasefire.reporting.given import ReportInput
from ceasefire.reporting.look_days import codes, day_bounds, regions_of, spread
from ceasefire.reporting.page import environment, template_text

_Array = np.ndarray[Any, Any]
HEADER = ("region", "day", "channel", "source", "looks", "looks_lost", "usable", "least_usable", "lost")


@dataclass(frozen=True)
class Eye:
    """One source of looks over the whole area and period."""

    channel: str
    source: str
    possible: int
    made: int
    usable: float
    """Mean quality of the looks made."""
    reasons: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Strip:
    """One channel: a row of cells for each region."""

    code: str
    name: str
    rows: tuple[tuple[str, str, tuple[tuple[str, str], ...], str], ...]
    """Region code, its name, (class, text) of each day, and why looks were lost."""


@dataclass(frozen=True)
class Seen:
    """What the page shows."""

    days: tuple[str, ...]
    eyes: tuple[Eye, ...]
    strips: tuple[Strip, ...]
    table: tuple[tuple[str, ...], ...]
    """Rows of looks.csv."""


def seen(report: ReportInput) -> Seen:
    """Add up the looks of a released report by channel, region, day and source."""
    days, bounds = day_bounds(report)
    looks = report.looks
    area = list(dict.fromkeys(report.regions))
    look, day = spread(looks, bounds)
    region = codes(regions_of(report), area)[look]
    inside = region >= 0
    look, day, region = look[inside], day[inside], region[inside]
    quality, least = _usable(report, area, look, region)
    why = looks.column("lost").astype(str)[look]
    source, channel = looks.column("source").astype(str)[look], looks.column("channel").astype(str)[look]
    pair, eye = np.unique(np.char.add(np.char.add(channel, "\x1f"), source), return_inverse=True)
    names = [tuple(p.split("\x1f", 1)) for p in pair.tolist()]
    cell = (eye * len(area) + region) * len(days) + day
    at, of = np.unique(cell, return_inverse=True)
    made = np.bincount(of, why == "", len(at)).astype(np.int64)
    many = np.bincount(of, minlength=len(at))
    added, lowest = (
        1.0 - np.exp(np.bincount(of, np.log1p(-np.minimum(q, 1 - 1e-12)), len(at))) for q in (quality, least)
    )
    reasons = _reasons(of, why, len(at))
    which, rest = np.divmod(at, len(area) * len(days))
    where, when = np.divmod(rest, len(days))
    rows = zip(which.tolist(), where.tolist(), when.tolist(), made.tolist(), many.tolist(), strict=True)
    table = [
        (area[r], days[d], *names[e], str(m), str(n - m), f"{added[k]:.4f}", f"{lowest[k]:.4f}", _said(reasons[k]))
        for k, (e, r, d, m, n) in enumerate(rows)
    ]
    eyes = tuple(_eye(names[e], which == e, made, many, eye == e, quality, why, reasons) for e in range(len(names)))
    taken = sorted({n[0] for n in names} | set(report.expected_channels), key=_order)
    strips = tuple(_strip(report, c, names, area, days, which, where, when, made, lowest, reasons) for c in taken)
    return Seen(
        tuple(days), tuple(sorted(eyes, key=lambda e: (_order(e.channel), e.source))), strips, tuple(sorted(table))
    )


def write(report: ReportInput, folder: Path) -> Path:
    """Write coverage.html and looks.csv of a released report into a folder, and give the page's path."""
    found = seen(report)
    out = StringIO()
    sheet = csv.writer(out, lineterminator="\n")
    sheet.writerow(HEADER)
    sheet.writerows(found.table)
    (folder / "looks.csv").write_text(out.getvalue(), encoding="utf-8")
    text = (
        environment()
        .get_template("seen.html")
        .render(
            style=Markup(template_text("page.css") + template_text("seen.css")),  # noqa: S704  our own files
            title=report.title,
            seen=found,
            channel=words.channel,
        )
    )
    page = folder / "coverage.html"
    page.write_text("\n".join(line.rstrip() for line in text.splitlines() if line.strip()) + "\n", encoding="utf-8")
    return page


def _order(channel: str) -> tuple[int, str]:
    order = list(words.CHANNELS)
    return (order.index(channel) if channel in order else len(order), channel)


def _usable(report: ReportInput, area: list[str], look: _Array, region: _Array) -> tuple[_Array, _Array]:
    """Give quality and least quality of looks as shares of a full look at their region; discs by area."""
    looks = report.looks
    quality, least = (looks.column(c).astype(float)[look] for c in ("quality", "quality_low"))
    disc = np.stack([looks.column(c).astype(float)[look] for c in ("lon", "lat", "radius_km")], axis=1)
    share = np.ones(len(look))
    placed = np.isfinite(disc).all(axis=1)
    for k in np.unique(region[placed]):
        at = placed & (region == k)
        distinct, back = np.unique(disc[at], axis=0, return_inverse=True)
        share[at] = disc_share(area[int(k)], *distinct.T)[back.ravel()]
    return quality * share, np.where(np.isfinite(least), least, quality) * share


def _reasons(of: _Array, why: _Array, cells: int) -> list[Counter[str]]:
    out: list[Counter[str]] = [Counter() for _ in range(cells)]
    for k in np.flatnonzero(why != "").tolist():
        out[int(of[k])][str(why[k])] += 1
    return out


def _said(reasons: Counter[str]) -> str:
    return "; ".join(f"{why} ({n})" for why, n in sorted(reasons.items(), key=lambda kv: (-kv[1], kv[0])))


def _eye(
    name: tuple[str, ...],
    cells: _Array,
    made: _Array,
    many: _Array,
    mine: _Array,
    quality: _Array,
    why: _Array,
    reasons: list[Counter[str]],
) -> Eye:
    total: Counter[str] = Counter()
    for k in np.flatnonzero(cells).tolist():
        total.update(reasons[k])
    good = quality[mine & (why == "")]
    return Eye(
        channel=name[0],
        source=name[1],
        possible=int(many[cells].sum()),
        made=int(made[cells].sum()),
        usable=float(good.mean()) if len(good) else 0.0,
        reasons=tuple(sorted(total.items(), key=lambda kv: (-kv[1], kv[0]))),
    )


def _strip(
    report: ReportInput,
    channel: str,
    names: list[tuple[str, ...]],
    area: list[str],
    days: list[str],
    which: _Array,
    where: _Array,
    when: _Array,
    made: _Array,
    added: _Array,
    reasons: list[Counter[str]],
) -> Strip:
    mine = np.isin(which, [k for k, n in enumerate(names) if n[0] == channel])
    place = where[mine] * len(days) + when[mine]
    size = len(area) * len(days)
    possible = np.bincount(place, minlength=size).reshape(-1, len(days))
    looked = np.bincount(place, made[mine], size).reshape(-1, len(days))
    share = (1.0 - np.exp(np.bincount(place, np.log1p(-np.minimum(added[mine], 1 - 1e-12)), size))).reshape(
        -1, len(days)
    )
    tenths = np.minimum(np.floor(share * 10.0 + 1e-9).astype(int), 9)
    why: list[Counter[str]] = [Counter() for _ in area]
    for k in np.flatnonzero(mine).tolist():
        why[int(where[k])].update(reasons[k])
    rows = []
    for r, code in enumerate(area):
        cells = tuple(
            ("n", "–") if not p else ("x", "×") if not m else (f"q{t}", str(t))
            for p, m, t in zip(possible[r].tolist(), looked[r].tolist(), tenths[r].tolist(), strict=True)
        )
        rows.append((code, report.region(code), cells, _said(why[r])))
    return Strip(
        channel, words.channel(channel), tuple(sorted(rows, key=lambda row: (row[0][:2] != "UA", row[0][:2], row[1])))
    )
