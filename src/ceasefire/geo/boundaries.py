"""The shipped boundaries: first-order regions of the whole world, read once.

Source: Natural Earth 10m admin-1, public domain; what was done to it is in `tools/build_regions.py`, the licence
note in `data/README.md`. Borders are good to about 1 km. Nothing here is a statement on the status of any
territory: the view that decides which country a region is counted to is a stated choice, see `VIEWS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
import shapely

VIEWS: dict[str, str] = {
    "iso-3166-2": "a region belongs to the country whose ISO 3166-2 codes it carries (UA-43 Crimea: Ukraine)",
    "natural-earth": "a region belongs to the country that Natural Earth draws it in (UA-43 Crimea: Russia)",
}
"""Boundary views: which country a region is counted to; codes are the same in each."""

DEFAULT_VIEW = "iso-3166-2"


@dataclass(frozen=True)
class Boundaries:
    """The regions in columns, sorted by code."""

    code: npt.NDArray[np.object_]
    """ISO 3166-2 codes, shape (n,)."""
    shape: npt.NDArray[np.object_]
    """Multipolygons, prepared, shape (n,)."""
    country: dict[str, npt.NDArray[np.object_]]
    """View to ISO 3166-1 alpha-2 country of each region, shape (n,)."""
    names: dict[str, list[str]]
    """Language (`en`, `uk`, `ru`) to names."""
    other_names: list[list[str]]
    """Further names of each region."""
    kind: list[str]
    """What the region is called in English: `Region`, `Republic`, `City`, ..."""
    country_name: list[str]
    """Country's name in English, as Natural Earth has it."""


@cache
def boundaries() -> Boundaries:
    """Read the shipped regions, once per process.

    >>> b = boundaries()
    >>> len(b.code) > 4000, sum(c.startswith("UA-") for c in b.code)
    (True, 27)
    """
    with files("ceasefire.geo").joinpath("data", "regions.parquet").open("rb") as f:
        table = pq.read_table(f)
    shapes = shapely.from_wkb(table.column("geometry").to_numpy())
    shapely.prepare(shapes)
    return Boundaries(
        code=_text(table, "code"),
        shape=shapes,
        country={"iso-3166-2": _text(table, "country"), "natural-earth": _text(table, "country_natural_earth")},
        names={k: table.column(f"name_{k}").to_pylist() for k in ("en", "uk", "ru")},
        other_names=table.column("other_names").to_pylist(),
        kind=table.column("kind").to_pylist(),
        country_name=table.column("country_name").to_pylist(),
    )


@cache
def rows() -> dict[str, int]:
    """Give the row of every region by its code.

    >>> boundaries().code[rows()["UA-53"]]
    'UA-53'
    """
    return {str(code): row for row, code in enumerate(boundaries().code)}


@cache
def grid() -> tuple[npt.NDArray[np.int16], float]:
    """Read the grid of cells that lie wholly in one region, and the side of a cell in degrees.

    A cell holds the region's row, -1 near a border or coast, -2 in the open sea; rows run from south to north.

    >>> grid()[0].shape
    (1800, 3600)
    """
    with files("ceasefire.geo").joinpath("data", "regions_grid.parquet").open("rb") as f:
        table = pq.read_table(f)
    meta = {k.decode(): v.decode() for k, v in table.schema.metadata.items()}
    cells = table.column("region").to_numpy().reshape(int(meta["rows"]), int(meta["columns"]))
    return np.asarray(cells, dtype=np.int16), float(meta["cell_degrees"])


def _text(table: Any, column: str) -> npt.NDArray[np.object_]:
    return np.asarray(table.column(column).to_pylist(), dtype=object)
