"""How reliable a case's own sources are: learnt from which of them reported which incident, and which could have.

Why: Admiralty grades are given by hand. Where several independent sources look at the same incidents, their agreement
and their silences say more. A silence counts only where a look shows that the source could have known; without that
nothing is learnt of it, and the table says so.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from ceasefire.fusion.priors import Priors
from ceasefire.fusion.voices import Statements, could_know, statements
from ceasefire.model.records import Incident, Look, Observation
from ceasefire.model.table import Table
from ceasefire.stats.agree import SILENT, SourceReliability
from ceasefire.stats.estimate import Estimate

_Array = np.ndarray[Any, Any]
Interval = tuple[float, float, float]
"""A value with its lower and upper end."""

LEAST = 30
"""Reports, and silences where it could have known, that a voice needs to be judged."""
MOST = 1.0
"""A learnt factor is at most this, and at least 0: contradiction takes weight away, agreement gives none, because
sources agree also where they are wrong together; and no source is read against its word."""


@dataclass(frozen=True)
class Voice:
    """What was learnt of one voice: a source on one channel with one grade, of one side where it speaks for one."""

    name: str
    """`source/channel/grade`, with the side before the grade where it has one."""
    bloc: str
    """Bloc that it shares its errors with; empty for none."""
    reports: int
    """Incidents it reported, copies left out."""
    silences: int
    """Incidents it could have known and did not report."""
    judged: bool
    """Whether there was enough to learn from."""
    why: str
    """Why not, in words; empty where it is judged."""
    right: Interval
    """P(it occurred | it reports it)."""
    weighs: Interval
    """ln [P(it reports | occurred) / P(it reports | did not)]."""
    stated: float
    """Mean log weight of its reports as stated, before repetition."""
    factor: Interval
    """Learnt over stated weight, between 0 and `MOST`; 1 where it is not judged."""


@dataclass(frozen=True)
class Reliability:
    """What was learnt of all voices of a case."""

    voices: tuple[Voice, ...]
    """By name."""
    blocs: tuple[tuple[str, Interval], ...]
    """P(the line of a bloc is right | it has one)."""
    incidents: int
    """Incidents it was learnt from."""
    note: str
    """What must be said of the whole; empty for nothing."""

    def factors(self) -> dict[str, Interval]:
        """Give the factors of the voices that were judged."""
        return {v.name: v.factor for v in self.voices if v.judged}

    def headline(self) -> str:
        """Say in one line what was learnt."""
        n = len(self.factors())
        return self.note or f"reliability learnt for {n} of {len(self.voices)} voices from {self.incidents:,} incidents"

    def as_dict(self) -> dict[str, Any]:
        """Give everything as plain values for JSON; what is not known is null."""
        return dict(_plain(asdict(self)))

    def __str__(self) -> str:
        lines = [f"{'voice':<34}{'reports':>8}{'silent':>8}  {'right if it reports':<22}{'factor on its weight':<22}"]
        for v in self.voices:
            told = f"{in_words(v.right):<22}{in_words(v.factor)}" if v.judged else f"not judged: {v.why}"
            lines.append(f"{v.name:<34}{v.reports:>8,}{v.silences:>8,}  {told}".rstrip())
        lines += [f"bloc {name}: its line is right {in_words(of)}" for name, of in self.blocs]
        return "\n".join([*lines, self.headline()])


def reliability(
    incidents: Table[Incident],
    observations: Table[Observation],
    looks: Table[Look],
    *,
    priors: Priors | None = None,
) -> Reliability:
    """Learn how reliable each voice is, with intervals.

    Incidents are the items; a voice asserts one, denies it, was silent although its channel looked there and then, or
    could not know. What was fused from the stated weights takes part as one more voice, which asserts an incident where
    P(occurred) is one half or more and denies it elsewhere: reports alone never say that nothing happened, and without
    a voice that does, everything reported would be learnt to be true. Voices of one side are a bloc, and so are
    those that the case declares to be one.

    Parameters
    ----------
    incidents
        What fusion gave.
    observations
        All observations of the case.
    looks
        All looks; only those of whole regions show that a channel could have known.
    priors
        Stated weights, with `source_reliability`; the shipped ones where not given.
    """
    priors = priors or Priors()
    said = statements(incidents, observations, priors)
    names, n = said.names, len(incidents)
    if n < LEAST or len(names) < 3:
        text = f"too little to learn reliability from: {n} incidents and {len(names)} voices; {LEAST} and 3 are needed"
        return Reliability(tuple(_unjudged(v, said, text="too few incidents") for v in range(len(names))), (), n, text)
    could = {c: could_know(incidents, looks, c) for c in sorted(set(said.channel.tolist()))}
    spoke = np.zeros((len(names), n), dtype=bool)
    spoke[said.voice, said.item] = True
    quiet = np.array([could[c] for c in said.channel.tolist()]) & ~spoke & ~said.copied
    voice, item = np.nonzero(quiet)
    blocs, bloc = _blocs(said, priors)
    p = incidents.column("p_occurred")
    model = SourceReliability().fit(
        np.concatenate([said.item, item, np.arange(n)]),
        np.concatenate([said.voice, voice, np.full(n, len(names))]),
        np.concatenate([said.label, np.full(len(item), SILENT), (p >= 0.5).astype(np.int64)]),
        classes=2,
        bloc=np.append(bloc, -1),
        start=np.column_stack([1 - p, p]),
    )
    silences = quiet.sum(axis=1)
    voices = [_judge(v, said, model, int(silences[v]), blocs) for v in range(len(names))]
    lines = tuple((name, _interval(model.line_accuracy_, k)) for k, name in enumerate(blocs))
    note = "" if any(v.judged for v in voices) else "no voice could be judged: too little that several could have known"
    return Reliability(tuple(voices), lines, n, note)


def _judge(v: int, said: Statements, model: SourceReliability, silences: int, blocs: list[str]) -> Voice:
    plain = _unjudged(v, said, silences=silences)
    why = ""
    if plain.reports < LEAST:
        why = f"{plain.reports} reports, {LEAST} are needed"
    elif silences < LEAST:
        why = "no look says when it could have known" if not silences else f"{silences} silences, {LEAST} are needed"
    elif not model.checked_[v]:
        why = "it never meets two other voices that also meet"
    elif plain.stated <= 0:
        why = "its reports have no stated weight"
    k = int(model.bloc_[v])
    bloc = blocs[k] if 0 <= k < len(blocs) else ""
    if why:
        return replace(plain, why=why, bloc=bloc)
    weighs = _interval(model.evidence_, (v, 1, 1))
    value, low, high = (float(np.clip(w / plain.stated, 0.0, MOST)) for w in weighs)
    right = _interval(model.accuracy_, v)
    return replace(plain, judged=True, bloc=bloc, right=right, weighs=weighs, factor=(value, low, high))


def _unjudged(v: int, said: Statements, *, silences: int = 0, text: str = "") -> Voice:
    nothing = (np.nan, np.nan, np.nan)
    reports = int(((said.voice == v) & (said.label == 1)).sum())
    return Voice(
        str(said.names[v]), "", reports, silences, False, text, nothing, nothing, float(said.stated[v]), (1.0, 1.0, 1.0)
    )


def _blocs(said: Statements, priors: Priors) -> tuple[list[str], _Array]:
    """Give the names of blocs, and the bloc of each voice: as the case declares, else the side it speaks for."""
    declared = {voice: name for name, voices in priors.source_reliability.blocs.items() for voice in voices}
    of = [declared.get(n, s) for n, s in zip(said.names.tolist(), said.side.tolist(), strict=True)]
    names = [b for b in sorted(set(of) - {""}) if of.count(b) > 1]
    return names, np.array([names.index(b) if b in names else -1 for b in of])


def _interval(estimate: Estimate, k: int | tuple[int, ...]) -> Interval:
    return float(estimate.value[k]), float(estimate.low[k]), float(estimate.high[k])


def in_words(interval: Interval) -> str:
    """Give a value with its interval as text.

    >>> in_words((0.7, 0.5, 0.9)), in_words((0.8, 0.8, 0.8))
    ('0.70 (0.50 to 0.90)', '0.80')
    """
    value, low, high = interval
    return f"{value:.2f}" if low == high else f"{value:.2f} ({low:.2f} to {high:.2f})"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return None if isinstance(value, float) and np.isnan(value) else value
