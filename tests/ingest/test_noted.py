"""Links that stand in files of a mail: found once, kept as rows, told to works, whenever and however the file comes."""

import docx
import pytest

from ingest.byhand import FileByHand, take_as_new
from ingest.demo.archives import make_zip
from ingest.demo.textpdf import make_text_pdf
from ingest.demo.zips import Sheet, write_zip
from ingest.handfed import import_files
from ingest.linked import tell_noted
from ingest.materials import group
from ingest.model import Kind, PartSource
from ingest.noted import MOST_TEXT, Notes, rows_of_read
from ingest.workers import Workers
from parsers import facts as parsers_facts
from parsers.facts import MAX_LINKS, FormFacts, Link

BAIDU = "https://pan.baidu.com/s/1kPuDeMo2024xKe0PuSh1Pin"
QUARK = "https://pan.quark.cn/s/0a1b2c3d4e5f"
NOTE = f"视频在网盘：{BAIDU}\n提取码：k3x9\n".encode()
SHORTCUT = f"[InternetShortcut]\r\nURL={QUARK}\r\n".encode()


def baidu(number=1, **said):
    return Link(provider="baidu", key=f"k{number}", url=f"https://pan.baidu.com/s/1k{number}", **said)


@pytest.fixture
def document(tmp_path):
    """The bytes of a Word file with these lines."""

    def make(*lines):
        held = docx.Document()
        for line in lines:
            held.add_paragraph(line)
        held.save(str(tmp_path / "made.docx"))
        return (tmp_path / "made.docx").read_bytes()

    return make


@pytest.fixture
def zipped(tmp_path):
    return lambda *members: make_zip(tmp_path / "made.zip", members).read_bytes()


@pytest.fixture
def links(context):
    """Name, url, code and the file around it of each link of a mail, in order."""

    def look(arrival_id=1):
        with context.read() as tx:
            parts = tx.arrivals.parts([arrival_id]).get(arrival_id, ())
        return [(p.inside, p.url, p.code) for p in parts if p.source is PartSource.CLOUD]

    return look


@pytest.fixture
def of_work(context):
    """Kind and url of the links among a work's materials."""

    def look(work="R2024-0001"):
        with context.read() as tx:
            return [(m.kind, m.part.url) for m in tx.load([work], context.wants_key)[work].links]

    return look


# values


def test_notes_say_each_file_once_with_what_all_of_them_say():
    notes = Notes()
    notes.add([baidu(name="片.mp4")], inside="一.txt")
    notes.add([baidu(code="k3x9"), baidu(2)], inside="二.txt", folder="材料")
    rows = [(row["name"], row["code"], row["inside"], row["folder"]) for row in notes.rows()]
    assert rows == [("片.mp4", "k3x9", "一.txt", ""), ("", "", "二.txt", "材料")]


def test_notes_fill_the_gaps_of_the_mails_own_links():
    notes = Notes()
    notes.add([baidu(code="k3x9", name="别名.mp4")], inside="一.txt")
    (row,) = notes.rows([baidu(name="片.mp4")])
    assert (row["name"], row["code"], row["inside"]) == ("片.mp4", "k3x9", "")


def test_notes_and_the_mail_together_name_so_many_files_and_no_more():
    notes = Notes()
    notes.add([baidu(number) for number in range(MAX_LINKS + 50)], inside="一.txt")
    assert len(list(notes.rows([baidu(1000)]))) == MAX_LINKS


@pytest.mark.parametrize(
    ("format_", "size", "is_note"),
    [("text", 65_536, True), ("html", 1, True), ("text", 65_537, False), ("pdf", 1, False)],
)
def test_notes_are_small_texts_and_pages(format_, size, is_note):
    assert Notes().wants(format_, size) is is_note


def test_notes_end_where_a_mail_has_too_many():
    notes = Notes()
    assert sum(notes.wants("text", 65_536) for _ in range(1000)) == MOST_TEXT // 65_536


def test_documents_count_as_notes_do():
    notes = Notes(left=10)
    notes.add_facts(FormFacts(format="docx", text=BAIDU), inside="a.docx")
    assert list(notes.rows()) == []


def test_what_is_not_here_says_nothing(part):
    facts = FormFacts(format="docx", text=BAIDU)
    bad = part("a.docx", Kind.OTHER, facts=facts, problem="malware")
    assert rows_of_read([bad]) == []


def test_a_link_is_of_the_work_whose_form_it_stands_in(part):
    forms = [part("甲.docx", Kind.FORM, title="星海寻踪"), part("乙.docx", Kind.FORM, title="深海来信")]
    link = part("", Kind.VIDEO, source=PartSource.CLOUD, sha256="", url=BAIDU, inside="乙.docx")
    groups = group([*forms, link], subject="报送").groups
    assert [(one.title, link.id in one.part_ids) for one in groups] == [("星海寻踪", False), ("深海来信", True)]


