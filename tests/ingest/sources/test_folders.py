"""Which folder a word of the config means."""

import pytest

from ingest.sources.folders import flags_of, is_junk, resolve

NETEASE = {
    "INBOX": flags_of([]),
    "草稿箱": flags_of([b"\\Drafts"]),
    "已删除": flags_of([b"\\Trash"]),
    "垃圾邮件": flags_of([b"\\HasNoChildren", b"\\Junk"]),
    "广告邮件": flags_of([]),
    "订阅邮件": flags_of([]),
    "推荐/已登记": flags_of([]),
}
PLAIN = {name: flags_of([]) for name in ("INBOX", "Junk", "INBOX.Archive", "作品")}


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("INBOX", "INBOX"),
        ("inbox", "INBOX"),
        ("收件箱", "INBOX"),
        ("\\Inbox", "INBOX"),
        ("\\Junk", "垃圾邮件"),
        ("\\JUNK", "垃圾邮件"),
        ("\\Spam", "垃圾邮件"),
        ("Spam", "垃圾邮件"),
        ("垃圾邮件", "垃圾邮件"),
        ("\\Trash", "已删除"),
        ("广告邮件", "广告邮件"),
        ("推荐/已登记", "推荐/已登记"),
        ("\\Sent", None),
        ("作品", None),
        ("", None),
    ],
)
def test_word_at_netease(wanted, name):
    assert resolve(wanted, NETEASE) == name


@pytest.mark.parametrize(
    ("wanted", "name"),
    [("\\Junk", "Junk"), ("垃圾邮件", "Junk"), ("\\Archive", "INBOX.Archive"), ("广告邮件", None)],
)
def test_word_at_a_server_without_flags(wanted, name):
    assert resolve(wanted, PLAIN) == name


def test_a_folder_of_that_very_name_comes_before_the_flagged_one():
    assert resolve("Junk", {"Junk": flags_of([]), "可疑": flags_of(["\\Junk"])}) == "Junk"


def test_the_flagged_folder_comes_before_one_that_is_only_called_so():
    assert resolve("\\Junk", {"Spam": flags_of([]), "可疑": flags_of(["\\Junk"])}) == "可疑"


@pytest.mark.parametrize("name", ["垃圾邮件", "广告邮件", "订阅邮件", "Junk", "INBOX.Spam", "INBOX/spam"])
def test_where_filters_put_mail_is_junk(name):
    assert is_junk(name, flags_of([])) is True


@pytest.mark.parametrize("name", ["INBOX", "作品", "广告邮件/已看", "Junkers", "已删除"])
def test_where_people_put_mail_is_no_junk(name):
    assert is_junk(name, flags_of([])) is False


def test_a_flag_makes_junk_of_any_name():
    assert is_junk("可疑", flags_of([b"\\Junk"])) is True
