"""The table of facts: what becomes of a row, and the reason for every row that becomes nothing."""

from __future__ import annotations

import csv
import math
import random
import warnings
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.errors import UnverifiedSource, strict
from ceasefire.model.intake import Intake, Window
from ceasefire.sources import facts
from ceasefire.sources.facts_check import COLUMNS
from ceasefire.testing.check_source import check_source

WINDOW = Window(datetime(2025, 3, 18, tzinfo=UTC), datetime(2025, 4, 18, tzinfo=UTC))
EVENT = {
    "id": "f1",
    "kind": "event",
    "start": "2025-03-19T01:00",
    "end": "2025-03-19T05:00",
    "clock": "Europe/Kyiv",
    "place": "Kropotkin",
    "lat": "45.43",
    "lon": "40.56",
    "radius_km": "5",
    "act": "attack.air.drone",
    "object_class": "energy.oil.pipeline",
    "effect": "fire",
    "channel": "official",
    "alternatives": "debris|accident",
    "control": "russia",
    "reliability": "B",
    "credibility": "2",
    "said": "2025-03-19",
    "summary": "A fire broke out at an oil pumping station.",
    "url": "https://example.org/1",
}
CLAIM = {
    **EVENT,
    "id": "f2",
    "kind": "claim",
    "channel": "",
    "claimant": "russia",
    "speaker": "Ministry of Defence",
    "accused": "ukraine",
}


def write(path: Path, rows: Sequence[Mapping[str, str]], columns: Sequence[str] = COLUMNS) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def read(folder: Path, *rows: Mapping[str, str]) -> Intake:
    intake = facts.read([write(folder / "facts.csv", rows)], source="table", window=WINDOW)
    intake.count.check()
    return intake


def test_an_event_becomes_an_observation(tmp_path: Path) -> None:
    (o,) = read(tmp_path, EVENT).observations
    assert (o.start, o.end) == (datetime(2025, 3, 18, 23, tzinfo=UTC), datetime(2025, 3, 19, 3, tzinfo=UTC))
    assert o.reported == datetime(2025, 3, 19, 21, 59, 59, tzinfo=UTC)
    assert (o.region, o.channel, o.procedure, o.stance) == ("RU-KDA", "official", "report", "asserts")
    assert (o.alternatives, o.reliability, o.credibility) == (("debris", "accident"), "B", 2)
    assert (o.product, o.granule, o.line, len(o.evidence)) == ("facts", "facts.csv", 2, 64)
    assert o.origin == o.id


def test_a_claim_with_place_and_time_becomes_claim_and_observation(tmp_path: Path) -> None:
    intake = read(tmp_path, CLAIM, {**CLAIM, "id": "f3", "kind": "denial", "claimant": "ukraine", "accused": ""})
    claim, denial = intake.claims
    asserted, denied = intake.observations
    assert (claim.stance, claim.observation, claim.claimant) == ("asserts", asserted.id, "russia")
    assert (asserted.procedure, asserted.channel, asserted.accused) == ("claim", "party", "ukraine")
    assert (denial.stance, denied.stance, denial.observation) == ("denies", "denies", denied.id)
    assert claim.start == asserted.start


def test_totals_promises_deliveries_and_positions_are_claims_only(tmp_path: Path) -> None:
    speaker = {"claimant": "russia", "speaker": "Foreign Ministry", "clock": "Europe/Moscow", "said": "2025-04-16"}
    rows = [
        {"id": "t", "kind": "total", "low": "80", "words": "over 80", "unit": "violations", **speaker},
        {"id": "p", "kind": "promise", "low": "23", "high": "23", "unit": "persons", **speaker},
        {"id": "d", "kind": "delivery", "low": "22", "high": "22", "unit": "persons", **speaker},
        {"id": "s", "kind": "position", "stance": "rejects", **speaker},
    ]
    intake = read(tmp_path, *rows)
    assert len(intake.observations) == 0
    assert [c.stance for c in intake.claims] == ["asserts", "promises", "delivers", "rejects"]
    total = intake.claims[0]
    assert (total.low, total.high, total.words) == (80, math.inf, "over 80")
    assert total.start == datetime(1970, 1, 1, tzinfo=UTC)
    assert total.said == datetime(2025, 4, 16, 20, 59, 59, tzinfo=UTC)
    assert math.isnan(intake.claims[3].low)


