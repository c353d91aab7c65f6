"""Belts, exclusive zones, lanes and seas as zones: their widths, whose they are, and what a disc near them proves."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from ceasefire.agreements.library import path
from ceasefire.agreements.read import parse
from ceasefire.errors import InvalidFile
from ceasefire.geo import sea_zones, seas
from ceasefire.geo.zones import may_hold, membership
from ceasefire.model.agreement import Coast, Corridor, Zone

KM2 = 111.2**2 * 0.72
STATES = ("UA", "RU", "RO", "BG", "TR", "GE")


def zone(**fields) -> Zone:
    return Zone(id="z", title="Z", sources=("s",), **fields)


def test_the_outer_edge_of_a_belt_is_its_width_from_the_coast() -> None:
    belt = sea_zones.territorial_sea(["UA-51"])
    edge = shapely.get_coordinates(shapely.boundary(belt))
    away = -seas.coast_km(edge[:, 0], edge[:, 1])
    outer = away[away > 5]
    assert len(outer) > 50
    assert np.percentile(outer, 95) == pytest.approx(12 * 1.852, abs=1.5)
    assert outer.max() < 12 * 1.852 + 1.5


def test_a_wider_belt_holds_the_narrower_and_no_land() -> None:
    narrow, wide = (sea_zones.territorial_sea(["BG"], nm) for nm in (3, 12))
    assert shapely.difference(narrow, wide).area < 1e-4
    assert shapely.contains_xy(wide, [27.47, 27.85], [42.51, 42.5]).tolist() == [False, True]


def test_exclusive_zones_share_the_sea_without_gap_or_overlap() -> None:
    shapes = [sea_zones.exclusive_zone([s], sea="XZ-BLS") for s in STATES]
    whole = seas.shape("XZ-BLS").area * KM2
    assert sum(s.area for s in shapes) * KM2 == pytest.approx(whole, rel=0.001)
    assert shapely.union_all(shapes).area * KM2 == pytest.approx(whole, rel=0.001)


@pytest.mark.parametrize(
    ("state", "area"),
    [("RO", 29_000), ("BG", 35_000), ("TR", 172_000)],
)
def test_areas_of_exclusive_zones_are_near_the_published(state: str, area: float) -> None:
    """Published areas (Sea Around Us, rounded) follow treaties and court rulings, so a tenth either way is near."""
    assert sea_zones.exclusive_zone([state], sea="XZ-BLS").area * KM2 == pytest.approx(area, rel=0.1)


def test_a_coast_that_is_not_on_the_sea_has_no_zone_there() -> None:
    with pytest.raises(ValueError, match="lies on XZ-BLS"):
        sea_zones.exclusive_zone(["UA-53"], sea="XZ-BLS")
    with pytest.raises(ValueError, match="no region is meant"):
        sea_zones.territorial_sea(["UA-99"])


def test_a_sea_is_divided_by_other_seas_and_not_by_its_coast() -> None:
    sea = zone(regions=("XZ-BLS",))
    at = [(33.0, 43.5, 5.0), (31.2, 46.5, 8.0), (30.70, 46.48, 6.0), (36.55, 45.10, 8.0), (36.6, 46.2, 5.0)]
    found = membership(sea, *np.array(at).T).tolist()
    assert found == ["inside", "inside", "straddling", "straddling", "outside"]


def test_a_zone_is_cut_to_what_it_lies_within() -> None:
    west = zone(polygon=((27, 40), (33.7, 40), (33.7, 47.5), (27, 47.5)), within=("XZ-BLS",))
    found = membership(west, [31.0, 33.6, 35.0, 30.5], [44.5, 43.5, 43.5, 50.4], [5, 20, 5, 5]).tolist()
    assert found == ["inside", "straddling", "outside", "outside"]


def test_a_belt_and_a_lane_as_zones() -> None:
    belt = zone(coast=Coast(of=("UA-51",)))
    assert membership(belt, [30.9, 31.3, 30.95], [46.35, 45.3, 46.25], [3, 3, 15]).tolist() == [
        "inside", "outside", "straddling",
    ]  # fmt: skip
    near_the_coast = membership(belt, [30.83], [46.45], [8]).tolist()
    assert near_the_coast == ["inside"]
    along = zone(corridor=Corridor(line=((30.9, 46.2), (30.2, 45.0)), width_km=20))
    assert membership(along, [30.55, 31.5, 30.7], [45.6, 45.6, 45.6], [2, 2, 8]).tolist() == [
        "inside", "outside", "straddling",
    ]  # fmt: skip
    assert sea_zones.outline(along).area * KM2 == pytest.approx(20 * 144 + np.pi * 100, rel=0.05)


def test_a_zone_that_nobody_drew_has_no_outline() -> None:
    assert sea_zones.outline(zone(undefined="nobody said where")) is None


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("coast: {of: [UA-99]}", "no region 'UA-99'"),
        ("coast: {of: [UA-51], nm: 900}", "nm: 900"),
        ("corridor: {line: [[30, 45]], width_km: 5}", "line"),
        ("regions: [UA-51]\n    within: [XZ-ZZZ]", "no region 'XZ-ZZZ'"),
    ],
)
def test_a_wrong_zone_is_told_with_its_line(line: str, wrong: str) -> None:
    text = path("victory-day-2025").read_text(encoding="utf-8")
    text = text.replace("\nzones:", f"\nzones:\n  - id: z\n    title: Z\n    {line}\n    sources: [order]", 1)
    with pytest.raises(InvalidFile) as caught:
        parse(text, name="a.yml")
    assert wrong in str(caught.value)
    assert all(p.line for p in caught.value.problems)


def test_which_regions_may_hold_a_zone() -> None:
    codes = ["XZ-BLS", "XZ-AZS", "UA-51", "UA-53", ""]
    west = zone(polygon=((27, 40), (33.7, 40), (33.7, 47.5), (27, 47.5)), within=("XZ-BLS",))
    assert may_hold(west, codes).tolist() == [True, False, False, False, True]
    belt = zone(coast=Coast(of=("UA-51",)))
    assert may_hold(belt, codes).tolist()[:2] == [True, False]
    assert may_hold(zone(regions=("UA",)), codes).tolist() == [False, False, True, True, True]
    assert may_hold(zone(undefined="nobody said where"), codes).all()
