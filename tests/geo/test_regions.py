"""Regions: found by place and by name, under a stated boundary view, fast enough for a million points."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.geo import distance, regions
from ceasefire.geo.boundaries import boundaries

UKRAINE = {
    "UA-05": (28.48, 49.23), "UA-07": (25.33, 50.75), "UA-09": (39.31, 48.57), "UA-12": (35.05, 48.46),
    "UA-14": (37.80, 48.00), "UA-18": (28.66, 50.25), "UA-21": (22.29, 48.62), "UA-23": (35.14, 47.84),
    "UA-26": (24.71, 48.92), "UA-30": (30.52, 50.45), "UA-32": (30.11, 49.80), "UA-35": (32.26, 48.51),
    "UA-40": (33.53, 44.60), "UA-43": (34.10, 44.95), "UA-46": (24.03, 49.84), "UA-48": (32.00, 46.97),
    "UA-51": (30.72, 46.48), "UA-53": (34.55, 49.59), "UA-56": (26.25, 50.62), "UA-59": (34.80, 50.91),
    "UA-61": (25.59, 49.55), "UA-63": (36.23, 49.99), "UA-65": (32.62, 46.64), "UA-68": (26.99, 49.42),
    "UA-71": (32.06, 49.44), "UA-74": (31.29, 51.50), "UA-77": (25.94, 48.29),
}  # fmt: skip
RUSSIA = {
    "RU-KRS": (36.19, 51.73), "RU-BEL": (36.59, 50.60), "RU-BRY": (34.37, 53.24), "RU-KDA": (38.98, 45.04),
    "RU-ROS": (39.72, 47.24), "RU-VGG": (44.50, 48.71), "RU-SAR": (46.01, 51.53), "RU-VOR": (39.20, 51.66),
    "RU-MOW": (37.62, 55.75), "RU-MOS": (38.80, 55.40), "RU-SPE": (30.32, 59.94), "RU-LEN": (32.00, 59.90),
    "RU-AL": (85.96, 51.96), "RU-ALT": (83.77, 53.35), "RU-ORL": (36.08, 52.97), "RU-KGD": (20.51, 54.71),
}  # fmt: skip
ELSEWHERE = {"SD-KH": (32.53, 15.55), "SY-DI": (36.29, 33.51), "YE-HU": (42.95, 14.80), "GE-TB": (44.79, 41.72),
             "US-NY": (-73.97, 40.78), "AF-DAY": (66.13, 33.72), "BA-SRP": (17.19, 44.77),
             "TW-TPE": (121.53, 25.05)}  # fmt: skip


@pytest.mark.parametrize("places", [UKRAINE, RUSSIA, ELSEWHERE], ids=["ukraine", "russia", "elsewhere"])
def test_every_capital_lies_in_its_region(places: dict[str, tuple[float, float]]) -> None:
    lon, lat = np.array(list(places.values())).T
    assert dict(zip(places, regions.locate(lon, lat), strict=True)) == {c: c for c in places}


def test_sea_and_unknown_places_are_in_no_region() -> None:
    assert regions.locate([-20.0, np.nan, 30.0, np.inf, 30.0], [43.0, 50.0, np.nan, 50.0, 95.0]).tolist() == [""] * 5


def test_a_point_just_off_the_coast_takes_the_nearest_region_unless_told_not_to() -> None:
    line = shapely.get_coordinates(regions.shape("UA-51").boundary)
    east = line[line[:, 1] < 46.3][:, 0].max()  # a cape on the Black Sea
    at = line[line[:, 0] == east][0]
    assert regions.locate(at[0] + 0.01, at[1], reach_km=2.0).tolist() == ["UA-51"]
    assert regions.locate(at[0] + 0.01, at[1], reach_km=0.0).tolist() == ["XZ-BLS"]
    assert regions.locate(at[0] + 0.2, at[1]).tolist() == ["XZ-BLS"]
    with pytest.raises(ValueError, match="reach_km"):
        regions.locate(0.0, 0.0, reach_km=100.0)


def test_the_view_decides_the_country_and_not_the_code() -> None:
    assert {"UA-43", "UA-40"} < set(regions.match("UA"))
    assert {"UA-43", "UA-40"} < set(regions.match("RU", view="natural-earth"))
    assert regions.country(["UA-43", "UA-40", "UA-30"]).tolist() == ["UA", "UA", "UA"]
    assert regions.country(["UA-43", "UA-30"], view="natural-earth").tolist() == ["RU", "UA"]
    assert len(regions.match("RU")) == 83
    with pytest.raises(ValueError, match="no boundary view 'mine'"):
        regions.match("UA", view="mine")


def test_codes_are_iso_3166_2_and_unique() -> None:
    codes = boundaries().code
    assert len(set(codes)) == len(codes) > 4400
    assert all(len(c.split("-")[0]) == 2 and c.split("-")[1] for c in codes)
    assert not any("~" in c or " " in c for c in codes)
    assert not any(s.is_empty for s in boundaries().shape)
    assert shapely.is_valid(boundaries().shape).all()


def test_neighbours_keep_one_common_line() -> None:
    ukraine = boundaries().shape[np.isin(boundaries().code.astype(str), regions.match("UA"))]
    whole = shapely.union_all(ukraine)
    assert abs(shapely.area(ukraine).sum() - whole.area) < 1e-9  # no overlaps
    holes = [h for p in shapely.get_parts(whole) for h in p.interiors]
    assert not holes  # no gaps


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Kharkivska oblast", "UA-63"), ("Kharkiv Oblast", "UA-63"), ("KHARKIV", "UA-63"), ("Kharkov", "UA-63"),
        ("Харківська область", "UA-63"), ("Харьковская обл.", "UA-63"), ("Kyiv City", "UA-30"), ("Kiev", "UA-30"),
        ("Kyivska oblast", "UA-32"), ("Kyiv oblast", "UA-32"), ("Kyiv region", "UA-32"), ("м. Київ", "UA-30"),
        ("Zaporizhia Oblast", "UA-23"), ("Odessa", "UA-51"), ("Odeska oblast", "UA-51"), ("Крим", "UA-43"),
        ("Autonomous Republic of Crimea", "UA-43"), ("Sevastopol", "UA-40"), ("kursk", "RU-KRS"),
        ("Kursk region", "RU-KRS"), ("Krasnodar", "RU-KDA"), ("Krasnodar Krai", "RU-KDA"), ("Moscow", "RU-MOW"),
        ("Moscow oblast", "RU-MOS"), ("Санкт-Петербург", "RU-SPE"), ("Орловская область", "RU-ORL"),
        ("Республика Адыгея", "RU-AD"), ("ua-53", "UA-53"), ("Lubenskyi raion", ""), ("", ""), ("oblast", ""),
    ],
)  # fmt: skip
def test_names_as_data_sets_write_them(name: str, code: str) -> None:
    assert regions.code_of(name) == code


def test_a_name_of_two_regions_is_neither_until_the_country_is_told() -> None:
    assert regions.code_of("Limburg") == ""
    assert regions.code_of("Limburg", country="BE") == "BE-VLI"
    assert regions.code_of("Punjab", country="PK") == "PK-PB"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30))
def test_any_text_gives_a_code_or_nothing(text: str) -> None:
    assert regions.code_of(text) in {*boundaries().code, ""}


@settings(max_examples=200, deadline=None)
@given(st.floats(-180, 180), st.floats(-90, 90))
def test_the_grid_agrees_with_the_polygons(lon: float, lat: float) -> None:
    found = regions.locate(lon, lat, reach_km=0.0)[0]
    if found:
        assert shapely.intersects_xy(regions.shape(found), float(distance.wrap(lon)), lat)
    else:
        tree = shapely.STRtree(boundaries().shape)
        assert not len(tree.query(shapely.Point(float(distance.wrap(lon)), lat), predicate="intersects"))


@pytest.mark.parametrize("code", ["UA-30", "UA-53", "UA-43", "RU-KRS", "RU-CHU", "NZ-CAN", "FJ-N"])
def test_the_disc_holds_the_region(code: str) -> None:
    lon, lat, radius_km = regions.disc(code)
    xy = shapely.get_coordinates(regions.shape(code))
    away = distance.km(lon, lat, xy[:, 0], xy[:, 1])
    assert away.max() <= radius_km + 1e-6
    assert radius_km < 1.3 * np.sqrt(2) * away.max()
    assert radius_km < 1200


def test_names_of_alert_files_are_all_known(shared_data: Path) -> None:
    with (shared_data / "airraid" / "daily_oblast_metrics.csv").open(encoding="utf-8") as file:
        names = {row["oblast"] for row in csv.DictReader(file)}
    assert len({regions.code_of(n) for n in names} - {""}) == len(names) == 25


def test_settlements_lie_in_their_country(shared_data: Path) -> None:
    with (shared_data / "boundaries" / "geonames_cities500_region.csv").open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["countrycode"] in ("UA", "RU")]
    lon, lat = (np.array([float(r[c]) for r in rows]) for c in ("longitude", "latitude"))
    right = regions.country(regions.locate(lon, lat)) == np.array([r["countrycode"] for r in rows])
    assert right.mean() > 0.995
    kyiv = [i for i, r in enumerate(rows) if r["countrycode"] == "UA" and r["admin1code"] == "12"]
    assert (regions.locate(lon[kyiv], lat[kyiv]) == "UA-30").all()
