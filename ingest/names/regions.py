"""The province that an address or the name of a body begins with. Nothing is guessed: "" for what names none."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_CITIES_OF = {
    "北京": "",
    "天津": "",
    "河北": "石家庄",
    "山西": "太原",
    "内蒙古": "呼和浩特",
    "辽宁": "沈阳 大连",
    "吉林": "长春",
    "黑龙江": "哈尔滨",
    "上海": "",
    "江苏": "南京 苏州 无锡",
    "浙江": "杭州 宁波 温州",
    "安徽": "合肥",
    "福建": "福州 厦门",
    "江西": "南昌",
    "山东": "济南 青岛 烟台",
    "河南": "郑州",
    "湖北": "武汉",
    "湖南": "长沙",
    "广东": "广州 深圳 珠海 东莞 佛山",
    "广西": "南宁",
    "海南": "海口",
    "重庆": "",
    "四川": "成都",
    "贵州": "贵阳",
    "云南": "昆明",
    "西藏": "拉萨",
    "陕西": "西安",
    "甘肃": "兰州",
    "青海": "西宁",
    "宁夏": "银川",
    "新疆": "乌鲁木齐 兵团",
    "香港": "",
    "澳门": "",
    "台湾": "",
}
"""Provinces in their usual order, and what is named without its province, because everybody knows it."""
PROVINCES = tuple(_CITIES_OF)
_PROVINCE_OF = {city: province for province, cities in _CITIES_OF.items() for city in cities.split()}
_BEFORE = re.compile(r"^(?:[\s\d,，、:：;；.\-—（）()]|邮编|邮政编码|地址|中国(?=.{2}))*")
_NAMES = "|".join(sorted((*PROVINCES, *_PROVINCE_OF), key=len, reverse=True))
_STREET = r"(?:[东西南北中]{0,2}(?:一|二|三|四|五)?(?:路|街|巷|里|胡同|大街|大道|道\d)|区|新村|路)"
_NAMED = re.compile(rf"(?P<name>{_NAMES})(?!{_STREET})")
"""What a street or a district is called after (南京东路, 河北区) is somewhere else."""
_LONGEST = 60


@lru_cache(maxsize=10_000)
def region_of(text: str) -> str:
    """杭州市西湖区… and 浙江省科普作家协会 are 浙江, 新疆生产建设兵团… is 新疆; "" for 上城区… and 蓝天科普工作室."""
    said = unicodedata.normalize("NFKC", text)[:_LONGEST]
    found = _NAMED.match(said, _end_of_start(said))
    name = found["name"] if found else ""
    return _PROVINCE_OF.get(name, name)


def _end_of_start(said: str) -> int:
    """Where the words before a place end: a postcode, a label, the country."""
    found = _BEFORE.match(said)
    return found.end() if found else 0
