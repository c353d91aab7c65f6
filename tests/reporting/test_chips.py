"""Pictures are coarse, plain, and held back unless everything agrees; what is held back is in no file."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceasefire.casefile import CaseFile
from ceasefire.geo.grid import Grid
from ceasefire.model.picture import Picture
from ceasefire.model.processing import Processing
from ceasefire.model.table import Table
from ceasefire.reporting import pictures as page
from ceasefire.reporting.chips import BLUE_ORANGE, STRIP, WIDEST, chip, coarse, coloured, pictures, pixel_m
from ceasefire.reporting.image_rules import ImageRules
from ceasefire.reporting.png import SIGNATURE, chunks, png
from ceasefire.reporting.release import ReleaseRules
from ceasefire.reporting.report import ReportInput, build, write

GRID = Grid("EPSG:4326", 34.5471, 49.5923, 0.00025, 0.00018, (45, 50))
ENERGY, HOMES, WAITING, MILITARY = ("i-000000000000", "i-000000000050", "i-000000000042", "i-00000000003f")
OLD = datetime(2025, 2, 1, 9, tzinfo=UTC)


def drawn(observation: str, acquired: datetime = OLD, protected: str = "", **given: float) -> page.Pictures:
    """Three pictures of one observation."""
    rng = np.random.default_rng(int(observation[-6:-1], 16))
    before = rng.uniform(0.2, 0.3, GRID.shape)
    after = before + rng.normal(0, 0.01, GRID.shape)
    after[20:26, 20:28] = 0.08
    after[:6, :10] = np.nan
    done = Processing(
        method="burn",
        code="0.1.0",
        inputs=(("S2B_36UXA_SECRETLY", "ab" * 32),),
        parameters=(("radius_m", "500"), ("lon", "34.5531")),
        window=("EPSG:4326", "34.5471"),
    )
    rows, data = pictures(
        before,
        after,
        GRID,
        observation=observation,
        what="reflectance (B12)",
        dates=([date(2025, 1, 10), date(2025, 1, 25)], [date(2025, 2, 1)]),
        acquired=acquired,
        region="UA-53",
        protected=protected,
        scenes=("S2B_36UXA_SECRETLY",),
        processing=done.text(),
        **given,
    )
    return page.Pictures(Table.of(Picture, rows), data)


def joined(*parts: page.Pictures) -> page.Pictures:
    return page.Pictures(
        [p for part in parts for p in part.rows], {k: v for part in parts for k, v in part.png.items()}
    )


def observation(issue: ReportInput, incident: str) -> str:
    return issue.incidents[incident].observations[0]


def pixels(data: bytes) -> np.ndarray:
    """Read back what `png` wrote."""
    width, height = (int.from_bytes(data[k : k + 4], "big") for k in (16, 20))
    at = data.index(b"IDAT") + 4
    raw = zlib.decompress(data[at : at + int.from_bytes(data[at - 8 : at - 4], "big")])
    return np.frombuffer(raw, dtype=np.uint8).reshape(height, 1 + 3 * width)[:, 1:].reshape(height, width, 3)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_a_png_holds_its_pixels_and_nothing_else(height: int, width: int, seed: int) -> None:
    rgb = np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)
    data = png(rgb)
    assert chunks(data) == ["IHDR", "IDAT", "IEND"]
    assert np.array_equal(pixels(data), rgb)


def test_other_readers_read_it() -> None:
    reader = pytest.importorskip("rasterio", reason="extra satellite: another reader of PNG")
    rgb = np.random.default_rng(1).integers(0, 256, (7, 11, 3)).astype(np.uint8)
    plain = pytest.warns(reader.errors.NotGeoreferencedWarning)
    with plain, reader.MemoryFile(png(rgb)) as file, file.open() as image:
        assert np.array_equal(np.moveaxis(image.read(), 0, -1), rgb)


@pytest.mark.parametrize("data", [b"", b"GIF89a", SIGNATURE + b"\x00\x00", png(np.zeros((3, 3, 3), np.uint8))[:-5]])
def test_what_is_no_whole_png_is_named(data: bytes) -> None:
    if data == b"" or not data.startswith(SIGNATURE) or len(data) > len(SIGNATURE):
        with pytest.raises(ValueError, match="PNG"):
            chunks(data)


def test_a_damaged_png_is_named() -> None:
    data = bytearray(png(np.zeros((3, 3, 3), np.uint8)))
    data[45] ^= 1
    with pytest.raises(ValueError, match="damaged"):
        chunks(bytes(data))


@given(st.integers(2, 90), st.integers(2, 90), st.floats(3, 40), st.floats(3, 40), st.floats(10, 90))
def test_cells_are_never_finer_than_asked_and_keep_the_mean(
    rows: int, columns: int, across: float, down: float, finest: float
) -> None:
    values = np.random.default_rng(rows * columns).normal(size=(rows, columns))
    cells, size = coarse(values, across, down, finest)
    assert min(size) >= finest - 1e-6
    step = round(size[1] / down), round(size[0] / across)
    assert cells[0, 0] == pytest.approx(values[: step[0], : step[1]].mean())
    assert max(cells.shape) <= WIDEST


def test_a_chip_is_north_up_and_small_and_missing_is_chequered() -> None:
    values = np.full(GRID.shape, 0.5)
    values[:10] = 1.0  # north
    values[:, -10:] = np.nan  # east
    made = chip(values, GRID, label="AFTER 2025-02-01", low=0, high=1)
    assert max(made.width, made.height) <= WIDEST
    rgb = pixels(made.png)
    top = rgb[: made.height - STRIP]
    inked = np.flatnonzero((top[top.shape[0] // 2] != 255).any(axis=1))
    west, east = inked[0] + 5, inked[-1] - 5
    assert (top[5, west] > top[-5, west]).all()
    assert len(np.unique(top[:, east - 30 : east].reshape(-1, 3), axis=0)) == 2  # the two tones of a chequer
    assert made.ground_m >= 30


def test_a_narrow_window_and_an_empty_one_are_drawn() -> None:
    for shape in ((1, 1), (200, 3), (3, 900)):
        made = chip(np.full(shape, np.nan), replace(GRID, shape=shape), label="BEFORE", low=0, high=1)
        assert max(made.width, made.height) <= WIDEST


def test_ground_is_measured_where_the_pixels_are() -> None:
    across, down = pixel_m(GRID)
    assert across == pytest.approx(0.00025 * 111_195 * np.cos(np.radians(49.588)), rel=1e-3)
    assert down == pytest.approx(0.00018 * 111_195, rel=1e-3)


def test_colours_of_a_change_are_blue_and_orange_and_pale_between() -> None:
    low, middle, high = coloured(np.array([[-1.0, 0.0, 1.0]]), -1, 1, BLUE_ORANGE)[0].astype(int)
    assert low[2] > low[0] + 100
    assert high[0] > high[2] + 100
    assert middle.min() > 240


def test_values_that_do_not_fit_are_named() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        chip(np.zeros((2, 2)), GRID, label="", low=0, high=1)
    with pytest.raises(ValueError, match="must lie above"):
        chip(np.zeros(GRID.shape), GRID, label="", low=1, high=1)


def test_a_processing_record_comes_back_and_others_are_named() -> None:
    done = Processing(method="burn", code="0.1.0", inputs=(("a", "b"),), parameters=(("k", "v"),), window=("c",))
    assert Processing.read(done.text()) == done
    assert Processing.read(done.text()).digest() == done.digest()
    for text in ("", "[]", "{}", '{"format": 9}', '{"format": 1, "method": "x"}'):
        with pytest.raises(ValueError, match="record of processing"):
            Processing.read(text)


# --- release ---------------------------------------------------------------------------------------------------------


def test_a_fresh_picture_of_a_protected_object_is_held_back_by_default(issue: ReportInput, tmp_path: Path) -> None:
    fresh = issue.period.end - timedelta(days=3)
    given = drawn(observation(issue, ENERGY), fresh, "wri:UKR0000123")
    write(issue, tmp_path)
    page.write(given, build(issue)[1], tmp_path)
    text = (tmp_path / "images.html").read_text(encoding="utf-8")
    assert "A picture exists" in text
    assert "nobody has reviewed it" in text
    assert "pictures wait 30 days" in text
    leaks(tmp_path, given)


def leaks(folder: Path, held: page.Pictures) -> None:
    """No file of a report holds anything of pictures that are held back."""
    for path in folder.rglob("*"):
        if path.is_dir():
            continue
        data = path.read_bytes()
        for p in held.rows:
            for secret in (p.image, p.caption, p.alt, "SECRETLY", "34.5531", "34.5471", "UKR0000123"):
                assert secret.encode() not in data, (path.name, secret)
            assert held.png[p.image] not in data, path.name
            assert held.png[p.image][60:120] not in data, path.name
        assert path.suffix != ".png", path.name


def test_neither_review_nor_age_alone_lets_it_through(with_fields: Callable[..., ReportInput], tmp_path: Path) -> None:
    base = with_fields()
    for acquired, reviewed, shown in (
        (OLD, False, False),
        (base.period.end, True, False),
        (OLD, True, True),
    ):
        given = drawn(observation(base, ENERGY), acquired, "wri:UKR0000123")
        ids = tuple(p.id for p in given.rows) if reviewed else ()
        public = build(with_fields(rules=ReleaseRules(images=ImageRules(publish=ids))))[1]
        page.write(given, public, tmp_path)
        assert len(list((tmp_path / "images").glob("*.png"))) == (3 if shown else 0)
        if not shown:
            leaks(tmp_path, given)


def test_an_unregistered_object_counts_as_protected_where_the_incident_may_be_on_one(issue: ReportInput) -> None:
    public = build(issue)[1]
    held = page.release(drawn(observation(issue, ENERGY)), public).galleries[0]
    assert not held.shown
    assert all("nobody has reviewed it" in w.why for w in held.waiting)
    homes = page.release(drawn(observation(issue, HOMES)), public).galleries[0]
    assert len(homes.shown) == 3


def test_what_is_not_released_is_only_counted(issue: ReportInput, tmp_path: Path) -> None:
    given = joined(*(drawn(observation(issue, i)) for i in (WAITING, MILITARY)), drawn("o-00000000000f"))
    page.write(given, build(issue)[1], tmp_path)
    text = (tmp_path / "images.html").read_text(encoding="utf-8")
    assert "more pictures belong to what this report does not show" in text
    assert WAITING not in text
    assert MILITARY not in text
    assert not any(p.id in text for p in given.rows)
    leaks(tmp_path, given)


def test_pictures_of_marked_sources_are_not_named(issue: ReportInput) -> None:
    given = drawn(observation(issue, "i-000000000043"))  # AMBER
    assert page.release(given, build(issue)[1]) == page.Released((), 3)


def test_a_picture_that_is_too_fine_or_not_plain_is_held_back(issue: ReportInput) -> None:
    public = build(issue)[1]
    fine = page.release(drawn(observation(issue, HOMES), finest_m=10.0), public).galleries[0]
    assert {w.why for w in fine.waiting} == {"it is finer than 30 m on the ground"}
    given = drawn(observation(issue, HOMES))
    first = given.rows[0]
    data = given.png[first.image]
    note = b"tEXtcomment\x00here"
    extra = data[:33] + (11).to_bytes(4, "big") + note[:15] + zlib.crc32(note[:15]).to_bytes(4, "big") + data[33:]
    from hashlib import sha256

    row = replace(first, image=sha256(extra).hexdigest())
    held = page.release(page.Pictures([row], {row.image: extra}), public).galleries[0]
    assert "not a plain picture" in held.waiting[0].why


def test_the_page_shows_what_may_be_shown_with_its_evidence(issue: ReportInput, tmp_path: Path) -> None:
    given = drawn(observation(issue, HOMES))
    write(issue, tmp_path)
    public = build(issue)[1]
    page.write(given, public, tmp_path)
    first = {p.name: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    text = first["images.html"].decode()
    for p in given.rows:
        assert first[f"{p.image}.png"] == given.png[p.image]
        assert p.alt in text
        assert p.caption in text
        assert p.image in text
    assert Processing.read(given.rows[0].processing).digest() in text
    assert "ab" * 32 in text
    assert "radius m: 500" in text
    assert text.count("<img ") == 3
    assert len(re.findall(r'<img [^>]*alt="[^"]+"', text)) == 3
    for name, data in first.items():
        assert b"34.55" not in data, name
        assert b"34.5471" not in data, name
    sheet = json.loads(first["images.json"])
    assert len(sheet["galleries"][0]["shown"]) == 3
    page.write(given, public, tmp_path)
    assert first == {p.name: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}


def test_a_new_issue_removes_what_the_old_one_showed(
    issue: ReportInput, with_fields: Callable[..., ReportInput], tmp_path: Path
) -> None:
    given = drawn(observation(issue, HOMES))
    page.write(given, build(issue)[1], tmp_path)
    assert list((tmp_path / "images").glob("*.png"))
    page.write(given, build(with_fields(rules=ReleaseRules(images=ImageRules(delay_days=365))))[1], tmp_path)
    leaks(tmp_path, given)
    assert page.write(page.Pictures(), build(issue)[1], tmp_path) is None
    assert not (tmp_path / "images.html").exists()


def test_bytes_that_are_not_those_described_are_an_error(issue: ReportInput) -> None:
    given = drawn(observation(issue, HOMES))
    p = given.rows[0]
    public = build(issue)[1]
    with pytest.raises(ValueError, match="has no bytes"):
        page.release(page.Pictures([p], {}), public)
    with pytest.raises(ValueError, match="not those that were described"):
        page.release(page.Pictures([p], {p.image: b"x"}), public)


def test_rules_that_are_not_safe_are_refused() -> None:
    with pytest.raises(ValueError, match="10 m or more"):
        ImageRules(finest_m=1.0)
    with pytest.raises(ValueError, match="10 m or more"):
        ImageRules(finest_m=float("nan"))
    with pytest.raises(ValueError, match="0 days or more"):
        ImageRules(delay_days=-1)


def test_a_case_file_states_them() -> None:
    field = CaseFile.model_fields["release"]
    from pydantic import TypeAdapter

    rules = TypeAdapter(field.annotation).validate_python({"images": {"publish": ["p-1"], "delay_days": 90}})
    assert rules.images == ImageRules(publish=("p-1",), delay_days=90)
