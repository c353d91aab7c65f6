"""YAML text to a tree that knows where each value stands, and nothing else: no tags, no objects, no bombs.

Why not a plain YAML loader: people write agreement files by hand, and an error is only useful with its line and
column; and a file from outside may be hostile. So the parser's events are read one by one, and every limit
(size, depth, values after aliases are followed) is checked while reading, before anything is built.
Plain words are read by the YAML 1.2 core schema: `no` and `2025-03-25` are text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from ceasefire.errors import InvalidFile, Problem

MAX_BYTES = 1_000_000
"""Largest file read; the largest of the library is a twentieth of it."""
MAX_DEPTH = 20
"""Deepest nesting; the format needs nine."""
MAX_VALUES = 50_000
"""Most values in the tree, those behind aliases counted each time."""

_INT = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_TAB = re.compile(r"^ *\t", re.MULTILINE)


@dataclass
class Node:
    """One value of the file: text, number, truth or null; a list; or a mapping."""

    line: int
    """1-based line."""
    column: int
    """1-based column."""
    value: Any = None
    """A scalar, a list of nodes, or a dict of str to node."""
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Where each key of a mapping stands."""
    values: int = 1
    """Number of values in it, itself included."""
    open: bool = False
    """Whether it is still being read; an alias to it would have no end."""

    def plain(self) -> Any:
        """Give it as Python data."""
        if isinstance(self.value, list):
            return [n.plain() for n in self.value]
        if isinstance(self.value, dict):
            return {k: n.plain() for k, n in self.value.items()}
        return self.value

    def place(self, path: Sequence[int | str]) -> tuple[int, int]:
        """Give line and column of the value at a path, as near as the path can be followed.

        Parameters
        ----------
        path
            Keys and 0-based positions; `[key]` after a key means the key itself.
        """
        node, last = self, (self.line, self.column)
        for step, after in zip_longest(path, path[1:]):
            if isinstance(node.value, dict) and step in node.value:
                if after == "[key]":
                    return node.keys[str(step)]
                node = node.value[str(step)]
            elif isinstance(node.value, list) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
            else:
                break
            last = (node.line, node.column)
        return last


def read_tree(data: bytes | str, name: str) -> Node:
    """Read YAML into a tree.

    Parameters
    ----------
    data
        The file's bytes (UTF-8, with or without a byte order mark) or its text.
    name
        File name for errors.

    Raises
    ------
    InvalidFile
        With the line and column of whatever is wrong.

    >>> read_tree("a: [1, no]", "x.yml").plain()
    {'a': [1, 'no']}
    >>> read_tree("a: 1\\na: 2", "x.yml")
    Traceback (most recent call last):
    ...
    ceasefire.errors.InvalidFile: 1 problem
    x.yml:2:1: the key 'a' is given twice (remove one; the first stands in line 1)
    """
    text = _decode(data, name)
    reader = _TreeReader(name)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            reader.take(event)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        wrong = "this is not YAML: " + " ".join(str(error.problem or error.context or "unreadable").split())
        raise InvalidFile([*reader.problems, Problem(name, line, column, wrong, _hint(error))]) from None
    except (YAMLError, ValueError, OverflowError, AssertionError, IndexError, AttributeError, TypeError) as error:
        # ruamel's scanner raises these on malformed directives and escapes
        wrong = "this is not YAML: " + " ".join(str(error).split())[:200]
        raise InvalidFile([*reader.problems, Problem(name, 0, 0, wrong)]) from None
    if reader.root is None and not reader.problems:
        reader.problems.append(Problem(name, 0, 0, "the file is empty", "begin with `ceasefire: 1`"))
    if reader.problems or reader.root is None:
        raise InvalidFile(reader.problems)
    return reader.root


def _decode(data: bytes | str, name: str) -> str:
    if len(data) > MAX_BYTES:
        raise InvalidFile([Problem(name, 0, 0, "the file is too large", f"at most {MAX_BYTES:,} bytes")])
    text = _utf8(data, name) if isinstance(data, bytes) else data
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    found = [
        Problem(name, *_line_column(text, m.start()), f"the control character U+{ord(m[0]):04X}", "remove it")
        for m in _CONTROL.finditer(text)
    ]
    found += [
        Problem(name, *_line_column(text, m.end() - 1), "a tab in the indentation", "indent with spaces")
        for m in _TAB.finditer(text)
    ]
    if found:
        raise InvalidFile(found[:20])
    return text


