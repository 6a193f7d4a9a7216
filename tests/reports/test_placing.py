"""One file takes the place of another that people save over at any moment."""

import os

import pytest

from reports import placing
from reports.placing import ChangedMeanwhileError, put_in_place, remove_seen, restore, same_content, signature, sweep


@pytest.fixture
def files(tmp_path):
    new, path = tmp_path / ".new.tmp", tmp_path / "台账.xlsx"
    new.write_bytes(b"new")
    path.write_bytes(b"old")
    return new, path


def test_a_file_takes_the_place_of_one_that_is_as_it_was_seen(files):
    new, path = files
    put_in_place(new, path, signature(path))
    assert path.read_bytes() == b"new"


def test_a_file_saved_since_stays(files):
    new, path = files
    seen = signature(path)
    path.write_bytes(b"saved by staff")
    with pytest.raises(ChangedMeanwhileError):
        put_in_place(new, path, seen)
    assert path.read_bytes() == b"saved by staff"


def test_a_file_of_other_bytes_but_the_same_size_and_time_is_told(files):
    _, path = files
    before, seen = path.stat(), signature(path)
    path.write_bytes(b"OLD")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert signature(path) != seen


def saved_at_the_rename(monkeypatch, path, content, call=1):
    """Somebody saves after the last look at the file, before the system's call number `call`."""
    original, calls = placing._renamed, []

    def renamed(one, other, how):
        calls.append(how)
        if len(calls) == call:
            path.write_bytes(content)
        return original(one, other, how)

    monkeypatch.setattr(placing, "_renamed", renamed)


def test_a_file_saved_in_the_very_moment_of_the_rename_goes_back(files, monkeypatch):
    new, path = files
    saved_at_the_rename(monkeypatch, path, b"saved by staff")
    with pytest.raises(ChangedMeanwhileError):
        put_in_place(new, path, signature(path))
    assert path.read_bytes() == b"saved by staff"


def test_a_file_that_came_in_the_very_moment_stays(files, monkeypatch):
    new, path = files
    path.unlink()
    saved_at_the_rename(monkeypatch, path, b"saved by staff")
    with pytest.raises(ChangedMeanwhileError):
        put_in_place(new, path, "")
    assert path.read_bytes() == b"saved by staff"


def test_two_saves_within_the_rename_are_both_there(files, monkeypatch):
    new, path = files
    seen = signature(path)
    original, calls = placing._renamed, []

    def renamed(one, other, how):
        calls.append(how)
        path.write_bytes(b"save %d" % len(calls))
        return original(one, other, how)

    monkeypatch.setattr(placing, "_renamed", renamed)
    with pytest.raises(ChangedMeanwhileError):
        put_in_place(new, path, seen)
    kept = {file.name: file.read_bytes() for file in path.parent.iterdir()}
    assert kept == {"台账.xlsx": b"save 1", "台账（另存）.xlsx": b"save 2"}


def test_a_volume_that_cannot_exchange_names_is_written_all_the_same(files, monkeypatch):
    new, path = files
    monkeypatch.setattr(placing, "_renamed", lambda *_: False)
    put_in_place(new, path, signature(path))
    assert path.read_bytes() == b"new"


def test_a_file_that_is_not_there_takes_none_s_place(files):
    new, path = files
    path.unlink()
    put_in_place(new, path, "")
    assert path.read_bytes() == b"new"


def test_a_file_as_seen_is_removed(files):
    _, path = files
    assert (remove_seen(path, signature(path)), path.exists()) == (True, False)


def test_a_file_saved_since_is_not_removed(files):
    _, path = files
    seen = signature(path)
    path.write_bytes(b"saved by staff")
    assert (remove_seen(path, seen), path.read_bytes()) == (False, b"saved by staff")


def test_the_same_bytes_saved_again_are_the_same_content(files):
    _, path = files
    one = signature(path)
    path.write_bytes(b"old")
    assert same_content(one, signature(path)) is True


def test_what_a_killed_run_set_aside_comes_back(files):
    _, path = files
    path.replace(path.with_name(".台账.xlsx.77.gone"))
    restore(path)
    assert [(file.name, file.read_bytes()) for file in path.parent.glob("*台账*")] == [("台账.xlsx", b"old")]


def test_what_was_set_aside_is_no_reason_to_lose_what_came_since(files):
    _, path = files
    path.with_name(".台账.xlsx.77.gone").write_bytes(b"older")
    restore(path)
    assert {file.name: file.read_bytes() for file in path.parent.glob("*台账*")} == {
        "台账.xlsx": b"old",
        "台账（另存）.xlsx": b"older",
    }


def test_what_killed_runs_were_writing_is_swept(files):
    _, path = files
    path.with_name(".台账.xlsx.77.tmp").write_bytes(b"half")
    sweep(path)
    assert [file.name for file in path.parent.glob("*台账*")] == ["台账.xlsx"]
