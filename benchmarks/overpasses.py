"""Pass times against the times that FIRMS printed: `make bench NAME=overpasses` (about two minutes).

1. Printed times: what they are, by real elements (`overpass_elements.txt`).
2. Elements fitted to the first part of the days, tested on the last part.
3. How fast real elements age: the same pass from two sets of one satellite.
4. The weakest fires shown, by pixel area and day or night: `least_frp_mw` of `geo/sensors.toml`.
5. Speed.

"Within 60 s": the predicted pass lies within 60 s of the middle of the printed minute; the median over the rows of a
printed time stands for it. Data: `$CEASEFIRE_DATA`. The last line is one line of JSON.
"""

from __future__ import annotations

import json
import os
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc

from ceasefire.geo.elements import Elements, read_elements
from ceasefire.geo.orbit import time_error
from ceasefire.geo.orbit_fit import Sightings, abeam, fit
from ceasefire.geo.sensors import Sensor, sensors
from ceasefire.geo.swath import crossings

SATELLITES = {"N": 37849, "N20": 43013, "N21": 54234, "Terra": 25994, "Aqua": 27424}
OLDEST_DAYS = 14.0
GRID_S = 128
Rows = dict[str, Any]


def main(data: Path) -> None:
    """Print the five parts."""
    text = (Path(__file__).parent / "overpass_elements.txt").read_text(encoding="utf-8")
    sets, wrong = read_elements(text)
    assert not wrong, wrong
    tables = {
        "VIIRS 2022": _read([data / "firms" / "viirs_snpp_ukraine_2022-09_2022-11.csv"]),
        "VIIRS 2026": _read([data / "firms" / "viirs_three_satellites_ukraine_2026-06.csv"]),
        "MODIS": _read(sorted((data / "firms" / "modis").glob("*.csv"))),
    }
    out: Rows = {"printed": _printed(tables, sets), "fitted": _fitted(tables, sets), "ageing": _ageing(sets)}
    out |= {"least_frp_mw": _weakest(tables), "speed": _speed(sets)}
    print(json.dumps(out))


def _read(files: list[Path]) -> Rows:
    """Give the columns of FIRMS tables; rows without a pixel size or satellite code are left out."""
    names = ["acq_date", "acq_time", "satellite", "longitude", "latitude", "scan", "track", "frp", "daynight"]
    text = pc.ConvertOptions(include_columns=names, column_types=dict.fromkeys(names, pa.string()))
    got = pa.concat_tables([pc.read_csv(f, convert_options=text) for f in files]).to_pydict()
    keep = [i for i, (s, t) in enumerate(zip(got["satellite"], got["track"], strict=True)) if t and s in SATELLITES]
    rows: Rows = {name: np.array([got[name][i] for i in keep]) for name in names}
    clock = np.char.zfill(rows["acq_time"], 4)
    minutes = [int(c[:2]) * 60 + int(c[2:]) for c in clock]
    rows["time"] = rows["acq_date"].astype("datetime64[s]") + np.array(minutes) * np.timedelta64(60, "s")
    return rows


def _of(rows: Rows, satellite: str, begin: str = "", end: str = "") -> Sightings:
    at = rows["satellite"] == satellite
    if begin:
        at &= (rows["time"] >= np.datetime64(begin)) & (rows["time"] < np.datetime64(end))
    numbers = [rows[k][at].astype(float) for k in ("longitude", "latitude", "scan", "track")]
    return Sightings(rows["time"][at], *numbers)


def _each(seen: Sightings, late: Any) -> Any:
    """Median over the rows of a printed time."""
    return np.array([np.median(late[seen.time == t]) for t in np.unique(seen.time)])


def _sensor(satellite: str) -> Sensor:
    return sensors()["modis" if satellite in ("Terra", "Aqua") else "viirs"]


def _near(sets: tuple[Elements, ...], satellite: str, seen: Sightings) -> tuple[Elements | None, float]:
    """Give the set nearest in time to the middle of detections, and its age in days."""
    middle = seen.time.min() + (seen.time.max() - seen.time.min()) / 2
    of = [
        (abs(float((e.epoch - middle) / np.timedelta64(1, "D"))), e) for e in sets if e.norad == SATELLITES[satellite]
    ]
    age, best = min(of, key=lambda pair: pair[0])
    return (best, age) if age < OLDEST_DAYS else (None, age)


