"""How well texts in films are told: titles right and wrong, credits, subtitles and their script, on films made here.

`python -m bench.film_titles 60` makes sixty films, each with a title in one of twenty styles over one of five moving
grounds, and asks of each the right title and wrong ones that differ by a character, a number or an end; and fifteen
with subtitles or what looks like them. `--cost` looks at a film of three minutes at 1080p and says what its texts
take, beside RapidOCR with its own settings on one picture a second of the same forty seconds.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import av
import numpy as np

from bench.film_made import SPOKEN, Made, full_size, subtitled, titled
from bench.film_styles import STYLES, fonts_missing
from bench.film_words import CREDITS, near_misses
from ingest.rules.letters import letters
from ingest.rules.titles import Match, title_seen
from parsers.facts import VideoFacts
from parsers.film import CLOSING_S, OPENING_S, watch
from parsers.filmfacts import Watched


def measure(count: int, seed: int = 1) -> dict[str, Any]:
    """What is told of `count` films with titles and a quarter as many with subtitles. Shares are 0 to 1."""
    with tempfile.TemporaryDirectory() as folder:
        titles = _titles(Path(folder), count, seed)
        subtitles = _subtitles(Path(folder), max(count // 4, len(SPOKEN)), seed)
    return {"titles": titles, "subtitles": subtitles, "styles": len(STYLES), "fonts_missing": fonts_missing()}


def _titles(folder: Path, count: int, seed: int) -> dict[str, Any]:
    draws = np.random.default_rng([seed, 99])
    right: Counter[Match] = Counter()
    missed, passed = list[str](), list[str]()
    wrong, credits, core_s = 0, 0, 0.0
    for number in range(count):
        made = titled(folder, number, seed)
        seen = _watched(made.path)
        match = title_seen(made.title, seen.texts).match
        right[match] += 1
        if match is not Match.SAME:
            missed.append(_told(made, seen))
        misses = near_misses(made.title, draws)
        wrong += len(misses)
        passed += [
            f"{one} for {_told(made, seen)}" for one in misses if title_seen(one, seen.texts).match is Match.SAME
        ]
        read = "\n".join(letters(text.text) for text in seen.texts if text.stage == "closing")
        credits += sum(letters(line) in read for line in CREDITS)
        core_s += seen.core_s["text"]
        made.path.unlink()
    return {
        "films": count,
        "right_told": round(right[Match.SAME] / count, 4),
        "right": {match.value: right[match] for match in right},
        "wrong": wrong,
        "wrong_passed": len(passed),
        "told": round((right[Match.SAME] + wrong - len(passed)) / (count + wrong), 4),
        "credits_read": round(credits / (count * len(CREDITS)), 4),
        "text_core_s_per_film": round(core_s / count, 2),
        "missed": missed,
        "passed": passed,
    }


def _told(made: Made, seen: Watched) -> str:
    read = [text.text for text in seen.texts if text.stage == "opening"]
    return f"{made.title} ({made.style.name}, {made.ground}, {made.way}): {read[:4]}"


def _subtitles(folder: Path, count: int, seed: int) -> dict[str, Any]:
    """Present or not (a tenth of the time and more), and the script where they are."""
    present, script, false, wrong = 0, 0, 0, list[str]()
    for number in range(count):
        path, spoken = subtitled(folder, number, seed)
        found = _watched(path).subtitles
        assert found is not None
        there = (found.share or 0.0) >= 0.1
        wanted = {"english": "other", "both": "simplified"}.get(spoken, spoken)
        present += there == (spoken != "none")
        false += there and spoken == "none"
        script += not there or found.script == wanted
        if there != (spoken != "none") or (there and found.script != wanted):
            wrong.append(f"{number} {spoken}: {found.share} {found.script} {[line.text for line in found.lines][:4]}")
        path.unlink()
    return {
        "films": count,
        "present_told": round(present / count, 4),
        "false": false,
        "script_told": round(script / count, 4),
        "wrong": wrong,
    }


def _watched(path: Path) -> Watched:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        width, height, length_s = stream.width, stream.height, (container.duration or 0) / 1_000_000
    facts = VideoFacts(
        container="mp4",
        size=path.stat().st_size,
        duration_s=length_s,
        width=width,
        height=height,
        shown_width=width,
        shown_height=height,
        display_aspect=width / height,
    )
    return watch(path, facts, None, clip=False)


def cost(seed: int = 1) -> dict[str, Any]:
    """What the texts of a film of three minutes at 1080p take, in processor seconds, beside the plain way."""
    with tempfile.TemporaryDirectory() as folder:
        path = full_size(Path(folder), seed)
        _watched(titled(Path(folder), 0, seed).path)
        seen = _watched(path)
        plain = _plain(path)
    return {"ours_core_s": seen.core_s["text"], "plain_core_s": plain, "ratio": round(seen.core_s["text"] / plain, 3)}


def _plain(path: Path) -> float:
    """Processor seconds of RapidOCR as it comes, one thread, on one picture a second of the two ends."""
    from rapidocr import RapidOCR

    from parsers.recognition.engine import settings

    ours = settings()
    keep = ("model_path", "model_root_dir", "log_level", "num_threads")
    engine = RapidOCR(params={key: value for key, value in ours.items() if key.endswith(keep)})
    took, due = 0.0, 0.0
    with av.open(str(path)) as container:
        length_s = (container.duration or 0) / 1_000_000
        for frame in container.decode(video=0):
            at_s = float(frame.time or 0.0)
            if at_s < due or OPENING_S <= at_s < length_s - CLOSING_S:
                continue
            due = at_s + 1.0
            began = time.process_time()
            engine(frame.to_ndarray(format="bgr24"))
            took += time.process_time() - began
    return round(took, 2)


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cost", action="store_true")
    wanted = parser.parse_args()
    found = cost(wanted.seed) if wanted.cost else measure(wanted.count, wanted.seed)
    print(json.dumps(found, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
