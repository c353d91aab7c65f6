"""Tables of AIS positions (CSV of the usual providers) to the same columns as logs of sentences.

A table's rows are decoded already, by someone else, with units as in ITU-R M.1371 (knots, degrees); what the table does
not say (the second, the station) is unknown. Each physical line is a row, so a lost quotation mark costs one row.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from numpy.typing import NDArray

from ceasefire.sources.ais_clock import NAT, YEARS, in_utc
from ceasefire.sources.ais_columns import NEEDED, NULLS, named
from ceasefire.sources.columns import numbers

Array = NDArray[Any]

DELIMITERS = ",;\t|"
WIDTH = "number of fields is not that of the header"
NOT_UTF8 = "not UTF-8"
_FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y.%m.%d %H:%M:%S",
    "%d.%m.%Y %H:%M:%S",
    "%Y%m%d_%H%M%S",
    "%Y%m%d%H%M%S",
    "%Y-%m-%d %H:%M",
    "%d.%m.%Y %H:%M",
)
_SLASHED = {"day": ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M"), "month": ("%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M")}
_PARTS = r"^\s*(?P<t>.*?\d)(?P<f>[.,]\d{1,9})?\s*(?P<z>Z|UTC|GMT|[+-]\d\d:?\d\d)?\s*$"


@dataclass(frozen=True)
class Header:
    """What the first line of a table says."""

    names: tuple[str, ...]
    """Names as they stand."""
    delimiter: str
    """What stands between fields."""
    at: dict[str, int]
    """Our names of columns to their positions."""
    problem: str = ""
    """Why this is no table of positions; empty where it is one."""
    slashes: str = ""
    """`day` or `month`: what comes first in dates with slashes; empty where nothing tells."""
    lines: int = 1
    """Physical lines up to and with the header."""
    tenths: bool = False
    """Draughts are in tenths of a metre, as messages have them."""


@dataclass
class Rows:
    """Rows of one block, as texts by our names of columns."""

    columns: dict[str, pa.Array]
    line: Array
    """1-based line of each row."""
    raw: list[bytes]
    """The block's physical lines."""
    first: int
    """Number of the first of them."""
    wrong: list[tuple[int, str]] = field(default_factory=list)
    """Lines that could not be split, and why."""

    def __len__(self) -> int:
        return len(self.line)

    def text(self, line: int) -> bytes:
        """Give a physical line."""
        return self.raw[line - self.first][:500]

    def texts(self, at: Sequence[int] | Array) -> Callable[[int], bytes]:
        """Give a function that gives the k-th of some lines."""
        return lambda k: self.text(int(at[k]))


def header(first: bytes, columns: Mapping[str, Any], options: Mapping[str, Any]) -> Header:
    """Find the header of a table by its columns.

    Parameters
    ----------
    first
        The file's first bytes.
    columns
        Our names of columns to the table's, where they are not a known provider's.
    options
        `delimiter`, and `dates` (`day` or `month`): what comes first in dates with slashes.

    Examples
    --------
    >>> header(b"mmsi;lat;lon;date_time_utc\\n", {}, {}).delimiter
    ';'
    """
    from ceasefire.sources.ais_files import NEITHER

    text = first.removeprefix(b"\xef\xbb\xbf")
    lines, line = 0, b""
    for line in text.split(b"\n", 50)[:50]:
        lines += 1
        if line.strip():
            break
    words = line.strip(b"\r").decode("utf-8", "replace")
    given = options.get("delimiter")
    best = Header((), ",", {}, NEITHER)
    for delimiter in str(given) if given else DELIMITERS:
        if delimiter not in words or len(words) > 100_000:
            continue
        try:
            names = [name.strip() for name in next(csv.reader([words], delimiter=delimiter), [])]
        except csv.Error:
            continue
        at = named(names, columns)
        if len(at) > len(best.at):
            slashes = str(options.get("dates") or ("day" if names[0] == "# Timestamp" else ""))
            raw = {"Message_ID", "Communication_state"} <= set(names)
            best = Header(tuple(names), delimiter, at, "", slashes, lines, tenths=raw)
    missing = [name for name in NEEDED if name not in best.at]
    if missing and len(missing) < len(NEEDED) - 1:
        shown = ", ".join(best.names)[:200]
        problem = f"a table without a column for {', '.join(missing)}; name it by the option `columns`; it has: {shown}"
        return Header(best.names, best.delimiter, best.at, problem)
    if missing:
        return Header(best.names, best.delimiter, best.at, NEITHER)
    return best


