"""`kepu run` through a proxy that misbehaves, then undisturbed: it ends like a run whose mails lay on the disk."""

import datetime as dt
import itertools
import json
import signal
import time
from dataclasses import dataclass

import pytest

from ingest.demo.desk import attached
from ingest.demo.samples import CHINA

BODY = r"BODY\.PEEK\[\]"
SIZES = r"RFC822\.SIZE INTERNALDATE"
STRAY = b"* 7 EXISTS\r\n* 3 EXPUNGE\r\n* 1 FETCH (FLAGS (\\Seen) UID 1)\r\n* OK still here\r\n"
BYE = b"* BYE Autologout; idle for too long\r\n"
COMMAND = """
from ingest.sources import imap, imap_pace
imap.Pace = lambda: imap_pace.Pace(connect=10, read={read}, sleep=lambda _: None)
from ingest.cli import main
main()
"""
numbers = itertools.count(1)

MENDED = {
    "cut": [{"pattern": BODY, "after": 5000, "hang_up": "close", "times": 4}],
    "cut near the end": [{"pattern": BODY, "after": -1, "hang_up": "reset", "times": 2}],
    "cut, no pieces given": [
        {"pattern": BODY + r"\)", "after": 2000, "hang_up": "close", "times": 2},
        {"pattern": BODY + "<", "answer": b"TAG BAD unknown\r\n"},
    ],
    "cut, wrong pieces given": [
        {"pattern": BODY + r"\)", "after": 2000, "hang_up": "close", "times": 2},
        {"pattern": BODY + "<", "content": lambda data: bytes(len(data))},
    ],
    "goodbye": [{"pattern": BODY, "answer": BYE, "hang_up": "close", "times": 2}],
    "sizes said too small": [{"pattern": SIZES, "said": (rb"RFC822\.SIZE \d+", b"RFC822.SIZE 1")}],
    "sizes said too great": [{"pattern": SIZES, "said": (rb"RFC822\.SIZE \d+", b"RFC822.SIZE 9999999")}],
    "stray answers": [{"pattern": "FETCH|SEARCH|EXAMINE", "before": STRAY, "between": STRAY}],
    "no STATUS": [{"pattern": "^STATUS", "answer": b"TAG BAD unknown\r\n"}],
    "no STATUS among stray answers": [
        {"pattern": "FETCH|SEARCH|EXAMINE", "before": STRAY, "between": STRAY},
        {"pattern": "^STATUS", "answer": b"TAG NO not now\r\n", "times": 1},
    ],
    "busy at first": [{"pattern": "^LOGIN", "answer": b"TAG NO [LIMIT] too many connections\r\n", "times": 2}],
}
"""Trouble that a run overcomes by itself."""

AT_ONCE = ("cut, no pieces given", "sizes said too small", "stray answers", "busy at first")

LEFT = {
    "every mail cut again and again": [{"pattern": BODY, "after": 100, "hang_up": "close"}],
    "every mail refused": [{"pattern": BODY, "answer": b"TAG NO internal error\r\n"}],
    "goodbye to every listing": [{"pattern": SIZES, "answer": BYE, "hang_up": "close"}],
    "hung up on at each search": [{"pattern": "^UID SEARCH", "hang_up": "reset"}],
}
"""Trouble of a mailbox that is left to the next run."""

OF_MAILS = {
    "the second mail cut again and again": [{"pattern": f"FETCH 2 .*{BODY}", "after": 100, "hang_up": "close"}],
    "goodbye at the second mail": [{"pattern": f"FETCH 2 .*{BODY}", "answer": BYE, "hang_up": "close"}],
    "refused at the second mail": [{"pattern": f"FETCH 2 .*{BODY}", "answer": b"TAG NO internal error\r\n"}],
}
"""Trouble that counts as a try of the mails it befell."""

REFUSED = {
    "unsafe login": [{"pattern": "^EXAMINE", "answer": b"TAG NO EXAMINE Unsafe Login. Please contact us\r\n"}],
    "wrong password": [{"pattern": "^LOGIN", "answer": b"TAG NO LOGIN Login error or password error\r\n"}],
}
"""Trouble after which nobody logs in until `kepu check` could."""


@dataclass
class Office:
    """The small contest on a Dovecot behind the proxy, its place, and the exports of a place nobody disturbs."""

    proxy: object
    place: object
    wanted: dict

    def run(self, faults=()):
        """A run while these go wrong. Its exit code."""
        for fault in faults:
            self.proxy.fault(**fault)
        done = self.place.kepu("run")
        self.proxy.faults.clear()
        return done.code

    def status(self):
        """(on server, listed, pending, balanced) of each mailbox."""
        found = json.loads(self.place.good("status", "--json"))["mailboxes"]
        return [(m["on_server"], m["listed"], m["pending"], m["balanced"]) for m in found]


ALL_IN = [(2, 2, 0, True), (3, 3, 0, True)]


def plain(exports):
    """All exports without what a mailbox calls its mails."""
    return {what: [json.loads(line) | {"uid": None} for line in text.splitlines()] for what, text in exports.items()}


