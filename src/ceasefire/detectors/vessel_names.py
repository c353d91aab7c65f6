"""Whether two names of ships are one name, spelt or received with errors.

Why: a name is typed in by hand and sent as 6-bit letters. A letter lost, doubled or swapped is no other ship.

Source: F. J. Damerau, Communications of the ACM 7 (1964) 171-176: four in five misspellings are one letter wrong,
missing, too many, or two swapped.
"""

from __future__ import annotations

LIKE = 0.3
"""Share of letters that may differ."""


def alike(one: str, other: str) -> bool:
    """Tell whether two names differ by no more than spelling; a name that begins the other is it, cut off.

    >>> alike("SIM AMBER", "SIM AMBRE"), alike("SIM AMBER", "SIM  AMBER@"), alike("SIM AMBER", "SIM CORAL")
    (True, True, False)
    >>> alike("MARLIN 7", "MARLIN 8")
    False
    """
    a, b = (_plain(v) for v in (one, other))
    if not a or not b or a == b:
        return True
    if _digits(a) != _digits(b) and _digits(a) and _digits(b):
        return False  # ships of one owner differ by their number
    if min(len(a), len(b)) >= 5 and (a.startswith(b) or b.startswith(a)):
        return True
    return edits(a, b) <= max(1, int(LIKE * min(len(a), len(b))))


def edits(one: str, other: str) -> int:
    """Count the letters wrong, missing or too many, and neighbours swapped, that make one text the other.

    >>> edits("AMBER", "AMBRE"), edits("AMBER", "UMBER"), edits("", "AB")
    (1, 1, 2)
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, x in enumerate(one, 1):
        last, before, row = before, row, [i]
        for j, y in enumerate(other, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == other[j - 2] and one[i - 2] == y:
                best = min(best, last[j - 2] + 1)
            row.append(best)
    return row[-1]


def _plain(name: str) -> str:
    return "".join(c for c in name.upper() if c.isalnum())


def _digits(name: str) -> str:
    return "".join(c for c in name if c.isdigit())
