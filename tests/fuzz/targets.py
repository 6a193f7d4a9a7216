"""What is asked of a parser whatever the bytes: a value, no exception, and nothing beyond its bounds."""

import base64
import functools
import hashlib
import io
import tarfile
import tempfile
import zipfile
from pathlib import Path

import py7zr

from ingest.demo.locked import lock_office, lock_pdf
from ingest.demo.msgs import make_msg, message
from ingest.demo.rars import make_rar
from ingest.demo.textpdf import make_text_pdf
from ingest.demo.winmail import Held, make_winmail
from ingest.demo.zips import Sheet, write_zip
from parsers.active import ACTIVE_WORDS, active_in
from parsers.archive import read_archive
from parsers.facts import BROKEN_REASONS, ArchiveFacts, Broken, Limits, MailFacts, from_json, to_json
from parsers.mail import read_enclosed, read_mail
from parsers.sniff import sniff, sniff_bytes

LIMITS = Limits(
    max_depth=3, max_members=20, max_bytes=2_000_000, max_ratio=200, max_header_bytes=50_000, max_text=20_000
)
SAMPLES = Path(__file__).parents[1] / "samples"
MAX_FILES = 5_000  # of one mail: far more than any part of 200 kB of input can give
WINMAIL = (
    b"From: a@b.cn\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Type: application/ms-tnef; "
    b'name="winmail.dat"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
)
MAX_WRITTEN = 4 * LIMITS.max_bytes


def mail(data, folder):
    """A mail: its files are where it says, and what they say they are."""
    path, scratch = written(data, folder)
    is_a_mail(read_mail(path, scratch, LIMITS), scratch)


def enclosed(data, folder):
    """A file that holds a mail, entered at once, and again with what is in it left closed."""
    path, scratch = written(data, folder)
    facts = read_enclosed(path, scratch, LIMITS)
    is_a_mail(facts, scratch)
    path, scratch = written(data, folder)
    is_a_mail(read_enclosed(path, scratch, LIMITS, entering=()), scratch)


def is_a_mail(facts, scratch):
    assert isinstance(facts, MailFacts | Broken)
    if isinstance(facts, MailFacts):
        assert len(facts.parts) <= MAX_FILES
        assert len(facts.text) <= LIMITS.max_text
        for part in facts.parts:
            is_named_safely(part.name)
            if part.path:
                is_what_it_says(scratch, part)
    keeps_its_bounds(facts, scratch)


def archive(data, folder):
    """An archive: its members are where it says, none outside, none beyond the limits."""
    path, scratch = written(data, folder)
    facts = read_archive(path, scratch, LIMITS, name="a.gz", passwords=("1234",))
    assert isinstance(facts, ArchiveFacts | Broken)
    if isinstance(facts, ArchiveFacts):
        assert len([member for member in facts.members if member.path]) <= LIMITS.max_members
        for member in facts.members:
            is_named_safely(member.name)
            if member.path:
                is_what_it_says(scratch, member)
    keeps_its_bounds(facts, scratch)


def any_file(data, folder):
    """Any file: its format by its bytes, by its beginning alone, and what in it could act."""
    path, _ = written(data, folder)
    found = sniff(path)
    assert found.isascii()
    assert 0 < len(found) <= 20  # the ledger's column
    assert sniff_bytes(data[:65_536], whole=len(data) <= 65_536).isascii()
    assert set(active_in(path, found)) <= set(ACTIVE_WORDS)


TARGETS = {"mail": mail, "enclosed": enclosed, "archive": archive, "locked": archive, "sniff": any_file}


def written(data, folder):
    """The bytes in a file, and an empty scratch folder."""
    path, scratch = folder / "input", folder / "scratch"
    path.write_bytes(data)
    scratch.mkdir(exist_ok=True)
    for left in scratch.iterdir():
        left.unlink()
    return path, scratch


def is_named_safely(name):
    assert "/" not in name
    assert "\\" not in name
    assert name not in {".", ".."}
    assert not any(ord(character) < 32 for character in name)
    name.encode()  # no half of a surrogate pair reaches the ledger


def is_what_it_says(scratch, part):
    path = scratch / part.path
    assert path.resolve().parent == scratch.resolve()
    data = path.read_bytes()
    assert (len(data), hashlib.sha256(data).hexdigest()) == (part.size, part.sha256)


