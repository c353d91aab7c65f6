"""Rows of tables to fixes, statements, texts and places, counted as the messages of a log are."""

from __future__ import annotations

from math import isnan, nan
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ceasefire.geo.fixes import Fixes
from ceasefire.sources import ais_decode
from ceasefire.sources.ais_bits import mixed
from ceasefire.sources.ais_clock import NAT
from ceasefire.sources.ais_columns import MOBILES, SHIP_TYPES, STATUSES
from ceasefire.sources.ais_decode import Decoder
from ceasefire.sources.ais_positions import late
from ceasefire.sources.ais_repeats import WINDOW_MS
from ceasefire.sources.ais_table import Header, Rows, coded, column_or, decimal, instants, lines
from ceasefire.sources.columns import filled

Array = NDArray[Any]

NO_TIME = "time cannot be read: give ISO 8601, seconds since 1970, or the option `dates` for dates with slashes"
NOT_NUMBER = {
    "lon": "longitude is not a number",
    "lat": "latitude is not a number",
    "speed": "speed is not a number",
    "course": "course is not a number",
    "heading": "heading is not a number",
}
SAME_MS = 1000
"""Rows with equal ship, place, speed and course within this are one, where the ship's second is not given."""
_STATIC = ("imo", "callsign", "name", "ship_type", "length", "beam", "bow", "stern", "draught", "destination")


def take(decoder: Decoder, rows: Rows, head: Header, *, zone: str, fallback: int) -> Fixes:
    """Turn the rows of one block into fixes; the rest goes to the decoder.

    Parameters
    ----------
    decoder
        What is carried from block to block.
    rows
        The block's rows.
    head
        The table's header.
    zone
        IANA zone of times without an offset.
    fallback
        The option `time`, ms, for rows without one.
    """
    tally = decoder.tally
    for why, bad_lines in lines(rows.wrong).items():
        tally.aside(why, decoder.granule, bad_lines, rows.texts(bad_lines))
    tally.sentences += len(rows) + len(rows.wrong)
    n = len(rows)
    reason: Array = np.full(n, "", dtype=object)
    mmsi, _ = decimal(rows.columns["mmsi"], head)
    with np.errstate(invalid="ignore"):
        bad = ~((mmsi >= 1) & (mmsi <= 999_999_999) & (mmsi == np.floor(mmsi)))
    ship = np.where(bad, 0, mmsi).astype(np.int32)
    kind = _kinds(rows, reason)
    told = filled(rows.columns["time"])
    times = instants(rows.columns["time"], head, zone)
    if "millisecond" in rows.columns:
        more, _ = decimal(rows.columns["millisecond"], head)
        more = np.nan_to_num(more, nan=0.0)
        times = np.where((times != NAT) & (np.abs(more) < 60_000), times + more.astype(np.int64), NAT)
    times = np.where(~told, fallback, times)
    number: dict[str, Array] = {}
    positional = np.isin(kind, (0, *ais_decode.POSITIONS))
    placed = positional | (kind == 4) | (kind == 21)
    for name, why in NOT_NUMBER.items():
        values, wrong = decimal(column_or(rows, name), head)
        number[name] = values
        reason[placed & wrong & (reason == "")] = why
    lon, lat = number["lon"], number["lat"]
    with np.errstate(invalid="ignore"):
        out = (np.abs(lon) > 180) | (np.abs(lat) > 90)
        none = np.isnan(lon) | np.isnan(lat) | (lon == 181) | (lat == 91)
    reason[positional & out & (reason == "")] = ais_decode.REASONS[ais_decode.NOWHERE]
    swap = positional & none & ((reason == "") | (reason == ais_decode.REASONS[ais_decode.NOWHERE]))
    reason[swap] = ais_decode.REASONS[ais_decode.PLACE]
    wanted = placed | np.isin(kind, (5, 12, 14, 24))
    for which, why in (
        (bad, ais_decode.REASONS[ais_decode.MMSI]),
        ((times == NAT) & ~told, ais_decode.REASONS[ais_decode.CLOCK]),
        ((times == NAT) & told, NO_TIME),
        (times > decoder.until, ais_decode.REASONS[ais_decode.FUTURE]),
        ((times < decoder.since) & (times != NAT), ais_decode.REASONS[ais_decode.PAST]),
    ):
        reason[wanted & which & (reason == "")] = why
    second = decimal(rows.columns["second"], head)[0] if "second" in rows.columns else np.full(n, nan)
    first = _first(decoder, rows, wanted & (reason == ""), ship, times, kind, number, second)
    _count(decoder, rows, kind, wanted, reason, first)
    _statements(decoder, rows, head, first & np.isin(kind, (0, 5, 24, *ais_decode.POSITIONS)), ship, times, kind)
    _places(decoder, rows, first, kind, ship, times, lon, lat)
    _texts(decoder, rows, head, first & np.isin(kind, (12, 14)), ship, times)
    at = np.flatnonzero(first & positional)
    return Fixes.of(
        mmsi=ship[at],
        times=times[at].view("datetime64[ms]"),
        lon=lon[at],
        lat=lat[at],
        speed_kn=_within(number["speed"][at], 102.25),
        course_deg=_within(number["course"][at], 359.95),
        heading_deg=_within(number["heading"][at], 359.95),
        status=coded(column_or(rows, "status").take(pa.array(at)), STATUSES, 15, 15).astype(np.int8),
        message=kind[at].astype(np.int8),
        accurate=coded(column_or(rows, "accurate").take(pa.array(at)), {"true": 1, "high": 1}, 0, 1).astype(bool),
        source=np.full(len(at), decoder.source, dtype=np.int16),
        station=_stations(column_or(rows, "station").take(pa.array(at)), tally.stations),
        late_s=late(times[at], np.nan_to_num(second[at], nan=60.0).astype(np.int64)),
    )


