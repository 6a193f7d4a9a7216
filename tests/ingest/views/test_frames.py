"""The workbook's sheets as frames: headings, real dates and numbers, quotas, summaries."""

import datetime as dt

import pytest

from ingest.model import CloudFile, Decision, Finding, Kind, LinkState, Outcome, WorkState
from ingest.views.cells import sheets_of
from ingest.views.frames import frames, summary
from parsers.facts import VideoFacts

HEBEI = "河北省科学技术厅"
FILM = {"duplicate-video": "视频文件完全相同"}


def found(rule, outcome, evidence="依据"):
    return Finding(rule, outcome, "附1", evidence)


def rows(frame):
    """A frame's filled cells, row by row."""
    return [{key: value for key, value in row.items() if value == value} for row in frame.to_dict("records")]


@pytest.fixture
def row(snap):
    """A work's row on its sheet."""

    def make(work, shown=None, **rest):
        return rows(frames(snap(work, **rest), shown or {})["推荐作品"])[0]

    return make


def test_frames_have_the_headings_of_their_sheets_and_links(snap, work, config):
    made = frames(snap(work()), {})
    of_works = [f"{heading}.link" for heading in ("视频", "电子表", "扫描件", "播放证明", "文件夹", "审查页")]
    links = {
        "推荐作品": of_works,
        "社会征集": of_works,
        "回信": ["信件.link"],
        "待办": ["链接.link"],
    }
    expected = {sheet.title: [*sheet.headings, *links.get(sheet.title, [])] for sheet in sheets_of(config)}
    assert {title: list(frame.columns) for title, frame in made.items()} == expected


def test_a_works_row_says_what_is_known(row, work, material, letter):
    film = material(
        Kind.VIDEO, "a.mp4", format="mp4", size=150_000_000,
        facts=VideoFacts(container="mp4", brand="isom", size=150_000_000, duration_s=150.2, width=1920, height=1080,
                         shown_width=1920, shown_height=1080, display_aspect=16 / 9),
    )  # fmt: skip
    fields = {"author": "林晚舟", "recommender": HEBEI, "contact": "王工", "phone": "010-1", "producer": "科技馆"}
    made = work(1, "星海寻踪", film, fields=fields, state=WorkState.FAIL)
    said = row(
        made,
        findings={made.id: (found("size", Outcome.FAIL, "太大"), found("content", Outcome.MANUAL))},
        letters=[letter()],
        letter_works={1: [made.id]},
        pairs={("P2024-0009", made.id): FILM},
        filed={made.id: {"folder": "R2024-0001 星海寻踪", "files": {str(film.part.id): "视频-星海寻踪.mp4"}}},
    )
    assert said == {
        "登记号": "R2024-0001",
        "作品名称": "星海寻踪",
        "状态": "不符合要求",
        "问题摘要": "不符合｜太大",
        "变化": "新作品",
        "推荐单位": HEBEI,
        "第一作者": "林晚舟",
        "制作单位": "科技馆",
        "联系人": "王工",
        "联系电话": "010-1",
        "邮箱": "wang@e.cn",
        "收到时间": dt.datetime(2024, 10, 8, 12),  # noqa: DTZ001 - cells have no zone
        "视频": "a.mp4",
        "视频.link": "../works/R2024-0001 星海寻踪/视频-星海寻踪.mp4",
        "电子表": "推荐表.docx",
        "扫描件": "",
        "播放证明": "",
        "时长": dt.timedelta(seconds=150),
        "分辨率": "1920×1080",
        "大小": 150.0,
        "人工核对项": "内容",
        "相关作品": "P2024-0009",
        "回信": "收件回执：草稿（不发送）",
        "文件夹": "打开",
        "文件夹.link": "../works/R2024-0001 星海寻踪",
        "审查页": "打开",
        "审查页.link": "../works/R2024-0001 星海寻踪/审查.html",
    }


def test_a_decision_stands_before_the_state(row, work):
    assert row(work(decision=Decision.REFUSED))["状态"] == "不通过"


@pytest.mark.parametrize(
    ("shown", "change"),
    [({}, "新作品"), ({"R2024-0001": "待人工复核"}, ""), ({"R2024-0001": "材料不全"}, "材料不全→待人工复核")],
)
def test_a_change_is_against_what_was_shown(row, work, shown, change):
    assert row(work(), shown)["变化"] == change


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ({"url": "https://e.cn"}, "（待下载）a.mp4"),
        ({"certain": False}, "（待识别）a.mp4"),
        ({"problem": "malware"}, "（已隔离）a.mp4"),
        ({"url": "https://e.cn", "name": ""}, "（待下载）云附件"),
    ],
)
def test_a_material_says_how_it_is_with_it(row, work, material, part, said):
    made = material(Kind.VIDEO, **({"name": "a.mp4"} | part))
    assert row(work(1, "星海寻踪", made))["视频"] == said


