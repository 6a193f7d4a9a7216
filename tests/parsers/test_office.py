"""Old documents by the real LibreOffice; a script in its place only where it must hang or be seen."""

import http.server
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import olefile
import pytest

from ingest.demo.forms import make_form
from parsers import look, soffice
from parsers.facts import Broken, Unknown, Wants
from parsers.office import Old, batches, office_kind, read_office, source_of
from parsers.sniff import sniff
from parsers.soffice import Room, Source, convert

WANTS = Wants(labels={"title": ("作品名称",)})
FILTERS = {
    "doc": "doc:MS Word 97",
    "rtf": "rtf:Rich Text Format",
    "odt": "odt:writer8",
    "html": "html:HTML (StarWriter)",
    "xml": "xml:MS Word 2003 XML",
}
PICTURE = (
    '<text:p><draw:frame text:anchor-type="as-char" svg:width="2cm" svg:height="2cm">'
    '<draw:image xlink:href="{}" xlink:type="simple" xlink:show="embed" xlink:actuate="onLoad"/></draw:frame></text:p>'
)

ENTRY = b'<manifest:file-entry manifest:full-path="Pictures/1.gif" manifest:media-type="image/gif"/>'


@pytest.fixture(scope="session")
def old(tmp_path_factory):
    """One form in every older format, made by LibreOffice: ending to file."""
    folder = tmp_path_factory.mktemp("old")
    form = make_form(folder / "form.docx", kind="推荐表", values={"title": "星海寻踪", "author": "林晚舟"})
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    for what in FILTERS.values():
        command = ["soffice", profile, "--headless", "--convert-to", what, "--outdir", str(folder), str(form)]
        done = subprocess.run(command, capture_output=True, timeout=180, check=False)
        assert (folder / f"form.{what.partition(':')[0]}").exists(), done.stderr
    return {ending: folder / f"form.{ending}" for ending in FILTERS}


@pytest.fixture
def folder(tmp_path):
    """An empty folder for a call."""
    made = tmp_path / "call"
    made.mkdir()
    return made


@pytest.fixture
def instead(tmp_path, monkeypatch):
    """Puts a shell script in LibreOffice's place."""

    def put(text):
        script = tmp_path / "bin" / "soffice"
        script.parent.mkdir()
        script.write_text(f"#!/bin/sh\n{text}\n")
        script.chmod(0o755)
        monkeypatch.setattr(soffice, "office_program", lambda: str(script))

    return put


def title_in(path, name=""):
    facts = look(path, WANTS, None, name=name)
    return (facts.fact, facts.format, facts.fields["title"].value if facts.fact == "form" else facts.reason)


def sources(old, count):
    return [Source(old["doc"], "doc", "MS Word 97")] * count


