"""How long, how fast and how many: the time one try may take, and the connections one host may have."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ingest.config import CloudTable
from ingest.sources.cloud.outcomes import NotNow

TURN_S = 0.5
"""How often a wait looks whether it shall end."""
_WINDOW_S = 30.0


@dataclass
class Slots:
    """So many connections to one host at a time."""

    per_host: int
    _taken: dict[str, threading.Semaphore] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def of(self, host: str, pace: Pace) -> Iterator[None]:
        """Wait for one, and hold it. Raises NotNow as `Pace.check`."""
        with self._lock:
            slot = self._taken.setdefault(host, threading.Semaphore(self.per_host))
        while not slot.acquire(timeout=TURN_S):
            pace.check()
        try:
            yield
        finally:
            slot.release()


class Pace:
    """The time one try may take: until the batch ends, until it is told to stop, and never at a drip."""

    def __init__(self, settings: CloudTable, until: float | None, stop: threading.Event | None) -> None:
        self.connect_s = settings.connect_timeout.total_seconds()
        self.read_s = settings.read_timeout.total_seconds()
        self._least = settings.min_bytes_per_s
        self._until, self._stop = until, stop
        self._answer_by: float | None = None
        self._since, self._bytes = time.monotonic(), 0

    def check(self) -> None:
        """Raises NotNow if the try shall end here."""
        if self._stop is not None and self._stop.is_set():
            raise NotNow("stopped")
        now = time.monotonic()
        if self._until is not None and now >= self._until:
            raise NotNow("out-of-time")
        if self._answer_by is not None and now >= self._answer_by:
            raise NotNow("slow", "no whole answer in time")

    def pause(self, seconds: float) -> None:
        """Wait so long. Raises NotNow as `check`."""
        if self._stop is not None:
            self._stop.wait(seconds)
        elif seconds:
            time.sleep(seconds)
        self.check()

    def left(self, most: float) -> float:
        """Seconds a single wait may take. Raises NotNow as `check`."""
        self.check()
        ends = [end for end in (self._until, self._answer_by) if end is not None]
        return max(0.01, min([most, *(end - time.monotonic() for end in ends)]))

    def asks(self) -> None:
        """A request goes out: its answer's head, or a whole small answer, must be here within the read timeout."""
        self._answer_by = time.monotonic() + self.connect_s + self.read_s

    def streams(self) -> None:
        """A file's body begins: it may take as long as it comes fast enough."""
        self._answer_by, self._since, self._bytes = None, time.monotonic(), 0

    def received(self, count: int) -> None:
        """So many bytes of the body came. Raises NotNow for a drip, and as `check`."""
        self._bytes += count
        took = time.monotonic() - self._since
        if took >= _WINDOW_S:
            if self._bytes < self._least * took:
                raise NotNow("slow", f"{self._bytes} bytes in {took:.0f} s")
            self._since, self._bytes = time.monotonic(), 0
        self.check()
