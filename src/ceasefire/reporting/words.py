"""Plain words for codes: acts, objects, channels, verdicts, times, places, chances.

Why here: the page, the tables and the map must say the same thing in the same words, and a class that has no
word yet must come out as itself, never as something more than it is (a fire is a fire, not an attack).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import exp, isfinite, isnan
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from ceasefire.model.likelihood import word

ACTS: dict[str, str] = {
    "attack": "attack, means not told",
    "attack.air": "attack from the air",
    "attack.air.missile": "missile attack",
    "attack.air.drone": "drone attack",
    "attack.air.bomb": "bomb from an aircraft",
    "attack.shelling": "shelling",
    "attack.ground": "fighting on the ground",
    "attack.naval": "attack at sea",
    "attack.naval.drone": "attack by an uncrewed boat",
    "attack.naval.mine": "sea mine",
    "attack.sabotage": "sabotage",
    "attack.cyber": "attack on a network",
    "fire": "fire, cause not known",
    "outage": "loss of power or service, cause not known",
    "interception": "air defence engaged",
    "launch": "launches stated by a party",
    "alert": "air-raid alert",
    "interference": "interference",
    "interference.jamming": "disturbed satellite navigation",
    "interference.spoofing": "false positions",
    "movement.naval": "movement of warships",
    "presence": "presence where it is barred",
    "": "event, kind not told",
}
OBJECTS: dict[str, str] = {
    "energy": "energy facility",
    "energy.electricity": "electricity facility",
    "energy.electricity.generation": "power plant",
    "energy.electricity.grid": "power grid",
    "energy.nuclear": "nuclear power plant",
    "energy.hydro": "hydroelectric plant",
    "energy.hydro.dam": "hydroelectric dam",
    "energy.oil": "oil facility",
    "energy.oil.refinery": "oil refinery",
    "energy.oil.pipeline": "oil pipeline or pumping station",
    "energy.oil.storage": "oil depot",
    "energy.oil.production": "oil field",
    "energy.gas": "gas facility",
    "energy.gas.pipeline": "gas pipeline or metering station",
    "energy.gas.storage": "gas storage",
    "energy.gas.production": "gas field",
    "energy.gas.distribution": "gas supply to consumers",
    "energy.coal": "coal mine",
    "energy.heat": "heating plant",
    "energy.machine_building": "energy equipment plant",
    "transport": "transport",
    "transport.rail": "railway",
    "transport.port": "port",
    "transport.road": "road or bridge",
    "transport.airport": "civilian airport",
    "transport.vessel": "commercial vessel",
    "water": "water supply",
    "communications": "telecommunications",
    "civilian": "civilian object",
    "civilian.housing": "homes",
    "civilian.health": "hospital or clinic",
    "civilian.education": "school",
    "industry": "industrial site",
    "military": "military object",
    "settlement": "settlement, object not told",
    "": "object not told",
}
CHANNELS: dict[str, str] = {
    "satellite": "Satellites",
    "satellite.thermal": "Satellites (heat)",
    "satellite.radar": "Satellites (radar)",
    "satellite.optical": "Satellites (optical)",
    "satellite.lights": "Satellites (night lights)",
    "drone": "Drones",
    "ais": "Broadcasts of ships",
    "news": "News media",
    "party": "Offices of the parties",
    "official": "Local authorities",
    "monitor": "Outside monitors",
    "alert": "Air-raid alerts",
}
VERDICTS: dict[str, tuple[str, str]] = {
    "violation": ("■", "breach"),
    "insufficient": ("◧", "undecided"),
    "not_covered": ("□", "outside its terms"),
    "not_in_force": ("◷", "not in force then"),
    "not_violation": ("○", "no breach"),
    "": ("–", "not judged"),
}
"""Symbol and word of each verdict on an incident: the symbol must tell without colour."""

ALTERNATIVES: dict[str, str] = {
    "debris": "debris of a downed drone or missile",
    "accident": "an accident",
    "own_fire": "own fire",
    "third_actor": "a third actor",
}
ORGANISATIONS: dict[str, str] = {
    "acled": "ACLED",
    "iaea": "IAEA",
    "isw": "ISW",
    "osce": "OSCE",
    "un": "United Nations",
    "eu": "European Union",
}
BASES: dict[str, str] = {
    "claim_of_responsibility": "it claimed responsibility",
    "trajectory": "direction of the weapon",
    "weapon_fragment": "fragments of the weapon",
    "exclusive_capability": "only it has such a weapon",
    "launch_location": "place of launch",
}
EFFECTS: dict[str, str] = {
    "fire": "fire",
    "damage": "damage",
    "outage": "loss of power or service",
    "casualties": "casualties",
    "intercepted": "shot down before it hit",
    "none": "no effect seen",
}
_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_MONTHS = ("Jan", "Feb", "March", "April", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec")


def act(code: str) -> str:
    """Give the words for an act class; an unknown class is given as it is.

    >>> act("attack.air.drone"), act("fire")
    ('drone attack', 'fire, cause not known')
    """
    return ACTS.get(code, code.replace(".", ", ").replace("_", " "))


def thing(code: str) -> str:
    """Give the words for an object class; a subclass without words takes its parent's.

    >>> thing("energy.gas.pipeline"), thing("energy.oil.refinery.tank"), thing("")
    ('gas pipeline or metering station', 'oil refinery', 'object not told')
    """
    while code not in OBJECTS and "." in code:
        code = code.rsplit(".", 1)[0]
    return OBJECTS.get(code, code.replace("_", " "))


def channel(code: str) -> str:
    """Give the words for a channel.

    >>> channel("satellite.thermal"), channel("seismic")
    ('Satellites (heat)', 'Seismic')
    """
    return CHANNELS.get(code, code.replace(".", ", ").replace("_", " ").capitalize())


def party(code: str, names: dict[str, str]) -> str:
    """Give a party's name, or its id where the agreement names no such party.

    >>> party("usa", {"usa": "United States"}), party("undetermined", {})
    ('United States', 'Undetermined')
    """
    plain = code.replace("_", " ")
    return names.get(code) or ORGANISATIONS.get(code) or plain[:1].upper() + plain[1:]


def listed(name: str) -> str:
    """Give the words for one list of incidents: a channel's, or that of all offices of a party.

    >>> listed("news"), listed("party:ukraine")
    ('news media', 'offices of Ukraine')
    """
    if name.startswith("party:"):
        return f"offices of {party(name.removeprefix('party:'), {})}"
    return CHANNELS[name].lower() if name in CHANNELS else name.replace("_", " ")


def number(n: float) -> str:
    """Give a whole number as a newspaper prints it: words to twelve, commas from a thousand.

    >>> number(0), number(7), number(1523)
    ('no', 'seven', '1,523')
    """
    n = round(n)
    return _SMALL[n] if 0 <= n < len(_SMALL) else f"{n:,}"


def count(n: float, one: str, many: str = "") -> str:
    """Give a number with its noun.

    >>> count(1, "incident"), count(3, "incident"), count(0, "breach", "breaches")
    ('one incident', 'three incidents', 'no breaches')
    """
    return f"{number(n)} {one if round(n) == 1 else many or one + 's'}"


def percent(p: float) -> str:
    """Give a chance in per cent, never as certain and never as impossible.

    >>> percent(0.934), percent(1.0), percent(0.0), percent(float("nan"))
    ('93%', 'over 99%', 'under 1%', 'not assessed')
    """
    if isnan(p):
        return "not assessed"
    if p > 0.99:
        return "over 99%"
    return "under 1%" if p < 0.01 else f"{p * 100:.0f}%"


def chance(p: float) -> str:
    """Give an ICD 203 word with its number.

    >>> chance(0.93)
    'very likely (93%)'
    """
    return "not assessed" if isnan(p) else f"{word(p)} ({percent(p)})"


def share(part: float, whole: float) -> str:
    """Give a share in whole per cent, without rounding a part to nothing or to everything.

    >>> share(1, 3), share(1, 1000), share(999, 1000), share(0, 5), share(5, 5)
    ('33%', 'under 1%', 'over 99%', '0%', '100%')
    """
    if whole <= 0:
        return "–"
    ratio = part / whole
    if 0 < ratio < 0.005:
        return "under 1%"
    return "over 99%" if 0.995 < ratio < 1 else f"{ratio * 100:.0f}%"


def limit(value: float) -> str:
    """Give an upper limit with a precision that it deserves.

    >>> limit(2.996), limit(48.2), limit(float("inf")), limit(float("nan"))
    ('3.0', '48', 'no limit', 'no limit')
    """
    if not isfinite(value):
        return "no limit"
    return f"{value:.1f}" if value < 10 else f"{value:,.0f}"


def day(when: datetime, *, year: bool = False) -> str:
    """Give a date in words.

    >>> day(datetime(2025, 3, 28)), day(datetime(2025, 3, 28), year=True)
    ('28 March', '28 March 2025')
    """
    return f"{when.day} {_MONTHS[when.month - 1]}" + (f" {when.year}" if year else "")


def days(first: datetime, last: datetime, *, year: bool = False) -> str:
    """Give a run of days in words.

    >>> days(datetime(2025, 3, 28), datetime(2025, 3, 30)), days(datetime(2025, 3, 28), datetime(2025, 4, 3))
    ('28–30 March', '28 March to 3 April')
    """
    if first.date() == last.date():
        return day(first, year=year)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day(last, year=year)}"
    return f"{day(first, year=year and first.year != last.year)} to {day(last, year=year)}"


def span(start: datetime, end: datetime, clock: str, *, year: bool = False) -> tuple[str, str]:
    """Give an interval as date and time of day in a clock; a whole day has no time of day.

    >>> from datetime import UTC
    >>> span(datetime(2025, 3, 28, 7, 20, tzinfo=UTC), datetime(2025, 3, 28, 8, tzinfo=UTC), "Europe/Moscow")
    ('28 March', '10:20–11:00')
    >>> span(datetime(2025, 3, 27, 22, tzinfo=UTC), datetime(2025, 3, 28, 22, tzinfo=UTC), "Europe/Kyiv")
    ('28 March', 'not known')

    The day that was 28 March in Moscow is called so in Kyiv too, though it began there an hour before midnight:

    >>> moscow = datetime(2025, 3, 27, 21, tzinfo=UTC), datetime(2025, 3, 28, 21, tzinfo=UTC)
    >>> span(*moscow, "Europe/Kyiv")
    ('28 March', 'not known')
    """
    zone = ZoneInfo(clock)
    first, last = start.astimezone(zone), end.astimezone(zone)
    if end - start >= timedelta(hours=20):
        # A day on another clock begins an hour off: two hours inwards it is the same day on both.
        return days(first + timedelta(hours=2), last - timedelta(hours=2), year=year), "not known"
    if last - first <= timedelta(minutes=1):
        return day(first, year=year), f"{first:%H:%M}"
    return days(first, last - timedelta(seconds=1), year=year), f"{first:%H:%M}–{last:%H:%M}"


def stamp(when: datetime, clock: str) -> str:
    """Give an instant with its clock and the offset of that day.

    >>> from datetime import UTC
    >>> stamp(datetime(2025, 4, 17, 16, 30, tzinfo=UTC), "Europe/Kyiv")
    '19:30, 17 April 2025, Kyiv time (UTC+3)'
    """
    local = when.astimezone(ZoneInfo(clock))
    return f"{local:%H:%M}, {day(local, year=True)}, {clock_name(clock)} ({offset(when, clock)})"


def clock_name(clock: str) -> str:
    """Give a clock's name in words.

    >>> clock_name("Europe/Kyiv"), clock_name("UTC")
    ('Kyiv time', 'UTC')
    """
    return clock if clock in ("UTC", "Etc/UTC") else clock.rsplit("/", 1)[-1].replace("_", " ") + " time"


def offset(when: datetime, clock: str) -> str:
    """Give a clock's distance from UTC at an instant.

    >>> from datetime import UTC
    >>> offset(datetime(2025, 3, 29, tzinfo=UTC), "Europe/Kyiv")
    'UTC+2'
    """
    delta = when.astimezone(ZoneInfo(clock)).utcoffset() or timedelta(0)
    minutes = int(delta.total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02d}" if rest else "")


def changes_of_clock(start: datetime, end: datetime, clock: str) -> list[datetime]:
    """Give the instants (UTC, to the hour) between two instants at which a clock is put forward or back.

    >>> from datetime import UTC
    >>> changes_of_clock(datetime(2025, 3, 18, tzinfo=UTC), datetime(2025, 4, 17, tzinfo=UTC), "Europe/Kyiv")
    [datetime.datetime(2025, 3, 30, 1, 0, tzinfo=datetime.timezone.utc)]
    """
    hours = int((end - start).total_seconds() // 3600)
    zone = ZoneInfo(clock)
    first = start.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    instants = [first + timedelta(hours=h) for h in range(hours + 1)]
    offsets = [i.astimezone(zone).utcoffset() for i in instants]
    return [b for b, (x, y) in zip(instants[1:], pairwise(offsets), strict=True) if x != y]


def coordinates(lon: float, lat: float, decimals: int) -> str:
    """Give a place as a reader of maps writes it.

    >>> coordinates(30.52, 50.45, 1)
    '50.5° N, 30.5° E'
    """
    return f"{abs(lat):.{decimals}f}° {'N' if lat >= 0 else 'S'}, {abs(lon):.{decimals}f}° {'E' if lon >= 0 else 'W'}"


def weight(log_weight: float) -> str:
    """Say what a log weight did to the odds.

    >>> weight(1.386), weight(-0.693), weight(0.0)
    ('makes it 4 times likelier', 'makes it 2 times less likely', 'changes nothing')
    """
    factor = exp(min(abs(log_weight), 50.0))
    if factor < 1.05:
        return "changes nothing"
    shown = f"{factor:.1f}".removesuffix(".0") if factor < 10 else f"{min(factor, 1e6):,.0f}"
    return f"makes it {shown} times {'likelier' if log_weight > 0 else 'less likely'}"


def site(url: str) -> str:
    """Give the name of the site of a web address; empty for what is no such address.

    >>> site("https://www.example.org/a?b"), site("javascript:x"), site("")
    ('example.org', '', '')
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.") if parts.scheme in ("http", "https") else ""


def joined(items: list[str], last: str = "and") -> str:
    """Join words with commas and a last word.

    >>> joined(["a", "b", "c"]), joined(["a"])
    ('a, b and c', 'a')
    """
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}" if items else ""