def _kinds(rows: Rows, reason: Array) -> Array:
    """Give the type of message of each row, 0 where the table does not tell."""
    if "message" in rows.columns:
        kind = coded(rows.columns["message"], {}, 99, 1_000)
        kind[~filled(rows.columns["message"])] = 0
        reason[kind > 27] = ais_decode.REASONS[ais_decode.KIND]
        kind[kind > 27] = 0
        return kind
    return coded(column_or(rows, "mobile"), MOBILES, 0, -1)


def _within(values: Array, top: float) -> Array:
    """Give float32 values, NaN where out of range: those mean "not available"."""
    with np.errstate(invalid="ignore"):
        return np.where((values >= 0) & (values <= top), values, np.nan).astype(np.float32)


def _first(
    decoder: Decoder,
    rows: Rows,
    good: Array,
    ship: Array,
    times: Array,
    kind: Array,
    number: dict[str, Array],
    second: Array,
) -> Array:
    """Tell which good rows are heard for the first time."""
    digest = mixed(ship.astype(np.uint64) ^ (kind.astype(np.uint64) << np.uint64(32)))
    for name in ("lon", "lat", "speed", "course", "heading"):
        digest = mixed(digest ^ (number[name] + 0.0).view(np.uint64))
    digest = mixed(digest ^ np.nan_to_num(second, nan=77.0).astype(np.uint64))
    texts = np.isin(kind, (5, 12, 14, 24)) & good
    if texts.any():
        at = np.flatnonzero(texts)
        words = [column_or(rows, name).take(pa.array(at)).to_pylist() for name in (*_STATIC, "safety", "part", "port")]
        digest[at] ^= np.array([hash_of("\0".join(row)) for row in zip(*words, strict=True)], dtype=np.uint64)
    first = np.zeros(len(good), dtype=bool)
    known = good & (second >= 0) & (second < 60)
    for which, window in ((known, WINDOW_MS), (good & ~known, SAME_MS)):
        at = np.flatnonzero(which)
        first[at[decoder.repeats.first(digest[at], times[at], window)]] = True
    return first


def hash_of(text: str) -> int:
    """Give 64 bits of a text, the same on every machine."""
    import hashlib

    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big")


def _count(decoder: Decoder, rows: Rows, kind: Array, wanted: Array, reason: Array, first: Array) -> None:
    tally = decoder.tally
    for why in sorted(set(reason[reason != ""])):
        at = rows.line[reason == why]
        tally.aside(why, decoder.granule, at, rows.texts(at))
    good = reason == ""
    apart = ~wanted & good
    for k, count in zip(*np.unique(kind[apart], return_counts=True), strict=True):
        tally.apart[int(k)] += int(count)
    tally.used += int(first.sum())
    tally.duplicates += int((wanted & good & ~first).sum())