def gone(pid, seconds=5.0):
    """Whether a process ends within that time. One that nobody has reaped has ended."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.02)
    return False


# what is read


@pytest.mark.parametrize("ending", ["doc", "rtf", "odt"])
def test_a_form_in_an_older_format_is_read_as_a_form(old, ending):
    assert title_in(old[ending]) == ("form", ending, "星海寻踪")


def test_words_own_xml_is_read_as_a_form(old):
    assert title_in(old["xml"], name="推荐表.doc") == ("form", "text", "星海寻踪")


def test_a_web_page_called_doc_is_read_as_a_form(old):
    assert title_in(old["html"], name="推荐表.doc") == ("form", "html", "星海寻踪")


def test_a_web_page_called_so_is_no_form(old):
    assert look(old["html"], WANTS, None, name="index.html") == Unknown(format="html")


def test_a_web_page_that_word_has_made_is_read_whatever_it_is_called(tmp_path):
    page = tmp_path / "page"
    page.write_text('<html xmlns:w="urn:schemas-microsoft-com:office:word"><table><tr><td>作品名称<td>潮汐</table>')
    assert title_in(page, name="表.htm") == ("form", "html", "潮汐")


def test_a_web_page_in_gbk_that_does_not_say_so_is_read(tmp_path):
    page = tmp_path / "page"
    page.write_bytes("<html><table><tr><td>作品名称</td><td>风从戈壁来</td></tr></table>".encode("gb18030"))
    assert title_in(page, name="推荐表.doc") == ("form", "html", "风从戈壁来")


def test_a_web_archive_called_doc_is_read(tmp_path):
    page = "<html><table><tr><td>作品名称</td><td>月背来客</td></tr></table>".encode("gb18030")
    head = b'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="b"\n\n'
    part = b'--b\nContent-Type: text/html; charset="gb2312"\nContent-Transfer-Encoding: 8bit\n\n'
    archive = tmp_path / "archive"
    archive.write_bytes(head + part + page + b"\n--b--\n")
    assert title_in(archive, name="推荐表.doc")[2] == "月背来客"


@pytest.mark.parametrize(("stream", "kind"), [("WordDocument", "wps"), ("MatOST", "works"), ("SummaryInformation", "")])
def test_what_wps_wrote_is_read_if_it_is_words_or_works(tmp_path, stream, kind):
    head = bytearray(512)
    head[30:32] = (9).to_bytes(2, "little")
    entries = b"".join(
        name.encode("utf-16-le").ljust(64, b"\0") + (2 * len(name) + 2).to_bytes(2, "little") + b"\2" + bytes(61)
        for name in ("WpsDocument", stream)
    )
    (tmp_path / "a.wps").write_bytes(bytes(head) + entries.ljust(512, b"\0"))
    assert office_kind(tmp_path / "a.wps", "wps") == kind


def test_plain_text_called_doc_is_left_alone(tmp_path):
    (tmp_path / "text").write_text("作品名称：星海寻踪")
    assert office_kind(tmp_path / "text", "text", "推荐表.doc") == ""


def test_a_document_of_nothing_but_a_picture_says_so(tmp_path, old):
    with zipfile.ZipFile(old["odt"]) as whole, zipfile.ZipFile(tmp_path / "scan.odt", "w") as scan:
        for info in whole.infolist():
            data = whole.read(info)
            if info.filename == "content.xml":
                begins, ends = data.index(b"<office:text"), data.index(b"</office:text>")
                shown = PICTURE.format("Pictures/1.gif").encode()
                data = data[:begins] + b"<office:text>" + shown + data[ends:]
            if info.filename == "META-INF/manifest.xml":
                data = data.replace(b"</manifest:manifest>", ENTRY + b"</manifest:manifest>")
            scan.writestr(info, data)
        scan.writestr("Pictures/1.gif", b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\1\0\1\0\0\2\2D\1\0;")
    facts = look(tmp_path / "scan.odt", WANTS, None)
    assert (facts.text, facts.pictures) == ("", 1)


def test_what_could_act_in_the_original_is_told(old, tmp_path):
    data = old["rtf"].read_bytes().rstrip().removesuffix(b"}")
    (tmp_path / "a.rtf").write_bytes(data + rb"{\*\template http://example.com/t.dot}}")
    assert look(tmp_path / "a.rtf", WANTS, None).active == ("template",)


# what cannot be read


def test_a_document_under_a_password_is_locked(old, tmp_path):
    locked = tmp_path / "locked.doc"
    shutil.copyfile(old["doc"], locked)
    with olefile.OleFileIO(locked, write_mode=True) as ole:
        data = bytearray(ole.openstream("WordDocument").read())
        data[11] |= 1
        ole.write_stream("WordDocument", bytes(data))
    assert look(locked, WANTS, None) == Broken(format="doc", reason="locked")


def test_an_open_document_under_a_password_is_locked(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.odt", "w") as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        made.writestr("META-INF/manifest.xml", "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>")
    assert look(tmp_path / "a.odt", WANTS, None) == Broken(format="odt", reason="locked")


def test_a_document_that_is_cut_off_is_unreadable(old, tmp_path):
    (tmp_path / "cut.rtf").write_bytes(old["rtf"].read_bytes()[:20_000])
    assert title_in(tmp_path / "cut.rtf") == ("broken", "rtf", "unreadable")


def test_garbage_is_not_taken_for_text(old, tmp_path):
    data = bytearray(old["doc"].read_bytes())
    at = data.index(b"\xec\xa5")  # where the Word document begins
    data[at : at + 2000] = 20 * bytes(range(55, 155))
    (tmp_path / "a.doc").write_bytes(data)
    assert title_in(tmp_path / "a.doc") == ("broken", "doc", "unreadable")


def test_a_web_page_beyond_all_bounds_is_too_large(tmp_path):
    page = tmp_path / "page"
    with page.open("wb") as out:
        out.write(b"<html><body>")
        out.truncate(33 * 2**20)
    assert read_office(page, WANTS, None, "html", "html").reason == "too-large"


def test_without_libreoffice_a_document_says_so(old, monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(soffice, "_PLACES", ())
    assert title_in(old["doc"]) == ("broken", "doc", "no-office")


def test_libreoffice_is_found_where_it_usually_is(monkeypatch, tmp_path):
    (tmp_path / "soffice").touch(mode=0o755)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(soffice, "_PLACES", ("/none/soffice", str(tmp_path / "soffice")))
    assert soffice.office_program() == str(tmp_path / "soffice")


def test_a_libreoffice_for_workbooks_alone_does_not_count(monkeypatch, tmp_path):
    for name in ("soffice", "soffice.bin", "libsclo.so"):
        (tmp_path / name).touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(soffice, "_PLACES", ())
    assert soffice.office_program() is None


# several in one call


def test_a_call_converts_all_and_skips_what_it_cannot_load(old, folder, tmp_path):
    bad = tmp_path / "bad.doc"
    bad.write_bytes(old["doc"].read_bytes()[:9_000])
    files = [*sources(old, 3), Source(bad, "doc", "MS Word 97"), *sources(old, 2)]
    done = convert(files, folder, tmp_path / "profile")
    assert (sorted(done.made), done.ended) == ([0, 1, 2, 4, 5], "")


def test_batches_are_of_one_filter_each():
    files = [Old(Path(str(at)), kind, kind) for at, kind in enumerate(["doc", "rtf", "doc", "wps", "doc", "odt"])]
    assert [[str(file.path) for file in batch] for batch in batches(files, 3)] == [["0", "2", "3"], ["4"], ["1"], ["5"]]


def test_the_command_line_has_names_of_ours_only(old, folder, tmp_path, instead):
    instead('echo "$@" >args')
    named = tmp_path / "--headless; rm -rf 表.doc"
    shutil.copyfile(old["doc"], named)
    convert([source_of(Old(named, "doc", "doc"), tmp_path)], folder, tmp_path / "profile")
    assert (folder / "args").read_text().split()[-3:] == ["--outdir", "out", "in/000.doc"]


def test_what_it_writes_for_itself_stays_in_the_folder(old, folder, tmp_path):
    before = set(Path("/tmp").iterdir())
    convert(sources(old, 1), folder, tmp_path / "profile")
    assert [path for path in set(Path("/tmp").iterdir()) - before if "OSL" in path.name or "lu" in path.name] == []


# ended from outside


def test_a_conversion_that_hangs_is_ended_with_all_it_has_started(old, folder, tmp_path, instead):
    instead("setsid sleep 60 & echo $! >pid; sleep 60")
    done = convert(sources(old, 1), folder, tmp_path / "profile", Room(base_s=1.0, file_s=0))
    assert (done.ended, gone(int((folder / "pid").read_text()))) == ("too-slow", True)


def test_a_profile_that_was_in_use_when_it_was_ended_is_not_used_again(old, folder, tmp_path, instead):
    instead("sleep 60")
    convert(sources(old, 1), folder, tmp_path / "profile", Room(base_s=0.5, file_s=0))
    assert not (tmp_path / "profile").exists()


def test_a_conversion_that_needs_too_much_memory_is_ended(old, folder, tmp_path):
    done = convert(sources(old, 5), folder, tmp_path / "profile", Room(max_bytes=60 * 2**20))
    assert done.ended == "too-big"


def test_libreoffice_that_is_killed_has_crashed(old, folder, tmp_path):
    killed = threading.Thread(target=kill_soffice, args=(tmp_path / "profile",))
    killed.start()
    done = convert(sources(old, 40), folder, tmp_path / "profile")
    killed.join()
    assert done.ended == "crashed"


def kill_soffice(profile):
    """Kill LibreOffice itself, as soon as it works with that profile."""
    mark = f"UserInstallation={profile.as_uri()}".encode()
    for _ in range(500):
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    line = (entry / "cmdline").read_bytes()
                except OSError:
                    continue
                if line.startswith(b"/") and b"soffice.bin" in line.split(b"\0")[0] and mark in line:
                    os.kill(int(entry.name), signal.SIGKILL)
                    return
        time.sleep(0.02)


def test_nothing_is_left_when_who_asked_is_killed(old, folder, tmp_path):
    script = tmp_path / "soffice"
    script.write_text("#!/bin/sh\necho $$ >pid\nsleep 60\n")
    script.chmod(0o755)
    asks = (
        "import sys; from pathlib import Path; from parsers import soffice; from parsers.soffice import *\n"
        f"soffice.office_program = lambda: {str(script)!r}\n"
        f"convert([Source(Path({str(old['doc'])!r}), 'doc', 'MS Word 97')], Path({str(folder)!r}), Path('profile'))\n"
    )
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen([sys.executable, "-c", asks], cwd=tmp_path, env=environ) as asker:
        while not ((folder / "pid").exists() and (folder / "pid").read_text()):
            time.sleep(0.02)
        asker.kill()
    assert gone(int((folder / "pid").read_text()))


# the network


@pytest.fixture
def server():
    """A server on loopback that notes what is asked of it: (address, paths)."""
    asked = []

    class Asked(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_OPTIONS = do_PROPFIND = do_GET

        def log_message(self, *_):
            """Nothing: it is noted."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Asked) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}", asked
        running.shutdown()
        thread.join()


