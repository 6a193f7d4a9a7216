"""What the mailbox end costs: big and small mails against mbsync, getmail6, imap_tools; memory; a poll without news.

`python -m bench.intake --json` prints one JSON object. All on one Dovecot, started for it on loopback; needs
dovecot-imapd, isync and getmail6 of apt, imap_tools of PyPI if it is to be compared with, and 6 GB of disk for a while.
"""

from __future__ import annotations

import argparse
import base64
import importlib.util
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import peers
from bench.measure import TOP, median, process, ratio, show

PART_BYTES = 109_000_000
_LINES = 100_000
_PLAIN = 57  # bytes that base64 makes a line of 76 characters of


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.intake", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--times", type=int, default=5, help="paired runs against mbsync")
    parser.add_argument("--big", type=int, default=8, help="big mails")
    parser.add_argument("--part-bytes", type=int, default=PART_BYTES, help="of the part in each big mail")
    parser.add_argument("--small", type=int, default=2_000, help="small mails, of 30 kB")
    parser.add_argument("--known", type=int, default=50_000, help="mails in the mailbox where nothing is new")
    parser.add_argument("--slow-peers", type=int, default=1, help="runs of getmail6 and imap_tools; 0 leaves them out")
    parser.add_argument("--imap-tools", default=sys.executable, metavar="PYTHON", help="the Python that has imap_tools")
    parser.add_argument("--only", choices=["big", "small", "memory", "idle"], help="one subject alone")
    parser.add_argument("--folder", type=Path, help="where to work; default: the system's temporary folder")
    asked = parser.parse_args()
    subjects = {"big": big, "small": small, "memory": memory, "idle": idle}
    with server(asked.folder) as dovecot:
        found: dict[str, Any] = {}
        for name, subject in subjects.items():
            if asked.only in (None, name):
                found |= subject(dovecot, asked)
    missing = [name for name, here in peers.installed(asked.imap_tools).items() if not here]
    show(found | ({"not_installed": missing} if missing else {}), as_json=asked.json)


def big(dovecot: Any, asked: argparse.Namespace) -> dict[str, Any]:
    """Mails with a film each."""
    user = filled(dovecot, "big", (_film(number, asked.part_bytes) for number in range(asked.big)))
    return {f"big_{key}": value for key, value in against(dovecot, user, asked.big, asked).items()}


def small(dovecot: Any, asked: argparse.Namespace) -> dict[str, Any]:
    """Mails with a form each."""
    user = filled(dovecot, "small", (_film(number, 20_000) for number in range(asked.small)))
    return {f"small_{key}": value for key, value in against(dovecot, user, asked.small, asked).items()}


class GaveUpError(Exception):
    """Another program ended without having pulled all: what it said last."""


def against(dovecot: Any, user: Any, mails: int, asked: argparse.Namespace) -> dict[str, Any]:
    """Ours and mbsync in turn, so that both meet the same moods of the machine; the slow ones after them."""
    here = peers.installed(asked.imap_tools)
    ours, beside, theirs = [], [], []
    found: dict[str, Any] = {}
    for _ in range(asked.times):
        ours.append(our_pull(dovecot, user, mails)[0])
        beside.append(our_pull(dovecot, user, mails, "beside")[0])
        if here["mbsync"] and "mbsync_gave_up" not in found:
            try:
                theirs.append(peer_pull("mbsync", dovecot, user, mails, asked.imap_tools)[0])
            except GaveUpError as error:
                found["mbsync_gave_up"] = str(error)
    found |= {"seconds": median(ours), "beside_seconds": median(beside)}
    if theirs:
        found |= {
            "vs_mbsync": _paired(ours, theirs),
            "beside_vs_mbsync": _paired(beside, theirs),
            "mbsync_seconds": median(theirs),
        }
    for name in ("getmail6", "imap_tools"):
        if here[name] and asked.slow_peers:
            try:
                times = [peer_pull(name, dovecot, user, mails, asked.imap_tools)[0] for _ in range(asked.slow_peers)]
            except GaveUpError as error:
                found[f"{name}_gave_up"] = str(error)
                continue
            found |= {f"{name}_seconds": median(times), f"vs_{name}": ratio(found["seconds"], median(times))}
    return found


def _paired(ours: Sequence[float], theirs: Sequence[float]) -> float:
    return ratio(median([one / other for one, other in zip(ours, theirs, strict=False)]), 1)


def memory(dovecot: Any, asked: argparse.Namespace) -> dict[str, Any]:
    """Peak memory of fetching and extracting one mail of 400 MB, and one of 40 MB."""
    found = {}
    for megabytes in (40, 400):
        part = megabytes * 1_000_000 * _PLAIN // 78
        user = filled(dovecot, f"mail{megabytes}", [_film(megabytes, part)])
        peaks = [our_pull(dovecot, user, 1)[1] for _ in range(3)]
        found[f"rss_mb_{megabytes}"] = round(median(peaks) / 2**20, 1)
    return found


