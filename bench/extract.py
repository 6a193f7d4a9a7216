"""What taking mails and archives apart costs: small mails against the standard library, memory with big ones.

`python -m bench.extract` prints one JSON object; some 2 GB of disk for a while, about two minutes.
"""

from __future__ import annotations

import argparse
import base64
import email
import email.message
import hashlib
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from pathlib import Path

from bench.measure import median, ratio, show
from parsers.archive import read_archive
from parsers.facts import ArchiveFacts, Limits, MailFacts
from parsers.mail import read_mail

LIMITS = Limits()
_MB = 2**20
_LINE = base64.encodebytes(random.Random(4).randbytes(57)).rstrip(b"\n") + b"\r\n"


def main() -> None:
    """Measure and print. With a file behind `--alone` only that one is read, and the growth of memory printed."""
    parser = argparse.ArgumentParser(prog="python -m bench.extract", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object, as without it")
    parser.add_argument("--times", type=int, default=5, help="paired rounds over all small mails")
    parser.add_argument("--small", type=int, default=2_000, help="small mails, of 30 kB with three parts")
    parser.add_argument("--mail-mb", type=int, default=400, help="size of the big mail")
    parser.add_argument("--zip-mb", type=int, default=300, help="size of the big archive")
    parser.add_argument("--folder", type=Path, help="where to work; default: the system's temporary folder")
    parser.add_argument("--alone", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.alone is not None:
        print(json.dumps({"growth_mb": alone(asked.alone)}))
        return
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        place = Path(folder)
        found = small(place, asked.small, asked.times)
        found["zip_rss_growth_mb"] = growth(big_zip(place / "big.zip", asked.zip_mb))
        (place / "big.zip").unlink()
        found["mail_rss_growth_mb"] = growth(big_mail(place / "big.eml", asked.mail_mb))
    show(found, as_json=True)


def small(place: Path, count: int, times: int) -> dict[str, float]:
    """Both over the same mails, taking turns, so that they meet the same moods of the machine."""
    paths = list(_mails(place, count))
    check(paths[:50])
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(times):
        for reads, took in ((our_way, ours), (stdlib_way, theirs))[:: 1 if number % 2 else -1]:
            began = time.perf_counter()
            reads(paths)
            took.append(time.perf_counter() - began)
    pairs = [our / their for our, their in zip(ours, theirs, strict=True)]
    return {
        "mime_vs_stdlib": ratio(statistics.median(pairs), 1),
        "ours_s": median(ours),
        "stdlib_s": median(theirs),
        "mails": count,
        "mail_bytes": round(statistics.mean(path.stat().st_size for path in paths)),
    }


def our_way(paths: Sequence[Path]) -> list[list[str]]:
    """The digests of each mail's files, as `kepu run` reads it but for writing them: repairs, text and links too."""
    found = []
    for path in paths:
        facts = read_mail(path, None, LIMITS)
        assert isinstance(facts, MailFacts), facts
        found.append([part.sha256 for part in facts.parts])
    return found


def stdlib_way(paths: Sequence[Path]) -> list[list[str]]:
    """The same with `email` under its fast policy, which repairs nothing: read, walked, decoded, hashed."""
    found = []
    for path in paths:
        with path.open("rb") as file:
            mail: email.message.Message = email.message_from_bytes(file.read())
        digests = []
        for part in mail.walk():
            if part.is_multipart():
                continue
            data = part.get_payload(decode=True)
            assert isinstance(data, bytes)
            digest = hashlib.sha256(data).hexdigest()
            if part.get_filename() is not None:
                digests.append(digest)
        found.append(digests)
    return found


def check(paths: Sequence[Path]) -> None:
    """Both must see the same files, or the comparison says nothing."""
    if our_way(paths) != stdlib_way(paths):
        raise SystemExit("the two ways of reading do not agree on the files")


def _mails(place: Path, count: int) -> Iterator[Path]:
    """Mails of 30 kB as clients write them: text and page, a form, a scan, a note."""
    chance = random.Random(4)
    for number in range(count):
        mail = EmailMessage()
        mail["Received"] = "from mail by mx.163.com with SMTP; Tue, 08 Oct 2024 12:00:00 +0800"
        mail["From"] = f"王老师 <a{number}@163.com>"
        mail["To"] = "kepu@163.com"
        mail["Subject"] = f"推荐作品《探月之路{number}》"
        mail["Message-ID"] = f"<{number}@bench>"
        mail.set_content("您好，附件为推荐作品的材料，请查收。\n" * 10)
        mail.add_alternative("<div>您好，附件为推荐作品的材料，请查收。</div>\n" * 10, subtype="html")
        for name, size in (("推荐表.docx", 9_000), ("扫描件.jpg", 8_500), ("说明.pdf", 2_500)):
            data = chance.randbytes(size)
            mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
        path = place / f"{number:05d}.eml"
        path.write_bytes(mail.as_bytes().replace(b"\n", b"\r\n"))
        yield path


def big_mail(path: Path, megabytes: int) -> Path:
    """One mail with a film in base64."""
    block = _LINE * 10_000
    with path.open("wb") as out:
        out.write(b"Subject: film\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: video/mp4;")
        out.write(b" name=film.mp4\r\nContent-Transfer-Encoding: base64\r\n\r\n")
        while out.tell() < megabytes * _MB:
            out.write(block)
        out.write(b"--b--\r\n")
    return path


def big_zip(path: Path, megabytes: int) -> Path:
    """A zip with a film that does not shrink, and a text that does."""
    chance = random.Random(4)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("说明.txt", "科普" * 1_000_000)
        with archive.open("成片.mp4", "w", force_zip64=True) as film:
            for _ in range(megabytes):
                film.write(chance.randbytes(_MB))
    return path


def growth(path: Path) -> float:
    """Megabytes by which a process of its own grows when it reads the file, above what imports took."""
    told = subprocess.run(
        [sys.executable, "-m", "bench.extract", "--alone", str(path)], check=True, capture_output=True, text=True
    )
    return float(json.loads(told.stdout)["growth_mb"])


def alone(path: Path) -> float:
    """Read the file into a scratch folder of its own; by how much the peak of resident memory rose, in megabytes."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        scratch = Path(folder)
        if path.suffix == ".zip":
            _read_tiny_zip(scratch)
            before = _peak()
            facts: object = read_archive(path, scratch, LIMITS)
        else:
            _read_tiny_mail(scratch)
            before = _peak()
            facts = read_mail(path, scratch, LIMITS)
        after = _peak()
    assert isinstance(facts, MailFacts | ArchiveFacts), facts
    assert facts.parts if isinstance(facts, MailFacts) else facts.members, facts
    return round((after - before) / _MB, 1)


def _read_tiny_zip(scratch: Path) -> None:
    """So that what is imported late counts as imported."""
    with zipfile.ZipFile(scratch / "tiny.zip", "w") as archive:
        archive.writestr("a", "b")
    (scratch / "warm").mkdir()
    read_archive(scratch / "tiny.zip", scratch / "warm", LIMITS)


def _read_tiny_mail(scratch: Path) -> None:
    (scratch / "tiny").write_bytes(b"Subject: x\r\n\r\ny")
    read_mail(scratch / "tiny", None, LIMITS)


def _peak() -> int:
    """Bytes. By /proc where there is one: getrusage still counts the process that started this one."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    main()
