"""When navigational warnings hold: periods, daily hours, self-cancelling times, and what had to be inferred.

Forms: `110500 UTC MAR 25 TO 121700 UTC MAR 25`, `110500 UTC TO 121700 UTC MAR 25`, `110500 THRU 121700 UTC MAR`,
`DAILY 0500-1700 UTC 11 TO 13 MAR 25`, `0300 UTC TO 1700 UTC DAILY 22 TO 23 NOV`, `12-14 OCT 0600-1500 UTC`,
`ON 21 NOV 25 FROM 0500Z TO 0900Z`, `UNTIL 121700 UTC MAR 25`, `UNTIL FURTHER NOTICE`,
`CANCEL THIS MSG 121800 UTC MAR 25`.
A year that is not told is that of the warning's number or of its time of issue, and said to be inferred. A date that no
form explains makes the warning unusable: half a period is a wrong one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_MON = (
    "(JAN(?:UARY)?|FEB(?:RUARY)?|MAR(?:CH)?|APR(?:IL)?|MAY(?! BE)|JUNE?|JULY?|AUG(?:UST)?|SEPT?(?:EMBER)?|OCT(?:OBER)?"
    r"|NOV(?:EMBER)?|DEC(?:EMBER)?)\b"
)
_YEAR = r"(?: ?,? ?(20\d\d|\d\d)(?!\d| ?UTC| ?Z\b))?"
_Z = r"(?: ?UTC| ?GMT| ?Z\b)?"
_TO = r" ?(?:TO|THRU|THROUGH|UNTIL|TILL|UP TO|-) ?"
_STAMP = rf"(\d{{2}})(\d{{2}})(\d{{2}}){_Z}(?: {_MON}{_YEAR})?{_Z}"
_RANGE = re.compile(rf"(?<!\d){_STAMP}{_TO}{_STAMP}(?!\d)")
_ONE = re.compile(rf"(?<!\d)(\d{{2}})(\d{{2}})(\d{{2}})(?: ?UTC| ?GMT| ?Z\b)? {_MON}{_YEAR}(?: ?UTC)?(?!\d)")
_HOURS = rf"(?:FROM )?(\d{{2}}):?(\d{{2}}){_Z}{_TO}(\d{{2}}):?(\d{{2}})(?!\d){_Z}"
_DAYS = rf"(?:FROM |ON )?(\d{{1,2}})(?: {_MON}{_YEAR})?(?:{_TO}(\d{{1,2}}))? {_MON}{_YEAR}"
_SPAN = (
    re.compile(rf"(?<![\d-]){_HOURS}(?:,? DAILY|,? EACH DAY|,? EVERY DAY)?,? {_DAYS}"),
    re.compile(rf"(?:DAILY|EACH DAY|EVERY DAY),? {_HOURS},? {_DAYS}"),
)
_DAYS_FIRST = re.compile(rf"(?<![\d-]){_DAYS},?(?: DAILY| EACH DAY| EVERY DAY)?(?: BETWEEN)?,? {_HOURS}(?: DAILY)?")
_DAILY = re.compile(
    rf"(?:DAILY|EACH DAY|EVERY DAY)(?: BETWEEN| FROM)?,? {_HOURS}|{_HOURS},? (?:DAILY|EACH DAY|EVERY DAY)"
)
_TWO_DATES = re.compile(
    rf"(?:FROM )?(\d{{1,2}}) {_MON}{_YEAR},? (\d{{2}}):?(\d{{2}}){_Z}{_TO}"
    rf"(\d{{1,2}}) {_MON}{_YEAR},? (\d{{2}}):?(\d{{2}}){_Z}"
)
_LISTED = re.compile(rf"(?<!\d)\d{{1,2}}(?: ?,| AND) ?\d{{1,2}} {_MON}")
_OPEN = re.compile(r"UNTIL+ FURTHER (?:NOTICE|INSTRUCTIONS?|ADVICE)|\bUFN\b")
_SELF = re.compile(rf"CANCEL(?:LED)? THIS (?:MSG|MESSAGE|WARNING|NAV ?WARN)(?: ON| AT)? {_STAMP}")
_DATED = re.compile(
    rf"(?<![\d/])\d{{6}} ?(?:UTC|Z\b)|(?<![\d/])\d{{1,2}} ?{_MON}\b|(?<!\d)\d{{6}} {_MON}|\b{_MON} \d{{1,2}}\b"
)
_BACK = timedelta(days=120)
"""A date without a year is not farther back than this from the warning's issue."""
_LOCAL = re.compile(r"\b(?:LT|LOCAL TIME|MSK|EET|EEST)\b")


