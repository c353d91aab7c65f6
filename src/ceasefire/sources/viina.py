"""VIINA: places and kinds of violence named in the headlines of Ukrainian and Russian news.

What a row is: a headline, a place named in it, and labels by a classifier. It is a report that something was
written, not that it happened there: the place is the one named, the day is the day of writing.

* **Time.** Kyiv's clock. The event is on the named day or, as morning summaries tell of the night and the day
  before, on the day before: the interval starts at 00:00 of the previous day and ends at the time of writing, or
  at the end of the named day where that time is 00:00:00, which the source writes where it knows none.
* **Place.** See `viina_places`: a settlement, a city, or a whole oblast where a village stands for one.
* **Copies.** Rows with equal time, place and headline are one row with the labels of all. Rows whose headlines are
  equal but for case, punctuation and spaces, not more than three days apart, are copies of one report: they share
  an `origin`. So do headlines of one day that have the same names and numbers and most of their words in common.
* **Looks.** The collection ran on a day that has any row; then every region of Ukraine was looked at, with the
  quality `1 - exp(-rows a day in that region)` over the files read: a simple, replaceable measure of how much is
  written about it. Occupied regions are cut to a tenth, since what is written about them is written elsewhere;
  regions of Russia get no look. A day without any row is a lost look.

Source: Zhukov and Ayers (2023), VIINA 2.0, https://github.com/zhukovyuri/VIINA, Open Database License 1.0.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ceasefire.geo.regions import match
from ceasefire.model.intake import Count, Intake, Window
from ceasefire.model.records import Look, Observation, Quarantined
from ceasefire.model.table import Table
from ceasefire.sources.clocks import Times, next_day
from ceasefire.sources.columns import stable_ids
from ceasefire.sources.daily import NOON, daily_looks, in_window
from ceasefire.sources.dated import doubt_dates
from ceasefire.sources.granule import MAX_BYTES
from ceasefire.sources.intervals import Reasons
from ceasefire.sources.places import located
from ceasefire.sources.rows import Rows, read_csv, times
from ceasefire.sources.viina_labels import act_of, effect_of, labels, object_of
from ceasefire.sources.viina_official import layout, read_labels, read_reports
from ceasefire.sources.viina_places import radii, stand_ins
from ceasefire.stats.copies import near_copies

PRODUCT = "viina"
CLOCK = "Europe/Kyiv"
REQUIRED = ("datetime", "lon", "lat", "place_name", "event_type", "headline")
"""Columns that must be in the header."""
RELIABILITY = "C"
"""Fairly reliable: named media of both sides, but chosen, geocoded and labelled by machine."""
CREDIBILITY = 3
"""Possibly true: a single headline; agreement with other origins is fusion's to find."""
LICENCE = "ODbL-1.0"
URL = "https://github.com/zhukovyuri/VIINA"
COPY_DAYS = 3
"""Equal headlines not more days apart than this are copies of one report."""
OCCUPIED = {"UA-09": 0.1, "UA-40": 0.1, "UA-43": 0.1}
"""Factor on a look's quality where the outlets have no reporters."""

_DAY = np.timedelta64(86_400, "s")


