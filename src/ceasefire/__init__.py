"""Ceasefire monitors and verifies ceasefires.

An agreement as data and evidence from many sources go in; out comes what happened, whether it is a breach under
whose reading, who is shown to have done it, what was promised and delivered, and what nobody could see.

>>> import ceasefire as cf
>>> cf.load("energy-2025").readings[0].id
'white-house'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ceasefire.errors import CeasefireError, strict

if TYPE_CHECKING:
    from ceasefire.agreements.library import load
    from ceasefire.agreements.read import read as read_agreement
    from ceasefire.case import Case
    from ceasefire.effects import effect
    from ceasefire.run import Run

__version__ = "0.1.0"
__all__ = ["Case", "CeasefireError", "Run", "__version__", "effect", "load", "read_agreement", "strict"]

_HOME = {
    "Case": ("ceasefire.case", "Case"),
    "Run": ("ceasefire.run", "Run"),
    "effect": ("ceasefire.effects", "effect"),
    "load": ("ceasefire.agreements.library", "load"),
    "read_agreement": ("ceasefire.agreements.read", "read"),
}
"""Where the public names live; they are imported when first asked for, so that `ceasefire --help` is quick."""


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'ceasefire' has no attribute {name!r}")
    from importlib import import_module

    module, attribute = _HOME[name]
    return getattr(import_module(module), attribute)