def test_several_of_a_kind_are_counted(row, work, material):
    scans = [material(Kind.SCAN, "1.pdf", in_force=False), material(Kind.SCAN, "2.pdf")]
    assert row(work(1, "星海寻踪", *scans))["扫描件"] == "2.pdf 等 2 个"


def test_the_summary_has_the_worst_first_and_says_a_thing_once():
    findings = [
        found("a", Outcome.REVIEW, "看"), found("b", Outcome.MISSING, "缺"), found("c", Outcome.FAIL, "错"),
        found("d", Outcome.MISSING, "缺"), found("e", Outcome.PASS, "好"), found("f", Outcome.MANUAL, "人"),
    ]  # fmt: skip
    assert summary(findings) == "不符合｜错\n缺｜缺\n待人工｜看"


def test_a_long_summary_is_cut_and_says_where_the_rest_is():
    findings = [found("a", Outcome.FAIL, f"第{n}项") for n in range(1, 8)]
    assert summary(findings).split("\n")[4:] == ["不符合｜第5项", "……另有 2 项，见「审查明细」"]


def test_findings_that_pass_or_do_not_apply_are_left_out(snap, work):
    findings = {"R2024-0001": tuple(found("size", outcome) for outcome in Outcome)}
    shown = rows(frames(snap(work(), findings=findings), {})["审查明细"])
    assert [row["结果"] for row in shown] == ["不符合", "缺", "待处理", "待人工", "人工核对"]


@pytest.fixture
def quota(snap, work):
    """The quota sheet's row of a unit, for works of it: (decision, late)."""

    def make(*works, name=HEBEI, unit=HEBEI):
        made = [work(n, fields={"recommender": name}, decision=d) for n, (d, _) in enumerate(works, start=1)]
        late = {
            w.id: (found("deadline", Outcome.FAIL),) for w, (_, is_late) in zip(made, works, strict=True) if is_late
        }
        shown = rows(frames(snap(*made, findings=late), {})["推荐名额"])
        return next(row for row in shown if row["推荐单位"] == unit)

    return make


def test_a_units_works_are_counted(quota):
    assert quota(*[(None, False)] * 2) == {
        "推荐单位": HEBEI,
        "类别": "省级科技部门（含三区 1 个）",
        "名额": 6,
        "已用": 2,
        "逾期": 0,
        "超出": 0,
        "剩余": 4,
        "作品": "R2024-0001、R2024-0002",
    }


def test_a_unit_over_its_quota_is_over(quota):
    row = quota(*[(None, False)] * 7, name="大连市科技局", unit="大连市科学技术局")
    assert (row["名额"], row["已用"], row["超出"], row["剩余"]) == (3, 7, 4, 0)


@pytest.mark.parametrize("decision", [Decision.REFUSED, Decision.WITHDRAWN, Decision.MERGED])
def test_works_that_are_out_take_no_place(quota, decision):
    assert (quota((decision, False), (None, False))["已用"], quota((decision, False))["作品"]) == (1, "")


def test_late_works_are_counted_apart(quota):
    row = quota((None, False), (None, True))
    assert (row["已用"], row["逾期"], row["作品"]) == (1, 1, "R2024-0001；逾期另计：R2024-0002")


def test_a_late_work_that_staff_accepted_counts(quota):
    assert quota((Decision.ACCEPTED, True))["已用"] == 1


def test_a_unit_that_is_not_known_is_nobody_elses(quota):
    assert quota((None, False), name="某某厅", unit="（未能对应）某某厅") == {
        "推荐单位": "（未能对应）某某厅",
        "类别": "请人工核对单位名称",
        "已用": 1,
        "逾期": 0,
        "作品": "R2024-0001",
    }


def test_a_unit_in_a_public_work_takes_no_place(snap, work):
    made = work(track="public", fields={"recommender": HEBEI})
    row = next(row for row in rows(frames(snap(made), {})["推荐名额"]) if row["推荐单位"] == HEBEI)
    assert row["已用"] == 0


