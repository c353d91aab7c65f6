"""UCDP GED: fatal events of organised violence, coded by people from many reports, with low, best and high deaths.

* **Time.** `date_start` to the end of `date_end`, days on Kyiv's clock; where the coders say that the date is less
  precise than its span (`date_prec`), the span is widened to a week, the month or the year.
* **Place.** `where_prec` gives the radius: 1 exact, 2 within about 25 km, 3 district, 4 oblast, 5 an area or line,
  6 the country, 7 international waters or air.
* **Act.** Which weapon killed is not coded: the act is `attack`. In one-sided violence side A is the one accused.
* **Copies.** One event, one row; releases overlap, so equal events are duplicates, and an event that two files
  date, place or count differently is kept from the first and refused from the second.
* **Looks.** Only events that killed are recorded: days of the window inside the span of the files' events are looks
  of quality `QUALITY` at regions with any event; the others are lost.

Dates come as ISO or, in files that went through a spreadsheet, with slashes; see `slashes`. Source: Sundberg and
Melander (2013), Introducing the UCDP Georeferenced Event Dataset, https://ucdp.uu.se/downloads/, CC BY 4.0;
codebook https://ucdp.uu.se/downloads/ged/ged251.pdf.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ceasefire.errors import AssumedPrecision, UnverifiedSource
from ceasefire.geo import distance
from ceasefire.geo.regions import disc
from ceasefire.model.intake import Count, Intake, Window
from ceasefire.model.records import Look, Observation, Quarantined
from ceasefire.model.table import Table
from ceasefire.sources.clocks import Times, next_day
from ceasefire.sources.columns import Floats, Mask
from ceasefire.sources.daily import daily_looks
from ceasefire.sources.dated import doubt_dates
from ceasefire.sources.granule import MAX_BYTES
from ceasefire.sources.intervals import Reasons, outside
from ceasefire.sources.pages import MAX_PAGE_BYTES, read_page
from ceasefire.sources.places import area, located
from ceasefire.sources.repeats import Repeats
from ceasefire.sources.rows import Rows, numbers, read_csv, stable_ids, times
from ceasefire.sources.slashes import slash_order, unslashed

PRODUCT = "ucdp"
CLOCK = "Europe/Kyiv"
REQUIRED = ("id", "date_start", "date_end", "latitude", "longitude", "where_prec", "date_prec", "best", "high", "low")
"""Columns that must be in the header."""
RADIUS_KM = {1: 5.0, 2: 25.0, 3: 50.0, 4: 180.0, 5: 100.0, 6: 700.0, 7: 300.0}
"""Radius by `where_prec`, km; 4 takes the region's own disc where there is one."""
PARTIES = {"government of ukraine": "ukraine", "government of russia (soviet union)": "russia"}
"""Party by the name of a side; others have no id of ours and stay out of `accused`."""
RELIABILITY = "B"
"""Usually reliable: coded by researchers, several sources read, revised every year."""
QUALITY = 0.3
"""Usable fraction of a look: most attacks kill nobody and are not in this data."""
LICENCE = "CC-BY-4.0"
URL = "https://ucdp.uu.se/"

_DAY = np.timedelta64(86_400, "s")


def read(
    paths: Sequence[Path],
    *,
    source: str,
    window: Window,
    options: Mapping[str, Any] = {},
) -> Intake:
    """Read tables of UCDP GED into observations and looks.

    Parameters
    ----------
    paths
        CSV files with the columns of `REQUIRED`, UTF-8 or a Windows code page; or JSON pages of the UCDP API.
    source
        Source as named in the case file.
    window
        A row belongs to it where its interval overlaps it.
    options
        `area`: ISO 3166-1 countries the data are expected in; `max_bytes`: largest file, bytes.

    Examples
    --------
    >>> import tempfile
    >>> from datetime import UTC, datetime
    >>> path = Path(tempfile.mkdtemp()) / "ged.csv"
    >>> _ = path.write_text(
    ...     "id,date_start,date_end,latitude,longitude,where_prec,date_prec,best,high,low\\n"
    ...     "1,2015-02-16,2015-02-16,48.34,38.41,2,1,5,8,3\\n", encoding="utf-8")
    >>> window = Window(datetime(2015, 2, 15, tzinfo=UTC), datetime(2015, 3, 1, tzinfo=UTC))
    >>> o = read([path], source="ucdp", window=window).observations[0]
    >>> o.region, o.radius_km, o.effect, o.summary
    ('UA-14', 25.0, 'casualties', 'UCDP counts 3 to 8 deaths, 5 at best estimate.')
    """
    observations: list[Table[Observation]] = []
    refusals: list[Quarantined] = []
    count, seen, spans = Count(), Repeats(), []
    files: dict[str, str] = {}
    for path in paths:
        limit = options.get("max_bytes", MAX_BYTES)
        if path.suffix.lower() == ".json":
            rows = read_page(path, required=REQUIRED, source=source, max_bytes=min(limit, MAX_PAGE_BYTES))
        else:
            rows = read_csv(path, required=REQUIRED, source=source, max_bytes=limit)
        if rows.sha256:
            files[rows.granule] = rows.sha256
        table, bad, counted, span = _file(rows, window, seen, area(options))
        observations.append(table)
        refusals += bad
        count = count + counted
        spans.append(span)
    return Intake(
        observations=Table.concat(Observation, observations),
        looks=_looks(source, window, spans),
        quarantine=Table.of(Quarantined, sorted(refusals, key=lambda q: (q.granule, q.line))),
        count=count,
        files=tuple(sorted(files.items())),
    )


