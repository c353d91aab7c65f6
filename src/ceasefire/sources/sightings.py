"""Sightings: what an analyst or a detector marked in frames, from COCO, GeoJSON or CSV files, or from the video itself.

* **COCO** (`images`, `annotations`, `categories`): `bbox` in pixels; the frame's time in `date_captured`, `time` or
  `timestamp` of the image; `score` or `confidence` of the annotation.
* **GeoJSON**: features with the properties `class`, `time` or `frame`, and `coordinates`, of the feature or the whole
  file: `pixel` (x to the right, y down from the upper left corner; with `width` and `height` of the image) or `ground`
  (longitude and latitude). Points and polygons, of which the box (or on the ground the middle) is taken.
* **CSV**: `class`; `time` or `frame`; `x`, `y` or `left`, `top`, `right`, `bottom` in pixels with `width`, `height`, or
  `lon`, `lat`; and where wanted `act`, `effect`, `object`, `confidence`, `by`, `note`.

Options: `classes` (see `sighting_classes`), `by`, `clock` of times without an offset (UTC if not given), `start` and
`fps` where frames have numbers only, `width` and `height` of images, `frames` (folder of the frames' files, to hash).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from ceasefire.model.intake import Count
from ceasefire.model.records import Quarantined
from ceasefire.model.sighting import Sighting
from ceasefire.model.table import Table
from ceasefire.model.taxonomy import ACTS, EFFECTS, OBJECTS
from ceasefire.sources.clocks import times
from ceasefire.sources.flight_read import Mark, digest
from ceasefire.sources.rows import read_csv
from ceasefire.sources.sighting_classes import REFUSED, Meaning, classes, is_person, plain
from ceasefire.sources.sighting_json import records

FORMAT = "sightings"
MAX_BYTES = 500_000_000
"""Largest file of marks read."""
_FOUR = ("left", "top", "right", "bottom")


@dataclass(frozen=True)
class SightingRead:
    """One file of marks, read: records read = used + duplicates + quarantined."""

    sightings: tuple[Sighting, ...] = ()
    """Marks with a time and a class that says something, earliest first."""
    quarantine: Table[Quarantined] = field(default_factory=lambda: Table.empty(Quarantined))
    """What could not be used; of persons, faces and plates only the fact."""
    count: Count = field(default_factory=Count)
    """Records that add up."""


def is_it(start: bytes) -> bool:
    """Tell whether a file begins as marks do.

    >>> is_it(b'{"images": [], "annotations": []}'), is_it(b"time,class,x,y,width,height"), is_it(b"time,lat,lon")
    (True, True, False)
    """
    text = start.decode("utf-8-sig", "replace").lstrip()
    if text.startswith("{"):
        return bool(re.search(r'"(annotations|categories)"\s*:', text)) or ("Feature" in text and '"class"' in text)
    head = {c.strip().strip('"').lower() for c in text.split("\n", 1)[0].split(",")}
    return "class" in head and bool(head & {"time", "frame"}) and bool({"x", "left", "lon"} & head)


def read_sightings(path: Path, *, source: str, options: Mapping[str, Any] = {}) -> SightingRead:
    """Read one file of marks.

    Parameters
    ----------
    path
        COCO JSON, GeoJSON or CSV, told by its content.
    source
        As named in the case file.
    options
        See above.

    Raises
    ------
    ValueError
        An option that makes no sense; what is in the file never raises.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "marks.csv"
    >>> _ = path.write_text("time,class,x,y,width,height\\n2025-04-01T09:00:01Z,crater,960,540,1920,1080\\n"
    ...                     "2025-04-01T09:00:02Z,person,10,10,1920,1080\\n", encoding="utf-8")
    >>> read = read_sightings(path, source="patrol")
    >>> read.sightings[0].act, read.sightings[0].left, read.quarantine[0].reason[:19], read.quarantine[0].row
    ('attack', 960.0, 'persons, faces and ', '')
    """
    reading = _Reading(source, path.name, options)
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(4_096)
    except OSError as error:
        return reading.whole(f"cannot be read: {error.strerror}")
    if size > MAX_BYTES:
        return reading.whole(f"{size:,} bytes; files of marks have {MAX_BYTES:,} at most")
    if start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"{", b"["):
        return _csv(path, reading)
    reading.evidence = digest(path)
    try:
        given = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        return reading.whole(f"not valid JSON: {type(error).__name__}")
    found = records(given)
    if isinstance(found, str):
        return reading.whole(found)
    return reading.all(found)


def from_marks(
    marks: Iterable[Mark],
    *,
    source: str,
    granule: str,
    evidence: str,
    label: str,
    image: tuple[int, int],
    options: Mapping[str, Any] = {},
) -> SightingRead:
    """Give sightings of what the video file itself marks (MISB ST 0903 and trackers).

    Such marks mostly have no class, so the case must say what its detector looks for.

    Parameters
    ----------
    marks
        Of `FlightRead.marks`.
    source, granule, evidence
        Source, name and SHA-256 of the video file.
    label
        Class of all of them.
    image
        Columns and rows of the image that boxes count in.

    >>> mark = Mark(np.datetime64("2025-04-01T09:00:00"), 36.0, 50.0, 7)
    >>> read = from_marks([mark], source="p", granule="v.ts", evidence="ab" * 32, label="fire", image=(1920, 1080))
    >>> read.sightings[0].lon, read.sightings[0].by, read.sightings[0].frame
    (36.0, 'detector', '7')
    """
    reading = _Reading(source, granule, {"by": "detector", **options})
    reading.evidence = evidence

    def raw() -> Iterator[tuple[int, dict[str, Any]]]:
        for number, mark in enumerate(marks, 1):
            one: dict[str, Any] = {"class": label, "time": f"{mark.time}Z", "frame": str(mark.number)}
            if np.isfinite([mark.left, mark.top, mark.right, mark.bottom]).all():
                one |= {side: getattr(mark, side) for side in _FOUR} | {"width": image[0], "height": image[1]}
            else:
                one |= {"lon": mark.lon, "lat": mark.lat}
            yield number, one

    return reading.all(raw())


def _csv(path: Path, reading: _Reading) -> SightingRead:
    rows = read_csv(path, required=["class"], source=reading.source, max_bytes=MAX_BYTES)
    reading.evidence = rows.sha256
    for bad in rows.quarantine:
        reading.refuse(bad.line, bad.reason, bad.row)
    names = {n: n.strip().lower() for n in rows.columns}
    every = (
        (int(rows.line[k]), {names[n]: column[k] for n, column in rows.columns.items()}) for k in range(len(rows.line))
    )
    return reading.all(every)


class _Reading:
    """One file on its way: what is used and what is set aside."""

    def __init__(self, source: str, granule: str, options: Mapping[str, Any]) -> None:
        self.source, self.granule, self.evidence = source, granule, ""
        self.meanings: dict[str, Meaning] = classes(options.get("classes"))
        self.by = str(options.get("by", "analyst"))
        if self.by not in ("analyst", "detector"):
            raise ValueError(f"`by` is `analyst` or `detector`, not {self.by!r}")
        try:
            self.zone = ZoneInfo(str(options.get("clock", "UTC")))
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"unknown clock {options.get('clock')!r}: give an IANA zone such as Europe/Kyiv") from None
        self.size = (_number(options.get("width")) or 0.0, _number(options.get("height")) or 0.0)
        self.fps = _number(options.get("fps"))
        self.start = _moment(str(options["start"]), self.zone) if options.get("start") else None
        if options.get("start") and self.start is None:
            raise ValueError(f"`start` is no time: {options['start']!r}")
        self.frames = Path(str(options["frames"])).resolve() if options.get("frames") else None
        self.bad: list[Quarantined] = []
        self.hashes: dict[str, str] = {}

    def refuse(self, line: int, reason: str, text: str) -> None:
        """Set one record aside; text that names persons is not kept."""
        row = "" if reason == REFUSED or is_person(text) else text[:500]
        self.bad.append(Quarantined(source=self.source, granule=self.granule, line=line, reason=reason, row=row))

    def whole(self, reason: str) -> SightingRead:
        """Give the reading of a file that cannot be used at all."""
        self.refuse(0, reason, "")
        return self.all(())

    def all(self, every: Iterable[tuple[int, Any]]) -> SightingRead:
        """Turn records into sightings."""
        made: dict[str, Sighting] = {}
        rows, again = len(self.bad), 0
        for line, raw in every:
            rows += 1
            one = self.one(line, raw) if isinstance(raw, Mapping) else "not a record with names and values"
            if isinstance(one, str):
                self.refuse(line, one, _shown(raw))
            elif one.id in made:
                again += 1
            else:
                made[one.id] = one
        count = Count(rows=rows, used=len(made), duplicates=again, quarantined=len(self.bad))
        quarantine = Table.of(Quarantined, self.bad) if self.bad else Table.empty(Quarantined)
        return SightingRead(tuple(sorted(made.values(), key=lambda s: (s.time, s.id))), quarantine, count)

    def one(self, line: int, raw: Mapping[str, Any]) -> Sighting | str:
        """Give one sighting, or why it is none."""
        label = str(raw.get("class") or "").strip()
        if is_person(label) or raw.get("keypoints"):
            return REFUSED
        meaning = self._meaning(label, raw)
        if isinstance(meaning, str):
            return meaning
        frame = str(raw.get("frame") if raw.get("frame") is not None else "").strip()
        when = self._when(raw, frame)
        if when is None:
            return "no time of the frame: give `time`, or number frames and give the options `start` and `fps`"
        at = self._where(raw)
        if isinstance(at, str):
            return at
        sure = _number(raw.get("confidence"))
        if raw.get("confidence") not in (None, "") and (sure is None or not 0 <= sure <= 1):
            return f"confidence {str(raw.get('confidence'))[:20]!r} is no number from 0 to 1"
        by = str(raw.get("by") or self.by).strip().lower()
        if by not in ("analyst", "detector"):
            return "`by` is neither `analyst` nor `detector`"
        key = json.dumps([self.source, frame, when.isoformat(), plain(label), *meaning, sorted(at.items())])
        return Sighting(
            id="s-" + sha256(key.encode()).hexdigest()[:12],
            source=self.source,
            granule=self.granule,
            line=line,
            evidence=self.evidence,
            frame=frame,
            frame_sha256=self._hash(frame),
            time=when,
            label=label,
            act=meaning.act,
            effect=meaning.effect,
            object_class=meaning.object_class,
            confidence=float("nan") if sure is None else sure,
            by=by,
            note=str(raw.get("note") or "")[:2_000],
            **at,
        )

    def _meaning(self, label: str, raw: Mapping[str, Any]) -> Meaning | str:
        given = Meaning(*(str(raw.get(k) or "").strip() for k in ("act", "effect", "object")))
        for name, words in zip(given, (ACTS, EFFECTS, OBJECTS), strict=True):
            if name and name not in words:
                return REFUSED if is_person(name) else f"{name[:40]!r} is not a word of the taxonomy"
        shipped = self.meanings.get(plain(label))
        if not (given.act or given.effect or shipped):
            if not label:
                return "no class"
            return f"class {label[:40]!r} is not in the mapping: add it to the option `classes`"
        shipped = shipped or Meaning("")
        return Meaning(
            given.act or shipped.act, given.effect or shipped.effect, given.object_class or shipped.object_class
        )

    def _when(self, raw: Mapping[str, Any], frame: str) -> datetime | None:
        text = str(raw.get("time") or "").strip()
        if text:
            return _moment(text, self.zone)
        number = _number(frame)
        if self.start is None or not self.fps or self.fps <= 0 or number is None or not 0 <= number < 1e9:
            return None
        try:
            return self.start + timedelta(seconds=number / self.fps)
        except OverflowError:
            return None

    def _where(self, raw: Mapping[str, Any]) -> dict[str, Any] | str:
        """Give the box in pixels or the place on the ground, or what is wrong with it."""
        ground = [_number(raw.get(k)) for k in ("lon", "lat")]
        sides = [_number(raw.get(k)) for k in _FOUR]
        point = [_number(raw.get(k)) for k in ("x", "y")]
        if None in sides and None not in point:
            sides = [*point, *point]
        if None in sides:
            if None in ground:
                return (
                    "no place: a box or a point in pixels, or lon and lat; GeoJSON says `coordinates`: pixel or ground"
                )
            lon, lat = (float(v or 0.0) for v in ground)
            if not (-180 <= lon <= 180 and -90 <= lat <= 90) or (lon, lat) == (0.0, 0.0):
                return "lon and lat are no place on Earth"
            return {"lon": lon, "lat": lat}
        size = [_number(raw.get(k)) or d for k, d in zip(("width", "height"), self.size, strict=True)]
        if not all(1 <= s <= 100_000 for s in size):
            return "no width and height of the image: pixels mean nothing without them"
        left, top, right, bottom = (float(v or 0.0) for v in sides)
        if left > right or top > bottom:
            return "the box is turned round: left is above right, or top above bottom"
        if right < 0 or bottom < 0 or left > size[0] or top > size[1]:
            return "the box lies outside the image"
        return dict(zip(_FOUR, (left, top, right, bottom), strict=True)) | {
            "width": int(size[0]),
            "height": int(size[1]),
        }

    def _hash(self, frame: str) -> str:
        """Give the hash of the frame's file, which must lie in the folder of frames."""
        if self.frames is None or not frame or "\0" in frame or len(frame) > 1_000:
            return ""
        if frame not in self.hashes:
            try:
                path = (self.frames / frame).resolve()
                inside = path.is_relative_to(self.frames) and path.is_file()
                self.hashes[frame] = digest(path) if inside else ""
            except (OSError, ValueError, RuntimeError):
                self.hashes[frame] = ""
        return self.hashes[frame]


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    """Read a time to the microsecond; mixed formats without fractions as everywhere."""
    try:
        found = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        pass  # not ISO 8601: the other formats follow
    read, bad = times([text], zone)
    return None if bad[0] else read[0].astype("datetime64[s]").astype(datetime).replace(tzinfo=UTC)


def _number(value: Any) -> float | None:
    """Give a finite number, or None."""
    if value is None or isinstance(value, (bool, list, tuple, dict)):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError, TypeError):
        return None
    return found if np.isfinite(found) else None


def _shown(raw: Any) -> str:
    if isinstance(raw, Mapping):
        raw = {k: v for k, v in raw.items() if isinstance(v, (str, int, float, bool, Sequence))}
    return repr(raw)[:500]
