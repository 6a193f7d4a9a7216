"""A film's facts: container by its own boxes, streams by MediaInfo. Nothing is decoded here."""

from __future__ import annotations

import math
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from parsers.boxes import Layout, layout
from parsers.facts import AudioTrack, Broken, VideoFacts

_BOXED = ("mp4", "mov", "3gp")
_MAX_AUDIO = 32
_MAX_SIDE = 100_000


def read_video(path: Path, found: str) -> VideoFacts | Broken:
    """Container, picture and sound of the film in `path`; `found` is its format as sniffed.

    Broken: "no-index" (no moov), "cut-off" (index or media data run past the end), "no-picture" (only sound),
    "unreadable" where no size of the picture can be told. RuntimeError if MediaInfo itself cannot be run.
    """
    boxes = Layout()
    if found in _BOXED:
        with path.open("rb") as file:
            boxes = layout(file)
        if trouble := _trouble(boxes, found):
            return trouble
    general, pictures, sounds = _tracks(path)
    if general.get("istruncated") == "Yes":
        return Broken(format=found, reason="cut-off", detail="MediaInfo: IsTruncated")
    if not pictures:
        return Broken(format=found, reason="no-picture" if sounds else "unreadable", detail="no video stream")
    return _facts(path.stat().st_size, found, boxes, general, pictures[0], sounds)


def _trouble(boxes: Layout, found: str) -> Broken | None:
    if boxes.cut_at is not None:
        return Broken(format=found, reason="cut-off", detail=f"{boxes.cut_at} of {boxes.needed} bytes")
    if boxes.index_at is None:
        return Broken(format=found, reason="no-index", detail="no moov box")
    return None


Track = dict[str, Any]


def _tracks(path: Path) -> tuple[Track, list[Track], list[Track]]:
    """MediaInfo's general, video and audio tracks. Cover pictures of the container are no films and are left out."""
    from pymediainfo import MediaInfo

    seen = MediaInfo.parse(path, encoding_errors="replace")
    assert isinstance(seen, MediaInfo)
    general = seen.general_tracks[0].to_data() if seen.general_tracks else {}
    return general, [t.to_data() for t in seen.video_tracks], [t.to_data() for t in seen.audio_tracks]


def _facts(
    size: int, found: str, boxes: Layout, general: Track, picture: Track, sounds: list[Track]
) -> VideoFacts | Broken:
    width, height = _whole(picture.get("width")), _whole(picture.get("height"))
    if not width or not height or max(width, height) > _MAX_SIDE:
        return Broken(format=found, reason="unreadable", detail=f"picture {width}x{height}")
    pixel_aspect = _number(picture.get("pixel_aspect_ratio")) or 1.0
    rotation = round(_number(picture.get("rotation")) or 0.0) % 360
    shown_width, shown_height = round(width * pixel_aspect), height
    if rotation in (90, 270):
        shown_width, shown_height = shown_height, shown_width
    return VideoFacts(
        container=found,
        brand=boxes.brand,
        compatible_brands=boxes.compatible,
        size=size,
        duration_s=_seconds(picture.get("duration")),
        container_duration_s=_seconds(general.get("duration")),
        codec=str(picture.get("format") or ""),
        profile=str(picture.get("format_profile") or ""),
        width=width,
        height=height,
        shown_width=shown_width,
        shown_height=shown_height,
        pixel_aspect=pixel_aspect,
        display_aspect=shown_width / shown_height,
        rotation=rotation,
        frame_rate=_number(picture.get("frame_rate")),
        bit_rate=_whole(picture.get("bit_rate")),
        bit_depth=_whole(picture.get("bit_depth")),
        hdr=str(picture.get("hdr_format") or picture.get("hdr_format_commercial") or ""),
        audio=tuple(_audio(sound) for sound in sounds[:_MAX_AUDIO]),
        faststart=boxes.faststart,
        created=str(general.get("encoded_date") or general.get("tagged_date") or ""),
        tools=dict(_tools()),
    )


def _audio(sound: Track) -> AudioTrack:
    return AudioTrack(
        codec=str(sound.get("format") or ""),
        channels=_whole(sound.get("channel_s")),
        sample_rate=_whole(sound.get("sampling_rate")),
        duration_s=_seconds(sound.get("duration")),
        bit_rate=_whole(sound.get("bit_rate")),
    )


def _number(value: object) -> float | None:
    """A positive finite number, or None. MediaInfo gives numbers, digits, or several values joined by " / "."""
    try:
        number = float(str(value).split("/")[0])
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _whole(value: object) -> int | None:
    number = _number(value)
    return None if number is None else round(number)


def _seconds(value: object) -> float | None:
    """Seconds of MediaInfo's milliseconds, to the millisecond."""
    number = _number(value)
    return None if number is None else round(number / 1000, 3)


@cache
def _tools() -> tuple[tuple[str, str], ...]:
    return (("pymediainfo", version("pymediainfo")),)
