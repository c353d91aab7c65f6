"""Reading a source of AIS, small or large: what is too large for memory is spilled, and thinned ship by ship.

Why thinned: a ship under way broadcasts every few seconds; one position in half a minute tells the same way, and a
month of a busy sea fits into memory. Nothing is thinned below `LARGE`, and the report says where it was done.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ceasefire.fixes_archive import FixesArchive
from ceasefire.geo.fixes import Fixes, Statics
from ceasefire.model.intake import Count
from ceasefire.model.records import Quarantined
from ceasefire.model.table import Table
from ceasefire.sea.given import Line

LARGE = 1_000_000_000
"""Bytes of files, as they lie on disk, from which fixes are spilled and thinned."""
EVERY_S = 30.0
"""Seconds of one ship's way from which one position is kept, where files are large."""
Text = tuple[int, np.datetime64, str]


@dataclass(frozen=True, eq=False)
class Heard:
    """One source of AIS, read."""

    fixes: Fixes
    statics: Statics
    texts: tuple[Text, ...]
    """Safety texts: who, when, what."""
    stations: int
    """Receiving stations, with number 0 for those not told."""
    quarantine: Table[Quarantined]
    count: Count
    files: tuple[tuple[str, str], ...]
    note: str = ""
    """What was done to make it fit."""


def gather(line: Line, *, say: Callable[[str], None], large: int = LARGE, every_s: float = EVERY_S) -> Heard:
    """Read the files of a source line.

    Parameters
    ----------
    line
        Source line; options that are not the reader's are left out.
    say
        Takes progress, a line at a time.
    large, every_s
        Size from which files are spilled and thinned, and how far.
    """
    from ceasefire.sources import ais

    options = {k: v for k, v in line.options.items() if k not in ("before_days", "corridors")}
    if sum(path.stat().st_size for path in line.paths) < large:
        read = ais.read(line.paths, source=line.id, options=options)
        texts = tuple(zip(read.texts.mmsi.tolist(), read.texts.times, read.texts.text.tolist(), strict=True))
        return Heard(read.fixes, read.statics, texts, len(read.stations), read.quarantine, read.count, read.files)
    key = hashlib.sha256(repr((line.paths, sorted(options.items()))).encode()).hexdigest()
    statics, said, tally = [], [], None
    with tempfile.TemporaryDirectory(prefix="ceasefire-ais-") as folder:
        archive = FixesArchive.open(Path(folder), key=key)
        for number, batch in enumerate(ais.batches(line.paths, source=line.id, options=options)):
            archive.add(number, batch.fixes)
            statics.append(batch.statics)
            said += list(zip(batch.texts.mmsi.tolist(), batch.texts.times, batch.texts.text.tolist(), strict=True))
            tally = batch.tally
            if number and number % 100 == 0:
                say(f"{tally.used:,} messages read")
        archive.close()
        fixes = Fixes.join(thinned(part, every_s) for part in archive)
    if tally is None:
        raise ValueError("the reader of AIS gave no batch")
    return Heard(
        fixes=fixes,
        statics=Statics.join(statics),
        texts=tuple(said),
        stations=len(tally.stations),
        quarantine=Table.of(Quarantined, tally.rows),
        count=tally.count(),
        files=tuple(tally.files),
        note=f"{line.id}: the files are large; of each ship one position in {every_s:.0f} s is kept.",
    )


def thinned(fixes: Fixes, every_s: float) -> Fixes:
    """Keep of each ship the first fix in every so many seconds; messages without a place count by themselves.

    >>> t = np.arange(6).astype("M8[s]").astype("M8[ms]")
    >>> f = Fixes.of(mmsi=[9] * 6, times=t, lon=[30.0, 30.1, np.nan, np.nan, 30.4, 30.5], lat=[44.0] * 6)
    >>> thinned(f, 4.0).lon.tolist()
    [30.0, nan, 30.4]
    """
    if not len(fixes):
        return fixes
    slot = fixes.times.view("int64") // int(every_s * 1000)
    placed = np.isfinite(fixes.lon)
    order = np.lexsort((fixes.times.view("int64"), placed, slot, fixes.mmsi))
    m, s, p = fixes.mmsi[order], slot[order], placed[order]
    first = np.append(True, (m[1:] != m[:-1]) | (s[1:] != s[:-1]) | (p[1:] != p[:-1]))
    return fixes.keep(np.sort(order[first]))
