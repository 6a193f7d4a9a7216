"""Other programs on the same mailbox: mbsync, getmail6, imap_tools. Used where they are installed, said where not."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench.measure import timed

MBSYNC = """\
IMAPAccount bench
Host {host}
Port {port}
User {user}
Pass "{password}"
SSLType None
AuthMechs LOGIN
Timeout 120

IMAPStore far
Account bench

MaildirStore near
Path {folder}/
Inbox {folder}/inbox

Channel bench
Far :far:
Near :near:
Patterns INBOX
Create Near
Sync Pull
SyncState {folder}/state-
"""
GETMAIL = """\
[retriever]
type = SimpleIMAPRetriever
server = {host}
port = {port}
username = {user}
password = {password}
[destination]
type = Maildir
path = {folder}/inbox/
user = {owner}
[options]
read_all = true
delete = false
verbose = 0
"""
IMAP_TOOLS = """\
import sys, pathlib, imap_tools
host, port, user, password, folder = sys.argv[1:]
with imap_tools.MailBoxUnencrypted(host, int(port)).login(user, password) as box:
    for mail in box.fetch(mark_seen=False):
        for number, part in enumerate(mail.attachments):
            (pathlib.Path(folder) / f"{mail.uid}-{number}").write_bytes(part.payload)
"""


@dataclass(frozen=True)
class Box:
    """A mailbox to pull from."""

    host: str
    port: int
    user: str
    password: str


def installed(python: str) -> dict[str, bool]:
    """Which of them are here. python: the interpreter that has imap_tools, if any."""
    has = subprocess.run([python, "-c", "import imap_tools"], check=False, capture_output=True).returncode == 0
    return {
        "mbsync": shutil.which("mbsync") is not None,
        "getmail6": shutil.which("getmail") is not None,
        "imap_tools": has,
    }


def run(name: str, box: Box, folder: Path, owner: str, python: str) -> tuple[float, int, int]:
    """Pull all of a mailbox into an empty folder: seconds, peak memory in bytes, files that came.

    owner: the user getmail6 delivers as, since it refuses to as root. python: as `installed`.
    """
    folder.mkdir(parents=True)
    filled = {"host": box.host, "port": box.port, "user": box.user, "password": box.password, "folder": folder}
    if name == "mbsync":
        (folder / "rc").write_text(MBSYNC.format(**filled))
        return _measured(["mbsync", "-q", "-c", str(folder / "rc"), "bench"], folder / "inbox")
    if name == "getmail6":
        inbox = folder / "inbox"
        for each in (folder, inbox, *(inbox / part for part in ("cur", "new", "tmp"))):
            each.mkdir(exist_ok=True)
            shutil.chown(each, owner)
        (folder / "rc").write_text(GETMAIL.format(**filled, owner=owner))
        return _measured(["getmail", "--getmaildir", str(folder), "--rcfile", str(folder / "rc")], inbox)
    (folder / "parts").mkdir()
    options = [box.host, str(box.port), box.user, box.password, str(folder / "parts")]
    return _measured([python, "-c", IMAP_TOOLS, *options], folder / "parts")


def _measured(command: list[str], came: Path) -> tuple[float, int, int]:
    took, memory = timed(command)
    return took, memory, sum(1 for path in came.rglob("*") if path.is_file() and path.name[0] != ".")
