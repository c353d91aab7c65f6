"""How a result came out of pixels: what was read, with which hashes, by which method and parameters, as one text.

Why a text: its hash is the evidence of the observation, the text itself is kept with it (and never published), so any
finding can be traced back to the hashed bytes it was made from and made again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256

FORMAT = 1
"""Version of the text."""


@dataclass(frozen=True, kw_only=True)
class Processing:
    """One method's run over some granules.

    >>> done = Processing(method="burn", code="0.1.0", inputs=(("S2_A", "ab" * 32),), parameters=(("radius_m", "500"),))
    >>> Processing.read(done.text()) == done
    True
    >>> done.digest()[:12]
    '12b06cdecbe0'
    """

    method: str
    """Name of the detector, e.g. `burn`."""
    code: str
    """Version of Ceasefire."""
    inputs: tuple[tuple[str, str], ...]
    """Granule id and SHA-256 of its bytes (of the window as read, where only that was read), earliest first."""
    parameters: tuple[tuple[str, str], ...] = ()
    """Name and value of every setting; no places."""
    window: tuple[str, ...] = ()
    """Projection, west, south, east and north of the pixels used; kept as evidence, never printed."""

    def text(self) -> str:
        """Give the record as JSON: the same record gives the same bytes."""
        return json.dumps(
            {
                "format": FORMAT,
                "method": self.method,
                "code": self.code,
                "inputs": [list(i) for i in self.inputs],
                "parameters": dict(self.parameters),
                "window": list(self.window),
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )

    def digest(self) -> str:
        """Give the SHA-256 of the text, which is the observation's evidence."""
        return sha256(self.text().encode()).hexdigest()

    @classmethod
    def read(cls, text: str) -> Processing:
        """Read a record back.

        Raises
        ------
        ValueError
            The text is no record of processing.
        """
        try:
            given = json.loads(text)
            if given["format"] != FORMAT:
                raise ValueError(f"a record of processing of format {given['format']!r}, not {FORMAT}")
            return cls(
                method=given["method"],
                code=given["code"],
                inputs=tuple((str(i), str(h)) for i, h in given["inputs"]),
                parameters=tuple((str(k), str(v)) for k, v in given["parameters"].items()),
                window=tuple(map(str, given["window"])),
            )
        except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
            raise ValueError(f"not a record of processing: {error}") from None