@dataclass
class Times:
    """When a warning holds."""

    issued: datetime | None = None
    """Its date-time group."""
    intervals: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    """Times in force; no end is "until further notice"."""
    told: list[datetime] = field(default_factory=list)
    """Single instants in the text, e.g. of a sighting."""
    assumed: list[str] = field(default_factory=list)
    """What was inferred."""
    wrong: str = ""
    """Why the times cannot be used."""


def times(text: str, *, year: int = 0, issued: datetime | None = None) -> Times:
    """Read when a warning holds.

    Parameters
    ----------
    text
        The warning in capitals on one line, without its date-time group and its positions.
    year
        Year of its number, 0 where it has none.
    issued
        Its date-time group, where it has one.

    >>> got = times("FIRING 110500 UTC TO 121700 UTC MAR. CANCEL THIS MSG 121800 UTC MAR 25", year=2025)
    >>> [(a.isoformat()[:16], b.isoformat()[:16]) for a, b in got.intervals], got.assumed
    ([('2025-03-11T05:00', '2025-03-12T17:00')], ['the year 2025 is inferred'])
    >>> got = times("FIRING DAILY 0500-1700 UTC 30 MAR TO 01 APR 25")
    >>> [(a.isoformat()[:16], b.isoformat()[:16]) for a, b in got.intervals][-1], len(got.intervals)
    (('2025-04-01T05:00', '2025-04-01T17:00'), 3)
    >>> times("FIRING ON 32 MAR 25").wrong
    "a date that is not understood: '32 MAR'"
    """
    return _Reading(text, year, issued).times


