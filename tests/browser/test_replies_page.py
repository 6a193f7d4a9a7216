"""The page on which letters are read, as staff open it."""

from reports.replies import LetterGroup, ShownLetter, replies_page

EVIL = "</pre><script>document.title='ran'</script><img src=x onerror=\"document.title='ran'\">"


def test_letters_are_read_under_their_own_styles_and_run_nothing(page_of, tmp_path):
    letter = ShownLetter("L0001", "R2024-0001", "收件回执", "w***@e.cn", EVIL, "10-08 12:00", EVIL, EVIL, "a b.eml")
    path = tmp_path / "回信一览.html"
    path.write_text(replies_page("样例大赛", [LetterGroup("待放行", 1, [letter], open=True)], [EVIL]), "utf-8")
    looked = page_of(path, width=360)
    shown = looked.page.evaluate("getComputedStyle(document.querySelector('summary')).cursor")
    assert (
        looked.errors,
        looked.asked(tmp_path),
        looked.page.title(),
        looked.overflow_px(),
        looked.faults(),
        shown,
    ) == (
        [],
        ["回信一览.html"],
        "回信一览 样例大赛",
        0,
        [],
        "pointer",
    )
