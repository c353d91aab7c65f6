"""A bar on the terminal that counts tiles: finished, failed, in all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn


@contextmanager
def bar(words: str, *, console: Console | None = None) -> Iterator[Callable[[int, int, int], None]]:
    """Show a bar while a run goes on; give what `run_tiles` takes as `progress`.

    Parameters
    ----------
    words
        What is being done, before the bar.
    console
        Where to draw; the standard error stream where not given. Nothing moves where that is not a terminal.

    >>> import io
    >>> shown = io.StringIO()
    >>> with bar("radar", console=Console(file=shown, width=100)) as told:
    ...     told(3, 1, 4)
    >>> shown.getvalue().split()[0], "4/4" in shown.getvalue(), "1 failed" in shown.getvalue()
    ('radar', True, True)
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[failed]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console or Console(stderr=True)) as shown:
        task = shown.add_task(words, total=None, failed="")

        def told(finished: int, failed: int, total: int) -> None:
            word = f"{failed} failed" if failed else ""
            shown.update(task, completed=finished + failed, total=total, failed=word)

        yield told
