"""`kepu check`: one function a line it prints. Each line says what was tried, and the mend where it failed."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ingest.config import CloudTable, Config, Mailbox, Malware, Sender, password
from ingest.context import ledger_of
from ingest.errors import Exit, KepuError
from ingest.health import AFTERWARDS, MISSED, is_stale, silence
from ingest.ledger import Ledger
from ingest.ledger.rows import Row
from ingest.malware import Clamd
from ingest.model import UNCHECKED_WORDS, Scan
from ingest.outbox.answers import Fate
from ingest.outbox.smtp import Post
from ingest.sources import open_source
from ingest.sources.cloud.guard import is_public
from ingest.sources.cloud.network import Resolve, lookup
from ingest.stages.digests import mailbox_of
from ingest.stages.letterhead import templates_of, wrong_template
from ingest.stages.send import account_of, stop_file
from parsers.soffice import PACKAGE, office_program
from parsers.tools import unpackers

GB = 1_000_000_000
LONG_BEFORE = dt.timedelta(days=180)
CLOUD_HOST = "mail.163.com"
"""A host every contest fetches from; only its name is looked up."""


@dataclass(frozen=True)
class CheckLine:
    """One line: ok True, False, or None for a note that is no fault. `exit_code`: the one it asks for."""

    name: str
    ok: bool | None
    text: str
    mend: str = ""
    exit_code: Exit = Exit.DONE


def run_checks(
    config: Config,
    *,
    environ: Mapping[str, str],
    clock: Callable[[], dt.datetime],
    resolve: Resolve = lookup,
) -> Iterator[CheckLine]:
    """The lines one by one, since a mailbox may take its time. What fails is a line, never an exception.

    resolve: how names become addresses; it is asked only where a mailbox is on another machine.
    """
    yield check_config(config)
    for mailbox in config.mailboxes:
        line = check_mailbox(mailbox, environ)
        if line.ok:
            reopen(config, mailbox, clock())
        yield line
    yield from check_silence(config, clock())
    yield from check_replies(config, environ)
    yield from check_daily(config)
    yield check_space(config.storage.root, config.storage.reserve_bytes)
    yield check_root(config.storage.root)
    yield check_share(config.storage.share, config.storage.root)
    yield check_office(office_program())
    yield check_unpackers(unpackers())
    yield check_clamd(config.malware)
    if any(_is_away(mailbox) for mailbox in config.mailboxes):
        yield from check_names(config.cloud, resolve)
    yield check_clock(config, clock(), fixed=bool(environ.get("KEPU_NOW")))


def check_config(config: Config) -> CheckLine:
    """It could be read, or nobody would be here; units still to be confirmed are a note."""
    rules = sum(1 for name in type(config.rules).model_fields if getattr(config.rules, name).on)
    unconfirmed = sum(1 for unit in config.recommenders if unit.confirm)
    units = len(config.recommenders)
    text = f"{config.edition.name}：信箱 {len(config.mailboxes)} 个，规则 {rules} 条，推荐单位 {units} 个"
    note = f"（其中 {unconfirmed} 个待主办方确认）" if unconfirmed else ""
    return CheckLine("配置", True, text + note)


def check_mailbox(mailbox: Mailbox, environ: Mapping[str, str]) -> CheckLine:
    """It opens, and its folders are there. Reading only; one login."""
    name = f"信箱 {mailbox.name}"
    try:
        with open_source(mailbox, base=Path.cwd(), password=lambda: password(mailbox, environ)) as source:
            folders = "、".join(folder.name for folder in source.folders())
    except KepuError as error:
        return _failed(name, error)
    return CheckLine(name, True, f"{mailbox.address} 可以打开，邮件夹：{folders}")


def reopen(config: Config, mailbox: Mailbox, now: dt.datetime) -> None:
    """A mailbox that can be logged in to is polled again by the next batch, whatever it refused before."""
    ledger = _ledger(config)
    if ledger is None:
        return
    try:
        with ledger.read(now) as tx:
            left_alone = tx.desk.mailboxes().get(mailbox.name, {}).get("retry_at") is not None
        if left_alone:
            with ledger.begin(now) as tx:
                tx.desk.mailbox_opened(mailbox.name)
    finally:
        ledger.close()


def check_silence(config: Config, now: dt.datetime) -> list[CheckLine]:
    """When each mailbox was last polled well; three polls missed are a fault. Nothing before the first run."""
    ledger = _ledger(config)
    if ledger is None:
        return []
    try:
        with ledger.read(now) as tx:
            rows = tx.desk.mailboxes()
    finally:
        ledger.close()
    return [_silence(config, mailbox, rows.get(mailbox.name), now) for mailbox in config.mailboxes]


def _silence(config: Config, mailbox: Mailbox, row: Row | None, now: dt.datetime) -> CheckLine:
    name, text = f"收信 {mailbox.name}", silence(config, row)
    if not is_stale(config, row, now):
        return CheckLine(name, True, text)
    mend = "请确认 kepu serve 或定时任务在运行，并照上面“信箱”一行处理"
    return CheckLine(name, False, f"{text}。已错过至少 {MISSED} 次收信", mend, Exit.UNREACHABLE)


def _ledger(config: Config) -> Ledger | None:
    """The ledger, None if there is none yet or it cannot be opened: other lines say so."""
    try:
        return ledger_of(config)
    except KepuError:  # a check of the mailboxes goes on without it
        return None


def check_replies(config: Config, environ: Mapping[str, str]) -> Iterator[CheckLine]:
    """What becomes of letters; where they are sent, each account logs in to its server, and no letter goes out."""
    mode, folder = config.replies.mode, templates_of(config)
    if folder is not None and mode != "off":
        yield check_own_templates(config, folder)
    if mode in ("off", "preview"):
        yield CheckLine("回信", True, "已关闭，不写信" if mode == "off" else "只写草稿，不发出")
        return
    word = "放行后发出" if mode == "approve" else "自动发出"
    stopped = stop_file(config.storage.share)
    if stopped is not None:
        mend = f"要恢复发信，请删除 {stopped}"
        yield CheckLine("回信", None, f"{word}；现在暂停，因为有“{stopped.name}”这个文件", mend)
    else:
        yield CheckLine("回信", True, word)
    senders = [config.replies.sender] if config.replies.sender else list(config.mailboxes)
    for who in senders:
        yield check_smtp(who, environ)


def check_daily(config: Config) -> Iterator[CheckLine]:
    """Who gets the daily mails, and from where; no line where nobody does."""
    report, mode = config.report, config.replies.mode
    who = [f"主办方 {len(report.organizers)} 人"] * bool(report.organizers)
    who += [f"编辑 {len(report.staff)} 人"] * bool(report.staff)
    if not who:
        return
    sender = config.replies.sender or mailbox_of(config)
    text = f"{'、'.join(who)}，每天 {config.schedule.daily_at:%H:%M} 由 {sender.address} 发出"
    if mode in ("off", "preview"):
        how = "不写" if mode == "off" else "只写草稿"
        yield CheckLine("日报、晨报", None, f'{text}；[replies] mode = "{mode}" 时{how}，不发出')
    elif not sender.smtp:
        mend = "请在 [[mailboxes]] 中给它写上 smtp，或在 [report] mailbox 换一个能发信的信箱"
        yield CheckLine("日报、晨报", False, f"{text}，但它没有写发信服务器", mend, Exit.USAGE)
    else:
        yield CheckLine("日报、晨报", True, text)


def check_own_templates(config: Config, folder: Path) -> CheckLine:
    """Templates of the operator's own can be filled."""
    wrong = wrong_template(config)
    if wrong is not None:
        return CheckLine("回信模板", False, wrong.why, wrong.mend, Exit.USAGE)
    return CheckLine("回信模板", True, f"{folder} 中的模板可以使用")


