"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real data sets, which are not part of the project; the test is skipped without them."""
    here = Path(__file__).resolve().parents[1]
    folder = Path(os.environ.get("CEASEFIRE_DATA") or here.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("real data not here: set CEASEFIRE_DATA to its folder")
    return folder
