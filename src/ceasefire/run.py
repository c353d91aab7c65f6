"""One finished run: its tables, and what people ask of them first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ceasefire import effects, issue, ledger
from ceasefire.geo import regions
from ceasefire.model.effect import Judged
from ceasefire.model.records import Coverage, Finding, Incident
from ceasefire.model.table import Table
from ceasefire.reporting.unseen import WATCHED
from ceasefire.store import Incidents, Observed

if TYPE_CHECKING:
    from ceasefire.case import Case


@dataclass(frozen=True)
class Run:
    """All tables of one run, as the stages left them."""

    case: Case
    observed: Observed
    fused: Incidents
    findings: Table[Finding]
    effects: tuple[Judged, ...] = ()
    """Effects that the case asks for; `effect` gives them anew, or others."""

    @property
    def incidents(self) -> Table[Incident]:
        """Incidents by time."""
        return self.fused.incidents

    def report(self) -> Path:
        """Write the report and give its page."""
        page = issue.write(self.case, self.observed, self.fused, self.findings, self.effects)
        self.case.say(f"report: {page}")
        return page

    def effect(
        self, *, exclude: str | int | None = None, series: str | Path | None = None, placebos: int | None = None
    ) -> tuple[Judged, ...]:
        """Tell whether less happened than would have been; parameters as in `ceasefire.effects.effect`."""
        return effects.effect(self, exclude=exclude, series=series, placebos=placebos)

    def explain(self, incident: str) -> str:
        """Tell every weight behind an incident's three probabilities, and its verdicts."""
        from ceasefire.reporting.explain import explain

        return explain(self.incidents[incident], self.fused.weights, self.observed.observations, self.findings)

    def summary(self) -> dict[str, int]:
        """Count what was found: breaches under every reading, under some, undecided, and what nobody saw.

        Incidents are counted over all prohibitions; `region_days` are those on which some prohibition was in force
        under some reading, `not_observed` those of them on which nobody looked well enough, whatever was reported.
        """
        one = self.findings.where(kind="incident")
        verdict, subject = one.column("verdict"), one.column("subject").astype(str)
        key = np.char.add(np.char.add(one.column("provision").astype(str), "|"), subject)
        names, code = np.unique(key, return_inverse=True)
        judged = np.bincount(code, minlength=len(names))
        breach = np.bincount(code, verdict == "violation", len(names))
        likely = (verdict == "insufficient") & (one.column("p_covered") >= 0.5)
        open_ = np.bincount(code, likely, len(names))
        daily = self.findings.where(kind="period")
        daily = daily.keep((daily.column("verdict") != "not_in_force") & _is_daily(daily))
        days = np.char.add(daily.column("subject").astype(str), daily.column("start").astype(str))
        days, day = np.unique(days, return_inverse=True)
        looked = np.bincount(day, daily.column("exposure") >= self.case.file.thresholds.exposure, len(days)) > 0
        return {
            "incidents": len(self.incidents),
            "breach_every_reading": int(((breach == judged) & (breach > 0)).sum()),
            "breach_some_readings": int(((breach > 0) & (breach < judged)).sum()),
            "undecided": int(((breach == 0) & (open_ > 0)).sum()),
            "region_days": len(days),
            "not_observed": int((~looked).sum()),
        }

    def headline(self) -> str:
        """Say in one line what was found."""
        found = self.summary()
        share = found["not_observed"] / max(found["region_days"], 1)
        return (
            f"{found['incidents']:,} incidents; {found['breach_every_reading']} a breach under every reading, "
            f"{found['breach_some_readings']} under some, {found['undecided']} undecided; "
            f"{share:.0%} of regions and days not observed"
        )

    def coverage_by_region(self) -> list[dict[str, Any]]:
        """Give looks made and lost and the mean exposure per region and act class."""
        names, cells = regions.names(), self.fused.coverage
        out = []
        for code in self.case.regions:
            for act in sorted(set(cells.column("act"))):
                of = cells.where(region=code, act=act)
                out.append(
                    {
                        "region": code,
                        "name": names[code],
                        "act": act,
                        "looks": int(of.column("looks").sum()),
                        "looks_lost": int(of.column("looks_lost").sum()),
                        "exposure": round(float(of.column("exposure").mean()), 4),
                        **_silence(of),
                    }
                )
        return out

    def said(self) -> ledger.Said:
        """Give the claims with the findings on each: positions, figures, contradictions, readouts, a draft."""
        parties = {p.id: p.name for p in self.case.agreement.parties}
        return ledger.of_run(self.observed, self.findings, parties)

    def claims_judged(self) -> list[dict[str, Any]]:
        """Give each claim with what independent sources show of it, by the time it was said."""
        verdicts = {f.subject: (f.verdict, f.reason) for f in self.findings.where(kind="claim")}
        out = []
        for claim in self.observed.claims.sort("said", "id"):
            verdict, reason = verdicts.get(
                claim.id,
                (
                    "not judged",
                    "It names no act of force, and no period and number that can be held against incidents.",
                ),
            )
            out.append(
                {
                    "id": claim.id,
                    "said": f"{claim.said:%Y-%m-%d %H:%M}Z",
                    "claimant": claim.claimant,
                    "speaker": claim.speaker,
                    "stance": claim.stance,
                    "words": claim.words,
                    "unit": claim.unit,
                    "summary": claim.summary or "(no summary; see the source)",
                    "url": claim.url,
                    "verdict": verdict,
                    "reason": reason,
                }
            )
        return out


def _silence(cells: Table[Coverage]) -> dict[str, Any]:
    """Give the silent days, watched and unwatched, and the mean chance that something happened on them unreported."""
    out: dict[str, Any] = {}
    silent, watched = np.isfinite(cells.column("unseen")), cells.column("exposure_low") >= WATCHED
    for name, at in (("watched", silent & watched), ("unwatched", silent & ~watched)):
        out[f"silent_{name}"] = int(at.sum())
        for end in ("unseen", "unseen_low", "unseen_high"):
            mean = round(float(cells.column(end)[at].mean()), 4) if at.any() else None
            out[f"{end}_{name}"] = mean
    return out


def _is_daily(periods: Table[Finding]) -> np.ndarray[Any, Any]:
    """Tell region-days from sums over days: a day lasts at most 25 hours."""
    return np.asarray(periods.column("end") - periods.column("start") <= np.timedelta64(25, "h"))
