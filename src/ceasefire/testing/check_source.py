"""The contract of a source reader as one check: run it on your reader before you rely on it.

Why public: readers are the part that others write. A reader that keeps this contract can be named in a case file, and
what it cannot read is counted and kept instead of lost.
"""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from ceasefire.errors import CeasefireError
from ceasefire.geo import regions
from ceasefire.model import taxonomy
from ceasefire.model.intake import Intake, Window
from ceasefire.model.matters import STANCES
from ceasefire.model.table import Table

Array = np.ndarray[Any, Any]

_ID = re.compile(r"[a-z]-[0-9a-f]{12}")
_FAMILIES = {"satellite", "drone", "news", "party", "official", "monitor", "alert"}
_WORDS: dict[str, set[Any]] = {
    "act": {"", *taxonomy.ACTS},
    "object_class": {"", *taxonomy.OBJECTS},
    "effect": {"", *taxonomy.EFFECTS},
    "basis": {"", *taxonomy.BASES},
    "procedure": {"report", "claim", "sensor", "alert", "tally"},
    "reliability": set("ABCDEF"),
    "credibility": set(range(1, 7)),
    "tlp": {"CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"},
}
_STANCES: dict[str, set[str]] = {
    "observations": {"asserts", "denies"},
    "claims": set(STANCES),
}


class BrokenContract(CeasefireError, AssertionError):
    """A reader does not keep its contract; every breach at once.

    >>> print(BrokenContract("mine", ["rows do not add up"]))
    reader 'mine' breaks its contract in 1 way
    - rows do not add up
    """

    def __init__(self, product: str, breaches: Sequence[str]) -> None:
        self.breaches = list(breaches)
        ways = "1 way" if len(self.breaches) == 1 else f"{len(self.breaches)} ways"
        super().__init__(f"reader {product!r} breaks its contract in {ways}\n" + "\n".join(f"- {b}" for b in breaches))


def check_source(
    module: ModuleType | Any,
    paths: Sequence[Path],
    *,
    window: Window,
    options: Mapping[str, Any] | None = None,
    source: str = "under-test",
) -> Intake:
    """Check that a reader keeps the contract of source readers, on real files and on files that cannot be read.

    Checked are: rows add up and every quarantined row says why; ids are well formed, unique, and the same whatever
    the order of the files; every interval is ordered and touches the window; every disc has a place on the globe and
    a radius above 0; regions, acts, objects and all other words are known; evidence is the SHA-256 of a file named in
    `files`; a look is lost exactly when its quality is 0; a second run writes equal bytes; a missing and an empty file
    each give one quarantined row and no error.

    Parameters
    ----------
    module
        The reader: anything with `PRODUCT` and `read`.
    paths
        Files of its product, at least one; small ones, they are read three times.
    window
        Period in which the files have rows.
    options
        Options of the reader.
    source
        Id that a case file would give the source.

    Returns
    -------
    What the reader gave, for further checks of one's own.

    Raises
    ------
    BrokenContract
        With every breach found. It is an `AssertionError`, so test runners show it as a failure.

    Examples
    --------
    >>> import types
    >>> from datetime import UTC, datetime
    >>> w = Window(datetime(2025, 3, 18, tzinfo=UTC), datetime(2025, 4, 18, tzinfo=UTC))
    >>> check_source(types.SimpleNamespace(PRODUCT="mine"), [Path("a.csv")], window=w)
    Traceback (most recent call last):
    ...
    ceasefire.testing.check_source.BrokenContract: reader 'mine' breaks its contract in 1 way
    - the module has no function `read`
    """
    product = getattr(module, "PRODUCT", None)
    if not isinstance(product, str) or not product:
        raise BrokenContract(repr(product), ["the module has no text `PRODUCT`"])
    if not callable(getattr(module, "read", None)):
        raise BrokenContract(product, ["the module has no function `read`"])
    if not paths:
        raise BrokenContract(product, ["no file was given to read"])
    given = dict(options or {})

    def read(some: Sequence[Path]) -> Intake:
        intake = module.read(some, source=source, window=window, options=given)
        if not isinstance(intake, Intake):
            raise BrokenContract(product, [f"`read` gives {type(intake).__name__}, not an Intake"])
        return intake

    intake = read(list(paths))
    breaches = [
        *_counts(intake, source),
        *_records(intake, product, source, window),
        *_again(intake, read(list(paths)), read(list(paths)[::-1])),
        *_unreadable(read, source),
    ]
    if breaches:
        raise BrokenContract(product, breaches)
    return intake


