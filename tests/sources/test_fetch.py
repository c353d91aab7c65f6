"""Fetching, against a local server that answers as the services do; the network is never asked."""

from __future__ import annotations

import hashlib
import io
import json
import socket
import threading
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ceasefire.errors import FetchError
from ceasefire.model.intake import Window
from ceasefire.sources import fetch_web, reader
from ceasefire.sources.fetch import fetch, fetchable
from ceasefire.sources.fetch_web import Ask, Response, download, https_opener, unsafe

WINDOW = Window(datetime(2025, 3, 18, tzinfo=UTC), datetime(2025, 4, 18, tzinfo=UTC))
KEY = "0123456789abcdef0123456789abcdef"
FIRMS_TABLE = (
    b"latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,confidence,version,bright_ti5,"
    b"frp,daynight,type\n50.9,34.8,330.1,0.4,0.4,2025-03-19,39,N,VIIRS,n,2,280,1.2,N,0\n"
)


@dataclass
class Service:
    """A recorded service: path to answers, each (status, headers, body), the last one repeated."""

    answers: dict[str, list[tuple[int, dict[str, str], bytes]]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    port: int = 0
    waits: list[float] = field(default_factory=list)

    def opener(self, request: urllib.request.Request, timeout: float) -> Response:
        """Lead every request to the local server; redirects are not followed, as with the real opener."""
        parts = urllib.parse.urlsplit(request.full_url)
        local = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/{parts.hostname}{parts.path}" + (f"?{parts.query}" if parts.query else ""),
            headers=dict(request.header_items()),
        )
        proxy = urllib.request.ProxyHandler({})
        response: Response = urllib.request.build_opener(fetch_web._NoRedirect(), proxy).open(local, timeout=timeout)
        return response

    def get(self, product: str, folder: Path, **options: Any) -> list[fetch_web.Fetched]:
        return fetch(
            product,
            folder=folder,
            window=options.pop("window", WINDOW),
            options={"key": KEY, **options},
            opener=self.opener,
            sleep=self.waits.append,
        )


@pytest.fixture
def service() -> Iterator[Service]:
    recorded = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            recorded.asked.append((self.path, dict(self.headers)))
            path = self.path.split("?")[0]
            found = next((a for p, a in recorded.answers.items() if self.path.startswith(p) or path == p), None)
            status, headers, body = (
                (404, {}, b"not found") if not found else found.pop(0) if len(found) > 1 else found[0]
            )
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    recorded.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield recorded
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[..., Any] = socket.create_connection

    def local_only(address: tuple[str, int], *args: Any, **kwargs: Any) -> Any:
        assert address[0] == "127.0.0.1", f"a test asked the network for {address}"
        return real(address, *args, **kwargs)

    monkeypatch.setattr(socket, "create_connection", local_only)
    for variable in ("CEASEFIRE_FIRMS_KEY", "CEASEFIRE_UCDP_TOKEN"):
        monkeypatch.delenv(variable, raising=False)


def ok(body: bytes, **headers: str) -> list[tuple[int, dict[str, str], bytes]]:
    return [(200, headers, body)]


def everything(folder: Path) -> bytes:
    return b"".join(p.name.encode() + p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file())


def test_firms_is_split_into_five_days_a_call_and_read(service: Service, tmp_path: Path) -> None:
    service.answers["/firms.modaps.eosdis.nasa.gov/api/area/csv/"] = ok(FIRMS_TABLE)
    files = service.get("firms", tmp_path, sources=["VIIRS_SNPP_SP"], area=[22, 44, 41, 53])
    paths = [path for path, _ in service.asked]
    assert paths[0] == f"/firms.modaps.eosdis.nasa.gov/api/area/csv/{KEY}/VIIRS_SNPP_SP/22,44,41,53/5/2025-03-18"
    assert [p.rsplit("/", 2)[1:] for p in paths][-2:] == [["5", "2025-04-12"], ["1", "2025-04-17"]]
    assert sum(int(p.rsplit("/", 2)[1]) for p in paths) == WINDOW.days
    assert files[0].path.name == "firms_VIIRS_SNPP_SP_2025-03-18_2025-03-22.csv"
    intake = reader("firms")(files[0:1] and [files[0].path], source="firms", window=WINDOW)
    assert intake.count.used == 1


