"""The store: files by content, durably, and nothing half-written ever."""

import hashlib
import os
import resource
import signal
import subprocess
import sys
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import DiskError
from ingest.store import Store, Stored

TEXT = "科普微视频".encode()
DIGEST = hashlib.sha256(TEXT).hexdigest()


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "root")


def leftovers(store):
    return sorted(p.name for p in [*(store.root / "tmp").iterdir(), *(store.root / "scratch").iterdir()])


@pytest.fixture
def small_files():
    """No file of this process may grow beyond 64 KiB while the test runs: the kernel says so, as a full disk would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


def test_put_gives_digest_and_size(store):
    assert store.put([TEXT[:4], b"", TEXT[4:]]) == Stored(DIGEST, len(TEXT))


def test_put_lies_under_its_digest(store):
    store.put([TEXT])
    assert (store.root / "store" / DIGEST[:2] / DIGEST).read_bytes() == TEXT


def test_put_is_read_only(store):
    store.put([TEXT])
    assert store.path(DIGEST).stat().st_mode & 0o777 == 0o444


def test_put_twice_is_one_file(store):
    store.put([TEXT])
    first = store.path(DIGEST).stat().st_ino
    store.put([TEXT])
    assert (store.path(DIGEST).stat().st_ino, leftovers(store)) == (first, [])


def test_put_of_nothing_is_the_empty_file(store):
    assert store.put([]) == Stored(hashlib.sha256(b"").hexdigest(), 0)


@given(chunks=st.lists(st.binary(max_size=50), max_size=8))
def test_put_any_pieces_is_their_join(chunks, tmp_path_factory):
    store = Store(tmp_path_factory.getbasetemp() / "any")
    stored = store.put(chunks)
    assert store.path(stored.sha256).read_bytes() == b"".join(chunks)


def test_put_file_copies(store, tmp_path):
    (tmp_path / "表.docx").write_bytes(TEXT)
    assert store.put_file(tmp_path / "表.docx") == Stored(DIGEST, len(TEXT))
    assert (tmp_path / "表.docx").read_bytes() == TEXT


def test_a_short_file_under_the_digest_is_replaced(store):
    store.put([TEXT])
    store.path(DIGEST).unlink()
    store.path(DIGEST).write_bytes(TEXT[:3])
    store.put([TEXT])
    assert store.path(DIGEST).read_bytes() == TEXT


@pytest.mark.parametrize("name", ["", "../../etc/passwd", DIGEST.upper(), DIGEST[:-1], DIGEST + "\n", "g" * 64])
def test_path_of_what_is_no_digest_is_refused(store, name):
    with pytest.raises(ValueError, match="not a sha256"):
        store.path(name)


def test_has_what_was_put_only(store):
    store.put([TEXT])
    assert (store.has(DIGEST), store.has("0" * 64)) == (True, False)


def test_verify_whole(store):
    store.put([TEXT])
    assert store.verify(DIGEST) is True


def test_verify_changed_bytes(store):
    store.put([TEXT])
    store.path(DIGEST).chmod(0o600)
    store.path(DIGEST).write_bytes(TEXT[::-1])
    assert store.verify(DIGEST) is False


def test_verify_not_there(store):
    assert store.verify(DIGEST) is False


def test_writer_that_fails_leaves_nothing(store):
    def broken_off():
        with store.writer() as writer:
            writer.write(TEXT)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken_off()
    assert (leftovers(store), store.has(DIGEST)) == ([], False)


def test_writer_started_anew_keeps_the_second_only(store):
    with store.writer() as writer:
        writer.write(b"a piece that was longer than all of the text")
        writer.seek(0)
        writer.truncate()
        writer.write(TEXT)
    assert (writer.stored, store.verify(DIGEST)) == (Stored(DIGEST, len(TEXT)), True)


def test_writer_goes_back_to_the_start_only(store):
    with pytest.raises(ValueError, match="start anew"), store.writer() as writer:
        writer.seek(3)


def test_adopt_moves_the_file_in(store):
    with store.scratch() as folder:
        (folder / "1").write_bytes(TEXT)
        assert store.adopt(folder / "1", DIGEST) == Stored(DIGEST, len(TEXT))
        assert list(folder.iterdir()) == []
    assert (store.verify(DIGEST), store.path(DIGEST).stat().st_mode & 0o777) == (True, 0o444)


def test_adopt_what_is_there_drops_the_new_one(store):
    store.put([TEXT])
    before = store.path(DIGEST).stat().st_ino
    with store.scratch() as folder:
        (folder / "1").write_bytes(TEXT)
        store.adopt(folder / "1", DIGEST)
        assert list(folder.iterdir()) == []
    assert store.path(DIGEST).stat().st_ino == before


def test_adopt_refuses_a_link(store, tmp_path):
    (tmp_path / "secret").write_bytes(TEXT)
    with store.scratch() as folder:
        (folder / "1").symlink_to(tmp_path / "secret")
        with pytest.raises(OSError, match="symbolic links"):
            store.adopt(folder / "1", DIGEST)
    assert store.has(DIGEST) is False


def test_adopt_refuses_a_folder(store):
    with store.scratch() as folder, pytest.raises(ValueError, match="regular"):
        store.adopt(folder, DIGEST)


def test_scratch_is_gone_afterwards(store):
    with store.scratch() as folder:
        (folder / "deep").mkdir()
        (folder / "deep" / "1").write_bytes(TEXT)
    assert leftovers(store) == []


def test_sweep_leaves_what_is_in_use(store):
    with store.scratch() as folder, store.writer() as writer:
        writer.write(TEXT)
        assert store.sweep() == 0
        assert folder.is_dir()
    assert store.verify(DIGEST) is True


def test_sweep_removes_what_a_killed_process_left(store):
    program = """
        import os, signal, sys
        from pathlib import Path
        from ingest.store import Store
        store = Store(Path(sys.argv[1]))
        with store.scratch() as folder, store.writer() as writer:
            (folder / "part").write_bytes(b"half")
            writer.write(b"half")
            os.kill(os.getpid(), signal.SIGKILL)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(program), str(store.root)], cwd=os.curdir, check=False)
    assert len(leftovers(store)) == 2
    assert (store.sweep(), leftovers(store)) == (2, [])


