"""Posts: one claim each, in UTC as the posts themselves prove, never a finding."""

from __future__ import annotations

import tempfile
import warnings
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.errors import UnverifiedSource
from ceasefire.model.intake import Intake, Window
from ceasefire.sources import posts
from ceasefire.sources.rows import read_csv, times
from ceasefire.text.label import claims_to_observations, label_claims, speaks_of_energy_attack

MORATORIUM = Window(datetime(2025, 3, 18, tzinfo=UTC), datetime(2025, 4, 18, tzinfo=UTC))
HEADER = "datetime,text_snippet,target_cat,confirmed\n"
MINISTRY = {"claimant": "russia", "speaker": "Ministry of Defence"}


def read(tmp_path: Path, text: str, **options: object) -> Intake:
    path = tmp_path / "posts.csv"
    path.write_text(HEADER + text, encoding="utf-8")
    return posts.read([path], source="posts", window=MORATORIUM, options=options)


def test_the_column_is_utc_as_the_posts_prove(shared_data: Path) -> None:
    rows = read_csv(shared_data / "attacks" / "mod_russia_posts.csv", required=("datetime", "text_snippet"), source="x")
    text, column = list(rows.columns["text_snippet"]), rows.columns["datetime"]
    early, named = posts.before_their_events(text, times(column, "UTC")[0])
    assert named > 2000
    assert early <= named * 0.001
    early, named = posts.before_their_events(text, times(column, "Europe/Moscow")[0])
    assert early > named * 0.95


def test_a_wrong_zone_is_doubted(shared_data: Path) -> None:
    path = shared_data / "attacks" / "mod_russia_posts.csv"
    with pytest.warns(UnverifiedSource, match="wrong zone"):
        posts.read([path], source="posts", window=MORATORIUM, options={"zone": "Europe/Moscow"})


def test_206_posts_of_the_ministry_and_133_of_the_channel(shared_data: Path) -> None:
    for name, number in (("mod_russia_posts.csv", 206), ("dronbomber_posts.csv", 133)):
        got = posts.read([shared_data / "attacks" / name], source=name, window=MORATORIUM, options=MINISTRY)
        got.count.check()
        assert got.count.rows == got.count.used == len(got.claims) == number


def test_ministry_posts_on_energy_fall_on_eleven_days(shared_data: Path) -> None:
    path = shared_data / "attacks" / "mod_russia_posts.csv"
    claims = label_claims(posts.read([path], source="posts", window=MORATORIUM, options=MINISTRY).claims)
    energy = [c for c in claims if c.object_class.startswith("energy")]
    days = sorted({(c.said.month, c.said.day) for c in energy})
    assert days == [(3, d) for d in (24, 26, 27, 28, 29)] + [(4, d) for d in (1, 3, 4, 5, 9, 10)]
    assert len(energy) == 13
    assert int(speaks_of_energy_attack(claims).sum()) == 12  # that of 1 April tells of talks
    assert {c.accused for c in energy if c.act} <= {"ukraine", ""}


def test_the_sudzha_post_is_placed_and_timed(shared_data: Path) -> None:
    path = shared_data / "attacks" / "mod_russia_posts.csv"
    claims = label_claims(posts.read([path], source="posts", window=MORATORIUM, options=MINISTRY).claims)
    sudzha = next(c for c in claims if c.place == "Sudzha gas metering station")
    assert sudzha.said == datetime(2025, 3, 28, 8, 40, tzinfo=UTC)
    assert sudzha.start <= datetime(2025, 3, 28, 7, 20, tzinfo=UTC) <= sudzha.end
    assert (sudzha.region, sudzha.object_class, sudzha.accused) == ("RU-KRS", "energy.gas.pipeline", "ukraine")
    made = claims_to_observations(claims)
    seen = made[sudzha.observation]
    assert (seen.channel, seen.procedure, seen.claimant, seen.basis) == ("party", "claim", "russia", "")


def test_copies_of_a_text_have_one_origin(tmp_path: Path) -> None:
    got = read(tmp_path, "2025-03-20 10:00,**Удар** по складу,,\n2025-03-21 11:00,Удар по складу!,,\n")
    assert len(got.claims) == 2
    assert len(set(got.claims.column("origin"))) == 1


def test_a_post_that_names_another_date_is_kept_out(tmp_path: Path) -> None:
    got = read(tmp_path, "2025-03-20 10:00,Сводка по состоянию на 5 апреля 2025 г.,,\n")
    assert "the post itself says 2025-04-05" in got.quarantine[0].reason


def test_keyword_guesses_of_the_file_are_not_read(tmp_path: Path) -> None:
    got = read(tmp_path, "2025-03-20 10:00,Польща хоче вийти з Конвенції,ammunition_depot,1\n")
    claim = label_claims(got.claims)[0]
    assert (claim.act, claim.object_class, claim.stance) == ("", "", "asserts")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_give_rows_that_add_up(body: bytes, headed: bool) -> None:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder) / "x.csv"
        path.write_bytes((b"datetime,text_snippet\n" if headed else b"") + body)
        got = posts.read([path], source="x", window=MORATORIUM)
        got.count.check()
        assert got.count.quarantined == len(got.quarantine)
        label_claims(got.claims)
