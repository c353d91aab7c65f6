"""The register: rows of one plant become one object with all links, and every row is accounted for."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.geo import distance
from ceasefire.model.taxonomy import OBJECTS
from ceasefire.sources import register
from ceasefire.sources.register_entry import Entry
from ceasefire.sources.register_same import alike, group

NUCLEAR = "country,project-name,unit-name,status,reactor-type,lat,lng,location-accuracy,url\n"
WRI = "country,country_long,name,gppd_idnr,latitude,longitude,primary_fuel,geolocation_source\n"
OIL = "project,unit,type,countries,status,geom,route,url\n"
BUSES = "bus_id,station_id,voltage,dc,symbol,under_construction,tags,x,y\n"
UNREAD = ("lines.csv", "links.csv", "transformers.csv", "converters.csv")


def write(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    """Write one register file."""
    path = folder / name
    path.write_text(text, encoding=encoding)
    return path


def entry(name: str, lon: float, *, source: str = "gem", ident: str = "", kind: str = "energy.hydro") -> Entry:
    """Make one row at 50 N."""
    return Entry(id=f"{source}:{ident or name}", name=name, object_class=kind, lon=lon, lat=50.0, radius_km=2.0,
                 line=1, source=source, licence="x")  # fmt: skip


def test_units_and_registers_become_one_object_with_all_links(tmp_path: Path) -> None:
    units = "".join(
        f"Ukraine,Zaporizhzhia nuclear power plant,{n},operating,PWR,47.51,34.585,exact,https://gem/zaes\n"
        for n in (1, 2)
    )
    gem = write(tmp_path, "nuclear.csv", NUCLEAR + units, "utf-16")
    wri = write(tmp_path, "wri.csv", WRI + "UKR,Ukraine,Zaporizka NPP,GEODB1,47.52,34.60,Nuclear,GEODB\n")
    objects, bad, count = register.read([wri, gem])
    assert (len(objects), len(bad)) == (1, 0)
    assert (count.rows, count.used, count.duplicates) == (3, 1, 2)
    one = objects[0]
    assert (one.id, one.source, one.region, one.radius_km) == (
        "gem:Zaporizhzhia nuclear power plant",
        "gem|wri",
        "UA-23",
        2.0,
    )
    assert one.url.split("|")[0] == "https://gem/zaes"
    assert len(one.url.split("|")) == len(one.licence.split("|")) == 2


def test_what_does_not_stand_or_lies_elsewhere_is_outside_and_what_has_no_place_is_kept_out(tmp_path: Path) -> None:
    path = write(tmp_path, "n.csv", NUCLEAR + "\n".join([
        "Ukraine,A,1,cancelled,PWR,50.3,26.6,exact,u", "France,B,1,operating,PWR,47.2,0.1,exact,u",
        "Ukraine,C,1,operating,PWR,,,exact,u", "Ukraine,D,1,operating,PWR,91,30,exact,u",
        "Ukraine,E,1,operating,PWR,x,30,exact,u", "France,F,1,operating,PWR,,,exact,u",
        "Ukraine,Rivne,1,operating,PWR,51.33,25.89,approximate,u"]))  # fmt: skip
    objects, bad, count = register.read([path])
    count.check()
    assert (count.used, count.quarantined, count.outside) == (1, 3, 3)
    assert objects[0].radius_km == 10.0
    assert Counter(bad.column("reason")) == {
        "no coordinates": 1, "latitude is not between -90 and 90": 1, "coordinates are not numbers": 1}  # fmt: skip
    assert bad[0].line == 4


def test_a_pipeline_is_discs_that_cover_its_route(tmp_path: Path) -> None:
    path = write(tmp_path, "oil.csv", OIL + 'P,I,oil_pipelines,Ukraine,operating,line,"50,30:50.5,31:50,33",u\n'
                 'P,II,oil_pipelines,Ukraine,operating,line,"50,30",u\n'
                 'Q,,oil_pipelines,Ukraine,operating,line,nonsense,u\n')  # fmt: skip
    objects, bad, count = register.read([path])
    assert (count.used, count.quarantined) == (2, 1)
    assert "route cannot be read" in bad[0].reason
    parts = objects.keep(np.char.startswith(objects.column("id").astype(str), "gem:P I/"))
    assert parts.column("id")[0] == "gem:P I/001"
    x, y, r = (parts.column(c) for c in ("lon", "lat", "radius_km"))
    assert (distance.km(x[1:], y[1:], x[:-1], y[:-1]) <= register.STEP_KM + 0.1).all()
    t = np.linspace(0, 1, 500)
    route = np.r_[np.c_[30 + t, 50 + 0.5 * t], np.c_[31 + 2 * t, 50.5 - 0.5 * t]]
    away = distance.km(route[:, :1], route[:, 1:], x, y) - r
    assert away.min(axis=1).max() <= 0  # every point of the route lies in a disc


def test_the_area_may_be_a_box_or_patterns(tmp_path: Path) -> None:
    path = write(tmp_path, "oil.csv", OIL + 'P,,oil_pipelines,Ukraine,operating,line,"50,30:50,36",u\n')
    whole = register.read([path])[0]
    west = register.read([path], area=(29.0, 49.0, 34.0, 51.0))[0]
    kyiv = register.read([path], area=("UA-32",))[0]
    assert 0 < len(kyiv) < len(west) < len(whole)
    assert set(kyiv.column("region")) == {"UA-32"}
    assert set(kyiv.column("id")) < set(whole.column("id"))  # parts keep their numbers


def test_grid_maps_are_schematic_and_joints_are_no_stations(tmp_path: Path) -> None:
    tags = '\'"country"=>"UA", "name"=>"x, y"\''
    path = write(tmp_path, "b.csv", BUSES + f"1,7,750,f,Substation,f,{tags},30.1,50.1\n"
                 f"2,7,330,f,Substation,f,{tags},30.1,50.1\n"
                 f"3,8,330,f,joint,f,{tags},30.2,50.2\n4,9,330,f,Substation,f,{tags},300,50.2\n")  # fmt: skip
    objects, bad, count = register.read([path])
    assert (count.used, count.duplicates, count.quarantined, count.outside) == (1, 1, 1, 1)
    assert (objects[0].name, objects[0].radius_km, len(bad)) == ("substation 750/330 kV", 30.0, 1)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Kyiv CHP-5 power station", "Kyiv CHP-6", False), ("Zmiivska", "Zmyivska TPP", True),
        ("Zaporizka TPP", "Zaporizka Solar Farm", False), ("Burshtyn TPP", "Burshtynska TES", True),
        ("Power plant", "Power station", False), ("", "", False), ("Kursk NPP", "Kursk nuclear power plant", True),
    ],
)  # fmt: skip
def test_names_are_alike(one: str, other: str, same: bool) -> None:
    assert alike(one, other) is same
    assert alike(other, one) is same


def test_a_register_knows_its_own_plants_apart() -> None:
    dam = [
        ("a", entry("Dnipro-1", 35.10)),
        ("a", entry("Dnipro-2", 35.101)),
        ("b", entry("Dnipro", 35.11, source="wri")),
    ]
    assert sorted(len(p.rows) for p in group(dam)) == [1, 2]
    far = [("a", entry("Dnipro", 35.1)), ("b", entry("Dnipro", 36.1, source="wri"))]
    assert len(group(far)) == 2
    other = [("a", entry("Dnipro", 35.1)), ("b", entry("Dnipro", 35.1, source="wri", kind="energy.nuclear"))]
    assert len(group(other)) == 2


BROKEN = {
    "empty.csv": b"",
    "unknown.csv": b"a,b\n1,2\n", "list.json": b'[{"name": "x"}, 3, null]', "deep.json": b"[" * 99_999,
    "number.json": b"5", "cut.geojson": b'{"features": [', "features.geojson": b'{"features": [{}, {"properties": 1}]}',
    "nul.csv": NUCLEAR.encode() + b"Ukraine,\0,1,operating,PWR,50,30,exact,u\n",
}  # fmt: skip


def test_broken_files_are_kept_out_with_a_reason(tmp_path: Path) -> None:
    for name, content in BROKEN.items():
        (tmp_path / name).write_bytes(content)
    objects, bad, count = register.read([*tmp_path.iterdir(), tmp_path / "absent.csv", tmp_path / "absent.json"])
    count.check()
    assert len(objects) == 0
    assert set(bad.column("granule")) == {*BROKEN, "absent.csv", "absent.json"}
    assert all(bad.column("reason"))


@settings(max_examples=80, deadline=None)
@given(
    header=st.sampled_from([NUCLEAR, WRI, OIL, BUSES]),
    rows=st.lists(st.lists(st.one_of(
        st.sampled_from(["Ukraine", "50", "30", "-1e400", "nan", "line", "50,30:51,31", ":", "operating", "'"]),
        st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=6)), min_size=8, max_size=9),
        max_size=5),
)  # fmt: skip
@pytest.mark.filterwarnings("ignore::ceasefire.errors.UnverifiedSource")
def test_whatever_the_rows_say_they_add_up(
    tmp_path_factory: pytest.TempPathFactory, header: str, rows: list[list[str]]
) -> None:
    text = "".join(",".join('"' + v.replace('"', '""') + '"' for v in row) + "\n" for row in rows)
    path = write(tmp_path_factory.mktemp("r"), "x.csv", header + text)
    objects, _, count = register.read([path])
    count.check()
    assert set(objects.column("object_class")) <= set(OBJECTS)


@settings(max_examples=60, deadline=None)
@given(st.recursive(
    st.none() | st.floats() | st.text(max_size=5),
    lambda x: st.lists(x, max_size=3) | st.dictionaries(
        st.sampled_from(["features", "properties", "pid", "name", "Latitude", "Longitude", "lat", "lon"]), x,
        max_size=4),
))  # fmt: skip
def test_any_json_adds_up(tmp_path_factory: pytest.TempPathFactory, content: object) -> None:
    path = write(tmp_path_factory.mktemp("r"), "x.json", json.dumps(content))
    register.read([path])[2].check()


def test_the_real_registers(shared_data: Path) -> None:
    folder = shared_data / "facilities"
    paths = [p for p in folder.rglob("*") if p.suffix in (".csv", ".json", ".geojson") and p.name not in UNREAD]
    objects, bad, count = register.read(paths)
    count.check()
    assert count.quarantined == len(bad) < 300
    whole = [i.split("/")[0] for i in objects.column("id")]
    assert len(set(whole)) == count.used
    assert len(set(objects.column("id"))) == len(objects)
    assert set(objects.column("object_class")) <= set(OBJECTS)
    ukraine = objects.keep(np.char.startswith(objects.column("region").astype(str), "UA-"))
    nuclear = {r.name for r in ukraine if r.object_class == "energy.nuclear" and r.source.startswith("gem")}
    assert {n.split()[0] for n in nuclear} == {"Chernobyl", "Khmelnitski", "Rivne", "South", "Zaporizhzhia"}
    assert {s for r in objects.column("source") for s in r.split("|")} == {"gem", "wri", "ppm", "osm", "entsoe"}
    again = register.read(list(reversed(paths)))[0]
    assert again.arrow.equals(objects.arrow)