def test_sweep_does_not_follow_links(store, tmp_path):
    (tmp_path / "precious").mkdir()
    (store.root / "scratch" / "link").symlink_to(tmp_path / "precious")
    assert (store.sweep(), (tmp_path / "precious").is_dir()) == (1, True)


def test_full_disk_is_the_operators_error_and_leaves_nothing(store, small_files):
    with pytest.raises(DiskError) as caught:
        store.put([b"x" * 100_000])
    assert (caught.value.what, leftovers(store)) == (f"磁盘空间不足，无法写入 {store.root / 'tmp'}", [])


def test_full_disk_passes_and_the_same_put_goes_through(store, small_files):
    with pytest.raises(DiskError):
        store.put([b"x" * 100_000])
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    assert store.put([b"x" * 100_000]).size == 100_000


def test_root_that_is_a_file_is_the_operators_error(tmp_path):
    (tmp_path / "root").write_bytes(b"")
    with pytest.raises(DiskError) as caught:
        Store(tmp_path / "root")
    assert caught.value.what == f"无法写入 {tmp_path / 'root'}"


def test_an_error_of_the_chunks_is_not_taken_for_the_disks(store):
    def chunks():
        yield TEXT
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        store.put(chunks())
    assert leftovers(store) == []


def test_free_bytes_is_the_volumes(store):
    found = os.statvfs(store.root)
    assert abs(store.free_bytes() - found.f_bavail * found.f_frsize) < 2**30


OTHER = "推荐表".encode()
OTHER_DIGEST = hashlib.sha256(OTHER).hexdigest()


def here(store):
    return {p.name for p in (store.root / "store").rglob("*") if p.is_file()}


def test_group_that_ends_well_has_put_all_in_place(store):
    with store.group() as group:
        found = [group.put([TEXT]), group.put([OTHER])]
    assert found == [Stored(DIGEST, len(TEXT)), Stored(OTHER_DIGEST, len(OTHER))]
    assert (store.verify(DIGEST), store.verify(OTHER_DIGEST), leftovers(store)) == (True, True, [])
    assert store.path(DIGEST).stat().st_mode & 0o777 == 0o444


def test_group_is_not_in_the_store_before_the_flush(store):
    with store.group() as group:
        group.put([TEXT])
        before = store.has(DIGEST)
        group.flush()
        assert (before, store.has(DIGEST)) == (False, True)


def test_group_gives_the_bytes_before_and_after_the_flush(store):
    with store.group() as group:
        group.put([TEXT])
        assert group.path(DIGEST).read_bytes() == TEXT
        group.flush()
        assert group.path(DIGEST) == store.path(DIGEST)


def test_group_that_fails_loses_its_files_and_nothing_else(store):
    def broken_off():
        with store.group() as group:
            group.put([TEXT])
            group.flush()
            group.put([OTHER])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken_off()
    assert (here(store), leftovers(store)) == ({DIGEST}, [])


def test_writer_that_fails_in_a_group_loses_its_own_file_only(store):
    def broken_off(group):
        with group.writer() as writer:
            writer.write(OTHER)
            raise RuntimeError

    with store.group() as group:
        group.put([TEXT])
        with pytest.raises(RuntimeError):
            broken_off(group)
    assert (here(store), leftovers(store)) == ({DIGEST}, [])


