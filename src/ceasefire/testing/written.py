"""The files of a simulated world: what the columns are, and how drawn arrays become rows of text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ceasefire.testing import invented, witnesses, world
from ceasefire.testing.rows import Rows, when
from ceasefire.testing.world import CHANNELS, CLOCK, CLOCK_HOURS, Events, Land, Looks

Array = np.ndarray[Any, Any]


def _columns(names: str) -> tuple[str, ...]:
    return tuple(names.split())


FACTS = _columns(
    "id kind start end clock place lat lon radius_km act object_class effect channel procedure claimant speaker "
    "accused basis alternatives control provision low high words unit reliability credibility origin said summary url"
)
"""Columns of the product `facts`."""
LOOKS = _columns("source channel region lat lon radius_km start end acts quality lost")
"""Columns of the product `looks`."""
INCIDENTS = _columns("id time lon lat region place act object_class party protected")
"""Columns of `truth/incidents.csv`."""
CHANCES = _columns("region channel start end quality lost probability")
"""Columns of `truth/looks.csv`."""


def numbered(rows: Rows, prefix: str) -> Rows:
    """Order rows by when they were said, number them, and write their times on the case's clock."""
    rows = rows.take(np.lexsort((np.arange(rows.n), rows["event"], rows["said"])))
    ids = Rows.label(prefix, np.arange(1, rows.n + 1))
    return rows.replace(
        id=ids,
        clock=CLOCK,
        start=when(rows["start"], hours=CLOCK_HOURS),
        end=when(rows["end"], hours=CLOCK_HOURS),
        said=when(rows["said"], hours=CLOCK_HOURS),
        url=Rows.join("https://example.org/simulated/", ids),
    )


def totals(events: Events, *, days: int) -> Rows:
    """Give what each party says, week by week, is the sum of the other's violations: about twice too many."""
    rng = np.random.default_rng([events.time.size, days])
    begin = (world.FIRST_DAY - np.timedelta64(CLOCK_HOURS, "h")).astype("datetime64[s]").astype(np.int64)
    weeks = begin + 7 * 86_400 * np.arange(days // 7)
    parts = []
    for party, other in (world.PARTIES, world.PARTIES[::-1]):
        mine = events.real & (events.party == other) & np.char.startswith(events.object_class.astype(str), "energy")
        true = np.histogram(events.time[mine], np.append(weeks, weeks[-1] + 7 * 86_400))[0]
        said = np.round(true * rng.uniform(1.2, 2.8, len(weeks)) + 1)
        parts.append(
            Rows(
                len(weeks),
                id=Rows.label(f"t-{party}-", np.arange(1, len(weeks) + 1), 2),
                kind="total",
                start=when(weeks, hours=CLOCK_HOURS),
                end=when(weeks + 7 * 86_400, hours=CLOCK_HOURS),
                clock=CLOCK,
                said=when(weeks + 7 * 86_400 + 6 * 3600, hours=CLOCK_HOURS),
                act="attack",
                object_class="energy",
                channel="party",
                procedure="claim",
                claimant=party,
                speaker=witnesses.OFFICE[party],
                accused=other,
                provision="energy",
                low=said,
                high=said,
                words=Rows.join(said.astype(np.int64).astype(str).astype(object), " violations"),
                unit="violations",
                reliability="D",
                credibility=4,
                summary=f"The {party} states a weekly number of violations by the {other}.",
                url=f"https://example.org/simulated/totals/{party}",
            )
        )
    return Rows.concat(parts)


def look_rows(land: Land, looks: Looks) -> Rows:
    """Give one row per region, day and channel: the look, or why it was lost."""
    k, days, channels = looks.quality.shape
    region, day, channel = (a.ravel() for a in np.indices((k, days, channels)))
    begin = (world.FIRST_DAY - np.timedelta64(CLOCK_HOURS, "h")).astype("datetime64[s]").astype(np.int64)
    start = begin + 86_400 * day
    names = np.array(CHANNELS, dtype=object)
    sensor = np.array(["reports" if c in ("news", "monitor") else "sensors" for c in CHANNELS], dtype=object)
    acts = np.array(["attack|fire" if c != "satellite.radar" else "attack" for c in CHANNELS], dtype=object)
    return Rows(
        len(region),
        source=sensor[channel],
        channel=names[channel],
        region=land.codes[region],
        start=when(start, zone="Z"),
        end=when(start + 86_400, zone="Z"),
        acts=acts[channel],
        quality=looks.quality.ravel(),
        lost=looks.lost.ravel(),
        seconds=start,
    )


def truth(folder: Path, land: Land, events: Events, files: dict[str, Rows], looked: Rows) -> None:
    """Write what really happened, the true chance of each look, and which row tells of which incident."""
    real = np.flatnonzero(events.real)
    ids = np.full(len(events.time), "", dtype=object)
    ids[real] = Rows.label("t-", np.arange(1, len(real) + 1))
    Rows(
        len(real),
        id=ids[real],
        time=when(events.time[real], zone="Z"),
        lon=events.lon[real],
        lat=events.lat[real],
        region=land.codes[events.region[real]],
        place=land.name[events.town[real]],
        act=events.act[real],
        object_class=events.object_class[real],
        party=events.party[real],
        protected=np.where(invented.protected(events.object_class[real]), "yes", "no").astype(object),
    ).write(folder / "incidents.csv", INCIDENTS)
    channel = looked["channel"]
    sees = np.array([world.SEES[c] for c in channel]) * looked["quality"]
    looked.replace(probability=np.round(sees, 4)).write(folder / "looks.csv", CHANCES)
    Rows.concat(
        [
            Rows(r.n, file=name, line=np.arange(2, r.n + 2), id=r["id"], incident=ids[r["event"]])
            for name, r in files.items()
        ]
    ).write(folder / "rows.csv", ["file", "line", "id", "incident"])
