"""Every locked dependency stands in THIRD_PARTY.md with its licence, and none of them binds our code.

Run as a program it writes the tables anew: `make licences`.
"""

import re
from importlib import metadata
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]
PAGE = TOP / "THIRD_PARTY.md"
MARKS = {"requirements.lock": "runtime", "requirements-dev.lock": "checks"}

READ_BY_A_PERSON = {
    "axe-playwright-python": "MIT AND MPL-2.0",  # its metadata names none; its LICENSE, and its axe
    "brotlicffi": "MIT",  # PyPy only, so not installed here; from its LICENSE
    "colorama": "BSD-3-Clause",  # Windows only, so not installed here; from its LICENSE.txt
    "cvttf-notosanscjk-regular": "MIT AND OFL-1.1",  # the wrapper says MIT, the font inside is under OFL
    "imapclient": "BSD-3-Clause",  # its metadata names none; from the COPYING it ships
    "inflate64": "LGPL-2.1-or-later",  # its metadata names it twice, in two ways
    "multivolumefile": "LGPL-2.1-or-later",  # "LGPL-2.1+" in its metadata
    "protobuf": "BSD-3-Clause",  # "3-Clause BSD License" in its metadata
    "pypdfium2": "BSD-3-Clause AND Apache-2.0",  # as its metadata says in words; PDFium's own parts in its wheel
    "pyppmd": "LGPL-2.1-or-later",  # its metadata says it where no table of licences is
    "pywin32-ctypes": "BSD-3-Clause",  # Windows only, so not installed here; from its LICENSE.txt
    "tqdm": "MPL-2.0 AND MIT",  # as its metadata says, in a field that holds free text
}
"""Licences the metadata does not say, or says in a way no program reads."""

WORDS = {
    "apache 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd": "BSD-3-Clause",
    "bsd 2-clause license": "BSD-2-Clause",
    "bsd license": "BSD-3-Clause",
    "isc license": "ISC",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
}
"""What older metadata writes, lower-case, as SPDX names it."""

PERMISSIVE = {
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "OFL-1.1",
    "PSF-2.0",
    "Zlib",
}
WEAK = {
    "MPL-2.0",  # binds changes to the files under it only, and we change none
    "LGPL-2.1-or-later",  # binds changes to the library only; installed beside us, anyone may put another in its place
}


def locked(lock):
    """Names of the packages in a lock, lower-case with dashes."""
    lines = (TOP / lock).read_text(encoding="utf-8").splitlines()
    return sorted({found[1] for line in lines if (found := re.match(r"([a-z0-9][a-z0-9.-]*)==", line))})


def licence(name):
    """The SPDX expression of a package: as a person read it, as its metadata says, or "" where nothing tells."""
    if name in READ_BY_A_PERSON:
        return READ_BY_A_PERSON[name]
    try:
        said = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    if said.get("License-Expression"):
        return said["License-Expression"]
    classifiers = [entry.rpartition(" :: ")[2] for entry in said.get_all("Classifier") or [] if "License ::" in entry]
    words = [(said.get("License") or "").strip().partition("\n")[0], *classifiers]
    return next((WORDS.get(word.lower(), word) for word in words if WORDS.get(word.lower(), word) in allowed()), "")


def allowed():
    return PERMISSIVE | WEAK


def fits(expression):
    """It names licences, and each of them is allowed."""
    return bool(names_of(expression)) and names_of(expression) <= allowed()


def names_of(expression):
    """The licences an SPDX expression names."""
    return set(re.findall(r"[A-Za-z0-9.+-]+", expression)) - {"AND", "OR", "WITH"}


def tables():
    """Package to licence, by lock; a package of the runtime is not named again among the checks'."""
    runtime = locked("requirements.lock")
    return {
        "requirements.lock": {name: licence(name) for name in runtime},
        "requirements-dev.lock": {
            name: licence(name) for name in locked("requirements-dev.lock") if name not in runtime
        },
    }


def on_page(lock):
    """Package to licence as the page has it."""
    mark = MARKS[lock]
    block = PAGE.read_text(encoding="utf-8").partition(f"<!-- {mark} -->")[2].partition(f"<!-- end of {mark} -->")[0]
    rows = re.findall(r"^\| ([a-z0-9.-]+) \| ([^|]+) \|$", block, re.MULTILINE)
    return dict(rows[2:])  # after the heading and the rule under it


def write():
    """The page with its tables made anew; what is installed elsewhere only keeps the row it has."""
    page = PAGE.read_text(encoding="utf-8")
    for lock, rows in tables().items():
        mark, before = MARKS[lock], on_page(lock)
        body = "".join(f"| {name} | {said or before.get(name, '?')} |\n" for name, said in rows.items())
        block = f"<!-- {mark} -->\n| package | licence |\n| --- | --- |\n{body}<!-- end of {mark} -->"
        page = re.sub(rf"<!-- {mark} -->.*<!-- end of {mark} -->", lambda _, text=block: text, page, flags=re.DOTALL)
    PAGE.write_text(page, encoding="utf-8")


@pytest.mark.parametrize("lock", sorted(MARKS))
def test_page_names_every_locked_package(lock):
    assert sorted(on_page(lock)) == sorted(tables()[lock])


@pytest.mark.parametrize("lock", sorted(MARKS))
def test_page_gives_each_installed_package_the_licence_it_has(lock):
    page = on_page(lock)
    assert {name: said for name, said in tables()[lock].items() if said and page.get(name) != said} == {}


@pytest.mark.parametrize("lock", sorted(MARKS))
def test_no_licence_binds_our_code_and_none_is_unknown(lock):
    assert {name: said for name, said in on_page(lock).items() if not fits(said)} == {}


@pytest.mark.parametrize(
    "expression", ["GPL-3.0-or-later", "AGPL-3.0", "LGPL-3.0-only", "Proprietary", "?", "MIT AND GPL-2.0"]
)
def test_licence_that_is_not_allowed_is_found(expression):
    assert not fits(expression)


@pytest.mark.parametrize("lock", sorted(MARKS))
def test_lock_names_no_index(lock):
    text = (TOP / lock).read_text(encoding="utf-8")
    assert re.findall(r"https?://|file:|--index|--find-links", text) == []


@pytest.mark.parametrize("lock", sorted(MARKS))
def test_lock_has_a_hash_for_every_package(lock):
    entries = re.split(r"\n(?=[a-z0-9])", (TOP / lock).read_text(encoding="utf-8"))
    assert [entry.partition("\n")[0] for entry in entries if "==" in entry and "--hash=sha256:" not in entry] == []


if __name__ == "__main__":
    write()
