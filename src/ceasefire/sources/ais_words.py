"""Words for the codes in AIS messages, as gpsd words them (ITU-R M.1371-5, annex 8)."""

from __future__ import annotations

STATUS = (
    "Under way using engine",
    "At anchor",
    "Not under command",
    "Restricted manoeuverability",
    "Constrained by her draught",
    "Moored",
    "Aground",
    "Engaged in fishing",
    "Under way sailing",
    "Reserved for HSC",
    "Reserved for WIG",
    "Power-driven vessel towing astern",
    "Power-driven vessel pushing ahead",
    "Reserved",
    "AIS-SART is active",
    "Not defined",
)
EPFD = (
    "Undefined",
    "GPS",
    "GLONASS",
    "Combined GPS/GLONASS",
    "Loran-C",
    "Chayka",
    "Integrated navigation system",
    "Surveyed",
    "Galileo",
)
TREND = ("steady", "decreasing", "increasing", "N/A")
RAIN = ("reserved", "rain", "thunderstorm", "freezing rain", "mixed/ice", "snow", "reserved", "N/A")
ICE = ("no", "yes", "reserved", "N/A")
RACON = ("No RACON installed", "RACON not monitored", "RACON operational", "RACON ERROR")
LIGHT = ("No light or no monitoring", "Light ON", "Light OFF", "Light ERROR")
HAZARD = (
    "0 blue cones/lights",
    "1 blue cone/light",
    "2 blue cones/lights",
    "3 blue cones/lights",
    "4 B-Flag",
    "Unknown",
)
LOADED = ("N/A", "Unloaded", "Loaded")
INLAND = {
    8000: "Vessel, type unknown",
    8010: "Motor freighter",
    8020: "Motor tanker",
    8021: "Motor tanker, liquid cargo, type N",
    8022: "Motor tanker, liquid cargo, type C",
    8023: "Motor tanker, dry cargo as if liquid (e.g. cement)",
    8030: "Container vessel",
    8040: "Gas tanker",
    8050: "Motor freighter, tug",
    8060: "Motor tanker, tug",
    8440: "Passenger",
    8441: "Passenger, ferry",
    8442: "Passenger, red cross ship",
    8443: "Passenger, cruise ship",
    8444: "Passenger, no accommodation",
}
"""Types of inland ships by their ERI code; those on the Danube beside the sea."""
STATION = (
    "All types of mobile station",
    "Reserved for future use",
    "All types of Class B mobile stations",
    "SAR airborne mobile station",
    "Aid to Navigation station",
    "Class B shipborne mobile station (IEC62287 only)",
    *["Regional use and inland waterways"] * 4,
    *["Reserved for future use"] * 6,
)
AID = (
    "Unspecified",
    "Reference point",
    "RACON",
    "Fixed offshore structure",
    "Spare, Reserved for future use.",
    "Light, without sectors",
    "Light, with sectors",
    "Leading Light Front",
    "Leading Light Rear",
    "Beacon, Cardinal N",
    "Beacon, Cardinal E",
    "Beacon, Cardinal S",
    "Beacon, Cardinal W",
    "Beacon, Port hand",
    "Beacon, Starboard hand",
    "Beacon, Preferred Channel port hand",
    "Beacon, Preferred Channel starboard hand",
    "Beacon, Isolated danger",
    "Beacon, Safe water",
    "Beacon, Special mark",
    "Cardinal Mark N",
    "Cardinal Mark E",
    "Cardinal Mark S",
    "Cardinal Mark W",
    "Port hand Mark",
    "Starboard hand Mark",
    "Preferred Channel Port hand",
    "Preferred Channel Starboard hand",
    "Isolated danger",
    "Safe Water",
    "Special Mark",
    "Light Vessel / LANBY / Rigs",
)
_KINDS = {
    2: "Wing in ground (WIG)",
    4: "High speed craft (HSC)",
    6: "Passenger",
    7: "Cargo",
    8: "Tanker",
    9: "Other Type",
}
_SPECIAL = {
    30: "Fishing",
    31: "Towing",
    32: "Towing: length exceeds 200m or breadth exceeds 25m",
    33: "Dredging or underwater ops",
    34: "Diving ops",
    35: "Military ops",
    36: "Sailing",
    37: "Pleasure Craft",
    50: "Pilot Vessel",
    51: "Search and Rescue vessel",
    52: "Tug",
    53: "Port Tender",
    54: "Anti-pollution equipment",
    55: "Law Enforcement",
    56: "Spare - Local Vessel",
    57: "Spare - Local Vessel",
    58: "Medical Transport",
    59: "Ship according to RR Resolution No. 18",
}


def ship_type(code: int) -> str:
    """Give the words for a type of ship and cargo, 0 to 99.

    >>> ship_type(70), ship_type(84), ship_type(35), ship_type(200)
    ('Cargo - all ships of this type', 'Tanker - Hazardous category D', 'Military ops', 'INVALID SHIP TYPE')
    """
    if code == 0:
        return "Not available"
    if code in _SPECIAL:
        return _SPECIAL[code]
    if not 20 <= code <= 99:
        return "Reserved for future use" if 0 < code < 20 else "INVALID SHIP TYPE"
    if code // 10 not in _KINDS:
        return "Reserved"
    part = {
        0: "all ships of this type",
        1: "Hazardous category A",
        2: "Hazardous category B",
        3: "Hazardous category C",
    }
    part |= {4: "Hazardous category D", 9: "No additional information"}
    return f"{_KINDS[code // 10]} - {part.get(code % 10, 'Reserved for future use')}"
