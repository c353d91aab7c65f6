"""Restate national minutes of air-raid alert a day from the oblast table, for the shipped example.

`CEASEFIRE_DATA=... python tools/restate_alerts.py` writes examples/energy-2025/alert-minutes.csv: the sum over the 24
regions that are not under an unbroken alert, to the whole minute. See docs/decisions/0031-effect-on-alerts.md.
"""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path

import numpy as np

from ceasefire.sources import daily_series

FIRST, LAST = date(2024, 1, 1), date(2025, 4, 20)
OUT = Path(__file__).resolve().parents[1] / "examples" / "energy-2025" / "alert-minutes.csv"


def main() -> int:
    """Write the file; give the exit code."""
    table = Path(os.environ.get("CEASEFIRE_DATA") or "") / "airraid" / "daily_oblast_metrics.csv"
    if not table.is_file():
        sys.stderr.write("set CEASEFIRE_DATA to the data folder\n")
        return 2
    daily = daily_series.read([table], source="alerts", product="alerts", since=FIRST, until=LAST).daily
    if daily.gaps():
        sys.stderr.write(f"{daily.gaps()} region-days have no row; their sum would be no sum\n")
        return 1
    days = np.arange(FIRST, date.fromordinal(LAST.toordinal() + 1), dtype="datetime64[D]")
    total = daily.count.sum(axis=0).round().astype(int)
    lines = ["date,region,count", *(f"{d},UA,{n}" for d, n in zip(days, total, strict=True))]
    OUT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
