"""What a navigational warning is about, who issued it and which others it cancels, by the words of its text.

Subjects: as IHO S-53 (MSC.1/Circ.1310, section 7) lists hazards. An attack, a mine that was sighted and disturbed
satellite positions tell of an act; a closed area tells where ships were kept out, and of no act.
"""

from __future__ import annotations

import re

_SHIP = r"(?:M/?V|M/?T|VESSELS?|SHIPS?|TANKERS?|BULK ?CARRIERS?|CARGO|MERCHANT|FISHING BOATS?|FERRY|TUGS?)"
_HIT = r"(?:ATTACKED|STRUCK|HIT|TARGETED|FIRED UPON|UNDER ATTACK|EXPLOSIONS?|DETONAT)"
_SEEN = r"(?:DRIFTING|FLOATING|ADRIFT|SIGHTED|REPORTED|OBSERVED|ASHORE|SPOTTED|DISCOVERED)"
_MINE = r"\bMINES?(?:[- ]LIKE OBJECTS?)?\b(?! ?(?:DANGER|CLEAR|SWEEP|HUNT|WARFARE|DISPOSAL))"
_FIX = r"\b(?:GNSS|GPS|GLONASS|SATELLITE (?:NAVIGATION|POSITION)|AIS)\b"
_DISTURBED = r"(?:INTERFER|JAMM?|SPOOF|DISRUPT|UNRELIABLE|DISTURB|DEGRAD|ANOMAL)"
_RULES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("in_force", (r"WARNINGS? IN FORCE", r"IN[- ]FORCE (?:BULLETIN|WARNINGS?|LIST)")),
    (
        "attack",
        (
            rf"\b{_SHIP}\b[^.]{{0,80}}\b{_HIT}",
            rf"\b{_HIT}[A-Z]*\b[^.]{{0,40}}\b(?:ON BOARD|ABOARD|NEAR {_SHIP}|OF {_SHIP})",
        ),
    ),
    ("mine", (rf"{_SEEN}[^.]{{0,40}}{_MINE}", rf"{_MINE}[^.]{{0,40}}{_SEEN}")),
    ("gnss", (rf"{_FIX}[^.]{{0,80}}{_DISTURBED}", rf"{_DISTURBED}[A-Z]*[^.]{{0,80}}{_FIX}")),
    ("mine_danger", (r"\bMINES?\b", r"MINED AREA", r"MINEFIELD", r"MINE ?(?:DANGER|CLEARANCE|SWEEP)")),
    ("war_risk", (r"WAR RISK", r"RISK OF WAR", r"HOSTILIT", r"COMBAT", r"COLLATERAL")),
    ("missile", (r"MISSILE", r"ROCKET", r"BALLISTIC")),
    ("gunnery", (r"(?<!WITHOUT )(?:GUNNERY|FIRINGS?\b|LIVE FIRE|TORPEDO|BOMBING|DEPTH CHARGE|ARTILLERY)",)),
    ("exercise", (r"EXERCISES?", r"TRAINING", r"MANOEUVR", r"MANEUVR", r"NAVAL OPERATIONS?")),
    (
        "sar",
        (
            r"DISTRESS",
            r"MAYDAY",
            r"OVERBOARD",
            r"SEARCH AND RESCUE",
            r"\bSAR\b",
            r"MISSING (?:VESSEL|BOAT|PERSON)",
            r"OVERDUE",
            r"EPIRB",
            r"LIFE ?RAFT",
            r"MIGRANT",
        ),
    ),
    ("prohibited", (r"PROHIBITED", r"CLOSED (?:TO|FOR)", r"FORBIDDEN", r"SUSPENDED", r"NO ENTRY")),
    ("dangerous", (r"DANGEROUS", r"DANGER AREA")),
    ("wreck", (r"WRECK", r"SUNKEN", r"SANK", r"SUNK\b", r"AGROUND", r"STRANDED")),
    ("drifting", (r"ADRIFT", r"DRIFTING", r"DERELICT", r"FLOATING")),
    (
        "aid",
        (
            r"\bLIGHTS?\b",
            r"BUOYS?",
            r"BEACON",
            r"LIGHTHOUSE",
            r"UNLIT",
            r"RACON",
            r"FOG SIGNAL",
            r"EXTINGUISHED",
            r"OFF STATION",
        ),
    ),
    (
        "works",
        (
            r"CABLE",
            r"PIPE ?LAY",
            r"PIPELINE",
            r"SURVEY",
            r"SEISMIC",
            r"DREDG",
            r"DRILLING",
            r"\bRIGS?\b",
            r"PLATFORM",
            r"UNDERWATER (?:WORKS|OPERATIONS)",
            r"DIVING",
        ),
    ),
)
_COMPILED = tuple((kind, re.compile("|".join(patterns))) for kind, patterns in _RULES)
_SERVICES: tuple[tuple[str, str, str, str], ...] = (
    ("NAVAREA III", r"NAVAREA\s+III\b", "NAVAREA III coordinator (Spain)", ""),
    ("TURNHOS", r"\bTURNHOS\b|TURKISH", "Turkish hydrographic service", ""),
    ("ODESA", r"ODESS?A|UKRAINE|UKRAINIAN|DERZHHIDROHRAF", "Ukrainian hydrographic service", "ukraine"),
    ("NOVOROSSIYSK", r"NOVOROSS?IY?SK|RUSSIA", "Russian coastal warnings, Novorossiysk", "russia"),
    ("VARNA", r"VARNA|BULGARIA", "Bulgarian hydrographic service", ""),
    ("CONSTANTA", r"CONSTAN[TZ]A|ROMANIA", "Romanian hydrographic service", ""),
    ("SAMSUN", r"SAMSUN", "Samsun radio (Turkey)", ""),
    ("ISTANBUL", r"ISTANBUL", "Istanbul radio (Turkey)", ""),
)
_ONLY_SELF = re.compile(r"CANCEL(?:LED|S)? THIS (?:MSG|MESSAGE|WARNING|NAV ?WARN)[^.\n]{0,40}")
_CANCEL = re.compile(
    r"CANCEL(?:S|LED|LING)?\b(?! THIS)\s*:?\s*((?:[A-Z][A-Z./-]*\s+){0,6}?)(?:NO|NR|NUMBER|:|\s)*\s*"
    r"(\d{1,4}(?:\s*/\s*\d{2,4})?(?:\s*(?:,|AND|&)\s*(?:[A-Z][A-Z./-]*\s+){0,4}?\d{1,4}(?:\s*/\s*\d{2,4})?)*)"
    r"(?!\d| ?UTC)"
)
_NUMBER = re.compile(r"(\d{1,4})(?:\s*/\s*(\d{4}|\d{2}))?(?!\d)")
_SEAS = (("XZ-AZS", r"SEA OF AZOV|AZOV SEA"), ("XZ-BLS", r"\bBLACK SEA"), ("XZ-MRM", r"MARMARA"))


