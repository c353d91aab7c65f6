"""Asking a catalogue of imagery (STAC API) for its items, page by page, and knowing when it goes round in circles."""

from __future__ import annotations

import json
import urllib.parse
import warnings
from collections.abc import Iterator
from typing import Any

from ceasefire.errors import FetchError, MissingExtra
from ceasefire.model.intake import Window
from ceasefire.sources.raster_file import Unreadable
from ceasefire.sources.stac_http import Door

MAX_PAGES = 1000
"""Most pages of one search."""
PAGE = 100
"""Items of a page."""


class Circling(FetchError):
    """A catalogue gave pages that it had given before, or too many: what it has is perhaps not all found."""


def pages(
    door: Door, endpoint: str, *, collection: str, box: tuple[float, float, float, float], window: Window
) -> Iterator[list[Any]]:
    """Give the items of a search, a page at a time, as the catalogue gave them.

    Parameters
    ----------
    door
        How to ask.
    endpoint
        The catalogue's address, e.g. `https://planetarycomputer.microsoft.com/api/stac/v1`.
    collection, box, window
        What to ask for; the box is west, south, east and north degrees.

    Raises
    ------
    MissingExtra
        Where pystac-client is not installed.
    Circling
        Where pages repeat; those before were given.
    FetchError
        Where it does not answer, or not as a catalogue does.
    """
    try:
        import pystac
        from pystac_client import Client
        from pystac_client.errors import ClientTypeError
        from pystac_client.exceptions import APIError
        from pystac_client.stac_api_io import StacApiIO
    except ImportError as error:
        raise MissingExtra("fetching imagery needs ceasefire[satellite]: pystac-client is not installed") from error

    class Through(StacApiIO):
        """Sends every request of the client through our door."""

        def request(self, href: str, method: Any = None, headers: Any = None, parameters: Any = None) -> str:
            body = parameters if str(method or "GET").upper() == "POST" else None
            url = href
            if body is None and parameters:
                url += ("&" if "?" in href else "?") + urllib.parse.urlencode(parameters, safe=",/:")
            host = urllib.parse.urlsplit(url).hostname
            if host != door.home:
                raise FetchError(f"{door.hide(url)}: the catalogue sends its searches to another host: refused")
            try:
                return door.ask(url, body=body).body.decode("utf-8")
            except UnicodeDecodeError:
                raise FetchError(f"{door.hide(url)}: the answer is no text") from None
            except Unreadable as error:
                raise FetchError(str(error)) from None

        def read_text(self, source: Any, *args: Any, **kwargs: Any) -> str:
            href = source.href if isinstance(source, pystac.Link) else str(source)
            if not href.startswith("https://"):
                raise FetchError(f"{href[:100]!r}: not an https address: refused")
            text: str = super().read_text(source, *args, **kwargs)
            return text

    seen: set[str] = set()
    span = f"{window.start:%Y-%m-%dT%H:%M:%SZ}/{window.end:%Y-%m-%dT%H:%M:%SZ}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a catalogue's lesser faults of form
            client = Client.open(endpoint, stac_io=Through(max_retries=None))
            found = client.search(collections=[collection], bbox=list(box), datetime=span, limit=PAGE)
            answers = found.pages_as_dicts()
        for number in range(MAX_PAGES):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                page = next(answers, None)
            if page is None:
                return
            items = page.get("features")
            if not isinstance(items, list):
                raise FetchError(f"{endpoint}: page {number + 1} is no list of items")
            names = {json.dumps(item.get("id")) if isinstance(item, dict) else "" for item in items}
            if number and names <= seen:
                raise Circling(f"{endpoint}: page {number + 1} repeats pages before it, so the search may not be whole")
            seen |= names
            yield items
    except FetchError:
        raise
    except APIError as error:
        raise FetchError(f"{endpoint}: {door.hide(str(error))[:200]}") from None
    except (
        pystac.errors.STACError,
        ClientTypeError,
        NotImplementedError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
    ) as error:
        raise FetchError(f"{endpoint}: does not answer as a STAC API: {type(error).__name__}: {error}"[:300]) from None
    raise Circling(f"{endpoint}: more than {MAX_PAGES} pages; ask for a shorter time or fewer places")
