import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ingest.model import Kind
from ingest.rules import review
from parsers.facts import Broken

UNITS = {"author_unit": "河北科技馆"}


@pytest.fixture
def judged(find, a_work, form, stamped):
    """The rule where the form says what it usually says, and the scan the same but for what is named."""

    def ask(*, texts=(), confidence=0.97, typed=None, **read):
        made = form(**UNITS | (typed or {}))
        return find(
            "scan-matches", a_work(form=made, scan=stamped(confidence=confidence, **UNITS | read), own_texts=texts)
        )

    return ask


def test_scan_matches_passes_and_says_what_was_compared(judged):
    assert judged() == ("pass", "电子表与扫描件的作品名称、第一作者、作者单位、制作单位、联系电话一致")


@pytest.mark.parametrize(
    ("name", "read", "said"),
    [
        ("title", "探月之旅", "作品名称 表：“探月之路”，扫描件：“探月之旅”"),
        ("author", "李四", "第一作者 表：“张三”，扫描件：“李四”"),
        ("producer", "河南科技馆", "制作单位 表：“河北科技馆”，扫描件：“河南科技馆”"),
        ("phone", "13900000000", "联系电话 表：“13800000000”，扫描件：“13900000000”"),
    ],
)
def test_scan_matches_puts_a_difference_side_by_side(judged, name, read, said):
    assert judged(**{name: read}) == ("review", f"不一致，请核对：{said}")


def test_scan_matches_says_several_differences_and_counts_the_rest(judged):
    other = {"title": "另一部", "author": "李四", "author_unit": "甲", "producer": "乙", "phone": "13900000000"}
    outcome, evidence = judged(**other)
    assert (outcome, evidence.count("扫描件："), evidence.endswith("；另有 1 处")) == ("review", 4, True)


@pytest.mark.parametrize("read", ["探月之路 ", "《探月之路》", "探 月 之 路"])
def test_scan_matches_forgives_marks_and_spaces(judged, read):
    assert judged(title=read)[0] == "pass"


def test_scan_matches_forgives_lookalikes(judged):
    assert judged(typed={"title": "未来日记"}, title="末来曰记")[0] == "pass"


@pytest.mark.parametrize("name", ["title", "author", "author_unit", "producer"])
def test_scan_matches_with_a_field_that_was_not_read_is_for_a_person(judged, name):
    outcome, evidence = judged(**{name: None})
    assert (outcome, "读不清，请打开扫描件与电子表核对" in evidence) == ("review", True)


def test_scan_matches_does_without_a_phone_that_was_not_read(judged):
    found = judged(phone=None)
    assert found == (
        "pass",
        "电子表与扫描件的作品名称、第一作者、作者单位、制作单位一致（联系电话读不清，未比对）",
    )


def test_scan_matches_compares_only_what_the_form_fills(judged):
    assert judged(typed={"author_unit": "", "producer": ""}, producer=None)[0] == "pass"


def test_scan_matches_of_a_difference_read_poorly_says_that_it_is_unclear(judged):
    assert judged(title="探月之旅", confidence=0.7) == (
        "review",
        "第一作者、作者单位、制作单位、联系电话一致；扫描件上作品名称读不清，请打开扫描件与电子表核对",
    )


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("现报送作品《探月之路》，请查收。", "pass"),
        ("请查收。", "pass"),
        ("现报送作品《另一部作品》，请查收。", "review"),
        ("作品名称：另一部作品", "review"),
        ("作品名称：探月之路\n制作单位：河北科技馆", "pass"),
        ("制作单位：河南某馆", "review"),
        ("根据《关于举办大赛的通知》报送", "pass"),
        ("报送《探月之路》《垃圾去哪了》两部", "pass"),
        ("报送《风从哪里来》《垃圾去哪了》两部", "pass"),
        ("报送探月之路，参考《某部著作》", "pass"),
        ("第一作者：王五", "review"),
        ("作者：王五", "pass"),
    ],
)
def test_scan_matches_looks_into_the_mail_where_it_names_the_work(judged, text, outcome):
    assert judged(texts=(f"报送\n{text}",))[0] == outcome


def test_scan_matches_puts_the_mail_beside_the_form(judged):
    found = judged(texts=("报送\n作品名称：另一部作品",))
    assert found == ("review", "不一致，请核对：作品名称 表：“探月之路”，邮件正文：“另一部作品”")


def test_scan_matches_of_a_field_found_twice_is_for_a_person(find, a_work, form, stamped):
    scan = stamped(author="王五")
    fields = scan.reading.fields | {"author": scan.reading.fields["author"].model_copy(update={"others": ("张三",)})}
    scan = scan.model_copy(update={"reading": scan.reading.model_copy(update={"fields": fields})})
    assert find("scan-matches", a_work(scan=scan)) == (
        "review",
        "作品名称、制作单位、联系电话一致；扫描件上第一作者读不清，请打开扫描件与电子表核对",
    )


def test_scan_matches_with_a_scan_nobody_recognised_is_not_compared(find, a_work, page):
    assert find("scan-matches", a_work(scan=page)) == ("na", "扫描件尚未识别，未比对")


@pytest.mark.parametrize("facts", [None, Broken(format="doc", reason="unreadable")])
def test_scan_matches_without_a_form_is_not_compared(find, a_work, stamped, facts):
    assert find("scan-matches", a_work(form=facts, scan=stamped())) == ("na", "没有可读的电子表，未比对")


def test_scan_matches_without_a_scan_is_not_compared(find, a_work):
    assert find("scan-matches", a_work(scan=None)) == ("na", "没有扫描件，未检查")


def test_scan_matches_behind_a_link_is_awaited(find, a_work, material):
    link = material(Kind.SCAN, "推荐表扫描件.pdf", certain=False, url="https://mail.163.com/x")
    assert find("scan-matches", a_work(link, scan=None))[0] == "pending"


def test_scan_matches_keeps_its_sentence_short_whatever_is_written(judged):
    long = dict.fromkeys(("title", "author", "author_unit", "producer"), "很长的文字" * 400)
    assert len(judged(**long, texts=("\n".join(f"作品名称：{'字' * 500}" for _ in range(50)),))[1]) < 900


NAMES = st.text(alphabet="张李赵陈杨黄周吴徐孙朱马胡郭林何高梁", min_size=2, max_size=6)


@given(name=NAMES, other=NAMES, field=st.sampled_from(["title", "author"]), confidence=st.floats(0, 1))
def test_scan_matches_never_passes_another_name(config, a_work, form, stamped, name, other, field, confidence):
    assume(name != other)
    work = a_work(form=form(**{field: name}), scan=stamped(**{field: other}, confidence=confidence))
    assert next(f.outcome.value for f in review(work, config).findings if f.rule == "scan-matches") == "review"
