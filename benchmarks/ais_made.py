"""Invented AIS: messages of every used type as sentences, in the forms that loggers write, and as providers' tables.

Nothing here is of a real ship. Values run over the whole range of each field, "not available" included.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

START = 1_743_465_600
"""2025-04-01T00:00:00Z."""
_LETTERS = "@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_ !\"#$%&'()*+,-./0123456789:;<=>?"
_ARMOUR = np.frombuffer(bytes(c + 48 if c < 40 else c + 56 for c in range(64)), dtype=np.uint8)


def checksum(text: bytes) -> int:
    """Give the XOR of all bytes."""
    total = 0
    for byte in text:
        total ^= byte
    return total


def payloads(fields: list[tuple[Any, int]], n: int) -> list[bytes]:
    """Armour messages that are given field by field.

    Parameters
    ----------
    fields
        Pairs (values of shape (n,) or one value, bits); negative values in two's complement.
    n
        Messages.
    """
    width = sum(w for _, w in fields)
    bits = np.zeros((n, -(-width // 6) * 6), dtype=np.uint8)
    at = 0
    for values, w in fields:
        column = np.broadcast_to(np.asarray(values, dtype=np.int64), (n,))
        for k in range(w):
            bits[:, at + k] = column >> (w - 1 - k) & 1
        at += w
    six = bits.reshape(n, -1, 6) @ np.array([32, 16, 8, 4, 2, 1], dtype=np.uint8)
    text = _ARMOUR[six].tobytes()
    size = six.shape[1]
    return [text[k : k + size] for k in range(0, n * size, size)]


def letters(text: str, count: int) -> list[tuple[int, int]]:
    """Give six-bit text as fields."""
    return [(_LETTERS.index(c), 6) for c in text.ljust(count, "@")[:count]]


def ships(rng: np.random.Generator, n: int) -> Array:
    """Invented MMSI, of ships mostly."""
    mmsi = rng.integers(200_000_000, 775_999_999, n)
    odd = rng.random(n) < 0.01
    return np.where(odd, rng.integers(0, 1 << 30, n), mmsi)


def positions(kind: int, n: int, rng: np.random.Generator, second: Any = None) -> list[bytes]:
    """Position reports of one type with random fields, some of them "not available" or out of range."""
    second = rng.integers(0, 64, n) if second is None else second
    mmsi, none = ships(rng, n), rng.random(n) < 0.02
    lon = np.where(none, 181 * 600_000, rng.integers(-108_600_000, 108_600_000, n))
    lat = np.where(none, 91 * 600_000, rng.integers(-54_300_000, 54_300_000, n))
    speed, course, heading = rng.integers(0, 1024, n), rng.integers(0, 4096, n), rng.integers(0, 512, n)
    flag, rest = rng.integers(0, 2, n), rng.integers(0, 1 << 20, n)
    head = [(kind, 6), (rng.integers(0, 4, n), 2), (mmsi, 30)]
    place = [(flag, 1), (lon, 28), (lat, 27), (course, 12)]
    if kind in (1, 2, 3):
        status, turn = rng.integers(0, 16, n), rng.integers(-128, 128, n)
        tail = [(heading, 9), (second, 6), (0, 2), (0, 3), (flag, 1), (rest, 19)]
        return payloads([*head, (status, 4), (turn, 8), (speed, 10), *place, *tail], n)
    if kind == 9:
        return payloads([*head, (speed, 12), (speed, 10), *place, (second, 6), (rest, 8), (0, 6), (rest, 20)], n)
    if kind == 18:
        tail = [(heading, 9), (second, 6), (0, 2), (rest, 7), (flag, 1), (rest, 20)]
        return payloads([*head, (0, 8), (speed, 10), *place, *tail], n)
    if kind == 19:
        size = [(rng.integers(0, 512, n), 9), (20, 9), (3, 6), (4, 6)]
        tail = [(heading, 9), (second, 6), (0, 4), *letters("INVENTED", 20), (36, 8), *size, (1, 4), (0, 3), (0, 4)]
        return payloads([*head, (0, 8), (speed, 10), *place, *tail], n)
    lon, lat = np.where(none, 108_600, lon // 1000), np.where(none, 54_600, lat // 1000)
    few = [(flag, 1), (flag, 1), (rng.integers(0, 16, n), 4), (lon, 18), (lat, 17)]
    return payloads([*head, *few, (rng.integers(0, 64, n), 6), (rng.integers(0, 512, n), 9), (0, 1), (0, 1)], n)


def others(rng: np.random.Generator, seconds: int) -> list[tuple[bytes, int]]:
    """One message each of the types 4, 5, 8, 12, 14, 21, 24 A and 24 B, with their fill bits."""
    mmsi = 200_000_000 + 1000 * int(rng.integers(0, 3000))
    when = np.datetime64(seconds, "s").astype(object)
    head = [(0, 2), (mmsi, 30)]
    clock = [(when.year, 14), (when.month, 4), (when.day, 5), (when.hour, 5), (when.minute, 6), (when.second, 6)]
    place = [(1, 1), (mmsi * 7919 % 10**8, 28), (mmsi * 104_729 % (5 * 10**7), 27)]
    size = [(90, 9), (1 + mmsi // 1000 % 98, 9), (7, 6), (8, 6)]
    eta = [(4, 4), (1, 5), (12, 5), (0, 6)]
    name = "INVENTED " + "".join(_LETTERS[1 + int(digit)] for digit in str(mmsi))
    made = {
        4: [(4, 6), *head, *clock, *place, (7, 4), (0, 10), (0, 1), (0, 19)],
        5: [
            (5, 6),
            *head,
            (0, 2),
            (9_074_729, 30),
            *letters("UNNONE", 7),
            *letters(name, 20),
            (70, 8),
            *size,
            (1, 4),
            *eta,
            (83, 8),
            *letters("ODESA", 20),
            (0, 1),
            (0, 1),
        ],
        8: [(8, 6), *head, (0, 2), (1, 10), (40, 6), (int(rng.integers(0, 1 << 13)), 16)],
        12: [(12, 6), *head, (0, 2), (mmsi, 30), (0, 2), *letters("TEST", 8)],
        14: [(14, 6), *head, (0, 2), *letters("SAFETY TEST", 12)],
        21: [(21, 6), *head, (14, 5), *letters("BUOY", 20), *place, *size, (1, 4), (60, 6), (0, 1), (0, 8), (0, 4)],
        24: [(24, 6), *head, (0, 2), *letters(name, 20)],
        25: [(24, 6), *head, (1, 2), (37, 8), *letters("ABC", 3), (0, 24), *letters("CALL", 7), *size, (0, 6)],
    }
    return [(payloads(f, 1)[0], -sum(w for _, w in f) % 6) for f in made.values()]


def _mix(rng: np.random.Generator, second: int) -> list[tuple[bytes, int]]:
    """Messages without a ship's place in the shares of a busy coast: base stations and statics, few texts."""
    base, ship, binary, *texts, aid, name, rest = others(rng, second)
    made = [base] * 2 + [aid, binary]
    for _ in range(3):
        _, ship, _, _, _, _, name, rest = others(rng, second)
        made += [ship, name, rest]
    return made + (texts if rng.random() < 0.05 else [])


