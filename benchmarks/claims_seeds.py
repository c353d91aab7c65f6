"""Claims found in the five seed articles against the gold file: `python -m benchmarks.claims_seeds [--show]`.

A found claim and a gold claim can be one where their contents overlap by at least half of the shorter and the speaker
is the same (names and aliases of `gold/speakers.csv`; a joint speaker counts as each of the speakers). The pairs are
chosen one-to-one, as many as possible, and among those the ones whose contents cover each other best. A claim is right
where its pair has the same act and object class, or one that the gold file accepts beside it.

* speaker + act + object: right claims over found (precision) and over gold (recall);
* content: pairs by content alone, whoever speaks;
* stance: share of the pairs whose stance is the gold one or one accepted beside it;
* claims found in lines that are no story count against precision and are told apart;
* lines: furniture kept and story lines lost by `ceasefire.text.story`;
* slots of the paired claims (`benchmarks.claims_slots`).

With `--show` every missed, wrong and surplus claim is printed with its words, with `--slots` every slot that is not as
in the gold file. Needs the seed articles: `seeds` beside the folder `$CEASEFIRE_DATA`. The last line is one line of
JSON.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from benchmarks import claims_slots
from benchmarks.claims_gold import OUTLET, Article, Gold, articles, claims, each, known, seeds
from ceasefire.model.records import Claim

LEAST_OVERLAP = 0.5


class Found(NamedTuple):
    """One claim found, with one speaker."""

    speaker: str
    begin: int
    stop: int
    stance: str
    act: str
    object_class: str
    claim: Claim | None = None
    """The claim with all its slots."""


class Score(NamedTuple):
    """Counts of one article, or of all."""

    gold: int
    found: int
    pairs: int
    right: int
    content: int
    stance: int
    must: int
    must_right: int
    outside: int
    lines_kept: int
    lines_lost: int

    def shares(self) -> dict[str, float]:
        """Give precision and recall of the three measures."""
        found, gold = max(self.found, 1), max(self.gold, 1)
        return {
            "precision": self.right / found,
            "recall": self.right / gold,
            "speaker_precision": self.pairs / found,
            "speaker_recall": self.pairs / gold,
            "content_precision": self.content / found,
            "content_recall": self.content / gold,
            "stance": self.stance / max(self.pairs, 1),
            "must_recall": self.must_right / max(self.must, 1),
        }


def main(arguments: list[str]) -> None:
    """Score every article and print the tables."""
    folder = seeds()
    if folder is None:
        print("no seed articles here: set CEASEFIRE_DATA to the data folder that has `seeds` beside it")
        print(json.dumps({"benchmark": "claims_seeds", "skipped": "no seed articles"}))
        return
    gold, scores, missed = claims(), [], []
    of_slots: list[tuple[Gold, Claim]] = []
    began = time.process_time()
    print(
        f"{'article':8} {'gold':>5} {'found':>6} {'right':>6} {'prec.':>6} {'rec.':>6} {'cont.P':>7} {'cont.R':>7}",
        end="",
    )
    print(f" {'stance':>7} {'outside':>8} {'furniture kept':>15} {'story lost':>11}")
    for article in articles(folder):
        own = [one for one in gold if one.article == article.sha256]
        found = claims_found(article)
        pairs = matched(own, found)
        scores.append(scored(article, own, found, pairs))
        print(line(article.name[:3], scores[-1]))
        right = {g for g, f in pairs if is_right(own[g], found[f])}
        missed += [
            (article, one, g in {p[0] for p in pairs}) for g, one in enumerate(own) if one.must and g not in right
        ]
        new = [(own[g], one) for g, f in pairs if (one := found[f].claim)]
        of_slots += new
        if "--show" in arguments:
            show(article, own, found, pairs)
        if "--slots" in arguments:
            show_slots(new)
    total = Score(*(sum(column) for column in zip(*scores, strict=True)))
    print(line("all", total))
    print(f"claims the issue names: {total.must_right} of {total.must} right; missed:")
    for article, one, paired in missed:
        why = ": found with another act or object" if paired else ""
        print(f"  {article.name[:3]} n {one.n}: {told(one)} ({one.note or 'no note'}){why}")
    slots = claims_slots.scored(of_slots)
    print("slots of the paired claims:")
    print("\n".join(claims_slots.lines(slots)))
    print(
        json.dumps(
            {"benchmark": "claims_seeds", **total._asdict()}
            | {"slots": {name: list(counts) for name, counts in slots.items()}}
            | {name: round(value, 4) for name, value in total.shares().items()}
            | {"cpu_s": round(time.process_time() - began, 2)}
        )
    )


def claims_found(article: Article) -> list[Found]:
    """Let the extractor read one article; a claim of two known speakers becomes two."""
    try:
        from ceasefire.text.claims import claims_of_text
    except ImportError as error:
        raise SystemExit(f"claims_seeds needs ceasefire.text.claims.claims_of_text: {error}") from error
    published = datetime.fromisoformat(article.published).replace(tzinfo=UTC)
    return [
        Found(speaker, one.begin, one.stop, one.stance, one.act, one.object_class, one)
        for one in claims_of_text(article.text, outlet=OUTLET, published=published)
        for speaker in each(one.speaker)
    ]


def shared(gold: list[Gold], found: list[Found]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Give for each pair (gold, found) the overlap over the shorter content, and over both together."""
    g0, g1 = np.array([(one.begin, one.stop) for one in gold], dtype=float).reshape(-1, 2).T[:, :, None]
    f0, f1 = np.array([(one.begin, one.stop) for one in found], dtype=float).reshape(-1, 2).T[:, None, :]
    both = np.maximum(np.minimum(g1, f1) - np.maximum(g0, f0), 0)
    shorter = np.maximum(np.minimum(g1 - g0, f1 - f0), 1)
    return both / shorter, both / np.maximum(np.maximum(g1, f1) - np.minimum(g0, f0), 1)


