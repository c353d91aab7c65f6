"""Getting a product's files from the service that publishes them.

Why apart from reading: reading works offline and gives the same records for the same bytes; fetching depends on
the day. What is fetched is kept as it came, with a side-car `<name>.json` that holds the address without the key,
the time, the status, some headers and the SHA-256. A second run asks only for what is missing or was changed.
"""

from __future__ import annotations

import difflib
import json
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ceasefire.errors import FetchError
from ceasefire.model.intake import Window
from ceasefire.sources import fetch_plans
from ceasefire.sources.fetch_web import MAX_BYTES, Ask, Fetched, Opener, download, file_hash, write_whole
from ceasefire.sources.raster_windows import Place
from ceasefire.sources.stac import fetch_windows

__all__ = ["Fetched", "fetch", "fetchable"]

MAX_UNPACKED = 2_000_000_000
"""Most bytes that one zip file may unpack to."""
MAX_PAGES = 500
"""Most pages of one UCDP query."""


def fetchable() -> list[str]:
    """List the products that a service publishes.

    >>> fetchable()
    ['alerts_single', 'articles', 'firms', 'hls', 'sentinel1', 'sentinel2', 'ucdp', 'viina']
    """
    return ["alerts_single", "articles", "firms", *fetch_plans.IMAGERY, "ucdp", "viina"]


def fetch(
    product: str,
    *,
    folder: Path,
    window: Window,
    options: Mapping[str, Any] | None = None,
    places: Sequence[Place] = (),
    opener: Opener | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> list[Fetched]:
    """Get the files of a product for a window, ready for its reader.

    Parameters
    ----------
    product
        One of `fetchable()`.
    folder
        Where the files and their side-cars go.
    window
        Period wanted. Services that publish whole years or everything give more; the reader leaves it out.
    options
        Of the product, see `fetch_plans`; for all: `refresh` (ask again for what is there), `max_bytes`.
    places
        Places whose pixels are wanted, for products of imagery, beside those under `around` in the options.
    opener
        How to open a request; the default is the network over verified HTTPS. Tests give one of their own.
    sleep
        How to wait between tries.

    Returns
    -------
    The files that the product's reader reads, in a stable order.

    Raises
    ------
    FetchError
        Where a key is missing or unknown, or the service does not give what was asked; files that came before stay.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> window = Window(datetime(2025, 3, 18, tzinfo=UTC), datetime(2025, 4, 18, tzinfo=UTC))
    >>> fetch("frms", folder=Path("."), window=window)
    Traceback (most recent call last):
    ...
    ceasefire.errors.FetchError: nothing to fetch for 'frms' (did you mean 'firms'?)
    """
    options = options or {}
    if product not in fetchable():
        near = difflib.get_close_matches(product, fetchable(), n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(fetchable())}"
        raise FetchError(f"nothing to fetch for {product!r} ({hint})")
    if window.end <= window.start:
        raise FetchError("the window ends before it starts")

    if product in fetch_plans.IMAGERY:
        wanted = [*places, *fetch_plans.around(options)]
        return fetch_windows(
            product, folder=folder, window=window, places=wanted, options=options, opener=opener, sleep=sleep
        )

    def get(ask: Ask) -> Fetched:
        return download(
            ask,
            folder,
            opener=opener,
            max_bytes=int(options.get("max_bytes", MAX_BYTES)),
            refresh=bool(options.get("refresh", False)),
            sleep=sleep,
        )

    if product == "articles":
        return _each(fetch_plans.articles(options), get)
    if product == "firms":
        return [get(ask) for ask in fetch_plans.firms(window, options)]
    if product == "alerts_single":
        return [get(ask) for ask in fetch_plans.alerts(window, options)]
    if product == "viina":
        return [one for ask in fetch_plans.viina(window, options) for one in _unpacked(get(ask))]
    return _pages(window, options, get)


def _each(asks: list[Ask], get: Callable[[Ask], Fetched]) -> list[Fetched]:
    """Get every file that can be had; then say which could not, all at once."""
    files, failed = [], []
    for ask in asks:
        try:
            files.append(get(ask))
        except FetchError as error:
            failed.append(str(error))
    if failed:
        raise FetchError(f"{len(failed)} of {len(asks)} links were not archived\n" + "\n".join(failed))
    return files


def _pages(window: Window, options: Mapping[str, Any], get: Callable[[Ask], Fetched]) -> list[Fetched]:
    """Get page after page, as many as the first one says there are."""
    files = [get(fetch_plans.ucdp_page(window, options, 0))]
    try:
        total = json.loads(files[0].path.read_bytes())["TotalPages"]
    except (ValueError, KeyError, TypeError):
        raise FetchError(f"{files[0].url}: the answer does not say how many pages there are") from None
    if not isinstance(total, int) or total > MAX_PAGES:
        raise FetchError(f"{files[0].url}: {total!r} pages; at most {MAX_PAGES} are fetched, narrow the window")
    return files + [get(fetch_plans.ucdp_page(window, options, page)) for page in range(1, total)]


def _unpacked(packed: Fetched) -> list[Fetched]:
    """Unpack the tables of a zip file beside it, by their bare names, within a limit."""
    files = []
    try:
        with zipfile.ZipFile(packed.path) as archive:
            members = [m for m in archive.infolist() if m.filename.lower().endswith(".csv") and not m.is_dir()]
            members = [m for m in members if not m.filename.startswith("__MACOSX")]
            if not members:
                raise FetchError(f"{packed.url}: no table in the zip file")
            left = MAX_UNPACKED
            for member in members:
                target = packed.path.parent / Path(member.filename.replace("\\", "/")).name
                left -= _unpack(archive, member, target, left)
                digest = file_hash(target)
                record = {"from": packed.path.name, "from_sha256": packed.sha256, "sha256": digest, "url": packed.url}
                beside = target.with_name(target.name + ".json")
                write_whole(beside, json.dumps(record, indent=1, sort_keys=True).encode() + b"\n")
                files.append(Fetched(target, packed.url, digest, packed.new))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise FetchError(f"{packed.url}: the zip file cannot be unpacked: {error}") from None
    return files


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, left: int) -> int:
    part = target.with_name(f".{target.name}.part")
    size = 0
    try:
        with archive.open(member) as source, part.open("wb") as out:
            while block := source.read(1 << 20):
                size += len(block)
                if size > left:
                    raise FetchError(f"{archive.filename}: unpacks to more than {MAX_UNPACKED:,} bytes")
                out.write(block)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return size
