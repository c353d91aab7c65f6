"""Fires weighed against earlier years, end to end: planted strikes weigh, fields and a mill do not, doubts are said."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from ceasefire import heat
from ceasefire.case import Case
from ceasefire.errors import CeasefireError, Doubt, NoBaseline
from ceasefire.geo import distance, regions
from ceasefire.model.intake import Intake, Window
from ceasefire.reporting.explain import explain
from ceasefire.sources import firms
from ceasefire.store import Observed
from ceasefire.testing.fires import Fires, write_fires

CASE = """case: 1
id: fires
title: Simulated fires
agreement: library:energy-2025
period: {from: 2025-03-18, to: 2025-04-17}
clock: UTC
cutoff: 2025-04-18T12:00 UTC
issued: 2025-04-21
area: {regions: [UA-53]}
sources:
  - {id: firms, product: firms, path: now.csv, options: {history: HISTORY}}
  - {id: facts, product: facts, path: facts.csv}
"""
WINDOW = Window(datetime(2025, 3, 18, tzinfo=UTC), datetime(2025, 4, 18, tzinfo=UTC))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Fires:
    folder = tmp_path_factory.mktemp("fires")
    (folder / "case.yml").write_text(CASE.replace("HISTORY", "history.csv"), encoding="utf-8")
    return write_fires(folder, seed=1)


@pytest.fixture(scope="module")
def observed(world: Fires) -> Observed:
    with warnings.catch_warnings():
        warnings.simplefilter("error", NoBaseline)
        return Case.read(world.now.parent / "case.yml").observe()


def planted(world: Fires, observed: Observed) -> tuple[np.ndarray, np.ndarray]:
    """Likelihood ratios of fires, and which strike (if any) each is of."""
    o = observed.observations.where(product="firms")
    km = distance.km(world.lon[:, None], world.lat[:, None], o.column("lon")[None], o.column("lat")[None])
    hit = (km < 2.0) & (o.column("reported").astype("datetime64[D]")[None] == world.day[:, None])
    return o.column("likelihood_ratio"), np.where(hit.any(axis=0), hit.argmax(axis=0), -1)


def test_every_planted_strike_weighs_and_ordinary_heat_hardly_does(world: Fires, observed: Observed) -> None:
    ratio, strike = planted(world, observed)
    assert set(strike[strike >= 0]) == set(range(8))
    assert ratio[strike >= 0].min() > 10.0
    ordinary = ratio[(strike < 0) & np.isfinite(ratio)]
    assert np.median(ordinary) < 2.0
    assert ordinary.min() >= 0.8
    assert ordinary.max() <= 20.0


def test_a_mill_is_kept_and_weighs_nothing(world: Fires, observed: Observed) -> None:
    o = observed.observations.where(product="firms")
    at = distance.km(*world.mill, o.column("lon"), o.column("lat")) < 1.5
    assert at.sum() > 20
    assert o.column("likelihood_ratio")[at].max() < 3.0
    assert all("hot again and again" in text for text in o.column("summary")[at])


def test_rows_add_up_and_each_pixel_can_be_found(world: Fires, observed: Observed) -> None:
    count = observed.counts["firms"]
    count.check()
    o = observed.observations.where(product="firms")
    lines = [int(n) for text in o.column("text") for n in text.split(": ")[1].split(", ")]
    assert len(lines) == len(set(lines)) == count.used > len(o)
    assert {name for _, name, _ in observed.files} == {"now.csv", "history.csv", "facts.csv"}


def test_a_reported_strike_with_heat_is_one_incident_and_explain_tells_the_numbers(world: Fires) -> None:
    run = Case.read(world.now.parent / "case.yml").run()
    both = [i for i in run.incidents if set(i.channels) == {"news", "satellite.thermal"}]
    assert len(both) == 4
    assert all(i.act == "attack.air.drone" and i.p_occurred > 0.9 for i in both)
    said = explain(both[0], run.fused.weights, run.observed.observations, run.findings)
    for words in ("counted", "expected", "excess", "% of quiet days", "likelihood ratio 20.0 ("):
        assert words in said


def test_fires_of_one_cell_and_day_share_an_origin(observed: Observed) -> None:
    o = observed.observations.where(product="firms")
    weighed = np.isfinite(o.column("likelihood_ratio"))
    assert all(name.startswith("h-") for name in o.column("origin")[weighed])


def intake(path: Path) -> Intake:
    return firms.read([path], source="firms", window=WINDOW, options={"regions": ["UA-53"]})


def weighed(world: Fires, history: list[Path], now: Path | None = None) -> tuple[Intake, list[str]]:
    now = now or world.now
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", Doubt)
        got = heat.weighed(
            intake(now), WINDOW, source="firms", paths=[now], history=history, codes=["UA-53"], say=lambda _: None
        )
    got.count.check()
    return got, [str(w.message) for w in caught if issubclass(w.category, NoBaseline)]


def test_without_history_it_says_so_and_the_pixels_stay(world: Fires) -> None:
    got, said = weighed(world, [])
    assert len(said) == 1
    assert "no earlier years are named" in said[0]
    assert np.isnan(got.observations.column("likelihood_ratio")).all()
    assert len(got.observations) == got.count.used


HEADER = "latitude,longitude,acq_date,acq_time,satellite\n"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "nothing"),
        (HEADER, "no earlier row"),
        (HEADER + ",,,,\n", "no earlier row"),
        (HEADER + "49.5,34.0,2024-03-01,0100,N\n", "30 times or more"),
        (HEADER + "49.5,34.0,2024-03-01,0100,N\n" * 40, "30 times or more"),
        (HEADER + "".join(f"49.{i % 10},33.{i // 10},2024-03-01,0100,N\n" for i in range(100)), "one fold"),
        (HEADER + "".join(f"49.5{i},34.0,2005-03-01,0100,T\n" for i in range(40)), "sensor era"),
        (HEADER + "".join(f"49.5{i},34.0,2024-03-01,0100,Terra\n" for i in range(40)), "no satellite in common"),
        (HEADER + "".join(f"49.5{i},34.0,2026-03-01,0100,N\n" for i in range(40)), "no earlier row"),
        (HEADER + "nan,inf,2024-03-01,0100,N\n" * 3, "no earlier row"),
    ],
)
def test_a_history_that_teaches_nothing_is_named_and_gives_no_number(
    world: Fires, tmp_path: Path, text: str, why: str
) -> None:
    path = tmp_path / "history.csv"
    path.write_text(text, encoding="utf-8")
    got, said = weighed(world, [path])
    assert len(said) == 1
    assert why in said[0]
    assert np.isnan(got.observations.column("likelihood_ratio")).all()


def test_a_season_that_earlier_years_do_not_show_gives_no_number(world: Fires, tmp_path: Path) -> None:
    lines = world.history.read_text(encoding="utf-8").splitlines()
    path = tmp_path / "autumn.csv"
    path.write_text("\n".join([lines[0], *(t for t in lines if "-09-" in t or "-10-" in t)]) + "\n", encoding="utf-8")
    got, said = weighed(world, [path])
    assert any("days of the year" in text for text in said)
    assert np.isnan(got.observations.column("likelihood_ratio")).all()
    assert len(got.observations) < got.count.used, "they are fires all the same"


def test_one_year_gives_an_interval_or_none_but_never_a_narrow_guess(world: Fires, tmp_path: Path) -> None:
    lines = world.history.read_text(encoding="utf-8").splitlines()
    path = tmp_path / "two.csv"
    path.write_text("\n".join([lines[0], *(t for t in lines if ",2023-" in t or ",2024-" in t)]), encoding="utf-8")
    got, _ = weighed(world, [path])
    assert any("(0.8 to 20.0)" in text for text in got.observations.column("summary")), "two folds: everything possible"


def test_two_spellings_of_a_satellite_are_one_and_blank_rows_are_kept_aside(world: Fires, tmp_path: Path) -> None:
    text = world.now.read_text(encoding="utf-8").splitlines()
    twice = [line.replace(",N,VIIRS,", ",VIIRS_SNPP_NRT,VIIRS,") for line in text[1:]]
    path = tmp_path / "twice.csv"
    path.write_text("\n".join([*text, *twice, "," * 10]) + "\n", encoding="utf-8")
    one, _ = weighed(world, [world.history])
    two, _ = weighed(world, [world.history], path)
    assert (two.count.duplicates, two.count.quarantined) == (one.count.used, 1)
    for name in ("likelihood_ratio", "lon", "origin"):
        assert np.array_equal(one.observations.column(name), two.observations.column(name), equal_nan=name[0] == "l")


@pytest.mark.parametrize("history", [3, {"a": "b"}, ["a", 1], [""]])
def test_a_history_that_is_no_list_of_paths_is_an_error(history: object) -> None:
    with pytest.raises(CeasefireError, match="a path or a list of paths"):
        heat.patterns({"history": history}, source="firms")


def test_the_real_files_of_2022_weigh(shared_data: Path) -> None:
    now = shared_data / "firms" / "viirs_snpp_ukraine_2022-09_2022-11.csv"
    history = [shared_data / "firms" / "points" / f"ukr_fire_data_{y}.csv" for y in (2018, 2019, 2020, 2021)]
    window = Window(datetime(2022, 9, 1, tzinfo=UTC), datetime(2022, 9, 15, tzinfo=UTC))
    codes = [*regions.match("UA-63"), "UA-14", "UA-53", "RU-BEL"]
    read = firms.read([now], source="firms", window=window, options={"regions": codes})
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", Doubt)
        got = heat.weighed(read, window, source="f", paths=[now], history=history, codes=codes, say=lambda _: None)
    said = " ".join(str(w.message) for w in caught)
    assert "do not all name a satellite" in said
    assert "err low" in said
    assert "no baseline for RU-BEL" in said
    ratio = got.observations.column("likelihood_ratio")
    inside = np.isin(got.observations.column("region").astype(str), ["UA-63", "UA-14", "UA-53"])
    assert np.isfinite(ratio[inside]).mean() > 0.9
    assert np.nanmin(ratio) >= 0.8
    assert np.nanmax(ratio) <= 20.0