def test_a_day_is_the_whole_local_day_also_when_the_clocks_change(tmp_path: Path) -> None:
    (o,) = read(tmp_path, {**EVENT, "start": "2025-03-30", "end": "", "said": ""}).observations
    assert (o.start, o.end) == (datetime(2025, 3, 29, 22, tzinfo=UTC), datetime(2025, 3, 30, 21, tzinfo=UTC))
    (o,) = read(tmp_path, {**EVENT, "start": "2025-03-20", "end": "2025-03-21", "said": ""}).observations
    assert (o.end - o.start).total_seconds() == 48 * 3600


REFUSED = {
    "no id": {"id": ""},
    "no kind": {"kind": ""},
    "unknown kind 'evnt' (did you mean 'event'?)": {"kind": "evnt"},
    "unknown act 'atack.air' (did you mean 'attack.air'?)": {"act": "atack.air"},
    "unknown object_class 'energy.electricity.grids' (did you mean 'energy.electricity.grid'?)": {
        "object_class": "energy.electricity.grids"
    },
    "unknown effect 'boom'": {"effect": "boom"},
    "unknown alternative 'debri' (did you mean 'debris'?)": {"alternatives": "accident|debri"},
    "unknown channel 'newspaper'": {"channel": "newspaper"},
    "an event needs an act": {"act": ""},
    "an event needs a channel: how it was seen": {"channel": ""},
    "an event needs a start": {"start": "", "end": ""},
    "it ends before it starts": {"end": "2025-03-18T20:00"},
    "it ends when it starts: an interval is wanted, not an instant": {"end": "2025-03-19T01:00"},
    "a start with a time of day needs an end: the latest it can have been": {"end": ""},
    "start: '2025-02-30' is not a time that exists on the clock Europe/Kyiv": {"start": "2025-02-30"},
    "start: no clock: name the zone in the column 'clock', e.g. Europe/Kyiv, or give the time an offset": {"clock": ""},
    "start: unknown clock 'MSK'": {"clock": "MSK"},
    "latitude and longitude look swapped": {"lat": "40.56", "lon": "45.43", "place": "x"},
    "latitude is not between -90 and 90": {"lat": "145.43"},
    "latitude is not a number": {"lat": "45,43"},
    "longitude without latitude": {"lat": ""},
    "an event needs a latitude and a longitude": {"lat": "", "lon": ""},
    "0, 0 is a missing place, not a place": {"lat": "0", "lon": "0"},
    "a place needs a radius_km: how far it may be off": {"radius_km": ""},
    "radius_km is not above 0: a place is a disc, not a point": {"radius_km": "0"},
    "credibility is not one of 1 to 6": {"credibility": "7"},
    "unknown reliability 'G'": {"reliability": "G"},
    "low is above high": {"low": "5", "high": "4"},
    "url does not begin with https:// or http://": {"url": "javascript:alert(1)"},
    "said more than a day before it is said to have begun": {"said": "2025-03-17T00:30"},
}


@pytest.mark.parametrize("reason", REFUSED)
def test_a_row_that_breaks_a_rule_is_kept_out_with_its_reason(tmp_path: Path, reason: str) -> None:
    row = {**EVENT, **REFUSED[reason]}
    if reason.startswith("latitude and longitude"):
        row |= {"lat": "34.8", "lon": "50.9"}
    intake = read(tmp_path, row, {**EVENT, "id": "good"})
    assert intake.count.used == 1
    (bad,) = intake.quarantine
    assert bad.reason.startswith(reason)
    assert (bad.line, bad.granule, bad.source) == (2, "facts.csv", "table")
    assert "oil pumping station" in bad.row


def test_a_claim_needs_a_claimant_and_a_position_its_stance(tmp_path: Path) -> None:
    intake = read(tmp_path, {**CLAIM, "claimant": ""}, {**CLAIM, "id": "x", "kind": "position"})
    assert [q.reason.split(":")[0] for q in intake.quarantine] == ["no claimant", "a position needs a stance"]


