"""Speed of reading articles to claims: `python -m benchmarks.articles_speed [articles]`, 1,000 unless told.

To reach: 1,000 articles in 60 s on two cores, and memory that does not grow with their number. Real articles
(PolNeAR, train and dev, repeated until there are enough) where `$CEASEFIRE_DATA` has them, else made-up ones of the
same length. Read by `claims_of_documents(workers=2)`, the loading of the parser counted in. A quarter of the articles
is read first, each size in a process of its own, so that memory at both can be compared. Wall time and processor
seconds are both told, since a shared machine stretches the first. The last line is one line of JSON.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import sys
import time
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path

from benchmarks.measure import apart, peak_gb
from ceasefire.model.document import Document
from ceasefire.model.table import Table
from ceasefire.text.claims import claims_of_documents

BOUND_S = 60.0
WORKERS = 2
MADE_UP = (
    "The ministry of energy said on Tuesday that the substation near the river had been hit by four drones overnight.",
    "\u201cWe have kept to the agreement,\u201d a spokesman of the staff said, \u201cand expect the same.\u201d",
    "Repair crews worked through the night, and power was back in most villages by noon.",
    "The foreign minister denied that any attack on pipelines had been ordered after 18 March.",
    "According to the regional governor, 12,000 households were without electricity.",
    "Traffic on the main road was slow because of snow, and schools stayed closed for a second day.",
)


def texts() -> tuple[str, list[str]]:
    """Give what is read: where it is from, and the texts."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("CEASEFIRE_DATA") or beside) / "text" / "polnear"
    paths = [path for split in ("train", "dev") for path in sorted((folder / split / "text").glob("*.txt"))]
    if paths:
        return "PolNeAR", [path.read_text(encoding="utf-8") for path in paths]
    kinds = len(MADE_UP)
    return "made up", ["\n\n".join(MADE_UP[(n + i) % kinds] for i in range(48)) for n in range(kinds)]


def documents(count: int) -> Table[Document]:
    """Give so many articles as archived documents."""
    _, some = texts()
    return Table.of(Document, (_document(n, text) for n, text in enumerate(islice(cycle(some), count))))


def _document(number: int, text: str) -> Document:
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Document(
        id=f"d-{number:012x}", source="articles", granule=f"{number}.txt", outlet="outlet", language="en",
        published=datetime(2025, 3, 20, tzinfo=UTC), text=text, archived=digest, evidence=digest,
    )  # fmt: skip


def part(count: int) -> None:
    """Read so many articles, and print what it took as JSON."""
    some = documents(count)
    words = sum(len(one.text.split()) for one in some)
    wall, processor = time.perf_counter(), _processor()
    claims, quarantined = claims_of_documents(some, workers=WORKERS)
    wall, processor = time.perf_counter() - wall, _processor() - processor
    took = {
        "articles": count, "words": words, "claims": len(claims), "quarantined": len(quarantined),
        "wall_s": round(wall, 1), "cpu_s": round(processor, 1), "articles_per_s": round(count / wall, 1),
        "words_per_cpu_s": round(words / processor), "parent_peak_gb": round(peak_gb(), 3),
        "worker_peak_gb": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e9, 3),
    }  # fmt: skip
    print(json.dumps(took))


def _processor() -> float:
    """Processor seconds of this process and of its ended workers."""
    clocks = os.times()
    return clocks.user + clocks.system + clocks.children_user + clocks.children_system


def main(count: int) -> None:
    """Read a quarter of the articles, then all, and print both beside the bound."""
    kind, some = texts()
    print(f"{kind}: {len(some)} texts, repeated to {count} articles; {WORKERS} workers")
    sizes = [max(count // 4, 1), count]
    took = [apart("benchmarks.articles_speed", "part", str(size)) for size in sizes]
    print(f"{'articles':>8} {'words':>9} {'claims':>7} {'wall s':>7} {'CPU s':>7} {'CPU/2':>6} {'articles/s':>10}"
          f" {'words/CPU s':>11} {'parent GB':>9} {'worker GB':>9}")  # fmt: skip
    for one in took:
        print(f"{one['articles']:8} {one['words']:9} {one['claims']:7} {one['wall_s']:7} {one['cpu_s']:7}"
              f" {one['cpu_s'] / WORKERS:6.1f} {one['articles_per_s']:10} {one['words_per_cpu_s']:11}"
              f" {one['parent_peak_gb']:9} {one['worker_peak_gb']:9}")  # fmt: skip
    last = took[-1]
    bound = BOUND_S * count / 1000
    print(
        f"to reach: {bound:.0f} s; wall {last['wall_s']} s, CPU s over {WORKERS} cores {last['cpu_s'] / WORKERS:.1f} s"
    )
    grown = last["worker_peak_gb"] - took[0]["worker_peak_gb"]
    print(f"a worker's peak memory grows by {grown:.3f} GB from {sizes[0]} to {sizes[1]} articles")
    print(json.dumps({"benchmark": "articles_speed", "texts": kind, "bound_s": bound, **last,
                      "worker_peak_gb_at_a_quarter": took[0]["worker_peak_gb"],
                      "parent_peak_gb_at_a_quarter": took[0]["parent_peak_gb"]}))  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1:2] == ["part"]:
        part(int(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
