"""Forms to measure reading with: 12 layouts, each filled in 20 ways, as docx, doc, pdf, scan and photograph.

Everything is made by the makers in `ingest/demo`, the same every time, into a folder of the caller's: what is there
already is not made again. LibreOffice (`soffice`) makes doc and pdf, with a font that comes with a package and is made
known to it alone.
"""

from __future__ import annotations

import itertools
import os
import random
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from importlib import resources
from pathlib import Path

from PIL import Image, ImageFilter

from ingest.demo.fillings import FILLINGS, Filling, filling
from ingest.demo.layouts import CORPUS, write_layout
from ingest.demo.paper import Wear, scanned, sign, stamp
from ingest.demo.photos import a_shot, photographed
from ingest.demo.sheets import SEAL_HERE, SIGN_HERE, Layout

VERSION = 1
"""Raised when what is made changes: a folder made by another version is not used."""
KINDS = ("docx", "doc", "pdf", "scan", "photo")
DPI = 200
_PX_CM = DPI / 2.54
_FONTS = """\
<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{font}</dir><dir>/usr/share/fonts/truetype/dejavu</dir><cachedir>{cache}</cachedir>
<alias binding="same"><family>宋体</family><prefer><family>Noto Sans CJK TC</family></prefer></alias></fontconfig>
"""
_CONVERT_S = 600


@dataclass(frozen=True)
class Paper:
    """What was done to a form on paper: sealed or not, and who signed (field to whether somebody did)."""

    sealed: bool
    signed: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """One form of the corpus in one of its kinds. paths: its file, or a photograph of each page.

    truth: field to what is written there, "" where it is blank. paper: of scans and photographs.
    """

    layout: Layout
    number: int
    kind: str
    paths: tuple[Path, ...]
    truth: Mapping[str, str]
    paper: Paper | None = None

    @property
    def name(self) -> str:
        """As it is called in reports: two-03.scan."""
        return f"{self.layout.key}-{self.number:02d}.{self.kind}"


def cases(
    folder: Path, layouts: Sequence[Layout] = CORPUS, fillings: int = FILLINGS, kinds: Sequence[str] = KINDS
) -> list[Case]:
    """The corpus, or a part of it, made where it is not there yet. FileNotFoundError without `soffice`."""
    place = folder / f"forms-{VERSION}"
    wanted = list(itertools.product(layouts, range(fillings)))
    truths = {(layout.key, number): _docx(place, layout, number) for layout, number in wanted}
    stems = [f"{layout.key}-{number:02d}" for layout, number in wanted]
    if "doc" in kinds:
        convert(place, stems, "doc")
    if {"pdf", "scan", "photo"} & set(kinds):
        convert(place, stems, "pdf")
    on_paper = [kind for kind in ("scan", "photo") if kind in kinds]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda pair: _on_paper(place, pair[0], pair[1], on_paper), wanted if on_paper else ()))
    return [
        _case(place, layout, number, kind, truths[layout.key, number])
        for (layout, number), kind in itertools.product(wanted, kinds)
    ]


def _case(place: Path, layout: Layout, number: int, kind: str, truth: Mapping[str, str]) -> Case:
    stem = f"{layout.key}-{number:02d}"
    if kind in ("docx", "doc", "pdf"):
        return Case(layout, number, kind, (place / kind / f"{stem}.{kind}",), truth)
    paths = sorted((place / kind).glob(f"{stem}-*.jpg")) if kind == "photo" else [place / kind / f"{stem}.pdf"]
    return Case(layout, number, kind, tuple(paths), truth, _paper(layout, number))


def _docx(place: Path, layout: Layout, number: int) -> Mapping[str, str]:
    path = place / "docx" / f"{layout.key}-{number:02d}.docx"
    there = path.exists()
    sheet = write_layout(path.with_suffix(".new") if there else path, layout, number)
    if there:
        path.with_suffix(".new").unlink()
    return sheet.written


# --- LibreOffice


def convert(place: Path, stems: Iterable[str], kind: str) -> None:
    """Every docx of these names that has no copy in that format yet gets one."""
    (place / kind).mkdir(parents=True, exist_ok=True)
    missing = [stem for stem in stems if not (place / kind / f"{stem}.{kind}").exists()]
    for batch in (missing[at : at + 40] for at in range(0, len(missing), 40)):
        office(place, kind, [place / "docx" / f"{stem}.docx" for stem in batch])


