"""Every encoded agreement reads, fits the JSON Schema, and says where each line comes from."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest

from ceasefire.agreements import library, load, names
from ceasefire.agreements.read import read
from ceasefire.agreements.schema import schema
from ceasefire.agreements.tree import read_tree
from ceasefire.geo import zones
from ceasefire.model.agreement import Agreement
from ceasefire.model.taxonomy import INFRASTRUCTURE

EXPECTED = {
    "black-sea-2025",
    "easter-2025",
    "energy-2025",
    "energy-truce-2026",
    "european-24-points",
    "full-30-day-2025",
    "humanitarian-2025",
    "measures-2020",
    "sequence-2025",
    "ua-european-draft",
    "victory-day-2025",
}


def test_the_library_holds_what_was_arranged() -> None:
    assert set(names()) == EXPECTED


@pytest.mark.parametrize("name", names())
def test_file_fits_the_schema_and_the_records(name: str) -> None:
    path = library.path(name)
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(read_tree(path.read_bytes(), path.name).plain(), schema(), jsonschema.Draft202012Validator)
    assert load(name).id == name


@pytest.mark.parametrize("name", names())
def test_file_survives_a_round_through_json(name: str) -> None:
    agreement = load(name)
    again = Agreement.model_validate_json(agreement.model_dump_json(by_alias=True))
    assert again == agreement


@pytest.mark.parametrize("name", names())
def test_every_source_is_used_and_linked(name: str) -> None:
    agreement = load(name)
    text = library.path(name).read_text(encoding="utf-8")
    for source in agreement.sources:
        assert source.url or source.kind == "general_knowledge"
        assert text.count(source.id) > 1, source.id


@pytest.mark.parametrize("name", names())
def test_named_clocks_are_listed(name: str) -> None:
    agreement = load(name)
    assert {r.clock for r in agreement.readings} - {"UTC"} <= set(agreement.clocks) | {"America/New_York"}


@pytest.mark.parametrize("name", names())
def test_zones_can_be_asked(name: str) -> None:
    for zone in load(name).zones:
        answer = zones.membership(zone, [30.52], [50.45], [1.0])
        assert answer[0] in {"inside", "outside", "straddling", "undefined"}


def test_schema_refuses_what_the_reader_refuses() -> None:
    plain = read_tree(library.path("easter-2025").read_bytes(), "easter").plain()
    plain["provisions"][0]["acts"] = ["atack"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(plain, schema(), jsonschema.Draft202012Validator)


def test_white_house_wording_covers_all_infrastructure() -> None:
    terms = load("energy-2025").provision("energy").readings["white-house"]
    assert set(terms.objects) == set(INFRASTRUCTURE)


def test_the_wounded_are_owed_by_one_side_and_the_exchange_by_both() -> None:
    agreement = load("humanitarian-2025")
    exchange, extra = agreement.provision("exchange-175"), agreement.provision("extra-23")
    assert (exchange.quantity, exchange.mutual, exchange.binds) == (175, True, ("russia", "ukraine"))
    assert (extra.quantity, extra.mutual, extra.by, extra.to) == (23, False, "russia", "ukraine")


def test_stance_of_each_party_over_time() -> None:
    from datetime import UTC, datetime

    offer = load("full-30-day-2025")
    assert offer.stance_of("russia", datetime(2025, 3, 15, tzinfo=UTC)) is None
    later = offer.stance_of("russia", datetime(2025, 3, 20, tzinfo=UTC))
    assert later is not None
    assert later.stance == "accepted_with_conditions"
    refused = load("victory-day-2025").stance_of("ukraine", datetime(2025, 6, 1, tzinfo=UTC))
    assert refused is not None
    assert refused.stance == "rejected"


def test_sequence_names_files_that_exist() -> None:
    sequence = load("sequence-2025")
    assert [p.id for p in sequence.phases] == ["energy-step", "maritime-step", "full-step", "peace-step"]
    assert {a for p in sequence.phases for a in p.agreements} <= set(names())
    assert all(p.demands for p in sequence.phases)


def test_unknown_names_suggest_the_nearest() -> None:
    with pytest.raises(KeyError, match="did you mean 'energy-2025'"):
        load("energy-205")
    with pytest.raises(KeyError, match="did you mean 'kremlin'"):
        load("energy-2025").reading("kremln")


def test_a_file_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    from ceasefire.errors import InvalidFile

    with pytest.raises(InvalidFile, match="cannot be opened"):
        read(tmp_path / "none.yml")