@pytest.fixture
def reaching(old, tmp_path, server):
    """A document with a picture that lies on that server."""
    made = tmp_path / "reaching.odt"
    with zipfile.ZipFile(old["odt"]) as whole, zipfile.ZipFile(made, "w") as changed:
        for info in whole.infolist():
            data = whole.read(info)
            if info.filename == "content.xml":
                shown = PICTURE.format(f"{server[0]}/picture.png") + "</office:text>"
                data = data.replace(b"</office:text>", shown.encode())
            changed.writestr(info, data)
    return made


def by_hand(document, profile, folder):
    """LibreOffice started without the watcher: with the network."""
    command = soffice._command("soffice", profile, "writer8", [str(document)])
    subprocess.run(command, cwd=folder, capture_output=True, check=True, timeout=120)
    assert (folder / "out" / f"{document.stem}.docx").exists()


def test_a_document_could_reach_out_of_a_plain_profile(reaching, server, folder, tmp_path):
    by_hand(reaching, tmp_path / "plain", folder)
    assert "/picture.png" in server[1]


def test_the_profile_alone_keeps_a_document_from_reaching_out(reaching, server, folder, tmp_path):
    soffice._make_profile(tmp_path / "profile")
    by_hand(reaching, tmp_path / "profile", folder)
    assert server[1] == []


def test_without_network_no_profile_lets_a_document_reach_out(reaching, server, folder, tmp_path, monkeypatch):
    monkeypatch.setattr(soffice, "_make_profile", lambda _: None)
    done = convert([Source(reaching, "odt", "writer8")], folder, tmp_path / "plain")
    assert (sorted(done.made), server[1]) == ([0], [])


def test_sniffing_and_reading_agree_on_what_is_for_libreoffice(old):
    assert {ending: office_kind(path, sniff(path), "a.doc") for ending, path in old.items()} == {
        "doc": "doc",
        "rtf": "rtf",
        "odt": "odt",
        "html": "html",
        "xml": "word-xml",
    }
