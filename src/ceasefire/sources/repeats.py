"""Which ids were met before, in this file or an earlier one, and whether the rows were the same.

Why: a table handed on by several people holds rows twice. Equal rows are duplicates and cost nothing; different
rows under one id are a mistake that nobody may decide silently.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ceasefire.sources.columns import Mask


class Repeats:
    """Remembers ids over many blocks, at about 200 bytes an id.

    Examples
    --------
    >>> seen = Repeats()
    >>> _ = seen.check("a.csv", ["f1"], np.array([7]), np.array([2]))
    >>> again, reason = seen.check("b.csv", ["f1", "f1"], np.array([7, 8]), np.array([2, 3]))
    >>> again.tolist(), reason.tolist()
    ([True, False], ['', "id 'f1' is used twice with different content; first in a.csv, line 2"])
    """

    def __init__(self) -> None:
        self._first: dict[str, int] = {}
        self._content, self._line = array("q"), array("q")
        self._begin: list[int] = []
        self._granule: list[str] = []

    def check(
        self, granule: str, ids: Sequence[str], content: NDArray[np.int64], line: NDArray[np.int64]
    ) -> tuple[Mask, NDArray[np.object_]]:
        """Take the ids of some rows; say which rows repeat an earlier one and which contradict it.

        Parameters
        ----------
        granule
            The file's name.
        ids
            Ids, length n.
        content, line
            Hash of each row's text, and its line, shape (n,).

        Returns
        -------
        Mask of repeated rows and reasons of contradicting ones ('' for the others), shape (n,).
        """
        n, base = len(ids), len(self._content)
        self._begin.append(base)
        self._granule.append(granule)
        self._content.frombytes(content.astype(np.int64).tobytes())
        self._line.frombytes(line.astype(np.int64).tobytes())
        repeated, reason = np.zeros(n, dtype=bool), np.full(n, "", dtype=object)
        if len(set(ids)) == n and self._first.keys().isdisjoint(ids):
            self._first.update(zip(ids, range(base, base + n), strict=True))
            return repeated, reason
        for i, one in enumerate(ids):
            first = self._first.setdefault(one, base + i)
            if first == base + i:
                continue
            if self._content[first] == content[i]:
                repeated[i] = True
            else:
                where = f"{self._granule[bisect_right(self._begin, first) - 1]}, line {self._line[first]}"
                reason[i] = f"id {one[:60]!r} is used twice with different content; first in {where}"
        return repeated, reason
