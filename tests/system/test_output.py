"""What becomes of a command whose output cannot be written."""

import subprocess
from pathlib import Path


def _export(made, output):
    place = made.place
    command = [*place.command, "export", "messages"]
    return subprocess.run(
        command, cwd=place.folder, env=place.environ, stdout=output, stderr=subprocess.PIPE, text=True, check=False
    )


def test_an_export_to_a_full_disk_says_so_and_ends_with_one(undisturbed):
    with Path("/dev/full").open("w") as full:
        done = _export(undisturbed, full)
    assert (done.returncode, done.stderr.splitlines()[0]) == (1, "读写出错：No space left on device")
