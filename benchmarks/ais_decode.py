"""Decoding AIS: pyais and ours side by side in one run on the same log; and every real file with its outcomes.

    python -m benchmarks.ais_decode                    # 1,000,000 invented messages
    python -m benchmarks.ais_decode --messages 10000000 --skip-pyais
    python -m benchmarks.ais_decode --equal 100000     # random position reports, field by field
    python -m benchmarks.ais_decode --real             # the files in data/ais: sentences, outcomes, fields compared

pyais reads the lines without their tag blocks (splitting them off is not counted); ours reads the file as it is:
lines, tag blocks, checksums, clocks, parts, repeats, statements, and fixes in order. Each part runs in a process of its
own, so that peak memory is its own.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import ais_made as made
from ceasefire.sources import ais
from ceasefire.sources.ais_listing import fields


def ours(path: Path, whole: bool) -> dict[str, Any]:
    """Read the log, whole or in batches."""
    begin, cpu = time.perf_counter(), time.process_time()
    if whole:
        read = ais.read([path], source="benchmark")
        sentences, fixes = read.sentences, len(read.fixes)
    else:
        fixes = 0
        for batch in ais.batches([path], source="benchmark"):
            fixes, sentences = fixes + len(batch.fixes), batch.tally.sentences
    return _spent(begin, cpu, sentences, fixes)


def reference(path: Path) -> dict[str, Any]:
    """Decode the log's lines one by one with pyais."""
    import pyais

    parts: dict[bytes, list[bytes]] = {}
    with path.open("rb") as file:
        lines = [line[line.find(b"!") :].rstrip() for line in file]
    begin, cpu, fixes = time.perf_counter(), time.process_time(), 0
    for line in lines:
        if line[7:10] == b"1,1":
            message = pyais.decode(line)
        else:
            head = line.split(b",", 5)
            got = parts.setdefault(head[3], [])
            got.append(line)
            if len(got) < int(head[1]):
                continue
            message = pyais.decode(*parts.pop(head[3]))
        fixes += hasattr(message, "course")
    return _spent(begin, cpu, len(lines), fixes)


def _spent(begin: float, cpu: float, sentences: int, fixes: int) -> dict[str, Any]:
    wall, cpu = time.perf_counter() - begin, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"sentences": sentences, "fixes": fixes, "wall": wall, "cpu": cpu, "peak": peak}


def _apart(call: Any, *args: Any) -> dict[str, Any]:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found: dict[str, Any] = pool.apply(call, args)
    return found


def speed(messages: int, *, pyais_too: bool, folder: Path) -> None:
    """Print the speeds on one invented log."""
    for form in ("tags", "stamps"):
        path = folder / f"ais_decode_{form}_{messages}.nmea"
        if not path.exists():
            with path.open("wb") as file:
                for line in made.lines(seed=1, messages=messages, form=form, per_second=100):
                    file.write(line + b"\n")
        size = path.stat().st_size / 1e6
        print(f"{messages:,} invented messages, {form}, {size:.0f} MB")
        runs = [("ours, batches", ours, (path, False)), ("ours, whole", ours, (path, True))]
        runs += [("pyais", reference, (path,))] if pyais_too else []
        for name, call, args in runs:
            r = _apart(call, *args)
            print(
                f"  {name:14} {r['sentences']:>11,} sentences {r['fixes']:>10,} fixes  {r['cpu']:7.1f} s CPU "
                f"{r['wall']:7.1f} s  {r['sentences'] / r['cpu']:>9,.0f} a CPU second  peak {r['peak']:,.0f} MB"
            )
        path.unlink()


def equal(count: int) -> None:
    """Compare random position reports with pyais field by field."""
    from tests.sources.test_ais_decode import assert_equal, pyais

    compared: Counter[int] = Counter()
    rng = np.random.default_rng(11)
    for kind in (1, 2, 3, 9, 18, 19, 27):
        for _ in range(max(count // 7 // 1000, 1)):
            payloads = made.positions(kind, 1000, rng)
            messages = [pyais.decode(made.sentences(p, 0, 1)[0]) for p in payloads]
            compared[kind] += assert_equal(payloads, kind, messages)
    for kind, fields_compared in compared.items():
        print(f"  type {kind:2}: {fields_compared:,} fields compared with pyais, all equal")


def real(folder: Path) -> None:
    """Print what became of every sentence of the real files, and how the listing agrees with gpsd's decode."""
    print("file                        sentences messages   used repeated apart set aside  not AIS")
    for path in sorted(folder.iterdir()):
        if path.suffix in (".chk", "") or "COPYING" in path.name:
            continue
        read = ais.read([path], source="real", options={"time": "2020-01-01"})
        c, apart = read.count, sum(read.apart.values())
        print(
            f"{path.name:27} {read.sentences:9,} {c.rows + apart:8,} {c.used:6,} {c.duplicates:8,} {apart:5,} "
            f"{c.quarantined:9,} {read.other:8,}"
        )
        for reason, count in read.reasons.most_common():
            print(f"    {count:6,} {reason}")
    theirs = [json.loads(line) for line in (folder / "sample.aivdm.js.chk").read_text("utf-8").splitlines()]
    for as_gpsd in (True, False):
        both = ("shipname", "callsign")
        listed = [f for _, f in fields(folder / "sample.aivdm", gpsd=as_gpsd)]
        listed = [f for f in listed if f.get("type") != 24 or all(name in f for name in both)]
        compared, unlike = 0, Counter[str]()
        for one, other in zip(listed, theirs, strict=False):
            for name in other.keys() - {"class", "device", "scaled"}:
                compared += 1
                if not same(other[name], one.get(name), name):
                    unlike[f"type {other['type']} {name}"] += 1
        words = "gpsd's three faults repeated" if as_gpsd else "as it is"
        print(f"gpsd's decode of sample.aivdm, {words}: {len(theirs)} messages expected, {len(listed)} listed,")
        print(f"  {compared:,} fields compared, {compared - sum(unlike.values()):,} equal {dict(unlike) or ''}")


def same(value: Any, mine: Any, name: str) -> bool:
    """Compare a field with gpsd's; `data` over the bits that it states."""
    if isinstance(value, str) and isinstance(mine, float):
        mine = f"{mine:f}"
    if name == "data" and isinstance(mine, str):
        digits = int(value.split(":")[0]) // 4
        return value.split(":")[0] == mine.split(":")[0] and value.split(":")[1][:digits] == mine.split(":")[1][:digits]
    return bool(value == mine)


def main() -> None:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description="decoding AIS, beside pyais")
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--skip-pyais", action="store_true")
    parser.add_argument("--equal", type=int, default=0)
    parser.add_argument("--real", action="store_true")
    parser.add_argument("--folder", type=Path, default=Path("."), help="where the invented log is written")
    args = parser.parse_args()
    if args.equal:
        equal(args.equal)
    elif args.real:
        real(Path(os.environ.get("CEASEFIRE_DATA", "../shared/data")) / "ais")
    else:
        speed(args.messages, pyais_too=not args.skip_pyais, folder=args.folder)


if __name__ == "__main__":
    main()
