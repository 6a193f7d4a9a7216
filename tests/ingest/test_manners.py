"""Who wrote, and whether they may be answered: tables of values."""

import pytest

from ingest.manners import answer_to, automatic, bounce, failed_authentication, may_reply, unit_domain

OWN = frozenset({"kepuwsp@163.com", "kepuchuwsp@126.com"})


def heads(**values):
    """Headers as a mail has them: auto_submitted="no" is Auto-Submitted."""
    return {name.replace("_", "-"): (value,) for name, value in values.items()}


@pytest.mark.parametrize(
    "rest",
    [
        {"headers": heads(content_type='Multipart/report; report-type="delivery-status"')},
        {"headers": heads(content_type="multipart/report; report-type=disposition-notification")},
        {"from_address": "postmaster@qq.com"},
        {"from_address": "mailer-daemon@example.com"},
        {"headers": heads(return_path="<>"), "subject": "系统退信"},
        {"headers": heads(return_path="<>"), "subject": "Undeliverable: 报送"},
    ],
)
def test_bounce_is_recognised(arrival, rest):
    assert bounce(arrival(**rest)) != ""


@pytest.mark.parametrize(
    "rest",
    [
        {},
        {"headers": heads(content_type="multipart/mixed; boundary=x")},
        {"headers": heads(return_path="<>"), "subject": "报送材料"},
        {"subject": "退信后重新报送"},
    ],
)
def test_bounce_is_not_a_persons_mail(arrival, rest):
    assert bounce(arrival(**rest)) == ""


@pytest.mark.parametrize(
    "rest",
    [
        {"headers": heads(auto_submitted="auto-replied")},
        {"headers": heads(auto_submitted="Auto-Generated; owner-email=x")},
        {"headers": heads(list_id="<a.example.com>")},
        {"headers": heads(list_unsubscribe="<mailto:x@example.com>")},
        {"headers": heads(precedence="Bulk")},
        {"headers": heads(x_autoreply="yes")},
        {"from_address": "no-reply@example.com"},
        {"from_address": "notice@service.netease.com"},
        {"subject": "自动回复: 收件回执"},
        {"subject": "Automatic reply: hello"},
        {"headers": heads(return_path="<>")},
    ],
)
def test_automatic_mail_is_recognised(arrival, rest):
    assert automatic(arrival(**rest)) != ""


@pytest.mark.parametrize(
    "rest",
    [
        {},
        {"headers": heads(auto_submitted="no")},
        {"headers": heads(precedence="normal")},
        {"headers": heads(return_path="<wang@example.cn>")},
        {"subject": "关于自动回复的问题"},
    ],
)
def test_automatic_is_not_what_a_person_wrote(arrival, rest):
    assert automatic(arrival(**rest)) == ""


@pytest.mark.parametrize(
    ("rest", "why"),
    [
        ({"from_address": ""}, "没有发件人地址"),
        ({"from_address": "kepuwsp@163.com"}, "发件人是本系统信箱"),
        ({"headers": heads(list_id="<a>")}, "邮件列表"),
        ({"headers": heads(x_auto_response_suppress="All")}, "发件方要求不要自动回复"),
        (
            {"headers": heads(authentication_results="mx.163.com; spf=fail a;\r\n\tdkim = fail b")},
            "发件人身份验证（SPF、DKIM）均未通过",
        ),
    ],
)
def test_may_reply_is_false_with_its_reason(arrival, rest, why):
    assert may_reply(arrival(**rest), own=OWN) == (False, why)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        heads(x_auto_response_suppress="None"),
        heads(authentication_results="mx.163.com; spf=fail a; dkim=pass b"),
        heads(authentication_results="mx.163.com; spf=none a; dkim=none b"),
    ],
)
def test_may_reply_is_true_to_a_person(arrival, headers):
    assert may_reply(arrival(headers=headers), own=OWN) == (True, "")


def test_failed_authentication_heeds_only_our_own_servers_line():
    """The topmost is our provider's; what lies below came with the mail and may say anything."""
    below = "evil.example.com; spf=fail; dkim=fail"
    assert not failed_authentication({"authentication-results": ("mx.163.com; spf=pass; dkim=pass", below)})


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("wang@kjt.gd.gov.cn", "kjt.gd.gov.cn"),
        ("wang@GDSTC.gd.gov.cn", "gdstc.gd.gov.cn"),
        ("li@cctv.com", "cctv.com"),
        ("li@163.com.example.cn", "163.com.example.cn"),
        ("a@qq.com", ""),
        ("a@vip.qq.com", ""),
        ("a@vip.163.com", ""),
        ("a@sina.com.cn", ""),
        ("a@sina.cn", ""),
        ("a@yahoo.com.cn", ""),
        ("a@139.com", ""),
        ("a@189.cn", ""),
        ("a@yeah.net", ""),
        ("a@gmail.com", ""),
        ("a@outlook.com", ""),
        ("a@icloud.com", ""),
        ("a@gov.cn", ""),
        ("a@com", ""),
        ("a@", ""),
        ("nobody", ""),
        ("a@b..cn", ""),
    ],
)
def test_unit_domain_is_a_units_own_and_never_a_public_providers(address, domain):
    assert unit_domain(address) == domain


# who is answered, and where


def test_address_with_a_number_that_nobody_reads_is_not_answered(arrival):
    assert may_reply(arrival(from_address="no-reply+17@example.cn"), own=OWN)[0] is False


@pytest.mark.parametrize("local", ["noreplying", "postmasterson"])
def test_address_that_only_begins_so_is_answered(arrival, local):
    assert may_reply(arrival(from_address=f"{local}@example.cn"), own=OWN)[0] is True


@pytest.mark.parametrize("value", ["", "<>"])
def test_mail_with_an_empty_return_path_is_not_answered(arrival, value):
    assert may_reply(arrival(headers=heads(return_path=value)), own=OWN)[0] is False


def test_own_letter_that_comes_back_is_not_answered(arrival):
    ours = "kepu." + "0" * 32 + "@163.com"
    assert may_reply(arrival(message_id=ours), own=OWN) == (False, "本系统自己的信又回来了")


def test_mail_to_many_others_is_not_answered(arrival):
    assert may_reply(arrival(headers=heads(to="a@example.cn, b@example.cn")), own=OWN)[0] is False


def test_mail_written_to_oneself_with_a_blind_copy_to_us_is_answered(arrival):
    assert may_reply(arrival(headers=heads(to="wang@example.cn")), own=OWN)[0] is True


def test_mail_from_two_people_is_not_answered(arrival):
    assert may_reply(arrival(headers=heads(**{"from": "a@example.cn, b@example.cn"})), own=OWN)[0] is False


@pytest.mark.parametrize(
    ("reply_to", "heed", "to"),
    [
        ("li@kjt.gd.gov.cn", True, "li@kjt.gd.gov.cn"),
        ("li@kjt.gd.gov.cn", False, "wang@kjt.gd.gov.cn"),
        ("li@elsewhere.cn", True, "wang@kjt.gd.gov.cn"),
        ("li@kjt.gd.gov.cn, x@kjt.gd.gov.cn", True, "wang@kjt.gd.gov.cn"),
        ("", True, "wang@kjt.gd.gov.cn"),
    ],
)
def test_answer_goes_to_another_address_only_within_a_unit(reply_to, heed, to):
    assert answer_to("wang@kjt.gd.gov.cn", {"reply-to": (reply_to,)}, heed_reply_to=heed) == to


def test_answer_never_goes_to_another_box_of_a_public_provider():
    assert answer_to("wang@163.com", {"reply-to": ("li@163.com",)}, heed_reply_to=True) == "wang@163.com"
