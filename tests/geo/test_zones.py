"""Zones: a disc over the line proves nothing, the sea divides nothing, a name without a line stays a name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.geo import distance
from ceasefire.geo.zones import membership
from ceasefire.model.agreement import Disc, Zone


def zone(**fields: Any) -> Zone:
    """Make a zone without its sources."""
    empty: dict[str, Any] = {"regions": (), "polygon": (), "disc": None, "undefined": ""}
    return Zone.model_construct(id="z", title="Z", **{**empty, **fields})


def test_land_borders_divide_and_coasts_do_not() -> None:
    ukraine = zone(regions=("UA",))
    places = {"Odesa": (30.73, 46.48, 5), "Kharkiv": (36.23, 49.99, 5), "Belgorod": (36.59, 50.60, 5),
              "border": (36.5, 50.3, 20), "open sea": (31.5, 44.5, 20), "off Odesa": (30.95, 46.4, 25),
              "unknown": (np.nan, np.nan, 5), "unknown radius": (30.5, 50.4, np.nan)}  # fmt: skip
    lon, lat, radius = np.array(list(places.values()), dtype=float).T
    assert dict(zip(places, membership(ukraine, lon, lat, radius), strict=True)) == {
        "Odesa": "inside", "Kharkiv": "inside", "Belgorod": "outside", "border": "straddling",
        "open sea": "outside", "off Odesa": "straddling", "unknown": "straddling", "unknown radius": "straddling",
    }  # fmt: skip


def test_the_view_moves_crimea() -> None:
    assert membership(zone(regions=("UA",)), [34.1], [44.95], 3.0).tolist() == ["inside"]
    assert membership(zone(regions=("UA",)), [34.1], [44.95], 3.0, view="natural-earth").tolist() == ["outside"]


def test_one_region_is_divided_from_its_neighbours() -> None:
    poltava = zone(regions=("UA-53",))
    assert membership(poltava, [34.55, 36.23, 34.55], [49.59, 49.99, 49.59], [5, 5, 120]).tolist() == [
        "inside", "outside", "straddling"]  # fmt: skip


def test_the_parts_of_a_zone_add_up() -> None:
    both = zone(polygon=((29, 43), (34, 43), (34, 45), (29, 45)), disc=Disc(lon=37.0, lat=45.0, radius_km=50))
    answer = membership(both, [31.5, 37.1, 35.5, 34.0], [44.0, 45.1, 44.9, 44.0], [10, 10, 10, 10])
    assert answer.tolist() == ["inside", "inside", "outside", "straddling"]


def test_a_zone_nobody_defined_gives_no_answer() -> None:
    assert membership(zone(undefined="no line was published"), [30.0, np.nan], [44.0, 1.0], 5.0).tolist() == [
        "undefined", "undefined"]  # fmt: skip


def test_a_pattern_without_a_region_is_an_error() -> None:
    with pytest.raises(ValueError, match="no region is meant by 'ZZ'"):
        membership(zone(regions=("ZZ",)), [30.0], [50.0], 1.0)


@settings(max_examples=100, deadline=None)
@given(st.floats(20, 40), st.floats(44, 53), st.floats(0, 80), st.floats(0, 80))
def test_a_larger_disc_never_leaves_the_line(lon: float, lat: float, small: float, more: float) -> None:
    one, other = membership(zone(regions=("UA", "MD")), [lon, lon], [lat, lat], [small, small + more])
    assert not (one == "straddling" and other != "straddling")
    assert {one, other} != {"inside", "outside"}


@settings(max_examples=100, deadline=None)
@given(st.floats(-180, 180), st.floats(-90, 90), st.floats(0, 500))
def test_discs_compare_by_distance(lon: float, lat: float, radius: float) -> None:
    answer = membership(zone(disc=Disc(lon=30, lat=45, radius_km=300)), [lon], [lat], [radius])[0]
    away = float(distance.km(30, 45, lon, lat))
    assert answer == ("inside" if away + radius <= 300 else "outside" if away - radius >= 300 else "straddling")
