"""Navigational warnings of a case: their acts as observations, their zones for the chapter on the sea."""

from __future__ import annotations

from datetime import datetime

from ceasefire.model.intake import Intake
from ceasefire.model.sea import SeaWarning
from ceasefire.sea.given import Given, Line


def warned(line: Line, given: Given) -> tuple[Intake, tuple[SeaWarning, ...]]:
    """Read the warnings of a source line: what it gives a case, and its zones with the first and last time in force."""
    from ceasefire.sources.nav_warnings import warnings

    got = warnings(line.paths, source=line.id, window=given.window, options=line.options)
    out = []
    for w in got.warnings:
        if not w.intervals:
            continue
        ends = [end for _, end in w.intervals]
        out.append(
            SeaWarning(
                id=w.id,
                number=f"{w.series} {w.number}".strip(),
                kind=w.kind,
                start=min(datetime.fromisoformat(start) for start, _ in w.intervals),
                end=max(datetime.fromisoformat(end) for end in ends) if all(ends) else None,
                lon=w.lon,
                lat=w.lat,
                radius_km=w.radius_km,
                cancelled=w.cancelled_by,
            )
        )
    return got.intake, tuple(out)
