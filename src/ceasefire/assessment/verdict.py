"""Every incident under every prohibition and every reading: a verdict, the rule that gave it, what would change it.

Assessment sees incidents, never observations. P(occurred) and P(the object is one this reading protects) are held
against their bounds one by one; they are never multiplied, and who did it plays no part in whether it is a breach.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from ceasefire.assessment.in_force import states
from ceasefire.assessment.rules import CODE, RULES
from ceasefire.assessment.thresholds import Thresholds
from ceasefire.geo.boundaries import DEFAULT_VIEW
from ceasefire.geo.zones import membership
from ceasefire.model.agreement import ANY, Agreement, Provision, Terms
from ceasefire.model.records import Finding, Incident
from ceasefire.model.table import Table
from ceasefire.model.taxonomy import covers

_Array = np.ndarray[Any, Any]
_NO_STRIKE = ("debris", "accident", "third_actor")


def judge(
    incidents: Table[Incident],
    agreement: Agreement,
    *,
    thresholds: Thresholds | None = None,
    view: str = DEFAULT_VIEW,
) -> Table[Finding]:
    """Judge every incident under every prohibition and reading.

    Parameters
    ----------
    incidents
        What fusion gave, n rows.
    agreement
        Whose prohibitions are meant.
    thresholds
        Bounds on probabilities; the shipped ones where not given.
    view
        Boundary view (`geo.boundaries.VIEWS`), which decides which regions a zone that names a country has.

    Returns
    -------
    Findings of kind `incident`, ordered by provision, reading and incident.
    """
    bounds = thresholds or Thresholds()
    objects = _Objects(incidents)
    prohibitions = [p for p in agreement.provisions if p.kind == "prohibition"]
    zones = {terms.zone for p in prohibitions for terms in p.readings.values()}
    zones |= {s.zone for p in prohibitions for s in p.silent}
    inside = {zone: _inside(incidents, agreement, zone, view) for zone in zones}
    parts = [
        _judge_one(incidents, objects, inside, agreement, provision, reading, bounds)
        for provision in prohibitions
        for reading in provision.readings
    ]
    return Table.concat(Finding, parts)


def _judge_one(
    incidents: Table[Incident],
    objects: _Objects,
    zones: dict[str | None, _Array],
    agreement: Agreement,
    provision: Provision,
    reading: str,
    bounds: Thresholds,
) -> Table[Finding]:
    terms, n = provision.readings[reading], len(incidents)
    inside = zones[terms.zone]
    p_occurred = incidents.column("p_occurred")
    act, forbidden, effect = _acts(incidents, provision)
    clock = states(agreement, provision.id, reading, incidents.column("start"), incidents.column("end"))
    covered, maybe = objects.mass(terms)
    silence = _silent(act, objects, zones, provision, reading, bounds)
    named = np.array([bool(s.acts) for s in provision.silent] + [False], dtype=bool)[silence]
    open_question = np.array([s.follows == "insufficient" for s in provision.silent] + [False], dtype=bool)[silence]
    open_ = np.zeros(n, dtype=bool)
    if provision.intent != "per_se":
        open_ = np.array([any(a in _NO_STRIKE for a in of) for of in incidents.column("alternatives")], dtype=bool)
    tests = {
        "act_not_prohibited": ~forbidden & ~effect & (act != "interception") & ~named,
        "not_in_force": clock.state == "not_in_force",
        "silent": open_question,
        "silent_beyond": (silence >= 0) & ~open_question,
        "outside_zone": inside == "outside",
        "object_not_listed": covered + maybe < bounds.not_covered,
        "did_not_happen": p_occurred <= bounds.never,
        "zone_undefined": inside == "undefined",
        "zone_straddled": inside == "straddling",
        "in_force_uncertain": clock.state == "uncertain",
        "nothing_hit": act == "interception",
        "cause_unknown": effect,
        "object_unclear": (covered < bounds.covered) & (covered + maybe >= bounds.covered),
        "object_uncertain": covered < bounds.covered,
        "not_established": p_occurred < bounds.occurred,
        "alternative_open": open_,
    }
    rule = np.full(n, CODE["all_conditions_met"])
    for name in reversed(list(tests)):
        rule[tests[name]] = CODE[name]
    reason = np.array([r.reason for r in RULES], dtype=object)[rule]
    of_time = np.flatnonzero(np.isin(rule, [CODE["not_in_force"], CODE["in_force_uncertain"]]))
    told = reason[of_time] + " In detail: " + clock.reason[of_time] + "."
    reason[of_time] = told
    name = np.array([r.name for r in RULES], dtype=object)[rule]
    for at in np.flatnonzero(np.isin(rule, [CODE["silent"], CODE["silent_beyond"]])):
        question = provision.silent[silence[at]]
        name[at] = f"silent:{question.id}"
        reason[at] += f" The question: {question.question}"
    return Table.from_columns(
        Finding,
        {
            "id": finding_ids("incident", incidents.column("id"), agreement.id, provision.id, reading),
            "kind": "incident",
            "subject": incidents.column("id"),
            "agreement": agreement.id,
            "provision": provision.id,
            "reading": reading,
            "start": incidents.column("start"),
            "end": incidents.column("end"),
            "region": incidents.column("region"),
            "verdict": np.array([r.verdict for r in RULES], dtype=object)[rule],
            "rule": name,
            "reason": reason,
            "would_change": np.array([r.would_change for r in RULES], dtype=object)[rule],
            "probability": p_occurred,
            "p_covered": covered,
            "evidence": incidents.arrow.column("observations"),
            "sources": tuple(terms.sources),
        },
        length=n,
    )


def finding_ids(kind: str, subjects: _Array, *of: str) -> _Array:
    """Make stable finding ids from what is judged under what.

    >>> list(finding_ids("incident", np.array(["i-1"], dtype=object), "a", "p", "r"))
    ['f-ac22abf83343']
    """
    head = hashlib.sha256("\x1f".join((kind, *of)).encode())
    out = np.empty(len(subjects), dtype=object)
    for k, subject in enumerate(subjects.tolist()):
        one = head.copy()
        one.update(subject.encode())
        out[k] = "f-" + one.hexdigest()[:12]
    return out


def _acts(incidents: Table[Incident], provision: Provision) -> tuple[_Array, _Array, _Array]:
    """Give the act, whether the provision forbids it, and whether only an effect of a forbidden act was seen."""
    names, code = np.unique(incidents.column("act").astype(str), return_inverse=True)
    forbidden = np.array([covers(provision.acts, a) for a in names], dtype=bool)
    attack = any(covers(("attack",), a) for a in provision.acts)
    effect = np.array([attack and a in ("fire", "outage") for a in names], dtype=bool) & ~forbidden
    if not attack:
        return np.where(names == "interception", "", names)[code], forbidden[code], effect[code]
    return names[code], forbidden[code], effect[code]


def _silent(
    act: _Array,
    objects: _Objects,
    zones: dict[str | None, _Array],
    provision: Provision,
    reading: str,
    bounds: Thresholds,
) -> _Array:
    """Give the row of the first silence that fits each incident, shape (n,); -1 where none does."""
    found = np.full(len(act), -1)
    asked = [(k, s) for k, s in enumerate(provision.silent) if not s.readings or reading in s.readings]
    if not asked:
        return found
    names, code = np.unique(act.astype(str), return_inverse=True)
    for k, s in reversed(asked):
        fits = np.array([not s.acts or covers(s.acts, a) for a in names], dtype=bool)[code]
        if s.objects:
            fits &= objects.of(s.objects) >= bounds.covered
        if s.zone is not None:
            fits &= zones[s.zone] == "inside"
        found[fits] = k
    return found


def _inside(incidents: Table[Incident], agreement: Agreement, zone: str | None, view: str) -> _Array:
    if zone is None:
        return np.full(len(incidents), "inside", dtype=object)
    return membership(
        agreement.zone(zone),
        incidents.column("lon"),
        incidents.column("lat"),
        incidents.column("radius_km"),
        view=view,
    )


class _Objects:
    """Object probabilities of all incidents as flat pairs, to be summed under the terms of any reading."""

    def __init__(self, incidents: Table[Incident]) -> None:
        flat = incidents.arrow.column("object_probabilities").combine_chunks()
        values = flat.flatten()
        self.count = len(incidents)
        self.group = np.repeat(np.arange(self.count), flat.value_lengths().to_numpy(zero_copy_only=False))
        names = values.field("key").to_numpy(zero_copy_only=False).astype(str)
        self.classes, self.code = np.unique(names, return_inverse=True)
        self.p = values.field("value").to_numpy(zero_copy_only=False).astype(float)

    def mass(self, terms: Terms) -> tuple[_Array, _Array]:
        """Give P(protected) and P(too broadly described to tell), both of shape (n,), in [0, 1]."""
        everything = terms.coverage("") == "covered"
        kinds = [terms.coverage(c) for c in self.classes]
        sure = np.array([k == "covered" for k in kinds], dtype=float)
        wide = np.array([k == "unclear" for k in kinds], dtype=float)
        covered = np.bincount(self.group, self.p * sure[self.code], self.count) if len(self.p) else np.zeros(self.count)
        maybe = np.bincount(self.group, self.p * wide[self.code], self.count) if len(self.p) else np.zeros(self.count)
        if everything:
            named = np.bincount(self.group, self.p, self.count) if len(self.p) else np.zeros(self.count)
            covered = covered + np.maximum(1.0 - named, 0.0)
        return np.clip(covered, 0.0, 1.0), np.clip(maybe, 0.0, 1.0)

    def of(self, classes: tuple[str, ...]) -> _Array:
        """Give P(the object is of one of the classes), shape (n,)."""
        sure = np.array([ANY in classes or covers(classes, c) for c in self.classes], dtype=float)
        if not len(self.p):
            return np.zeros(self.count)
        return np.clip(np.bincount(self.group, self.p * sure[self.code], self.count), 0.0, 1.0)
