"""Titles read off the screen: which are the form's, and that no other one passes."""

import pytest

from ingest.rules.titles import title_seen

TITLE = "看不见的桥"


@pytest.fixture
def match(line):
    """What lines under each other are to a title: texts, or (text, size)."""

    def ask(title, *texts, **more):
        lines, top = [], 0.2
        for text in texts:
            written, size = text if isinstance(text, tuple) else (text, 0.1)
            lines.append(line(written, top=top, size=size, **more))
            top += size * 1.2
        return title_seen(title, lines).match.value

    return ask


@pytest.mark.parametrize(
    ("title", "read"),
    [
        (TITLE, "看不见的桥"),
        (TITLE, "《看不见的桥》"),
        (TITLE, "看 不 见 的 桥"),
        (TITLE, "看不見的橋"),
        ("《看不见的桥》", "看不见的桥"),
        ("编钟为什么好听？", "编钟为什么好听"),
        ("“天眼”背后的故事", "天眼背后的故事"),
        ("C919：一张图纸的分量", "ｃ９１９一张图纸的分量"),
        ("PM2.5的前世今生", "PM2·5的前世今生"),
        ("航天员的一天（第一集）", "航天员的一天 第1集"),
        ("未来已来", "末来已来"),
        ("大漠里的一棵树", "大漠里的-棵树"),
        ("江水北上的人——南水北调纪事", "江水北上的人一南水北调纪事"),
        (TITLE, "科普中国：看不见的桥"),
        (TITLE, "看不见的桥——探秘港珠澳大桥"),
        (TITLE, "河北科技馆出品《看不见的桥》"),
    ],
)
def test_the_same_title_however_it_is_written(match, title, read):
    assert match(title, read) == "same"


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        (TITLE, ["看不见的", "桥"]),
        (TITLE, ["科普中国", "看不见的桥"]),
        (TITLE, [("上海澄观科普工作室", 0.05), "看不见的桥", ("INVISIBLE BRIDGE", 0.04)]),
        (TITLE, ["看不见的", ("THE INVISIBLE", 0.04), "桥"]),
        ("江水北上的人——南水北调纪事", ["江水北上的人", ("——南水北调纪事", 0.05)]),
        ("航天员的一天（上）", ["航天员的一天", ("上", 0.05)]),
        ("桥", ["桥"]),
    ],
)
def test_a_title_over_several_lines(match, title, lines):
    assert match(title, *lines) == "same"


@pytest.mark.parametrize(
    ("title", "read"),
    [
        (TITLE, "看不见的侨"),
        (TITLE, "看不见的桥梁"),
        (TITLE, "看见的桥"),
        (TITLE, "寻找看不见的桥"),
        (TITLE, "看不见的桥2"),
        (TITLE, "看不见的桥（下）"),
        (TITLE, "看不见的桥 第二集"),
        (TITLE, "《看不见的桥》第二集"),
        (TITLE, "看不见的桥——第二集"),
        ("航天员的一天第一集", "航天员的一天第二集"),
        ("航天员的一天第一集", "航天员的一天"),
        ("全国科技周2023", "全国科技周2024"),
        ("八月的星空", "人月的星空"),
        ("升温1.5度", "升温15度"),
        ("江水北上的人——南水北调纪事", "江水北上的人"),
        ("航天员的一天——吃饭篇", "航天员的一天——睡觉篇"),
        ("水", "水是生命之源"),
        ("桥", "桥——连接你我"),
        (TITLE, "竹林里的守望者"),
    ],
)
@pytest.mark.parametrize("confidence", [0.99, 0.7])
def test_another_title_never_passes(match, title, read, confidence):
    assert match(title, read, confidence=confidence) != "same"


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        (TITLE, ["看不见的桥", "梁"]),
        (TITLE, ["寻找", "看不见的桥"]),
        (TITLE, ["看不见的桥", ("第二集", 0.05)]),
        (TITLE, ["看不见的桥", ("之二", 0.04)]),
        ("桥", ["一座", "桥"]),
    ],
)
def test_another_title_over_several_lines_never_passes(match, title, lines):
    assert match(title, *lines) != "same"


def test_letters_of_a_sentence_that_stand_apart_are_no_title(line):
    sentence = [line(c, left=0.2 + 0.08 * n) for n, c in enumerate("一座桥")]
    assert title_seen("桥", sentence).match.value == "unclear"


def test_letters_of_a_title_that_stand_apart_are_the_title(line):
    apart = [line(c, left=0.2 + 0.1 * n) for n, c in enumerate(TITLE)]
    assert title_seen(TITLE, apart).match.value == "same"


def test_upright_columns_are_read_from_the_right(line):
    columns = [line("看不见", left=0.55, top=0.2, upright=True), line("的桥", left=0.47, top=0.2, upright=True)]
    assert title_seen(TITLE, columns).match.value == "same"


def test_what_stands_where_subtitles_stand_is_no_title(match, line):
    assert title_seen(TITLE, [line(TITLE, top=0.9, size=0.05)]).match.value == "unclear"


def test_what_follows_later_is_not_beside_the_title(line):
    shown = [line(TITLE, at_s=1.0, long_s=3.0), line("梁思成", top=0.52, at_s=6.0)]
    assert title_seen(TITLE, shown).match.value == "same"


def test_a_short_title_in_small_letters_is_for_a_person(line):
    assert title_seen("水", [line("水", size=0.03)]).match.value == "unclear"


def test_a_title_that_was_hardly_legible_is_for_a_person(line):
    assert title_seen(TITLE, [line(TITLE, confidence=0.4)]).match.value == "unclear"


@pytest.mark.parametrize("confidence", [0.8, 0.97])
def test_letters_that_differ_by_a_stroke_are_for_a_person(line, confidence):
    seen = title_seen("太空里的种子", [line("大空里的种子", confidence=confidence)])
    assert (seen.match.value, seen.why) == ("unclear", "与表中的名称只差一两笔，可能是识别有误")


def test_the_best_line_is_shown(line):
    lines = [line("科普中国", top=0.1, size=0.05), line(TITLE, at_s=4.0)]
    seen = title_seen(TITLE, lines)
    assert (seen.text, seen.shown) == (TITLE, lines[1])


def test_nothing_read_is_nothing(line):
    assert title_seen(TITLE, [line("——")]).match.value == "nothing"


def test_many_lines_are_looked_through(line):
    lines = [line(f"第{n}行里的内容", top=0.01 * n, size=0.008, left=0.1) for n in range(40)]
    assert title_seen(TITLE, lines).match.value == "other"