def office(place: Path, kind: str, files: Sequence[Path]) -> None:
    """One call of LibreOffice, with a profile and fonts of its own; CalledProcessError if it fails."""
    soffice = shutil.which("soffice")
    if soffice is None:
        raise FileNotFoundError("the corpus needs LibreOffice: apt-get install libreoffice-writer-nogui")
    profile, fonts = (place / "office").absolute(), place / "fonts.conf"
    with resources.as_file(resources.files("cvttf_NotoSansCJK_Regular")) as font:
        fonts.write_text(_FONTS.format(font=font, cache=profile / "fonts"), "utf-8")
        command = [soffice, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", kind]
        environ = {**os.environ, "FONTCONFIG_FILE": str(fonts.absolute())}
        subprocess.run(
            [*command, "--outdir", place / kind, *files],
            env=environ,
            check=True,
            capture_output=True,
            timeout=_CONVERT_S,
        )


# --- paper


def _dice(layout: Layout, number: int, what: str) -> random.Random:
    return random.Random(f"{layout.key} {number} {what}")


def _paper(layout: Layout, number: int) -> Paper:
    """Nine in ten have a seal, as many are signed."""
    dice = _dice(layout, number, "paper")
    sealed, signed = dice.random() < 0.9, dice.random() < 0.9
    places = {"commitment": signed} if layout.author_signs else {}
    if layout.reviewers_sign:
        places["reviewers"] = dice.random() < 0.9
    return Paper(sealed and layout.key != "nested", places)


def _on_paper(place: Path, layout: Layout, number: int, kinds: Sequence[str]) -> None:
    """The scan and the photographs of one form, made from its PDF; what was not finished is made anew."""
    stem = f"{layout.key}-{number:02d}"
    missing = [kind for kind in kinds if not (place / kind / f"{stem}.done").exists()]
    if not missing:
        return
    pages = [_signed(page, spots, layout, number) for page, spots in _rendered(place / "pdf" / f"{stem}.pdf")]
    for kind in missing:
        (place / kind).mkdir(exist_ok=True)
        {"scan": _scan, "photo": _photos}[kind](pages, place / kind / stem, _dice(layout, number, kind))
        (place / kind / f"{stem}.done").touch()


def _scan(pages: Sequence[Image.Image], stem: Path, dice: random.Random) -> None:
    """One PDF of pictures, each page a little askew, grey and noisy."""
    worn = []
    for page in pages:
        page = page.filter(ImageFilter.GaussianBlur(dice.uniform(0.3, 0.7)))
        worn.append(scanned(page, Wear(dice.uniform(-1.5, 1.5), dice.uniform(3, 8))))
    worn[0].save(stem.with_suffix(".pdf"), "PDF", resolution=DPI, quality=78, save_all=True, append_images=worn[1:])


def _photos(pages: Sequence[Image.Image], stem: Path, dice: random.Random) -> None:
    for number, page in enumerate(pages, start=1):
        photographed(page, a_shot(dice), stem.with_name(f"{stem.name}-{number}.jpg"))


@dataclass(frozen=True)
class Spots:
    """Where on a page, in pixels: the seal's words, behind the words beside which to sign, and lone 签字 labels."""

    seals: tuple[tuple[int, int], ...]
    signatures: tuple[tuple[int, int], ...]
    labels: tuple[tuple[int, int], ...]


def _rendered(path: Path) -> Iterator[tuple[Image.Image, Spots]]:
    """The pages of a PDF at 200 dpi, and where seals and signatures go."""
    import pypdfium2

    with pypdfium2.PdfDocument(path) as document:
        for page in document:
            text = page.get_textpage()
            height = page.get_height()
            to_pixels = partial(_pixels, height=height)
            signs = list(_found(text, SIGN_HERE[:-1]))
            colons = {round(box[0]) for box in _found(text, SIGN_HERE)}
            yield (
                page.render(scale=DPI / 72).to_pil().convert("RGB"),
                Spots(
                    tuple(to_pixels((box[0] + box[2]) / 2, (box[1] + box[3]) / 2) for box in _found(text, SEAL_HERE)),
                    tuple(to_pixels(box[2] + 8, (box[1] + box[3]) / 2) for box in signs if round(box[0]) in colons),
                    tuple(
                        to_pixels((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
                        for box in signs
                        if round(box[0]) not in colons
                    ),
                ),
            )


def _pixels(x: float, y: float, *, height: float) -> tuple[int, int]:
    return int(x * DPI / 72), int((height - y) * DPI / 72)


def _found(text: object, words: str) -> Iterator[tuple[float, float, float, float]]:
    """Boxes (left, bottom, right, top) of these words on a page, in points."""
    search = text.search(words)  # type: ignore[attr-defined]
    while (hit := search.get_next()) is not None:
        index, count = hit
        boxes = [text.get_charbox(at) for at in range(index, index + count)]  # type: ignore[attr-defined]
        yield min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)


def _signed(page: Image.Image, spots: Spots, layout: Layout, number: int) -> Image.Image:
    """The page with the signatures and the seal it is to have."""
    paper, filled, dice = _paper(layout, number), filling(number, layout.kind), _dice(layout, number, "ink")
    if paper.signed.get("commitment"):
        for x, y in spots.signatures:
            sign(page, (x + 20, y - 27), filled.signer, 54)
    if paper.signed.get("reviewers"):
        _reviewers_sign(page, spots, layout, filled)
    if paper.sealed:
        for x, y in spots.seals:
            x, y = x + int(layout.seal_cm[0] * _PX_CM), y + int(layout.seal_cm[1] * _PX_CM)
            _seal(page, (x + dice.randint(-40, 40), y + dice.randint(-30, 20)), filled.seal, dice)
    return page


def _reviewers_sign(page: Image.Image, spots: Spots, layout: Layout, filled: Filling) -> None:
    """Each beside their own label where there are as many labels, else one below the other under the one label."""
    names = [reviewer.name for reviewer in filled.reviewers]
    places = list(itertools.product(spots.labels, layout.reviewers_sign))
    for name, ((x, y), (right, down)) in zip(names, places, strict=False):
        sign(page, (x - 50 + int(right * _PX_CM), y - 22 + int(down * _PX_CM)), name, 44)


def _seal(page: Image.Image, at: tuple[int, int], name: str, dice: random.Random) -> None:
    """4 cm across; one in five oval, one in five pale."""
    look = dice.random()
    stamp(
        page,
        at,
        name,
        int(2 * _PX_CM),
        height=0.7 if look < 0.2 else 1.0,
        ink=0.45 if look > 0.8 else 1.0,
    )
