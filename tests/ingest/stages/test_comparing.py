"""Works among each other, through the ledger: rule, sample, outcomes; and that only what changed is judged again."""

import datetime as dt
from dataclasses import replace
from itertools import count

import pytest

from bench.ledgers import CHINA, Entry, enter
from ingest import rules
from ingest.stages import comparing
from ingest.stages.review import review

IN_TIME = dt.datetime(2024, 10, 20, 9, tzinfo=CHINA)
LATE = dt.datetime(2024, 10, 27, 9, tzinfo=CHINA)
HEBEI, DALIAN, BEIJING = "河北省科技厅", "大连市科技局", "北京市科委"
ID_CARD = "11010519900307123X"
numbers = count(1)


def one(track="public", *, film=None, received_at=IN_TIME, **fields):
    """A work with nothing in common with others but for the fields given. A field set to None is not in its form."""
    number = next(numbers)
    own = {
        "title": f"作品{number}号",
        "author": f"{'赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨'[number % 16]}{chr(0x4E00 + number)}",
        "author_unit": f"第{number}研究所",
        "producer": f"星野{number}有限公司",
        "phone": f"139{number:08d}",
    }
    own |= {"recommender": HEBEI} if track == "recommended" else {"entrant_kind": "个人"}
    filled = {name: value for name, value in (own | fields).items() if value is not None}
    sender = f"s{number}@example.cn"
    return Entry(number, track, filled, f"film {number}" if film is None else film, received_at, sender)


def recommended(**fields):
    return one("recommended", **fields)


@pytest.fixture
def book(context):
    """Enter works and judge all; the outcomes of one rule, work by work in the order given."""

    class Book:
        ids = ()

        def add(self, *entries):
            with context.begin() as tx:
                self.ids = (*self.ids, *enter(tx, context.config, context.wants_key, entries))
            review(context)
            return self

        def write(self, sheet, row, heading, value):
            with context.begin() as tx:
                tx.desk._keep_cell(sheet, row, heading, value)
                tx.desk.touch()
            review(context)

        def decide(self, place, word):
            work = self.ids[place]
            self.write("推荐作品" if work[0] == "R" else "社会征集", work, "初审结论", word)

        def conclude(self, one, other, word):
            self.write("疑似重复", "/".join(sorted((self.ids[one], self.ids[other]))), "结论", word)

        def finding(self, rule, place=0):
            with context.read() as tx:
                found = tx.works.findings([self.ids[place]])[self.ids[place]]
            return next(f for f in found if f.rule == rule)

        def outcomes(self, rule):
            return [self.finding(rule, place).outcome.value for place in range(len(self.ids))]

        def pairs(self):
            with context.read() as tx:
                return {pair: sorted(whys) for pair, (whys, _) in tx.entrants.pairs().items()}

    return Book()


# --- rule, sample, expected -------------------------------------------------------------------------------------------

ALIKE = {"author": "张三", "author_unit": "河北省科技馆"}
NAMELESS = {"author": None, "producer": None, "author_unit": None}

