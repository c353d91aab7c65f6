"""The one place that talks to the network: HTTPS only, public hosts only, no key ever written or shown.

Why so narrow: what is fetched becomes evidence, so it must be the bytes of the host that was asked, whole, with
the time and the hash beside it; and a key in a log, a file name or an error message is a key lost.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import os
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from ceasefire.errors import FetchError

ATTEMPTS = 5
"""Most tries of one request."""
RETRY = (429, 500, 502, 503, 504)
"""Answers after which a request is tried again."""
LONGEST_WAIT_S = 120.0
"""Longest wait between two tries, also where the service asks for more."""
TIMEOUT_S = 60.0
MAX_BYTES = 500_000_000
"""Largest answer, bytes."""
REDIRECTS = 3
"""Most redirects followed; to another host only where the request says that it may."""
KEPT_HEADERS = ("content-type", "content-length", "last-modified", "etag", "date")
"""Headers of an answer that are written beside the file; others may carry secrets."""
AGENT = "ceasefire/0.1 (ceasefire monitoring; standard library)"

_BLOCK = 1 << 18


class Response(Protocol):
    """An open answer, as `http.client.HTTPResponse` gives it."""

    status: int
    headers: Any

    def read(self, amount: int = ..., /) -> bytes:
        """Read some bytes."""

    def close(self) -> None:
        """Close the answer."""


Opener = Callable[[urllib.request.Request, float], Response]
"""Opens one request without following redirects; raises `urllib.error.HTTPError` for answers of 300 and more."""


@dataclass(frozen=True)
class Ask:
    """One file to ask for."""

    name: str
    """Name of the file to write."""
    url: str = field(repr=False)
    """Address, with the key where it belongs."""
    secret: str = field(default="", repr=False)
    """The key, so that it can be kept out of everything that is written; empty for none."""
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Headers to send, e.g. a token."""
    elsewhere: bool = False
    """Whether it may be answered by another public host, as articles are that moved; never with a key."""
    problem: Callable[[bytes], str] = field(default=lambda _: "", repr=False)
    """Says what is wrong with an answer's first bytes; '' where it is what was asked for."""

    @property
    def shown(self) -> str:
        """The address without the key.

        >>> Ask("a.csv", "https://example.org/api/abc123/x", secret="abc123").shown
        'https://example.org/api/KEY/x'
        """
        return self.hide(self.url)

    def hide(self, text: str) -> str:
        """Give a text without the key."""
        return text.replace(self.secret, "KEY") if self.secret else text


@dataclass(frozen=True)
class Fetched:
    """One file on disk that came from a service, with its side-car `<name>.json`."""

    path: Path
    url: str
    """Address without the key."""
    sha256: str
    new: bool
    """False where the file was there already and its hash matched."""


