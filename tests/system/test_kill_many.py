"""Ten thousand small mails on a Dovecot, a run killed a hundred times on its way: no mail is lost, none doubled."""

import hashlib
import json
import os
import random
import signal
import sqlite3
import time
from collections import Counter

import pytest

MAILS, KILLS, LONGEST_S = 10_000, 100, 10.0


def mail(number):
    """A question, a file in every tenth. LF, as the server keeps it."""
    head = (
        f"Message-ID: <{number}@qq.com>\nFrom: <{10_000_000 + number}@qq.com>\nTo: kepuwsp@163.com\n"
        f"Subject: question {number}\nMIME-Version: 1.0\n"
    )
    text = f"When is the deadline? ({number})\n"
    if number % 10:
        return f"{head}Content-Type: text/plain\n\n{text}".encode()
    return (
        f'{head}Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\n\n{text}--b\n'
        f'Content-Type: text/plain; name="notes.txt"\nContent-Disposition: attachment\n\nnotes {number}\n--b--\n'
    ).encode()


def fill(user, dovecot):
    """The mails, where the server keeps them."""
    inbox = user.maildir / "cur"
    inbox.mkdir()
    for number in range(MAILS):
        path = inbox / f"{1_728_300_000 + number}.M{number}P1.kill:2,"
        path.write_bytes(mail(number))
        os.utime(path, (1_728_300_000 + number,) * 2)
        os.chown(path, dovecot.uid, dovecot.gid)
    os.chown(inbox, dovecot.uid, dovecot.gid)


def kill_one(place, after_s):
    """Begin a run and kill it so long after. Whether it was still running then."""
    with place.start("run") as process:
        time.sleep(after_s)
        process.kill()
        process.communicate()
    return process.returncode == -signal.SIGKILL


def finished(place):
    """Run to the end, however long that takes. The exit code."""
    with place.start("run") as process:
        process.communicate()
    return process.returncode


def without_bytes(place):
    """Mails whose row says that their bytes are here, and they are not."""
    store = place.root / "store"
    if not (place.root / "ledger.sqlite").exists():
        return []
    with sqlite3.connect(place.root / "ledger.sqlite") as ledger:
        if not ledger.execute("SELECT 1 FROM sqlite_master WHERE name = 'parts'").fetchone():
            return []
        found = [*ledger.execute("SELECT raw_sha256 FROM arrivals"), *ledger.execute("SELECT sha256 FROM parts")]
    return [sha for (sha,) in found if sha and not (store / sha[:2] / sha).is_file()]


@pytest.mark.drill
def test_ten_thousand_mails_and_a_hundred_kills(dovecot, a_place):
    user, chance = dovecot.make_user("many"), random.Random(10_000)
    fill(user, dovecot)
    how = f'url = "{dovecot.url()}"\nuser = "{user.name}"'
    place = a_place({})
    place.urls, place.secrets = {"recommended": how}, {"KEPU_RECOMMENDED_PASSWORD": user.password}
    place.write_config()
    killed = 0
    for _ in range(KILLS):
        killed += kill_one(place, chance.uniform(0.2, LONGEST_S))
        assert without_bytes(place) == []
    assert finished(place) == 0
    messages = place.export("messages")
    raws = {hashlib.sha256(mail(number).replace(b"\n", b"\r\n")).hexdigest() for number in range(MAILS)}
    assert Counter(message["message_id"] for message in messages) == Counter(f"{n}@qq.com" for n in range(MAILS))
    assert {message["outcome"] for message in messages} == {"not-a-submission"}
    assert raws == {path.name for path in (place.root / "store").glob("*/*")} & raws
    assert without_bytes(place) == []
    assert [path for folder in ("tmp", "scratch") for path in (place.root / folder).iterdir()] == []
    (box,) = json.loads(place.good("status", "--json"))["mailboxes"]
    assert (box["on_server"], box["listed"], box["pending"], box["balanced"]) == (MAILS, MAILS, 0, True)
    assert killed == KILLS