def rows(block: bytes, first_line: int, head: Header) -> Rows:
    """Split a block of whole lines into columns of texts; blank lines are no rows.

    Parameters
    ----------
    block
        Bytes of whole lines.
    first_line
        Number of the first one.
    head
        The table's header; its own line is left out.
    """
    raw = block.split(b"\n")
    if not raw[-1]:
        raw.pop()
    skip = max(head.lines - first_line + 1, 0)
    body = raw[skip:]
    start = first_line + skip
    found = _at_once(body, head) or _one_by_one(body, head)
    texts, kept, wrong = found
    return Rows(texts, start + kept, raw, first_line, [(start + k, reason) for k, reason in wrong])


def _at_once(body: list[bytes], head: Header) -> tuple[dict[str, pa.Array], Array, list[tuple[int, str]]] | None:
    wrong: list[tuple[int, str]] = []

    def skipped(row: pa_csv.InvalidRow) -> str:
        wrong.append((row.number - 1, WIDTH))
        return "skip"

    keys = [str(k) for k in range(len(head.names))]
    data = b"\n".join(body) + b"\n"
    if not body or b"\r" in data.replace(b"\r\n", b"") or b"\0" in data:
        return None
    try:
        data.decode("utf-8")
        table = pa_csv.read_csv(
            pa.BufferReader(data),
            read_options=pa_csv.ReadOptions(column_names=keys, use_threads=False, block_size=len(data) + 1),
            parse_options=pa_csv.ParseOptions(
                delimiter=head.delimiter, ignore_empty_lines=False, invalid_row_handler=skipped
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(keys, pa.string()),
                include_columns=[str(k) for k in sorted(set(head.at.values()))],
                strings_can_be_null=False,
            ),
        )
    except (pa.ArrowInvalid, pa.ArrowKeyError, UnicodeDecodeError):
        return None
    if table.num_rows + len(wrong) != len(body):
        return None
    bad = np.array([k for k, _ in wrong], dtype=np.int64)
    at = np.delete(np.arange(len(body)), bad)
    blank = np.array([k for k, line in enumerate(body) if not line.strip()], dtype=np.int64)
    columns = {ours: _plain(table.column(str(k)).combine_chunks()) for ours, k in head.at.items()}
    if len(blank):
        full = ~np.isin(at, blank)
        columns = {name: column.filter(pa.array(full)) for name, column in columns.items()}
        at = at[full]
        wrong = [(k, why) for k, why in wrong if k not in set(blank.tolist())]
    return columns, at, wrong


def _one_by_one(body: list[bytes], head: Header) -> tuple[dict[str, pa.Array], Array, list[tuple[int, str]]]:
    wrong: list[tuple[int, str]] = []
    kept: list[int] = []
    fields: list[list[str]] = []
    for k, line in enumerate(body):
        if not line.strip():
            continue
        try:
            text = line.rstrip(b"\r").decode("utf-8")
            row = next(csv.reader([text], delimiter=head.delimiter), [])
        except UnicodeDecodeError:
            wrong.append((k, NOT_UTF8))
            continue
        except csv.Error as error:
            wrong.append((k, f"not a row: {error}"))
            continue
        if len(row) != len(head.names):
            wrong.append((k, WIDTH))
            continue
        kept.append(k)
        fields.append(row)
    columns = {ours: _plain(pa.array([row[k] for row in fields], type=pa.string())) for ours, k in head.at.items()}
    return columns, np.array(kept, dtype=np.int64), wrong


def _plain(column: pa.Array) -> pa.Array:
    """Give texts without blanks at the ends; those that say "unknown" are empty."""
    text = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.is_in(pc.utf8_lower(text), pa.array(NULLS)), "", text)


def decimal(column: pa.Array, head: Header) -> tuple[Array, Array]:
    """Read numbers, with a decimal comma where the comma does not stand between fields; NaN and a mask of what is none.

    >>> values, bad = decimal(pa.array(["54,25", "7.5", ""]), Header((), ";", {}))
    >>> values.tolist(), bad.tolist()
    ([54.25, 7.5, nan], [False, False, False])
    """
    return numbers(pc.replace_substring(column, ",", ".") if head.delimiter != "," else column)


