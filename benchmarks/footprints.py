"""Drone footprints: speed beside a Shapely loop, the ellipse beside draws, and what the usual shortcut costs.

    python -m benchmarks.footprints

The shortcut is the footprint that many tools draw from a photo's position, height and focal length alone: straight
below the aircraft, however the camera was tilted.
"""

from __future__ import annotations

import time

import numpy as np
import shapely

from ceasefire.geo.camera import rays
from ceasefire.geo.dwell import Cells, dwell
from ceasefire.geo.ellipsoid import metres_per_degree
from ceasefire.geo.flight import Flight
from ceasefire.geo.footprint import footprints, uncertainty
from ceasefire.geo.ground import on_plane

FRAMES, DRAWS = 10_000, 100_000
HFOV, VFOV = 60.0, 36.0


def patrol(frames: int, *, elevation: float = -50.0, seed: int = 1) -> Flight:
    """A lawnmower flight at 150 m above ground, 12 m/s, 3 frames a second, with a little sway."""
    rng = np.random.default_rng(seed)
    along = 4.0 * np.arange(frames)
    leg, at = np.divmod(along, 3_000.0)
    east = np.where(leg % 2 == 0, at, 3_000.0 - at)
    lon_m, lat_m = metres_per_degree(50.0)
    n = frames
    return Flight.of(
        times=np.datetime64("2025-04-01T09:00:00", "ms") + (333 * np.arange(n)),
        lon=36.0 + east / lon_m,
        lat=50.0 + 120.0 * leg / lat_m,
        height_m=np.full(n, 270.0),
        ground_m=np.full(n, 120.0),
        azimuth_deg=np.where(leg % 2 == 0, 90.0, 270.0) + rng.normal(0, 2, n),
        elevation_deg=elevation + rng.normal(0, 2, n),
        roll_deg=rng.normal(0, 1, n),
        hfov_deg=np.full(n, HFOV),
        vfov_deg=np.full(n, VFOV),
        position_sigma_m=np.full(n, 3.0),
        height_sigma_m=np.full(n, 5.0),
        angle_sigma_deg=np.full(n, 1.0),
    )


def speed() -> None:
    """Frames to footprints to cells, and the same with a loop over frames."""
    flight = patrol(FRAMES)
    dwell(patrol(100), footprints(patrol(100)))
    begin, cpu = time.perf_counter(), time.process_time()
    seen = footprints(flight)
    over = dwell(flight, seen, Cells.of(seen, size_m=25.0))
    wall, cpu = time.perf_counter() - begin, time.process_time() - cpu
    begin = time.perf_counter()
    rows, columns = over.cells.shape
    lon, lat = over.cells.centre(*np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij"))
    points = shapely.points(lon.ravel(), lat.ravel())
    tree, seconds = shapely.STRtree(points), np.zeros(rows * columns)
    for outline in seen.outline:
        seconds[tree.query(shapely.Polygon(outline), predicate="contains")] += 1 / 3
    loop = time.perf_counter() - begin
    same = ((seconds > 0) == over.seen.ravel()).mean()
    print(f"{FRAMES:,} frames to footprints and {rows * columns:,} cells: {wall:.2f} s ({cpu:.2f} s CPU), bound 1 s")
    print(f"  {over.kept:,} frames kept after thinning; {over.area_km2:.2f} km2 seen")
    print(f"  a loop over Shapely polygons, footprints given: {loop:.2f} s; {loop / wall:.1f} times ours")
    print(f"  {100 * same:.2f} % of cells alike")
    begin = time.perf_counter()
    uncertainty(flight)
    print(f"  ellipses of {FRAMES:,} frames: {time.perf_counter() - begin:.2f} s")


def ellipses() -> None:
    """Ellipse of the image's centre by the unscented transform, and by draws, through the whole camera model."""
    print(f"\nellipse of one standard error against {DRAWS:,} draws: 150 m high, 1 degree, 3 m, 5 m")
    print(f"{'elevation':>10}{'major m':>10}{'draws':>10}{'ratio':>8}{'minor m':>10}{'draws':>10}{'ratio':>8}")
    rng = np.random.default_rng(3)
    for elevation in (-90.0, -60.0, -45.0, -30.0, -20.0, -15.0):
        one = patrol(1, elevation=elevation)
        angles = {"azimuth_deg": one.azimuth_deg[0], "elevation_deg": one.elevation_deg[0], "roll_deg": one.roll_deg[0]}
        drawn = {k: v + rng.normal(0, 1, DRAWS) for k, v in angles.items()}
        d = rays([[0.0, 0.0]], hfov_deg=HFOV, vfov_deg=VFOV, **drawn)[:, 0]
        at = d[:, :2] * on_plane(d, 150.0 + rng.normal(0, 5, DRAWS))[:, None] + rng.normal(0, 3, (DRAWS, 2))
        low, high = np.sqrt(np.linalg.eigvalsh(np.cov(at.T)))
        major, minor, _ = (float(v[0]) for v in uncertainty(one))
        row = f"{elevation:>10.0f}{major:>10.2f}{high:>10.2f}{major / high:>8.3f}"
        print(row + f"{minor:>10.2f}{low:>10.2f}{minor / low:>8.3f}")


def shortcut() -> None:
    """Area and position of the footprint that ignores tilt."""
    print("\nthe footprint straight below (position, height and field of view only) against ours, 150 m high")
    print(f"{'elevation':>10}{'area / ours':>13}{'centre off m':>14}{'overlap':>9}")
    for elevation in (-90.0, -80.0, -70.0, -60.0, -45.0, -30.0, -20.0):
        flight = patrol(200, elevation=elevation)
        lon_m, lat_m = metres_per_degree(50.0, 120.0)
        scale = np.array([lon_m, lat_m])
        seen = footprints(flight)
        ours = shapely.polygons((seen.outline - [36.0, 50.0]) * scale)
        wide, tall = (150.0 * np.tan(np.radians(v / 2)) for v in (HFOV, VFOV))
        turn = np.radians(flight.azimuth_deg)
        box = np.array([[-wide, tall], [wide, tall], [wide, -tall], [-wide, -tall]])
        east = box[None, :, 0] * np.cos(turn)[:, None] + box[None, :, 1] * np.sin(turn)[:, None]
        north = -box[None, :, 0] * np.sin(turn)[:, None] + box[None, :, 1] * np.cos(turn)[:, None]
        below = (np.stack([flight.lon, flight.lat], axis=1) - [36.0, 50.0]) * scale
        theirs = shapely.polygons(np.stack([east, north], axis=-1) + below[:, None])
        area = shapely.area(theirs) / shapely.area(ours)
        off = shapely.distance(shapely.centroid(theirs), shapely.centroid(ours))
        shared = shapely.area(shapely.intersection(theirs, ours)) / shapely.area(shapely.union(theirs, ours))
        print(f"{elevation:>10.0f}{np.median(area):>13.2f}{np.median(off):>14.1f}{np.median(shared):>9.2f}")


if __name__ == "__main__":
    speed()
    ellipses()
    shortcut()
