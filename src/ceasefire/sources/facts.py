"""The shipped table of facts: events, claims, denials, totals, promises, deliveries and positions.

One row, one fact, in our own words, with its source. It is the format for people: what a newsroom, a mission or
a party's office writes by hand, and what a simulated world writes by the million. Every row is checked against
the taxonomies, the clocks and the globe; a half-filled row is kept out with its reason, never completed.

| kind | becomes |
|---|---|
| `event` | an observation: someone who saw or checked it reports |
| `claim`, `denial` | a claim; with a place and a time also an observation with the procedure `claim` |
| `total`, `promise`, `delivery`, `position` | a claim |

A start without a time of day means the whole local day of `clock`. A `said` without a time of day means the end
of that day. An empty `origin` means the row is nobody's copy. Rows of one id are duplicates where they are equal
and refused where they differ.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ceasefire.errors import UnverifiedSource
from ceasefire.model.intake import Count, Intake, Window
from ceasefire.model.records import Claim, Observation, Quarantined
from ceasefire.model.table import Table
from ceasefire.sources.columns import coded, nearest, stable_ids
from ceasefire.sources.facts_check import COLUMNS, REQUIRED, Fields, checked
from ceasefire.sources.granule import MAX_BYTES
from ceasefire.sources.rows import Rows, csv_chunks

PRODUCT = "facts"

_EVENTS = ("event", "claim", "denial")
_STANCE = {"claim": "asserts", "denial": "denies", "total": "asserts", "promise": "promises", "delivery": "delivers"}


def read(
    paths: Sequence[Path],
    *,
    source: str,
    window: Window,
    options: Mapping[str, Any] = {},
) -> Intake:
    """Read tables of facts into observations and claims.

    Parameters
    ----------
    paths
        CSV files with the columns of `facts_check.COLUMNS`; those of `REQUIRED` must be there, an unknown column
        is a doubt.
    source
        Source as named in the case file.
    window
        A row belongs to it where its period overlaps it or it was said in it.
    options
        `max_bytes`: largest file, bytes.

    Examples
    --------
    >>> import tempfile
    >>> from datetime import UTC, datetime
    >>> path = Path(tempfile.mkdtemp()) / "facts.csv"
    >>> _ = path.write_text(
    ...     "id,kind,start,clock,place,lat,lon,radius_km,act,object_class,channel\\n"
    ...     "f1,event,2025-03-19,Europe/Kyiv,Sumy,50.9,34.8,5,attack.air.drone,civilian.health,news\\n"
    ...     "f2,event,2025-03-19,Europe/Kyiv,Sumy,50.9,34.8,5,atack.air,civilian.health,news\\n", encoding="utf-8")
    >>> window = Window(datetime(2025, 3, 18, tzinfo=UTC), datetime(2025, 4, 18, tzinfo=UTC))
    >>> intake = read([path], source="table", window=window)
    >>> intake.observations[0].region, intake.quarantine[0].reason
    ('UA-59', "unknown act 'atack.air' (did you mean 'attack.air'?)")
    """
    observations: list[Table[Observation]] = []
    claims: list[Table[Claim]] = []
    quarantine: list[Table[Quarantined]] = []
    count = Count()
    files: dict[str, str] = {}
    seen: dict[str, tuple[int, str, int]] = {}
    for path in paths:
        pieces = csv_chunks(path, required=REQUIRED, source=source, max_bytes=options.get("max_bytes", MAX_BYTES))
        for rows in pieces:
            if rows.sha256:
                _doubt_columns(rows, new=rows.granule not in files)
                files[rows.granule] = rows.sha256
            observed, claimed, refused, counted = _piece(rows, window, seen)
            observations.append(observed)
            claims.append(claimed)
            quarantine.append(refused)
            count = count + counted
    return Intake(
        observations=Table.concat(Observation, observations),
        claims=Table.concat(Claim, claims),
        quarantine=Table.concat(Quarantined, quarantine),
        count=count,
        files=tuple(sorted(files.items())),
    )


def _doubt_columns(rows: Rows, *, new: bool) -> None:
    unknown = [name for name in rows.columns if name not in COLUMNS] if new else []
    for name in unknown:
        message = f"{rows.granule}: column {name!r} is not read{nearest(name, COLUMNS)}"
        warnings.warn(UnverifiedSource(message), stacklevel=3)


def _piece(
    rows: Rows, window: Window, seen: dict[str, tuple[int, str, int]]
) -> tuple[Table[Observation], Table[Claim], Table[Quarantined], Count]:
    fields = checked(rows, window)
    duplicate = np.zeros(len(rows), dtype=bool)
    for i in np.flatnonzero((fields.reason == "") & ~fields.outside).tolist():
        content = hash(tuple([column[i] for column in fields.text.values()]))
        first = seen.setdefault(fields.text["id"][i], (content, rows.granule, int(rows.line[i])))
        if first[1:] == (rows.granule, rows.line[i]):
            continue
        if first[0] == content:
            duplicate[i] = True
        else:
            fields.reason[i] = f"id {fields.text['id'][i][:60]!r} is used twice: first in {first[1]}, line {first[2]}"
    bad = np.flatnonzero((fields.reason != "") & ~fields.outside)
    refused = [*rows.quarantine, *(rows.refuse(i, fields.reason[i]) for i in bad.tolist())]
    used = (fields.reason == "") & ~fields.outside & ~duplicate
    count = Count(
        rows=int(used.sum() + duplicate.sum()) + len(refused),
        used=int(used.sum()),
        duplicates=int(duplicate.sum()),
        quarantined=len(refused),
        outside=int(fields.outside.sum()),
    )
    kind = np.asarray(fields.text["kind"], dtype=object)
    told = ~np.isnat(fields.start) & ~np.isnan(fields.lat)
    observed = np.flatnonzero(used & np.isin(kind, _EVENTS) & told)
    claimed = np.flatnonzero(used & (kind != "event"))
    return (
        _observations(rows, fields, observed),
        _claims(rows, fields, claimed, set(observed.tolist())),
        Table.of(Quarantined, sorted(refused, key=lambda q: q.line)),
        count,
    )


def _observations(rows: Rows, fields: Fields, at: NDArray[np.int64]) -> Table[Observation]:
    if not len(at):
        return Table.empty(Observation)
    event = [fields.text["kind"][i] == "event" for i in at.tolist()]
    ids = stable_ids("o", rows.source, PRODUCT, fields.take("id", at))
    channel = [c or "party" for c in fields.take("channel", at)]
    procedure = [(p or "report") if e else "claim" for p, e in zip(fields.take("procedure", at), event, strict=True)]
    names, code = coded(fields.take("alternatives", at))
    lists = pa.array([[w.strip() for w in n.split("|") if w.strip()] for n in names], type=pa.list_(pa.string()))
    columns = {name: fields.take(name, at) for name in _SAME if name in Observation.__dataclass_fields__}
    return Table.from_columns(
        Observation,
        {
            **columns,
            "id": ids,
            "source": rows.source,
            "product": PRODUCT,
            "granule": rows.granule,
            "line": rows.line[at],
            "evidence": rows.sha256,
            "channel": channel,
            "procedure": procedure,
            "start": fields.start[at],
            "end": fields.end[at],
            "reported": fields.reported[at],
            "lon": fields.lon[at],
            "lat": fields.lat[at],
            "radius_km": fields.radius_km[at],
            "region": pa.array(fields.region[at].tolist(), type=pa.string()),
            "stance": ["denies" if k == "denial" else "asserts" for k in fields.take("kind", at)],
            "alternatives": lists.take(pa.array(code)),
            "reliability": [r or "F" for r in fields.take("reliability", at)],
            "credibility": fields.credibility[at],
            "origin": [o or i for o, i in zip(fields.take("origin", at), ids, strict=True)],
        },
        length=len(at),
    )


def _claims(rows: Rows, fields: Fields, at: NDArray[np.int64], observed: set[int]) -> Table[Claim]:
    if not len(at):
        return Table.empty(Claim)
    own = fields.take("id", at)
    ids = stable_ids("c", rows.source, PRODUCT, own)
    observation = stable_ids("o", rows.source, PRODUCT, own)
    columns = {name: fields.take(name, at) for name in _SAME if name in Claim.__dataclass_fields__}
    epoch = np.datetime64(0, "s")
    return Table.from_columns(
        Claim,
        {
            **columns,
            "id": ids,
            "source": rows.source,
            "granule": rows.granule,
            "line": rows.line[at],
            "said": fields.reported[at],
            "stance": [
                stance or _STANCE[kind]
                for stance, kind in zip(fields.take("stance", at), fields.take("kind", at), strict=True)
            ],
            "start": np.where(np.isnat(fields.start[at]), epoch, fields.start[at]),
            "end": np.where(np.isnat(fields.end[at]), epoch, fields.end[at]),
            "region": pa.array(fields.region[at].tolist(), type=pa.string()),
            "lon": fields.lon[at],
            "lat": fields.lat[at],
            "radius_km": fields.radius_km[at],
            "low": fields.low[at],
            "high": fields.high[at],
            "origin": [o or i for o, i in zip(fields.take("origin", at), observation, strict=True)],
            "observation": [o if i in observed else "" for o, i in zip(observation, at.tolist(), strict=True)],
        },
        length=len(at),
    )


_SAME = (
    "place",
    "act",
    "object_class",
    "effect",
    "claimant",
    "speaker",
    "accused",
    "basis",
    "control",
    "provision",
    "words",
    "unit",
    "summary",
    "url",
)
"""Columns that go into the records as they stand."""
