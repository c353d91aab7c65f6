"""Readers of AIS on mutated files: none may raise, and messages must add up.

    python -m benchmarks.fuzz_ais --inputs 100000

Each input is a good log (with tag blocks, loggers' stamps, GPS sentences between, or bare), a table of one of the
providers, or one of them packed, with bytes flipped, cut, doubled, moved or replaced. Half of the logs get their
checksums put right again, so that mutations reach what lies behind them. For each: reading whole, in batches and
listing end without a traceback; sentences = messages + further parts; messages = used + repeated + set aside + apart;
fixes are in range; and a file that gave nothing says why.
"""

from __future__ import annotations

import argparse
import gzip
import resource
import tempfile
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path

import numpy as np

from benchmarks.ais_made import checksum, csv_tables, log
from benchmarks.fuzz_drone import mutated
from ceasefire.errors import SourceError
from ceasefire.sources import ais
from ceasefire.sources.ais_listing import fields

TOKENS = (
    b"!AIVDM,",
    b"\\",
    b"*",
    b",",
    b"\n",
    b"\r",
    b"$GPRMC,",
    b"\0" * 9,
    b"9" * 20,
    b"2,1,",
    b"c:",
    b"g:1-2-3,",
    b'"',
)


def seeds(seed: int) -> list[tuple[str, bytes]]:
    """Good logs in every form, tables of every provider, and packed ones."""
    logs = [
        (".nmea", log(seed=seed + k, messages=60, form=form))
        for k, form in enumerate(("tags", "bare", "gps", "stamps"))
    ]
    tables = [(".csv", text.encode()) for text in csv_tables(seed=seed, rows=20).values()]
    return [*logs, *tables, (".gz", gzip.compress(logs[0][1]))]


def mended(data: bytes) -> bytes:
    """Put the checksums of sentences and tag blocks right again."""
    lines = []
    for line in data.split(b"\n"):
        at, star = line.rfind(b"!"), line.rfind(b"*")
        if 0 <= at < star:
            tag, body = line[:at], line[at + 1 : star]
            if tag.startswith(b"\\") and b"*" in tag:
                inner = tag[1 : tag.rfind(b"*")]
                tag = b"\\" + inner + b"*%02X\\" % checksum(inner)
            line = tag + b"!" + body + b"*%02X" % checksum(body)  # noqa: PLW2901 -- a line, made good
        lines.append(line)
    return b"\n".join(lines)


def fault(path: Path) -> str:
    """Read one file and give what is wrong with how it was read; empty where nothing is."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            read = ais.read([path], source="fuzz")
            tally = None
            fixes = 0
            for batch in ais.batches([path], source="fuzz", options={"time": "2025-04-01"}):
                tally, fixes = batch.tally, fixes + len(batch.fixes)
            try:
                for _ in fields(path):
                    pass
            except SourceError:
                pass
        read.count.check()
        if tally is None or fixes > tally.used:
            return "more fixes than messages used"
        f = read.fixes
        if len(f) and not ((np.abs(f.lon) <= 180).all() and (np.abs(f.lat) <= 90).all() and (f.mmsi > 0).all()):
            return "a fix out of range"
        if len(f) > read.count.used:
            return "more fixes than messages used"
        messages = read.count.rows + sum(read.apart.values())
        if read.sentences != messages + read.joined:
            return "sentences do not add up"
        if sum(read.reasons.values()) != read.count.quarantined or any(not q.reason for q in read.quarantine):
            return "a reason is missing"
        if not read.count.rows and not read.other and not sum(read.apart.values()):
            return "a file gave nothing and says nothing"
    except Exception:  # noqa: BLE001 -- whatever it is, it is what this looks for
        return traceback.format_exc(limit=-3)
    return ""


def run(inputs: int, seed: int = 1) -> int:
    """Read mutated files and print what happened; give the number of faults."""
    good, rng = seeds(seed), np.random.default_rng(seed)
    faults: Counter[str] = Counter()
    slowest = 0.0
    before = 0
    begin, cpu = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        for k in range(inputs):
            if k == min(1000, inputs // 2):
                before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            if k and k % 10_000 == 0:
                print(f"  {k:,} read, {sum(faults.values())} faults", flush=True)
            ending, data = good[int(rng.integers(0, len(good)))]
            data = mutated(data, rng, good)
            if rng.random() < 0.3:
                at = int(rng.integers(0, len(data) + 1))
                data = data[:at] + TOKENS[int(rng.integers(0, len(TOKENS)))] + data[at:]
            if ending == ".nmea" and rng.random() < 0.5:
                data = mended(data)
            path = Path(folder) / f"x{ending}"
            path.write_bytes(data)
            start = time.process_time()
            if wrong := fault(path):
                if not faults[wrong]:
                    Path(f"fuzz_ais_{len(faults)}{ending}").write_bytes(data)
                faults[wrong] += 1
            slowest = max(slowest, time.process_time() - start)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wall, cpu = time.perf_counter() - begin, time.process_time() - cpu
    print(f"ais: {inputs:,} mutated inputs from {len(good)} files, seed {seed}: {sum(faults.values())} faults")
    grown = (after - before) / 1024
    print(f"  {wall:.0f} s, {cpu:.0f} s CPU; slowest input {slowest:.2f} s CPU; memory grew {grown:.0f} MB")
    for text, count in faults.most_common(5):
        print(f"  {count} x\n{text}")
    return sum(faults.values())


def main() -> None:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description="mutated inputs to the readers of AIS")
    parser.add_argument("--inputs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    raise SystemExit(1 if run(args.inputs, args.seed) else 0)


if __name__ == "__main__":
    main()
