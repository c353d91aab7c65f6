"""The claim ledger: positions, readouts, figures, contradictions, and what bears a claim out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from benchmarks.contradictions import judged

from ceasefire.assessment.borne_out import borne_out
from ceasefire.assessment.contradictions import contradictions
from ceasefire.assessment.disputes import disputes
from ceasefire.assessment.figures import figures
from ceasefire.assessment.positions import positions
from ceasefire.assessment.readouts import compare, proposed
from ceasefire.model.records import Claim, Coverage, Incident
from ceasefire.model.table import Table

DAY = datetime(2025, 4, 2, tzinfo=UTC)
EVENT = {"act": "attack.air.drone", "object_class": "energy", "region": "UA-53", "place": "Poltava",
         "lon": 34.55, "lat": 49.59, "radius_km": 5.0, "start": DAY, "end": DAY + timedelta(days=1)}  # fmt: skip


def table(*claims):
    return Table.of(Claim, claims)


def judge(claim, *incidents):
    (found,) = borne_out(table(claim), Table.of(Incident, incidents), Table.empty(Coverage))
    return found


def test_sixty_pairs():
    rows = judged()
    assert len(rows) == 60
    assert [r.note for r in rows if bool(r.found) != r.contradictory or r.found != r.rule] == []


def test_an_independent_incident_bears_a_claim_out(claim, incident):
    found = judge(claim("a", **EVENT), incident("1"))
    assert (found.verdict, found.rule, found.evidence) == ("supported", "event_seen", ("i-1",))


def test_the_same_bloc_never_does(claim, incident):
    found = judge(claim("a", **EVENT), incident("1", channels=("party", "official")))
    assert (found.verdict, found.rule) == ("not_observable", "nobody_looked")


def test_that_it_happened_does_not_tell_who_did_it(claim, incident):
    found = judge(claim("a", accused="ukraine", **EVENT), incident("1"))
    assert (found.verdict, found.rule) == ("insufficient", "actor_open")


@pytest.mark.parametrize(("channels", "verdict"), [(("news",), "contradicted"), (("party",), "not_observable")])
def test_a_denied_event(claim, incident, channels, verdict):
    assert judge(claim("a", **{**EVENT, "stance": "denies"}), incident("1", channels=channels)).verdict == verdict


def test_a_position_told_by_others_is_marked(claim):
    halt = {"act": "halt", "object_class": "energy", "stance": "accepts"}
    one, two = positions(
        table(
            claim("a", chain=("White House",), archived="11", **halt),
            claim("b", archived="22", **{**halt, "stance": "rejects"}),
        )
    )
    assert (one.own, one.told_by, two.own, two.told_by) == (False, ("White House",), True, ())


def test_accounts_in_conflict(claim):
    halt = {"act": "halt", "object_class": "energy"}
    one = claim("a", speaker="Kremlin", stance="rejects", **halt)
    two = claim("b", speaker="Kremlin", chain=("White House",), stance="accepts", **halt)
    (line,) = compare(table(one, two), "kremlin", "white house").lines
    assert line.state == "conflict"


def test_killed_and_wounded_are_two_quantities(claim):
    told = {"act": "casualties", "object_class": "persons.civilians", "unit": "persons"}
    a = claim("a", speaker="A", low=100.0, high=100.0, text="100 killed", **told)
    b = claim("b", speaker="B", low=400.0, high=400.0, text="400 wounded", **told)
    assert [f.conflicts for f in figures(table(a, b))] == [(), ()]


def test_a_report_of_its_own_is_held_against_the_incident_it_was_fused_into(claim, incident):
    """Fusion decided which incident it is of; another one nearby does not bear it out."""
    own, other = incident("1", channels=("party",), observations=("o-1",)), incident("2", observations=("o-2",))
    assert judge(claim("a", observation="o-1", **EVENT), own, other).rule == "nobody_looked"
    assert judge(claim("a", observation="o-2", **EVENT), own, other).evidence == ("i-2",)
    assert judge(claim("a", **EVENT), own, other).evidence == ("i-2",)


def test_a_claim_that_has_a_finding_is_not_judged_again(claim, incident):
    rows = table(claim("a", **EVENT), claim("b", **EVENT))
    found = borne_out(rows, Table.of(Incident, [incident("1")]), Table.empty(Coverage), judged=["c-a"])
    assert [f.subject for f in found] == ["c-b"]


@pytest.mark.parametrize(("seen", "verdict"), [(1.0, "contradicted"), (0.5, "insufficient"), (0.0, "not_observable")])
def test_what_silence_says_depends_on_who_looked(claim, seen, verdict):
    day = Coverage(region="UA-53", start=DAY, end=DAY + timedelta(days=1), act="attack", looks=2, looks_lost=1,
                   exposure=seen)  # fmt: skip
    before = Coverage(region="UA-53", start=DAY - timedelta(days=1), end=DAY, act="attack", looks=9, looks_lost=0,
                      exposure=0.9)  # fmt: skip
    cells = Table.of(Coverage, [before, day])
    (found,) = borne_out(table(claim("a", **EVENT)), Table.empty(Incident), cells)
    assert (found.verdict, found.exposure, found.looks, found.looks_lost) == (verdict, seen, 2, 1)


def test_numbers_of_different_things_do_not_contradict(claim):
    told = {"act": "launch", "unit": "launches", "start": DAY, "end": DAY + timedelta(days=1), "object_class": ""}
    a = claim("a", speaker="A", low=2.0, high=2.0, words="Iskander-M: 2 launched", **told)
    b = claim("b", speaker="B", low=5.0, high=5.0, words="Lancet: 5 launched", **told)
    c = claim("c", speaker="C", low=7.0, high=7.0, words="Lancet: 7 launched", **told)
    assert [(x.first, x.second) for x in contradictions(table(a, b, c))] == [("c-b", "c-c")]


def test_one_denial_of_many_reports_is_one_dispute(claim):
    reports = [claim(n, speaker=f"Office {n}", **EVENT) for n in "abcd"]
    denials = [claim(n, speaker=f"Ministry {n}", **{**EVENT, "stance": "denies"}) for n in "yz"]
    rows = table(*reports, *denials)
    pairs = contradictions(rows)
    assert len(pairs) == 8
    found = disputes(pairs, rows)
    assert [(x.pairs, x.one, x.other) for x in found] == [
        (4, ("c-a", "c-b", "c-c", "c-d"), ("c-y",)),
        (4, ("c-a", "c-b", "c-c", "c-d"), ("c-z",)),
    ]
    assert len({x.id for x in found}) == 2


def test_figures_that_share_a_claim_are_one_dispute(claim):
    told = {"act": "casualties", "object_class": "persons.civilians", "unit": "persons", "start": DAY,
            "end": DAY + timedelta(days=1)}  # fmt: skip
    rows = table(*(claim(n, speaker=n, low=v, high=v, **told) for n, v in (("a", 1.0), ("b", 5.0), ("c", 9.0))))
    (one,) = disputes(contradictions(rows), rows)
    assert (one.rule, one.pairs, set(one.one + one.other)) == ("count", 3, {"c-a", "c-b", "c-c"})


def test_accounts_of_one_meeting_are_found_and_comments_are_not(claim):
    halt = {"act": "halt", "object_class": "energy", "stance": "accepts"}
    call = {"act": "talks", "object_class": "call", "stance": "asserts", "text": "the phone call was frank"}
    usa, russia = {"claimant": "usa"}, {"claimant": "russia"}
    rows = table(
        claim("a", speaker="White House", **halt, **usa),
        claim("b", speaker="V", chain=("White House",), **halt, **russia),
        claim("c", speaker="D", chain=("White House",), **halt, **usa),
        claim("d", speaker="Kremlin", **call, **russia),
        claim("e", speaker="V", chain=("Kremlin",), **halt, **russia),
        claim("f", speaker="Envoy", **halt, **russia),  # comments, relates nobody
        claim("g", speaker="Downing Street", claimant="uk", **call),  # was not there
        claim("h", speaker="V", chain=("Downing Street",), **halt, **russia),
    )
    assert proposed(rows) == [("Kremlin", "White House", DAY.date().isoformat())]
