"""Titles, near misses of them, and lines of subtitles for the films of this bench."""

from __future__ import annotations

import re

import numpy as np


def _split(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split(";") if word.strip())


TITLES = _split(
    """
探秘深海热液喷口; 长江江豚归来; 走进量子世界; 湿地精灵; 一滴水的旅行; 青藏高原的古老海洋; 极地科考日记;
月球背面的秘密; 气象卫星看台风; 身边的化学; 食品添加剂的真相; 种子的力量; 中国天眼; 认识人工智能; 声音从哪里来;
雷电防护知多少; 第3集 走近恐龙; AI如何改变医疗; 碳达峰与碳中和; 为什么天空是蓝色的; 小蜜蜂大学问; 大国重器;
地震来了怎么办; 火山喷发的奥秘; 揭开基因的面纱; 芯片是怎样炼成的; 高原上的风力发电; 敦煌壁画的颜色;
万物生长靠太阳; 显微镜下的世界; 空间站里的一天; 冰川消融：地球的警报; 红树林守护者; 嫦娥五号取样归来;
奇妙的仿生学; 5G改变生活; 科学用眼 预防近视; 稻花香里说丰年; 飞机为什么能飞起来; 磁悬浮列车; 蝴蝶的一生;
黄河三角洲的候鸟; 塑料去哪儿了; 心脏的工作; 北斗导航; 人体的免疫大军; 探访古脊椎动物化石; 一颗螺丝钉的故事;
垃圾分类小课堂; 2023年的第一场雪; 海水变淡水; 核电安全吗; 夜空中的流星雨; 新能源汽车的心脏; 血液里的故事;
沙漠变绿洲; 甲骨文里的科学; 微塑料：看不见的污染; 银杏：活化石; 鲸落
"""
)

SIMPLIFIED = _split(
    """
这里的水温超过三百摄氏度; 却有许多生命在此繁衍; 科学家用深潜器采集样本; 它们不需要阳光就能生存;
化学反应为它们提供能量; 我们来看一看实验的过程; 首先把样品放进离心机; 温度逐渐降到零下二十度;
这时会发生什么变化呢; 颜色从蓝色变成了红色; 说明溶液呈现出酸性; 这个发现改变了人们的认识;
每年有数万只候鸟来到这里; 它们飞越了大半个地球; 湿地为它们提供了食物; 保护环境需要每个人参与;
让我们从身边的小事做起; 节约用水，减少浪费; 科技让生活更加美好; 下面请看专家的讲解; 电流通过导线时会发热;
因此要选择合适的线径; 地球绕着太阳不停地转动; 于是有了春夏秋冬的变化
"""
)

TRADITIONAL = _split(
    """
這裡的水溫超過三百攝氏度; 卻有許多生命在此繁衍; 科學家用深潛器採集樣本; 它們不需要陽光就能生存;
化學反應為它們提供能量; 我們來看一看實驗的過程; 首先把樣品放進離心機; 溫度逐漸降到零下二十度;
這時會發生什麼變化呢; 顏色從藍色變成了紅色; 說明溶液呈現出酸性; 這個發現改變了人們的認識;
每年有數萬隻候鳥來到這裡; 它們飛越了大半個地球; 濕地為它們提供了食物; 保護環境需要每個人參與;
讓我們從身邊的小事做起; 節約用水，減少浪費; 科技讓生活更加美好; 下面請看專家的講解; 電流通過導線時會發熱;
因此要選擇合適的線徑; 地球繞著太陽不停地轉動; 於是有了春夏秋冬的變化
"""
)

ENGLISH = _split(
    """
The water here is over 300 degrees; Yet life is thriving everywhere; Scientists collect the samples;
They can live without sunlight; Chemical reactions give energy; Let us look at the experiment;
First we put it into a centrifuge; Slowly the temperature drops; What is going to happen now;
Its colour turns from blue to red; So the solution must be acid; This discovery changed our view
"""
)

CREDITS = _split(
    """
总导演 李明远; 编剧 王晓雯; 摄影 赵志刚 陈立; 后期制作 刘洋; 配音 孙静; 出品单位 某某市科学技术馆;
制作单位 蓝海影视文化有限公司; 版权所有 某某市科学技术馆; 2023年6月
"""
)

_NEAR = _split(
    """
深探; 海湖; 水冰; 大太; 小少; 江河; 人入; 日目; 天夫; 秘密; 世也; 界畍; 科料; 的之; 归回; 湿绿; 看见; 里中; 变恋;
声色; 电申; 地他; 球珠; 鸟岛; 风凤; 微徽; 星是; 古石; 雪雷; 眼眠; 化华; 核该; 种钟; 一二; 五四; 3 8; 己已; 未末
"""
)
"""A character, and one that looks or sounds like it: the misses hardest to tell."""
_NUMBERS = re.compile(r"\d+")


def near_misses(title: str, draws: np.random.Generator) -> list[str]:
    """Wrong titles: another character, a number, an end, a longer one, a shorter one, and one of other words."""
    wrong = {_other_character(title, draws), title[:-1], title[1:], title + "（下）", "新" + title, title + "揭秘"}
    wrong |= {title.replace(pair[0], pair[-1], 1) for pair in _NEAR if pair[0] in title}
    wrong |= {_NUMBERS.sub(lambda found: str(int(found[0]) + 1), title)}
    wrong |= {TITLES[int(draws.integers(len(TITLES)))]}
    return sorted(one for one in wrong if one != title and len(one) > 1)


def _other_character(title: str, draws: np.random.Generator) -> str:
    """One character of another title in the place of one of this."""
    place = int(draws.integers(len(title)))
    other = TITLES[int(draws.integers(len(TITLES)))]
    return title[:place] + other[int(draws.integers(len(other)))] + title[place + 1 :]
