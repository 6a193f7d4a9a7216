"""How well forms are read, and what that costs: 12 layouts, 20 fillings, as docx, doc, pdf, scan and photograph.

`python -m bench.forms --json` measures all of it (about 25 minutes on two cores); `--fillings 1` a sample.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import multiprocessing
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from bench.agreement import Judged, Looked, figures, look_at, share
from bench.corpus import KINDS, Case, cases
from bench.measure import TOP, median, ratio, show
from ingest.config import load
from ingest.context import wants_of
from ingest.demo.fillings import FILLINGS
from ingest.demo.layouts import CORPUS, layout_of
from parsers import look
from parsers.facts import Facts, Wants
from parsers.office import Old, batches, read_converted, source_of
from parsers.soffice import convert

PAPER = ("scan", "photo")
_OFFICE_BATCH = 10


def main() -> None:
    """Measure and print."""
    asked = _arguments()
    if asked.alone is not None:
        alone(asked.alone, asked.way)
        return
    if asked.pictures is not None:
        from bench.overlay import draw_pictures

        draw_pictures(asked.folder, asked.pictures)
        return
    layouts = [layout_of(key) for key in asked.layouts.split(",")] if asked.layouts else CORPUS
    made = cases(asked.folder, layouts, asked.fillings, asked.kinds.split(","))
    found, looked = measured(made, jobs=asked.jobs, peers=asked.peers, times=asked.times)
    if asked.wrong:
        _write_wrong(asked.wrong, looked)
    if asked.page:
        from bench.accuracy_page import page
        from bench.film_page import films

        chosen = (("fillings", FILLINGS), ("layouts", ""), ("kinds", ",".join(KINDS)))
        told = [f"--{name} {getattr(asked, name)}" for name, usual in chosen if getattr(asked, name) != usual]
        command = " ".join(["python -m bench.forms", *told, "--page docs/accuracy.md"])
        today = dt.datetime.now(tz=dt.UTC).date().isoformat()
        before = asked.page.read_text("utf-8") if asked.page.exists() else ""
        part = page(found, command=command, day=today, fillings=asked.fillings)
        asked.page.write_text(f"{part}\n{films(before)}" if films(before) else part, "utf-8")
    show(found, as_json=asked.json)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.forms", description=__doc__)
    add = parser.add_argument
    add("--json", action="store_true", help="one JSON object")
    add("--layouts", default="", help=f"of {','.join(layout.key for layout in CORPUS)}; default: all")
    add("--fillings", type=int, default=FILLINGS, help="how many of each layout")
    add("--kinds", default=",".join(KINDS), help="which of the five kinds")
    add("--jobs", type=int, default=2, help="processes; each recognises with one thread")
    add("--peers", type=int, default=3, help="fillings of each layout that plain RapidOCR reads too; 0: none")
    add("--times", type=int, default=12, help="pages on which both are timed, one after the other; 0: none")
    add("--folder", type=Path, default=Path(tempfile.gettempdir()) / "kepu-forms", help="where the corpus is kept")
    add("--wrong", type=Path, help="write each field that was misread into this file, of tuned layouts only")
    add("--page", type=Path, help="write the figures as a page too: docs/accuracy.md")
    add("--pictures", type=Path, help="draw what was read over three pages, into this folder, and nothing else")
    add("--alone", help=argparse.SUPPRESS)
    add("--way", default="ours", help=argparse.SUPPRESS)
    return parser.parse_args()


def measured(made: Sequence[Case], *, jobs: int, peers: int, times: int) -> tuple[dict[str, Any], list[Looked]]:
    """All figures, and what each case gave."""
    found: dict[str, Any] = {}
    old = [case for case in made if case.kind == "doc"]
    converted, doc_s = _old_documents(old)
    looked = [*converted, *_in_processes(_ours, [case for case in made if case.kind != "doc"], jobs)]
    found["accuracy"] = figures(looked)
    found["unseen_layouts"] = figures(one for one in looked if not one.case.layout.tuned)
    paper = [case for case in made if case.kind in PAPER]
    timed = [case for case in paper if case.kind == "scan" and case.layout.key != "official"][:times]
    if timed:
        found["rss_mb"] = _memory([path for case in timed[:3] for path in case.paths])
        found["ocr_vs_rapidocr_time"] = _times(timed)
    if compared := [case for case in paper if case.number < peers]:
        theirs = _in_processes(_theirs, compared, jobs)
        ours = {one.case.name: one for one in looked}
        found["ocr_vs_rapidocr_accuracy"] = _against([ours[case.name] for case in compared], theirs)
    if old:
        found["doc_s"] = doc_s
    return found, looked


# --- one case


@lru_cache(maxsize=1)
def shipped() -> Wants:
    """What the shipped config asks of forms."""
    return wants_of(load(None, environ={}, cwd=Path.cwd()))


def _ours(wants: Wants, case: Case) -> Looked:
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        facts = [look(path, wants, Path(scratch), name=path.name) for path in case.paths]
    return look_at(case, facts, time.perf_counter() - began)


def _theirs(wants: Wants, case: Case) -> Looked:
    from bench.plain_ocr import read

    began = time.perf_counter()
    facts: list[Facts] = [read(path, wants) for path in case.paths]
    return look_at(case, facts, time.perf_counter() - began)


def _in_processes(read: Callable[[Wants, Case], Looked], made: Sequence[Case], jobs: int) -> list[Looked]:
    """The cases read by so many processes; in this one if only one is asked for."""
    if jobs <= 1:
        return [read(shipped(), case) for case in made]
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(partial(read, shipped()), made))


def _old_documents(made: Sequence[Case]) -> tuple[list[Looked], float]:
    """The .doc read as a run reads them, several in one call of LibreOffice; and seconds a file."""
    looked: list[Looked] = []
    began = time.perf_counter()
    by_path = {case.paths[0]: case for case in made}
    with tempfile.TemporaryDirectory() as name:
        for number, batch in enumerate(batches([Old(path, "doc", "doc") for path in by_path], _OFFICE_BATCH)):
            folder = Path(name) / str(number)
            folder.mkdir()
            start = time.perf_counter()
            done = convert([source_of(old, folder) for old in batch], _made(folder / "call"), Path(name) / "profile")
            each = (time.perf_counter() - start) / len(batch)
            for at, docx in done.made.items():
                facts = read_converted(docx, shipped(), "doc")
                looked.append(look_at(by_path[batch[at].path], [facts], each))
            gone = set(range(len(batch))) - set(done.made)
            looked += [look_at(by_path[batch[at].path], [], each) for at in sorted(gone)]
    return looked, round((time.perf_counter() - began) / max(len(made), 1), 3)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


# --- against RapidOCR


def _times(made: Sequence[Case]) -> dict[str, float]:
    """Both on the same pages, taking turns; the first page, which loads the models, is not counted."""
    ours: list[float] = []
    theirs: list[float] = []
    for number, case in enumerate([made[0], *made]):
        for read, took in ((_ours, ours), (_theirs, theirs))[:: 1 if number % 2 else -1]:
            took.append(read(shipped(), case).seconds)
    pairs = [our / their for our, their in zip(ours[1:], theirs[1:], strict=True)]
    return {"ratio": median(pairs), "ours_s": median(ours[1:]), "rapidocr_s": median(theirs[1:])}


def _against(ours: Sequence[Looked], theirs: Sequence[Looked]) -> dict[str, Any]:
    """Fields read right by us and by the peer, of the same files."""

    def fields(looked: Sequence[Looked], kind: str) -> list[Judged]:
        return [field for one in looked if one.case.kind == kind for field in one.judged]

    kinds = [kind for kind in PAPER if any(one.case.kind == kind for one in ours)]
    return {kind: {"ours": share(fields(ours, kind)), "rapidocr": share(fields(theirs, kind))} for kind in kinds}


def _memory(paths: Sequence[Path]) -> dict[str, float]:
    """Peak resident memory of a process that reads these pages, ours and theirs, in MB of 2**20 bytes."""
    listed = json.dumps([str(path) for path in paths])
    ours, theirs = (_peak_mb("--alone", listed, "--way", way) for way in ("ours", "rapidocr"))
    return {"ours": ours, "rapidocr": theirs, "ratio": ratio(ours, theirs)}


def _peak_mb(*arguments: str) -> int:
    """As the process says itself: what it was started by has a peak of its own, which it would be counted with."""
    command = [sys.executable, "-m", "bench.forms", *arguments]
    said = subprocess.run(command, check=True, capture_output=True, text=True, cwd=TOP).stdout
    return int(said.split()[-1])


def alone(listed: str, way: str) -> None:
    """Read the files that a JSON list names, and print the peak memory in MB."""
    for path in map(Path, json.loads(listed)):
        if way == "ours":
            with tempfile.TemporaryDirectory() as scratch:
                look(path, shipped(), Path(scratch))
        else:
            from bench.plain_ocr import read

            read(path, shipped())
    status = Path("/proc/self/status").read_text("utf-8")
    print(next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) // 1024)


def _write_wrong(path: Path, looked: Sequence[Looked]) -> None:
    """One misread field a line; nothing of the layouts that nobody is to tune on."""
    lines = [
        json.dumps({"form": one.case.name, "field": f.field, "truth": f.truth, "found": f.found}, ensure_ascii=False)
        for one in looked
        if one.case.layout.tuned
        for f in one.judged
        if not f.right
    ]
    lines += [json.dumps({"form": one.case.name, "broken": one.broken}) for one in looked if one.broken]
    path.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