def sentences(payload: bytes, fill: int, ident: int, channel: bytes = b"A") -> list[bytes]:
    """Wrap a payload in one sentence, or in parts of at most 60 characters."""
    parts = [payload[k : k + 60] for k in range(0, len(payload), 60)]
    out = []
    for k, part in enumerate(parts):
        number = b"%d" % ident if len(parts) > 1 else b""
        last = fill if k == len(parts) - 1 else 0
        body = b"AIVDM,%d,%d,%s,%s,%s,%d" % (len(parts), k + 1, number, channel, part, last)
        out.append(b"!%s*%02X" % (body, checksum(body)))
    return out


def tagged(line: bytes, words: bytes) -> bytes:
    """Put a tag block before a sentence."""
    return b"\\%s*%02X\\%s" % (words, checksum(words), line)


def lines(*, seed: int, messages: int, form: str = "tags", per_second: int = 20) -> Iterator[bytes]:
    """Give the lines of a log.

    Parameters
    ----------
    seed
        Seed of everything.
    messages
        How many; about 82 % are position reports of class A, as on a busy coast.
    form
        `tags`: tag blocks; `bare`: nothing but base stations' own clock; `gps`: RMC sentences in between; `stamps`: a
        time before each sentence.
    per_second
        Messages a second.
    """
    rng = np.random.default_rng(seed)
    done = group = mixes = 0
    # in a long log the messages without a ship's place come round again, with the clock of the beginning
    pool = [_mix(rng, START) for _ in range(60)] if messages > 50_000 else []
    while done < messages:
        n = min(50_000, messages - done)
        kinds = rng.choice([1, 3, 18, 19, 27, 9, 0], n, p=[0.70, 0.12, 0.08, 0.005, 0.01, 0.005, 0.08])
        seconds = START + (done + np.arange(n)) // per_second
        made = {
            int(k): iter(positions(int(k), int((kinds == k).sum()), rng, seconds[kinds == k] % 60))
            for k in np.unique(kinds)
            if k
        }
        rest: list[tuple[bytes, int]] = []
        for k, second in zip(kinds.tolist(), seconds.tolist(), strict=True):
            group += 1
            if k:
                payload, fill = next(made[k]), 0
            else:
                if not rest:
                    mixes += 1
                    rest = list(pool[mixes % len(pool)]) if pool else _mix(rng, second)
                payload, fill = rest.pop()
            found = sentences(payload, fill, group % 10, b"AB"[group & 1 : (group & 1) + 1])
            if form == "gps" and group % per_second == 1:
                yield _rmc(second)
            for i, line in enumerate(found):
                if form == "tags":
                    words = b"s:st%d,c:%d" % (group % 7, second)
                    if len(found) > 1:
                        words = b"g:%d-%d-%d" % (i + 1, len(found), group) + (b"," + words if i == 0 else b"")
                    yield tagged(line, words)
                elif form == "stamps":
                    yield str(np.datetime64(second, "s")).encode() + b"Z " + line
                else:
                    yield line
        done += n


