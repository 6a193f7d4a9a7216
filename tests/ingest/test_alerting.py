"""The operator is told of the program's own troubles, once each, even if mail is down."""

import datetime as dt
import http.server
import json
import shutil
import threading
from contextlib import contextmanager

import pytest

from ingest import batch
from ingest.alerting import alert, digest, tell_stopped
from ingest.errors import DiskError, KepuError
from ingest.model import Todo, TodoKind


class Robot:
    """A chat robot on loopback: keeps what it is told, and answers `code`."""

    def __init__(self):
        self.told, self.code, self.status = [], 0, 200
        robot = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                robot.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                body = json.dumps({"errcode": robot.code}).encode()
                self.send_response(robot.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                """Nothing: the test's own output."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/cgi-bin/webhook/send?key=secret"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.thread.join(10)
        self.server.server_close()


@pytest.fixture
def robot():
    one = Robot()
    yield one
    one.close()


@contextmanager
def troubled(contest, robot=None, more=""):
    """A contest in which a mail was set aside."""
    with contest.open(more) as context:
        context.webhook = robot.url if robot else ""
        with context.begin() as tx:
            tx.desk.ask(Todo("q1", TodoKind.QUARANTINED, "邮件 M00001 处理不了，已搁置"))
        yield context


def texts(robot):
    return [one["text"]["content"] for one in robot.told]


def test_trouble_is_told_once(contest, robot):
    with troubled(contest, robot) as context:
        alert(context)
        alert(context)
    assert texts(robot) == ["2024年全国科普微视频大赛收件程序有 1 项故障需要处理：\n1. 邮件 M00001 处理不了，已搁置"]


def test_trouble_that_comes_back_is_told_again(contest, robot):
    with troubled(contest, robot) as context:
        alert(context)
        with context.begin() as tx:
            tx.desk.close_todos(key="q1")
        alert(context)
        with context.begin() as tx:
            tx.desk.ask(Todo("q1", TodoKind.QUARANTINED, "邮件 M00001 处理不了，已搁置"), anew=True)
        alert(context)
    assert len(robot.told) == 2


@pytest.mark.parametrize(("status", "code"), [(500, 0), (200, 93000)])
def test_robot_that_does_not_take_it_is_told_again(contest, robot, status, code):
    robot.status, robot.code = status, code
    with troubled(contest, robot) as context:
        alert(context)
        robot.status, robot.code = 200, 0
        alert(context)
        alert(context)
    assert len(robot.told) == 2


def test_robot_that_is_not_there_stops_nothing(contest):
    with troubled(contest) as context:
        context.webhook = "http://127.0.0.1:1/key"
        alert(context)
        with context.read() as tx:
            assert len(tx.alerts.untold()) == 1


def test_secret_of_the_robot_is_in_no_log(contest, robot, capsys):
    robot.status = 500
    with troubled(contest, robot) as context:
        alert(context)
    assert "secret" not in "".join(capsys.readouterr())


def test_trouble_goes_by_mail_through_another_account(contest, mta):
    sender = f'[alerts]\nto = ["ops@example.cn"]\nsender = {{ address = "ops-bot@example.cn", smtp = "{mta.url}" }}\n'
    with troubled(contest, more=sender) as context:
        alert(context)
        alert(context)
    assert [(one.sender, one.to, b"Auto-Submitted: auto-generated" in one.data) for one in mta.taken] == [
        ("ops-bot@example.cn", "ops@example.cn", True)
    ]


def test_trouble_nobody_is_to_be_told_of_is_kept(contest):
    with troubled(contest) as context:
        alert(context)
        with context.read() as tx:
            assert [row["text"] for row in tx.alerts.open()] == ["邮件 M00001 处理不了，已搁置"]


def test_silent_mailbox_is_a_trouble_until_it_answers(contest):
    with contest.open() as context:
        for error in ("连接不上",) * 3:
            with context.begin() as tx:
                tx.desk.mailbox_tried("public", error)
        alert(context)
        with context.read() as tx:
            before = [row["key"] for row in tx.alerts.open()]
        with context.begin() as tx:
            tx.desk.mailbox_tried("public")
        alert(context)
        with context.read() as tx:
            assert (before, tx.alerts.open()) == (["mailbox:public"], [])


def test_full_disk_is_a_trouble(contest):
    with contest.open() as context:
        storage = context.config.storage.model_copy(update={"reserve_bytes": 10**18})
        context.config = context.config.model_copy(update={"storage": storage})
        alert(context)
        with context.read() as tx:
            assert [row["key"] for row in tx.alerts.open()] == ["disk:root"]


def broken_off(contest, robot):
    """A batch that cannot write its reports: a file lies where the share is to be."""
    (contest.folder / "共享").write_text("in the way")
    with pytest.raises(KepuError):
        batch.run(contest.config(), clock=contest.clock, environ={"KEPU_ALERT_WEBHOOK": robot.url})


def test_batch_that_broke_off_is_told_once(contest, robot, form):
    contest.post(files=[("推荐表.docx", form())])
    broken_off(contest, robot)
    broken_off(contest, robot)
    assert ["收件运行中断" in told["text"]["content"] for told in robot.told] == [True]


def test_batch_that_broke_off_again_after_a_good_one_is_told_again(contest, robot, form):
    contest.post(files=[("推荐表.docx", form())])
    broken_off(contest, robot)
    (contest.folder / "共享").unlink()
    batch.run(contest.config(), clock=contest.clock, environ={})
    shutil.rmtree(contest.folder / "共享")
    contest.post(files=[("推荐表.docx", form("深海来信"))])
    broken_off(contest, robot)
    assert len(robot.told) == 2


def test_batch_that_broke_off_is_told_once_where_the_ledger_cannot_be_written(contest, robot):
    with contest.open() as context:
        context.webhook = robot.url
        with context.begin() as tx:
            tx.connection.exec_driver_sql("DROP TABLE alerts")
        for _ in range(3):
            tell_stopped(context, DiskError("磁盘空间不足", why="已满", mend="请清理磁盘。"))
        contest.clock.now += dt.timedelta(hours=13)
        tell_stopped(context, DiskError("磁盘空间不足", why="已满", mend="请清理磁盘。"))
    assert len(robot.told) == 2


def test_digest_of_many_troubles_is_bounded(contest):
    text = digest(contest.config(), [{"text": "故障" * 100}] * 500)
    assert (len(text) <= 1_800, text.splitlines()[0]) == (
        True,
        "2024年全国科普微视频大赛收件程序有 500 项故障需要处理：",
    )
