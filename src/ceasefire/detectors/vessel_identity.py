"""Identity at sea: numbers that two ships use, hulls that change their number, ships that change what they are called.

Four questions, four functions, one kind of event each: do two tracks take turns under one MMSI (`shared`); does one
ship's track end where and when another's begins (`renumbered`); does a ship call itself otherwise than before
(`renamed`); is a number none that exists (`invalid`). None is a breach by itself: transponders are sold, typed in by
hand and shared by mistake, and a bit is lost on the way. What is spelt a little differently is the same name.

Sources: ITU-R M.585-9 (form of MMSI); IMO resolution A.1117(30) (ship identification number; its last digit is the
sum of the others, weighted 7 to 2, modulo 10).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ceasefire.detectors.vessel_events import disc_of, from_fixes
from ceasefire.detectors.vessel_names import alike
from ceasefire.detectors.vessel_renumbered import renumbered
from ceasefire.detectors.vessel_steps import Pieces, pieces
from ceasefire.geo.distance import km
from ceasefire.geo.fixes import Fixes, Statics
from ceasefire.geo.reception import Reception
from ceasefire.model.table import Table
from ceasefire.model.vessel import VesselEvent

__all__ = ["identity", "imo_is_valid", "invalid", "mmsi_is_valid", "renamed", "renumbered", "shared"]

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

PRIOR_SHARED = -4.0
"""Log odds that a number whose tracks leap is two ships', before they are seen to take turns."""
TURN = 0.6
"""Log likelihood ratio of each time a track is taken up again while another goes on, `MOST_TURNS` at most."""
MOST_TURNS = 14
APART_KM = 20.0
"""Tracks nearer than this to each other are one ship with a bad receiver."""
LEAST_HELD, LEAST_SHARE = 5, 0.03
"""Positions that each of two tracks must have, and their share of all: errors make short tracks."""
RENAMED = {"imo": 4.0, "name": 2.0, "callsign": 2.0, "size": 2.0}
"""Log likelihood ratio of each part of a statement that changed for good."""
PRIOR_RENAMED = -2.5
LARGER, LARGER_M = 0.15, 5.0
"""A ship whose length changes by more than both of these is another ship, or was wrongly entered."""


def identity(
    fixes: Fixes, statics: Statics, *, reception: Reception | None = None, least: float = 0.5, files: Sequence[str] = ()
) -> Table[VesselEvent]:
    """Find everything about identity: the four functions together, earliest first.

    Parameters
    ----------
    fixes
        As received, not cleaned and not split.
    statics
        What ships say of themselves.
    reception
        Where it is known, a track's end that reception explains is no evidence of a change of number.
    least
        Smallest probability that is given.
    files
        SHA-256 of each file, by its number in `fixes.source`.

    >>> f = Fixes.of(mmsi=[123] * 9, times=np.array(["2025-04-01"] * 9, "M8[ms]"), lon=[30.0] * 9, lat=[44.0] * 9)
    >>> identity(f, Statics.empty()).column("kind").tolist()
    ['identity.invalid']
    """
    parts = [
        shared(fixes, least=least, files=files),
        renumbered(fixes, statics, reception=reception, least=least, files=files),
        renamed(fixes, statics, least=least, files=files),
        invalid(fixes, statics, least=least, files=files),
    ]
    return Table.concat(VesselEvent, parts).sort("start", "kind", "mmsi", "id")


def shared(
    fixes: Fixes, *, parts: Pieces | None = None, least: float = 0.5, files: Sequence[str] = ()
) -> Table[VesselEvent]:
    """Find numbers under which two tracks take turns: `identity.shared`.

    A false position is left once and the true one taken up again; two ships go on both, and each message of one is a
    leap from the other.

    >>> t = np.arange(60)
    >>> f = Fixes.of(mmsi=np.full(60, 9), times=t.astype("M8[m]").astype("M8[ms]"), lon=np.where(t % 3, 30.0, 35.0),
    ...     lat=np.full(60, 44.0))
    >>> shared(f)[0].why
    'two tracks 400 km apart took turns 38 times'
    """
    parts = pieces(fixes) if parts is None else parts
    out = []
    bounds = np.flatnonzero(np.diff(parts.mmsi, prepend=-1, append=-1))
    for a, b in pairwise(bounds):
        if b - a < 4:
            continue
        strand, first, stop = parts.strand[a:b], parts.first[a:b], parts.stop[a:b]
        lon = np.array([np.median(fixes.lon[parts.rows[p:q]]) for p, q in zip(first, stop, strict=True)])
        lat = np.array([np.median(fixes.lat[parts.rows[p:q]]) for p, q in zip(first, stop, strict=True)])
        held = np.bincount(strand, stop - first)
        firm = np.flatnonzero((held >= max(LEAST_HELD, LEAST_SHARE * held.sum()))[strand])
        if len(firm) < 4:
            continue
        strand, lon, lat = strand[firm], lon[firm], lat[firm]
        away = km(lon[:-1], lat[:-1], lon[1:], lat[1:])
        known = np.array([strand[k] in strand[:k] for k in range(1, len(strand))])
        turn = (np.diff(strand) != 0) & known & (away > APART_KM)
        turns = int(turn.sum())
        if turns < 2:
            continue
        apart = float(np.median(away[turn]))
        event = from_fixes(
            fixes, parts.rows[first[0] : stop[-1]], kind="identity.shared", mmsi=int(parts.mmsi[a]),
            log_odds=PRIOR_SHARED + TURN * min(turns, MOST_TURNS), files=files,
            why=f"two tracks {apart:.0f} km apart took turns {turns} times",
        )  # fmt: skip
        if event.probability >= least:
            out.append(event)
    return Table.of(VesselEvent, out)


