"""Who says what about the invented world: outlets and their copies, offices, parties, monitors and sensors.

Every witness has its own honesty, stated beside it. All places are honest: the stated radius holds the true place
with 90 % probability. Times are not always: one report in 25 names the day after.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ceasefire.testing.rows import Rows
from ceasefire.testing.world import (
    CHANNELS,
    CLOCK_HOURS,
    FIRST_DAY,
    OUTLETS,
    PARTIES,
    SEES,
    Events,
    Land,
    Looks,
    displace,
)

Array = np.ndarray[Any, Any]

OFFICE: dict[str, str] = {"north": "Northern Ministry of Defence", "south": "Southern Ministry of Defence"}
"""The offices through which the parties speak."""
EXAGGERATES = 0.35
"""Chance that the attacked party calls another object an energy facility."""
DENIES = 0.45
"""Chance that the party blamed denies it."""
BLAMES_BACK = 0.25
"""Share of denials that say the accuser did it."""
ADMITS = 0.08
"""Chance that the attacker says it did it; it then names a military object more often than not."""
COPIES = 0.8
"""Mean number of outlets that copy one report."""
STATES_ORIGIN = 0.8
"""Share of copies that say from whom they copied."""
WRONG_DAY = 0.04
"""Share of reports that name the day after."""
_TRUST: dict[str, tuple[str, int, float, float, float]] = {
    # reliability, credibility, P(exact object class), P(parent class), P(wrong class); else no class is given
    "Herald": ("B", 2, 0.70, 0.20, 0.03),
    "Courier": ("C", 3, 0.55, 0.25, 0.07),
    "Rumour Mill": ("E", 4, 0.35, 0.20, 0.30),
    "monitor": ("A", 2, 0.80, 0.15, 0.01),
    "official": ("B", 3, 0.75, 0.15, 0.03),
}
_WRONG: tuple[str, ...] = ("energy.electricity.grid", "civilian.housing", "industry", "military", "transport.rail")


def chance(land: Land, looks: Looks, events: Events, channel: str) -> Array:
    """Give the true chance that a channel's look shows each event, 0 where the look was lost; shape (n,)."""
    return SEES[channel] * _quality(looks, events, channel)


def sensors(land: Land, looks: Looks, events: Events, rng: np.random.Generator) -> Rows:
    """Give the rows that sensors write: heat, radar change, and drones.

    Parameters
    ----------
    land, looks, events
        The world.
    rng
        Random numbers.
    """
    parts = []
    kinds = (("satellite.thermal", 0.8, 6.0), ("satellite.radar", 0.5, 12.0), ("drone", 0.3, 1.0))
    for channel, radius_km, hours in kinds:
        seen = events.real & (rng.random(len(events.time)) < chance(land, looks, events, channel))
        if channel == "satellite.thermal":
            seen |= events.alarm
        at = np.flatnonzero(seen)
        n = len(at)
        lon, lat = displace(events.lon[at], events.lat[at], radius_km, rng)
        half = int(hours * 3600)
        middle = events.time[at] + rng.integers(-half, half + 1, n)
        drone = channel == "drone"
        attack = events.act[at] != "fire"
        knows = drone & attack & (rng.random(n) < 0.4)
        parts.append(
            Rows(
                n,
                event=at,
                kind="event",
                procedure="sensor",
                channel=channel,
                start=middle - half,
                end=middle + half,
                said=events.time[at] + 4 * 3600,
                lon=lon,
                lat=lat,
                radius_km=radius_km,
                act=events.act[at] if drone else ("fire" if channel == "satellite.thermal" else "attack"),
                object_class=events.object_class[at] if drone else "",
                effect="fire" if channel == "satellite.thermal" else "damage",
                accused=np.where(knows, events.party[at], ""),
                basis=np.where(knows, "trajectory", ""),
                control=land.owner[events.region[at]],
                reliability="B",
                credibility=2,
                summary=f"{channel} saw a change or heat here.",
            )
        )
    return Rows.concat(parts)


