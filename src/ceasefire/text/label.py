"""Labels into tables: what the words add to observations and claims, and claims that name an event.

Why nothing is overwritten: a source that codes its own acts knows more than a headline. Only distinct texts are
read, so a million rows with few texts or none cost next to nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ceasefire.geo import regions
from ceasefire.model.records import EPOCH, Claim, Observation
from ceasefire.model.table import Table
from ceasefire.model.taxonomy import covers
from ceasefire.text.clock import interval
from ceasefire.text.lexicon import normal
from ceasefire.text.places import Places, places
from ceasefire.text.reading import Labels, labels_of
from ceasefire.text.sea_places import sea_places

Rows = npt.NDArray[np.int64]
_SEA_ACTS = ("attack", "interception", "fire", "presence", "inspection", "movement")
EVENTS = ("attack", "interception", "fire", "outage")
"""Acts that a claim can be an observation of; launches, promises and movements are none."""

LONGEST = np.timedelta64(3, "D")
"""A claim about a longer period is about many events."""


def label_observations(observations: Table[Observation], *, machine_coded: Sequence[str] = ()) -> Table[Observation]:
    """Fill act, object class, effect and alternatives of observations from their texts, where they are empty.

    A denial, a court case or a look back to an earlier year gives no act. Where the source gives the act and the
    words tell of none, the object stays empty: a source that codes whole articles would else have "drones" of one
    paragraph strike the power plant that a headline only mentions. Rows without text stay as they are.

    Parameters
    ----------
    observations
        Any observations.
    machine_coded
        Products whose acts and places a model gave to whole articles: there an act stands only where the words tell of
        one, and the code only narrows it (words "attack", code "drone"); and where one text stands at places far
        apart, the object that it names lies at one of them only, so it is given to none. Where the words tell of an
        act at one place at sea, on a coast or in a port, that place stands in for the settlement that the model chose.

    >>> when = datetime(2025, 4, 4, tzinfo=UTC)
    >>> one = Observation(id="o-1", source="s", product="p", granule="g", line=1, evidence="", channel="news",
    ...     procedure="report", start=when, end=when, reported=when, lon=32.6, lat=46.6, radius_km=9.0,
    ...     effect="casualties", text="У Херсоні був удар дрона по ТЕЦ")
    >>> got = label_observations(Table.of(Observation, [one]))[0]
    >>> got.act, got.object_class, got.effect
    ('attack.air.drone', 'energy.electricity.generation', 'casualties')
    """
    rows = _with_text(observations, "act", "object_class", "effect")
    if not len(rows):
        return observations
    read, code = labels_of(observations.arrow.column("text").take(pa.array(rows)))
    year = observations.column("start")[rows].astype("datetime64[Y]").astype(np.int64) + 1970
    silent = read.denied[code] | ((read.year[code] > 0) & (read.year[code] < year))
    coded = observations.column("act")[rows] != ""
    scattered = _far_apart(observations, rows, code) & np.isin(
        observations.column("product")[rows], list(machine_coded)
    )
    observations = _borne_out(observations, rows, np.where(silent, "", read.act[code]), machine_coded)
    new = {
        "act": np.where(silent, "", read.act[code]),
        "object_class": np.where(scattered | coded & (silent | (read.act[code] == "")), "", read.object_class[code]),
        "effect": np.where(silent, "", read.effect[code]),
    }
    filled = {name: _filled(observations, name, rows, values) for name, values in new.items()}
    filled["alternatives"] = _with_alternatives(observations, rows, read.alternatives[code])
    checked = np.isin(observations.column("product")[rows], list(machine_coded)) & ~silent
    return _at_sea(observations.replace(**filled), rows[checked], read, code[checked])


def _at_sea(observations: Table[Observation], rows: Rows, read: Labels, code: Rows) -> Table[Observation]:
    """Put observations whose words tell of an act at one place at sea or in a port there."""
    if not len(rows):
        return observations
    act, thing = observations.column("act"), observations.column("object_class")
    words = normal(read.sentence)
    named = places(words)
    where = {i: one for i, one in enumerate(sea_places(words)) if one is not None and one.name == named.name[i]}
    columns = {name: observations.column(name).copy() for name in ("lon", "lat", "radius_km", "place", "region")}
    for row, i in zip(rows.tolist(), code.tolist(), strict=True):
        one = where.get(i)
        if one is None or not str(act[row]).startswith(_SEA_ACTS):
            continue
        if one.kind == "port" and not str(thing[row]).startswith(("transport", "military")):
            continue
        columns["lon"][row], columns["lat"][row], columns["radius_km"][row] = one.lon, one.lat, one.radius_km
        columns["place"][row], columns["region"][row] = one.name, one.region
    return observations.replace(**columns)


def _far_apart(observations: Table[Observation], rows: Rows, code: Rows) -> npt.NDArray[np.bool_]:
    """Tell of each row whether its text stands at places more than about 60 km apart, shape (rows,)."""
    n = int(code.max()) + 1 if len(code) else 0
    wide = np.zeros(n, dtype=bool)
    for name, degrees in (("lon", 0.85), ("lat", 0.55)):
        value = observations.column(name)[rows]
        low, high = np.full(n, np.inf), np.full(n, -np.inf)
        np.fmin.at(low, code, value)
        np.fmax.at(high, code, value)
        wide |= high - low > degrees
    return np.asarray(wide[code])


def _borne_out(
    observations: Table[Observation], rows: Rows, told: npt.NDArray[Any], products: Sequence[str]
) -> Table[Observation]:
    """Keep a model's act only where the words tell of one that it agrees with; else take what the words tell."""
    act = observations.column("act").astype(object)
    checked = np.isin(observations.column("product")[rows], list(products))
    for row, words in zip(rows[checked].tolist(), told[checked].tolist(), strict=True):
        if not (words and covers((words,), act[row])):
            act[row] = words
    return observations.replace(act=act)


