"""Launches and interceptions as one side's air force states them: totals, not incidents.

Why claims and no observations: a launch has no place of impact, "south" is no place, and a sum over weapons is not
comparable with the other side's sum. The column `time_start` mixes days (`2025-04-17`) and minutes
(`2025-04-16 20:00`); both are on Kyiv's clock, as the posts they were taken from are. A day means the whole day.

Columns read: `time_start`, `time_end`, `model`, `launched`, `destroyed`; `target`, `affected region`, `source` where
they are there.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ceasefire.geo import regions
from ceasefire.model.intake import Count, Intake, Window
from ceasefire.model.records import Claim, Quarantined
from ceasefire.model.table import Table
from ceasefire.sources.rows import Rows, dates_only, numbers, read_csv, stable_ids, times

PRODUCT = "tallies"
CLOCK = "Europe/Kyiv"
MOST = 10_000
"""More launches than this in one row are a typing mistake; the largest night so far had some 800."""
OFFICES = {
    "kpszsu": "Air Force",
    "pvkpivden": "Air Command South",
    "pvkshid": "Air Command East",
    "pvkcenter": "Air Command Centre",
    "generalstaff.ua": "General Staff",
    "cincafu": "Commander-in-Chief",
    "chiefukrdiu": "Main Directorate of Intelligence",
    "kharkivoda.gov.ua": "Kharkiv Regional Military Administration",
}
"""Page that a row was taken from, in lower case, to the office whose page it is."""


def read(
    paths: Sequence[Path],
    *,
    source: str,
    window: Window,
    options: Mapping[str, Any] = {},
) -> Intake:
    """Read stated tallies into claims, one per row; a row is in the window when its period begins in it.

    Parameters
    ----------
    paths
        Files.
    source
        Source as named in the case file.
    window
        Period of the case. The day that a row begins on, on Kyiv's clock, counts.
    options
        `claimant` (default `ukraine`), `accused` (default `russia`), `speaker` (default: by the page it was taken
        from, `Air Force` where none is given). A row from a page that is no office's is a claim of that page.
    """
    total = Count()
    quarantine: list[Quarantined] = []
    tables: list[Table[Claim]] = []
    files: list[tuple[str, str]] = []
    seen: set[tuple[str, ...]] = set()
    for path in paths:
        rows = read_csv(path, required=("time_start", "time_end", "model", "launched", "destroyed"), source=source)
        files.append((rows.granule, rows.sha256))
        quarantine += rows.quarantine
        total += Count(rows=len(rows.quarantine), quarantined=len(rows.quarantine))
        table, count, bad = _tallies(rows, seen, source=source, window=window, options=options)
        tables.append(table)
        quarantine += bad
        total += count
    return Intake(
        claims=Table.concat(Claim, tables),
        quarantine=Table.of(Quarantined, quarantine),
        count=total,
        files=tuple(files),
    )


def affected(text: str) -> list[str]:
    """Give the ISO codes of the regions named in a list as the file writes it; unknown names are left out.

    >>> affected("['Sumy oblast', 'Kyiv oblast']"), affected(""), affected("south")
    (['UA-59', 'UA-32'], [], [])
    """
    try:
        names = ast.literal_eval(text.strip()) if text.strip().startswith("[") else []
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return []
    if not isinstance(names, list):
        return []
    codes = [regions.code_of(str(n)[:80], country="UA") for n in names[:100]]
    return [c for c in dict.fromkeys(codes) if c]


def spoken_by(post: str) -> tuple[str, str]:
    """Give the page a row was taken from and the office whose page it is, '' where it is no office's.

    >>> spoken_by("kpszsu/posts/pf1"), spoken_by("https://t.me/war_monitor/27083"), spoken_by("")
    (('kpszsu', 'Air Force'), ('war_monitor', ''), ('', 'Air Force'))
    """
    parts = [p for p in post.strip().split("/") if p and p not in ("https:", "http:", "t.me", "www.facebook.com")]
    page = parts[0][:80] if parts else ""
    return page, OFFICES.get(page.lower(), "") if page else "Air Force"


def _tallies(
    rows: Rows,
    seen: set[tuple[str, ...]],
    *,
    source: str,
    window: Window,
    options: Mapping[str, Any],
) -> tuple[Table[Claim], Count, list[Quarantined]]:
    column = rows.columns
    start, bad_start = times(column["time_start"], CLOCK)
    end, bad_end = times(column["time_end"], CLOCK, fold=1)
    noon, _ = times([f"{t.strip()[:10]} 12:00" for t in column["time_start"]], CLOCK)
    whole, _ = times([f"{t.strip()[:10]} 23:59:59" for t in column["time_end"]], CLOCK)
    end[~bad_end & (end == start)] += np.timedelta64(60, "s")
    last = dates_only(column["time_end"]) & ~bad_end
    end[last] = whole[last] + np.timedelta64(1, "s")
    launched, bad_launched = numbers(column["launched"])
    destroyed, bad_destroyed = numbers(column["destroyed"])
    inside = ~bad_start & (noon >= _np(window.start)) & (noon < _np(window.end))
    kept: list[int] = []
    bad: list[Quarantined] = []
    duplicates = 0
    for i in np.flatnonzero(inside | bad_start).tolist():
        reason = ""
        if bad_start[i] or bad_end[i]:
            field = "time_start" if bad_start[i] else "time_end"
            reason = f"{field} is no time: {column[field][i][:40]!r} (a time like 2025-03-18 19:30 or a day)"
        elif end[i] < start[i]:
            reason = "the period ends before it begins"
        elif bad_launched[i] or not 0 <= launched[i] <= MOST:
            reason = f"launched is not a number from 0 to {MOST}"
        elif bad_destroyed[i] or destroyed[i] < 0:
            reason = "destroyed is not a number"
        elif destroyed[i] > launched[i]:
            reason = f"more destroyed ({destroyed[i]:g}) than launched ({launched[i]:g})"
        if reason:
            bad.append(rows.refuse(i, reason))
            continue
        key = tuple(c[i].strip() for name, c in column.items())
        if key in seen:
            duplicates += 1
            continue
        seen.add(key)
        kept.append(i)
    table = _claims(rows, kept, start, end, launched, destroyed, source, options)
    outside = int(np.sum(~inside & ~bad_start))
    return table, Count(len(kept) + duplicates + len(bad), len(kept), duplicates, len(bad), outside), bad


def _claims(
    rows: Rows,
    kept: list[int],
    start: npt.NDArray[np.datetime64],
    end: npt.NDArray[np.datetime64],
    launched: npt.NDArray[np.float64],
    destroyed: npt.NDArray[np.float64],
    source: str,
    options: Mapping[str, Any],
) -> Table[Claim]:
    if not kept:
        return Table.empty(Claim)
    column = rows.columns
    none = [""] * len(rows)
    post = column.get("source", none)
    codes = [affected(column.get("affected region", none)[i]) for i in kept]
    one = [c[0] if len(c) == 1 else "" for c in codes]
    nowhere = (np.nan, np.nan, np.nan)
    discs = np.asarray([regions.disc(c) if c else nowhere for c in one])
    model = [column["model"][i].strip() or "weapon not named" for i in kept]
    names = regions.names()
    by = [spoken_by(post[i]) for i in kept]
    told = [(m, _count(launched[i]), _count(destroyed[i])) for m, i in zip(model, kept, strict=True)]
    return Table.from_columns(
        Claim,
        {
            "id": stable_ids("c", source, *[[c[i].strip() for i in kept] for c in column.values()]),
            "source": source,
            "granule": rows.granule,
            "evidence": rows.sha256,
            "line": rows.line[kept],
            "claimant": [str(options.get("claimant", "ukraine")) if o else p for p, o in by],
            "speaker": [str(options.get("speaker") or o) for _, o in by],
            "said": end[kept],
            "stance": "asserts",
            "act": "launch",
            "accused": str(options.get("accused", "russia")),
            "start": start[kept],
            "end": end[kept],
            "place": [", ".join(names[c] for c in found) for found in codes],
            "region": one,
            "lon": discs[:, 0],
            "lat": discs[:, 1],
            "radius_km": discs[:, 2],
            "low": launched[kept],
            "high": launched[kept],
            "words": [f"{m}: {up} launched, {down} destroyed" for m, up, down in told],
            "unit": "launches",
            "origin": stable_ids("r", [post[i] or f"{rows.granule}:{rows.line[i]}" for i in kept]),
            "summary": [f"Air defence counted {up} launched ({m}) and {down} destroyed" for m, up, down in told],
            "url": [_url(post[i]) for i in kept],
        },
    )


def _count(value: float) -> str:
    return "an unknown number" if np.isnan(value) else f"{value:g}"


def _url(post: str) -> str:
    if post.startswith("https://"):
        return post
    return f"https://www.facebook.com/{post}" if "/posts/" in post else ""


def _np(when: Any) -> np.datetime64:
    return np.datetime64(int(when.timestamp()), "s")
