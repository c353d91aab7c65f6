"""Gaps: silences of ships that reception does not explain.

Why a probability: a ship falls silent because its transmitter is off, because nobody listens where it went, or because
the receiver failed. The other ships tell the three apart. What no other ship bears out stays open.

For each silence: P(nothing heard | transmitter on), over several ways the ship may have gone, with the reception that
the other ships show for each cell and hour; then Bayes' rule, with the share of silences that are switches learnt from
all silences of the same sea (one parameter, by expectation and maximisation).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ceasefire.detectors.vessel_doors import doors
from ceasefire.detectors.vessel_events import MOST, identifier, instant
from ceasefire.geo import distance
from ceasefire.geo.fixes import Fixes
from ceasefire.geo.reception import Reception
from ceasefire.geo.reporting import LONGEST_H, Waits, waits
from ceasefire.geo.tracks import KNOT_KM_S
from ceasefire.model.table import Table
from ceasefire.model.vessel import VesselEvent
from ceasefire.stats.reception_rate import none_heard

Array = NDArray[Any]

LEAST_H = 1.0
"""Shortest silence looked at, hours."""

LEAST_DUE = 10.0
"""Messages that must have been due."""

EDGE_S = 600.0
"""Time at both ends of a silence that tells nothing: a receiver may fail or come back within a tick of the estimate."""

STEP_S, MOST_STEPS = 300.0, 144
"""Step along a way, s, and most steps; longer silences take longer steps."""

WAYS = (0.5, 0.15, 0.15, 0.1, 0.1)
"""Weights of the ways: straight; on as before and then straight; straight and then as after; late; early."""

TRUST = 0.15
"""What a look by another ship is worth here: a silence is chosen because it is long, and where the estimate is wrong
there are more of them. Fitted on simulated seas with seeds 11 and 12, with 2 % and 30 % of the stations' time lost."""

ON_AGAIN = 4.0
"""Looks that the long-run reception is worth where no outage is supposed."""

WITNESS = 2.0
"""Looks by other ships at which an hour is as good as known."""

LIFE, ABOUT, ABOUT_H = 10.0, 5.0, 1.5
"""Strength of the priors of a ship's own ratio, over its life and about a silence, messages; hours about one."""

PRIOR_GAPS, PRIOR_HOURS = 1.0, 1000.0
"""Prior of the rate at which transmitters are switched off: so many in so many hours of ships."""

OUTAGE_H = 4.0
"""How long receivers fail on average, hours."""

LEAST_P = 0.05
"""Silences less probable than this are no events."""


class Silence(NamedTuple):
    """Silences; arrays of shape (silences,)."""

    before: Array
    """Row of the last fix before, in the fixes."""
    after: Array
    """Row of the first fix after."""
    due: Array
    """Messages that were due."""
    none: Array
    """P(nothing would have been heard | the transmitter was on)."""
    probability: Array
    """P(the transmitter was off)."""


