"""Where the sea meets the case: positions of ships and warnings become observations, looks, events and one record.

A step of the observe stage. Readers know files, detectors know tracks, reception knows who listened; here they are
joined.
"""

from __future__ import annotations

from ceasefire.sea.given import Given, Line, Sailed
from ceasefire.sea.observe import PRODUCTS, observe

__all__ = ["PRODUCTS", "Given", "Line", "Sailed", "observe"]
