"""Ships: one ship's record from files of AIS, and listening to a feed."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Annotated

import typer

from ceasefire.cli.app import Json, Quiet, app, open_case
from ceasefire.errors import CeasefireError


@app.command()
def vessel(
    mmsi: Annotated[int, typer.Argument(metavar="MMSI", help="Nine-digit number of the ship.")],
    paths: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files of AIS, or a case that names them.")],
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Print one ship's record with its evidence: what it said of itself, when it was heard, what it did.

    Every event has a probability, the chance that it would have been heard, and the SHA-256 of the files it rests on;
    none is a breach by itself. All ships of the files are read, because they tell who could be heard.

    Try: ceasefire vessel 272000001 ais/*.nmea

    Ships that say they are military or law enforcement are given no finer than their sea.
    """
    from ceasefire.casefile import find_files
    from ceasefire.sea.vessel import as_text, vessel_record

    files: list[Path] = []
    for path in paths:
        if path.suffix in (".yml", ".yaml"):
            case = open_case(path, quiet)
            lines = [s for s in case.file.sources if s.product == "ais"]
            if not lines:
                raise CeasefireError(f"{path} has no source of AIS")
            files += [f for s in lines for f in find_files(s.paths, case.file, case.folder)]
        elif path.is_file():
            files.append(path)
        else:
            raise CeasefireError(f"{path} is no file")
    record = vessel_record(mmsi, files, say=lambda line: None if quiet else typer.echo(f"vessel: {line}", err=True))
    if as_json:
        typer.echo(json.dumps(dataclasses.asdict(record), default=str))
        return
    typer.echo(as_text(record))


@app.command()
def listen(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="tcp://host:port, or udp://:port to be sent to.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for hourly files; what is there is appended to.")],
    hours: Annotated[float, typer.Option(min=0.001, help="How long to listen.")] = 24.0,
    name: Annotated[str, typer.Option(help="Name of the station, written into every line.")] = "feed",
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write what a feed of AIS sends to hourly files, each line with the UTC of its reception.

    A feed that stalls or breaks off is connected to again; the time lost is written beside the files, so that silence
    is not taken for absence. A feed that floods is cut and the cut is counted. Interrupt it at any time and go on
    later: files are appended to. A case reads them as a source of the product ais, path DIR/*.nmea.
    """
    from ceasefire.sources.ais_feed import listen as listened

    if not quiet:
        typer.echo(f"listen: {address} into {out} for {hours:g} hours", err=True)
    got = listened(address, out=out, seconds=hours * 3600.0, name=name)
    lost = [{"start": o.start.isoformat(), "end": o.end.isoformat(), "why": o.why, "lines": o.lines} for o in got.lost]
    if as_json:
        files = [str(f) for f in got.files]
        typer.echo(json.dumps({"lines": got.lines, "cut": got.cut, "files": files, "lost": lost}))
        return
    typer.echo(f"{got.lines:,} lines in {len(got.files)} files; {got.cut:,} cut; {len(lost)} times lost")
    for row in lost:
        typer.echo(f"  {row['start']} to {row['end']}: {row['why']}")
