"""Who enters the sample contest with what. People and companies are invented; recommending offices are public ones."""

from __future__ import annotations

from dataclasses import dataclass, field

from ingest.demo.rows import FormKind


@dataclass(frozen=True)
class Entry:
    """One work of the sample contest and what its form says.

    key: ASCII, in addresses and Message-IDs. number: makes phones and pictures differ. recommender: "" on the public
    track. blank: fields left blank in the form. kind: the form used, None for the track's own.
    """

    key: str
    number: int
    title: str
    author: str
    unit: str
    recommender: str = ""
    layout: int = 0
    length: str = "2分30秒"
    completed: str = "2023年5月20日"
    shown: str = "2023年6月1日"
    platform: str = "学习强国"
    non_original: str = "无"
    citizen: bool = False
    blank: tuple[str, ...] = ()
    kind: FormKind | None = None
    about: str = field(default="讲述科研工作者几十年如一日的坚守，介绍相关科学知识")

    @property
    def form(self) -> FormKind:
        """Which form it uses."""
        return self.kind or ("推荐表" if self.recommender else "自荐表")

    @property
    def address(self) -> str:
        """The mail address it is sent from."""
        return f"{self.key}@{'kjt' if self.recommender else 'mail'}.example.cn"

    @property
    def sender(self) -> tuple[str, str]:
        """Display name and address."""
        return (self.recommender or self.author, self.address)

    @property
    def seal(self) -> str:
        """The name on the seal of its paper form."""
        return self.recommender or self.unit


def form_values(entry: Entry) -> dict[str, str]:
    """What stands in an entry's form, field by field; blank fields are left out."""
    values = _shared(entry) | (_recommended(entry) if entry.form == "推荐表" else _public(entry))
    return {name: value for name, value in values.items() if name not in entry.blank}


def _shared(entry: Entry) -> dict[str, str]:
    return {
        "title": entry.title,
        "duration": entry.length,
        "completed_on": entry.completed,
        "first_shown_on": entry.shown,
        "platform": entry.platform,
        "play_url": f"https://video.example.cn/play/{entry.number:04d}",
        "author": entry.author,
        "author_unit": entry.unit,
        "author_title": "副研究员",
        "producer": entry.unit,
        "rights_holder": entry.unit,
        "contact": entry.author,
        "phone": f"010-5555 {100 + entry.number:04d}" if not entry.citizen else f"138 0000 {100 + entry.number:04d}",
        "email": entry.address,
        "postcode": "100000",
        "address": f"样例市科普路{entry.number}号",
        "summary": f"《{entry.title}》{entry.about}，弘扬科学家精神，激发公众的科学兴趣。",
        "non_original": entry.non_original,
        "commitment": f"本人承诺参赛作品为原创，无知识产权争议，如有不实愿承担全部责任。承诺人：{entry.author}",
    }


def _recommended(entry: Entry) -> dict[str, str]:
    return {
        "sanqu": "否",
        "recommender": entry.recommender or entry.unit,
        "recommender_opinion": "经政治性、科学性审核，作者身份真实，同意推荐。",
    }


def _public(entry: Entry) -> dict[str, str]:
    return {
        "entrant_kind": "个人" if entry.citizen else "机构",
        "entrant_id": "见所附证件" if entry.citizen else f"91110000DEMO{entry.number:04d}XX",
        "review_opinion": "作品内容科学准确，无违背科研诚信及科技伦理的行为，同意自荐。",
        "reviewers": "何审之（研究员）、陆校之（教授）",
    }
