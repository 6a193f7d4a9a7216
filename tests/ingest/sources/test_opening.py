"""Which source a url opens."""

from pathlib import Path

import pytest

from ingest.config import Mailbox
from ingest.errors import ConfigError
from ingest.sources import open_source


def opened(url, tmp_path):
    mailbox = Mailbox(name="box", track="recommended", address="a@163.com", url="maildir:x").model_copy(
        update={"url": url}
    )
    return open_source(mailbox, base=tmp_path, password=lambda: pytest.fail("nothing was to be connected"))


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("imaps://imap.163.com:993", "ImapSource"),
        ("imap://127.0.0.1", "ImapSource"),
        ("maildir:信箱", "MaildirSource"),
        ("eml:信件", "EmlSource"),
    ],
)
def test_the_scheme_says_which_source(url, name, tmp_path):
    assert type(opened(url, tmp_path)).__name__ == name


@pytest.mark.parametrize(
    "url", ["", "imaps:", "pop3://pop.163.com", "/var/mail", "maildir", "imaps://:993", "imap://a:b"]
)
def test_a_url_that_is_none_of_them_is_a_config_error(url, tmp_path):
    with pytest.raises(ConfigError):
        opened(url, tmp_path)


def test_an_absolute_path_stays(tmp_path):
    (tmp_path / "a.eml").write_bytes(b"Subject: a\n\n")
    with opened(f"eml:{tmp_path}", Path("/nowhere")) as source:

        class Known:
            last_uid = 0

            def known(self, uids):
                return set()

        assert len(list(source.listing(source.folders()[0], Known()))) == 1