def test_the_side_car_and_that_the_key_is_nowhere(service: Service, tmp_path: Path) -> None:
    service.answers["/firms"] = ok(FIRMS_TABLE, **{"X-Echo": KEY, "ETag": f'"{KEY}"'})
    (first, *_) = service.get("firms", tmp_path, sources=["MODIS_SP"])
    record = json.loads((tmp_path / f"{first.path.name}.json").read_text())
    assert record["sha256"] == first.sha256 == hashlib.sha256(FIRMS_TABLE).hexdigest()
    assert record["status"] == 200
    assert record["url"] == first.url
    assert "/KEY/" in first.url
    assert datetime.fromisoformat(record["time"]).utcoffset() is not None
    assert KEY.encode() not in everything(tmp_path)
    assert KEY not in repr(first)
    assert KEY not in repr(Ask("a", f"https://x.org/{KEY}", secret=KEY, headers=(("t", KEY),)))
    assert not list(tmp_path.glob(".*"))


def test_a_second_run_asks_only_for_what_is_missing_or_changed(service: Service, tmp_path: Path) -> None:
    service.answers["/firms"] = ok(FIRMS_TABLE)
    files = service.get("firms", tmp_path, sources=["MODIS_SP"])
    asked = len(service.asked)
    assert all(f.new for f in files)
    files[0].path.write_bytes(b"changed")
    files[1].path.unlink()
    (tmp_path / f"{files[2].path.name}.json").write_text("{")
    again = service.get("firms", tmp_path, sources=["MODIS_SP"])
    assert len(service.asked) - asked == 3
    assert [f.new for f in again] == [True] * 3 + [False] * (len(files) - 3)
    service.get("firms", tmp_path, sources=["MODIS_SP"], refresh=True)
    assert len(service.asked) == 2 * asked + 3


@pytest.mark.parametrize("status", [200, 400, 401])
def test_a_wrong_key_is_told_and_not_tried_again(service: Service, tmp_path: Path, status: int) -> None:
    service.answers["/firms"] = [(status, {}, b"Invalid MAP_KEY.")]
    with pytest.raises(FetchError, match="does not know this map key") as told:
        service.get("firms", tmp_path, sources=["MODIS_SP"])
    assert KEY not in str(told.value)
    assert len(service.asked) == 1
    assert not [p for p in tmp_path.iterdir() if p.is_file()]


def test_no_key_and_a_key_that_would_break_the_address(tmp_path: Path, service: Service) -> None:
    with pytest.raises(FetchError, match="CEASEFIRE_FIRMS_KEY"):
        fetch("firms", folder=tmp_path, window=WINDOW, opener=service.opener)
    with pytest.raises(FetchError, match="characters that no such key has"):
        service.get("firms", tmp_path, key="../../evil?x=1")
    assert not service.asked


def test_busy_services_are_asked_again_after_the_wait_they_want(service: Service, tmp_path: Path) -> None:
    service.answers["/raw"] = [(429, {"Retry-After": "7"}, b""), (503, {}, b"busy"), (200, {}, b"oblast,started_at\n")]
    (file,) = service.get("alerts_single", tmp_path, files=["official_data_en.csv"])
    assert file.path.read_bytes() == b"oblast,started_at\n"
    assert service.waits == [7.0, 2.0]


def test_giving_up_is_told(service: Service, tmp_path: Path) -> None:
    service.answers["/raw"] = [(500, {}, b"oops <b>")]
    with pytest.raises(FetchError, match="gave up after 5 tries: HTTP 500: oops"):
        service.get("alerts_single", tmp_path)
    assert len(service.waits) == 4
    service.answers["/raw"] = [(200, {"Content-Length": "99"}, b"oblast,started_at\n")]
    with pytest.raises(FetchError, match="broke off after 18 of 99 bytes"):
        service.get("alerts_single", tmp_path)
    assert not [p for p in tmp_path.iterdir() if p.is_file()]


@pytest.mark.parametrize(
    ("to", "why"),
    [
        ("http://raw.githubusercontent.com/x", "not an https address"),
        ("https://evil.example/x", "another host"),
        ("https://127.0.0.1/x", "not a public host"),
        ("https://169.254.169.254/latest", "not a public host"),
        ("file:///etc/passwd", "not an https address"),
        ("https://user:pw@raw.githubusercontent.com/x", "credentials"),
        ("https://raw.githubusercontent.com:8443/x", "port"),
    ],
)
def test_redirects_elsewhere_are_refused(service: Service, tmp_path: Path, to: str, why: str) -> None:
    service.answers["/raw.githubusercontent.com/Vadimkin"] = [(302, {"Location": to}, b"")]
    with pytest.raises(FetchError, match=why):
        service.get("alerts_single", tmp_path)
    assert len(service.asked) == 1


