"""The page `sea.html`: who could be heard, what sailed, what was disturbed or dark, and what nobody could see.

Written wherever a case's area holds a sea. Without AIS it says so: then nothing is known of navigation, and the page
shows what reports and warnings tell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import isfinite
from pathlib import Path
from statistics import median

from markupsafe import Markup

from ceasefire.model.sea import Corridor, DarkDay, Sea
from ceasefire.model.taxonomy import covers
from ceasefire.model.vessel import EVENTS
from ceasefire.reporting import words
from ceasefire.reporting.given import ReportInput
from ceasefire.reporting.json_text import json_text
from ceasefire.reporting.matrix import TITLES, Matrix
from ceasefire.reporting.page import environment, template_text
from ceasefire.reporting.sea_map import STEPS, draw
from ceasefire.reporting.sea_release import release

PAGE, SHEET = "sea.html", "sea.json"
STYLES = ("page.css", "patrol.css", "seen.css", "sea.css")
WATER = "XZ-"
"""Prefix of the codes of seas."""
AT_SEA = ("transport.port", "transport.vessel")
"""Objects whose incidents are listed, wherever they lie."""
CHART, BARS = 1000.0, 120.0
"""Width of a chart of traffic and height of its bars, in the drawing's units."""
SHORT = 0.2
"""Days on which less of the traffic would have been heard are drawn hollow."""


@dataclass(frozen=True)
class Bar:
    """One day of a chart."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    """`before`, `now`, and `short` where too little would have been heard."""
    note: str


@dataclass(frozen=True)
class Chart:
    """Traffic of one corridor."""

    title: str
    sentence: str
    bars: tuple[Bar, ...]
    border: float
    """Where the case's period begins."""
    top: int
    first: str
    last: str


@dataclass(frozen=True)
class Listed:
    """The page, as the report names it."""

    deck: str
    waiting: int


def is_sea(report: ReportInput) -> bool:
    """Tell whether a case's area holds a sea."""
    return any(code.startswith(WATER) for code in report.regions)


def write(
    sea: Sea | None, folder: Path, public: ReportInput, matrix: Matrix, extra: Mapping[str, str]
) -> Listed | None:
    """Write sea.html and sea.json into a report's folder.

    Parameters
    ----------
    sea
        In full; None where the case has no source of AIS.
    folder
        The report's folder.
    public
        The report after its release.
    matrix
        Its incidents.
    extra
        Further sections as HTML made by this package, by id: conditions, silence, lines.

    Returns
    -------
    What was written; None where the case's area holds no sea, and earlier pages are removed.
    """
    for name in (PAGE, SHEET):
        (folder / name).unlink(missing_ok=True)
    if not is_sea(public):
        return None
    shown = release(sea, public.rules, issued=public.issued, clock=public.clock) if sea else None
    names = {code: public.region(code) for code in public.regions if code.startswith(WATER)}
    text = (
        environment()
        .get_template("sea.html")
        .render(
            style=Markup("".join(template_text(name) for name in STYLES)),  # noqa: S704  our own files
            title=public.title,
            sea=shown,
            deck=deck(shown, names),
            names=names,
            charts=[chart(c) for c in shown.corridors] if shown else [],
            drawing=draw(shown, public.shapes, names) if shown else None,
            steps=STEPS,
            days=_days(shown, names) if shown else [],
            events=_events(shown) if shown else [],
            disturbed=_disturbed(shown) if shown else 0,
            dark=_dark(shown, public) if shown else [],
            incidents=incidents(public, matrix),
            kinds=EVENTS,
            extra={k: Markup(v) for k, v in extra.items()},  # noqa: S704  made by our own templates, escaped there
            words=words,
            finite=isfinite,
            short=SHORT,
        )
    )
    (folder / PAGE).write_text("\n".join(line.rstrip() for line in text.splitlines() if line.strip()) + "\n", "utf-8")
    (folder / SHEET).write_text(json_text({"case": public.case, "sea": shown}) + "\n", encoding="utf-8")
    return Listed(deck(shown, names), shown.waiting if shown else 0)


def deck(sea: Sea | None, names: Mapping[str, str]) -> str:
    """Say in a few sentences what was heard, and what that means for corridors.

    >>> deck(None, {"XZ-BLS": "Black Sea"})
    'Nobody listened to ships in the Black Sea for this case: nothing is known of navigation, by day or in sum.'
    """
    if sea is None or not sea.days:
        where = words.joined([f"the {n}" for n in names.values()])
        return f"Nobody listened to ships in {where} for this case: nothing is known of navigation, by day or in sum."
    heard = [d.heard for d in sea.days if isfinite(d.heard)]
    said = [f"{words.number(sea.ships).capitalize()} ships were heard."]
    if heard:
        said.append(f"On the median day receivers would have heard {words.percent(median(heard))} of the traffic.")
    deaf = sum(not isfinite(d.heard) or d.heard == 0 or d.fixes == 0 for d in sea.days)
    if deaf:
        said.append(f"On {deaf} of {len(sea.days)} days and seas nobody could have heard a ship.")
    said += [compared(c) for c in sea.corridors]
    return " ".join(said)


