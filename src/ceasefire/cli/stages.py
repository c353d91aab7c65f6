"""The stages of a case, each a verb: run, fetch, observe, fuse, assess, report."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from ceasefire.cli.app import CasePath, Json, Quiet, Strict, answer, app, careful_if, open_case


@app.command()
def run(path: CasePath, as_json: Json = False, careful: Strict = False, quiet: Quiet = False) -> None:
    """Do everything: observe, fuse, assess, report.

    Reads local files only; `ceasefire fetch` brings files from services first. The last line says where the report
    is and what it found.
    """
    with careful_if(careful):
        case = open_case(path, quiet)
        done = case.run()
    page = case.output / "report" / "index.html"
    found = done.summary()
    if as_json:
        counts = {name: asdict(c) for name, c in done.observed.counts.items()}
        typer.echo(json.dumps({"report": str(page), **found, "counts": counts}))
    else:
        typer.echo(f"{page}: {done.headline()}")


@app.command()
def fetch(
    path: CasePath,
    product: Annotated[str, typer.Option(help="Only this product.")] = "",
    quiet: Quiet = False,
) -> None:
    """Bring the files of a case's sources from their services (FIRMS, UCDP, VIINA, alert archive).

    Keys come from the environment (CEASEFIRE_FIRMS_KEY, CEASEFIRE_UCDP_TOKEN) and are never written. What is already
    there with the same hash is not fetched again, so a broken fetch can be run once more.
    """
    case = open_case(path, quiet)
    for line in case.fetch(product):
        typer.echo(line)


@app.command()
def observe(path: CasePath, as_json: Json = False, careful: Strict = False, quiet: Quiet = False) -> None:
    """Read every source: rows to observations, looks and claims; rows that cannot be used are kept with a reason."""
    from ceasefire import store

    with careful_if(careful):
        case = open_case(path, quiet)
        observed = case.observe()
    store.keep(observed, case.output)
    answer({name: asdict(c) for name, c in observed.counts.items()}, as_json, f"{case.output / 'observations.parquet'}")


@app.command()
def fuse(path: CasePath, as_json: Json = False, quiet: Quiet = False) -> None:
    """Fuse observations into incidents, and looks into coverage."""
    from ceasefire import store

    case = open_case(path, quiet)
    fused = case.fuse(store.observed(case.output))
    store.keep(fused, case.output)
    answer({"incidents": len(fused.incidents)}, as_json, f"{case.output / 'incidents.parquet'}")


@app.command()
def assess(path: CasePath, as_json: Json = False, quiet: Quiet = False) -> None:
    """Judge incidents, periods, obligations and claims under every reading."""
    from ceasefire import store

    case = open_case(path, quiet)
    observed, fused = store.observed(case.output), store.fused(case.output)
    findings = case.assess(observed, fused)
    store.keep(findings, case.output)
    case.effects(fused)
    answer({"findings": len(findings)}, as_json, f"{case.output / 'findings.parquet'}")


@app.command()
def report(path: CasePath, as_json: Json = False, quiet: Quiet = False) -> None:
    """Write the report of a finished run: one page that opens from disk, and its tables."""
    done = open_case(path, quiet).finished()
    page = done.report()
    answer({"report": str(page), **done.summary()}, as_json, f"{page}: {done.headline()}")