def idle(dovecot: Any, asked: argparse.Namespace) -> dict[str, Any]:
    """A poll with nothing new against a bare login, EXAMINE and SEARCH by imapclient; bytes it moves after login."""
    user = filled(dovecot, "idle", (_note(number) for number in range(asked.known)))
    os.environ["KEPU_BENCH_PASSWORD"] = user.password
    _bare(dovecot, user, asked.known)  # the server reads a new mailbox in: seconds that are nobody's
    ours, bare = [], []
    for _ in range(21):
        bare.append(_seconds(lambda: _bare(dovecot, user, asked.known)))
        ours.append(_seconds(lambda: _poll(dovecot, user, asked.known)))
    recordings = dovecot.record(user)
    _poll(dovecot, user, asked.known)
    moved = sum(path.stat().st_size for path in recordings.iterdir())
    return {
        "idle_vs_bare": ratio(statistics.median(ours), statistics.median(bare)),
        "idle_ms": round(statistics.median(ours) * 1000, 2),
        "bare_ms": round(statistics.median(bare) * 1000, 2),
        "idle_bytes": moved,
    }


def our_pull(dovecot: Any, user: Any, mails: int, *how: str) -> tuple[float, int]:
    """Seconds and peak memory of a process that pulls all of a mailbox; AssertionError if something is missing."""
    folder = dovecot.root / "ours"
    secret = {"KEPU_BENCH_PASSWORD": user.password}
    try:
        seconds, peak = process("-m", "bench.pull", dovecot.url(), user.name, str(folder), *how, environ=secret)
        kept = sum(1 for path in (folder / "store").rglob("*") if path.is_file())
        assert kept == 2 * mails, f"{kept} files for {mails} mails"
        return seconds, peak
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def peer_pull(name: str, dovecot: Any, user: Any, mails: int, python: str) -> tuple[float, int]:
    """The same of another program. GaveUpError if it failed, as getmail6 does when the server keeps it waiting."""
    folder = dovecot.root / name
    box = peers.Box(dovecot.host, dovecot.port, user.name, user.password)
    try:
        seconds, peak, came = peers.run(name, box, folder, "nobody", python)
    except subprocess.CalledProcessError as error:
        raise GaveUpError((error.stderr or "").strip()[-300:] or f"exit {error.returncode}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if came != mails:
        raise GaveUpError(f"{came} of {mails} mails")
    return seconds, peak


def filled(dovecot: Any, name: str, mails: Any) -> Any:
    """An account with these mails, written where the server keeps them, with LF as it does."""
    user = dovecot.make_user(name)
    inbox = user.maildir / "cur"
    inbox.mkdir()
    for number, pieces in enumerate(mails):
        path = inbox / f"{1_728_000_000 + number}.M{number}P1.bench:2,"
        with path.open("wb") as out:
            out.writelines(pieces)
        os.chown(path, dovecot.uid, dovecot.gid)
    os.chown(inbox, dovecot.uid, dovecot.gid)
    os.sync()
    return user


def _film(number: int, size: int) -> Iterator[bytes]:
    """A mail with one part of that many bytes, like no other."""
    yield (
        f"Message-ID: <{number}.{size}@bench>\nFrom: a@qq.com\nTo: kepuwsp@163.com\nSubject: =?gb2312?B?zbbOuw==?=\n"
        'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\n\ntougao\n'
        '--b\nContent-Type: video/mp4; name="a.mp4"\nContent-Transfer-Encoding: base64\n\n'
    ).encode()
    lot = os.urandom(_PLAIN * min(_LINES, -(-size // _PLAIN)))
    lines = base64.encodebytes(lot)
    for _ in range(size // len(lot)):
        yield lines
    yield base64.encodebytes(lot[: size % len(lot)])
    yield b"--b--\n"


def _note(number: int) -> Iterator[bytes]:
    yield f"Message-ID: <{number}@bench>\nSubject: note\n\ntext\n".encode()


def _bare(dovecot: Any, user: Any, known: int) -> None:
    from imapclient import IMAPClient

    client = IMAPClient(dovecot.host, dovecot.port, ssl=False)
    client.login(user.name, user.password)
    client.select_folder("INBOX", readonly=True)
    client.search(["UID", f"{known + 1}:*"])
    client.logout()


def _poll(dovecot: Any, user: Any, known: int) -> None:
    from bench.pull import Nothing, source_of

    seen = Nothing()
    seen.last_uid = known
    with source_of(dovecot.url(), user.name) as source:
        for folder in source.folders():
            assert list(source.listing(folder, seen)) == []


def _seconds(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@contextmanager
def server(folder: Path | None) -> Iterator[Any]:
    """The Dovecot of the tests, in a folder of its own."""
    program = shutil.which("dovecot", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"]))
    if program is None:
        sys.exit("this needs Dovecot: apt-get install dovecot-imapd")
    spec = importlib.util.spec_from_file_location("kepu_bench_dovecot", TOP / "tests" / "servers" / "dovecot.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    root = Path(tempfile.mkdtemp(dir=folder and folder.resolve(), prefix="kepu-bench-"))
    root.chmod(0o755)
    try:
        dovecot = module.Dovecot(root, program)
        try:
            yield dovecot
        finally:
            dovecot.stop()
    finally:
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    main()