def check_smtp(who: Mailbox | Sender, environ: Mapping[str, str]) -> CheckLine:
    """An account can log in to the server its letters are sent by."""
    name = f"发信 {who.name}"
    account = account_of(who)
    if account is None:
        mend = '请在 [[mailboxes]] 中写上 smtp，如 smtp = "smtps://smtp.163.com:465"，或在 [replies] 中写 sender'
        return CheckLine(name, False, f"{who.address} 没有写发信服务器，发不出回信", mend, Exit.USAGE)
    try:
        with Post(account, lambda: password(who, environ)) as post:
            outcome = post.open()
    except KepuError as error:
        return _failed(name, error)
    if outcome.verdict.fate is Fate.SENT:
        return CheckLine(name, True, f"{who.address} 可以登录 {urlsplit(who.smtp).hostname}")
    text = "：".join(filter(None, (outcome.verdict.why, outcome.said)))
    mend = "请核对 smtp 的主机和端口，登录网页信箱确认已开启 SMTP 服务并使用客户端授权码"
    return CheckLine(name, False, text, mend, Exit.UNREACHABLE)


def check_space(root: Path, reserve_bytes: int) -> CheckLine:
    """More room than the reserve where the ledger and the store lie."""
    free = shutil.disk_usage(_standing(root)).free
    text = f"{root} 所在硬盘剩余 {free / GB:.1f} GB，要求至少 {reserve_bytes / GB:.1f} GB"
    if free >= reserve_bytes:
        return CheckLine("硬盘空间", True, text)
    mend = "请清出空间，或在 [storage] root 换一块更大的硬盘"
    return CheckLine("硬盘空间", False, text, mend, Exit.TROUBLE)


