"""The page of figures: a table a subject, goals missed stand out."""

from bench.accuracy_page import page

KIND = {
    "files": 2,
    "fields": 0.95,
    "long_cer": 0.03,
    "seal": 1.0,
    "signed": 0.5,
    "seconds": 2.0,
    "layouts": {"two": 0.85, "dense": 0.95},
    "by_field": {"title": 1.0},
}
TYPED = {name: figure for name, figure in KIND.items() if name not in ("seal", "signed")}
FOUND = {
    "accuracy": {"docx": TYPED, "scan": KIND},
    "unseen_layouts": {"scan": KIND},
    "ocr_vs_rapidocr_accuracy": {"scan": {"ours": 0.95, "rapidocr": 0.6}},
    "ocr_vs_rapidocr_time": {"ratio": 1.1, "ours_s": 2.2, "rapidocr_s": 2.0},
    "doc_s": 0.2,
    "rss_mb": {"ours": 400, "rapidocr": 380, "ratio": 1.05},
}


def rows(beginning):
    text = page(FOUND, command="python -m bench.forms", day="2026-11-23", fillings=2)
    return [line for line in text.split("\n") if line.startswith(beginning)]


def test_a_goal_that_is_missed_is_bold():
    assert rows("| scan | 2") == ["| scan | 2 | **95.0 %** | 97.0 % | **3.0 %** | 100.0 % | 50.0 % | 2.0 |"]


def test_a_kind_without_paper_has_no_seals():
    assert "| — | — |" in rows("| docx | 2")[0]


def test_layouts_nobody_tuned_on_are_marked():
    assert [row.split(" | ")[0] for row in rows("| two") + rows("| dense")] == ["| two", "| dense †"]


def test_the_command_and_its_day_are_said():
    assert rows("Measured on") == ["Measured on 2026-11-23 by `python -m bench.forms`:"]


def test_the_peer_is_told():
    assert rows("- Fields right, scans: 95.0 %, plain RapidOCR 60.0 %.") != []