def _statements(
    decoder: Decoder, rows: Rows, head: Header, which: Array, ship: Array, times: Array, kind: Array
) -> None:
    """Take what rows say of their ships; runs of equal words of a ship are one statement."""
    have = [name for name in _STATIC if name in rows.columns]
    if not have:
        return
    told = which & np.logical_or.reduce([filled(rows.columns[name]) for name in have])
    at = np.flatnonzero(told)
    if not len(at):
        return
    words = pa.array([""] * len(at))
    code = np.zeros(len(at), dtype=np.uint64)
    for name in (*have, *(k for k in ("port", "starboard", "part") if k in rows.columns)):
        words = rows.columns[name].take(pa.array(at)).dictionary_encode()
        hashed = np.array([hash_of(text) for text in words.dictionary.to_pylist()], dtype=np.uint64)
        code = mixed(code ^ hashed[words.indices.to_numpy()])
    order = np.lexsort((times[at], ship[at]))
    s, c, t = ship[at][order], code[order], times[at][order]
    new = np.ones(len(at), dtype=bool)
    new[1:] = (s[1:] != s[:-1]) | (c[1:] != c[:-1])
    begin = np.flatnonzero(new)
    end = np.append(begin[1:], len(at)) - 1
    for k in np.argsort(t[begin], kind="stable").tolist():
        i = int(at[order[begin[k]]])
        what = _told(rows, head, i, int(kind[i]))
        decoder.statements.say(int(ship[i]), int(t[begin[k]]), int(t[end[k]]), what, decoder.source)


def _told(rows: Rows, head: Header, i: int, kind: int) -> dict[str, Any]:
    def word(name: str) -> str:
        return str(rows.columns[name][i].as_py()) if name in rows.columns else ""

    def value(name: str) -> float:
        return float(decimal(pa.array([word(name)]), head)[0][0])

    what: dict[str, Any] = {}
    digits = word("imo").upper().removeprefix("IMO").strip()
    if digits.isdecimal() and 0 < int(digits) <= 9_999_999:
        what["imo"] = int(digits)
    for name in ("callsign", "name", "destination"):
        if text := word(name):
            what[name] = text
    code = int(coded(pa.array([word("ship_type")]), SHIP_TYPES, -1, 255)[0])
    if code >= 0 and not (kind == 24 and code == 0 and word("part") == "0"):
        what["ship_type"] = code
    bow, stern, port, starboard = (value(k) for k in ("bow", "stern", "port", "starboard"))
    length, beam = value("length"), value("beam")
    if isnan(length) and bow + stern > 0:
        length = bow + stern
    if isnan(beam) and port + starboard > 0:
        beam = port + starboard
    if length > 0:
        what["length_m"] = length
    if beam > 0:
        what["beam_m"] = beam
    if bow + stern > 0 and not (bow == 0 and port == 0):
        what["bow_m"] = bow
    draught = value("draught")
    if draught > 0:
        what["draught_m"] = draught / 10 if head.tenths else draught
    return what


def _places(
    decoder: Decoder, rows: Rows, first: Array, kind: Array, ship: Array, times: Array, lon: Array, lat: Array
) -> None:
    for k, kept in ((4, decoder.bases), (21, decoder.aids)):
        names = column_or(rows, "aid_name" if k == 21 and "aid_name" in rows.columns else "name")
        for i in np.flatnonzero(first & (kind == k)).tolist():
            place = (lon[i], lat[i])
            raw = [108_600_000 if isnan(v) else round(v * 600_000) for v in place]
            row = kept.setdefault(
                (int(ship[i]), raw[0], raw[1]),
                [int(times[i]), int(times[i]), 0, str(names[i].as_py()), 0, False, False, 0.0, 0],
            )
            row[0], row[1] = min(row[0], int(times[i])), max(row[1], int(times[i]))
            row[2] += 1


def _texts(decoder: Decoder, rows: Rows, head: Header, which: Array, ship: Array, times: Array) -> None:
    to, _ = decimal(column_or(rows, "to"), head)
    for i in np.flatnonzero(which).tolist():
        addressed = int(to[i]) if 0 < to[i] <= 999_999_999 else 0
        text = str(column_or(rows, "safety")[i].as_py())
        decoder.texts.append((int(ship[i]), np.datetime64(int(times[i]), "ms"), addressed, text, decoder.source))


def _stations(column: pa.Array, names: list[str]) -> Array:
    encoded = column.dictionary_encode()
    number = []
    for name in encoded.dictionary.to_pylist():
        if name not in names:
            names.append(name)
        number.append(names.index(name))
    return np.asarray(np.array([*number, 0], dtype=np.int32)[encoded.indices.to_numpy()])
