"""A case: wires the stages. Every stage is a function of the files before it, and leaves files behind.

`Case.read` takes a case file; `run` does all stages; `observe`, `fuse`, `assess` and `report` are the steps. Results
are kept as (Geo)Parquet in the case's output folder, so that a stage can be run again without those before it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

import numpy as np

from ceasefire import bring, effects, heat, imagery, learned, patrol, sea, sources, store
from ceasefire.agreements.library import load
from ceasefire.agreements.read import read as read_agreement
from ceasefire.assessment.borne_out import borne_out
from ceasefire.assessment.obligations import judge_obligations
from ceasefire.assessment.periods import judge_periods
from ceasefire.assessment.spoken import judge_claims
from ceasefire.assessment.verdict import judge
from ceasefire.casefile import CaseFile, SourceLine, find_files, read_casefile
from ceasefire.errors import CeasefireError, NoCoverage
from ceasefire.fusion.coverage import days, survey
from ceasefire.fusion.fuse import fuse
from ceasefire.fusion.missing import patterns
from ceasefire.fusion.recalibrate import Calibration
from ceasefire.fusion.registered import targets
from ceasefire.geo import regions
from ceasefire.model.agreement import ANY, Agreement
from ceasefire.model.document import Document
from ceasefire.model.effect import Judged
from ceasefire.model.intake import Count, Intake
from ceasefire.model.picture import Picture
from ceasefire.model.records import (
    Claim,
    Finding,
    Look,
    Observation,
    ProtectedObject,
    Quarantined,
)
from ceasefire.model.table import Table
from ceasefire.run import Run
from ceasefire.store import Incidents, Observed
from ceasefire.text.label import claims_to_observations, label_claims, label_observations

Say = Callable[[str], None]
"""Takes one line of progress."""


def _silent(_: str) -> None:
    """Say nothing."""


class Case:
    """A case file with its folder; each method is one stage.

    Parameters
    ----------
    casefile
        The case as its author states it.
    folder
        Folder that its paths are relative to.
    say
        Takes progress, a line at a time.
    """

    def __init__(self, casefile: CaseFile, folder: Path, *, say: Say = _silent) -> None:
        self.file, self.folder, self.say = casefile, folder, say

    @classmethod
    def read(cls, path: str | Path, *, say: Say = _silent) -> Case:
        """Read a case file; `InvalidFile` names every problem with its line."""
        path = Path(path)
        return cls(read_casefile(path), path.resolve().parent, say=say)

    @property
    def output(self) -> Path:
        """Folder for results."""
        return self.folder / self.file.output

    @cached_property
    def agreement(self) -> Agreement:
        """The agreement that is judged by."""
        return self._agreement(self.file.agreement)

    @cached_property
    def others(self) -> tuple[Agreement, ...]:
        """Further agreements whose obligations are followed."""
        return tuple(self._agreement(name) for name in self.file.also)

    def _agreement(self, name: str) -> Agreement:
        if not name.startswith("library:"):
            return read_agreement(self.folder / name)
        try:
            return load(name.removeprefix("library:"))
        except KeyError as error:
            raise CeasefireError(error.args[0]) from None

    @cached_property
    def regions(self) -> tuple[str, ...]:
        """Region codes of the area."""
        return tuple(dict.fromkeys(code for pattern in self.file.area.regions for code in regions.match(pattern)))

    @cached_property
    def parties(self) -> tuple[str, ...]:
        """Ids of the belligerents."""
        return tuple(p.id for p in self.agreement.parties if p.role == "belligerent")

    @cached_property
    def protected(self) -> tuple[str, ...]:
        """Object classes that some prohibition protects under some reading; `any` is left out."""
        found = {
            o
            for p in self.agreement.provisions
            if p.kind == "prohibition"
            for t in p.readings.values()
            for o in t.objects
        }
        return tuple(sorted(found - {ANY}))

    @cached_property
    def calibration(self) -> Calibration | None:
        """The calibration maps that the case names; None where it names none."""
        return learned.calibration(self.file, self.folder)

    def fetch(self, product: str = "") -> Iterator[str]:
        """Bring the files of the case's sources from their services; parameters and errors as of `bring.bring`."""
        yield from bring.bring(self, product)

    def observe(self) -> Observed:
        """Read every source: rows to observations, looks and claims, and what could not be used."""
        objects, registered = self.register()
        pixels = [line for line in self.file.sources if line.product in imagery.PRODUCTS]
        drones = [line for line in self.file.sources if line.product in patrol.PRODUCTS]
        wet = [line for line in self.file.sources if line.product in sea.PRODUCTS]
        intakes = {line.id: self.take_in(line) for line in self.file.sources if line not in (*pixels, *drones, *wet)}
        sailed = self._sail(wet)
        intakes |= sailed.intakes
        flown = {line.id: self._fly(line, objects) for line in drones}
        intakes |= {name: one.intake for name, one in flown.items()}
        seen = {line.id: self._look_at(line, objects, intakes) for line in pixels}
        intakes |= {name: one.intake for name, one in seen.items()}
        said = Table.concat(Claim, (i.claims for i in intakes.values()))
        claims, unread = label_claims(said), said.column("observation") == ""
        reports = label_observations(
            Table.concat(Observation, (i.observations for i in intakes.values())), machine_coded=sources.MACHINE_CODED
        )
        spoken = claims_to_observations(claims.keep(unread))
        articles = self._read_articles(intakes)
        if articles.count.rows:
            intakes["articles" if "articles" not in intakes else "claims of articles"] = articles
            claims = Table.concat(Claim, [claims, articles.claims])
        observations = Table.concat(Observation, [reports, spoken])
        observations, held = self._held(observations)
        intakes |= {name: i for name, i in (("control", held), ("registers", registered)) if i.count.rows}
        looks = Table.concat(Look, (i.looks for i in intakes.values()))
        looks = Table.concat(Look, [looks, self._never_looked(looks)])
        for name, intake in intakes.items():
            self.say(f"observe: {_counted(name, intake.count)}")
            if len(intake.quarantine):
                first = intake.quarantine[0]
                where = f"{first.granule}:{first.line}" if first.line else first.granule
                self.say(f"observe: {name}: the first in quarantine is {where}: {first.reason}")
        return Observed(
            observations=observations,
            looks=looks,
            claims=claims,
            quarantine=Table.concat(Quarantined, (i.quarantine for i in intakes.values())),
            objects=objects,
            counts={name: i.count for name, i in intakes.items()},
            files=tuple((name, file, digest) for name, i in intakes.items() for file, digest in i.files),
            texts={d.archived: d.text for i in intakes.values() for d in i.documents},
            pictures=Table.of(Picture, [p for one in seen.values() for p in one.pictures]),
            png={digest: data for one in seen.values() for digest, data in one.png.items()},
            patrols=tuple(p for one in flown.values() for p in one.patrols),
            vessel_events=sailed.events,
            sea=sailed.sea,
        )

    def fuse(self, observed: Observed) -> Incidents:
        """Fuse observations into incidents, and looks into coverage."""
        from ceasefire.geo.objects import ObjectIndex

        objects = ObjectIndex(observed.objects) if len(observed.objects) else None
        fused = fuse(
            observed.observations,
            parties=self.parties,
            protected=self.protected,
            objects=objects,
            priors=self.file.assumptions,
        )
        fused = learned.learned(self, observed, fused)
        seen = survey(
            observed.looks,
            window=self.file.window,
            clock=self.file.clock,
            regions=self.regions,
            acts=self._acts(),
            priors=self.file.assumptions,
            incidents=fused.incidents,
            register=targets(observed.objects, self.protected, anything=self._anything()),
        )
        total, unused = len(observed.observations), fused.unused
        self.say(
            f"fuse: {total:,} observations = {total - unused:,} in incidents + {unused:,} that report no incident; "
            f"{len(fused.incidents):,} incidents"
        )
        listed = patterns(fused.incidents, observed.observations, acts=self._acts())
        return Incidents(fused.incidents, fused.weights, seen.coverage, seen.detection, listed)

    def assess(self, observed: Observed, fused: Incidents) -> Table[Finding]:
        """Judge incidents, periods, obligations and claims under every reading."""
        bounds = self.file.thresholds
        one = judge(fused.incidents, self.agreement, thresholds=bounds, view=self.file.boundary_view)
        two = judge_periods(
            fused.incidents, one, fused.coverage, self.agreement, clock=self.file.clock, thresholds=bounds,
            view=self.file.boundary_view,
        )  # fmt: skip
        owed = [judge_obligations(observed.claims, a, cutoff=self.file.cutoff) for a in (self.agreement, *self.others)]
        three = judge_claims(observed.claims, fused.incidents, fused.coverage, self.agreement, level=bounds.level)
        events = borne_out(
            observed.claims,
            fused.incidents,
            fused.coverage,
            agreement=self.agreement.id,
            judged=three.column("subject").tolist(),
        )
        findings = Table.concat(Finding, [one, two, *owed, three, events])
        self.say(f"assess: {len(findings):,} findings under {len(self.agreement.held)} readings")
        return findings

    def effects(self, fused: Incidents) -> tuple[Judged, ...]:
        """Judge the effects that the case asks for, and write them; none where it has no `effect:` section."""
        if self.file.effect is None:
            return ()
        judged = effects.judge(self, fused)
        effects.keep(judged, self.output)
        return judged

    def run(self) -> Run:
        """Do every stage and write every file."""
        bring.bring_missing(self)
        observed = self.observe()
        store.keep(observed, self.output)
        fused = self.fuse(observed)
        store.keep(fused, self.output)
        findings = self.assess(observed, fused)
        store.keep(findings, self.output)
        run = Run(self, observed, fused, findings, self.effects(fused))
        run.report()
        return run

    def finished(self) -> Run:
        """Read back a whole run from the output folder."""
        judged = effects.kept(self.output) if self.file.effect else ()
        return Run(self, store.observed(self.output), store.fused(self.output), store.findings(self.output), judged)

    def take_in(self, line: SourceLine) -> Intake:
        """Read one source of rows."""
        paths = find_files(line.paths, self.file, self.folder)
        read = sources.reader(line.product)
        countries = tuple(dict.fromkeys(code.split("-")[0] for code in self.regions))
        options = {"area": countries, "regions": self.regions, **line.options}
        intake = read(paths, source=line.id, window=self.file.window, options=options)
        if line.product in heat.PRODUCTS:
            earlier = find_files(heat.patterns(line.options, source=line.id), self.file, self.folder)
            intake = heat.weighed(
                intake, self.file.window, source=line.id, paths=paths, history=earlier, codes=self.regions, say=self.say
            )
        intake.count.check()
        return intake

    def _look_at(
        self, line: SourceLine, objects: Table[ProtectedObject], intakes: Mapping[str, Intake]
    ) -> imagery.Seen:
        """Read a source of pixels: around the register's objects, or the fires that other sources saw."""
        reports = [i.observations.where(channel="satellite.thermal") for i in intakes.values()]
        seen = imagery.observe(
            line.product,
            find_files(line.paths, self.file, self.folder),
            source=line.id,
            options=line.options,
            window=self.file.window,
            objects=objects,
            fires=Table.concat(Observation, reports),
            finest_m=self.file.release.images.finest_m,
            say=self.say,
            outlines=find_files(imagery.patterns(line.options, source=line.id), self.file, self.folder),
        )
        seen.intake.count.check()
        return seen

    def _fly(self, line: SourceLine, objects: Table[ProtectedObject]) -> patrol.Flights:
        """Read a source of patrols: what they could have seen of the register's objects and the agreement's zones."""
        flown = patrol.observe(
            find_files(line.paths, self.file, self.folder),
            source=line.id,
            options=line.options,
            find=lambda patterns: find_files(patterns, self.file, self.folder),
            window=self.file.window,
            objects=objects,
            zones=self.agreement.zones,
            clock=self.file.clock,
            say=self.say,
        )
        flown.intake.count.check()
        return flown

    def _sail(self, lines: list[SourceLine]) -> sea.Sailed:
        """Read the sources of the sea together: who was heard tells of every ship."""
        if not lines:
            return sea.Sailed()
        sailed = sea.observe(
            sea.Given(
                lines=tuple(
                    sea.Line(s.id, s.product, tuple(find_files(s.paths, self.file, self.folder)), s.options)
                    for s in lines
                ),
                window=self.file.window,
                clock=self.file.clock,
                seas=tuple(code for code in self.regions if code in regions.match("XZ")),
                zones=self.agreement.zones,
                say=self.say,
            )
        )
        for intake in sailed.intakes.values():
            intake.count.check()
        return sailed

    def _read_articles(self, intakes: Mapping[str, Intake]) -> Intake:
        """Read the claims of every document that the sources gave; one that cannot be read is told with its reason."""
        documents = Table.concat(Document, (i.documents for i in intakes.values()))
        if not len(documents):
            return Intake()
        from ceasefire.text.claims import claims_of_documents

        zones = {line.id: str(line.options["zone"]) for line in self.file.sources if "zone" in line.options}

        def progress(done: int) -> None:
            if done % 240 == 0:  # ten batches
                self.say(f"observe: {done:,} of {len(documents):,} articles read")

        claims, quarantine = claims_of_documents(documents, zones=zones, progress=progress)
        count = Count(rows=len(documents), used=len(documents) - len(quarantine), quarantined=len(quarantine))
        self.say(f"observe: {len(claims):,} claims in {count.used:,} articles")
        return Intake(claims=claims, quarantine=quarantine, count=count)

    def _held(self, observations: Table[Observation]) -> tuple[Table[Observation], Intake]:
        """Say of each observation who held its place, where its source does not."""
        if self.file.control is None:
            return observations, Intake()
        from ceasefire.sources import frontline

        line = self.file.control
        control, intake = frontline.control(
            find_files(line.paths, self.file, self.folder),
            source="control",
            window=self.file.window,
            occupier=line.occupier,
            holders=line.holders,
            view=self.file.boundary_view,
        )
        told = observations.column("control").astype(object)
        blank = np.flatnonzero((told == "") & np.isfinite(observations.column("lon")))
        at = observations.keep(blank)
        middle = at.column("start") + (at.column("end") - at.column("start")) // 2
        told[blank] = control.holder(at.column("lon"), at.column("lat"), at.column("radius_km"), middle)
        return observations.replace(control=told), intake

    def register(self) -> tuple[Table[ProtectedObject], Intake]:
        """Read the registers of protected objects."""
        if not self.file.registers:
            return Table.empty(ProtectedObject), Intake()
        from ceasefire.sources import register

        paths = find_files(self.file.registers, self.file, self.folder)
        objects, quarantine, count = register.read(paths, area=self.regions, view=self.file.boundary_view)
        self.say(f"observe: {len(objects):,} protected objects in the register")
        return objects, Intake(quarantine=quarantine, count=count)

    def _never_looked(self, looks: Table[Look]) -> Table[Look]:
        """Record a lost look for every region and day of each expected channel that gave none."""
        silent = [c for c in self.file.channels if c not in set(looks.column("channel"))]
        calendar = days(self.file.window, self.file.clock)
        parts = []
        for channel in silent:
            warnings.warn(
                NoCoverage(f"{channel}: no source looked in this case; every look of it counts as lost"), stacklevel=3
            )
            n = len(self.regions) * len(calendar)
            parts.append(
                Table.from_columns(
                    Look,
                    {
                        "id": [f"l-{channel}-{r}-{k}" for r in self.regions for k in range(len(calendar))],
                        "source": channel,
                        "channel": channel,
                        "region": [r for r in self.regions for _ in calendar],
                        "start": [a for _ in self.regions for a, _ in calendar],
                        "end": [b for _ in self.regions for _, b in calendar],
                        "acts": ("attack", "fire"),
                        "quality": np.zeros(n),
                        "lost": "no data",
                    },
                )
            )
        return Table.concat(Look, parts)

    def _anything(self) -> bool:
        """Tell whether some prohibition protects more than named classes of objects."""
        prohibited = [p for p in self.agreement.provisions if p.kind == "prohibition"]
        return any(ANY in t.objects or not t.objects for p in prohibited for t in p.readings.values())

    def _acts(self) -> tuple[str, ...]:
        found = {a.split(".")[0] for p in self.agreement.provisions if p.kind == "prohibition" for a in p.acts}
        return tuple(sorted(found))


def _counted(name: str, count: Count) -> str:
    text = f"{name}: {count.rows:,} rows = {count.used:,} used + {count.duplicates:,} duplicates"
    text += f" + {count.quarantined:,} quarantined"
    return text + (f" ({count.outside:,} outside the period)" if count.outside else "")