def compared(corridor: Corridor) -> str:
    """Say how a corridor's traffic compares with the days before.

    >>> print(compared(Corridor(id="c", title="The lane", rings=(), days=(), before=(), rate=12.0, rate_before=10.0,
    ...     ratio=1.2, ratio_low=0.9, ratio_high=1.6)))
    The lane: 12.0 ships a day under full reception, against 10.0 before, 1.20 times as many (95 % 0.90 to 1.60).
    """
    if not isfinite(corridor.rate):
        return f"{corridor.title}: too little would have been heard to count ships."
    now = f"{corridor.title}: {corridor.rate:.1f} ships a day under full reception"
    if not isfinite(corridor.ratio_high):
        return f"{now}; there are no earlier days to compare with."
    reach = f"95 % {corridor.ratio_low:.2f} to {corridor.ratio_high:.2f}"
    return f"{now}, against {corridor.rate_before:.1f} before, {corridor.ratio:.2f} times as many ({reach})."


def chart(corridor: Corridor) -> Chart:
    """Draw a corridor's ships a day, before and in the period."""
    every = [(d, "before") for d in corridor.before] + [(d, "now") for d in corridor.days]
    top = max((d.ships for d, _ in every), default=0) or 1
    step = CHART / max(len(every), 1)
    bars = []
    for k, (d, kind) in enumerate(every):
        enough = isfinite(d.heard) and d.heard >= SHORT
        height = BARS * d.ships / top
        told = words.percent(d.heard) if isfinite(d.heard) else "an unknown share"
        bars.append(
            Bar(
                x=round(k * step + 0.1 * step, 2),
                y=round(BARS - height, 2),
                width=round(0.8 * step, 2),
                height=round(height, 2),
                kind=f"{kind}{'' if enough else ' short'}",
                note=f"{d.day}: {d.ships} ships, {d.crossings} entries; {told} of the traffic would have been heard",
            )
        )
    return Chart(
        title=corridor.title,
        sentence=compared(corridor),
        bars=tuple(bars),
        border=round(len(corridor.before) * step, 2),
        top=top,
        first=str(every[0][0].day) if every else "",
        last=str(every[-1][0].day) if every else "",
    )


@dataclass(frozen=True)
class Listing:
    """One incident as the page lists it."""

    id: str
    date: str
    where: str
    what: str
    occurred: str
    group: str
    """What the readings make of it, in words."""
    linked: bool
    """Whether the report's tables show it."""


def incidents(report: ReportInput, matrix: Matrix) -> list[Listing]:
    """Give the incidents at sea, in ports and on ships, earliest first, also those that no reading covers."""
    known = {r.id: r for r in matrix.rows}
    out = []
    for i in report.incidents.sort("start", "id"):
        if not (i.region.startswith(WATER) or covers(AT_SEA, i.object_class)):
            continue
        row = known.get(i.id)
        group = TITLES[row.group][1].lower() if row and row.group in TITLES else _verdicts(report, i.id)
        date, _ = words.span(i.start, i.end, report.clock)
        what = f"{words.act(i.act)}, {words.thing(i.object_class)}"
        chance = words.chance(i.p_occurred)
        out.append(Listing(i.id, date, report.region(i.region), what, chance, group, bool(row and row.group in TITLES)))
    return out


def _verdicts(report: ReportInput, incident: str) -> str:
    """Give the verdicts of every reading on an incident, each once."""
    said = report.findings.where(kind="incident", subject=incident).column("verdict").tolist()
    found = [words.VERDICTS.get(v, ("", v))[1] for v in dict.fromkeys(said)]
    return f"{words.joined(found)}, by reading" if len(found) > 1 else "".join(found) or "not judged"


def _days(sea: Sea, names: Mapping[str, str]) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Give of each sea the class, text and note of each day: tenths of the traffic that would have been heard."""
    out = []
    for code in sea.seas:
        cells = []
        for d in (d for d in sea.days if d.region == code):
            known = isfinite(d.heard) and d.fixes > 0
            tenth = min(int(10 * d.heard), 9) if known else 0
            share = words.percent(d.heard) if known else "nothing"
            cells.append(
                (
                    f"q{tenth}" if known else "x",
                    str(tenth) if known else "×",
                    f"{d.day}: {d.ships} ships heard; {share} of the traffic would have been; "
                    f"{d.silent_hours:.0f} hours without any message",
                )
            )
        out.append((names.get(code, code), cells))
    return out


def _events(sea: Sea) -> list[tuple[str, str, int, float]]:
    """Give kind, meaning, number and expected number of events over the period."""
    number: Counter[str] = Counter()
    expected: Counter[str] = Counter()
    for e in sea.events:
        number[e.kind] += e.number
        expected[e.kind] += e.expected  # type: ignore[assignment]
    return [
        (kind.replace("_", " ").replace(".", ", "), EVENTS[kind.split(".", maxsplit=1)[0]], n, float(expected[kind]))
        for kind, n in sorted(number.items())
    ]


def _disturbed(sea: Sea) -> int:
    """Count the days with a cell that was likely disturbed."""
    return len({c.start.date() for c in sea.disturbed if c.probability >= STEPS[1]})


def _dark(sea: Sea, report: ReportInput) -> list[tuple[str, int, int, int, str, str, int]]:
    """Give of each zone days, scenes, ships, expected number that were silent, its interval, and ships untold."""
    titles = {z.id: z.title for z in report.agreement.zones}
    out = []
    for zone in dict.fromkeys(d.zone for d in sea.dark):
        of: Sequence[DarkDay] = [d for d in sea.dark if d.zone == zone]
        days: set[date] = {d.day for d in of}
        low, high = sum(d.low for d in of), sum(d.high for d in of)
        out.append(
            (
                titles.get(zone) or report.region(zone),
                len(days),
                sum(d.scenes for d in of),
                sum(d.ships for d in of),
                f"{sum(d.expected for d in of):.1f}",
                f"{low:.1f} to {high:.1f}",
                sum(d.untold for d in of),
            )
        )
    return out
