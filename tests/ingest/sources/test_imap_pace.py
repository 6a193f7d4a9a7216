"""Which refusals are of this moment only."""

import pytest

from ingest.sources.imap_pace import Pace, is_passing


@pytest.mark.parametrize(
    "text",
    [
        "NO [LIMIT] not so often",
        "NO [UNAVAILABLE] Temporary failure",
        "[INUSE] Mailbox in use",
        "System busy!",
        "Too many simultaneous connections",
        "Maximum number of connections from user+IP exceeded",
        "please try again",
    ],
)
def test_of_this_moment(text):
    assert is_passing(text) is True


@pytest.mark.parametrize(
    "text",
    [
        "NO LOGIN Login error or password error",
        "NO [AUTHENTICATIONFAILED] Authentication failed, try again later",
        "451 too much fail authentication",
        "NO EXAMINE Unsafe Login. Please contact kefu@188.com for help",
        "NO ERR.LOGIN.USERORPWD",
        "",
    ],
)
def test_to_stay(text):
    assert is_passing(text) is False


def test_a_large_mail_has_more_time():
    assert Pace(answer=300, slowest=1_000_000).within(60_000_000) == 360
