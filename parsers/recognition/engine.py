"""The one adapter to RapidOCR: where text stands on a picture, and what it reads.

Models come with the package and are opened by their files' own paths: nothing is fetched, nothing is written there.
They are loaded once a process, when a picture is first read.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""(height, width, 3), blue green red; or (height, width), grey."""
Quad = NDArray[np.float32]
"""(4, 2): corners of a text's box in pixels, clockwise from its upper left."""

DETECTION_SIDE = 960
"""Pixels of the longer side at which text is looked for: 1280 finds no more on A4 pages and takes longer."""

_MODELS = {
    "Det.model_path": "PP-OCRv6_det_small.onnx",
    "Rec.model_path": "PP-OCRv6_rec_small.onnx",
    "Cls.model_path": "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
}
_threads = 1


def use_threads(count: int) -> None:
    """Threads one recognition may use, at least 1; to be said before the first one. Workers run beside each other."""
    global _threads
    _threads = max(count, 1)
    _engine.cache_clear()


def settings(threads: int = 1) -> dict[str, Any]:
    """What RapidOCR is started with: its parameters, as `RapidOCR(params=…)` takes them.

    Lines are recognised one by one: in batches they are padded to the widest, which takes time and memory.
    """
    import rapidocr

    models = Path(rapidocr.__file__).parent / "models"
    return {
        "Global.log_level": "critical",
        "Global.use_cls": False,
        "Global.use_vertical_padding": False,
        "Global.model_root_dir": str(models),
        "Det.limit_type": "max",
        "Det.limit_side_len": DETECTION_SIDE,
        "Rec.rec_batch_num": 1,
        "EngineConfig.onnxruntime.intra_op_num_threads": threads,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        **{key: str(models / name) for key, name in _MODELS.items()},
    }


@lru_cache(maxsize=1)
def _engine() -> Any:
    """RapidOCR with its models open; OSError if they are not where the package has them."""
    import cv2
    from rapidocr import RapidOCR

    params = settings(_threads)
    missing = [params[key] for key in _MODELS if not Path(params[key]).is_file()]
    if missing:
        raise FileNotFoundError(f"rapidocr has no model {missing[0]}")
    cv2.setNumThreads(_threads)
    return RapidOCR(params=params)


def tools() -> dict[str, str]:
    """Name to version of what recognises."""
    return {name: version(name) for name in ("rapidocr", "onnxruntime")}


def find_text(picture: Picture) -> list[Quad]:
    """Boxes of the lines of text on a picture, top to bottom; none where there is no text."""
    from rapidocr.main import RapidOCRError

    try:
        _, found = _engine().detect_and_crop(picture, {})
    except RapidOCRError:
        return []
    return [np.asarray(box, np.float32) for box in found.boxes]


def read_text(crops: Sequence[Picture]) -> list[tuple[str, float]]:
    """What each picture of one line reads, and how surely (0 to 1)."""
    if not crops:
        return []
    found = _engine().recognize_txt(list(crops))
    return [(text, float(score)) for text, score in zip(found.txts, found.scores, strict=True)]


def upside_down(crops: Sequence[Picture]) -> list[float]:
    """For each picture of one line, how surely it stands on its head: 0 to 1."""
    if not crops:
        return []
    _, found = _engine().cls_and_rotate(list(crops))
    return [float(score) if label == "180" else 1.0 - float(score) for label, score in found.cls_res]
