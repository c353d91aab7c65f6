"""A live feed of AIS written to hourly files, with what was missed written beside them.

Silence of a feed is not silence at sea: a stall, a broken connection, a flood that had to be cut, and the time in which
nobody listened are lost intervals. Whoever counts gaps of ships from these files must take them off the exposure.
"""

from __future__ import annotations

import csv
import re
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from ceasefire.errors import SourceError

STALL_S = 60.0
"""Seconds without a line after which a feed is stalled. On a busy coast there are tens of lines a second; class A ships
at anchor report every three minutes, so on an empty coast this wants to be more."""
MOST_PER_S = 5000
"""Lines of one second that are kept; the world's whole terrestrial AIS is some thousands a second."""
MOST_BYTES = 4_000_000_000
"""Bytes of one hourly file."""
LONGEST = 4096
"""Bytes of the longest line."""
_POLL_S = 0.2
_TOLD = re.compile(rb"c:(\d{13})")


@dataclass(frozen=True)
class Lost:
    """A time in which the feed, or part of it, was not received."""

    start: datetime
    end: datetime
    why: str
    """`stall`, `no connection`, `closed`, `flood`, `full` or `not listening`, with a detail after a colon."""
    lines: int = 0
    """Lines cut, where that is known."""


@dataclass
class Listened:
    """What listening gave."""

    lines: int = 0
    """Lines written."""
    cut: int = 0
    """Lines not written: too many, too long, or the file full."""
    connections: int = 0
    """Times a connection was made."""
    files: list[Path] = field(default_factory=list)
    """Files written to."""
    lost: list[Lost] = field(default_factory=list)
    """Lost intervals, also in the file `NAME-lost.csv`."""


def listen(
    address: str,
    *,
    out: Path,
    seconds: float,
    name: str = "feed",
    stall_s: float = STALL_S,
    most_per_s: int = MOST_PER_S,
    most_bytes: int = MOST_BYTES,
    backoff_s: float = 1.0,
) -> Listened:
    """Write what a feed sends to hourly files `NAME-20250401T13.nmea`, each line with the UTC of its reception.

    Parameters
    ----------
    address
        `tcp://host:port`, connected to again with growing pauses (to a minute), or `udp://:port`, listened on.
    out
        Folder; what is there is appended to.
    seconds
        How long to listen.
    name
        Station name in the tag blocks and in the names of files: letters, digits, `-` and `_`, at most 15.
    stall_s
        Seconds without a line after which the feed counts as stalled; a TCP feed is then connected to anew.
    most_per_s, most_bytes
        Lines of one second and bytes of one file that are kept; what is more is cut and counted.
    backoff_s
        First pause before connecting again, doubled each time.

    Raises
    ------
    SourceError
        The address or the name is none, or the port cannot be listened on.
    """
    kind, host, port = _address(address)
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,15}", name):
        raise SourceError(f"name {name[:40]!r}: letters, digits, - and _ are wanted, at most 15")
    out.mkdir(parents=True, exist_ok=True)
    end, pause = time.monotonic() + seconds, backoff_s
    with _Writer(out, name, most_per_s, most_bytes) as writer:
        while (left := end - time.monotonic()) > 0:
            try:
                connection = _connected(kind, host, port, min(left, 10.0))
            except OSError as error:
                if kind == "udp":
                    raise SourceError(f"{address}: {error.strerror or error}") from None
                writer.away(f"no connection: {error.strerror or error}")
                time.sleep(max(min(pause, end - time.monotonic()), 0))
                pause = min(pause * 2, 60.0)
                continue
            writer.did.connections += 1
            with connection:
                before = writer.did.lines
                _receive(connection, kind, writer, end, stall_s)
                if writer.did.lines > before:
                    pause = backoff_s
            if end - time.monotonic() > 0:
                time.sleep(max(min(pause, end - time.monotonic()), 0))
                pause = min(pause * 2, 60.0)
    return writer.did


def lost(folder: Path, name: str = "feed") -> list[Lost]:
    """Read the lost intervals that listening wrote; none where there is no such file.

    Parameters
    ----------
    folder, name
        As given to `listen`.

    Raises
    ------
    SourceError
        A row of the file cannot be read.
    """
    path = folder / f"{name}-lost.csv"
    if not path.exists():
        return []
    found = []
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            try:
                start, end = (datetime.fromisoformat(row[k]) for k in ("start", "end"))
                found.append(Lost(start, end, row["why"], int(row["lines"])))
            except (KeyError, TypeError, ValueError) as error:
                raise SourceError(f"{path.name}:{number}: {error}") from None
    return found


def _address(address: str) -> tuple[str, str, int]:
    """Read an address.

    >>> _address("tcp://127.0.0.1:5631"), _address("udp://:10110")
    (('tcp', '127.0.0.1', 5631), ('udp', '', 10110))
    """
    try:
        parts = urlsplit(address)
        kind, host, port = parts.scheme, parts.hostname or "", parts.port
    except ValueError:
        kind, host, port = "", "", None
    if kind not in ("tcp", "udp") or not port or (kind == "tcp" and not host):
        raise SourceError(f"address {address[:80]!r}: tcp://host:port or udp://:port is wanted")
    return kind, host, port


def _connected(kind: str, host: str, port: int, timeout: float) -> socket.socket:
    if kind == "tcp":
        return socket.create_connection((host, port), timeout=timeout)
    listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        listening.bind((host, port))
    except OSError:
        listening.close()
        raise
    return listening


