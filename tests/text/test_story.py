"""Story and furniture of made-up pages; real ones are scored by benchmarks/claims_seeds.py."""

from hypothesis import given
from hypothesis import strategies as st

from ceasefire.text.story import line_kinds, story_lines

PROSE = [
    "Two delegations met in the capital on Tuesday and agreed that guns would fall silent at midnight.",
    "An envoy said the text would be published, but gave no date and took no questions from reporters.",
    "Observers counted eleven explosions after the hour, most of them to the north of the old bridge.",
    "The ministry said it had no knowledge of any fire and would look into the reports of that night.",
    "“We will keep our word as long as they keep theirs,” the minister told a crowded room of journalists.",
]


def _page(*lines: str) -> str:
    return "\n".join(lines)


def test_adverts_menus_and_captions_are_taken_out_and_every_line_of_the_story_is_kept() -> None:
    page = _page(
        "Skip to content",
        "Guns fall silent",
        "By A. Writer",
        *PROSE[:2],
        "Advertisement",
        "The old bridge at dawn. Reuters",
        *PROSE[2:],
        "Share on Facebook",
    )
    kinds = line_kinds(page)
    assert kinds[:3] == ["menu", "headline", "byline"]
    assert [k for k in kinds if k == "story"] == ["story"] * 5
    assert kinds[5:7] == ["advert", "caption"]
    assert kinds[-1] == "menu"


def test_stories_of_a_list_of_headlines_are_other_stories_although_they_are_prose() -> None:
    heads = ["Ministers quarrel over the price of bread", "Why do storks fly south in the autumn?"]
    teasers = ["Bread became dearer in every town of the province this week, traders at the market said."] * 2
    page = _page(*PROSE, f"> {heads[0]}", f"> {heads[1]}", heads[0], teasers[0], heads[1], teasers[1])
    assert story_lines(page).tolist() == [True] * 5 + [False] * 6


def test_a_list_within_the_story_whose_items_do_not_come_back_stays() -> None:
    points = ["- no strikes on power plants for thirty days", "- talks on the sea to begin at once"]
    assert story_lines(_page(*PROSE, *points)).all()


def test_a_writers_name_and_office_below_the_story_end_it_but_not_above_it() -> None:
    below = _page(*PROSE, "Ann Other", "Deputy Editor", "Bob Else", "Storks in autumn", "READ HERE")
    assert story_lines(below).tolist() == [True] * 5 + [False] * 5
    above = _page("Ann Other", "Deputy Editor", *PROSE)
    assert story_lines(above)[2:].all()


def test_the_same_words_in_a_menu_above_the_story_do_not_end_it() -> None:
    page = _page("Comments", "Related", "Guns fall silent", *PROSE, "Comments", "first!", PROSE[0])
    assert story_lines(page).tolist() == [False, False] + [True] * 6 + [False] * 3


def test_ukrainian_and_russian_furniture() -> None:
    told = "Перемовини тривали дві години, і сторони домовились припинити удари по енергетиці на тридцять днів."
    page = _page("Реклама", *[told] * 6, "Читайте також", told, "Коментарі (3)")
    assert story_lines(page).tolist() == [False] + [True] * 6 + [False] * 3
    said = "Переговоры длились два часа, и стороны договорились прекратить удары по энергетике на тридцать дней."
    page = _page("Меню", *[said] * 6, "Подписывайтесь на наш канал", "Комментарии", said)
    assert story_lines(page).tolist() == [False] + [True] * 6 + [False] * 3


@given(st.text(max_size=400))
def test_any_text_gets_one_kind_a_line(text: str) -> None:
    assert len(line_kinds(text)) == len(text.split("\n"))
