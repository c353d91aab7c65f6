"""Recalibration after fusion: three maps never merged, weights that still sum, a file that says where it is from."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ceasefire.case import Case
from ceasefire.errors import Doubt, InvalidFile
from ceasefire.fusion.fuse import Fused, fuse
from ceasefire.fusion.priors import Priors
from ceasefire.fusion.recalibrate import ABOUT, Calibration, fingerprint, kinds, recalibrate
from ceasefire.learned import LIBRARY
from ceasefire.model.records import Incident, Weight
from ceasefire.model.table import Table
from ceasefire.testing.simulate import simulate


@pytest.fixture(scope="module")
def shipped() -> Calibration:
    return Calibration.model_validate(json.loads((LIBRARY / "simulated-2026.json").read_text()))


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    made = simulate(tmp_path_factory.mktemp("world"), seed=11, days=20, incidents=80)
    return Case.read(made.folder / "case.yml")


@pytest.fixture(scope="module")
def fused(case: Case) -> Fused:
    return fuse(case.observe().observations, parties=case.parties, protected=case.protected)


def weight_of(fused: Fused, about: str) -> np.ndarray:
    rows = fused.weights.where(about=about)
    ids = {name: k for k, name in enumerate(fused.incidents.column("id").tolist())}
    at = np.array([ids[i] for i in rows.column("incident").tolist()])
    return np.bincount(at, rows.column("weight"), len(ids))


@pytest.mark.filterwarnings("ignore::ceasefire.errors.NoCoverage")
def test_weights_still_sum_to_the_stated_odds_and_the_map_is_a_row_of_its_own(
    case: Case, fused: Fused, shipped: Calibration
) -> None:
    read = recalibrate(fused, shipped, protected=case.protected)
    stated = 1 / (1 + np.exp(-weight_of(read, "occurred")))
    floor = Priors().floor
    assert np.allclose(stated.clip(floor, 1 - floor), fused.incidents.column("p_occurred"))
    moved = np.log(stated / (1 - stated)).clip(*(np.log(v / (1 - v)) for v in (floor, 1 - floor)))
    now = read.incidents.column("p_occurred")
    assert np.allclose(1 / (1 + np.exp(-moved - weight_of(read, "calibrated:occurred"))), now, atol=1e-9)
    assert not np.allclose(now, fused.incidents.column("p_occurred"))
    why = read.weights.where(observation="calibration")[0].why
    assert "is read as" in why
    assert shipped.fitted_on in why


def test_probabilities_stay_whole(case: Case, fused: Fused, shipped: Calibration) -> None:
    read = recalibrate(fused, shipped, protected=case.protected).incidents
    for incident in read:
        assert sum(p for _, p in incident.p_party) == pytest.approx(1.0)
        shielded = sum(p for c, p in incident.object_probabilities if c.split(".")[0] in ("energy", "transport"))
        assert shielded == pytest.approx(incident.p_object, abs=0.011)
        assert sum(p for _, p in incident.object_probabilities) <= 1 + 1e-9
        assert 0 < incident.p_occurred < 1


def test_a_map_never_names_a_party(case: Case, fused: Fused, shipped: Calibration) -> None:
    before = fused.incidents.column("attribution")
    after = recalibrate(fused, shipped, protected=case.protected).incidents.column("attribution")
    assert set(after[before == "undetermined"]) <= {"undetermined"}


def test_another_share_moves_the_probabilities(case: Case, fused: Fused, shipped: Calibration) -> None:
    few = Priors(prevalence={"occurred": 0.3})
    plain = recalibrate(fused, shipped, protected=case.protected).incidents.column("p_occurred")
    moved = recalibrate(fused, shipped, protected=case.protected, priors=few).incidents
    assert np.all(moved.column("p_occurred") <= plain)
    assert np.allclose(
        moved.column("p_object"), recalibrate(fused, shipped, protected=case.protected).incidents.column("p_object")
    )


def test_nothing_fused_stays_nothing(shipped: Calibration) -> None:
    nothing = Fused(Table.empty(Incident), Table.empty(Weight), 0)
    assert recalibrate(nothing, shipped, protected=["energy"]) is nothing


def test_kinds_are_known_without_the_truth(fused: Fused, shipped: Calibration) -> None:
    found = set(kinds(fused.incidents).tolist())
    assert all(len(k.split(", ")) == 3 for k in found)
    assert {k.split(", ")[0] for k in found} <= {"parties only", "reported"}


def test_the_shipped_file_says_where_it_is_from_and_holds_for_the_shipped_weights(shipped: Calibration) -> None:
    assert set(shipped.maps) == set(ABOUT)
    assert shipped.weights == fingerprint(Priors()), (
        "weights changed: fit again, python -m benchmarks.calibration --fit"
    )
    assert shipped.incidents > 10_000
    assert shipped.scores
    for maps in shipped.maps.values():
        for m in maps.values():
            assert m.parameters or m.method == "isotonic"
            assert all(lo <= g <= hi for lo, g, hi in zip(m.low, m.gives, m.high, strict=True))
    kept, stated = (shipped.scores["as shipped"][f"occurred, {w}"] for w in ("with the map", "as stated"))
    assert kept["ece"] <= 0.03
    assert kept["log"] < stated["log"]


@pytest.mark.filterwarnings("ignore::ceasefire.errors.NoCoverage")
def test_a_case_asks_for_it_and_a_wrong_name_is_named(tmp_path: Path) -> None:
    simulate(tmp_path, seed=3, days=10, incidents=20)
    file = tmp_path / "case.yml"
    text = file.read_text()
    file.write_text(text + "assumptions: {calibration: 'library:simulated-2026'}\n")
    case = Case.read(file)
    observed = case.observe()
    assert set(case.fuse(observed).weights.column("observation")) >= {"calibration"}
    file.write_text(text + "assumptions: {calibration: 'library:nothing'}\n")
    with pytest.raises(InvalidFile, match="no calibration file 'library:nothing' ships"):
        _ = Case.read(file).calibration
    (tmp_path / "c.yml").write_text("calibration: 1\nid: x\n")
    file.write_text(text + "assumptions: {calibration: c.yml}\n")
    with pytest.raises(InvalidFile, match=r"c\.yml"):
        _ = Case.read(file).calibration
    file.write_text(text + "assumptions: {base_rate: 0.5, calibration: 'library:simulated-2026'}\n")
    with pytest.warns(Doubt, match="other weights"):
        Case.read(file).fuse(observed)
