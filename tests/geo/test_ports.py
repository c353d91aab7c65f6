"""The shipped ports: each lies on its country's coast or on the Danube, and a case can read the file as a register."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ceasefire.geo import ports, regions, seas
from ceasefire.model.taxonomy import OBJECTS
from ceasefire.sources import register

KNOWN = ports.ports()


def test_ids_are_unique_and_columns_are_whole() -> None:
    assert len(set(KNOWN.id)) == len(KNOWN) > 50
    assert set(KNOWN.kind) == {"port", "terminal"}
    assert set(KNOWN.waters) == {"XZ-BLS", "XZ-AZS", "danube"}
    assert ((KNOWN.radius_km >= 2) & (KNOWN.radius_km <= 10)).all()


def test_every_port_lies_in_its_country() -> None:
    codes = regions.locate(KNOWN.lon, KNOWN.lat)
    assert [c.split("-")[0] for c in codes] == list(KNOWN.country)


def test_every_sea_port_reaches_the_water_or_an_estuary() -> None:
    away = np.abs(seas.coast_km(KNOWN.lon, KNOWN.lat))
    inland = {
        n for n, k, r, w in zip(KNOWN.name, away, KNOWN.radius_km, KNOWN.waters, strict=True) if k > r and w != "danube"
    }
    assert inland == {"Bilhorod-Dnistrovskyi", "Rostov-on-Don"}  # on the Dniester estuary and on the Don


def test_no_two_discs_hold_one_quay() -> None:
    held = KNOWN.at(KNOWN.lon, KNOWN.lat)
    assert held.tolist() == list(range(len(KNOWN)))


def test_as_a_register_all_are_protected_objects() -> None:
    objects, bad, count = register.read([ports.PATH], area=("UA", "RU", "RO", "BG", "TR", "GE", "MD"))
    assert (len(objects), len(bad), count.used) == (len(KNOWN), 0, len(KNOWN))
    assert set(objects.column("object_class")) == {"transport.port"} <= set(OBJECTS)
    assert set(objects.column("id")) == {f"port:{i}" for i in KNOWN.id}


def test_an_area_takes_its_ports_only() -> None:
    objects, _, count = register.read([ports.PATH], area=("UA-51",))
    assert set(objects.column("region")) == {"UA-51"}
    assert count.outside + count.used == len(KNOWN)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a,,A,UA,91,30,3,port,XZ-BLS,transport.port", "latitude is not between"),
        ("a,,A,UA,46.5,30.7,900,port,XZ-BLS,transport.port", "radius_km is not between"),
        ("a,,A,UA,46.5,30.7,near,port,XZ-BLS,transport.port", "radius_km is not between"),
        ("a,,A,UA,46.5,30.7,3,port,XZ-BLS,harbour", "unknown object class"),
        (",,A,UA,46.5,30.7,3,port,XZ-BLS,transport.port", "no port_id"),
    ],
)  # fmt: skip
def test_a_bad_row_is_set_aside_with_its_reason(tmp_path: Path, row: str, reason: str) -> None:
    file = tmp_path / "ports.csv"
    file.write_text(",".join(ports.COLUMNS) + f"\n{row}\nUAODS,,Odesa,UA,46.49,30.745,4,port,XZ-BLS,transport.port\n")
    objects, bad, count = register.read([file], area=("UA",))
    assert (len(objects), count.rows, count.quarantined) == (1, 2, 1)
    assert reason in bad[0].reason