def _rmc(seconds: int) -> bytes:
    when = np.datetime64(seconds, "s").astype(object)
    body = f"GPRMC,{when:%H%M%S}.00,A,4630.0,N,03045.0,E,0.0,,{when:%d%m%y},,,A".encode()
    return b"$%s*%02X" % (body, checksum(body))


def log(*, seed: int, messages: int, form: str = "tags") -> bytes:
    """Give a whole log; see `lines`."""
    return b"\n".join(lines(seed=seed, messages=messages, form=form)) + b"\n"


def csv_tables(*, seed: int, rows: int) -> dict[str, str]:
    """Give tables as the providers write them, by provider; every row is a position of an invented ship."""
    rng = np.random.default_rng(seed)
    made: dict[str, list[str]] = {
        "danish": [
            "# Timestamp,Type of mobile,MMSI,Latitude,Longitude,Navigational status,ROT,SOG,COG,Heading,IMO,"
            "Callsign,Name,Ship type,Cargo type,Width,Length,Type of position fixing device,Draught,Destination,"
            "ETA,Data source type,A,B,C,D"
        ],
        "marine": [
            "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,Length,Width,"
            "Draft,Cargo,TransceiverClass"
        ],
        "kystverket": ["mmsi;date_time_utc;lon;lat;sog;cog;true_heading;nav_status;message_nr"],
        "aishub": [
            "MMSI,TIME,LONGITUDE,LATITUDE,COG,SOG,HEADING,ROT,NAVSTAT,IMO,NAME,CALLSIGN,TYPE,A,B,C,D,DRAUGHT,DEST,ETA"
        ],
        "spire": [
            "timestamp,mmsi,msg_type,latitude,longitude,speed,course,heading,rot,imo,name,call_sign,"
            "ship_and_cargo_type,length,width,eta,destination,draught,status,accuracy,collection_type"
        ],
        "fishing": ["mmsi,timestamp,distance_from_shore,distance_from_port,speed,course,lat,lon,is_fishing,source"],
    }
    for k in range(rows):
        mmsi = int(rng.integers(200_000_000, 775_999_999))
        lon, lat = round(float(rng.uniform(28, 42)), 5), round(float(rng.uniform(41, 47)), 5)
        speed, course, heading = round(float(rng.uniform(0, 20)), 1), round(float(rng.uniform(0, 359.9)), 1), 90
        when = np.datetime64(START + 60 * k, "s").astype(object)
        iso, comma = f"{when:%Y-%m-%d %H:%M:%S}", str(lat).replace(".", ",")
        made["danish"].append(
            f"{when:%d/%m/%Y %H:%M:%S},Class A,{mmsi},{lat},{lon},Under way using engine,0.0,{speed},{course},{heading}"
            ",9074729,CALL,INVENTED,Cargo,,12,120,GPS,5.4,ODESA,,AIS,100,20,6,6"
        )
        made["marine"].append(
            f"{mmsi},{when:%Y-%m-%dT%H:%M:%S},{lat},{lon},{speed},{course},511.0,INVENTED,IMO9074729,CALL,"
            "70,0,120,12,5.4,70,A"
        )
        east = str(lon).replace(".", ",")
        made["kystverket"].append(f"{mmsi};{iso};{east};{comma};{speed};{course};{heading};0;1")
        made["aishub"].append(
            f'{mmsi},"{iso} GMT",{lon},{lat},{course},{speed},{heading},0,0,9074729,"INVENTED",CALL,70,'
            '100,20,6,6,5.4,"ODESA",'
        )
        made["spire"].append(
            f"{when:%Y-%m-%dT%H:%M:%S.250Z},{mmsi},1,{lat},{lon},{speed},{course},{heading},0,9074729,INVENTED,"
            "CALL,70,120,12,,ODESA,5.4,0,1,satellite"
        )
        made["fishing"].append(f"{mmsi}.0,{START + 60 * k}.0,1000.0,2000.0,{speed},{course},{lat},{lon},-1,invented")
    return {name: "\n".join(table) + "\n" for name, table in made.items()}
