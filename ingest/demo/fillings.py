"""What invented people write into forms: titles, names, dates in many ways, long summaries."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from ingest.demo.filling_words import (
    CITIES,
    COMMITMENTS,
    GIVEN,
    HONEST,
    OPINIONS,
    PLACES,
    PLATFORMS,
    POSTS,
    RANKS,
    RECOMMENDERS,
    SENTENCES,
    SURNAMES,
    TITLES,
    UNIT_TAILS,
    UNIT_WORDS,
)
from ingest.demo.rows import FormKind

FILLINGS = 20
"""How many fillings the corpus has of each layout."""

_OPTIONAL = ("play_url", "postcode", "rights_holder", "author_title", "address")
_DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(frozen=True)
class Reviewer:
    """Who reviewed a work, with the title of their own."""

    name: str
    rank: str
    unit: str


@dataclass(frozen=True)
class Filling:
    """What one entrant writes: field to text, "" for what is left blank; who reviewed; the unit on the seal."""

    values: Mapping[str, str]
    reviewers: tuple[Reviewer, ...]
    seal: str
    signer: str


def filling(number: int, kind: FormKind) -> Filling:
    """The filling of that number for one kind of form; any number from 0."""
    dice = random.Random(f"{kind} {number}")
    author, contact = _person(dice), _person(dice)
    unit, reviewers = _unit(dice), (_reviewer(dice), _reviewer(dice))
    recommender = RECOMMENDERS[number % len(RECOMMENDERS)]
    title = TITLES[(number + (7 if kind == "自荐表" else 0)) % len(TITLES)]
    values = _work(dice, title) | _people(dice, author, contact, unit) | _texts(dice, title, author)
    if kind == "推荐表":
        values |= {"sanqu": dice.choice("是否否否"), "recommender": recommender}
        values["recommender_opinion"] = dice.choice(OPINIONS)
    else:
        citizen = dice.random() < 0.4
        values |= {"entrant_kind": "个人" if citizen else "机构"}
        values["entrant_id"] = _person_id(dice) if citizen else _body_id(dice)
        values["review_opinion"] = dice.choice(OPINIONS)
        values["reviewers"] = "、".join(reviewer.name for reviewer in reviewers)
    blank = {field for field in _OPTIONAL if dice.random() < 0.06}
    values = {field: "" if field in blank else text for field, text in values.items()}
    return Filling(values, reviewers, recommender if kind == "推荐表" else unit, author)


def _work(dice: random.Random, title: str) -> dict[str, str]:
    month, day = dice.randint(1, 9), dice.randint(1, 28)
    return {
        "title": title,
        "duration": _length(dice),
        "completed_on": _date(dice, month, day),
        "first_shown_on": _date(dice, month + dice.randint(1, 3), dice.randint(1, 28)),
        "platform": dice.choice(PLATFORMS),
        "play_url": f"https://video.example.cn/{dice.choice(('v', 'play', 'watch'))}/{_code(dice, 8)}",
    }


def _people(dice: random.Random, author: str, contact: str, unit: str) -> dict[str, str]:
    city = dice.choice(CITIES)
    door = dice.choice(("", "3号楼", "科技大厦12层", "2幢501室"))
    return {
        "author": author,
        "author_unit": unit,
        "author_title": dice.choice(POSTS),
        "producer": unit if dice.random() < 0.7 else _unit(dice),
        "rights_holder": unit,
        "contact": contact,
        "phone": _phone(dice),
        "email": f"{_code(dice, 6).lower()}{dice.choice(('', '_', '.'))}{dice.randint(1, 99)}@mail.example.cn",
        "postcode": f"{dice.randint(1, 8)}{dice.randint(0, 99999):05d}",
        "address": f"{city}{dice.choice(PLACES)}{dice.randint(1, 299)}号{door}",
    }


def _texts(dice: random.Random, title: str, author: str) -> dict[str, str]:
    sentences, summary, wanted = dice.sample(SENTENCES, len(SENTENCES)), "", dice.randint(140, 300)
    opening = dice.choice(("本片以《{}》为题，", "作品《{}》", "微视频《{}》"))
    for sentence in sentences:
        summary += sentence
        if len(summary) >= wanted - 40:
            break
    return {
        "summary": opening.format(title) + summary,
        "non_original": dice.choice(HONEST),
        "commitment": dice.choice(COMMITMENTS),
    }


def _person(dice: random.Random) -> str:
    return dice.choice(SURNAMES) + "".join(dice.sample(GIVEN, dice.choice((1, 2, 2, 2))))


def _unit(dice: random.Random) -> str:
    return dice.choice(CITIES) + dice.choice(UNIT_WORDS) + dice.choice(UNIT_TAILS)


def _reviewer(dice: random.Random) -> Reviewer:
    return Reviewer(_person(dice), dice.choice(RANKS), _unit(dice))


def _length(dice: random.Random) -> str:
    minutes, seconds = dice.randint(2, 4), dice.randint(0, 59)
    ways = (
        f"{minutes}分{seconds}秒",
        f"{minutes}分{seconds:02d}秒",
        f"{minutes}'{seconds:02d}\"",
        f"00:{minutes:02d}:{seconds:02d}",
        f"{minutes * 60 + seconds}秒",
        f"{minutes}分钟",
    )
    return dice.choice(ways)


_CHINESE_DIGITS = "〇一二三四五六七八九"


def _date(dice: random.Random, month: int, day: int) -> str:
    ways = (
        f"2023年{month}月{day}日",
        f"2023年{month}月{day}日",
        f"2023年{month}月",
        f"2023.{month}.{day}",
        f"2023.{month:02d}",
        f"2023-{month:02d}-{day:02d}",
        f"2023/{month}/{day}",
        f"二〇二三年{_spelled(month)}月{_spelled(day)}日",
        f"2023 年 {month} 月 {day} 日",
        f"2023年{month}月1日至{month}月{day + 1}日" if day > 3 else f"2023年{month}月",
    )
    return dice.choice(ways)


def _spelled(number: int) -> str:
    """1 to 31 as dates in Chinese digits have it: 三, 十二, 二十八."""
    tens, ones = divmod(number, 10)
    before = {0: "", 1: "十"}.get(tens, _CHINESE_DIGITS[tens] + "十")
    return before + (_CHINESE_DIGITS[ones] if ones else "")


def _phone(dice: random.Random) -> str:
    """Numbers of the ranges that no carrier gives away: 5555 and 0000."""
    tail = dice.randint(0, 9999)
    ways = (f"1380000{tail:04d}", f"139 0000 {tail:04d}", f"010-5555{tail:04d}", f"0571-5555{tail:04d}-802")
    return dice.choice(ways)


def _code(dice: random.Random, length: int) -> str:
    return "".join(dice.choice("abcdefghkmnpqrstuvwxyz23456789") for _ in range(length))


def _person_id(dice: random.Random) -> str:
    """An ID number with its check digit (GB 11643), of the city's own area code, which no person has."""
    digits = (
        f"110100{dice.randint(1960, 1999)}{dice.randint(1, 12):02d}{dice.randint(1, 28):02d}{dice.randint(0, 999):03d}"
    )
    weights = [2**place % 11 for place in range(17, 0, -1)]
    total = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))
    return digits + "10X98765432"[total % 11]


def _body_id(dice: random.Random) -> str:
    """A 统一社会信用代码 with its check digit (GB 32100), of that same area code."""
    digits = "91110100" + "".join(dice.choice(_DIGITS) for _ in range(9))
    total = sum(_DIGITS.index(digit) * pow(3, place, 31) for place, digit in enumerate(digits))
    return digits + _DIGITS[-total % 31]
