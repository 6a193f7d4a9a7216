"""`[rules.*]`: one table a rule. The numbers by which the rules judge, in one edition's words."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from ingest.config.base import Table, ordered
from ingest.config.values import Brand, Text
from ingest.model import LetterKind


class RuleTable(Table):
    """What every rule has: whether it is on, the clause it quotes, whether a letter may mention it.

    tell: True any letter, False none, "late" only the late letter. Ask `tells`: "late" is true in a condition.
    """

    on: bool = True
    clause: Text
    tell: Literal[True, False, "late"] = False

    def tells(self, letter: LetterKind) -> bool:
        """A letter of this kind may mention what the rule found."""
        return letter is LetterKind.LATE if self.tell == "late" else self.tell


class MaterialsRule(RuleTable):
    """Which kinds a work must have."""

    required: tuple[Literal["video", "form", "scan"], ...] = Field(min_length=1)


class FormFieldsRule(RuleTable):
    """Fields that may be filled on the stamped paper alone."""

    on_paper: tuple[Text, ...]


def _lists_are_tuples(data: Any) -> Any:
    """The arrays of TOML within a table of a rule."""
    return {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()} if isinstance(data, dict) else data


FieldsOfTracks = Annotated[dict[str, tuple[Text, ...]], BeforeValidator(_lists_are_tuples)]
"""Track key to fields."""


class ScanSealRule(RuleTable):
    """Confidence (0 to 1) from which a seal counts, and the fields of each track beside which it must stand.

    reach: how far its middle may be from the field, as a share of the page's height.
    """

    sure: float = Field(ge=0, le=1)
    reach: float = Field(gt=0, le=1)
    beside: FieldsOfTracks


class EndorsementRule(RuleTable):
    """The fields of a unit's opinion, by track key, and how many reviewers may stand in its place.

    titles: professional titles that count; lower_titles: titles that do not, though they hold words of one that does.
    """

    opinions: FieldsOfTracks
    reviewers: dict[str, Annotated[int, Field(gt=0)]]
    titles: tuple[Text, ...]
    lower_titles: tuple[Text, ...]


class ScanMatchesRule(RuleTable):
    """The fields that are compared; of `also` an unclear one does no harm.

    sure: confidence (0 to 1) from which what was recognised counts as read as it stands.
    """

    fields: tuple[Text, ...] = Field(min_length=1)
    also: tuple[Text, ...]
    sure: float = Field(ge=0, le=1)


class ContainerRule(RuleTable):
    """MP4 by major brand; `brands` are MP4's, `mov_brands` QuickTime's, any other brand is for a person."""

    brands: tuple[Brand, ...]
    mov_brands: tuple[Brand, ...]


class ReadableRule(RuleTable):
    """Black and frozen stretches from `stretch_s` seconds on are mentioned."""

    stretch_s: float = Field(gt=0)


class FullFrameRule(RuleTable):
    """Bars up to the share `edge` of their side are forgiven: encoders leave thin ones."""

    edge: float = Field(ge=0, lt=0.5)


class ClosingCreditsRule(RuleTable):
    """Words that stand before the names of creators, of the unit, of who holds the rights, and before the time."""

    creators: tuple[Text, ...] = Field(min_length=1)
    producers: tuple[Text, ...] = Field(min_length=1)
    rights: tuple[Text, ...] = Field(min_length=1)
    times: tuple[Text, ...]


class SubtitlesRule(RuleTable):
    """Share of the looked-at pictures (0 to 1) from which there are subtitles throughout."""

    min_share: float = Field(ge=0, le=1)


class NarrationRule(RuleTable):
    """Share of the film (0 to 1) from which silence is for a person; dBFS up to which the loudest sound counts as none.

    silence_s: silent stretches of so many seconds are told.
    """

    silent_share: float = Field(gt=0, le=1)
    quiet_db: float = Field(le=0)
    silence_s: float = Field(gt=0)


class DurationRule(RuleTable):
    """Seconds of the picture stream; up to `doubt_s` outside is for a person."""

    min_s: float = Field(ge=0)
    max_s: float
    doubt_s: float = Field(ge=0)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        ordered(self.min_s, self.max_s, "min_s", "max_s")
        return self


class AspectRule(RuleTable):
    """Shown width to height; `tolerance` is relative (0.01 = 1 %)."""

    width: int = Field(gt=0)
    height: int = Field(gt=0)
    tolerance: float = Field(ge=0, lt=1)


class ResolutionRule(RuleTable):
    """Shown pixels of the longer and the shorter side."""

    min_long_px: int = Field(gt=0)
    min_short_px: int = Field(gt=0)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        ordered(self.min_short_px, self.min_long_px, "min_short_px", "min_long_px")
        return self


class SizeRule(RuleTable):
    """Bytes of the film."""

    min_bytes: int = Field(ge=0)
    max_bytes: int

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        ordered(self.min_bytes, self.max_bytes, "min_bytes", "max_bytes")
        return self


class OriginalRule(RuleTable):
    """The greatest share of foreign material (0 to 1), and the words that name AI-made or template material."""

    max_share: float = Field(ge=0, le=1)
    suspect_words: tuple[Text, ...]


class LicenceRule(RuleTable):
    """Words by which a form declares quoted material or music, and words that say there is none."""

    quoted_words: tuple[Text, ...]
    none_words: tuple[Text, ...]


class OneOfEach(RuleTable):
    """The tracks on which works come from those who made them."""

    tracks: tuple[Text, ...]


class OnePerAuthor(RuleTable):
    """So many other works may have a first author of the same name before the name alone tells nothing."""

    namesakes: int = Field(ge=0)


class OneTrack(RuleTable):
    """Likeness (0 to 1) of two titles from which they are one, where their makers are."""

    alike: float = Field(gt=0, le=1)


class QuotaRule(RuleTable):
    """Places more for a unit with 三区; the confidence (0 to 1) from which a unit counts as told."""

    sanqu_extra: int = Field(ge=0)
    sure: float = Field(ge=0, le=1)


class SenderRule(RuleTable):
    """Names under which our own provider's servers sign what they checked; those below them too."""

    servers: tuple[Text, ...]


