from parsers.film.chinese import script_of, simplified_only, traditional_in, traditional_only


def test_script_of_simplified_lines():
    assert script_of(["这里的水温超过三百摄氏度", "它们飞越了大半个地球"]) == ("simplified", "")


def test_script_of_traditional_lines_names_the_characters_once():
    assert script_of(["這裡的水溫", "這裡溫暖"]) == ("traditional", "這裡溫")


def test_script_of_lines_in_both():
    assert script_of(["这里的水温很高", "這裡的水溫很高"])[0] == "mixed"


def test_script_of_one_slip_among_many_is_simplified_and_named():
    lines = ["这时会发生什么变化呢", "颜色从蓝色变成红色", "说明溶液呈现酸性", "这个发现改变认识", "頭发"]
    assert script_of(lines) == ("simplified", "頭")


def test_script_of_another_language():
    assert script_of(["The water is warm", "Yet life thrives"]) == ("other", "")


def test_script_of_japanese_is_another_language():
    assert script_of(["今日はとても寒いです"]) == ("other", "")


def test_script_of_a_few_foreign_words_is_still_chinese():
    assert script_of(["DNA是遗传物质", "Wi-Fi改变了生活"]) == ("simplified", "")


def test_script_of_nothing_to_read():
    assert script_of(["12:30", "——"]) == ("none", "")


def test_characters_both_scripts_write_alike_tell_nothing():
    assert traditional_in("皇后在公里面前乾坤著名瞭望") == ""


def test_a_shared_character_counts_beside_a_traditional_one():
    assert traditional_in("乾淨") == "乾淨"


def test_characters_used_only_in_traditional_count_though_the_simplified_set_has_them():
    assert [traditional_only(letter) for letter in "後於乾后里面著"] == [True, True, False, False, False, False, False]


def test_simplified_only_leaves_out_what_traditional_uses_too():
    assert [simplified_only(letter) for letter in "这们后里面发"] == [True, True, False, False, False, True]
