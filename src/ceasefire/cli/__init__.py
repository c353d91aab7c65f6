"""The command `ceasefire`: verbs are stages, nouns are files.

Exit codes: 0 done; 1 done, but what was asked has an answer of "no" (`lint` found problems, `verify` failed);
2 the input is not usable, and the message says where and why; 3 a service could not be reached.
"""

from __future__ import annotations

import gc
import sys
import warnings
from typing import Annotated, Any

import typer

from ceasefire import __version__
from ceasefire.cli.app import app
from ceasefire.errors import CeasefireError, Doubt, FetchError

# Each registers its commands; `--help` lists them in this order.
from ceasefire.cli import stages, questions, sky, patrol, sea, authors  # noqa: F401  isort: skip

__all__ = ["app", "main"]


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


def _doubt(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
    if issubclass(category, Doubt):
        typer.echo(f"doubt: {message}", err=True)
    else:
        typer.echo(f"warning: {message}", err=True)


def _fail(error: BaseException, code: int) -> None:
    typer.echo(f"error: {error}", err=True)
    sys.exit(code)
