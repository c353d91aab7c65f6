"""Marks in frames: COCO, GeoJSON, CSV and the video's own; persons are refused without a trace; nothing is lost."""

import hashlib
import json
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ceasefire.sources.flight_read import Mark
from ceasefire.sources.sighting_classes import CLASSES, is_person
from ceasefire.sources.sightings import from_marks, is_it, read_sightings

COCO = {
    "images": [
        {"id": 1, "file_name": "f1.jpg", "width": 1920, "height": 1080, "date_captured": "2025-04-01T09:00:00.250Z"},
        {"id": 2, "file_name": "f2.jpg", "width": 1920, "height": 1080},
    ],
    "categories": [
        {"id": 1, "name": "crater"},
        {"id": 2, "name": "Person"},
        {"id": 3, "name": "tank"},
        {"id": 4, "name": "cow"},
    ],
    "annotations": [
        {"id": 1, "image_id": 1, "category_id": 1, "bbox": [900, 500, 120, 80], "score": 0.9},
        {"id": 2, "image_id": 1, "category_id": 2, "bbox": [100, 100, 20, 60], "note": "a man in a blue coat"},
        {"id": 3, "image_id": 2, "category_id": 3, "bbox": [100, 100, 20, 60]},
        {"id": 4, "image_id": 1, "category_id": 4, "bbox": [100, 100, 20, 60]},
        {"id": 5, "image_id": 1, "category_id": 1, "bbox": [900, 500, 120, 80], "score": 0.9},
    ],
}


def read(tmp_path, content, name="marks.json", **options):
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    got = read_sightings(path, source="patrol", options=options)
    got.count.check()
    assert got.count.used == len(got.sightings)
    assert got.count.quarantined == len(got.quarantine)
    return got


def test_coco_gives_boxes_with_time_and_class(tmp_path):
    got = read(tmp_path, COCO)
    (one,) = got.sightings
    assert (one.act, one.effect, one.left, one.bottom, one.width) == ("attack", "damage", 900.0, 580.0, 1920)
    assert one.time == datetime(2025, 4, 1, 9, 0, 0, 250_000, tzinfo=UTC)
    assert one.confidence == 0.9
    assert (got.count.rows, got.count.duplicates, got.count.quarantined) == (5, 1, 3)
    reasons = [q.reason for q in got.quarantine]
    assert reasons[0].startswith("persons, faces and number plates are not taken")
    assert "no time of the frame" in reasons[1]
    assert "'cow' is not in the mapping" in reasons[2]


def test_nothing_of_a_person_is_kept(tmp_path):
    got = read(tmp_path, COCO)
    everything = repr(got.sightings) + repr([vars(q) for q in got.quarantine])
    assert "blue coat" not in everything
    assert "Person" not in everything
    table = "time,class,x,y,width,height,note\n2025-04-01T09:00Z,license_plate,1,1,10,10,AA1234\nbad,face,secret\n"
    got = read(tmp_path, table, "marks.csv")
    assert not got.sightings
    assert "AA1234" not in repr([vars(q) for q in got.quarantine])
    assert "secret" not in repr([vars(q) for q in got.quarantine])
    body = {**COCO, "annotations": [{**COCO["annotations"][0], "keypoints": [1, 2, 2]}]}
    assert not read(tmp_path, body).sightings
    with pytest.raises(ValueError, match="persons, faces"):
        read(tmp_path, COCO, classes={"driver": "presence"})


def test_shipped_classes_name_no_person():
    assert not [c for c in CLASSES if is_person(c)]


def test_the_case_maps_its_own_classes(tmp_path):
    got = read(tmp_path, COCO, classes={"cow": {"act": "presence", "object": "settlement"}})
    assert sorted(s.label for s in got.sightings) == ["cow", "crater"]
    for wrong in ({"cow": "moo"}, {"cow": {"verb": "x"}}, {"cow": {}}, ["cow"]):
        with pytest.raises(ValueError, match=r"class|classes"):
            read(tmp_path, COCO, classes=wrong)


def test_geojson_says_whether_pixels_or_ground_are_meant(tmp_path):
    def feature(geometry, **properties):
        base = {"class": "fire", "time": "2025-04-01 12:00:00", "frame": "a.jpg"}
        return {"type": "Feature", "geometry": geometry, "properties": {**base, **properties}}

    box = {"type": "Polygon", "coordinates": [[[10, 20], [30, 20], [30, 50], [10, 50], [10, 20]]]}
    point = {"type": "Point", "coordinates": [36.0, 50.0]}
    got = read(
        tmp_path,
        {
            "type": "FeatureCollection",
            "features": [
                feature(box, coordinates="pixel", width=100, height=80),
                feature(point, coordinates="ground"),
                feature(point),
                feature(box, coordinates="pixel"),
                feature({"type": "Point", "coordinates": ["x", 1]}, coordinates="ground"),
                feature(point, coordinates="ground", time="2025-13-01"),
                7,
            ],
        },
        clock="Europe/Kyiv",
    )
    assert (got.count.rows, got.count.used) == (7, 2)
    pixel, ground = sorted(got.sightings, key=lambda s: np.isfinite(s.lon))
    assert (pixel.left, pixel.top, pixel.right, pixel.bottom) == (10.0, 20.0, 30.0, 50.0)
    assert (ground.lon, ground.lat) == (36.0, 50.0)
    assert ground.time.hour == 9
    starts = ["no place", "no width", "no place", "no time", "not a rec"]
    assert all(q.reason.startswith(start) for q, start in zip(got.quarantine, starts, strict=True))


