"""Fixes: positions that ships broadcast, in columns, ordered by ship and time, whatever file they came from.

Why columns: ten million positions are one afternoon of a busy sea; as Python objects they would need more memory than
most machines have. What belongs to a ship and not to a position (name, type, size) stands in `Statics`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

_KINDS: dict[str, tuple[str, Any]] = {
    "mmsi": ("int32", 0),
    "times": ("datetime64[ms]", np.datetime64("NaT")),
    "lon": ("float64", np.nan),
    "lat": ("float64", np.nan),
    "speed_kn": ("float32", np.nan),
    "course_deg": ("float32", np.nan),
    "heading_deg": ("float32", np.nan),
    "status": ("int8", 15),
    "message": ("int8", 0),
    "accurate": ("bool", False),
    "source": ("int16", 0),
    "station": ("int32", 0),
    "late_s": ("float32", np.nan),
    "second": ("int8", 60),
}


@dataclass(frozen=True, eq=False)
class Fixes:
    """Positions of ships, by MMSI and then by time; every array has the shape (fixes,), unknown is NaN.

    A message whose position is not available (181 and 91 degrees) has a NaN place: that it came tells of the ship.

    >>> fixes = Fixes.of(mmsi=[273000001, 272000001, 272000001], lon=[33.0, 31.0, 31.1], lat=[44.0, 46.0, 46.0],
    ...     times=np.array(["2025-04-01T00:00", "2025-04-01T00:10", "2025-04-01T00:00"], dtype="datetime64[ms]"))
    >>> fixes.lon.tolist(), fixes.ships()[0].tolist(), fixes.ships()[1].tolist()
    ([31.1, 31.0, 33.0], [272000001, 273000001], [0, 2, 3])
    """

    mmsi: Array
    """Maritime Mobile Service Identity, int32."""
    times: Array
    """When the position was broadcast, UTC, datetime64[ms]."""
    lon: Array
    """Degrees east, float64."""
    lat: Array
    """Degrees north, float64."""
    speed_kn: Array
    """Speed over ground, knots, float32."""
    course_deg: Array
    """Course over ground, degrees clockwise from true north, float32."""
    heading_deg: Array
    """True heading, degrees, float32."""
    status: Array
    """Navigational status of ITU-R M.1371, 0 to 15; 15 is "not defined", 14 an active distress transmitter; int8."""
    message: Array
    """Type of the message, 1 to 27; 0 where a table does not tell; int8."""
    accurate: Array
    """Position accuracy flag: better than 10 m."""
    source: Array
    """Number of the file in the reader's list of files, int16."""
    station: Array
    """Number of the receiving station in the reader's list of stations, 0 where not told, int32."""
    late_s: Array
    """Seconds between the broadcast, by the ship's own second, and its reception; NaN where not told, float32."""
    second: Array
    """Time stamp of the position: 0 to 59 the UTC second, 60 not available, 61 typed in by hand, 62 dead reckoning,
    63 the receiver of positions is out of order (ITU-R M.1371); int8."""

    @classmethod
    def of(cls, *, mmsi: Any, times: Any, lon: Any, lat: Any, **given: Any) -> Self:
        """Make fixes from columns in any order; what is not given is unknown.

        Raises
        ------
        ValueError
            Columns of different lengths, a name that is none, or a missing time.
        """
        known = {"mmsi": mmsi, "times": times, "lon": lon, "lat": lat, **given}
        if unknown := sorted(set(known) - set(_KINDS)):
            raise ValueError(f"fixes have no {', '.join(unknown)}")
        n = len(np.asarray(known["mmsi"]))
        columns: dict[str, Array] = {}
        for name, (kind, missing) in _KINDS.items():
            values = np.asarray(known[name], dtype=kind) if name in known else np.full(n, missing, dtype=kind)
            if values.shape != (n,):
                raise ValueError(f"{name} has the shape {values.shape}, not {(n,)}")
            columns[name] = values
        if np.isnat(columns["times"]).any():
            raise ValueError("a fix without a time")
        return cls(**columns).in_order()

    @classmethod
    def join(cls, parts: Iterable[Fixes]) -> Self:
        """Put several together, in order; numbers of files and stations must already agree."""
        each = list(parts)
        if not each:
            return cls.of(mmsi=[], times=[], lon=[], lat=[])
        return cls(**{name: np.concatenate([getattr(p, name) for p in each]) for name in _KINDS}).in_order()

    def in_order(self) -> Self:
        """Order by ship, then time; equal ones keep their order."""
        m, t = self.mmsi, self.times.view("int64")
        falls = (m[1:] < m[:-1]) | ((m[1:] == m[:-1]) & (t[1:] < t[:-1]))
        return self.keep(np.lexsort((t, m))) if falls.any() else self

    def __len__(self) -> int:
        return len(self.mmsi)

    def keep(self, which: Any) -> Self:
        """Give some of the fixes, by a mask or by row numbers."""
        return type(self)(**{f.name: getattr(self, f.name)[which] for f in fields(self)})

    def ships(self) -> tuple[Array, Array]:
        """Give each MMSI once, and where its fixes begin: shapes (ships,) and (ships + 1,), the last is the end."""
        first = np.flatnonzero(np.diff(self.mmsi, prepend=np.int32(-1)) != 0)
        return self.mmsi[first], np.append(first, len(self))

    def ship(self, mmsi: int) -> Self:
        """Give the fixes of one ship."""
        first, end = np.searchsorted(self.mmsi, [mmsi, mmsi + 1])
        return self.keep(slice(int(first), int(end)))


