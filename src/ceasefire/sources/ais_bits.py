"""AIS payloads as columns of six bits: fields of many messages cut out at once.

A payload is text, one character for six bits (IEC 61162-1, "armour"). Here the characters of equal places stand side by
side, so that a field of a hundred thousand messages is a few shifts of whole columns, and no message is an object.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

NONE = np.uint8(255)
"""What a character that armour does not know decodes to."""


def _armour() -> Array:
    table = np.full(256, NONE, dtype=np.uint8)
    codes = np.arange(64)
    table[np.where(codes < 40, codes + 48, codes + 56)] = codes
    return table


ARMOUR = _armour()
"""Character to its six bits; `NONE` where armour has no such character."""
LETTERS = np.frombuffer(b"@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_ !\"#$%&'()*+,-./0123456789:;<=>?", dtype=np.uint8)
"""The letters of six-bit text, ITU-R M.1371 table 47."""


def unarmoured(characters: Array) -> Array:
    """Give the six bits of characters, above 63 where armour has no such character; uint8 of the same shape.

    >>> unarmoured(np.frombuffer(b"0W`wX", dtype=np.uint8)).tolist()[:4]
    [0, 39, 40, 63]
    """
    six = characters - np.uint8(48)
    lower = six > 47
    six -= lower.view(np.uint8) << np.uint8(3)
    between = (six > 39) & ~lower
    if between.any():
        six[between] = NONE
    return six


class Bits:
    """Payloads of one length, by columns of six bits.

    Parameters
    ----------
    pool
        Bytes that hold the payloads, shape (bytes,).
    at
        Where each payload begins, shape (n,); `at + characters` lies inside the pool.
    characters
        Characters that are looked at.

    Examples
    --------
    >>> line = np.frombuffer(b"15RTgt0PAso;90TKcjM8h6g208CQ", dtype=np.uint8)
    >>> bits = Bits(line, np.array([0]), 28)
    >>> bits.unsigned(8, 30).tolist(), bits.signed(61, 28).tolist(), bits.known.tolist()
    ([371798000], [-74037230], [True])
    """

    def __init__(self, pool: Array, at: Array, characters: int) -> None:
        rows = np.lib.stride_tricks.sliding_window_view(pool, characters)[at]
        six = unarmoured(rows)
        self.rows = six
        self.columns = np.ascontiguousarray(six.T)
        self.known = np.bitwise_or.reduce(self.columns, axis=0) < 64
        if not self.known.all():
            self.columns &= np.uint8(63)

    def __len__(self) -> int:
        return len(self.known)

    def unsigned(self, first: int, width: int) -> Array:
        """Cut an unsigned field of at most 30 bits; int32 of shape (n,).

        Parameters
        ----------
        first, width
            First bit, counted from 0, and number of bits.
        """
        begin, end = first // 6, (first + width - 1) // 6
        value = self.columns[begin].astype(np.int64 if end - begin > 4 else np.int32)
        value &= (1 << (6 - first % 6)) - 1
        for k in range(begin + 1, end + 1):
            value <<= 6
            value |= self.columns[k]
        value >>= 5 - (first + width - 1) % 6
        return np.asarray(value.astype(np.int32, copy=False))

    def signed(self, first: int, width: int) -> Array:
        """Cut a field in two's complement; int32 of shape (n,)."""
        value = self.unsigned(first, width)
        return np.where(value >> (width - 1), value - (1 << width), value).astype(np.int32, copy=False)

    def flag(self, at: int) -> Array:
        """Cut one bit; bool of shape (n,)."""
        return np.asarray((self.columns[at // 6] >> np.uint8(5 - at % 6) & np.uint8(1)).astype(bool))

    def text(self, first: int, letters: int) -> Array:
        """Cut six-bit text; objects of shape (n,), ended by the first `@`, blanks at the end removed.

        >>> line = np.frombuffer(b"H42O55i18tMET00000000000000", dtype=np.uint8)
        >>> Bits(line, np.array([0]), 27).text(40, 20).tolist()
        ['PROGUY']
        """
        codes = np.zeros((len(self), letters), dtype=np.uint8)
        for k in range(letters):
            codes[:, k] = self.unsigned(first + 6 * k, 6)
        return texts(codes)

    def digest(self, characters: int) -> Array:
        """Give 64 bits that tell messages apart, the repeat indicator left out; uint64 of shape (n,).

        Why without it: a repeater raises it and sends the same message again.
        """
        value = np.zeros(len(self), dtype=np.uint64)
        if characters % 4 == 0 and characters == self.rows.shape[1]:
            words = self.rows.copy()
            words[:, 1] &= np.uint8(0x0F)
            four = words.view("<u4").T.astype(np.uint64)
            for k in range(0, len(four), 2):
                word = four[k] << np.uint64(32) | four[k + 1] if k + 1 < len(four) else four[k]
                value = mixed(value ^ word)
            return value
        for begin in range(0, characters, 10):
            word = np.zeros(len(self), dtype=np.uint64)
            for k in range(begin, min(begin + 10, characters)):
                column = self.columns[k] & np.uint8(0x0F) if k == 1 else self.columns[k]
                word <<= np.uint64(6)
                word |= column
            value = mixed(value ^ word)
        return value


def mixed(value: Array) -> Array:
    """Spread the bits of 64-bit numbers (the finaliser of SplitMix64, Steele et al. 2014); uint64 of the same shape."""
    value = value + np.uint64(0x9E3779B97F4A7C15)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(value ^ (value >> np.uint64(31)))


def texts(codes: Array) -> Array:
    """Turn six-bit codes into texts; objects of shape (n,).

    Parameters
    ----------
    codes
        Codes 0 to 63, shape (n, letters).

    Examples
    --------
    >>> texts(np.array([[3, 1, 20, 32, 0, 1]], dtype=np.uint8)).tolist()
    ['CAT']
    """
    n, letters = codes.shape
    out = np.empty(n, dtype=object)
    if not n or not letters:
        out[:] = ""
        return out
    over = np.maximum.accumulate(codes == 0, axis=1)
    shown = np.where(over, np.uint8(32), LETTERS[codes]).astype(np.uint8)
    whole = shown.tobytes().decode("ascii")
    out[:] = [whole[k : k + letters].rstrip() for k in range(0, n * letters, letters)]
    return out
