"""Makers of incidents and claims for the tests of assessment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ceasefire.model.records import Claim, Incident


@pytest.fixture
def incident() -> Callable[..., Incident]:
    """Maker of incidents: an established strike on a substation in Poltava unless a test says otherwise."""

    def make(name: str, **fields: Any) -> Incident:
        start = fields.pop("start", datetime(2025, 4, 2, 1, tzinfo=UTC))
        kind = fields.pop("object_class", "energy.electricity.grid")
        given: dict[str, Any] = {
            "end": start + timedelta(hours=1),
            "lon": 34.55,
            "lat": 49.59,
            "radius_km": 5.0,
            "place": "Poltava",
            "region": "UA-53",
            "control": "ukraine",
            "act": "attack.air.drone",
            "object_probabilities": ((kind, 0.95),) if kind else (),
            "p_occurred": 0.95,
            "p_object": 0.95,
            "p_party": (("russia", 0.6), ("ukraine", 0.3), ("other", 0.1)),
            "attribution": "undetermined",
            "basis": "",
            "alternatives": (),
            "accused_by": (),
            "denied_by": (),
            "origins": 2,
            "channels": ("news", "official"),
            "observations": (f"o-{name}",),
        }
        return Incident(id=f"i-{name}", start=start, object_class=kind, **{**given, **fields})

    return make


@pytest.fixture
def claim() -> Callable[..., Claim]:
    """Maker of claims by the Russian Ministry of Defence unless a test says otherwise."""

    def make(name: str, **fields: Any) -> Claim:
        given: dict[str, Any] = {
            "source": "facts",
            "granule": "t.csv",
            "line": 1,
            "claimant": "russia",
            "speaker": "Ministry of Defence",
            "said": datetime(2025, 4, 2, 12, tzinfo=UTC),
            "stance": "asserts",
        }
        return Claim(id=f"c-{name}", **{**given, **fields})

    return make
