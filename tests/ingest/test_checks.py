import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.checks import (
    CheckLine,
    check_clamd,
    check_clock,
    check_config,
    check_daily,
    check_mailbox,
    check_names,
    check_office,
    check_replies,
    check_root,
    check_share,
    check_space,
    check_unpackers,
    run_checks,
)
from ingest.config import Malware, load
from ingest.errors import Exit

NOON = dt.datetime.fromisoformat("2024-10-20T12:00:00+08:00")
CONFIG = """
[[mailboxes]]
name = "public"
track = "public"
address = "a@126.com"
url = "maildir:mail"

[[recommenders]]
name = "甲省科学技术厅"
kind = "province"
quota = 5

[[recommenders]]
name = "乙部"
kind = "member"
quota = 5
confirm = true
"""


@pytest.fixture
def config(tmp_path):
    for folder in ("cur", "new", "tmp"):
        (tmp_path / "mail" / folder).mkdir(parents=True)
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    return load(tmp_path / "config.toml", environ={}, cwd=tmp_path)


def test_config_line_counts_what_is_in_it(config):
    assert check_config(config) == CheckLine(
        "配置", True, "2024年全国科普微视频大赛：信箱 1 个，规则 34 条，推荐单位 2 个（其中 1 个待主办方确认）"
    )


def test_mailbox_line_names_its_folders(config):
    assert check_mailbox(config.mailbox("public"), {}) == CheckLine(
        "信箱 public", True, "a@126.com 可以打开，邮件夹：INBOX"
    )


def test_mailbox_that_is_not_there_is_unreachable(config, tmp_path):
    (tmp_path / "mail").rename(tmp_path / "away")
    line = check_mailbox(config.mailbox("public"), {})
    assert (line.ok, line.exit_code) == (False, Exit.UNREACHABLE)
    assert line.mend


def test_mailbox_on_a_server_is_logged_in_to(config, dovecot):
    user = dovecot.make_user("check-login")
    box = config.mailbox("public").model_copy(update={"url": dovecot.url(), "user": user.name})
    assert check_mailbox(box, {"KEPU_PUBLIC_PASSWORD": user.password}) == CheckLine(
        "信箱 public", True, "a@126.com 可以打开，邮件夹：INBOX"
    )


def test_mailbox_with_a_wrong_password_is_unreachable(config, dovecot):
    user = dovecot.make_user("check-refused")
    box = config.mailbox("public").model_copy(update={"url": dovecot.url(), "user": user.name})
    line = check_mailbox(box, {"KEPU_PUBLIC_PASSWORD": "wrong"})
    assert (line.ok, line.exit_code) == (False, Exit.UNREACHABLE)
    assert "wrong" not in line.text


def test_replies_line_of_preview_is_fine(config):
    assert list(check_replies(config, {})) == [CheckLine("回信", True, "只写草稿，不发出")]


def test_replies_lines_of_send_name_the_mailbox_without_a_server(config):
    replies = config.replies.model_copy(update={"mode": "send"})
    said, line = check_replies(config.model_copy(update={"replies": replies}), {})
    assert (said.text, line.ok, line.exit_code, "没有写发信服务器" in line.text) == (
        "自动发出",
        False,
        Exit.USAGE,
        True,
    )


@pytest.mark.parametrize(
    ("mode", "smtp", "ok"), [("preview", "", None), ("send", "", False), ("send", "smtps://smtp.126.com:465", True)]
)
def test_daily_mails_line_says_to_whom_and_whether_they_go(config, mode, smtp, ok):
    changed = {
        "mailboxes": tuple(box.model_copy(update={"smtp": smtp}) for box in config.mailboxes),
        "replies": config.replies.model_copy(update={"mode": mode}),
        "report": config.report.model_copy(update={"staff": ("b@x.cn", "c@x.cn")}),
    }
    (line,) = check_daily(config.model_copy(update=changed))
    assert (line.ok, "编辑 2 人，每天 08:00 由 a@126.com 发出" in line.text) == (ok, True)


def test_daily_mails_have_no_line_where_nobody_gets_them(config):
    assert list(check_daily(config)) == []


def test_replies_line_of_an_account_that_logs_in_is_fine(config, mta):
    boxes = tuple(box.model_copy(update={"smtp": mta.url}) for box in config.mailboxes)
    changed = {"mailboxes": boxes, "replies": config.replies.model_copy(update={"mode": "send"})}
    assert [line.ok for line in check_replies(config.model_copy(update=changed), {})] == [True, True]
    assert mta.taken == []


def test_space_above_the_reserve_is_fine(tmp_path):
    assert check_space(tmp_path / "to" / "come", 1).ok is True


def test_space_below_the_reserve_names_the_mend(tmp_path):
    line = check_space(tmp_path, 10**18)
    assert (line.ok, line.exit_code) == (False, Exit.TROUBLE)
    assert line.text.endswith("要求至少 1000000000.0 GB")
    assert line.mend == "请清出空间，或在 [storage] root 换一块更大的硬盘"


def test_root_that_is_not_there_yet_is_fine_and_stays_away(tmp_path):
    root = tmp_path / "to" / "come"
    assert check_root(root) == CheckLine("数据文件夹", True, f"{root} 可写（尚未建立，第一次运行时会建立）")
    assert list(tmp_path.iterdir()) == []


