"""Known truth: what happened, what each reading says of it, and which row tells of what; read back from its folder.

Why readings are recomputed here, from their own small table: the verdicts that a run is scored against must not come
from the code that is scored.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from ceasefire.errors import SourceError
from ceasefire.model.taxonomy import covers

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Rule:
    """One provision under one reading."""

    provision: str
    """Provision id."""
    reading: str
    """Reading id."""
    acts: tuple[str, ...]
    """Acts forbidden."""
    objects: tuple[str, ...]
    """Objects protected; `any` for all."""
    regions: tuple[str, ...]
    """ISO 3166-2 codes of the zone; empty for everywhere."""
    start: np.datetime64
    """First instant (UTC)."""
    end: np.datetime64
    """First instant after (UTC)."""


@dataclass(frozen=True)
class Truth:
    """What happened; arrays of shape (n,)."""

    id: Array
    """Ids of the true incidents."""
    time: Array
    """Instants, datetime64[s] in UTC."""
    lon: Array
    """Degrees east."""
    lat: Array
    """Degrees north."""
    region: Array
    """ISO 3166-2 codes."""
    act: Array
    """Act classes."""
    object_class: Array
    """Object classes."""
    party: Array
    """Party that did it; `other` for an accident."""
    protected: Array
    """Whether some reading protects the object."""
    rules: tuple[Rule, ...]
    """Every provision under every reading."""
    told: dict[tuple[str, int], str]
    """(file, line) to the id of the incident that the row tells of; empty text for what never happened."""

    @classmethod
    def read(cls, folder: str | Path) -> Truth:
        """Read the folder that `simulate` wrote.

        Parameters
        ----------
        folder
            With `incidents.csv` and `readings.csv`; `rows.csv` may be absent.

        Raises
        ------
        SourceError
            A file is not there or lacks a column.
        """
        folder = Path(folder)
        names = ("id", "time", "lon", "lat", "region", "act", "object_class", "party", "protected")
        table = _columns(folder / "incidents.csv", names)
        of = _columns(folder / "readings.csv", ("provision", "reading", "acts", "objects", "regions", "start", "end"))
        rules = tuple(
            Rule(p, r, _split(a), _split(o), _split(g), _instant(s), _instant(e))
            for p, r, a, o, g, s, e in zip(*of.values(), strict=True)
        )
        told: dict[tuple[str, int], str] = {}
        if (folder / "rows.csv").is_file():
            rows = _columns(folder / "rows.csv", ("file", "line", "incident"))
            lines = [int(line) for line in rows["line"]]
            told = dict(zip(zip(rows["file"].tolist(), lines, strict=True), rows["incident"].tolist(), strict=True))
        return cls(
            id=table["id"],
            time=np.array([_instant(t) for t in table["time"]], dtype="datetime64[s]"),
            lon=table["lon"].astype(np.float64),
            lat=table["lat"].astype(np.float64),
            region=table["region"],
            act=table["act"],
            object_class=table["object_class"],
            party=table["party"],
            protected=table["protected"] == "yes",
            rules=rules,
            told=told,
        )

    def verdicts(self, rule: Rule) -> Array:
        """Give the verdict that the truth itself deserves under a rule, shape (n,).

        `not_covered` where the act is not forbidden, `not_in_force` outside its time, `not_covered` outside its
        zone or objects, else `violation`: every forbidden act on a protected object is one, whoever did it.
        """
        acts, code = np.unique(self.act.astype(str), return_inverse=True)
        forbidden = np.array([covers(rule.acts, a) for a in acts], dtype=bool)[code]
        kinds, code = np.unique(self.object_class.astype(str), return_inverse=True)
        listed = np.array(["any" in rule.objects or covers(rule.objects, k) for k in kinds], dtype=bool)[code]
        inside = (
            np.isin(self.region.astype(str), list(rule.regions)) if rule.regions else np.ones(len(acts[code]), bool)
        )
        live = (self.time >= rule.start) & (self.time < rule.end)
        return np.select(
            [~forbidden, ~live, ~(inside & listed)], ["not_covered", "not_in_force", "not_covered"], "violation"
        ).astype(object)


def _columns(path: Path, names: tuple[str, ...]) -> dict[str, Array]:
    if not path.is_file():
        raise SourceError(f"{path} is not there: a truth folder is what `ceasefire simulate` writes")
    options = pacsv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False)
    try:
        table = pacsv.read_csv(path, convert_options=options)
    except pa.ArrowInvalid as error:
        raise SourceError(f"{path.name}: cannot be read: {error}") from None
    missing = [n for n in names if n not in table.column_names]
    if missing:
        raise SourceError(f"{path.name}: no column {missing[0]!r}")
    return {n: np.asarray(table.column(n).to_numpy(), dtype=object) for n in names}


def _instant(text: str) -> np.datetime64:
    try:
        return np.datetime64(text.removesuffix("Z"), "s")
    except ValueError:
        raise SourceError(f"truth: {text!r} is no instant in UTC") from None


def _split(text: str) -> tuple[str, ...]:
    return tuple(t for t in text.split("|") if t)
