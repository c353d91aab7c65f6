"""Where patrols meet the case: footage and logs become flights, looks, sightings and one record for the page.

A step of the observe stage, and the whole of `ceasefire patrol`. Readers know files, footprints know angles, looks
know cells; here they are joined.
"""

from __future__ import annotations

from ceasefire.patrol.observe import PRODUCTS, Seen, observe
from ceasefire.patrol.options import Options
from ceasefire.patrol.put_together import Flown, Read, of_files

__all__ = ["PRODUCTS", "Flown", "Options", "Read", "Seen", "observe", "of_files"]