def test_share_is_written_renamed_linked_and_left_clean(tmp_path):
    assert check_share(tmp_path) == CheckLine("共享文件夹", True, f"{tmp_path} 可写、可改名、可建硬链接")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def unwritable():
    """A folder nobody can write to, root included: the kernel's own."""
    return Path("/proc/self/fdinfo")


@pytest.mark.parametrize(("check", "name"), [(check_root, "数据文件夹"), (check_share, "共享文件夹")])
def test_folder_that_cannot_be_written_names_the_mend(unwritable, check, name):
    line = check(unwritable)
    assert (line.name, line.ok, line.exit_code) == (name, False, Exit.TROUBLE)
    assert line.mend


def test_libreoffice_that_is_there_is_named_with_its_place():
    line = check_office("/usr/bin/soffice")
    assert (line.ok, "/usr/bin/soffice" in line.text, line.mend) == (True, True, "")


def test_libreoffice_that_is_missing_is_a_note_that_says_how_to_install_it():
    line = check_office(None)
    assert (line.ok, "apt-get install" in line.mend, line.exit_code) == (None, True, Exit.DONE)


@pytest.mark.parametrize(("found", "ok"), [({}, None), ({"bsdtar": "/a/bsdtar"}, None), ({"unar": "/a/unar"}, True)])
def test_unpackers_are_named(found, ok):
    line = check_unpackers(found)
    assert (line.ok, all(path in line.text for path in found.values())) == (ok, True)


def test_clamd_that_is_not_configured_is_a_note():
    assert check_clamd(Malware()).ok is None


def test_clamd_that_answers_is_named_with_its_limit(clamd):
    line = check_clamd(Malware(clamd=clamd.address, max_bytes=2_000_000))
    assert (line.ok, line.text.partition(" ")[0], line.text[-11:]) == (True, "可用：ClamAV", "单个文件上限 2 MB")


def test_clamd_that_takes_less_than_the_config_says_is_a_fault(clamd):
    line = check_clamd(Malware(clamd=clamd.address, max_bytes=5_000_000))
    assert (line.ok, "超过病毒扫描的大小上限" in line.text, "StreamMaxLength" in line.mend) == (False, True, True)


def test_clamd_that_does_not_answer_is_a_fault(tmp_path):
    line = check_clamd(Malware(clamd=f"unix:{tmp_path}/nosuch.ctl"))
    assert (line.ok, line.exit_code) == (False, Exit.UNREACHABLE)


@pytest.mark.parametrize(
    ("now", "ok"),
    [("2024-10-20", True), ("2024-09-01", True), ("1970-01-02", False), ("2025-12-01", None)],
)
def test_clock_is_judged_by_the_edition(config, now, ok):
    assert check_clock(config, dt.datetime.fromisoformat(f"{now}T12:00:00+08:00"), fixed=False).ok is ok


def test_clock_that_is_fixed_is_a_note(config):
    line = check_clock(config, NOON, fixed=True)
    assert (line.ok, line.text) == (
        None,
        "2024-10-20 12:00（Asia/Shanghai），由环境变量 KEPU_NOW 固定，正式运行请去掉它",
    )


def resolving(*addresses):
    """How names become addresses, and the names that were asked for."""
    asked = []

    def resolve(host):
        asked.append(host)
        if not addresses:
            raise OSError("no such name")
        return addresses

    return resolve, asked


@pytest.mark.parametrize(("addresses", "ok"), [(("59.111.160.244",), True), (("198.18.0.23",), False), ((), None)])
def test_names_that_a_proxy_makes_up_are_told(config, addresses, ok):
    resolve, asked = resolving(*addresses)
    assert ([line.ok for line in check_names(config.cloud, resolve)], asked) == ([ok], ["mail.163.com"])


def test_made_up_names_are_said_with_the_mend(config):
    (line,) = check_names(config.cloud, resolving("198.18.0.23")[0])
    assert line.text == "mail.163.com 被解析到 198.18.0.23，不是公网地址，云附件会全部因安全拒绝，转给人工"
    assert "关闭 fake-IP" in line.mend


def test_no_name_is_looked_up_where_links_are_left_to_people(config):
    resolve, asked = resolving("198.18.0.23")
    assert (check_names(config.cloud.model_copy(update={"on": False}), resolve), asked) == ([], [])


def test_no_name_is_looked_up_where_all_mail_is_on_this_machine(config):
    resolve, asked = resolving("198.18.0.23")
    assert ([line.name for line in run_checks(config, environ={}, clock=lambda: NOON, resolve=resolve)][-1], asked) == (
        "时钟",
        [],
    )


def test_run_checks_gives_a_line_a_subject(config):
    names = [line.name for line in run_checks(config, environ={}, clock=lambda: NOON)]
    assert names == [
        "配置", "信箱 public", "回信", "硬盘空间", "数据文件夹", "共享文件夹", "LibreOffice",
        "RAR 解压", "clamd", "时钟",
    ]  # fmt: skip


def test_run_checks_of_a_good_config_find_no_fault(config):
    assert [line for line in run_checks(config, environ={}, clock=lambda: NOON) if line.ok is False] == []


def test_checks_import_no_heavy_library():
    code = (
        "import sys, ingest.checks; print([m for m in ('pandas', 'openpyxl', 'av', 'docx', 'PIL') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert done.stdout.strip() == "[]"
