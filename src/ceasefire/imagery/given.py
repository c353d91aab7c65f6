"""What every detector of pixels is given by a case, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from ceasefire.errors import CeasefireError
from ceasefire.model.intake import Intake, Window
from ceasefire.model.picture import Picture
from ceasefire.model.records import Look, Observation, ProtectedObject
from ceasefire.model.table import Table
from ceasefire.model.taxonomy import covers

FETCHED = ("stac", "collections", "assets_from", "token", "token_for", "sign", "around", "history_days", "timeout_s")
"""Options that only `fetch` reads."""
BEFORE_DAYS = 365
"""Days before the case that are read for comparison, where the source line does not say."""


@dataclass(frozen=True)
class Given:
    """One source line of pixels, with what the case knows."""

    paths: Sequence[Path]
    source: str
    product: str
    options: Mapping[str, Any]
    window: Window
    objects: Table[ProtectedObject]
    fires: Table[Observation]
    finest_m: float
    say: Callable[[str], None]
    outlines: Sequence[Path] = ()

    def allow(self, *names: str) -> None:
        """Refuse options that nobody reads: a misspelt one must not be taken for the default."""
        known = {*names, "bands", "mapping", "baseline", *FETCHED}
        for name in self.options:
            if name not in known:
                raise CeasefireError(
                    f"source {self.source!r}: no option {name!r} for {self.product}; known: {', '.join(sorted(known))}"
                )

    def number(self, name: str, default: float, *, low: float, high: float) -> float:
        """Give an option that is a number within bounds."""
        value = self.options.get(name, default)
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not low <= value <= high:
            raise CeasefireError(f"source {self.source!r}: {name} is a number from {low:g} to {high:g}, not {value!r}")
        return float(value)

    def before(self) -> datetime:
        """Give the first instant that is read for comparison: the option `before`, a date, or a year before."""
        said = self.options.get("before")
        if said is None:
            return self.window.start - timedelta(days=BEFORE_DAYS)
        try:
            day = said if isinstance(said, date) else date.fromisoformat(str(said))
        except ValueError:
            raise CeasefireError(f"source {self.source!r}: before is a date such as 2024-03-18, not {said!r}") from None
        first = datetime.combine(day, time(), UTC)
        if first >= self.window.start:
            raise CeasefireError(f"source {self.source!r}: before ({day}) must lie before the case's period")
        return first

    def watched(
        self, *, most_radius_km: float, needed: bool = True
    ) -> tuple[Table[ProtectedObject], Table[ProtectedObject]]:
        """Give the objects to watch, and those whose place is known too poorly for it.

        The option `classes` names object classes; without it every object of the register is watched. Having none is
        an error where some are `needed`.
        """
        said = self.options.get("classes", ())
        classes = (said,) if isinstance(said, str) else tuple(said)
        objects = self.objects
        if classes:
            objects = objects.keep(np.array([covers(classes, c) for c in objects.column("object_class")], dtype=bool))
        if not len(objects) and needed:
            why = "of those classes" if classes else "in the register"
            raise CeasefireError(
                f"source {self.source!r}: no protected object {why}, so no window of {self.product} is wanted: name "
                "`registers`, or give outlines of sites that can be read"
            )
        near = objects.column("radius_km").astype(np.float64) <= most_radius_km
        return objects.keep(near), objects.keep(~near)

    def within(self, looks: Table[Look]) -> Table[Look]:
        """Give the looks of the case's own period: those of the time before were for comparison."""
        if not len(looks):
            return looks
        start, end = (np.datetime64(t.replace(tzinfo=None), "s") for t in (self.window.start, self.window.end))
        return looks.keep((looks.column("end") > start) & (looks.column("start") < end))


@dataclass(frozen=True)
class Seen:
    """What pixels gave."""

    intake: Intake
    """Observations, looks, and layers that add up."""
    pictures: list[Picture] = field(default_factory=list)
    """Pictures of what was observed, before release."""
    png: dict[str, bytes] = field(default_factory=dict)
    """Their bytes by their hash."""


def mean_of(values: Any, dates: Any) -> Any:
    """Give the mean of some dates, pixel by pixel; NaN where none of them saw it.

    >>> mean_of(np.array([[[1.0]], [[3.0]], [[np.nan]]]), np.array([True, True, False])).tolist()
    [[2.0]]
    """
    some = np.asarray(values)[np.asarray(dates)]
    known = np.isfinite(some).sum(axis=0)
    with np.errstate(invalid="ignore"):
        return np.where(known > 0, np.nansum(some, axis=0) / np.where(known > 0, known, 1), np.nan)
