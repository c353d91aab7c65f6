"""One parser per process, each on one core: how many texts are read at once without the processes in each other's way.

Why: a library of linear algebra starts a thread per core in every process, and the processes then wait for one another.
With one thread each the plain library is also faster on the parser's small matrices than the one that it ships with;
the parses are the same.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager

from ceasefire.text.attribution.parse import parser

_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Let processes that are started meanwhile use one thread each; what the user has set stays.

    >>> with one_thread_each():
    ...     bool(os.environ["OPENBLAS_NUM_THREADS"])
    True
    """
    added = [name for name in _THREADS if name not in os.environ]
    os.environ.update(dict.fromkeys(added, "1"))
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)


def parse_alone() -> None:
    """Load the parser of a process that was started with one thread; what it holds is never searched for garbage."""
    from thinc.api import NumpyOps, set_current_ops

    set_current_ops(NumpyOps(use_blis=False))
    parser()
    gc.freeze()
