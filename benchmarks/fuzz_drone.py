"""Readers of drone material on mutated files: none may raise, and samples must add up.

    python -m benchmarks.fuzz_drone --reader klv --inputs 100000

Each input is a good file of its reader with bytes flipped, cut, doubled, moved or replaced by junk. For each: the
reader ends without a traceback, samples read = used + repeated + set aside, flights hold what was used, and a file that
gave nothing says why. The slowest input and the growth of memory are printed.
"""

from __future__ import annotations

import argparse
import importlib
import resource
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks import fuzz_drone_logs, fuzz_drone_marks


def klv_seeds() -> list[tuple[str, bytes]]:
    """Raw packets and transport streams in both carriages and both sizes of packets."""
    from benchmarks import klv_made as made

    packets = [made.sample(k, corners="offset" if k % 2 else "full") for k in range(5)]
    nested = bytes([1, 1, 1, 3, 5]) + b"//USA"
    target = bytes([12, 7, 19, 1, 9, 20, 1, 8, 10, 3, 0x3A, 0x66, 0x67])
    packets += [made.sample(5, t48=nested, t74=bytes([4, 1, 6, 6, 1, 1, 101, len(target)]) + target)]
    seeds = [(".klv", b"".join(packets))]
    for kind in ("asynchronous", "synchronous"):
        for size in (188, 192):
            seeds.append((".ts", b"".join(made.stream(packets, kind=kind, size=size, video=made.pictures(2)))))
    return seeds


def klv_mended(data: bytes) -> bytes:
    """Put checksums right again, so that mutations reach what lies behind them."""
    from ceasefire.sources.klv_packets import UAS, checksum

    out, at = bytearray(data), data.find(UAS)
    while at >= 0 and at + 20 < len(out):
        first = out[at + 16]
        width = first & 0x7F if first & 0x80 else 0
        size = int.from_bytes(out[at + 17 : at + 17 + width], "big") if width else first
        end = at + 17 + width + size
        if end <= len(out) and out[end - 4 : end - 2] == b"\x01\x02":
            out[end - 2 : end] = checksum(bytes(out[at:end])).to_bytes(2, "big")
        at = out.find(UAS, at + 16)
    return bytes(out)


def of_patrol(what: str) -> Callable[[], list[tuple[str, bytes]]]:
    """Give the function that makes the good files of photos, of tables, or of whole patrols."""

    def make() -> list[tuple[str, bytes]]:
        from benchmarks import fuzz_drone_patrol as made

        return {"photos": made.photo_seeds, "patrol": made.patrol_seeds}.get(what, lambda: made.table_seeds(what))()

    return make


READERS: dict[str, tuple[str, Callable[[], list[tuple[str, bytes]]], Callable[[bytes], bytes] | None]] = {
    "klv": ("ceasefire.sources.klv", klv_seeds, klv_mended),
    "photos": ("ceasefire.sources.photos", of_patrol("photos"), None),
    "dji_csv": ("ceasefire.sources.dji_csv", of_patrol("dji_csv"), None),
    "mission_csv": ("ceasefire.sources.mission_csv", of_patrol("mission_csv"), None),
    "patrol": ("benchmarks.fuzz_drone_patrol", of_patrol("patrol"), None),
    "dji_srt": ("ceasefire.sources.dji_srt", fuzz_drone_marks.srt_seeds, None),
    "sightings": ("benchmarks.fuzz_drone_marks:SIGHTINGS", fuzz_drone_marks.mark_seeds, None),
    "plan": ("benchmarks.fuzz_drone_marks:PLANS", fuzz_drone_marks.plan_seeds, None),
    **fuzz_drone_logs.READERS,
}
"""Module of each reader, or an object in one; a function that gives good files (ending of the name, bytes); and one
that puts checksums right after a mutation, or None: it is applied to half of the inputs."""

TOKENS = [b"\xff", b"\x00", b"\x80", b"\x84\x7f\xff\xff\xff", b"\x88" + b"\xff" * 8, b"\x47", b"nan", b"-1", b"1e400"]


