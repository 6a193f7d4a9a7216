"""The Chinese words for what the ledger keeps in English, and figures as people read them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from ingest.model import LetterState, Part
from parsers.active import ACTIVE_WORDS
from parsers.endings import belied, runs
from parsers.facts import BROKEN_REASONS, Broken
from parsers.sniff import ACTIVE

RULE_WORDS: Mapping[str, str] = {
    "deadline": "截止时间",
    "materials": "材料齐全",
    "form-kind": "表格种类",
    "form-fields": "表格填写",
    "scan-seal": "盖章",
    "endorsement": "推荐或审核意见",
    "scan-matches": "表与扫描件一致",
    "first-maker": "申报者",
    "made-in-window": "完成时间",
    "shown-in-window": "播映时间",
    "proof": "播放证明",
    "container": "视频格式",
    "readable": "视频完整",
    "duration": "时长",
    "aspect": "画面比例",
    "full-frame": "全画幅",
    "resolution": "分辨率",
    "size": "文件大小",
    "opening-title": "片头名称",
    "closing-credits": "片尾信息",
    "subtitles": "字幕",
    "narration": "配音解说",
    "content": "内容",
    "original": "原创",
    "licence": "授权",
    "one-per-entity": "自荐一部",
    "one-per-producer": "制作单位一部",
    "one-per-author": "第一作者一部",
    "one-track": "只走一组",
    "quota": "推荐名额",
    "sanqu": "三区名额",
    "duplicate-video": "视频重复",
    "sender": "发件人",
    "malware": "安全",
}

ENDING_WORDS: Mapping[str, str] = {
    "work": "新作品",
    "supplement": "补充材料",
    "duplicate": "重复邮件",
    "not-a-submission": "非投稿",
    "machine-mail": "系统邮件",
    "quarantined": "已搁置",
    "unreadable": "无法读取",
    "pending": "待处理",
}

HELD_WORDS: Mapping[str, str] = {
    "junk": "来信在垃圾箱类文件夹里，确认后放行",
    "staff": "已按“暂缓”留下",
    "moot": "作品已撤回、改归别处或已另信告知，不再发出",
    "passed": "已有新的一封，不再发出",
    "anew": "情况有变化，改写后再发",
    "operator": "运维已处理（kepu replies）",
}
"""Why a letter is held."""

LETTER_WORDS: Mapping[str, str] = {
    "receipt": "收件回执",
    "supplement": "补件回执",
    "attention": "提醒",
    "late": "逾期告知",
    "reminder": "催交",
    "summary": "主办方日报",
    "digest": "待办晨报",
    "urgent": "云附件提醒",
}

LETTER_STATE_WORDS: Mapping[str, str] = {
    LetterState.DRAFT.value: "草稿（不发送）",
    LetterState.HELD.value: "待放行",
    LetterState.QUEUED.value: "待发送",
    LetterState.SENDING.value: "发送中",
    LetterState.SENT.value: "已发送",
    LetterState.FAILED.value: "发送失败",
    LetterState.UNKNOWN.value: "结果不明",
}

TODO_WORDS: Mapping[str, str] = {
    "question": "来信咨询",
    "choose-work": "选择作品",
    "choose-file": "选择文件",
    "fetch-link": "下载云附件",
    "broken-file": "文件损坏",
    "locked": "文件有密码",
    "missing-volume": "分卷不全",
    "unreadable-mail": "邮件无法读取",
    "quarantined": "程序搁置",
    "place-file": "文件归属",
    "listed": "汇总表核对",
    "wish": "撤回或更换",
    "junk": "垃圾箱来信",
    "type-form": "录入表格",
    "letter": "回信未达",
}

RECOMMENDER_WORDS: Mapping[str, str] = {
    "member": "联席会议成员单位",
    "province": "省级科技部门",
    "city": "计划单列市、副省级城市",
    "corps": "新疆生产建设兵团",
}


LINK_STATE_WORDS: Mapping[str, str] = {
    "waiting": "等待下载",
    "fetching": "正在下载",
    "fetched": "已下载",
    "manual": "待人工下载",
    "expired": "已失效",
    "given-up": "多次未成，待人工",
}

URGENT_DAYS = 5
"""A link with fewer days left is shown red."""


def time_left(due: dt.datetime | None, now: dt.datetime) -> tuple[int | None, str]:
    """Whole days until then, and the word that has a colour; (None, "") where there is no end."""
    if due is None:
        return None, ""
    days = (due - now).days
    if due <= now:
        return 0, "已过期"
    return days, f"不足{URGENT_DAYS}天" if days < URGENT_DAYS else ""


def file_note(part: Part) -> str:
    """What staff should know of a file: why it cannot be read, or why it is what it is; and that its name lies."""
    if part.quarantined:
        return BROKEN_REASONS["malware"]
    note = part.facts.sentence if isinstance(part.facts, Broken) else part.why
    return "；".join(filter(None, (note, *odd_words(part))))


def odd_words(part: Part) -> list[str]:
    """What is odd about a file that can be had: its name lies, it runs, something in it could act by itself."""
    words = [belied_text(part.name, part.format)]
    if part.here and (part.format in ACTIVE or runs(part.name)):
        words.append("可以运行的程序或脚本")
    active: tuple[str, ...] = getattr(part.facts, "active", ())
    if active:
        words.append("含有" + "、".join(ACTIVE_WORDS.get(key, key) for key in active))
    return [word for word in words if word]


def belied_text(name: str, format_: str) -> str:
    """A name that promises another format than the bytes have, in words; "" for one that does not."""
    said = belied(name, format_)
    return f"扩展名 .{said}，实际为 {format_.upper()}" if said else ""


def size_text(size: int) -> str:
    """Bytes as people say them: 20.2 GB, 109.0 MB, 35 KB."""
    if size >= 1_000_000_000:
        return f"{size / 1e9:.1f} GB"
    if size >= 1_000_000:
        return f"{size / 1e6:.1f} MB"
    return f"{max(round(size / 1e3), 1)} KB" if size else "0 字节"


def megabytes(size: int) -> float:
    """Bytes as a number of megabytes that sorts, to the nearest tenth, the smallest of them 0.1."""
    return max(round(size / 1e6, 1), 0.1) if size else 0.0


def duration_text(seconds: float | None) -> str:
    """Seconds as 2分30秒; "" if unknown."""
    if seconds is None:
        return ""
    whole = round(seconds)
    return f"{whole // 60}分{whole % 60:02d}秒"


MENDS: Mapping[str, str] = {
    "materials": "请补发所缺材料",
    "form-fields": "请补填后重新发送电子表和盖章扫描件",
    "endorsement": "请补填推荐单位意见，或所在单位、两位副高级及以上人员的审核意见，盖章后重新发送扫描件",
    "made-in-window": "请核对完成时间；如填写有误，请更正表格后重新发送",
    "shown-in-window": "请核对首播时间和平台；如填写有误，请更正表格后重新发送",
    "proof": "请补发播放证明（平台截图或播出单位证明）",
    "container": "请转换为 MP4 格式后重新发送",
    "readable": "请在本地从头到尾播放确认无误，再重新发送完整的视频文件",
    "duration": "请调整时长后重新发送",
    "aspect": "请按 16:9 横版输出后重新发送",
    "resolution": "请按不低于 1080P 输出后重新发送",
    "size": "请调整码率，使文件大小符合要求后重新发送",
    "original": "请补填原创承诺后重新发送",
    "licence": "请补发引用素材、音乐的授权证明",
}
"""What a submitter can do about an unmet rule."""


EVENT_WORDS: Mapping[str, str] = {
    "mail-ended": "邮件办结",
    "mail-pending": "邮件待处理",
    "mail-failed": "处理失败",
    "mail-retried": "重新处理",
    "mail-chosen": "人工指定归属",
    "settled-anew": "按到达先后重新归并",
    "archive-opened": "解开压缩包",
    "mail-moved": "在另一文件夹见到",
    "link-fetched": "云附件已下载",
    "link-manual": "云附件待人工下载",
    "link-expired": "云附件已失效",
    "link-given-up": "云附件多次未下载成功",
    "work-opened": "登记作品",
    "work-supplemented": "补充材料",
    "work-reviewed": "审查",
    "work-reopened": "重新登记",
    "work-filled": "归入材料",
    "work-emptied": "材料转出",
    "work-merged": "合并",
    "work-unmerged": "撤销合并",
    "work-moved": "转组别",
    "work-moved-here": "由另一组转来",
    "work-moved-back": "撤销转组别",
    "work-split": "拆分",
    "decision": "初审结论",
    "file-chosen": "选定文件",
    "file-placed": "指定文件归属",
    "mail-assigned": "指定来信归属",
    "file-scanned": "病毒扫描",
    "letter-written": "起草回信",
    "letter-state": "回信状态",
    "letters-stopped": "暂停全部发信",
    "letters-go-on": "恢复发信",
    "alert": "运行故障",
    "alert-over": "故障恢复",
    "letter-returned": "回信被退回",
    "sender-paused": "发信账号暂停",
    "address-bounced": "收信地址不存在",
    "form-typed": "录入表格",
    "form-untyped": "撤销录入的表格",
    "staff": "工作人员填写",
    "conflict": "填写冲突",
}
