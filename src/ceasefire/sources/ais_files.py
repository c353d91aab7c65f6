"""A file of AIS as blocks of whole lines, whatever it is packed in, and what kind it is by its content.

Why blocks: a week of a busy coast is tens of gigabytes; what is held at a time is one block, and of a line without end
only its beginning.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

BLOCK = 1 << 21
"""Bytes of a block: large enough for columns, small enough for a processor's cache."""
LONGEST = 1 << 16
"""Bytes of the longest line that is read; a sentence has about a hundred, a row of a table some thousand."""
PEEK = 1 << 20
"""Bytes that are looked at to tell what a file is."""
_SENTENCE = re.compile(rb"![A-Z]{2}VD[MO],")
_NMEA = re.compile(rb"(?:^|\n|\r)\$[A-Z]{2}[A-Z]{3},")
_KINDS = {
    b"\x28\xb5\x2f\xfd": "Zstandard file, which this Python cannot unpack; unpack it first",
    b"7z\xbc\xaf\x27\x1c": "7z file; unpack it first",
    b"Rar!\x1a\x07": "RAR file; unpack it first",
    b"PAR1": "Parquet file; write it out as CSV first",
    b"%PDF": "PDF",
    b"SQLite format 3\0": "SQLite database; write it out as CSV first",
    b"\x89PNG": "PNG picture",
    b"\xff\xd8\xff": "JPEG picture",
    b"GIF8": "GIF picture",
    b"II*\0": "TIFF picture",
    b"MM\0*": "TIFF picture",
    b"\x89HDF": "HDF5 file",
    b"CDF\x01": "NetCDF file",
    b"CDF\x02": "NetCDF file",
}
NEITHER = "neither AIS sentences (!AIVDM) nor a table of positions"
"""What is said of a file that is something else."""
_BROKEN = (
    OSError,
    EOFError,
    ValueError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
)


@dataclass
class Opened:
    """One file, or one member of an archive, that is being read."""

    name: str
    """Name without its folder; of a member, `archive.zip/member`."""
    sha256: str = ""
    """SHA-256 of the file's bytes; empty where it was not read."""
    kind: str = ""
    """`nmea`, `table`, or empty where it is neither."""
    problem: str = ""
    """Why it cannot be read, or why reading stopped before its end."""
    first: bytes = b""
    """Its first bytes, unpacked."""
    cut: list[tuple[int, bytes]] = field(default_factory=list)
    """Lines too long, by number, with their beginning: what is past `LONGEST` bytes is left out."""
    stream: Any = None

    def blocks(self) -> Iterator[tuple[bytes, int]]:
        """Give blocks of whole lines, each with the number of its first line."""
        left, number, cutting = self.first, 1, False
        while self.stream is not None:
            try:
                more = self.stream.read(BLOCK)
            except _BROKEN as error:
                self.problem = f"the file breaks off: {_words(error)}"
                more = b""
            if not more:
                break
            if cutting:
                end = _break(more, first=True)
                if end < 0:
                    continue
                more, cutting = more[end:], False
            data = left + more
            end = _break(data) + 1
            data, left = data[:end], data[end:]
            if data:
                yield data, number
            number += data.count(b"\n")
            if len(left) > LONGEST:
                self.cut.append((number, left[:500]))
                left, cutting = left[:LONGEST], True
        if left:
            yield left, number

    def close(self) -> None:
        """Close the file."""
        if self.stream is not None:
            self.stream.close()


def _break(data: bytes, *, first: bool = False) -> int:
    """Find the last (or first) line break; -1 where there is none."""
    if first:
        found = [k for k in (data.find(b"\n"), data.find(b"\r")) if k >= 0]
        return min(found, default=-1)
    last = data.rfind(b"\n")
    return last if last >= 0 else data.rfind(b"\r")


def opened(path: Path) -> Iterator[Opened]:
    """Open a file, or each member of an archive, and tell by the content what it is.

    Parameters
    ----------
    path
        The file. One that cannot be read gives a `problem`, not an exception.

    Examples
    --------
    >>> [one.problem for one in opened(Path("no-such-file.nmea"))]
    ['the file is not there']
    """
    name = path.name
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            yield Opened(name, problem="not a regular file")
            return
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            magic = file.read(16)
    except FileNotFoundError:
        yield Opened(name, problem="the file is not there")
        return
    except (OSError, ValueError) as error:
        yield Opened(name, problem=f"the file cannot be read: {_words(error)}")
        return
    if not magic:
        yield Opened(name, sha256, problem="the file is empty")
        return
    try:
        if magic.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(path) as archive:
                names = archive.infolist()
                members = [m for m in names if not m.filename.endswith("/") and not m.filename.startswith("__MACOSX/")]
                if not members:
                    yield Opened(name, sha256, problem="the archive holds no file")
                for member in members:
                    yield _looked(Opened(f"{name}/{member.filename}", sha256), partial(archive.open, member))
        else:
            yield _looked(Opened(name, sha256), partial(_unpacked, path, magic))
    except _BROKEN as error:
        yield Opened(name, sha256, problem=f"the archive is broken: {_words(error)}")


def _unpacked(path: Path, magic: bytes) -> Any:
    if magic.startswith(b"\x1f\x8b"):
        return gzip.open(path)
    if magic.startswith(b"BZh"):
        return bz2.open(path)
    if magic.startswith(b"\xfd7zXZ"):
        return lzma.open(path)
    return path.open("rb")


def _looked(one: Opened, start: Callable[[], Any]) -> Opened:
    """Read the first bytes and say what the file is."""
    try:
        one.stream = start()
        one.first = one.stream.read(PEEK)
    except _BROKEN as error:
        one.problem = f"the file cannot be unpacked: {_words(error)}"
        return one
    named = next((words for magic, words in _KINDS.items() if one.first.startswith(magic)), "")
    if named:
        one.problem = f"this is a {named}"
    elif not one.first.strip(b"\0 \r\n\t"):
        one.problem = "the file holds nothing but blanks" if one.first else "the file is empty"
    elif one.first.startswith((b"\xff\xfe", b"\xfe\xff")):
        one.problem = "the text is UTF-16; write it out as UTF-8 first"
    elif _SENTENCE.search(one.first):
        one.kind = "nmea"
    elif b"," in one.first or b";" in one.first or b"\t" in one.first or b"|" in one.first:
        one.kind = "nmea" if _NMEA.search(one.first) else "table"
    else:
        one.problem = NEITHER
    return one


def _words(error: BaseException) -> str:
    return str(getattr(error, "strerror", None) or error or type(error).__name__)[:200]
