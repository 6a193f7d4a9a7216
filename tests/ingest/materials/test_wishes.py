"""What a mail asks for in words."""

import pytest

from ingest.materials.wishes import WITHDRAWAL, wishes_in


def asked(text, **more):
    return [wish.what for wish in wishes_in("", text, **more)]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("我单位决定撤回作品《星海寻踪》。", ["撤回"]),
        ("因版权问题，退出本次大赛", ["撤回"]),
        ("不再参加本次评选", ["撤回"]),
        ("附件为更换后的视频，以此为准。", ["更换"]),
        ("请忽略上一封邮件，重新发送如下", ["更换"]),
        ("能否更换视频文件？", ["更换"]),
        ("我们不会撤回，请放心。", []),
        ("没有替换视频", []),
        ("如需更换请告知", []),
        ("如何撤回？", []),
        ("联系人更换为李四", []),
        ("最终解释以通知为准", []),
        ("> 请更换视频", []),
        ("谢谢\n-----原始邮件-----\n请更换视频", []),
        ("", []),
    ],
)
def test_what_is_asked_for(text, what):
    assert asked(text) == what


def test_the_sentence_is_quoted_alone():
    (wish,) = wishes_in("", "您好。我单位决定撤回《星海寻踪》。谢谢！")
    assert wish.sentence == "我单位决定撤回《星海寻踪》。"


def test_a_sentence_of_our_own_letter_is_nobodys_wish():
    assert asked("请更换视频后重新发送", ours=["您好：\n请更换视频后重新发送。"]) == []


def test_a_subject_asks_too():
    assert [wish.what for wish in wishes_in("撤回作品申请", "见附件")] == [WITHDRAWAL]


def test_a_long_sentence_is_shortened():
    (wish,) = wishes_in("", "我单位决定撤回" + "很" * 500)
    assert len(wish.sentence) == 121
