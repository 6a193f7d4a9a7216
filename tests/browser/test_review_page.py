"""A work's review page as a person uses it."""

import base64
from dataclasses import replace

import pytest

from ingest.demo.videos import make_video
from reports.dossier import (
    Dossier,
    DossierCrop,
    DossierField,
    DossierFile,
    DossierFilm,
    DossierFinding,
    DossierLetter,
    DossierLine,
    DossierLink,
    DossierMail,
    DossierMark,
    DossierPicture,
    dossier_page,
)

EVIL = (
    "<script>document.title='ran'</script><img src=x onerror=\"document.title='ran'\">"
    "<svg onload=\"document.title='ran'\"><a href=\"javascript:document.title='ran'\">x</a>"
    "\"' onfocus=\"document.title='ran'\" autofocus <link rel=stylesheet href=http://evil.example/x.css> http://evil.example/"
)
DOT = base64.b64decode(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////"
    "////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA="
)
NAMES = ("九宫格", "片头-00分01.0秒", "黑场-00分04.0秒")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A work's folder with a film of six seconds and pictures beside it."""
    made = tmp_path_factory.mktemp("share") / "works" / "R2024-0001 星海寻踪"
    (made / "帧").mkdir(parents=True)
    (made / "识别").mkdir()
    make_video(made / "视频.mp4", duration_s=6, width=64, height=36, fps=5)
    for name in NAMES:
        (made / "帧" / f"{name}.jpg").write_bytes(DOT)
    (made / "识别" / "第1页.jpg").write_bytes(DOT)
    return made


def a_work(word="星海寻踪"):
    shots = [DossierPicture(f"帧/{name}.jpg", name, 1.0) for name in NAMES]
    marks = (DossierMark("title", f"片名“{word}”", 1.0), DossierMark("black", "黑场 2 秒", 4.0, 5.0))
    crop = DossierCrop("识别/第1页.jpg", 0, 0, 1, 1, 1, 1)
    field = DossierField("作者", (("张三", True),), ((word, True),), "把握 90%", "请核对", unlike=True, crop=crop)
    bad = DossierFinding("时长", "不符合", "附1一(三)1", word, "2–5 分钟", tuple(shots[1:]))
    good = DossierFinding("画面比例", "符合", "附1一(三)2", word, "16:9 横版")
    hear = (DossierLink("结尾", at_s=3.0),)
    return Dossier(
        id="R2024-0001",
        title=word,
        track="推荐作品",
        state="不符合要求",
        decision="补正",
        head=(("第一作者", word),),
        doing=(word,),
        film=DossierFilm("视频.mp4", "视频.mp4", 6.0, marks, (word,), (("时长", "6秒"),)),
        sheet=DossierPicture("帧/九宫格.jpg", "影片九个时刻的画面"),
        shots=tuple(shots[1:]),
        findings=(bad, DossierFinding("字幕", "待人工", "附1一(三)4", word)),
        settled=(good,),
        manual=(
            DossierFinding("配音解说", "人工核对", "附1一(三)4", word, helps=hear),
            DossierFinding("内容", "人工核对", "正文一", word, texts=(("作品简介", word),)),
        ),
        fields=(field, DossierField("时长", (("2分", False),), stand="一致")),
        files=(DossierFile("视频", word, "1 MB", "10-12 09:30", path="视频.mp4"),),
        mails=(DossierMail("2024-10-12 09:30", word, word, word),),
        letters=(DossierLetter("收件回执", "草稿（不发送）", "2024-10-12", word, word),),
        history=(DossierLine("2024-10-12 09:30", "登记作品", "M00001", word),),
        after=DossierLink(word, "../R2024-0002 深海来信/审查.html"),
        related=(DossierLink("R2024-0002", "../R2024-0002 深海来信/审查.html"),),
    )


@pytest.fixture(scope="module")
def good(folder):
    path = folder / "审查.html"
    path.write_text(dossier_page(a_work()), "utf-8")
    return path


@pytest.fixture
def looked(page_of, good):
    return page_of(good)


def at_s(page):
    """Where the film stands once it has gone where it was sent."""
    return page.evaluate(
        "new Promise(gone => film.seeking ? film.onseeked = () => gone(film.currentTime) : gone(film.currentTime))"
    )


def shown(page):
    """The findings a person sees, by their headings."""
    return [text for text in page.locator(".finding:visible h3").all_inner_texts() if text]


