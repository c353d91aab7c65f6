"""How many threads a computation may use: as many as there are processors, one where tiles already keep them busy."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_LIMIT: ContextVar[int | None] = ContextVar("threads", default=None)


def allowed(threads: int | None = None) -> int:
    """Give the number of threads to use.

    Parameters
    ----------
    threads
        What the caller asks; else the limit of `limited`, else `NUMBA_NUM_THREADS` of the environment, else the
        processors that this process may use.

    Raises
    ------
    ValueError
        Fewer than one thread.

    >>> allowed(3)
    3
    """
    if threads is None:
        threads = _LIMIT.get()
    if threads is None:
        stated = os.environ.get("NUMBA_NUM_THREADS", "")
        threads = int(stated) if stated.isdigit() and int(stated) else processors()
    if threads < 1:
        raise ValueError(f"at least one thread is needed, not {threads}")
    return threads


def processors() -> int:
    """Give the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def limited(threads: int) -> Iterator[None]:
    """Let computations inside the block use at most so many threads, unless they ask for a number themselves.

    >>> with limited(1):
    ...     allowed()
    1
    """
    token = _LIMIT.set(threads)
    try:
        yield
    finally:
        _LIMIT.reset(token)