def test_csv_with_frame_numbers_and_stated_acts(tmp_path):
    table = (
        "frame,class,act,effect,left,top,right,bottom,confidence,by\n"
        "90,hole,attack.shelling,damage,10,10,20,20,0.5,detector\n"
        "91,hole,attack.shelling,damage,30,10,20,20,0.5,\n"
        "92,hole,attack.shelling,damage,10,10,20,20,1.5,\n"
        "93,hole,nonsense,damage,10,10,20,20,,\n"
        "94,hole,attack.shelling,damage,5000,10,5001,20,,\n"
    )
    got = read(tmp_path, table, "m.csv", start="2025-04-01T09:00:00Z", fps=30, width=100, height=100)
    (one,) = got.sightings
    assert (one.act, one.by, one.time.second) == ("attack.shelling", "detector", 3)
    assert [q.reason.split(":")[0][:24] for q in got.quarantine] == [
        "the box is turned round",
        "confidence '1.5' is no n",
        "'nonsense' is not a word",
        "the box lies outside the",
    ]


def test_frames_are_hashed_inside_their_folder_only(tmp_path):
    frames = tmp_path / "frames"
    frames.mkdir()
    (frames / "f1.jpg").write_bytes(b"frame")
    (tmp_path / "outside.jpg").write_bytes(b"secret")
    (one,) = read(tmp_path, COCO, frames=str(frames)).sightings
    assert one.frame_sha256 == hashlib.sha256(b"frame").hexdigest()
    images = [{**COCO["images"][0], "file_name": "../outside.jpg"}]
    (one,) = read(tmp_path, {**COCO, "images": images}, frames=str(frames)).sightings
    assert one.frame_sha256 == ""


def test_marks_of_the_video_itself():
    t = np.datetime64("2025-04-01T09:00:00.500")
    marks = [
        Mark(t, float("nan"), float("nan"), 1, 10.0, 10.0, 20.0, 20.0),
        Mark(t, 36.0, 50.0, 2),
        Mark(t, float("nan"), float("nan"), 3),
    ]
    got = from_marks(marks, source="p", granule="v.ts", evidence="ab", label="fire", image=(1280, 720))
    got.count.check()
    assert (got.count.used, got.count.quarantined) == (2, 1)
    assert {s.by for s in got.sightings} == {"detector"}
    refused = from_marks(marks, source="p", granule="v.ts", evidence="ab", label="vehicle", image=(1280, 720))
    assert not refused.sightings


@pytest.mark.parametrize("content", ["{", "[" * 100_000, '{"annotations": 3}', "[]", '[{"category_id": 1}]', "{}", ""])
def test_a_file_of_another_kind_is_one_reason(tmp_path, content):
    got = read(tmp_path, content)
    assert (got.count.rows, got.count.quarantined) == (1, 1)
    assert got.quarantine[0].line == 0


def test_a_missing_file_is_one_reason(tmp_path):
    assert "cannot be read" in read_sightings(tmp_path / "no.json", source="p").quarantine[0].reason
    assert not is_it(b"\xff\xfe\x00")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(0, len(json.dumps(COCO)) - 1),
    st.sampled_from(['"', "{", "[", "-", "null", "1e999", "9" * 400, "\\u0000", ",", "}", "é", "NaN"]),
    st.integers(0, 30),
)
def test_a_damaged_file_never_raises(tmp_path, at, put, cut):
    text = json.dumps(COCO)
    read(tmp_path, text[:at] + put + text[at + cut :])


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_json, _json, _json)
def test_any_values_in_known_places_never_raise(tmp_path, a, b, c):
    image = {"id": 1, "file_name": a, "width": b, "height": c, "time": "2025-04-01T09:00:00Z"}
    mark = {"image_id": 1, "category_id": 1, "bbox": [a, b, c, 1], "score": b, "note": c}
    read(tmp_path, {"images": [image, a], "categories": [{"id": 1, "name": "fire"}, b], "annotations": [mark, mark, a]})
    feature = {
        "type": "Feature",
        "geometry": {"coordinates": a},
        "properties": {"class": "fire", "coordinates": "ground", "time": b},
    }
    read(tmp_path, {"type": "FeatureCollection", "coordinates": c, "features": [feature, b]})