class _Reading:
    """One text, from which each form takes what it explains."""

    def __init__(self, text: str, year: int, issued: datetime | None) -> None:
        self.rest = " ".join(text.split())
        self.year = year or (issued.year if issued else 0)
        self.issued = issued
        self.times = Times(issued=issued)
        try:
            self._read()
        except ValueError as error:
            self.times.wrong = str(error)

    def _read(self) -> None:
        made = self.times
        ends = [self._stamp(hit.groups()[0:5], None) for hit in self._take(_SELF)]
        self._ranges()
        for hit in self._take(_TWO_DATES):
            g = hit.groups()
            start = self._at(int(g[0]), g[1], g[2] or g[7], int(g[3]), int(g[4]))
            made.intervals.append(self._ordered(start, self._at(int(g[5]), g[6], g[7], int(g[8]), int(g[9]))))
        self._hours_of_days()
        stamps = [
            self._stamp(hit.groups(), None) for hit in self._take(re.compile(rf"(?:UNTIL|TILL|TO) {_ONE.pattern}"))
        ]
        begins = [self._stamp(hit.groups(), None) for hit in self._take(re.compile(rf"FROM {_ONE.pattern}"))]
        made.told = [self._stamp(hit.groups(), None) for hit in self._take(_ONE)]
        openly = bool(self._take(_OPEN))
        if left := _DATED.search(self.rest):
            raise ValueError(f"a date that is not understood: {left[0].strip()!r}")
        if made.intervals and _LOCAL.search(self.rest):
            raise ValueError("times in a local clock: which one is not told")
        if not made.intervals and (begins or stamps or openly or ends):
            self._open(begins, stamps or ends)
        for end in ends[:1]:
            made.intervals = [(a, min(b or end, end)) for a, b in made.intervals if a < end] or made.intervals
        made.intervals.sort(key=lambda pair: pair[0])

    def _take(self, pattern: re.Pattern[str]) -> list[re.Match[str]]:
        hits = list(pattern.finditer(self.rest))
        if hits:
            self.rest = pattern.sub(lambda m: " " * len(m[0]), self.rest)
        return hits

    def _open(self, begins: list[datetime], stops: list[datetime]) -> None:
        start = begins[0] if begins else (self.issued or (self.times.told[0] if self.times.told else None))
        if start is None and stops:
            start = datetime(stops[0].year, 1, 1, tzinfo=UTC)
            self.times.assumed.append("no beginning is told: the first of January of its year")
        elif start is None:
            start = self._new_year()
        if start is not None:
            self.times.intervals.append((start, stops[0] if stops and stops[0] > start else None))

    def _new_year(self) -> datetime | None:
        if not self.year:
            return None
        self.times.assumed.append("no beginning is told: the first of January of its year")
        return datetime(self.year, 1, 1, tzinfo=UTC)

    def _ranges(self) -> None:
        """Read ranges of date-time groups, with daily hours where such follow."""
        hits = self._take(_RANGE)
        for hit in hits:
            g = hit.groups()
            end = self._stamp(g[5:10], (g[3], g[4]))
            start = self._stamp(g[0:5], (g[8] or g[3], g[9] or g[4]), before=end)
            self.times.intervals.append(self._ordered(start, end))
        daily = self._take(_DAILY) if hits else []
        if daily:
            hours = [int(x) for x in daily[0].groups() if x is not None]
            spans = self.times.intervals
            self.times.intervals = []
            for first, last in spans:
                if last is not None:
                    self._each_day(first, last, hours)

    def _hours_of_days(self) -> None:
        if _LISTED.search(self.rest):
            raise ValueError("days in a list")
        for pattern in (_SPAN[1], _SPAN[0]):
            for hit in self._take(pattern):
                g = hit.groups()
                self._days(g[4:10], [int(x) for x in g[0:4]])
        for hit in self._take(_DAYS_FIRST):
            g = hit.groups()
            self._days(g[0:6], [int(x) for x in g[6:10]])

    def _days(self, g: tuple[str | None, ...], hours: list[int]) -> None:
        """Add the hours of each day from one date to another: day, month, year, last day, month, year."""
        last_month, last_year = g[4], g[5]
        last = self._at(int(g[3] or g[0] or 0), last_month, last_year, 0, 0)
        first = self._at(int(g[0] or 0), g[1] or last_month, g[2] or last_year, 0, 0)
        if g[1] is None and first > last:  # `30 TO 02 APR`: the month before
            month = _MONTHS.index(str(last_month)[:3])
            first = self._at(int(g[0] or 0), _MONTHS[month - 1], str(last.year - (month == 0)), 0, 0)
        if first > last and not g[2]:
            first = first.replace(year=first.year - 1)
        if not timedelta(0) <= last - first <= timedelta(days=400):
            raise ValueError(f"a period from {first:%d %b %Y} to {last:%d %b %Y}")
        self._each_day(first, last + timedelta(days=1), hours)

    def _each_day(self, start: datetime, end: datetime, hours: list[int]) -> None:
        a, b = (_clock(*hours[k : k + 2]) for k in (0, 2))
        day = start.replace(hour=0, minute=0)
        while day < end:
            begin, stop = day + a, day + b + (timedelta(days=1) if b <= a else timedelta(0))
            if stop > start and begin < end:
                self.times.intervals.append((begin, stop))
            day += timedelta(days=1)
            if len(self.times.intervals) > 800:
                raise ValueError("more than 800 intervals")

    def _ordered(self, start: datetime, end: datetime) -> tuple[datetime, datetime]:
        if end <= start:
            raise ValueError(f"it ends ({end:%Y-%m-%d %H:%M}) before it begins ({start:%Y-%m-%d %H:%M})")
        return start, end

    def _stamp(
        self, g: tuple[str | None, ...], other: tuple[str | None, str | None] | None, before: datetime | None = None
    ) -> datetime:
        """Read day, hour, minute, month, year; what is missing comes from the other end of the range."""
        month, year = g[3] or (other[0] if other else None), g[4] or (other[1] if other else None)
        day, hour, minute = (int(x or 0) for x in g[0:3])
        if before is None:
            return self._at(day, month, year, hour, minute)
        if not g[3] and (day, hour, minute) > (before.day, before.hour, before.minute):  # the month before its end's
            return self._at(day, _MONTHS[before.month - 2], str(before.year - (before.month == 1)), hour, minute)
        when = self._at(day, month, year, hour, minute)
        return _moved(when, -1) if not g[4] and when > before else when

    def _at(self, day: int, month: str | None, year: str | None, hour: int, minute: int) -> datetime:
        if month is None and self.issued is None:
            raise ValueError("a date without its month")
        told = _MONTHS.index(month[:3]) + 1 if month else self.issued.month if self.issued else 0
        if not year and not self.year:
            raise ValueError("no year: neither the date nor the number tells it")
        value = (2000 + int(year) if len(year) == 2 else int(year)) if year else self.year
        if not 1990 <= value <= 2100:
            raise ValueError(f"the year {value}")
        extra = timedelta(days=1) if (hour, minute) == (24, 0) else timedelta(0)
        try:
            when = datetime(value, told, day, 0 if extra else hour, minute, tzinfo=UTC) + extra
        except ValueError:
            raise ValueError(f"there is no {day:02d} {_MONTHS[told - 1]} {value} {hour:02d}:{minute:02d}") from None
        if not year:
            if self.issued and when < self.issued - _BACK:  # warnings look ahead: over the new year
                when = _moved(when, 1)
            elif self.issued and _moved(when, -1) >= self.issued - _BACK:
                when = _moved(when, -1)
            if f"the year {when.year} is inferred" not in self.times.assumed:
                self.times.assumed.append(f"the year {when.year} is inferred")
        return when


def _moved(when: datetime, years: int) -> datetime:
    leap = when.month == 2 and when.day == 29
    return when.replace(year=when.year + years, day=28 if leap and years else when.day)


def _clock(hour: int, minute: int) -> timedelta:
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise ValueError(f"there is no {hour:02d}:{minute:02d}")
    return timedelta(hours=hour, minutes=minute)
