"""Effects of a case: every series of its `effect:` section, and its own incidents, held against every window.

What cannot be judged is listed with its reason: a case that begins on the day of the ceasefire has no days before it,
and a sentence that says so is worth more than a missing chapter.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from math import isfinite, isinf, isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from ceasefire.assessment.effect import daily_effects, effects, exclude_days
from ceasefire.assessment.effect_lines import EffectSection, EffectSeries, EffectWindow
from ceasefire.casefile import find_files
from ceasefire.errors import CeasefireError
from ceasefire.model.effect import Effect, EffectRow, Judged, rows
from ceasefire.model.table import Table
from ceasefire.sources import alerts, daily_series
from ceasefire.store import Incidents

if TYPE_CHECKING:
    from ceasefire.case import Case
    from ceasefire.run import Run

INCIDENTS = "incidents"


def effect(
    run: Run, *, exclude: str | int | None = None, series: str | Path | None = None, placebos: int | None = None
) -> tuple[Judged, ...]:
    """Tell whether less happened in a ceasefire than would have, with interval, placebo dates and daily readout.

    Why not before and after: violence rises while terms are negotiated and falls back by itself, fewer violations are
    seen in a cloudy month, and violence comes in spells. See docs/methods/effect.md.

    Parameters
    ----------
    run
        A finished run. Its case file's `effect:` section names windows and series; without it the case's period is
        the window and its incidents are the series.
    exclude
        Days of negotiation before each start that are left out, e.g. `14d`; as the case says where None.
    series
        One more daily series: a file with the columns date, region, count and, where looks were lost, exposure.
    placebos
        Placebo dates; as the case says where None.

    Returns
    -------
    One record per series and window; its `whole` is over all regions. What cannot be judged says why.

    Raises
    ------
    CeasefireError
        A file that is not there or has no usable row; a malformed `exclude`.

    >>> import ceasefire as cf
    >>> cf.effect is effect
    True
    """
    extra: tuple[EffectSeries, ...] = ()
    if series is not None:
        extra = (
            EffectSeries(
                id="given",
                path=str(Path(series).resolve()),
                quantity=f"what {Path(series).name} counts",
                unit="counted",
                measures="what its author says",
                does_not_measure="not stated",
            ),
        )
    return judge(run.case, run.fused, exclude=exclude, placebos=placebos, extra=extra)


def judge(
    case: Case,
    fused: Incidents,
    *,
    exclude: str | int | None = None,
    placebos: int | None = None,
    extra: tuple[EffectSeries, ...] = (),
) -> tuple[Judged, ...]:
    """Judge every series of a case, and its incidents, on every window.

    Parameters
    ----------
    case, fused
        The case, and what fusion gave.
    exclude, placebos
        Instead of the case file's.
    extra
        Further series.
    """
    section = case.file.effect or EffectSection(windows=(_whole_period(case),))
    model: dict[str, Any] = {
        "exclude": section.exclude if exclude is None else exclude,
        "placebos": section.placebos if placebos is None else placebos,
    }
    days = exclude_days(model["exclude"])
    known = {p.id for p in case.agreement.provisions}
    out = []
    for line in (*section.series, *extra):
        if line.speaks_to and line.speaks_to not in known:
            raise CeasefireError(
                f"effect: series {line.id!r} speaks to {line.speaks_to!r}, and the agreement has {sorted(known)}"
            )
        clock = alerts.CLOCK if line.product == "alerts" else line.clock or case.file.clock
        read = daily_series.read(
            find_files(line.paths, case.file, case.folder),
            source=line.id,
            product=line.product,
            clock=clock,
            since=line.since,
            until=max(w.to for w in section.windows),
        )
        count = read.count
        case.say(
            f"effect: {line.id}: {count.rows:,} rows = {count.used:,} used + {count.duplicates:,} duplicates + "
            f"{count.quarantined:,} quarantined ({count.outside:,} outside); {len(read.daily.start):,} days"
        )
        if read.quarantine:
            first = read.quarantine[0]
            case.say(f"effect: {line.id}: the first in quarantine is {first.granule}:{first.line}: {first.reason}")
        for window in section.windows:
            start, end = _instants(window, clock)
            try:
                found = daily_effects(read.daily, start=start, end=end, weekly=line.weekly, **model)
            except CeasefireError as error:
                found = (Effect("all", "not_assessed", reason=str(error)),)
            out.append(_judged(line, window, days, clock, len(read.daily.start), read.daily.gaps(), found))
    for window in section.windows:
        if not window.control:
            out.append(
                _judged(_OWN, window, days, case.file.clock, case.file.window.days, 0, _own(case, fused, window, model))
            )
    for one in out:
        case.say(f"effect: {one.series}, {one.window}: {one.whole.sentence(unit=one.unit)}")
    return tuple(out)


def keep(judged: tuple[Judged, ...], folder: Path) -> None:
    """Write effects.parquet, a line for each series, window and region, and effects.json with everything."""
    Table.of(EffectRow, rows(judged)).write(folder / "effects.parquet")
    sheet = [_plain(asdict(j)) for j in judged]
    (folder / "effects.json").write_text(json.dumps(sheet, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def as_json(judged: tuple[Judged, ...]) -> str:
    """Give everything as one JSON array on one line; numbers that are none are the texts `nan` and `inf`."""
    return json.dumps([_plain(asdict(j)) for j in judged], ensure_ascii=False)


def kept(folder: Path) -> tuple[Judged, ...]:
    """Read back what `keep` wrote; nothing where the case asks for no effects."""
    path = folder / "effects.json"
    if not path.is_file():
        return ()
    try:
        return TypeAdapter(tuple[Judged, ...]).validate_json(path.read_bytes())
    except ValueError as error:
        raise CeasefireError(f"{path} is not what `ceasefire run` writes ({error})") from None


_OWN = EffectSeries(
    id=INCIDENTS,
    path="incidents.parquet",
    quantity="incidents of this case, per chance to see one",
    unit="incidents",
    measures="attacks that sources of this case reported and that very likely occurred",
    does_not_measure="attacks that nobody reported",
)


def _own(case: Case, fused: Incidents, window: EffectWindow, model: dict[str, Any]) -> tuple[Effect, ...]:
    start, end = _instants(window, case.file.clock)
    before = (start - case.file.window.start).days
    least = 28 + exclude_days(model["exclude"])
    if before < least:
        reason = (
            f"the case holds {before} day{'' if before == 1 else 's'} before {window.from_}, and {least} are needed "
            "to foretell what would have been"
        )
        return (Effect("all", "not_assessed", reason=reason),)
    try:
        return effects(fused.incidents, fused.coverage, start=start, end=end, **model)
    except CeasefireError as error:
        return (Effect("all", "not_assessed", reason=str(error)),)


def _judged(
    line: EffectSeries, window: EffectWindow, days: int, clock: str, length: int, gaps: int, found: tuple[Effect, ...]
) -> Judged:
    return Judged(
        series=line.id,
        window=window.id,
        title=window.title,
        quantity=line.quantity,
        unit=line.unit,
        speaks_to=line.speaks_to,
        measures=line.measures,
        does_not_measure=line.does_not_measure,
        control=window.control,
        why=window.why,
        first=window.from_,
        last=window.to,
        exclude_days=days,
        clock=clock,
        days=length,
        gaps=gaps,
        licence=line.licence,
        url=line.url,
        effects=found,
    )


def _whole_period(case: Case) -> EffectWindow:
    period = case.file.period
    return EffectWindow.model_validate(
        {"id": "period", "title": case.agreement.title, "from": period.from_, "to": period.to}
    )


def _instants(window: EffectWindow, clock: str) -> tuple[datetime, datetime]:
    zone = ZoneInfo(clock)

    def midnight(day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)

    return midnight(window.from_), midnight(window.to + timedelta(days=1))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, float):
        if isfinite(value):
            return round(value, 6)
        return "nan" if isnan(value) else "inf" if isinf(value) and value > 0 else "-inf"
    return value.isoformat() if isinstance(value, (datetime, date)) else value
