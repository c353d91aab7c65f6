"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from ceasefire.model.records import Observation

# how long an example takes is the machine's affair, and the first one pays for imports
settings.register_profile("ceasefire", deadline=None)
settings.load_profile("ceasefire")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real data sets, which are not part of the project; the test is skipped without them."""
    here = Path(__file__).resolve().parents[1]
    folder = Path(os.environ.get("CEASEFIRE_DATA") or here.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("real data not here: set CEASEFIRE_DATA to its folder")
    return folder


@pytest.fixture
def observation() -> Callable[..., Observation]:
    """Maker of observations: what a test does not name is ordinary (a news report of a drone in Poltava)."""

    def make(name: str, **fields: Any) -> Observation:
        start = fields.pop("start", datetime(2025, 4, 2, 1, tzinfo=UTC))
        end = fields.pop("end", start + timedelta(hours=1))
        given = {
            "source": name,
            "product": "facts",
            "granule": "t.csv",
            "line": 1,
            "evidence": "",
            "channel": "news",
            "procedure": "report",
            "reported": end,
            "lon": 34.55,
            "lat": 49.59,
            "radius_km": 5.0,
            "place": "Poltava",
            "region": "UA-53",
            "act": "attack.air.drone",
            "reliability": "C",
            "credibility": 3,
        }
        return Observation(id=f"o-{name}", start=start, end=end, **{**given, **fields})

    return make