def _counts(intake: Intake, source: str) -> Iterator[str]:
    count = intake.count
    if count.rows != count.used + count.duplicates + count.quarantined:
        yield f"rows do not add up: {count}"
    if min(vars(count).values()) < 0:
        yield f"a count is negative: {count}"
    if count.quarantined != len(intake.quarantine):
        yield f"{count.quarantined} rows are counted as quarantined, {len(intake.quarantine)} are kept"
    kept = len(intake.observations) + len(intake.looks) + len(intake.claims) + len(intake.documents)
    if count.used and not kept:
        yield f"{count.used} rows were used, and nothing came of them"
    if len(intake.observations) + len(intake.claims) and not count.used:
        yield "observations or claims came from no used row"
    lines = {
        pair
        for table in (intake.observations, intake.claims)
        for pair in zip(table.column("granule").tolist(), table.column("line").tolist(), strict=True)
    }
    if len(lines) > count.used:
        yield f"records name {len(lines)} different rows, but only {count.used} rows were used"
    for row in intake.quarantine:
        if not row.reason.strip():
            yield f"{row.granule}, line {row.line}: quarantined without a reason"
        if len(row.row) > 500 or row.line < 0 or row.source != source:
            yield f"{row.granule}, line {row.line}: the quarantined row is too long, or its line or source is wrong"


def _records(intake: Intake, product: str, source: str, window: Window) -> Iterator[str]:
    known = {"", *regions.names()}
    for name, letter in (("observations", "o"), ("looks", "l"), ("claims", "c")):
        table: Table[Any] = getattr(intake, name)
        if not len(table):
            continue
        ids = table.column("id").tolist()
        if len(set(ids)) < len(ids):
            yield f"{name}: ids are not unique: {Counter(ids).most_common(1)[0][0]!r} stands twice"
        wrong = [i for i in ids if not _ID.fullmatch(i) or i[0] != letter]
        if wrong:
            yield f"{name}: id {wrong[0]!r} is not {letter!r}, a hyphen and 12 hex digits"
        if set(table.column("region").tolist()) - known:
            yield f"{name}: unknown region {sorted(set(table.column('region').tolist()) - known)[0]!r}"
        yield from _words(name, table)
        yield from _discs(name, table)
        yield from _intervals(name, table, window)
    yield from _evidence(intake, product, source)
    yield from _lost(intake)


def _evidence(intake: Intake, product: str, source: str) -> Iterator[str]:
    observed, hashes = intake.observations, dict(intake.files)
    if len(observed):
        if set(observed.column("product").tolist()) != {product} or set(observed.column("source").tolist()) != {source}:
            yield f"observations: product or source is not {product!r}, {source!r}"
        pairs = set(zip(observed.column("granule").tolist(), observed.column("evidence").tolist(), strict=True))
        if not all(hashes.get(granule) == digest for granule, digest in pairs):
            yield "observations: evidence is not the SHA-256 that `files` names for the granule"
    if not all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in hashes.values()):
        yield "files: a hash is no SHA-256"


def _lost(intake: Intake) -> Iterator[str]:
    looks = intake.looks
    quality, lost = looks.column("quality"), looks.column("lost") != ""
    if not np.all((quality >= 0) & (quality <= 1)):
        yield "looks: a quality lies outside 0 to 1"
    if np.any((quality == 0) != lost):
        yield "looks: quality is 0 exactly when a look was lost, and one look breaks this"
    if np.any((looks.column("region") == "") & np.isnan(looks.column("radius_km"))):
        yield "looks: a look names neither a region nor a disc"


