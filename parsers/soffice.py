"""LibreOffice as a program: where it is, the profile it runs with, and the conversion of several files by one call.

What it is given is hostile, so it runs with no network, no macros, no Java and nothing of the user's, under names we
made, in a folder of ours, and is watched by `run_office`: however a conversion ends, nothing of it is left running.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from parsers.tools import ToolMissing

PROGRAMS = ("soffice", "libreoffice")
PACKAGE = "libreoffice-writer-nogui"
"""The Debian package that has what is needed and nothing for a screen."""

_PLACES = (
    *(f"{top}/libreoffice/program/soffice" for top in ("/usr/lib", "/usr/lib64", "/opt")),
    "/snap/bin/libreoffice",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
)
_FILTER = "docx:MS Word 2007 XML"
_SCRIPT = Path(__file__).with_name("run_office.py")
_PATH = "/usr/local/bin:/usr/bin:/bin"
_DEAD = "127.0.0.1"
_DEAD_PORT = 9
_GRACE_S = 20.0

_SETTINGS: tuple[tuple[str, str, str], ...] = (
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Writer/Content/Update", "Link", "2"),  # never
    ("Office.Writer/Content/Update", "Field", "false"),
    ("Office.Java/VirtualMachine", "Enable", "false"),
    ("Office.Recovery/AutoSave", "Enabled", "false"),
    ("Office.Recovery/RecoveryInfo", "Enabled", "false"),
    ("Inet/Settings", "ooInetProxyType", "2"),  # by hand: nobody listens there
    ("Inet/Settings", "ooInetHTTPProxyName", _DEAD),
    ("Inet/Settings", "ooInetHTTPProxyPort", str(_DEAD_PORT)),
    ("Inet/Settings", "ooInetHTTPSProxyName", _DEAD),
    ("Inet/Settings", "ooInetHTTPSProxyPort", str(_DEAD_PORT)),
    ("Inet/Settings", "ooInetFTPProxyName", _DEAD),
    ("Inet/Settings", "ooInetFTPProxyPort", str(_DEAD_PORT)),
)


@dataclass(frozen=True)
class Room:
    """What one call may take: `base_s` seconds and `file_s` for each file; `max_bytes` resident, of all it starts."""

    base_s: float = 30.0
    file_s: float = 2.0
    max_bytes: int = 1_200 * 2**20

    def seconds(self, files: int) -> float:
        """Seconds for a call with so many files."""
        return self.base_s + files * self.file_s


@dataclass(frozen=True)
class Source:
    """A file to convert: where it is, the ending by which LibreOffice expects it, the filter that is to read it."""

    path: Path
    ending: str
    reader: str


@dataclass(frozen=True)
class Conversion:
    """What became of the files of a call: position to its .docx. `ended`: why it was ended early (a key of
    BROKEN_REASONS), "" if it came to its end: then what is not in `made` cannot be read."""

    made: dict[int, Path]
    ended: str = ""


def office_program() -> str | None:
    """The path of a LibreOffice that has its Writer, on PATH or where it usually is; None if there is none."""
    found = (*(path for name in PROGRAMS if (path := shutil.which(name))), *_PLACES)
    return next((path for path in found if os.access(path, os.X_OK) and _has_writer(Path(path))), None)


def _has_writer(program: Path) -> bool:
    """Whether it can read documents: it may be there for workbooks alone. True where it lies in no way known here."""
    folder = program.resolve().parent
    return not (folder / "soffice.bin").exists() or any(folder.glob("libswlo.*"))


def convert(sources: Sequence[Source], folder: Path, profile: Path, room: Room = Room()) -> Conversion:
    """The files as .docx in `folder`, which must be empty, in one call. All of one `reader`.

    profile: a folder of LibreOffice's settings that no other call uses meanwhile; made if it is not there, and removed
    where a call was ended early. ToolMissing without LibreOffice; OSError if a file cannot be read, or written.
    """
    program = office_program()
    if program is None:
        raise ToolMissing(f"LibreOffice is not installed: {PACKAGE}")
    taken, given, temporary = (folder / name for name in ("in", "out", "tmp"))
    for place in (taken, given, temporary):
        place.mkdir()
    names = [f"{position:03d}.{source.ending}" for position, source in enumerate(sources)]
    for name, source in zip(names, sources, strict=True):
        shutil.copyfile(source.path, taken / name)
    _make_profile(profile)
    command = _command(program, profile, sources[0].reader, [f"in/{name}" for name in names])
    ended = _run(command, folder, temporary, room.seconds(len(sources)), room.max_bytes)
    shutil.rmtree(taken, ignore_errors=True)
    if ended:
        shutil.rmtree(profile, ignore_errors=True)
    made = {at: file for at in range(len(sources)) if (file := given / f"{at:03d}.docx").is_file()}
    return Conversion(made, ended)


def _command(program: str, profile: Path, reader: str, names: Sequence[str]) -> list[str]:
    switches = ("--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck", "--nofirststartwizard")
    home = f"-env:UserInstallation={profile.absolute().as_uri()}"
    return [program, home, *switches, f"--infilter={reader}", "--convert-to", _FILTER, "--outdir", "out", *names]


def _make_profile(profile: Path) -> None:
    """Settings without macros, links, Java and network."""
    settings = profile / "user" / "registrymodifications.xcu"
    if settings.exists():
        return
    settings.parent.mkdir(parents=True, exist_ok=True)
    items = "".join(
        f'<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop>'
        "</item>\n"
        for path, name, value in _SETTINGS
    )
    settings.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
        f"{items}</oor:items>\n",
        encoding="utf-8",
    )


def _run(command: Sequence[str], folder: Path, temporary: Path, seconds: float, max_bytes: int) -> str:
    """Why it was ended early, "" if it was not. The watcher ends by itself when we are gone: its input is closed."""
    dead = f"http://{_DEAD}:{_DEAD_PORT}"
    environ = {"PATH": _PATH, "LC_ALL": "C.UTF-8", "HOME": str(folder), "TMPDIR": str(temporary.absolute())}
    environ |= {"OSL_SOCKET_PATH": ".", "SAL_USE_VCLPLUGIN": "svp", "http_proxy": dead, "https_proxy": dead}
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", str(_SCRIPT.resolve()), str(seconds), str(max_bytes), *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=environ,
        start_new_session=True,
    )
    with process:
        try:
            said = process.stdout.read().decode() if process.stdout is not None else ""
            return said if process.wait(_GRACE_S) == 0 else "crashed"
        finally:
            if process.returncode != 0:  # the watcher itself was killed: its group may still be there
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