def read(
    paths: Sequence[Path],
    *,
    source: str,
    window: Window,
    options: Mapping[str, Any] = {},
) -> Intake:
    """Read VIINA's monthly files of incidents into observations and looks.

    A row belongs to the window where the noon of its named day does, on Kyiv's clock.

    Parameters
    ----------
    paths
        Monthly CSV files with the columns of `REQUIRED`, or VIINA's own yearly tables, reports and labels together.
    source
        Source as named in the case file.
    window
        The case's period.
    options
        `max_bytes`: largest file, bytes.

    Examples
    --------
    >>> import tempfile
    >>> from datetime import UTC, datetime
    >>> path = Path(tempfile.mkdtemp()) / "viina_incidents_202503.csv"
    >>> _ = path.write_text(
    ...     "datetime,lon,lat,place_name,event_type,headline\\n"
    ...     "2025-03-19 00:00:00,34.80,50.91,Sumy,uav|property,Drones struck a building in Sumy\\n", encoding="utf-8")
    >>> window = Window(datetime(2025, 3, 18, tzinfo=UTC), datetime(2025, 4, 18, tzinfo=UTC))
    >>> intake = read([path], source="viina", window=window)
    >>> o = intake.observations[0]
    >>> o.act, o.effect, o.region, o.radius_km, str(o.start), str(o.end)
    ('attack.air.drone', 'damage', 'UA-59', 5.0, '2025-03-17 22:00:00+00:00', '2025-03-19 22:00:00+00:00')
    """
    parts = _parts(paths, source, options.get("max_bytes", MAX_BYTES))
    link, precision = (
        [text.strip() for rows in parts for text in rows.columns.get(name, [""] * len(rows))]
        for name in ("url", "GEO_PRECISION")
    )
    days = [_days(rows) for rows in parts]
    refusals = [bad for rows in parts for bad in rows.quarantine]
    placed = [located(rows.columns["lat"], rows.columns["lon"]) for rows in parts]
    lat, lon, region, reason = (np.concatenate([p[k] for p in placed]) if placed else np.zeros(0) for k in range(4))
    day, said, end = (np.concatenate([d[k] for d in days]) if days else np.zeros(0, "M8[s]") for k in range(3))
    text = {name: [t.strip() for rows in parts for t in rows.columns[name]] for name in REQUIRED}
    place, headline = text["place_name"], text["headline"]
    reasons = Reasons(len(day))
    reasons.add(np.isnat(day), "datetime is not a time that exists on the clock Europe/Kyiv")
    reasons.add_each(np.asarray(reason, dtype=object))
    reasons.add(np.isnan(lat), "no coordinates")
    reasons.add(np.array([not h for h in headline], dtype=bool), "no headline")

    outside = ~np.isnat(day) & ~in_window(day, window)
    good = np.flatnonzero((reasons.text == "") & ~outside)
    keys = stable_ids("o", source, PRODUCT, *([text[k][i] for i in good.tolist()] for k in _KEY))
    first, tags = _merged(keys, [text["event_type"][i] for i in good.tolist()])
    at = good[first]
    bad = np.flatnonzero((reasons.text != "") & ~outside)
    which, offset = _owners(parts)
    refusals += [parts[which[i]].refuse(i - offset[which[i]], reasons.text[i]) for i in bad.tolist()]
    count = Count(len(good) + len(refusals), len(at), len(good) - len(at), len(refusals), int(outside.sum()))

    sound = np.flatnonzero((reasons.text == "") | outside)
    sound = sound[~np.isnan(lat[sound]) & ~np.isnat(day[sound])]
    wide = np.zeros(len(day), dtype=bool)
    wide[sound] = stand_ins(lon[sound], lat[sound], region[sound].tolist(), [headline[i] for i in sound.tolist()])
    names = [place[i] for i in at.tolist()]
    codes = region[at].tolist()
    observations = Table.from_columns(
        Observation,
        {
            "id": [keys[k] for k in first.tolist()],
            "source": source,
            "product": PRODUCT,
            "granule": [parts[w].granule for w in which[at].tolist()],
            "line": np.concatenate([rows.line for rows in parts])[at] if parts else at,
            "evidence": [parts[w].sha256 for w in which[at].tolist()],
            "channel": "news",
            "procedure": "report",
            "start": next_day(day[at], CLOCK, days=-1),
            "end": end[at],
            "reported": said[at],
            "lon": lon[at],
            "lat": lat[at],
            "radius_km": radii(names, lon[at], lat[at], codes, wide[at], [precision[i] for i in at.tolist()]),
            "place": names,
            "region": pa.array(codes, type=pa.string()),
            "act": [act_of(given) for given in tags],
            "object_class": [object_of(given) for given in tags],
            "effect": [effect_of(given) for given in tags],
            "reliability": RELIABILITY,
            "credibility": CREDIBILITY,
            "origin": _origins(source, [headline[i] for i in at.tolist()], day[at]),
            "text": [headline[i] for i in at.tolist()],
            "url": [link[i] if link[i].startswith(("https://", "http://")) else URL for i in at.tolist()],
            "licence": LICENCE,
        },
        length=len(at),
    )
    looks = Table.empty(Look)
    if len(sound):
        quality = _quality(day[sound], region[sound])
        looks = daily_looks(source=source, channel="news", window=window, clock=CLOCK, seen=day[sound], quality=quality)
    for rows, (named, _, _) in zip(parts, days, strict=True):
        doubt_dates(rows.granule, named + NOON)
    return Intake(
        observations=observations,
        looks=looks,
        quarantine=Table.of(Quarantined, sorted(refusals, key=lambda q: (q.granule, q.line))),
        count=count,
        files=tuple(sorted({(rows.granule, rows.sha256) for rows in parts if rows.sha256})),
    )


_KEY = ("datetime", "place_name", "headline")


