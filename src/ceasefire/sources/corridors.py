"""Proposed local ceasefires and humanitarian corridors: who proposed, from where to where, and what came of it.

Why both claims and observations: a proposal is a promise of one side, or of both where it was agreed; its outcome,
where the researchers who collected the reports found one, is a report. A corridor of unknown outcome is a promise
and nothing else. Source: PeaceRep, University of Edinburgh, corridors of March to May 2022.

Why a place may be dropped: the file's coordinates were found by name, and some names are common. Where a town lies
more than 60 km from the coordinates given for it, the coordinates are dropped with a warning, and the name stays.

Columns read: `HC_ID`, `date`, `proposal`, `status_result`, `Link`, `From`, `from_name`, `from_latitude`,
`from_longitude`, `To`, `to_name`.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ceasefire.errors import UnverifiedSource
from ceasefire.geo import distance, regions
from ceasefire.model.intake import Count, Intake, Window
from ceasefire.model.records import Claim, Observation, Quarantined
from ceasefire.model.table import Table
from ceasefire.sources.places import located
from ceasefire.sources.rows import Rows, read_csv, stable_ids, times

PRODUCT = "corridors"
CLOCK = "Europe/Kyiv"
RADIUS_KM = 10.0
"""A town from which people leave; the route itself is not given."""
PARTIES = {"Ukraine": ("ukraine",), "Russia": ("russia",), "Agreed": ("ukraine", "russia")}
OUTCOMES = {
    "successful": ("took place", 3),
    "disputed": ("is disputed between the sides", 6),
    "unsuccessful/disrupted": ("was disrupted", 3),
    "proposed route/outcome unknown": ("", 6),
}
"""Outcome in the file: our words and the Admiralty credibility of the report; no words where none was found."""
TOWNS = {
    "hirske": (38.49, 48.75), "horske": (38.49, 48.75), "polohy": (36.26, 47.48), "polohi": (36.26, 47.48),
    "rubizhne": (38.37, 49.01), "rubezhne": (38.37, 49.01), "konotop": (33.20, 51.24), "nyzhne": (38.65, 48.77),
    "makarov": (29.81, 50.46), "trostianets": (34.96, 50.48), "mykulichy": (29.98, 50.59), "sumy": (34.80, 50.91),
    "mariupol": (37.55, 47.10), "kharkiv": (36.23, 49.99), "kyiv": (30.52, 50.45), "zaporizhzhya": (35.14, 47.84),
}  # fmt: skip
"""Longitude and latitude of towns meant by these reports, to about a kilometre (GeoNames, CC BY 4.0)."""
FAR_KM = 60.0


def read(
    paths: Sequence[Path],
    *,
    source: str,
    window: Window,
    options: Mapping[str, Any] = {},
) -> Intake:
    """Read corridors into claims of their proposers and, where an outcome is known, observations of it.

    Parameters
    ----------
    paths
        Files.
    source
        Source as named in the case file.
    window
        Period of the case; a corridor is in it when noon of its day in Kyiv is.
    options
        `reliability`: Admiralty reliability of the collection (default `B`).

    Warns
    -----
    UnverifiedSource
        Where coordinates contradict the town's name.
    """
    total = Count()
    quarantine: list[Quarantined] = []
    claims: list[Table[Claim]] = []
    observations: list[Table[Observation]] = []
    files: list[tuple[str, str]] = []
    seen: set[tuple[str, ...]] = set()
    needed = ("date", "proposal", "status_result", "From", "from_latitude", "from_longitude", "To")
    for path in paths:
        rows = read_csv(path, required=needed, source=source)
        files.append((rows.granule, rows.sha256))
        quarantine += rows.quarantine
        total += Count(rows=len(rows.quarantine), quarantined=len(rows.quarantine))
        good, count, bad, place = _check(rows, seen, window)
        quarantine += bad
        total += count
        said = _Corridors(rows, good, place, source, options)
        claims.append(said.claims())
        observations.append(said.observations())
    return Intake(
        observations=Table.concat(Observation, observations),
        claims=Table.concat(Claim, claims),
        quarantine=Table.of(Quarantined, quarantine),
        count=total,
        files=tuple(files),
    )


def _check(
    rows: Rows, seen: set[tuple[str, ...]], window: Window
) -> tuple[list[int], Count, list[Quarantined], npt.NDArray[np.float64]]:
    column = rows.columns
    noon, bad_day = times([f"{d.strip()[:10]} 12:00" for d in column["date"]], CLOCK)
    inside = ~bad_day & (noon >= _np(window.start)) & (noon < _np(window.end))
    lat, lon, _, wrong = located(column["from_latitude"], column["from_longitude"])
    good: list[int] = []
    bad: list[Quarantined] = []
    duplicates = 0
    for i in np.flatnonzero(inside | bad_day).tolist():
        reason = ""
        if bad_day[i]:
            reason = f"no date: {column['date'][i][:40]!r} (a date like 2022-03-05)"
        elif column["proposal"][i].strip() not in PARTIES:
            reason = f"proposal is {column['proposal'][i][:40]!r}, not one of {', '.join(PARTIES)}"
        elif column["status_result"][i].strip() not in OUTCOMES:
            reason = f"status_result is {column['status_result'][i][:40]!r}, not one of {', '.join(OUTCOMES)}"
        elif wrong[i]:
            reason = str(wrong[i])
        if reason:
            bad.append(rows.refuse(i, reason))
            continue
        key = tuple(c[i].strip() for name, c in column.items() if name != "HC_ID")
        if key in seen:
            duplicates += 1
            continue
        seen.add(key)
        good.append(i)
    place = np.c_[lon, lat]
    far = [i for i in good if _far(column["From"][i], column.get("from_name", column["From"])[i], *place[i])]
    if far:
        place[far] = np.nan
        doubt = f"{rows.granule}: {len(far)} corridors have coordinates far from the town named; dropped, name kept"
        warnings.warn(UnverifiedSource(doubt), stacklevel=3)
    outside = int(np.sum(~inside & ~bad_day))
    return good, Count(len(good) + duplicates + len(bad), len(good), duplicates, len(bad), outside), bad, place


def _far(full: str, name: str, lon: float, lat: float) -> bool:
    for word in (name, full):
        town = TOWNS.get(word.strip().split(" (")[0].lower())
        if town and not np.isnan(lon):
            return bool(distance.km(*town, lon, lat) > FAR_KM)
    return False


class _Corridors:
    """Good rows of one file, seen as claims and as observations."""

    def __init__(
        self, rows: Rows, good: list[int], place: npt.NDArray[np.float64], source: str, options: Mapping[str, Any]
    ) -> None:
        column = rows.columns
        self.rows, self.good, self.source = rows, good, source
        self.reliability = str(options.get("reliability", "B"))
        self.lon, self.lat = place[good, 0], place[good, 1]
        self.region = regions.locate(self.lon, self.lat) if good else np.empty(0, dtype=object)
        self.start, _ = times([column["date"][i].strip()[:10] for i in good], CLOCK)
        self.end = times([f"{column['date'][i].strip()[:10]} 23:59:59" for i in good], CLOCK)[0] + np.timedelta64(
            1, "s"
        )
        self.start_place = [_name(column, "from_name", "From", i) for i in good]
        self.end_place = [_name(column, "to_name", "To", i) for i in good]
        self.parties = [PARTIES[column["proposal"][i].strip()] for i in good]
        self.outcome = [OUTCOMES[column["status_result"][i].strip()] for i in good]
        self.link = [column.get("Link", [""] * len(rows))[i].split(" ")[0].split(";")[0] for i in good]
        self.text = [column.get("text", [""] * len(rows))[i] for i in good]
        key = [f"{rows.sha256}:{rows.line[i]}" for i in good]
        self.origin = stable_ids("r", key) if good else []
        self.observation_id = stable_ids("o", source, key) if good else []

    def claims(self) -> Table[Claim]:
        """One promise per proposer; a corridor agreed by both sides is two, with one origin."""
        pairs = [(k, party) for k, parties in enumerate(self.parties) for party in parties]
        if not pairs:
            return Table.empty(Claim)
        k = [at for at, _ in pairs]
        return Table.from_columns(
            Claim,
            {
                "id": stable_ids("c", self.source, [self.origin[at] for at in k], [party for _, party in pairs]),
                "source": self.source,
                "granule": self.rows.granule,
                "evidence": self.rows.sha256,
                "line": self.rows.line[[self.good[at] for at in k]],
                "claimant": [party for _, party in pairs],
                "speaker": "",
                "said": self.start[k],
                "stance": "promises",
                "act": "corridor",
                "start": self.start[k],
                "end": self.end[k],
                "place": [self.start_place[at] for at in k],
                "region": self.region[k],
                "lon": self.lon[k],
                "lat": self.lat[k],
                "radius_km": np.where(np.isnan(self.lon[k]), np.nan, RADIUS_KM),
                "low": 1.0,
                "high": 1.0,
                "unit": "corridors",
                "origin": [self.origin[at] for at in k],
                "summary": [f"A corridor from {self.start_place[at]} to {self.end_place[at]} was proposed" for at in k],
                "text": [self.text[at] for at in k],
                "url": [self.link[at] for at in k],
                "observation": [self.observation_id[at] if self.outcome[at][0] else "" for at in k],
            },
        )

    def observations(self) -> Table[Observation]:
        """One report per corridor whose outcome was found."""
        k = [at for at, (words, _) in enumerate(self.outcome) if words]
        if not k:
            return Table.empty(Observation)
        route = [f"{self.start_place[at]} to {self.end_place[at]}" for at in k]
        return Table.from_columns(
            Observation,
            {
                "id": [self.observation_id[at] for at in k],
                "source": self.source,
                "product": PRODUCT,
                "granule": self.rows.granule,
                "line": self.rows.line[[self.good[at] for at in k]],
                "evidence": self.rows.sha256,
                "channel": "monitor",
                "procedure": "report",
                "start": self.start[k],
                "end": self.end[k],
                "reported": self.end[k],
                "lon": self.lon[k],
                "lat": self.lat[k],
                "radius_km": np.where(np.isnan(self.lon[k]), np.nan, RADIUS_KM),
                "place": [self.start_place[at] for at in k],
                "region": self.region[k],
                "act": "corridor",
                "effect": ["none" if self.outcome[at][0] == OUTCOMES["unsuccessful/disrupted"][0] else "" for at in k],
                "reliability": self.reliability,
                "credibility": np.asarray([self.outcome[at][1] for at in k]),
                "origin": [self.origin[at] for at in k],
                "summary": [f"The corridor from {r} {self.outcome[at][0]}" for r, at in zip(route, k, strict=True)],
                "text": [self.text[at] for at in k],
                "url": [self.link[at] for at in k],
            },
        )


def _name(column: Mapping[str, Sequence[str]], short: str, full: str, i: int) -> str:
    name = column[short][i].strip() if short in column else ""
    return name or column[full][i].split(",")[0].strip()[:80]


def _np(when: Any) -> np.datetime64:
    return np.datetime64(int(when.timestamp()), "s")
