"""MISB KLV: where an aircraft and its camera were, from the metadata beside its video (STANAG 4609) or by itself.

MPEG transport streams and files of raw packets are read. Packets of MISB ST 0601 become samples of flights; the
security marking (ST 0102) becomes a fact of the file; targets that a tracker or detector marked (ST 0903) become marks.
Every packet is a sample, a repeat or set aside with its reason.

Why the times are doubted: the standard's clock counts without leap seconds, but many encoders write UTC into it, and
only newer streams say how many leap seconds to take off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.geo.flight import Flight
from ceasefire.model.intake import Count
from ceasefire.sources import klv_view, mpegts
from ceasefire.sources.flight_read import FlightRead, cut, one_bad_file, set_aside, zero_is_unknown
from ceasefire.sources.klv_fields import FIELDS, USED, held
from ceasefire.sources.klv_file import START, packets
from ceasefire.sources.klv_listing import fields
from ceasefire.sources.klv_packets import KNOWN
from ceasefire.sources.klv_samples import Samples, Track
from ceasefire.sources.mpegts import Told

__all__ = ["FORMAT", "fields", "is_it", "read_flight"]
FORMAT = "klv"

POSITION_SIGMA_M, HEIGHT_SIGMA_M, ANGLE_SIGMA_DEG = 5.0, 10.0, 0.5
"""Standard errors where the case says nothing else: satellite navigation and an inertial unit of middling grade. What
the fields resolve is added."""
SLOW_S, FAST_S = 30.0, 1.0
"""How long a field stands that packets leave out: of lens, ground and receiver; of position and angles. Seconds."""
SLOW = frozenset({16, 17, 25, 78, 123, 124})
SATELLITES = 0xFE
"""Means of positioning by satellite (item 124); the lowest bit is inertial navigation."""
IMAGE_INVALID = 0x20
"""Flag of item 47."""


def is_it(start: bytes) -> bool:
    """Tell whether a file begins as a transport stream does, or holds a KLV key; 4 kB of it are enough.

    >>> is_it(bytes.fromhex("060e2b34020b01010e01030101000000")), is_it(b"1\\n00:00:00,000 --> 00:00:01,000\\nHello.")
    (True, False)
    """
    return any(key in start[:START] for key in KNOWN) or mpegts.is_stream(start[:START])


def read_flight(path: Path, *, source: str, options: Mapping[str, Any] = {}) -> FlightRead:
    """Read one file.

    Parameters
    ----------
    path
        A transport stream or a file of raw packets.
    source
        Source as named in the case file.
    options
        `leap_seconds`: taken off the packets' times instead of what they say. `position_sigma_m`, `height_sigma_m`,
        `angle_sigma_deg`: standard errors instead of the defaults.
    """
    told, samples = Told(), Samples()
    for stream, packet in packets(path, told):
        samples.take(stream, packet)
    if samples.rows == 0 and not samples.markings and not samples.marks:
        why = "neither a transport stream nor KLV packets"
        return one_bad_file(path, "a transport stream without KLV metadata" if told.packets else why, source=source)
    shift, clock, doubt = _clock(samples, options)
    doubts = [doubt] if doubt and samples.used else []
    texts = {
        "platform": samples.texts.get("platform", ""),
        "source": path.name,
        "evidence": told.sha256,
        "clock": clock,
    }
    flights: list[Flight] = []
    repeats, seen = samples.repeats, np.empty(0, dtype=np.uint64)
    for track in samples.tracks.values():
        sums = np.array(track.sums, dtype=np.uint64)
        first = np.zeros(len(sums), dtype=bool)
        first[np.unique(sums, return_index=True)[1]] = True
        keep = first & ~np.isin(sums, seen)
        seen = np.concatenate([seen, sums[keep]])
        repeats += int((~keep).sum())
        flights += _flights(track, keep, shift=shift, texts=texts, options=options, doubts=doubts)
    bad, more = samples.bad, samples.set_aside - len(samples.bad)
    if more:
        bad = [*bad, (0, f"and {more:,} more packets, not listed", "")]
    return FlightRead(
        flights=tuple(sorted(flights, key=lambda f: f.times[0].astype(np.int64))),
        quarantine=set_aside(source, path.name, bad),
        count=Count(
            rows=samples.rows,
            used=samples.rows - repeats - samples.set_aside,
            duplicates=repeats,
            quarantined=samples.set_aside,
        ),
        marks=tuple(replace(mark, time=mark.time - shift) for mark in samples.marks),
        doubts=tuple(dict.fromkeys([*doubts, *_doubts(samples, told, options)])),
        facts=_facts(samples, told),
    )


def _clock(samples: Samples, options: Mapping[str, Any]) -> tuple[np.timedelta64, str, str]:
    """Give what is taken off the packets' times, how it is known, and a doubt."""
    if "leap_seconds" in options:
        leap = float(options["leap_seconds"])
        return np.timedelta64(round(1000 * leap), "ms"), f"MISP time less {leap:g} s, as the case says", ""
    if samples.leap is not None:
        off = samples.leap - samples.correction / 1e6
        if abs(off) < 3600:
            said = f"MISP time less {off:g} s of leap seconds and correction, as the packets say"
            return np.timedelta64(round(1000 * off), "ms"), said, ""
    doubt = "the packets do not say how many leap seconds their clock is ahead: their times are taken for UTC, and may"
    return np.timedelta64(0, "ms"), "MISP time, taken for UTC", f"{doubt} be up to half a minute late"