def _parts(paths: Sequence[Path], source: str, max_bytes: int) -> list[Rows]:
    """Read the files, each in its own layout, into the columns of the monthly files."""
    kinds = [layout(path) for path in paths]
    labelled = [path for path, kind in zip(paths, kinds, strict=True) if kind == "labels"]
    cells, parts = read_labels(labelled, source=source, max_bytes=max_bytes)
    for rows in parts:
        rows.columns = {name: [] for name in REQUIRED}
    for path, kind in zip(paths, kinds, strict=True):
        if kind == "info":
            parts.append(read_reports(path, cells, source=source, max_bytes=max_bytes))
        elif kind != "labels":
            parts.append(read_csv(path, required=REQUIRED, source=source, max_bytes=max_bytes))
    return parts


def _days(rows: Rows) -> tuple[Times, Times, Times]:
    """Begin of the named local day, time of writing, and end of the interval, UTC."""
    written = rows.columns["datetime"]
    utc, _ = times(written, CLOCK)
    midnight = np.array([text.strip().endswith(("00:00:00", " 00:00")) or ":" not in text for text in written], bool)
    day = next_day(utc, CLOCK, days=0)
    last = next_day(utc, CLOCK)
    unknown = midnight[: len(utc)]
    said = np.where(unknown, last - np.timedelta64(1, "s"), utc)
    return day, said, np.where(unknown, last, utc + np.timedelta64(60, "s"))


def _owners(parts: Sequence[Rows]) -> tuple[NDArray[np.int64], list[int]]:
    """For every row its file's position, and for every file its first row's position."""
    sizes = [len(rows) for rows in parts]
    offset = [int(n) for n in np.cumsum([0, *sizes])[:-1]]
    return np.repeat(np.arange(len(parts)), sizes), offset


def _merged(keys: Sequence[str], given: Sequence[str]) -> tuple[NDArray[np.int64], list[frozenset[str]]]:
    """First row of each key, and the labels of all its rows."""
    first: dict[str, int] = {}
    tags: dict[str, frozenset[str]] = {}
    for i, (key, cell) in enumerate(zip(keys, given, strict=True)):
        first.setdefault(key, i)
        tags[key] = tags.get(key, frozenset()) | labels(cell)
    return np.fromiter(first.values(), dtype=np.int64, count=len(first)), list(tags.values())


def normalised(headline: str) -> str:
    """Give a headline without case, punctuation and double spaces, so that copies of it are equal.

    >>> normalised("У Сумах – вибухи!  ") == normalised("у сумах вибухи")
    True
    """
    text = unicodedata.normalize("NFKC", headline).casefold()
    return " ".join(re.sub(r"[^\w\s]|_", " ", text).split())


def _origins(source: str, headline: Sequence[str], day: Times) -> list[str]:
    """One origin for equal headlines not more than COPY_DAYS apart and near copies of one day, named by its first."""
    plain = [normalised(h) for h in headline]
    of = [0] * len(plain)
    last: dict[str, tuple[int, int]] = {}
    seconds, reach = day.astype(np.int64).tolist(), int(COPY_DAYS * _DAY / np.timedelta64(1, "s"))
    for i in np.argsort(day, kind="stable").tolist():
        met = last.get(plain[i])
        of[i] = met[1] if met is not None and seconds[i] - met[0] <= reach else i
        last[plain[i]] = (seconds[i], of[i])
    of = _with_near_copies(headline, day, of)
    first = sorted(set(of))
    texts = [plain[i] or headline[i] for i in first]
    names = stable_ids("r", texts, np.datetime_as_string(day[first]).tolist(), source) if first else []
    named = dict(zip(first, names, strict=True))
    return [named[i] for i in of]


def _with_near_copies(headline: Sequence[str], day: Times, of: list[int]) -> list[int]:
    """Give near copies of one day the earliest origin among them: the same names and numbers, and most of the words."""
    alone = sorted(set(of))
    if len(alone) < 2:
        return of
    found = near_copies([headline[i] for i in alone], day[alone].astype(np.int64), within=0)
    graph = coo_array((np.ones(len(found.i), bool), (found.i, found.j)), shape=(len(alone), len(alone)))
    _, label = connected_components(graph, directed=False)
    _, first = np.unique(label, return_index=True)
    to = dict(zip(alone, (alone[k] for k in first[label].tolist()), strict=True))
    return [to[i] for i in of]


def _quality(day: Times, region: NDArray[np.object_]) -> dict[str, float]:
    """Usable fraction of a look at each region: 1 - exp(-rows a day), a tenth of it where it is occupied."""
    span = max(1, int((day.max() - day.min()) / _DAY) + 1)
    rows = {code: float((region == code).sum()) for code in match("UA")}
    return {code: (1 - math.exp(-n / span)) * OCCUPIED.get(code, 1.0) for code, n in rows.items()}
