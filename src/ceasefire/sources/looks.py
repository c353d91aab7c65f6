"""A table of looks: who looked where and when, how well, and why a look was lost.

Why a table: most looks are made by the readers from the data themselves, but a mission's patrol plan, a cloudy
week or an outlet that closed are known from elsewhere, and a zero means nothing without them.

Columns: `source, channel, region, lat, lon, radius_km, start, end, acts, quality, lost`; `clock` is optional. A
`region` of two letters (`UA`) stands for every region of the country. `source` may name who looked; empty means
the source of the file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ceasefire.geo.regions import match
from ceasefire.model.intake import Count, Intake, Window
from ceasefire.model.records import Look, Quarantined
from ceasefire.model.table import Table
from ceasefire.model.taxonomy import ACTS
from ceasefire.sources.blocks import Block, blocks
from ceasefire.sources.columns import Texts, coded, filled, numbers, stable_ids
from ceasefire.sources.granule import MAX_BYTES
from ceasefire.sources.intervals import Reasons, interval, outside
from ceasefire.sources.places import area, located
from ceasefire.sources.repeats import Repeats
from ceasefire.sources.rows import refused
from ceasefire.sources.vocabulary import CHANNELS, check_words, word_lists

PRODUCT = "looks"
COLUMNS = ("source", "channel", "region", "lat", "lon", "radius_km", "start", "end", "acts", "quality", "lost", "clock")
"""Columns that are read."""
REQUIRED = ("channel", "start", "end", "acts", "quality")
"""Columns that must be in the header."""


def read(
    paths: Sequence[Path],
    *,
    source: str,
    window: Window,
    options: Mapping[str, Any] = {},
) -> Intake:
    """Read tables of looks.

    Parameters
    ----------
    paths
        CSV files with the columns of `COLUMNS`; those of `REQUIRED` must be there.
    source
        Source as named in the case file, for rows that name none.
    window
        A look belongs to it where it overlaps it.
    options
        `clock`: IANA zone of times without offset, where the table has no column `clock`; `area`: ISO 3166-1
        countries the data are expected in; `max_bytes`.

    Examples
    --------
    >>> import tempfile
    >>> from datetime import UTC, datetime
    >>> path = Path(tempfile.mkdtemp()) / "looks.csv"
    >>> _ = path.write_text(
    ...     "channel,region,start,end,acts,quality,lost\\n"
    ...     "drone,UA-59,2025-03-19T06:00Z,2025-03-19T09:00Z,attack|fire,0.7,\\n"
    ...     "drone,UA-59,2025-03-20T06:00Z,2025-03-20T09:00Z,attack|fire,0,cloud\\n", encoding="utf-8")
    >>> window = Window(datetime(2025, 3, 18, tzinfo=UTC), datetime(2025, 4, 18, tzinfo=UTC))
    >>> [(look.quality, look.lost) for look in read([path], source="mission", window=window).looks]
    [(0.7, ''), (0.0, 'cloud')]
    """
    looks: list[Table[Look]] = []
    quarantine: list[Table[Quarantined]] = []
    count, files, seen = Count(), dict[str, str](), Repeats()
    for path in paths:
        for block in blocks(path, required=REQUIRED, source=source, max_bytes=options.get("max_bytes", MAX_BYTES)):
            if block.sha256:
                files[block.granule] = block.sha256
            table, refusals, counted = _block(
                block, window, seen, clock=str(options.get("clock", "")), countries=area(options)
            )
            looks.append(table)
            quarantine.append(Table.of(Quarantined, refusals))
            count = count + counted
    return Intake(
        looks=Table.concat(Look, looks),
        quarantine=Table.concat(Quarantined, quarantine),
        count=count,
        files=tuple(sorted(files.items())),
    )


def _block(
    block: Block, window: Window, seen: Repeats, *, clock: str, countries: Sequence[str]
) -> tuple[Table[Look], list[Quarantined], Count]:
    n = len(block)
    none = pa.repeat(pa.scalar(""), n)
    text = {name: pc.utf8_trim_whitespace(block.columns[name]) if name in block.columns else none for name in COLUMNS}
    reasons = Reasons(n)
    zone = pc.if_else(pc.equal(text["clock"], ""), clock, text["clock"])
    start, end = interval(text["start"], text["end"], zone, reasons)
    reasons.add(np.isnat(start), "no start")
    lat, lon, _, wrong = located(text["lat"], text["lon"], countries=countries)
    reasons.add_each(wrong)
    radius_km, bad = numbers(text["radius_km"])
    with np.errstate(invalid="ignore"):
        reasons.add(bad | (radius_km <= 0), "radius_km is not a number above 0")
    disc = ~np.isnan(lat)
    reasons.add(disc & np.isnan(radius_km), "a place needs a radius_km")
    reasons.add(~disc & ~filled(text["region"]), "neither a region nor a place was looked at")
    patterns, code = coded(text["region"])
    regions = [match(pattern) if pattern not in ("", "*") else [""] for pattern in patterns]
    lost_pattern = np.array([not found for found in regions], dtype=bool)[code] if n else np.zeros(0, dtype=bool)
    reasons.add(lost_pattern, "unknown region: an ISO 3166-2 code is wanted, e.g. UA-53, or a country, e.g. UA")
    reasons.add(np.asarray(pc.equal(text["region"], "*")), "unknown region '*': the whole world cannot be looked at")
    check_words(reasons, "channel", text["channel"], CHANNELS, needed=True)
    check_words(reasons, "act", text["acts"], ACTS, needed=True, split="|")
    quality = _quality(text["quality"], text["lost"], reasons)

    elsewhere = outside(start, end, window)
    good = np.flatnonzero((reasons.text == "") & ~elsewhere)
    who = pc.if_else(pc.equal(text["source"], ""), block.source, text["source"])
    parts = [text[name].take(pa.array(good)) for name in ("channel", "region", "lat", "lon", "radius_km", "acts")]
    when = [np.datetime_as_string(t[good]).tolist() for t in (start, end)]
    keys = stable_ids("l", PRODUCT, who.take(pa.array(good)), *parts, *when)
    again = np.zeros(n, dtype=bool)
    again[good], reasons.text[good] = seen.check(block.granule, keys, block.content[good], block.line[good])
    ids = np.full(n, "", dtype=object)
    ids[good] = keys
    refused_at = np.flatnonzero((reasons.text != "") & ~elsewhere)
    refusals = [*block.quarantine, *refused(block, refused_at.tolist(), reasons.text[refused_at].tolist())]
    used = np.flatnonzero((reasons.text == "") & ~elsewhere & ~again)
    count = Count(
        rows=len(used) + int(again.sum()) + len(refusals),
        used=len(used),
        duplicates=int(again.sum()),
        quarantined=len(refusals),
        outside=int(elsewhere.sum()),
    )
    times = [regions[c] for c in code[used].tolist()]
    at = np.repeat(used, [len(found) for found in times])
    region = [one for found in times for one in found]
    looks = {
        "id": _each(ids[at].tolist(), region, text["region"].take(pa.array(at)).to_pylist()),
        "source": who.take(pa.array(at)),
        "channel": text["channel"].take(pa.array(at)),
        "region": pa.array(region, type=pa.string()),
        "start": start[at],
        "end": end[at],
        "lon": lon[at],
        "lat": lat[at],
        "radius_km": np.where(disc, radius_km, np.nan)[at],
        "acts": word_lists(text["acts"].take(pa.array(at))),
        "quality": quality[at],
        "lost": text["lost"].take(pa.array(at)),
    }
    table = Table.from_columns(Look, looks, length=len(at)) if len(at) else Table.empty(Look)
    return table, sorted(refusals, key=lambda q: q.line), count


def _quality(column: Texts, lost: Texts, reasons: Reasons) -> NDArray[np.float64]:
    quality, bad = numbers(column)
    gone = filled(lost)
    quality[np.isnan(quality) & gone & ~bad] = 0.0
    with np.errstate(invalid="ignore"):
        reasons.add(bad | (quality < 0) | (quality > 1), "quality is not a number from 0 to 1")
        reasons.add(np.isnan(quality), "no quality")
        reasons.add(gone & (quality > 0), "a lost look has quality 0, or it was not lost")
        reasons.add(~gone & (quality == 0), "a look of quality 0 needs the reason why it was lost")
    return quality


def _each(ids: list[str], region: list[str], pattern: list[str]) -> pa.Array:
    """Ids of looks: the row's own, or one for each region where the row names a country."""
    own = stable_ids("l", ids, region) if ids else []
    return pa.array(
        [i if r == p or not r else o for i, r, p, o in zip(ids, region, pattern, own, strict=True)],
        type=pa.string(),
    )
