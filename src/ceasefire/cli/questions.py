"""Questions to a finished case: coverage, effect, explain, reliability, claims."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from ceasefire.cli.app import CasePath, Json, app, open_case
from ceasefire.errors import CeasefireError


@app.command()
def coverage(path: CasePath, as_json: Json = False) -> None:
    """Tell what could have been seen: per region, looks made and lost, and the mean chance of seeing one attack."""
    done = open_case(path, True).finished()
    rows = done.coverage_by_region()
    if as_json:
        typer.echo(json.dumps(rows))
        return
    heading = f"{'region':<34}{'act':<10}{'looks':>7}{'lost':>7}{'chance':>9}"
    typer.echo(f"{heading}   silent, watched: P(unreported)   silent, unwatched: P(unreported)")
    for row in rows:
        text = f"{row['name']:<34}{row['act']:<10}{row['looks']:>7}{row['looks_lost']:>7}{row['exposure']:>9.2f}"
        for name in ("watched", "unwatched"):
            p, low, high = (row[f"{end}_{name}"] for end in ("unseen", "unseen_low", "unseen_high"))
            told = "" if p is None else f"{p:.2f} ({low:.2f} to {high:.2f})"
            text += f"   {row[f'silent_{name}']:>6} {told:<24}"
        typer.echo(text.rstrip())


@app.command()
def effect(
    path: CasePath,
    exclude: Annotated[
        str,
        typer.Option(help="Days before the start to leave out, such as 14d or 2w; as in the case file where empty."),
    ] = "",
    series: Annotated[
        Path | None, typer.Option(metavar="FILE", help="One more daily series: columns date, region, count, exposure.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Tell whether less happened in the ceasefire than would have: ratio, interval, placebo dates, is it holding.

    What was counted in force is held against a forecast from the days before. The days of negotiation are left out,
    because violence often rises in them and falls back by itself; counts are taken per chance to see them, because
    a month under cloud is not peace; and the same method is run on dates on which nothing began. An effect is shown
    only where the whole interval lies below 1.

    Judged are the series and windows under `effect:` in the case file, the case's own incidents, and FILE. In FILE a
    day without a row is unknown, not quiet; exposure 0 says that nobody looked. At least 28 days with exposure before
    the days left out are needed, a year is better. A rate against a forecast does not say who did what.
    """
    from ceasefire import effects
    from ceasefire.reporting.effect_text import tell

    judged = open_case(path, True).finished().effect(exclude=exclude or None, series=series)
    typer.echo(effects.as_json(judged) if as_json else tell(judged))


@app.command()
def explain(
    path: CasePath, incident: Annotated[str, typer.Argument(metavar="ID", help="Incident id (i-...).")]
) -> None:
    """Print every weight behind an incident's three probabilities, and its verdict under each reading."""
    done = open_case(path, True).finished()
    try:
        typer.echo(done.explain(incident))
    except KeyError as error:
        raise CeasefireError(f"{error.args[0]}; `incidents.csv` in the report lists them") from None


@app.command()
def reliability(path: CasePath, as_json: Json = False) -> None:
    """Tell how reliable the case's sources are, learnt from which of them reported which incident and which could have.

    Factors are used in fusion only where the case says `assumptions: {source_reliability: {learned: true}}`.
    """
    from ceasefire import learned, store

    case = open_case(path, True)
    found = learned.source_table(case, store.observed(case.output))
    typer.echo(json.dumps(found.as_dict()) if as_json else str(found))


@app.command()
def claims(
    paths: Annotated[
        list[Path], typer.Argument(metavar="CASE | FILES...", help="Case file (.yml), or articles: .html, .txt, feeds.")
    ],
    outlet: Annotated[str, typer.Option(help="Files: who published them, where they do not say so.")] = "",
    published: Annotated[str, typer.Option(help="Files: day or time, such as 2025-03-18, where they have none.")] = "",
    zone: Annotated[str, typer.Option(help="Files: the outlet's time zone; its Tuesday is a day there.")] = "UTC",
    positions: Annotated[bool, typer.Option("--positions", help="What each party accepts, demands, refuses.")] = False,
    figures: Annotated[bool, typer.Option("--figures", help="Every stated number, conflicts marked.")] = False,
    contradictions: Annotated[
        bool, typer.Option("--contradictions", help="Claims that cannot both be so, with the rule.")
    ] = False,
    readouts: Annotated[
        str, typer.Option(metavar="A,B | auto", help="Two accounts of one meeting, by speaker, party or outlet.")
    ] = "",
    draft: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a draft agreement to confirm.")] = None,
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
) -> None:
    """List who said what, where it stands in the text, and what independent sources show of it.

    Of a finished case, or of articles that belong to none:

    ceasefire claims article.txt --outlet "Example Wire" --published 2025-03-18 --positions

    Each claim has its speaker, stance, matter, object and the characters of the text that show it. What a claim says
    is never taken for true: only incidents that independent channels saw bear it out, no other claim does. A draft
    (--draft) names the claims behind each line and must be confirmed by a person.
    """
    from ceasefire import ledger

    asked = ledger.Asked(positions, figures, contradictions, readouts, draft, as_json, as_csv)
    if paths[0].suffix.lower() not in (".yml", ".yaml"):
        said = ledger.from_files(paths, outlet=outlet, published=published, zone=zone)
    elif len(paths) > 1:
        raise CeasefireError("give one case file, or articles; not both")
    elif asked != ledger.Asked(json=as_json):
        said = open_case(paths[0], True).finished().said()
    else:
        for row in open_case(paths[0], True).finished().claims_judged():
            place = f"{row['said']}  {row['claimant']:<10} {row['stance']:<9}"
            typer.echo(json.dumps(row) if as_json else f"{place} {row['summary']}  [{row['verdict']}]")
        return
    for line in ledger.answer(said, asked):
        typer.echo(line)