def gaps(
    fixes: Fixes, reception: Reception, *, track: Any = None, unplaced: Fixes | None = None, least_h: float = LEAST_H,
    files: Sequence[str] = (),
) -> Table[VesselEvent]:  # fmt: skip
    """Find the silences that a transmitter switched off explains better than reception does.

    Parameters
    ----------
    fixes
        Cleaned fixes.
    reception
        Learnt from fixes of the same sea and time.
    track
        Number of the track of each fix under its MMSI (`vessel_clean.Cleaned.track`); None: one each.
    unplaced
        Messages without a position: one of them in a silence shows that the transmitter was on.
    least_h
        Shortest silence, hours.
    files
        SHA-256 of each file by its number.

    Returns
    -------
    Events of kind `gap`, by ship and time: `heard` is P(it would have been heard, had it been on), `probability`
    P(the transmitter was off). Silences before a ship's first fix and after its last are not looked at.
    """
    found = silences(fixes, reception, track=track, unplaced=unplaced, least_h=least_h)
    rows = []
    for a, b, due, none, p in zip(*found, strict=True):
        if p < LEAST_P:
            continue
        away = float(distance.km(fixes.lon[a], fixes.lat[a], fixes.lon[b], fixes.lat[b]))
        hours = float((fixes.times[b] - fixes.times[a]) / np.timedelta64(1, "s")) / 3600.0
        lon = float(distance.wrap(fixes.lon[a] + distance.wrap(fixes.lon[b] - fixes.lon[a]) / 2))
        lat = float(fixes.lat[a] + fixes.lat[b]) / 2
        start = instant(fixes.times[a])
        rows.append(
            VesselEvent(
                id=identifier("gap", int(fixes.mmsi[a]), start, lon, lat),
                kind="gap",
                mmsi=int(fixes.mmsi[a]),
                start=start,
                end=instant(fixes.times[b]),
                lon=round(lon, 5),
                lat=round(lat, 5),
                radius_km=round(max(away / 2, 1.0) + 0.1 * hours, 2),
                probability=round(min(float(p), MOST), 4),
                why=f"silent for {hours:.1f} h over {away:.0f} km; {due:.0f} messages were due; by what was heard of "
                f"other ships, all would have been missed with a chance of {none:.2g}",
                fixes=2,
                heard=round(1.0 - float(none), 4),
                evidence=tuple(sorted({files[k] for k in fixes.source[[a, b]].tolist() if k < len(files)})),
            )
        )  # fmt: skip
    return Table.of(VesselEvent, rows)


def silences(
    fixes: Fixes, reception: Reception, *, track: Any = None, unplaced: Fixes | None = None, least_h: float = LEAST_H
) -> Silence:
    """Give every long silence with P(the transmitter was off), as `gaps` but whatever the probability."""
    every = waits(fixes, feed_s=reception.feed_s)
    long = (every.wait_s >= least_h * 3600.0) & (every.wait_s / every.due_s >= LEAST_DUE)
    if track is not None:
        long &= np.asarray(track)[every.before] == np.asarray(track)[every.after]
    if unplaced is not None and len(unplaced):
        long &= ~_spoke(fixes, every, unplaced)
    at = np.flatnonzero(long)
    if not len(at):
        none = np.empty(0)
        return Silence(at, at, none, none, none)
    power = _power(fixes, every, at, reception)
    missed, mean_wait_h = _missed(fixes, every, at, power, reception)
    watched_h = every.wait_s[every.wait_s < LONGEST_H * 3600.0].sum() / 3600.0
    rate = PRIOR_GAPS / PRIOR_HOURS
    for _ in range(50):
        switched = rate * mean_wait_h
        off = switched / (switched + missed)
        rate = (off.sum() + PRIOR_GAPS) / (watched_h + PRIOR_HOURS)
    due = every.wait_s[at] / every.due_s[at]
    door = doors(fixes, every.before[at], every.after[at], off)
    return Silence(every.before[at], every.after[at], due, missed, off * (1.0 - door))


def _spoke(fixes: Fixes, every: Waits, unplaced: Fixes) -> Array:
    """Tell in which waits the ship sent a message without a position, shape (waits,)."""
    since = min(int(fixes.times.min().astype("int64")), int(unplaced.times.min().astype("int64")))
    span = np.int64(1) << 42

    def key(f: Fixes, rows: Any = slice(None)) -> Array:
        # an MMSI has 30 bits: ships are numbered first, so that ship and time fit 63
        number = np.searchsorted(ships, f.mmsi[rows])
        return np.asarray(number * span + (f.times[rows].view("int64") - since))

    ships = np.union1d(fixes.mmsi, unplaced.mmsi)
    said = np.sort(key(unplaced))
    a, b = (np.searchsorted(said, key(fixes, rows)) for rows in (every.before, every.after))
    return np.asarray(b > a)


