"""Good logs of autopilots for `benchmarks.fuzz_drone`: small made ones, of every kind that the readers know.

Real logs are two orders larger: reading them 100,000 times takes days and meets the same code.
"""

from __future__ import annotations

from ceasefire.testing.flight_logs import dataflash, flown, tlog, ulog


def ulog_seeds() -> list[tuple[str, bytes]]:
    """PX4 logs with a gimbal, with a commanded mount, and with neither."""
    whole = flown(6, lost=slice(3, 5))
    return [(".ulg", data) for data in (ulog(whole), ulog(whole, old=True), ulog(whole, gimbal=False))]


def dataflash_seeds() -> list[tuple[str, bytes]]:
    """ArduPilot logs with and without a mount."""
    whole = flown(6, lost=slice(3, 5))
    return [(".bin", data) for data in (dataflash(whole), dataflash(whole, gimbal=False))]


def tlog_seeds() -> list[tuple[str, bytes]]:
    """Telemetry logs of one vehicle and of two."""
    whole = flown(6, lost=slice(3, 5))
    one = tlog(whole, ahead_s=2.5)
    return [(".tlog", data) for data in (one, one + tlog(whole, system=7, mount=False))]


def tlog_mended(data: bytes) -> bytes:
    """Put checksums of frames right again, so that mutations reach what lies behind them."""
    from pymavlink.dialects.v20 import all as dialect
    from pymavlink.generator.mavcrc import x25crc

    out, at = bytearray(data), 8
    while at + 12 < len(out):
        if out[at] != dialect.PROTOCOL_MARKER_V2:
            at += 1
            continue
        end = at + 10 + out[at + 1]
        kind = dialect.mavlink_map.get(int.from_bytes(out[at + 7 : at + 10], "little"))
        if kind is not None and end + 2 <= len(out):
            crc = x25crc(out[at + 1 : end])
            crc.accumulate(bytes([kind.crc_extra]))
            out[end : end + 2] = crc.crc.to_bytes(2, "little")
        at = end + 10
    return bytes(out)


READERS = {
    "ulog": ("ceasefire.sources.ulog", ulog_seeds, None),
    "ardupilot": ("ceasefire.sources.ardupilot", dataflash_seeds, None),
    "mavlink_tlog": ("ceasefire.sources.mavlink_tlog", tlog_seeds, tlog_mended),
}
"""As `benchmarks.fuzz_drone.READERS`."""