def _flights(
    track: Track,
    keep: NDArray[np.bool_],
    *,
    shift: np.timedelta64,
    texts: Mapping[str, str],
    options: Mapping[str, Any],
    doubts: list[str],
) -> tuple[Flight, ...]:
    """Make flights of the samples of one stream."""
    value, there = track.columns()
    micros = np.array(track.times, dtype=np.int64)
    for tag in USED:
        limit = SLOW_S if tag in SLOW else FAST_S
        value[tag] = held(value[tag], there[tag], micros / 1e6, limit_s=limit)[keep]
    for tag, count in sorted(track.wrong.items()):
        name = FIELDS[tag].name if tag in FIELDS else f"item {tag}"
        doubts.append(f"{name}: a wrong length in {count:,} packets, where it counts as not known")
    times = np.asarray((micros[keep] // 1000) - shift.astype(np.int64), dtype="datetime64[ms]")
    lon, lat = zero_is_unknown(value[14], value[13])
    wide = np.isfinite(value[90]), np.isfinite(value[91])
    pitch, roll = np.where(wide[0], value[90], value[6]), np.where(wide[1], value[91], value[7])
    if (untold := np.isfinite(value[18] + value[19]) & ~np.isfinite(value[20])).any():
        doubts.append(f"in {int(untold.sum()):,} packets the camera's own roll is not given: it is taken for 0")
    turn = np.where(untold, 0.0, value[20])
    azimuth, elevation, over = klv_view.chained(value[5], pitch, roll, value[18], value[19], turn)
    height, ground, datum = klv_view.heights(value, lon, lat, elevation, doubts)
    aim = klv_view.toward(lon, lat, height, *zero_is_unknown(value[24], value[23]), ground)
    if (drawn := ~np.isfinite(azimuth + elevation) & np.isfinite(aim[0] + aim[1])).any():
        azimuth, elevation = np.where(drawn, aim[0], azimuth), np.where(drawn, aim[1], elevation)
        doubts.append(f"in {int(drawn.sum()):,} packets the axis is drawn to the frame's centre: an angle is not given")
    blind = np.isfinite(value[47]) & (np.nan_to_num(value[47]).astype(np.int64) & IMAGE_INVALID > 0)
    if blind.any():
        doubts.append(f"{int(blind.sum()):,} packets say that their image is not valid: they show no ground")
        azimuth, elevation = np.where(blind, np.nan, azimuth), np.where(blind, np.nan, elevation)
    means = np.nan_to_num(value[124], nan=SATELLITES).astype(np.int64)
    steps = (FIELDS[5].step, np.where(wide[0], FIELDS[90].step, FIELDS[6].step))
    degree_m, even = 111_320.0, 1 / np.sqrt(12.0)
    sigma = {k: float(options.get(k, d)) for k, d in _SIGMAS.items()}
    return cut(
        {
            "lon": lon,
            "lat": lat,
            "height_m": height,
            "ground_m": ground,
            "azimuth_deg": azimuth,
            "elevation_deg": elevation,
            "roll_deg": np.where(blind, np.nan, over),
            "hfov_deg": np.where(value[16] > 0, value[16], np.nan),
            "vfov_deg": np.where(value[17] > 0, value[17], np.nan),
            "position_sigma_m": np.full(
                len(lon), np.hypot(sigma["position_sigma_m"], even * FIELDS[13].step * degree_m)
            ),
            "height_sigma_m": np.full(len(lon), np.hypot(sigma["height_sigma_m"], even * FIELDS[15].step)),
            "angle_sigma_deg": np.hypot(sigma["angle_sigma_deg"], even * np.hypot(*steps)),
            "fix": (means & SATELLITES > 0) & ~(value[123] == 0),
            "corners": klv_view.corners(value),
            "satellites": value[123],
            "datum": datum,
            **texts,
        },
        times=times,
    )


_SIGMAS = {
    "position_sigma_m": POSITION_SIGMA_M,
    "height_sigma_m": HEIGHT_SIGMA_M,
    "angle_sigma_deg": ANGLE_SIGMA_DEG,
}


def _doubts(samples: Samples, told: Told, options: Mapping[str, Any]) -> list[str]:
    said = []
    assumed = [f"{k} {d:g}" for k, d in _SIGMAS.items() if k not in options]
    if assumed and samples.used:
        said.append(f"the file does not state its precision: {', '.join(assumed)} are assumed")
    marked = [line for line in samples.markings if not line.startswith("UNCLASSIFIED")]
    said += [f"the file is marked {line}" for line in marked]
    if told.lost:
        said.append(f"{told.lost:,} transport packets of metadata are missing, by their continuity counter")
    if told.damaged or told.skipped or told.cut:
        parts = (
            (told.damaged, "packets are damaged"),
            (told.skipped, "bytes are no packets"),
            (told.cut, "bytes are cut off"),
        )
        said.append("of the file, " + ", ".join(f"{count:,} {words}" for count, words in parts if count))
    if len(samples.tracks) > 1:
        said.append(f"{len(samples.tracks)} metadata streams: each gives flights of its own, repeats left out")
    if samples.doubled:
        said.append(f"{samples.doubled:,} packets have a field twice: the last counts")
    if samples.sets_with_faults:
        said.append(
            f"{samples.sets_with_faults:,} sets of targets are not wholly readable: what precedes the fault is kept"
        )
    if samples.marks_left_out:
        said.append(f"{samples.marks_left_out:,} marked targets more than are kept of one file")
    return said


def _facts(samples: Samples, told: Told) -> dict[str, str]:
    marking = {"security marking": "; ".join(samples.markings)} if samples.markings else {}
    names = {name: text for name, text in samples.texts.items() if text and name != "platform"}
    return {**marking, **names, **mpegts.account(told)}
