"""Mails of which the pairing is known, through the real ledger: how well they are paired, in whatever order."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.demo.correspondence import correspondence
from ingest.demo.pairing import figures, found, sort_out

POSTS = correspondence(300)


def paired(files):
    """Which files are together, whatever the works are called."""
    works = {}
    for file, ids in files.items():
        for work in ids:
            works.setdefault(work, set()).add(file)
    return sorted(sorted(mine) for mine in works.values())


def test_300_mails_are_paired_and_no_entrants_are_joined(context):
    sort_out(context, POSTS)
    measured = figures(POSTS, *found(context))
    assert (measured.precision >= 0.99, measured.recall >= 0.99, measured.joined_units, measured.astray) == (
        True,
        True,
        0,
        0,
    )


def check_any_order(data, mails, new_contest, tmp_path_factory):
    """So many mails at once, and the same in some other order over some runs."""
    posts = correspondence(mails, seed=data.draw(st.integers(0, 999)))
    mixed = data.draw(st.permutations(posts))
    cuts = sorted({0, len(mixed), *data.draw(st.lists(st.integers(1, len(mixed) - 1), max_size=4))})
    said = []
    for batches in ([posts], [mixed[a:b] for a, b in pairwise(cuts)]):
        with new_contest(tmp_path_factory.mktemp("contest")).open() as context:
            for batch in batches:
                sort_out(context, batch)
            files, waits = found(context)
        said.append((paired(files), waits))
    assert said[0] == said[1]


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_order_and_any_split_pairs_the_same(data, new_contest, tmp_path_factory):
    check_any_order(data, 14, new_contest, tmp_path_factory)


@pytest.mark.drill
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_order_of_many_mails_pairs_the_same(data, new_contest, tmp_path_factory):
    check_any_order(data, 60, new_contest, tmp_path_factory)


def test_a_film_that_came_before_but_is_seen_after_its_form_takes_the_forms_number(
    contest, context, walk, told, form, shell
):
    contest.post("自荐表", to="public", files=[("表.docx", form("星海寻踪"))])
    contest.post("扫描", to="public", files=[("扫描.jpg", b"\xff\xd8\xff\xe0 cut")])
    walk(context)
    early = contest.mail("投稿《星海寻踪》", to="public", files=[("VID_1.mp4", shell)])
    contest.drop(early, "public", at=early.received_at - dt.timedelta(days=1))
    assert [works for _, works in told(walk(context))] == [["P2024-0001"]] * 3


def test_an_answer_seen_before_what_it_answers_joins_it(contest, context, walk, told, form, shell):
    first = contest.mail("报送", files=[("表.docx", form("星海寻踪"))])
    contest.post("回复", files=[("成片甲.mp4", shell)], sender="other@qq.com", in_reply_to=first.message_id)
    before = told(walk(context))
    contest.drop(first)
    assert (before, told(walk(context))) == (
        [("work", ["R2024-0001"])],
        [("supplement", ["R2024-0001"]), ("work", ["R2024-0001"])],
    )


def test_what_staff_decided_on_is_not_settled_anew(contest, context, walk, told, form, shell):
    first = contest.mail("报送", files=[("表.docx", form("星海寻踪"))])
    contest.post("回复", files=[("成片甲.mp4", shell)], sender="other@qq.com", in_reply_to=first.message_id)
    walk(context)
    with context.begin() as tx:
        tx.moves.decided("R2024-0001", "通过")
    contest.drop(first)
    assert told(walk(context))[0] == ("work", ["R2024-0001"])
