"""Runs LibreOffice and watches it. A program of its own: it is run by `parsers.soffice`, never imported.

Arguments: seconds, bytes resident, then the command. Its standard input is a pipe that ends when whoever asked is gone.
It prints one line: "" if the command ended by itself, else a key of BROKEN_REASONS. Nothing the command has started is
left when it ends: it leads a group of its own, and what leaves the group becomes its child.
"""

import ctypes
import os
import resource
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

_WATCH_S = 0.1
_NICE = 10
_KILLED_FIRST = 1000  # the kernel, out of memory, ends this and not the run
_MAX_FILE = 512 * 2**20  # bytes of one file it may write
_NORMAL = (0, 1)  # newer ones end with 1 where a file could not be loaded
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of prctl(2)
_MAX_FAMILY = 64
_PAGE = os.sysconf("SC_PAGE_SIZE")


def main() -> int:
    """Run the command to its end, or end it; always 0, what happened is printed."""
    seconds, max_bytes, command = float(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    _step_back(seconds)
    _leave_the_network()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        sys.stdout.write(_watched(process, seconds, max_bytes))
        sys.stdout.flush()
    finally:
        _end_all()
    return 0


def _step_back(seconds: float) -> None:
    os.nice(max(0, _NICE - os.nice(0)))
    try:
        Path("/proc/self/oom_score_adj").write_text(str(_KILLED_FIRST))
    except OSError:  # some containers forbid it, and it only chooses a victim
        sys.stderr.write("oom_score_adj is not ours to set\n")
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    cpu = int(seconds) * 2 + 10
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_MAX_FILE, _MAX_FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _leave_the_network() -> None:
    """No network at all, not even loopback, where the kernel lets us; elsewhere the profile's dead proxy must do."""
    user, group = os.getuid(), os.getgid()
    libc = ctypes.CDLL(None)
    if libc.unshare(_CLONE_NEWNET) == 0 or libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
        return
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        Path(f"/proc/self/{name}").write_text(text)


def _watched(process: "subprocess.Popen[bytes]", seconds: float, max_bytes: int) -> str:
    until = time.monotonic() + seconds
    while process.poll() is None:
        gone, _, _ = select.select([0], [], [], _WATCH_S)
        if gone and not os.read(0, 1):
            return "crashed"
        if time.monotonic() > until:
            return "too-slow"
        if sum(_resident(pid) for pid in _family()) > max_bytes:
            return "too-big"
    return "" if process.returncode in _NORMAL else "crashed"


def _family() -> list[int]:
    """All that was started from here and lives."""
    waiting = [os.getpid()]
    found: list[int] = []
    while waiting and len(found) < _MAX_FAMILY:
        pid = waiting.pop()
        children = [child for task in _tasks(pid) for child in _children(task)]
        found += children
        waiting += children
    return found


def _tasks(pid: int) -> list[Path]:
    """Its threads: what a thread has started is told of that thread only."""
    try:
        return list(Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return []


def _children(task: Path) -> list[int]:
    try:
        return [int(one) for one in (task / "children").read_bytes().split()]
    except OSError:
        return []


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_bytes().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def _end_all() -> None:
    """Kill until nothing is left: what dies last may have started something meanwhile."""
    while family := _family():
        for pid in family:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


if __name__ == "__main__":
    sys.exit(main())
