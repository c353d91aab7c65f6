"""Agreement files to agreement records; an error names file, line, column, what is wrong and what would be right.

All errors come at once: those of the records (wrong words, dates, missing keys) and those of the whole file
(`validation`), in the order of their lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ceasefire.agreements.tree import MAX_BYTES, Node, read_tree
from ceasefire.agreements.validation import places, references
from ceasefire.errors import InvalidFile, Problem
from ceasefire.model.agreement import Agreement
from ceasefire.model.moment import near

Record = TypeVar("Record", bound=BaseModel)

_MOST = 100
"""Errors reported at most; the rest are counted."""


def read(path: Path) -> Agreement:
    """Read an agreement file.

    Parameters
    ----------
    path
        A YAML file in the agreement format (`docs`: `ceasefire.agreements.schema.schema()`).

    Raises
    ------
    InvalidFile
        With every problem found, also where the file cannot be opened.

    >>> from ceasefire.agreements.library import path
    >>> read(path("energy-2025")).id
    'energy-2025'
    """
    return parse(read_bytes(path), name=path.name)


def read_bytes(path: Path) -> bytes:
    """Read a file's bytes, refusing what is too large before it is read."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InvalidFile([Problem(path.name, 0, 0, f"cannot be opened: {error.strerror}")]) from None


def parse(data: bytes | str, *, name: str = "agreement") -> Agreement:
    """Read an agreement from bytes or text.

    Parameters
    ----------
    data
        YAML, UTF-8.
    name
        File name for errors.

    Raises
    ------
    InvalidFile
        With every problem found.

    >>> from ceasefire.agreements.library import path
    >>> text = path("victory-day-2025").read_text().replace("binds: [russia]", "binds: [rusia]\\n    act: [attack]")
    >>> parse(text, name="a.yml")
    Traceback (most recent call last):
    ...
    ceasefire.errors.InvalidFile: 2 problems
    a.yml:55:13: unknown party 'rusia' (did you mean 'russia'?)
    a.yml:56:5: unknown key 'act' (did you mean 'acts'?)
    """
    return with_tree(data, name=name)[0]


def with_tree(data: bytes | str, *, name: str) -> tuple[Agreement, Node]:
    """Read an agreement together with the tree that knows where each value stands."""
    tree = read_tree(data, name)
    plain = tree.plain()
    if not isinstance(plain, dict):
        raise InvalidFile([Problem(name, tree.line, tree.column, "not a mapping", "begin with `ceasefire: 1`")])
    return validated(Agreement, tree, name, also=references(plain) + places(plain)), tree


def validated(
    record: type[Record], tree: Node, name: str, *, also: Sequence[tuple[tuple[int | str, ...], str, str]] = ()
) -> Record:
    """Make a record of a tree, or tell all that is wrong with it, with lines and columns.

    Parameters
    ----------
    record
        A pydantic record class, e.g. `Agreement`.
    tree
        The file's tree (`tree.read_tree`).
    name
        File name for errors.
    also
        Problems found by other checks: path, what is wrong, what would be right.

    Raises
    ------
    InvalidFile
        With every problem, by line.
    """
    found, made = list(also), None
    try:
        made = record.model_validate(tree.plain())
    except ValidationError as error:
        found += [_finding(e, record) for e in error.errors(include_url=False) if not _follows(e)]
    except RecursionError:
        found.append(((), "nested too deep", ""))
    if found or made is None:
        problems = [Problem(name, *tree.place(path), wrong, right) for path, wrong, right in found]
        problems = sorted(dict.fromkeys(problems), key=lambda p: (p.line, p.column, p.wrong))
        if len(problems) > _MOST:
            rest = Problem(name, 0, 0, f"{len(problems) - _MOST} more problems")
            problems = [*problems[:_MOST], rest]
        raise InvalidFile(problems)
    return made


def _finding(error: ErrorDetails, record: type[BaseModel]) -> tuple[tuple[int | str, ...], str, str]:
    """Say a pydantic error in our words."""
    path, kind, context = error["loc"], error["type"], error.get("ctx") or {}
    key = str(path[-1]) if path else ""
    given = _short(error.get("input"))
    if kind == "ceasefire":
        return path, context["wrong"], context["right"]
    if kind == "missing":
        return path[:-1], f"the key `{key}` is missing", _meaning(path, record)
    if kind == "extra_forbidden":
        return (*path, "[key]"), f"unknown key {key!r}", near(key, _keys(path[:-1], record))
    if kind == "literal_error":
        words = re.findall(r"'([^']+)'", context["expected"])
        right = near(str(error["input"]), words) if words else context["expected"]
        return path, f"{key}: {given} is not allowed", right
    if kind == "string_pattern_mismatch":
        right = _PATTERNS.get(context["pattern"], f"it must match {context['pattern']}")
        return path, f"{key}: {given} is not well formed", right
    if kind in ("too_short", "string_too_short") and not error["input"]:
        right = "at least one source: every line names what it rests on" if key == "sources" else "at least one"
        return path, f"{key} is empty", right
    return path, f"{key}: {given}: {error['msg'][:1].lower()}{error['msg'][1:]}", ""


def _follows(error: ErrorDetails) -> bool:
    """Tell whether a list only counts as too short because pydantic dropped its wrong items, told apart."""
    return error["type"] == "too_short" and bool(error["input"])


_PATTERNS = {
    r"^[a-z0-9][a-z0-9-]{0,63}$": "small letters, digits and hyphens, at most 64",
    r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$": "an ISO 3166 code such as UA, UA-53 or RU-KRS",
    r"^(\d{4}(-\d{2}(-\d{2})?)?)?$": "a date such as 2025-03-25, a month or a year",
}


def _short(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return "a mapping" if isinstance(value, dict) else "a list"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _meaning(path: tuple[int | str, ...], record: type[BaseModel]) -> str:
    model = _model_at(path[:-1], record)
    for name, field in model.model_fields.items() if model else ():
        if path[-1] in (name, field.alias) and field.description:
            return " ".join(field.description.split()).removesuffix(".")
    return ""


def _keys(path: tuple[int | str, ...], record: type[BaseModel]) -> list[str]:
    model = _model_at(path, record)
    return [f.alias or name for name, f in model.model_fields.items()] if model else []


def _model_at(path: tuple[int | str, ...], record: type[BaseModel]) -> type[BaseModel] | None:
    """Follow a path through the records' annotations to the record that stands there."""
    here: Any = record
    for step in path:
        if isinstance(here, type) and issubclass(here, BaseModel):
            fields = {f.alias or name: f for name, f in here.model_fields.items()}
            here = fields[str(step)].annotation if step in fields else None
        else:
            here = _inner(here)
        while get_origin(here) in (Annotated, Union, UnionType):
            here = _inner(here)
    return here if isinstance(here, type) and issubclass(here, BaseModel) else None


def _inner(annotation: Any) -> Any:
    """Give the class inside `tuple[X, ...]`, `dict[str, X]`, `X | None` or `Annotated[X, ...]`."""
    inner = [a for a in get_args(annotation) if a not in (Ellipsis, type(None))]
    if not inner:
        return None
    return inner[-1] if get_origin(annotation) is dict else inner[0]
