"""What looking at a film costs, and how well it is told what stands in it.

`python -m bench.video --json`: a film of 3 minutes, 1080p and 200 MB on one core, beside a full decode by ffmpeg and
RapidOCR on a frame a second of the 40 seconds at its ends; then the corpora of titles, bars and near-duplicates.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.film_whole import make
from bench.measure import TOP, ratio, show

LIMIT = 1 / 6
"""Ours to a full decode and RapidOCR together, at most."""
_EDGES_S = 20


def main() -> None:
    """Measure and print."""
    asked = _arguments()
    if asked.alone is not None:
        print(json.dumps({"look": look, "ocr": ocr, "decode": decode}[asked.way](asked.alone)))
        return
    found = measured(asked)
    if asked.page:
        from bench.film_page import kept, page

        today = dt.datetime.now(tz=dt.UTC).date().isoformat()
        before = asked.page.read_text("utf-8") if asked.page.exists() else ""
        asked.page.write_text(kept(before, page(found, day=today)), "utf-8")
    show(found, as_json=asked.json)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.video", description=__doc__)
    add = parser.add_argument
    add("--json", action="store_true", help="one JSON object")
    add("--film", type=Path, help="a film of your own in place of the one that is made")
    add("--folder", type=Path, default=Path(tempfile.gettempdir()) / "kepu-films", help="where the made film is kept")
    add("--titles", type=int, default=60, help="films with titles, and a quarter as many with subtitles; 0: none")
    add("--bars", type=int, default=200, help="films with and without bars; 0: none")
    add("--pairs", type=int, default=60, help="pairs of near-duplicates; 0: none")
    add("--others", type=int, default=2000, help="films that are no duplicates")
    add("--no-cost", action="store_true", help="the corpora alone")
    add("--page", type=Path, help="write the figures as a page too: docs/accuracy.md")
    add("--alone", type=Path, help=argparse.SUPPRESS)
    add("--way", default="look", help=argparse.SUPPRESS)
    return parser.parse_args()


def measured(asked: argparse.Namespace) -> dict[str, Any]:
    """All figures."""
    found: dict[str, Any] = {}
    if not asked.no_cost:
        found |= costs(asked.film or make(asked.folder / "whole.mp4"))
    return found | {"accuracy": accuracies(asked)}


def costs(film: Path) -> dict[str, Any]:
    """Processor seconds of ours and of the two peers, each in a process of its own on one core."""
    ours = _alone("look", film)
    full = _ffmpeg(film) if shutil.which("ffmpeg") else _alone("decode", film)
    read = _alone("ocr", film)
    both = full["core_s"] + read["core_s"]
    return {
        "core_s": ours["core_s"],
        "core_s_by_step": ours["steps"],
        "vs_decode_plus_ocr": round(ours["core_s"] / both, 3),
        "rss_mb": ours["rss_mb"],
        "peers": {
            "decode": full["by"],
            "decode_core_s": full["core_s"],
            "ocr_core_s": read["core_s"],
            "ocr_frames": read["frames"],
            "vs_decode": ratio(ours["core_s"], full["core_s"]),
            "limit": round(LIMIT, 3),
        },
        "film": {"mb": round(film.stat().st_size / 1e6, 1), "seconds": ours["seconds"], "problem": ours["problem"]},
    }


def _alone(way: str, film: Path) -> dict[str, Any]:
    """One of the ways in a process of its own: what it says, and its greatest memory."""
    command = [sys.executable, "-m", "bench.video", "--alone", str(film), "--way", way]
    environ = {**os.environ, "PYTHONPATH": str(TOP), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True, preexec_fn=_one_core)
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


def _one_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def _ffmpeg(film: Path) -> dict[str, Any]:
    """A full decode as a user does it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = ["ffmpeg", "-nostdin", "-v", "error", "-i", str(film), "-f", "null", "-"]
    subprocess.run(command, check=True, preexec_fn=_one_core)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"core_s": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1), "by": "ffmpeg"}


def _used() -> float:
    """Processor seconds of this process and of those it started."""
    each = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in each)


# --- one way, in a process of its own


def look(film: Path) -> dict[str, Any]:
    """All that the program does with a film: digest, facts, looking and listening, pictures kept."""
    from parsers.facts import VideoFacts
    from parsers.film import watch
    from parsers.video import read_video

    began = _used()
    with film.open("rb") as file:
        hashlib.file_digest(file, "sha256")
    digested = _used()
    facts = read_video(film, film.suffix[1:])
    described = _used()
    if not isinstance(facts, VideoFacts):
        raise SystemExit(f"{film}: {facts}")
    with tempfile.TemporaryDirectory() as scratch:
        seen = watch(film, facts, Path(scratch))
    ended = _used()
    steps = {"digest": digested - began, "facts": described - digested, **seen.core_s}
    steps["rest"] = ended - described - sum(seen.core_s.values())
    return {
        "core_s": round(ended - began, 1),
        "steps": {name: round(spent, 2) for name, spent in steps.items()},
        "rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "seconds": facts.duration_s,
        "problem": seen.problem,
    }


def decode(film: Path) -> dict[str, Any]:
    """Every picture and all sound, where there is no ffmpeg."""
    import av

    began = _used()
    with av.open(str(film)) as container:
        for packet in container.demux():
            packet.decode()
    return {"core_s": round(_used() - began, 1), "by": "PyAV: no ffmpeg here"}


def ocr(film: Path) -> dict[str, Any]:
    """RapidOCR as it comes on a frame a second of either end; decoding not counted."""
    import av
    from rapidocr import RapidOCR

    engine: Callable[..., Any] = RapidOCR()
    spent, frames = 0.0, 0
    with av.open(str(film)) as container:
        length = (container.duration or 0) / 1_000_000
        for start in (0.0, max(length - _EDGES_S, 0.0)):
            container.seek(int(start * 1_000_000))
            wanted = start
            for frame in container.decode(video=0):
                if (frame.time or 0.0) < wanted:
                    continue
                picture = frame.to_ndarray(format="bgr24")
                before = _used()
                engine(picture)
                spent, frames, wanted = spent + _used() - before, frames + 1, wanted + 1
                if wanted >= start + _EDGES_S:
                    break
    return {"core_s": round(spent, 1), "frames": frames}


# --- how well


def accuracies(asked: argparse.Namespace) -> dict[str, Any]:
    """Titles, bars and near-duplicates, each on its own corpus."""
    found: dict[str, Any] = {}
    if asked.titles:
        from bench import film_titles

        found["titles"] = film_titles.measure(asked.titles)
    if asked.bars:
        from bench import film_bars

        found["bars"] = film_bars.measure(asked.bars)
    if asked.pairs:
        from bench import film_twins

        found["duplicates"] = film_twins.measure(asked.pairs, asked.others)
    return found


if __name__ == "__main__":
    main()