TABLE = {
    "entity: nobody like it": ("one-per-entity", [one, one], {}, ["pass", "pass"]),
    "entity: one citizen": ("one-per-entity", [one, one], ALIKE, ["review", "review"]),
    "entity: one number of papers": ("one-per-entity", [one, one], {"entrant_id": ID_CARD}, ["review", "review"]),
    "entity: not among units' works": ("one-per-entity", [recommended, recommended], ALIKE, ["na", "na"]),
    "entity: nobody told": ("one-per-entity", [one], {**NAMELESS, "entrant_kind": None}, ["na"]),
    "entity: one body": (
        "one-per-entity",
        [one, one],
        {"entrant_kind": "机构", "producer": "星野（北京）科技有限公司"},
        ["review", "review"],
    ),
    "producer: nobody like it": ("one-per-producer", [one, recommended], {}, ["pass", "pass"]),
    "producer: one, over both tracks": (
        "one-per-producer",
        [one, recommended],
        {"producer": "石家庄电视台、某某公司"},
        ["review", "review"],
    ),
    "producer: not told": ("one-per-producer", [one], {"producer": None}, ["na"]),
    "author: nobody like it": ("one-per-author", [one, one], {}, ["pass", "pass"]),
    "author: one name and unit, over both tracks": ("one-per-author", [one, recommended], ALIKE, ["review", "review"]),
    "author: not told": ("one-per-author", [one], {"author": None}, ["na"]),
    "author: a body in his place": ("one-per-author", [one, one], {"author": "石家庄电视台"}, ["na", "na"]),
    "author: one name, other units, few": ("one-per-author", [one, one], {"author": "张三"}, ["review", "review"]),
    "author: one name, other units, forty": ("one-per-author", [one] * 40, {"author": "张三"}, ["pass"] * 40),
    "track: other works": ("one-track", [one, recommended], {}, ["pass", "pass"]),
    "track: title and author": ("one-track", [one, recommended], {**ALIKE, "title": "桥"}, ["review", "review"]),
    "track: one title, other makers": ("one-track", [one, recommended], {"title": "桥"}, ["pass", "pass"]),
    "track: one title, nobody told": (
        "one-track",
        [one, recommended],
        {**NAMELESS, "title": "桥"},
        ["review", "review"],
    ),
    "track: twice in one": (
        "one-track",
        [one, one],
        {**ALIKE, "title": "桥"},
        ["pass", "pass"],
    ),
    "track: one film": ("one-track", [one, recommended], {"film": "same"}, ["review", "review"]),
    "film: its own": ("duplicate-video", [one, one], {}, ["pass", "pass"]),
    "film: another's": ("duplicate-video", [one, one, one], {"film": "same"}, ["review"] * 3),
    "film: none": ("duplicate-video", [one], {"film": ""}, ["na"]),
    "quota: within": ("quota", [recommended] * 3, {"recommender": DALIAN}, ["pass"] * 3),
    "quota: over, all marked": ("quota", [recommended] * 4, {"recommender": DALIAN}, ["review"] * 4),
    "quota: with 三区": ("quota", [recommended] * 6, {"recommender": HEBEI}, ["pass"] * 6),
    "quota: over with 三区": ("quota", [recommended] * 7, {"recommender": HEBEI}, ["review"] * 7),
    "quota: over without 三区": ("quota", [recommended] * 6, {"recommender": BEIJING}, ["review"] * 6),
    "quota: a unit nobody knows": ("quota", [recommended], {"recommender": "某某厅"}, ["review"]),
    "quota: no unit": ("quota", [recommended], {"recommender": None}, ["na"]),
    "quota: nobody's": ("quota", [one], {}, ["na"]),
    "三区: place not taken": ("sanqu", [recommended] * 5, {"recommender": HEBEI}, ["na"] * 5),
    "三区: taken by none of them": ("sanqu", [recommended] * 6, {"recommender": HEBEI}, ["review"] * 6),
    "三区: taken": ("sanqu", [recommended] * 6, {"recommender": HEBEI, "sanqu": "是，太行革命老区"}, ["pass"] * 6),
    "三区: a unit without": ("sanqu", [recommended] * 6, {"recommender": BEIJING}, ["na"] * 6),
}


@pytest.mark.parametrize(("rule", "makers", "shared", "expected"), TABLE.values(), ids=TABLE)
def test_rule_on_works_that_share(book, rule, makers, shared, expected):
    assert book.add(*(make(**shared) for make in makers)).outcomes(rule) == expected


def test_table_has_each_outcome_that_a_comparing_rule_may_give():
    shown = {(rule, outcome) for rule, _, _, outcomes in TABLE.values() for outcome in outcomes}
    wanted = {(rule.id, o.value) for rule in rules.RULES if rule.compares for o in rule.may_give}
    assert wanted - shown == {("duplicate-video", "pending")}


def test_duplicate_video_behind_a_link_is_awaited(contest, context, walk, form):
    from ingest.demo.cloud import netease_block

    block = netease_block(name="a.mp4", size_bytes=120_000_000, subject="", sent_at=contest.mail().received_at)
    contest.post(files=[("推荐表.docx", form())], html="both", html_below=block)
    walk(context)
    with context.read() as tx:
        found = {f.rule: f.outcome.value for f in tx.works.findings(["R2024-0001"])["R2024-0001"]}
    assert found["duplicate-video"] == "pending"


# --- names identify, contacts support ---------------------------------------------------------------------------------

PHONE = {"phone": "13912345678"}


@pytest.mark.parametrize(
    ("first", "second", "outcome"),
    [
        (ALIKE, {**ALIKE, "author": "张 三 教授"}, "review"),
        (ALIKE, {**ALIKE, "author": "主创：张三、李四"}, "review"),
        (ALIKE, {**ALIKE, "author": "李四、张三"}, "pass"),
        (PHONE, PHONE, "pass"),
        ({**ALIKE, **PHONE}, {"author": "张三", **PHONE}, "review"),
        ({"author": "张三", "author_unit": None}, {"author": "张三"}, "review"),
        ({**ALIKE, "author_unit": "北京大学"}, {**ALIKE, "author_unit": "北京大学物理学院"}, "review"),
    ],
)
def test_one_per_author_by_names_not_by_contacts(book, first, second, outcome):
    assert book.add(one(**first), one(**second)).outcomes("one-per-author") == [outcome] * 2


