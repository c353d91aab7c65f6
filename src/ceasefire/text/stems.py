"""Lists of English stems as the files of this package spell them, and which of many lists a text meets.

Why not one search for each list: a statement meets few of sixty lists, and most can be told apart by the first letters
of its words. A list is only searched for where a word of the text begins as one of its stems does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

LONGEST = 5
"""First letters of a stem that are compared."""
_WORD = re.compile(r"\w+")
_OPTIONAL = ("?", "*", "{")


def stem_pattern(text: str) -> re.Pattern[str]:
    """Compile a list of stems as the files of this package spell them, met where a word begins."""
    return re.compile(rf"(?<![\w])(?:{alternatives(text)})")


def alternatives(text: str) -> str:
    """Write a list of stems as the alternatives of a pattern."""
    return "|".join(_stems(text))


def beginnings(stem: str) -> set[str]:
    """Give the letters that what a compiled stem meets can begin with, up to `LONGEST`; an empty one stands for any.

    >>> sorted(beginnings("lay(ing)? down")), sorted(beginnings("(war|wars?) crime")), beginnings("ceas(e|es)")
    (['lay'], ['war'], {'ceas'})
    >>> sorted(beginnings("(re)?captur(e|ed)")), beginnings("[a-z]+ions?")
    (['captu', 're'], {''})
    """
    alternatives = _apart(stem)
    if len(alternatives) > 1:
        return {letters for one in alternatives for letters in beginnings(one)}
    if stem.startswith("(") and not stem.startswith("(?"):
        stop = _closing(stem)
        inner, rest = beginnings(stem[1:stop]), stem[stop + 1 :]
        return inner | beginnings(rest[1:]) if rest.startswith("?") else {""} if rest[:1] in ("*", "{") else inner
    found = _WORD.match(stem)
    if not found:
        return {""}
    letters, behind = found[0], stem[found.end() : found.end() + 1]
    return {(letters[:-1] if behind and behind in _OPTIONAL else letters)[:LONGEST]}


def _apart(stem: str) -> list[str]:
    """Cut a pattern at the bars that stand in no group."""
    depth, parts = 0, [""]
    for character in stem:
        depth += (character == "(") - (character == ")")
        if character == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _closing(stem: str) -> int:
    """Give the place of the bracket that closes the one a pattern begins with."""
    depth = 0
    for at, character in enumerate(stem):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return at
    return len(stem)


class StemLists:
    """Named lists of stems, searched for together.

    >>> lists = StemLists({"truce": "truces?_ ; cease ?-?fire", "talks": "talks?_ ; met_"})
    >>> lists.met(" they met after the cease-fire ")
    {'truce': 20, 'talks': 6}
    """

    def __init__(self, lists: Mapping[str, str]) -> None:
        """Compile the lists, in their order."""
        self.names = tuple(lists)
        self._patterns = [(name, stem_pattern(text), 1 << bit) for bit, (name, text) in enumerate(lists.items())]
        self._begins: dict[str, int] = {}
        for bit, text in enumerate(lists.values()):
            for letters in {letters for stem in _stems(text) for letters in beginnings(stem)}:
                self._begins[letters] = self._begins.get(letters, 0) | 1 << bit
        self._any = self._begins.get("", 0)
        self._lengths = sorted({len(letters) for letters in self._begins} - {0})

    def met(self, text: str) -> dict[str, int]:
        """Give the lists that a text meets, in their order, with the first character of the first stem met."""
        begins, may = self._begins, self._any
        for letters in {word[:LONGEST] for word in _WORD.findall(text)}:
            for length in self._lengths:
                may |= begins.get(letters[:length], 0)
        found = {}
        for name, pattern, bit in self._patterns:
            hit = pattern.search(text) if may & bit else None
            if hit:
                found[name] = hit.start()
        return found


def _stems(text: str) -> list[str]:
    return [_compiled(stem) for stem in re.split(r" ; |\n", text.strip())]


def _compiled(stem: str) -> str:
    stem = stem.replace("’", "'").replace("_", r"(?![\w])")
    return re.sub(r" ?<([0-9])> ?", r"[\\w'-]*(?:[ ,\"'(-]+[\\w'%.-]+){0,\1}?[ \"'(-]+", stem)
