"""Recommending units in the spellings that forms have, against a small list and the shipped one."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.config import Recommender, load
from ingest.names import Match, match_recommender, named_in, nearest

UNITS = (
    Recommender(name="河北省科学技术厅", aliases=("冀科厅",), kind="province", quota=5, sanqu=True),
    Recommender(name="深圳市科技创新局", aliases=("深圳市科技创新委员会",), kind="city", quota=3),
    Recommender(name="新疆生产建设兵团科学技术局", aliases=("兵团科技局",), kind="corps", quota=3),
    Recommender(name="甲部", aliases=("同名司",), kind="member", quota=5),
    Recommender(name="乙部", aliases=("同名司",), kind="member", quota=5),
)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("河北省科学技术厅", Match("河北省科学技术厅", 1.0, "与名单中的名称一致")),
        (" 河北省科学技术厅（盖章）", Match("河北省科学技术厅", 1.0, "与名单中的名称一致")),
        ("冀科厅", Match("河北省科学技术厅", 0.98, "与名单中的别名一致")),
        ("河北省科技厅", Match("河北省科学技术厅", 0.9, "按通行写法与名单一致")),
        ("河北科技厅", Match("河北省科学技术厅", 0.9, "按通行写法与名单一致")),
        ("新疆生产建设兵团科技局", Match("新疆生产建设兵团科学技术局", 0.9, "按通行写法与名单一致")),
        ("深圳市科技创新委员会", Match("深圳市科技创新局", 0.98, "与名单中的别名一致")),
    ],
)
def test_match_recommender(text, match):
    assert match_recommender(text, UNITS) == match


@pytest.mark.parametrize("text", ["", "（盖章）", "石家庄市科学技术局", "河北省科学技术协会", "科技厅", "同名司"])
def test_match_recommender_in_doubt_is_none(text):
    assert match_recommender(text, UNITS) is None


# the shipped list


@pytest.fixture(scope="module")
def units():
    return load(None, environ={}, cwd=Path("/")).recommenders


REGIONS = {
    "河北省科学技术厅": [
        "河北省科技厅",
        "河北科技厅",
        "河北省科技局",
        "河北省科委",
        "河北省科学技术委员会",
        "河北省科学技术厅科普处",
    ],
    "吉林省科学技术厅": ["吉林省科技厅", "吉林科技厅", "吉林省科学技术厅（盖章）"],
    "北京市科学技术委员会、中关村科技园区管理委员会": [
        "北京市科委",
        "北京科委",
        "北京市科委、中关村管委会",
        "北京市科学技术局",
    ],
    "上海市科学技术委员会": ["上海科委", "上海市科技局"],
    "重庆市科学技术局": ["重庆科技局", "重庆市科委"],
    "内蒙古自治区科学技术厅": ["内蒙古科技厅", "内蒙古自治区科技厅", "内蒙古自治区科委"],
    "广西壮族自治区科学技术厅": ["广西科技厅", "广西壮族自治区科技厅"],
    "新疆维吾尔自治区科学技术厅": ["新疆科技厅", "新疆维吾尔自治区科技厅"],
    "深圳市科技创新局": ["深圳科创委", "深圳市科技创新委员会", "深圳市科学技术局"],
    "西安市科学技术局": ["西安市科学技术局（西安市外国专家局）", "西安科技局"],
    "新疆生产建设兵团科学技术局": ["兵团科技局", "新疆兵团科学技术局", "新疆生产建设兵团科技局", "生产建设兵团科技局"],
}
MEMBERS = {
    "国家发展和改革委员会": ["发改委", "国家发改委", "国家发展改革委"],
    "科学技术部": ["科技部", "中华人民共和国科学技术部", "国家科委", "科技部办公厅", "科学技术部引智司"],
    "工业和信息化部": ["工信部", "信息产业部"],
    "国家卫生健康委员会": ["卫健委", "国家卫健委", "国家卫生健康委", "国家卫生计生委", "卫生部"],
    "生态环境部": ["环保部", "环境保护部"],
    "自然资源部": ["国土资源部"],
    "农业农村部": ["农业部"],
    "国家林业和草原局": ["国家林草局", "国家林业局"],
    "人力资源和社会保障部": ["人社部", "人力资源社会保障部"],
    "住房和城乡建设部": ["住建部", "建设部"],
    "文化和旅游部": ["文旅部", "文化部"],
    "国家市场监督管理总局": ["市场监管总局", "质检总局"],
    "教育部": ["教育部科技司", "中华人民共和国教育部"],
    "共青团中央": ["团中央"],
    "中国科学技术协会": ["中国科协"],
}


@pytest.mark.parametrize(
    ("written", "name"), [(written, name) for name, ways in (REGIONS | MEMBERS).items() for written in (name, *ways)]
)
def test_match_recommender_in_the_spellings_that_forms_have(units, written, name):
    match = match_recommender(written, units)
    assert (match.name, match.confidence >= 0.85, bool(match.why)) == (name, True, True)


@pytest.mark.parametrize(
    "written",
    [
        "吉林市科学技术局",
        "石家庄市科技局",
        "河北省发改委",
        "河北省科协",
        "省科技厅",
        "市科技局",
        "中国科学院物理研究所",
        "中国气象局公共气象服务中心",
        "某市卫生健康委员会",
        "河北省科学技术厅、河北省科学技术协会",
        "河北省科技厅 山西省科技厅",
        "国家粮食局",
        "河北科技大学",
        "海淀区科学技术局",
        "公安部第一研究所",
        "自然资源部中国地质调查局",
    ],
)
def test_match_recommender_is_never_somebody_elses(units, written):
    assert match_recommender(written, units) is None


def test_match_recommender_finds_each_unit_by_each_of_its_own_names(units):
    own = {written: unit.name for unit in units for written in (unit.name, *unit.aliases, *unit.former)}
    found = {written: match_recommender(written, units) for written in own}
    assert {written: match.name if match else None for written, match in found.items()} == own


@given(st.text(max_size=40))
def test_match_recommender_of_any_text_gives_a_unit_of_the_list_or_none(units, text):
    match = match_recommender(text, units)
    assert match is None or match.name in {unit.name for unit in units}


def test_nearest_offers_what_reads_alike(units):
    assert nearest("河北省科学技术庁", units)[0] == "河北省科学技术厅"


@pytest.mark.parametrize("text", ["", "完全不相干的一句话", "（盖章）"])
def test_nearest_of_nothing_alike_is_nothing(units, text):
    assert nearest(text, units) == ()


@pytest.mark.parametrize(
    ("texts", "name"),
    [
        (["河北省科学技术厅关于推荐科普微视频的函"], "河北省科学技术厅"),
        (["广东省科技厅", "见附件"], "广东省科学技术厅"),
        (["河北省科学技术厅并转山西省科学技术厅"], ""),
        (["请查收"], ""),
        ([], ""),
    ],
)
def test_named_in_is_the_one_unit_that_stands_there(units, texts, name):
    assert named_in(texts, units) == name


# the list itself


def test_the_list_has_each_region_city_and_the_corps(units):
    kinds = {kind: [unit for unit in units if unit.kind == kind] for kind in ("province", "city", "corps")}
    assert {kind: (len(found), {unit.quota for unit in found}) for kind, found in kinds.items()} == {
        "province": (31, {5}),
        "city": (15, {3}),
        "corps": (1, {3}),
    }


def test_the_list_gives_a_place_more_to_the_28_regions_with_sanqu(units):
    assert [unit.name[:2] for unit in units if unit.kind == "province" and not unit.sanqu] == ["北京", "天津", "上海"]


def test_the_lists_members_are_to_be_confirmed(units):
    members = [unit for unit in units if unit.kind == "member"]
    assert {(unit.quota, unit.sanqu, unit.confirm) for unit in members} == {(5, False, True)}
