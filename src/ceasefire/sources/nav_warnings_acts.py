"""Acts that navigational warnings tell of: a mine sighted, satellite positions disturbed, a ship attacked.

Why so few: a warning tells mariners of a danger, not of who is to blame. What closes an area gives a zone and no
observation (decision record 0053).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from ceasefire.geo import regions
from ceasefire.model.intake import Window
from ceasefire.model.nav_warning import NavWarning
from ceasefire.model.records import EPOCH, Observation

SEEN_WITHIN = timedelta(hours=24)
"""What a warning reports without an hour happened this long before it was issued, at most."""
RELIABILITY = "B"
_ACTS = {"mine": "presence", "gnss": "interference"}
_MEANS = (
    ("attack.air.drone", r"\bUAVS?\b|AERIAL DRONE|(?<!SEA )(?<!SURFACE )(?<!NAVAL )\bDRONES?\b(?! BOAT)"),
    (
        "attack.naval",
        r"\bUSVS?\b|(?:SEA|SURFACE|NAVAL) DRONE|DRONE BOAT|TORPEDO|\bMINES?\b|WARSHIP|GUNBOAT|SPEED ?BOAT",
    ),
    ("attack.air.missile", r"MISSILE|ROCKET"),
)


def observations_of(
    one: NavWarning, told: Sequence[datetime], window: Window, options: Mapping[str, Any]
) -> list[Observation]:
    """Give the observation of a warning that tells of an act in the window; others give none.

    Parameters
    ----------
    one
        The warning.
    told
        Single instants that its text names.
    window
        Period of the case.
    options
        `url` and `licence` of the source.
    """
    act = _ACTS.get(one.kind) or (_attack(one.text) if one.kind == "attack" else "")
    if not act:
        return []
    if one.issued == EPOCH and not told:
        return []  # a zone only: when it was seen is not told
    issued = one.issued if one.issued != EPOCH else told[0]
    seen = [t for t in told if t <= issued]
    start, end = issued - SEEN_WITHIN, issued + timedelta(minutes=1)
    if seen:
        start, end = seen[0], seen[0] + timedelta(hours=1)
    if end <= window.start or start >= window.end:
        return []
    subject = {"mine": "A mine was reported", "gnss": "Satellite positions were disturbed"}
    said = subject.get(one.kind, "A ship was reported attacked")
    where = ", ".join(one.areas) or regions.names().get(one.region, "a place not told")
    return [
        Observation(
            id="o-" + one.id[2:],
            source=one.source,
            product="nav_warnings",
            granule=one.granule,
            line=one.line,
            evidence=one.evidence,
            channel="party" if one.party else "official",
            procedure="claim" if one.party else "report",
            claimant=one.party,
            start=start,
            end=end,
            reported=issued,
            lon=one.lon,
            lat=one.lat,
            radius_km=one.radius_km,
            place=where.title(),
            region=one.region,
            act=act,
            object_class="transport.vessel" if one.kind == "attack" else "",
            effect="damage" if one.kind == "attack" and re.search(r"DAMAG|HOLED|FIRE\b", one.text) else "",
            alternatives=("accident", "third_actor")
            if one.kind in ("mine", "attack") and not _blames(one.text)
            else (),
            reliability=RELIABILITY,
            credibility=3,
            origin=f"r-{one.series}-{one.number}".replace(" ", "-"),
            summary=f"{said}: {where.title()}, {one.series} {one.number}.",
            text=one.text,
            url=str(options.get("url", "")),
            licence=str(options.get("licence", "")),
        )
    ]


def _attack(text: str) -> str:
    means = [act for act, pattern in _MEANS if re.search(pattern, text)]
    return means[0] if len(means) == 1 else "attack"


def _blames(text: str) -> bool:
    return bool(re.search(r"\bBY (?:RUSSIAN|UKRAINIAN|ENEMY|HOSTILE)\b", text))