def keeps_its_bounds(facts, scratch):
    assert sum(path.lstat().st_size for path in scratch.rglob("*")) <= MAX_WRITTEN
    assert not any(path.is_symlink() for path in scratch.rglob("*"))
    if isinstance(facts, Broken):
        assert facts.reason in BROKEN_REASONS
    assert from_json(to_json(facts)) == facts


@functools.cache
def seeds(name):
    """Real things to begin with, small ones: each target's own."""
    mails = [path.read_bytes() for path in sorted(SAMPLES.glob("*/mail.eml")) if path.stat().st_size < 20_000]
    packed = list(archives())
    envelope = make_winmail([Held(b"A.DOC", b"PK", "表.docx")], subject="a", html="<p>a")
    saved = [envelope, *outlooks(), *mails[:20]]
    mails.append(WINMAIL + base64.encodebytes(envelope) + b"--a--")
    kept = [path.read_bytes() for path in sorted((SAMPLES.parent / "fuzz" / "kept" / name).glob("*"))]
    made = {"mail": mails, "enclosed": saved, "archive": packed, "sniff": packed + mails[:20] + beginnings()}
    return kept + (made[name] if name in made else list(documents()))


def outlooks():
    """Mails that Outlook saved, one in the other."""
    with tempfile.TemporaryDirectory() as folder:
        inner = message(subject="b", text="c", attachments=[("表.docx", b"PK")])
        path = make_msg(Path(folder) / "a.msg", subject="a", html=b"<p>a", attachments=[("片.mp4", bytes(50)), inner])
        yield path.read_bytes()


def documents():
    """Documents under the password that is tried."""
    with tempfile.TemporaryDirectory() as folder:
        plain = make_text_pdf(Path(folder) / "a.pdf", ["text"])
        yield lock_pdf(plain, Path(folder) / "b.pdf", "1234").read_bytes()
        plain.write_bytes(next(archives()))
        yield lock_office(plain, Path(folder) / "b.docx", "1234", rounds=10).read_bytes()


def archives():
    """Archives of each kind the standard library makes, and what they are made of damaged here and there."""
    files = {"表.txt": b"text" * 50, "a/片.mp4": b"\0\0\0\x18ftypisom" + bytes(100), "b.docx": b"PK\5\6" + bytes(18)}
    for packing in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", packing) as made:
            for name, data in files.items():
                made.writestr(name, data)
        yield target.getvalue()
    for mode in ("w", "w:gz", "w:bz2", "w:xz"):
        target = io.BytesIO()
        with tarfile.open(fileobj=target, mode=mode) as made:
            for name, data in files.items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                made.addfile(info, io.BytesIO(data))
        yield target.getvalue()
    for password in (None, "1234"):
        target = io.BytesIO()
        with py7zr.SevenZipFile(target, "w", password=password) as made:
            for name, data in files.items():
                made.writef(io.BytesIO(data), name)
        yield target.getvalue()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a"
        for version, password in ((4, ""), (5, ""), (5, "1234")):
            yield make_rar(path, list(files.items()), version=version, password=password)[0].read_bytes()
        sheets = [Sheet(name, data) for name, data in files.items()]
        for lock in ("aes", "old"):
            yield write_zip(path, sheets, password="1234", lock=lock)[0].read_bytes()


def beginnings():
    """First bytes of formats, so that a mutation lands in each branch."""
    return [
        b"\0\0\0\x18ftypisom" + bytes(12),
        b"\x1aE\xdf\xa3....webm",
        b"RIFF\0\0\0\0AVI LIST",
        (b"G" + bytes(187)) * 6,
        b"%PDF-1.7\n1 0 obj<</S/JavaScript/Type/ObjStm>>stream\nx\xda\nendstream",
        rb"{\rtf1 {\object\objdata 00}}",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(18) + b"\3\0\xfe\xff\x09\0" + bytes(600),
        b"MZ" + bytes(80),
        b"<html><hta:application>",
        b"<?xml version='1.0'?><!-- a --><svg onload=x>",
        bytes(257) + b"ustar" + bytes(300),
        b"\xca\xfe\xba\xbe\0\0\0\x34",
        b"Rar!\x1a\x07\x01\0" + bytes(60),
    ]
