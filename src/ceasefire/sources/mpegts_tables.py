"""Program tables of a transport stream: which stream numbers carry what.

A table counts only where its checksum is right; a stream number may be given to something else in the middle of a file.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

_MIRROR = bytes(int(f"{k:08b}"[::-1], 2) for k in range(256))
MAX_SECTION = 4096 + 3


def crc32(data: bytes) -> int:
    """Give the checksum of MPEG tables: 0 over a section with its own checksum.

    It is the usual CRC-32 with bits in the other order.

    >>> crc32(bytes.fromhex("00b00d0001c100000001f0002ab104b2"))
    0
    """
    return int(f"{zlib.crc32(data.translate(_MIRROR)) ^ 0xFFFFFFFF:032b}"[::-1], 2)


@dataclass
class Tables:
    """Association and program map tables, as they come."""

    maps: set[int] = field(default_factory=set)
    """Stream numbers of program map tables."""
    programs: dict[tuple[int, int], dict[int, tuple[int, bool]]] = field(default_factory=dict)
    """Streams of each map's number and program: type, and whether declared as KLV, by stream number."""
    _parts: dict[int, bytearray] = field(default_factory=dict)
    _latest: dict[int, bytes] = field(default_factory=dict)

    def streams(self) -> dict[int, tuple[int, bool]]:
        """Give type, and whether declared as KLV, of every stream number."""
        return {pid: said for program in self.programs.values() for pid, said in program.items()}

    def kind(self, pid: int) -> int | None:
        """Give the type of a stream number, or None where no table names it."""
        for program in self.programs.values():
            if pid in program:
                return program[pid][0]
        return None

    def feed(self, pid: int, packet: bytes) -> bool:
        """Take a transport packet of a table; tell whether anything changed."""
        if packet[1] & 0x80 or packet[3] & 0xC0 or not packet[3] & 0x10:
            return False
        at = 5 + packet[4] if packet[3] & 0x20 else 4
        payload = packet[at:]
        if not payload:
            return False
        changed = False
        held = self._parts.get(pid)
        if packet[1] & 0x40:
            pointer = 1 + payload[0]
            if held:
                held += payload[1:pointer]
                changed |= self._sections(pid, held)
            held = self._parts[pid] = bytearray(payload[pointer:])
        elif held is not None:
            held += payload
        else:
            return False
        return self._sections(pid, held) or changed

    def _sections(self, pid: int, held: bytearray) -> bool:
        changed = False
        while len(held) >= 3 and held[0] != 0xFF:
            size = 3 + (((held[1] & 0x0F) << 8) | held[2])
            if len(held) < size:
                break
            section = bytes(held[:size])
            del held[:size]
            if section != self._latest.get(pid) and size >= 12 and crc32(section) == 0:
                changed |= self._section(pid, section)
                self._latest[pid] = section
        if len(held) > MAX_SECTION:
            held.clear()
        return changed

    def _section(self, pid: int, section: bytes) -> bool:
        if not section[5] & 0x01:
            return False  # not yet valid
        if pid == 0 and section[0] == 0x00:
            entries = (section[k : k + 4] for k in range(8, len(section) - 4, 4))
            found = {((e[2] & 0x1F) << 8) | e[3] for e in entries if len(e) == 4 and (e[0] or e[1])} - {0, 0x1FFF}
            whole = section[6] == section[7] == 0
            maps = found if whole else self.maps | found
            changed, self.maps = maps != self.maps, maps
            self.programs = {k: v for k, v in self.programs.items() if k[0] in maps}
            return changed
        if pid in self.maps and section[0] == 0x02:
            streams, program = _streams(section), (pid, (section[3] << 8) | section[4])
            changed = streams != self.programs.get(program)
            self.programs[program] = streams
            return changed
        return False


def _streams(section: bytes) -> dict[int, tuple[int, bool]]:
    """Give streams of a program map: by number, the type and whether descriptors name KLV."""
    at, end = 12 + (((section[10] & 0x0F) << 8) | section[11]), len(section) - 4
    found: dict[int, tuple[int, bool]] = {}
    while at + 5 <= end:
        pid = ((section[at + 1] & 0x1F) << 8) | section[at + 2]
        size = ((section[at + 3] & 0x0F) << 8) | section[at + 4]
        found[pid] = (section[at], b"KLVA" in section[at + 5 : min(at + 5 + size, end)])
        at += 5 + size
    return found
