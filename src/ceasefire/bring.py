"""Bringing files from their services into a case's folders: the only step that goes to the network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ceasefire import heat, imagery
from ceasefire.casefile import SourceLine, find_files
from ceasefire.errors import FetchError
from ceasefire.model.records import Observation
from ceasefire.model.table import Table

if TYPE_CHECKING:
    from ceasefire.case import Case


def bring(case: Case, product: str = "") -> Iterator[str]:
    """Bring the files of a case's sources from their services into the folders that the case names.

    Parameters
    ----------
    case
        The case.
    product
        Only this one; all that a service offers where empty.

    Yields
    ------
    One line per file: what was fetched, or already there.

    Raises
    ------
    FetchError
        Where a service cannot be reached or answers wrongly, or where no source names a folder to fetch into.
    """
    wanted = [line for line in case.file.sources if line.fetch and product in ("", line.product)]
    if not wanted:
        from ceasefire.sources.fetch import fetchable

        raise FetchError(
            f"no source of this case can be fetched{f' for {product!r}' if product else ''}: "
            f"give its source line `fetch: FOLDER` (products: {', '.join(fetchable())})"
        )
    for line in sorted(wanted, key=lambda line: line.product in imagery.PRODUCTS):  # fires tell where to look
        yield from _one(case, line)


def bring_missing(case: Case) -> None:
    """Bring what a source line says can be fetched and is not there yet; everything else is local."""
    local = 0
    for line in sorted(case.file.sources, key=lambda line: line.product in imagery.PRODUCTS):
        there = not line.fetch or bool(list((case.folder / line.fetch).glob("*")))
        local += there
        for got in () if there else _one(case, line):
            case.say(f"fetch: {got}")
    case.say(f"fetch: {local} of {len(case.file.sources)} sources are local files")


def _one(case: Case, line: SourceLine) -> Iterator[str]:
    from ceasefire.sources.fetch import fetch

    folder = case.folder / line.fetch
    wanted = _places(case, line) if line.product in imagery.PRODUCTS and "around" not in line.options else []
    for got in fetch(line.product, folder=folder, window=case.file.window, options=line.options, places=wanted):
        yield f"{line.id}: {got.path.name} {'fetched' if got.new else 'was here already'}"


def _places(case: Case, line: SourceLine) -> list[imagery.Place]:
    """Give the places whose pixels a source line wants: sites and objects, or the fires that other sources saw."""
    heat_lines = [s for s in case.file.sources if s.product in heat.PRODUCTS]
    fires = [case.take_in(s).observations for s in heat_lines] if line.product != "sentinel1" else []
    return imagery.places(
        line.product,
        source=line.id,
        options=line.options,
        window=case.file.window,
        objects=case.register()[0],
        fires=Table.concat(Observation, fires),
        outlines=find_files(imagery.patterns(line.options, source=line.id), case.file, case.folder),
    )
