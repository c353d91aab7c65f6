"""The page: one self-contained HTML file from a report's contents.

Why so strict: everything on the page comes from outside sources in the end. The templates escape every value, links
go to http and https only, and a content security policy forbids any script but ours (by its hash) and any request
to the network, so that even a slip would stay text.
"""

from __future__ import annotations

import base64
import hashlib
from importlib import resources
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from ceasefire.model.likelihood import WORDS
from ceasefire.reporting import words
from ceasefire.reporting.matrix import GROUPS, TITLES

IDS_IN_PAGE = 24
"""Ids that a sentence carries in the page; report.json has all of them."""


def render(contents: Any, *, digest: str, images: bool = False, patrols: Any = None, sea: Any = None) -> str:
    """Render a report's contents as one HTML page.

    Parameters
    ----------
    contents
        `report.Contents`.
    digest
        SHA-256 of report.json, by which the issue is cited.
    images
        Whether there is a page of pictures beside it.
    patrols
        `patrol_page.Flown`: pages of patrols beside it; None where there are none.
    sea
        `sea_page.Listed`: the page of the sea beside it; None where there is none.
    """
    style, script = _asset("page.css"), _asset("page.js")
    script_hash = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    text = (
        environment()
        .get_template("index.html")
        .render(
            c=contents,
            style=Markup(style),  # noqa: S704  our own file
            script=Markup(script),  # noqa: S704  our own file
            script_hash=script_hash,
            digest=digest,
            images=images,
            patrols=patrols,
            sea=sea,
            scale=WORDS,
            groups=GROUPS,
            titles=TITLES,
            verdicts=words.VERDICTS,
        )
    )
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip()) + "\n"


def environment() -> Environment:
    """Make the template environment: everything escaped, everything unknown an error."""
    made = Environment(
        loader=FunctionLoader(_asset), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters.update(
        number=words.number,
        percent=words.percent,
        chance=words.chance,
        limit=words.limit,
        share=words.share,
        joined=words.joined,
        capital=lambda s: s[:1].upper() + s[1:],
        link=link,
        some=lambda ids: " ".join(ids[:IDS_IN_PAGE]),
        thousands=lambda n: f"{n:,.0f}",
        listed=words.listed,
    )
    made.globals["count"] = words.count
    return made


def link(url: str) -> str:
    """Give a web address that may be linked, or nothing: only http and https, with a host.

    >>> link("https://example.org/a"), link("javascript:alert(1)"), link(" JaVaScRiPt:x"), link("//x")
    ('https://example.org/a', '', '', '')
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    ok = parts.scheme in ("http", "https") and parts.netloc and not any(c in url for c in "\"'<>\\ \n\r\t")
    return url.strip() if ok else ""


def template_text(name: str) -> str:
    """Give the text of one of our own templates, style sheets or scripts."""
    return _asset(name)


def _asset(name: str) -> str:
    folder = resources.files("ceasefire.reporting") / "templates"
    return (folder / name).read_text(encoding="utf-8")
