"""Which volumes are one set of one sender, and what it lacks."""

import pytest

from ingest.demo.rars import make_rar
from ingest.demo.zips import Sheet, write_zip
from ingest.sets import set_name, sets_of

DATA = bytes(range(256)) * 40


class Shelf:
    """Volumes as rows, by what they hold; each came after the last."""

    def __init__(self):
        self.paths = {}

    def row(self, path, mail, sender="a@qq.com", name=None, joined=None):
        number = len(self.paths) + 1
        digest = f"{number:064x}"
        self.paths[digest] = path
        return {
            "id": number,
            "arrival_id": mail,
            "position": number,
            "name": name or path.name,
            "sha256": digest,
            "mailbox": "recommended",
            "from_address": sender,
            "for_work": "",
            "listed_at": 100 + mail,
            "joined_in": joined,
        }

    def sets(self, rows):
        return sets_of(rows, self.paths.__getitem__)


@pytest.fixture
def shelf():
    return Shelf()


@pytest.fixture
def rars(tmp_path):
    files = make_rar(tmp_path / "作品.rar", [("a.mp4", DATA)], volume_bytes=len(DATA) // 3 + 1)
    assert len(files) == 3
    return files


def test_a_whole_set_lacks_nothing_and_is_in_order(shelf, rars):
    one, three, two = (shelf.row(rars[n], mail) for mail, n in ((1, 0), (2, 2), (3, 1)))
    [found] = shelf.sets([three, one, two])
    assert (found.name, found.lacks, found.digests) == (
        "作品.rar",
        "",
        (one["sha256"], two["sha256"], three["sha256"]),
    )


def test_what_came_last_holds_the_set(shelf, rars):
    rows = [shelf.row(rars[n], mail) for mail, n in ((1, 0), (2, 2), (3, 1))]
    assert shelf.sets(rows)[0].holder is rows[2]


@pytest.mark.parametrize(
    ("here", "lacks"),
    [((0,), "缺最后的分卷"), ((0, 2), "缺第2卷"), ((2,), "缺第1、2卷"), ((1,), "缺第1卷，缺最后的分卷")],
)
def test_a_set_says_what_it_lacks(shelf, rars, here, lacks):
    rows = [shelf.row(rars[n], 1) for n in here]
    assert shelf.sets(rows)[0].lacks == lacks


def test_volumes_of_two_senders_are_two_sets(shelf, rars):
    rows = [shelf.row(rars[0], 1), shelf.row(rars[1], 2, "b@qq.com"), shelf.row(rars[2], 3)]
    assert [len(one.rows) for one in shelf.sets(rows)] == [2, 1]


def test_a_volume_that_came_again_takes_the_place_of_the_first(shelf, rars):
    rows = [shelf.row(rars[0], 1), shelf.row(rars[0], 2)]
    assert [row["arrival_id"] for row in shelf.sets(rows)[0].rows] == [2]


def test_a_set_put_together_once_is_kept_in_that_mail(shelf, rars):
    rows = [shelf.row(path, mail, joined=3) for mail, path in enumerate(rars, 1)]
    assert shelf.sets(rows)[0].kept_in == 3


def test_a_zip_cut_by_winzip_is_whole_with_its_zip(shelf, tmp_path):
    files = write_zip(tmp_path / "作品.zip", [Sheet("a.mp4", DATA, method=0, packed=DATA)], volume_bytes=4_000)
    rows = [shelf.row(path, 1) for path in files]
    [found] = shelf.sets(rows)
    assert (len(files) > 2, found.name, found.lacks) == (True, "作品.zip", "")
    assert shelf.sets(rows[:-1])[0].lacks == "缺最后一卷（.zip 文件）"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("星海.PART01.rar", "星海.rar"),
        ("a.7z.003", "a.7z"),
        ("a.r00", "a.rar"),
        ("a.z01", "a.zip"),
        ("成片.mp4", "成片.mp4"),
    ],
)
def test_set_name(name, said):
    assert set_name(name) == said