def test_a_link_is_of_the_work_in_whose_folder_its_note_lies(part):
    def of(folder, name, kind, **more):
        return part(name, kind, folder=folder, **({"inside": "全部.zip"} | more))

    parts = []
    for folder, title in (("一", "星海寻踪"), ("二", "深海来信")):
        parts += [of(folder, "推荐表.docx", Kind.FORM, title=title), of(folder, "网盘链接.txt", Kind.OTHER)]
        away = {"source": PartSource.CLOUD, "sha256": "", "url": BAIDU + folder, "inside": "网盘链接.txt"}
        parts.append(of(folder, "", Kind.VIDEO, **away))
    assert [len(one.part_ids) for one in group(parts, subject="报送").groups] == [3, 3]


# as a mail is taken apart


def test_a_link_in_a_note_is_a_row_after_the_files(contest, context, walk, links):
    contest.post(files=[("网盘链接.txt", NOTE), ("a.bin", b"?")])
    walk(context, until="extract")
    with context.read() as tx:
        assert [part.name for part in tx.arrivals.parts([1])[1]] == ["网盘链接.txt", "a.bin", ""]
    assert links() == [("网盘链接.txt", BAIDU, "k3x9")]


def test_a_shortcut_in_an_archive_is_a_link(contest, context, walk, links, zipped):
    contest.post(files=[("材料.zip", zipped(("视频/片.mp4.url", SHORTCUT)))])
    walk(context, until="extract")
    with context.read() as tx:
        found = tx.arrivals.parts([1])[1][-1]
    assert (found.inside, found.folder, found.name, found.url) == ("片.mp4.url", "视频", "片.mp4", QUARK)


def test_a_link_in_text_and_note_is_one(contest, context, walk, links):
    contest.post(text=f"视频：{BAIDU}", files=[("网盘链接.txt", NOTE)])
    walk(context, until="extract")
    assert links() == [("", BAIDU, "k3x9")]


def test_a_link_in_two_notes_is_one(contest, context, walk, links, zipped):
    contest.post(files=[("一.txt", BAIDU.encode()), ("材料.zip", zipped(("二.txt", NOTE)))])
    walk(context, until="extract")
    assert links() == [("一.txt", BAIDU, "k3x9")]


def test_no_link_is_looked_for_in_malware(contest, context, walk, links, monkeypatch):
    monkeypatch.setattr("ingest.stages.extract._taken", lambda *_: ("", "malware"))
    contest.post(files=[("网盘链接.txt", NOTE)])
    walk(context, until="extract")
    assert links() == []


def test_a_note_that_no_parser_survives_costs_its_links_only(contest, context, walk, links, monkeypatch):
    monkeypatch.setattr("parsers.links.links_in_file", lambda *_, **__: 1 / 0)
    contest.post(files=[("网盘链接.txt", NOTE)])
    walk(context, until="extract")
    with context.read() as tx:
        assert [part.name for part in tx.arrivals.parts([1])[1]] == ["网盘链接.txt"]


def test_a_note_is_read_by_a_worker(tmp_path):
    (tmp_path / "a").write_bytes(SHORTCUT)
    with Workers(1) as workers:
        (link,) = workers.links_in(tmp_path / "a", name="片.mp4.url")
    assert (link.provider, link.name) == ("quark", "片.mp4")


def test_the_digest_of_a_mail_is_that_of_its_files(contest, context, walk):
    """What stands in a file says nothing beyond it: the same mail is known again by parsers that see more."""
    contest.post(files=[("网盘链接.txt", NOTE)])
    contest.post(files=[("网盘链接.txt", NOTE)], to="public")
    walk(context, until="extract")
    with context.begin() as tx:
        before = tx.arrivals.digest(1)
        tx.connection.exec_driver_sql("DELETE FROM parts WHERE url != ''")
        tx.connection.exec_driver_sql("UPDATE arrivals SET stage = 'fetched'")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("parsers.links.links_in_file", lambda *_, **__: ())
        walk(context, until="extract")
    with context.read() as tx:
        assert tx.arrivals.digest(1) == before != ""


# as its files are read


def test_a_link_in_a_document_is_a_row(contest, context, walk, links, document):
    contest.post(files=[("网盘链接.docx", document(f"视频：{BAIDU}", "提取码：k3x9")), ("a.bin", b"?")])
    walk(context, until="parse")
    assert links() == [("网盘链接.docx", BAIDU, "k3x9")]


def test_a_link_in_a_pdf_is_a_row(contest, context, walk, links, tmp_path):
    pdf = make_text_pdf(tmp_path / "a.pdf", [f"视频在网盘 {BAIDU}", "提取码：k3x9"]).read_bytes()
    contest.post(files=[("说明.pdf", pdf)])
    walk(context, until="parse")
    assert links() == [("说明.pdf", BAIDU, "k3x9")]


