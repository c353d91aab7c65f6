"""The real files behind the benchmark `thermal`, read into arrays."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc

from benchmarks.tolerance import Events
from ceasefire.model.intake import Window
from ceasefire.sources import ucdp

VIIRS_BEGINS = np.datetime64("2012-01-20")
VIOLENT = (
    "Bombing or Explosion",
    "Civilian Infrastructure Damage",
    "Military Infrastructure Damage",
    "Ground Battle",
    "Civilian Casualty",
)
"""Groups of the verified incidents that fire may come with; movements, losses and firing positions are left out."""


def points(data: Path, years: tuple[int, ...]) -> tuple[Events, Any]:
    """Give detections and the days of those years that there are data for; 2012 begins with VIIRS."""
    parts = [pc.read_csv(data / "firms" / "points" / f"ukr_fire_data_{y}.csv") for y in years]
    lat, lon, day = (np.concatenate([t[k].to_numpy() for t in parts]) for k in range(3))
    days = [np.arange(f"{y}-01-01", f"{y + 1}-01-01", dtype="datetime64[D]") for y in years]
    every = np.concatenate(days)
    return Events(lon, lat, day.astype("datetime64[D]")), every[every >= VIIRS_BEGINS]


def modis(data: Path) -> tuple[Events, Any]:
    """Give MODIS detections of 2016-2021 and their `type`."""
    names = ["longitude", "latitude", "acq_date", "type"]
    files = sorted((data / "firms" / "modis").glob("modis_*_Ukraine.csv"))
    table = pa.concat_tables([pc.read_csv(f).select(names) for f in files])
    lon, lat, day, kind = (table[k].to_numpy() for k in names)
    return Events(lon, lat, day.astype("datetime64[D]")), kind


def ucdp_2022(data: Path) -> Events:
    """Give UCDP GED events of the war year with an exact place (`where_prec` 1) and a single day, each once."""
    window = Window(datetime(2022, 2, 24, tzinfo=UTC), datetime(2023, 1, 1, tzinfo=UTC))
    files = sorted((data / "events" / "ucdp").glob("*.csv"))
    o = ucdp.read(files, source="ucdp", window=window).observations
    start, end = (o.column(k).astype("datetime64[s]") for k in ("start", "end"))
    exact = (o.column("radius_km") <= 5.0) & (end - start <= np.timedelta64(30, "h"))
    middle = start + (end - start) // 2
    country = np.char.startswith(o.column("region").astype(str), "UA-")
    return Events(o.column("lon"), o.column("lat"), middle.astype("datetime64[D]")).keep(exact & country)


def verified_2022(data: Path) -> Events:
    """Give the verified incidents in Ukraine from 24 February 2022, one for each place and day."""
    table = pc.read_csv(
        data / "events" / "cir_eyesonrussia_2022-11-07_labelled.csv",
        parse_options=pc.ParseOptions(newlines_in_values=True),
        convert_options=pc.ConvertOptions(
            column_types={k: pa.string() for k in ("date", "event_group", "country", "lat", "lon")},
            include_columns=["date", "event_group", "country", "lat", "lon"],
        ),
    )
    rows = {
        (float(r["lon"]), float(r["lat"]), r["date"][:10])
        for r in table.to_pylist()
        if r["country"] == "Ukraine"
        and r["event_group"].startswith(VIOLENT)
        and "2022-02-24" <= r["date"][:10] <= "2022-11-07"
        and r["lat"]
    }
    lon, lat, day = zip(*sorted(rows), strict=True)
    return Events(np.array(lon), np.array(lat), np.array(day, dtype="datetime64[D]"))


def white(events: Events) -> Any:
    """Tell which events lie on the white fields of a chequerboard of 1 degree: the half that settings came from."""
    return (np.floor(events.lon) + np.floor(events.lat)) % 2 == 0