@dataclass(frozen=True, eq=False)
class Statics:
    """What ships say of themselves, by MMSI and time; shapes (statements,). A statement repeated unchanged is one row.

    >>> Statics.empty().mmsi.shape
    (0,)
    """

    mmsi: Array
    """int32."""
    times: Array
    """First said, UTC, datetime64[ms]."""
    until: Array
    """Last said unchanged, UTC, datetime64[ms]."""
    imo: Array
    """IMO number, int32, 0 where not told."""
    callsign: Array
    """Texts (object)."""
    name: Array
    """Texts (object)."""
    ship_type: Array
    """Type of ship and cargo of ITU-R M.1371, 0 to 99, -1 where not told; int16. 35: engaged in military operations."""
    length_m: Array
    """Overall length by the antenna's distances to bow and stern, NaN where not told; float32."""
    beam_m: Array
    """Overall width likewise; float32."""
    bow_m: Array
    """Distance from the antenna to the bow, NaN where not told; float32."""
    draught_m: Array
    """Present draught, NaN where not told; float32."""
    destination: Array
    """Texts (object)."""
    source: Array
    """Number of the file, int16."""

    @classmethod
    def empty(cls) -> Self:
        """Give none."""
        kinds = ["i4", "M8[ms]", "M8[ms]", "i4", "O", "O", "i2", "f4", "f4", "f4", "f4", "O", "i2"]
        return cls(*(np.empty(0, dtype=k) for k in kinds))

    @classmethod
    def join(cls, parts: Iterable[Statics]) -> Self:
        """Put several together, by ship and time; numbers of files must already agree.

        >>> len(Statics.join([Statics.empty(), Statics.empty()]))
        0
        """
        each = list(parts) or [cls.empty()]
        every = cls(**{f.name: np.concatenate([getattr(p, f.name) for p in each]) for f in fields(cls)})
        return every.keep(np.lexsort((every.times.view("int64"), every.mmsi)))

    def __len__(self) -> int:
        return len(self.mmsi)

    def keep(self, which: Any) -> Self:
        """Give some of the statements, by a mask or by row numbers."""
        return type(self)(**{f.name: getattr(self, f.name)[which] for f in fields(self)})