def test_a_ministrys_five_forms_with_one_contact_are_five_works(book):
    shared = {"recommender": "科技部", "contact": "王工", "phone": "010-58881430", "email": "kjb@most.gov.cn"}
    book.add(*(recommended(**shared) for _ in range(5)))
    comparing_rules = [rule for rule in rules.COMPARING if rule.startswith(("one-", "dup"))]
    assert {outcome for rule in comparing_rules for outcome in book.outcomes(rule)} == {"pass", "na"}


def test_a_common_name_still_tells_where_unit_or_contact_do(book):
    book.add(*(one(author="张三") for _ in range(20)), one(**ALIKE), one(**ALIKE))
    assert book.outcomes("one-per-author") == ["pass"] * 20 + ["review"] * 2


def test_a_common_name_is_said(book):
    book.add(*(one(author="张三") for _ in range(40)))
    assert book.finding("one-per-author").evidence == (
        "第一作者“张三”：未见其他作品相同；另有 39 部作品的第一作者同名，未见是同一人"
    )


@pytest.mark.parametrize(("namesakes", "outcome"), [(2, "pass"), (3, "review"), (4, "review")])
def test_how_many_may_have_a_name_is_the_configs(contest, context, book, namesakes, outcome):
    context.config = contest.config(f"[rules.one-per-author]\nnamesakes = {namesakes}\n")
    assert book.add(*(one(author="张三") for _ in range(4))).outcomes("one-per-author") == [outcome] * 4


def test_forty_namesakes_are_no_pairs(book):
    assert book.add(*(one(author="张三") for _ in range(40))).pairs() == {}


def test_a_crowd_of_copies_is_all_marked(book):
    assert book.add(*(one(film="same") for _ in range(30))).outcomes("duplicate-video") == ["review"] * 30


def test_evidence_names_the_others_by_number_for_staff(book):
    book.add(*(one(film="same") for _ in range(2)))
    assert book.finding("duplicate-video").evidence == "视频另见：P2024-0002（视频文件完全相同）"


def test_evidence_names_five_and_counts_the_rest(book):
    book.add(*(one(film="same") for _ in range(9)))
    assert book.finding("duplicate-video").evidence.endswith("P2024-0006（视频文件完全相同）；等 8 部")


def test_quota_says_how_many_of_how_many(book):
    book.add(*(recommended(recommender=DALIAN) for _ in range(4)))
    assert book.finding("quota").evidence == "大连市科学技术局 4/3，超出 1 部，请推荐单位确认保留哪几部"


def test_quota_of_a_unit_in_doubt_offers_what_reads_alike(book):
    book.add(recommended(recommender="河北省科学技术庁"))
    assert book.finding("quota").evidence.startswith(
        "推荐单位“河北省科学技术庁”不能确定是名单中的哪一家，未计名额；名单中相近的：河北省科学技术厅"
    )


def test_quota_counts_late_works_apart(book):
    late = recommended(recommender=DALIAN, received_at=LATE)
    book.add(*(recommended(recommender=DALIAN) for _ in range(3)), late)
    assert (book.outcomes("quota"), book.finding("quota", 3).evidence) == (
        ["pass"] * 4,
        "大连市科学技术局 3/3，另有逾期 1 部（本件逾期，未计在内）（按“大连市科技局”，与名单中的别名一致）",
    )


def test_none_of_these_rules_is_ever_told_to_submitters(context):
    told = [rule for rule in (*rules.COMPARING, "sender", "first-maker") if context.config.rules.table(rule).tell]
    assert told == []


# --- decisions and changes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["撤回", "不通过", "合并到"])
def test_a_work_that_is_out_is_compared_with_none(book, word):
    book.add(*(one(film="same") for _ in range(2)))
    book.decide(1, word)
    assert (book.outcomes("duplicate-video"), book.pairs()) == (["pass", "na"], {})


def test_a_decision_taken_back_is_undone(book):
    book.add(*(one(film="same") for _ in range(2)))
    book.decide(1, "撤回")
    book.decide(1, None)
    assert book.outcomes("duplicate-video") == ["review", "review"]


