"""`kepu forms`: a snippet the config loader takes, and sample forms that are marked as such."""

import tomllib
from pathlib import Path

import pytest

from ingest.config import load
from ingest.demo.docxs import new_document, settled
from ingest.demo.sheets import table_of
from parsers import look
from parsers.facts import Wants

ROWS = (("*参评视频名称",), ("完成时间", "移动电话"), ("项目联系人", "责任编辑"), ("推荐单位意见",))


@pytest.fixture
def empty(contest):
    """An official form with names nobody has seen."""
    document = new_document("2025年全国科普微视频大赛作品推荐表")
    table_of(document, (3, 5, 3, 5), [[(label, "") for label in row] for row in ROWS])
    path = contest.folder / "空表.docx"
    path.write_bytes(settled(document))
    return path


def test_the_snippet_is_a_config_that_reads_the_form(kepu, contest, empty):
    printed = kepu("forms", "--learn", empty).out
    (contest.folder / "新.toml").write_text(printed, encoding="utf-8")
    forms = load(Path("新.toml"), environ={}, cwd=contest.folder).forms
    facts = look(empty, Wants(labels=dict(forms.labels)), None)
    assert {"title", "contact"} <= facts.fields.keys()


def test_the_snippet_keeps_the_names_there_were(kepu, empty):
    labels = tomllib.loads(kepu("forms", "--learn", empty).out)["forms"]["labels"]
    assert labels["title"] == [
        "作品名称",
        "微视频名称",
        "视频名称",
        "片名",
        "作品题目",
        "微视频作品名称",
        "参评视频名称",
    ]


def test_the_snippet_suggests_what_is_required(kepu, empty):
    required = tomllib.loads(kepu("forms", "--learn", empty).out)["forms"]["required"]
    assert required == {"recommended": ["title", "completed_on", "contact", "phone", "recommender_opinion"]}


def test_what_is_unsure_and_what_is_strange_is_said(kepu, empty):
    out = kepu("forms", "--learn", empty).out
    assert ("移动电话 → 可能是 phone（联系电话）" in out, "#   责任编辑\n" in out) == (True, True)


def test_both_samples_are_written_and_marked(kepu, contest):
    done = kepu("forms", "--sample", "样表")
    texts = [
        look(contest.folder / "样表" / f"{kind}（样表）.docx", Wants(), None).text for kind in ("推荐表", "自荐表")
    ]
    assert (done.code, ["样表，以通知附件为准" in text for text in texts]) == (0, [True, True])


def test_a_sample_overwrites_nothing(kepu, contest):
    kepu("forms", "--sample", "样表")
    before = (contest.folder / "样表" / "推荐表（样表）.docx").read_bytes()
    again = kepu("forms", "--sample", "样表")
    after = (contest.folder / "样表" / "推荐表（样表）.docx").read_bytes()
    assert (again.code, "不会覆盖" in again.err, before == after) == (2, True, True)


@pytest.mark.parametrize("arguments", [(), ("--sample", "--learn", "空表.docx")])
def test_one_of_the_two_is_asked_for(kepu, arguments):
    done = kepu("forms", *arguments)
    assert (done.code, "--learn 和 --sample 要给出其中一个" in done.err) == (2, True)
