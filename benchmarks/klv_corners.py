"""Our footprint's corners against the corners that packets state themselves (ST 0601, items 26 to 33 or 82 to 89).

    python -m benchmarks.klv_corners [FILE ...]

Without files, packets are made: their corners are worked out a second way (`klv_made.corner`), once from the values as
a packet carries them, once from the values before they were rounded. The first shows whether camera and ground agree
with the standard's words; the second how far the resolution of angles, fields of view and heights moves a corner. With
files, the corners of real packets are compared; lens, terrain and the maker's own geometry are in that difference.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks import klv_made as made
from ceasefire.geo.ellipsoid import metres_per_degree
from ceasefire.geo.footprint import footprints
from ceasefire.sources.klv import read_flight
from ceasefire.sources.klv_fields import FIELDS

COUNT = 400


def apart(path: Path) -> tuple[np.ndarray, np.ndarray, int]:
    """Give metres between stated and our corners, and the slant range, of one file's packets that state corners."""
    read = read_flight(path, source="corners")
    off, slant = [np.empty(0)], [np.empty(0)]
    for flight in read.flights:
        seen = footprints(flight, max_range_m=200_000.0, guard_deg=0.5)
        lon_m, lat_m = metres_per_degree(flight.lat)
        step = (seen.corners - flight.corners) * np.stack([lon_m, lat_m], axis=-1)[:, None]
        far = np.hypot(step[..., 0], step[..., 1])
        known = np.isfinite(far).all(axis=1)
        off.append(far[known].ravel())
        slant.append(np.repeat(seen.slant_m[known], 4))
    return np.concatenate(off), np.concatenate(slant), read.count.used


def resolution_m(tags: str) -> float:
    """Give half a step of the corner fields, on the diagonal, metres at 50 degrees north."""
    lon_m, lat_m = metres_per_degree(50.0)
    first = 26 if tags == "offset" else 82
    return float(np.hypot(FIELDS[first].step * lat_m, FIELDS[first + 1].step * lon_m) / 2)


def stated() -> None:
    """Made packets: corners from rounded and from exact values."""
    print(f"{COUNT} made packets, 800 to 1,000 m above ground, gimbal swept, aircraft banked 14 to 22 degrees")
    print(f"{'corners':>9}{'worked out from':>17}{'median m':>10}{'95 % m':>9}{'max m':>9}{'half a step m':>15}")
    with tempfile.TemporaryDirectory() as folder:
        for tags in ("full", "offset"):
            for exact in (False, True):
                path = Path(folder) / "made.klv"
                made.write(path, (made.sample(7 * k, corners=tags, exact=exact) for k in range(COUNT)))
                off, _, _ = apart(path)
                row = f"{tags:>9}{'exact values' if exact else 'rounded values':>17}{np.median(off):>10.3f}"
                print(f"{row}{np.quantile(off, 0.95):>9.3f}{off.max():>9.3f}{resolution_m(tags):>15.3f}")


def moved() -> None:
    """How far half a step of each field, and other usual errors, move a corner."""
    print("\nhow far a corner moves (median and 95 % over packets and corners), metres")
    states = [{**made.state(7 * k)} for k in range(60)]
    places = ((-1, 1), (1, 1), (1, -1), (-1, -1))
    base = [[made.corner(s, *p)[:2] for p in places] for s in states]
    lon_m, lat_m = metres_per_degree(50.0)
    changes = [(f"half a step of {FIELDS[t].name}", {t: FIELDS[t].step / 2}) for t in (5, 6, 7, 90, 16, 17, 15, 18, 19)]
    changes = [(w, {{6: 90, 7: 91}.get(t, t): v for t, v in c.items()}) for w, c in changes]
    changes += [("1 degree of heading", {5: 1.0}), ("0.5 degrees of elevation", {19: 0.5})]
    changes += [("ground 10 m higher than stated", {25: 10.0}), ("height 30 m wrong (another datum)", {15: 30.0})]
    for words, change in changes:
        far = []
        for state, corners in zip(states, base, strict=True):
            other = {**state, **{t: state[t] + v for t, v in change.items()}}
            for place, (lon, lat) in zip(places, corners, strict=True):
                x, y, _ = made.corner(other, *place)
                far.append(np.hypot((x - lon) * lon_m, (y - lat) * lat_m))
        print(f"  {words:<52}{np.nanmedian(far):>9.3f}{np.nanquantile(far, 0.95):>9.3f}")


def main() -> None:
    """Compare files, or made packets."""
    for name in sys.argv[1:]:
        off, slant, used = apart(Path(name))
        if not len(off):
            print(f"{name}: {used:,} samples, none with corners of its own and a footprint")
            continue
        share = 100 * np.median(off / slant)
        print(
            f"{name}: {len(off) // 4:,} of {used:,} samples with corners; apart by median {np.median(off):.2f} m, "
            f"95 % {np.quantile(off, 0.95):.2f} m, median {share:.2f} % of the slant range"
        )
    if len(sys.argv) == 1:
        stated()
        moved()


if __name__ == "__main__":
    main()