def test_the_film_plays(looked):
    looked.page.evaluate(
        "film.muted = true; film.play();"
        "new Promise(played => film.ontimeupdate = () => film.currentTime > 0.2 && played())"
    )
    assert looked.page.evaluate("[film.videoWidth, film.videoHeight, film.error]") == [64, 36, None]


def test_a_mark_jumps_by_click(looked):
    looked.page.locator("#film .jump.black").click()
    assert at_s(looked.page) == 4.0


def test_marks_jump_by_keyboard(looked):
    looked.page.locator("#film .jump.title").focus()
    looked.page.keyboard.press("Enter")
    first = at_s(looked.page)
    looked.page.keyboard.press("]")
    then = at_s(looked.page)
    looked.page.keyboard.press("[")
    assert (first, then, at_s(looked.page)) == (1.0, 4.0, 1.0)


def test_a_film_that_does_not_open_is_said_so(page_of, folder):
    path = folder / "没有视频.html"
    path.write_text(dossier_page(replace(a_work(), film=DossierFilm("没有.mp4", "没有.mp4", 6.0))), "utf-8")
    page = page_of(path).page
    page.locator("#cannot").wait_for(state="visible")
    assert page.locator("#stopped").is_visible() is False


def test_the_time_line_jumps_where_it_is_clicked(looked):
    line = looked.page.locator(".line")
    box = line.bounding_box()
    line.click(position={"x": box["width"] / 2, "y": 5})
    assert round(at_s(looked.page), 1) == 3.0


def test_what_passed_is_folded_and_opens(looked):
    folded = shown(looked.page)
    looked.page.locator("#settled summary").click()
    assert (folded, shown(looked.page)) == (["时长", "字幕"], ["时长", "字幕", "画面比例"])


def test_findings_are_filtered_by_outcome(looked):
    looked.page.get_by_role("button", name="待人工 1").click()
    doubtful = shown(looked.page)
    looked.page.get_by_role("button", name="符合 1", exact=True).click()
    passed = shown(looked.page)
    looked.page.get_by_role("button", name="全部 3").click()
    assert (doubtful, passed, shown(looked.page)) == (["字幕"], ["画面比例"], ["时长", "字幕"])


def test_ticks_stay_in_the_browser(looked):
    looked.page.get_by_role("checkbox", name="内容").check()
    looked.page.reload()
    assert [box.is_checked() for box in looked.page.locator(".checks input").all()] == [False, True]


def test_a_page_complains_of_nothing_and_asks_for_nothing_outside_its_folder(looked, folder):
    looked.page.locator("#frames").scroll_into_view_if_needed()
    looked.page.wait_for_load_state("networkidle")
    wanted = {"审查.html", "视频.mp4", "识别/第1页.jpg", *(f"帧/{name}.jpg" for name in NAMES)}
    assert (looked.errors, set(looked.asked(folder))) == ([], wanted)


def test_axe_finds_no_serious_fault(looked):
    looked.page.locator("#settled summary").click()
    assert looked.faults() == []


def test_nothing_is_wider_than_the_window(looked):
    wider = []
    for width in (1366, 683, 360):  # a laptop, at 200 %, a telephone
        looked.page.set_viewport_size({"width": width, "height": 640})
        wider.append(looked.overflow_px())
    assert wider == [0, 0, 0]


def test_what_matters_is_seen_without_scrolling(looked):
    seen = [
        looked.page.locator(what).bounding_box()
        for what in ("h1", ".head .mark >> nth=0", "video", "#todo li:last-child")
    ]
    assert [box["y"] + box["height"] <= 640 for box in seen] == [True] * 4


def test_a_hostile_work_runs_nothing_and_asks_for_nothing(page_of, folder):
    path = folder / "坏.html"
    path.write_text(dossier_page(a_work(EVIL * 3)), "utf-8")
    looked = page_of(path)
    title = looked.page.title()
    looked.page.get_by_role("checkbox", name="内容").check()
    looked.page.locator("#film .jump.title").click()
    looked.page.wait_for_load_state("networkidle")
    outside = [one for one in looked.asked(folder) if "://" in one]
    assert (looked.page.title(), outside, looked.errors, looked.overflow_px()) == (title, [], [], 0)


def test_a_page_prints_on_two_sheets(looked):
    from pypdfium2 import PdfDocument

    with PdfDocument(looked.page.pdf(prefer_css_page_size=True)) as printed:
        assert len(printed) <= 2
