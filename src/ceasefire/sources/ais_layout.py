"""Layouts of all 27 message types of AIS and of the application messages in use: name, width and kind of every field.

Written down once, as in ITU-R M.1371-5 annex 8 and the circulars IMO SN/Circ.236 and 289 (application messages), with
the names that gpsd gives the fields. `ais_listing` reads any message by these; bulk decoding has its own short cuts.
"""

from __future__ import annotations

from dataclasses import dataclass

HEAD = "type 6, repeat 2, mmsi 30, "
_SHIP = "speed 10 knots10, accuracy 1 b, lon 28 degrees, lat 27 degrees, course 12 tenth, "
_SIZE = "to_bow 9, to_stern 9, to_port 6, to_starboard 6, "
_CLASS_A = f"status 4, turn 8 turn, {_SHIP}heading 9, second 6, maneuver 2, - 3, raim 1 b, radio 19"
_BASE = (
    "year 14, month 4, day 5, hour 5, minute 6, second 6, accuracy 1 b, lon 28 degrees, lat 27 degrees, "
    "epfd 4, - 10, raim 1 b, radio 19"
)
_ACK = "- 2, mmsi1 30, - 2, mmsi2 30, - 2, mmsi3 30, - 2, mmsi4 30"

LAYOUTS: dict[str, str] = {
    "1": _CLASS_A,
    "4": _BASE,
    "5": "ais_version 2, imo 30, callsign 42 text, shipname 120 text, shiptype 8, "
    f"{_SIZE}epfd 4, month 4, day 5, hour 5, minute 6, draught 8 tenth, destination 120 text, dte 1",
    "6": "seqno 2, dest_mmsi 30, retransmit 1 b, - 1, dac 10, fid 6",
    "7": _ACK,
    "8": "- 2, dac 10, fid 6",
    "9": "alt 12, speed 10, accuracy 1 b, lon 28 degrees, lat 27 degrees, course 12 tenth, second 6, regional 8, "
    "dte 1, - 3, assigned 1 b, raim 1 b, radio 20",
    "10": "- 2, dest_mmsi 30",
    "12": "seqno 2, dest_mmsi 30, retransmit 1 b, - 1, text * text",
    "14": "- 2, text * text",
    "15": "- 2, mmsi1 30, type1_1 6, offset1_1 12, - 2, type1_2 6, offset1_2 12, - 2, "
    "mmsi2 30, type2_1 6, offset2_1 12",
    "16": "- 2, mmsi1 30, offset1 12, increment1 10, mmsi2 30, offset2 12, increment2 10",
    "17": "- 2, lon 18 minutes, lat 17 minutes, - 5, data * data",
    "18": f"reserved 8, {_SHIP}heading 9, second 6, regional 2, cs 1 b, display 1 b, dsc 1 b, band 1 b, msg22 1 b, "
    "assigned 1 b, raim 1 b, radio 20",
    "19": f"reserved 8, {_SHIP}heading 9, second 6, regional 4, shipname 120 text, shiptype 8, {_SIZE}epfd 4, "
    "raim 1 b, dte 1, assigned 1 b",
    "20": "- 2, " + ", ".join(f"offset{k} 12, number{k} 4, timeout{k} 3, increment{k} 11" for k in (1, 2, 3, 4)),
    "21": f"aid_type 5, name 120 text, accuracy 1 b, lon 28 degrees, lat 27 degrees, {_SIZE}epfd 4, second 6, "
    "off_position 1 b, regional 8, raim 1 b, virtual_aid 1 b, assigned 1 b, - 1, more * text",
    "22": "- 2, channel_a 12, channel_b 12, txrx 4, power 1 b, ne_lon 18 minutes6, ne_lat 17 minutes6, "
    "sw_lon 18 minutes6, sw_lat 17 minutes6, addressed 1 b, band_a 1 b, band_b 1 b, zonesize 3",
    "22 addressed": "- 2, channel_a 12, channel_b 12, txrx 4, power 1 b, dest1 30, - 5, dest2 30, - 5, addressed 1 b, "
    "band_a 1 b, band_b 1 b, zonesize 3",
    "23": "- 2, ne_lon 18 minutes6, ne_lat 17 minutes6, sw_lon 18 minutes6, sw_lat 17 minutes6, stationtype 4, "
    "shiptype 8, - 22, txrx 2, interval 4, quiet 4",
    "24A": "partno 2, shipname 120 text",
    "24B": f"partno 2, shiptype 8, vendorid 42 text, - 24 back, model 4, serial 20, callsign 42 text, {_SIZE}- 6",
    "24B craft": "partno 2, shiptype 8, vendorid 42 text, - 24 back, model 4, serial 20, callsign 42 text, "
    "mothership_mmsi 30",
    "27": "accuracy 1 b, raim 1 b, status 4, lon 18 minutes, lat 17 minutes, speed 6, course 9, gnss 1 b",
}
"""Fields behind type, repeat indicator and MMSI: `name width kind`; `*` is the rest, `-` is spare. Types that share a
layout stand under the first."""
SAME = {2: 1, 3: 1, 11: 4, 13: 7}
"""Types with the layout of another."""
_WEATHER = (
    "wspeed 7, wgust 7, wdir 9, wgustdir 9, airtemp {air}, humidity 7, dewpoint {dew}, pressure 9 {press}, "
    "pressuretend 2, {see}, waterlevel {level}, leveltrend 2, cspeed 8 tenth, cdir 9, "
    "cspeed2 8 tenth, cdir2 9, cdepth2 5, cspeed3 8 tenth, cdir3 9, cdepth3 5, waveheight 8 tenth, waveperiod 6, "
    "wavedir 9, swellheight 8 tenth, swellperiod 6, swelldir 9, seastate 4, watertemp {water}, preciptype 3, "
    "salinity 9 tenth, ice 2, - {spare}"
)
APPLICATIONS: dict[tuple[int, int, int], str] = {
    (6, 235, 10): "ana_int 10 volts, ana_ext1 10 volts, ana_ext2 10 volts, racon 2, light 2, alarm 1 b, stat_ext 8, "
    "off_pos 1 b",
    (6, 1, 12): "lastport 30 text, lmonth 4, lday 5, lhour 5, lminute 6, nextport 30 text, nmonth 4, nday 5, nhour 5, "
    "nminute 6, dangerous 120 text, imdcat 24 text, unid 13, amount 10, unit 2",
    (6, 1, 14): "month 4, day 5, tidals * tidals",
    (6, 1, 32): "month 4, day 5, tidals * tidals289",
    (6, 1, 18): "linkage 10, month 4, day 5, hour 5, minute 6, portname 120 text, destination 30 text, "
    "lon 25 degrees3, lat 24 degrees3",
    (6, 1, 30): "linkage 10, text * text",
    (8, 1, 29): "linkage 10, text * text",
    (8, 1, 11): "lat 24 degrees3, lon 25 degrees3, day 5, hour 5, minute 6, "
    + _WEATHER.format(
        air="11 minus60",
        dew="10 minus20",
        press="plus800",
        see="visibility 8 tenth",
        level="9 minus10",
        water="10 minus10",
        spare=6,
    ),
    (8, 1, 31): "lon 25 degrees3, lat 24 degrees3, accuracy 1 b, day 5, hour 5, minute 6, "
    + _WEATHER.format(
        air="11 stenth",
        dew="10 stenth",
        press="plus799",
        see="visgreater 1 b, visibility 7 tenth",
        level="12 metres",
        water="10 stenth",
        spare=10,
    ),
    (8, 200, 10): "vin 48 text, length 13, beam 10, shiptype 14, hazard 3, draught 11, loaded 2, speed_q 1 b, "
    "course_q 1 b, heading_q 1 b, - 8",
}
"""Application messages by type, designated area code and function."""


@dataclass(frozen=True)
class Field:
    """One field of a layout."""

    name: str
    width: int
    """Bits; -1 for the rest of the message."""
    kind: str


def layout(name: str) -> tuple[Field, ...]:
    """Read a layout.

    >>> layout("10")
    (Field(name='-', width=2, kind=''), Field(name='dest_mmsi', width=30, kind=''))
    """
    return fields_of(LAYOUTS[name])


def fields_of(text: str) -> tuple[Field, ...]:
    """Read the words of a layout."""
    found = []
    for part in text.split(","):
        name, width, *kind = part.split()
        found.append(Field(name, -1 if width == "*" else int(width), kind[0] if kind else ""))
    return tuple(found)
