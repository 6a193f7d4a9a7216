import py7zr
import pytest

from ingest.demo.rars import make_rar
from ingest.demo.zips import Sheet, write_zip
from parsers.volumes import Look, Style, Volume, completeness, ended, look_at, ordered, place_of, sets, volume_of

FILM = bytes(range(256)) * 40


@pytest.mark.parametrize(
    ("name", "volume"),
    [
        ("作品.part1.rar", Volume("作品", Style.PART, 1)),
        ("作品.PART03.RAR", Volume("作品", Style.PART, 3)),
        ("a.part012.rar", Volume("a", Style.PART, 12)),
        ("a.r00", Volume("a", Style.OLD_RAR, 2)),
        ("a.R99", Volume("a", Style.OLD_RAR, 101)),
        ("a.s00", Volume("a", Style.OLD_RAR, 102)),
        ("a.7z.001", Volume("a.7z", Style.NUMBERED, 1)),
        ("a.zip.012", Volume("a.zip", Style.NUMBERED, 12)),
        ("a.z01", Volume("a", Style.SPLIT_ZIP, 1)),
        ("a.Z12", Volume("a", Style.SPLIT_ZIP, 12)),
        ("a.z100", Volume("a", Style.SPLIT_ZIP, 100)),
    ],
)
def test_volume_of_a_volume(name, volume):
    assert volume_of(name) == volume


@pytest.mark.parametrize(
    "name",
    [
        "a.rar",
        "a.zip",
        "a.7z",
        "a.001",
        "a.mp4",
        "a.part0.rar",
        "a.z00",
        "a.7z.000",
        ".r00",
        "a.x64",
        "a.part1.zip",
        "",
    ],
)
def test_volume_of_anything_else_is_none(name):
    assert volume_of(name) is None


@pytest.mark.parametrize(
    ("name", "volume"),
    [
        ("作品.rar", Volume("作品", Style.OLD_RAR, 1, certain=False)),
        ("作品.zip", Volume("作品", Style.SPLIT_ZIP, 0, last=True, certain=False)),
        ("a.r00", Volume("a", Style.OLD_RAR, 2)),
        ("a.doc", None),
    ],
)
def test_place_of_what_may_be_a_volume(name, volume):
    assert place_of(name) == volume


def test_sets_are_put_together_in_order():
    names = [
        "b.zip",
        "a.7z.003",
        "x.docx",
        "c.rar",
        "a.7z.001",
        "b.z02",
        "b.z01",
        "A.7z.002",
        "d.r00",
        "d.rar",
        "e.zip",
    ]
    assert list(sets(names).values()) == [
        ["b.z01", "b.z02", "b.zip"],
        ["a.7z.001", "A.7z.002", "a.7z.003"],
        ["d.rar", "d.r00"],
    ]


def test_a_volume_that_came_twice_stands_once():
    assert ordered(["a.7z.002", "A.7z.001", "a.7z.001"]) == ["A.7z.001", "a.7z.002"]


@pytest.mark.parametrize(
    ("names", "known", "sentence"),
    [
        (["a.part1.rar", "a.part2.rar"], True, ""),
        (["a.part1.rar", "a.part2.rar", "a.part4.rar"], True, "缺第3卷"),
        (["a.part2.rar", "a.part5.rar"], True, "缺第1、3、4卷"),
        (["a.7z.001"], False, "缺最后的分卷"),
        (["a.7z.001", "a.7z.003"], None, "缺第2卷，缺最后的分卷"),
        (["a.7z.002"], True, "缺第1卷"),
        (["a.7z.009"], True, "缺第1、2、3、4、5 等卷"),
        (["a.z01", "a.z02", "a.zip"], None, ""),
        (["a.z02", "a.zip"], None, "缺第1卷"),
        (["a.z01"], None, "缺最后一卷（.zip 文件）"),
        (["a.r00", "a.r02"], True, "缺第1、3卷"),
    ],
)
def test_completeness_says_what_is_missing(names, known, sentence):
    found = completeness(names, ended=known)
    assert (found.sentence, found.whole) == (sentence, not sentence)