def check_root(root: Path) -> CheckLine:
    """A file can be written and renamed there."""
    problem = _written(_standing(root), link=False)[0]
    if problem:
        mend = f"请核对 [storage] root 的位置和写权限（chown、chmod {_standing(root)}）"
        return CheckLine("数据文件夹", False, f"{root} 不能写入：{problem}", mend, Exit.TROUBLE)
    return CheckLine("数据文件夹", True, f"{root} 可写{_to_come(root)}")


def check_share(share: Path, root: Path | None = None) -> CheckLine:
    """A write, a rename and a hard link are tried on the share; without links films are copied, which is a note.

    root: where the store lies, from which films are linked.
    """
    problem, linked = _written(_standing(share), link=True)
    if problem:
        mend = (
            f"请确认共享盘已挂载、运行本程序的用户可以新建、改名和删除文件（{_standing(share)}），或改 [storage] share"
        )
        return CheckLine("共享文件夹", False, f"{share} 不能写入：{problem}", mend, Exit.TROUBLE)
    if not linked:
        return CheckLine("共享文件夹", None, f"{share} 可写、可改名，不支持硬链接：视频将复制过去，多占一份空间")
    if root is not None and _standing(root).stat().st_dev != _standing(share).stat().st_dev:
        return CheckLine(
            "共享文件夹", None, f"{share} 可写、可改名，与数据文件夹不在同一个盘：视频将复制过去，多占一份空间"
        )
    return CheckLine("共享文件夹", True, f"{share} 可写、可改名、可建硬链接{_to_come(share)}")


def check_office(program: str | None) -> CheckLine:
    """LibreOffice with its Writer, which old documents are read by; not having it is a note. program: its path."""
    name = "LibreOffice"
    if program:
        return CheckLine(name, True, f"已安装：{program}，旧版文档（.doc、.wps、.rtf、.odt）可以自动读取")
    text = "未安装（可选）：旧版文档（.doc、.wps、.rtf、.odt）由人工查看"
    mend = f"安装后下次运行会自动补读：apt-get install --no-install-recommends {PACKAGE}"
    return CheckLine(name, None, text, mend)


def check_unpackers(found: Mapping[str, str]) -> CheckLine:
    """Programs that open rar: name to path. One does, but only unar opens what is locked or in volumes."""
    name = "RAR 解压"
    if "unar" in found:
        return CheckLine(name, True, f"已安装：{'、'.join(found.values())}")
    if found:
        return CheckLine(
            name, None, f"已安装：{'、'.join(found.values())}；加密、分卷的 RAR 还需要 unar（可选），没有时由人工解开"
        )
    return CheckLine(name, None, "未安装 unar 或 bsdtar（可选）：RAR 压缩包由人工解开")


def check_clamd(settings: Malware) -> CheckLine:
    """It answers, and takes files as large as the config says: nothing else tells its own limit."""
    name = "clamd"
    if not settings.clamd:
        return CheckLine(name, None, "没有配置（可选）：附件不做病毒扫描，台账里写明“未检查”")
    clamd = Clamd(settings.clamd, settings.timeout_s)
    try:
        version = clamd.version()
        found = _scan_of_zeros(clamd, settings.max_bytes)
    except OSError as error:
        mend = "请确认 clamd 在运行、地址没有写错、运行本程序的用户可以连接（unix 套接字要加入 clamav 组）"
        return CheckLine(name, False, f"{settings.clamd} 连接不上：{error.strerror or error}", mend, Exit.UNREACHABLE)
    text = f"可用：{version}，单个文件上限 {settings.max_bytes / 10**6:.0f} MB"
    if found.is_checked:
        return CheckLine(name, True, text)
    why = UNCHECKED_WORDS.get(found.reason, UNCHECKED_WORDS["failed"])
    mend = "请在 clamd.conf 中把 StreamMaxLength、MaxFileSize、MaxScanSize 调到不小于 [malware] max_bytes，或把它调小"
    return CheckLine(name, False, f"{text}，但试扫这么大的文件没有成功（{why}）", mend, Exit.USAGE)


