"""Provinces that addresses and names begin with."""

import pytest

from ingest.config import load
from ingest.names.regions import PROVINCES, region_of


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("浙江省科学技术厅", "浙江"),
        ("内蒙古自治区科学技术厅", "内蒙古"),
        ("100038 北京市海淀区复兴路15号", "北京"),
        ("地址：杭州市西湖区文三路 1 号", "浙江"),
        ("中国上海市浦东新区", "上海"),
        ("新疆生产建设兵团科学技术局", "新疆"),
        ("广西壮族自治区南宁市", "广西"),
        ("吉林市船营区", "吉林"),
        ("南京东路 300 号", ""),
        ("北京路小学", ""),
        ("河北区光复道", ""),
        ("中国科学院", ""),
        ("蓝天科普工作室", ""),
        ("", ""),
    ],
)
def test_region_is_the_province_a_text_begins_with(text, region):
    assert region_of(text) == region


def test_every_unit_of_a_place_in_the_config_has_its_region(tmp_path):
    units = load(None, environ={}, cwd=tmp_path).recommenders
    assert [unit.name for unit in units if unit.kind != "member" and region_of(unit.name) not in PROVINCES] == []


def test_no_unit_of_the_whole_country_has_a_region(tmp_path):
    units = load(None, environ={}, cwd=tmp_path).recommenders
    assert [unit.name for unit in units if unit.kind == "member" and region_of(unit.name)] == []
