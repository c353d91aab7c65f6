"""Posts of an office or a channel: what it said and when, and nothing about whether it is so.

Why claims and not observations: a post is evidence that something was said. Keyword guesses that come with such
files (`target_cat`, `damage`, `confirmed`, `oblasts`, `drone_count`) are not read: one of them files a post on a
treaty about mines under ammunition depots.

The column `datetime` is UTC, which the posts prove themselves. A post of 18 March 2025 dated 11:22 tells of a drone
shot down at about 13.15 Moscow time, that is 10:15 UTC: an hour before the post if the column is UTC, two hours
after it if the column is Moscow's. Of the ministry's 2,299 posts of 2023 to 2025 that name a Moscow time, 1 is dated
before its own event if the column is UTC, and 2,227 are if it is Moscow's. Posts of a Ukrainian channel that carry
Kyiv's time in their first line are dated two hours earlier in winter and three in summer. `before_their_events`
measures it on any file.

Columns read: `datetime`, `text_snippet`.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ceasefire.errors import UnverifiedSource
from ceasefire.model.intake import Count, Intake, Window
from ceasefire.model.records import Claim, Quarantined
from ceasefire.model.table import Table
from ceasefire.sources.rows import read_csv, stable_ids, times

PRODUCT = "posts"
_MOSCOW_TIME = re.compile(r"\b([01]?\d|2[0-3])[.:]([0-5]\d)\s*(?:мск|по моск)", re.IGNORECASE)
_AS_OF = re.compile(r"по состоянию на (\d{1,2}) ([а-я]+) (20\d\d)", re.IGNORECASE)
_MONTHS = ("янв", "фев", "мар", "апр", "мая", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
_LINKS = re.compile(r"\]\([^)\s]*\)|https?://\S+")


def read(
    paths: Sequence[Path],
    *,
    source: str,
    window: Window,
    options: Mapping[str, Any] = {},
) -> Intake:
    """Read posts into claims, one each; the words are read later, by `text.label`, which also fills the stance.

    Parameters
    ----------
    paths
        Files.
    source
        Source as named in the case file.
    window
        Period of the case.
    options
        `claimant`: party that speaks, or a channel's name (default the source's name); `speaker`: its office;
        `zone`: IANA zone of the times (default UTC); `url`: where the posts can be read.

    Warns
    -----
    UnverifiedSource
        Where more posts than one in ten are dated before the events they tell of: the zone is wrong.
    """
    total = Count()
    quarantine: list[Quarantined] = []
    tables: list[Table[Claim]] = []
    files: list[tuple[str, str]] = []
    seen: set[tuple[int, str]] = set()
    for path in paths:
        rows = read_csv(path, required=("datetime", "text_snippet"), source=source)
        files.append((rows.granule, rows.sha256))
        quarantine += rows.quarantine
        total += Count(rows=len(rows.quarantine), quarantined=len(rows.quarantine))
        texts = list(rows.columns["text_snippet"])
        said, bad = times(rows.columns["datetime"], str(options.get("zone", "UTC")))
        inside = ~bad & (said >= _np(window.start)) & (said < _np(window.end))
        early, named = before_their_events(texts, said)
        if named >= 10 and early > 0.1 * named:
            doubt = f"{rows.granule}: {early} of {named} posts that name a Moscow time are dated before it; wrong zone?"
            warnings.warn(UnverifiedSource(doubt), stacklevel=2)
        kept: list[int] = []
        refused = duplicates = 0
        for i in np.flatnonzero(inside | bad).tolist():
            reason = _wrong(texts[i], said[i], bad=bool(bad[i]), written=rows.columns["datetime"][i])
            if reason:
                quarantine.append(rows.refuse(i, reason))
                refused += 1
            elif (key := (int(said[i].astype(np.int64)), texts[i])) in seen:
                duplicates += 1
            else:
                seen.add(key)
                kept.append(i)
        outside = int(np.sum(~inside & ~bad))
        total += Count(len(kept) + refused + duplicates, len(kept), duplicates, refused, outside)
        tables.append(_claims(kept, texts, said, rows.line, source, rows.granule, rows.sha256, options))
    return Intake(
        claims=Table.concat(Claim, tables),
        quarantine=Table.of(Quarantined, quarantine),
        count=total,
        files=tuple(files),
    )


def before_their_events(texts: Sequence[str], said: npt.NDArray[np.datetime64]) -> tuple[int, int]:
    """Count the posts dated before the last Moscow time they name (by up to 6 hours), and those that name one.

    Why: it tells the zone of the dates. A post cannot report what has not yet happened.

    Parameters
    ----------
    texts
        Posts, length n.
    said
        When they were posted, datetime64 in UTC, shape (n,).

    >>> post = "Около 13.15 мск уничтожен БпЛА"
    >>> at = np.array(["2025-03-18T11:22", "2025-03-18T08:22"], dtype="datetime64[s]")
    >>> before_their_events([post, post], at)
    (1, 2)
    """
    early = named = 0
    for text, when in zip(texts, said, strict=True):
        found = _MOSCOW_TIME.findall(text)
        if not found or np.isnat(when):
            continue
        hour, minute = found[-1]
        moscow = (int(when.astype("datetime64[m]").astype(np.int64)) + 180) % 1440
        lag = (moscow - int(hour) * 60 - int(minute)) % 1440
        named += 1
        early += lag > 1080
    return early, named


def plain_words(text: str) -> str:
    """Bring a post to its bare letters and digits, so that copies of one text are equal.

    >>> plain_words("**Уничтожен** БпЛА\\n🔹 [Минобороны России](https://t.me/mod_russia)")
    'уничтожен бпла минобороны россии'
    """
    bare = _LINKS.sub(" ", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(re.findall(r"\w+", bare.replace("_", " ")))


def _wrong(text: str, said: np.datetime64, *, bad: bool, written: str) -> str:
    if bad:
        return f"no time: {written[:40]!r} (a time like 2025-03-18 11:22)"
    if not plain_words(text):
        return "the post has no words"
    found = _AS_OF.search(text)
    month = next((m + 1 for m, stem in enumerate(_MONTHS) if found and found[2].lower().startswith(stem)), 0)
    if found and month and 1 <= int(found[1]) <= 31:
        first = np.datetime64(f"{found[3]}-{month:02d}-01", "D")
        named = first + np.timedelta64(int(found[1]) - 1, "D")
        if abs((said.astype("datetime64[D]") - named).astype(int)) > 1:
            return f"dated {said.astype('datetime64[D]')}, but the post itself says {named}"
    return ""


def _claims(
    kept: list[int],
    texts: list[str],
    said: npt.NDArray[np.datetime64],
    line: npt.NDArray[np.int64],
    source: str,
    granule: str,
    evidence: str,
    options: Mapping[str, Any],
) -> Table[Claim]:
    if not kept:
        return Table.empty(Claim)
    when = [str(said[i]) for i in kept]
    speaker = str(options.get("speaker", ""))
    by = speaker or str(options.get("claimant", source))
    return Table.from_columns(
        Claim,
        {
            "id": stable_ids("c", source, when, [texts[i] for i in kept]),
            "source": source,
            "granule": granule,
            "evidence": evidence,
            "line": line[kept],
            "claimant": str(options.get("claimant", source)),
            "speaker": speaker,
            "said": said[kept],
            "stance": "",
            "origin": stable_ids("r", [plain_words(texts[i]) for i in kept]),
            "summary": [f"Post by {by}, {w[:16].replace('T', ' ')} UTC" for w in when],
            "text": [texts[i] for i in kept],
            "url": str(options.get("url", "")),
        },
    )


def _np(when: Any) -> np.datetime64:
    return np.datetime64(int(when.timestamp()), "s")
