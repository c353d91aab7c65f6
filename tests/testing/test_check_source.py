"""The readers' contract: every reader that ships keeps it, and a reader that breaks it is told how."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from ceasefire.model.intake import Count, Intake, Window
from ceasefire.sources import facts
from ceasefire.testing.check_source import BrokenContract, check_source
from ceasefire.testing.simulate import simulate

SIMULATED = Window(datetime(2021, 3, 1, 3, tzinfo=UTC), datetime(2021, 3, 11, 3, tzinfo=UTC))
MORATORIUM = Window(datetime(2025, 3, 17, 22, tzinfo=UTC), datetime(2025, 4, 17, 21, tzinfo=UTC))
REAL: dict[str, tuple[str, Window]] = {
    "viina": ("events/viina/viina_incidents_202503.csv", MORATORIUM),
    "ucdp": (
        "events/ucdp/*.csv",
        Window(datetime(2015, 2, 15, tzinfo=UTC), datetime(2015, 3, 15, tzinfo=UTC)),
    ),
    "firms": (
        "firms/viirs_snpp_ukraine_2022-09_2022-11.csv",
        Window(datetime(2022, 9, 1, tzinfo=UTC), datetime(2022, 10, 1, tzinfo=UTC)),
    ),
    "alerts": ("airraid/daily_oblast_metrics.csv", MORATORIUM),
    "tallies": ("attacks/missile_attacks_daily.csv", MORATORIUM),
    "posts": ("attacks/mod_russia_posts.csv", MORATORIUM),
    "corridors": (
        "ceasefire/humanitarian_corridors_ukraine_geocoded.csv",
        Window(datetime(2022, 3, 5, tzinfo=UTC), datetime(2022, 4, 5, tzinfo=UTC)),
    ),
}
"""A real file of each product and a period in which it has rows."""


EXCERPT = {"ucdp": "2015-0", "alerts": "2025-0"}
"""Of large files only the lines with this text are read."""


def excerpt(path: Path, text: str, folder: Path) -> Path:
    lines = path.read_bytes().splitlines(keepends=True)
    out = folder / path.name
    out.write_bytes(b"".join([lines[0], *[line for line in lines[1:] if text.encode() in line][:2000]]))
    return out


def reader(product: str) -> Any:
    name = f"ceasefire.sources.{product}"
    if importlib.util.find_spec(name) is None:
        pytest.skip(f"there is no reader {product!r} yet")
    return importlib.import_module(name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulate(tmp_path_factory.mktemp("world"), seed=2, days=10, incidents=40).folder


@pytest.mark.parametrize(
    ("product", "names"),
    [("facts", ("reports.csv", "sensors.csv")), ("looks", ("looks.csv",))],
)
def test_readers_keep_the_contract_on_a_simulated_world(folder: Path, product: str, names: tuple[str, ...]) -> None:
    intake = check_source(reader(product), [folder / n for n in names], window=SIMULATED)
    assert intake.count.used > 100
    assert intake.count.quarantined == 0


@pytest.mark.filterwarnings("ignore::ceasefire.errors.Doubt")
@pytest.mark.parametrize("product", sorted(REAL))
def test_readers_keep_the_contract_on_real_data(shared_data: Path, product: str, tmp_path: Path) -> None:
    pattern, window = REAL[product]
    paths = sorted(shared_data.glob(pattern))[:1]
    if not paths:
        pytest.skip(f"{pattern} is not in the shared data")
    if product in EXCERPT:
        paths = [excerpt(paths[0], EXCERPT[product], tmp_path)]
    intake = check_source(reader(product), paths, window=window)
    assert intake.count.used > 0


class Broken:
    """The facts reader with one thing spoilt."""

    PRODUCT = "facts"

    def __init__(self, spoil: Any) -> None:
        self.spoil, self.runs = spoil, 0

    def read(self, paths: Sequence[Path], **given: Any) -> Intake:
        self.runs += 1
        return self.spoil(facts.read(paths, **given), self.runs)


def spoilt(column: str, value: Any) -> Any:
    def spoil(intake: Intake, _: int) -> Intake:
        table = intake.observations
        if not len(table):
            return intake
        values = table.column(column).copy()
        values[0] = value
        return replace(intake, observations=table.replace(**{column: values}))

    return spoil


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda i, _: replace(i, count=replace(i.count, used=i.count.used + 1)), "rows do not add up"),
        (lambda i, _: replace(i, count=Count(rows=1, quarantined=1)), "quarantined, 0 are kept"),
        (spoilt("id", "o-1"), "is not 'o', a hyphen and 12 hex digits"),
        (spoilt("radius_km", 0.0), "no radius above 0 km"),
        (spoilt("lat", 95.0), "not on the globe"),
        (spoilt("end", np.datetime64("2020-01-01")), "does not end after it begins"),
        (spoilt("region", "AR-0"), "unknown region 'AR-0'"),
        (spoilt("act", "atack"), "act 'atack' is not a known word"),
        (spoilt("channel", "gossip"), "channel 'gossip' belongs to no known family"),
        (spoilt("credibility", 7), "credibility 7 is not a known word"),
        (spoilt("evidence", "0" * 64), "evidence is not the SHA-256"),
        (spoilt("source", "other"), "product or source is not"),
        (lambda i, k: replace(i, observations=i.observations.keep(np.arange(k, len(i.observations)))), "other bytes"),
        (
            lambda i, _: replace(i, observations=i.observations.keep(np.zeros(len(i.observations), dtype=int))),
            "ids are not unique",
        ),
    ],
)
def test_a_broken_reader_is_told_how(folder: Path, spoil: Any, message: str) -> None:
    with pytest.raises(BrokenContract, match=message):
        check_source(Broken(spoil), [folder / "reports.csv"], window=SIMULATED)


def test_all_breaches_come_at_once(folder: Path) -> None:
    def spoil(intake: Intake, run: int) -> Intake:
        return spoilt("radius_km", -1.0)(spoilt("act", "atack")(intake, run), run)

    with pytest.raises(BrokenContract) as caught:
        check_source(Broken(spoil), [folder / "reports.csv"], window=SIMULATED)
    assert len(caught.value.breaches) == 2


def test_a_reader_that_raises_on_a_missing_file_breaks_the_contract(folder: Path) -> None:
    def read(paths: Sequence[Path], **given: Any) -> Intake:
        for path in paths:
            path.read_bytes()
        return facts.read(paths, **given)

    with pytest.raises(BrokenContract, match="a missing file raises FileNotFoundError"):
        check_source(SimpleNamespace(PRODUCT="facts", read=read), [folder / "reports.csv"], window=SIMULATED)


def test_no_file_and_no_intake_are_named(folder: Path) -> None:
    with pytest.raises(BrokenContract, match="no file was given"):
        check_source(facts, [], window=SIMULATED)
    with pytest.raises(BrokenContract, match="not an Intake"):
        check_source(
            SimpleNamespace(PRODUCT="facts", read=lambda *_, **__: None), [folder / "reports.csv"], window=SIMULATED
        )
