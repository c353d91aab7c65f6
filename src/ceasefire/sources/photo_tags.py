"""What a photo says of itself in EXIF and XMP: only what a footprint needs, from a list; nothing else is taken.

Why a list: photos carry names of owners, serial numbers and comments. What is not asked for by name cannot slip into a
report. Pixels are not decoded, so nothing that is in the picture is looked at here.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ceasefire.errors import MissingExtra

MAX_XMP = 262_144
"""Longest XMP packet read, bytes; makers write a few thousand."""
MAX_PHOTO = 1_000_000_000
"""Largest photo opened, bytes."""
FORMATS = ("JPEG", "MPO", "TIFF", "PNG", "WEBP")
"""Forms of pictures that are opened, by Pillow's names."""

_EXIF, _GPS = 0x8769, 0x8825
_PLAIN = {0x010F: "make", 0x0110: "model", 0x0112: "orientation"}
_SHOT = {
    0x9003: "taken",
    0x9011: "offset",
    0x9291: "fraction",
    0x920A: "focal_mm",
    0xA405: "focal_film_mm",
    0xA404: "zoom",
    0xA20E: "plane_x",
    0xA20F: "plane_y",
    0xA210: "plane_unit",
}
_PLACE = {
    1: "lat_ref",
    2: "lat",
    3: "lon_ref",
    4: "lon",
    5: "height_ref",
    6: "height",
    7: "clock",
    10: "mode",
    29: "day",
}
_FAMILIES = (
    ("drone-dji", "drone-dji"),
    ("drone-parrot", "drone-parrot"),
    ("pix4d.com/camera", "camera"),
    ("autel", "drone"),
)
_WANTED = {
    "drone-dji": {
        *("gimbalyawdegree", "gimbalpitchdegree", "gimbalrolldegree", "absolutealtitude", "relativealtitude"),
        *("gpslatitude", "gpslongitude", "gpslongtitude", "latitude", "longitude", "altitudetype", "utcatexposure"),
        *("rtkstdlat", "rtkstdlon", "rtkstdhgt"),
    },
    "drone-parrot": {"camerayawdegree", "camerapitchdegree", "camerarolldegree"},
    "camera": {"yaw", "pitch", "roll", "abovegroundaltitude", "gpsxyaccuracy", "gpszaccuracy"},
    "drone": {
        *("gimbalyawdegree", "gimbalpitchdegree", "gimbalrolldegree", "absolutealtitude", "relativealtitude"),
        *("yaw", "pitch", "roll"),
    },
}
_PREFIXES = {"drone-dji": "drone-dji", "drone-parrot": "drone-parrot", "camera": "camera", "drone": "drone"}
_FRACTION = re.compile(r"\s*([-+]?\d+(?:\.\d+)?)\s*/\s*([-+]?\d+(?:\.\d+)?)\s*", re.ASCII)


