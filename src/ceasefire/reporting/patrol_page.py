"""The page of one patrol: planned against flown, what was and was not seen, why not, and what it rests on.

Two forms. The mission's own says on top that it is not for publication. The published one is made of what
`patrol_release` lets through, and of nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from math import isfinite
from pathlib import Path
from zoneinfo import ZoneInfo

from markupsafe import Markup

from ceasefire.model.patrol_record import Patrol, Place, Still
from ceasefire.reporting import words
from ceasefire.reporting.given import ReportInput
from ceasefire.reporting.json_text import json_text
from ceasefire.reporting.page import environment, template_text
from ceasefire.reporting.patrol_map import FINE_M, MEDIUM_M, digits, draw
from ceasefire.reporting.patrol_release import TAKE_OFF_KM, release
from ceasefire.reporting.patrol_stills import held
from ceasefire.reporting.release import ReleaseRules

SHEET = "patrols.json"
ACTS = {"attack": "damage", "fire": "fire", "movement": "movement", "presence": "vehicles", "outage": "outage"}
"""What a camera sees of an act, for the head of a column."""
SEEN, IN_PART = 0.9, 0.02
"""Share of a place from which it was seen, and from which it was seen in part."""
WHOLE, MOST = 0.995, 20


@dataclass(frozen=True)
class Row:
    """One place as the page lists it."""

    name: str
    sort: str
    planned: bool
    share: float
    best: str
    median: str
    stay: str
    looks: int
    quality: tuple[tuple[str, str], ...]
    """Word for each act, and its share of a full look or the reason why there is none."""
    gap: str
    """What of it was not seen, and why; empty where nothing is missing."""
    outside: bool
    """Not planned: only in reach."""


def render(
    patrol: Patrol,
    *,
    clock: str = "UTC",
    public: bool = False,
    home: str = "",
    title: str = "",
    rules: ReleaseRules | None = None,
    stills: Sequence[Still] = (),
    waiting: Sequence[str] = (),
    files: Sequence[tuple[str, str]] = (),
) -> str:
    """Give the page as HTML.

    Parameters
    ----------
    patrol
        In full, or as released.
    clock
        IANA clock in which times are printed.
    public
        Whether this is the published form.
    home, title
        Page and title of the report that it belongs to; empty for a page of its own.
    rules
        Release rules, of the published form.
    stills, waiting
        Pictures that are shown, and why others are not.
    files
        Name and meaning of files beside the page.
    """
    zone = ZoneInfo(clock)
    told = {line.place: line.reason for line in patrol.plan if line.reason}
    places = tuple(
        _row(p, told.get(p.id, ""))
        for p in sorted(patrol.places, key=lambda p: (not p.planned, p.kind != "zone", p.name))
    )
    acts = tuple(dict.fromkeys(a for p in patrol.places for a, _ in p.quality))
    text = (
        environment()
        .get_template("patrol.html")
        .render(
            style=Markup(template_text("page.css") + template_text("patrol.css")),  # noqa: S704  our own files
            p=patrol,
            public=public,
            home=home,
            title=title,
            day=words.day(patrol.start.astimezone(zone), year=True),
            span=_span(patrol.start, patrol.end, zone),
            clock="UTC" if clock == "UTC" else f"{clock.replace('_', ' ')} time",
            deck=deck(patrol),
            places=places,
            acts=[(a, ACTS.get(a, a)) for a in acts],
            gaps=[r for r in places if r.gap],
            drawing=draw(patrol),
            time=lambda t: f"{t.astimezone(zone):%H:%M}" if t else "",
            minutes=_minutes,
            digits=digits,
            part=part,
            words=words,
            light=_light(patrol),
            length=sum(leg.length_km for leg in patrol.legs),
            samples=sum(leg.samples for leg in patrol.legs),
            shown=sum(leg.shown for leg in patrol.legs),
            blind=_blind(patrol),
            fine=digits(FINE_M),
            medium=digits(MEDIUM_M),
            rules=rules,
            take_off=TAKE_OFF_KM,
            stills=stills,
            waiting=waiting,
            files=files,
            finite=isfinite,
        )
    )
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip()) + "\n"


def deck(patrol: Patrol) -> str:
    """Say in two sentences what the patrol saw and did not see.

    >>> from datetime import UTC
    >>> at = datetime(2025, 4, 1, 9, tzinfo=UTC)
    >>> print(deck(Patrol(id="f-1", source="s", start=at, end=at, regions=(), legs=(), places=(), plan=(), plan_file="",
    ...     cells=None, area_km2=0.0, lost=(), sightings=(), files=(), sun_deg=40.0, dark=False)))
    No image of this patrol shows ground: it saw nothing.
    """
    said = []
    if patrol.plan:
        states = [p.state for p in patrol.plan]
        n, seen, part = len(states), states.count("seen"), states.count("in part")
        said.append(f"Of {words.count(n, 'planned place')}, {seen} seen, {part} in part, {n - seen - part} not seen.")
    elif patrol.places:
        seen = sum(p.share >= SEEN for p in patrol.places)
        part = sum(IN_PART <= p.share < SEEN for p in patrol.places)
        n = len(patrol.places)
        said.append(f"Of {words.count(n, 'place')} in reach, {seen} seen, {part} in part, {n - seen - part} not seen.")
    if patrol.cells is None:
        said.append("No image of this patrol shows ground: it saw nothing.")
    else:
        said.append(f"{_area(patrol.area_km2)} of ground were in an image.")
    if patrol.lost:
        without = sum((i.end - i.start).total_seconds() for i in patrol.lost)
        said.append(f"For {_minutes(without)} no position could be relied on.")
    if patrol.dark:
        said.append("It was too dark for this camera.")
    return " ".join(said)


@dataclass(frozen=True)
class Listed:
    """One patrol as the list and the report name it."""

    file: str
    title: str
    deck: str


@dataclass(frozen=True)
class Flown:
    """The patrols of a report."""

    listed: tuple[Listed, ...]
    """Pages written, earliest patrol first."""
    waiting: int
    """Patrols that wait for their delay to run out."""


def write_all(patrols: Sequence[Patrol], folder: Path, public: ReportInput) -> Flown | None:
    """Write the pages of a case's patrols into a report's folder, as far as the rules let them.

    Pages of an earlier issue in the same folder are removed first: what a new issue holds back must not stay.

    Parameters
    ----------
    patrols
        In full.
    folder
        The report's folder.
    public
        The report after its release.

    Returns
    -------
    What was written; None where the case has no patrol.
    """
    for old in (*folder.glob("patrol-*.html"), folder / SHEET):
        old.unlink(missing_ok=True)
    if not patrols:
        return None
    ready, wait = release(patrols, public.rules, issued=public.issued, clock=public.clock)
    ready = tuple(sorted(ready, key=lambda p: (p.start, p.id)))
    out = []
    zone = ZoneInfo(public.clock)
    now = datetime.combine(public.issued, time(), zone).astimezone(UTC)
    for one in ready:
        name = f"patrol-{one.id}.html"
        why = {s.id: held(s, public.rules.images, taken=one.end, now=now) for s in one.stills}
        text = render(
            one,
            clock=public.clock,
            public=True,
            home="index.html",
            title=public.title,
            rules=public.rules,
            stills=[s for s in one.stills if not why[s.id]],
            waiting=waiting_words(why),
        )
        (folder / name).write_text(text, encoding="utf-8")
        when = f"{words.day(one.start.astimezone(zone), year=True)}, {_span(one.start, one.end, zone)}"
        out.append(Listed(name, when, deck(one)))
    if ready:
        sheet = {"case": public.case, "patrols": [replace(p, stills=()) for p in ready], "waiting": wait}
        (folder / SHEET).write_text(json_text(sheet) + "\n", encoding="utf-8")
    return Flown(tuple(out), wait)


def waiting_words(why: Mapping[str, str]) -> list[str]:
    """Say of each still that is held back that it exists, and why it is not shown.

    >>> waiting_words({"p-1": "nobody has reviewed it", "p-2": ""})
    ['A still exists (p-1) and is not shown: nobody has reviewed it.']
    """
    return [f"A still exists ({name}) and is not shown: {reason}." for name, reason in why.items() if reason]


def _row(place: Place, told: str) -> Row:
    """Give a place's row; `told` is why it was not seen, by the plan or the record."""
    lost = dict(place.lost)
    why = told or "; ".join(dict.fromkeys(lost.values()))
    one = len(set(lost.values())) == 1 and len(lost) == len(place.quality)
    shown = tuple(
        (ACTS.get(a, a), words.percent(q) if q > 0 else "–" if one else lost.get(a, "–"))
        for a, q in sorted(place.quality)
    )
    gap = ""
    if place.share < IN_PART:
        gap = f"nothing of it was seen: {why or 'not flown over'}"
    elif place.share < WHOLE:
        gap = f"{words.percent(1.0 - place.share)} of it was not seen" + (f": {why}" if why else "")
    elif why:
        gap = f"seen, but not well enough: {why}"
    return Row(
        name=place.name,
        sort="zone" if place.kind == "zone" else words.thing(place.object_class),
        planned=place.planned,
        share=place.share,
        best=digits(place.gsd_best_m),
        median=digits(place.gsd_median_m),
        stay=_minutes(place.seconds) if place.share > 0 else "–",
        looks=place.looks,
        quality=shown,
        gap=gap,
        outside=not place.planned,
    )