def test_ids_used_twice(tmp_path: Path) -> None:
    intake = read(tmp_path, EVENT, EVENT, {**EVENT, "place": "elsewhere"})
    assert (intake.count.used, intake.count.duplicates, intake.count.quarantined) == (1, 1, 1)
    assert intake.quarantine[0].reason.endswith("first in facts.csv, line 2")
    again = [write(tmp_path / name, [EVENT]) for name in ("a.csv", "b.csv")]
    assert facts.read(again, source="table", window=WINDOW).count.duplicates == 1


def test_rows_outside_the_window_are_counted_apart_even_when_half_filled(tmp_path: Path) -> None:
    past = {**EVENT, "id": "old", "start": "2024-03-19", "end": "", "said": "2024-03-19", "act": ""}
    intake = read(tmp_path, EVENT, past)
    assert (intake.count.rows, intake.count.outside) == (1, 1)


def test_an_unknown_column_is_a_doubt(tmp_path: Path) -> None:
    path = write(tmp_path / "facts.csv", [{**EVENT, "acused": "russia"}], [*COLUMNS, "acused"])
    with pytest.warns(UnverifiedSource, match=r"'acused' is not read \(did you mean 'accused'\?\)"):
        facts.read([path], source="table", window=WINDOW)
    with strict(), pytest.raises(UnverifiedSource):
        facts.read([path], source="table", window=WINDOW)


def test_hostile_text_goes_through_as_text(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script> \u202e =cmd|' /C calc'!A0"
    (o,) = read(tmp_path, {**EVENT, "summary": evil, "place": evil}).observations
    assert o.summary == evil


def test_the_contract_of_readers(tmp_path: Path) -> None:
    rows = [{**EVENT, "id": f"e{i}", "summary": f'no "{i}", one\nline'} for i in range(30)]
    path = write(tmp_path / "facts.csv", [*rows, CLAIM, {**EVENT, "id": "bad", "lat": "x"}, EVENT, EVENT])
    intake = check_source(facts, [path], window=WINDOW)
    assert intake.count.used == 32


def test_many_rows_in_many_blocks_are_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(1)
    rows = [
        {**EVENT, "id": f"e{i}", "lat": f"{draw.uniform(46, 50):.4f}", "lon": f"{draw.uniform(31, 38):.4f}"}
        for i in range(400)
    ]
    rows[77]["act"] = "nonsense"
    path = write(tmp_path / "facts.csv", rows)
    whole = facts.read([path], source="table", window=WINDOW)
    monkeypatch.setattr("ceasefire.sources.blocks.BLOCK_BYTES", 5_000)
    pieces = facts.read([path], source="table", window=WINDOW)
    assert whole.count == pieces.count
    assert repr(list(whole.observations)) == repr(list(pieces.observations))


FIELDS = {
    name: st.sampled_from(["", EVENT.get(name, ""), CLAIM.get(name, ""), "x", "-1", "2025-04-01", "inf", "|", "\ufffd"])
    | st.text(max_size=8)
    for name in COLUMNS
}


@given(st.lists(st.fixed_dictionaries(FIELDS), max_size=8))
@settings(max_examples=80, deadline=None)
def test_any_fields_add_up(tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]]) -> None:
    rows = [{k: v.encode("utf-8", "ignore").decode() for k, v in row.items()} for row in rows]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnverifiedSource)
        intake = read(tmp_path_factory.mktemp("t"), *rows)
    assert intake.count.quarantined == len(intake.quarantine)
    assert len(intake.observations) + len(intake.claims) >= intake.count.used


@given(st.binary(max_size=300), st.booleans())
@settings(max_examples=80, deadline=None)
def test_any_bytes_add_up(tmp_path_factory: pytest.TempPathFactory, data: bytes, header: bool) -> None:
    path = tmp_path_factory.mktemp("t") / "facts.csv"
    path.write_bytes((",".join(COLUMNS).encode() + b"\n" if header else b"") + data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnverifiedSource)
        intake = facts.read([path], source="table", window=WINDOW)
    intake.count.check()
    assert intake.count.quarantined == len(intake.quarantine)