def label_claims(claims: Table[Claim]) -> Table[Claim]:
    """Fill act, object class, accused, stance, place, disc and period of claims from their texts, where empty.

    An empty stance becomes `denies` where the words deny, else `asserts`. An act that a claim denies is kept: it is
    what is denied. The period is what the words name, else the day before the claim. The id of the observation that
    `claims_to_observations` will make of a claim is filled in too.

    Parameters
    ----------
    claims
        Any claims.

    >>> said = datetime(2025, 3, 28, 8, 40, tzinfo=UTC)
    >>> one = Claim(id="c-1", source="s", granule="g", line=1, claimant="russia", speaker="Ministry", said=said,
    ...     stance="", text="28 марта около 10.20 киевским режимом нанесен удар по газоизмерительной станции «Суджа»")
    >>> got = label_claims(Table.of(Claim, [one]))[0]
    >>> got.act, got.object_class, got.accused, got.stance, got.region, got.start.strftime("%H:%M")
    ('attack', 'energy.gas.pipeline', 'ukraine', 'asserts', 'RU-KRS', '07:05')
    """
    if not len(claims):
        return claims
    rows = _with_text(claims, "act", "object_class", "accused", "stance", "region")
    if len(rows):
        text = claims.arrow.column("text").take(pa.array(rows))
        read, code = labels_of(text)
        where, whole = places(normal(read.sentence)), places(normal(text))
        single = (where.name[code] == "") & (read.told[code] <= 1)
        place = {f: _first(where, whole, code, single, f) for f in ("name", "region", "lon", "lat", "radius_km")}
        new = {
            "act": read.act[code],
            "object_class": read.object_class[code],
            "accused": read.accused[code],
            "stance": np.where(read.denied[code], "denies", "asserts"),
            "region": np.where(claims.column("place")[rows] == "", place["region"], ""),
            "place": place["name"],
        }
        unplaced = (claims.column("place") == "") & np.isnan(claims.column("lon"))
        filled: dict[str, Any] = {name: _filled(claims, name, rows, values) for name, values in new.items()}
        for name in ("lon", "lat", "radius_km"):
            column = claims.column(name).copy()
            column[rows[unplaced[rows]]] = place[name][unplaced[rows]].astype(float)
            filled[name] = column
        start, end = _periods(claims, rows, read, code)
        filled |= {"start": start, "end": end}
        claims = claims.replace(**filled)
    own = claims.column("observation").astype(object)
    ids = claims.column("id").astype(object)
    for i in np.flatnonzero(_names_event(claims) & (own == "")):
        own[i] = _observation_id(ids[i])
    return claims.replace(observation=own)


def speaks_of_energy_attack(claims: Table[Claim]) -> npt.NDArray[np.bool_]:
    """Tell which labelled claims speak of an attack on an energy object, shape (n,).

    >>> speaks_of_energy_attack(Table.empty(Claim)).tolist()
    []
    """
    energy = _starts(claims.column("object_class"), "energy")
    return np.asarray(energy & _starts(claims.column("act"), "attack"))