def tags(path: Path) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Read the tags that a footprint needs, and say what could not be read.

    Returns
    -------
    Tags by names of ours (`lat`, `taken`, `width`) and of XMP (`drone-dji:gimbalpitchdegree`), values as they stand;
    doubts.

    Raises
    ------
    ValueError
        The file is no picture that can be opened, with the reason.
    MissingExtra
        Pillow is not installed.
    """
    try:
        from PIL import Image
    except ImportError as error:
        raise MissingExtra("photos need Pillow: install ceasefire[drone]") from error
    if path.stat().st_size > MAX_PHOTO:
        raise ValueError(f"the picture has {path.stat().st_size:,} bytes, more than {MAX_PHOTO:,}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of large and of broken pictures; what matters is said below
        try:
            with Image.open(path, formats=FORMATS) as image:
                found: dict[str, Any] = {"width": image.width, "height": image.height}
                packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
                exif = image.getexif()
                found |= _named(_PLAIN, lambda: exif)
                found |= _named(_SHOT, lambda: exif.get_ifd(_EXIF))
                place = _named(_PLACE, lambda: exif.get_ifd(_GPS))
                packet = packet or exif.get(700, b"")
        except Image.DecompressionBombError:
            raise ValueError("the picture claims more pixels than are safe to open") from None
        except Exception as error:  # noqa: BLE001 - a parser of strangers' bytes fails in many ways; each is a reason
            raise ValueError(f"not a picture that can be opened ({type(error).__name__})") from None
    found |= {f"gps_{name}": value for name, value in place.items()}
    raw = packet.encode("utf-8", "replace") if isinstance(packet, str) else packet
    raw = raw if isinstance(raw, bytes) else b""
    extra, doubt = xmp(raw)
    return {**found, **extra}, (doubt,) if doubt else ()


def xmp(packet: bytes) -> tuple[dict[str, str], str]:
    """Read the wanted tags of an XMP packet; the doubt is empty where it could be read.

    Entities and document types are refused, a packet that is too long is not read.

    >>> xmp(b'<rdf:RDF xmlns:rdf="r" xmlns:drone-dji="http://www.dji.com/drone-dji/1.0/">'
    ...     b'<rdf:Description drone-dji:GimbalPitchDegree="-90.00"/></rdf:RDF>')
    ({'drone-dji:gimbalpitchdegree': '-90.00'}, '')
    >>> xmp(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    ({}, 'the XMP packet declares entities: not read')
    """
    text = packet.strip(b"\0 \t\r\n")
    if not text:
        return {}, ""
    if len(text) > MAX_XMP:
        return {}, f"the XMP packet has more than {MAX_XMP:,} bytes: not read"
    try:
        from defusedxml import DefusedXmlException
        from defusedxml.ElementTree import iterparse
    except ImportError as error:
        raise MissingExtra("photos need defusedxml: install ceasefire[drone]") from error
    families: dict[str, str] = {}
    found: dict[str, str] = {}
    try:
        for event, what in iterparse(io.BytesIO(text), events=("start-ns", "end"), forbid_dtd=True):
            if event == "start-ns":
                prefix, address = what
                known = [ours for part, ours in _FAMILIES if part in address.lower()]
                families[address] = known[0] if known else _PREFIXES.get(prefix.lower(), "")
                continue
            pairs = [*what.attrib.items(), *([(what.tag, what.text)] if what.text and not len(what) else [])]
            for key, value in pairs:
                address, _, name = str(key).rpartition("}")
                family = families.get(address.lstrip("{"), "")
                if name.lower() in _WANTED.get(family, ()):
                    found.setdefault(f"{family}:{name.lower()}", str(value).strip()[:100])
    except DefusedXmlException:
        return {}, "the XMP packet declares entities: not read"
    except (SyntaxError, ValueError, LookupError):
        return found, "the XMP packet is broken" + (": what stands before the break is used" if found else "")
    return found, ""


def number(value: Any) -> float:
    """Give a tag's value as a number: a fraction, a text with a sign; NaN where it is none.

    >>> number("+12.50"), number("845389/2097152").__round__(3), number("high")
    (12.5, 0.403, nan)
    """
    nan = float("nan")
    if isinstance(value, (tuple, list)):
        value = value[0] if len(value) == 1 else None
    if value is None:
        return nan
    text = value.decode("ascii", "replace") if isinstance(value, bytes) else value
    if isinstance(text, str) and (parts := _FRACTION.fullmatch(text)):
        return float(parts[1]) / float(parts[2]) if float(parts[2]) else nan
    try:
        got = float(text)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return nan
    return got if abs(got) < 1e12 else nan


def words(value: Any) -> str:
    """Give a tag's value as a short text of one line; empty where it is none.

    >>> words(b"2025:04:01\\0"), words(None)
    ('2025:04:01', '')
    """
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    return " ".join(str(value).replace("\0", " ").split())[:60] if isinstance(value, str) else ""


def _named(names: Mapping[int, str], of: Callable[[], Any]) -> dict[str, Any]:
    """Take the tags of a directory that are wanted; a directory that cannot be read gives none."""
    directory = of()
    return {ours: directory[tag] for tag, ours in names.items() if tag in directory}
