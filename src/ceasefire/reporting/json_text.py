"""JSON as the report writes it: keys sorted, one space of indent, what is not a number null, six decimals.

Why not `json.dumps`: with an indent it works in plain Python and wants plain values, so records would be copied twice
first. Here records, lists and dates are written in one walk, and the bytes are the same.
"""

from __future__ import annotations

import dataclasses
from datetime import date
from functools import cache
from json.encoder import encode_basestring
from math import isfinite
from typing import Any


def json_text(value: Any) -> str:
    """Write records, dicts, lists, texts, numbers and dates as JSON; a float is rounded to six decimals.

    Raises
    ------
    TypeError
        A value of another kind.

    >>> print(json_text({"b": float("nan"), "a": [1.23456789, ("x",), []]}))
    {
     "a": [
      1.234568,
      [
       "x"
      ],
      []
     ],
     "b": null
    }
    """
    return _text(value, "\n")


def _text(value: Any, line: str) -> str:
    if isinstance(value, str):
        return encode_basestring(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        return float.__repr__(round(value, 6)) if isfinite(value) else "null"
    if isinstance(value, (list, tuple)):
        inner = line + " "
        return f"[{inner}{f',{inner}'.join([_text(v, inner) for v in value])}{line}]" if value else "[]"
    if isinstance(value, dict):
        return _members([(encode_basestring(k), v) for k, v in sorted(value.items())], line)
    if isinstance(value, date):
        return f'"{value.isoformat()}"'
    if dataclasses.is_dataclass(value):
        return _members([(key, getattr(value, name)) for key, name in _fields(value.__class__)], line)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def _members(pairs: list[tuple[str, Any]], line: str) -> str:
    inner = line + " "
    return f"{{{inner}{f',{inner}'.join([f'{k}: {_text(v, inner)}' for k, v in pairs])}{line}}}" if pairs else "{}"


@cache
def _fields(record: Any) -> tuple[tuple[str, str], ...]:
    """Give the names of a record's fields, sorted, quoted and as they are."""
    return tuple((encode_basestring(n), n) for n in sorted(f.name for f in dataclasses.fields(record)))
