"""What the report says: groups, sentences in their order, coverage, claims, clocks."""

from __future__ import annotations

from collections.abc import Callable

from ceasefire.model.records import Finding
from ceasefire.model.table import Table
from ceasefire.reporting.explain import explain
from ceasefire.reporting.report import Numbers, ReportInput, build


def test_breaches_under_every_reading_stand_apart_from_those_that_depend(issue: ReportInput) -> None:
    c, _ = build(issue)
    group = {r.id: r.group for r in c.matrix.rows}
    assert group["i-000000000000"] == "every"
    assert group["i-000000000028"] == "depends"  # 20 March: in force in Moscow's count, not in Kyiv's
    assert group["i-00000000003c"] == "depends"  # a gas field is on Ukraine's list, not on the Kremlin's
    assert group["i-00000000003e"] == "undecided"
    assert "i-000000000050" not in group  # homes
    assert c.matrix.others == len(issue.incidents) - 2 - len(c.matrix.rows)
    cells = {x.reading: x.verdict for r in c.matrix.rows if r.id == "i-000000000028" for x in r.cells}
    assert cells["kremlin"] == "violation"
    assert cells["ukraine"] == "not_in_force"


def test_the_minute_begins_with_what_holds_under_every_reading(issue: ReportInput) -> None:
    c, _ = build(issue)
    order = [s.id for s in c.sentences]
    assert order[:2] == ["s-every", "s-depends"]
    assert order.index("s-unseen") > order.index("s-undecided")
    known = set(issue.findings.column("id"))
    for s in c.sentences:
        assert known.issuperset(s.findings)
        assert s.findings or s.id in ("s-held", "s-unseen")


def test_a_channel_that_did_not_look_gets_no_zero(issue: ReportInput) -> None:
    c, _ = build(issue)
    unseen = next(s.text for s in c.sentences if s.id == "s-unseen")
    assert "No satellite looked: none of 310 possible looks was made." in unseen
    assert "nobody looked well enough" in unseen
    regions = {r.code: r for r in c.coverage.regions}
    assert regions["RU-KDA"].state == "nobody"
    assert regions["RU-KDA"].days_looked == 0
    assert regions["RU-KDA"].limit != regions["RU-KDA"].limit  # no number
    assert regions["UA-53"].state == "looked"
    assert regions["UA-53"].limit > regions["UA-53"].found[1]


def test_likelihood_and_confidence_stand_in_sentences_of_their_own(issue: ReportInput) -> None:
    c, _ = build(issue)
    assert not any("confidence" in s.text.lower() for s in c.sentences)
    assert "likely" not in c.confidence.text


def test_nobody_is_named_unless_attributed(issue: ReportInput) -> None:
    c, _ = build(issue)
    for r in c.matrix.rows:
        assert r.who[0] == ("Russian Federation (direction of the weapon)." if r.id.endswith("40") else "Undetermined.")
    both = next(r for r in c.matrix.rows if r.id == "i-000000000045")
    assert set(both.who[1:]) == {"Ukraine accuses Russian Federation.", "Russian Federation accuses Ukraine."}


def test_a_fire_is_no_attack(issue: ReportInput) -> None:
    c, _ = build(issue)
    row = next(r for r in c.matrix.rows if r.id == "i-00000000003d")
    assert row.act == "fire, cause not known"
    assert row.group == "undecided"


def test_five_totals_are_five_rows_and_never_a_sum(issue: ReportInput) -> None:
    c, _ = build(issue)
    assert [t.words for t in c.ledger.totals] == ["23", "more than 60", "over 80", "over 120", "several hundred"]
    assert [t.open for t in c.ledger.totals] == [False, True, True, True, False]
    assert all(0 <= t.left <= 100 and t.left + t.width <= 101 for t in c.ledger.totals)


def test_a_denial_stands_beside_the_records_without_saying_who(issue: ReportInput) -> None:
    c, _ = build(issue)
    (denial,) = c.ledger.denials
    assert denial.support > 0
    assert denial.verdict == "such events are on record"
    assert denial.reason.endswith("none is attributed to Ukraine.")
    assert set(denial.examples) <= {r.id for r in c.matrix.rows}


def test_the_clocks_change_is_on_the_timeline(issue: ReportInput) -> None:
    c, _ = build(issue)
    assert [m.text for m in c.timeline.marks] == ["30 March: Kyiv time UTC+2 → UTC+3"]
    assert any("Moscow time is UTC+3 throughout." in s for s in c.timeline.clocks)
    bars = {b.title: b for b in c.timeline.bars}
    assert bars["Kremlin"].fuzzy
    assert bars["Kremlin"].x < bars["Ukraine"].x
    assert bars["White House, 18 March"].after
    shown = sum(sum(d.counts) for d in c.timeline.days)
    assert shown == len(c.matrix.rows)


def test_weeks_carry_their_exposure(issue: ReportInput) -> None:
    c, _ = build(issue)
    assert [w.title for w in c.comparison.weeks] == [
        "18–24 March",
        "25–31 March",
        "1–7 April",
        "8–14 April",
        "15–17 April",
    ]
    assert sum(w.every + w.depends + w.undecided for w in c.comparison.weeks) == len(c.matrix.rows)
    assert all(w.looked == 8 * (7 if not w.partial else 3) for w in c.comparison.weeks)
    assert c.comparison.weeks[-1].partial


def test_the_previous_period_is_compared_by_rate(with_fields: Callable[..., ReportInput]) -> None:
    before = Numbers("2025-02-15", "2025-03-17", 3, 1, 1, 1, 50, 60, 300, 20)
    c, _ = build(with_fields(previous=before))
    assert "per 100 region days looked at" in c.comparison.sentence.text
    assert c.comparison.periods[0].title == "15 February to 17 March 2025".replace("February", "Feb")
    assert c.comparison.periods[0].rate == 10.0


def test_the_map_draws_true_sizes_inside_the_frame(issue: ReportInput) -> None:
    c, _ = build(issue)
    assert {d.id for d in c.map.discs} <= {r.id for r in c.matrix.rows}
    assert c.map.unlocated == 1
    disc = next(d for d in c.map.discs if d.id == "i-000000000000")
    row = next(r for r in c.matrix.rows if r.id == disc.id)
    drawn_km = disc.r / (c.map.scale / c.map.scale_km)
    assert abs(drawn_km / row.radius_km - 1) < 0.06  # the cone's scale differs by a few per cent over the map
    states = {o.code: o.state for o in c.map.outlines}
    assert states["RU-KDA"] == "nobody"
    assert states["UA-53"] == "looked"


def test_a_report_on_nothing_still_says_what_was_not_seen(
    with_fields: Callable[..., ReportInput], issue: ReportInput
) -> None:
    nothing = with_fields(
        incidents=issue.incidents.keep(issue.incidents.column("id") == "none"),
        findings=Table.empty(Finding),
        claims=issue.claims.keep(issue.claims.column("id") == "none"),
    )
    c, _ = build(nothing)
    assert c.headline.startswith("No breach established")
    assert any("No satellite looked" in s.text for s in c.sentences)


def test_explain_prints_every_weight(issue: ReportInput) -> None:
    row = issue.incidents["i-000000000000"]
    text = explain(row, issue.weights, issue.observations, issue.findings)
    assert "occurred: very likely (93%)" in text
    assert text.count("+1.400") == 2
    assert "before any report" in text
    assert "30%" in text
    assert "kremlin: breach" in text
