"""Languages of made-up sentences; headlines of the real files where they are."""

import pytest

from ceasefire.text.language import SUPPORTED, language

SAID = {
    "en": "The envoy said the two sides had agreed to a truce, but monitors have yet to confirm that it holds.",
    "uk": "Посланець сказав, що сторони домовились про перемир'я, але спостерігачі ще не підтвердили цього.",
    "ru": "Посланник сказал, что стороны договорились о перемирии, но наблюдатели этого ещё не подтвердили.",
}
OTHER = {
    "be": "Пасланец сказаў, што бакі дамовіліся пра перамір'е, але назіральнікі яшчэ не пацвердзілі гэтага.",
    "fr": "L'envoyé a dit que les deux parties avaient convenu d'une trêve, mais rien ne l'a encore confirmé.",
    "de": "Der Gesandte sagte, beide Seiten hätten sich auf eine Waffenruhe geeinigt, die noch nicht bestätigt ist.",
    "ar": "قال المبعوث إن الجانبين اتفقا على هدنة لكن المراقبين لم يؤكدوا ذلك بعد",
    "pl": "Wysłannik powiedział, że obie strony zgodziły się na rozejm, ale obserwatorzy tego nie potwierdzili.",
}


@pytest.mark.parametrize("code", SAID)
def test_the_supported_languages_need_no_extra(code: str) -> None:
    assert code in SUPPORTED
    assert language(SAID[code]) == code


@pytest.mark.parametrize("code", OTHER)
def test_other_languages_are_named(code: str) -> None:
    pytest.importorskip("py3langid", reason="the extra `text` is not installed")
    assert language(OTHER[code]) == code


def test_no_words_no_language() -> None:
    assert language("") == ""
    assert language("12:30 — 14/05 !!!") == ""


def test_a_ukrainian_page_that_quotes_a_russian_sentence_is_ukrainian() -> None:
    assert language(" ".join([SAID["uk"]] * 4 + [SAID["ru"]])) == "uk"
