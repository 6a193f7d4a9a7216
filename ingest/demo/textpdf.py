"""A PDF with a text layer, put together by hand: Chinese text in a font every reader has, so that none is embedded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ingest.demo.rows import FormKind, form_rows, form_title

LINES_A_PAGE = 40
_FONT = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [4 0 R]"
    b" /ToUnicode 6 0 R >>",
    b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 5 0 R /DW 1000"
    b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>",
    b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0"
    b" /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
)


def make_text_pdf(path: Path, lines: Sequence[str]) -> Path:
    """Write lines of text, forty a page, and return the path. Characters of the basic plane only (ValueError)."""
    if any(ord(character) > 0xFFFF for line in lines for character in line):
        raise ValueError("characters beyond U+FFFF have no place in this encoding")
    pages = [lines[at : at + LINES_A_PAGE] for at in range(0, len(lines), LINES_A_PAGE)] or [()]
    kids = b" ".join(b"%d 0 R" % (7 + 2 * number) for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [" + kids + b"] /Count %d >>" % len(pages),
        *_FONT,
        _stream(_to_unicode(lines)),
    ]
    for number, page in enumerate(pages):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F 3 0 R >> >>"
            b" /Contents %d 0 R >>" % (8 + 2 * number)
        )
        objects.append(_stream(_content(page)))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_file(objects))
    return path


def make_pdf_form(path: Path, *, kind: FormKind, values: Mapping[str, str], layout: int = 0, year: int = 2024) -> Path:
    """Write a form as a text PDF, a line "label：value" a field, and return the path. KeyError as for forms."""
    rows = form_rows(kind, values, layout=layout)
    return make_text_pdf(path, [form_title(kind, year), *(f"{c.label}：{c.value}" for row in rows for c in row)])


def _content(lines: Sequence[str]) -> bytes:
    shown = (b"<" + line.encode("utf-16-be").hex().upper().encode() + b"> Tj T*" for line in lines)
    return b"BT /F 12 Tf 18 TL 60 780 Td\n" + b"\n".join(shown) + b"\nET"


def _to_unicode(lines: Sequence[str]) -> bytes:
    """The table by which readers turn codes into text: here both are the same number."""
    used = sorted({ord(character) for line in lines for character in line})
    blocks = []
    for at in range(0, len(used), 100):
        block = used[at : at + 100]
        pairs = b"\n".join(b"<%04X> <%04X>" % (code, code) for code in block)
        blocks.append(b"%d beginbfchar\n" % len(block) + pairs + b"\nendbfchar")
    head = b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Same def /CMapType 2 def\n"
    return head + b"1 begincodespacerange <0000> <FFFF> endcodespacerange\n" + b"\n".join(blocks) + b"\nendcmap end end"


def _stream(data: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n" % len(data) + data + b"\nendstream"


def _file(objects: Sequence[bytes]) -> bytes:
    """Objects numbered from 1, with the table of where each begins."""
    data, starts = bytearray(b"%PDF-1.4\n%\xe4\xbd\xa0\xe5\xa5\xbd\n"), []
    for number, body in enumerate(objects, start=1):
        starts.append(len(data))
        data += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % start for start in starts)
    data += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(data)