def _file(
    rows: Rows, window: Window, seen: Repeats, countries: Sequence[str]
) -> tuple[Table[Observation], list[Quarantined], Count, tuple[Times, NDArray[np.object_]]]:
    n = len(rows)
    none = [""] * n
    text = {name: [t.strip() for t in column] for name, column in rows.columns.items()}
    reasons = Reasons(n)
    start, end = _span(rows, text, reasons)
    lat, lon, region, wrong = located(text["latitude"], text["longitude"], countries=countries)
    number = {name: numbers(text[name]) for name in ("where_prec", "date_prec", "best", "high", "low")}
    reasons.add(np.array([not i for i in text["id"]], dtype=bool), "no id")
    reasons.add_each(wrong)
    reasons.add(np.isnan(lat), "no coordinates")
    for name, (values, bad) in number.items():
        reasons.add(bad | np.isnan(values), f"{name} is not a number")
    where, low, best, high = (number[k][0] for k in ("where_prec", "low", "best", "high"))
    reasons.add(~np.isin(where, list(RADIUS_KM)), "where_prec is not one of 1 to 7")
    reasons.add((low < 0) | (best < 0) | (high < 0), "a number of deaths below 0")
    elsewhere = outside(start, end, window)

    good = np.flatnonzero((reasons.text == "") & ~elsewhere)
    what = zip(start.tolist(), end.tolist(), lat.tolist(), lon.tolist(), low.tolist(), best.tolist(), strict=True)
    content = np.fromiter((hash(row) for row in what), dtype=np.int64, count=n)
    again = np.zeros(n, dtype=bool)
    ids = [text["id"][i] for i in good.tolist()]
    again[good], reasons.text[good] = seen.check(rows.granule, ids, content[good], rows.line[good])
    bad_at = np.flatnonzero((reasons.text != "") & ~elsewhere).tolist()
    refusals = [*rows.quarantine, *(rows.refuse(i, reasons.text[i]) for i in bad_at)]
    at = np.flatnonzero((reasons.text == "") & ~elsewhere & ~again)
    count = Count(
        rows=len(at) + int(again.sum()) + len(refusals),
        used=len(at),
        duplicates=int(again.sum()),
        quarantined=len(refusals),
        outside=int(elsewhere.sum()),
    )
    few = at.tolist()
    keys = stable_ids("o", rows.source, PRODUCT, [text["id"][i] for i in few]) if few else []
    sided = np.array([t == "3" for t in text.get("type_of_violence", none)], dtype=bool)
    side = [PARTIES.get(name.casefold(), "") for name in text.get("side_a", none)]
    told = [h or o for h, o in zip(text.get("source_headline", none), text.get("source_original", none), strict=True)]
    observations = Table.from_columns(
        Observation,
        {
            "id": keys,
            "source": rows.source,
            "product": PRODUCT,
            "granule": rows.granule,
            "line": rows.line[at],
            "evidence": rows.sha256,
            "channel": "monitor",
            "procedure": "report",
            "start": start[at],
            "end": end[at],
            "reported": end[at],
            "lon": lon[at],
            "lat": lat[at],
            "radius_km": _radii(where, lon, lat, region)[at],
            "place": [text.get("where_coordinates", none)[i] for i in few],
            "region": pa.array(region[at].tolist(), type=pa.string()),
            "act": "attack",
            "effect": np.where(np.fmax(best, high)[at] > 0, "casualties", "").astype(object),
            "accused": [side[i] if sided[i] else "" for i in few],
            "reliability": RELIABILITY,
            "credibility": _credibility(text.get("event_clarity", none), text.get("code_status", none))[at],
            "origin": keys,
            "summary": [_counted(low[i], best[i], high[i]) for i in few],
            "text": [told[i] for i in few],
            "url": URL,
            "licence": LICENCE,
        },
        length=len(at),
    )
    doubt_dates(rows.granule, start)
    mixed = int(((low[at] > best[at]) | (best[at] > high[at])).sum())
    if mixed:
        message = (
            f"{rows.granule}: {mixed} events whose deaths are not in the order low, best, high; the widest span is told"
        )
        warnings.warn(UnverifiedSource(message), stacklevel=3)
    sound = (reasons.text == "") | elsewhere
    return observations, refusals, count, (start[sound], region[sound])


