"""Prints MediaInfo's JSON for one file. A program of its own: it is run by `parsers.tools`, never imported."""

import resource
import sys

_MEMORY = 2 * 2**30
_CPU_S = 30
_CANNOT_RUN = 3


def main() -> int:
    """Look at the file named by the only argument, with bounded memory and time."""
    try:
        from pymediainfo import MediaInfo
    except ImportError as error:
        sys.stderr.write(f"{error}\n")
        return _CANNOT_RUN
    if not MediaInfo.can_parse():
        sys.stderr.write("libmediainfo cannot be loaded\n")
        return _CANNOT_RUN
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    answer = MediaInfo.parse(sys.argv[1], output="JSON", full=False, encoding_errors="replace")
    sys.stdout.buffer.write(str(answer).encode("utf-8", "replace"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
