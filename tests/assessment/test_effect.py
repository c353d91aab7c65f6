"""The effect of a ceasefire on tables of incidents and coverage."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from ceasefire.assessment.effect import daily_effects, effects, exclude_days
from ceasefire.errors import CeasefireError
from ceasefire.model.daily import Daily
from ceasefire.model.effect import Effect
from ceasefire.model.records import Coverage, Incident
from ceasefire.model.table import Table

FIRST = datetime(2024, 9, 1, 22, tzinfo=UTC)
DAYS, START = 160, 140


def day(k: int) -> datetime:
    return FIRST + timedelta(days=k)


def cover(exposure: dict[str, Any]) -> Table[Coverage]:
    rows = [
        Coverage(
            region=region, start=day(k), end=day(k + 1), act="attack", looks=1, looks_lost=0, exposure=float(values[k])
        )
        for region, values in exposure.items()
        for k in range(DAYS)
    ]
    return Table.of(Coverage, rows)


@pytest.fixture
def happen(incident: Callable[..., Incident]) -> Callable[..., Table[Incident]]:
    def make(rates: dict[str, Any], exposure: dict[str, Any], seed: int = 1, **fields: Any) -> Table[Incident]:
        rng = np.random.default_rng(seed)
        rows = []
        for region, rate in rates.items():
            for k in range(DAYS):
                for n in range(int(rng.poisson(rate[k] * exposure[region][k]))):
                    when = day(k) + timedelta(hours=float(rng.uniform(0, 22)))
                    rows.append(incident(f"{region}-{k}-{n}", region=region, start=when, **fields))
        return Table.of(Incident, rows)

    return make


def rate(after: float, before: float = 5.0) -> Any:
    return np.where(np.arange(DAYS) < START, before, after)


CLEAR = np.full(DAYS, 0.8)


def test_a_fall_is_found_where_it_is_and_read_out_daily(happen: Callable[..., Table[Incident]]) -> None:
    exposure = {"UA-53": CLEAR, "UA-63": CLEAR}
    incidents = happen({"UA-53": rate(0.7), "UA-63": rate(5.0)}, exposure)
    whole, fell, same = effects(incidents, cover(exposure), start=day(START))
    assert [e.subject for e in (whole, fell, same)] == ["all", "UA-53", "UA-63"]
    assert fell.verdict == "fewer"
    assert fell.low < 0.14 < fell.high < 0.5
    assert same.verdict == "not_shown"
    assert same.low < 1.0 < same.high
    assert whole.low < 0.57 < whole.high
    assert len(fell.holding) == DAYS - START == fell.days
    assert all(d.p_holding > 0.9 for d in fell.holding[3:])
    assert fell.holding[0].start == day(START)
    assert all(low <= value <= high for _, value, low, high in fell.parameters)
    assert "fewer than would have been" in fell.sentence()


def test_cloud_in_force_is_no_peace(happen: Callable[..., Table[Incident]]) -> None:
    cloud = np.where(np.arange(DAYS) < START, 0.9, 0.2)
    exposure = {"UA-53": cloud}
    _, one = effects(happen({"UA-53": rate(5.0)}, exposure), cover(exposure), start=day(START))
    assert one.verdict == "not_shown"
    assert one.low < 1.0 < one.high
    assert one.counted < 2.0 * len(one.holding)


def test_what_cannot_be_said_is_said_with_its_reason(happen: Callable[..., Table[Incident]]) -> None:
    never, blind = np.zeros(DAYS), np.where(np.arange(DAYS) < START, 0.8, 0.0)
    exposure = {"UA-05": never, "UA-07": blind, "UA-53": CLEAR}
    incidents = happen({"UA-07": rate(5.0), "UA-53": rate(5.0)}, exposure)
    whole, unseen, blinded, quiet = effects(incidents, cover(exposure), start=day(START))
    assert whole.verdict in ("not_shown", "fewer", "more")
    assert unseen.verdict == blinded.verdict == "not_assessed"
    assert "nobody looked" in unseen.reason
    assert "nobody looked on any day in force" in blinded.reason
    assert np.isnan(unseen.ratio)
    assert unseen.high == float("inf")
    assert quiet.low < 1.0 < quiet.high
    assert unseen.sentence().startswith("UA-05: no effect can be assessed")


def test_incidents_without_a_look_are_set_aside(
    happen: Callable[..., Table[Incident]], incident: Callable[..., Incident]
) -> None:
    seen = CLEAR.copy()
    seen[150] = 0.0
    exposure = {"UA-53": seen}
    incidents = happen({"UA-53": rate(1.0)}, exposure)
    stray = Table.of(Incident, [incident(f"x{k}", start=day(150) + timedelta(hours=k)) for k in range(3)])
    doubtful = Table.of(Incident, [incident(f"y{k}", start=day(151), p_occurred=0.5) for k in range(50)])
    other = Table.of(Incident, [incident(f"z{k}", start=day(151), act="fire") for k in range(50)])
    _, before = effects(incidents, cover(exposure), start=day(START))
    every = Table.concat(Incident, [incidents, stray, doubtful, other])
    _, after = effects(every, cover(exposure), start=day(START))
    assert after.unlooked == 3
    assert after.counted == before.counted
    assert after.days == DAYS - START - 1


def test_days_in_force_in_part_are_left_out(happen: Callable[..., Table[Incident]]) -> None:
    exposure = {"UA-53": CLEAR}
    incidents = happen({"UA-53": rate(1.0)}, exposure)
    half = timedelta(hours=12)
    end = day(START + 9) + half
    _, one = effects(incidents, cover(exposure), start=day(START) + half, end=end)
    assert [one.holding[0].start, one.holding[-1].start] == [day(START + 1), day(START + 8)]


def test_mistakes_are_named(happen: Callable[..., Table[Incident]]) -> None:
    exposure = {"UA-53": CLEAR}
    incidents, seen = happen({"UA-53": rate(1.0)}, exposure), cover(exposure)
    with pytest.raises(CeasefireError, match="no coverage for 'detention'"):
        effects(incidents, seen, start=day(START), act="detention")
    with pytest.raises(CeasefireError, match="no whole day in force"):
        effects(incidents, seen, start=day(DAYS + 5))
    with pytest.raises(CeasefireError, match="before it starts"):
        effects(incidents, seen, start=day(START), end=day(START - 1))
    with pytest.raises(CeasefireError, match="such as 14d"):
        exclude_days("a fortnight")
    whole, one = effects(incidents, seen, start=day(20))
    assert whole.verdict == one.verdict == "not_assessed"
    assert "28 are needed" in one.reason


def test_no_incident_at_all_is_no_effect() -> None:
    whole, one = effects(Table.empty(Incident), cover({"UA-53": CLEAR}), start=day(START))
    assert {whole.verdict, one.verdict} == {"not_assessed"}
    assert "nothing was ever counted" in one.reason
    assert isinstance(whole, Effect)


def series(*rows: Any, exposure: Any = None) -> Daily:
    count = np.array(rows, dtype=float)
    begin = np.datetime64("2024-09-01", "D") + np.arange(count.shape[1])
    start = begin.astype("datetime64[s]")
    seen = np.ones(count.shape) if exposure is None else np.array(exposure, dtype=float)
    return Daily(
        tuple(f"UA-{5 + k:02}" for k in range(len(rows))), start, start + np.timedelta64(86_400, "s"), count, seen
    )


def at(k: int) -> datetime:
    return datetime(2024, 9, 1, tzinfo=UTC) + timedelta(days=k)


def test_any_daily_series_can_be_judged() -> None:
    rng = np.random.default_rng(2)
    fell = np.where(np.arange(200) < 180, rng.poisson(9.0, 200), rng.poisson(1.0, 200))
    whole, one, two = daily_effects(series(fell, rng.poisson(9.0, 200)), start=at(180))
    assert (whole.subject, one.verdict, two.verdict) == ("all", "fewer", "not_shown")
    phases = [d.phase for d in whole.daily]
    assert [phases.count(p) for p in ("before", "left_out", "in_force")] == [60, 14, 20]
    in_force = [d for d in two.daily if d.phase == "in_force"]
    assert all(d.low <= d.foretold <= d.high for d in in_force)
    assert sum(d.low <= d.counted <= d.high for d in in_force) >= 17
    alone = daily_effects(series(fell), start=at(180))
    assert [e.subject for e in alone] == ["all", "UA-05"]
    assert alone[0].ratio == alone[1].ratio


def test_series_from_which_nothing_follows_say_so() -> None:
    rng = np.random.default_rng(4)
    y = rng.poisson(5.0, 100)
    with pytest.raises(CeasefireError, match="no whole day in force"):
        daily_effects(series(y[:1]), start=at(0))
    with pytest.raises(CeasefireError, match="no whole day in force"):
        daily_effects(series(y), start=at(400))
    reasons = {
        "exposure is 0 on every day": daily_effects(series(0 * y, exposure=[0 * y]), start=at(80)),
        "never changes": daily_effects(series(np.full(100, 1440.0)), start=at(80)),
        "nothing was ever counted": daily_effects(series(0 * y), start=at(80)),
        "28 are needed": daily_effects(series(y), start=at(30)),
        "the count of day 3 is inf": daily_effects(series(np.where(np.arange(100) == 3, np.inf, y)), start=at(80)),
        "the exposure of day 0 is nan": daily_effects(series(y, exposure=[np.full(100, np.nan)]), start=at(80)),
    }
    for reason, (whole, *_) in reasons.items():
        assert whole.verdict == "not_assessed"
        assert reason in whole.reason
        assert whole.high == float("inf")


def test_gaps_widen_and_do_not_lower() -> None:
    rng = np.random.default_rng(5)
    y, seen = rng.poisson(6.0, 200).astype(float), np.ones(200)
    seen[185:198] = 0.0
    whole, _ = daily_effects(series(np.where(seen > 0, y, 0.0), exposure=[seen]), start=at(180))
    assert whole.days == 7
    assert whole.low < 1.0 < whole.high
    assert sum(np.isnan(d.counted) for d in whole.holding) == 13