def kind_of(text: str) -> str:
    """Tell what a warning is about.

    >>> kind_of("DRIFTING MINE REPORTED IN 44-00N 033-00E"), kind_of("DUE TO MINE DANGER NAVIGATION PROHIBITED IN AREA")
    ('mine', 'mine_danger')
    >>> kind_of("GPS INTERFERENCE REPORTED"), kind_of("M/V ATTACKED BY DRONE"), kind_of("CANCEL NAVAREA III 0123/25")
    ('gnss', 'attack', 'cancellation')
    """
    rest = _CANCEL.sub(" ", _ONLY_SELF.sub(" ", text))
    for kind, pattern in _COMPILED:
        if pattern.search(rest):
            return kind
    return "cancellation" if cancels_of(text, series="", year=0) else "other"


def service_of(words: str) -> tuple[str, str, str]:
    """Give the series, the service that issues it and the party whose service it is; the words where none is known.

    >>> service_of("TURNHOS N/W"), service_of("ODESA NAV WARN")[2], service_of("GALWAY NAV WARN")
    (('TURNHOS', 'Turkish hydrographic service', ''), 'ukraine', ('GALWAY', '', ''))
    """
    for name, pattern, service, party in _SERVICES:
        if re.search(pattern, words):
            return name, service, party
    bare = re.sub(r"NAV[A-Z]*[ .-]*(?:WARN[A-Z]*|WNG|WRNG)?|COASTAL|LOCAL|WARN(?:ING)?S?|N/W", " ", words)
    return " ".join(bare.split()) or " ".join(words.split()), "", ""


def cancels_of(text: str, *, series: str, year: int) -> tuple[str, ...]:
    """Give the warnings that a text cancels, as `series number/year`; year and series default to its own.

    >>> cancels_of("2. CANCEL NAVAREA III 0123/25 AND 0125/25.", series="ODESA", year=2025)
    ('NAVAREA III 123/25', 'NAVAREA III 125/25')
    >>> cancels_of("CANCEL THIS MSG 121800 UTC MAR 25. CANCEL NAV WARN 17", series="ODESA", year=2025)
    ('ODESA 17/25',)
    """
    found: list[str] = []
    for hit in _CANCEL.finditer(_ONLY_SELF.sub(" ", text)):
        named = " ".join(hit[1].split())
        own = service_of(named)[0] if named else ""
        who = (
            own
            if own and re.search(r"[A-Z]{3}", re.sub(r"NAVIGATIONAL|WARNINGS?|NAV ?WARN|NO|NR|N/W", "", named))
            else series
        )
        for number, told in _NUMBER.findall(hit[2]):
            found.append(name_of(who, int(number), int(told[-2:]) + 2000 if told else year))
    return tuple(dict.fromkeys(found))


def name_of(series: str, number: int, year: int) -> str:
    """Write the name that other warnings cancel by.

    >>> name_of("NAVAREA III", 123, 2025)
    'NAVAREA III 123/25'
    """
    return f"{series} {number}/{year % 100:02d}" if year else f"{series} {number}"


def sea_of(text: str) -> str:
    """Give the region of the sea that a warning without positions names; empty where none or several.

    >>> sea_of("BLACK SEA. GNSS INTERFERENCE"), sea_of("BLACK SEA AND SEA OF AZOV")
    ('XZ-BLS', '')
    """
    named = [code for code, pattern in _SEAS if re.search(pattern, text)]
    return named[0] if len(named) == 1 else ""
