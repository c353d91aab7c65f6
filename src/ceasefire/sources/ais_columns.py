"""Columns of tables of AIS by the names that providers give them, and the texts in them by what they mean.

Names are compared without case, blanks and marks. Providers read: Danish Maritime Authority, MarineCadastre, Kystverket
and Kystdatahuset, AISHub, Spire, exactEarth, Global Fishing Watch; any other by the option `columns`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

NAMES: dict[str, tuple[str, ...]] = {
    "mmsi": ("mmsi", "userid", "sourcemmsi", "shipmmsi", "mmsinumber", "vesselmmsi", "ssvid"),
    "time": (
        "timestamp",
        "basedatetime",
        "datetimeutc",
        "timestamputc",
        "dtposutc",
        "tspos",
        "tsposutc",
        "posutc",
        "timeutc",
        "utctime",
        "receivedtimeutc",
        "positiontimestamp",
        "movementdatetime",
        "datetime",
        "time",
        "recvtime",
        "tstamp",
        "unixtime",
        "epoch",
        "ts",
        "t",
    ),
    "lon": ("longitude", "lon", "lng", "long", "londd", "xcoord", "x"),
    "lat": ("latitude", "lat", "latdd", "ycoord", "y"),
    "speed": ("sog", "speedoverground", "speed", "speedknots", "sogknots", "speedkn"),
    "course": ("cog", "courseoverground", "course", "coursedeg"),
    "heading": ("heading", "trueheading", "hdg", "headingdeg"),
    "status": ("navigationalstatus", "navstatus", "status", "navigationstatus", "statusid"),
    "message": (
        "messageid",
        "msgtype",
        "messagetype",
        "messagenr",
        "aismsgtype",
        "aismessagetype",
        "msgid",
        "type_of_message",
    ),
    "mobile": ("typeofmobile", "transceiverclass", "transceiver", "aisclass"),
    "accurate": ("accuracy", "positionaccuracy", "posaccuracy"),
    "millisecond": ("millisecond",),
    "second": ("utcsecond",),
    "station": ("stationid", "receiver", "receiverid", "stationname"),
    "imo": ("imo", "imonumber", "imono"),
    "callsign": ("callsign",),
    "name": ("vesselname", "shipname", "name"),
    "aid_name": ("atonname", "aidname"),
    "ship_type": ("shiptype", "vesseltype", "shipandcargotype", "shipcargotype", "type"),
    "length": ("length", "lengthm", "loa", "lengthoverall"),
    "beam": ("width", "beam", "breadth"),
    "bow": ("dimensiontobow", "tobow", "a", "dimbow"),
    "stern": ("dimensiontostern", "tostern", "b", "dimstern"),
    "port": ("dimensiontoport", "toport", "c", "dimport"),
    "starboard": ("dimensiontostarboard", "tostarboard", "d", "dimstarboard"),
    "draught": ("draught", "draft"),
    "destination": ("destination", "dest"),
    "part": ("partnumber",),
    "safety": ("safetytext",),
    "to": ("destinationid", "destinationmmsi"),
}
"""Our name of a column to providers' names of it, likeliest first."""
NEEDED = ("mmsi", "time", "lon", "lat")
"""Without these a table holds no positions."""
NULLS = ("none", "null", "nan", "na", "n/a", "\\n", "-", "unknown", "undefined", "unknown value", "[null]")
"""Texts that say that nothing is known."""
SHIP_TYPES = {
    "wig": 20,
    "fishing": 30,
    "towing": 31,
    "towing long/wide": 32,
    "dredging": 33,
    "diving": 34,
    "military": 35,
    "sailing": 36,
    "pleasure": 37,
    "hsc": 40,
    "pilot": 50,
    "sar": 51,
    "tug": 52,
    "port tender": 53,
    "anti-pollution": 54,
    "law enforcement": 55,
    "medical": 58,
    "not party to conflict": 59,
    "passenger": 60,
    "cargo": 70,
    "tanker": 80,
    "other": 90,
}
"""Words for types of ship in tables of the Danish Maritime Authority, by their number in ITU-R M.1371."""
STATUSES = {
    "under way using engine": 0,
    "at anchor": 1,
    "not under command": 2,
    "restricted maneuverability": 3,
    "restricted manoeuverability": 3,
    "constrained by her draught": 4,
    "moored": 5,
    "aground": 6,
    "engaged in fishing": 7,
    "under way sailing": 8,
    "ais-sart (active)": 14,
    "ais-sart is active": 14,
}
"""Words for navigational status likewise."""
MOBILES = {
    "class a": 1,
    "a": 1,
    "class b": 18,
    "b": 18,
    "base station": 4,
    "aton": 21,
    "sar airborne": 9,
    "search and rescue transponder": 1,
    "man overboard device": 1,
}
"""Kinds of transponder, by the type of message that such a one sends."""
_MARKS = re.compile(r"[^0-9a-z]+")


def plain(name: str) -> str:
    """Give a column's name without case, blanks and marks.

    >>> plain("# Base_Date Time")
    'basedatetime'
    """
    return _MARKS.sub("", name.lower())


def named(header: Sequence[str], wanted: Mapping[str, Any]) -> dict[str, int]:
    """Find our columns in a header: our name to position.

    Parameters
    ----------
    header
        Names of the table's columns.
    wanted
        Our names to the table's, from the option `columns`; they go before providers' names.

    Examples
    --------
    >>> named(["MMSI", "BaseDateTime", "LAT", "LON", "SOG"], {})
    {'mmsi': 0, 'time': 1, 'lon': 3, 'lat': 2, 'speed': 4}
    """
    by_name: dict[str, int] = {}
    for k, name in enumerate(header):
        by_name.setdefault(plain(name), k)
    found: dict[str, int] = {}
    for ours, theirs in NAMES.items():
        if ours in wanted:
            given = str(wanted[ours])
            at = header.index(given) if given in header else by_name.get(plain(given))
            if at is not None:
                found[ours] = at
            continue
        at = next((by_name[name] for name in theirs if name in by_name), None)
        if at is not None:
            found[ours] = at
    return found
