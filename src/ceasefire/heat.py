"""Where fire detections meet earlier years: the source line's `history` is read, learned from, and its fires weighed.

A step of the observe stage. The reader knows rows and the detector knows counts; neither knows the other.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ceasefire.errors import CeasefireError, NoBaseline
from ceasefire.model.intake import Count, Intake, Window
from ceasefire.model.records import Quarantined
from ceasefire.model.table import Table

PRODUCTS = ("firms",)
"""Products whose rows are fire detections."""


def patterns(options: Mapping[str, Any], *, source: str) -> tuple[str, ...]:
    """Give the patterns of earlier years that a source line names under `history`.

    Raises
    ------
    CeasefireError
        Where it is neither a path nor a list of paths.

    >>> patterns({"history": "old/*.csv"}, source="firms"), patterns({}, source="firms")
    (('old/*.csv',), ())
    """
    named = options.get("history", ())
    listed = [named] if isinstance(named, str) else named
    if not isinstance(listed, (list, tuple)) or not all(isinstance(p, str) and p for p in listed):
        raise CeasefireError(f"source {source!r}: `history` names files of earlier years: a path or a list of paths")
    return tuple(listed)


def weighed(
    intake: Intake,
    window: Window,
    *,
    source: str,
    paths: Sequence[Path],
    history: Sequence[Path],
    codes: Sequence[str],
    say: Callable[[str], None],
) -> Intake:
    """Turn pixels into fires with likelihood ratios from earlier years; without such years, say so and leave them.

    Parameters
    ----------
    intake
        As read: one observation for each pixel.
    window
        The case's period; nothing from its first UTC day on is learned from.
    source
        Source as named in the case file.
    paths, history
        Its files, and those of earlier years.
    codes
        ISO 3166-2 codes of the case's regions.
    say
        Takes progress, a line at a time.

    Warns
    -----
    NoBaseline
        No history, or one that cannot be learned from, with what is wrong; and what limits one that can.
    """
    if not len(intake.observations):
        return intake
    if not history:
        said = (
            f"{source}: fires are weighed by the channel's stated ratio, since no earlier years are named (`history`)"
        )
        warnings.warn(NoBaseline(said), stacklevel=2)
        return intake
    from ceasefire.detectors.thermal_baseline import learn
    from ceasefire.detectors.thermal_evidence import weigh
    from ceasefire.sources.firms_history import read_heat

    before, now = read_heat(history, source=source), read_heat(paths, source=source)
    bad = before.quarantine
    intake = replace(
        intake,
        quarantine=Table.concat(Quarantined, [intake.quarantine, Table.of(Quarantined, bad)]),
        count=intake.count + Count(rows=len(bad), quarantined=len(bad)),
        files=tuple(sorted({*intake.files, *before.files})),
    )
    try:
        baseline = learn(before, now, codes=codes, before=np.datetime64(window.start.date(), "D"))
    except ValueError as error:
        said = f"{source}: nothing can be learned from `history`, the channel's stated ratio is used: {error}"
        warnings.warn(NoBaseline(said), stacklevel=2)
        return intake
    for line in baseline.said:
        say(f"observe: {source}: {line}")
    for doubt in baseline.doubts:
        warnings.warn(NoBaseline(f"{source}: {doubt}"), stacklevel=2)
    fires = weigh(intake.observations, now, baseline)
    known = int(np.isfinite(fires.column("likelihood_ratio")).sum())
    say(f"observe: {source}: {len(intake.observations):,} pixels are {len(fires):,} fires, {known:,} with a baseline")
    return replace(intake, observations=fires)
