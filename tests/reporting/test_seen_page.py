"""The page of what could be seen: a cell a region and day, reasons of lost looks, hostile names as text."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from datetime import timedelta

from ceasefire.model.records import Look
from ceasefire.model.table import Table
from ceasefire.reporting.report import ReportInput
from ceasefire.reporting.seen_page import seen, write

HOSTILE = '<script>alert("x")</script>{{ 7*7 }}'


def given(issue: ReportInput) -> ReportInput:
    day = issue.period.start + timedelta(hours=3)
    of = {"channel": "satellite.thermal", "acts": ("attack",), "region": "UA-53"}
    rows = [
        Look(id="l-1", source="A", start=day, end=day + timedelta(minutes=1), quality=0.5, quality_low=0.3, **of),
        Look(id="l-2", source="B", start=day, end=day + timedelta(minutes=1), quality=0.5, **of),
        Look(id="l-3", source="A", start=day + timedelta(days=1), end=day + timedelta(days=1, minutes=1), quality=0.0,
             lost="cloud", **of),
        Look(id="l-4", source=HOSTILE, start=day, end=day + timedelta(minutes=1), quality=1.0,
             **{**of, "region": "", "lon": 34.55, "lat": 49.59, "radius_km": 30.0}),
    ]  # fmt: skip
    return replace(issue, looks=Table.of(Look, rows))


def test_looks_of_a_day_add_up_and_lost_days_say_why(issue: ReportInput) -> None:
    found = seen(given(issue))
    strip = next(s for s in found.strips if s.code == "satellite.thermal")
    row = next(r for r in strip.rows if r[0] == "UA-53")
    # 1 - 0.7 x 0.5 x (1 - share of the disc): six tenths and a bit
    assert row[2][0] == ("q6", "6")
    assert row[2][1] == ("x", "×")
    assert set(row[2][2:]) == {("n", "–")}
    assert row[3] == "cloud (1)"
    assert all(len(r[2]) == len(found.days) for s in found.strips for r in s.rows)
    eyes = {e.source: (e.possible, e.made, e.reasons) for e in found.eyes}
    assert eyes["A"] == (2, 1, (("cloud", 1),))


def test_the_page_is_safe_static_and_the_same_each_time(issue: ReportInput, tmp_path) -> None:
    page = write(given(issue), tmp_path)
    text = page.read_text(encoding="utf-8")
    assert "<script" not in text
    assert "{{" in text
    assert "7*7" in text
    assert not re.findall(r"(?:src|href)=\"(?!index\.html|looks\.csv|#)", text)
    rows = list(csv.DictReader((tmp_path / "looks.csv").read_text(encoding="utf-8").splitlines()))
    assert {r["lost"] for r in rows} == {"", "cloud (1)"}
    assert write(given(issue), tmp_path / ".").read_text(encoding="utf-8") == text
    nobody = replace(issue, looks=Table.empty(Look))
    assert "no look is on record" in write(nobody, tmp_path).read_text(encoding="utf-8")
