"""Silences and readings that are only tried: what the format takes, refuses and asks."""

from __future__ import annotations

import pytest

from ceasefire.agreements import library, load
from ceasefire.agreements.lint import lint
from ceasefire.agreements.read import parse
from ceasefire.errors import InvalidFile

BLACK_SEA = load("black-sea-2025")
TEXT = library.path("black-sea-2025").read_text(encoding="utf-8")
PARTS = {"banks": "a", "trade-finance": "b", "exporters-insurers": "c", "port-servicing": "d", "farm-machinery": "e"}


def wrongs(old: str, new: str) -> list[str]:
    assert old in TEXT
    with pytest.raises(InvalidFile) as caught:
        parse(TEXT.replace(old, new, 1), name="a.yml")
    assert all(p.line for p in caught.value.problems)
    return [p.wrong for p in caught.value.problems]


def test_three_undertakings_and_the_five_parts_of_the_condition() -> None:
    bans = [p.id for p in BLACK_SEA.provisions if p.kind == "prohibition"]
    assert bans == ["navigation", "force", "no-military-use", "eastern-part"]
    assert {c.id: c.part for c in BLACK_SEA.conditions} == PARTS
    for clause in bans[:3]:
        terms = BLACK_SEA.provision(clause).readings
        assert set(terms) == {r.id for r in BLACK_SEA.held}
        assert terms["kremlin"].conditions == tuple(PARTS)
        assert not any(t.conditions for r, t in terms.items() if r != "kremlin")
    assert all(c.status and all(s.met is False and s.note for s in c.status) for c in BLACK_SEA.conditions)


def test_inspection_stands_in_the_kremlin_version_alone() -> None:
    assert set(BLACK_SEA.provision("inspection").readings) == {"kremlin"}


def test_what_arcrimea_listed_as_unsaid_are_silences() -> None:
    silent = {s.id for s in BLACK_SEA.provision("force").silent}
    assert {"ports-from-land", "mines", "drones", "azov", "danube"} <= silent


def test_the_lines_tried_belong_to_no_party() -> None:
    assert BLACK_SEA.tried == {"tried-tarkhankut", "tried-narrows", "tried-kerch", "tried-corridor"}
    assert all(r.holder is None for r in BLACK_SEA.readings if r.tried)
    assert [r.id for r in BLACK_SEA.held] == ["us-ukraine", "us-russia", "kremlin", "ukraine"]
    zones = {t.zone for r, t in BLACK_SEA.provision("eastern-part").readings.items() if r in BLACK_SEA.tried}
    assert all(BLACK_SEA.zone(str(z)).drawn for z in zones)


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("    tried: true\n", "    holder: ukraine\n    tried: true\n", "is tried and has a holder"),
        ("    tried: true\n", "", "has no holder"),
        ("        zone: azov\n", "        zone: asov\n", "unknown zone 'asov'"),
        ("        readings: [us-ukraine, us-russia, kremlin]\n", "        readings: [eu]\n", "unknown reading 'eu'"),
        (
            "        readings: [us-ukraine, us-russia, kremlin]\n",
            "        readings: [tried-kerch]\n",
            "does not exist under",
        ),
        ("        id: danube\n", "        id: azov\n", "the silence 'azov' is defined twice"),
        ("        zone: azov\n", "", "concerns everything"),
        ("        acts: [attack.naval.mine]\n", "        acts: [mine]\n", "unknown act 'mine'"),
        ("        follows: not_covered\n", "        follows: violation\n", "follows: 'violation' is not allowed"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(old: str, new: str, wrong: str) -> None:
    assert any(wrong in w for w in wrongs(old, new)), wrongs(old, new)


def test_lint_asks_every_silent_question_and_names_what_is_only_tried() -> None:
    found = lint(library.path("black-sea-2025"))
    said = [p.wrong for p in found]
    for clause in BLACK_SEA.provisions:
        for silence in clause.silent:
            assert f"{clause.id!r} is silent: {silence.question}" in said
    assert sum("is held by no party" in w for w in said) == 4
    assert not any("tried-" in w and "is held by no party" not in w for w in said)
