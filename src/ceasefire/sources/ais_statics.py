"""What ships say of themselves (types 5, 19, 24), as statements that hold from one time until another.

A class B ship tells its name (24 A) and its type, call sign and size (24 B) in turn; a statement puts the last of each
together. A statement repeated unchanged is one row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.geo.fixes import Statics
from ceasefire.sources.ais_bits import Bits
from ceasefire.sources.ais_records import statics_of

Array = NDArray[Any]

NAMES = ("imo", "callsign", "name", "ship_type", "length_m", "beam_m", "bow_m", "draught_m", "destination")
_UNTOLD: dict[str, Any] = dict(zip(NAMES, (0, "", "", -1, nan, nan, nan, nan, ""), strict=True))
_TEXT = 60
REMEMBERED = 1_000_000
"""Ships whose last statement is remembered; with more, all are forgotten, and the next of each counts as new."""


def told(bits: Bits, kind: str) -> list[dict[str, Any]]:
    """Read statements of one kind: `5`, `19`, `24A` or `24B`; only what that kind tells is in the result.

    Parameters
    ----------
    bits
        Payloads.
    kind
        Type, and part for type 24.

    Examples
    --------
    >>> line = np.frombuffer(b"H42O55lti4hhhilD3nink000?050", dtype=np.uint8)
    >>> told(Bits(line, np.array([0]), 28), "24B")
    [{'ship_type': 60, 'callsign': 'TC6163', 'length_m': 15.0, 'beam_m': 5.0, 'bow_m': nan}]
    """
    columns: dict[str, list[Any]] = {}
    if kind == "5":
        columns["imo"] = bits.unsigned(40, 30).tolist()
        columns["callsign"] = bits.text(70, 7).tolist()
        columns["name"] = bits.text(112, 20).tolist()
        columns["ship_type"] = bits.unsigned(232, 8).tolist()
        size = 240
        draught = bits.unsigned(294, 8)
        columns["draught_m"] = [d / 10 if d else nan for d in draught.tolist()]
        columns["destination"] = bits.text(302, 20).tolist()
    elif kind == "19":
        columns["name"] = bits.text(143, 20).tolist()
        columns["ship_type"] = bits.unsigned(263, 8).tolist()
        size = 271
    elif kind == "24A":
        columns["name"] = bits.text(40, 20).tolist()
        size = 0
    else:
        columns["ship_type"] = bits.unsigned(40, 8).tolist()
        columns["callsign"] = bits.text(90, 7).tolist()
        size = 132
    if size:
        bow, stern = bits.unsigned(size, 9).astype(float), bits.unsigned(size + 9, 9)
        port, starboard = bits.unsigned(size + 18, 6), bits.unsigned(size + 24, 6)
        # a craft of a mother ship (98...) gives that ship's MMSI where others give their size
        none = bits.unsigned(8, 30) // 10_000_000 == 98 if kind == "24B" else np.zeros(len(bits), dtype=bool)
        length, beam = bow + stern, (port + starboard).astype(float)
        bow[(length == 0) | ((bow == 0) & (port == 0)) | none] = np.nan
        length[(length == 0) | none] = np.nan
        beam[(beam == 0) | none] = np.nan
        columns["length_m"], columns["beam_m"], columns["bow_m"] = length.tolist(), beam.tolist(), bow.tolist()
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


@dataclass
class Statements:
    """The last statement of each ship, and the rows not given away yet."""

    last: dict[int, tuple[dict[str, Any], list[Any]]] = field(default_factory=dict)
    rows: list[list[Any]] = field(default_factory=list)

    def say(self, mmsi: int, first: int, until: int, what: dict[str, Any], source: int) -> None:
        """Take a statement that was made unchanged from one time until another.

        Parameters
        ----------
        mmsi
            The ship.
        first, until
            Milliseconds since 1970.
        what
            What `told` gives.
        source
            Number of the file.
        """
        known, row = self.last.get(mmsi, (_UNTOLD, None))
        now = {**known, **what}
        if row is not None and _same(now, known):
            row[2] = max(row[2], until)
            row[1] = min(row[1], first)
            return
        if len(self.last) >= REMEMBERED:
            self.last.clear()
        row = [mmsi, first, until, *(now[name] for name in NAMES), source]
        self.rows.append(row)
        self.last[mmsi] = (now, row)

    def take(self) -> Statics:
        """Give the rows so far, as they stand now, and forget them; the last of each ship may still be extended."""
        rows, self.rows = self.rows, []
        return table(rows)


def table(rows: list[list[Any]]) -> Statics:
    """Make statements from rows: MMSI, first and last ms, what `NAMES` lists, number of the file."""
    ms = "datetime64[ms]"
    return statics_of(
        (
            r[0],
            np.datetime64(r[1], "ms").astype(ms),
            np.datetime64(r[2], "ms").astype(ms),
            r[3],
            r[4][:_TEXT],
            r[5][:_TEXT],
            min(max(int(r[6]), -1), 32767),
            *r[7:11],
            r[11][:_TEXT],
            r[12],
        )
        for r in rows
    )


def _same(a: dict[str, Any], b: dict[str, Any]) -> bool:
    return all(a[name] == b[name] or (a[name] != a[name] and b[name] != b[name]) for name in NAMES)


def runs(mmsi: Array, kind: Array, digest: Array, times: Array) -> tuple[Array, Array, Array]:
    """Find runs of equal statements of a ship: rows of their first, first and last times; in the order of time.

    Parameters
    ----------
    mmsi, kind, digest, times
        Ship, kind of statement, its content and ms; shape (n,).
    """
    if not len(mmsi):
        return np.zeros(0, dtype=np.int64), times, times
    order = np.lexsort((times, kind, mmsi))
    m, k, d, t = mmsi[order], kind[order], digest[order], times[order]
    new = np.ones(len(order), dtype=bool)
    new[1:] = (m[1:] != m[:-1]) | (k[1:] != k[:-1]) | (d[1:] != d[:-1])
    begin = np.flatnonzero(new)
    end = np.append(begin[1:], len(order)) - 1
    by_time = np.argsort(t[begin], kind="stable")
    return order[begin][by_time], t[begin][by_time], t[end][by_time]
