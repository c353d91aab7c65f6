"""Score a finished run against the truth: were its probabilities, verdicts and upper limits right?

Three probabilities are scored apart, as they are stated apart. Counts come with their exposure: what was found where
somebody looked, and where nobody did. An upper limit is scored by whether it held.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ceasefire.errors import SourceError
from ceasefire.model.records import Finding, Incident, Look, Observation
from ceasefire.model.table import Table
from ceasefire.stats import scores
from ceasefire.testing.matching import grouping, match, tells
from ceasefire.testing.scored import Cells, Limits, Probability, Score, Verdicts
from ceasefire.testing.truth import Rule, Truth

Array = np.ndarray[Any, Any]
_RECORDS: dict[str, type[Any]] = {
    "incidents": Incident,
    "findings": Finding,
    "looks": Look,
    "observations": Observation,
}


def score(run: str | Path | Mapping[str, Table[Any]], truth: str | Path | Truth) -> Score:
    """Score a finished run against a truth folder.

    Parameters
    ----------
    run
        The case's output folder, the case's folder with its output in `out/`, or the tables themselves:
        `incidents`, `findings`, `looks`, and `observations` where it is known which rows tell of what.
    truth
        Folder that `simulate` wrote, or what was read from it.

    Raises
    ------
    SourceError
        A file of the run or of the truth is not there.
    """
    tables = _tables(run)
    truth = truth if isinstance(truth, Truth) else Truth.read(truth)
    incidents, looks = tables["incidents"], tables["looks"]
    of = match(incidents, truth)
    hit = of >= 0
    observations = tables.get("observations", Table.empty(Observation))
    known = "observations" in tables and bool(truth.told)
    p_occurred = incidents.column("p_occurred")
    guesses = _parties(incidents)
    party, first = _party(guesses, truth, of)
    attribution = incidents.column("attribution")[hit]
    named = attribution != "undetermined"
    looked_truth = looked(looks, truth.region, truth.time, truth.time)
    looked_run = looked(looks, incidents.column("region"), incidents.column("start"), incidents.column("end"))
    found = np.zeros(len(truth.id), dtype=bool)
    found[of[hit]] = True
    return Score(
        incidents=len(incidents),
        truths=len(truth.id),
        matched=int(hit.sum()),
        grouping=grouping(incidents, observations, truth, hit) if known else None,
        occurred=_probability(p_occurred, hit),
        weighed=_probability(p_occurred, hit | tells(incidents, observations, truth)) if known else None,
        object=_probability(incidents.column("p_object")[hit], truth.protected[of[hit]]),
        party=party,
        party_first=first,
        attributed=int(named.sum()),
        attributed_right=int((attribution[named] == truth.party[of[hit]][named]).sum()),
        cells=tuple(
            Cells(
                looked=way,
                true=int((looked_truth == way).sum()),
                found=int((found & (looked_truth == way)).sum()),
                missed=int((~found & (looked_truth == way)).sum()),
                unmatched=int((~hit & (looked_run == way)).sum()),
            )
            for way in (True, False)
        ),
        verdicts=tuple(_verdicts(tables["findings"], incidents, truth, of, rule) for rule in truth.rules),
        limits=tuple(x for rule in truth.rules for x in _limits(tables["findings"], truth, rule)),
    )


def looked(looks: Table[Look], region: Array, start: Array, end: Array) -> Array:
    """Tell for each region and interval whether a look that was not lost overlaps it, shape (n,).

    Parameters
    ----------
    looks
        Looks of whole regions; those of a disc are left out.
    region
        ISO 3166-2 codes, shape (n,).
    start, end
        datetime64[s] in UTC, shape (n,); equal for an instant.
    """
    made = looks.keep((looks.column("lost") == "") & (looks.column("quality") > 0) & (looks.column("region") != ""))
    out = np.zeros(len(region), dtype=bool)
    of, code = made.column("region").astype(str), region.astype(str)
    for name in np.unique(code):
        mine, at = of == name, code == name
        begins, ends = np.sort(made.column("start")[mine]), np.sort(made.column("end")[mine])
        # a look overlaps unless it ended before or begins after: those begun less those already ended
        until = np.maximum(end[at], start[at] + np.timedelta64(1, "s"))
        begun = np.searchsorted(begins, until, side="left")
        out[at] = begun > np.searchsorted(ends, start[at], side="right")
    return out


def _tables(run: str | Path | Mapping[str, Table[Any]]) -> Mapping[str, Table[Any]]:
    if isinstance(run, Mapping):
        missing = [n for n in ("incidents", "findings", "looks") if n not in run]
        if missing:
            raise SourceError(f"a run needs the table {missing[0]!r}")
        return run
    folder = Path(run)
    if not (folder / "incidents.parquet").is_file() and (folder / "out" / "incidents.parquet").is_file():
        folder = folder / "out"
    found = {}
    for name, record in _RECORDS.items():
        path = folder / f"{name}.parquet"
        if path.is_file():
            found[name] = Table.read(record, path)
        elif name != "observations":
            raise SourceError(f"{path} is not there: run `ceasefire run` on the case first")
    return found


def _probability(stated: Array, true: Array) -> Probability:
    true = true.astype(float)
    parts = scores.murphy(stated, true, edges=scores.ICD_203)
    table = scores.reliability(stated, true, edges=scores.ICD_203)
    rows = zip(*(getattr(table, f).tolist() for f in table.__dataclass_fields__), strict=True)
    base = float(true.mean()) if true.size else math.nan
    return Probability(
        number=int(true.size),
        base_rate=base,
        brier=parts.brier,
        brier_of_base_rate=base * (1.0 - base),
        reliability=parts.reliability,
        resolution=parts.resolution,
        log_score=scores.log_score(stated, true),
        calibration_error=scores.calibration_error(stated, true, edges=scores.ICD_203),
        table=tuple((a, b, int(n), s, o, lo, hi) for a, b, n, s, o, lo, hi in rows),
    )


def _parties(incidents: Table[Incident]) -> tuple[Array, Array, Array]:
    """Give (row, party, probability) of every stated P(party), flat."""
    column = incidents.arrow.column("p_party").combine_chunks()
    values = column.flatten()
    row = np.repeat(np.arange(len(incidents)), column.value_lengths().to_numpy(zero_copy_only=False))
    name = values.field("key").to_numpy(zero_copy_only=False)
    return row, np.asarray(name), values.field("value").to_numpy(zero_copy_only=False).astype(float)


def _party(guesses: tuple[Array, Array, Array], truth: Truth, of: Array) -> tuple[Probability, int]:
    row, name, p = guesses
    keep = of[row] >= 0 if len(row) else np.zeros(0, dtype=bool)
    row, name, p = row[keep], name[keep], np.clip(p[keep], 0.0, 1.0)
    right = name == truth.party[of[row]]
    order = np.lexsort((-p, row))
    first = order[np.flatnonzero(np.diff(row[order], prepend=-1))]
    return _probability(p, right), int(right[first].sum())


def _verdicts(findings: Table[Finding], incidents: Table[Incident], truth: Truth, of: Array, rule: Rule) -> Verdicts:
    mine = findings.where(kind="incident", provision=rule.provision, reading=rule.reading)
    deserved = truth.verdicts(rule)
    event = dict(zip(incidents.column("id").tolist(), of.tolist(), strict=True))
    at = np.array([event.get(s, -1) for s in mine.column("subject").tolist()], dtype=np.int64)
    said = mine.column("verdict")
    true = np.where(at >= 0, deserved[at], "no event") if len(deserved) else np.full(len(at), "no event", dtype=object)
    pairs, number = np.unique(np.stack([said.astype(str), true.astype(str)], axis=1), axis=0, return_counts=True)
    decided = said != "insufficient"
    called, is_one = said == "violation", true == "violation"
    return Verdicts(
        provision=rule.provision,
        reading=rule.reading,
        number=len(said),
        decided=int(decided.sum()),
        right=int((decided & (called == is_one)).sum()),
        true_violations=int((deserved == "violation").sum()),
        called=int(called.sum()),
        called_right=int((called & is_one).sum()),
        confusion=tuple((str(a), str(b), int(n)) for (a, b), n in zip(pairs.tolist(), number, strict=True)),
    )


def _limits(findings: Table[Finding], truth: Truth, rule: Rule) -> list[Limits]:
    mine = findings.where(kind="period", provision=rule.provision, reading=rule.reading)
    mine = mine.keep(mine.column("verdict") != "not_in_force")
    breach = truth.verdicts(rule) == "violation"
    region, subject = mine.column("region"), mine.column("subject")
    scopes = np.select([region == "", subject == region], ["all", "region"], "day").astype(object)
    count = true_counts(truth.region[breach], truth.time[breach], region, mine.column("start"), mine.column("end"))
    limit, verdict = mine.column("upper_limit"), mine.column("verdict")
    out = []
    for scope in ("day", "region", "all"):
        at = scopes == scope
        stated = at & ~np.isnan(limit)
        none = at & (verdict == "none_observed")
        out.append(
            Limits(
                provision=rule.provision,
                reading=rule.reading,
                scope=scope,
                number=int(stated.sum()),
                held=int((count[stated] <= limit[stated]).sum()),
                unstated=int((at & np.isnan(limit)).sum()),
                zero=int(none.sum()),
                zero_wrong=int((count[none] > 0).sum()),
            )
        )
    return out


def true_counts(region: Array, time: Array, of: Array, start: Array, end: Array) -> Array:
    """Count events per region and interval, shape (n,).

    Parameters
    ----------
    region, time
        Of the events, shape (events,).
    of, start, end
        Region code (empty for all) and half-open interval of each period, shape (n,).

    >>> t = np.array(["2021-03-01T05", "2021-03-01T09"], dtype="datetime64[s]")
    >>> day = np.array(["2021-03-01"] * 2, dtype="datetime64[s]")
    >>> true_counts(np.array(["A", "B"]), t, np.array(["A", ""]), day, day + np.timedelta64(1, "D"))
    array([1, 2])
    """
    out = np.zeros(len(of), dtype=np.int64)
    for name in np.unique(of.astype(str)):
        mine = np.sort(time if name == "" else time[region.astype(str) == name])
        at = of.astype(str) == name
        out[at] = np.searchsorted(mine, end[at], side="left") - np.searchsorted(mine, start[at], side="left")
    return out
