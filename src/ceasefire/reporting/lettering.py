"""Letters on pictures: capitals and digits of 5 by 7 dots, enough for a date, a length and N for north.

Why not a library: drawing text would be the only use of an imaging dependency.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ROWS, COLUMNS = 7, 5
_DOTS = {
    "A": "7e1111117e", "B": "7f49494936", "C": "3e41414122", "D": "7f4141221c", "E": "7f49494941",
    "F": "7f09090901", "G": "3e4149497a", "H": "7f0808087f", "I": "00417f4100", "J": "2040413f01",
    "K": "7f08142241", "L": "7f40404040", "M": "7f020c027f", "N": "7f0408107f", "O": "3e4141413e",
    "P": "7f09090906", "Q": "3e4151215e", "R": "7f09192946", "S": "4649494931", "T": "01017f0101",
    "U": "3f4040403f", "V": "1f2040201f", "W": "3f4038403f", "X": "6314081463", "Y": "0708700807",
    "Z": "6151494543", "0": "3e5149453e", "1": "00427f4000", "2": "4261514946", "3": "2141454b31",
    "4": "1814127f10", "5": "2745454539", "6": "3c4a494930", "7": "0171090503", "8": "3649494936",
    "9": "064949291e", "-": "0808080808", "+": "08083e0808", ".": "0060600000", " ": "0000000000",
}  # fmt: skip
"""Columns of dots, from left to right; the lowest bit is the upper row."""


def lettered(text: str, scale: int = 1) -> NDArray[np.bool_]:
    """Give the dots of a text in capitals; what has no letter here is left blank.

    Parameters
    ----------
    text
        Text.
    scale
        Pixels for a dot.

    Returns
    -------
    Where there is ink, shape (7 scale, 6 scale len(text)).

    >>> for row in lettered("1"):
    ...     print("".join(" #"[int(v)] for v in row))
      #
     ##
      #
      #
      #
      #
     ###
    """
    out = np.zeros((ROWS, (COLUMNS + 1) * len(text)), dtype=bool)
    for i, letter in enumerate(text.upper()):
        columns = np.frombuffer(bytes.fromhex(_DOTS.get(letter, _DOTS[" "])), dtype=np.uint8)
        out[:, i * (COLUMNS + 1) : i * (COLUMNS + 1) + COLUMNS] = columns[None, :] >> np.arange(ROWS)[:, None] & 1
    return np.kron(out, np.ones((scale, scale), dtype=bool))
