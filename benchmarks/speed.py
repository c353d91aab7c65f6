"""Speed and size: 10^4 to 10^6 simulated observations through observe, fuse, assess; and the full case with its report.

The baseline of each number is the bound that the project set itself: 10^6 observations in 60 s and 4 GB, a cost per
observation that stays flat, the full case in 10 s and 1 GB. Run: make bench NAME=speed
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import apart

CEASEFIRE = (sys.executable, "-m", "ceasefire")
SIZES = (10_000, 100_000, 1_000_000)
BOUND_S, BOUND_GB = 60.0, 4.0
FULL = Path(__file__).resolve().parents[1] / "examples" / "energy-2025" / "full.yml"
FULL_S, FULL_GB = 10.0, 1.0


def main() -> None:
    """Print the table, then one line of JSON.

    Worlds are written by processes of their own and the full case runs first: a process inherits the peak memory of
    the one that starts it.
    """
    full = full_case()
    rows = []
    print(
        f"{'observations':>12} {'incidents':>10} {'observe':>8} {'fuse':>8} {'assess':>8} {'total s':>8} "
        f"{'us each':>8} {'peak GB':>8}"
    )
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            case = Path(folder) / str(size)
            subprocess.run(
                [*CEASEFIRE, "simulate", str(case), "--observations", str(size)], check=True, stdout=subprocess.DEVNULL
            )
            row = apart("benchmarks.stages", str(case / "case.yml"))
            row["us_each"] = round(row["total_s"] / row["observations"] * 1e6, 1)
            rows.append(row)
            print(
                f"{row['observations']:>12,} {row['incidents']:>10,} {row['observe_s']:>8} {row['fuse_s']:>8} "
                f"{row['assess_s']:>8} {row['total_s']:>8} {row['us_each']:>8} {row['peak_gb']:>8}"
            )
    last, first = rows[-1], rows[0]
    print(
        f"bound for 10^6: {BOUND_S:g} s and {BOUND_GB:g} GB; ours / bound: "
        f"{last['total_s'] / BOUND_S:.2f} and {last['peak_gb'] / BOUND_GB:.2f}"
    )
    print(f"cost per observation, 10^6 over 10^4: {last['us_each'] / first['us_each']:.2f} (flat is 1)")
    result = {"benchmark": "speed", "rows": rows, "bound_s": BOUND_S, "bound_gb": BOUND_GB, "full": full}
    print(json.dumps(result))


def full_case() -> dict[str, float | str]:
    """Run the full case with its report, as a user would, and measure the whole process.

    A user's Python keeps compiled modules, which an environment for development may forbid: they are kept in a folder
    of their own, filled by a first run that is not measured.
    """
    with tempfile.TemporaryDirectory() as kept:
        settings = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        settings["PYTHONPYCACHEPREFIX"] = kept
        command, nowhere = [*CEASEFIRE, "run", "--quiet", str(FULL)], subprocess.DEVNULL
        subprocess.Popen(command, stdout=nowhere, stderr=nowhere, env=settings).wait()
        begin = time.perf_counter()
        process = subprocess.Popen(command, stdout=nowhere, stderr=nowhere, env=settings)
        _, status, usage = os.wait4(process.pid, 0)
        seconds, gb = time.perf_counter() - begin, usage.ru_maxrss * 1024 / 1e9
    cpu = usage.ru_utime + usage.ru_stime
    if status:
        print("full case: not measured (its data are not here, or it failed)")
        return {"skipped": "the full case did not run: is CEASEFIRE_DATA set?"}
    print(
        f"full case with report: {seconds:.1f} s ({cpu:.1f} s of CPU), {gb:.2f} GB; "
        f"bound {FULL_S:g} s, {FULL_GB:g} GB; ours / bound {seconds / FULL_S:.2f} and {gb / FULL_GB:.2f}"
    )
    return {
        "seconds": round(seconds, 2),
        "cpu_s": round(cpu, 2),
        "gb": round(gb, 2),
        "bound_s": FULL_S,
        "bound_gb": FULL_GB,
    }


if __name__ == "__main__":
    main()
