"""One file as bytes: its hash, its size, its encoding; decided before a single row is read.

Why a pass of its own: a hash must cover the bytes as they came, an encoding can only be decided on the whole
file, and a file too large to read must be refused before it is read. The pass streams, so memory stays flat.
"""

from __future__ import annotations

import codecs
import hashlib
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

MAX_BYTES = 1_000_000_000
"""Largest file read by default, bytes. A day of a busy source is a few megabytes; what is larger is a mistake."""

_BLOCK = 1 << 20
_PACKED = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"PAR1": "Parquet",
    b"%PDF": "PDF",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "RAR",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\xd0\xcf\x11\xe0": "Word, Excel or PowerPoint",
}
_SEEN_OR_HEARD = {
    b"\x89PNG\r\n": "PNG picture",
    b"\xff\xd8\xff": "JPEG picture",
    b"GIF87a": "GIF picture",
    b"GIF89a": "GIF picture",
    b"II*\0": "TIFF picture",
    b"MM\0*": "TIFF picture",
    b"OggS": "sound or film",
    b"ID3": "sound",
    b"\x1aE\xdf\xa3": "film",
}


@dataclass(frozen=True)
class Granule:
    """What is known of a file before its rows are read."""

    name: str
    """The file's name without its folder."""
    sha256: str = ""
    """SHA-256 of its bytes; empty where the file was not read."""
    encoding: str = "utf-8"
    """Python's name of the encoding to read it with."""
    clean: bool = True
    """False where some bytes do not fit the encoding, so that rows must be looked at one by one."""
    nul: bool = False
    """True where the text holds NUL characters."""
    plain: bool = False
    """True for clean UTF-8 without NUL characters and without carriage returns that stand alone."""
    ended: bool = True
    """True where the last line ends with a line break."""
    doubt: str = ""
    """What was assumed about the encoding, for a warning; empty where nothing was."""
    problem: str = ""
    """Why the file cannot be read at all; empty where it can."""


def inspect(path: Path, *, max_bytes: int = MAX_BYTES) -> Granule:
    """Hash a file and decide its encoding in one stream, or say why it cannot be read.

    UTF-8 (with or without a byte-order mark) is expected; UTF-16 is taken by its mark, or by its zero bytes. A
    file that is neither is read as one of two Windows code pages, and says so in `doubt`: as UTF-8 where more
    lines with letters beyond ASCII fit it than do not (single broken rows), else as cp1251 where such letters
    stand side by side (Cyrillic words), else as cp1252 (single accents).

    Parameters
    ----------
    path
        The file. A missing file, a folder or a pipe is a `problem`, not an exception.
    max_bytes
        A larger file is refused unread.

    Examples
    --------
    >>> inspect(Path("no-such-file.csv")).problem
    'the file is not there'
    """
    name = path.name
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return Granule(name, problem="not a regular file")
        if status.st_size > max_bytes:
            return Granule(
                name,
                problem=f"the file has {status.st_size:,} bytes, more than the limit of {max_bytes:,}; "
                "split it, or raise max_bytes",
            )
        if status.st_size == 0:
            return Granule(name, sha256=hashlib.sha256(b"").hexdigest(), problem="the file is empty")
        return _inspect(path, name, max_bytes)
    except FileNotFoundError:
        return Granule(name, problem="the file is not there")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return Granule(name, problem=f"the file cannot be read: {reason}")


def _inspect(path: Path, name: str, max_bytes: int) -> Granule:
    digest, nul, size, last, first = hashlib.sha256(), False, 0, b"", b""
    encoding, doubt = "utf-8-sig", ""
    decoder: codecs.IncrementalDecoder | None = None
    clean, returns = True, 0
    for block in _blocks(path):
        if not size:
            first = block[:4096]
            encoding, doubt = _marked(first)
            decoder = codecs.getincrementaldecoder(encoding)("strict")
        digest.update(block)
        size += len(block)
        if size > max_bytes:
            return Granule(name, problem=f"the file grew past the limit of {max_bytes:,} bytes while it was read")
        nul = nul or b"\0" in block
        if b"\r" in block or last.endswith(b"\r"):
            across = last.endswith(b"\r") and block.startswith(b"\n")
            returns += block.count(b"\r") - block.count(b"\r\n") - across
        last = block[-4:]
        if decoder is not None:
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                decoder, clean = None, False
    if decoder is not None:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            clean = False
    packed = next((kind for magic, kind in _PACKED.items() if first.startswith(magic)), "")
    if packed:
        return Granule(name, digest.hexdigest(), problem=f"this is a {packed} file; unpack it to text first")
    if shown := _picture(first):
        return Granule(name, digest.hexdigest(), problem=f"this is a {shown}, whatever its name says; it has no text")
    wide = encoding.startswith("utf-16")
    if not clean and not wide:
        encoding, doubt = _code_page(path, name)
    elif doubt:
        doubt = f"{name}: {doubt}"
    return Granule(
        name,
        digest.hexdigest(),
        encoding=encoding,
        clean=clean,
        nul=nul,
        plain=clean and not nul and not returns and encoding == "utf-8-sig",
        ended=last.rstrip(b"\0").endswith((b"\n", b"\r")) if wide else last.endswith((b"\n", b"\r")),
        doubt=doubt,
    )


def _picture(first: bytes) -> str:
    """Name the kind of picture, sound or film that a file begins as; empty where it may be text.

    >>> _picture(b"RIFF\\x24\\x10\\0\\0WEBPVP8 "), _picture(b"\\0\\0\\0\\x1cftypavif"), _picture(b"MM 18 March")
    ('WebP picture', 'picture or film', '')
    """
    if first[:4] == b"RIFF" and first[8:12] in (b"WEBP", b"WAVE", b"AVI "):
        return {b"WEBP": "WebP picture", b"WAVE": "sound"}.get(first[8:12], "film")
    if first[4:8] == b"ftyp":
        return "picture or film"
    return next((kind for magic, kind in _SEEN_OR_HEARD.items() if first.startswith(magic)), "")


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


def _marked(first: bytes) -> tuple[str, str]:
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", ""
    if len(first) >= 16 and not first.startswith(codecs.BOM_UTF8):
        even, odd = first[0::2].count(0) / len(first), first[1::2].count(0) / len(first)
        if odd > 0.4 and even < 0.05:
            return "utf-16-le", "no byte-order mark, but every other byte is zero: read as UTF-16 (little-endian)"
        if even > 0.4 and odd < 0.05:
            return "utf-16-be", "no byte-order mark, but every other byte is zero: read as UTF-16 (big-endian)"
    return "utf-8-sig", ""


def _code_page(path: Path, name: str) -> tuple[str, str]:
    fit = broken = side_by_side = high = 0
    with path.open("rb") as file:
        while line := file.readline(_BLOCK):
            if line.isascii():
                continue
            try:
                line.decode("utf-8")
                fit += 1
            except UnicodeDecodeError:
                broken += 1
                letters = [byte >= 0xC0 for byte in line]
                high += sum(letters)
                side_by_side += sum(a and b for a, b in pairwise(letters))
    if fit > broken:
        lines = f"{broken} of {fit + broken} lines beyond ASCII"
        return "utf-8-sig", f"{name}: {lines} are not UTF-8; their rows are kept out"
    if high and side_by_side > 0.5 * high:
        page, why = "cp1251", "its high bytes stand side by side as in Cyrillic words"
    else:
        page, why = "cp1252", "its high bytes stand alone as accents do"
    return page, f"{name}: not UTF-8; read as Windows {page}, because {why}"