def _printed(tables: dict[str, Rows], sets: tuple[Elements, ...]) -> list[Rows]:
    print("Pass by real elements less printed minute, seconds, over detections within 3 days of the elements' epoch")
    print(f"{'table':11} {'satellite':9} {'rows':>6} {'least':>6} {'5 %':>5} {'median':>6} {'95 %':>5} {'most':>5}")
    out = []
    for table, satellite in (("MODIS", "Terra"), ("MODIS", "Aqua"), *(("VIIRS 2026", s) for s in ("N", "N20", "N21"))):
        seen, late = _of(tables[table], satellite), []
        for e in sets:
            if e.norad == SATELLITES[satellite]:
                close = np.abs((seen.time - e.epoch) / np.timedelta64(1, "D")) <= (3.0 if table == "MODIS" else 10.0)
                if close.any():
                    late.append(abeam(e, _sensor(satellite), seen.keep(close))[0])
        found = np.concatenate(late)
        at = np.percentile(found, [0, 5, 50, 95, 100]).round(1).tolist()
        print(
            f"{table:11} {satellite:9} {len(found):6} {at[0]:6.0f} {at[1]:5.0f} {at[2]:6.0f} {at[3]:5.0f} {at[4]:5.0f}"
        )
        out.append({"table": table, "satellite": satellite, "rows": len(found), "percentiles": at})
    for table in ("VIIRS 2022", "VIIRS 2026", "MODIS"):
        seconds = np.unique(tables[table]["time"]).astype("datetime64[s]").astype(np.int64)
        on = float(np.mean((GRID_S // 2 - seconds) % GRID_S < 60))
        print(
            f"{table}: {len(seconds)} distinct times; {on:.3f} of these minutes hold an instant 64 s after a multiple "
            "of 128 s (chance 0.47)"
        )
        out.append({"table": table, "times": len(seconds), "on_grid": on})
    return out


def _fitted(tables: dict[str, Rows], sets: tuple[Elements, ...]) -> list[Rows]:
    plans = [("VIIRS 2022", "N", "2022-09-01", "2022-10-10", "2022-11-08")]
    plans += [("VIIRS 2026", s, "2026-06-25", "2026-06-28", "2026-06-30") for s in ("N", "N20", "N21")]
    plans += [
        ("MODIS", s, f"{y}-07-01", f"{y}-08-01", f"{y}-08-15") for y in range(2016, 2022) for s in ("Terra", "Aqua")
    ]
    print("\nElements fitted to the first days and tested on the last: share of printed times within 60 s")
    print("table       satellite  fitted          times  tested  fit  real  agree (s)  stated (s)  CPU (s)")
    out = []
    for table, satellite, begin, middle, end in plans:
        first, last = (_of(tables[table], satellite, *span) for span in ((begin, middle), (middle, end)))
        cpu = time.process_time()
        found = fit(first, _sensor(satellite), norad=SATELLITES[satellite], name=satellite)
        cpu = time.process_time() - cpu
        late = abeam(found.elements, _sensor(satellite), last)[0]
        each = _each(last, late)
        row: Rows = {"table": table, "satellite": satellite, "from": begin, "times": found.times, "tested": len(each)}
        row["within_60"] = round(float(np.mean(np.abs(each - 30.0) <= 60.0)), 3)
        real, age = _near(sets, satellite, last)
        if real is not None:
            told = abeam(real, _sensor(satellite), last)[0]
            row["real_within_60"] = round(float(np.mean(np.abs(_each(last, told) - 30.0) <= 60.0)), 3)
            row["agree_s"], row["real_age_days"] = round(float(np.abs(told - late).max()), 1), round(age, 1)
        lead = float((last.time.max() - found.elements.epoch) / np.timedelta64(1, "D"))
        row["stated_s"], row["cpu_s"] = round(2.0 * (found.error_s + lead * found.error_s_per_day), 1), round(cpu, 1)
        print(
            f"{table:11} {satellite:10} {begin} on {found.times:7} {len(each):7} {row['within_60']:5.2f} "
            f"{row.get('real_within_60', float('nan')):5.2f} {row.get('agree_s', float('nan')):9.1f} "
            f"{row['stated_s']:10.1f} {cpu:8.1f}"
        )
        out.append(row)
    return out


def _ageing(sets: tuple[Elements, ...]) -> list[Rows]:
    print("\nThe same passes over 49 N 31 E from two sets of one satellite, on the day of the later set")
    out = []
    for old in sets:
        for new in sets:
            age = float((new.epoch - old.epoch) / np.timedelta64(1, "D"))
            if old.norad != new.norad or not 0.5 < age < 60.0:
                continue
            sensor = sensors()["modis" if old.norad in (25994, 27424) else "viirs"]
            day = new.epoch.astype("datetime64[s]")
            one, two = (
                crossings([e], sensor, [31.0], [49.0], start=day, end=day + np.timedelta64(1, "D")) for e in (old, new)
            )
            gap = min(len(one.time), len(two.time))
            worst = float(np.abs((one.time[:gap] - two.time[:gap]) / np.timedelta64(1, "ms")).max()) / 1000.0
            print(f"{old.norad}  {age:5.1f} days: {worst:6.2f} s; stated {float(time_error(age)):.2f} s")
            out.append({"norad": old.norad, "age_days": round(age, 1), "seconds": worst})
    return out


def _weakest(tables: dict[str, Rows]) -> Rows:
    print("\nRadiative power that 95 % of detections exceed: c (MW) and b, by pixel area in units of the least")
    out: Rows = {}
    for name, parts in {"viirs": ("VIIRS 2022", "VIIRS 2026"), "modis": ("MODIS",)}.items():
        sides, power, night = [], [], []
        for part in parts:
            rows = tables[part]
            sides.append(rows["scan"].astype(float) * rows["track"].astype(float))
            power.append(rows["frp"].astype(float))
            night.append(rows["daynight"] == "N")
        area, watts, dark = (np.concatenate(v) for v in (sides, power, night))
        area = area / (sensors()[name].pixel_km[0] * sensors()[name].pixel_km[1])
        edges = np.array([0.0, 1.1, 1.25, 1.5, 2.0, 2.6, 3.4, 4.5, 6.5, 12.0])
        strong = np.zeros(0)
        for label, at in (("day", ~dark), ("night", dark)):
            x, y = [], []
            for low, high in pairwise(edges):
                here = at & (area >= low) & (area < high)
                if here.sum() >= 60:
                    x.append(np.log(area[here].mean()))
                    y.append(np.log(np.percentile(watts[here], 5)))
            b, c = np.polyfit(x, y, 1)
            print(f"{name:6} {label:6} {int(at.sum()):7} rows: c {np.exp(c):.2f}, b {b:.2f}")
            strong = np.append(strong, watts[at] / (np.exp(c) * area[at] ** b))
            out[f"{name}_{label}"] = [round(float(np.exp(c)), 2), round(float(b), 2)]
        out[f"{name}_slope"] = round(float(1.0 / np.mean(np.log(strong[strong > 1.0]))), 2)
        print(f"{name:6} power above the least falls off as x ** -{out[f'{name}_slope']}")
    return out


def _speed(sets: tuple[Elements, ...]) -> Rows:
    out: Rows = {}
    for places in (55, 2710):
        rng = np.random.default_rng(1)
        lon, lat = rng.uniform(22.0, 60.0, places), rng.uniform(44.0, 60.0, places)
        span = {"start": np.datetime64("2026-06-10"), "end": np.datetime64("2026-07-11")}
        wall, cpu, many = time.perf_counter(), time.process_time(), 0
        for satellite in ("N", "N20", "N21"):
            of = [e for e in sets if e.norad == SATELLITES[satellite]]
            many += len(crossings(of, sensors()["viirs"], lon, lat, **span).time)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        print(f"\n{places} places, 31 days, 3 satellites: {many:,} passes in {wall:.1f} s, {cpu:.1f} s CPU")
        out[str(places)] = {"passes": many, "wall_s": round(wall, 2), "cpu_s": round(cpu, 2)}
    return out


if __name__ == "__main__":
    folder = Path(os.environ.get("CEASEFIRE_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")
    if not folder.is_dir():
        sys.exit("real data not here: set CEASEFIRE_DATA to its folder")
    main(folder)
