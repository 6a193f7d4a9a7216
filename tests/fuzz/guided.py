"""The coverage-guided fuzzer: `python tests/fuzz/guided.py mail 600 FOLDER`.

mail, archive or sniff; for so many seconds; FOLDER keeps the corpus and what was found, from one time to the next. It
ends with 0 if nothing was found. Needs atheris, which is no dependency: `pip install atheris` where it is to run. What
it finds goes, made small, into tests/fuzz/kept/NAME/, with the mend.
"""

import hashlib
import sys
import tempfile
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parents[2]))  # atheris looks for what it instruments on the path alone
with atheris.instrument_imports(include=["parsers"]):
    import targets

MAX_LENGTH = 20_000
SLOW_S = 10


def main(name, seconds, folder):
    """Run one target."""
    corpus, found = folder / name / "corpus", folder / name / "found"
    for made in (corpus, found):
        made.mkdir(parents=True, exist_ok=True)
    for seed in targets.seeds(name):
        (corpus / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    target = targets.TARGETS[name]
    with tempfile.TemporaryDirectory() as scratch:

        def one(data):
            target(data, Path(scratch))

        options = [f"-max_total_time={seconds}", f"-max_len={MAX_LENGTH}", f"-timeout={SLOW_S}", "-rss_limit_mb=2000"]
        atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={found}/", str(corpus)], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
