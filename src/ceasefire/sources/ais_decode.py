"""Whole messages to fixes, statements, texts and places; each message has exactly one outcome, which is counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.geo.fixes import Fixes
from ceasefire.sources import ais_positions, ais_statics
from ceasefire.sources.ais_bits import ARMOUR, Bits, mixed
from ceasefire.sources.ais_clock import NAT, civil
from ceasefire.sources.ais_parts import Messages
from ceasefire.sources.ais_records import Tally
from ceasefire.sources.ais_repeats import Repeats

Array = NDArray[Any]

POSITIONS = (1, 2, 3, 9, 18, 19, 27)
"""Types that say where a ship is."""
_ALIKE = {1: (1, 2, 3), 9: (9,), 18: (18,), 19: (19,), 27: (27,)}
"""Types of one layout, by the first of them."""
_OTHERS = {
    4: (168, 176, 28),
    5: (422, 432, 71),
    21: (272, 372, 46),
    24: (160, 176, 27),
    12: (72, 1020, 12),
    14: (40, 1020, 7),
}
"""Other types that are used: fewest and most bits, and characters that all of them have."""
KIND, LENGTH, LETTER, MMSI, CLOCK, FUTURE, PAST, PART, PLACE, NOWHERE = range(1, 11)
REASONS = (
    "",
    "message type is not between 1 and 27",
    "length does not fit the message type",
    "a character that AIS armour does not have",
    "MMSI is not between 1 and 999999999",
    "no clock: no tag block, stamp, RMC, ZDA or base station tells the time; give the option `time`",
    "time after the option `until`",
    "time before the option `since`",
    "part of message 24 is neither A nor B",
    "position not available (181, 91)",
    "position out of range",
)
"""What may be wrong with a message, by code."""


@dataclass
class Decoder:
    """What is carried from block to block of one file."""

    tally: Tally
    granule: str = ""
    """The file's name."""
    source: int = 0
    """Its number."""
    until: int = np.iinfo(np.int64).max
    """Later times are set aside, ms."""
    since: int = NAT
    """Earlier times are set aside, ms."""
    repeats: Repeats = field(default_factory=Repeats)
    statements: ais_statics.Statements = field(default_factory=ais_statics.Statements)
    bases: dict[tuple[int, int, int], list[Any]] = field(default_factory=dict)
    aids: dict[tuple[int, int, int], list[Any]] = field(default_factory=dict)
    texts: list[tuple[Any, ...]] = field(default_factory=list)

    def take(self, m: Messages) -> Fixes:
        """Decode messages; give the positions and keep the rest."""
        reason = np.zeros(len(m), dtype=np.uint8)
        kind = ARMOUR[m.pool[m.at]]
        kind[m.bits < 38] = 0
        reason[(kind < 1) | (kind > 27)] = KIND
        reason[(m.bits < 38) & (reason == 0)] = LENGTH
        digest = np.zeros(len(m), dtype=np.uint64)
        cut: dict[int, tuple[Array, Bits, dict[str, Array]]] = {}
        for k, kinds in _ALIKE.items():
            rows = np.flatnonzero(np.isin(kind, kinds))
            if len(rows):
                low, high = ais_positions.LENGTHS[k]
                rows = self._whole(m, rows, reason, low, high)
                bits = Bits(m.pool, m.at[rows], ais_positions.CHARACTERS[k])
                found = ais_positions.raw_fields(bits, k)
                self._sound(rows, bits, found["mmsi"], reason)
                digest[rows] = bits.digest(ais_positions.CHARACTERS[k])
                unit = 600 if k == 27 else 600_000
                lon, lat = found["lon"], found["lat"]
                at = rows[(np.abs(lon) > 180 * unit) | (np.abs(lat) > 90 * unit)]
                reason[at[reason[at] == 0]] = NOWHERE
                at = rows[(lon == 181 * unit) | (lat == 91 * unit)]
                reason[at[(reason[at] == 0) | (reason[at] == NOWHERE)]] = PLACE
                cut[k] = (rows, bits, found)
        for k, (low, high, characters) in _OTHERS.items():
            rows = np.flatnonzero(kind == k)
            if len(rows):
                rows = self._whole(m, rows, reason, low, high)
                bits = Bits(m.pool, m.at[rows], characters)
                self._sound(rows, bits, bits.unsigned(8, 30), reason)
                digest[rows] = bits.digest(characters)
                if k in (12, 14):
                    digest[rows] = mixed(digest[rows] ^ self._whole_text(m, rows, reason))
                cut[k] = (rows, bits, {})
        wanted = np.isin(kind, (*POSITIONS, *_OTHERS))
        reason[wanted & (reason == 0) & (m.times == NAT)] = CLOCK
        reason[wanted & (reason == 0) & (m.times > self.until)] = FUTURE
        reason[wanted & (reason == 0) & (m.times < self.since)] = PAST
        if 24 in cut:
            rows, bits, _ = cut[24]
            at = rows[bits.unsigned(38, 2) > 1]
            reason[at[reason[at] == 0]] = PART
            at = rows[(bits.unsigned(38, 2) == 1) & (m.bits[rows] < 162)]
            reason[at[reason[at] == 0]] = LENGTH
        good = np.flatnonzero(wanted & (reason == 0))
        first = self.repeats.first(digest[good], m.times[good])
        fresh = np.zeros(len(m), dtype=bool)
        fresh[good[first]] = True
        self._count(m, kind, wanted, reason, int(len(good) - first.sum()), int(first.sum()))
        self._statements(m, cut, fresh, digest)
        self._places(m, cut, fresh)
        self._texts(m, cut, fresh)
        return self._fixes(m, kind, cut, fresh)

    def _whole(self, m: Messages, rows: Array, reason: Array, low: int, high: int) -> Array:
        fits = (m.bits[rows] >= low) & (m.bits[rows] <= high)
        reason[rows[~fits]] = LENGTH
        return rows[fits]

    def _sound(self, rows: Array, bits: Bits, mmsi: Array, reason: Array) -> None:
        reason[rows[(mmsi < 1) | (mmsi > 999_999_999)]] = MMSI
        reason[rows[~bits.known]] = LETTER

    def _whole_text(self, m: Messages, rows: Array, reason: Array) -> Array:
        """Give 64 bits of all that follows the sender, and set aside what armour does not have."""
        folded = np.zeros(len(rows), dtype=np.uint64)
        for k, i in enumerate(rows.tolist()):
            payload = m.pool[m.at[i] : m.at[i] + m.characters[i]]
            if reason[i] == 0 and (ARMOUR[payload] > 63).any():
                reason[i] = LETTER
            folded[k] = _fold(payload[2:].tobytes())
        return folded

    def _count(self, m: Messages, kind: Array, wanted: Array, reason: Array, again: int, used: int) -> None:
        for code in np.unique(reason[reason > 0]).tolist():
            at = np.flatnonzero(reason == code)
            self.tally.aside(REASONS[code], self.granule, m.line[at], m.texts(at))
        apart = ~wanted & (reason == 0)
        for k, count in zip(*np.unique(kind[apart], return_counts=True), strict=True):
            self.tally.apart[int(k)] += int(count)
        self.tally.duplicates += again
        self.tally.used += used

    def _fixes(self, m: Messages, kind: Array, cut: dict[int, Any], fresh: Array) -> Fixes:
        parts: list[dict[str, Array]] = []
        order: list[Array] = []
        for k in _ALIKE:
            if k in cut:
                rows, _, found = cut[k]
                keep = fresh[rows]
                columns = ais_positions.scaled({name: v[keep] for name, v in found.items()}, k)
                at = rows[keep]
                columns["message"] = kind[at].astype(np.int8)
                columns["late_s"] = ais_positions.late(m.times[at], columns.pop("second"))
                columns["times"] = m.times[at].view("datetime64[ms]")
                columns["station"] = m.station[at]
                parts.append(columns)
                order.append(at)
        if not parts:
            return Fixes.of(mmsi=[], times=[], lon=[], lat=[])
        by_line = np.argsort(np.concatenate(order), kind="stable")
        joined = {name: np.concatenate([p[name] for p in parts])[by_line] for name in parts[0]}
        return Fixes.of(source=np.full(len(by_line), self.source, dtype=np.int16), **joined)

    def _statements(self, m: Messages, cut: dict[int, Any], fresh: Array, digest: Array) -> None:
        bits_of: list[tuple[str, Bits, Array]] = []
        for k in (5, 19, 24):
            if k not in cut:
                continue
            rows, bits, _ = cut[k]
            if k == 24:
                part = bits.unsigned(38, 2)
                for name, which in (("24A", part == 0), ("24B", part == 1)):
                    at = rows[which & fresh[rows]]
                    bits_of.append((name, Bits(m.pool, m.at[at], 27 if name == "24A" else 28), at))
            else:
                at = rows[fresh[rows]]
                bits_of.append((str(k), Bits(m.pool, m.at[at], ais_positions.CHARACTERS.get(k, 71)), at))
        if not bits_of:
            return
        rows = np.concatenate([at for _, _, at in bits_of])
        kinds = np.concatenate([np.full(len(at), i) for i, (_, _, at) in enumerate(bits_of)])
        within = np.concatenate([np.arange(len(at)) for _, _, at in bits_of])
        mmsi = np.concatenate([b.unsigned(8, 30) for _, b, _ in bits_of])
        begin, first, last = ais_statics.runs(mmsi, kinds, digest[rows], m.times[rows])
        said: dict[int, dict[str, Any]] = {}
        for i, (name, bits, at) in enumerate(bits_of):
            some = begin[kinds[begin] == i]
            few = Bits(m.pool, m.at[at][within[some]], bits.columns.shape[0])
            said.update(zip(some.tolist(), ais_statics.told(few, name), strict=True))
        for row, a, b in zip(begin.tolist(), first.tolist(), last.tolist(), strict=True):
            self.statements.say(int(mmsi[row]), a, b, said[row], self.source)

    def _places(self, m: Messages, cut: dict[int, Any], fresh: Array) -> None:
        for k, first, kept in ((4, 79, self.bases), (21, 164, self.aids)):
            if k not in cut:
                continue
            rows, _, _ = cut[k]
            at = rows[fresh[rows]]
            if not len(at):
                continue
            bits = Bits(m.pool, m.at[at], 28 if k == 4 else 46)
            lon, lat = bits.signed(first, 28), bits.signed(first + 28, 27)
            mmsi, times = bits.unsigned(8, 30), m.times[at]
            ahead = (times - base_time(bits)) / 1000 if k == 4 else np.zeros(len(at))
            told = np.ones(len(at), dtype=bool) if k == 21 else base_time(bits) != NAT
            order = np.lexsort((times, lat, lon, mmsi))
            keys = np.stack((mmsi, lon, lat))[:, order]
            new = np.ones(len(at), dtype=bool)
            new[1:] = (keys[:, 1:] != keys[:, :-1]).any(axis=0)
            begin = np.flatnonzero(new)
            end = np.append(begin[1:], len(at))
            names = Bits(m.pool, m.at[at][order[begin]], 46).text(43, 20).tolist() if k == 21 else [""] * len(begin)
            for a, b, name in zip(begin.tolist(), end.tolist(), names, strict=True):
                i, j = order[a], order[b - 1]
                key = (int(mmsi[i]), int(lon[i]), int(lat[i]))
                group = order[a:b][told[order[a:b]]]
                row = kept.get(key)
                if row is None:
                    row = kept[key] = [int(times[i]), int(times[j]), 0, name, 0, False, False, 0.0, 0]
                    if k == 21:
                        row[4] = int(bits.unsigned(38, 5)[i])
                        row[6] = bool(bits.flag(269)[i])
                row[0], row[1] = min(row[0], int(times[i])), max(row[1], int(times[j]))
                row[2] += b - a
                if k == 21:
                    row[5] |= bool(bits.flag(259)[order[a:b]].any())
                row[7] += float(ahead[group].sum())
                row[8] += len(group)

    def _texts(self, m: Messages, cut: dict[int, Any], fresh: Array) -> None:
        for k, first in ((12, 72), (14, 40)):
            if k not in cut:
                continue
            rows, _, _ = cut[k]
            kept = rows[fresh[rows]]
            said: list[tuple[int, tuple[Any, ...]]] = []
            for size in np.unique(m.bits[kept]).tolist():
                at = kept[m.bits[kept] == size]
                bits = Bits(m.pool, m.at[at], -(-size // 6))
                to = bits.unsigned(40, 30).tolist() if k == 12 else [0] * len(at)
                words = bits.text(first, (size - first) // 6).tolist()
                times = m.times[at].view("datetime64[ms]")
                columns = zip(bits.unsigned(8, 30).tolist(), times, to, words, strict=True)
                said += [(int(i), (*row, self.source)) for i, row in zip(at, columns, strict=True)]
            self.texts += [row for _, row in sorted(said, key=lambda one: one[0])]


def _fold(text: bytes) -> int:
    value = 0
    for byte in text:
        value = (value * 1_099_511_628_211 ^ byte) & 0xFFFFFFFFFFFFFFFF
    return value


def base_time(bits: Bits) -> Array:
    """Give the UTC that base stations broadcast (type 4), ms since 1970, `NAT` where they have none; shape (n,).

    >>> line = np.frombuffer(b"403OviQuMGCqWrRO9>E6fE700@GO", dtype=np.uint8)
    >>> base_time(Bits(line, np.array([0]), 28)).view("datetime64[ms]").tolist()
    [datetime.datetime(2007, 5, 14, 19, 57, 39)]
    """
    fields = ((38, 14), (52, 4), (56, 5), (61, 5), (66, 6), (72, 6))
    year, month, day, hour, minute, second = (bits.unsigned(a, n).astype(np.int64) for a, n in fields)
    return civil(year, month, day, hour, minute, np.where(second > 59, 99, second))


def places(kept: dict[tuple[int, int, int], list[Any]], *, clock: bool) -> list[tuple[Any, ...]]:
    """Make rows of `Places` from what was kept, by MMSI and place.

    Parameters
    ----------
    kept
        As the decoder keeps it.
    clock
        Whether these are base stations, which have a clock.
    """
    rows: list[tuple[Any, ...]] = []
    for (mmsi, lon, lat), r in sorted(kept.items()):
        if abs(lon) > 108_000_000 or abs(lat) > 54_000_000:
            place = (np.nan, np.nan)
        else:
            place = (lon / 600_000, lat / 600_000)
        ahead = r[7] / r[8] if clock and r[8] else np.nan
        times = (np.datetime64(r[0], "ms"), np.datetime64(r[1], "ms"))
        rows.append((mmsi, *place, *times, r[2], r[3], r[4], r[6], r[5], ahead))
    return rows
