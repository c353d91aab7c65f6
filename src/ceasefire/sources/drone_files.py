"""The files of a patrol: found in folders and archives, each named by what it is, never by how it is called.

Archives come from strangers. Nothing is written under a name that an archive gives; members that would leave their
folder, links, locked members, archives in archives, and members that grow far beyond their packed size are named and
left out, and the rest is read.
"""

from __future__ import annotations

import importlib
import importlib.util
import lzma
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import Any

from ceasefire.sources import flight_read
from ceasefire.sources.flight_rows import header_in

READERS = (
    *("ulog", "ardupilot", "photos", "klv", "mavlink_tlog"),
    *("dji_srt", "dji_csv", "patrol_plan", "mission_csv"),
)
"""Readers, those whose files begin with the surer mark first."""
START = 65_536
"""Bytes by which a file is known."""
MAX_MEMBERS = 20_000
"""Most members of one archive."""
MAX_UNPACKED = 40_000_000_000
"""Most bytes unpacked of all archives together."""
MAX_RATIO, RATIO_FROM = 200.0, 10_000_000
"""A member that grows by more than this, once it has more bytes than that, is no telemetry but a bomb."""

_OTHERS = (
    (b"PK\5\6", "an empty archive"),
    (b"7z\xbc\xaf\x27\x1c", "packed as 7z: unpack it first"),
    (b"Rar!\x1a\x07", "packed as RAR: unpack it first"),
    (b"\x1f\x8b", "packed with gzip: unpack it first"),
    (b"%PDF", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "a Word or Excel file"),
    (b"GIF8", "a GIF picture, which carries no place"),
    (b"<?xml", "XML of another kind"),
    (b"<gpx", "XML of another kind"),
    (b"{", "JSON, which is no telemetry"),
)


@dataclass(frozen=True)
class Found:
    """One file of a patrol."""

    path: Path
    """Where its bytes are."""
    name: str
    """Its name for people: within the folder, or `ARCHIVE/MEMBER`."""
    format: str = ""
    """Reader's name; empty where none reads it."""
    reason: str = ""
    """Why it is not read; empty where it is."""
    sha256: str = ""
    """Of its bytes; empty where they were not read."""
    folder: str = ""
    """Where it lay: photos of one folder are read together."""
    again: bool = False
    """True for a copy, byte for byte, of an earlier file."""


@cache
def reader(name: str) -> ModuleType | None:
    """Give a reader's module, imported when first asked for; None where there is none."""
    if importlib.util.find_spec(f"ceasefire.sources.{name}") is None:
        return None
    return importlib.import_module(f"ceasefire.sources.{name}")


def format_of(start: bytes, options: Mapping[str, Any] = {}) -> str:
    """Give the reader that knows a file by its first bytes; empty where none does.

    >>> format_of(b"time,lon,lat\\n"), format_of(b"hello")
    ('mission_csv', '')
    """
    for name in READERS:
        module = reader(name)
        if module is not None and module.is_it(start):
            return name
    mapping = dict(options.get("mapping") or {})
    return "mission_csv" if mapping and set(mapping.values()) <= set(header_in(start)) else ""


def gather(paths: Sequence[Path], scratch: Path, options: Mapping[str, Any] = {}) -> list[Found]:
    """Find the files of a patrol, in the order of their names.

    Parameters
    ----------
    paths
        Files, folders (with all that is in them) and ZIP archives.
    scratch
        An empty folder into which members of archives are unpacked.
    options
        `mapping`, as in `mission_csv`.
    """
    out: list[Found] = []
    first: dict[str, str] = {}
    room = [MAX_UNPACKED]
    for path in paths:
        for at, name, reason in _walk(path):
            if reason:
                out.append(Found(at, name, reason=reason))
                continue
            for found in _one(at, name, scratch, room, options):
                again = bool(found.sha256) and found.sha256 in first and not found.reason
                if again:
                    said = f"the same bytes as {first[found.sha256]}"
                    out.append(replace(found, reason=said, again=True))
                    continue
                if found.sha256:
                    first.setdefault(found.sha256, found.name)
                out.append(found)
    return out


def _walk(path: Path) -> Iterator[tuple[Path, str, str]]:
    """Give files below a path with their names and why they are left out; links inside folders are not followed."""
    if not path.exists():
        yield path, path.name, "there is no such file"
    elif not path.is_dir():
        yield path, path.name, "" if path.is_file() else "not a regular file"
    else:
        for folder, folders, names in os.walk(path):
            folders.sort()
            for link in [f for f in folders if Path(folder, f).is_symlink()]:
                yield Path(folder, link), str(Path(folder, link).relative_to(path)), "a link, which is not followed"
            for name in sorted(names):
                at = Path(folder, name)
                shown = str(at.relative_to(path))
                if at.is_symlink():
                    yield at, shown, "a link, which is not followed"
                elif name.startswith(".") or name.lower() in ("thumbs.db", "desktop.ini"):
                    yield at, shown, "a file of the operating system"
                else:
                    yield at, shown, "" if at.is_file() else "not a regular file"