def test_equal_contents_in_a_group_are_one_file(store):
    with store.group() as group:
        assert group.put([TEXT]) == group.put([TEXT])
        with group.scratch() as folder:
            (folder / "1").write_bytes(TEXT)
            group.adopt(folder / "1", DIGEST)
    assert (here(store), leftovers(store)) == ({DIGEST}, [])


def test_group_leaves_what_the_store_has(store):
    store.put([TEXT])
    before = store.path(DIGEST).stat().st_ino
    with store.group() as group:
        group.put([TEXT])
    assert (store.path(DIGEST).stat().st_ino, leftovers(store)) == (before, [])


def test_group_adopts_out_of_its_scratch(store):
    with store.group() as group:
        with group.scratch() as folder:
            (folder / "1").write_bytes(TEXT)
            assert group.adopt(folder / "1", DIGEST) == Stored(DIGEST, len(TEXT))
        assert group.path(DIGEST).read_bytes() == TEXT
    assert (store.verify(DIGEST), store.path(DIGEST).stat().st_mode & 0o777) == (True, 0o444)


def test_group_refuses_to_adopt_a_link(store, tmp_path):
    (tmp_path / "secret").write_bytes(TEXT)
    with store.group() as group, group.scratch() as folder:
        (folder / "1").symlink_to(tmp_path / "secret")
        with pytest.raises(OSError, match="symbolic links"):
            group.adopt(folder / "1", DIGEST)
    assert here(store) == set()


def test_scratch_of_a_group_is_empty_for_every_item(store):
    with store.group() as group:
        with group.scratch() as folder:
            (folder / "deep").mkdir()
            (folder / "deep" / "1").write_bytes(TEXT)
        with group.scratch() as folder:
            assert list(folder.iterdir()) == []


def test_scratch_of_a_group_within_another_is_another(store):
    with store.group() as group, group.scratch() as outer, group.scratch() as inner:
        assert outer != inner


def test_scratch_of_a_group_is_not_handed_out_again_after_a_failure(store):
    def broken_off(group):
        with group.scratch() as folder:
            failed.append(folder)
            raise RuntimeError

    failed = []
    with store.group() as group:
        with pytest.raises(RuntimeError):
            broken_off(group)
        with group.scratch() as folder:
            assert [folder] != failed


def test_group_without_end_is_flushed_when_full(store):
    with store.group() as group:
        stored = [group.put([b"%d" % number]) for number in range(600)]
        assert (store.has(stored[0].sha256), store.has(stored[-1].sha256)) == (True, False)
    assert len(here(store)) == 600


def test_group_is_full_at_so_many_bytes(store):
    with store.group() as group:
        group.put(bytes(2**20) for _ in range(15))
        before = group.full
        group.put([b"1" * 2**20])
        assert (before, group.full) == (False, True)


def test_full_disk_within_a_group_is_the_operators_error_and_costs_that_file(store, small_files):
    with store.group() as group:
        group.put([TEXT])
        with pytest.raises(DiskError):
            group.put([b"x" * 100_000])
    assert (here(store), leftovers(store)) == ({DIGEST}, [])


def test_flush_that_fails_is_the_operators_error_and_loses_the_group(store):
    (store.root / "store" / DIGEST[:2]).write_bytes(b"no folder")

    def flushed():
        with store.group() as group:
            group.put([TEXT])

    with pytest.raises(DiskError) as caught:
        flushed()
    assert (caught.value.what, leftovers(store)) == (f"无法写入 {store.root / 'store'}", [])


def test_group_goes_on_after_a_flush_that_failed(store):
    blocked = store.root / "store" / DIGEST[:2]
    blocked.write_bytes(b"no folder")
    with store.group() as group:
        group.put([TEXT])
        with pytest.raises(DiskError):
            group.flush()
        blocked.unlink()
        group.put([TEXT])
    assert store.verify(DIGEST) is True


def test_killed_before_the_flush_leaves_nothing_in_the_store(store):
    program = """
        import os, signal, sys
        from pathlib import Path
        from ingest.store import Store
        with Store(Path(sys.argv[1])).group() as group, group.scratch() as folder:
            group.put([b"all of it"])
            (folder / "part").write_bytes(b"half")
            os.kill(os.getpid(), signal.SIGKILL)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(program), str(store.root)], cwd=os.curdir, check=False)
    assert (here(store), store.sweep(), leftovers(store)) == (set(), 1, [])


def test_sweep_leaves_a_group_in_use(store):
    with store.group() as group:
        group.put([TEXT])
        assert store.sweep() == 0
    assert store.verify(DIGEST) is True
