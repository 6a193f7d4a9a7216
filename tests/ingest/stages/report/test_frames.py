"""Pictures of the film that is judged, and its preview, in the work's folder."""

import pytest

from ingest.model import Kind, Material, Part, PartSource, Work
from ingest.stages.report.frames import frames_key, keep_frames, preview_of
from ingest.store import Store
from parsers.facts import VideoFacts
from parsers.filmfacts import Clip, Shot, Watched
from reports.folders import place

PLAIN = VideoFacts(
    container="mov", size=1, width=16, height=9, shown_width=16, shown_height=9, display_aspect=16 / 9, codec="AVC"
)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "root")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "folder").mkdir()
    return tmp_path / "folder"


@pytest.fixture
def work(store):
    """work(shots, clip): a work with a film of which these were kept: what, at_s and the bytes; and the preview's."""

    def make(*shots, clip=b""):
        kept = [
            Shot(what=what, at_s=at_s, width=16, height=9, sha256=store.put([data]).sha256)
            for what, at_s, data in shots
        ]
        preview = Clip(width=16, height=9, size=len(clip), sha256=store.put([clip]).sha256) if clip else None
        facts = PLAIN.model_copy(update={"watched": Watched(shots=tuple(kept), clip=preview)})
        part = Part(1, 1, 0, "a.mov", 1, "a" * 64, "mov", PartSource.ATTACHMENT, kind=Kind.VIDEO, facts=facts)
        return Work("R2024-0001", "recommended", "recommended", "星海寻踪", (Material(part, Kind.VIDEO, True, None),))

    return make


OPENING, CLOSING, SHEET = ("opening", 3.5, b"o"), ("closing", 171.04, b"c"), ("sheet", 0, b"s")


def names(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("[!.]*") if path.is_file())


def test_pictures_lie_there_under_their_names_the_sheet_first(folder, store, work):
    kept = keep_frames(folder, work(CLOSING, OPENING, SHEET), store)
    assert kept == ["九宫格.jpg", "片头-00分03.5秒.jpg", "片尾-02分51.0秒.jpg"]
    assert (folder / "帧" / kept[1]).read_bytes() == b"o"


def test_pictures_of_another_film_take_their_place_and_what_staff_put_there_stays(folder, store, work):
    keep_frames(folder, work(SHEET, OPENING), store)
    (folder / "帧" / "截图.png").write_bytes(b"staff")
    keep_frames(folder, work(("sheet", 0, b"other"), CLOSING), store)
    assert names(folder) == ["帧/九宫格.jpg", "帧/截图.png", "帧/片尾-02分51.0秒.jpg"]
    assert (folder / "帧" / "九宫格.jpg").read_bytes() == b"other"


def test_work_without_a_film_that_was_looked_at_has_no_pictures(folder, store, work):
    keep_frames(folder, work(SHEET), store)
    assert (keep_frames(folder, work(), store), names(folder)) == ([], [])


def test_picture_that_is_not_in_the_store_is_left_out(folder, store, work):
    made = work(SHEET, OPENING)
    store.path(made.video.watched.shots[1].sha256).unlink()
    assert keep_frames(folder, made, store) == ["九宫格.jpg"]


def test_preview_lies_beside_the_film(folder, store, work):
    place(folder, preview_of(work(clip=b"small"), store))
    assert (folder / "视频预览.mp4").read_bytes() == b"small"


def test_preview_that_is_wanted_no_more_is_gone_for_good(folder, store, work):
    place(folder, preview_of(work(clip=b"small"), store))
    place(folder, preview_of(work(), store))
    assert names(folder) == []


def test_preview_of_another_film_takes_its_place(folder, store, work):
    place(folder, preview_of(work(clip=b"small"), store))
    place(folder, preview_of(work(clip=b"other"), store))
    assert (names(folder), (folder / "视频预览.mp4").read_bytes()) == (["视频预览.mp4"], b"other")


def test_preview_leaves_a_file_of_staff_s_alone(folder, store, work):
    (folder / "视频预览.mp4").write_bytes(b"staff")
    placed = place(folder, preview_of(work(clip=b"small"), store))
    assert ([one.path.name for one in placed], (folder / "视频预览.mp4").read_bytes()) == (
        ["视频预览（2）.mp4"],
        b"staff",
    )


def test_the_key_changes_with_pictures_and_preview(work):
    keys = [work(), work(SHEET), work(("sheet", 0, b"x")), work(SHEET, clip=b"c")]
    assert len({frames_key(one) for one in keys}) == 4