def _one(
    path: Path, name: str, scratch: Path, room: list[int], options: Mapping[str, Any], *, inside: bool = False
) -> Iterator[Found]:
    """Give a file, or the members of an archive."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(START)
        if start.startswith(b"PK\3\4"):
            if inside:
                yield Found(path, name, reason="an archive inside an archive is not opened")
            else:
                yield from _members(path, name, scratch, room, options)
            return
        if not size or size > flight_read.MAX_BYTES:
            yield Found(
                path, name, reason="the file is empty" if not size else f"larger than {flight_read.MAX_BYTES:,} bytes"
            )
            return
        kind = format_of(start, options)
        folder = name.rpartition("/")[0] if inside else str(path.parent)
        yield Found(path, name, kind, "" if kind else _kind(start), flight_read.digest(path), folder)
    except OSError as error:
        yield Found(path, name, reason=f"the file cannot be read: {error.strerror}")


def _kind(start: bytes) -> str:
    """Say what a file is that no reader takes."""
    for mark, words in _OTHERS:
        if start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(mark):
            return words
    if start[4:8] == b"ftyp":
        return "a film or picture without telemetry that is read here; what lies beside it tells of it"
    if b"BUILD" in start[:300] and b"DJI" in start[:4096]:
        return "a log in DJI's own locked form: export it as CSV"
    text = b"\0" not in start[:4096]
    return "a text of another kind" if text else "of no kind that is known"


def _members(path: Path, name: str, scratch: Path, room: list[int], options: Mapping[str, Any]) -> Iterator[Found]:
    """Unpack an archive's members, each under a name of ours, and give them."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
            if len(infos) > MAX_MEMBERS:
                yield Found(path, name, reason=f"an archive of more than {MAX_MEMBERS:,} members is not opened")
                return
            folder = scratch / f"{len(list(scratch.iterdir())):04d}"
            folder.mkdir()
            for number, info in enumerate(infos):
                if info.filename.endswith("/"):  # a folder; `is_dir` fails on a name of no letters
                    continue
                shown = f"{name}/{_printable(info.filename)}"
                reason = _refused(info)
                inside = folder / f"{number:05d}"
                at = inside / _printable(PurePosixPath(info.filename.replace("\\", "/")).name)
                if not reason:
                    inside.mkdir()
                    reason = _unpack(archive, info, at, room)
                if reason:
                    yield Found(path, shown, reason=reason)
                else:
                    yield from _one(at, shown, scratch, room, options, inside=True)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeError) as error:
        yield Found(path, name, reason=f"a broken archive: {error}"[:200])


def _refused(info: zipfile.ZipInfo) -> str:
    """Say why a member is not unpacked, empty where it may be."""
    parts = info.filename.replace("\\", "/").split("/")
    if not info.filename:
        return "a member of the archive has no name"
    if ".." in parts or info.filename.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", info.filename):
        return "the archive escapes its folder with this name"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "a link, which is not followed"
    if info.flag_bits & 1:
        return "locked with a password"
    if parts[-1].startswith(".") or "__MACOSX" in parts:
        return "a file of the operating system"
    if info.file_size > RATIO_FROM and info.file_size > MAX_RATIO * max(info.compress_size, 1):
        return f"grows more than {MAX_RATIO:g} times when unpacked: not opened"
    return ""


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, at: Path, room: list[int]) -> str:
    """Write one member, counting its bytes whatever its header says; the reason is empty where it was written."""
    written = 0
    try:
        with archive.open(info) as packed, at.open("wb") as file:
            while block := packed.read(1 << 20):
                written += len(block)
                if written > RATIO_FROM and written > MAX_RATIO * max(info.compress_size, 1):
                    return f"grows more than {MAX_RATIO:g} times when unpacked: not opened"
                if written > room[0]:
                    return f"the archives hold more than {MAX_UNPACKED:,} bytes"
                file.write(block)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, RuntimeError) as error:
        return f"a broken member of the archive: {error}"[:200]
    room[0] -= written
    return ""


def _printable(name: str) -> str:
    """Give a name without what could steer a terminal or a file system."""
    return re.sub(r"[^\w .()+,/-]", "_", name)[-120:] or "member"
