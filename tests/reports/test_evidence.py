"""The pictures of what was recognised, in a work's folder."""

import pytest

from reports.evidence import Picture, keep_pictures


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "识别"


def picture(name, key="1", data=b"jpeg"):
    return Picture(name, key, lambda: data)


def unmakable(name, key="1"):
    def make():
        raise OSError("gone")

    return Picture(name, key, make)


def there(folder):
    return sorted(path.name for path in folder.glob("*.jpg"))


def test_pictures_are_written_under_their_names(folder):
    assert keep_pictures(folder, [picture("印章-第1页"), picture("第1页")]) == ["印章-第1页.jpg", "第1页.jpg"]
    assert there(folder) == ["印章-第1页.jpg", "第1页.jpg"]


def test_what_is_there_already_is_not_made_again(folder):
    keep_pictures(folder, [picture("第1页")])
    assert keep_pictures(folder, [unmakable("第1页")]) == ["第1页.jpg"]


def test_a_picture_of_something_else_takes_the_place_of_the_first(folder):
    keep_pictures(folder, [picture("第1页")])
    keep_pictures(folder, [picture("第1页", "2", b"other")])
    assert (there(folder), (folder / "第1页.jpg").read_bytes()) == (["第1页.jpg"], b"other")


def test_what_no_longer_holds_goes_and_the_folder_with_it(folder):
    keep_pictures(folder, [picture("第1页"), picture("第2页")])
    keep_pictures(folder, [picture("第1页")])
    assert there(folder) == ["第1页.jpg"]
    keep_pictures(folder, [])
    assert not folder.exists()


def test_a_file_of_staffs_stays(folder):
    folder.mkdir()
    (folder / "第1页.jpg").write_bytes(b"staff")
    assert keep_pictures(folder, [picture("第1页")]) == ["第1页（2）.jpg"]
    keep_pictures(folder, [])
    assert (folder / "第1页.jpg").read_bytes() == b"staff"


def test_a_picture_staff_changed_is_theirs(folder):
    keep_pictures(folder, [picture("第1页")])
    (folder / "第1页.jpg").write_bytes(b"with a circle drawn on it")
    keep_pictures(folder, [])
    assert (folder / "第1页.jpg").read_bytes() == b"with a circle drawn on it"


def test_a_picture_that_cannot_be_made_is_left_out(folder):
    assert keep_pictures(folder, [unmakable("第1页")]) == []
    assert not folder.exists()


def test_two_of_one_name_are_numbered(folder):
    assert keep_pictures(folder, [picture("印章"), picture("印章", "2")]) == ["印章.jpg", "印章（2）.jpg"]


def test_a_name_cannot_lead_out_of_the_folder(folder):
    assert keep_pictures(folder, [picture("../印章/甲")]) == ["／印章／甲.jpg"]


def test_a_picture_that_was_deleted_is_made_again(folder):
    keep_pictures(folder, [picture("第1页")])
    (folder / "第1页.jpg").unlink()
    keep_pictures(folder, [picture("第1页")])
    assert keep_pictures(folder, [unmakable("第1页")]) == ["第1页.jpg"]


def test_without_its_record_the_program_takes_nothing_for_its_own(folder):
    keep_pictures(folder, [picture("第1页")])
    (folder / ".pictures.json").write_text("{")
    keep_pictures(folder, [])
    assert there(folder) == ["第1页.jpg"]