def outlets(land: Land, looks: Looks, events: Events, rng: np.random.Generator) -> Rows:
    """Give the reports of independent media, with the copies that others make of them."""
    parts = []
    quality = _quality(looks, events, "news")
    for outlet, share in OUTLETS.items():
        p = np.where(events.real, share * quality, (0.3 if outlet == "Rumour Mill" else 0.03) * ~events.alarm)
        at = np.flatnonzero(rng.random(len(events.time)) < p)
        original = _report(land, events, at, outlet, rng)
        original = original.replace(
            channel="news",
            origin=Rows.label(f"{outlet.lower().replace(' ', '-')}-", at),
            **_blame(events, at, rng, names=0.55, wrong=0.06),
        )
        copies = original.repeat(rng.poisson(COPIES, len(at)))
        stated = rng.random(copies.n) < STATES_ORIGIN
        copies = copies.replace(
            speaker="copying outlet",
            said=copies["said"] + rng.integers(600, 43_200, copies.n),
            origin=np.where(stated, copies["origin"], ""),
            reliability="D",
            credibility=6,
        )
        parts += [original, copies]
    return Rows.concat(parts)


def monitors(land: Land, looks: Looks, events: Events, rng: np.random.Generator) -> Rows:
    """Give the reports of third-party monitors: few, careful, and only from where they were let in."""
    seen = events.real & (rng.random(len(events.time)) < chance(land, looks, events, "monitor"))
    at = np.flatnonzero(seen)
    rows = _report(land, events, at, "monitor", rng)
    return rows.replace(channel="monitor", **_blame(events, at, rng, names=0.5, wrong=0.01))


def officials(land: Land, events: Events, rng: np.random.Generator) -> Rows:
    """Give the reports of local authorities: they see much of their own region and blame the other side."""
    at = np.flatnonzero(events.real & (rng.random(len(events.time)) < 0.40))
    rows = _report(land, events, at, "official", rng)
    other = _other(land.owner[events.region[at]])
    attack = events.act[at] != "fire"
    fragment = attack & (rng.random(len(at)) < 0.15)
    return rows.replace(
        channel="official",
        speaker="regional administration",
        accused=np.where(attack & (rng.random(len(at)) < 0.8), other, ""),
        basis=np.where(fragment, "weapon_fragment", ""),
    )


def parties(land: Land, events: Events, rng: np.random.Generator) -> Rows:
    """Give what the parties claim, exaggerate, invent, admit and deny.

    The attacked side claims most attacks, calls a third of the other objects energy facilities, takes some accidents
    for attacks, and claims events that never were; the side it blames denies almost half.
    """
    n = len(events.time)
    holder = land.owner[events.region]
    blamed = _other(holder)
    accident = events.act == "fire"
    p = np.where(events.real, np.where(accident, 0.3, 0.75), np.where(events.alarm, 0.0, 0.85))
    at = np.flatnonzero(rng.random(n) < p)
    claims = _report(land, events, at, "official", rng)
    inflated = rng.random(len(at)) < EXAGGERATES
    energy = np.char.startswith(events.object_class[at].astype(str), "energy")
    act = np.where(accident[at], "attack.air.drone", claims["act"])
    claims = claims.replace(
        kind="claim",
        procedure="claim",
        channel="party",
        act=act,
        claimant=holder[at],
        speaker=_office(holder[at]),
        accused=blamed[at],
        object_class=np.where(inflated & ~energy, "energy.electricity.grid", claims["object_class"]),
        alternatives="",
        reliability="D",
        credibility=4,
    )
    denied = rng.random(len(at)) < DENIES
    back = rng.random(int(denied.sum())) < BLAMES_BACK
    denials = claims.take(denied)
    denials = denials.replace(
        kind=np.where(back, "claim", "denial"),
        claimant=blamed[at[denied]],
        speaker=_office(blamed[at[denied]]),
        accused=np.where(back, holder[at[denied]], blamed[at[denied]]),
        alternatives=np.where(back, "own_fire", ""),
        said=denials["said"] + rng.integers(3600, 86_400, denials.n),
        effect="",
    )
    done = np.flatnonzero(events.real & ~accident & (rng.random(n) < ADMITS))
    admitted = _report(land, events, done, "official", rng)
    military = rng.random(len(done)) < 0.6
    admitted = admitted.replace(
        kind="claim",
        procedure="claim",
        channel="party",
        claimant=events.party[done],
        speaker=_office(events.party[done]),
        accused=events.party[done],
        basis="claim_of_responsibility",
        object_class=np.where(military, "military", admitted["object_class"]),
        reliability="D",
        credibility=3,
    )
    return Rows.concat([claims, denials, admitted])


