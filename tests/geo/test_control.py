"""Control: who held a place is told from data of the case, for any war, and is unknown where nobody can tell."""

from __future__ import annotations

from datetime import date

import numpy as np
import shapely

from ceasefire.geo.control import Control

DAY = np.datetime64("2020-10-01T12:00")


def test_any_war_by_its_data() -> None:
    area = shapely.box(46.4, 39.3, 47.2, 40.2)  # a box inside Azerbaijan
    control = Control({date(2020, 10, 1): area}, occupier="armenia", holders={"AZ": "azerbaijan", "AM": "armenia"})
    lon, lat = [46.8, 49.8, 44.5, 46.8, 41.0], [39.8, 40.4, 40.2, 39.3, 30.0]
    assert control.holder(lon, lat, 3.0, DAY).tolist() == ["armenia", "azerbaijan", "armenia", "contested", ""]


def test_days_are_those_of_utc_and_a_gap_of_more_than_three_is_unknown() -> None:
    control = Control({date(2025, 3, 30): shapely.box(37, 47.2, 38, 48)}, occupier="r", holders={"UA": "u", "RU": "r"})
    times = np.array(["2025-03-30T23:59", "2025-04-02T23:59", "2025-04-03T00:00", "2025-03-29T23:59", "NaT"],
                     dtype="datetime64[s]")  # fmt: skip
    assert control.holder(37.5, 47.6, 2.0, times).tolist() == ["r", "r", "", "", ""]
    assert control.holder(30.5, 50.4, 2.0, times).tolist() == ["u"] * 5  # no line has ever touched Kyiv


def test_a_disc_over_the_state_border_is_contested_and_a_coast_is_no_line() -> None:
    control = Control({date(2025, 3, 30): shapely.box(32.4, 44.3, 36.7, 46.2)}, occupier="r",
                      holders={"UA": "u", "RU": "r"})  # fmt: skip
    time = np.datetime64("2025-03-30")
    lon, lat = [36.5, 36.23, 33.53, 34.16, 33.6], [50.3, 49.99, 44.61, 44.5, 46.2]
    assert control.holder(lon, lat, 10.0, time).tolist() == ["contested", "u", "r", "r", "contested"]


def test_unknown_places_have_no_holder_and_no_lines_leave_the_default() -> None:
    control = Control({}, occupier="r", holders={"UA": "u"})
    assert control.holder([np.nan, 30.5, 30.5], [50.0, 50.4, 50.4], [1.0, 1.0, np.nan], DAY).tolist() == ["", "u", ""]
    assert control.holder([], [], [], np.array([], dtype="datetime64[s]")).tolist() == []


def test_lines_of_many_days_are_those_of_each_day_drawn_alone() -> None:
    areas = {date(2025, 3, 20 + i): shapely.box(36.0, 47.3, 37.2 + 0.02 * i, 48.5) for i in range(4)}
    areas[date(2025, 3, 24)] = shapely.union(areas[date(2025, 3, 20)], shapely.box(33.0, 51.0, 35.6, 52.6))
    areas[date(2025, 3, 25)] = shapely.box(31.0, 46.0, 39.0, 49.0)  # all that was an edge is inland now
    areas[date(2025, 3, 26)] = areas[date(2025, 3, 20)]
    together, apart = (Control(areas, occupier="r", holders={"UA": "u", "RU": "r"}) for _ in range(2))
    together._draw(list(areas))
    for day in areas:
        apart._draw([day])
        assert np.array_equal(together._lines[day].points, apart._lines[day].points), day
        assert len(together._lines[day].points) > 1000
