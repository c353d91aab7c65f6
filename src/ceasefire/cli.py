"""The command `ceasefire`: verbs are stages, nouns are files.

Exit codes: 0 done; 1 done, but what was asked has an answer of "no" (`lint` found problems, `verify` failed);
2 the input is not usable, and the message says where and why; 3 a service could not be reached.
"""

from __future__ import annotations

import gc
import json
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ceasefire import __version__
from ceasefire.errors import CeasefireError, Doubt, FetchError, strict

if TYPE_CHECKING:
    from ceasefire.case import Case

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help=(
        "Monitor and verify a ceasefire: what happened, whose breach under which reading, and what nobody could see."
        "\n\nBegin with: ceasefire run examples/energy-2025/case.yml"
        "\n\nExit codes: 0 done; 1 done, but the answer is no; 2 unusable input; 3 a service could not be reached."
    ),
)

CasePath = Annotated[Path, typer.Argument(metavar="CASE", help="Case file (case.yml).")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")]
Strict = Annotated[bool, typer.Option("--strict", help="Turn doubts (no coverage, assumed precision) into errors.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print no progress.")]


def main() -> None:
    """Run the command; errors of ours become one message and an exit code, never a traceback."""
    warnings.showwarning = _doubt
    gc.set_threshold(100_000, 20, 20)  # tables make millions of small objects and no cycles: look for those seldom
    try:
        app()
    except FetchError as error:
        _fail(error, 3)
    except (CeasefireError, Doubt) as error:
        _fail(error, 2)
    except BrokenPipeError:
        sys.exit(0)


@app.callback(invoke_without_command=True)
def _version(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        typer.echo(f"ceasefire {__version__}")
        raise typer.Exit


@app.command()
def run(path: CasePath, as_json: Json = False, careful: Strict = False, quiet: Quiet = False) -> None:
    """Do everything: observe, fuse, assess, report.

    Reads local files only; `ceasefire fetch` brings files from services first. The last line says where the report
    is and what it found.
    """
    with _careful(careful):
        case = _case(path, quiet)
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
    case = _case(path, quiet)
    for line in case.fetch(product):
        typer.echo(line)


@app.command()
def observe(path: CasePath, as_json: Json = False, careful: Strict = False, quiet: Quiet = False) -> None:
    """Read every source: rows to observations, looks and claims; rows that cannot be used are kept with a reason."""
    from ceasefire import store

    with _careful(careful):
        case = _case(path, quiet)
        observed = case.observe()
    store.keep(observed, case.output)
    _print({name: asdict(c) for name, c in observed.counts.items()}, as_json, f"{case.output / 'observations.parquet'}")


@app.command()
def fuse(path: CasePath, as_json: Json = False, quiet: Quiet = False) -> None:
    """Fuse observations into incidents, and looks into coverage."""
    from ceasefire import store

    case = _case(path, quiet)
    fused = case.fuse(store.observed(case.output))
    store.keep(fused, case.output)
    _print({"incidents": len(fused.incidents)}, as_json, f"{case.output / 'incidents.parquet'}")


@app.command()
def assess(path: CasePath, as_json: Json = False, quiet: Quiet = False) -> None:
    """Judge incidents, periods, obligations and claims under every reading."""
    from ceasefire import store

    case = _case(path, quiet)
    observed, fused = store.observed(case.output), store.fused(case.output)
    findings = case.assess(observed, fused)
    store.keep(findings, case.output)
    case.effects(fused)
    _print({"findings": len(findings)}, as_json, f"{case.output / 'findings.parquet'}")


@app.command()
def report(path: CasePath, as_json: Json = False, quiet: Quiet = False) -> None:
    """Write the report of a finished run: one page that opens from disk, and its tables."""
    done = _case(path, quiet).finished()
    page = done.report()
    _print({"report": str(page), **done.summary()}, as_json, f"{page}: {done.headline()}")


@app.command()
def coverage(path: CasePath, as_json: Json = False) -> None:
    """Tell what could have been seen: per region, looks made and lost, and the mean chance of seeing one attack."""
    done = _case(path, True).finished()
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

    judged = _case(path, True).finished().effect(exclude=exclude or None, series=series)
    typer.echo(effects.as_json(judged) if as_json else tell(judged))


@app.command()
def explain(
    path: CasePath, incident: Annotated[str, typer.Argument(metavar="ID", help="Incident id (i-...).")]
) -> None:
    """Print every weight behind an incident's three probabilities, and its verdict under each reading."""
    done = _case(path, True).finished()
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

    case = _case(path, True)
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
        said = _case(paths[0], True).finished().said()
    else:
        for row in _case(paths[0], True).finished().claims_judged():
            place = f"{row['said']}  {row['claimant']:<10} {row['stance']:<9}"
            typer.echo(json.dumps(row) if as_json else f"{place} {row['summary']}  [{row['verdict']}]")
        return
    for line in ledger.answer(said, asked):
        typer.echo(line)


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

    result = compare(_case(path, True).output, truth)
    typer.echo(json.dumps(result.as_dict()) if as_json else str(result))


def _case(path: Path, quiet: bool) -> Case:
    from ceasefire.case import Case

    return Case.read(path, say=(lambda _: None) if quiet else (lambda line: typer.echo(line, err=True)))


@contextmanager
def _careful(on: bool) -> Iterator[None]:
    with strict() if on else nullcontext():
        yield


def _print(found: dict[str, Any], as_json: bool, otherwise: str) -> None:
    typer.echo(json.dumps(found) if as_json else otherwise)


def _doubt(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
    if issubclass(category, Doubt):
        typer.echo(f"doubt: {message}", err=True)
    else:
        typer.echo(f"warning: {message}", err=True)


def _fail(error: BaseException, code: int) -> None:
    typer.echo(f"error: {error}", err=True)
    sys.exit(code)
