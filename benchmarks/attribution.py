"""Attribution in English text against PolNeAR: `python -m benchmarks.attribution [dev|train] [articles]`.

Counted: words and marks (`\\w+` or one mark) that stand in the source, the cue or the content of some attribution of
the outlet itself (level 1: PolNeAR marks no attribution within another), found against marked, summed over all
articles. Beside it a finder of quotation marks, and two annotators against each other where an article has several.
A stricter count beside it: of the content tokens that both found, how many are given to the right source (the two
sources share a character, or both say that there is none).
"""

from __future__ import annotations

import json
import os
import sys
import time
from itertools import islice
from pathlib import Path

from benchmarks.polnear import PARTS, Article, Count, articles, tokens
from ceasefire.errors import CeasefireError
from ceasefire.text.attribution import Attribution, Span, attributions_of
from ceasefire.text.attribution.parse import paragraphs
from ceasefire.text.attribution.quotes import quotes


def found_spans(found: list[Attribution], part: str) -> list[Span]:
    """The spans of one part over the attributions of level 1."""
    outer = [one for one in found if one.level == 1]
    if part == "content":
        return [span for one in outer for span in one.content]
    if part == "cue":
        return [one.cue for one in outer]
    return [one.source for one in outer if one.source is not None]


def quoted_spans(text: str) -> list[Span]:
    """What a quotes-only finder calls content: every quotation."""
    return [(quote.begin, quote.stop) for quote in quotes(text, paragraphs(text))]


def compared(sample: list[Article], found: list[list[Attribution]]) -> dict[str, dict[str, Count]]:
    """Count the rules, the quotes-only finder and the second annotator against the first."""
    counts = {who: {part: Count() for part in PARTS} for who in ("rules", "quotes only", "second annotator")}
    for article, attributions in zip(sample, found, strict=True):
        text = article.text
        for part in PARTS:
            marked = tokens(text, article.spans(part))
            counts["rules"][part].add(tokens(text, found_spans(attributions, part)), marked)
            counts["quotes only"][part].add(tokens(text, quoted_spans(text)) if part == "content" else set(), marked)
            if len(article.marked) > 1:
                counts["second annotator"][part].add(tokens(text, article.spans(part, 1)), marked)
    return counts


def right_source(sample: list[Article], found: list[list[Attribution]]) -> float:
    """Share of the content tokens in both that are given to the right source."""
    right = both = 0
    for article, attributions in zip(sample, found, strict=True):
        marked = {token: one["source"] for one in article.marked[0] for token in tokens(article.text, one["content"])}
        for one in attributions:
            if one.level > 1:
                continue
            for token in tokens(article.text, list(one.content)) & marked.keys():
                both += 1
                sources = marked[token]
                if one.source is None:
                    right += not sources
                else:
                    right += any(begin < one.source[1] and one.source[0] < stop for begin, stop in sources)
    return right / max(both, 1)


def main(split: str, limit: int | None) -> int:
    """Print the table and one line of JSON."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("CEASEFIRE_DATA") or beside) / "text" / "polnear" / split
    if not (folder / "text").is_dir():
        print("skipped: set CEASEFIRE_DATA to the folder that holds text/polnear")
        return 0
    sample = list(islice(articles(folder), limit))
    words = sum(len(article.text.split()) for article in sample)
    try:
        list(attributions_of(["The mayor said it was over."]))
    except CeasefireError as error:
        print(f"skipped: {error}")
        return 0
    wall, cpu = time.perf_counter(), time.process_time()
    found = list(attributions_of(article.text for article in sample))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    several = sum(len(article.marked) > 1 for article in sample)
    print(f"PolNeAR {split}: {len(sample)} articles, {words} words; {several} articles have a second annotator")
    print(f"{'':18}{'part':9}{'precision':>10}{'recall':>8}{'F1':>7}{'tokens marked':>15}")
    counts = compared(sample, found)
    for who, parts in counts.items():
        for part, count in parts.items():
            if count.found:
                print(f"{who:18}{part:9}{count.precision:10.3f}{count.recall:8.3f}{count.f1:7.3f}{count.marked:15}")
    linked = right_source(sample, found)
    print(f"right source: {linked:.3f} of the content tokens that rules and people both have")
    print(
        f"{len(sample) / cpu:.1f} articles, {words / cpu:.0f} words per CPU second; {cpu:.1f} s CPU, {wall:.1f} s wall"
    )
    line = {
        "split": split,
        "articles": len(sample),
        **{f"{part}_f1": round(counts["rules"][part].f1, 4) for part in PARTS},
        "quotes_only_content_f1": round(counts["quotes only"]["content"].f1, 4),
        "quotes_only_content_recall": round(counts["quotes only"]["content"].recall, 4),
        "right_source": round(linked, 4),
        "words_per_cpu_second": round(words / cpu),
    }
    print(json.dumps(line))
    return 0


if __name__ == "__main__":
    arguments = sys.argv[1:]
    sys.exit(main(arguments[0] if arguments else "dev", int(arguments[1]) if len(arguments) > 1 else None))
