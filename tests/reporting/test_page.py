"""The page is one safe file: escaped, self-contained, complete, the same every time."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ceasefire.model.table import Table
from ceasefire.reporting.page import environment, link
from ceasefire.reporting.report import ReportInput, build, write

VOID = {"meta", "br", "img", "input", "link", "hr", "col"}
SVG_EMPTY = {"path", "rect", "circle", "use"}


class Page(HTMLParser):
    """Collects tags, ids and links, and checks that tags nest."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.events: list[str] = []
        self.findings: set[str] = set()
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            self.events += [name] if name.startswith("on") else []
            self.ids += [value or ""] if name == "id" else []
            self.links += [value or ""] if name in ("href", "src") else []
            self.findings |= set((value or "").split()) if name == "data-finding" else set()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def folder(issue: ReportInput, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("report")
    write(issue, out)
    return out


@pytest.fixture(scope="module")
def html(folder: Path) -> str:
    return (folder / "index.html").read_text(encoding="utf-8")


def test_tags_nest_and_ids_are_unique(html: str) -> None:
    page = Page(html)
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))


def test_every_link_inside_leads_somewhere(html: str, folder: Path) -> None:
    page = Page(html)
    for href in page.links:
        if href.startswith("#"):
            assert href[1:] in page.ids, href
        elif not href.startswith(("https://", "http://")):
            name, _, place = href.partition("#")
            assert (folder / name).is_file(), href
            assert not place or f'id="{place}"' in (folder / name).read_text(encoding="utf-8"), href


def test_every_finding_named_on_the_page_exists(html: str, folder: Path) -> None:
    ids = {row.split(",")[0] for row in (folder / "findings.csv").read_text(encoding="utf-8").splitlines()[2:]}
    named = Page(html).findings
    assert len(named) > 50
    assert named <= ids


def test_hostile_text_stays_text(html: str) -> None:
    page = Page(html)
    assert page.tags.count("script") == 1
    assert page.events == []
    assert "img" not in page.tags
    assert not any(h.lower().startswith("javascript") for h in page.links)
    assert "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;" in html
    assert "{{ 7*7 }}" in html


def test_nothing_is_asked_of_the_network(html: str) -> None:
    assert "default-src 'none'" in html
    assert not re.search(r"@import|url\((?!#)|<link|<iframe|fetch\(|XMLHttpRequest", html)


def test_the_script_is_allowed_by_its_hash_alone(html: str) -> None:
    import base64
    import hashlib

    script = re.search(r"<script>(.*?)</script>", html, re.S)
    assert script
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in html


def test_outward_links_open_without_a_handle(html: str) -> None:
    for tag in re.findall(r'<a href="https?:[^>]*>', html):
        assert "noopener" in tag


def test_sections_are_there_in_order(html: str) -> None:
    wanted = [
        "minute",
        "compared",
        "text",
        "matrix",
        "map",
        "timeline",
        "coverage",
        "claims",
        "annex",
        "read",
        "method",
    ]
    places = [html.index(f'<section id="{w}"') for w in wanted]
    assert places == sorted(places)
    assert 'id="release"' in html
    assert "12:00, 18 April 2025, Kyiv time (UTC+3)" in html


def test_a_second_run_gives_the_same_bytes(issue: ReportInput, folder: Path, tmp_path: Path) -> None:
    write(issue, tmp_path)
    names = sorted(p.name for p in folder.iterdir())
    assert names == sorted(p.name for p in tmp_path.iterdir())
    for name in names:
        assert (folder / name).read_bytes() == (tmp_path / name).read_bytes(), name


def test_json_has_what_its_schema_says(folder: Path) -> None:
    sheet = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    schema = json.loads((folder / "report.schema.json").read_text(encoding="utf-8"))
    assert set(sheet) == set(schema["properties"])
    row_schema = schema["$defs"]["Row"]["properties"]
    assert all(set(row) == set(row_schema) for row in sheet["matrix"]["rows"])
    assert sheet["numbers"]["every"] == sum(r["group"] == "every" for r in sheet["matrix"]["rows"])


def test_a_full_case_stays_small(issue: ReportInput, with_fields: Callable[..., ReportInput], tmp_path: Path) -> None:
    many = []
    bases = [issue.incidents[k] for k in range(20)]
    for n in range(1500):
        base = bases[n % 20]
        many.append(
            replace(
                base, id=f"i-{n:012x}", start=base.start + timedelta(minutes=n), end=base.end + timedelta(minutes=n)
            )
        )
    from ceasefire.assessment.verdict import judge
    from ceasefire.model.records import Incident

    table = Table.of(Incident, many)
    page = write(with_fields(incidents=table, findings=judge(table, issue.agreement)), tmp_path)
    assert page.stat().st_size < 5_000_000
    assert "Printed are the 250 likeliest" in page.read_text(encoding="utf-8")


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60))
def test_any_text_in_any_field_leaves_the_page_whole(issue: ReportInput, text: str) -> None:
    from ceasefire.reporting import page

    mean = text.encode("utf-8", "replace").decode("utf-8")
    n = len(issue.incidents)
    dirty = issue.incidents.replace(place=np.full(n, mean, dtype=object), summary=np.full(n, mean, dtype=object))
    few = dirty.keep(np.arange(n) < 30)
    c, _ = build(replace(issue, incidents=few, title=mean, supersedes=mean, contact=mean))
    seen = Page(page.render(c, digest="0"))
    assert seen.tags.count("script") == 1
    assert seen.open == []
    assert seen.events == []


@given(st.text(max_size=80))
def test_only_web_addresses_are_linked(url: str) -> None:
    safe = link(url)
    assert (
        safe == "" or safe.startswith(("http://", "https://")) or safe[:8].lower().startswith(("http://", "https://"))
    )
    assert not set(safe) & set("<>\"' ")


def test_unknown_names_in_templates_are_errors() -> None:
    from jinja2 import UndefinedError

    with pytest.raises(UndefinedError):
        environment().from_string("{{ nothing.here }}").render()
