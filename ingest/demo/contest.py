"""The sample contest: two mailboxes of mail as it comes, made in seconds, and the config to look at it with."""

from __future__ import annotations

import itertools
import json
import shutil
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ingest.demo import cases_odd, cases_packed, cases_public, cases_recommended
from ingest.demo.desk import Desk
from ingest.demo.netdisk import FOLDER as NETDISK
from ingest.demo.samples import ADDRESSES, DEMO_NOW, FOLDERS, Contest, Sample
from ingest.errors import ConfigError, DiskError

__all__ = ["DEMO_NOW", "Contest", "Sample", "explain", "make_contest", "need_bytes", "prepare"]

VERSION = 6
"""Raised when the sample contest changes: one made by another version is made anew."""

Case = Callable[[Desk], list[Sample]]

RECOMMENDED: tuple[Case, ...] = (*cases_recommended.CASES, *cases_packed.RECOMMENDED)
PUBLIC: tuple[Case, ...] = (*cases_public.CASES, *cases_packed.PUBLIC, *cases_odd.PUBLIC)

MARKER = "样例.json"
_MAIL_BYTES = {False: 490_000_000, True: 150_000_000}
"""The mails of the whole and of the small contest, at the most. Tests hold the makers to it."""
_TIMES_THE_MAIL = 3.5
"""The mail itself, the store's raw copy, its parts and the works' folders, with some room."""

_MAILBOX = """\
[[mailboxes]]
name = "{name}"
track = "{name}"
address = "{address}"
url = "maildir:{folder}"

"""
_CONFIG = """\
# 样例大赛的配置：只写与默认配置不同之处。/ The sample contest's config: what differs from the shipped default.

{mailboxes}[storage]
root = "数据"      # 台账数据库与文件库 / ledger and store
share = "共享"     # 给人看的：reports/台账.xlsx、works/ / what people open
[replies]
backfill_days = 366     # 样例里的来信都算新到的，都起草回信 / all its mail counts as new, and is answered
[report]
organizers = ["zhuban@example.org"]     # 每天一封统计，附脱敏台账 / a mail a day with figures
staff = ["bianji@example.org"]          # 每天一封待办 / a mail a day with what is to be done
"""
_READ_ME = """\
这是 kepu 的样例大赛，全部为程序生成：人物、单位（推荐单位除外）、电话、网址均为虚构。
- 信箱/推荐、信箱/社会：两个收件信箱（Maildir），共 {count} 封邮件。
- 网盘：大多数作品的视频以超大附件链接发来，文件在这里；运行样例时由本机上的一个临时服务器提供下载，不连外网。
  下载完以后，这里与“数据”里的是同一份文件，不多占空间。
- 时钟固定在 2024年10月27日 9:00（截止日期为 10月25日）。
- {films}
- 数据、共享：运行后生成。打开 共享/reports/台账.xlsx 查看结果。
- 整个文件夹可以随时删除。

各邮件的看点：
{notes}
"""
_FILMS = {
    False: "三部视频有比赛要求的大小（102～126 MB）；其余为节省磁盘只有 1～6 MB，因此“大小”一项如实判为不符合。",
    True: "精简样例：所有视频都只有 1～6 MB，因此“大小”一项如实判为不符合。",
}


