"""What every command shares: the application, its arguments, how results and doubts are printed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ceasefire.errors import strict

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


def open_case(path: Path, quiet: bool) -> Case:
    """Read a case file; progress goes to standard error."""
    from ceasefire.case import Case

    return Case.read(path, say=(lambda _: None) if quiet else (lambda line: typer.echo(line, err=True)))


@contextmanager
def careful_if(on: bool) -> Iterator[None]:
    """Turn doubts into errors where asked."""
    with strict() if on else nullcontext():
        yield


def answer(found: dict[str, Any], as_json: bool, otherwise: str) -> None:
    """Print what was found, as JSON or as a line."""
    typer.echo(json.dumps(found) if as_json else otherwise)