def renamed(fixes: Fixes, statics: Statics, *, least: float = 0.5, files: Sequence[str] = ()) -> Table[VesselEvent]:
    """Find ships that call themselves otherwise than before, for good: `identity.renamed`.

    A name that comes back, or differs by a letter or two, is noise; a changed IMO number with a valid last digit is
    the strongest sign, since a hull keeps its number for life.

    >>> f = Fixes.of(mmsi=[9, 9], times=np.array(["2025-04-01", "2025-04-03"], "M8[ms]"),
    ...     lon=[30.0, 30.1], lat=[44.0, 44.0])
    >>> days = np.array(["2025-04-01", "2025-04-02"], "M8[ms]")
    >>> text = lambda *v: np.array(v, dtype=object)
    >>> s = Statics(np.array([9, 9]), days, days, np.array([9074729, 9319466]), text("AB1", "CD2"),
    ...     text("SIM AMBER", "SIM CORAL"), np.array([70, 70]), np.array([90.0, 180.0]), np.array([15.0, 28.0]),
    ...     np.array([60.0, 120.0]), np.array([5.0, 9.0]), text("", ""), np.zeros(2, dtype=int))
    >>> renamed(f, s)[0].why
    'IMO number, name, callsign, length changed: SIM AMBER to SIM CORAL'
    """
    out = []
    bounds = np.flatnonzero(np.diff(statics.mmsi, prepend=-1, append=-1))
    for a, b in pairwise(bounds.tolist()):
        for k in _first_said(statics, a, b):
            odds, words = PRIOR_RENAMED, []
            before, after = slice(a, k), slice(k, b)
            for key, word, changed in (
                ("imo", "IMO number", _imo_changed(statics.imo[before], statics.imo[after])),
                ("name", "name", _text_changed(statics.name[before], statics.name[after])),
                ("callsign", "callsign", _text_changed(statics.callsign[before], statics.callsign[after])),
                ("size", "length", _size_changed(statics.length_m[before], statics.length_m[after])),
            ):
                if changed:
                    odds += RENAMED[key]
                    words.append(word)
            fresh = _new(statics, k - 1, k)
            if not words or not fresh:
                continue
            rows = np.arange(*np.searchsorted(fixes.mmsi, [statics.mmsi[a], int(statics.mmsi[a]) + 1]))
            near = rows[np.abs(fixes.times[rows] - statics.times[k]) <= np.timedelta64(6, "h")]
            rows = near if len(near) else rows
            if not len(rows):
                continue
            called = f": {statics.name[k - 1]} to {statics.name[k]}" if "name" in words else ""
            event = from_fixes(
                fixes, rows, kind="identity.renamed", mmsi=int(statics.mmsi[a]), log_odds=odds, files=files,
                why=", ".join(words) + " changed" + called,
            )  # fmt: skip
            if event.probability >= least:
                out.append(event)
    return Table.of(VesselEvent, out)


