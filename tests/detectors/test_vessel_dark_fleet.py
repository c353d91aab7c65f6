"""Matching on a simulated fleet with gaps, silent ships, false positions and patchy reception: beats the nearest."""

from __future__ import annotations

from benchmarks.dark_ships import study, summary


def test_it_is_better_than_the_nearest_and_its_chances_come_true() -> None:
    got = summary(study(100, ships=70, reception="patchy", outage=0.1, every_s=120.0))
    assert got["detections"] > 100
    assert got["ours"]["accuracy"] > got["nearest"]["accuracy"] + 0.01
    assert got["ours"]["accuracy"] > 0.93
    assert got["ece"] < 0.08
    assert got["brier"] < 0.6 * got["brier_constant"]
    assert got["false_at_80"] <= 2
    assert abs(got["expected_matches"] / got["real_matches"] - 1.0) < 0.15
    assert abs(got["got_matches"] - got["expected_matches"]) < 5
