"""Streams over archives: pieces of a file, files in a row, what a decoder makes of bytes, bytes checked in passing."""

from __future__ import annotations

import io
import zlib
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO, Protocol

from parsers.unpack import PIECE, Bounded, Budget, Readable, Spoiled

_PACKED_PIECE = 2**16


class Slice:
    """`size` bytes of a file from `start` on, whoever else reads the file meanwhile. EOFError if there are fewer."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self._file, self._at, self._left = file, start, size

    @property
    def left(self) -> int:
        """Bytes not read yet."""
        return self._left

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, b"" at the end."""
        if not self._left:
            return b""
        self._file.seek(self._at)
        data = self._file.read(min(size, self._left))
        if not data:
            raise EOFError(f"{self._left} bytes are missing")
        self._at += len(data)
        self._left -= len(data)
        return data


class Checked:
    """A member's bytes, no more than `size` of them. Spoiled("bad-checksum") at the end if they are not the ones.

    EOFError if there is no checksum and they are too few. turn: how the checksum was changed before it was kept.
    """

    def __init__(
        self, source: Readable, size: int | None, crc: int | None, turn: Callable[[int], int] | None = None
    ) -> None:
        self._source, self._left, self._wanted, self._turn = source, size, crc, turn
        self._crc = 0

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, b"" at the end."""
        data = self._source.read(size if self._left is None else min(size, self._left))
        self._crc = zlib.crc32(data, self._crc)
        if self._left is not None:
            self._left -= len(data)
        if not data and self._wanted is None and self._left:
            raise EOFError(f"{self._left} bytes are missing")
        if not data and self._wanted is not None and self._found() != self._wanted:
            raise Spoiled("bad-checksum")
        return data

    @property
    def left(self) -> int:
        """Bytes still to come, as declared; 0 where nothing is."""
        return self._left or 0

    def _found(self) -> int:
        return self._crc if self._turn is None else self._turn(self._crc)

    def drain(self, budget: Budget) -> None:
        """Read and forget what is left of it. Over when the budget is."""
        stream = Bounded(self, budget)
        while stream.read(PIECE):
            continue


class Decoder(Protocol):
    """As the decompressors of bz2 and lzma are."""

    @property
    def eof(self) -> bool:
        """All came out."""
        ...

    @property
    def needs_input(self) -> bool:
        """Nothing more comes without more bytes."""
        ...

    @property
    def unused_data(self) -> bytes:
        """What came after the end."""
        ...

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """At most `max_length` of the bytes that `data` and what went before give."""
        ...


class Decoded:
    """What a decoder makes of a source. EOFError if the source ends before the decoder says so.

    again: makes the decoder for what follows the end of the first, where a format allows several in a row.
    """

    def __init__(self, source: Readable, decoder: Decoder, again: Callable[[], Decoder] | None = None) -> None:
        self._source, self._decoder, self._again = source, decoder, again

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, b"" at the end."""
        while True:
            if self._decoder.eof and not self._next():
                return b""
            data = self._source.read(_PACKED_PIECE) if self._decoder.needs_input else b""
            if found := self._decoder.decompress(data, size):
                return found
            if not data and not self._decoder.eof:
                raise EOFError("the packed bytes end too early")

    def _next(self) -> bool:
        """Go on with what follows, if anything may and does."""
        if self._again is None:
            return False
        rest = self._decoder.unused_data or self._source.read(_PACKED_PIECE)
        if not rest.strip(b"\0"):
            return False
        self._decoder = self._again()
        self._source = _Pushed(rest, self._source)
        return True


class _Pushed:
    """A source after bytes that were read from it too early."""

    def __init__(self, first: bytes, source: Readable) -> None:
        self._first, self._source = first, source

    def read(self, size: int, /) -> bytes:
        found, self._first = self._first[:size], self._first[size:]
        return found or self._source.read(size)


class Joined(io.RawIOBase):
    """Several files as one, one after the other. OSError if one cannot be read."""

    def __init__(self, paths: Sequence[Path]) -> None:
        super().__init__()
        self._paths = tuple(paths)
        ends = list(accumulate(path.stat().st_size for path in paths))
        self.starts = (0, *ends[:-1])
        self.size = ends[-1]
        self._at = 0
        self._open: tuple[int, BinaryIO] | None = None

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """The new place. ValueError for one before the beginning."""
        place = offset + (0, self._at, self.size)[whence]
        if place < 0:
            raise ValueError("a place before the beginning")
        self._at = place
        return place

    def tell(self) -> int:
        """Where the next byte is read."""
        return self._at

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        """Fill the buffer as far as the file at hand goes; 0 at the end."""
        if self._at >= self.size:
            return 0
        number = bisect_right(self.starts, self._at) - 1
        file = self._file(number)
        file.seek(self._at - self.starts[number])
        data = file.read(len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def _file(self, number: int) -> BinaryIO:
        """One of the files; only one is open at a time."""
        if self._open is None or self._open[0] != number:
            self._shut()
            self._open = number, self._paths[number].open("rb")
        return self._open[1]

    def _shut(self) -> None:
        if self._open is not None:
            self._open[1].close()
        self._open = None

    def close(self) -> None:
        """Close the file at hand."""
        self._shut()
        super().close()
