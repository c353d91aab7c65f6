"""A month of the energy moratorium in small: about forty incidents, judged by the real stages, with hostile text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

import numpy as np
import pytest

from ceasefire.agreements.library import load
from ceasefire.assessment.borne_out import borne_out
from ceasefire.assessment.obligations import judge_obligations
from ceasefire.assessment.periods import judge_periods
from ceasefire.assessment.spoken import judge_claims
from ceasefire.assessment.verdict import judge
from ceasefire.fusion.coverage import coverage
from ceasefire.geo import regions
from ceasefire.model.intake import Count, Window
from ceasefire.model.records import Claim, Finding, Incident, Look, Observation, Quarantined, Weight
from ceasefire.model.table import Table
from ceasefire.reporting.report import InForce, ReportInput

PERIOD = Window(datetime(2025, 3, 17, 22, tzinfo=UTC), datetime(2025, 4, 17, 21, tzinfo=UTC))
AREA = ("UA-53", "UA-59", "UA-63", "UA-65", "UA-23", "UA-51", "UA-43", "RU-KRS", "RU-BEL", "RU-KDA")
HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)>\'"&]]>{{ 7*7 }}'
SECRET = "WORDS-OF-THE-SOURCE"


def incident(n: int, day: datetime, **fields: object) -> Incident:
    """Make an incident with sensible defaults and two observations."""
    given: dict[str, object] = {
        "id": f"i-{n:012x}",
        "start": day,
        "end": day + timedelta(hours=3),
        "lon": 34.5531,
        "lat": 49.5883,
        "radius_km": 5.0,
        "place": "Poltava",
        "region": "UA-53",
        "control": "ukraine",
        "act": "attack.air.drone",
        "object_class": "energy.electricity.grid",
        "object_probabilities": (("energy.electricity.grid", 0.95),),
        "p_occurred": 0.93,
        "p_object": 0.95,
        "p_party": (("russia", 0.6), ("ukraine", 0.3), ("other", 0.1)),
        "attribution": "undetermined",
        "basis": "",
        "alternatives": (),
        "accused_by": (("ukraine", "russia"),),
        "denied_by": (),
        "origins": 2,
        "channels": ("news", "party"),
        "observations": (f"o-{n:011x}a", f"o-{n:011x}b"),
        "summary": "Drones hit a substation and cut the power.",
    }
    return Incident(**{**given, **fields})  # type: ignore[arg-type]


@cache
def incidents() -> tuple[Incident, ...]:
    """Incidents of every kind the page must tell apart."""
    april = datetime(2025, 4, 1, 6, tzinfo=UTC)
    made = [incident(n, april + timedelta(hours=7 * n)) for n in range(20)]
    march = datetime(2025, 3, 20, 2, tzinfo=UTC)
    made += [incident(40 + n, march + timedelta(days=n), place="Kherson", region="UA-65") for n in range(4)]
    gas = (("energy.gas.production", 0.97),)
    made += [
        incident(60, april, object_class="energy.gas.production", object_probabilities=gas),
        incident(61, april, act="fire", accused_by=(), channels=("news",), summary="A fire is seen."),
        incident(62, april, p_occurred=0.4, object_probabilities=(("energy.oil.refinery", 0.9),), region="RU-KDA"),
        incident(63, april, object_class="military", object_probabilities=(("military", 0.9),), p_object=0.05),
        incident(64, april, attribution="russia", basis="trajectory", denied_by=("russia",)),
        incident(65, april, place=HOSTILE, summary=HOSTILE),
        incident(66, datetime(2025, 4, 17, 12, tzinfo=UTC), place="Waiting-place"),
        incident(67, april, place="Marked-place", lon=36.2, lat=50.0, region="UA-63"),
        incident(68, april, lon=float("nan"), lat=float("nan"), radius_km=float("nan"), place=""),
        incident(
            69, april, accused_by=(("ukraine", "russia"), ("russia", "ukraine")), control="contested", region="RU-KRS"
        ),
    ]
    made += [
        incident(80 + n, april, object_class="civilian.housing", object_probabilities=(), p_object=0.0)
        for n in range(6)
    ]
    return tuple(made)


@cache
def observations() -> tuple[Observation, ...]:
    """Two observations of each incident: news and a party's."""
    made = []
    for i in incidents():
        for o, channel in zip(i.observations, ("news", "party"), strict=True):
            made.append(
                Observation(
                    id=o,
                    source="viina" if channel == "news" else "posts",
                    product="facts",
                    granule="facts.csv",
                    line=1,
                    evidence="0" * 64,
                    channel=channel,
                    procedure="report" if channel == "news" else "claim",
                    start=i.start,
                    end=i.end,
                    reported=i.end,
                    lon=i.lon,
                    lat=i.lat,
                    radius_km=i.radius_km,
                    place=i.place,
                    region=i.region,
                    act=i.act,
                    object_class=i.object_class,
                    effect="outage" if i.act != "fire" else "fire",
                    claimant="ukraine" if channel == "party" else "",
                    summary=i.summary,
                    text=SECRET,
                    url="javascript:alert(1)" if i.place == HOSTILE else "https://example.org/a",
                    tlp="AMBER" if i.place == "Marked-place" else "CLEAR",
                )
            )
    return tuple(made)


