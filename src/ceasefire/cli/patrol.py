"""A patrol without any case: from a folder of footage logs to a report, cells, looks, track, and where to look next."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from ceasefire.cli.app import Json, Quiet, app
from ceasefire.errors import CeasefireError

CELLS, LOOKS, TRACK, PAGE = "cells.geojson", "looks.csv", "track.geojson", "index.html"


@app.command()
def patrol(
    paths: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files, folders or ZIP archives.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the report.")] = Path("patrol-report"),
    plan: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="What was planned: CSV with zone, start, end, remark.")
    ] = None,
    zones: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="Zones to watch: GeoJSON polygons with id and name.")
    ] = None,
    sightings: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="What was marked in frames: CSV, COCO or GeoJSON.")
    ] = None,
    elevation: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Heights of the ground: a GeoTIFF in degrees; else level.")
    ] = None,
    still: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="Pictures to show, small and without metadata.")
    ] = None,
    camera_elevation: Annotated[
        float | None, typer.Option(help="Where the camera pointed, for files that do not say; -90 is straight down.")
    ] = None,
    camera_azimuth: Annotated[float | None, typer.Option(help="Likewise, degrees clockwise from north.")] = None,
    field_of_view: Annotated[
        str, typer.Option(metavar="HxV", help="Degrees across and down, such as 78x48, for files that do not say.")
    ] = "",
    clock: Annotated[
        str, typer.Option(help="Clock of devices that write local time: Europe/Kyiv, or +03:00; else estimated.")
    ] = "",
    pixels: Annotated[str, typer.Option(metavar="WxH", help="Size of the images.")] = "1920x1080",
    thermal: Annotated[bool, typer.Option("--sees-in-the-dark", help="The camera sees heat.")] = False,
    hours: Annotated[
        float | None, typer.Option("--next", metavar="HOURS", help="Plan where to look next, in the zones only.")
    ] = None,
    publish: Annotated[
        bool, typer.Option("--publish", help="Apply the release rules: late, coarse, nothing military named.")
    ] = False,
    fields: Annotated[bool, typer.Option("--fields", help="Only print all decoded fields of KLV files.")] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Turn a patrol's material into a report: what was and was not seen, how well, and why not.

    Reads MISB KLV (in MPEG-TS or raw), DJI subtitles and CSV, PX4 ULog, ArduPilot and MAVLink logs, photos and a
    mission's own CSV; each file is known by its content. The folder DIR gets index.html, cells.geojson (seen ground),
    looks.csv and track.geojson. Flights far apart in place or time are patrols of their own, each in its own folder.

    Try: ceasefire patrol examples/patrol --zones examples/patrol/zones.geojson --clock Europe/Kyiv

    Many files do not say where the camera pointed: then say it (--camera-elevation -90), or there is a track and no
    coverage. The report is the mission's own and says so; --publish writes the form that may be shown to others, and
    no cells, looks or track. --next HOURS chooses cells of the zones whose coverage would gain most and writes
    next.geojson and next.kml: it plans the observation of agreed zones, nothing else. Nobody is identified.
    """
    say = (lambda _: None) if quiet else (lambda line: typer.echo(f"patrol: {line}", err=True))
    if fields:
        _print_fields(paths)
        return
    from ceasefire.patrol.options import Options
    from ceasefire.patrol.put_together import of_files

    given: dict[str, Any] = {"clock": clock, "pixels": pixels, "sees_in_the_dark": thermal}
    if camera_elevation is not None:
        given["camera_elevation_deg"] = camera_elevation
    if camera_azimuth is not None:
        given["camera_azimuth_deg"] = camera_azimuth
    if field_of_view:
        given["field_of_view_deg"] = field_of_view
    named = {"plan": plan, "zones": zones, "sightings": sightings, "elevation": [elevation] if elevation else None}
    options = Options.of(
        given,
        source="patrol",
        plan_clock=clock or "UTC",
        **{k: tuple(_there(p) for p in v or ()) for k, v in named.items()},
    )
    if hours is not None and not zones:
        raise CeasefireError("--next needs --zones: it plans the observation of agreed zones, and nothing else")
    read = of_files(paths, options=options, say=say)
    if not read.flown:
        first = read.material.quarantine[0] if len(read.material.quarantine) else None
        why = f"; the first: {first.granule}: {first.reason}" if first else ""
        raise CeasefireError(f"no file has a flight{why}")
    told = []
    for number, one in enumerate(read.flown, start=1):
        folder = out if len(read.flown) == 1 else out / f"patrol-{number}"
        told.append(_write(one, folder, clock, publish, [_there(p) for p in still or ()]))
        if hours is not None and not publish:
            told[-1]["next"] = _next(one, folder, hours)
    if as_json:
        typer.echo(json.dumps({"patrols": told, "samples": vars(read.material.count)}))
        return
    for row in told:
        typer.echo(f"{row['report']}: {row['summary']}")
        if "next" in row:
            typer.echo(row["next"]["summary"])


