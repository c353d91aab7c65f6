"""The words that an agreement file may use: ids, acts, object classes, clocks, regions; each checked where it stands.

Why types and not later checks: the JSON Schema is made from the same definitions, so that an editor offers the words
and the reader refuses the others with the nearest right one.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, StringConstraints, WithJsonSchema

from ceasefire.model import taxonomy
from ceasefire.model.moment import mistake, near, zone

ANY = "any"
"""Object class that covers everything, for clauses that stop all hostilities."""


def _act(value: str) -> str:
    if value not in taxonomy.ACTS:
        raise mistake(f"unknown act {value!r}", near(value, taxonomy.ACTS))
    return value


def _object_class(value: str) -> str:
    if value != ANY and value not in taxonomy.OBJECTS:
        raise mistake(f"unknown object class {value!r}", near(value, [ANY, *taxonomy.OBJECTS]))
    return value


def _clock(value: str) -> str:
    zone(value)
    return value


def _url(value: str) -> str:
    if value and not value.startswith(("https://", "http://")):
        raise mistake(f"{value!r} is no web address", "it starts with https:// or http://")
    return value


def _met(value: object) -> bool | Literal["unknown"]:
    if isinstance(value, bool):
        return value
    if value == "unknown":
        return "unknown"
    raise mistake(f"{value!r} does not say whether it is met", "true, false or unknown")


Met = Annotated[bool | Literal["unknown"], PlainValidator(_met), WithJsonSchema({"enum": [True, False, "unknown"]})]
"""Whether a condition held."""
Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
"""Small letters, digits and hyphens."""
Text = Annotated[str, StringConstraints(max_length=4000)]
"""A few sentences in our own words."""
Said = Annotated[str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True)]
"""A few sentences that must not be missing."""
Act = Annotated[str, AfterValidator(_act), WithJsonSchema({"type": "string", "enum": sorted(taxonomy.ACTS)})]
ObjectClass = Annotated[
    str,
    AfterValidator(_object_class),
    WithJsonSchema({"type": "string", "enum": [ANY, *sorted(taxonomy.OBJECTS)]}),
]
Clock = Annotated[str, AfterValidator(_clock), WithJsonSchema({"type": "string", "examples": ["Europe/Kyiv"]})]
Url = Annotated[str, AfterValidator(_url), WithJsonSchema({"type": "string", "pattern": "^(https?://.*)?$"})]
Region = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
"""ISO 3166: a country (`UA`, all its regions) or a first-order region (`UA-53`)."""
Sources = Annotated[tuple[Id, ...], Field(min_length=1)]
"""At least one source id: every line names what it rests on."""
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]


class Line(BaseModel):
    """Base of every record of an agreement: frozen, and no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