def test_a_redirect_on_the_same_host_is_followed_and_a_circle_is_not(service: Service, tmp_path: Path) -> None:
    service.answers["/raw.githubusercontent.com/Vadimkin"] = [(302, {"Location": "/there.csv"}, b"")]
    service.answers["/raw.githubusercontent.com/there.csv"] = ok(b"oblast,started_at\n")
    assert len(service.get("alerts_single", tmp_path)) == 2
    service.answers["/raw.githubusercontent.com/there.csv"] = [(301, {"Location": "/there.csv"}, b"")]
    with pytest.raises(FetchError, match="more than 3 redirects"):
        service.get("alerts_single", tmp_path, refresh=True)


def test_an_answer_that_is_too_large_is_refused(service: Service, tmp_path: Path) -> None:
    service.answers["/raw"] = ok(b"oblast,started_at\n" + b"x" * 5000)
    with pytest.raises(FetchError, match="more than the limit of 1,000"):
        service.get("alerts_single", tmp_path, max_bytes=1000)
    service.answers["/raw"] = ok(b"<!doctype html><p>not a table, sorry")
    with pytest.raises(FetchError, match="not a table"):
        service.get("alerts_single", tmp_path)
    service.answers["/raw"] = ok(b"")
    with pytest.raises(FetchError, match="not a table"):
        service.get("alerts_single", tmp_path)


def test_ucdp_pages_with_a_token_in_the_header_are_read(service: Service, tmp_path: Path) -> None:
    event = {
        "date_start": "2025-03-20T00:00:00",
        "date_end": "2025-03-20T00:00:00",
        "latitude": 48.3,
        "longitude": 38.4,
        "where_prec": 1,
        "date_prec": 1,
        "best": 1,
        "high": 1,
        "low": 1,
    }
    root = "/ucdpapi.pcr.uu.se/api/gedevents/26.1?pagesize=1000&page="
    for page in range(3):
        body = {
            "TotalCount": 3,
            "TotalPages": 3,
            "NextPageUrl": "https://evil.example/",
            "Result": [{**event, "id": page}],
        }
        service.answers[f"{root}{page}&"] = ok(json.dumps(body).encode())
    files = service.get("ucdp", tmp_path)
    assert [f.path.name[-12:] for f in files] == ["page000.json", "page001.json", "page002.json"]
    path, headers = service.asked[0]
    assert path.endswith("&Country=369,365&StartDate=2025-03-18&EndDate=2025-04-17")
    assert {k.lower(): v for k, v in headers.items()}["x-ucdp-access-token"] == KEY
    assert KEY.encode() not in everything(tmp_path)
    intake = reader("ucdp")([f.path for f in files], source="ucdp", window=WINDOW)
    assert intake.count.used == 3


def test_ucdp_answers_that_are_not_pages(service: Service, tmp_path: Path) -> None:
    for body, why in (
        (b"<html>", "not answer with JSON"),
        (b'{"a": 1}', "how many pages"),
        (b'{"TotalPages": 9999}', "narrow"),
    ):
        service.answers["/ucdpapi"] = ok(body)
        with pytest.raises(FetchError, match=why):
            service.get("ucdp", tmp_path, refresh=True)


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/").replace("_csv", ".csv"), data)
    return out.getvalue()


def test_viina_is_unpacked_beside_its_zip_and_read(service: Service, tmp_path: Path) -> None:
    info = "event_id,date,time,asciiname,longitude,latitude,text\ne1,20250319,07:05,Sumy,34.8,50.91,Дрони\n".encode()
    service.answers["/raw.githubusercontent.com/zhukovyuri/VIINA/HEAD/Data/event_info_latest_2025.zip"] = ok(
        zipped(info_csv=info, readme=b"no table")
    )
    service.answers["/raw.githubusercontent.com/zhukovyuri/VIINA/HEAD/Data/event_labels_latest_2025.zip"] = ok(
        zipped(labels_csv=b"event_id,t_uav_b\ne1,1\n")
    )
    files = service.get("viina", tmp_path)
    assert [f.path.name for f in files] == ["info.csv", "labels.csv"]
    record = json.loads((tmp_path / "info.csv.json").read_text())
    assert record["from"] == "event_info_latest_2025.zip"
    assert record["from_sha256"] == hashlib.sha256((tmp_path / "event_info_latest_2025.zip").read_bytes()).hexdigest()
    intake = reader("viina")([f.path for f in files], source="viina", window=WINDOW)
    assert intake.observations[0].act == "attack.air.drone"


