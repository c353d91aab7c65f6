"""Where a statement says it is: a disc for each of many texts. The one call by which claims reach the gazetteer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pyarrow as pa

from ceasefire.text.lexicon import normal
from ceasefire.text.places import places


class Placed(NamedTuple):
    """A named place as a disc."""

    name: str
    region: str
    lon: float
    lat: float
    radius_km: float


def placed(texts: Sequence[str]) -> list[Placed]:
    """Find the place that each of n texts names; an empty name and NaN where none or several are meant.

    >>> placed(["по станції «Суджа»"])[0].region
    'RU-KRS'
    """
    if not texts:
        return []
    got = places(normal(pa.array([text.encode("utf-8", "replace").decode() for text in texts])))
    rows = zip(got.name, got.region, got.lon.tolist(), got.lat.tolist(), got.radius_km.tolist(), strict=True)
    return [Placed(*row) for row in rows]
