"""Imagery through a catalogue: against a local server that answers as the real ones do, and as they should not."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.sources.imagery import (
    FILES,
    HOME,
    LAT,
    LON,
    Catalogue,
    sentinel1_item,
    sentinel2_item,
    serve,
    speckle,
    write_tif,
)

from ceasefire.errors import FetchError
from ceasefire.model.intake import Window
from ceasefire.sources import raster_reader
from ceasefire.sources.fetch import fetch
from ceasefire.sources.fetch_web import Fetched, https_opener
from ceasefire.sources.raster_pieces import NOT_FETCHED
from ceasefire.sources.raster_windows import Place
from ceasefire.sources.stac_http import BLOCK, Door, RemoteFile

pytest.importorskip("rasterio", reason="needs ceasefire[satellite]")
pytest.importorskip("pystac_client", reason="needs ceasefire[satellite]")

WINDOW = Window(datetime(2025, 3, 18, tzinfo=UTC), datetime(2025, 4, 18, tzinfo=UTC))
PLACES = [Place("a", LON, LAT, 200.0), Place("b", LON + 0.045, LAT, 200.0)]
S1 = {
    "stac": f"https://{HOME}/v1",
    "collections": ["sentinel-1-rtc"],
    "assets_from": [FILES],
    "sign": "",
    "history_days": 30,
    "timeout_s": 5,
}
S2 = {**S1, "collections": ["sentinel-2-l2a"]}
DAYS = ["2025-03-07", "2025-03-19", "2025-03-31", "2025-04-12"]


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    folder = tmp_path / "remote"
    folder.mkdir()
    made = Catalogue(folder)
    server = serve(made)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


def radar(catalogue: Catalogue, days: list[str] = DAYS, size: int = 800) -> None:
    """Fill the catalogue with a pass on each day, two polarisations, as cloud-optimised files."""
    for k, day in enumerate(days):
        files = {
            band: write_tif(
                catalogue.folder / f"{day}_{band.lower()}.rtc.tiff",
                speckle((size, size), 10 * k + j),
                nodata=-32768.0,
                driver="COG",
                blocksize=256,
                compress="NONE",
                overviews="NONE",
            )
            for j, band in enumerate(("VV", "VH"))
        }
        catalogue.items.append(sentinel1_item(day, files))


def get(catalogue: Catalogue, folder: Path, product: str = "sentinel1", **options: Any) -> list[Fetched]:
    said = {**(S1 if product == "sentinel1" else S2), **options}
    return fetch(
        product,
        folder=folder,
        window=WINDOW,
        places=PLACES,
        options=said,
        opener=catalogue.opener,
        sleep=catalogue.waits.append,
    )


def refused(folder: Path) -> dict[str, str]:
    return {row["item"]: row["reason"] for row in json.loads((folder / NOT_FETCHED).read_text())["items"]}


def tifs(files: list[Fetched]) -> list[Path]:
    return [one.path for one in files if one.path.suffix == ".tif"]


def test_windows_come_and_are_the_pixels_of_the_publisher(catalogue: Catalogue, tmp_path: Path) -> None:
    import rasterio

    radar(catalogue)
    files = get(catalogue, tmp_path / "s1")
    assert len(files) == 4 * 2 * 2
    assert all(one.new for one in files)
    side = json.loads(files[0].path.with_name(files[0].path.name + ".json").read_text())
    assert side["sha256"] == files[0].sha256
    assert side["scene"]["orbit"] == "R138D"
    assert side["url"].startswith(f"https://{FILES}/")
    with rasterio.open(files[0].path) as local, rasterio.open(catalogue.folder / side["url"].rsplit("/", 1)[-1]) as far:
        (top, bottom), (left, right) = side["rows"], side["columns"]
        assert np.array_equal(local.read(1), far.read(1, window=((top, bottom), (left, right))))
        assert local.bounds.left == far.bounds.left + 10.0 * left
        assert local.bounds.top == far.bounds.top - 10.0 * top
        assert local.nodata == -32768.0
    # only windows: less than a third of each file was asked for, in few requests
    whole = sum(p.stat().st_size for p in catalogue.folder.iterdir())
    assert sum(p.stat().st_size for p in tifs(files)) < whole / 10
    assert catalogue.count(f"/{FILES}/") < 8 * 12

    read = raster_reader("sentinel1")(tifs(files), source="s1", around=PLACES)
    assert read.count.used == read.count.rows == 16
    assert [(s.band, s.orbit, len(s.times)) for s in read.stacks] == [(b, "R138D", 4) for b in ("VV", "VH")] * 2
    assert len(read.looks) == 4 * 2
    assert set(read.looks.column("quality").tolist()) == {1.0}
    assert {scene.evidence for s in read.stacks for scene in s.scenes} == {f.sha256 for f in files}


def test_a_second_run_asks_for_no_file(catalogue: Catalogue, tmp_path: Path) -> None:
    radar(catalogue, DAYS[:2])
    first = get(catalogue, tmp_path / "s1")
    before = {p.name: p.read_bytes() for p in (tmp_path / "s1").iterdir()}
    asked = catalogue.count(f"/{FILES}/")
    second = get(catalogue, tmp_path / "s1")
    assert catalogue.count(f"/{FILES}/") == asked
    assert [f.path for f in second] == [f.path for f in first]
    assert not any(f.new for f in second)
    assert {p.name: p.read_bytes() for p in (tmp_path / "s1").iterdir()} == before
    # one window was lost since, another one changed: both come again, and nothing else
    first[0].path.unlink()
    first[1].path.write_bytes(b"other bytes")
    assert [f.new for f in get(catalogue, tmp_path / "s1")] == [True, True] + [False] * 6


def test_a_broken_run_goes_on_where_it_stopped(catalogue: Catalogue, tmp_path: Path) -> None:
    radar(catalogue, DAYS[:3])
    bad = f"/{FILES}/{DAYS[1]}_vh.rtc.tiff"
    catalogue.before = lambda path, times: (503, {}, b"busy") if path == bad else None
    with pytest.raises(
        FetchError, match=r"1 requests failed, 10 files are there; run it again\n.*gave up after 5 tries"
    ):
        get(catalogue, tmp_path / "s1")
    catalogue.before = lambda path, times: None
    files = get(catalogue, tmp_path / "s1")
    assert [f.path.name for f in files if f.new] == [
        f.path.name for f in files if "_VH_" in f.path.name and "20250319" in f.path.name
    ]
    assert len(files) == 12


def test_errors_that_pass_are_waited_out(catalogue: Catalogue, tmp_path: Path) -> None:
    radar(catalogue, DAYS[:1], size=300)
    answers = {
        f"/{HOME}/v1": (500, {}, b"oops"),
        f"/{HOME}/v1/search": (429, {"Retry-After": "7"}, b"slow down"),
        f"/{FILES}/{DAYS[0]}_vv.rtc.tiff": (502, {}, b"gateway"),
    }
    catalogue.before = lambda path, times: answers.get(path) if times == 1 else None
    assert len(get(catalogue, tmp_path / "s1")) == 2
    assert catalogue.waits == [1.0, 7.0, 1.0]


def test_a_catalogue_that_never_answers(catalogue: Catalogue, tmp_path: Path) -> None:
    catalogue.before = lambda path, times: (0, {"seconds": "0.6"}, b"")
    with pytest.raises(FetchError, match=rf"https://{HOME}/v1: gave up after 5 tries: .*timed out"):
        get(catalogue, tmp_path / "s1", timeout_s=0.1)


def test_pages_that_repeat_end_and_what_came_is_fetched(catalogue: Catalogue, tmp_path: Path) -> None:
    radar(catalogue, size=300)
    catalogue.circle = True
    with pytest.raises(FetchError, match="page 3 repeats pages before it, so the search may not be whole"):
        get(catalogue, tmp_path / "s1")
    assert len(list((tmp_path / "s1").glob("*.tif"))) == 8
    assert catalogue.count(f"/{HOME}/v1/search") == 3


def test_lies_are_named_and_the_others_go_on(catalogue: Catalogue, tmp_path: Path) -> None:
    radar(catalogue, [*DAYS, "2025-03-25"], size=300)
    good = catalogue.items[0]

    def lie(name: str, **changes: Any) -> dict[str, Any]:
        item = json.loads(json.dumps(good))
        item["id"] = name
        item["properties"] |= changes.pop("properties", {})
        item |= changes
        return item

    elsewhere = {"type": "Polygon", "coordinates": [[[10, 10], [11, 10], [11, 11], [10, 10]]]}
    own, metadata = "https://169.254.169.254/vv.tif", "https://user:word@files.example.org/vv.tif"
    catalogue.items += [
        json.loads(json.dumps(good)),
        lie("elsewhere", geometry=elsewhere),
        lie("nowhere", geometry=None),
        lie("bent", geometry={"type": "Polygon", "coordinates": "x"}),
        lie("moon", geometry={"type": "Point", "coordinates": [500, 10]}),
        lie("old", properties={"datetime": "2019-03-19T04:00:00Z"}),
        lie("timeless", properties={"datetime": None}),
        lie("other", collection="sentinel-2-l2a"),
        lie("orbitless", properties={"sat:relative_orbit": None}),
        lie("bare", assets={}),
        lie("foreign", assets={"vv": {"href": "https://evil.example.com/vv.tif"}}),
        lie("inside", assets={"vv": {"href": own}}),
        lie("keyed", assets={"vv": {"href": metadata}}),
        lie("plain", assets={"vv": {"href": "http://files.example.org/vv.tif"}}),
        lie("disk", assets={"vv": {"href": "/etc/passwd"}}),
        lie("gone", assets={"vv": {"href": f"https://{FILES}/gone.tif"}}),
        lie("page", assets={"vv": {"href": f"https://{FILES}/login.tif"}}),
        lie("cut", assets={"vv": {"href": f"https://{FILES}/cut.tif"}}),
        {"id": 7},
        "no item",
    ]
    (catalogue.folder / "login.tif").write_bytes(b"<!DOCTYPE html><title>Earthdata Login</title>")
    whole = (catalogue.folder / f"{DAYS[0]}_vv.rtc.tiff").read_bytes()
    (catalogue.folder / "cut.tif").write_bytes(whole[: len(whole) // 8])
    files = get(catalogue, tmp_path / "s1", bands=["VV"])
    assert len(tifs(files)) == 5
    said = refused(tmp_path / "s1")
    assert said == {
        "elsewhere": "it lies elsewhere than what was asked for",
        "nowhere": "it has no geometry, so nobody knows where it lies",
        "bent": said["bent"],
        "moon": "its geometry does not lie on Earth",
        "old": "of 2019-03-19, which was not asked for",
        "timeless": "it states no time",
        "other": "of the collection 'sentinel-2-l2a', which was not asked for",
        "orbitless": "it states no relative orbit, without which its dates cannot be compared",
        "bare": "it has no asset of the band VV",
        "foreign": "VV at https://evil.example.com/vv.tif: evil.example.com is neither the catalogue's host nor "
        "named in `assets_from`",
        "inside": f"VV at {own}: not a public host",
        "keyed": f"VV at {metadata}: an address with credentials or a port of its own",
        "plain": "VV at http://files.example.org/vv.tif: not an https address",
        "disk": "VV at /etc/passwd: not an https address",
        "gone": f"https://{FILES}/gone.tif: the service has no such file (HTTP 404)",
        "page": said["page"],
        "cut": said["cut"],
        "": "an item without an id",
    }
    assert said["bent"].startswith("its geometry cannot be read")
    assert said["page"].startswith("not a file of pixels but a page of text (HTML")
    assert "the file breaks off" in said["cut"] or "damaged or breaks off" in said["cut"]

    read = raster_reader("sentinel1")(tifs(files), source="s1", around=PLACES[:1], options={"bands": ["VV"]})
    assert read.count.used == 5
    assert read.count.quarantined == len(said)
    lost = [look for look in read.looks if not look.quality]
    assert not lost  # every item refused with a time has the orbit and time of a pass that was read


def test_a_pass_of_which_nothing_came_is_a_lost_look(catalogue: Catalogue, tmp_path: Path) -> None:
    radar(catalogue, DAYS[:3], size=300)
    catalogue.items[1]["assets"] = {}
    files = get(catalogue, tmp_path / "s1")
    read = raster_reader("sentinel1")(tifs(files), source="s1", around=PLACES[:1])
    looks = sorted((look.start.date().isoformat(), look.quality, look.lost) for look in read.looks)
    assert looks == [(DAYS[0], 1.0, ""), (DAYS[1], 0.0, "not processed"), (DAYS[2], 1.0, "")]


def test_the_next_page_may_not_lead_to_another_host(catalogue: Catalogue, tmp_path: Path) -> None:
    radar(catalogue, DAYS[:3], size=300)
    for target in ("https://evil.example.com/search", "file:///etc/passwd", "https://10.0.0.1/search"):
        catalogue.next_link = lambda start, target=target: target
        with pytest.raises(FetchError, match="refused"):
            get(catalogue, tmp_path / "s1")
        assert not any("evil" in path or "10.0.0.1" in path for path, _ in catalogue.asked)


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        (b"<html>maintenance</html>", "does not answer as a STAC API"),
        (b"[]", "does not answer as a STAC API"),
        (b"{}", "does not answer as a STAC API"),
        (b"\xff\xfe", "the answer is no text"),
    ],
)
def test_what_is_no_catalogue(catalogue: Catalogue, tmp_path: Path, answer: bytes, wrong: str) -> None:
    catalogue.before = lambda path, times: (200, {}, answer)
    with pytest.raises(FetchError, match=wrong):
        get(catalogue, tmp_path / "s1")
    catalogue.before = lambda path, times: (200, {}, answer) if path.endswith("search") else None
    if answer != b"{}":  # an empty answer of a search is one without items
        with pytest.raises(FetchError):
            get(catalogue, tmp_path / "s1")


def test_a_token_goes_to_its_hosts_only_and_is_never_written(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    radar(catalogue, DAYS[:1], size=300)
    token = "eyJ0eXAi.SECRETTOKEN.x"
    options = {"token": "CEASEFIRE_TEST_TOKEN", "token_for": [FILES]}
    with pytest.raises(FetchError, match="needs a token: set the environment variable CEASEFIRE_TEST_TOKEN"):
        get(catalogue, tmp_path / "s1", **options)
    with pytest.raises(FetchError, match="token is the name of an environment variable"):
        get(catalogue, tmp_path / "s1", token=token)
    monkeypatch.setenv("CEASEFIRE_TEST_TOKEN", token)
    get(catalogue, tmp_path / "s1", **options)
    sent = {path.split("/")[1] for path, headers in catalogue.asked if token in headers.get("Authorization", "")}
    assert sent == {FILES}
    assert not any(token.encode() in p.read_bytes() for p in (tmp_path / "s1").iterdir())
    catalogue.before = lambda path, times: (401, {}, token.encode()) if FILES in path else None
    with pytest.raises(FetchError, match="HTTP 401: the service wants a token, or another one") as failure:
        get(catalogue, tmp_path / "again", **options)
    assert token not in str(failure.value)


def test_a_token_does_not_follow_a_redirect(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    radar(catalogue, DAYS[:1], size=300)
    monkeypatch.setenv("CEASEFIRE_TEST_TOKEN", "eyJ0eXAi.SECRETTOKEN.x")
    for item in catalogue.items:
        for asset in item["assets"].values():
            asset["href"] = asset["href"].replace(FILES, "login.example.org")

    def moved(path: str, times: int) -> tuple[int, dict[str, str], bytes] | None:
        if path.startswith("/login.example.org/"):
            return 303, {"Location": f"https://{FILES}/{path.rsplit('/', 1)[1]}?X-Amz-Signature=ABCDEF"}, b""
        return None

    catalogue.before = moved
    options = {
        "token": "CEASEFIRE_TEST_TOKEN",
        "assets_from": ["login.example.org", FILES],
        "token_for": ["login.example.org"],
    }
    files = get(catalogue, tmp_path / "s1", **options)
    assert len(files) == 2
    sent = {path.split("/")[1] for path, headers in catalogue.asked if "Authorization" in headers}
    assert sent == {"login.example.org"}
    assert not any(b"ABCDEF" in p.read_bytes() for p in (tmp_path / "s1").iterdir())
    with pytest.raises(FetchError, match="neither the catalogue's host nor named in `assets_from`: refused"):
        get(catalogue, tmp_path / "again", **{**options, "assets_from": ["login.example.org"]})


def test_a_signature_is_asked_for_once_and_never_written(catalogue: Catalogue, tmp_path: Path) -> None:
    radar(catalogue, DAYS[:2], size=300)
    files = get(catalogue, tmp_path / "s1", sign=f"https://{HOME}/sign")
    assert len(files) == 4
    assert catalogue.count(f"/{HOME}/sign") == 1
    assert all("sig=SIGNATURE" in path for path, _ in catalogue.asked if path.startswith(f"/{FILES}/"))
    assert not any(b"SIGNATURE" in p.read_bytes() for p in (tmp_path / "s1").iterdir())
    catalogue.before = lambda path, times: (200, {}, b'{"token": "a b\\nc"}') if path.endswith("sign") else None
    with pytest.raises(FetchError, match="gives something that is no signature"):
        get(catalogue, tmp_path / "again", sign=f"https://{HOME}/sign")


def test_private_addresses_are_refused_without_an_opener_of_ones_own(tmp_path: Path) -> None:
    for endpoint in (
        "http://stac.example.org/v1",
        "https://127.0.0.1/v1",
        "https://localhost/v1",
        "https://a.internal/v1",
    ):
        with pytest.raises(FetchError, match="refused"):
            fetch("sentinel1", folder=tmp_path, window=WINDOW, places=PLACES, options={**S1, "stac": endpoint})
    door = Door("localtest.example.org", frozenset({"127.0.0.1"}), https_opener())
    with pytest.raises(FetchError, match="not a public host: refused"):
        RemoteFile(door, "https://127.0.0.1/a.tif")


def test_options_that_make_no_sense(catalogue: Catalogue, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="sentinel1 needs places"):
        fetch("sentinel1", folder=tmp_path, window=WINDOW, options=S1, opener=catalogue.opener)
    with pytest.raises(FetchError, match="assets_from is a list of names of hosts"):
        get(catalogue, tmp_path, assets_from="files.example.org")
    with pytest.raises(FetchError, match="around is a list of longitude, latitude and radius"):
        get(catalogue, tmp_path, around=[[30.5, 50.4]])
    with pytest.raises(FetchError, match="around, place 1"):
        get(catalogue, tmp_path, around=[[30.5, 95, 500]])


def test_sentinel2_offset_is_taken_off_once(catalogue: Catalogue, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    truth = rng.uniform(0.05, 0.4, (300, 300))
    scl = np.full((300, 300), 4, dtype=np.uint8)
    scl[:, :150] = 9

    def day(when: str, add: int, **properties: Any) -> None:
        stored = np.round(truth * 10_000 + add).astype(np.uint16)
        files = {
            band: write_tif(
                catalogue.folder / f"{when}_{band}.tif", stored if band != "SCL" else scl, pixel=20.0, nodata=0
            )
            for band in ("B8A", "B12", "SCL")
        }
        catalogue.items.append(sentinel2_item(when, files, **properties))

    day("2025-03-20", 0)  # Earth Search: taken off by the publisher
    day("2025-03-25", 1000, **{"earthsearch:boa_offset_applied": False})
    day("2025-03-30", 0, **{"s2:processing_baseline": "03.01", "earthsearch:boa_offset_applied": False})
    day("2025-04-04", 1000, **{"s2:processing_baseline": "", "s2:product_uri": ""})
    files = get(catalogue, tmp_path / "s2", "sentinel2")
    assert list(refused(tmp_path / "s2").values()) == [
        "it states no processing baseline, so nobody knows whether 1,000 were added to its numbers"
    ]
    read = raster_reader("sentinel2")(tifs(files), source="s2", around=PLACES[:1])
    assert [(s.band, s.orbit, len(s.times)) for s in read.stacks] == [("B8A", "R107", 3), ("B12", "R107", 3)]
    first, second, third = read.stacks[0].values
    assert np.nanmax(np.abs(first - second)) < 1e-5
    assert np.nanmax(np.abs(first - third)) < 1e-5
    assert 0.04 < np.nanmin(first) < np.nanmax(first) < 0.41
    quality = {look.start.date().isoformat(): look.quality for look in read.looks}
    assert quality["2025-04-04"] == 0.0
    assert all(0.0 < quality[d] < 1.0 for d in ("2025-03-20", "2025-03-25", "2025-03-30"))


def test_bursts_and_landsat_as_nasa_lists_them(catalogue: Catalogue, tmp_path: Path) -> None:
    names = "OPERA_L2_RTC-S1_T138-295011-IW2_20250319T042245Z_20250319T111213Z_S1A_30_v1.0"
    files = {
        band: write_tif(catalogue.folder / f"{names}_{band}.tif", speckle((100, 100), k), pixel=30.0)
        for k, band in enumerate(("VV", "VH"))
    }
    burst = sentinel1_item("2025-03-19", files)
    # assets by other names than bands: the end of the file's name tells
    burst |= {"id": names, "assets": {f"data_{k}": a for k, a in enumerate(burst["assets"].values())}}
    del burst["properties"]["sat:relative_orbit"]
    catalogue.items.append(burst)
    read = raster_reader("sentinel1")(tifs(get(catalogue, tmp_path / "s1")), source="s1", around=PLACES[:1])
    assert [(s.band, s.orbit) for s in read.stacks] == [("VV", "T138-295011-IW2"), ("VH", "T138-295011-IW2")]
    assert read.stacks[0].scenes[0].platform == "S1A"

    stored = np.random.default_rng(3).integers(500, 4000, (100, 100)).astype(np.int16)
    names = "HLS.L30.T36UUA.2025080T083320.v2.0"
    files = {
        band: write_tif(catalogue.folder / f"{names}.{band}.tif", values, pixel=30.0)
        for band, values in (("B05", stored), ("B07", stored), ("Fmask", np.full((100, 100), 64, dtype=np.uint8)))
    }
    item = sentinel1_item("2025-03-21", files)
    item |= {"id": names, "collection": "HLSL30_2.0", "assets": {k.upper(): v for k, v in item["assets"].items()}}
    catalogue.items[:] = [item]
    options = {**S1, "collections": ["HLSL30_2.0"], "token": ""}
    brought = fetch(
        "hls", folder=tmp_path / "hls", window=WINDOW, places=PLACES, options=options, opener=catalogue.opener
    )
    read = raster_reader("hls")(tifs(brought), source="hls", around=PLACES[:1])
    assert read.quarantine == []
    assert [(s.band, s.orbit, s.scenes[0].platform) for s in read.stacks] == [
        ("B8A", "T36UUA", "Landsat"),
        ("B12", "T36UUA", "Landsat"),
    ]
    assert 0.05 <= float(np.nanmin(read.stacks[0].values)) <= float(np.nanmax(read.stacks[0].values)) <= 0.4


def test_parts_of_a_file_are_asked_for_once(catalogue: Catalogue) -> None:
    data = np.random.default_rng(0).bytes(5 * BLOCK + 17)
    (catalogue.folder / "a.bin").write_bytes(data)
    door = Door(HOME, frozenset({FILES}), catalogue.opener)
    file = RemoteFile(door, f"https://{FILES}/a.bin")
    assert file.size == len(data)
    for start, stop in [(3, 9), (BLOCK - 2, 3 * BLOCK + 2), (0, len(data)), (5 * BLOCK, 5 * BLOCK + 99), (9, 9)]:
        assert file.part(start, stop) == data[start:stop]
    assert file.requests == 3
    reader = file.opener("a.bin")
    assert reader.seek(-5, 2) == len(data) - 5
    assert reader.read() == data[-5:]
    assert reader.tell() == len(data)


def test_a_file_that_changes_while_it_is_read(catalogue: Catalogue) -> None:
    (catalogue.folder / "a.bin").write_bytes(bytes(3 * BLOCK))
    door = Door(HOME, frozenset({FILES}), catalogue.opener)
    file = RemoteFile(door, f"https://{FILES}/a.bin")
    told = {"Content-Range": f"bytes {BLOCK}-{2 * BLOCK - 1}/{3 * BLOCK}", "ETag": '"2"'}
    catalogue.before = lambda path, times: (206, told, bytes(BLOCK))
    with pytest.raises(FetchError, match="the file changed while it was read"):
        file.part(BLOCK, BLOCK + 1)


def test_a_host_without_parts_gives_all(catalogue: Catalogue, tmp_path: Path) -> None:
    radar(catalogue, DAYS[:1], size=300)

    def whole(path: str, times: int) -> tuple[int, dict[str, str], bytes] | None:
        return (200, {}, (catalogue.folder / path.rsplit("/", 1)[1]).read_bytes()) if FILES in path else None

    catalogue.before = whole
    assert len(get(catalogue, tmp_path / "s1")) == 2
    assert catalogue.count(f"/{FILES}/") == 2
