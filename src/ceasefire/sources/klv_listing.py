"""Every field of every packet, by name: what `ceasefire patrol --fields` prints.

The library `stanag4609` decodes all of MISB ST 0601 with its nested sets. What it does not know, or finds against the
standard, is kept by number, in hexadecimal, so that nothing is hidden.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np

from ceasefire.errors import MissingExtra
from ceasefire.sources.klv_file import packets
from ceasefire.sources.klv_packets import UAS, Packet, items
from ceasefire.sources.mpegts import Told

_FAULTS = (ValueError, TypeError, LookupError, ArithmeticError, AssertionError, RuntimeError)
"""What the library raises for what breaks the standard's rules, beside errors of its own."""
LONGEST = 400
"""Characters of a value that are kept."""


def fields(path: Path) -> Iterator[tuple[datetime | None, dict[str, Any]]]:
    """Give time (MISP, as stated) and all fields of every ST 0601 packet of a file.

    A packet whose checksum fails is listed by number, with the reason; reading a flight sets it aside.

    Parameters
    ----------
    path
        A transport stream or a file of raw packets.

    Raises
    ------
    MissingExtra
        The extra `drone` is not installed.
    """
    try:
        from stanag4609.errors import Stanag4609Error
        from stanag4609.st0601 import FieldDecodingMode, decode_uas_local_set
    except ImportError:
        raise MissingExtra("listing KLV fields needs the extra `drone`: pip install 'ceasefire[drone]'") from None
    for _, packet in packets(path, Told()):
        if packet.key == UAS and packet.reason:
            yield _time(packet), {"set aside": packet.reason, **by_number(packet)}
        elif packet.key == UAS:
            try:
                whole = decode_uas_local_set(
                    packet.raw,
                    require_timestamp=False,
                    require_version=False,
                    field_decoding=FieldDecodingMode.PRESERVE,
                )
            except (Stanag4609Error, *_FAULTS) as fault:
                yield _time(packet), {"not by the standard": str(fault), **by_number(packet)}
                continue
            listed: dict[str, Any] = {}
            known = {id(f.item): f for f in whole.fields}
            for item in whole.local_set.items:
                at = known.get(id(item))
                name = at.definition.name if at else f"tag {item.tag}"
                value = plain(at.value) if at else item.value.hex()[:LONGEST]
                unit = (
                    f" ({at.definition.units})" if at and at.definition.units and isinstance(value, int | float) else ""
                )
                key, k = f"{name}{unit}", 1
                while key in listed:
                    k += 1
                    key = f"{name}{unit} {k}"
                listed[key] = value
            yield _time(packet), listed


def by_number(packet: Packet) -> dict[str, str]:
    """Give a packet's items by number, in hexadecimal.

    >>> by_number(Packet(UAS, bytes([65, 1, 19]), b""))
    {'tag 65': '13'}
    """
    return {f"tag {tag}": value.hex()[:LONGEST] for tag, value in items(packet.value)[0]}


def plain(value: Any, depth: int = 0) -> Any:
    """Turn a decoded value into numbers, texts, lists and dictionaries."""
    if isinstance(value, Enum):
        return value.name.lower().replace("_", " ") if value.name else int(value.value)
    if isinstance(value, bool | int | float | None):
        return value
    if isinstance(value, str):
        return value[:LONGEST]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()[:LONGEST]
    if isinstance(value, np.generic):
        return value.item()
    if depth > 6:
        return str(value)[:LONGEST]
    if (targets := getattr(value, "targets", None)) is not None:
        return {**_named(value, depth), "targets": [{"id": t.target_id, **_named(t, depth + 1)} for t in targets]}
    if getattr(value, "fields", None) is not None:
        return _named(value, depth)
    if isinstance(value, tuple | list | set | frozenset):
        return [plain(v, depth + 1) for v in value]
    if isinstance(value, Mapping):
        return {str(k): plain(v, depth + 1) for k, v in value.items()}
    if names := getattr(value, "__slots__", None) or getattr(value, "__dict__", None):
        return {str(n): plain(getattr(value, n), depth + 1) for n in names if not str(n).startswith("_")}
    return str(value)[:LONGEST]


def _named(value: Any, depth: int) -> dict[str, Any]:
    named = {}
    for one in value.fields:
        of = getattr(one, "definition", one)
        if of.name != "vTargetSeries":
            named[str(of.name)] = plain(one.value, depth + 1)
    return named


def _time(packet: Packet) -> datetime | None:
    stamp = dict(items(packet.value)[0]).get(2, b"")
    try:
        return (
            datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int.from_bytes(stamp, "big")) if stamp else None
        )
    except OverflowError:
        return None
