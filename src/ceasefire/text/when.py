"""When: days and periods named in English words, counted from the day of publication in the outlet's zone.

Only what is stated: a time that no word names stays unknown (the epoch). A weekday is the last one before or on the
day of publication, or the next one where the words look ahead. Intervals are UTC instants; the end is exclusive.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ceasefire.model.records import EPOCH

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_MONTH = (
    r"(?P<{0}>jan(?:uary|\.)?|feb(?:ruary|\.)?|mar(?:ch|\.)?|apr(?:il|\.)?|may|june?|july?|"
    r"aug(?:ust|\.)?|sept?(?:ember|\.)?|oct(?:ober|\.)?|nov(?:ember|\.)?|dec(?:ember|\.)?)"
)
_DATE = re.compile(
    rf"\b(?:(?P<d1>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?{_MONTH.format('m1')}|"
    rf"{_MONTH.format('m2')} (?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?![\d,]*\d{{3}}))(?:,? (?P<y>(?:19|20)\d\d))?\b",
    re.IGNORECASE,
)
_MONTH_YEAR = re.compile(
    rf"\b(?:(?P<last>last|this|next|in|of|since|early|late|mid) )?(?:(?:early|late|"
    rf"mid)[- ])?{_MONTH.format('m')}(?: (?P<y>(?:19|20)\d\d))?\b(?! \d)",
    re.IGNORECASE,
)
_YEAR = re.compile(
    r"\b(?:in|since|during|of|’s|'s|from|until|back in) (?:early |late |mid-?)?(?P<y>(?:19|20)\d\d)\b|"
    r"\b(?P<y2>(?:19|20)\d\d) (?:invasion|war|annexation)",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(
    r"\b(?:(?P<which>last|next|this|on|since) )?(?P<day>monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b",
    re.IGNORECASE,
)
_NEAR = (
    (re.compile(r"\b(?:today|tonight|this (?:morning|afternoon|evening))\b", re.IGNORECASE), 0, 1),
    (re.compile(r"\byesterday\b|\blast night\b", re.IGNORECASE), -1, 0),
    (re.compile(r"\btomorrow\b", re.IGNORECASE), 1, 2),
)
_AGO = re.compile(r"\b(?P<n>\w+) (?P<unit>day|week|month|year)s? (?:ago|earlier)\b", re.IGNORECASE)
_PAST = re.compile(
    r"\b(?:in|over|for|during)? ?the (?:last|past) (?P<n>\w+)? ?(?P<unit>day|week|month|year)s?\b", re.IGNORECASE
)
_WEEK = re.compile(
    r"\b(?P<which>last|this|next) (?P<unit>week|month|year|weekend)\b|\bover the (?P<end>weekend)\b", re.IGNORECASE
)
_TO = re.compile(r"\s*(?:to|and|until|till|through|–|—|-)\s*(?:the )?", re.IGNORECASE)
_INVASION = datetime(2022, 2, 24, tzinfo=UTC)
_SINCE_WAR = re.compile(
    r"\bsince (?:the )?(?:(?:start|beginning|outbreak|onset|first day) of )?(?:the |its |moscow's |russia's )?"
    r"(?:war|full[- ]scale (?:war|invasion)|invasion)(?: began| started)?\b",
    re.IGNORECASE,
)
_FIGHTS = re.compile(r"\b(?:russia\w*|ukrain\w*|moscow|kyiv|putin|zelensk\w*)\b", re.IGNORECASE)
"""Other wars have other first days: without such a name the first day is not known."""
_NUMBERS = {
    w: i for i, w in enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"])
} | {
    "a": 1,
    "an": 1,
    "few": 3,
    "several": 5,
}
_AHEAD = re.compile(r"\b(?:will|next|upcoming|tomorrow|due to|planned|scheduled|by)\b", re.IGNORECASE)


class When(NamedTuple):
    """An interval with its anchor."""

    start: datetime
    """Earliest instant (UTC); the epoch where no time is named."""
    end: datetime
    """First instant behind it (UTC)."""
    words: str
    """The words that name it."""


UNKNOWN = When(EPOCH, EPOCH, "")


def when(words: str, published: datetime, *, zone: str = "UTC", open_start: datetime | None = None) -> When:
    """Give the period that words name.

    Parameters
    ----------
    words
        A statement or its sentence.
    published
        When it was published, aware; with the epoch, times that are relative to it stay unknown.
    zone
        The outlet's time zone: "Tuesday" is a day there.

    Examples
    --------
    >>> told = datetime(2025, 3, 18, 20, tzinfo=UTC)
    >>> [t.strftime("%Y-%m-%d") for t in when("it struck the town last Wednesday", told)[:2]]
    ['2025-03-12', '2025-03-13']
    >>> [t.strftime("%Y-%m-%d") for t in when("killed since February 24, 2022", told)[:2]]
    ['2022-02-24', '2025-03-18']
    >>> when("it struck yesterday", EPOCH) == UNKNOWN
    True
    """
    dated = published > EPOCH
    local = published.astimezone(ZoneInfo(zone)) if dated else EPOCH
    day = local.replace(hour=0, minute=0, second=0, microsecond=0)
    found = (
        _absolute(words, day if dated else None) or _of_war(words, local) or (_relative(words, day) if dated else None)
    )
    if found is None:
        return UNKNOWN
    begin, stop, said = found
    named = re.sub(r"^(?:since|in|on|during|of|from|until|back in)\s+", "", said, flags=re.IGNORECASE)
    if dated and re.search(rf"\bsince\b[^.;]{{0,40}}{re.escape(named)}", words, re.IGNORECASE):
        stop = _said_at(local) if published > begin else stop
    return When(begin.astimezone(UTC), stop.astimezone(UTC), said)


def _absolute(words: str, day: datetime | None) -> tuple[datetime, datetime, str] | None:
    zone = day.tzinfo if day is not None else UTC
    m = _DATE.search(words)
    if m:
        month = _month(m["m1"] or m["m2"])
        year = int(m["y"]) if m["y"] else (_year_near(day, month) if day is not None else 0)
        try:
            begin = datetime(year, month, int(m["d1"] or m["d2"]), tzinfo=zone)
        except ValueError:
            return None
        last = _DATE.match(words, behind.end()) if (behind := _TO.match(words, m.end())) else None
        if last and (stop := _last_day(last, begin)) > begin:
            return begin, stop, words[m.start() : last.end()]
        return begin, begin + timedelta(days=1), m[0]
    for m in _MONTH_YEAR.finditer(words):
        if m["m"].lower() in ("may", "march", "mar") and (not m["m"][0].isupper() or not (m["last"] or m["y"])):
            continue
        if not m["y"] and day is None:
            continue
        month = _month(m["m"])
        year = int(m["y"]) if m["y"] else _year_near(day, month)
        begin = datetime(year, month, 1, tzinfo=zone)
        return begin, (begin + timedelta(days=32)).replace(day=1), m[0]
    y = _YEAR.search(words)
    if y:
        year = int(y["y"] or y["y2"])
        return datetime(year, 1, 1, tzinfo=zone), datetime(year + 1, 1, 1, tzinfo=zone), y[0]
    return None


def _last_day(m: re.Match[str], begin: datetime) -> datetime:
    """Give the end of a range of days that begins earlier; the begin itself where it is no day of a calendar."""
    year = int(m["y"]) if m["y"] else begin.year
    try:
        return datetime(year, _month(m["m1"] or m["m2"]), int(m["d1"] or m["d2"]), tzinfo=begin.tzinfo) + timedelta(
            days=1
        )
    except ValueError:
        return begin


def _of_war(words: str, published: datetime) -> tuple[datetime, datetime, str] | None:
    """Give the time since the invasion of 24 February 2022, where the words count from it and name who fights in it."""
    m = _SINCE_WAR.search(words)
    if not m or published <= _INVASION or not _FIGHTS.search(words):
        return None
    return _INVASION, _said_at(published), m[0]


def _said_at(published: datetime) -> datetime:
    """Give the end of what lasted until publication: where only its day is known, the end of that day."""
    whole = published.hour == published.minute == published.second == 0
    return published + timedelta(days=1) if whole else published


def _year_near(day: datetime | None, month: int) -> int:
    """Give the year of the last such month, the month of publication included."""
    assert day is not None
    return day.year if month <= day.month else day.year - 1


def _month(name: str) -> int:
    return next(i + 1 for i, full in enumerate(_MONTHS) if full.startswith(name.lower().rstrip(".")[:3]))


def _relative(words: str, day: datetime) -> tuple[datetime, datetime, str] | None:
    m = _WEEKDAY.search(words)
    if m:
        ahead = (m["which"] or "").lower() == "next" or bool(_AHEAD.search(words[: m.start()]))
        back = (day.weekday() - _DAYS.index(m["day"].lower())) % 7
        if (m["which"] or "").lower() == "last" and back == 0:
            back = 7
        begin = day + timedelta(days=(7 - back) % 7 if ahead else -back)
        return begin, begin + timedelta(days=1), m[0]
    for pattern, first, behind in _NEAR:
        n = pattern.search(words)
        if n:
            return day + timedelta(days=first), day + timedelta(days=behind), n[0]
    m = _AGO.search(words)
    if m and (m["n"].lower() in _NUMBERS or m["n"].isdecimal()):
        count = _NUMBERS.get(m["n"].lower()) or int(m["n"])
        begin = _back(day, count, m["unit"].lower())
        width = {"day": 1, "week": 7, "month": 31, "year": 365}[m["unit"].lower()]
        return begin - timedelta(days=width // 2), begin + timedelta(days=width // 2 + 1), m[0]
    m = _WEEK.search(words)
    if m:
        return _week(m, day)
    m = _PAST.search(words)
    if m:
        word = (m["n"] or "one").lower()
        count = _NUMBERS.get(word, int(word) if word.isdecimal() and len(word) < 4 else 1)
        return _back(day, count, m["unit"].lower()), day + timedelta(days=1), m[0]
    return None


def _back(day: datetime, count: int, unit: str) -> datetime:
    days = {"day": 1, "week": 7, "month": 30, "year": 365}[unit] * min(count, 1000)
    return day - timedelta(days=days)


def _week(m: re.Match[str], day: datetime) -> tuple[datetime, datetime, str]:
    which, unit = (m["which"] or "last").lower(), (m["unit"] or m["end"]).lower()
    step = {"last": -1, "this": 0, "next": 1}[which]
    monday = day - timedelta(days=day.weekday())
    if unit == "week":
        begin = monday + timedelta(days=7 * step)
        return begin, begin + timedelta(days=7), m[0]
    if unit == "weekend":
        begin = monday + timedelta(days=5 + (7 * step if which != "this" else 0))
        begin -= timedelta(days=7) if which == "last" and begin > day else timedelta(0)
        return begin, begin + timedelta(days=2), m[0]
    if unit == "month":
        first = day.replace(day=1)
        other = (
            first
            if step == 0
            else (first - timedelta(days=1)).replace(day=1)
            if step < 0
            else (first + timedelta(days=32)).replace(day=1)
        )
        return other, (other + timedelta(days=32)).replace(day=1), m[0]
    begin = day.replace(month=1, day=1, year=day.year + step)
    return begin, begin.replace(year=begin.year + 1), m[0]