def _is_away(mailbox: Mailbox) -> bool:
    url = urlsplit(mailbox.url)
    host = url.hostname or ""
    return url.scheme in ("imap", "imaps") and host not in ("", "localhost", "::1") and not host.startswith("127.")


def check_names(settings: CloudTable, resolve: Resolve) -> list[CheckLine]:
    """The name of a file host is a public address, or every link is refused: some proxies make up others (198.18.*).

    Nothing is looked up where links are not fetched, or a rehearsal answers for all hosts.
    """
    if not settings.on or settings.rehearsal is not None:
        return []
    name = "云附件"
    try:
        found = tuple(resolve(CLOUD_HOST))
    except OSError:
        text = f"{CLOUD_HOST} 查不到地址，云附件暂时下载不了"
        return [CheckLine(name, None, text, "请检查网络和 DNS；恢复后程序会自己再试")]
    odd = [address for address in found if not is_public(address)]
    if not odd:
        return [CheckLine(name, True, f"{CLOUD_HOST} 解析到公网地址，可以下载")]
    text = f"{CLOUD_HOST} 被解析到 {odd[0]}，不是公网地址，云附件会全部因安全拒绝，转给人工"
    mend = "多半是本机或路由器上的代理软件改写了 DNS（fake-IP）：请让这台机器直连，或在代理中为它关闭 fake-IP"
    return [CheckLine(name, False, text, mend, Exit.UNREACHABLE)]


def _scan_of_zeros(clamd: Clamd, size: int) -> Scan:
    """The verdict on a file of that size that takes no room on the disk."""
    with tempfile.NamedTemporaryFile() as file:
        file.truncate(size)
        return clamd.scan(Path(file.name))


def check_clock(config: Config, now: dt.datetime, *, fixed: bool) -> CheckLine:
    """The clock against the edition: arrivals are dated by servers, but expiries and days are counted by it."""
    edition = config.edition
    text = f"{now.astimezone(edition.zone):%Y-%m-%d %H:%M}（{edition.timezone}）"
    if fixed:
        return CheckLine("时钟", None, f"{text}，由环境变量 KEPU_NOW 固定，正式运行请去掉它")
    if now < edition.opens_at - LONG_BEFORE:
        mend = "请校准系统时间（如启用 systemd-timesyncd），或核对 [edition] 的日期"
        return CheckLine("时钟", False, f"{text}，比本届启动日 {edition.opens} 早半年以上", mend, Exit.TROUBLE)
    if now > edition.deadline_at + AFTERWARDS:
        return CheckLine("时钟", None, f"{text}，本届截止（{edition.deadline}）已久：若不是查看旧届，请换上本届的配置")
    return CheckLine("时钟", True, text)


def _failed(name: str, error: KepuError) -> CheckLine:
    why = f"（{error.why}）" if error.why else ""
    return CheckLine(name, False, f"{error.what}{why}", error.mend, error.exit_code)


def _standing(path: Path) -> Path:
    """The path, or the nearest folder above it that exists: a check makes no folders."""
    return next((folder for folder in (path, *path.parents) if folder.is_dir()), Path("/"))


def _to_come(path: Path) -> str:
    return "" if path.is_dir() else "（尚未建立，第一次运行时会建立）"


def _written(folder: Path, *, link: bool) -> tuple[str, bool]:
    """Why a file cannot be written and renamed there ("" if it can), and whether it can be linked."""
    tried = "新建文件"
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".kepu-check-") as scratch:
            first, second = Path(scratch) / "试写", Path(scratch) / "改名"
            with first.open("wb") as out:
                out.write("试写".encode())
                out.flush()
                os.fsync(out.fileno())
            tried = "改名"
            first.rename(second)
            tried = "删除"
            linked = link and _linked(second)
        return "", linked
    except OSError as error:
        return f"{tried}时出错，{error.strerror or type(error).__name__}", False


def _linked(file: Path) -> bool:
    try:
        file.with_name("链接").hardlink_to(file)
    except OSError:  # a share without hard links is no fault: the caller says so
        return False
    return True
