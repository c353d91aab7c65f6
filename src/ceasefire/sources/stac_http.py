"""How a catalogue of imagery and the hosts of its files are asked: over the one door of `fetch_web`, part by part.

Why not the clients' own connections: they follow redirects to anywhere, into private networks too, and carry the
token along; a catalogue's answer decides which addresses are asked next, so it must not be able to choose them freely.
"""

from __future__ import annotations

import http.client
import json
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ceasefire.errors import FetchError
from ceasefire.sources.fetch_web import AGENT, ATTEMPTS, LONGEST_WAIT_S, REDIRECTS, RETRY, TIMEOUT_S, Opener, unsafe
from ceasefire.sources.raster_file import Unreadable

BLOCK = 1 << 16
"""Bytes asked for at least: the header of a cloud-optimised file lies in one or two."""
MAX_READ = 400_000_000
"""Most bytes read of one remote file."""
MAX_ANSWER = 100_000_000
"""Most bytes of one answer of a catalogue."""


@dataclass(frozen=True)
class Answer:
    """One answer, whole."""

    body: bytes
    headers: Mapping[str, str]
    """Names in lower case."""
    status: int
    url: str = field(repr=False)
    """Address that gave it, after redirects."""


@dataclass(frozen=True)
class Door:
    """Who may be asked, and with what."""

    home: str
    """Host of the catalogue."""
    hosts: frozenset[str]
    """Hosts that files may lie on, the catalogue's among them."""
    opener: Opener
    token: str = field(default="", repr=False)
    """Token sent to `token_hosts`, and nowhere else."""
    token_hosts: frozenset[str] = frozenset()
    sleep: Callable[[float], None] = time.sleep
    timeout_s: float = TIMEOUT_S

    def refuse(self, url: str) -> str:
        """Say why an address may not be asked; '' where it may."""
        wrong = unsafe(url)
        host = urllib.parse.urlsplit(url).hostname or ""
        if not wrong and host not in self.hosts:
            wrong = f"{host} is neither the catalogue's host nor named in `assets_from`"
        return wrong

    def hide(self, text: str) -> str:
        """Give a text without the token and without signatures in addresses."""
        if self.token:
            text = text.replace(self.token, "TOKEN")
        return text.split("?", 1)[0] if text.startswith("https://") else text

    def ask(self, url: str, *, body: Any = None, span: tuple[int, int] | None = None, most: int = MAX_ANSWER) -> Answer:
        """Ask for an address, with several tries.

        Parameters
        ----------
        url
            Address, on one of the hosts.
        body
            What to send as JSON; without it the address is only read.
        span
            First byte and byte behind the last, for a part of a file.
        most
            Most bytes of the answer.

        Raises
        ------
        FetchError
            Where the host may not be asked or does not answer; the message holds neither token nor signature.
        Unreadable
            Where the service says that there is no such file.
        """
        reason, shown = "", self.hide(url)
        for attempt in range(ATTEMPTS):
            wait = 2.0**attempt
            try:
                return self._once(url, body, span, most)
            except urllib.error.HTTPError as error:
                reason = f"HTTP {error.code}"
                after = error.headers.get("Retry-After", "") if error.headers else ""
                error.close()
                if error.code in (404, 410):
                    raise Unreadable(
                        f"{shown}: the service has no such file (HTTP {error.code})", "not processed"
                    ) from None
                if error.code in (401, 403):
                    raise FetchError(f"{shown}: HTTP {error.code}: the service wants a token, or another one") from None
                if error.code not in RETRY:
                    raise FetchError(f"{shown}: {reason}") from None
                wait = float(after) if after.strip().isdigit() else wait
            except (
                urllib.error.URLError,
                http.client.HTTPException,
                TimeoutError,
                ConnectionError,
                ssl.SSLError,
            ) as error:
                reason = str(getattr(error, "reason", "")) or str(error) or type(error).__name__
            if attempt + 1 < ATTEMPTS:
                self.sleep(min(wait, LONGEST_WAIT_S))
        raise FetchError(f"{shown}: gave up after {ATTEMPTS} tries: {self.hide(reason)}")

    def _once(self, url: str, body: Any, span: tuple[int, int] | None, most: int) -> Answer:
        for _ in range(REDIRECTS + 1):
            if wrong := self.refuse(url):
                raise FetchError(f"{self.hide(url)}: {wrong}: refused")
            headers = {"User-Agent": AGENT, "Accept-Encoding": "identity"}
            if span:
                headers["Range"] = f"bytes={span[0]}-{span[1] - 1}"
            if body is not None:
                headers["Content-Type"] = "application/json"
            if self.token and urllib.parse.urlsplit(url).hostname in self.token_hosts:
                headers["Authorization"] = f"Bearer {self.token}"
            data = None if body is None else json.dumps(body).encode()
            request = urllib.request.Request(url, data=data, headers=headers)  # noqa: S310
            try:
                response = self.opener(request, self.timeout_s)
            except urllib.error.HTTPError as error:
                to = error.headers.get("Location") if error.headers and 300 <= error.code < 400 else None
                if not to:
                    raise
                error.close()
                url = urllib.parse.urljoin(url, to)
                continue
            try:
                parts, size = [], 0
                while block := response.read(1 << 18):
                    parts.append(block)
                    size += len(block)
                    if size > most:
                        raise FetchError(f"{self.hide(url)}: the answer is larger than {most:,} bytes")
                kept = {str(k).lower(): str(v) for k, v in response.headers.items()}
                length = kept.get("content-length", "")
                if length.isdigit() and int(length) != size:
                    raise ConnectionError(f"the answer broke off after {size:,} of {int(length):,} bytes")
                return Answer(b"".join(parts), kept, response.status, url)
            finally:
                response.close()
        raise FetchError(f"{self.hide(url)}: more than {REDIRECTS} redirects")