def coded(column: pa.Array, words: Mapping[str, int], none: int, top: int) -> Array:
    """Read codes that stand as numbers or as words; int64 of shape (n,), `none` where neither or above `top`.

    >>> coded(pa.array(["5", "Moored", "at sea"]), {"moored": 5}, 15, 15).tolist()
    [5, 5, 15]
    """
    encoded = column.dictionary_encode()
    table = np.full(len(encoded.dictionary) + 1, none, dtype=np.int64)
    for k, text in enumerate(encoded.dictionary.to_pylist()):
        word = text.lower()
        if word in words:
            table[k] = words[word]
        else:
            value = numbers([text])[0][0]
            table[k] = int(value) if 0 <= value <= top else none
    return np.asarray(table[encoded.indices.to_numpy()])


def instants(column: pa.Array, head: Header, zone: str) -> Array:
    """Read times in the forms that tables have; ms since 1970 in UTC, `NAT` where there is none.

    Parameters
    ----------
    column
        Texts: ISO 8601, with dots, `20210701_185151`, seconds or milliseconds since 1970; with slashes only where the
        header tells whether the day or the month comes first.
    head
        The table's header.
    zone
        IANA zone of times without an offset.

    Examples
    --------
    >>> texts = pa.array(["2021-07-01T18:51:51.5Z", "20210701_185151", "1625165511", "01/07/2021 18:51:51"])
    >>> instants(texts, Header((), ",", {}), "UTC").tolist() == [1625165511500, 1625165511000, 1625165511000, NAT]
    True
    """
    n = len(column)
    out = np.full(n, NAT, dtype=np.int64)
    if not n:
        return out
    value, bad = numbers(column)
    with np.errstate(invalid="ignore"):
        scale = np.select([value >= 1e17, value >= 1e14, value >= 1e11], [1e-6, 1e-3, 1.0], 1000.0)
        value = np.where(value < 1e8, np.nan, value) * scale
        epoch = ~bad & (value >= YEARS[0]) & (value < YEARS[1])
    out[epoch] = np.round(value[epoch]).astype(np.int64)
    rest = np.flatnonzero(out == NAT)
    if not len(rest):
        return out
    part = pc.extract_regex(column.take(pa.array(rest)), _PARTS)
    text = pc.replace_substring(pc.fill_null(pc.struct_field(part, "t"), ""), "T", " ")
    fraction, offset = (pc.fill_null(pc.struct_field(part, k), "") for k in "fz")
    local = np.full(len(rest), NAT, dtype=np.int64)
    for form in (*_FORMATS, *_SLASHED.get(head.slashes, ())):
        left = np.flatnonzero(local == NAT)
        if not len(left):
            break
        parsed = pc.strptime(text.take(pa.array(left)), format=form, unit="s", error_is_null=True)
        seconds = np.asarray(pc.fill_null(parsed.cast(pa.int64()), np.iinfo(np.int64).min).to_numpy())
        back = pc.equal(pc.strftime(parsed, format=form), text.take(pa.array(left)))
        good = pc.fill_null(back, False).to_numpy(zero_copy_only=False)
        local[left[good]] = seconds[good] * 1000
    told = np.flatnonzero(local != NAT)
    thousandths = pc.utf8_slice_codeunits(pc.utf8_rpad(pc.utf8_slice_codeunits(fraction, 1), 3, "0"), 0, 3)
    local[told] += thousandths.cast(pa.int64()).to_numpy()[told]
    offsets = offset.to_pylist() if zone != "UTC" or pc.any(pc.not_equal(offset, "")).as_py() else None
    if offsets is not None:
        for k in told.tolist():
            local[k] = in_utc(int(local[k]), zone, offsets[k].encode())
    local[(local < YEARS[0]) | (local >= YEARS[1])] = NAT
    out[rest] = local
    return out


def column_or(rows: Rows, name: str, default: str = "") -> pa.Array:
    """Give a column, or a repeated text where the table has none."""
    if name in rows.columns:
        return rows.columns[name]
    return pa.array([default] * len(rows), type=pa.string())


def lines(pairs: Iterable[tuple[int, str]]) -> dict[str, Sequence[int]]:
    """Group lines by what is wrong with them."""
    grouped: dict[str, list[int]] = {}
    for line, reason in pairs:
        grouped.setdefault(reason, []).append(line)
    return dict(grouped)
