"""What a report adds: copies nothing, repetition less, parties little, and the three probabilities stay apart."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ceasefire.fusion.fuse import fuse
from ceasefire.fusion.priors import Priors
from ceasefire.model.records import Observation
from ceasefire.model.table import Table

GRID = "energy.electricity.grid"


def incident(rows, **options):
    fused = fuse(Table.of(Observation, rows), parties=["russia", "ukraine"], protected=["energy"], **options)
    assert len(fused.incidents) == 1
    return fused.incidents[0], fused.weights


def test_one_news_report_is_likely_but_not_established(observation) -> None:
    found, _ = incident([observation("a")])
    assert 0.55 < found.p_occurred < 0.8


def test_two_independent_sources_are_very_likely(observation) -> None:
    found, _ = incident([observation("a"), observation("b", channel="official")])
    assert found.p_occurred > 0.8
    assert found.origins == 2


def test_ten_copies_of_one_report_are_one_report(observation) -> None:
    alone, _ = incident([observation("a", origin="same")])
    copied, weights = incident([observation(f"a{k}", source="s", origin="same") for k in range(10)])
    assert copied.p_occurred == pytest.approx(alone.p_occurred)
    assert copied.origins == 1
    assert sum("copy" in w.why for w in weights) >= 9


def test_one_voice_that_repeats_itself_convinces_less_than_two_voices(observation) -> None:
    again, _ = incident([observation("a", source="s"), observation("b", source="s")])
    two, _ = incident([observation("a"), observation("b")])
    assert again.p_occurred < two.p_occurred


def test_offices_of_one_side_do_not_bear_each_other_out(observation) -> None:
    local = observation("a", channel="official", control="ukraine")
    central = observation("b", channel="party", procedure="claim", claimant="ukraine", accused="russia")
    alone, _ = incident([local])
    both, weights = incident([local, central])
    assert both.p_occurred == pytest.approx(alone.p_occurred)
    assert any("same side again" in w.why and w.weight == 0 for w in weights)
    other = observation("c", channel="party", procedure="claim", claimant="russia", accused="russia")
    assert incident([local, other])[0].p_occurred > alone.p_occurred


def test_a_party_that_accuses_adds_little_and_names_nobody(observation) -> None:
    row = observation("a", channel="party", procedure="claim", claimant="russia", accused="ukraine", control="russia")
    found, _ = incident([row])
    assert found.p_occurred < 0.5
    assert found.attribution == "undetermined"
    assert found.accused_by == (("russia", "ukraine"),)


def test_a_party_that_admits_is_believed_and_named(observation) -> None:
    row = observation("a", channel="party", procedure="claim", claimant="ukraine", accused="ukraine", control="russia")
    found, _ = incident([row, observation("b")])
    assert found.p_occurred > 0.8
    assert (found.attribution, found.basis) == ("ukraine", "claim_of_responsibility")


def test_both_blame_each_other_and_nobody_is_named(observation) -> None:
    rows = [
        observation("a", control="contested"),
        observation("b", channel="party", procedure="claim", claimant="russia", accused="ukraine", control="contested"),
        observation("c", channel="party", procedure="claim", claimant="ukraine", accused="russia", control="contested"),
    ]
    found, _ = incident(rows)
    parties = dict(found.p_party)
    assert parties["russia"] == pytest.approx(parties["ukraine"], abs=0.02)
    assert found.attribution == "undetermined"


def test_an_alternative_left_open_forbids_attribution(observation) -> None:
    rows = [
        observation("a", accused="russia", basis="weapon_fragment", control="ukraine"),
        observation("b", channel="official", accused="russia", basis="trajectory", control="ukraine"),
    ]
    named, _ = incident(rows)
    assert named.attribution == "russia"
    rows.append(observation("c", channel="official", source="d", alternatives=("debris",), control="ukraine"))
    open_, _ = incident(rows)
    assert open_.attribution == "undetermined"
    assert dict(open_.p_party)["other"] > dict(named.p_party)["other"]


def test_the_object_that_a_report_names_is_probable_and_the_narrowest_is_kept(observation) -> None:
    rows = [observation("a", object_class="energy"), observation("b", object_class=GRID)]
    found, _ = incident(rows)
    assert found.object_class == GRID
    assert [c for c, _ in found.object_probabilities] == [GRID]  # the wider class is taken up in the narrower
    assert found.p_object > 0.9


def test_what_nobody_names_keeps_its_share_of_all_incidents(observation) -> None:
    found, _ = incident([observation("a")])
    assert found.object_class == ""
    assert found.object_probabilities == (("energy", pytest.approx(Priors().object_share["energy"])),)
    assert found.p_object == pytest.approx(Priors().object_share["energy"])


def test_a_loss_of_power_speaks_for_electricity_but_does_not_settle_it(observation) -> None:
    found, _ = incident([observation("a", effect="outage")])
    assert found.object_class == "energy.electricity"
    assert 0.3 < found.p_object < 0.8


def test_a_denial_lowers_and_is_named(observation) -> None:
    rows = [observation("a"), observation("b", stance="denies", channel="party", procedure="claim", claimant="russia")]
    found, _ = incident(rows)
    assert found.p_occurred < incident([observation("a")])[0].p_occurred
    assert found.denied_by == ("russia",)


def test_a_counted_day_without_any_alert_speaks_against_an_attack_from_the_air(observation) -> None:
    quiet = observation("q", act="", channel="alert", procedure="alert", radius_km=100.0)
    found, weights = incident([observation("a"), quiet])
    assert found.p_occurred < incident([observation("a")])[0].p_occurred
    assert any("no air-raid alert" in w.why for w in weights)


def test_every_probability_is_the_sum_of_its_printed_weights(observation) -> None:
    rows = [observation("a", object_class=GRID), observation("b", channel="monitor", object_class=GRID)]
    found, weights = incident(rows)
    logs = sum(w.weight for w in weights if w.about == "occurred")
    assert found.p_occurred == pytest.approx(1 / (1 + math.exp(-logs)))
    logs = sum(w.weight for w in weights if w.about == f"object:{GRID}")
    rest = 1 - Priors().object_share["energy"]
    assert dict(found.object_probabilities)[GRID] == pytest.approx(math.exp(logs) / (rest + math.exp(logs)))
    parts = {p: sum(w.weight for w in weights if w.about == f"party:{p}") for p in ("russia", "ukraine", "other")}
    odds = np.exp(list(parts.values()))
    assert dict(found.p_party)["russia"] == pytest.approx(odds[0] / odds.sum())


def test_no_probability_is_ever_certain(observation) -> None:
    rows = [observation(str(k), channel="monitor", credibility=1, reliability="A") for k in range(9)]
    assert incident(rows)[0].p_occurred == pytest.approx(1 - Priors().floor)


def test_alerts_launches_and_rows_without_a_place_make_no_incident(observation) -> None:
    rows = [
        observation("a", act="alert", procedure="alert"),
        observation("b", act="launch"),
        observation("c", lon=float("nan"), lat=float("nan")),
        observation("d", act=""),
    ]
    fused = fuse(Table.of(Observation, rows), parties=["russia", "ukraine"], protected=["energy"])
    assert (len(fused.incidents), fused.unused) == (0, 4)
