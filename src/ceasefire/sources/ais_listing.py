"""Every field of every message, by name: what `ceasefire vessel --fields` may print, and what decoding is checked by.

All types are listed, also those that say nothing about a ship's place; names and conventions are gpsd's, in scaled
units. Nothing is left out as repeated, and what was set aside stands with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ceasefire.errors import SourceError
from ceasefire.sources import ais_words as words
from ceasefire.sources.ais import clocked
from ceasefire.sources.ais_bits import ARMOUR
from ceasefire.sources.ais_clock import NAT
from ceasefire.sources.ais_files import opened
from ceasefire.sources.ais_layout import APPLICATIONS, HEAD, SAME, Field, fields_of, layout
from ceasefire.sources.ais_lines import sentences
from ceasefire.sources.ais_parts import Messages, Parts
from ceasefire.sources.ais_records import Tally

_HEAD = fields_of(HEAD.rstrip(", "))
_LETTERS = "@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_ !\"#$%&'()*+,-./0123456789:;<=>?"


def fields(path: Path, *, gpsd: bool = False) -> Iterator[tuple[datetime | None, dict[str, Any]]]:
    """Give time of reception (None where nothing tells) and all fields of every message of a log.

    Parameters
    ----------
    path
        A log of NMEA 0183 sentences.
    gpsd
        Repeat three faults of gpsd, to compare with its expected decode: the words for rising and falling are exchanged
        in its weather messages, it never fills the radio field of type 26, and places of old tidal windows (function
        14) are ten times too far from 0, 0.

    Raises
    ------
    SourceError
        The file is no such log, or cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "log.nmea"
    >>> _ = path.write_text("!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4A\\n", encoding="ascii")
    >>> (_, found), = fields(path)
    >>> found["mmsi"], found["speed"], found["lat"], found["status_text"], found["turn"]
    (371798000, 12.3, 48.381633, 'Under way using engine', 'fastleft')
    """
    for one in opened(path):
        try:
            if one.kind != "nmea":
                raise SourceError(f"{one.name}: {one.problem or 'no log of AIS sentences'}")
            names: dict[int, str] = {}
            parts, tally, clock, seen = Parts(), Tally("listing"), clocked(), 0
            for block, first_line in one.blocks():
                found = sentences(block, first_line)
                times, station = clock(found)
                whole = parts.messages(found, times, station, tally, one.name)
                for k in range(len(whole)):
                    listed = _message(whole, k, names)
                    yield _time(int(whole.times[k])), _as_gpsd(listed) if gpsd else listed
                for row in tally.rows[seen:]:
                    yield None, {"line": row.line, "set aside": row.reason}
                seen = len(tally.rows)
            parts.end(tally, one.name)
            for row in tally.rows[seen:]:
                yield None, {"line": row.line, "set aside": row.reason}
        finally:
            one.close()


def _as_gpsd(found: dict[str, Any]) -> dict[str, Any]:
    exchanged = {"decreasing": "increasing", "increasing": "decreasing"}
    for name in ("pressuretend", "leveltrend"):
        if found.get(name) in exchanged:
            found[name] = exchanged[found[name]]
    if found.get("type") == 26:
        found["radio"] = 0
    if found.get("fid") == 14:
        for window in found.get("tidals", ()):
            window["lon"], window["lat"] = round(window["lon"] * 10, 4), round(window["lat"] * 10, 4)
    return found


def _time(ms: int) -> datetime | None:
    return None if ms == NAT else datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)


def _message(m: Messages, k: int, names: dict[int, str]) -> dict[str, Any]:
    at, n = int(m.at[k]), int(m.characters[k])
    codes = ARMOUR[m.pool[at : at + n]]
    if (codes > 63).any():
        return {"line": int(m.line[k]), "set aside": "a character that AIS armour does not have"}
    value = 0
    for code in codes.tolist():
        value = value << 6 | code
    bits = int(m.bits[k])
    found = decoded(value >> (n * 6 - bits), bits)
    if found.get("type") == 24:
        if "callsign" in found and found["mmsi"] in names:
            found["shipname"] = names.pop(found["mmsi"])
        elif "shipname" in found:
            names[found["mmsi"]] = found["shipname"]
    return found


def decoded(message: int, bits: int) -> dict[str, Any]:
    """Give all fields of one message.

    Parameters
    ----------
    message
        Its bits as one number, the first bit the highest.
    bits
        How many there are.

    Examples
    --------
    >>> from ceasefire.sources.ais_bits import ARMOUR
    >>> value = int("".join(f"{ARMOUR[ord(c)]:06b}" for c in ":5MlU41GMK6@"), 2)
    >>> decoded(value, 72)
    {'type': 10, 'repeat': 0, 'mmsi': 366814480, 'dest_mmsi': 366832740}
    """
    found, at = _cut(message, bits, _HEAD, 0)
    kind = int(found.get("type", 0))
    if bits < 38 or not 1 <= kind <= 27:
        return {**found, "set aside": "message type is not between 1 and 27"}
    name = str(SAME.get(kind, kind))
    if kind in (25, 26):
        return {**found, **_binary(message, bits, kind)}
    if kind == 24:
        part = message >> max(bits - 40, 0) & 3
        if part > 1:
            return {**found, "set aside": "part of message 24 is neither A nor B"}
        name = "24A" if part == 0 else "24B craft" if found["mmsi"] // 10_000_000 == 98 else "24B"
    if kind == 22 and bits > 139 and message >> (bits - 140) & 1:
        name = "22 addressed"
    more, at = _cut(message, bits, layout(name), at)
    found |= more
    if kind in (6, 8):
        found |= _application(message, bits, at, kind, found)
    return _worded(found, kind)


def _cut(message: int, bits: int, which: tuple[Field, ...], at: int) -> tuple[dict[str, Any], int]:
    """Cut fields from a place on; bits that the message lacks are zeros, but for the radio field, as gpsd has it."""
    found: dict[str, Any] = {}
    for one in which:
        width = bits - at if one.width < 0 else one.width
        if one.kind in ("tidals", "tidals289"):
            found[one.name] = _tidals(message, bits, at, one.kind)
        elif one.name != "-":
            there = max(min(width, bits - at), 0)
            raw = message >> (bits - at - there) & ((1 << there) - 1) if there else 0
            if there < width and one.name != "radio":
                raw, there = raw << (width - there), width
            found[one.name] = _value(raw, there, one)
        at += -width if one.kind == "back" else max(width, 0)
    return found, at


def _value(raw: int, width: int, one: Field) -> Any:
    signed = raw - (1 << width) if width and raw >> (width - 1) else raw
    match one.kind:
        case "":
            return raw
        case "b":
            return bool(raw)
        case "text":
            codes = [raw >> (width - 6 * (k + 1)) & 63 for k in range(width // 6)]
            return "".join(_LETTERS[c] for c in codes).split("@")[0].rstrip()
        case "data":
            padded = raw << (-width % 8)
            return f"{width}:{padded.to_bytes((width + 7) // 8, 'big').hex()}"
        case "knots10":
            return {1023: "nan", 1022: "fast"}.get(raw, raw / 10)
        case "turn":
            special = {-128: "nan", -127: "fastleft", 127: "fastright"}
            rate = (signed / 4.733) ** 2
            return special.get(signed, round(rate if signed >= 0 else -rate))
        case "plus799" | "plus800":
            return raw + int(one.kind[4:])
        case _:
            scale, digits, base, source = _SCALES[one.kind]
            return round((signed if source else raw) / scale + base, digits)


_SCALES: dict[str, tuple[float, int, float, bool]] = {
    "degrees": (600_000, 6, 0, True),
    "degrees3": (60_000, 4, 0, True),
    "minutes": (600, 1, 0, True),
    "minutes6": (600, 6, 0, True),
    "tenth": (10, 1, 0, False),
    "stenth": (10, 1, 0, True),
    "volts": (20, 2, 0, False),
    "minus60": (10, 1, -60, False),
    "minus20": (10, 1, -20, False),
    "minus10": (10, 1, -10, False),
    "metres": (100, 1, -10, False),
}
"""Kind to divisor, decimals, what is added, and whether the field is signed."""


def _tidals(message: int, bits: int, at: int, kind: str) -> list[dict[str, Any]]:
    """Read the windows of a tidal message: as many as begin before its end."""
    old = kind == "tidals"
    place = "lat 27 degrees, lon 28 degrees" if old else "lon 25 degrees3, lat 24 degrees3"
    which = fields_of(f"{place}, from_hour 5, from_min 6, to_hour 5, to_min 6, cdir 9, cspeed {7 if old else 8} tenth")
    size = sum(one.width for one in which)
    return [_cut(message, bits, which, k)[0] for k in range(at, bits, size)]


def _binary(message: int, bits: int, kind: int) -> dict[str, Any]:
    """Read the binary messages 25 and 26, whose layout depends on two of their flags."""
    addressed, structured = (bool(message >> (bits - k - 1) & 1) for k in (38, 39))
    text = (
        "addressed 1 b, structured 1 b, "
        + ("dest_mmsi 30, " if addressed else "")
        + ("app_id 16, " if structured else "")
    )
    found, at = _cut(message, bits, fields_of(text.rstrip(", ")), 38)
    end = bits - (20 if kind == 26 else 0)
    data, _ = _cut(message >> (bits - end), end, fields_of("data * data"), at)
    found = {"dest_mmsi": 0, "app_id": 0, **found, **data}
    if kind == 26:
        found["radio"] = message & 0xFFFFF
    return found


def _application(message: int, bits: int, at: int, kind: int, found: Mapping[str, Any]) -> dict[str, Any]:
    """Read what an application message holds, or give it as bits where its layout is not known or does not fit."""
    text = APPLICATIONS.get((kind, found["dac"], found["fid"]))
    if text is not None:
        which = fields_of(text)
        more, end = _cut(message, bits, which, at)
        inland = (found["dac"], found["fid"]) == (200, 10)
        if (bits - end < 24 or which[-1].width < 0) and (not inland or more["shiptype"] in words.INLAND):
            return more
    return _cut(message, bits, fields_of("data * data"), at)[0]


def _worded(found: dict[str, Any], kind: int) -> dict[str, Any]:
    """Put words beside codes and dates together, as gpsd does."""
    if kind == 27:
        found["status"] = words.STATUS[found["status"]]
    elif "status" in found:
        found["status_text"] = words.STATUS[found["status"]]
    inland = kind == 8 and "vin" in found
    tables: dict[str, Any] = {
        "epfd": words.EPFD,
        "aid_type": words.AID,
        "stationtype": words.STATION,
        "racon": words.RACON,
        "light": words.LIGHT,
        "hazard": words.HAZARD,
        "loaded": words.LOADED,
        "preciptype": words.RAIN,
        "ice": words.ICE,
    }
    for name, table in tables.items():
        if name in found:
            code = found[name]
            found[f"{name}_text"] = table[code] if code < len(table) else f"INVALID {name.upper()}"
    if "shiptype" in found:
        code = found["shiptype"]
        found["shiptype_text"] = words.INLAND[code] if inland else words.ship_type(code)
    for name in ("pressuretend", "leveltrend"):
        if name in found:
            found[name] = words.TREND[found[name]]
    if "visgreater" in found:  # SN/Circ.289 has these as words alone
        found["preciptype"], found["ice"] = found.pop("preciptype_text"), found.pop("ice_text")
    _dated(found, kind)
    if (more := found.pop("more", "")) and kind == 21:
        found["name"] += more
    found.pop("partno", None)
    return found


def _dated(found: dict[str, Any], kind: int) -> None:
    """Put the parts of dates together."""
    if kind in (4, 11):
        y, mo, d, h, mi, s = (found.pop(k) for k in ("year", "month", "day", "hour", "minute", "second"))
        found["timestamp"] = f"{y:04d}-{mo:02d}-{d:02d}T{h:02d}:{mi:02d}:{s:02d}Z"
    elif kind == 5:
        found["eta"] = _date(found, "")
    elif "lastport" in found:
        found["departure"], found["eta"] = _date(found, "l"), _date(found, "n")
    elif "portname" in found:
        found["arrival"] = _date(found, "")
    elif "wspeed" in found:
        d, h, mi = (found.pop(k) for k in ("day", "hour", "minute"))
        found["timestamp"] = f"{d:02d}T{h:02d}:{mi:02d}Z"


def _date(found: dict[str, Any], which: str) -> str:
    mo, d, h, mi = (found.pop(which + k) for k in ("month", "day", "hour", "minute"))
    return f"{mo:02d}-{d:02d}T{h:02d}:{mi:02d}Z"
