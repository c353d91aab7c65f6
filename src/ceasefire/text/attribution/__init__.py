"""Who says, thinks or wants what: attributions in English text, direct, indirect and mixed.

Why: most statements in news are indirect speech; a finder of quotation marks misses two thirds of them. Grammar from
a small parser (extra `text`), judgement from rules and a lexicon that anyone can read. Measured by
`benchmarks/attribution.py`; explained in docs/methods/attribution.md.
"""

from __future__ import annotations

from ceasefire.text.attribution.reading import attributions, attributions_of
from ceasefire.text.attribution.spans import Attribution, Span

__all__ = ["Attribution", "Span", "attributions", "attributions_of"]
