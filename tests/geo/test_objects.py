"""The object index finds what a plain comparison of all pairs finds."""

from __future__ import annotations

import numpy as np

from ceasefire.geo import distance
from ceasefire.geo.objects import AROUND_KM, ObjectIndex
from ceasefire.model.records import ProtectedObject
from ceasefire.model.table import Table


def register(n: int) -> Table[ProtectedObject]:
    """Objects at random places, some exact, some schematic."""
    rng = np.random.default_rng(1)
    columns = {
        "id": [f"x:{i}" for i in range(n)],
        "name": "",
        "object_class": rng.choice(
            ["energy.oil.refinery", "energy.electricity.grid", "energy.gas.pipeline"], n
        ).tolist(),
        "lon": rng.uniform(30, 33, n),
        "lat": rng.uniform(48, 50, n),
        "radius_km": rng.choice([1.0, 2.0, 11.18, 30.0], n),
        "region": "",
    }
    return Table.from_columns(ProtectedObject, columns)


def test_pairs_are_those_of_all_pairs() -> None:
    table, rng = register(60), np.random.default_rng(2)
    x, y, r = rng.uniform(29, 34, 300), rng.uniform(47, 51, 300), rng.choice([0.0, 0.5, 4.0, 20.0, 50.0, 51.0], 300)
    away = distance.km(x[:, None], y[:, None], table.column("lon"), table.column("lat"))
    touch = (away <= r[:, None] + table.column("radius_km")) & (r[:, None] <= 50)
    disc, thing = ObjectIndex(table).overlaps(x, y, r)
    assert [*zip(disc, thing, strict=True)] == [*zip(*np.nonzero(touch), strict=True)]


def test_the_expected_number_is_the_share_of_the_circle() -> None:
    table, rng = register(60), np.random.default_rng(3)
    x, y, r = rng.uniform(29, 34, 50), rng.uniform(47, 51, 50), rng.uniform(0, 50, 50)
    away = distance.km(x[:, None], y[:, None], table.column("lon"), table.column("lat"))
    share = np.minimum((r[:, None] + table.column("radius_km")) / AROUND_KM, 1) ** 2 * (away <= AROUND_KM)
    gas = table.column("object_class") == "energy.gas.pipeline"
    got = ObjectIndex(table).expected(x, y, r, classes=["energy", "energy.gas", "energy.nuclear"])
    assert np.allclose(got, np.c_[share.sum(1), share[:, gas].sum(1), np.zeros(50)])


def test_unknown_places_and_an_empty_register_touch_nothing() -> None:
    assert [len(a) for a in ObjectIndex(register(5)).overlaps([np.nan, 31.0], [49.0, 49.0], [1.0, 99.0])] == [0, 0]
    empty = ObjectIndex(Table.empty(ProtectedObject))
    assert [len(a) for a in empty.overlaps([31.0], [49.0], [1.0])] == [0, 0]
    assert empty.expected([31.0], [49.0], [1.0], classes=["energy"]).tolist() == [[0.0]]