def _receive(connection: socket.socket, kind: str, writer: _Writer, end: float, stall_s: float) -> None:
    """Take what comes until the end, a stall (TCP) or the other side's good-bye."""
    connection.settimeout(_POLL_S)
    heard = time.monotonic()
    while time.monotonic() < end:
        try:
            data = connection.recv(1 << 16)
        except TimeoutError:
            if time.monotonic() - heard > stall_s:
                writer.away(f"stall: no line for {stall_s:g} s")
                if kind == "tcp":
                    return
            continue
        except OSError as error:
            writer.away(f"closed: {error.strerror or error}")
            return
        if not data and kind == "tcp":
            writer.away("closed: by the other side")
            return
        if writer.take(data + b"\n" if kind == "udp" else data):
            heard = time.monotonic()
        elif time.monotonic() - heard > stall_s:
            writer.away(f"stall: no line for {stall_s:g} s")
            if kind == "tcp":
                return


class _Writer:
    """Lines to hourly files, and lost intervals to a table."""

    def __init__(self, out: Path, name: str, most_per_s: int, most_bytes: int) -> None:
        self.out, self.name, self.most_per_s, self.most_bytes = out, name, most_per_s, most_bytes
        self.did = Listened()
        self.file: IO[bytes] | None = None
        self.hour, self.size = "", 0
        self.rest, self.skipping = b"", False
        self.second, self.in_second = 0, 0
        self.heard = _now()
        self.gone = ""
        self.flood: tuple[datetime, datetime, str, int] | None = None

    def __enter__(self) -> _Writer:
        if (last := _last(self.out, self.name)) is not None and last < self.heard:
            self._lose(Lost(last, self.heard, "not listening"))
        return self

    def __exit__(self, *_: object) -> None:
        self._back(_now())
        self._ebb()
        if self.file is not None:
            self.file.close()

    def take(self, data: bytes) -> int:
        """Write the whole lines of what came; give how many there were."""
        now = _now()
        lines = (self.rest + data).split(b"\n")
        self.rest = lines.pop()
        if self.skipping and lines:
            lines, self.skipping = lines[1:], False
        if len(self.rest) > LONGEST:
            self.did.cut += not self.skipping
            self.rest, self.skipping = b"", True
        lines = [line for line in (raw.strip(b"\r \0") for raw in lines) if line]
        if not lines:
            return 0
        self._back(now)
        self.heard = now
        self._open(now)
        assert self.file is not None
        stamp = int(now.timestamp() * 1000)
        tag = f"s:{self.name},c:{stamp}".encode()
        for line in self._kept(lines, now):
            text = line if line.startswith(b"\\") else b"\\%s*%02X\\%s" % (tag, _checksum(tag), line)
            self.file.write(text + b"\n")
            self.size += len(text) + 1
            self.did.lines += 1
        self.file.flush()
        return len(lines)

    def away(self, why: str) -> None:
        """Say that nothing comes since the last line; the first reason holds until something does."""
        self.gone = self.gone or why

    def _kept(self, lines: list[bytes], now: datetime) -> Iterator[bytes]:
        second = int(now.timestamp())
        if second != self.second:
            self.second, self.in_second = second, 0
            if self.flood is not None and self.flood[1] < now - timedelta(seconds=1):
                self._ebb()
        for line in lines:
            self.in_second += 1
            if len(line) > LONGEST:
                self.did.cut += 1
            elif self.in_second > self.most_per_s:
                self._cut(now, f"flood: cut at {self.most_per_s} lines a second")
            elif self.size > self.most_bytes:
                self._cut(now, f"full: file cut at {self.most_bytes} bytes")
            else:
                yield line

    def _cut(self, now: datetime, why: str) -> None:
        self.did.cut += 1
        if self.flood is not None and self.flood[2] != why:
            self._ebb()
        start, lines = (self.flood[0], self.flood[3]) if self.flood is not None else (now, 0)
        self.flood = (start, now, why, lines + 1)

    def _ebb(self) -> None:
        if self.flood is not None:
            self._lose(Lost(*self.flood))
            self.flood = None

    def _back(self, now: datetime) -> None:
        if self.gone:
            self._lose(Lost(self.heard, now, self.gone))
            self.gone = ""

    def _open(self, now: datetime) -> None:
        hour = now.strftime("%Y%m%dT%H")
        if hour == self.hour:
            return
        if self.file is not None:
            self.file.close()
        path = self.out / f"{self.name}-{hour}.nmea"
        self.hour, self.size = hour, path.stat().st_size if path.exists() else 0
        self.file = path.open("ab")
        self.did.files.append(path)

    def _lose(self, one: Lost) -> None:
        self.did.lost.append(one)
        path = self.out / f"{self.name}-lost.csv"
        fresh = not path.exists()
        with path.open("a", encoding="utf-8", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            if fresh:
                table.writerow(["start", "end", "why", "lines"])
            times = (t.isoformat(timespec="milliseconds") for t in (one.start, one.end))
            table.writerow([*times, one.why, one.lines])


def _last(out: Path, name: str) -> datetime | None:
    """Give when the newest file of an earlier listening heard its last line."""
    files = sorted(out.glob(f"{name}-[0-9]*T[0-9][0-9].nmea"))
    if not files:
        return None
    with files[-1].open("rb") as file:
        file.seek(max(files[-1].stat().st_size - (1 << 16), 0))
        told = _TOLD.findall(file.read())
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(told[-1])) if told else None


def _now() -> datetime:
    return datetime.now(UTC)


def _checksum(text: bytes) -> int:
    total = 0
    for byte in text:
        total ^= byte
    return total
