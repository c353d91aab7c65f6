"""Who words mean: offices, groups, sides, pronouns, private persons."""

import pytest

from ceasefire.text.speakers import Named, _file, all_named, is_pronoun, speaker


@pytest.mark.parametrize(
    ("words", "name", "party"),
    [
        ("the Kremlin", "Kremlin", "russia"),
        ("Kremlin spokesman Dmitry Peskov", "Dmitry Peskov", "russia"),
        ("the Russian leader", "Vladimir Putin", "russia"),
        ("President Donald Trump", "Donald Trump", "usa"),
        ("Mr Trump", "Donald Trump", "usa"),
        ("Kremlin officials", "Kremlin officials", "russia"),
        ("a Number 10 spokesman", "Downing Street", "United Kingdom"),
        ("U.S. officials", "US officials", "usa"),
        ("a senior Ukrainian official", "Ukrainian officials", "ukraine"),
        ("Military analysts", "military analysts", ""),
        ("two residents of the town", "a resident", ""),
        ("Зеленський", "Volodymyr Zelenskyy", "ukraine"),
        ("минобороны России", "Ministry of Defence of Russia", "russia"),
    ],
)
def test_words_give_a_public_name_and_a_side(words: str, name: str, party: str) -> None:
    got = speaker(words)
    assert (got.name, got.party) == (name, party)


def test_somebody_unknown_keeps_the_words_of_the_text_without_titles() -> None:
    assert speaker("Dr Ann Other").name == "Ann Other"
    assert not speaker("Ann Other").known


def test_a_case_adds_its_own_speakers() -> None:
    more = {"speaker": [{"name": "Ceasefire Commission", "party": "monitor", "also": ["commission"]}]}
    assert speaker("the commission", more=more).party == "monitor"


def test_us_the_word_is_not_the_country() -> None:
    assert [s.name for _, s in all_named("they told us that the US agreed")] == ["United States"]


def test_a_pronoun_means_the_last_one_of_its_kind() -> None:
    named = Named()
    for words in ("Trump", "Kremlin", "Putin"):
        named.note(speaker(words))
    he, it = named.meant("he"), named.meant("it")
    assert he is not None
    assert it is not None
    assert (he.name, it.name) == ("Vladimir Putin", "Kremlin")
    assert is_pronoun("They")


@pytest.mark.parametrize(
    ("words", "name", "party"),
    [
        ("Hamas officials", "Hamas officials", "Hamas"),
        ("officials of the African Union", "African Union officials", "African Union"),
    ],
)
def test_a_group_of_a_body_without_an_adjective_is_named_by_the_body(words: str, name: str, party: str) -> None:
    one = speaker(words)
    assert one is not None
    assert (one.name, one.party) == (name, party)


def test_every_party_gives_its_officials_a_name() -> None:
    for code in _file()["party"]:
        for word in _file()["party"][code]["names"]:
            assert speaker(f"{word.title()} officials") is not None
