"""How fast the KLV reader takes an hour of video with metadata ten times a second, and in how much memory.

    python -m benchmarks.klv_speed [--minutes 60] [--mbit 4] [--packets 188]

The transport stream is made here: noise in the packets of a video stream, and ST 0601 packets of 33 fields through the
library's multiplexer. The same file is read by the library's own demultiplexer and decoder for the first minute.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import klv_made as made

HZ = 10


def make(path: Path, *, minutes: float, mbit: float, size: int) -> int:
    """Write the stream; give the number of KLV packets."""
    count = int(minutes * 60 * HZ)
    video = made.pictures(16 * max(1, round(mbit * 1e6 / 8 / HZ / 188 / 16)))
    packets = (made.sample(k, t21=made.number(21, 1500.0), t23=made.number(23, 50.0)) for k in range(count))
    made.write(path, made.stream(packets, video=video, size=size))
    return count


READ = """
import resource, sys, time
from pathlib import Path
from ceasefire.sources.klv import read_flight
begin, cpu = time.perf_counter(), time.process_time()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
read = read_flight(Path(sys.argv[1]), source="patrol")
wall, cpu = time.perf_counter() - begin, time.process_time() - cpu
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(f"{read.count.used:,} samples, {read.count.quarantined} set aside: {wall:.1f} s, {cpu:.1f} s CPU,",
      f"peak {after / 1024:.0f} MB ({(after - before) / 1024:.0f} MB above the start)")
"""

LIBRARY = """
import sys, time
from stanag4609.transport.demux import PMTEvent, PESStreamEvent, TransportDemuxer
from stanag4609.transport.metadata_stream import MetadataStreamDecoder
begin, cpu = time.perf_counter(), time.process_time()
demux, decoder, count = TransportDemuxer(), MetadataStreamDecoder(), 0
with open(sys.argv[1], "rb") as file:
    data = file.read(int(sys.argv[2]))
for event in demux.feed(data):
    if isinstance(event, PESStreamEvent) and event.klv_carriage is not None:
        count += len(decoder.feed(event))
print(f"{count:,} packets: {time.perf_counter() - begin:.1f} s, {time.process_time() - cpu:.1f} s CPU")
"""


def main() -> None:
    """Make the stream, read it in a process of its own, print."""
    parser = argparse.ArgumentParser(description="speed of the KLV reader")
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--mbit", type=float, default=4.0, help="of video, Mbit/s")
    parser.add_argument("--packets", type=int, default=188, choices=(188, 192))
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hour.ts"
        begin = time.perf_counter()
        count = make(path, minutes=args.minutes, mbit=args.mbit, size=args.packets)
        bytes_ = os.path.getsize(path)
        print(
            f"{args.minutes:g} minutes, {bytes_ / 1e9:.2f} GB, {count:,} KLV packets, made in "
            f"{time.perf_counter() - begin:.0f} s"
        )
        print(f"ours (bound 20 s for an hour): {_run(READ, path)}")
        part = int(bytes_ * min(1.0, 1.0 / args.minutes))
        print(f"the library, demultiplexed and decoded in full, the first minute: {_run(LIBRARY, path, part)}")


def _run(script: str, *args: object) -> str:
    done = subprocess.run([sys.executable, "-c", script, *map(str, args)], capture_output=True, text=True, check=False)
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


if __name__ == "__main__":
    main()
