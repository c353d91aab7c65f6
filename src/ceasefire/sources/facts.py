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
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ceasefire.errors import UnverifiedSource
from ceasefire.model.intake import Count, Intake, Window
from ceasefire.model.records import Claim, Observation, Quarantined
from ceasefire.model.table import Table
from ceasefire.sources.blocks import Block, blocks
from ceasefire.sources.columns import coded, nearest, stable_ids
from ceasefire.sources.facts_check import COLUMNS, REQUIRED, Fields, checked
from ceasefire.sources.granule import MAX_BYTES
from ceasefire.sources.places import area
from ceasefire.sources.repeats import Repeats
from ceasefire.sources.rows import refused
from ceasefire.sources.vocabulary import word_lists

PRODUCT = "facts"
R = TypeVar("R")

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
        `area`: ISO 3166-1 countries the data are expected in; `max_bytes`: largest file, bytes.

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
    count, files, seen = Count(), dict[str, str](), Repeats()
    for path in paths:
        for block in blocks(path, required=REQUIRED, source=source, max_bytes=options.get("max_bytes", MAX_BYTES)):
            if block.sha256 and block.granule not in files:
                files[block.granule] = block.sha256
                _doubt_columns(block)
            observed, claimed, refusals, counted = _block(block, window, seen, area(options))
            observations.append(observed)
            claims.append(claimed)
            quarantine.append(refusals)
            count = count + counted
    return Intake(
        observations=_joined(Observation, observations),
        claims=_joined(Claim, claims),
        quarantine=_joined(Quarantined, quarantine),
        count=count,
        files=tuple(sorted(files.items())),
    )


def _joined(record: type[R], parts: list[Table[R]]) -> Table[R]:
    """Join without copying: a copy of a million rows would double the memory."""
    return Table(record, pa.concat_tables([part.arrow for part in parts])) if parts else Table.empty(record)


def _doubt_columns(block: Block) -> None:
    for name in block.columns:
        if name not in COLUMNS:
            message = f"{block.granule}: column {name!r} is not read{nearest(name, COLUMNS)}"
            warnings.warn(UnverifiedSource(message), stacklevel=3)


def _block(
    block: Block, window: Window, seen: Repeats, countries: Sequence[str]
) -> tuple[Table[Observation], Table[Claim], Table[Quarantined], Count]:
    fields = checked(block, window, countries)
    good = np.flatnonzero((fields.reason == "") & ~fields.outside)
    again = np.zeros(len(block), dtype=bool)
    again[good], fields.reason[good] = seen.check(
        block.granule, fields.take("id", good).to_pylist(), block.content[good], block.line[good]
    )
    bad = np.flatnonzero((fields.reason != "") & ~fields.outside)
    refusals = [*block.quarantine, *refused(block, bad.tolist(), fields.reason[bad].tolist())]
    used = (fields.reason == "") & ~fields.outside & ~again
    count = Count(
        rows=int(used.sum() + again.sum()) + len(refusals),
        used=int(used.sum()),
        duplicates=int(again.sum()),
        quarantined=len(refusals),
        outside=int(fields.outside.sum()),
    )
    told = ~np.isnat(fields.start) & ~np.isnan(fields.lat)
    observed = used & told & pc.is_in(fields.text["kind"], pa.array(_EVENTS)).to_numpy(zero_copy_only=False)
    claimed = used & pc.not_equal(fields.text["kind"], "event").to_numpy(zero_copy_only=False)
    ids = pa.array(stable_ids("o", block.source, PRODUCT, fields.text["id"]), type=pa.string())
    return (
        _observations(block, fields, np.flatnonzero(observed), ids),
        _claims(block, fields, np.flatnonzero(claimed), pc.if_else(pa.array(observed), ids, "")),
        Table.of(Quarantined, sorted(refusals, key=lambda q: q.line)),
        count,
    )


def _or(column: pa.Array, other: pa.Array | str) -> pa.Array:
    return pc.if_else(pc.equal(column, ""), other, column)


def _observations(block: Block, fields: Fields, at: NDArray[np.int64], ids: pa.Array) -> Table[Observation]:
    if not len(at):
        return Table.empty(Observation)
    kind, ids = fields.take("kind", at), ids.take(pa.array(at))
    event = pc.equal(kind, "event")
    columns = {name: fields.take(name, at) for name in _SAME if name in Observation.__dataclass_fields__}
    return Table.from_columns(
        Observation,
        {
            **columns,
            "id": ids,
            "source": block.source,
            "product": PRODUCT,
            "granule": block.granule,
            "line": block.line[at],
            "evidence": block.sha256,
            "channel": _or(fields.take("channel", at), "party"),
            "procedure": pc.if_else(event, _or(fields.take("procedure", at), "report"), "claim"),
            "start": fields.start[at],
            "end": fields.end[at],
            "reported": fields.reported[at],
            "lon": fields.lon[at],
            "lat": fields.lat[at],
            "radius_km": fields.radius_km[at],
            "region": pa.array(fields.region[at], type=pa.string()),
            "stance": pc.if_else(pc.equal(kind, "denial"), "denies", "asserts"),
            "alternatives": word_lists(fields.take("alternatives", at)),
            "reliability": _or(fields.take("reliability", at), "F"),
            "credibility": fields.credibility[at],
            "origin": _or(fields.take("origin", at), ids),
        },
        length=len(at),
    )


def _claims(block: Block, fields: Fields, at: NDArray[np.int64], observation: pa.Array) -> Table[Claim]:
    if not len(at):
        return Table.empty(Claim)
    ids = pa.array(stable_ids("c", block.source, PRODUCT, fields.take("id", at)), type=pa.string())
    observation = observation.take(pa.array(at))
    kinds, code = coded(fields.take("kind", at))
    stance = pa.array([_STANCE.get(kind, "") for kind in kinds], type=pa.string()).take(pa.array(code))
    columns = {name: fields.take(name, at) for name in _SAME if name in Claim.__dataclass_fields__}
    epoch = np.datetime64(0, "s")
    return Table.from_columns(
        Claim,
        {
            **columns,
            "id": ids,
            "source": block.source,
            "granule": block.granule,
            "line": block.line[at],
            "said": fields.reported[at],
            "stance": _or(fields.take("stance", at), stance),
            "start": np.where(np.isnat(fields.start[at]), epoch, fields.start[at]),
            "end": np.where(np.isnat(fields.end[at]), epoch, fields.end[at]),
            "region": pa.array(fields.region[at], type=pa.string()),
            "lon": fields.lon[at],
            "lat": fields.lat[at],
            "radius_km": fields.radius_km[at],
            "low": fields.low[at],
            "high": fields.high[at],
            "origin": _or(_or(fields.take("origin", at), observation), ids),
            "observation": observation,
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
