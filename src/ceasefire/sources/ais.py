"""AIS: what ships broadcast of themselves, from logs of sentences and from tables, into columns; no row is lost.

Why our own decoder: ten million messages in three minutes on two cores leave 36 microseconds for each, cleaning and
tracks included; a decoder that makes an object of each message takes half of that alone. Here a block of a file is
decoded in columns. The library `pyais` is what it is proved against (`python -m benchmarks.ais_decode`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ceasefire.errors import SourceError
from ceasefire.geo.fixes import Fixes
from ceasefire.model.records import Quarantined
from ceasefire.model.table import Table
from ceasefire.sources.ais_bits import Bits, mixed
from ceasefire.sources.ais_clock import NAT, YEARS, gps, stamped, tagged
from ceasefire.sources.ais_decode import Decoder, base_time, places
from ceasefire.sources.ais_files import Opened, opened
from ceasefire.sources.ais_lines import REASONS, Sentences, sentences
from ceasefire.sources.ais_parts import Parts
from ceasefire.sources.ais_records import AisBatch, AisRead, Places, Tally, Texts, sorted_statics
from ceasefire.sources.ais_repeats import across_files
from ceasefire.sources.ais_rows import take
from ceasefire.sources.ais_statics import table as statics_table
from ceasefire.sources.ais_table import header, rows

__all__ = ["PRODUCT", "AisBatch", "AisRead", "Places", "Texts", "batches", "read"]

PRODUCT = "ais"
MOST_FILES = 32_767
"""Files of one reading: their number is kept in 16 bits."""
STALE = 5000
"""Sentences for which the last clock sentence holds."""
TOO_LONG = "line longer than 65536 bytes: what is past them is left out"
_OPTIONS = ("columns", "dates", "delimiter", "since", "time", "until", "zone")

Array = NDArray[Any]


@dataclass
class _Clock:
    """The last time that a file told, carried from block to block."""

    last: int = NAT
    since: int = 0
    """Sentences since then."""
    told: bool = False
    """Whether anything but base stations tells the time in this file."""
    fallback: int = NAT
    """The option `time`."""
    zone: str = "UTC"
    stations: dict[bytes, int] = field(default_factory=dict)


def batches(paths: Iterable[Path], *, source: str, options: Mapping[str, Any] | None = None) -> Iterator[AisBatch]:
    """Read files of AIS block by block; memory is the same whatever their size.

    Parameters
    ----------
    paths
        Logs of NMEA 0183 sentences (with or without tag blocks, loggers' stamps, other sentences) or tables (CSV),
        plain or packed with gzip, bzip2, xz or zip. What a file is shows its content, not its name.
    source
        Source as named in the case file.
    options
        `time`: an instant or day for logs that have no clock at all; `zone`: IANA zone of stamps that name none
        (default UTC); `since`, `until`: instants, times outside are set aside; `columns`: a map from our names (`mmsi`,
        `time`, `lon`, `lat`, ...) to a table's; `delimiter`: what stands between a table's fields.

    Yields
    ------
    Batches; the last one holds what was set aside at the end, and its tally is the whole.

    Raises
    ------
    SourceError
        Where an option is unknown or cannot be read.
    """
    state = _Reading(source, dict(options or {}))
    for number, path in enumerate(paths):
        yield from state.file(Path(path), number)
    state.tally.check()
    yield state.batch(Fixes.of(mmsi=[], times=[], lon=[], lat=[]), 0)


def read(paths: Sequence[Path], *, source: str, options: Mapping[str, Any] | None = None) -> AisRead:
    """Read files of AIS whole.

    Parameters
    ----------
    paths, source, options
        As for `batches`.

    Raises
    ------
    SourceError
        Where an option is unknown or cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "log.nmea"
    >>> line = "\\\\c:1635731889*54\\\\!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4A\\n"
    >>> _ = path.write_text(line, encoding="ascii")
    >>> found = read([path], source="example")
    >>> len(found.fixes), found.fixes.lon.round(4).tolist(), found.count.used, dict(found.reasons)
    (1, [-123.3954], 1, {})
    """
    state = _Reading(source, dict(options or {}), whole=True)
    fixes = [b.fixes for number, path in enumerate(paths) for b in state.file(Path(path), number)]
    tally = state.tally
    joined = Fixes.join(fixes)
    fixes.clear()
    if _overlap(joined):
        first = across_files(joined)
        again = len(first) - int(first.sum())
        if again:
            joined = joined.keep(first)
            tally.used, tally.duplicates = tally.used - again, tally.duplicates + again
    tally.check()
    count = tally.count()
    count.check()
    return AisRead(
        fixes=joined,
        statics=sorted_statics(statics_table(state.statements)),
        texts=Texts.of(state.texts),
        stations=tuple(tally.stations),
        bases=Places.of(places(state.bases, clock=True)),
        aids=Places.of(places(state.aids, clock=False)),
        quarantine=Table.of(Quarantined, tally.rows),
        count=count,
        reasons=tally.reasons,
        files=tuple(tally.files),
        apart=tally.apart,
        sentences=tally.sentences,
        joined=tally.joined,
        other=tally.other,
    )


def _overlap(fixes: Fixes) -> bool:
    """Tell whether two files cover one time."""
    files = np.unique(fixes.source)
    if len(files) < 2:
        return False
    spans = sorted((fixes.times[fixes.source == k].min(), fixes.times[fixes.source == k].max()) for k in files)
    return any(spans[k + 1][0] <= spans[k][1] for k in range(len(spans) - 1))


class _Reading:
    """What is carried from file to file."""

    def __init__(self, source: str, options: dict[str, Any], *, whole: bool = False) -> None:
        if unknown := sorted(set(options) - set(_OPTIONS)):
            raise SourceError(f"{source}: AIS has no option {unknown[0]!r}; there are: {', '.join(_OPTIONS)}")
        self.options, self.whole = options, whole
        self.tally = Tally(source)
        self.decoder = Decoder(self.tally)
        self.decoder.until = _instant(options, "until", np.iinfo(np.int64).max)
        self.decoder.since = _instant(options, "since", NAT)
        self.time = _instant(options, "time", NAT)
        self.zone = str(options.get("zone", "UTC"))
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise SourceError(f"option 'zone': {self.zone[:60]!r} is no IANA zone, e.g. Europe/Kyiv") from None
        if options.get("dates") not in (None, "day", "month"):
            raise SourceError(f"option 'dates': 'day' or 'month' is wanted, not {str(options['dates'])[:60]!r}")
        self.stations: dict[bytes, int] = {}

    @property
    def statements(self) -> list[list[Any]]:
        return self.decoder.statements.rows

    @property
    def texts(self) -> list[tuple[Any, ...]]:
        return self.decoder.texts

    @property
    def bases(self) -> dict[tuple[int, int, int], list[Any]]:
        return self.decoder.bases

    @property
    def aids(self) -> dict[tuple[int, int, int], list[Any]]:
        return self.decoder.aids

    def file(self, path: Path, number: int) -> Iterator[AisBatch]:
        if number > MOST_FILES:
            raise SourceError(f"{self.tally.source}: more than {MOST_FILES:,} files; read them in several calls")
        sha256 = ""
        for one in opened(path):
            sha256 = one.sha256
            self.decoder.granule, self.decoder.source = one.name, number
            try:
                if one.kind == "nmea":
                    yield from self._nmea(one)
                elif one.kind == "table":
                    yield from self._table(one)
            finally:
                one.close()
            if one.problem:
                self.tally.sentences += 1
                self.tally.aside(one.problem, one.name, [0], lambda _: b"")
        self.tally.files.append((path.name, sha256))

    def _nmea(self, one: Opened) -> Iterator[AisBatch]:
        parts, clock, read = Parts(), _Clock(fallback=self.time, zone=self.zone, stations=self.stations), 0
        for block, first_line in one.blocks():
            read += len(block)
            found = sentences(block, first_line)
            times, station = received(found, clock, self.tally.stations)
            lost = len(found.lost)
            self.tally.sentences += len(found) + lost
            self.tally.other += found.other
            if lost:
                self.tally.aside(REASONS[9], one.name, found.lost_lines, found.texts(found.lost, found.lost_ends))
            messages = parts.messages(found, times, station, self.tally, one.name)
            yield self.batch(self.decoder.take(messages), read)
        parts.end(self.tally, one.name)
        self._cut(one)

    def _table(self, one: Opened) -> Iterator[AisBatch]:
        head = header(one.first, dict(self.options.get("columns") or {}), self.options)
        if head.problem:
            one.problem = head.problem
            return
        read, before = 0, self.tally.sentences
        for block, first_line in one.blocks():
            read += len(block)
            text = block.removeprefix(b"\xef\xbb\xbf") if first_line == 1 else block
            found = rows(text, first_line, head)
            yield self.batch(take(self.decoder, found, head, zone=self.zone, fallback=self.time), read)
        if self.tally.sentences == before and not one.problem:
            one.problem = "a table with a header and no rows"
        self._cut(one)

    def _cut(self, one: Opened) -> None:
        self.tally.sentences += len(one.cut)
        self.tally.aside(TOO_LONG, one.name, [line for line, _ in one.cut], lambda k: one.cut[k][1])

    def batch(self, fixes: Fixes, read: int) -> AisBatch:
        if self.whole:
            return AisBatch(fixes, statics_table([]), Texts.of(), Places.of(), Places.of(), self.tally, read)
        d = self.decoder
        texts, bases, aids = Texts.of(d.texts), places(d.bases, clock=True), places(d.aids, clock=False)
        d.texts, d.bases, d.aids = [], {}, {}
        return AisBatch(fixes, d.statements.take(), texts, Places.of(bases), Places.of(aids), self.tally, read)


def clocked(zone: str = "UTC") -> Callable[[Sentences], tuple[Array, Array]]:
    """Give a function that tells when and where the sentences of a file's blocks were received, block after block."""
    clock, names = _Clock(zone=zone), [""]
    return lambda found: received(found, clock, names)


def received(s: Sentences, clock: _Clock, stations: list[str]) -> tuple[Array, Array]:
    """Give when (ms since 1970, `NAT` where no clock tells) and by which station each sentence was received."""
    times, begins, ends = tagged(s)
    station = _stations(s, begins, ends, clock.stations, stations)
    if (times == NAT).any():
        own = stamped(s, clock.zone)
        times = np.where(times == NAT, own, times)
    missing = times == NAT
    at, value = [s.bang[~missing]], [times[~missing]]
    if missing.any():
        told = [(int(a), gps(s.text(a, b))) for a, b in zip(s.clocks.tolist(), s.clock_ends.tolist(), strict=True)]
        known = [(a, t) for a, t in told if t is not None]
        at.append(np.array([a for a, _ in known], dtype=np.int64))
        value.append(np.array([t for _, t in known], dtype=np.int64))
        clock.told |= bool(len(at[0]) or known)
        if not clock.told:
            base = np.flatnonzero((s.reason == 0) & (s.pool[s.payload] == 52) & (s.total == 1) & (s.characters == 28))
            if len(base):
                utc = base_time(Bits(s.pool, s.payload[base], 28))
                sound = (utc >= YEARS[0]) & (utc < YEARS[1])
                if sound.any():
                    # one base station in the wrong year must not move the log
                    sound &= np.abs(utc - np.sort(utc[sound])[sound.sum() // 2]) <= 86_400_000
                at.append(s.bang[base][sound])
                value.append(utc[sound])
        times = _carried(s, times, missing, np.concatenate(at), np.concatenate(value), clock)
    elif len(times):
        clock.told, clock.last, clock.since = True, int(times[-1]), 0
    return np.where(times == NAT, clock.fallback, times), station


def _carried(s: Sentences, times: Array, missing: Array, at: Array, value: Array, clock: _Clock) -> Array:
    """Give sentences without a clock of their own the last that was told, or before any the first."""
    order = np.argsort(at, kind="stable")
    at, value = at[order], value[order]
    number = np.searchsorted(s.bang, at)
    here = np.flatnonzero(missing)
    k = np.searchsorted(at, s.bang[here], side="right") - 1
    out = times.copy()
    if len(at):
        since = here - number[np.maximum(k, 0)]
        out[here] = np.where((k >= 0) & (since <= STALE), value[np.maximum(k, 0)], NAT)
    before = here[k < 0]
    if clock.last != NAT:
        out[before] = np.where(clock.since + before <= STALE, clock.last, NAT)
    elif len(at):
        out[before] = np.where(number[0] - before <= STALE, value[0], NAT)
    if len(at):
        clock.last, clock.since = int(value[-1]), len(s) - int(number[-1])
    else:
        clock.since += len(s)
    return out


def _stations(s: Sentences, begins: Array, ends: Array, numbers: dict[bytes, int], names: list[str]) -> Array:
    """Number the receiving stations by the first 24 letters of their names."""
    station = np.zeros(len(s), dtype=np.int32)
    at = np.flatnonzero(begins >= 0)
    if not len(at):
        return station
    width = np.minimum(ends[at] - begins[at], 24)
    window = np.lib.stride_tricks.sliding_window_view(s.pool, 8)
    key = np.zeros(len(at), dtype=np.uint64)
    for k in range(3):
        long = np.flatnonzero(width > 8 * k)
        if len(long):
            word = window[begins[at[long]] + 8 * k].view("<u8")[:, 0]
            left = np.uint64(64) - np.minimum(width[long] - 8 * k, 8).astype(np.uint64) * np.uint64(8)
            key[long] = mixed(key[long] ^ (word << left))
    codes = pa.array(key).dictionary_encode()
    index = codes.indices.to_numpy()
    seen, first = np.unique(index, return_index=True)
    number = np.zeros(len(seen), dtype=np.int32)
    for k, row in zip(seen.tolist(), first.tolist(), strict=True):
        name = s.block[begins[at[row]] : begins[at[row]] + width[row]]
        if name not in numbers:
            numbers[name] = len(names)
            names.append(name.decode("utf-8", "replace"))
        number[k] = numbers[name]
    station[at] = number[index]
    return station


def _instant(options: Mapping[str, Any], name: str, default: int) -> int:
    """Read an option as ms since 1970."""
    value = options.get(name)
    if value is None:
        return int(default)
    if isinstance(value, datetime):
        utc = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        return int(np.datetime64(utc, "ms").astype(np.int64))
    try:
        if isinstance(value, date):
            return int(np.datetime64(value, "ms").astype(np.int64))
        if isinstance(value, np.datetime64):
            return int(value.astype("datetime64[ms]").astype(np.int64))
        return int(np.datetime64(str(value).removesuffix("Z"), "ms").astype(np.int64))
    except ValueError:
        raise SourceError(f"option {name!r}: {str(value)[:60]!r} is no instant, e.g. 2025-04-01T00:00:00") from None