def make_contest(folder: Path, *, small: bool, say: Callable[[str], None]) -> Contest:
    """Make the sample contest's mail below a folder, which has none yet.

    small: no film of the contest's size. say: gets a line of progress, Chinese. The mail is the same every time.
    """
    mailboxes = {name: folder / where for name, where in FOLDERS.items()}
    for box in mailboxes.values():
        for part in ("tmp", "new", "cur"):
            (box / part).mkdir(parents=True, exist_ok=True)
    scratch, done, stop = folder / "制作中", itertools.count(1), threading.Event()
    total = len(RECOMMENDED) + len(PUBLIC)

    def make(cases: Sequence[Case], place: Path) -> list[Sample]:
        desk, made = Desk(place, mailboxes, small, folder / NETDISK), list[Sample]()
        place.mkdir(parents=True)
        for case in cases:
            if stop.is_set():
                break
            samples = case(desk)
            desk.clear()
            made += samples
            say(f"制作样例邮件（{next(done)}/{total}）：{samples[0].note}")
        return made

    with ThreadPoolExecutor(2) as pool:  # each mailbox by one thread, so that its mails are the same every time
        try:
            halves = list(pool.map(make, (RECOMMENDED, PUBLIC), (scratch / "1", scratch / "2")))
        finally:
            stop.set()
    shutil.rmtree(scratch)
    samples = itertools.chain.from_iterable(halves)
    return Contest(mailboxes, tuple(sorted(samples, key=lambda s: s.received_at)))


def need_bytes(*, small: bool) -> int:
    """Disk the sample contest and a run on it take, at the most."""
    return int(_MAIL_BYTES[small] * _TIMES_THE_MAIL)


def prepare(folder: Path, *, small: bool, say: Callable[[str], None]) -> Path:
    """Have a sample contest in a folder, and return the path of its config.

    One made before by the same version and of the same size is used again, with all that runs have added; another is
    made anew. ConfigError if the folder holds other files, DiskError if there is no room.
    """
    config, marker = folder / "config.toml", folder / MARKER
    found = _marked(marker)
    wanted = {"version": VERSION, "small": small, "done": True}
    if found == wanted and config.exists():
        say(f"沿用已有的样例：{folder}")
        return config
    if found is None and folder.exists() and any(folder.iterdir()):
        raise ConfigError(f"文件夹不是空的：{folder}", mend="请换一个空文件夹，或先移走其中的文件。")
    _ask_for_room(folder, small=small)
    _clear(folder)
    folder.mkdir(parents=True, exist_ok=True)
    marker.write_text(json.dumps({**wanted, "done": False}), "utf-8")
    contest = make_contest(folder, small=small, say=say)
    explain(folder, contest, small=small)
    marker.write_text(json.dumps(wanted), "utf-8")
    return config


def _marked(marker: Path) -> dict[str, object] | None:
    """What the marker says; None if there is none, an empty one if it cannot be read."""
    if not marker.exists():
        return None
    try:
        found = json.loads(marker.read_text("utf-8"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _ask_for_room(folder: Path, *, small: bool) -> None:
    """DiskError if the disk below the folder has not enough room."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    need, free = need_bytes(small=small), shutil.disk_usage(there).free
    if free >= need:
        return
    smaller = "" if small else f"加 --small 制作精简样例（约需 {_gigabytes(need_bytes(small=True))}），或"
    raise DiskError(
        "磁盘空间不足，样例未制作。",
        why=f"约需 {_gigabytes(need)}，{there} 所在磁盘剩余 {_gigabytes(free)}。",
        mend=f"请{smaller}换一个空间充足的文件夹。",
    )


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"


def _clear(folder: Path) -> None:
    """Remove what an earlier sample contest left; nothing else lies in its folder."""
    for name in ("信箱", NETDISK, "制作中", "数据", "共享"):
        shutil.rmtree(folder / name, ignore_errors=True)
    for name in ("config.toml", "说明.txt"):
        (folder / name).unlink(missing_ok=True)


def explain(folder: Path, contest: Contest, *, small: bool) -> Path:
    """Write the config that looks at a made contest, and a page for people; returns the config's path."""
    mailboxes = "".join(
        _MAILBOX.format(name=name, address=ADDRESSES[name], folder=where) for name, where in FOLDERS.items()
    )
    config = folder / "config.toml"
    config.write_text(_CONFIG.format(mailboxes=mailboxes), "utf-8")
    notes = "\n".join(f"- {s.received_at:%m-%d %H:%M} {s.note}" for s in contest.samples)
    page = _READ_ME.format(count=len(contest.samples), films=_FILMS[small], notes=notes)
    (folder / "说明.txt").write_text(page, "utf-8")
    return config