def _words(name: str, table: Table[Any]) -> Iterator[str]:
    words = {**_WORDS, "stance": _STANCES.get(name, set())}
    if name == "claims":  # a speaker's own words may wait for the text stage to be understood
        table = table.keep((table.column("stance") != "") | (table.column("text") == ""))
    for field in table.arrow.column_names:
        if field in words and set(table.column(field).tolist()) - words[field]:
            odd = sorted(set(table.column(field).tolist()) - words[field], key=str)[0]
            yield f"{name}: {field} {odd!r} is not a known word"
        if field == "channel":
            odd = [c for c in set(table.column(field).tolist()) if c.partition(".")[0] not in _FAMILIES]
            if odd:
                yield f"{name}: channel {sorted(odd)[0]!r} belongs to no known family"
    if "alternatives" in table.arrow.column_names:
        said = {a for of in table.column("alternatives") for a in of}
        if said - set(taxonomy.ALTERNATIVES):
            yield f"{name}: alternative {sorted(said - set(taxonomy.ALTERNATIVES))[0]!r} is not a known word"


def _discs(name: str, table: Table[Any]) -> Iterator[str]:
    lon, lat, radius = (table.column(c) for c in ("lon", "lat", "radius_km"))
    placed = ~np.isnan(lon) | ~np.isnan(lat)
    if np.any(placed & ~((np.abs(lon) <= 180) & (np.abs(lat) <= 90))):
        yield f"{name}: a place is not on the globe, or has only one of its two coordinates"
    if np.any(placed & ~((radius > 0) & (radius <= 20_040))):
        yield f"{name}: a place has no radius above 0 km; no place is known exactly"


def _intervals(name: str, table: Table[Any], window: Window) -> Iterator[str]:
    start, end = table.column("start"), table.column("end")
    if np.any(end < start) or (name != "claims" and np.any(end == start)):
        yield f"{name}: an interval does not end after it begins; no time is known exactly"
    first = np.datetime64(window.start.replace(tzinfo=None), "s")
    last = np.datetime64(window.end.replace(tzinfo=None), "s")
    touches = (start < last) & (end >= first)
    for told in ("reported", "said"):
        if told in table.arrow.column_names:
            touches |= (table.column(told) >= first) & (table.column(told) <= last)
    if not touches.all():
        yield f"{name}: {int((~touches).sum())} lie outside the window; they belong into `outside`"


def _again(first: Intake, second: Intake, reversed_: Intake) -> Iterator[str]:
    names = ("observations", "looks", "claims", "documents", "quarantine")
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            written = []
            for k, intake in enumerate((first, second)):
                path = Path(folder) / f"{name}-{k}.parquet"
                getattr(intake, name).write(path)
                written.append(path.read_bytes())
            if written[0] != written[1]:
                yield f"{name}: a second run writes other bytes"
    if first.count != second.count or first.files != second.files:
        yield "counts or files differ in a second run"
    if first.count.duplicates == 0:
        for name in names[:4]:
            one, other = (set(getattr(i, name).column("id").tolist()) for i in (first, reversed_))
            if one != other:
                yield f"{name}: ids depend on the order of the files"


def _unreadable(read: Any, source: str) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        empty, missing = Path(folder) / "empty.csv", Path(folder) / "missing.csv"
        empty.write_bytes(b"")
        for what, path in (("an empty file", empty), ("a missing file", missing)):
            try:
                intake = read([path])
            except Exception as error:  # noqa: BLE001 - whatever a foreign reader raises is a breach to be named
                yield f"{what} raises {type(error).__name__} instead of one quarantined row"
                continue
            lines = intake.quarantine.column("line").tolist()
            if lines != [0] or intake.count.rows != 1 or intake.count.quarantined != 1:
                yield f"{what} gives {intake.count}, not one quarantined row with line 0"
