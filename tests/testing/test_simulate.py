"""The simulated world: same bytes from the same seed, honest places, truth apart, and the size asked for."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pyarrow.csv as pacsv
import pytest

from ceasefire.geo import regions as geo
from ceasefire.geo.distance import km
from ceasefire.model.taxonomy import ACTS, OBJECTS
from ceasefire.testing import written
from ceasefire.testing.rows import Rows
from ceasefire.testing.simulate import DENSITY, World, simulate


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> World:
    return simulate(tmp_path_factory.mktemp("world"), seed=3, incidents=600)


def hashes(folder: Path) -> dict[str, str]:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def column(path: Path, name: str) -> np.ndarray:
    return pacsv.read_csv(path).column(name).to_numpy()


def test_equal_seeds_write_equal_bytes_and_others_do_not(tmp_path: Path) -> None:
    for folder, seed in (("a", 5), ("b", 5), ("c", 6)):
        simulate(tmp_path / folder, seed=seed, days=10, incidents=30)
    assert hashes(tmp_path / "a") == hashes(tmp_path / "b")
    assert hashes(tmp_path / "a") != hashes(tmp_path / "c")
    assert set(hashes(tmp_path / "a")) == {
        "case.yml",
        "invented-moratorium.yml",
        "reports.csv",
        "sensors.csv",
        "looks.csv",
        "truth/incidents.csv",
        "truth/readings.csv",
        "truth/looks.csv",
        "truth/rows.csv",
        "truth/README.md",
    }


def test_numbers_agree_with_the_files(made: World) -> None:
    assert len(column(made.folder / "reports.csv", "id")) == made.reports + made.totals
    assert len(column(made.folder / "sensors.csv", "id")) == made.sensors
    assert len(column(made.folder / "looks.csv", "region")) == made.looks == 30 * 5 * 5
    assert (column(made.folder / "looks.csv", "lost") != "").sum() == made.lost
    assert len(column(made.truth / "incidents.csv", "id")) == made.incidents == 600
    rows = column(made.truth / "rows.csv", "incident")
    assert len(rows) == made.observations
    assert (rows == "").sum() == made.false > 0


def test_files_have_the_products_columns(made: World) -> None:
    assert tuple(pacsv.read_csv(made.folder / "reports.csv").column_names) == written.FACTS
    assert tuple(pacsv.read_csv(made.folder / "looks.csv").column_names) == written.LOOKS
    for name in ("act", "object_class"):
        for path in (made.folder / "reports.csv", made.folder / "sensors.csv"):
            assert set(column(path, name)) - {""} <= set(ACTS) | set(OBJECTS)


def test_stated_radii_hold_the_true_place_nine_times_of_ten(made: World) -> None:
    columns = [column(made.truth / "incidents.csv", c) for c in ("id", "lon", "lat")]
    truth = {i: (x, y) for i, x, y in zip(*columns, strict=True)}
    of = dict(zip(column(made.truth / "rows.csv", "id"), column(made.truth / "rows.csv", "incident"), strict=True))
    path = made.folder / "reports.csv"
    ids, radius = column(path, "id"), column(path, "radius_km")
    real = np.array([of.get(i, "") != "" for i in ids])
    true = np.array([truth[of[i]] for i in ids[real]])
    away = km(column(path, "lon")[real], column(path, "lat")[real], true[:, 0], true[:, 1])
    for size in (1.0, 5.0, 20.0):
        held = away[radius[real] == size] <= size
        assert 0.86 < held.mean() < 0.94, size


def test_witnesses_differ_in_honesty(made: World) -> None:
    of = dict(zip(column(made.truth / "rows.csv", "id"), column(made.truth / "rows.csv", "incident"), strict=True))
    path = made.folder / "reports.csv"
    ids, channel = column(path, "id"), column(path, "channel")
    speaker = column(path, "speaker")
    false = np.array([of.get(i) == "" for i in ids])
    share = {c: false[channel == c].mean() for c in ("news", "party", "official", "monitor")}
    assert share["monitor"] == share["official"] == 0
    assert share["party"] > share["news"] > 0
    assert false[speaker == "Rumour Mill"].mean() > false[speaker == "Herald"].mean()
    kinds = set(column(path, "kind"))
    assert {"event", "claim", "denial", "total"} <= kinds
    origin = column(path, "origin")
    assert len(set(origin[origin != ""])) < (origin != "").sum()  # copies share their origin


def test_some_cells_are_never_looked_at(made: World) -> None:
    region, start = column(made.folder / "looks.csv", "region"), column(made.folder / "looks.csv", "start")
    quality, lost = column(made.folder / "looks.csv", "quality"), column(made.folder / "looks.csv", "lost")
    assert ((quality == 0) == (lost != "")).all()
    cells = np.char.add(region.astype(str), start.astype(str))
    best = [quality[cells == c].max() for c in np.unique(cells)]
    assert 0 < np.mean(np.array(best) == 0) < 0.5


def test_true_places_lie_in_their_region(made: World) -> None:
    found = geo.locate(column(made.truth / "incidents.csv", "lon"), column(made.truth / "incidents.csv", "lat"))
    assert (found == column(made.truth / "incidents.csv", "region")).mean() > 0.995


def test_a_scaled_world_has_the_size_asked_for_at_constant_density(tmp_path: Path) -> None:
    for n in (2_000, 10_000):
        w = simulate(tmp_path / str(n), seed=1, observations=n)
        assert w.observations == n
        assert w.observations / w.days / w.area_km2 * 1e6 == pytest.approx(DENSITY, rel=0.08)
        assert len(column(w.truth / "rows.csv", "id")) == n


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"days": 3}, "days at least 7"),
        ({"seed": -1}, "seed must not be negative"),
        ({"incidents": 0}, "incidents at least 1"),
        ({"observations": 5}, "100 observations"),
        ({"regions": ["XX-1", "AR-X"]}, "unknown region 'XX-1'"),
        ({"regions": ["AR-X"]}, "two regions or more"),
    ],
)
def test_bad_options_are_named(tmp_path: Path, options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        simulate(tmp_path, **options)  # type: ignore[arg-type]


def test_rows_refuse_columns_of_the_wrong_length() -> None:
    with pytest.raises(ValueError, match="column 'a' has shape"):
        Rows(2, a=np.arange(3))