def test_completeness_of_no_volumes_is_an_error():
    with pytest.raises(ValueError, match="no volumes"):
        completeness(["a.doc"])


@pytest.mark.parametrize(("version", "numbers"), [(4, [1, None, None]), (5, [1, 2, 3])])
def test_a_rar_says_which_volume_it_is(tmp_path, version, numbers):
    paths = make_rar(tmp_path / "a.rar", [("a", FILM)], version=version, volume_bytes=4_000)
    assert [look_at(path) for path in paths] == [
        Look(many=True, number=number, last=last) for number, last in zip(numbers, (False, False, True), strict=True)
    ]


@pytest.mark.parametrize("version", [4, 5])
def test_a_whole_rar_says_so(tmp_path, version):
    assert look_at(make_rar(tmp_path / "a.rar", [("a", FILM)], version=version)[0]) == Look(many=False, last=True)


def test_a_split_zip_says_where_it_begins_and_ends(tmp_path):
    paths = write_zip(tmp_path / "a.zip", [Sheet("a", FILM, FILM, 0)], volume_bytes=4_000)
    assert [look_at(path) for path in paths] == [
        Look(many=True, number=1, last=False),
        Look(),
        Look(many=True, number=3, last=True),
    ]


def test_a_whole_zip_may_be_a_set_cut_just_after_it(tmp_path):
    assert look_at(*write_zip(tmp_path / "a.zip", [Sheet("a", FILM)])) == Look(number=1, last=True)


@pytest.fixture
def pieces(tmp_path):
    """A 7z cut into three."""
    with py7zr.SevenZipFile(tmp_path / "a.7z", "w", filters=[{"id": py7zr.FILTER_COPY}]) as archive:
        archive.writestr(FILM, "a")
    raw = (tmp_path / "a.7z").read_bytes()
    paths = [tmp_path / f"a.7z.{number:03d}" for number in (1, 2, 3)]
    for number, path in enumerate(paths):
        path.write_bytes(raw[4_000 * number : 4_000 * (number + 1)])
    return paths


def test_the_first_of_a_7z_says_how_much_there_is(pieces):
    size = sum(path.stat().st_size for path in pieces)
    assert [look_at(path) for path in pieces] == [
        Look(many=True, number=1, last=False, whole_size=size),
        Look(),
        Look(),
    ]


def test_a_7z_has_ended_when_all_bytes_are_there(pieces):
    assert [ended(pieces[:count]) for count in (1, 2, 3)] == [False, False, True]


@pytest.mark.parametrize("version", [4, 5])
def test_a_rar_has_ended_when_the_last_volume_is_there(tmp_path, version):
    paths = make_rar(tmp_path / "a.rar", [("a", FILM)], version=version, volume_bytes=4_000)
    assert [ended(paths[:count]) for count in (1, 2, 3)] == [False, False, True]


def test_a_numbered_zip_has_ended_when_its_directory_is_there(tmp_path):
    [path] = write_zip(tmp_path / "a.zip", [Sheet("a", FILM, FILM, 0)])
    raw = path.read_bytes()
    paths = [tmp_path / "a.zip.001", tmp_path / "a.zip.002"]
    for number, one in enumerate(paths):
        one.write_bytes(raw[6_000 * number : 6_000 * (number + 1)])
    assert (ended(paths[:1]), ended(paths)) == (None, True)


@pytest.mark.parametrize(
    "raw", [b"", b"Rar!\x1a\x07\x01\x00junk", b"Rar!\x1a\x07\x00" + b"\xff" * 40, b"7z\xbc\xaf\x27\x1c", b"x"]
)
def test_nonsense_says_nothing(tmp_path, raw):
    path = tmp_path / "a"
    path.write_bytes(raw)
    found = look_at(path)
    assert (found.many, found.last, found.whole_size) == (None, None, None)
