"""Run a piece of work in a process of its own and give its time and peak memory."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any


def apart(module: str, *arguments: str) -> dict[str, Any]:
    """Run `python -m module arguments` and read the JSON object of its last line."""
    done = subprocess.run([sys.executable, "-m", module, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{module} {' '.join(arguments)} failed:\n{done.stderr}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """Give the result of some work and its wall time in seconds."""
    begin = time.perf_counter()
    result = work()
    return result, time.perf_counter() - begin


def peak_gb() -> float:
    """Give this process's peak resident memory so far, GB (10^9 bytes)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
