"""Which file system a path lies on: the ledger must not lie on a network share."""

from __future__ import annotations

import re
from pathlib import Path

MOUNTINFO = Path("/proc/self/mountinfo")

NETWORK_TYPES = frozenset({
    "nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "9p", "afs", "coda", "ceph", "glusterfs", "lustre", "gfs2",
    "ocfs2", "beegfs", "ncpfs", "davfs", "fuse.sshfs", "fuse.davfs", "fuse.davfs2", "fuse.rclone", "fuse.s3fs",
    "fuse.glusterfs", "fuse.ceph", "fuse.cifs", "fuse.smbnetfs", "fuse.gvfsd-fuse", "fuse.nfs",
})  # fmt: skip
"""File systems whose locks SQLite cannot trust."""


def unescaped(text: str) -> str:
    r"""A field of mountinfo with its octal escapes (\040 is a space) undone."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), text)


def file_system(path: Path, mountinfo: str) -> str:
    """The type of the file system an absolute path lies on, by the kernel's list of mounts; "" if it does not say.

    The longest mount point above the path counts, of two at one place the later.
    """
    best, kind = -1, ""
    for line in mountinfo.splitlines():
        left, dash, right = line.partition(" - ")
        fields = left.split()
        if not dash or len(fields) < 5 or not right.split():
            continue
        point = Path(unescaped(fields[4]))
        if path.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), right.split()[0]
    return kind


def network_type(path: Path, mountinfo: str | None = None) -> str:
    """The type of the network file system a path lies on, "" for a local disk or where it cannot be told.

    mountinfo: the kernel's list; None reads it. A path that begins with two slashes is a share by its name.
    """
    if str(path).startswith("//"):
        return "//"
    if mountinfo is None:
        try:
            mountinfo = MOUNTINFO.read_text(encoding="utf-8", errors="surrogateescape")
        except OSError:  # no such list outside Linux: the database itself will complain there
            return ""
    kind = file_system(path.resolve(), mountinfo)
    return kind if kind in NETWORK_TYPES else ""