def _write(one: Any, folder: Path, clock: str, publish: bool, pictures: list[Path]) -> dict[str, Any]:
    """Write one patrol's files and say what they hold."""
    from ceasefire.patrol.files import cells_geojson, looks_csv, track_geojson
    from ceasefire.reporting.patrol_page import deck, render, waiting_words
    from ceasefire.reporting.patrol_release import coarse, delay_hours
    from ceasefire.reporting.patrol_stills import held, still
    from ceasefire.reporting.release import ReleaseRules

    rules, now = ReleaseRules(), datetime.now(UTC)
    zone = clock if "/" in clock else "UTC"
    record = one.patrol
    try:
        stills = [still(p) for p in pictures]
    except ValueError as error:
        raise CeasefireError(str(error)) from None
    waiting: list[str] = []
    if publish:
        until = record.end + timedelta(hours=delay_hours(rules))
        if until > now:
            raise CeasefireError(f"the release rules hold this patrol back until {until:%Y-%m-%d %H:%M} UTC")
        record = coarse(record, rules)
        why = {s.id: held(s, rules.images, taken=record.end, now=now) for s in stills}
        stills = [s for s in stills if not why[s.id]]
        waiting = waiting_words(why)
    folder.mkdir(parents=True, exist_ok=True)
    names = [(d.lon, d.lat, d.id) for s in one.spots for d in s.discs]
    texts = {
        CELLS: cells_geojson(record),
        LOOKS: looks_csv(one.looks, names),
        TRACK: track_geojson(record),
    }
    for name, text in texts.items():
        (folder / name).unlink(missing_ok=True)
        if not publish:
            (folder / name).write_text(text, encoding="utf-8")
    beside = ((CELLS, "ground seen"), (LOOKS, "looks at places"), (TRACK, "where it flew"))
    page = render(
        record,
        clock=zone,
        public=publish,
        rules=rules if publish else None,
        stills=stills,
        waiting=waiting,
        files=() if publish else beside,
    )
    (folder / PAGE).write_text(page, encoding="utf-8")
    return {
        "report": str(folder / PAGE),
        "id": record.id,
        "start": record.start.isoformat(),
        "end": record.end.isoformat(),
        "flights": len(record.legs),
        "area_km2": record.area_km2,
        "places": {p.name: {"share": p.share, "quality": dict(p.quality)} for p in record.places},
        "interference": [i.sentence for i in record.lost],
        "sightings": len(record.sightings),
        "summary": deck(record),
    }


def _next(one: Any, folder: Path, hours: float) -> dict[str, Any]:
    """Plan where to look next and write it for a mission planner."""
    from ceasefire.detectors.plan_files import as_geojson, as_kml
    from ceasefire.patrol.next_look import plan_next

    try:
        made = plan_next(one, hours=hours)
    except ValueError as error:
        raise CeasefireError(str(error)) from None
    (folder / "next.geojson").write_text(as_geojson(made), encoding="utf-8")
    (folder / "next.kml").write_text(as_kml(made), encoding="utf-8")
    gained = f"{made.gain:.1f} cells' worth of certainty, at most {made.bound:.1f} possible"
    said = f"{folder / 'next.geojson'}: {len(made)} cells in {made.seconds / 60:.0f} minutes would gain {gained}"
    return {"cells": len(made), "minutes": made.seconds / 60, "gain": made.gain, "bound": made.bound, "summary": said}


def _there(path: Path) -> Path:
    if not path.is_file():
        raise CeasefireError(f"{path} is no file")
    return path


def _print_fields(paths: list[Path]) -> None:
    """Print every decoded field of KLV files, a packet a line, as JSON."""
    from ceasefire.sources import klv
    from ceasefire.sources.klv_listing import fields as listed

    for path in paths:
        with _there(path).open("rb") as file:
            if not klv.is_it(file.read(65_536)):
                raise CeasefireError(f"{path} holds no KLV packets; --fields lists the fields of those")
        for time, values in listed(path):
            row = {"file": path.name, "time": time.isoformat() if time else None, **values}
            typer.echo(json.dumps(row, default=str, ensure_ascii=False))