@cache
def claims() -> tuple[Claim, ...]:
    """Five totals for one month, a denial, an event, a delivery."""
    begin, end = datetime(2025, 3, 18, tzinfo=UTC), datetime(2025, 4, 17, tzinfo=UTC)
    shared = {"source": "facts", "granule": "facts.csv", "line": 1, "text": SECRET, "url": "https://example.org/c"}
    totals = [
        (23, 23, "23"),
        (61, np.inf, "more than 60"),
        (81, np.inf, "over 80"),
        (121, np.inf, "over 120"),
        (200, 900, "several hundred"),
    ]
    made = [
        Claim(id=f"c-{n:012x}", claimant="russia", speaker="Foreign Ministry", said=end, stance="asserts", act="attack",
              object_class="energy", accused="ukraine", start=begin, end=end, low=float(a), high=float(b), words=w,
              unit="attacks", **shared)
        for n, (a, b, w) in enumerate(totals)
    ]  # fmt: skip
    made += [
        Claim(id="c-00000000d001", claimant="ukraine", speaker="Ministry of Foreign Affairs",
              said=datetime(2025, 4, 3, tzinfo=UTC),
              stance="denies", act="attack", object_class="energy", start=datetime(2025, 4, 1, tzinfo=UTC),
              end=datetime(2025, 4, 3, tzinfo=UTC), summary="No strikes by either side, the ministry says.", **shared),
        Claim(id="c-00000000e001", claimant="ukraine", speaker="General Staff", said=datetime(2025, 4, 2, tzinfo=UTC),
              stance="asserts", act="attack.air.drone", object_class="energy.electricity.grid", accused="russia",
              start=datetime(2025, 4, 1, tzinfo=UTC), end=datetime(2025, 4, 2, tzinfo=UTC), place=HOSTILE,
              region="UA-53", lon=34.5531, lat=49.5883, radius_km=5.0, observation=incidents()[0].observations[1],
              summary=HOSTILE,
              **{**shared, "url": "javascript:alert(2)"}),
    ]  # fmt: skip
    return tuple(made)


@cache
def looks() -> tuple[Look, ...]:
    """News looked everywhere in Ukraine, nobody in Krasnodar and Belgorod; no satellite at all."""
    made = []
    for code in AREA:
        for d in range(31):
            start = PERIOD.start + timedelta(days=d)
            dark = code in ("RU-KDA", "RU-BEL")
            made.append(
                Look(
                    id=f"l-{code}-{d}",
                    source="viina",
                    channel="news",
                    region=code,
                    start=start,
                    end=start + timedelta(hours=20),
                    acts=("attack", "fire", "outage"),
                    quality=0.0 if dark else 1.0,
                    lost="denial" if dark else "",
                )
            )
            made.append(
                Look(
                    id=f"l-sat-{code}-{d}",
                    source="firms",
                    channel="satellite.thermal",
                    region=code,
                    start=start,
                    end=start + timedelta(hours=20),
                    acts=("attack", "fire"),
                    quality=0.0,
                    lost="no data",
                )
            )
    return tuple(made)


def weights() -> tuple[Weight, ...]:
    """The prior and what each observation added."""
    made = []
    for i in incidents():
        made.append(
            Weight(incident=i.id, observation="prior", about="occurred", weight=-0.847, why="base rate of reports")
        )
        made.append(
            Weight(incident=i.id, observation="prior", about="party:russia", weight=-0.1, why="who held the place")
        )
        made += [
            Weight(incident=i.id, observation=o, about="occurred", weight=1.4, why=HOSTILE) for o in i.observations
        ]
    return tuple(made)


@cache
def energy() -> ReportInput:
    """One issue on the encoded energy moratorium of 2025."""
    agreement = load("energy-2025")
    found = Table.of(Incident, incidents())
    seen = coverage(Table.of(Look, looks()), window=PERIOD, clock="Europe/Kyiv", regions=AREA)
    said = Table.of(Claim, claims())
    one = judge(found, agreement)
    three = judge_claims(said, found, seen, agreement)
    findings = Table.concat(
        Finding,
        [
            one,
            judge_periods(found, one, seen, agreement, clock="Europe/Kyiv"),
            judge_obligations(said, agreement, cutoff=PERIOD.end),
            three,
            borne_out(said, found, seen, agreement=agreement.id, judged=three.column("subject").tolist()),
        ],
    )
    windows = []
    for p in agreement.provisions:
        for reading, t in p.readings.items():
            a, b = t.in_force_from, t.until
            windows.append(InForce(p.id, reading, a and a.earliest, a and a.latest, b and b.earliest, b and b.latest))
    names = regions.names()
    return ReportInput(
        agreement=agreement,
        case="test",
        title="The energy moratorium, a test " + HOSTILE,
        period=PERIOD,
        clock="Europe/Kyiv",
        cutoff=datetime(2025, 4, 18, 9, tzinfo=UTC),
        issued=date(2025, 4, 18),
        regions=AREA,
        incidents=found,
        weights=Table.of(Weight, weights()),
        findings=findings,
        claims=said,
        looks=Table.of(Look, looks()),
        observations=Table.of(Observation, observations()),
        quarantine=Table.of(
            Quarantined,
            [Quarantined(source="viina", granule=HOSTILE, line=3, reason="latitude 99 " + HOSTILE, row=SECRET)],
        ),
        counts={"viina": Count(rows=5, used=3, duplicates=1, quarantined=1)},
        files=(("viina", "a.csv", "ab" * 32),),
        shapes={code: regions.shape(code) for code in AREA},
        region_names={code: names[code] for code in AREA},
        in_force=tuple(windows),
        assumptions={"fusion: base_rate": "0.3. " + HOSTILE},
    )


@pytest.fixture(scope="session")
def issue() -> ReportInput:
    """One issue before release."""
    return energy()


@pytest.fixture
def with_fields() -> Callable[..., ReportInput]:
    """Give the issue with some fields replaced."""
    return lambda **fields: replace(energy(), **fields)
