"""What the pages cost: a work's review page made, pages written again without news, the counts page of 20,000 works.

`python -m bench.pages --json` prints one JSON object.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.measure import KEPU, median, process, show

if TYPE_CHECKING:
    from ingest.ledger.rows import Row
    from ingest.model import Material, Work
    from ingest.views import Snapshot
    from ingest.views.dossiers import Beside
    from parsers.facts import ImageFacts, VideoFacts

NOW = {"KEPU_NOW": "2024-10-24T09:00:00+08:00"}
WORKS, FINDINGS = 60, 10
HUGE_FILES, HUGE_MAILS, HUGE_LETTERS, HUGE_EVENTS = 40, 300, 30, 80
WORDS = "尊敬的编辑：您好！现报送作品材料，请查收。如有不全，请告知，我们尽快补充。\n"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    asked = parser.parse_args()
    from bench.counted import counts_figures

    with tempfile.TemporaryDirectory(prefix="kepu-bench-") as folder:
        found = rendered() | rewritten(Path(folder)) | counts_figures()
    show(found, as_json=asked.json)


def rendered() -> dict[str, Any]:
    """Milliseconds of processor time from the ledger's values to the page's words: the median work, and a huge one.

    first_page_ms: of the first page of a process, which reads the template; page_kb, huge_page_kb: how long they are.
    """
    from bench.books import a_snapshot

    snap = a_snapshot(WORKS, WORKS, FINDINGS)
    works = [_with_all(work) for work in snap.works.values()]
    snap = replace(snap, works={work.id: work for work in works})
    took = [_timed(snap, work, _beside(snap, work, 1)) for work in works]
    big, taken = _huge(snap, works[0])
    heavy = [_timed(taken, big, _beside(taken, big, 60)) for _ in range(5)]
    return {
        "page_ms": median([1000 * seconds for seconds, _ in took[1:]]),
        "first_page_ms": median([1000 * took[0][0]]),
        "huge_page_ms": median([1000 * seconds for seconds, _ in heavy]),
        "page_kb": round(took[1][1] / 1000),
        "huge_page_kb": round(heavy[0][1] / 1000),
    }


def _timed(snap: Snapshot, work: Work, beside: Beside) -> tuple[float, int]:
    """Seconds of processor time to make a page, and its bytes."""
    from ingest.views.dossiers import Around, dossier_of
    from reports.dossier import dossier_page

    began = time.process_time()
    text = dossier_page(dossier_of(snap, work, beside, Around("R2024-0001 甲", "R2024-0003 乙")))
    return time.process_time() - began, len(text.encode())


def _beside(snap: Snapshot, work: Work, lines: int) -> Beside:
    """What lies beside the page. lines: how long each mail and letter is."""
    from ingest.shots import shot_name
    from ingest.views.dossiers import Beside, shown_letters, shown_mails

    watched = work.video.watched if work.video else None
    return Beside(
        files={material.part.id: material.part.name for material in work.materials},
        cut=["第1页.jpg", "印章-第1页.jpg", "签名-原创承诺-第1页.jpg"],
        frames=[f"{shot_name(shot)}.jpg" for shot in watched.shots] if watched else [],
        texts=dict.fromkeys(shown_mails(snap, work), WORDS * lines),
        letters={row["id"]: WORDS * lines for row in shown_letters(snap, work)},
        course=list(_events(snap, work.id, 4 if lines == 1 else HUGE_EVENTS)),
        unlike=["title"],
    )


def _with_all(work: Work) -> Work:
    """The work with a film that was looked at and a scan that was recognised."""
    return replace(work, materials=tuple(_known(material) for material in work.materials))


def _known(material: Material) -> Material:
    from ingest.model import Kind

    known = {Kind.VIDEO: _film, Kind.SCAN: _scan}.get(material.kind)
    return replace(material, part=replace(material.part, facts=known())) if known else material


def _film() -> VideoFacts:
    from parsers.facts import Box, VideoFacts
    from parsers.filmfacts import ScreenText, Shot, Stretch, Watched

    box = Box(left=0.2, top=0.4, right=0.8, bottom=0.5)
    texts = tuple(
        ScreenText(text=f"第{n}行", stage="closing", from_s=140 + n, until_s=150, best_s=145, box=box, confidence=0.9)
        for n in range(8)
    )
    watched = Watched(
        duration_s=150,
        texts=texts,
        black=tuple(Stretch(start_s=10 * n, end_s=10 * n + 2) for n in range(6)),
        shots=tuple(Shot(what="closing", at_s=140 + n, width=640, height=360) for n in range(12)),
    )
    sizes = {"width": 1920, "height": 1080, "shown_width": 1920, "shown_height": 1080, "display_aspect": 1.78}
    return VideoFacts(container="mp4", codec="AVC", size=109_000_000, duration_s=150, watched=watched, **sizes)


def _scan() -> ImageFacts:
    from ingest.config import load
    from parsers.facts import Box, FieldValue, ImageFacts, PageFacts, Reading

    names = load(None, environ={}, cwd=Path("/")).forms.names
    fields = {
        name: FieldValue(
            value=f"{label}的内容{WORDS if name == 'summary' else ''}",
            label=label,
            confidence=0.95,
            page=1,
            box=Box(left=0.3, top=0.03 * place, right=0.8, bottom=0.03 * place + 0.02),
        )
        for place, (name, label) in enumerate(names.items())
    }
    seen = (PageFacts(width=1654, height=2339, sha256="a" * 64),)
    return ImageFacts(format="pdf", width=595, height=842, seen=seen, reading=Reading(fields=fields, confidence=0.95))


def _huge(snap: Snapshot, work: Work) -> tuple[Work, Snapshot]:
    """The work with 40 files, 300 mails and 30 letters, and the snapshot that knows them."""
    files = [material for _ in range(HUGE_FILES // len(work.materials)) for material in work.materials]
    big = replace(work, materials=tuple(files), title="长" * 200)
    mails = list(snap.arrivals)
    letters: Sequence[Row] = [{**snap.letters[0], "id": number} for number in range(1, HUGE_LETTERS + 1)]
    many: Mapping[str, list[tuple[int, str]]] = {work.id: [(mails[n % len(mails)], "added") for n in range(HUGE_MAILS)]}
    return big, replace(
        snap,
        works={work.id: big},
        mails_of=many,
        letters=letters,
        letter_works={row["id"]: [work.id] for row in letters},
    )


def _events(snap: Snapshot, work: str, count: int) -> Iterator[Row]:
    for number in range(count):
        detail = {"state": "review", "before": "missing", "changes": {"duration": ["", "fail"]}}
        row = {"id": number, "at": snap.now, "what": "work-reviewed", "work_id": work, "arrival_id": 1}
        yield row | {"detail": detail}


def rewritten(folder: Path) -> dict[str, Any]:
    """Pages that `kepu run` and `kepu report` write with nothing new."""
    from bench.contests import make_small

    make_small(folder, mails=80)
    config = ("--config", str(folder / "config.toml"))
    process(*KEPU, "run", *config, environ=NOW)
    share = folder / "root" / "share"
    before = _pages(share)
    process(*KEPU, "run", *config, environ=NOW)
    process(*KEPU, "report", *config, environ=NOW)
    idle = _pages(share)
    return {"pages": len(idle), "pages_rewritten_idle": _changed(before, idle)}


def _pages(share: Path) -> dict[str, tuple[int, int]]:
    """Each review page and the counts page with its time and inode: a file written anew has another."""
    stats = {str(path.relative_to(share)): path.stat() for path in sorted(share.rglob("*.html"))}
    return {name: (stat.st_mtime_ns, stat.st_ino) for name, stat in stats.items() if "回信" not in name}


def _changed(before: Mapping[str, object], after: Mapping[str, object]) -> int:
    return sum(before.get(name) != stat for name, stat in after.items())


if __name__ == "__main__":
    main()
