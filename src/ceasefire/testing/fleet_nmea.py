"""A simulated fleet as bytes: NMEA 0183 sentences with tag blocks, as receiving stations log them.

Why an encoder of our own: the readers' speed is measured on ten million sentences, and they are to be made in less time
than they are read in. Every sentence of one kind has one width, so that all are made at once, as a table of bytes.

Sources: ITU-R M.1371-5, annex 8, tables 46 (message 1), 58 (5), 61 (14), 70 (18), 75 and 76 (24); NMEA 0183 tag blocks
as in S. K. Cooper's and the IALA's public descriptions (`s` source, `c` UNIX time).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.geo.fixes import Fixes, Statics
from ceasefire.testing.fleet import Fleet

Array = NDArray[Any]
_BATCH = 100_000
_SIXBIT = {c: i for i, c in enumerate("@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_ !\"#$%&'()*+,-./0123456789:;<=>?")}
_LETTERS = np.array([v + 48 if v < 40 else v + 56 for v in range(64)], dtype=np.uint8)
_HEX = np.frombuffer(b"0123456789ABCDEF", dtype=np.uint8)


def nmea(fleet: Fleet, *, tags: bool = True, ordered: bool = True, statics_every_s: float = 360.0) -> bytes:
    """Encode what was received of a fleet as a log of sentences, one on a line.

    Parameters
    ----------
    fleet
        A simulated fleet.
    tags
        Put a tag block with station and time before each sentence; without them nothing tells the time.
    ordered
        By time of reception, as a log is; else by ship.
    statics_every_s
        Seconds between two static messages of a ship (ITU-R M.1371: 360).

    >>> from ceasefire.testing.fleet import Trouble, simulate
    >>> log = nmea(simulate(seed=1, ships=10, hours=12, trouble=Trouble.none(), every_s=600)).splitlines()
    >>> log[0][:5], log[0].count(b"*"), len(log) > 300
    (b'\\\\s:st', 2, True)
    """
    parts = [*positions(fleet.fixes, tags=tags)]
    times = [fleet.fixes.times.astype("M8[s]").astype(np.int64)]
    for block, when in _statics(fleet, tags=tags, every_s=statics_every_s):
        parts.append(block)
        times.append(when)
    said, when = _texts(fleet, tags=tags)
    lines = [line for part in parts for line in part.split(b"\n")[:-1]] + said
    if not ordered:
        return b"\n".join(lines) + b"\n"
    order = np.argsort(np.concatenate([*times, when]), kind="stable")
    return b"\n".join([lines[k] for k in order.tolist()]) + b"\n"


def positions(fixes: Fixes, *, tags: bool = True) -> Iterator[bytes]:
    """Encode position reports, message 18 where the fix says so and 1 elsewhere, in batches and in the fixes' order.

    >>> f = Fixes.of(mmsi=[272000001], times=np.array(["2025-04-01"], "M8[ms]"), lon=[30.75], lat=[46.5], second=[0])
    >>> b"".join(positions(f, tags=False))
    b'!AIVDM,1,1,,A,143IT0OP?w2<hjPJVpH>4?v00000,0*61\\n'
    """
    for first in range(0, len(fixes), _BATCH):
        part = fixes.keep(slice(first, first + _BATCH))
        rows = _sentences(_position_bits(part), tags=tags, station=part.station, times=part.times)
        yield rows.tobytes()


def _position_bits(f: Fixes) -> Array:
    n, b = len(f), f.message == 18
    out = np.zeros((168, n), dtype=np.uint8)
    lon = np.where(np.isfinite(f.lon), np.round(f.lon * 600_000), 181 * 600_000).astype(np.int64)
    lat = np.where(np.isfinite(f.lat), np.round(f.lat * 600_000), 91 * 600_000).astype(np.int64)
    speed = np.where(np.isfinite(f.speed_kn), np.clip(np.round(f.speed_kn * 10), 0, 1022), 1023).astype(np.int64)
    course = np.where(np.isfinite(f.course_deg), np.round(f.course_deg * 10) % 3600, 3600).astype(np.int64)
    heading = np.where(np.isfinite(f.heading_deg), np.round(f.heading_deg) % 360, 511).astype(np.int64)
    _put(out, 0, 6, np.where(b, 18, np.where(f.message > 0, f.message, 1)))
    _put(out, 8, 30, f.mmsi)
    a = ~b
    _put(out, 38, 4, f.status, a)
    _put(out, 42, 8, np.full(n, 128), a)
    for rows, at in ((a, 50), (b, 46)):
        _put(out, at, 10, speed, rows)
        _put(out, at + 10, 1, f.accurate, rows)
        _put(out, at + 11, 28, lon, rows)
        _put(out, at + 39, 27, lat, rows)
        _put(out, at + 66, 12, course, rows)
        _put(out, at + 78, 9, heading, rows)
        _put(out, at + 87, 6, f.second, rows)
    _put(out, 141, 1, np.ones(n, dtype=np.int64), b)
    return out


def _put(bits: Array, at: int, width: int, values: Any, rows: Any = None) -> None:
    """Write numbers, most significant bit first (two's complement), into a table of bits (bits, messages)."""
    v = np.asarray(values).astype(np.int64)
    if rows is None:
        for k in range(width):
            bits[at + k] = (v >> (width - 1 - k)) & 1
    elif rows.any():
        where = np.flatnonzero(rows)
        for k in range(width):
            bits[at + k, where] = (v[where] >> (width - 1 - k)) & 1


def _armour(bits: Array) -> Array:
    """Turn bits (bits, n) into the characters of a payload, shape (n, characters)."""
    six = bits[5::6].copy()
    for k in range(5):
        six |= bits[k::6] << np.uint8(5 - k)
    return np.ascontiguousarray(_LETTERS[six].T)


def _sentences(
    bits: Array,
    *,
    tags: bool,
    station: Any,
    times: Any,
    head: bytes = b"!AIVDM,1,1,,A,",
    tail: bytes = b",0",
    group: Any = None,
) -> Array:
    """Put sentences together as a table of bytes, one line a row."""
    n = bits.shape[1]
    body = np.concatenate([_fixed(head, n), _armour(bits), _fixed(tail, n)], axis=1)
    if group is not None:
        body[:, len(b"!AIVDM,2,1,")] = 48 + np.asarray(group) % 10
    rows = [body, _star(body[:, 1:]), _fixed(b"\n", n)]
    if tags:
        seconds = np.asarray(times).astype("M8[s]").astype(np.int64)
        text = [_fixed(b"s:st", n), _digits(np.asarray(station), 2), _fixed(b",c:", n), _digits(seconds, 10)]
        tag = np.concatenate(text, axis=1)
        rows = [_fixed(b"\\", n), tag, _star(tag), _fixed(b"\\", n), *rows]
    return np.concatenate(rows, axis=1)


def _fixed(text: bytes, n: int) -> Array:
    return np.tile(np.frombuffer(text, dtype=np.uint8), (n, 1))


def _digits(values: Array, width: int) -> Array:
    return np.asarray(48 + values[:, None] // 10 ** np.arange(width - 1, -1, -1) % 10, dtype=np.uint8)


def _star(text: Array) -> Array:
    """Give `*` and the checksum, shape (n, 3)."""
    total = np.bitwise_xor.reduce(text, axis=1)
    return np.stack([np.full(len(text), 42, dtype=np.uint8), _HEX[total >> 4], _HEX[total & 15]], axis=1)


def _six(text: str, characters: int) -> list[int]:
    """Give a text in six-bit ASCII, padded with `@`; unknown characters become `?`."""
    codes = [_SIXBIT.get(c, 63) for c in text.upper()[:characters]]
    return codes + [0] * (characters - len(codes))


def _text_bits(bits: Array, row: int, at: int, text: str, characters: int) -> None:
    codes = np.array(_six(text, characters), dtype=np.int64)
    bits[at : at + 6 * characters, row] = ((codes[:, None] >> np.arange(5, -1, -1)) & 1).ravel()


def _dimensions(statics: Statics) -> list[Array]:
    length, beam, bow = (np.nan_to_num(v) for v in (statics.length_m, statics.beam_m, statics.bow_m))
    port = np.floor(beam / 2)
    return [np.clip(bow, 0, 511), np.clip(length - bow, 0, 511), np.clip(port, 0, 63), np.clip(beam - port, 0, 63)]


def _statics(fleet: Fleet, *, tags: bool, every_s: float) -> Iterator[tuple[bytes, Array]]:
    """Give static messages: 5 in two sentences for class A, 24 A and B for class B; and when each line came."""
    s = fleet.statics
    class_b = np.isin(s.mmsi, fleet.fixes.mmsi[fleet.fixes.message == 18])
    span = (s.until - s.times) / np.timedelta64(1, "ms") / 1000.0
    count = (span / every_s).astype(np.int64) + 1
    row = np.repeat(np.arange(len(s)), count)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    times = s.times[row] + (nth * every_s * 1000 + 1000).astype("m8[ms]")
    station = np.ones(len(row), dtype=np.int64)
    five, a, b = _static_bits(s)
    for which, halves in ((~class_b, (five[:360], five[360:])), (class_b, (a, b))):
        at = np.flatnonzero(which[row])
        if not len(at):
            continue
        two = len(halves[1]) == 66
        for part, bits in enumerate(halves):
            head = f"!AIVDM,2,{part + 1},0,A,".encode() if two else b"!AIVDM,1,1,,B,"
            lines = _sentences(
                bits[:, row[at]], tags=tags, station=station[at], times=times[at], head=head,
                tail=b",2" if two and part else b",0", group=np.arange(len(at)) % 10 if two else None,
            )  # fmt: skip
            yield lines.tobytes(), times[at].astype("M8[s]").astype(np.int64)


def _static_bits(s: Statics) -> tuple[Array, Array, Array]:
    n = len(s)
    five, a, b = (np.zeros((w, n), dtype=np.uint8) for w in (426, 168, 168))
    to_bow, to_stern, to_port, to_starboard = _dimensions(s)
    _put(five, 0, 6, np.full(n, 5))
    _put(five, 40, 30, s.imo)
    _put(five, 232, 8, np.maximum(s.ship_type, 0))
    _put(five, 270, 4, np.ones(n))
    _put(five, 294, 8, np.clip(np.nan_to_num(s.draught_m) * 10 + 0.5, 0, 255))
    for bits, kind, part in ((five, 5, 0), (a, 24, 0), (b, 24, 1)):
        _put(bits, 0, 6, np.full(n, kind))
        _put(bits, 8, 30, s.mmsi)
        if kind == 24:
            _put(bits, 38, 2, np.full(n, part))
    _put(b, 40, 8, np.maximum(s.ship_type, 0))
    for bits, at in ((five, 240), (b, 132)):
        for value, width, more in ((to_bow, 9, 0), (to_stern, 9, 9), (to_port, 6, 18), (to_starboard, 6, 24)):
            _put(bits, at + more, width, value)
    for row in range(n):
        _text_bits(five, row, 70, s.callsign[row], 7)
        _text_bits(five, row, 112, s.name[row], 20)
        _text_bits(five, row, 302, s.destination[row], 20)
        _text_bits(a, row, 40, s.name[row], 20)
        _text_bits(b, row, 90, s.callsign[row], 7)
    return five, a, b


def _texts(fleet: Fleet, *, tags: bool) -> tuple[list[bytes], Array]:
    lines: list[bytes] = []
    for mmsi, when, text in fleet.texts:
        characters = min(len(text), 53)
        fill = -(40 + 6 * characters) % 6
        bits = np.zeros((40 + 6 * characters + fill, 1), dtype=np.uint8)
        _put(bits, 0, 6, np.array([14]))
        _put(bits, 8, 30, np.array([mmsi]))
        _text_bits(bits, 0, 40, text, characters)
        rows = _sentences(bits, tags=tags, station=np.array([1]), times=np.array([when]), tail=f",{fill}".encode())
        lines.append(rows.tobytes()[:-1])
    return lines, np.array([t.astype("M8[s]").astype(np.int64) for _, t, _ in fleet.texts], dtype=np.int64)


def many(fleet: Fleet, sentences: int) -> Iterator[bytes]:
    """Give at least so many position sentences in batches, the fleet's own over and over under other MMSI: for speed.

    >>> from ceasefire.testing.fleet import Trouble, simulate
    >>> small = simulate(seed=1, ships=10, hours=12, trouble=Trouble.none(), every_s=600)
    >>> sum(part.count(b"\\n") for part in many(small, 3000)) >= 3000
    True
    """
    left, turn = sentences, 0
    order = np.argsort(fleet.fixes.times, kind="stable")
    while left > 0:
        for first in range(0, len(order), _BATCH):
            part = fleet.fixes.keep(order[first : first + _BATCH])
            mmsi = part.mmsi // 1_000_000 * 1_000_000 + (part.mmsi % 1_000_000 + 7919 * turn) % 1_000_000
            bits = _position_bits(part)
            _put(bits, 8, 30, mmsi)
            yield _sentences(bits, tags=True, station=part.station, times=part.times).tobytes()
            left -= len(part)
            if left <= 0:
                return
        turn += 1


def write(path: Any, parts: Iterable[bytes]) -> int:
    """Write batches to a file and give the bytes written."""
    with open(path, "wb") as out:
        return sum(out.write(part) for part in parts)
