"""Where a clause applies: regions, polygons, discs, belts along a coast and lanes on the water.

Why zones stand in the agreement and not in the case: a line decides verdicts, so it needs a source and a version as
every other line of the text does. Shapes are made from these records in `geo`.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from ceasefire.model.moment import mistake
from ceasefire.model.vocabulary import Id, Latitude, Line, Longitude, Region, Said, Sources, Text


class Disc(Line):
    """A circle on the ground."""

    lon: Longitude
    """Centre, degrees east."""
    lat: Latitude
    """Centre, degrees north."""
    radius_km: Annotated[float, Field(gt=0, le=20000, allow_inf_nan=False)]
    """Radius, km."""


class Coast(Line):
    """A belt of water along a coast, such as a territorial sea."""

    of: Annotated[tuple[Region, ...], Field(min_length=1)]
    """ISO 3166 patterns of the land whose coast is meant, e.g. `[UA-51, UA-48]`."""
    nm: Annotated[float, Field(gt=0, le=350, allow_inf_nan=False)] = 12.0
    """Width, nautical miles from the coast as shipped; no baselines are drawn."""


class Corridor(Line):
    """A lane of one width about a line on the water."""

    line: tuple[tuple[Longitude, Latitude], ...]
    """Corners of its middle line as (longitude, latitude), two or more."""
    width_km: Annotated[float, Field(gt=0, le=500, allow_inf_nan=False)]
    """Whole width, km."""

    @model_validator(mode="after")
    def _line(self) -> Self:
        if len(self.line) < 2:
            raise mistake("the middle line of a corridor has fewer than two corners", "a line of [lon, lat]")
        return self


class Zone(Line):
    """Where a provision applies: the union of regions, polygon, disc, coast and corridor; or a name without a line."""

    id: Id
    """Id that terms name."""
    title: Said
    """What the text calls it."""
    regions: tuple[Region, ...] = ()
    """ISO 3166 patterns: `UA` is the country with all its regions, `UA-53` one region."""
    polygon: tuple[tuple[Longitude, Latitude], ...] = ()
    """Ring of (longitude, latitude) corners, three or more; it closes itself."""
    disc: Disc | None = None
    """A circle."""
    coast: Coast | None = None
    """A belt of water along a coast."""
    corridor: Corridor | None = None
    """A lane on the water."""
    within: tuple[Region, ...] = ()
    """ISO 3166 patterns, or codes of seas: of all that is drawn here only what lies in these counts."""
    undefined: Text = ""
    """Why nobody can say where it lies; then whatever depends on the zone cannot be verified, except in the regions,
    polygon or disc given beside it, which are surely inside."""
    note: Text = ""
    """What a reader should know, e.g. who drew the outline."""
    sources: Sources
    """What it rests on."""

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not (self.drawn or self.undefined):
            raise mistake(
                f"zone {self.id!r} says nowhere where it is",
                "give regions, polygon, disc, coast or corridor, or `undefined:` with the reason",
            )
        if 0 < len(self.polygon) < 3:
            raise mistake(f"the polygon of zone {self.id!r} has fewer than three corners", "a ring of [lon, lat]")
        return self

    @property
    def drawn(self) -> bool:
        """Whether any part of it has a line."""
        return bool(self.regions or self.polygon or self.disc or self.coast or self.corridor)
