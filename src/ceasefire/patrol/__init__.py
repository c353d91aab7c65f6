"""Where patrols meet the case: footage and logs become flights, looks, sightings and one record for the page.

A step of the observe stage, and the whole of `ceasefire patrol`. Readers know files, footprints know angles, looks
know cells; here they are joined; `put_together.of_files` does all of it.
"""

from __future__ import annotations

from ceasefire.patrol.observe import PRODUCTS, Flights, observe

__all__ = ["PRODUCTS", "Flights", "observe"]