def invalid(fixes: Fixes, statics: Statics, *, least: float = 0.5, files: Sequence[str] = ()) -> Table[VesselEvent]:
    """Find ships with an MMSI that no ship can have, or an IMO number with a wrong last digit: `identity.invalid`.

    A number that comes three times or less is likelier an error of a message than a number that a ship sends.

    >>> f = Fixes.of(mmsi=[123456789, 272000001], times=np.array(["2025-04-01"] * 2, "M8[ms]"), lon=[30.0] * 2,
    ...     lat=[44.0] * 2)
    >>> f = Fixes.join([f] * 4)
    >>> [(e.mmsi, e.why) for e in invalid(f, Statics.empty())]
    [(123456789, 'an MMSI that begins with 123 is no ship')]
    """
    out = []
    mmsi, start = fixes.ships()
    good = mmsi_is_valid(mmsi)
    wrong: dict[int, int] = {}
    for number, imo in zip(statics.mmsi.tolist(), statics.imo.tolist(), strict=True):
        if imo and not imo_is_valid(np.array([imo]))[0]:
            wrong[number] = imo
    for k in np.flatnonzero(~good | np.isin(mmsi, list(wrong))):
        one = int(mmsi[k])
        why = [] if good[k] else [f"an MMSI that begins with {one // 1_000_000:03d} is no ship"]
        if one in wrong:
            why.append(f"IMO {wrong[one]} has a wrong last digit")
        rows = np.arange(int(start[k]), int(start[k + 1]))
        lon, lat, radius = disc_of(fixes.lon[rows], fixes.lat[rows])
        # an error of one message is likelier than a false number; a number that stays is what the ship sends
        odds = (4.0 if len(rows) > 3 else -0.5) if not good[k] else 2.0
        event = from_fixes(
            fixes, rows, kind="identity.invalid", mmsi=one, log_odds=odds, files=files, why=", ".join(why),
            disc=(lon, lat, radius),
        )  # fmt: skip
        if event.probability >= least:
            out.append(event)
    return Table.of(VesselEvent, out)


def mmsi_is_valid(mmsi: Array | Ints) -> Bools:
    """Tell which MMSI have the form of a ship's, a craft's, an aircraft's, a mark's or a beacon's; shape (n,).

    >>> mmsi_is_valid(np.array([272000001, 970123456, 992722222, 0, 123456789, 111272001, 982720001])).tolist()
    [True, True, True, False, False, True, True]
    """
    m = np.asarray(mmsi, dtype=np.int64)
    country = m // 1_000_000
    ship = (country >= 201) & (country <= 775)
    inner = np.isin(m // 10_000_000, (98, 99)) & (m // 10_000 % 1000 >= 201) & (m // 10_000 % 1000 <= 775)
    aircraft = (country == 111) & (m // 1000 % 1000 >= 201) & (m // 1000 % 1000 <= 775)
    shore = (m // 10_000 >= 201) & (m // 10_000 <= 775)  # 00 and three digits of the country
    group = (m // 100_000 >= 201) & (m // 100_000 <= 775)  # 0 and three digits of the country
    handheld = m // 100_000_000 == 8
    return np.asarray(ship | inner | aircraft | shore | group | handheld | np.isin(country, (970, 972, 974)))


def imo_is_valid(imo: Ints) -> Bools:
    """Tell which IMO numbers have seven digits and the right last one; shape (n,).

    >>> imo_is_valid(np.array([9074729, 9074728, 123])).tolist()
    [True, False, False]
    """
    n = np.asarray(imo, dtype=np.int64)
    total = sum((n // 10**k % 10) * (k + 1) for k in range(1, 7))
    return np.asarray((n >= 1_000_000) & (n <= 9_999_999) & (total % 10 == n % 10))


def _new(statics: Statics, last: int, k: int) -> bool:
    """Tell whether a statement differs from the one before in anything that names the ship."""
    return bool(
        statics.imo[k] != statics.imo[last]
        or statics.name[k] != statics.name[last]
        or statics.callsign[k] != statics.callsign[last]
        or not (np.isclose(statics.length_m[k], statics.length_m[last], equal_nan=True))
    )


def _first_said(statics: Statics, a: int, b: int) -> list[int]:
    """Give the rows of one ship, but for its first, that say what it never said before: of two ships that share a
    number, and answer each other for days, two rows and not thousands."""
    said: set[tuple[object, ...]] = set()
    out = []
    for k in range(a, b):
        one = (statics.imo[k], statics.name[k], statics.callsign[k], str(statics.length_m[k]))
        if one not in said:
            said.add(one)
            out.append(k)
    return out[1:]


def _imo_changed(before: Ints, after: Ints) -> bool:
    a, b = (v[(v > 0) & imo_is_valid(v)] for v in (before, after))
    return bool(len(a) and len(b) and a[-1] != b[0] and not np.isin(b, a).any())


def _text_changed(before: Array, after: Array) -> bool:
    a, b = ([str(v) for v in values if str(v).strip()] for values in (before, after))
    return bool(a and b) and not any(alike(x, y) for x in a for y in b)


def _size_changed(before: Array, after: Array) -> bool:
    a, b = (v[np.isfinite(v) & (v > 0)] for v in (before, after))
    if not (len(a) and len(b)):
        return False
    off = np.abs(np.subtract.outer(a, b))
    return bool(np.all((off > LARGER_M) & (off > LARGER * np.maximum.outer(a, b))))