@pytest.fixture
def todo(noon):
    def make(number, **rest):
        return {
            "id": number,
            "kind": "choose-work",
            "text": "请选择",
            "work_id": "",
            "arrival_id": 1,
            "part_id": None,
            "candidates": ["R2024-0001", "R2024-0002"],
            "created_at": noon - dt.timedelta(days=2),
            "due_at": None,
        } | rest

    return make


def test_a_todo_says_who_and_how_long(snap, mail, todo):
    assert rows(frames(snap(arrivals={1: mail()}, todos=[todo(7)]), {})["待办"]) == [
        {
            "编号": "T0007",
            "事项": "请选择",
            "类别": "选择作品",
            "登记号": "",
            "来信人": "王工",
            "邮件主题": "报送",
            "提出时间": dt.datetime(2024, 10, 6, 12),  # noqa: DTZ001 - cells have no zone
            "已等天数": 2,
            "截止": None,
            "候选": "R2024-0001、R2024-0002",
        }
    ]


def test_todos_that_run_out_come_first(snap, todo, noon):
    todos = [todo(1), todo(2, due_at=noon + dt.timedelta(days=3)), todo(3, due_at=noon + dt.timedelta(days=1))]
    assert list(frames(snap(todos=todos), {})["待办"]["编号"]) == ["T0003", "T0002", "T0001"]


URL = "https://mail.163.com/large-attachment-download/index.html?file=abc"


@pytest.fixture
def linked(snap, todo, noon):
    """The cells of the to-do of a link: linked(days it still lives, url)."""

    def make(days, url=URL, provider="netease"):
        part = {"id": 5, "provider": provider, "link_key": "abc", "url": url, "code": "", "size": 0}
        end = noon + dt.timedelta(days=days, hours=2)
        link = CloudFile(
            1, provider, "abc", url, "片.mp4", 121_845_760, end, "k3x9", LinkState.MANUAL, False, 1, None, "login",
            "", 0, "", noon, None,
        )  # fmt: skip
        todos = [todo(7, kind="fetch-link", part_id=5)]
        return frames(snap(todos=todos, parts={1: [part]}, links=[link]), {})["待办"].iloc[0]

    return make


def test_a_links_todo_has_all_that_it_takes_to_fetch_it(linked):
    row = linked(12)
    assert [row[name] for name in ("链接", "提取码", "文件大小", "剩余天数", "期限")] == [
        URL,
        "k3x9",
        121.8,
        12,
        "",
    ]


@pytest.mark.parametrize(
    ("days", "left", "word"), [(5, 5, ""), (4, 4, "不足5天"), (0, 0, "不足5天"), (-1, 0, "已过期")]
)
def test_a_links_time_left_has_a_word_when_it_is_short(linked, days, left, word):
    row = linked(days)
    assert (row["剩余天数"], row["期限"]) == (left, word)


def test_a_known_services_link_is_to_be_clicked_on(linked):
    assert linked(12)["链接.link"] == URL


@pytest.mark.parametrize(
    "url",
    [
        "https://files.example.cn/film.mp4",
        "http://10.0.0.1/coremail/common/nfFile.jsp?share_link=abc",
        "https://mail.evil.cn/coremail/common/nfFile.jsp?share_link=abc",
        "javascript:alert(1)",
    ],
)
def test_a_strangers_link_is_text_alone(linked, url):
    row = linked(12, url, "unknown")
    assert (row["链接"], row["链接.link"] is None or row["链接.link"] != row["链接.link"]) == (url, True)


def test_a_choice_that_was_not_taken_is_said_in_its_row(snap, todo):
    shown = frames(snap(todos=[todo(7)], staff={("待办", "T0007", "选择"): "R9"}), {})["待办"]
    assert list(shown["事项"]) == ["请选择\n【“选择”栏填的“R9”不是已有的登记号，请改正】"]


def test_a_mails_row_names_its_files(snap, mail):
    parts = [
        {"id": 1, "kind": "form", "name": "表.docx", "url": "", "source": "archive", "inside": "a.zip", "size": 35_000},
        {"id": 2, "kind": "video", "name": "", "url": "https://e.cn/x", "source": "cloud", "inside": "", "size": 0},
    ]
    row = rows(frames(snap(arrivals={1: mail()}, parts={1: parts}, works_of={1: ["R2024-0001"]}), {})["邮件"])[0]
    assert row == {
        "编号": "M00001",
        "信箱": "kepuwsp@163.com",
        "收到时间": dt.datetime(2024, 10, 8, 12),  # noqa: DTZ001 - cells have no zone
        "发件人": "wang@e.cn",
        "主题": "报送",
        "去向": "新作品",
        "登记号": "R2024-0001",
        "说明": "",
        "附件": "电子表：表.docx（a.zip内） 35 KB\n视频：https://e.cn/x（云附件） 0 字节",
    }


