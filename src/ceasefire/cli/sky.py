"""Questions to the sky: which satellite passes when, and what radar shows of sites, without any case."""

import json
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated

import typer

from ceasefire.cli.app import Json, app
from ceasefire.errors import CeasefireError


@app.command()
def overpasses(
    elements: Annotated[Path, typer.Argument(metavar="ELEMENTS", help="Orbital elements: TLE lines, or OMM as JSON.")],
    at: Annotated[list[str], typer.Option(metavar="NAME=LON,LAT", help="Place; may be repeated.")],
    start: Annotated[str, typer.Option("--from", metavar="DAY", help="First day, UTC, such as 2026-06-26.")],
    end: Annotated[str, typer.Option("--to", metavar="DAY", help="Last day, UTC.")],
    sensor: Annotated[str, typer.Option(help="Only this one, such as viirs; all where empty.")] = "",
    max_age_days: Annotated[float, typer.Option(help="Elements older than this tell nothing.")] = 14.0,
    as_json: Json = False,
) -> None:
    """List the passes of satellites over places: when, how obliquely, by day or night, and what fire would show.

    Works offline, on the elements given. A pass is a chance to see, not a look: clouds are left aside, and some
    instruments are not always on (marked ?). In a case, the product `overpasses` makes looks of them.

    ceasefire overpasses viirs.txt --at Poltava=34.55,49.59 --from 2026-06-26 --to 2026-06-27
    """
    from ceasefire.geo.elements import read_elements
    from ceasefire.geo.overpasses import passes

    try:
        sets, bad = read_elements(elements.read_text(encoding="utf-8", errors="replace"))
    except OSError as error:
        raise CeasefireError(f"{elements} cannot be read: {error.strerror}") from None
    for line, why in bad:
        typer.echo(f"doubt: {elements.name}:{line}: {why}", err=True)
    places = dict(_place(text) for text in at)
    first, last = _day(start), _day(end) + timedelta(days=1)
    try:
        found = passes(sets, places, first, last, sensor, max_age_days=max_age_days)
    except ValueError as error:
        raise CeasefireError(str(error)) from None
    if as_json:
        typer.echo(json.dumps([asdict(p) for p in found], default=str))
        return
    names = ("place", "time (UTC)", "+-s", "satellite", "sensor", "scan", "pixel km", "fire seen")
    typer.echo("{:<16}{:<21}{:>5}  {:<10}{:<10}{:>6}{:>11}  {}".format(*names))
    for p in found:
        when = f"{p.time:%Y-%m-%d %H:%M:%S}"
        size = f"{p.across_km:.2f}x{p.along_km:.2f}"
        fire = f"{p.least_mw:.1f} MW" if p.least_mw == p.least_mw else "-"
        who = f"{p.satellite:<10}{p.sensor:<10}"
        seen = f"{fire:<9}{'night' if p.night else 'day'}{'' if p.usual else ' ?'}"
        typer.echo(f"{p.place:<16}{when:<21}{p.error_s:>5.0f}  {who}{p.scan_degrees:>5.0f}°{size:>11}  {seen}")
    typer.echo(f"{len(found):,} passes", err=True)


@app.command()
def damage(
    scenes: Annotated[list[Path], typer.Argument(metavar="SCENES...", help="Sentinel-1 RTC files, or folders.")],
    outlines: Annotated[Path, typer.Option(metavar="FILE", help="Sites to test: GeoJSON polygons with id and name.")],
    start: Annotated[str, typer.Option("--from", metavar="DAY", help="First day of the period that is tested, UTC.")],
    end: Annotated[str, typer.Option("--to", metavar="DAY", help="Last day of it.")],
    before: Annotated[str, typer.Option(metavar="DAY", help="First day to compare with; else a year before.")] = "",
    level: Annotated[float, typer.Option(help="Share of quiet places that may alarm.")] = 0.01,
    as_json: Json = False,
) -> None:
    """Test drawn sites for change by radar: what changed more than its surroundings, when, and how surely.

    Each site is held against what other places of the same scenes did between the same dates, so a wet week or a
    ploughed plain does not alarm. Radar sees that a surface changed, not what changed it; every line says so. In a
    case, the product `sentinel1` does the same and the result is weighed with everything else.

    ceasefire damage s1/ --outlines sites.geojson --from 2025-03-18 --to 2025-04-17
    """
    from ceasefire import imagery
    from ceasefire.model.intake import Window
    from ceasefire.model.records import Observation, ProtectedObject
    from ceasefire.model.table import Table

    files = sorted({f for path in scenes for f in (path.rglob("*.tif*") if path.is_dir() else [path])})
    if not files:
        raise CeasefireError(f"no scene in {', '.join(map(str, scenes))}: GeoTIFF files are wanted")
    if not outlines.is_file():
        raise CeasefireError(f"{outlines} is not there: GeoJSON with the outlines of sites is wanted")
    seen = imagery.observe(
        "sentinel1",
        files,
        source="radar",
        options={"level": level} | ({"before": before} if before else {}),
        window=Window(_day(start), _day(end) + timedelta(days=1)),
        objects=Table.empty(ProtectedObject),
        fires=Table.empty(Observation),
        finest_m=30.0,
        say=lambda line: typer.echo(line, err=True),
        outlines=[outlines],
    )
    intake = seen.intake
    for row in intake.quarantine:
        typer.echo(f"set aside: {row.granule}: {row.reason}", err=True)
    if as_json:
        kept = ("place", "start", "end", "likelihood_ratio", "summary", "evidence", "text")
        typer.echo(json.dumps([{k: getattr(o, k) for k in kept} for o in intake.observations], default=str))
        return
    for one in intake.observations:
        typer.echo(f"{one.place}: {one.summary}")
    made = sum(not look.lost for look in intake.looks)
    typer.echo(f"{len(intake.observations)} changed; {made} looks made, {len(intake.looks) - made} lost")


def _place(text: str) -> tuple[str, tuple[float, float]]:
    """Read `NAME=LON,LAT`."""
    name, _, where = text.partition("=")
    try:
        lon, lat = (float(part) for part in where.split(","))
    except ValueError:
        raise CeasefireError(f"a place is NAME=LON,LAT, such as Poltava=34.55,49.59, not {text!r}") from None
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise CeasefireError(f"{text!r} is no place on Earth: longitude first, then latitude")
    return name, (lon, lat)


def _day(text: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        raise CeasefireError(f"a day is written 2025-03-18, not {text!r}") from None
