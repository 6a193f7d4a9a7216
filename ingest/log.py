"""The log: one JSON object a line, a file a day, personal data masked. For the operator; English keys and events."""

from __future__ import annotations

import datetime as dt
import logging
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import structlog

from ingest.config import Config

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_NAME = re.compile(r"kepu-(\d{4}-\d{2}-\d{2})\.log")
_SECRET = re.compile(r"passw|secret|token|credential|auth_?code|api_?key", re.IGNORECASE)

# Digits inside a longer run of letters and digits (a digest, an id of ours) are no number of a person.
_ALONE = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"
_ID_NUMBER = re.compile(rf"{_ALONE[0]}(\d{{2}})\d{{11,14}}(\d[\dXx]){_ALONE[1]}")
_MOBILE = re.compile(rf"{_ALONE[0]}((?:\+?86[- ]?)?1[3-9]\d)[- ]?\d{{4}}[- ]?(\d{{4}}){_ALONE[1]}")
_LANDLINE = re.compile(rf"{_ALONE[0]}(0\d{{2,3}}[- ]?)\d{{4,5}}(\d{{3}}){_ALONE[1]}")
_ADDRESS = re.compile(r"([A-Za-z0-9._%+-]{1,64})@([A-Za-z0-9.-]{1,253}\.[A-Za-z]{2,})")


def masked(text: str) -> str:
    """A text with identity numbers, phones and the local parts of addresses hidden but for their ends."""
    text = _ADDRESS.sub(lambda found: f"{found[1][: min(2, len(found[1]) - 1)]}***@{found[2]}", text)
    text = _ID_NUMBER.sub(r"\1************\2", text)
    text = _MOBILE.sub(r"\1****\2", text)
    return _LANDLINE.sub(r"\1****\2", text)


def _hidden(key: str, value: Any) -> Any:
    """A value as it may be logged: secrets not at all, texts masked, in containers too."""
    if isinstance(value, str):
        return "***" if _SECRET.search(key) else masked(value)
    if isinstance(value, Mapping):
        return {_hidden("", str(name)): _hidden(str(name), inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_hidden(key, inner) for inner in value]
    if value is None or isinstance(value, bool | int | float):
        return "***" if _SECRET.search(key) and value is not None else value
    return _hidden(key, str(value))


def _mask(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return {key: _hidden(key, value) for key, value in event.items()}


class DayFile:
    """The file of the day, by the clock given; a process that runs past midnight goes on in the next day's."""

    def __init__(self, folder: Path, clock: Callable[[], dt.datetime]) -> None:
        self._folder = folder
        self._clock = clock

    def line(self, text: str) -> None:
        """Append a line. On a disk that takes none it goes to standard error: the log never stops a run."""
        file = self._folder / f"kepu-{self._clock().date().isoformat()}.log"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with file.open("a", encoding="utf-8", errors="backslashreplace") as out:
                out.write(text + "\n")
        except OSError as error:
            print(f"{text}\n(log file: {error})", file=sys.stderr)

    debug = info = warning = error = critical = exception = line


def setup(config: Config, *, clock: Callable[[], dt.datetime] | None = None) -> None:
    """From now on log to `kepu-YYYY-MM-DD.log` in the root's `log`; files older than `[log] keep_days` are removed.

    clock: aware; None for the machine's, in the edition's zone. Nothing is made on disk before the first line.
    """
    folder = config.storage.root / "log"
    now = clock or (lambda: dt.datetime.now(config.edition.zone))
    remove_old(folder, keep_days=config.log.keep_days, today=now().date())
    day_file = DayFile(folder, now)

    def stamp(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        return {"at": now().isoformat(timespec="milliseconds"), **event}

    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            _mask,
            stamp,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[config.log.level]),
        logger_factory=lambda *_: day_file,
        cache_logger_on_first_use=False,
    )


def remove_old(folder: Path, *, keep_days: int, today: dt.date) -> None:
    """Remove log files of days more than `keep_days` before today; nothing else in the folder is touched."""
    oldest = (today - dt.timedelta(days=keep_days)).isoformat()
    for file in folder.glob("kepu-*.log"):
        found = _NAME.fullmatch(file.name)
        if found and found[1] < oldest:
            file.unlink(missing_ok=True)
