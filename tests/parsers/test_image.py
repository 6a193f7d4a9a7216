import pytest
from PIL import Image

from parsers.facts import ImageFacts, Unknown
from parsers.image import read_image


@pytest.mark.parametrize("kind", ["jpeg", "png", "gif", "bmp", "tiff", "webp"])
def test_the_size_of_a_picture(tmp_path, kind):
    Image.new("RGB", (40, 30)).save(tmp_path / "a", kind)
    assert read_image(tmp_path / "a", kind) == ImageFacts(format=kind, width=40, height=30)


@pytest.mark.parametrize(("orientation", "size"), [(1, (40, 30)), (3, (40, 30)), (6, (30, 40)), (8, (30, 40))])
def test_the_size_is_that_of_the_picture_held_upright(tmp_path, orientation, size):
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", (40, 30)).save(tmp_path / "a", "jpeg", exif=exif)
    facts = read_image(tmp_path / "a", "jpeg")
    assert (facts.width, facts.height, facts.orientation) == (*size, orientation)


def test_the_pages_of_a_fax_are_counted(tmp_path):
    page = Image.new("1", (40, 30))
    page.save(tmp_path / "a", "tiff", save_all=True, append_images=[page, page])
    assert read_image(tmp_path / "a", "tiff").pages == 3


@pytest.mark.parametrize("kind", ["jpeg", "png"])
def test_a_picture_cut_off_says_so(tmp_path, kind):
    Image.effect_noise((200, 200), 50).save(tmp_path / "a", kind)
    (tmp_path / "a").write_bytes((tmp_path / "a").read_bytes()[:-2_000])
    assert read_image(tmp_path / "a", kind).reason == "cut-off"


def test_a_picture_of_billions_of_pixels_is_not_opened(tmp_path):
    Image.new("1", (1, 1)).save(tmp_path / "a", "bmp")
    raw = bytearray((tmp_path / "a").read_bytes())
    raw[18:26] = (60_000).to_bytes(4, "little") * 2
    (tmp_path / "a").write_bytes(raw)
    assert read_image(tmp_path / "a", "bmp").reason == "too-large"


def test_bytes_behind_a_magic_that_are_no_picture_are_unreadable(tmp_path):
    (tmp_path / "a").write_bytes(b"\xff\xd8\xff" + bytes(200))
    assert read_image(tmp_path / "a", "jpeg").reason == "unreadable"


def heif(*sizes, turn=b""):
    boxes = b"".join(b"\0\0\0\x14ispe\0\0\0\0" + w.to_bytes(4, "big") + h.to_bytes(4, "big") for w, h in sizes)
    return b"\0\0\0\x18ftypheic" + bytes(12) + boxes + turn


def test_a_heic_is_measured_without_decoding(tmp_path):
    (tmp_path / "a").write_bytes(heif((512, 512), (4032, 3024)))
    assert read_image(tmp_path / "a", "heic") == ImageFacts(format="heic", width=4032, height=3024)


def test_a_turned_heic_is_measured_upright(tmp_path):
    (tmp_path / "a").write_bytes(heif((4032, 3024), turn=b"\0\0\0\x09irot\x01"))
    assert read_image(tmp_path / "a", "heic") == ImageFacts(format="heic", width=3024, height=4032)


def test_a_heic_that_says_no_size_is_unknown(tmp_path):
    (tmp_path / "a").write_bytes(heif())
    assert read_image(tmp_path / "a", "heic") == Unknown(format="heic")


def test_a_jpeg_of_hundreds_of_megapixels_is_measured_and_not_decoded(tmp_path):
    Image.new("L", (20_000, 10_000)).save(tmp_path / "a", "jpeg")
    facts = read_image(tmp_path / "a", "jpeg")
    assert (facts.width, facts.height) == (20_000, 10_000)
