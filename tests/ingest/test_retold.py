"""Files that were read anew once their works were there: told anew, filed anew, judged anew."""

from io import BytesIO

import pytest
from PIL import Image

from ingest.model import Kind
from ingest.retold import retell
from ingest.stages.review import review
from parsers.facts import Broken, FieldValue, ImageFacts, PageFacts, Reading

LABELS = ("title", "author", "producer", "phone", "summary")
PROOF = "播放证明\n兹证明《星海寻踪》于2023年6月1日在我台首次播出"
PAGE = PageFacts(width=10, height=14)


def picture(shade):
    with BytesIO() as made:
        Image.new("RGB", (1000, 1400), (shade, 250, 250)).save(made, "PNG")
        return made.getvalue()


def read(text="", *labels, title="", value="星海寻踪", confidence=0.95):
    fields = {label: FieldValue(value=value, label=label, confidence=confidence, page=1) for label in labels}
    reading = Reading(title=title, fields=fields, text=f"{title}\n{text}", confidence=confidence)
    return ImageFacts(format="png", width=1000, height=1400, seen=(PAGE,), reading=reading)


@pytest.fixture
def later(contest, context, walk, form, shell):
    """A work of a film, a form and these pictures, of which something is read later: name to facts."""

    def make(**facts):
        names = [f"{name}.png" for name in facts]
        pictures = [(name, picture(number)) for number, name in enumerate(names)]
        contest.post("报送《星海寻踪》", files=[("星海寻踪.mp4", shell), ("推荐表.docx", form()), *pictures])
        walk(context, until="review")
        with context.begin() as tx:
            for part in tx.arrivals.parts([1])[1]:
                if part.name in names:
                    tx.arrivals.keep_facts(part.sha256, context.wants_key, facts[part.name[:-4]], anew=True)
            tx.works.soil(["R2024-0001"])
        return context

    return make


@pytest.fixture
def materials():
    """Name to kind, certain and in force, of the work's files."""

    def look(context):
        with context.read() as tx:
            work = tx.load(["R2024-0001"], context.wants_key)["R2024-0001"]
        return {m.part.name: (m.kind.value, m.part.certain, m.in_force) for m in work.materials}

    return look


def test_pictures_that_are_read_later_are_what_they_show(later, materials):
    context = later(a=read("", *LABELS, title="2024年作品推荐表"), b=read(PROOF))
    retell(context)
    found = materials(context)
    assert (found["a.png"], found["b.png"]) == (("scan", True, True), ("proof", True, True))


def test_pictures_that_are_read_later_change_what_the_rules_find(later):
    context = later(a=read("", *LABELS, title="2024年作品推荐表"), b=read(PROOF))
    retell(context)
    review(context)
    with context.read() as tx:
        found = {f.rule: f.outcome.value for f in tx.works.findings(["R2024-0001"])["R2024-0001"]}
    assert (found["proof"], found["scan-seal"]) == ("pass", "review")


def test_what_was_told_by_its_content_stays(later, materials):
    context = later(a=read("", *LABELS, title="2024年作品推荐表"))
    before = materials(context)
    retell(context)
    after = materials(context)
    assert {name: kind for name, kind in after.items() if name != "a.png"} == {
        name: kind for name, kind in before.items() if name != "a.png"
    }


def test_telling_twice_changes_nothing_more(later):
    context = later(a=read("", *LABELS, title="2024年作品推荐表"))
    retell(context)
    told = context.tally.counts["told-anew"]
    retell(context)
    assert (told, context.tally.counts["told-anew"]) == (1, 1)


def test_what_cannot_be_opened_any_more_keeps_its_name(later, materials):
    context = later(推荐表扫描件=Broken(format="png", reason="unreadable"))
    retell(context)
    assert materials(context)["推荐表扫描件.png"][:2] == (Kind.SCAN.value, False)


def test_of_two_scans_read_later_the_better_is_judged(contest, later, walk, materials):
    context = later(推荐表扫描件=read("", *LABELS, title="2024年作品推荐表"))
    newer = picture(99)
    contest.post("补交《星海寻踪》扫描件 R2024-0001", files=[("推荐表扫描件2.png", newer)])
    walk(context, until="review")
    with context.begin() as tx:
        (part,) = [p for p in tx.arrivals.parts([2])[2] if p.name == "推荐表扫描件2.png"]
        worse = read("", *LABELS[:4], title="2024年作品推荐表", confidence=0.8)
        tx.arrivals.keep_facts(part.sha256, context.wants_key, worse, anew=True)
        tx.works.soil(["R2024-0001"])
    retell(context)
    found = materials(context)
    assert (found["推荐表扫描件.png"][2], found["推荐表扫描件2.png"][2]) == (True, False)
