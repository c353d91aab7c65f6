"""The shipped table of the 2025 energy moratorium: complete, sourced, in its place and time, in our own words."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from ceasefire import sources
from ceasefire.agreements.library import load
from ceasefire.geo import regions
from ceasefire.geo.region_names import code_of
from ceasefire.model.intake import Intake, Window
from ceasefire.model.taxonomy import ACTS, covers

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "energy-2025"
LOOKS = [FOLDER / "looks.csv", FOLDER / "looks-restated.csv"]
WINDOW = Window(datetime(2025, 3, 18, tzinfo=UTC), datetime(2025, 4, 18, tzinfo=UTC))
RUN = 8
"""Words in a row that count as copied."""

PROPER = frozenset(
    re.findall(
        r"\S+",
        """ACLED Administration Adviser Affairs Air April Belarus Black British Bryansk Centre Committee Conflict
    Coordination Council Countering Crimea Crimean Cross DTEK Defence Director Disinformation Dnipropetrovsk
    Emergency Energy Force Foreign General House Investigative Kharkiv Kherson Konotop Krasnodar Kupiansk Kursk Kyiv
    Luhanskgaz March Mayor Minister Ministry Moscow Mykolaiv National Naftogaz News OSCE Odesa Office Permanent
    Poltava President Presidential Red Research Riyadh Rostov Russia Russian Russian-run Sea Secretary Security
    Service Staff State UN US Ukraine Ukrainian Ukrainians Ukrzaliznytsia Voronezh Washington White
    Zaporizhzhia""",
    )
)
"""Capitalised words that the table may use inside a sentence: places, months and offices; so no name of a person."""


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with (FOLDER / "facts.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def intake() -> Intake:
    return sources.reader("facts")([FOLDER / "facts.csv"], source="facts", window=WINDOW)


def by_id(rows: list[dict[str, str]], one: str) -> dict[str, str]:
    found = [r for r in rows if r["id"] == one]
    assert len(found) == 1, one
    return found[0]


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower())


def runs(text: str) -> Iterator[tuple[str, ...]]:
    said = words(text)
    return (tuple(said[i : i + RUN]) for i in range(len(said) - RUN + 1))


def test_the_reader_keeps_every_row(rows: list[dict[str, str]], intake: Intake) -> None:
    assert [(q.line, q.reason) for q in intake.quarantine] == []
    intake.count.check()
    assert intake.count.used + intake.count.outside == len(rows)
    assert intake.count.used >= 80
    assert intake.count.duplicates == 0


def test_only_what_came_after_the_window_stays_out(rows: list[dict[str, str]], intake: Intake) -> None:
    kept = {o.summary for o in intake.observations} | {c.summary for c in intake.claims}
    assert [r["id"] for r in rows if r["summary"] not in kept] == ["rossosh-0418"]


def test_the_page_that_explains_the_table_counts_right(rows: list[dict[str, str]]) -> None:
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    looks, restated = (path.read_text(encoding="utf-8").count("\n") - 1 for path in LOOKS)
    kinds = Counter(r["kind"] for r in rows)
    assert f"{len(rows)} facts" in page
    assert f"{looks} looks" in page
    assert f"{restated} looks" in page
    for kind in ("event", "claim", "denial", "total", "position"):
        assert re.search(rf"^\| `{kind}` \| {kinds[kind]} \|", page, re.MULTILINE), kind


def test_every_kind_of_fact_is_there(rows: list[dict[str, str]]) -> None:
    kinds = Counter(r["kind"] for r in rows)
    assert set(kinds) == {"event", "claim", "denial", "total", "promise", "delivery", "position"}
    assert kinds["event"] >= 40
    assert kinds["claim"] >= 60


def test_every_row_has_source_sentence_and_grade(rows: list[dict[str, str]]) -> None:
    for r in rows:
        assert re.fullmatch(r"https?://[^\s/]+\.[^\s/]+\S*", r["url"]), r["id"]
        assert 10 < len(r["summary"]) <= 200, r["id"]
        assert r["summary"].endswith("."), r["id"]
        assert r["said"], r["id"]
        assert r["speaker"], r["id"]
        assert r["origin"], r["id"]
        assert r["reliability"] in tuple("ABCDEF"), r["id"]
        assert r["credibility"] in tuple("123456"), r["id"]
    assert len({r["id"] for r in rows}) == len(rows)


def test_offices_not_persons(rows: list[dict[str, str]]) -> None:
    for r in rows:
        for sentence in re.split(r"(?<=[.:;])\s", r["summary"]):
            inside = re.findall(r"[A-Za-z][\w-]*", sentence)[1:]
            unknown = {w for w in inside if w[0].isupper()} - PROPER
            assert not unknown, (r["id"], unknown)
        unknown = {w for w in re.findall(r"[A-Za-z][\w-]*", r["speaker"]) if w[0].isupper()} - PROPER
        assert not unknown, (r["id"], unknown)


def test_places_lie_in_the_region_they_are_said_to_lie_in(rows: list[dict[str, str]]) -> None:
    placed = [r for r in rows if r["lat"]]
    assert len(placed) >= 80
    found = regions.locate(np.array([float(r["lon"]) for r in placed]), np.array([float(r["lat"]) for r in placed]))
    for r, code in zip(placed, found, strict=True):
        assert code == code_of(r["place"].split(", ")[-1]), r["id"]


def test_a_place_is_an_honest_disc(rows: list[dict[str, str]]) -> None:
    for r in rows:
        assert bool(r["lat"]) == bool(r["lon"]) == bool(r["radius_km"]), r["id"]
        if not r["lat"]:
            continue
        radius_km = float(r["radius_km"])
        assert radius_km >= 4, r["id"]
        if "district" in r["place"]:
            assert radius_km >= 15, r["id"]
        if r["place"].endswith(("Oblast", "Krai")) and ", " not in r["place"]:
            assert radius_km >= 80, r["id"]


def test_where_the_place_is_not_told_none_is_given(rows: list[dict[str, str]]) -> None:
    for one in ("gas-production-0328", "acled-8-locations", "acled-7-regions", "acled-energy-week"):
        assert by_id(rows, one)["lat"] == ""


@pytest.mark.parametrize(
    ("one", "start"),
    [
        ("sudzha-0328-mod", "2025-03-28T07:20"),
        ("kropotkinskaya-0324", "2025-03-23T23:00"),
        ("sudzha-0321-mod", "2025-03-20T21:20"),
        ("komarichi-0326", "2025-03-26T01:45"),
        ("korenovskaya-0409", "2025-04-08T20:38"),
        ("tokmak-0331", "2025-03-31T07:08"),
    ],
)
def test_moscow_time_is_three_hours_ahead_of_utc(
    rows: list[dict[str, str]], intake: Intake, one: str, start: str
) -> None:
    summary = by_id(rows, one)["summary"]
    (seen,) = [o for o in intake.observations if o.summary == summary]
    assert seen.start == datetime.fromisoformat(start).replace(tzinfo=UTC)


def test_kyiv_changes_its_clock_on_30_march(rows: list[dict[str, str]], intake: Intake) -> None:
    hours = {}
    for one in ("poltava-governor-0327", "kushuhum-0330"):
        summary = by_id(rows, one)["summary"]
        (seen,) = [o for o in intake.observations if o.summary == summary]
        hours[one] = (int(by_id(rows, one)["start"][11:13]) - seen.start.hour) % 24
    assert hours == {"poltava-governor-0327": 2, "kushuhum-0330": 3}


def test_five_totals_of_one_party_are_five_claims(intake: Intake) -> None:
    said = {c.words: (c.low, c.high) for c in intake.claims if c.claimant == "russia" and c.unit != "drones"}
    for phrase in ("23", "more than 60", "over 80", "more than 120", "several hundred"):
        assert phrase in said
    assert said["23"] == (23, 23)
    assert said["over 80"] == (81, np.inf)


def test_three_sizes_of_one_fire(intake: Intake) -> None:
    sizes = {c.low for c in intake.claims if c.unit == "square metres on fire"}
    assert {20, 1700, 10_000} <= sizes


def test_sudzha_is_contested_and_both_sides_blame_each_other(rows: list[dict[str, str]]) -> None:
    for day in ("0321", "0328"):
        told = [r for r in rows if r["id"].startswith(f"sudzha-{day}") or r["id"].startswith(f"sudzha-fire-seen-{day}")]
        assert {r["control"] for r in told} == {"contested"}
        blamed = {(r["claimant"], r["accused"]) for r in told if r["kind"] == "claim"}
        assert blamed == {("russia", "ukraine"), ("ukraine", "russia")}
        assert any(r["kind"] == "denial" and r["claimant"] == "ukraine" for r in told)
        assert not any(r["basis"] for r in told)


def test_debris_and_deliberate_come_from_one_side(rows: list[dict[str, str]]) -> None:
    office, ministry = by_id(rows, "kavkazskaya-hq-debris"), by_id(rows, "kavkazskaya-mod-deliberate")
    assert office["alternatives"] == "debris"
    assert ministry["alternatives"] == ""
    assert office["start"] == ministry["start"]
    assert office["origin"] != ministry["origin"]


def test_no_strikes_stands_beside_strikes(rows: list[dict[str, str]]) -> None:
    none, eight = by_id(rows, "ua-total-none-2527"), by_id(rows, "acled-8-locations")
    assert (none["low"], none["high"], eight["low"]) == ("0", "0", "8")
    assert eight["start"] <= none["start"] <= none["end"] <= eight["end"]


def test_reading_dependent_objects_are_there(rows: list[dict[str, str]]) -> None:
    hits = [r["object_class"] for r in rows if r["kind"] == "event"]
    for objects in ("energy.gas.production", "energy.gas.storage", "transport.rail", "energy.electricity.grid"):
        assert objects in hits, objects
    assert any(o == "" for o in hits), "infrastructure whose kind is not told"


def test_exchange_promised_and_delivered(rows: list[dict[str, str]]) -> None:
    told = [(r["kind"], r["provision"], r["low"], r["claimant"]) for r in rows if r["provision"]]
    assert sorted(told) == [
        ("delivery", "exchange-175", "175", "russia"),
        ("delivery", "exchange-175", "175", "ukraine"),
        ("delivery", "extra-23", "22", "russia"),
        ("promise", "exchange-175", "175", "russia"),
        ("promise", "exchange-175", "175", "ukraine"),
        ("promise", "extra-23", "23", "russia"),
    ]
    one_exchange = {r["origin"] for r in rows if r["kind"] == "delivery" and r["provision"] == "exchange-175"}
    assert len(one_exchange) == 1, "175 for 175 is one exchange told by two sides"


def test_obligations_are_those_of_the_agreement(rows: list[dict[str, str]]) -> None:
    owed = {p.id: (p.quantity, p.unit) for p in load("humanitarian-2025").provisions if p.kind == "obligation"}
    for r in rows:
        if r["kind"] == "promise":
            assert owed[r["provision"]] == (float(r["low"]), r["unit"])


def test_copies_share_their_origin(rows: list[dict[str, str]]) -> None:
    origins = Counter(r["origin"] for r in rows if r["kind"] in ("event", "claim"))
    assert origins["kharkiv-adm-0320"] == 2
    assert origins["poltava-adm-0416"] == 2
    assert origins["uz-0319b"] == 2


def test_nobody_is_graded_better_for_blaming_the_other_side(rows: list[dict[str, str]]) -> None:
    for r in rows:
        if r["kind"] == "claim" and r["claimant"] in ("russia", "ukraine") and r["accused"] != r["claimant"]:
            assert r["reliability"] in "CDEF", r["id"]


def test_in_our_own_words(rows: list[dict[str, str]], shared_data: Path) -> None:
    texts = [*(shared_data.parent / "seeds").glob("*.txt"), *shared_data.parent.glob("*.md")]
    if not texts:
        pytest.skip("no articles beside the shared data")
    known = {run for path in texts for run in runs(path.read_text(encoding="utf-8"))}
    copied = [(r["id"], run) for r in rows for run in runs(r["summary"]) if run in known]
    assert copied == []


def test_looks_are_read_whole() -> None:
    intake = sources.reader("looks")(LOOKS, source="looks", window=WINDOW)
    assert [(q.line, q.reason) for q in intake.quarantine] == []
    assert len(intake.looks) == intake.count.used >= 100
    for look in intake.looks:
        assert (look.quality == 0) == bool(look.lost)
        assert all(act in ACTS for act in look.acts)


def test_no_satellite_look_is_claimed() -> None:
    intake = sources.reader("looks")(LOOKS, source="looks", window=WINDOW)
    assert not any(look.channel.startswith("satellite") for look in intake.looks)


def test_every_oblast_has_an_alert_look_made_or_lost() -> None:
    intake = sources.reader("looks")(LOOKS, source="looks", window=WINDOW)
    lost = {look.region: look.lost for look in intake.looks if look.channel == "alert"}
    assert set(lost) == set(regions.match("UA"))
    assert {code for code, why in lost.items() if why} == {"UA-09", "UA-40", "UA-43"}
    assert all(covers(("alert",), act) for look in intake.looks if look.channel == "alert" for act in look.acts)
