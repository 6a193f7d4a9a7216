"""What a film behind a link costs: fetched over TLS, hashed and stored, against curl to a file and sha256sum after it.

`python -m bench.cloud --json` prints one JSON object. The server is the tests', on loopback, in a process of its own;
needs curl and sha256sum, and 1 GB of disk for a while.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.measure import TOP, median, ratio, show

HOST = "files.example.cn"
FILM_BYTES = 300_000_000
CUTS = 10
_LOT = 2**21


def main() -> None:
    """Measure and print; or be the server, or the fetching process, of a measurement."""
    parser = argparse.ArgumentParser(prog="python -m bench.cloud", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--times", type=int, default=7, help="paired runs against curl")
    parser.add_argument("--bytes", type=int, default=FILM_BYTES, help="of the film")
    parser.add_argument("--folder", type=Path, help="where to work; default: the system's temporary folder")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--fetch", nargs=3, metavar=("FOLDER", "SERVER", "URL"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        serve(asked.serve, asked.bytes)
    elif asked.fetch:
        print(json.dumps(fetched(Path(asked.fetch[0]), *asked.fetch[1:])))
    else:
        show(measured(asked), as_json=asked.json)


def measured(asked: argparse.Namespace) -> dict[str, Any]:
    """Ours and curl in turn, so that both meet the same moods of the machine; then a download cut again and again."""
    with tempfile.TemporaryDirectory(dir=asked.folder, prefix="kepu-bench-") as name:
        folder = Path(name)
        with server(folder, asked.bytes) as address:
            curled: list[float] = []
            ours: list[dict[str, Any]] = []
            for _ in range(asked.times):
                curled.append(curl(folder, address))
                ours.append(ours_of(folder, address, "film.mp4"))
            cut = ours_of(folder, address, "cut.mp4")
            sent = json.loads(_curl(folder, address, "sent", "-"))["sent"]
    seconds = [one["seconds"] for one in ours]
    return {
        "cloud_vs_curl": ratio(statistics.median(one / other for one, other in zip(seconds, curled, strict=True)), 1),
        "cloud_rss_growth_mb": round(max(one["rss_growth"] for one in ours) / 2**20, 1),
        "cloud_seconds": median(seconds),
        "curl_sha256sum_seconds": median(curled),
        "cloud_cut_seconds": round(cut["seconds"], 3),
        "cloud_cut_bytes_twice": sent - asked.bytes,
    }


def curl(folder: Path, address: str) -> float:
    """Seconds of curl to a file and sha256sum of it."""
    began = time.perf_counter()
    _curl(folder, address, "film.mp4", str(folder / "curled"))
    subprocess.run(["sha256sum", str(folder / "curled")], check=True, stdout=subprocess.DEVNULL)
    took = time.perf_counter() - began
    (folder / "curled").unlink()
    return took


def _curl(folder: Path, address: str, name: str, to: str) -> bytes:
    there = ["--cacert", str(folder / "ca.pem"), "--connect-to", f"{HOST}:443:{address}"]
    command = ["curl", "--silent", "--fail", "--noproxy", "*", *there, "--output", to, f"https://{HOST}/{name}"]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def ours_of(folder: Path, address: str, name: str) -> dict[str, Any]:
    """Seconds and growth of memory of a process that has loaded all it needs and then fetches and stores one film."""
    from ingest.config import REHEARSAL_VARIABLE

    environ = {**os.environ, REHEARSAL_VARIABLE: address}
    command = [sys.executable, "-m", "bench.cloud", "--fetch", str(folder), address, f"https://{HOST}/{name}"]
    done = subprocess.run(command, check=True, cwd=TOP, env=environ, stdout=subprocess.PIPE)
    return dict(json.loads(done.stdout))


def fetched(folder: Path, address: str, url: str) -> dict[str, Any]:
    """What `ours_of` asks for, in this process."""
    from ingest.config import load
    from ingest.sources.cloud import Fetched, fetch, forget, network_of
    from ingest.store import Store
    from parsers.facts import Link

    config = folder / "bench.toml"
    rehearsal = f'[cloud.rehearsal]\nserver = "{address}"\nca = "ca.pem"\n'
    config.write_text(f'[cloud.hosts]\ndirect = ["{HOST}"]\n{rehearsal}', encoding="utf-8")
    table = load(config, environ=os.environ, cwd=folder).cloud
    network, store = network_of(table), Store(folder / "root")
    before = _memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak is counted from here
    began = time.perf_counter()
    found = fetch(Link(provider="direct", key=url, url=url), folder / "root" / "film.part", table, network=network)
    assert isinstance(found, Fetched), found
    store.adopt(found.path, found.sha256)
    forget(found.path)
    took = time.perf_counter() - began
    store.path(found.sha256).unlink()
    return {"seconds": took, "rss_growth": _memory("VmHWM") - before}


def _memory(name: str) -> int:
    """Bytes of this process, by the kernel's name for them."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition(f"{name}:")[2].split()[0]) * 1024


@contextmanager
def server(folder: Path, size: int) -> Iterator[str]:
    """The server in a process of its own; its address."""
    command = [sys.executable, "-m", "bench.cloud", "--serve", str(folder), "--bytes", str(size)]
    with subprocess.Popen(command, cwd=TOP, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()


def serve(folder: Path, size: int) -> None:
    """The tests' server with a film, one that is cut, and what was sent of that, until the input ends."""
    spec = importlib.util.spec_from_file_location("kepu_bench_cloud", TOP / "tests" / "servers" / "cloud.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    authority = module.Authority(folder)
    running = module.CloudServer(authority, authority.context())
    lot = memoryview(os.urandom(2 * _LOT))

    def piece(offset: int, count: int) -> memoryview:
        return lot[offset % _LOT : offset % _LOT + count]

    cut = module.File((size, piece), cuts=[size // (CUTS + 1)] * CUTS)
    running.route(f"https://{HOST}/film.mp4", module.File((size, piece)))
    running.route(f"https://{HOST}/cut.mp4", cut)
    running.route(f"https://{HOST}/sent", lambda _asked: module.said({"sent": cut.sent}))
    print(f"127.0.0.1:{running.port}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