def _power(fixes: Fixes, every: Waits, at: Array, reception: Reception) -> tuple[Array, Array]:
    """Give how well each silent ship is heard, before and after its silence, against what other ships show there.

    Why: class B sends with a sixth of the power, antennas are low or broken, and a ship that was hardly heard before it
    fell silent has only gone on being hardly heard. Messages of the hours about the silence are held against what was
    due and received of others; the prior is the same ratio over the ship's life, and that has a prior of one.

    Returns
    -------
    before, after
        Shape (silences,) each.
    """
    mine = np.flatnonzero(np.isin(every.ship, np.unique(every.ship[at])))
    a, b = every.before[mine], every.after[mine]
    quick = every.wait_s[mine] < 900.0
    chance = np.zeros(len(mine))
    for share in (0.1, 0.5, 0.9):
        east = distance.wrap(fixes.lon[b] - fixes.lon[a])
        times = fixes.times[a] + ((fixes.times[b] - fixes.times[a]).astype(np.int64) * share).astype("timedelta64[ms]")
        lon, lat = fixes.lon[a] + share * east, fixes.lat[a] + share * (fixes.lat[b] - fixes.lat[a])
        chance += np.nan_to_num(reception.chance(lon, lat, times, without=fixes.mmsi[a])) / 3.0
    due = every.wait_s[mine] / every.due_s[mine] * chance
    ship, first = np.unique(every.ship[mine], return_index=True)
    number = np.searchsorted(ship, every.ship[mine])
    life = (np.bincount(number, quick) + LIFE) / (np.bincount(number, due * quick) + LIFE)
    life = np.clip(life, 0.05, 1.3)
    total, heard = np.append(0.0, np.cumsum(due)), np.arange(len(mine) + 1.0)
    where = np.searchsorted(mine, at)
    end = np.append(first[1:], len(mine))
    span = np.int64(1) << 42
    since = int(fixes.times.min().astype("int64"))
    began = number * span + (fixes.times[a].view("int64") - since)
    ended = number * span + (fixes.times[b].view("int64") - since)
    reach = int(ABOUT_H * 3.6e6)
    low = np.maximum(np.searchsorted(ended, began[where] - reach), first[number[where]])
    high = np.minimum(np.searchsorted(began, ended[where] + reach), end[number[where]])
    out = []
    for one, two in ((low, where), (where + 1, np.maximum(high, where + 1))):
        seen, owed = heard[two] - heard[one], total[two] - total[one]
        out.append(np.clip((seen + ABOUT * life[number[where]]) / (owed + ABOUT), 0.005, 1.3))
    return out[0], out[1]


