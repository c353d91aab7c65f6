"""Damage by radar: what is found, what is not, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from ceasefire.detectors.damage import REASONS, Damage, NotComparable, detect
from ceasefire.detectors.damage_evidence import observations, processing
from ceasefire.detectors.damage_surroundings import WrongUnits, check, surroundings
from ceasefire.geo.grid import Grid
from ceasefire.geo.stack import Stack
from ceasefire.model.processing import Processing
from ceasefire.model.records import ProtectedObject
from ceasefire.model.scene import Scene
from ceasefire.model.table import Table

SIZE, DATES, FIRST = 96, 14, 9
GRID = Grid("EPSG:32636", 300_000.0, 5_600_000.0, 10.0, 10.0, (SIZE, SIZE))
DAYS = np.datetime64("2025-01-01", "s") + np.arange(DATES) * np.timedelta64(12, "D")
BEFORE, AFTER = DAYS[:FIRST], DAYS[FIRST:]
DB = np.log(10) / 10


def stack(seed: int, *, band: str = "VV", orbit: str = "T1", scenes: bool = False) -> Stack:
    x = np.log(np.random.default_rng(seed).gamma(4.4, 0.1 / 4.4, (DATES, SIZE, SIZE))).astype(np.float32)
    of = tuple(
        Scene(id=f"{orbit}-{k}", source="asf", product="sentinel1", band=band, acquired=t.item().replace(tzinfo=UTC),
              orbit=orbit, evidence=f"{k:064d}", units="log", licence="open")
        for k, t in enumerate(DAYS)
    )  # fmt: skip
    return Stack(x, DAYS, GRID, band=band, orbit=orbit, units="log", scenes=of if scenes else ())


def changed(*of: Stack, by_db: float, rows: slice, columns: slice, start: int = FIRST) -> list[Stack]:
    for s in of:
        s.values[start:, rows, columns] += np.float32(by_db * DB)
    return list(of)


def two_labels() -> np.ndarray:
    labels = np.zeros((SIZE, SIZE), dtype=np.int32)
    labels[20:24, 20:24], labels[70:74, 60:64] = 1, 2
    return labels


def objects() -> Table[ProtectedObject]:
    return Table.of(
        ProtectedObject,
        [
            ProtectedObject(id=f"wri:{k}", name=f"Plant {k}", object_class="energy.electricity.generation", lon=36.0,
                            lat=50.0, radius_km=0.1, region="UA-63")
            for k in (1, 2)
        ],
    )  # fmt: skip


@pytest.fixture(scope="module")
def found() -> Damage:
    of = changed(stack(1, scenes=True), stack(2, band="VH", scenes=True), by_db=-3, rows=slice(20, 24),
                 columns=slice(20, 24), start=FIRST + 2)  # fmt: skip
    return detect(of, before=BEFORE, after=AFTER, labels=two_labels())


def test_levels_hold_on_speckle() -> None:
    shares = []
    for seed in range(4):
        of = [stack(10 * seed + k, band=b, orbit=o) for k, (o, b) in enumerate((("A", "VV"), ("A", "VH"), ("B", "VV")))]
        of[2].values[:, :, :48] = np.nan
        p = detect(of, before=BEFORE, after=AFTER).p
        shares.append(
            [[(p[:, side] <= level).mean() for level in (0.05, 0.01)] for side in (slice(0, 48), slice(48, 96))]
        )
    mean = np.mean(shares, axis=0)
    assert np.allclose(mean / [0.05, 0.01], 1.0, atol=0.25)


def test_a_changed_site_is_found_and_dated(found: Damage) -> None:
    f = found.footprints
    assert f.p[0] < 0.001 < 0.01 < f.p[1]
    assert f.change_db[0] == pytest.approx(-3 * 3 / 5, abs=0.5)
    assert f.likelihood_ratio[0] == 20.0
    assert f.likelihood_ratio[1] < 1.5
    assert (f.date_after[0], f.date_by[0]) == (DAYS[FIRST + 1], DAYS[FIRST + 2])
    assert f.earliest[0] <= f.date_after[0] < f.date_by[0] <= f.latest[0]
    assert np.isnat(f.date_by[1])
    assert found.usable() == 1.0
    assert set(np.unique(found.dof)) == {2}
    assert set(np.unique(found.orbits)) == {1}


def test_observation_of_it(found: Damage) -> None:
    table = observations(found, objects(), source="asf")
    (one,) = list(table)
    assert (one.channel, one.procedure, one.effect, one.act) == ("satellite.radar", "sensor", "damage", "attack")
    assert one.start < datetime(2025, 5, 13, tzinfo=UTC) <= one.end
    assert one.likelihood_ratio == 20.0
    assert one.evidence == processing(found).digest()
    record = Processing.read(one.text)
    assert len(record.inputs) == DATES
    assert record.inputs[0][1] == f"{0:064d}"
    for word in ("Harvest", "snow", "flood", "wet soil", "building"):
        assert word in one.summary
    assert observations(found, objects(), source="asf")[0].id == one.id
    with pytest.raises(ValueError, match="2 labels, but 1 object"):
        observations(found, objects().keep(np.array([0])), source="asf")


def test_rain_over_all_is_no_damage() -> None:
    of = changed(stack(3), stack(4, band="VH"), by_db=4, rows=slice(None), columns=slice(None))
    quiet = detect(of, before=BEFORE, after=AFTER)
    assert (quiet.p <= 0.01).mean() < 0.015
    assert np.abs(np.nanmedian(quiet.change_db)) < 0.1


def test_a_stronger_change_is_stronger_evidence() -> None:
    p = []
    for db in (0, 1, 2, 4):
        of = changed(stack(5), stack(6, band="VH"), by_db=db, rows=slice(20, 24), columns=slice(20, 24))
        p.append(detect(of, before=BEFORE, after=AFTER, labels=two_labels()).footprints.p[0])
    assert p == sorted(p, reverse=True)
    assert p[-1] < 1e-6


def test_water_is_set_aside_by_the_dates_before() -> None:
    of = [stack(7), stack(8, band="VH")]
    of[1].values[:FIRST, :, :30] -= np.float32(18 * DB)
    of[1].values[:, :, 90:] -= 0  # the rest stays at -10 dB
    quiet = detect(of, before=BEFORE, after=AFTER)
    assert (quiet.masked[:, :30] == REASONS.index("water")).all()
    assert (quiet.masked[:, 30:] == 0).all()
    assert quiet.usable() == pytest.approx(66 / 96)
    assert np.isnan(quiet.p[:, :30]).all()


def test_a_date_missing_in_one_polarisation() -> None:
    vv, vh = stack(9), stack(10, band="VH")
    short = Stack(np.delete(vh.values, 3, axis=0), np.delete(DAYS, 3), GRID, band="VH", orbit="T1", units="log")
    quiet = detect([vv, short], before=BEFORE, after=AFTER)
    assert set(np.unique(quiet.dof)) == {2}
    assert (quiet.p <= 0.01).mean() == pytest.approx(0.01, abs=0.005)
    lost = Stack(vh.values[:FIRST], DAYS[:FIRST], GRID, band="VH", orbit="T1", units="log")
    quiet = detect([vv, lost], before=BEFORE, after=AFTER)
    assert set(np.unique(quiet.dof)) == {1}


def test_pixels_that_cannot_be_judged_say_why() -> None:
    one = stack(11)
    one.values[:, :10] = np.nan
    one.values[2:FIRST, 10:20] = np.nan
    one.values[:, 20:30] = -2.5
    quiet = detect([one], before=BEFORE, after=AFTER)
    for rows, reason in ((slice(0, 10), "no data"), (slice(10, 20), "too few dates"), (slice(20, 30), "constant")):
        assert (quiet.masked[rows] == REASONS.index(reason)).all(), reason
    assert (quiet.masked[30:] == 0).all()
    assert np.isfinite(quiet.p[30:]).all()
    assert np.isnan(quiet.p[:30]).all()


@pytest.mark.parametrize("fill", [np.nan, -2.5])
def test_nothing_but_missing_or_constant_pixels(fill: float) -> None:
    none = Stack(np.full((DATES, SIZE, SIZE), fill, np.float32), DAYS, GRID, band="VV", orbit="T1", units="log")
    quiet = detect([none], before=BEFORE, after=AFTER, labels=two_labels())
    assert np.isnan(quiet.p).all()
    assert quiet.usable() == 0.0
    assert np.isnan(quiet.footprints.p).all()
    assert not len(observations(quiet, objects(), source="asf"))


def test_a_scene_too_small_to_compare_with() -> None:
    small = stack(12).window(slice(0, 12), slice(0, 12))
    quiet = detect([small], before=BEFORE, after=AFTER)
    assert (quiet.masked == REASONS.index("too few surroundings")).all()


def test_units_are_checked() -> None:
    one = stack(13)
    db = Stack(one.values / np.float32(DB), DAYS, GRID, band="VV", orbit="T1", units="log")
    with pytest.raises(WrongUnits, match="decibels"):
        detect([db], before=BEFORE, after=AFTER)
    linear = Stack(np.exp(one.values), DAYS, GRID, band="VV", orbit="T1", units="log")
    with pytest.raises(WrongUnits, match="linear power"):
        detect([linear], before=BEFORE, after=AFTER)
    stated = Stack(one.values, DAYS, GRID, band="VV", orbit="T1", units="db")
    with pytest.raises(WrongUnits, match="'db'"):
        check(stated)


def test_what_cannot_be_compared_is_refused() -> None:
    one = stack(14)
    shifted = Stack(one.values, DAYS, Grid("EPSG:32636", 300_010.0, 5_600_000.0, 10.0, 10.0, (SIZE, SIZE)), units="log")
    with pytest.raises(NotComparable, match="different grids"):
        detect([one, shifted], before=BEFORE, after=AFTER)
    with pytest.raises(NotComparable, match="no stack"):
        detect([], before=BEFORE, after=AFTER)
    with pytest.raises(NotComparable, match="no acquisition after"):
        detect([one], before=BEFORE, after=("2026-01-01", "2026-02-01"))
    with pytest.raises(ValueError, match="not both"):
        detect([one], before=DAYS, after=AFTER)
    with pytest.raises(ValueError, match="labels of shape"):
        detect([one], before=BEFORE, after=AFTER, labels=np.zeros((2, 2), dtype=np.int32))
    with pytest.raises(ValueError, match="level"):
        detect([one], before=BEFORE, after=AFTER, level=0)


def test_coherence_is_one_more_series_with_its_own_null() -> None:
    rng = np.random.default_rng(15)
    values = np.clip(rng.beta(12, 5, (DATES, SIZE, SIZE)), 0, 1).astype(np.float32)
    values[FIRST:, 20:24, 20:24] *= 0.5
    coherence = Stack(values, DAYS, GRID, band="coherence", orbit="T1", units="coherence")
    both = detect([stack(16), coherence], before=BEFORE, after=AFTER, labels=two_labels())
    assert both.footprints.p[0] < 1e-4
    assert both.footprints.p[1] > 0.01
    assert (both.p <= 0.01).mean() == pytest.approx(0.01, abs=0.005)
    wrong = Stack(values + 1, DAYS, GRID, band="coherence", orbit="T1", units="coherence")
    with pytest.raises(WrongUnits, match="between 0 and 1"):
        detect([wrong], before=BEFORE, after=AFTER)


def test_a_learned_score_is_ranked_among_quiet_pixels() -> None:
    rng = np.random.default_rng(17)
    score = rng.random((SIZE, SIZE)) ** 8
    score[20:24, 20:24] = 0.999
    plain = detect([stack(18)], before=BEFORE, after=AFTER, labels=two_labels())
    more = detect([stack(18)], before=BEFORE, after=AFTER, labels=two_labels(), scores={"classifier": score})
    assert more.footprints.p[0] < 0.001 < plain.footprints.p[0]
    assert (more.p <= 0.01).mean() == pytest.approx(0.01, abs=0.005)
    assert more.series == ("T1 VV", "classifier")
    with pytest.raises(ValueError, match="a score of shape"):
        detect([stack(18)], before=BEFORE, after=AFTER, scores={"classifier": score[:5]})


def test_watched_pixels_do_not_set_the_surroundings() -> None:
    """Half a block ruined: outside the labels, the median that is taken off stays that of quiet pixels."""
    one = changed(stack(19), by_db=-6, rows=slice(0, 60), columns=slice(0, 96))[0]
    watched = np.zeros((SIZE, SIZE), dtype=bool)
    watched[:60] = True
    first = np.arange(DATES) < FIRST
    mean = one.values[first].mean(axis=0)
    every = (watched, np.zeros_like(watched))
    kept, taken = (surroundings(one.values, mean, grid=GRID, watched=w).drift_db[-1] for w in every)
    assert abs(kept) < 0.6
    assert taken < -3


def test_compiled_moments_give_the_same() -> None:
    pytest.importorskip("numba", reason="needs the extra satellite")
    from ceasefire.detectors import damage_kernel

    of = [stack(20), stack(21, band="VH")]
    of[0].values[3, :40] = np.nan
    plain = detect(of, before=BEFORE, after=AFTER)
    fast = detect(of, before=BEFORE, after=AFTER, count=damage_kernel.moments)
    assert np.allclose(plain.statistic, fast.statistic, rtol=1e-3, atol=1e-3)
