"""Mails as the demo's clients write them, read back."""

import datetime as dt
import hashlib
from typing import get_args

import pytest

from ingest.demo import clients, mails
from parsers.facts import Limits
from parsers.mail import read_mail

CLIENTS = [value for value in vars(clients).values() if isinstance(value, clients.Client)]
NAME = "推荐表（某某省科学技术厅）第1稿.docx"


def written(path, **changes):
    mail = mails.Mail(
        sender=("某某省科学技术厅", "kjt@gd.gov.cn"),
        to="kepuwsp@163.com",
        subject="关于推荐优秀科普微视频作品的函：《嫦娥之歌》等五部",
        received_at=dt.datetime(2024, 10, 14, 10, 0, tzinfo=dt.timezone(dt.timedelta(hours=8))),
        message_id="a1@gd.gov.cn",
        text="您好：\n材料见附件。",
        **changes,
    )
    return read_mail(mails.write_mail(mail, path / "mail.eml"), None, Limits())


@pytest.mark.parametrize("cut_inside", [False, True])
@pytest.mark.parametrize("style", get_args(mails.HeaderStyle))
@pytest.mark.parametrize("charset", get_args(mails.Charset))
def test_subject_and_sender_in_every_charset_and_style(tmp_path, charset, style, cut_inside):
    facts = written(tmp_path, charset=charset, style=style, cut_inside=cut_inside)
    assert (facts.subject, facts.from_name, facts.from_addresses, facts.message_id) == (
        "关于推荐优秀科普微视频作品的函：《嫦娥之歌》等五部",
        "某某省科学技术厅",
        ("kjt@gd.gov.cn",),
        "a1@gd.gov.cn",
    )


@pytest.mark.parametrize("naming", [naming for naming in get_args(mails.Naming) if naming != "none"])
@pytest.mark.parametrize("charset", get_args(mails.Charset))
def test_a_file_under_every_way_of_naming_it(tmp_path, charset, naming):
    facts = written(tmp_path, charset=charset, attachments=(mails.Attachment(NAME, b"PK data", naming=naming),))
    assert [(part.name, part.sha256) for part in facts.parts] == [(NAME, hashlib.sha256(b"PK data").hexdigest())]


@pytest.mark.parametrize("html", ["both", "only", "none"])
@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.key)
def test_the_text_of_every_client(tmp_path, client, html):
    facts = written(tmp_path, client=client, html=html)
    assert facts.own_text.splitlines()[:2] == ["您好：", "材料见附件。"]
