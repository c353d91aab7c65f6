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

    Try: ceasefire vessel 272000001 examples/black-sea-2025/simulated.yml

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
