"""The words that have colours, and what they mean. No colour says it alone: the word always stands in the cell too."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Colour:
    """A cell's colours as RRGGBB; text "" leaves the usual black."""

    fill: str
    text: str


BAD, MISSING = Colour("F8CBAD", "9C0006"), Colour("FCE4D6", "974706")
WARN, BUSY = Colour("FFE699", "7F6000"), Colour("DDEBF7", "1F4E78")
GOOD, GREY = Colour("C6E0B4", "375623"), Colour("E7E6E6", "404040")
ALARM = Colour("C00000", "FFFFFF")

STATE_MEANINGS: dict[str, str] = {
    "疑似恶意": "文件中查出疑似病毒，请不要打开，告诉运维人员",
    "不符合要求": "有测得不符合通知要求的地方，见「审查明细」",
    "材料不全": "缺少必交的材料或表格内容",
    "处理中": "有文件还没有取到或还没有处理完",
    "待人工复核": "程序不能判断，请人工核对",
    "机审通过": "程序核对的各项均符合，人工核对项仍须核对",
}
DECISION_MEANINGS: dict[str, str] = {
    "通过": "形式审查通过",
    "不通过": "形式审查不通过，不计入名额",
    "补正": "请投稿人补正后再审",
    "撤回": "投稿人撤回，不计入名额",
    "合并到": "与另一件是同一作品，登记号写在「合并到」一栏",
    "拆分": "一封信里其实是几件作品，请程序分开登记",
    "转组别": "转到另一组别，程序会给新的登记号",
    "免催": "不再发催补信",
}
OUTCOME_MEANINGS: dict[str, str] = {
    "不符合": "测得的结果不符合通知的条款",
    "缺": "应有的材料或内容没有",
    "待处理": "文件还没有取到，或还没有处理完",
    "待人工": "程序不能断定，请看依据后判断",
    "人工核对": "按规定由人核对的事项，例如内容、原创、配音",
}
LIMIT_MEANINGS: dict[str, str] = {
    "不足5天": "链接不到五天就失效，请先下载",
    "已过期": "链接已失效，请投稿人重新发送",
}

COLOURS: dict[str, Colour] = {
    "疑似恶意": ALARM,
    "不符合要求": BAD,
    "材料不全": MISSING,
    "处理中": BUSY,
    "待人工复核": WARN,
    "机审通过": GOOD,
    "符合": GOOD,
    "不符合": BAD,
    "缺": MISSING,
    "待处理": BUSY,
    "待人工": WARN,
    "人工核对": BUSY,
    "通过": GOOD,
    "不通过": BAD,
    "补正": WARN,
    "撤回": GREY,
    "合并到": GREY,
    "拆分": GREY,
    "转组别": GREY,
    "免催": GREY,
    "已转出": GREY,
    "不足5天": BAD,
    "已过期": GREY,
    "重复邮件": GREY,
    "非投稿": GREY,
    "系统邮件": GREY,
    "已搁置": BAD,
    "无法读取": BAD,
    "草稿（不发送）": GREY,
    "待放行": WARN,
    "待发送": BUSY,
    "发送中": BUSY,
    "已发送": GOOD,
    "发送失败": BAD,
    "结果不明": BAD,
}
"""Colours of the words for states, outcomes, decisions, time left, what became of a mail and of a letter."""