class ContentRule(RuleTable):
    """What a person looks at."""

    look_for: tuple[Text, ...]


class Rules(Table):
    """`[rules.ID]`, one table a rule, in the rulebook's order. A rule without code has no table."""

    deadline: RuleTable
    materials: MaterialsRule
    form_kind: RuleTable = Field(alias="form-kind")
    form_fields: FormFieldsRule = Field(alias="form-fields")
    scan_seal: ScanSealRule = Field(alias="scan-seal")
    endorsement: EndorsementRule
    scan_matches: ScanMatchesRule = Field(alias="scan-matches")
    first_maker: RuleTable = Field(alias="first-maker")
    made_in_window: RuleTable = Field(alias="made-in-window")
    shown_in_window: RuleTable = Field(alias="shown-in-window")
    proof: RuleTable
    container: ContainerRule
    readable: ReadableRule
    duration: DurationRule
    aspect: AspectRule
    full_frame: FullFrameRule = Field(alias="full-frame")
    resolution: ResolutionRule
    size: SizeRule
    opening_title: RuleTable = Field(alias="opening-title")
    closing_credits: ClosingCreditsRule = Field(alias="closing-credits")
    subtitles: SubtitlesRule
    narration: NarrationRule
    content: ContentRule
    original: OriginalRule
    licence: LicenceRule
    one_per_entity: OneOfEach = Field(alias="one-per-entity")
    one_per_producer: RuleTable = Field(alias="one-per-producer")
    one_per_author: OnePerAuthor = Field(alias="one-per-author")
    one_track: OneTrack = Field(alias="one-track")
    quota: QuotaRule
    sanqu: RuleTable
    duplicate_video: RuleTable = Field(alias="duplicate-video")
    sender: SenderRule
    malware: RuleTable

    def table(self, rule_id: str) -> RuleTable:
        """The table of a rule by its id. KeyError if there is none."""
        found = getattr(self, rule_id.replace("-", "_"), None)
        if not isinstance(found, RuleTable):
            raise KeyError(rule_id)
        return found