def download(
    ask: Ask,
    folder: Path,
    *,
    opener: Opener | None = None,
    max_bytes: int = MAX_BYTES,
    refresh: bool = False,
    sleep: Callable[[float], None] = time.sleep,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Fetched:
    """Get one file, unless it is there with a matching hash; file and side-car are written whole or not at all.

    Parameters
    ----------
    ask
        What to ask for.
    folder
        Where to write; made where it is missing.
    opener
        How to open a request, default `https_opener()`; tests give one that leads to a local server.
    max_bytes
        A larger answer is refused.
    refresh
        Ask again although the file is there.
    sleep, now
        How to wait, and the clock of the side-car.

    Raises
    ------
    FetchError
        Where the service does not give what was asked; the message holds the address without the key.
    """
    target, beside = folder / ask.name, folder / f"{ask.name}.json"
    if Path(ask.name).name != ask.name or ask.name.startswith("."):
        raise FetchError(f"{ask.name!r} is not a plain file name")
    if not refresh and (there := _there(target, beside, ask.shown)):
        return Fetched(target, ask.shown, there, new=False)
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{ask.name}.part"
    try:
        status, headers, digest, size = _with_retries(ask, part, opener or https_opener(), max_bytes, sleep)
        record = {
            "url": ask.shown,
            "time": now().astimezone(UTC).isoformat(timespec="seconds"),
            "status": status,
            "headers": {k: ask.hide(v) for k, v in headers.items()},
            "bytes": size,
            "sha256": digest,
        }
        part.replace(target)
        write_whole(beside, json.dumps(record, indent=1, sort_keys=True).encode() + b"\n")
    finally:
        part.unlink(missing_ok=True)
    return Fetched(target, ask.shown, digest, new=True)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(data)
    part.replace(path)


def file_hash(path: Path) -> str:
    """Give the SHA-256 of a file, read in blocks."""
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _there(target: Path, beside: Path, url: str) -> str:
    """Hash of a file that came from the same address and is unchanged; '' where there is none."""
    try:
        record = json.loads(beside.read_text(encoding="utf-8"))
        if record["url"] == url and record["sha256"] == file_hash(target):
            return str(record["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""  # no file, or a side-car that does not say: it is asked for again
    return ""


def _with_retries(
    ask: Ask, part: Path, opener: Opener, max_bytes: int, sleep: Callable[[float], None]
) -> tuple[int, dict[str, str], str, int]:
    reason = ""
    for attempt in range(ATTEMPTS):
        wait = 2.0**attempt
        try:
            return _once(ask, part, opener, max_bytes)
        except urllib.error.HTTPError as error:
            body = error.read(2000).decode("utf-8", "replace").strip()
            reason = f"HTTP {error.code}" + (f": {body.splitlines()[0][:200]}" if body else "")
            wait = _asked_wait(error.headers.get("Retry-After") if error.headers else None, wait)
            error.close()
            if error.code not in RETRY:
                said = ask.problem(body.encode())
                raise FetchError(f"{ask.shown}: {ask.hide(said or reason)}") from None
        except _Partial as error:
            reason = str(error)
        except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError, ssl.SSLError) as error:
            reason = str(getattr(error, "reason", "")) or str(error) or type(error).__name__
        if attempt + 1 < ATTEMPTS:
            sleep(min(wait, LONGEST_WAIT_S))
    raise FetchError(f"{ask.shown}: gave up after {ATTEMPTS} tries: {ask.hide(reason)}")


class _Partial(Exception):
    """An answer that broke off."""


def _once(ask: Ask, part: Path, opener: Opener, max_bytes: int) -> tuple[int, dict[str, str], str, int]:
    response = _follow(ask, opener)
    try:
        kept = {name: str(response.headers[name]) for name in KEPT_HEADERS if response.headers.get(name)}
        length = kept.get("content-length", "")
        if length.isdigit() and int(length) > max_bytes:
            raise FetchError(f"{ask.shown}: the answer has {int(length):,} bytes, more than the limit of {max_bytes:,}")
        digest, size = sha256(), 0
        with part.open("wb") as file:
            while block := response.read(_BLOCK):
                if not size and (wrong := ask.problem(block)):
                    raise FetchError(f"{ask.shown}: {ask.hide(wrong)}")
                size += len(block)
                if size > max_bytes:
                    raise FetchError(f"{ask.shown}: the answer is larger than the limit of {max_bytes:,} bytes")
                digest.update(block)
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        if length.isdigit() and int(length) != size:
            raise _Partial(f"the answer broke off after {size:,} of {int(length):,} bytes")
        if not size:
            raise FetchError(f"{ask.shown}: {ask.problem(b'') or 'the answer is empty'}")
        return response.status, kept, digest.hexdigest(), size
    finally:
        response.close()


def _follow(ask: Ask, opener: Opener) -> Response:
    """Open the address; a redirect is followed over HTTPS only, and on the same host unless the request says else."""
    url, anywhere = ask.url, ask.elsewhere and not (ask.secret or ask.headers)
    for _ in range(REDIRECTS + 1):
        same = anywhere or urllib.parse.urlsplit(url).hostname == urllib.parse.urlsplit(ask.url).hostname
        if (wrong := unsafe(url)) or not same:
            raise FetchError(f"{ask.shown}: {wrong or 'redirected to another host'}: refused")
        request = urllib.request.Request(url, headers={"User-Agent": AGENT, "Accept-Encoding": "identity"})  # noqa: S310
        for name, value in ask.headers:
            request.add_header(name, value)
        try:
            return opener(request, TIMEOUT_S)
        except urllib.error.HTTPError as error:
            to = error.headers.get("Location") if error.headers and 300 <= error.code < 400 else None
            if not to:
                raise
            error.close()
            url = urllib.parse.urljoin(url, to)
    raise FetchError(f"{ask.shown}: more than {REDIRECTS} redirects")


def unsafe(url: str) -> str:
    """Say why an address may not be asked: not HTTPS, credentials in it, or a host that is not public; '' if it may.

    >>> unsafe("https://example.org/a"), unsafe("http://example.org/a"), unsafe("https://127.0.0.1/")
    ('', 'not an https address', 'not a public host')
    """
    try:
        parts = urllib.parse.urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "not an address"
    if parts.scheme != "https":
        return "not an https address"
    if parts.username or parts.password or port not in (None, 443):
        return "an address with credentials or a port of its own"
    try:
        return "" if ipaddress.ip_address(host).is_global else "not a public host"
    except ValueError:
        return "" if "." in host and not host.endswith((".local", ".internal", ".localhost")) else "not a public host"


def https_opener() -> Opener:
    """Make the opener of real use: verified TLS, no redirects, and no connection to an address that is not public."""
    director = urllib.request.build_opener(_Https(context=ssl.create_default_context()), _NoRedirect())

    def opener(request: urllib.request.Request, timeout: float) -> Response:
        response: Response = director.open(request, timeout=timeout)
        return response

    return opener


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class _Connection(http.client.HTTPSConnection):
    """Looks at the address that the name led to, so that a name cannot lead into a private network."""

    def connect(self) -> None:
        super().connect()
        tunnel = getattr(self, "_tunnel_host", None)  # a proxy that the user set stands where the user put it
        if not tunnel and not ipaddress.ip_address(self.sock.getpeername()[0]).is_global:
            self.close()
            raise ConnectionError(f"{self.host} leads to an address that is not public")


class _Https(urllib.request.HTTPSHandler):
    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_Connection, request, context=self._context)  # type: ignore[attr-defined]


def _asked_wait(header: str | None, otherwise: float) -> float:
    return float(header) if header and header.strip().isdigit() else otherwise
