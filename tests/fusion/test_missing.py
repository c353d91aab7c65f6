"""Missing mass of a case: blocs are lists, and two lists never give a number."""

from __future__ import annotations

import math

from ceasefire.fusion.missing import missing
from ceasefire.model.table import Table
from ceasefire.model.unseen import ListPattern
from ceasefire.reporting.unseen import sentence


def of(**numbers: int):
    rows = [ListPattern(lists=tuple(k.split("_")), incidents=n, occurred=float(n)) for k, n in numbers.items()]
    return missing(Table.of(ListPattern, rows))


def test_two_lists_give_a_bound_and_no_number() -> None:
    m = of(news=40, official=30, news_official=20)
    assert math.isnan(m.unlisted)
    assert math.isinf(m.high)
    assert 0 < m.low <= m.bound
    assert "nothing bounds" in sentence(m)


def test_three_lists_give_an_interval() -> None:
    m = of(a=40, b=30, c=25, a_b=20, a_c=15, b_c=12, a_b_c=8)
    assert m.low < m.unlisted < m.high < math.inf
    assert m.listed == 150
    assert "95% interval" in sentence(m)


def test_no_incident_says_nothing_of_the_unseen() -> None:
    m = missing(Table.empty(ListPattern))
    assert math.isinf(m.high)
    assert "not known" in sentence(m)
