"""Which texts are independent of each other: a syndicated copy is no second voice.

Why by the claims: assessment sees no texts. Two texts of which one has most of its contents word for word in the
other are taken for one; so are claims whose source gives them one origin.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations

from ceasefire.model.records import Claim

SHARE = 0.6
"""Share of the shorter text's contents that stand word for word in the other, from which on it is a copy."""
LEAST_WORDS = 6
"""Contents of fewer words are alike by chance."""


def voices(claims: Iterable[Claim]) -> dict[str, str]:
    """Give each claim's voice: one name for all claims that rest on one text or on its copies.

    Returns
    -------
    Claim id to voice; a voice is the least of the names (origin, or text) that were joined.

    >>> from datetime import UTC, datetime
    >>> told = dict(source="s", granule="g", line=1, claimant="", speaker="K", said=datetime(2025, 3, 18, tzinfo=UTC),
    ...             stance="asserts", text="the whole of it must stop at once today")
    >>> copies = [Claim(id="a", archived="11", **told), Claim(id="b", archived="22", **told)]
    >>> voices(copies)
    {'a': '11', 'b': '11'}
    """
    claims = list(claims)
    name = {c.id: _name(c) for c in claims}
    contents: dict[str, set[str]] = defaultdict(set)
    holders: dict[str, set[str]] = defaultdict(set)
    for claim in claims:
        words = re.findall(r"\w+", claim.text.casefold())
        if claim.archived and len(words) >= LEAST_WORDS:
            contents[name[claim.id]].add(" ".join(words))
            holders[" ".join(words)].add(name[claim.id])
    shared: dict[tuple[str, str], int] = defaultdict(int)
    for told_in in holders.values():
        for pair in combinations(sorted(told_in), 2):
            shared[pair] += 1
    parent: dict[str, str] = {}

    def root(one: str) -> str:
        while one in parent:
            one = parent[one]
        return one

    for (a, b), n in sorted(shared.items()):
        if n >= SHARE * min(len(contents[a]), len(contents[b])) and root(a) != root(b):
            low, high = sorted((root(a), root(b)))
            parent[high] = low
    return {c.id: root(name[c.id]) for c in claims}


def _name(claim: Claim) -> str:
    return claim.origin or claim.archived or f"{claim.source}/{claim.granule}"