class RemoteFile:
    """A file on a host, read part by part, every part once.

    Parameters
    ----------
    door
        How to ask.
    url
        Address of the file.

    Raises
    ------
    FetchError, Unreadable
        As of `Door.ask`; also where the host gives no parts, or the file changes while it is read.
    """

    def __init__(self, door: Door, url: str) -> None:
        self.door, self.url = door, url
        self.requests = 0
        """Requests made."""
        self._blocks: dict[int, bytes] = {}
        self._whole: bytes | None = None
        self._tag = ""
        self.size = 0
        """Bytes of the file."""
        self._get(0, 1)

    def first(self) -> bytes:
        """Give the first bytes, which tell the format."""
        return self.part(0, 512)

    def part(self, start: int, stop: int) -> bytes:
        """Give the bytes from `start` to before `stop`, or to the file's end."""
        stop = min(stop, self.size)
        if stop <= start:
            return b""
        if self._whole is not None:
            return self._whole[start:stop]
        first, last = start // BLOCK, (stop - 1) // BLOCK
        missing = [k for k in range(first, last + 1) if k not in self._blocks]
        while missing:
            run = 1
            while run < len(missing) and missing[run] == missing[0] + run:
                run += 1
            self._get(missing[0], run)
            missing = missing[run:]
        joined = b"".join(self._blocks[k] for k in range(first, last + 1))
        return joined[start - first * BLOCK : stop - first * BLOCK]

    def _get(self, block: int, count: int) -> None:
        start, stop = block * BLOCK, (block + count) * BLOCK
        if (len(self._blocks) + count) * BLOCK > MAX_READ:
            raise Unreadable(f"more than {MAX_READ:,} bytes of it would have to be read", "not processed")
        answer = self.door.ask(self.url, span=(start, min(stop, self.size) if self.size else stop))
        self.requests += 1
        self.url = answer.url  # a signed address that it was sent to holds for the next parts
        tag = answer.headers.get("etag", "")
        if self._tag and tag != self._tag:
            raise FetchError(f"{self.door.hide(self.url)}: the file changed while it was read")
        self._tag = tag
        total = answer.headers.get("content-range", "").rpartition("/")[2]
        if answer.status != 206 or not total.isdigit():
            self._whole, self.size = answer.body, len(answer.body)  # the host gives no parts: it gave all
            return
        self.size = int(total)
        if len(answer.body) != min(stop, self.size) - start:
            raise FetchError(f"{self.door.hide(self.url)}: the host gave other bytes than asked for")
        for k in range(count):
            self._blocks[block + k] = answer.body[k * BLOCK : (k + 1) * BLOCK]

    def opener(self, _: str, mode: str = "rb") -> Reader:
        """Open it for reading, as the library of rasters asks for files."""
        if "r" not in mode:
            raise OSError("a remote file is read only")
        return Reader(self)


class Reader:
    """A place in a remote file."""

    def __init__(self, file: RemoteFile) -> None:
        self._file, self._at = file, 0

    def read(self, size: int = -1) -> bytes:
        """Read on."""
        data = self._file.part(self._at, self._file.size if size < 0 else self._at + size)
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go elsewhere."""
        self._at = max(offset + (0, self._at, self._file.size)[whence], 0)
        return self._at

    def tell(self) -> int:
        """Tell the place."""
        return self._at

    def close(self) -> None:
        """Nothing to close: parts stay for the next reader."""

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
