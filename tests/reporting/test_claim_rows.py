"""Claims for publication: hostile text stays text, quotations stay short, reviews are valid JSON-LD."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from ceasefire.model.records import Claim, Finding
from ceasefire.reporting.claim_rows import as_csv, brief, claim_reviews, rows
from ceasefire.reporting.page import environment
from ceasefire.reporting.statements import Compared, contents

DAY = datetime(2025, 3, 18, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script> \u202eturned \u200bhidden " + "word " * 40


def made(**fields):
    told = {"source": "s", "granule": "g", "line": 1, "claimant": "russia", "speaker": "=Kremlin<b>", "said": DAY,
            "stance": "accepts", "act": "halt", "object_class": "energy", "text": HOSTILE, "archived": "ab" * 32,
            "begin": 3, "stop": 9, "outlet": "<i>X", "url": "javascript:alert(1)"}  # fmt: skip
    return Claim(id="c-1", **{**told, **fields})


def finding():
    return Finding(id="f-1", kind="claim", subject="c-1", agreement="a", provision="", reading="", start=DAY, end=DAY,
                   region="", verdict="not_observable", rule="nobody_looked", reason="</script>",
                   would_change="")  # fmt: skip


def test_a_quotation_has_25_words_and_no_marks():
    assert len(brief(HOSTILE).split()) == 26
    assert not {"\u202e", "\u200b"} & set(brief(HOSTILE))


def test_a_spreadsheet_runs_nothing():
    assert ",'=Kremlin<b>," in as_csv(rows([made()], {}))


def test_reviews_are_json_and_link_only_the_web():
    text = claim_reviews([made()], {"c-1": finding()}, by="us", reviewed="2025-04-18")
    (review,) = json.loads(text)["@graph"]
    assert review["@type"] == "ClaimReview"
    assert review["reviewRating"]["alternateName"] == "Not observable"
    assert "appearance" not in review["itemReviewed"]
    assert "</script>" not in text


def test_the_page_escapes_what_it_quotes():
    from ceasefire.assessment.positions import positions
    from ceasefire.model.table import Table

    claim = made()
    given = contents(
        [claim], Compared(positions=positions(Table.of(Claim, [claim]))), {}, title="<t>", parties={"russia": "Russia"}
    )
    page = environment().get_template("statements.html").render(style="", **given)
    assert "<script" not in page
    assert "javascript:" not in page
    assert "&lt;script&gt;" in page
    assert 'id="c-1"' in page
    assert "#c-1" in page
