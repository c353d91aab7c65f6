"""Listening to real local servers: what comes is written, what is missed is written beside it."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from benchmarks import ais_made as made

from ceasefire.errors import SourceError
from ceasefire.sources import ais
from ceasefire.sources.ais_feed import listen, lost

LINES = list(made.lines(seed=3, messages=40, form="bare"))


@contextlib.contextmanager
def server(*talks: Callable[[socket.socket], None]) -> Iterator[str]:
    """Serve each connection in turn by one of the talks, then refuse."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]

    def serve() -> None:
        with contextlib.suppress(OSError):
            for talk in talks:
                connection, _ = listening.accept()
                with connection:
                    talk(connection)
        listening.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"tcp://127.0.0.1:{port}"
    listening.close()
    thread.join(timeout=5)


def says(lines: list[bytes], wait: float = 0.0) -> Callable[[socket.socket], None]:
    def talk(connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            for line in lines:
                connection.sendall(line[:20])
                connection.sendall(line[20:] + b"\r\n")
            time.sleep(wait)

    return talk


def test_lines_are_written_with_the_time_of_reception_and_read_again(tmp_path: Path) -> None:
    with server(says(LINES, wait=3)) as address:
        did = listen(address, out=tmp_path, seconds=1.0, name="odesa")
    assert (did.lines, did.cut, did.connections, did.lost) == (len(LINES), 0, 1, [])
    read = ais.read(did.files, source="feed")
    assert read.sentences == len(LINES)
    assert read.stations == ("", "odesa")
    assert (read.fixes.times > read.fixes.times[0] - 5000).all()
    assert not [r for r in read.reasons if "checksum" in r or "clock" in r]


def test_a_connection_that_closes_is_made_again_and_the_time_between_is_lost(tmp_path: Path) -> None:
    with server(says(LINES[:10]), says(LINES[10:20], wait=3)) as address:
        did = listen(address, out=tmp_path, seconds=2.0, backoff_s=0.3)
    assert (did.connections, did.lines) == (2, 20)
    assert [one.why for one in did.lost] == ["closed: by the other side"]
    assert 0.2 < (did.lost[0].end - did.lost[0].start).total_seconds() < 1.9
    assert [one.why for one in lost(tmp_path)] == ["closed: by the other side"]


def test_a_stalled_feed_is_lost_from_its_last_line_on(tmp_path: Path) -> None:
    with server(says(LINES[:5], wait=4), says([], wait=4)) as address:
        did = listen(address, out=tmp_path, seconds=2.0, stall_s=0.5, backoff_s=0.1)
    assert did.lost[0].why == "stall: no line for 0.5 s"
    assert (did.lost[-1].end - did.lost[0].start).total_seconds() > 1.5


def test_nobody_there_is_lost_time(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    did = listen(f"tcp://127.0.0.1:{port}", out=tmp_path, seconds=0.6, backoff_s=0.1)
    assert (did.lines, did.connections) == (0, 0)
    assert did.lost[0].why.startswith("no connection: ")
    assert (did.lost[0].end - did.lost[0].start).total_seconds() > 0.5


def test_a_flood_is_cut_and_counted(tmp_path: Path) -> None:
    with server(says(LINES * 20, wait=2)) as address:
        did = listen(address, out=tmp_path, seconds=1.2, most_per_s=100)
    assert did.lines + did.cut == len(LINES) * 20
    assert did.lines <= 400
    assert sum(one.lines for one in did.lost) == did.cut
    assert {one.why for one in did.lost} == {"flood: cut at 100 lines a second"}


def test_a_full_file_and_a_line_without_end_are_cut(tmp_path: Path) -> None:
    def endless(connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            connection.sendall(b"x" * 300_000 + b"\n" + b"\n".join(LINES) + b"\n")
            time.sleep(2)

    with server(endless) as address:
        did = listen(address, out=tmp_path, seconds=1.0, most_bytes=500)
    assert did.files[0].stat().st_size < 700
    assert did.lines + did.cut == len(LINES) + 1


def test_udp_and_the_time_in_which_nobody_listened(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def send() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            for _ in range(10):
                time.sleep(0.05)
                out.sendto(b"\n".join(LINES[:2]), ("127.0.0.1", port))

    for _ in range(2):
        thread = threading.Thread(target=send, daemon=True)
        thread.start()
        did = listen(f"udp://127.0.0.1:{port}", out=tmp_path, seconds=1.2)
        thread.join()
        assert 2 <= did.lines <= 20
    assert [one.why for one in did.lost] == ["not listening"]


@pytest.mark.parametrize("address", ["http://x:1", "tcp://:5", "tcp://host", "udp://:99999", "feed"])
def test_wrong_addresses_are_errors(tmp_path: Path, address: str) -> None:
    with pytest.raises(SourceError, match="tcp://host:port or udp://:port"):
        listen(address, out=tmp_path, seconds=1)


def test_names_that_would_leave_the_folder_are_errors(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="letters, digits"):
        listen("udp://:10110", out=tmp_path, seconds=1, name="../x")


def test_a_broken_table_of_lost_intervals_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "feed-lost.csv").write_text("start,end,why,lines\nsoon,later,stall,1\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"feed-lost\.csv:2"):
        lost(tmp_path)
