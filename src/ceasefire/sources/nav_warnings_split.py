"""Files of navigational warnings, cut into single messages: NAVTEX frames, plain lists, HTML pages, the Spanish XML.

A NAVTEX frame runs from `ZCZC` with four characters to `NNNN`: station, subject, two digits of a number. A list begins
a message wherever a line names a series and a number (`NAVAREA III 0123/25`); a date-time group alone on the line
before belongs to it. Source: ITU-R M.540, IMO NAVTEX Manual (MSC.1/Circ.1403) for the frame; IHO S-53, section 6, for
the identifier; the element names of the XML (`NAVAREASVIGOR`, `nnunaf`, `nfemi`, `nlocai`, `ntein`): as the list of the
Instituto Hidrográfico de la Marina has them.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 20_000
"""Characters of the longest message that is read; warnings have a few hundred."""
_FRAME = re.compile(r"ZCZC[ \t]*([A-Z0-9*]{0,4})[ \t]*\n?")
_WORDS = r"(?:[A-Z][A-Z.'-]{1,20}[ \t]+){0,4}?"
HEADER = re.compile(
    rf"^[ \t>*#-]*(?:\d{{1,3}}[.)][ \t]+)?(?P<words>{_WORDS}"
    r"(?:NAVAREA[ \t]+[IVX]{1,5}|NAV(?:IGATIONAL)?[ \t.-]*(?:WARN(?:ING)?S?|WNG|WRNG)|NAVTEX"
    r"|COASTAL[ \t]+(?:WARN(?:ING)?|WNG)|N/W|LOCAL[ \t]+WARNING)"
    r"(?:[ \t]+[A-Z][A-Z.'-]{1,20}){0,3}?)[ \t]*(?:NW|NO|NR|NUMBER|N)?[ \t.:#-]*"
    r"(?P<number>\d{1,4})(?:[ \t]*/[ \t]*(?:\d{2}\.\d{2}\.)?(?P<year>\d{4}|\d{2}))?(?!\d)[ \t.:=]*(?P<rest>[^\n]*)$",
    re.MULTILINE,
)
_REFERS = re.compile(r"\b(?:CANCEL(?:S|LED|LING)?|SEE|REF(?:ERENCE)?|REPLACES|AND)\b")
_REFERS_END = re.compile(r"(?:CANCEL(?:S|LED|LING)?|AND|,|SEE|REF(?:ER|ERENCE)?(?: TO)?|REPLACES)$")
_DTG_LINE = re.compile(
    r"\d{6}[ \t]*(?:UTC|Z|GMT)?[ \t]*[A-Z]{3}[ \t]*\d{0,4}[ \t]*|\d{1,2} [A-Z]{3,9} \d{4} \d\d:\d\d UTC[ \t]*"
)
_NEAR = 300
"""Characters before an identifier in which its time of issue, or a word that refers to it, may stand."""
_TAG = re.compile(r"<[^<>]{0,2000}>")
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/li|/h\d|/td|/pre)\b[^<>]{0,200}>", re.IGNORECASE)
_SCRIPT = re.compile(r"<(script|style)\b[^<>]{0,500}>.{0,500000}?</\1>", re.IGNORECASE | re.DOTALL)
_ROW = re.compile(r"<(/?)NAVAREASVIGOR\b[^<>]{0,200}>", re.IGNORECASE)
_CELL = re.compile(r"<(\w{1,30})>([^<]{0,30000})</\1>")


@dataclass(frozen=True)
class Message:
    """One message as it stands in a file."""

    line: int
    """1-based line where it begins."""
    text: str
    """Its words, in capitals, without the frame."""
    frame: str = ""
    """Four characters of its NAVTEX frame; empty where it has none."""
    wrong: str = ""
    """Why it is no message to be read."""


def messages(text: str) -> Iterator[Message]:
    """Cut a file into its messages.

    >>> made = "ZCZC CA07\\n110500 UTC MAR 25\\nODESA NAV WARN 12/25\\nLIGHT UNLIT\\nNNNN\\nZCZC CE08\\nGALE\\nNNNN\\n"
    >>> [(m.line, m.frame, m.text.split("\\n")[-1]) for m in messages(made)]
    [(1, 'CA07', 'LIGHT UNLIT'), (6, 'CE08', 'GALE')]
    >>> [m.text for m in messages("NAVAREA III 0001/25\\nA\\n\\nNAVAREA III 0002/25\\nB\\n")]
    ['NAVAREA III 0001/25\\nA', 'NAVAREA III 0002/25\\nB']
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _ROW.search(text):
        yield from _rows(text)
        return
    plain = _plain(text)
    if "ZCZC" in plain:
        yield from _frames(plain)
    else:
        yield from _list(plain, 1)


