"""Bring the docstrings of this project into the strict numpydoc order that the documentation builder reads.

Why: our docstrings put what matters first and let an example follow the parameters without a heading, as a reader
reads them; the builder wants every part under its own. Nothing is added but headings, nothing is left out.
"""

from __future__ import annotations

import re
from typing import Any

import griffe

SECTIONS = ("Parameters", "Raises", "Warns", "Yields", "Returns", "Examples", "Notes")
_HEADING = re.compile(rf"^({'|'.join(SECTIONS)})\n-+\n", re.MULTILINE)


class Docstrings(griffe.Extension):
    """Rewrites each docstring before it is parsed."""

    def on_instance(self, *, obj: griffe.Object, **_: Any) -> None:
        """Rewrite one object's docstring."""
        if obj.docstring:
            obj.docstring.value = ordered(obj.docstring.value)


def ordered(text: str) -> str:
    """Put plain paragraphs first, then sections, then examples.

    >>> print(ordered("Do it.\\n\\nParameters\\n----------\\nx\\n    A number.\\n\\nSource: a book."))
    Do it.
    <BLANKLINE>
    Source: a book.
    <BLANKLINE>
    Parameters
    ----------
    x
        A number.
    """
    plain: list[str] = []
    sections: dict[str, list[str]] = {}
    examples: list[str] = []
    section = ""
    for part in re.split(r"\n[ \t]*\n", text.strip("\n")):
        heading = _HEADING.match(part)
        section = heading[1] if heading else section
        paragraph = part[heading.end() :] if heading else part
        listed = bool(re.search(r"^ +\S", paragraph, re.MULTILINE))
        if paragraph.startswith(">>>"):
            section = "Examples"
        if section == "Examples":
            examples.append(paragraph)
        elif section in ("Returns", "Yields") and not listed:
            plain.append(f"**{section}**: {paragraph}" if heading else paragraph)
        elif section in ("", "Notes") or not (listed or heading):
            plain.append(paragraph)
            section = "" if section != "Notes" else section
        else:
            sections.setdefault(section, []).append(paragraph)
    parts = [*plain]
    parts += [f"{name}\n{'-' * len(name)}\n" + "\n\n".join(of) for name, of in sections.items()]
    if examples:
        parts.append("Examples\n--------\n" + "\n\n".join(examples))
    return "\n\n".join(parts)
