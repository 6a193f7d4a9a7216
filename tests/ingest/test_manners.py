"""Who wrote, and whether they may be answered: tables of values."""

import pytest

from ingest.manners import automatic, bounce, failed_authentication, may_reply, unit_domain

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
