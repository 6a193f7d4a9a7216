"""How bytes are packed, by the numbers zip gives the methods; all read alike, with bounded memory."""

from __future__ import annotations

import bz2
import lzma
import sys
import zlib
from collections.abc import Callable
from importlib import import_module
from typing import cast

from parsers.archives.streams import Decoder
from parsers.unpack import Spoiled

STORED, DEFLATE, DEFLATE64, BZIP2, LZMA, ZSTD, XZ = 0, 8, 9, 12, 14, 93, 95
MEMORY = 512 * 2**20
"""Bytes a packed stream may ask for its dictionary: 7-Zip's strongest preset asks for half."""

_WINDOW_LOG = 27  # of zstd: 128 MB, what its own tools allow
_LZMA_HEADER = 4  # bytes before the properties of LZMA in a zip


def decoder_of(method: int) -> Decoder:
    """The decoder for a method. Spoiled("unsupported") for one that cannot be read here."""
    made = _DECODERS.get(method)
    if made is None:
        raise Spoiled("unsupported", f"compression method {method}")
    try:
        return made()
    except ImportError as error:
        raise Spoiled("unsupported", str(error)) from error


def lzma_filter(properties: bytes) -> dict[str, int]:
    """The filter that five bytes of LZMA properties describe. ValueError if they do; Spoiled("too-big") over MEMORY."""
    if len(properties) < 5 or properties[0] >= 9 * 5 * 5:
        raise ValueError("LZMA properties")
    rest, literal = divmod(properties[0], 9)
    dictionary = int.from_bytes(properties[1:5], "little")
    affordable(dictionary)
    return {"id": lzma.FILTER_LZMA1, "dict_size": max(dictionary, 4096), "lc": literal, "lp": rest % 5, "pb": rest // 5}


def affordable(size: int) -> None:
    """Spoiled("too-big") for a dictionary of more than MEMORY."""
    if size > MEMORY:
        raise Spoiled("too-big", f"a dictionary of {size >> 20} MB")


class _Deflate:
    """zlib's own object has another shape."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(-15)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


class _Deflate64:
    """The library gives all it can at once: it is fed little, and what it gave is kept."""

    unused_data = b""

    def __init__(self) -> None:
        from inflate64 import Inflater

        self._inner = Inflater()
        self._packed = self._ready = b""

    @property
    def eof(self) -> bool:
        return bool(self._inner.eof) and not self._ready

    @property
    def needs_input(self) -> bool:
        return not self._ready and not self._packed

    def decompress(self, data: bytes, max_length: int) -> bytes:
        self._packed += data
        while self._packed and not self._ready and not self._inner.eof:
            piece, self._packed = self._packed[:4096], self._packed[4096:]
            self._ready = bytes(self._inner.inflate(piece))
        found, self._ready = self._ready[:max_length], self._ready[max_length:]
        return found


class _Lzma:
    """LZMA as zip stores it: its version, the length of its properties, the properties, the raw stream."""

    def __init__(self) -> None:
        self._head = b""
        self._inner: lzma.LZMADecompressor | None = None

    @property
    def eof(self) -> bool:
        return self._inner is not None and self._inner.eof

    @property
    def needs_input(self) -> bool:
        return self._inner is None or self._inner.needs_input

    @property
    def unused_data(self) -> bytes:
        return b"" if self._inner is None else self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        if self._inner is None:
            self._head += data
            end = _LZMA_HEADER + int.from_bytes(self._head[2:4], "little")
            if len(self._head) < max(_LZMA_HEADER, end):
                return b""
            self._inner = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[lzma_filter(self._head[_LZMA_HEADER:end])])
            data = self._head[end:]
        return self._inner.decompress(data, max_length)


def _xz() -> Decoder:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MEMORY + 2**24)


class _Zstd:
    """Its errors are of a kind of their own."""

    def __init__(self) -> None:
        self._library = import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")
        bound = {self._library.DecompressionParameter.window_log_max: _WINDOW_LOG}
        self._inner = cast(Decoder, self._library.ZstdDecompressor(options=bound))

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return self._inner.needs_input

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        try:
            return self._inner.decompress(data, max_length)
        except self._library.ZstdError as error:
            raise ValueError(str(error)) from error


_DECODERS: dict[int, Callable[[], Decoder]] = {
    DEFLATE: _Deflate,
    DEFLATE64: _Deflate64,
    BZIP2: bz2.BZ2Decompressor,
    LZMA: _Lzma,
    ZSTD: _Zstd,
    XZ: _xz,
}