def matched(gold: list[Gold], found: list[Found], *, whoever: bool = False) -> list[tuple[int, int]]:
    """Pair gold and found claims one-to-one: as many as may be, then those that cover each other best.

    Where contents and speakers tie, the pair with the right act and object is taken.
    """
    if not gold or not found:
        return []
    short, union = shared(gold, found)
    may = short >= LEAST_OVERLAP
    weight = union.copy()
    for g, one in enumerate(gold):
        for f in np.flatnonzero(may[g]):
            if not whoever and found[f].speaker not in one.speakers:
                may[g, f] = False
            elif is_right(one, found[f]):
                weight[g, f] += 0.001
    left, right = linear_sum_assignment(np.where(may, len(gold) + weight, 0), maximize=True)
    return [(int(g), int(f)) for g, f in zip(left, right, strict=True) if may[g, f]]


def is_right(gold: Gold, found: Found) -> bool:
    """Tell whether act and object class are those of the gold file or ones it accepts."""
    return found.act in gold.acts and found.object_class in gold.objects


def scored(article: Article, gold: list[Gold], found: list[Found], pairs: list[tuple[int, int]]) -> Score:
    """Count one article."""
    kept, lost = lines_wrong(article)
    right = {g for g, f in pairs if is_right(gold[g], found[f])}
    return Score(
        gold=len(gold),
        found=len(found),
        pairs=len(pairs),
        right=len(right),
        content=len(matched(gold, found, whoever=True)),
        stance=sum(found[f].stance in gold[g].stances for g, f in pairs),
        must=sum(one.must for one in gold),
        must_right=sum(gold[g].must for g in right),
        outside=sum(not article.is_story(article.line(one.begin)) for one in found),
        lines_kept=len(kept),
        lines_lost=len(lost),
    )


def lines_wrong(article: Article) -> tuple[list[int], list[int]]:
    """Give the lines (from 1) of furniture that were kept and of the story that were lost; blank lines do not count."""
    try:
        from ceasefire.text.story import story_lines
    except ImportError as error:
        raise SystemExit(f"claims_seeds needs ceasefire.text.story.story_lines: {error}") from error
    story = story_lines(article.text)
    if len(story) != len(article.kinds):
        raise SystemExit(f"{article.name}: {len(story)} lines told of {len(article.kinds)}")
    at = [n for n, kind in enumerate(article.kinds) if kind != "blank"]
    kept = [n + 1 for n in at if story[n] and not article.is_story(n)]
    return kept, [n + 1 for n in at if not story[n] and article.is_story(n)]


def line(name: str, score: Score) -> str:
    """Write one row of the table."""
    s = score.shares()
    return (
        f"{name:8} {score.gold:5d} {score.found:6d} {score.right:6d} {s['precision']:6.3f} {s['recall']:6.3f}"
        f" {s['content_precision']:7.3f} {s['content_recall']:7.3f} {s['stance']:7.3f} {score.outside:8d}"
        f" {score.lines_kept:15d} {score.lines_lost:11d}"
    )


def told(one: Gold) -> str:
    """Write speaker, stance, act and object class of a gold claim."""
    return f"{one.row['speaker']}, {one.row['stance']} {one.row['act']} {one.row['object_class'] or '-'}"


def show(article: Article, gold: list[Gold], found: list[Found], pairs: list[tuple[int, int]]) -> None:
    """Print the claims that were missed, that are wrong and that nobody asked for, with their words."""
    kept, lost = lines_wrong(article)
    print(f"  lines kept {kept}, lost {lost}")
    of = dict(pairs)
    for g, one in enumerate(gold):
        full = f"{told(one)}: {article.text[one.begin : one.stop]}"
        if g not in of:
            print(f"  missed {one.n}: {full}")
        elif not is_right(one, other := found[of[g]]):
            print(f"  wrong {one.n}: {other.stance} {other.act} {other.object_class or '-'} for {full}")
        elif other.stance not in one.stances:
            print(f"  stance {one.n}: {other.stance} for {full}")
    for f, other in enumerate(found):
        if f not in of.values():
            words = article.text[other.begin : other.stop]
            print(f"  surplus: {known(other.speaker)}, {other.stance} {other.act} {other.object_class or '-'}: {words}")


def show_slots(pairs: list[tuple[Gold, Claim]]) -> None:
    """Print the slots that are not as in the gold file, with the words."""
    for gold, claim in pairs:
        want, have = claims_slots.asked(gold), claims_slots.told(claim)
        for slot in claims_slots.SLOTS:
            if (want[slot] or have[slot]) and not (
                want[slot] and have[slot] and claims_slots.same(slot, want[slot], have[slot])
            ):
                print(f"  {slot} {gold.n}: {have[slot]!r} for {want[slot]!r}: {claim.text}")


if __name__ == "__main__":
    main(sys.argv[1:])
