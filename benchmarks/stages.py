"""One simulated case through observe, fuse and assess, in its own process; prints one line of JSON.

Usage: python -m benchmarks.stages CASE
"""

from __future__ import annotations

import gc
import json
import sys
import time
from pathlib import Path

from benchmarks.measure import peak_gb, timed
from ceasefire.case import Case


def main(path: Path) -> None:
    """Run the three stages of a case, as `ceasefire run` does but without the report."""
    gc.set_threshold(100_000, 20, 20)  # as the command does
    case = Case.read(path)
    observed, t_observe = timed(case.observe)
    fused, t_fuse = timed(lambda: case.fuse(observed))
    findings, t_assess = timed(lambda: case.assess(observed, fused))
    print(
        json.dumps(
            {
                "observations": len(observed.observations),
                "incidents": len(fused.incidents),
                "findings": len(findings),
                "observe_s": round(t_observe, 2),
                "fuse_s": round(t_fuse, 2),
                "assess_s": round(t_assess, 2),
                "total_s": round(t_observe + t_fuse + t_assess, 2),
                "cpu_s": round(time.process_time(), 2),
                "peak_gb": round(peak_gb(), 2),
            }
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
