"""Burn scars as evidence: what optical scenes say of thermal observations, and the looks, lost ones too.

A scar is an observation of its own channel on the heat's place and time, so that fusion weighs it beside the heat. Its
evidence is the hash of the record of processing, which names every granule and its hash; the record itself is kept as
the observation's text and never published.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple

import numpy as np

from ceasefire.detectors.burn import AFTER_DAYS, RADIUS_M, Scar, scar
from ceasefire.geo.stack import Stack
from ceasefire.model.records import Look, Observation
from ceasefire.model.table import Table
from ceasefire.stats.burn import among_fires
from ceasefire.stats.cluster import space_time_clusters

CHANNEL = "satellite.optical"
SAME_KM, SAME_HOURS = 2.0, 24.0 * AFTER_DAYS
"""Fires nearer than both see one scar: they share an origin, so that it counts once."""

FIELDS = 0.5
"""Share of heat without an attack that burns fields and grass: a judgement. Most heat over Ukraine is stubble, dry
grass and steel (docs/methods/thermal.md), and a field that burns leaves the scar that a strike leaves."""


class Found(NamedTuple):
    """What optical scenes say of some fires."""

    observations: Table[Observation]
    """One for each fire where a scar could be looked for."""
    looks: Table[Look]
    """One for each fire, lost where too little was clear."""
    scars: dict[str, Scar]
    """What each observation was made from, by its id."""


def observations(
    fires: Table[Observation],
    windows: Iterable[tuple[Stack, Stack] | None],
    *,
    source: str,
    fields: float = FIELDS,
    **settings: Any,
) -> Found:
    """Give what optical scenes say of thermal observations.

    Parameters
    ----------
    fires
        Thermal observations: places, times and ids; fires without a place are passed over.
    windows
        For each fire, NIR and SWIR2 around it, or None where no scene was found; read one after the other.
    source
        Who publishes the scenes, as named in the case file.
    fields
        Share of heat without an attack that burns fields and grass. Fusion asks whether what was reported occurred, an
        attack mostly, so a scar weighs only as much as it does against such heat; 0 asks only whether something burned.
    settings
        As of `scar`.

    Returns
    -------
    One observation for each fire where a scar could be looked for, with its likelihood ratio, one look for every fire:
    lost, with its reason, where too little was clear, and what the pictures are made from.
    """
    made: list[Observation] = []
    looks: list[Look] = []
    scars: dict[str, Scar] = {}
    origin = _origins(fires)
    for fire, own, window in zip(fires, origin, windows, strict=True):
        if not (np.isfinite(fire.lon) and np.isfinite(fire.lat)):
            continue
        seen = None
        if window is not None:
            seen = scar(*window, lon=fire.lon, lat=fire.lat, start=fire.start, end=fire.end, **settings)
        looks.append(_look(fire, seen, source))
        if seen is not None and seen.contrast is not None:
            made.append(_observation(fire, seen, source, own, window, fields))
            scars[made[-1].id] = seen
    return Found(Table.of(Observation, made).sort("start", "id"), Table.of(Look, looks).sort("start", "id"), scars)


def _observation(
    fire: Observation, seen: Scar, source: str, origin: str, window: tuple[Stack, Stack] | None, fields: float
) -> Observation:
    ratio = float(among_fires(seen.ratio, fields=fields))
    scenes = window[0].scenes if window else ()
    return Observation(
        id="o-" + _short(f"{source}|burn|{fire.id}|{seen.processing.digest()}"),
        source=source,
        product=scenes[0].product if scenes else "sentinel2",
        granule=seen.processing.inputs[-1][0] if seen.processing.inputs else "",
        line=0,
        evidence=seen.processing.digest(),
        channel=CHANNEL,
        procedure="sensor",
        start=fire.start,
        end=fire.end,
        reported=max(_utc(seen.after[-1]), fire.end),
        lon=fire.lon,
        lat=fire.lat,
        radius_km=max(fire.radius_km, RADIUS_M / 1000.0),
        region=fire.region,
        act="fire",
        effect="fire",
        control=fire.control,
        reliability="B",
        credibility=3,
        origin=origin,
        likelihood_ratio=ratio,
        summary=_sentence(seen, ratio),
        text=seen.processing.text(),
        licence=scenes[0].licence if scenes else "",
    )


def _sentence(seen: Scar, ratio: float) -> str:
    assert seen.contrast is not None
    c = seen.contrast
    what = "A burn scar bears the heat out" if seen.ratio >= 2 else "No clear burn scar"
    return (
        f"{what}: against a ring around it, the disc's burn ratio fell by {c.fall:+.2f} and it darkened by "
        f"{c.darkening:+.2f} (log) between {len(seen.before)} dates before and {len(seen.after)} after; "
        f"{100 * min(seen.clear.disc, seen.clear.ring):.0f} % clear; likelihood ratio {seen.ratio:.1f} that something "
        f"burned, {ratio:.1f} among heat that burns fields, too."
    )


def _look(fire: Observation, seen: Scar | None, source: str) -> Look:
    why = "no data" if seen is None else seen.why
    clear = 0.0 if seen is None else min(seen.clear.disc, seen.clear.ring)
    return Look(
        id="l-" + _short(f"{source}|burn|{fire.id}"),
        source=source,
        channel=CHANNEL,
        region="",
        start=fire.start,
        end=fire.end,
        lon=fire.lon,
        lat=fire.lat,
        radius_km=RADIUS_M / 1000.0,
        acts=("fire",),
        quality=0.0 if why else round(clear, 3),
        lost=why,
    )


def _origins(fires: Table[Observation]) -> list[str]:
    """Give one origin to fires that one scar would bear out."""
    lon, lat = fires.column("lon"), fires.column("lat")
    known = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    out = [""] * len(fires)
    if len(known):
        hours = fires.column("start")[known].astype("datetime64[s]").astype(np.int64) / 3600.0
        y = lat[known] * 111.195
        x = lon[known] * 111.195 * np.cos(np.radians(lat[known]))
        group = space_time_clusters(x, y, hours, reach_km=SAME_KM, reach_hours=SAME_HOURS, least=1)
        ids = fires.column("id")[known]
        for k, g in zip(known.tolist(), group.tolist(), strict=True):
            out[k] = "b-" + _short(str(ids[g]))
    return out


def _short(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:12]


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)