def test_a_link_in_document_and_text_is_one(contest, context, walk, links, document):
    contest.post(text=f"视频：{BAIDU}", files=[("网盘链接.docx", document(f"{BAIDU} 提取码：k3x9"))])
    walk(context, until="parse")
    assert links() == [("", BAIDU, "k3x9")]


def test_a_link_in_a_document_has_its_kind(contest, context, walk, document, form):
    contest.post(files=[("推荐表.docx", form()), ("网盘链接.docx", document(BAIDU))])
    walk(context, until="parse")
    with context.read() as tx:
        kinds = [(part.kind, part.why != "") for part in tx.arrivals.parts([1])[1]]
    assert kinds == [(Kind.FORM, True), (Kind.OTHER, True), (Kind.VIDEO, True)]


def test_the_same_document_in_two_mails_gives_each_its_link(contest, context, walk, links, document):
    held = document(BAIDU)
    for sender in ("a@x.cn", "b@y.cn"):
        contest.post(files=[("网盘链接.docx", held)], sender=sender)
    walk(context, until="parse")
    assert links(1) == links(2) == [("网盘链接.docx", BAIDU, "")]


def test_a_mail_parsed_anew_has_its_links_once(contest, context, walk, links, document):
    contest.post(files=[("网盘链接.docx", document(BAIDU)), ("网盘链接.txt", SHORTCUT)])
    walk(context, until="parse")
    before = links()
    for stage in ("fetched", "extracted"):
        with context.begin() as tx:
            tx.connection.exec_driver_sql("UPDATE arrivals SET stage = ?", (stage,))
        walk(context, until="parse")
    assert (len(before), sorted(links())) == (2, sorted(before))


def test_where_a_film_plays_is_no_link(contest, context, walk, links, form):
    contest.post(files=[("推荐表.docx", form(play_url="https://v.example.cn/films/a.mp4"))])
    walk(context, until="parse")
    assert links() == []


def test_a_mail_with_no_more_than_a_note_opens_a_work(contest, context, walk, of_work, document):
    contest.post("报送《星海寻踪》", files=[("网盘链接.docx", document(BAIDU))])
    walk(context)
    assert of_work() == [(Kind.VIDEO, BAIDU)]


# as it comes late


@pytest.fixture
def older(contest, context, walk, form, document, monkeypatch):
    """A work whose documents were read by parsers that saw no links in them."""
    contest.post("报送", files=[("推荐表.docx", form()), ("网盘链接.docx", document(BAIDU))])
    with monkeypatch.context() as patch:
        patch.setattr("ingest.noted.rows_of_read", lambda _: [])
        walk(context)
    monkeypatch.setattr(parsers_facts, "PARSERS_VERSION", "later")
    return context


def test_a_link_seen_by_later_parsers_is_its_works(older, walk, of_work):
    before = of_work()
    walk(older)
    tell_noted(older)
    assert (before, of_work()) == ([], [(Kind.VIDEO, BAIDU)])


def test_a_link_is_told_once(older, walk):
    walk(older)
    for _ in range(2):
        tell_noted(older)
    assert older.tally.counts["links-told"] == 1


def test_a_link_in_a_note_fed_by_hand_is_the_works(contest, context, walk, form, of_work, tmp_path):
    contest.post("报送", files=[("推荐表.docx", form())])
    walk(context)
    (tmp_path / "网盘链接.txt").write_bytes(NOTE)
    import_files(context, [tmp_path / "网盘链接.txt"], "R2024-0001")
    walk(context)
    assert of_work() == [(Kind.VIDEO, BAIDU)]


def test_files_fed_together_name_a_link_once(context, walk, links):
    files = [FileByHand(name, context.store.put([NOTE, name.encode()])) for name in ("一.txt", "二.txt")]
    take_as_new(context, context.config.mailbox("recommended"), "星海寻踪", files)
    walk(context)
    assert links() == [("一.txt", BAIDU, "k3x9")]


@pytest.fixture
def opened_late(contest, context, walk, document, form, tmp_path):
    """A work with a locked archive, whose password its sender writes later; a note and a document lie in it."""
    sheets = [Sheet("网盘链接.txt", NOTE), Sheet("花絮.docx", document(QUARK))]
    locked = write_zip(tmp_path / "材料.zip", sheets, password="kepu-2024")[0].read_bytes()
    first = contest.post("报送《星海寻踪》", files=[("推荐表.docx", form()), ("材料.zip", locked)])
    walk(context)
    contest.post("Re: 报送《星海寻踪》", text="解压密码：kepu-2024", in_reply_to=first.message_id)
    return walk(context)


def test_links_in_an_archive_that_opens_late_are_the_works(opened_late, links, of_work):
    assert links() == [("网盘链接.txt", BAIDU, "k3x9"), ("花絮.docx", QUARK, "")]
    assert of_work() == [(Kind.VIDEO, BAIDU), (Kind.VIDEO, QUARK)]