def claims_to_observations(claims: Table[Claim]) -> Table[Observation]:
    """Make observations of the labelled claims that name an event, a place (a region at least) and a time.

    The channel is `party` and the procedure `claim`: a claim weighs what its speaker weighs, and gives no basis for
    attribution. A total is no event. A claim that its reader already tied to an observation of its own is left out.

    Parameters
    ----------
    claims
        Claims, labelled.

    >>> len(claims_to_observations(Table.empty(Claim)))
    0
    """
    own = claims.column("observation")
    ids = claims.column("id")
    made = np.asarray([o in ("", _observation_id(i)) for o, i in zip(own, ids, strict=True)], dtype=bool)
    keep = np.flatnonzero(_names_event(claims) & made) if len(claims) else np.empty(0, dtype=np.int64)
    if not len(keep):
        return Table.empty(Observation)
    some = claims.keep(keep)
    c = some.column
    read, code = labels_of(some.arrow.column("text"))
    disc = np.c_[c("lon"), c("lat"), c("radius_km")].astype(float)
    for i in np.flatnonzero(np.isnan(disc[:, 0])):
        disc[i] = regions.disc(str(c("region")[i]))
    columns: dict[str, Any] = {
        name: some.arrow.column(name)
        for name in ("source", "granule", "line", "claimant", "accused", "stance", "act", "object_class", "place")
    }
    columns |= {name: some.arrow.column(name) for name in ("origin", "summary", "text", "url", "region", "evidence")}
    columns |= {
        "id": [_observation_id(i) for i in c("id")],
        "product": "claims",
        "channel": "party",
        "procedure": "claim",
        "start": c("start"),
        "end": c("end"),
        "reported": c("said"),
        "lon": disc[:, 0],
        "lat": disc[:, 1],
        "radius_km": disc[:, 2],
        "effect": np.where(c("stance") == "denies", "", read.effect[code]).astype(object),
        "alternatives": list(read.alternatives[code]),
    }
    return Table.from_columns(Observation, columns)


def _observation_id(claim: str) -> str:
    return "o-" + claim.removeprefix("c-")


def _starts(column: npt.NDArray[Any], prefix: str) -> npt.NDArray[np.bool_]:
    values = pa.array(column.astype(object), type=pa.string())
    return np.asarray(pc.starts_with(values, prefix).to_numpy(zero_copy_only=False), dtype=bool)


def _names_event(claims: Table[Claim]) -> npt.NDArray[np.bool_]:
    act = claims.column("act")
    event = np.any([_starts(act, e) for e in EVENTS], axis=0)
    known = np.asarray([bool(regions.match(r)) if "-" in r else False for r in claims.column("region")], dtype=bool)
    placed = known | np.isfinite(claims.column("lon"))
    epoch = np.datetime64(EPOCH.replace(tzinfo=None), "s")
    start, end = claims.column("start"), claims.column("end")
    timed = (start > epoch) & (end > start) & (end - start <= LONGEST)
    total = ~np.isnan(claims.column("low")) | ~np.isnan(claims.column("high"))
    return np.asarray(
        event & placed & timed & ~total & np.isin(claims.column("stance"), ["asserts", "denies"]), dtype=bool
    )


def _with_text(table: Table[Any], *fields: str) -> Rows:
    """Rows that have a text and lack one of the fields."""
    if not len(table):
        return np.empty(0, dtype=np.int64)
    gap = pc.equal(table.arrow.column(fields[0]), "")
    for name in fields[1:]:
        gap = pc.or_(gap, pc.equal(table.arrow.column(name), ""))
    wanted = pc.and_(pc.not_equal(table.arrow.column("text"), ""), gap)
    return np.flatnonzero(np.asarray(wanted.to_numpy(), dtype=bool))


def _filled(table: Table[Any], name: str, rows: Rows, values: npt.NDArray[Any]) -> npt.NDArray[np.object_]:
    column: npt.NDArray[np.object_] = table.column(name).astype(object)
    gap = column[rows] == ""
    column[rows[gap]] = values[gap]
    return column


def _with_alternatives(table: Table[Observation], rows: Rows, found: npt.NDArray[np.object_]) -> Any:
    column = table.arrow.column("alternatives")
    some = np.flatnonzero(np.fromiter((len(f) > 0 for f in found), dtype=bool, count=len(found)))
    if not len(some):
        return column
    values = column.to_pylist()
    for i in some:
        if not values[rows[i]]:
            values[rows[i]] = list(found[i])
    return pa.array(values, type=column.type)


def _first(sentence: Places, whole: Places, code: Rows, single: npt.NDArray[np.bool_], field: str) -> Any:
    """The place named in the sentence of the event, else, unless the text is a digest, the one named elsewhere."""
    return np.where(single, getattr(whole, field), getattr(sentence, field)[code])


def _periods(
    claims: Table[Claim], rows: Rows, read: Labels, code: Rows
) -> tuple[npt.NDArray[np.datetime64], npt.NDArray[np.datetime64]]:
    start, end = claims.column("start").copy(), claims.column("end").copy()
    epoch = np.datetime64(EPOCH.replace(tzinfo=None), "s")
    words, said, claimant = read.sentence.to_pylist(), claims.column("said"), claims.column("claimant")
    for at, row in enumerate(rows):
        if start[row] == epoch and end[row] == epoch and read.act[code[at]]:
            when = datetime.fromtimestamp(int(said[row].astype(np.int64)), UTC)
            begin, until = interval(words[code[at]], when, speaker=str(claimant[row]))
            start[row], end[row] = _np(begin), _np(until)
    return start, end


def _np(when: datetime) -> np.datetime64:
    return np.datetime64(int(when.timestamp()), "s")