def test_a_refused_work_frees_its_place(book):
    book.add(*(recommended(recommender=DALIAN) for _ in range(4)))
    book.decide(0, "不通过")
    assert book.outcomes("quota") == ["na", "pass", "pass", "pass"]


def test_a_late_work_that_staff_accept_takes_a_place(book):
    book.add(*(recommended(recommender=DALIAN) for _ in range(3)), recommended(recommender=DALIAN, received_at=LATE))
    book.decide(3, "通过")
    assert book.outcomes("quota") == ["review"] * 4


@pytest.mark.parametrize("word", ["不是同一作品", "不是同一人或单位", "核对无误", "不是同一件"])
def test_a_pair_that_staff_say_is_none_is_no_more_said_to_be(book, word):
    book.add(*(one(**ALIKE) for _ in range(2)))
    book.conclude(0, 1, word)
    assert (book.outcomes("one-per-author"), list(book.pairs())) == (["pass", "pass"], [book.ids])


@pytest.mark.parametrize("word", [None, "是同一作品", "不确定"])
def test_a_conclusion_that_is_none_changes_nothing(book, word):
    book.add(*(one(**ALIKE) for _ in range(2)))
    book.conclude(0, 1, "不是同一作品")
    book.conclude(0, 1, word)
    assert book.outcomes("one-per-author") == ["review", "review"]


def test_a_conclusion_on_one_pair_leaves_the_third(book):
    book.add(*(one(**ALIKE) for _ in range(3)))
    book.conclude(0, 1, "不是同一作品")
    assert [book.finding("one-per-author", n).evidence.count("P2024-") for n in range(3)] == [1, 1, 2]


def test_a_pair_with_a_conclusion_stays_on_the_list_when_it_is_none_any_more(book):
    book.add(*(one(film="same") for _ in range(2)))
    book.conclude(0, 1, "不是同一作品")
    book.decide(1, "撤回")
    assert book.pairs() == {book.ids: []}


def test_an_extended_deadline_judges_again(contest, context, book):
    book.add(*(recommended(recommender=DALIAN) for _ in range(3)), recommended(recommender=DALIAN, received_at=LATE))
    context.config = contest.config("[edition]\ndeadline = 2024-10-31\n")
    review(context)
    assert book.outcomes("quota") == ["review"] * 4


def test_a_rule_that_is_off_is_not_asked_and_makes_no_pairs(contest, context, book):
    context.config = contest.config("[rules.duplicate-video]\non = false\n")
    book.add(*(one(film="same") for _ in range(2)))
    with context.read() as tx:
        found = [f.rule for f in tx.works.findings([book.ids[0]])[book.ids[0]]]
    assert ("duplicate-video" in found, book.pairs()) == (False, {})


# --- only what changed ------------------------------------------------------------------------------------------------


def judged(context, monkeypatch):
    """How many works are compared from here on."""
    seen = []
    real = rules.compare
    monkeypatch.setattr(
        rules, "compare", lambda standing, config: seen.append(standing.entrant.id) or real(standing, config)
    )
    return seen


def test_a_new_work_touches_only_those_it_shares_something_with(context, book, monkeypatch):
    book.add(*(one() for _ in range(10)), one(**ALIKE))
    seen = judged(context, monkeypatch)
    book.add(one(**ALIKE))
    assert sorted(seen) == ["P2024-0011", "P2024-0012"]


def test_a_run_without_news_compares_nothing(context, book, monkeypatch):
    book.add(*(one(film="same") for _ in range(3)))
    seen = judged(context, monkeypatch)
    with context.begin() as tx:
        tx.desk.touch()
    review(context)
    assert seen == []


def test_what_a_killed_run_left_is_compared_by_the_next(context, book, monkeypatch):
    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(comparing, "_judge", killed)
        with pytest.raises(KeyboardInterrupt):
            book.add(*(one(film="same") for _ in range(2)))
    review(context)
    assert book.outcomes("duplicate-video") == ["review", "review"]


def test_a_rule_that_fails_is_said_and_for_a_person(context, book, monkeypatch):
    def judge(standing, limits, config):
        raise ZeroDivisionError

    changed = tuple(replace(rule, judge=judge) if rule.id == "sanqu" else rule for rule in rules.RULES)
    monkeypatch.setattr(rules, "RULES", changed)
    book.add(one())
    assert (book.outcomes("sanqu"), context.tally.troubles) == (
        ["review"],
        ["规则 sanqu 未能判断作品 P2024-0001，已列为待人工复核（详见日志）"],
    )
