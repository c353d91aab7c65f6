"""When a post says it happened: hours and days named in words, on the speaker's clock, as UTC intervals.

Why intervals: "about 13.15 Moscow time" is a quarter of an hour, "during the past night" is twelve hours. A time that
is not named is the day before the post. Moscow was an hour ahead of Kyiv until 30 March 2025, so the clock must be
known: the words name Moscow's (`мск`), else it is the speaker's own.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

HOME = {"russia": "Europe/Moscow", "ukraine": "Europe/Kyiv"}
"""A party's own clock."""
ABOUT = timedelta(minutes=15)
_RUSSIAN = ("янв", "фев", "мар", "апр", "ма", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
_UKRAINIAN = ("січ", "лют", "бер", "кві", "тра", "чер", "лип", "сер", "вер", "жов", "лис", "гру")
_MONTHS = {stem: i + 1 for names in (_RUSSIAN, _UKRAINIAN) for i, stem in enumerate(names)}
_HOUR = r"([01]?\d|2[0-3])(?:[.:]|\s+час\w*\s+)([0-5]\d)(?!\s*км)"
_SPAN = re.compile(
    rf"\b(?:с|з|від|from|between)\s+{_HOUR}(?:\s+\w+){{0,3}}\s+(?:до|по|to|and)\s+{_HOUR}", re.IGNORECASE
)
_POINT = re.compile(rf"\b(?:около|близько|о|об|в|у|at|about)\s+{_HOUR}", re.IGNORECASE)
_DAY = re.compile(r"\W*(?:[^\W\d]+\s+){0,4}(\d{1,2})\s+(" + "|".join(_MONTHS) + r")\w*", re.IGNORECASE)
_MOSCOW = re.compile(r"\b(?:мск|по моск)", re.IGNORECASE)
_NIGHT = re.compile(r"прошедшей ночи|ночью|вночі|цієї ночі|уночі|минулої ночі|overnight", re.IGNORECASE)


def interval(text: str, said: datetime, *, speaker: str = "") -> tuple[datetime, datetime]:
    """Give the UTC interval in which what a post tells of happened, never later than the post.

    Parameters
    ----------
    text
        The post's words (of one item, where it has several).
    said
        When it was posted, aware.
    speaker
        Party that speaks, for its clock; anybody else's is taken for Kyiv's, with an hour's slack on either side.

    >>> said = datetime(2025, 3, 18, 11, 22, tzinfo=UTC)
    >>> [t.strftime("%d %H:%M") for t in interval("Около 13.15 мск уничтожен БпЛА", said)]
    ['18 10:00', '18 10:30']
    >>> [t.strftime("%d %H:%M") for t in interval("В период с 23.38 до 1.26 мск", said)]
    ['17 20:38', '17 22:26']
    >>> [t.strftime("%d %H:%M") for t in interval("Дрони атакували місто", said)]
    ['17 11:22', '18 11:22']
    """
    moscow = _MOSCOW.search(text) is not None
    zone = ZoneInfo("Europe/Moscow" if moscow else HOME.get(speaker, "Europe/Kyiv"))
    local = said.astimezone(zone)
    day = _named_day(text, local)
    span, point = _SPAN.search(text), _POINT.search(text)
    if span:
        begin = _at(day or local, span[1], span[2])
        end = _at(day or local, span[3], span[4])
        begin -= timedelta(days=1) if begin > end else timedelta(0)
    elif point:
        begin = _at(day or local, point[1], point[2]) - ABOUT
        end = begin + 2 * ABOUT
    elif day is not None:
        begin, end = _at(day, "0", "0"), _at(day, "0", "0") + timedelta(days=1)
    elif _NIGHT.search(text):
        begin, end = local - timedelta(hours=14), local
    else:
        begin, end = local - timedelta(days=1), local
    if day is None and begin > local:
        begin, end = begin - timedelta(days=1), end - timedelta(days=1)
    known = moscow or speaker in HOME or not (span or point or day)
    slack = timedelta(0) if known else timedelta(hours=1)
    begin, end = begin.astimezone(UTC) - slack, min(end.astimezone(UTC) + slack, said.astimezone(UTC))
    return (begin, end) if begin < end else (said.astimezone(UTC) - timedelta(days=1), said.astimezone(UTC))


def _named_day(text: str, local: datetime) -> datetime | None:
    found = _DAY.match(text)
    if not found:
        return None
    month = _MONTHS[found[2].lower()]
    for year in (local.year, local.year - 1):
        try:
            day = datetime(year, month, int(found[1]), tzinfo=local.tzinfo)
        except ValueError:
            return None
        if timedelta(0) <= local - day <= timedelta(days=7):
            return day
    return None


def _at(day: datetime, hour: str, minute: str) -> datetime:
    return day.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