def _blind(patrol: Patrol) -> list[tuple[str, int]]:
    """Add up why images show no ground, most frequent first."""
    total: dict[str, int] = {}
    for leg in patrol.legs:
        for why, n in leg.lost:
            total[why] = total.get(why, 0) + n
    return sorted(total.items(), key=lambda kv: (-kv[1], kv[0]))


def _light(patrol: Patrol) -> str:
    where = "above" if patrol.sun_deg >= 0 else "below"
    return f"sun {abs(patrol.sun_deg):.0f}° {where} the horizon"


def _area(km2: float) -> str:
    return f"{km2:,.1f} km²" if km2 >= 10 else f"{km2:.2f} km²" if km2 >= 0.1 else f"{100 * km2:.1f} ha"


def _minutes(seconds: float) -> str:
    """Give a stay in words.

    >>> _minutes(42.4), _minutes(95.0), _minutes(0.0)
    ('42 s', '1 min 35 s', '0 s')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest} s" if rest and minutes < 10 else f"{minutes} min"


def part(share: float) -> str:
    """Give a share of a place; none and all are said as such.

    >>> part(0.0), part(0.004), part(0.34), part(0.9999)
    ('none', 'under 1%', '34%', 'all')
    """
    return "none" if share == 0 else "all" if share >= WHOLE else words.percent(share)


def _span(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    one, two = start.astimezone(zone), end.astimezone(zone)
    return f"{one:%H:%M} to {two:%H:%M}" + ("" if one.date() == two.date() else f" on {words.day(two)}")