def test_a_mail_of_a_mailbox_no_longer_configured_is_shown(snap, mail):
    assert list(frames(snap(arrivals={1: mail(mailbox="gone")}), {})["邮件"]["信箱"]) == ["gone"]


def test_a_letters_row_opens_its_file(snap, letter):
    held = letter(kind="late", subject="告知", state="held", file="L0001 逾期告知.eml")
    assert rows(frames(snap(letters=[held], letter_works={1: ["R2024-0001"]}), {})["回信"]) == [
        {
            "编号": "L0001",
            "登记号": "R2024-0001",
            "种类": "逾期告知",
            "收信人": "wang@e.cn",
            "主题": "告知",
            "状态": "待放行",
            "生成时间": dt.datetime(2024, 10, 8, 12),  # noqa: DTZ001 - cells have no zone
            "发出时间": None,
            "信件": "打开",
            "说明": "",
            "信件.link": "回信/L0001 逾期告知.eml",
        }
    ]


def test_a_letters_row_says_why_it_waits(snap, letter):
    again = dt.datetime(2024, 10, 8, 13, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    waits = letter(state="queued", error="收信方暂时不收，稍后再试：450 later", tries=2, try_after=again)
    (row,) = rows(frames(snap(letters=[waits]), {})["回信"])
    assert row["说明"] == "收信方暂时不收，稍后再试：450 later；10-08 13:00 后再试（已试 2 次）"


def test_a_letters_row_says_what_the_server_refused(snap, letter):
    (row,) = rows(frames(snap(letters=[letter(state="failed", error="对方地址不存在：550")]), {})["回信"])
    assert row["说明"] == "对方地址不存在：550"


def test_a_mails_row_says_why_it_is_not_answered(snap, mail):
    silent = mail(may_reply=False, may_reply_why="邮件列表")
    (row,) = rows(frames(snap(arrivals={1: silent}), {})["邮件"])
    assert row["说明"] == "不自动回信：邮件列表"


def test_works_with_one_film_are_a_pair(snap):
    assert rows(frames(snap(pairs={("P2024-0001", "R2024-0001"): FILM}), {})["疑似重复"]) == [
        {
            "编号": "P2024-0001/R2024-0001",
            "作品一": "P2024-0001",
            "作品二": "R2024-0001",
            "理由": "视频重复：视频文件完全相同",
        }
    ]


def test_a_unit_that_is_not_known_is_shown_with_those_that_read_alike(quota):
    row = quota((None, False), name="河北省科学技术庁", unit="（未能对应）河北省科学技术庁")
    assert row["类别"].startswith("请人工核对单位名称，名单中相近的：河北省科学技术厅")


def test_a_unit_to_be_confirmed_is_marked(quota):
    row = quota((None, False), name="工信部", unit="工业和信息化部")
    assert (row["类别"], row["已用"]) == ("联席会议成员单位（名单待主办方确认）", 1)


PAIR = ("P2024-0001", "R2024-0001")


@pytest.mark.parametrize(
    ("whys", "said", "reason"),
    [
        ({}, "不是同一作品", "现在已不相似，或其中一部不再计入"),
        (FILM, "是同一作品", "视频重复：视频文件完全相同"),
        (FILM, "再看看", "视频重复：视频文件完全相同\n【“结论”栏填的“再看看”不在可选之列，没有采用，请改选】"),
        (
            {"one-track": "作品名称相同，作者同名", "one-per-author": "同名，单位相同"},
            "",
            "只走一组：作品名称相同，作者同名\n第一作者一部：同名，单位相同",
        ),
    ],
)
def test_a_pairs_reasons(snap, whys, said, reason):
    cells = {("疑似重复", "/".join(PAIR), "结论"): said} if said else {}
    shown = rows(frames(snap(pairs={PAIR: whys}, staff=cells), {})["疑似重复"])
    assert [row["理由"] for row in shown] == [reason]


def test_a_pair_no_more_alike_of_which_nobody_said_anything_is_not_shown(snap):
    assert rows(frames(snap(pairs={PAIR: {}}), {})["疑似重复"]) == []
