"""Who enters, and who sends."""

import pytest

from ingest.manners import Checked, checked
from ingest.model import SenderCheck

MADE = {"author": "张三、李四", "producer": "河北省科技馆"}


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({}, "na"),
        ({"entrant": "张三"}, "pass"),
        ({"entrant": "张 三 教授"}, "pass"),
        ({"entrant": "河北科技馆（盖章）"}, "pass"),
        ({"entrant": "李四"}, "review"),
        ({"entrant": "石家庄电视台"}, "review"),
        ({"entrant": "王五", "author": None, "producer": None}, "na"),
        ({"entrant": "王五", "producer": None}, "review"),
    ],
)
def test_first_maker(find, a_work, form, fields, outcome):
    assert find("first-maker", a_work(form=form(**(MADE | fields))))[0] == outcome


def test_first_maker_says_who_is_who(find, a_work, form):
    found = find("first-maker", a_work(form=form(**MADE, entrant="李四")))
    assert found == (
        "review",
        "申报者“李四”；第一作者“张三”；第一制作单位“河北省科技馆”：应由第一作者或第一制作单位提交，请核对",
    )


OURS = "from x (unknown [1.2.3.4]) by gzga-mx-mtada-g0-8 (Coremail) with SMTP id 1; Tue, 8 Oct 2024 11:31:10 +0800"
GOOD, BAD, SILENT = "good", "doubtful", "unknown"


@pytest.mark.parametrize(
    ("results", "received", "result"),
    [
        ("gzga-mx-mtada-g0-8; spf=pass smtp.mail=wang@kjt.gov.cn; dkim=none", OURS, GOOD),
        ("gzga-mx-mtada-g0-8; spf=none; dkim=pass header.d=gov.cn", OURS, GOOD),
        ("gzga-mx-mtada-g0-8; spf=softfail smtp.mail=wang@kjt.gov.cn; dkim=pass header.i=@kjt.gov.cn", OURS, GOOD),
        ("gzga-mx-mtada-g0-8; spf=pass", OURS, GOOD),
        ("GZGA-MX-MTADA-G0-8 1; SPF=Pass (说明; dkim=fail) smtp.mail=wang@kjt.gov.cn", OURS, GOOD),
        ("mx.163.com; spf=pass", "", GOOD),
        ("163.com; spf=fail; dkim=fail", "", BAD),
        ("gzga-mx-mtada-g0-8; spf=fail smtp.mail=wang@kjt.gov.cn; dkim=none", OURS, BAD),
        ("gzga-mx-mtada-g0-8; spf=softfail; dkim=permerror", OURS, BAD),
        ("gzga-mx-mtada-g0-8; spf=pass smtp.mail=x@evil.example; dkim=none", OURS, BAD),
        ("gzga-mx-mtada-g0-8; spf=pass smtp.mail=x@evilkjt.gov.cn; dkim=none", OURS, BAD),
        ("gzga-mx-mtada-g0-8; spf=none; dkim=none", OURS, SILENT),
        ("gzga-mx-mtada-g0-8; spf=temperror", OURS, SILENT),
        ("mx.example.com; spf=pass; dkim=pass", OURS, SILENT),
        ("mx.evil163.com; spf=pass", OURS, SILENT),
        ("spf=pass", OURS, SILENT),
        ("", OURS, SILENT),
        (";;;", "", SILENT),
    ],
)
def test_checked_by_our_own_providers_line_alone(results, received, result):
    check = SenderCheck("wang@kjt.gov.cn", results, received)
    assert checked(check, ("163.com", "126.com")).result is Checked(result)


def check(results):
    return SenderCheck("wang@kjt.gov.cn", results, OURS)


PASSED, FAILED, NOTHING = (check(f"gzga-mx-mtada-g0-8; spf={word}") for word in ("pass", "fail", "none"))


@pytest.mark.parametrize(
    ("checks", "outcome"),
    [
        ((), "na"),
        ((NOTHING,), "na"),
        ((PASSED,), "pass"),
        ((NOTHING, PASSED), "pass"),
        ((FAILED,), "review"),
        ((PASSED, FAILED), "review"),
    ],
)
def test_sender(find, a_work, checks, outcome):
    assert find("sender", a_work(checks=checks))[0] == outcome


def test_sender_says_what_failed(find, a_work):
    assert find("sender", a_work(checks=(FAILED,))) == (
        "review",
        "发件人可能是冒用的：SPF 验证未通过（kjt.gov.cn），请电话核实",
    )


def test_sender_by_servers_of_the_config(find, a_work, with_rule):
    other = SenderCheck("wang@kjt.gov.cn", "mx.example.org; spf=pass", "")
    outcomes = [
        find("sender", a_work(checks=(other,)), with_rule("sender", servers=s))[0] for s in ((), ("example.org",))
    ]
    assert outcomes == ["na", "pass"]
