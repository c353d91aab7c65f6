"""What the stages leave in a case's output folder, so that each can be run again without those before it.

Tables are (Geo)Parquet: QGIS, geopandas and DuckDB open them without us. Counts and file hashes are JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TypeVar

from ceasefire.errors import CeasefireError
from ceasefire.model.intake import Count
from ceasefire.model.patrol_record import Patrol, read_patrols, write_patrols
from ceasefire.model.picture import Picture
from ceasefire.model.records import (
    Claim,
    Coverage,
    Finding,
    Incident,
    Look,
    Observation,
    ProtectedObject,
    Quarantined,
    Weight,
)
from ceasefire.model.sea import Sea, read_sea, write_sea
from ceasefire.model.table import Table
from ceasefire.model.unseen import DetectionChance, ListPattern
from ceasefire.model.vessel import VesselEvent

R = TypeVar("R")

PATROLS = "patrols.json"
"""File of patrols in the output folder; there is none where the case has no patrol."""
SEA = "sea.json"
"""File of the sea in the output folder; there is none where no source listened to ships."""


@dataclass(frozen=True)
class Observed:
    """What the sources gave, together."""

    observations: Table[Observation]
    looks: Table[Look]
    claims: Table[Claim]
    quarantine: Table[Quarantined]
    objects: Table[ProtectedObject]
    counts: dict[str, Count]
    files: tuple[tuple[str, str, str], ...]
    """Triples (source, file name, SHA-256 of its bytes)."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of an archived text to the text; kept in `texts/` of the output folder, never in a report."""
    pictures: Table[Picture] = field(default_factory=lambda: Table.empty(Picture))
    """Pictures of observations made from pixels, before release."""
    png: Mapping[str, bytes] = field(default_factory=dict)
    """Their bytes by their SHA-256; kept in `pictures/` of the output folder, in a report only when released."""
    patrols: tuple[Patrol, ...] = ()
    """Patrols in full, before release."""
    vessel_events: Table[VesselEvent] = field(default_factory=lambda: Table.empty(VesselEvent))
    """What single ships did or suffered; never in a report."""
    sea: Sea | None = None
    """What is known of the seas, in full; None where no source listened to ships."""


@dataclass(frozen=True)
class Incidents:
    """What fusion gave: incidents, the weights behind them, and what could have been seen."""

    incidents: Table[Incident]
    weights: Table[Weight]
    coverage: Table[Coverage]
    detection: Table[DetectionChance] = field(default_factory=lambda: Table.empty(DetectionChance))
    """How well each channel is taken to show an act."""
    patterns: Table[ListPattern] = field(default_factory=lambda: Table.empty(ListPattern))
    """Incidents on each combination of lists."""


def keep(results: Observed | Incidents | Table[Finding], folder: Path) -> None:
    """Write a stage's tables into a folder."""
    if isinstance(results, Table):
        results.write(folder / "findings.parquet")
        return
    for name, table in vars(results).items():
        if isinstance(table, Table):
            table.write(folder / f"{name}.parquet")
    if isinstance(results, Observed):
        sheet = {
            "counts": {name: asdict(count) for name, count in results.counts.items()},
            "files": [list(entry) for entry in results.files],
        }
        for digest, data in results.png.items():
            (folder / "pictures").mkdir(exist_ok=True)
            (folder / "pictures" / f"{digest}.png").write_bytes(data)
        for archived, text in results.texts.items():
            (folder / "texts").mkdir(exist_ok=True)
            (folder / "texts" / f"{archived}.txt").write_bytes(text.encode("utf-8", "surrogatepass"))
        (folder / PATROLS).unlink(missing_ok=True)
        if results.patrols:
            (folder / PATROLS).write_text(write_patrols(results.patrols), encoding="utf-8")
        (folder / SEA).unlink(missing_ok=True)
        if results.sea:
            (folder / SEA).write_text(write_sea(results.sea), encoding="utf-8")
        (folder / "sources.json").write_text(json.dumps(sheet, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def observed(folder: Path) -> Observed:
    """Read back what `observe` left; `CeasefireError` names the verb to run first."""
    stage = "observe"
    sheet = json.loads(_there(folder / "sources.json", stage).read_text(encoding="utf-8"))
    pictures = _read_back(Picture, folder / "pictures.parquet", stage)
    images = sorted(set(pictures.column("image").tolist())) if len(pictures) else []
    return Observed(
        observations=_read_back(Observation, folder / "observations.parquet", stage),
        looks=_read_back(Look, folder / "looks.parquet", stage),
        claims=_read_back(Claim, folder / "claims.parquet", stage),
        quarantine=_read_back(Quarantined, folder / "quarantine.parquet", stage),
        objects=_read_back(ProtectedObject, folder / "objects.parquet", stage),
        counts={name: Count(**count) for name, count in sheet["counts"].items()},
        files=tuple((source, file, digest) for source, file, digest in sheet["files"]),
        pictures=pictures,
        png={digest: _there(folder / "pictures" / f"{digest}.png", stage).read_bytes() for digest in images},
        patrols=read_patrols((folder / PATROLS).read_text(encoding="utf-8")) if (folder / PATROLS).is_file() else (),
        vessel_events=_read_back(VesselEvent, folder / "vessel_events.parquet", stage),
        sea=read_sea((folder / SEA).read_text(encoding="utf-8")) if (folder / SEA).is_file() else None,
    )


def archived_text(folder: Path, archived: str) -> str:
    """Read back the archived text that claims point into; `CeasefireError` where it was not kept."""
    return _there(folder / "texts" / f"{archived}.txt", "observe").read_bytes().decode("utf-8", "surrogatepass")


def fused(folder: Path) -> Incidents:
    """Read back what `fuse` left."""
    return Incidents(
        _read_back(Incident, folder / "incidents.parquet", "fuse"),
        _read_back(Weight, folder / "weights.parquet", "fuse"),
        _read_back(Coverage, folder / "coverage.parquet", "fuse"),
        _read_back(DetectionChance, folder / "detection.parquet", "fuse"),
        _read_back(ListPattern, folder / "patterns.parquet", "fuse"),
    )


def findings(folder: Path) -> Table[Finding]:
    """Read back what `assess` left."""
    return _read_back(Finding, folder / "findings.parquet", "assess")


def _there(path: Path, stage: str) -> Path:
    if not path.is_file():
        raise CeasefireError(f"{path} is not there yet: run `ceasefire {stage} CASE` (or `ceasefire run CASE`) first")
    return path


def _read_back(record: type[R], path: Path, stage: str) -> Table[R]:
    return Table.read(record, _there(path, stage))