def _report(land: Land, events: Events, at: Array, who: str, rng: np.random.Generator) -> Rows:
    """Give one report of each event by one kind of witness: place, time, act and object as it tells them."""
    n = len(at)
    reliability, credibility, exact, parent, wrong = _TRUST[who]
    lon, lat, radius_km, place = _places(land, events, at, rng)
    start, end = _times(events.time[at], rng)
    act = events.act[at].copy()
    vague = rng.random(n)
    act[(vague < 0.12) & (act != "fire")] = "attack"
    accident = events.act[at] == "fire"
    act[accident & (vague > 0.75)] = "attack"
    object_class = events.object_class[at].copy()
    how = rng.random(n)
    above = np.array([c.rpartition(".")[0] or c for c in object_class], dtype=object)
    mistaken = np.array(_WRONG, dtype=object)[rng.integers(0, len(_WRONG), n)]
    object_class = np.select(
        [how < exact, how < exact + parent, how < exact + parent + wrong], [object_class, above, mistaken], ""
    ).astype(object)
    lag = np.minimum(rng.exponential(5 * 3600, n), 30 * 3600).astype(np.int64) + 600
    return Rows(
        n,
        event=at,
        kind="event",
        procedure="report",
        start=start,
        end=end,
        said=events.time[at] + lag,
        place=place,
        lon=lon,
        lat=lat,
        radius_km=radius_km,
        act=act,
        object_class=object_class,
        effect=np.where(rng.random(n) < 0.4, "damage", ""),
        speaker=who if who in OUTLETS else "",
        alternatives=np.where(accident & (rng.random(n) < 0.5), "accident", ""),
        control=land.owner[events.region[at]],
        reliability=reliability,
        credibility=credibility,
        summary=Rows.join("An attack or fire near ", place, " was reported."),
    )


def _places(land: Land, events: Events, at: Array, rng: np.random.Generator) -> tuple[Array, Array, Array, Array]:
    n = len(at)
    town, region = events.town[at], events.region[at]
    how = rng.choice(4, n, p=[0.15, 0.65, 0.16, 0.04])  # exact, town, district, region
    spread = np.array([1.0, 0.0, 20.0, 0.0])[how]
    lon, lat = displace(events.lon[at], events.lat[at], spread, rng)
    lon = np.select([how == 1, how == 3], [land.lon[town], np.round(land.disc[region, 0], 4)], lon)
    lat = np.select([how == 1, how == 3], [land.lat[town], np.round(land.disc[region, 1], 4)], lat)
    radius = np.select([how == 0, how == 1, how == 2], [1.0, 5.0, 20.0], np.ceil(land.disc[region, 2]))
    place = np.where(how == 3, land.codes[region], land.name[town])
    return lon, lat, radius, place


def _times(time: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    n = len(time)
    step = np.array([2 * 3600, 6 * 3600, 86_400])[rng.choice(3, n, p=[0.35, 0.25, 0.40])]
    begin = (FIRST_DAY - np.timedelta64(CLOCK_HOURS, "h")).astype("datetime64[s]").astype(np.int64)
    start = begin + (time - begin) // step * step
    start += 86_400 * (rng.random(n) < WRONG_DAY)
    return start, start + step


def _blame(events: Events, at: Array, rng: np.random.Generator, *, names: float, wrong: float) -> dict[str, Array]:
    n = len(at)
    party = events.party[at]
    told = (rng.random(n) < names) & (party != "other")
    accused = np.where(rng.random(n) < wrong, _other(party), party)
    return {"accused": np.where(told, accused, "").astype(object)}


def _quality(looks: Looks, events: Events, channel: str) -> Array:
    begin = (FIRST_DAY - np.timedelta64(CLOCK_HOURS, "h")).astype("datetime64[s]").astype(np.int64)
    day = (events.time - begin) // 86_400
    return np.asarray(looks.quality[events.region, day, CHANNELS.index(channel)])


def _other(party: Array) -> Array:
    return np.where(party == PARTIES[0], PARTIES[1], PARTIES[0]).astype(object)


def _office(party: Array) -> Array:
    return np.where(party == "north", OFFICE["north"], OFFICE["south"]).astype(object)
