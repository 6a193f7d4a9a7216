"""`kepu forms`: an empty official form to lines for the config, and sample forms to try things with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from ingest.config import Config
from ingest.demo.forms import make_form
from ingest.demo.rows import FormKind
from ingest.errors import ConfigError, DiskError, Exit
from ingest.learning import Label, Learned, learn

_SAMPLES: tuple[FormKind, ...] = ("推荐表", "自荐表")
_WIDTH = 100


def learn_form(config: Config, path: Path) -> int:
    """Print what the config needs for this form: TOML that can be saved as it is, with what was seen as comments."""
    print("\n".join(snippet(config, path.name, learn(path, config))))
    return int(Exit.DONE)


def snippet(config: Config, name: str, learned: Learned) -> Iterator[str]:
    """The lines of it."""
    names = config.forms.names
    track = f"{learned.track.name}（{learned.track.key}）" if learned.track else "没认出来，请人工核对"
    known = len(learned.of("known"))
    yield f"# 空表：{name}"
    yield f"# 表格题目：{learned.title or '没有找到'}；途径：{track}"
    yield f"# 认得的栏目 {known} 个，不认得的栏目 {len(learned.labels) - known} 个"
    yield ""
    if learned.additions:
        yield "# 把下面几行放进您的 config.toml。写了的字段整组替换默认的叫法，所以原有的叫法也写全了。"
        yield "[forms.labels]"
        for field, added in learned.additions.items():
            yield f"# {names[field]}：新增 {'、'.join(added)}"
            yield from _array(field, [*config.forms.labels[field], *added])
    else:
        yield "# 没有要补充的叫法：[forms.labels] 不用改。"
    yield ""
    yield from _required(learned, config)
    yield from _doubts(learned, config)


def _required(learned: Learned, config: Config) -> Iterator[str]:
    """Which fields to ask for, where that differs from the config."""
    names, track = config.forms.names, learned.track
    if track is None:
        return
    if learned.absent:
        yield f"# 这份表里没有找到这些必填栏目：{'、'.join(names[field] for field in learned.absent)}。"
        yield "# 如果表里确实没有，用下面的必填名单；如果换了叫法，请在 [forms.labels] 里补上。"
    if learned.required != config.forms.required.get(track.key, ()):
        yield "[forms.required]"
        yield from _array(track.key, learned.required)
    else:
        yield "# 必填栏目在表里都有：[forms.required] 不用改。"


def _doubts(learned: Learned, config: Config) -> Iterator[str]:
    guesses, strangers = learned.of("guess"), learned.of("stranger")
    if guesses:
        yield ""
        yield "# 没有把握的栏目，请人工核对；对的话，把左边的叫法加进 [forms.labels] 里右边的字段："
        yield from (
            f"#   {_shown(label)} → 可能是 {label.field}（{config.forms.names[label.field]}）" for label in guesses
        )
    if strangers:
        yield ""
        yield "# 没有对应字段的栏目，程序不读取；需要读取的，请加进 [forms.labels] 里合适的字段："
        yield from (f"#   {_shown(label)}" for label in strangers)


def _shown(label: Label) -> str:
    return label.scoped


def _array(key: str, values: Sequence[str]) -> Iterator[str]:
    """A TOML array of strings, broken where lines get long. JSON's strings are TOML's too."""
    lines, line = [f"{key} = ["], " "
    for value in values:
        piece = f" {json.dumps(value, ensure_ascii=False)},"
        if len(line) + len(piece) > _WIDTH // 2 and line.strip():
            lines.append(line)
            line = " "
        line += piece
    yield from (*lines, line, "]") if line.strip() else (*lines, "]")


def write_samples(folder: Path) -> int:
    """Write the two sample forms, empty, into a folder. ConfigError where one is there already."""
    paths = {kind: folder / f"{kind}（样表）.docx" for kind in _SAMPLES}
    for path in paths.values():
        if path.exists():
            raise ConfigError(f"样表已存在：{path.absolute()}", mend="程序不会覆盖它。请换一个文件夹，或先移走。")
    for kind, path in paths.items():
        try:
            make_form(path, kind=kind, values={}, dated="　　　　年　　月　　日")
        except OSError as error:
            raise DiskError(
                f"样表没有写成：{path}", why=str(error.strerror), mend="请核对文件夹是否可以写入，再试一次。"
            ) from error
        print(f"已写出样表：{path.absolute()}")
    print("样表只用来试用程序，正式报送以通知附件为准。")
    return int(Exit.DONE)
