"""What is said of a film that was looked at and listened to: a part of `parsers.facts`.

Times are seconds from the first picture shown. Nothing here knows a form or a rule: what was read off the screen is
kept as read, and compared elsewhere, so that another title on the form costs no second look.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from parsers.pagefacts import Box, Value

Stage = Literal["opening", "body", "closing"]
"""The first seconds of a film, what lies between, its last seconds."""

What = Literal["opening", "closing", "subtitle", "bars", "black", "frozen", "damage", "sheet", "print"]
"""What a kept picture shows."""


class Stretch(Value):
    """A part of a film, from `start_s` to `end_s`."""

    start_s: float
    end_s: float

    @property
    def length_s(self) -> float:
        """Seconds."""
        return max(self.end_s - self.start_s, 0.0)


class Damage(Value):
    """Something in the file that is not whole, and where it begins.

    what: "cut-off" (data ends before the index says), "hole" (a stretch of zeros), "undecodable" (pictures there
    cannot be decoded), "audio-ends" (the sound stops well before the pictures), "picture-ends" (the other way round),
    "short" (the stream is shorter than its header says). detail: for the log.
    """

    what: Literal["cut-off", "hole", "undecodable", "audio-ends", "picture-ends", "short"]
    at_s: float
    until_s: float | None = None
    detail: str = ""


class Bars(Value):
    """Bars that stay, in pixels of the picture as shown; zeros where the picture fills the frame.

    sure: they were seen in enough bright pictures to say so, also that there are none.
    """

    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0
    sure: bool = True

    @property
    def any(self) -> bool:
        """There are some."""
        return bool(self.top or self.bottom or self.left or self.right)


class ScreenText(Value):
    """A line of text seen in the pictures. from_s, until_s: of the first and last looked-at picture that has it.

    box: where on the picture as shown. confidence: 0 to 1, of its best reading, seen at `best_s`. picture: SHA-256 of
    the kept picture it is best read in, "" if none was kept.
    """

    text: str
    stage: Stage
    from_s: float
    until_s: float
    best_s: float
    box: Box
    confidence: float
    picture: str = ""


class Subtitles(Value):
    """Steady text in the lower part, across the film.

    share: of the sampled time of the body, 0 to 1; None if it was not looked for. script: of the Chinese in it.
    traditional: the characters that are Traditional only, in order of appearance; lines: what was read, in order.
    """

    share: float | None = None
    script: Literal["simplified", "traditional", "mixed", "other", "none"] = "none"
    traditional: str = ""
    lines: tuple[ScreenText, ...] = ()


class Sound(Value):
    """What is heard. silent: stretches with nothing to hear; silent_share: of the film's length, 0 to 1.

    ends_s: when the last sound track ends, None without one; peak_db, mean_db: dBFS, None without sound.
    """

    tracks: int = 0
    silent: tuple[Stretch, ...] = ()
    silent_share: float = 0.0
    ends_s: float | None = None
    peak_db: float | None = None
    mean_db: float | None = None


class Shot(Value):
    """A picture that was kept, as JPEG. what: what it shows: a line of the opening, the closing or of subtitles, bars,
    a black or frozen stretch, damage, or the contact sheet of nine pictures.

    path: its file in the scratch folder, or ""; sha256: its digest.
    """

    what: What
    at_s: float
    width: int
    height: int
    sha256: str = ""
    path: str = ""


class Clip(Value):
    """A small copy of the film that a browser plays. path: in the scratch folder, or ""; size: bytes."""

    width: int
    height: int
    size: int
    sha256: str = ""
    path: str = ""


class Watched(Value):
    """A film as it was looked at and listened to, whatever the form says.

    packets: of the picture stream; pictures: how many were decoded; errors: of them, how many could not be.
    duration_s: of the pictures, by their packets. variable_rate: pictures come at uneven times.
    fingerprint: as `parsers.film.prints` writes it, "" where the film has too few pictures to tell it by.
    shots: pictures kept, in order of time; clip: only where a browser cannot play the film itself;
    no_clip: why it then could not be made, a key of BROKEN_REASONS.
    core_s: step to processor seconds; problem: "" or why it was not looked at to its end, a key of BROKEN_REASONS.
    tools: name to version of what looked.
    """

    fact: Literal["watched"] = "watched"
    duration_s: float | None = None
    packets: int = 0
    pictures: int = 0
    errors: int = 0
    variable_rate: bool = False
    damage: tuple[Damage, ...] = ()
    bars: Bars | None = None
    black: tuple[Stretch, ...] = ()
    frozen: tuple[Stretch, ...] = ()
    sound: Sound | None = None
    texts: tuple[ScreenText, ...] = ()
    subtitles: Subtitles | None = None
    fingerprint: str = ""
    shots: tuple[Shot, ...] = ()
    clip: Clip | None = None
    no_clip: str = ""
    core_s: dict[str, float] = Field(default_factory=dict)
    problem: str = ""
    tools: dict[str, str] = Field(default_factory=dict)

    def shot(self, what: str) -> Shot | None:
        """The first picture kept that shows this, None if there is none."""
        return next((one for one in self.shots if one.what == what), None)


class Beside(Value):
    """Two films put beside each other whose fingerprints have something in common.

    verdict: they are "one", "two", or "unsure": they share a part, and what would settle it could not be seen. share:
    of what was compared between opening and closing, 0 to 1; offset_s: to be added to a second of the other to have
    that of the one; at_s, other_s: a picture of each that both have; shots: the two side by side, the one's and the
    other's, each with its own film on the left; none if they could not be decoded or nothing is to be shown.
    """

    fact: Literal["beside"] = "beside"
    verdict: Literal["one", "two", "unsure"]
    share: float = 0.0
    offset_s: float = 0.0
    at_s: float = 0.0
    other_s: float = 0.0
    shots: tuple[Shot, ...] = ()