def _utf8(data: bytes, name: str) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise InvalidFile([Problem(name, 1, 1, "the file is UTF-16", "save it as UTF-8")])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        line, column = _line_column(before, len(before))
        wrong = f"byte 0x{data[error.start]:02x} is not UTF-8"
        raise InvalidFile([Problem(name, line, column, wrong, "save the file as UTF-8")]) from None


def _line_column(text: str, position: int) -> tuple[int, int]:
    return text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)


def _hint(error: MarkedYAMLError) -> str:
    problem = str(error.problem or "")
    if "mapping values are not allowed" in problem:
        return "put the text in quotes where it holds a colon"
    if "cannot start any token" in problem:
        return "put the text in quotes where it begins with a special character"
    if "block end" in problem or "expected" in problem:
        return "check indentation and brackets here and in the lines before"
    return ""


class _TreeReader:
    """Builds the tree from events; stops at the first breach of a limit, collects the rest."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self.stack: list[tuple[Node, str | None]] = []
        self.anchors: dict[str, Node] = {}
        self.documents = 0
        self.values = 0

    def take(self, event: Event) -> None:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if isinstance(event, DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self.stop(line, column, "a second document begins", "one agreement per file: remove `---`")
        elif isinstance(event, CollectionEndEvent):
            self.close()
        elif isinstance(event, NodeEvent):
            self.begin(event, line, column)

    def begin(self, event: NodeEvent, line: int, column: int) -> None:
        if isinstance(event, AliasEvent):
            node = self.anchors.get(event.anchor)
            if node is None:
                self.stop(line, column, f"the alias *{event.anchor} has no anchor", f"write &{event.anchor} first")
            elif node.open:
                self.stop(line, column, f"the alias *{event.anchor} holds itself", "write the value out")
            else:
                self.attach(node, line, column)
            return
        tag = getattr(event, "tag", None)
        if tag is not None:
            self.problems.append(
                Problem(self.name, line, column, f"the tag {str(tag)[:60]!r}", "no tags: write the plain value")
            )
        node = Node(line, column)
        if isinstance(event, ScalarEvent):
            node.value = _scalar(event.value) if event.style is None else event.value
            if self.stack and self.awaits_key():
                node.value = event.value
        else:
            node.value = {} if isinstance(event, MappingStartEvent) else []
            node.open = True
            if self.stack and self.awaits_key():
                self.stop(line, column, "a mapping or list stands where a key must", "a key is one word")
        self.attach(node, line, column)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        if isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            self.stack.append((node, None))
            if len(self.stack) > MAX_DEPTH:
                self.stop(line, column, f"nested deeper than {MAX_DEPTH} levels", "the format needs nine")

    def awaits_key(self) -> bool:
        holder, key = self.stack[-1]
        return isinstance(holder.value, dict) and key is None

    def attach(self, node: Node, line: int, column: int) -> None:
        self.values += node.values
        if self.values > MAX_VALUES:
            self.stop(line, column, f"more than {MAX_VALUES:,} values, aliases followed", "write fewer aliases")
        if not self.stack:
            self.root = node
            return
        holder, key = self.stack[-1]
        if isinstance(holder.value, list):
            holder.value.append(node)
        elif key is None:
            if not isinstance(node.value, str):
                self.stop(line, column, "a key is not text", "a key is one word")
            word = str(node.value)
            if word in holder.value:
                right = f"remove one; the first stands in line {holder.keys[word][0]}"
                self.problems.append(Problem(self.name, line, column, f"the key {word[:60]!r} is given twice", right))
            holder.keys.setdefault(word, (line, column))
            self.stack[-1] = (holder, word)
        else:
            holder.value.setdefault(key, node)
            self.stack[-1] = (holder, None)

    def close(self) -> None:
        node, _ = self.stack.pop()
        node.open = False
        children = node.value if isinstance(node.value, list) else node.value.values()
        node.values = 1 + sum(child.values for child in children)

    def stop(self, line: int, column: int, wrong: str, right: str) -> None:
        raise InvalidFile([*self.problems, Problem(self.name, line, column, wrong, right)])


def _scalar(text: str) -> Any:
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return text.lower() == "true"
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