def test_zip_files_that_would_do_harm(service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ceasefire.sources.fetch.MAX_UNPACKED", 10_000)
    service.answers["/raw"] = ok(zipped(bomb_csv=b"0" * 20_000))
    with pytest.raises(FetchError, match="unpacks to more than"):
        service.get("viina", tmp_path / "a")
    assert not list((tmp_path / "a").glob("*.csv"))
    service.answers["/raw"] = ok(zipped(**{"..__..__outside_csv": b"a,b\n"}))
    files = service.get("viina", tmp_path / "b")
    assert {f.path.parent for f in files} == {tmp_path / "b"}
    service.answers["/raw"] = ok(zipped(readme=b"x"))
    with pytest.raises(FetchError, match="no table"):
        service.get("viina", tmp_path / "c")
    service.answers["/raw"] = ok(zipped(a_csv=b"a,b\n" * 50)[:60])
    with pytest.raises(FetchError, match="cannot be unpacked"):
        service.get("viina", tmp_path / "d")


def test_options_that_make_no_sense(service: Service, tmp_path: Path) -> None:
    for options in ({"days_per_call": 9}, {"area": [41, 44, 22, 53]}, {"sources": ["../x"]}):
        with pytest.raises(FetchError):
            service.get("firms", tmp_path, **options)
    with pytest.raises(FetchError):
        service.get("ucdp", tmp_path, version="25.1/../..")
    with pytest.raises(FetchError):
        service.get("alerts_single", tmp_path, files=["../../secret.csv"])
    with pytest.raises(FetchError, match="ends before"):
        service.get("firms", tmp_path, window=Window(WINDOW.end, WINDOW.start))
    with pytest.raises(FetchError, match="plain file name"):
        download(Ask("../a.csv", "https://example.org/"), tmp_path)
    assert not service.asked
    with pytest.raises(FetchError, match="did you mean 'alerts_single'"):
        service.get("alerts", tmp_path)
    assert set(fetchable()) == {"alerts_single", "articles", "firms", "hls", "sentinel1", "sentinel2", "ucdp", "viina"}


def test_addresses_that_are_never_asked() -> None:
    for url in (
        "http://example.org/",
        "ftp://example.org/",
        "https://localhost/",
        "https://10.0.0.1/",
        "https://[::1]/",
        "https://intranet/",
        "https://db.internal/",
        "https://[broken/",
    ):
        assert unsafe(url)
    assert not unsafe("https://firms.modaps.eosdis.nasa.gov/api")


def test_the_real_opener_refuses_a_name_that_leads_to_a_private_address(monkeypatch: pytest.MonkeyPatch) -> None:
    class Socket:
        def getpeername(self) -> tuple[str, int]:
            return ("10.1.2.3", 443)

        def close(self) -> None:
            pass

    def connect(self: Any) -> None:
        self.sock = Socket()

    for variable in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr("http.client.HTTPSConnection.connect", connect)
    with pytest.raises(urllib.error.URLError, match="not public"):
        https_opener()(urllib.request.Request("https://example.org/"), 1.0)


def test_links_are_archived_one_by_one_and_may_have_moved_to_another_public_host(
    service: Service, tmp_path: Path
) -> None:
    page = b"<html><body><p>A truce was agreed on Monday, an envoy said.</p></body></html>"
    service.answers["/example.org/a"] = [(301, {"Location": "https://www.example.com/b"}, b"")]
    service.answers["/www.example.com/b"] = [(200, {"Content-Type": "text/html"}, page)]
    service.answers["/example.org/p"] = [(200, {}, b"%PDF-1.7")]
    service.answers["/example.org/s"] = [(302, {"Location": "https://169.254.169.254/latest"}, b"")]
    service.answers["/example.org/c"] = [(302, {"Location": "https://example.org/c"}, b"")]
    links = [f"https://example.org/{k}" for k in ("p", "s", "c", "a", "a")]
    with pytest.raises(FetchError) as refused:
        service.get("articles", tmp_path, links=links)
    told = str(refused.value).splitlines()
    assert told[0] == "3 of 4 links were not archived"
    assert [why in line for why, line in zip(("a PDF", "not a public host", "redirects"), told[1:], strict=True)] == [
        True
    ] * 3
    (saved,) = tmp_path.glob("*.html")
    assert saved.read_bytes() == page
    record = json.loads(saved.with_name(saved.name + ".json").read_text())
    assert (record["url"], record["status"]) == ("https://example.org/a", 200)
    for refused_link in ("http://example.org/a", "file:///etc/passwd", "https://10.0.0.1/a"):
        with pytest.raises(FetchError, match="refused"):
            service.get("articles", tmp_path, links=[refused_link])