def _span(rows: Rows, text: Mapping[str, list[str]], reasons: Reasons) -> tuple[Times, Times]:
    """First instant and first instant after, UTC, widened where the date is less precise than its span."""
    order = slash_order(text["date_start"], text["date_end"])
    slashed = sum("/" in t for t in text["date_start"])
    if slashed and order:
        message = f"{rows.granule}: {slashed} dates with slashes are read {order} first, as others in the file must be"
        warnings.warn(AssumedPrecision(message), stacklevel=4)
    first, bad = times(unslashed(text["date_start"], order), CLOCK)
    last, also = times(unslashed(text["date_end"], order), CLOCK)
    reasons.add(bad, "date_start is not a date that can be read in one way only")
    reasons.add(also, "date_end is not a date that can be read in one way only")
    reasons.add(last < first, "date_end is before date_start")
    precision, _ = numbers(text["date_prec"])
    start, end = next_day(first, CLOCK, days=0), next_day(last, CLOCK)
    short = {2: 6, 3: 7, 4: 28, 5: 28}
    for value, least in short.items():
        narrow = np.flatnonzero((precision == value) & (end - start < least * _DAY) & ~bad & ~also & (last >= first))
        if not len(narrow):
            continue
        if value in (2, 3):
            start[narrow] = next_day(start[narrow], CLOCK, days=-3)
            end[narrow] = next_day(end[narrow], CLOCK, days=3)
        else:
            unit = "M" if value == 4 else "Y"
            begin = (first[narrow] + _DAY).astype(f"M8[{unit}]")
            start[narrow] = np.minimum(start[narrow], begin.astype("M8[s]") - _DAY / 12)
            end[narrow] = np.maximum(end[narrow], (begin + 1).astype("M8[s]"))
    return start, end


def _radii(where: Floats, lon: Floats, lat: Floats, region: NDArray[np.object_]) -> Floats:
    """Radius by precision, km; an oblast's disc is measured from the event's point."""
    radius = np.array([RADIUS_KM.get(int(w), np.nan) if np.isfinite(w) else np.nan for w in where], dtype=np.float64)
    for i in np.flatnonzero((where == 4) & (region != "")).tolist():
        east, north, wide = disc(region[i])
        radius[i] = np.ceil(wide + float(distance.km(lon[i], lat[i], east, north)))
    return radius


def _credibility(clarity: Sequence[str], status: Sequence[str]) -> NDArray[np.int64]:
    """2 where the event is clear, 3 where it is pieced together, 4 where the coders doubt it."""
    clear: Mask = np.array([c == "1" for c in clarity], dtype=bool)
    doubted: Mask = np.array([s.casefold() not in ("", "clear") for s in status], dtype=bool)
    return np.where(doubted, 4, np.where(clear, 2, 3)).astype(np.int64)


def _counted(low: float, best: float, high: float) -> str:
    least, most = min(low, best, high), max(low, best, high)
    if least == most:
        return f"UCDP counts {best:.0f} {'death' if best == 1 else 'deaths'}."
    return f"UCDP counts {least:.0f} to {most:.0f} deaths, {best:.0f} at best estimate."


def _looks(source: str, window: Window, spans: Sequence[tuple[Times, NDArray[np.object_]]]) -> Table[Look]:
    start = np.concatenate([np.zeros(0, "M8[s]"), *(s for s, _ in spans)])
    region = np.concatenate([np.zeros(0, object), *(r for _, r in spans)])
    known = ~np.isnat(start)
    if not known.any():
        return Table.empty(Look)
    first, last = start[known].min() + _DAY / 2, start[known].max() + _DAY / 2
    between = np.arange(first, last + _DAY, _DAY)
    return daily_looks(
        source=source,
        channel="monitor",
        window=window,
        clock=CLOCK,
        seen=next_day(between, CLOCK, days=0),
        quality={code: QUALITY for code in set(region[known].tolist()) if code},
    )
