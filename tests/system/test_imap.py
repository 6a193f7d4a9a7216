"""The sample contest over a real IMAP server gives what the Maildirs give."""

import json
from types import SimpleNamespace

import pytest


def commands(recordings):
    """What the clients sent after login, all of their connections together."""
    return b"".join(path.read_bytes() for path in sorted(recordings.glob("*.in")))


@pytest.fixture(scope="module")
def accounts(dovecot, demo):
    """An account for each mailbox with the mails of the sample contest, each with its moment of arrival."""
    made = {}
    for name, box in demo.contest.mailboxes.items():
        user = dovecot.make_user(f"demo-{name}")
        samples = [s for s in demo.contest.samples if s.mailbox == name]
        paths = sorted((box / "new").iterdir(), key=lambda p: (int(p.name.partition(".")[0]), p.name))
        uids = [dovecot.deliver(user, p.read_bytes(), s.received_at) for p, s in zip(paths, samples, strict=True)]
        made[name] = SimpleNamespace(user=user, uids=dict(zip([s.name for s in samples], uids, strict=True)))
    return made


@pytest.fixture(scope="module")
def over_imap(dovecot, accounts, undisturbed, netdisk, tmp_path_factory):
    """A place that has polled those accounts once, and what was sent to the server then."""
    urls, secrets = {}, dict(netdisk["secrets"])
    for name, account in accounts.items():
        urls[name] = f'url = "{dovecot.url()}"\nuser = "{account.user.name}"'
        secrets[f"KEPU_{name.upper()}_PASSWORD"] = account.user.password
    place = type(undisturbed.place)(tmp_path_factory.mktemp("imap"), urls, cloud=netdisk["cloud"], secrets=secrets)
    recordings = {name: dovecot.record(account.user) for name, account in accounts.items()}
    done = place.kepu("run")
    first = {name: commands(folder) for name, folder in recordings.items()}
    return SimpleNamespace(place=place, done=done, recordings=recordings, first=first)


def without_uid(text):
    return [{**json.loads(line), "uid": None} for line in text.splitlines()]


def test_the_run_ends_well(over_imap):
    assert (over_imap.done.code, over_imap.done.err.count("注意")) == (0, 0)


@pytest.mark.parametrize("what", ["works", "findings"])
def test_exports_are_those_of_the_maildirs(over_imap, undisturbed, what):
    assert over_imap.place.good("export", what) == undisturbed.exports[what]


def test_messages_are_those_of_the_maildirs_but_for_the_uid(over_imap, undisturbed):
    assert without_uid(over_imap.place.good("export", "messages")) == without_uid(undisturbed.exports["messages"])


def test_nothing_in_the_mailbox_was_marked(over_imap, dovecot, accounts):
    seen = [line for account in accounts.values() for line in dovecot.flags(account.user) if b"Seen" in line]
    assert seen == []


def test_mail_from_before_the_edition_is_not_fetched(over_imap, accounts):
    uid = accounts["public"].uids["last-year"]
    fetched = [
        line for line in over_imap.first["public"].splitlines() if b"BODY.PEEK" in line and b"HEADER" not in line
    ]
    assert fetched
    assert [line for line in fetched if f"FETCH {uid} ".encode() in line] == []


def test_a_second_run_fetches_no_body(over_imap):
    before = {name: commands(folder) for name, folder in over_imap.recordings.items()}
    over_imap.place.good("run")
    for name, folder in over_imap.recordings.items():
        new = commands(folder)[len(before[name]) :]
        assert b"LOGOUT" in new.upper()
        assert b"BODY" not in new.upper()


def test_no_password_is_in_the_log(over_imap, accounts):
    logs = "".join(path.read_text("utf-8") for path in (over_imap.place.root / "log").iterdir())
    assert logs
    assert [name for name, account in accounts.items() if account.user.password in logs] == []
