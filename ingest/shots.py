"""Names of the pictures kept of a film: what it shows and when, as people read it in the work's folder."""

from __future__ import annotations

from parsers.filmfacts import Shot

FOLDER = "帧"
"""The folder in a work's folder in which they lie."""

_WORDS = {
    "opening": "片头",
    "closing": "片尾",
    "subtitle": "字幕",
    "bars": "黑边",
    "black": "黑场",
    "frozen": "静止",
    "damage": "损坏处",
    "sheet": "九宫格",
    "print": "比对画面",
}


def shot_name(shot: Shot) -> str:
    """Without its ending: 片头-00分03.5秒. Of one film no two pictures have one name: they differ in time or kind."""
    if shot.what == "sheet":
        return _WORDS[shot.what]
    tenths = round(shot.at_s * 10)
    return f"{_WORDS[shot.what]}-{tenths // 600:02d}分{tenths % 600 // 10:02d}.{tenths % 10}秒"
