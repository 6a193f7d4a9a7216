from __future__ import annotations

import hashlib
import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reports.folders import FileWish, file_name, folder_name, place, safe_name


@pytest.fixture
def store(tmp_path):
    (tmp_path / "store").mkdir()

    def wish(content: bytes, name: str, link: bool = False, old: bool = False) -> FileWish:
        digest = hashlib.sha256(content).hexdigest()
        path = tmp_path / "store" / digest
        if not path.exists():
            path.write_bytes(content)
        return FileWish(name, path, digest, len(content), link, old)

    return wish


def seen(folder):
    """Every file with its content and time, the program's record aside."""
    return {
        p.relative_to(folder).as_posix(): (p.read_bytes(), p.stat().st_mtime_ns)
        for p in folder.rglob("*")
        if p.is_file() and p.name != ".placed.json"
    }


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("星空的秘密", "星空的秘密"),
        ("../../etc/passwd", "／..／etc／passwd"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("com¹", "_com¹"),
        ('a/b\\c:d*e?f"g<h>i|j#k%l', "a／b＼c：d＊e？f＂g＜h＞i｜j＃k％l"),
        ("尾点. . ", "尾点"),
        ("\u202eexe.4pm\x00\n甲", "exe.4pm 甲"),
        ("e\u0301", "é"),
        ("", "未命名"),
        ("...", "未命名"),
        ("~$台账.xlsx", "$台账.xlsx"),
    ],
)
def test_safe_name_of_hostile_text(text, name):
    assert safe_name(text) == name


@given(st.text(max_size=300), st.integers(20, 180))
@example("con" + "." * 200 + "x", 20)
@example("a" * 19 + " " + "b", 20)
def test_safe_name_is_always_safe(text, limit):
    name = safe_name(text, limit)
    assert 0 < len(name.encode()) <= limit
    assert not re.search(r'[\\/:*?"<>|#%\x00-\x1f\x7f]', name)
    assert name == name.strip(" .") == unicodedata.normalize("NFC", name)
    assert not re.match(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)", name)
    assert [c for c in name if unicodedata.category(c)[0] == "C"] == []


@pytest.mark.parametrize(("text", "name"), [("长" * 90 + ".docx", "长" * 58 + ".docx"), ("长" * 90 + ". x", "长" * 60)])
def test_safe_name_that_is_cut_keeps_its_extension_and_whole_characters(text, name):
    assert safe_name(text) == name


@given(st.text(max_size=100))
def test_safe_name_of_a_safe_name_is_itself(text):
    assert safe_name(safe_name(text)) == safe_name(text)


def test_folder_name_holds_id_and_title():
    assert folder_name("R2024-0001", "天/地") == "R2024-0001 天／地"


def test_file_name_by_kind_and_number():
    assert (file_name("视频", "甲", ".MP4"), file_name("扫描件", "甲", "pdf", 2)) == ("视频-甲.mp4", "扫描件-甲-2.pdf")


def test_file_name_keeps_its_number_and_ending_when_long():
    name = file_name("扫描件", "长" * 200, "pdf", 12)
    assert (len(name.encode()) <= 190, name[-7:]) == (True, "-12.pdf")


def test_documents_are_copied(tmp_path, store):
    placed = place(tmp_path / "w", [store(b"doc", "推荐表-甲.docx")])
    assert [(p.path.read_bytes(), p.how) for p in placed] == [(b"doc", "copied")]


def test_films_are_linked_read_only(tmp_path, store):
    wish = store(b"film", "视频-甲.mp4", link=True)
    (placed,) = place(tmp_path / "w", [wish])
    assert (placed.how, placed.path.samefile(wish.source_path)) == ("linked", True)
    assert placed.path.stat().st_mode & 0o222 == 0


def test_a_second_call_touches_nothing(tmp_path, store):
    wishes = [store(b"doc", "推荐表-甲.docx"), store(b"film", "视频-甲.mp4", link=True)]
    place(tmp_path / "w", wishes)
    before = seen(tmp_path / "w")
    assert [p.how for p in place(tmp_path / "w", wishes)] == ["kept", "kept"]
    assert seen(tmp_path / "w") == before


def test_a_version_that_was_followed_lies_once_in_the_old_ones(tmp_path, store):
    place(tmp_path / "w", [store(b"v1", "视频-甲.mp4")])
    old, new = store(b"v1", "视频-甲.mp4", old=True), store(b"v2", "视频-甲.mp4")
    assert [p.how for p in place(tmp_path / "w", [old, new])] == ["moved", "copied"]
    assert {path: content for path, (content, _) in seen(tmp_path / "w").items()} == {
        "旧版/视频-甲.mp4": b"v1",
        "视频-甲.mp4": b"v2",
    }
    assert [p.how for p in place(tmp_path / "w", [old, new])] == ["kept", "kept"]