def mutated(data: bytes, rng: np.random.Generator, seeds: list[tuple[str, bytes]]) -> bytes:
    """Give the bytes after one to eight mutations."""
    out = bytearray(data)
    for _ in range(int(rng.integers(1, 9))):
        n = len(out)
        if not n:
            break
        a, b = sorted(int(v) for v in rng.integers(0, n + 1, 2))
        b = min(b, a + 400)
        what = int(rng.integers(0, 9))
        if what <= 2:
            for at in rng.integers(0, n, int(rng.integers(1, 12))).tolist():
                out[at] = int(rng.integers(0, 256))
        elif what == 3:
            del out[a:b]
        elif what == 4:
            out[a:a] = out[a:b]
        elif what == 5:
            token = TOKENS[int(rng.integers(0, len(TOKENS)))]
            out[a : a + len(token)] = token
        elif what == 6:
            out[a:a] = rng.integers(0, 256, int(rng.integers(1, 300)), dtype=np.uint8).tobytes()
        elif what == 7:
            out = out[a:] if rng.random() < 0.5 else out[: max(b, 1)]
        else:
            other = seeds[int(rng.integers(0, len(seeds)))][1]
            at = int(rng.integers(0, len(other)))
            out[a:a] = other[at : at + 600]
    return bytes(out)


def fault(path: Path, reader: object) -> str:
    """Read one file and give what is wrong with how it was read; empty where nothing is."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            read = reader.read_flight(path, source="fuzz")  # type: ignore[attr-defined]
        read.count.check()
        if sum(len(f) for f in read.flights) != read.count.used:
            return "flights do not hold what was used"
        if not read.count.used and read.count.quarantined and not len(read.quarantine):
            return "set aside without a reason"
        if any(not q.reason for q in read.quarantine):
            return "a reason is empty"
    except Exception:  # noqa: BLE001 -- whatever it is, it is what this looks for
        return traceback.format_exc(limit=-2)
    return ""


def run(name: str, inputs: int, seed: int = 1) -> int:
    """Read mutated files and print what happened; give the number of faults."""
    module, make, mended = READERS[name]
    module, _, within = module.partition(":")
    reader: object = importlib.import_module(module)
    reader, seeds = getattr(reader, within) if within else reader, make()
    rng = np.random.default_rng(seed)
    faults: Counter[str] = Counter()
    slowest = 0.0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begin, cpu = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        for k in range(inputs):
            if k and k % 10_000 == 0:
                print(f"  {k:,} read, {sum(faults.values())} faults", flush=True)
            ending, good = seeds[int(rng.integers(0, len(seeds)))]
            path = Path(folder) / f"x{ending}"
            data = mutated(good, rng, seeds)
            path.write_bytes(mended(data) if mended and rng.random() < 0.5 else data)
            start = time.process_time()
            if wrong := fault(path, reader):
                if not faults[wrong]:
                    Path(f"fuzz_{name}_{len(faults)}{ending}").write_bytes(path.read_bytes())
                faults[wrong] += 1
            slowest = max(slowest, time.process_time() - start)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wall, cpu = time.perf_counter() - begin, time.process_time() - cpu
    print(f"{name}: {inputs:,} mutated inputs from {len(seeds)} files, seed {seed}: {sum(faults.values())} faults")
    grown = (after - before) / 1024
    print(f"  {wall:.0f} s, {cpu:.0f} s CPU; slowest input {slowest:.2f} s CPU; memory grew {grown:.0f} MB")
    for text, count in faults.most_common(5):
        print(f"  {count} x\n{text}")
    return sum(faults.values())


def main() -> None:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description="mutated inputs to readers of drone material")
    parser.add_argument("--reader", choices=sorted(READERS), required=True)
    parser.add_argument("--inputs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    raise SystemExit(1 if run(args.reader, args.inputs, args.seed) else 0)


if __name__ == "__main__":
    main()