def _missed(
    fixes: Fixes, every: Waits, at: Array, power: tuple[Array, Array], reception: Reception
) -> tuple[Array, Array]:
    """Give P(nothing heard | on) of each silence, and the mean wait for a message where it began, hours.

    Both are means over the ways the ship may have gone. A silence begins with every message that is heard: the more
    there are, the rarer must be what begins with one of them, be it a switch or a failing receiver.
    """
    a, b, wait = every.before[at], every.after[at], every.wait_s[at]
    steps = np.clip(np.ceil(wait / STEP_S), 2, MOST_STEPS).astype(np.int64)
    of = np.repeat(np.arange(len(at)), steps)
    share = (np.arange(len(of)) - np.repeat(np.cumsum(steps) - steps, steps) + 0.5) / steps[of]
    inside = (share * wait[of] > EDGE_S) & ((1 - share) * wait[of] > EDGE_S)
    sent = (wait / every.due_s[at] / steps)[of] * inside
    times = fixes.times[a][of] + (share * wait[of] * 1000).astype("timedelta64[ms]")
    outage = reception.outages()
    total, rarely = np.zeros(len(at)), np.zeros(len(at))
    for weight, (lon, lat) in zip(WAYS, _ways(fixes, a[of], b[of], wait[of], share), strict=True):
        chance, looks = reception.seen(lon, lat, times, without=fixes.mmsi[a][of])
        unknown = np.isnan(chance)
        chance = np.minimum(np.nan_to_num(chance) * (power[0][of] * (1 - share) + power[1][of] * share), 0.995)
        # steps in one hour share one reception: their messages are added up before they are missed together
        hour = np.floor((times - reception.start) / np.timedelta64(1, "ms") / (reception.hours * 3.6e6)).astype(
            np.int64
        )
        _, group = np.unique(of * 100_000 + hour, return_inverse=True)
        many = np.bincount(group)
        n = np.bincount(group, sent * ~unknown)
        p, see = (
            np.bincount(group, chance * sent * ~unknown) / np.maximum(n, 1e-9),
            np.bincount(group, looks) / many * TRUST,
        )
        silence = np.zeros(len(many), dtype=np.int64)
        silence[group] = of
        unseen = np.exp(-see / TRUST / WITNESS)
        plain = np.where(n > 0, none_heard(p, see, n), 1.0)
        sure = np.where(n > 0, none_heard(p, see + ON_AGAIN * TRUST, n), 1.0)
        down = _product(silence, unseen + (1 - unseen) * plain, len(at))
        first = np.bincount(of, chance * (share < 0.2), minlength=len(at)) / np.bincount(of, share < 0.2)
        mean_wait = every.due_s[at] / np.maximum(first, 0.003) / 3600.0
        failed = outage / OUTAGE_H * mean_wait
        total += weight * np.minimum(failed * down + _product(silence, sure, len(at)), 1.0)
        rarely += weight * mean_wait
    return np.clip(total, 1e-12, 1.0), rarely


def _product(group: Array, values: Array, n: int) -> Array:
    return np.exp(np.bincount(group, np.log(np.maximum(values, 1e-300)), minlength=n))


def _ways(fixes: Fixes, a: Array, b: Array, wait: Array, share: Array) -> list[tuple[Array, Array]]:
    """Give the places on the ways a ship may have gone, in the order of `WAYS`; each of shape (steps,)."""
    lon, lat = fixes.lon[a], fixes.lat[a]
    east, north = distance.wrap(fixes.lon[b] - lon), fixes.lat[b] - lat
    squeeze = np.maximum(np.cos(np.radians(lat)), 0.05)

    def velocity(rows: Array) -> tuple[Array, Array]:
        speed = np.nan_to_num(fixes.speed_kn[rows].astype(float)) * KNOT_KM_S / distance.KM_PER_DEGREE
        course = np.radians(fixes.course_deg[rows].astype(float))
        return np.nan_to_num(speed * np.sin(course)) / squeeze, np.nan_to_num(speed * np.cos(course))

    (ve, vn), (we, wn) = velocity(a), velocity(b)
    half = wait / 2
    before, after = np.minimum(share, 0.5) * wait, np.minimum(1 - share, 0.5) * wait
    rest, lead = np.maximum(share - 0.5, 0) * 2, np.minimum(share, 0.5) * 2
    need = np.hypot(east * squeeze, north) * distance.KM_PER_DEGREE / wait
    own = np.fmax(np.fmax(fixes.speed_kn[a], fixes.speed_kn[b]).astype(float), 5.0) * KNOT_KM_S
    busy = np.clip(need / np.maximum(own, 1e-6), 0.05, 1.0)
    late, early = np.clip((share - (1 - busy)) / busy, 0, 1), np.clip(share / busy, 0, 1)
    return [
        (lon + share * east, lat + share * north),
        (lon + ve * before + rest * (east - ve * half), lat + vn * before + rest * (north - vn * half)),
        (lon + lead * (east - we * half) + np.where(share > 0.5, we * (half - after), 0.0),
         lat + lead * (north - wn * half) + np.where(share > 0.5, wn * (half - after), 0.0)),
        (lon + late * east, lat + late * north),
        (lon + early * east, lat + early * north),
    ]  # fmt: skip