def test_an_old_version_comes_back_without_being_copied(tmp_path, store):
    wish = store(b"v1", "视频-甲.mp4")
    place(tmp_path / "w", [wish])
    place(tmp_path / "w", [])
    assert [p.how for p in place(tmp_path / "w", [wish])] == ["moved"]


def test_an_old_version_that_proves_bad_is_removed(tmp_path, store):
    place(tmp_path / "w", [store(b"v1", "视频-甲.mp4")])
    place(tmp_path / "w", [])
    place(tmp_path / "w", [], banned={store(b"v1", "x").sha256})
    assert seen(tmp_path / "w") == {}


@given(st.text(max_size=400), st.text(max_size=400))
def test_a_path_on_the_share_fits_windows(title, other):
    path = f"works/{folder_name('R2024-0001', title)}/旧版/{file_name('未采用的播放证明', other, 'docx', 99)}"
    assert len(path.encode("utf-16-le")) // 2 <= 180


def test_an_old_version_moves_aside(tmp_path, store):
    place(tmp_path / "w", [store(b"v1", "推荐表-甲.docx")])
    place(tmp_path / "w", [store(b"v2", "推荐表-甲.docx")])
    place(tmp_path / "w", [store(b"v3", "推荐表-甲.docx")])
    assert {name: content for name, (content, _) in seen(tmp_path / "w").items()} == {
        "推荐表-甲.docx": b"v3",
        "旧版/推荐表-甲.docx": b"v1",
        "旧版/推荐表-甲（2）.docx": b"v2",
    }


def test_a_file_wished_no_more_moves_aside(tmp_path, store):
    place(tmp_path / "w", [store(b"v1", "扫描件-甲.pdf")])
    place(tmp_path / "w", [])
    assert list(seen(tmp_path / "w")) == ["旧版/扫描件-甲.pdf"]


def test_staffs_own_file_is_never_touched(tmp_path, store):
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "推荐表-甲.docx").write_bytes(b"staff's")
    place(tmp_path / "w", [store(b"ours", "推荐表-甲.docx")])
    place(tmp_path / "w", [])
    assert {name: content for name, (content, _) in seen(tmp_path / "w").items()} == {
        "推荐表-甲.docx": b"staff's",
        "旧版/推荐表-甲（2）.docx": b"ours",
    }


def test_a_copy_staff_worked_in_stays(tmp_path, store):
    place(tmp_path / "w", [store(b"v1", "推荐表-甲.docx")])
    (tmp_path / "w" / "推荐表-甲.docx").write_bytes(b"v1 with notes")
    place(tmp_path / "w", [store(b"v2", "推荐表-甲.docx")])
    assert {name: content for name, (content, _) in seen(tmp_path / "w").items()} == {
        "推荐表-甲.docx": b"v1 with notes",
        "推荐表-甲（2）.docx": b"v2",
    }


def test_a_file_placed_just_before_a_crash_is_taken_for_ours(tmp_path, store):
    wishes = [store(b"doc", "推荐表-甲.docx")]
    place(tmp_path / "w", wishes)
    (tmp_path / "w" / ".placed.json").unlink()
    assert [p.how for p in place(tmp_path / "w", wishes)] == ["kept"]


def test_a_spoilt_record_does_no_harm(tmp_path, store):
    wishes = [store(b"doc", "推荐表-甲.docx")]
    place(tmp_path / "w", wishes)
    (tmp_path / "w" / ".placed.json").write_text('{"../x": 3}')
    assert [p.how for p in place(tmp_path / "w", wishes)] == ["kept"]


def test_two_files_of_one_name_both_stand(tmp_path, store):
    placed = place(tmp_path / "w", [store(b"a", "扫描件-甲.pdf"), store(b"b", "扫描件-甲.pdf")])
    assert [p.path.name for p in placed] == ["扫描件-甲.pdf", "扫描件-甲（2）.pdf"]


def test_a_link_in_the_way_is_not_followed(tmp_path, store):
    (tmp_path / "w").mkdir()
    (tmp_path / "secret").write_bytes(b"keep")
    (tmp_path / "w" / "推荐表-甲.docx").symlink_to(tmp_path / "secret")
    place(tmp_path / "w", [store(b"ours", "推荐表-甲.docx")])
    assert (tmp_path / "secret").read_bytes() == b"keep"


def test_place_removes_what_nobody_may_open_any_more(store, tmp_path):
    bad = store(b"bad", "播放证明-甲.docx")
    place(tmp_path / "w", [bad, store(b"good", "推荐表-甲.docx")])
    place(tmp_path / "w", [store(b"good", "推荐表-甲.docx")], {bad.sha256})
    assert list(seen(tmp_path / "w")) == ["推荐表-甲.docx"]
