"""A moment as an agreement states it: one instant on a named clock, or the gap in which it must lie.

Why a gap: most published arrangements name a day and no hour, and Kyiv and Moscow stood one hour apart until
30 March 2025. An unknown hour is data; guessing it would decide verdicts silently. So a moment always carries
its earliest and latest instant, and the clock it was stated on. The time zone is mandatory.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from difflib import get_close_matches
from functools import cache
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

INSTANT_PATTERN = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2}| [A-Za-z0-9_+/-]+)$"
"""One instant: date, hour, and a clock: `Z`, an offset, or a space and an IANA name."""
DAY_PATTERN = r"^\d{4}-\d{2}-\d{2} [A-Za-z0-9_+/-]+$"
"""A day on a named clock: the hour is not published."""

_WRITTEN = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})(?:[T ](?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?)?\s*(?P<clock>.*)",
    re.ASCII,
)
_OFFSET = re.compile(r"([+-])(\d{2}):(\d{2})", re.ASCII)
_EXAMPLE = "write it like 2025-03-25T00:00 Europe/Kyiv, 2025-03-18T14:00Z, or 2025-03-25 Europe/Kyiv for a day"


def mistake(wrong: str, right: str = "") -> PydanticCustomError:
    """Make a validation error that keeps what is wrong apart from what would be right.

    Parameters
    ----------
    wrong
        What is wrong, one clause.
    right
        What would be right, one clause.

    >>> mistake("no clock", "add Z").message()
    'no clock'
    """
    return PydanticCustomError("ceasefire", "{wrong}", {"wrong": wrong, "right": right})


def near(word: str, known: Any) -> str:
    """Suggest the known word that looks most like the given one, or list them where few.

    Parameters
    ----------
    word
        What was written.
    known
        The words that would be right (an iterable of str).

    >>> near("rusia", ["russia", "ukraine"])
    "did you mean 'russia'?"
    >>> near("x", ["russia", "ukraine"])
    'one of: russia, ukraine'
    """
    known = sorted(known)
    close = get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    if not known:
        return "none is defined here"
    return "one of: " + ", ".join(known[:12]) + (", ..." if len(known) > 12 else "")


@cache
def _zones() -> frozenset[str]:
    return frozenset(z for z in available_timezones() if z == "UTC" or "/" in z)


def zone(name: str) -> ZoneInfo:
    """Give the IANA time zone of that name.

    Parameters
    ----------
    name
        IANA name, e.g. `Europe/Kyiv`, or `UTC`.

    Raises
    ------
    PydanticCustomError (a ValueError)
        With the name that looks most like it.

    >>> zone("Europe/Kyiv").key
    'Europe/Kyiv'
    """
    if name not in _zones():
        close = get_close_matches(name, sorted(_zones()), n=1, cutoff=0.6)
        right = f"did you mean {close[0]!r}?" if close else "an IANA name such as Europe/Kyiv, Europe/Moscow or UTC"
        raise mistake(f"unknown time zone {name!r}", right)
    return ZoneInfo(name)


def instant(text: str) -> datetime:
    """Read one instant; it keeps the clock that it was stated on.

    Parameters
    ----------
    text
        `2025-03-25T00:00 Europe/Kyiv`, `2025-03-18T14:00Z` or `2025-03-18T16:00+02:00`; `24:00` is the end of a day.

    Raises
    ------
    PydanticCustomError (a ValueError)
        Where the clock is missing or unknown, the date impossible, or the local time skipped or doubled by a
        change of the clocks.

    Until 30 March 2025 midnight came one hour later in Kyiv than in Moscow:

    >>> instant("2025-03-25T00:00 Europe/Kyiv") - instant("2025-03-25T00:00 Europe/Moscow")
    datetime.timedelta(seconds=3600)
    >>> instant("2025-03-31T00:00 Europe/Kyiv") - instant("2025-03-31T00:00 Europe/Moscow")
    datetime.timedelta(0)
    """
    day, clock, parts = _parts(text)
    if parts is None:
        raise mistake(f"{text!r} names no hour", "name the hour, or write a day where a moment may be a gap")
    hour, minute, second = parts
    if hour > 24 or minute > 59 or second > 59 or (hour == 24 and (minute or second)):
        raise mistake(f"{text!r} is no time of day", "hours run from 00:00 to 24:00")
    try:
        local = datetime(day.year, day.month, day.day) + timedelta(hours=hour, minutes=minute, seconds=second)
        return _on(local, clock, text)
    except OverflowError:
        raise mistake(f"{text!r} is out of range", "a year between 1900 and 2199") from None


def _parts(text: str) -> tuple[date, tzinfo, tuple[int, int, int] | None]:
    found = _WRITTEN.fullmatch(text.strip())
    if not found:
        raise mistake(f"{text!r} is no moment", _EXAMPLE)
    try:
        day = date.fromisoformat(found["day"])
    except ValueError:
        raise mistake(f"{found['day']!r} is no date of the calendar", _EXAMPLE) from None
    if not 1900 <= day.year <= 2199:
        raise mistake(f"{found['day']!r} is out of range", "a year between 1900 and 2199")
    if not found["clock"]:
        raise mistake(
            f"{text!r} names no clock", "add a time zone: " + text.strip() + " Europe/Kyiv, or UTC where that is meant"
        )
    parts = (int(found["hour"]), int(found["minute"]), int(found["second"] or 0)) if found["hour"] else None
    return day, _clock(found["clock"]), parts


def _clock(name: str) -> tzinfo:
    if name == "Z":
        return UTC
    offset = _OFFSET.fullmatch(name)
    if offset:
        sign, hours, minutes = offset.groups()
        if int(hours) > 14 or int(minutes) > 59:
            raise mistake(f"no clock is {name} from UTC", "an offset between -12:00 and +14:00")
        return timezone((1 if sign == "+" else -1) * timedelta(hours=int(hours), minutes=int(minutes)))
    return zone(name)


def _on(local: datetime, clock: tzinfo, text: str) -> datetime:
    stated = local.replace(tzinfo=clock)
    if stated.astimezone(UTC).astimezone(clock).replace(tzinfo=None) != local:
        raise mistake(f"{text!r} does not exist: the clocks went forward", "name the instant in UTC")
    if stated.utcoffset() != stated.replace(fold=1).utcoffset():
        raise mistake(f"{text!r} happened twice: the clocks went back", "name the instant in UTC")
    return stated


def write(stated: datetime) -> str:
    """Write an instant as `instant` reads it.

    Parameters
    ----------
    stated
        An aware datetime.

    >>> write(instant("2025-03-25T00:00 Europe/Kyiv")), write(instant("2025-03-18T14:00Z"))
    ('2025-03-25T00:00 Europe/Kyiv', '2025-03-18T14:00Z')
    """
    text = stated.strftime("%Y-%m-%dT%H:%M:%S" if stated.second else "%Y-%m-%dT%H:%M")
    if isinstance(stated.tzinfo, ZoneInfo):
        return f"{text} {stated.tzinfo.key}"
    offset = stated.utcoffset() or timedelta(0)
    if not offset:
        return text + "Z"
    minutes = int(offset.total_seconds() // 60)
    return f"{text}{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def _instant_value(value: Any) -> datetime:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise mistake(f"{value.isoformat()} names no clock", _EXAMPLE)
        return value
    if not isinstance(value, str):
        raise mistake("an instant is text", _EXAMPLE)
    return instant(value)


Instant = Annotated[
    datetime,
    PlainValidator(_instant_value),
    PlainSerializer(write, return_type=str),
    WithJsonSchema({"type": "string", "pattern": INSTANT_PATTERN, "examples": ["2025-03-25T00:00 Europe/Kyiv"]}),
]


class Moment(BaseModel):
    """When something begins, ends or was said: earliest and latest instant, equal where the hour is known.

    Written as one instant (`2025-03-25T00:00 Europe/Kyiv`), as a day (`2025-03-25 Europe/Kyiv`: some time that
    day) or as `{earliest, latest, why}`.

    >>> m = Moment.of("2025-03-25 Europe/Kyiv")
    >>> m.exact, m.latest - m.earliest, m.why
    (False, datetime.timedelta(days=1), 'no hour was published')
    >>> Moment.of("2025-03-18T14:00Z").exact
    True
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    earliest: Instant
    """First instant at which it may be."""
    latest: Instant
    """Last instant at which it may be."""
    why: str = Field(default="", max_length=1000)
    """Why it is not one instant; empty where it is."""

    @classmethod
    def of(cls, value: Any) -> Moment:
        """Read a moment from what an agreement file says."""
        return cls.model_validate(value)

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        if isinstance(value, str):
            day, clock, parts = _parts(value)
            if parts is not None:
                return {"earliest": value, "latest": value}
            begin = datetime(day.year, day.month, day.day)
            return {
                "earliest": _on(begin, clock, value),
                "latest": _on(begin + timedelta(days=1), clock, value),
                "why": "no hour was published",
            }
        if isinstance(value, (dict, Moment)):
            return value
        raise mistake("a moment is text, or a mapping with earliest, latest and why", _EXAMPLE)

    @model_validator(mode="after")
    def _ordered(self) -> Moment:
        if self.latest < self.earliest:
            raise mistake(f"latest ({write(self.latest)}) is before earliest ({write(self.earliest)})", "swap the two")
        if self.latest > self.earliest and not self.why.strip():
            raise mistake("a moment with a gap does not say why", "add `why:` with the reason in one sentence")
        return self

    @property
    def exact(self) -> bool:
        """Whether the hour is known."""
        return self.earliest == self.latest

    def __str__(self) -> str:
        if self.exact:
            return write(self.earliest)
        return f"{write(self.earliest)} .. {write(self.latest)}"

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        gap = handler.resolve_ref_schema(handler(core))
        gap = {**gap, "required": ["earliest", "latest", "why"]}
        title = gap.pop("title", "Moment")
        text = gap.pop("description", "")
        return {
            "title": title,
            "description": text.split("\n\n    >>>")[0].split("\n\n>>>")[0],
            "anyOf": [
                {"type": "string", "pattern": INSTANT_PATTERN, "examples": ["2025-03-25T00:00 Europe/Kyiv"]},
                {"type": "string", "pattern": DAY_PATTERN, "examples": ["2025-03-25 Europe/Kyiv"]},
                gap,
            ],
        }
