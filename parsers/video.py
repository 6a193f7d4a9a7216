"""A film's facts: container by its own boxes, streams by MediaInfo. Nothing is decoded here."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from parsers.boxes import Layout, layout
from parsers.facts import AudioTrack, Broken, VideoFacts
from parsers.tools import ToolFailed, mediainfo

_BOXED = ("mp4", "mov", "3gp")
_MAX_AUDIO = 32
_MAX_SIDE = 100_000


def read_video(path: Path, found: str) -> VideoFacts | Broken:
    """Container, picture and sound of the film in `path`; `found` is its format as sniffed.

    Broken: "no-index" (no moov), "cut-off" (index or media data run past the end), "no-picture" (only sound),
    "unreadable" where no size of the picture can be told, "too-slow" and "crashed" where MediaInfo is: it has
    a process of its own and half a minute. What is cut off says up to which second it plays, if it has an index.
    OSError (ToolMissing) if MediaInfo cannot be run at all.
    """
    boxes = Layout()
    if found in _BOXED:
        with path.open("rb") as file:
            boxes = layout(file)
        if trouble := _trouble(boxes, found):
            return _with_seconds(trouble, path, indexed=boxes.index_at is not None)
    try:
        seen = mediainfo(path)
    except ToolFailed as error:
        return Broken(format=found, reason=error.reason, detail=str(error))
    general, pictures, sounds = _tracks(seen)
    if _extra(general, "IsTruncated") == "Yes":
        cut = Broken(format=found, reason="cut-off", detail="MediaInfo: IsTruncated")
        return _with_seconds(cut, path, indexed=True)
    if not pictures:
        return Broken(format=found, reason="no-picture" if sounds else "unreadable", detail="no video stream")
    facts = _facts(path.stat().st_size, found, boxes, general, pictures[0], sounds)
    if isinstance(facts, Broken):
        return facts
    return facts.model_copy(update={"tools": _tools(seen)})


def _trouble(boxes: Layout, found: str) -> Broken | None:
    if boxes.cut_at is not None:
        return Broken(format=found, reason="cut-off", detail=f"{boxes.cut_at} of {boxes.needed} bytes")
    if boxes.index_at is None:
        return Broken(format=found, reason="no-index", detail="no moov box")
    return None


def _with_seconds(broken: Broken, path: Path, *, indexed: bool) -> Broken:
    """What is cut off, with how far it plays."""
    if broken.reason != "cut-off" or not indexed:
        return broken
    from parsers.film.playable import playable

    at_s, of_s = playable(path, broken.format)
    return broken.model_copy(update={"at_s": at_s, "of_s": of_s})


Track = dict[str, Any]


def _tracks(seen: Mapping[str, Any]) -> tuple[Track, list[Track], list[Track]]:
    """MediaInfo's general, video and audio tracks."""
    media = seen.get("media") or {}
    tracks = [track for track in media.get("track", []) if isinstance(track, dict)]
    kinds = {kind: [t for t in tracks if t.get("@type") == kind] for kind in ("General", "Video", "Audio")}
    return next(iter(kinds["General"]), {}), kinds["Video"], kinds["Audio"]


def _extra(track: Track, name: str) -> str:
    extra = track.get("extra")
    return str(extra.get(name, "")) if isinstance(extra, dict) else ""


def _facts(
    size: int, found: str, boxes: Layout, general: Track, picture: Track, sounds: list[Track]
) -> VideoFacts | Broken:
    width, height = _whole(picture.get("Width")), _whole(picture.get("Height"))
    if not width or not height or max(width, height) > _MAX_SIDE:
        return Broken(format=found, reason="unreadable", detail=f"picture {width}x{height}")
    pixel_aspect = _number(picture.get("PixelAspectRatio")) or 1.0
    rotation = round(_number(picture.get("Rotation")) or 0.0) % 360
    shown_width, shown_height = round(width * pixel_aspect), height
    if rotation in (90, 270):
        shown_width, shown_height = shown_height, shown_width
    return VideoFacts(
        container=found,
        brand=boxes.brand,
        compatible_brands=boxes.compatible,
        size=size,
        duration_s=_thousandths(picture.get("Duration")),
        container_duration_s=_thousandths(general.get("Duration")),
        codec=str(picture.get("Format") or ""),
        profile=_profile(picture),
        width=width,
        height=height,
        shown_width=shown_width,
        shown_height=shown_height,
        pixel_aspect=pixel_aspect,
        display_aspect=shown_width / shown_height,
        rotation=rotation,
        frame_rate=_number(picture.get("FrameRate")),
        bit_rate=_whole(picture.get("BitRate")),
        bit_depth=_whole(picture.get("BitDepth")),
        hdr=_hdr(picture),
        audio=tuple(_audio(sound) for sound in sounds[:_MAX_AUDIO]),
        faststart=boxes.faststart,
        created=str(general.get("Encoded_Date") or general.get("Tagged_Date") or ""),
    )


def _audio(sound: Track) -> AudioTrack:
    return AudioTrack(
        codec=str(sound.get("Format") or ""),
        channels=_whole(sound.get("Channels")),
        sample_rate=_whole(sound.get("SamplingRate")),
        duration_s=_thousandths(sound.get("Duration")),
        bit_rate=_whole(sound.get("BitRate")),
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


def _thousandths(value: object) -> float | None:
    """Seconds, to the millisecond."""
    number = _number(value)
    return None if number is None else round(number, 3)


def _profile(picture: Track) -> str:
    """Profile and level as people write them: High@L4.1."""
    profile, level = str(picture.get("Format_Profile") or ""), str(picture.get("Format_Level") or "")
    return f"{profile}@L{level}" if profile and level else profile


def _hdr(picture: Track) -> str:
    """The format by name; of pictures without its data the curve of their brightness, where that is one of HDR."""
    curve = str(picture.get("transfer_characteristics") or "")
    return str(picture.get("HDR_Format") or (curve if curve in ("PQ", "HLG") else ""))


def _tools(seen: Mapping[str, Any]) -> dict[str, str]:
    library = seen.get("creatingLibrary")
    return {"mediainfo": str(library.get("version", ""))} if isinstance(library, dict) else {}
