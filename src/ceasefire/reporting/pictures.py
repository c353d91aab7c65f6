"""The page of pictures beside the report: what pixels show of released incidents, and what is held back and why.

Why a page of its own: it is the one place where pixels are published, so it is the one place to guard. A picture of
something that is not released is not even named; of what is released, a picture that must wait is one line that says
so. Everything else is not written: no file, no hash, no caption.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from hashlib import sha256
from math import isfinite
from pathlib import Path
from zoneinfo import ZoneInfo

from markupsafe import Markup

from ceasefire.model.picture import KINDS, Picture
from ceasefire.model.processing import Processing
from ceasefire.model.records import Incident
from ceasefire.model.table import Table
from ceasefire.reporting import words
from ceasefire.reporting.given import ReportInput
from ceasefire.reporting.json_text import json_text
from ceasefire.reporting.page import _asset, environment
from ceasefire.reporting.release import LOCATION_SHARE, WITHHELD

FOLDER, PAGE, SHEET = "images", "images.html", "images.json"
PLACE_WORDS = ("lon", "lat", "longitude", "latitude", "bounds", "window", "west", "south", "east", "north", "x", "y")
"""Names of parameters that are never printed."""


@dataclass(frozen=True)
class Pictures:
    """The pictures of a run, before release."""

    rows: Table[Picture] | Sequence[Picture] = ()
    """What there is."""
    png: Mapping[str, bytes] = field(default_factory=dict)
    """Bytes by their SHA-256."""


@dataclass(frozen=True)
class Shown:
    """One picture as published."""

    id: str
    kind: str
    file: str
    """Path within the report."""
    image: str
    """SHA-256."""
    width: int
    height: int
    caption: str
    alt: str
    observation: str
    evidence: str
    """SHA-256 of the record of processing."""
    code: str
    scenes: tuple[tuple[str, str], ...]
    """Granule id and SHA-256."""
    parameters: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Waiting:
    """One picture that is held back: that it exists, and why it is not here."""

    id: str
    kind: str
    why: str


@dataclass(frozen=True)
class Gallery:
    """The pictures of one incident."""

    incident: str
    title: str
    when: str
    shown: tuple[Shown, ...]
    waiting: tuple[Waiting, ...]


@dataclass(frozen=True)
class Released:
    """What the page shows."""

    galleries: tuple[Gallery, ...]
    unnamed: int
    """Pictures of what is not released, or is named by region only: counted, never named."""


def release(pictures: Pictures, public: ReportInput) -> Released:
    """Sort pictures into those that may be published, those that wait, and those that may not be named.

    Parameters
    ----------
    pictures
        All pictures of the run.
    public
        The report after its release.

    Raises
    ------
    ValueError
        A picture without bytes, or with other bytes than its hash says.
    """
    rules = public.rules.images
    now = datetime.combine(public.issued, time(), ZoneInfo(public.clock)).astimezone(UTC)
    of = _incidents_by_observation(public)
    open_ = {o.id for o in public.observations if o.source != WITHHELD}
    groups: dict[str, tuple[list[Shown], list[Waiting]]] = {}
    by_id: dict[str, Incident] = {}
    unnamed = 0
    for p in sorted(pictures.rows, key=lambda p: (p.acquired, p.observation, KINDS.index(p.kind), p.id)):
        incident = of.get(p.observation)
        if incident is None or p.observation not in open_:
            unnamed += 1
            continue
        data = _bytes(pictures, p)
        protected = incident.p_object >= LOCATION_SHARE or not isfinite(incident.p_object)
        why = rules.held(p, data, protected=protected, now=now)
        shown, waiting = groups.setdefault(incident.id, ([], []))
        by_id[incident.id] = incident
        if why:
            waiting.append(Waiting(p.id, p.kind, why))
        else:
            shown.append(_shown(p))
    galleries = [
        Gallery(
            i.id,
            ", ".join(dict.fromkeys(n for n in (i.place, public.region(i.region)) if n)),
            words.days(i.start, i.end, year=True) if i.start.date() != i.end.date() else words.day(i.start, year=True),
            tuple(groups[i.id][0]),
            tuple(groups[i.id][1]),
        )
        for i in sorted(by_id.values(), key=lambda i: (i.start, i.id))
    ]
    return Released(tuple(galleries), unnamed)


def write(pictures: Pictures, public: ReportInput, folder: Path) -> Path | None:
    """Write images.html, images.json and images/<hash>.png into a report's folder.

    Pictures of an earlier issue in the same folder are removed first: what a new issue holds back must not stay.

    Parameters
    ----------
    pictures
        All pictures of the run, before release.
    public
        The report after its release, as `report.build` gives it.
    folder
        The report's folder.

    Returns
    -------
    Path of the page; None where the run has no pictures.

    Raises
    ------
    ValueError
        As of `release`.
    """
    target = folder / FOLDER
    for old in target.glob("*.png") if target.is_dir() else ():
        old.unlink()
    for name in (PAGE, SHEET):
        (folder / name).unlink(missing_ok=True)
    if not len(pictures.rows):
        return None
    found = release(pictures, public)
    every = [s for g in found.galleries for s in g.shown]
    target.mkdir(parents=True, exist_ok=True)
    for s in every:
        (folder / s.file).write_bytes(pictures.png[s.image])
    (folder / SHEET).write_text(
        json_text({"case": public.case, "galleries": found.galleries, "unnamed": found.unnamed}) + "\n",
        encoding="utf-8",
    )
    text = (
        environment()
        .get_template(PAGE)
        .render(
            style=Markup(_asset("page.css")),  # noqa: S704  our own file
            title=public.title,
            found=found,
            rules=public.rules.images,
            number=len(every),
            waiting=sum(len(g.waiting) for g in found.galleries),
            inline={s.image: base64.b64encode(pictures.png[s.image]).decode() for s in every},
        )
    )
    page = folder / PAGE
    page.write_text("\n".join(line.rstrip() for line in text.splitlines() if line.strip()) + "\n", encoding="utf-8")
    return page


def _incidents_by_observation(public: ReportInput) -> dict[str, Incident]:
    """Give the released incident of each observation; those named by region only have none."""
    return {o: i for i in public.incidents if isfinite(i.lon) and isfinite(i.lat) for o in i.observations}


def _bytes(pictures: Pictures, picture: Picture) -> bytes:
    data = pictures.png.get(picture.image)
    if data is None:
        raise ValueError(f"picture {picture.id} has no bytes")
    if sha256(data).hexdigest() != picture.image:
        raise ValueError(f"the bytes of picture {picture.id} are not those that were described")
    return data


def _shown(p: Picture) -> Shown:
    done = Processing.read(p.processing) if p.processing else None
    return Shown(
        id=p.id,
        kind=p.kind,
        file=f"{FOLDER}/{p.image}.png",
        image=p.image,
        width=p.width,
        height=p.height,
        caption=p.caption,
        alt=p.alt,
        observation=p.observation,
        evidence=done.digest() if done else "",
        code=f"Ceasefire {done.code}, {done.method}" if done else "",
        scenes=done.inputs if done else tuple((s, "") for s in p.scenes),
        parameters=tuple((k, v) for k, v in done.parameters if k.lower() not in PLACE_WORDS) if done else (),
    )
