"""For those who write agreements and cases: lint, schema, library, products, simulate, score."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ceasefire.cli.app import CasePath, Json, app, open_case
from ceasefire.errors import CeasefireError


@app.command()
def lint(
    path: Annotated[str, typer.Argument(metavar="AGREEMENT", help="Agreement file, or library:NAME.")],
    as_json: Json = False,
) -> None:
    """Ask of an agreement, before it is signed, what nobody will be able to verify.

    Exit code 1 where something was found.
    """
    from ceasefire.agreements.library import path as library_path
    from ceasefire.agreements.lint import lint as ask

    try:
        file = library_path(path.removeprefix("library:")) if path.startswith("library:") else Path(path)
    except KeyError as error:
        raise CeasefireError(error.args[0]) from None
    doubts = ask(file)
    for doubt in doubts:
        typer.echo(json.dumps(asdict(doubt)) if as_json else str(doubt))
    if doubts:
        raise typer.Exit(1)


@app.command()
def schema(of: Annotated[str, typer.Argument(metavar="agreement|case")] = "agreement") -> None:
    """Print the JSON Schema of the agreement or the case format, for editors that complete and check."""
    if of == "case":
        from ceasefire.casefile import CaseFile

        typer.echo(json.dumps(CaseFile.model_json_schema(by_alias=True), indent=1))
    elif of == "agreement":
        from ceasefire.agreements.schema import schema as made

        typer.echo(json.dumps(made(), indent=1))
    else:
        raise CeasefireError(f"there is no schema of {of!r}: agreement or case")


@app.command()
def library() -> None:
    """List the agreements that are encoded, each with its readings."""
    from ceasefire.agreements.library import load, names

    for name in names():
        agreement = load(name)
        typer.echo(f"{name:<22}{agreement.title}")
        typer.echo(f"{'':<22}readings: {', '.join(r.id for r in agreement.readings)}")


@app.command()
def products() -> None:
    """List the products that a source line of a case may name."""
    from ceasefire.sources import products as known

    for name in known():
        typer.echo(name)


@app.command()
def simulate(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="Folder to write; files of an earlier world in it are replaced.")
    ],
    seed: Annotated[int, typer.Option(help="Seed; the same seed writes the same bytes.")] = 1,
    days: Annotated[int, typer.Option(min=7, help="Days of the period.")] = 30,
    incidents: Annotated[int, typer.Option(min=1, help="True incidents.")] = 120,
    observations: Annotated[
        int | None, typer.Option(min=100, help="So many reports at constant density instead: a longer, wider world.")
    ] = None,
) -> None:
    """Write a small invented case with its truth, to learn on and to score against."""
    from ceasefire.testing.simulate import simulate as write

    world = write(out, seed=seed, days=days, incidents=incidents, observations=observations)
    told = f"{world.reports:,} reports and {world.sensors:,} sensor rows ({world.false:,} tell of nothing real)"
    typer.echo(f"{out / 'case.yml'}: {world.incidents:,} incidents in {world.days} days, told by {told};")
    typer.echo(f"{world.lost:,} of {world.looks:,} looks were lost; the truth is in {world.truth}")


@app.command()
def score(
    path: CasePath,
    truth: Annotated[Path, typer.Argument(metavar="TRUTH", help="Folder with the truth (of `simulate`).")],
    as_json: Json = False,
) -> None:
    """Score a finished run against a known truth: Brier score, reliability, counts with exposure."""
    from ceasefire.testing.score import score as compare

    result = compare(open_case(path, True).output, truth)
    typer.echo(json.dumps(result.as_dict()) if as_json else str(result))
