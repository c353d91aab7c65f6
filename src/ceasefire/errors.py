"""Errors and doubts: what stops a run, what is only worth knowing, and a switch that makes the second the first.

An error names what is wrong, where, and what would be right. A doubt (a warning) is something a careful
reader would want to know but that does not stop the work: an assumed precision, a source with no coverage.
``strict()`` turns every doubt into an error, which is what a verification mission wants before it signs.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


class CeasefireError(Exception):
    """Base of every error that Ceasefire raises on purpose."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong in one file, at one place, with what would be right."""

    file: str
    line: int
    """1-based line; 0 where the whole file is meant."""
    column: int
    """1-based column; 0 where the whole line is meant."""
    wrong: str
    right: str = ""
    severity: str = "error"
    """`error`, `warning` or `note`; a file with an error is not read."""

    def __str__(self) -> str:
        where = self.file + (f":{self.line}" if self.line else "") + (f":{self.column}" if self.column else "")
        return f"{where}: {self.wrong}" + (f" ({self.right})" if self.right else "")


class InvalidFile(CeasefireError):
    """A file that people write (an agreement, a case) does not say what it must; all problems at once.

    >>> print(InvalidFile([Problem("a.yml", 3, 5, "unknown party 'rusia'", "did you mean 'russia'?")]))
    1 problem
    a.yml:3:5: unknown party 'rusia' (did you mean 'russia'?)
    """

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        noun = "problem" if len(problems) == 1 else "problems"
        super().__init__(f"{len(problems)} {noun}\n" + "\n".join(str(p) for p in problems))


class SourceError(CeasefireError):
    """A source file cannot be read at all; rows that cannot be used are quarantined instead."""


class FetchError(CeasefireError):
    """A service did not give what was asked of it."""


class MissingExtra(CeasefireError):
    """An optional dependency is needed for this; the message names the extra to install."""


class Doubt(UserWarning):
    """Base of every warning: something a careful reader would want to know."""


class NoCoverage(Doubt):
    """A channel that the case expects gave no data, so nothing it might have seen was looked for."""


class NoBaseline(Doubt):
    """A detector has no earlier years to compare with, or only some, so what it saw is weighed by a stated ratio."""


class AssumedPrecision(Doubt):
    """A precision that the source does not state was assumed."""


class AssumedUnits(Doubt):
    """Units that a raster does not state were assumed."""


class Regridded(Doubt):
    """Rasters lay on another grid than the one asked for and were resampled onto it."""


class UnverifiedSource(Doubt):
    """A source's file does not agree with its own text or its recorded hash."""


@contextmanager
def strict() -> Iterator[None]:
    """Turn every doubt raised inside the block into an error.

    >>> import warnings
    >>> with strict():
    ...     warnings.warn(NoCoverage("satellite: no file"))
    Traceback (most recent call last):
    ...
    ceasefire.errors.NoCoverage: satellite: no file
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error", Doubt)
        yield