@pytest.fixture(scope="module")
def mails(two_works_at, tmp_path_factory):
    """By mailbox (raw, arrival) of five mails, and what becomes of them where nobody disturbs."""
    folder = tmp_path_factory.mktemp("faults")
    town, place = two_works_at(folder)
    stars, tea = town.entries.stars, town.entries.tea
    town.send(stars, [town.scan(stars), attached("花絮.mp4", b"\0\0\0\x18ftypisom\0\0\2\0isomiso2" * 20_000)])
    town.send(tea, [town.form(tea)])
    town.drop(b"\x01\x02\x03" * 3000)
    (folder / "calm").mkdir()
    calm = type(place)(folder / "calm", place.urls)
    calm.good("run")
    found = {}
    for name, box in town.boxes.items():
        paths = sorted((box / "new").iterdir(), key=lambda path: int(path.name.partition(".")[0]))
        found[name] = [(p.read_bytes(), dt.datetime.fromtimestamp(int(p.name.partition(".")[0]), CHINA)) for p in paths]
    return found, plain(calm.exports()), type(place)


@pytest.fixture
def office(dovecot, proxy, mails, tmp_path):
    found, wanted, a_place = mails
    urls, secrets = {}, {}
    for name, lot in found.items():
        user = dovecot.make_user(f"faults{next(numbers)}")
        for raw, at in lot:
            dovecot.deliver(user, raw, at)
        urls[name] = f'url = "{proxy.url}"\nuser = "{user.name}"'
        secrets[f"KEPU_{name.upper()}_PASSWORD"] = user.password
    place = a_place(tmp_path, urls, secrets=secrets)
    return Office(proxy, patient(place, 10), wanted)


def patient(place, read):
    """The place with a command that waits so many seconds for the next bytes, and not at all between tries."""
    place.command = (place.command[0], "-c", COMMAND.format(read=read))
    return place


def some(troubles, *ordinary):
    """Parameters: these in every suite, the others in the long one."""
    return [
        pytest.param(faults, id=name, marks=() if name in ordinary else pytest.mark.drill)
        for name, faults in troubles.items()
    ]


def test_much_trouble_at_once_costs_nothing_and_a_second_run_asks_for_no_mail(office):
    office.proxy.netease()
    assert office.run([fault for name in AT_ONCE for fault in MENDED[name]]) == 0
    assert (plain(office.place.exports()), office.status()) == (office.wanted, ALL_IN)
    asked = len(office.proxy.asked(BODY))
    assert (office.run(), len(office.proxy.asked(BODY)) - asked) == (0, 0)


@pytest.mark.parametrize("faults", some(MENDED, "cut"))
def test_trouble_that_passes_costs_nothing(office, faults):
    assert office.run(faults) == 0
    assert (plain(office.place.exports()), office.status()) == (office.wanted, ALL_IN)


@pytest.mark.parametrize("faults", some(LEFT, "hung up on at each search"))
def test_trouble_that_stays_is_said_and_the_next_run_makes_it_good(office, faults):
    assert (office.run(faults), office.run()) == (3, 0)
    assert (plain(office.place.exports()), office.status()) == (office.wanted, ALL_IN)


@pytest.mark.parametrize("faults", some(OF_MAILS, "refused at the second mail"))
def test_mails_that_the_server_cannot_give_wait_and_cost_only_themselves(office, faults):
    assert office.run(faults) == 1
    assert [(listed, balanced) for _, listed, _, balanced in office.status()] == [(2, True), (3, True)]
    assert (office.run(), office.status()) == (0, ALL_IN)


@pytest.mark.parametrize("faults", some(REFUSED, "unsafe login"))
def test_a_refusal_is_not_tried_again_until_check_was_let_in(office, faults):
    codes = [office.run(faults), office.run()]
    logins = len(office.proxy.asked("^LOGIN"))
    office.place.kepu("check")
    assert (codes, logins, office.run()) == ([3, 3], 2, 0)
    assert (plain(office.place.exports()), office.status()) == (office.wanted, ALL_IN)


@pytest.mark.drill
def test_sizes_that_are_lies_one_day_and_true_the_next_bring_nothing_twice(office):
    office.run(MENDED["sizes said too small"])
    office.place.now += dt.timedelta(days=1)
    assert (office.run(), office.status()) == (0, ALL_IN)
    assert plain(office.place.exports()) == office.wanted


def test_a_server_silent_within_a_mail_is_not_waited_for(office):
    patient(office.place, 1)
    assert office.run([{"pattern": BODY, "after": 500, "hang_up": "stall", "times": 2}]) == 0
    assert (plain(office.place.exports()), office.status()) == (office.wanted, ALL_IN)


def test_a_run_killed_within_a_mail_is_finished_by_the_next(office):
    office.proxy.fault(BODY, after=500, hang_up="stall", times=1)
    with office.place.start("run") as process:
        while not office.proxy.asked(BODY):
            time.sleep(0.01)
        process.kill()
        process.communicate()
    assert (process.returncode, office.run()) == (-signal.SIGKILL, 0)
    assert (plain(office.place.exports()), office.status()) == (office.wanted, ALL_IN)


@pytest.mark.drill
def test_a_mail_that_never_came_whole_is_set_aside_and_fetched_by_retry(office):
    faults = OF_MAILS["the second mail cut again and again"]
    assert [office.run(faults) for _ in range(3)] == [1, 1, 1]
    outcomes = [row["outcome"] for row in office.place.export("messages")]
    assert (outcomes.count("quarantined"), len(outcomes)) == (2, 5)
    assert (office.place.kepu("retry").code, office.status()) == (0, ALL_IN)
    assert {row["outcome"] for row in office.place.export("messages")} == {
        row["outcome"] for row in office.wanted["messages"]
    }


@pytest.mark.drill
def test_a_mailbox_that_gives_no_mail_whole_costs_no_mail_a_try_however_long_it_lasts(office):
    assert [office.run(LEFT["every mail cut again and again"]) for _ in range(5)] == [3] * 5
    assert (office.run(), office.status()) == (0, ALL_IN)
    assert plain(office.place.exports()) == office.wanted