def identifiers(text: str) -> Iterator[re.Match[str]]:
    """Find the lines that name a series and a number, without those that speak of another warning.

    >>> [hit["number"] for hit in identifiers("NAVAREA III 0124/25\\nMINE DANGER\\n2. CANCEL NAVAREA III 0100/25")]
    ['0124']
    """
    for hit in HEADER.finditer(text):
        lead = text[max(0, hit.start() - _NEAR) : hit.start()].rstrip("\n \t")
        if not _REFERS.search(hit["words"]) and not _REFERS_END.search(lead[lead.rfind("\n") + 1 :]):
            yield hit


def _plain(text: str) -> str:
    """Take markup off, so that lines stay lines."""
    if not re.search(r"<(?:html|body|p|br|div|td|pre|li|table)\b", text[:200_000], re.IGNORECASE):
        return text.upper()
    bare = _TAG.sub(" ", _BREAK.sub("\n", _SCRIPT.sub(_lines, text)))
    return html.unescape(bare).replace("\u00a0", " ").upper()


def _lines(hit: re.Match[str]) -> str:
    return "\n" * hit[0].count("\n")


def _rows(text: str) -> Iterator[Message]:
    """Read rows of the XML: number, time of issue, area and English text as one message."""
    tags, line, at = list(_ROW.finditer(text)), 1, 0
    for i, hit in enumerate(tags):
        if hit[1]:
            continue
        line, at = line + text.count("\n", at, hit.start()), hit.start()
        row = text[hit.end() : tags[i + 1].start() if i + 1 < len(tags) else len(text)][: 2 * LONGEST]
        cells = {name.lower(): html.unescape(value).strip() for name, value in _CELL.findall(row)}
        number, body = cells.get("nnunaf", ""), cells.get("ntein", "") or cells.get("ntees", "")
        if not number or not body:
            yield Message(
                line, row.strip()[:500].upper(), wrong="a row without its number (nnunaf) or its text (ntein)"
            )
            continue
        head = number if HEADER.match(number.upper()) else f"NAVAREA III {number}"
        issued = _dtg(cells.get("nfemi", ""))
        place = cells.get("nlocai", "")
        subject = cells.get("nasuni", "")
        yield _bounded(line, "\n".join(x for x in (issued, head, place, subject, body) if x).upper(), "")


def _dtg(text: str) -> str:
    """Write an ISO time as a date-time group; anything else as it stands."""
    hit = re.match(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)", text)
    if not hit or not 1 <= int(hit[2]) <= 12:
        return text
    month = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")[int(hit[2]) - 1]
    return f"{hit[3]}{hit[4]}{hit[5]} UTC {month} {hit[1]}"


def _frames(text: str) -> Iterator[Message]:
    """Read NAVTEX frames; what stands between them is read as a list."""
    at, line = 0, 1
    starts = list(_FRAME.finditer(text))
    for i, hit in enumerate(starts):
        yield from _list(text[at : hit.start()], line)
        line += text.count("\n", at, hit.start())
        limit = starts[i + 1].start() if i + 1 < len(starts) else len(text)
        end = text.find("NNNN", hit.end(), limit)
        stop = end if end >= 0 else limit
        body = text[hit.end() : stop].strip("\n \t")
        if not re.fullmatch(r"[A-Z]{2}\d\d", hit[1]):
            yield Message(line, text[hit.start() : stop][:500], hit[1], f"a frame with {hit[1]!r} in place of B1B2B3B4")
        elif not body:
            yield Message(line, hit[0], hit[1], "an empty frame")
        else:
            yield _bounded(line, body, hit[1])
        at = end + 4 if end >= 0 else limit
        line += text.count("\n", hit.start(), at)
    yield from _list(text[at:], line)


def _list(text: str, first: int) -> Iterator[Message]:
    """Read a list: each line that names a series and a number begins a message."""
    begins: list[int] = []
    for hit in identifiers(text):
        near = max(0, hit.start() - _NEAR)
        before = text[near : hit.start()].rstrip("\n \t")
        last = before[before.rfind("\n") + 1 :]
        begins.append(near + before.rfind("\n") + 1 if _DTG_LINE.fullmatch(last.strip()) else hit.start())
    line, at = first, 0
    for i, begin in enumerate(begins):
        body = text[begin : begins[i + 1] if i + 1 < len(begins) else len(text)].strip("\n \t=")
        line += text.count("\n", at, begin)
        at = begin
        yield _bounded(line, body, "")
    lead = text[: begins[0]] if begins else text
    if re.search(r"\d{6} ?UTC|\d[\d.,-]{3,8} ?[NS]\b.{0,6}\d[\d.,-]{4,9} ?[EW]\b", lead):
        line = first + len(lead) - len(lead.lstrip("\n"))
        yield Message(
            line, lead.strip()[:LONGEST], wrong="no series and number (such as NAVAREA III 0123/25) before it"
        )


def _bounded(line: int, text: str, frame: str) -> Message:
    wrong = f"{len(text)} characters: no single warning" if len(text) > LONGEST else ""
    return Message(line, text[:LONGEST], frame, wrong)
