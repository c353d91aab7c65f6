"""Damage by radar as evidence: one observation for each object whose footprint changed more than places around it.

* **Interval.** From the last acquisition before the dates that may have brought the change (95 %) to the first behind.
* **Likelihood ratio.** P(this change | damage) over P(this change | none) (`stats.change_ratio`), within 0.05 and 20.
  The null is what other places of the scene did between the same dates, so an ordinary harvest around weighs nothing.
* **What it cannot say.** A surface changed. Harvest, snow, flood, wet soil and building work do that, too; each
  sentence names them. Nothing here says who, or that it was an attack.
* **Evidence.** The hash of the record of processing, which names every scene with its hash, every setting and the
  version of the code.

Objects that were looked at and did not alarm give no observation: that they were seen is a look.
"""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256

import numpy as np

import ceasefire
from ceasefire.detectors.damage import Damage
from ceasefire.detectors.damage_surroundings import METRES_PER_DEGREE, REACH_M
from ceasefire.model.processing import Processing
from ceasefire.model.records import Observation, ProtectedObject
from ceasefire.model.table import Table
from ceasefire.stats.change_ratio import SIZES_DB, VISIBLE
from ceasefire.stats.false_discovery import adjusted

CHANNEL = "satellite.radar"
LEFT_OPEN = "harvest, snow, flood, wet soil or building work"


def observations(damage: Damage, objects: Table[ProtectedObject], *, source: str) -> Table[Observation]:
    """Give an observation for each object whose footprint alarms at the level of the test.

    Parameters
    ----------
    damage
        As `detect` gives it, its labels in the order of the objects.
    objects
        Protected objects: label k is row k - 1.
    source
        Who publishes the scenes, as named in the case file.

    Raises
    ------
    ValueError
        More labels than objects.
    """
    found = damage.footprints
    if len(found.p) > len(objects):
        raise ValueError(f"{len(found.p)} labels, but {len(objects)} objects")
    record = processing(damage)
    text, digest = record.text(), record.digest()
    rate = adjusted(found.p)
    made = []
    with np.errstate(invalid="ignore"):
        at = np.flatnonzero((found.p <= damage.level) & ~np.isnat(found.earliest)).tolist()
    for k in at:
        one = objects[k]
        made.append(
            Observation(
                id="o-" + sha256(f"{source}|damage|{one.id}|{digest}".encode()).hexdigest()[:12],
                source=source,
                product=damage.scenes[0].product if damage.scenes else "sentinel1",
                granule=damage.scenes[-1].id if damage.scenes else "",
                line=0,
                evidence=digest,
                channel=CHANNEL,
                procedure="sensor",
                start=_utc(found.earliest[k]),
                end=_utc(found.latest[k]),
                reported=_utc(damage.after[1]),
                lon=one.lon,
                lat=one.lat,
                radius_km=max(one.radius_km, _radius_km(damage, int(found.pixels[k]))),
                place=one.name,
                region=one.region,
                act="attack",
                object_class=one.object_class,
                effect="damage",
                alternatives=("accident",),
                reliability="B",
                credibility=3,
                origin="r-" + sha256(f"{one.id}|{damage.after[0]}".encode()).hexdigest()[:12],
                likelihood_ratio=float(found.likelihood_ratio[k]),
                summary=_sentence(damage, k, float(rate[k])),
                text=text,
                licence=damage.scenes[0].licence if damage.scenes else "",
            )
        )
    return Table.of(Observation, made).sort("start", "id")


def processing(damage: Damage) -> Processing:
    """Say how the result came out of which scenes."""
    settings = {str(k): str(v) for k, v in damage.settings.items()} | {
        "before": " to ".join(map(str, damage.before)),
        "after": " to ".join(map(str, damage.after)),
        "series": ", ".join(damage.series),
        "surroundings_m": str(REACH_M),
        "filter": "none",
        "damage_db": f"{SIZES_DB[0]:.1f} to {SIZES_DB[-1]:.1f}",
        "visible": str(VISIBLE),
        "null": "; ".join(f"{n.scale:.3f}, {n.tail:.0f}" for n in damage.nulls),
    }
    inputs = sorted({(s.acquired.isoformat(), s.id, s.evidence) for s in damage.scenes})
    grid = damage.grid
    return Processing(
        method="damage",
        code=ceasefire.__version__,
        inputs=tuple((name, digest) for _, name, digest in inputs),
        parameters=tuple(sorted(settings.items())),
        window=(grid.crs, *(f"{v:.6f}" for v in grid.bounds)),
    )


def _sentence(damage: Damage, k: int, rate: float) -> str:
    f = damage.footprints
    far = "darker" if f.change_db[k] < 0 else "brighter"
    return (
        f"Radar: the site's surface changed between {_day(f.earliest[k])} and {_day(f.latest[k])} (95 %), most likely "
        f"by {_day(f.date_by[k])}; on the mean {abs(f.change_db[k]):.1f} dB {far} than its surroundings. "
        f"{_upper(_percent(f.p[k]))} of like places nearby changed as much; {f.series[k]} series; if all sites that "
        f"changed so much are named, {_percent(rate)} of them are expected to be false. Likelihood ratio "
        f"{f.likelihood_ratio[k]:.1f} for damage. {LEFT_OPEN.capitalize()} can do the same."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %" if share >= 1e-5 else "less than 0.001 %"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _radius_km(damage: Damage, pixels: int) -> float:
    grid = damage.grid
    metres = METRES_PER_DEGREE if grid.crs.upper() in ("EPSG:4326", "OGC:CRS84") else 1.0
    return float(np.sqrt(pixels / np.pi * grid.width * grid.height) * metres / 1000.0)


def _day(moment: np.datetime64) -> str:
    return str(moment.astype("datetime64[D]"))


def _utc(moment: np.datetime64) -> datetime:
    value: datetime = moment.astype("datetime64[s]").item()
    return value.replace(tzinfo=UTC)
