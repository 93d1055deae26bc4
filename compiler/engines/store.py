"""The folder in which engines keep machine code between processes: one of the user's own, and of limited size.

Files come into it in one move, so no process sees half of one, and the names or contents of entries carry a digest, so
a damaged one is not taken. Where nothing can be written nothing is kept, and what has not been used for longest goes
first.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path

LIMIT = 1 << 30  # bytes of all entries
DIGEST = hashlib.sha256().digest_size


def folder() -> Path | None:
    """Return the folder, made if need be; None if there is none that only this user can write to."""
    root = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache"
    path = Path(root) / "baur"
    with suppress(OSError):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = path.stat()
        if not hasattr(os, "getuid") or (found.st_uid == os.getuid() and not found.st_mode & 0o022):
            return path
    return None


def read(name: str) -> bytes | None:
    """Return what is kept under a name, or None if nothing is, or not what was written."""
    path = folder()
    if path is None:
        return None
    try:
        data = (path / name).read_bytes()
    except OSError:
        return None
    if hashlib.sha256(data[DIGEST:]).digest() != data[:DIGEST]:
        return None
    used(path / name)
    return data[DIGEST:]


def write(name: str, data: bytes) -> None:
    """Keep data under a name, if there is room."""
    path = folder()
    if path is None:
        return
    with suppress(OSError):
        handle, made = tempfile.mkstemp(dir=path)
        try:
            with open(handle, "wb") as file:  # noqa: PTH123  a descriptor
                file.write(hashlib.sha256(data).digest() + data)
            Path(made).replace(path / name)
        except OSError:
            Path(made).unlink()
            raise
        trim(path)


def used(path: Path) -> None:
    """Note that an entry was used just now."""
    with suppress(OSError):
        os.utime(path)


def trim(path: Path) -> None:
    """Remove what has not been used for longest, until half the limit is free, if the limit is passed."""
    entries = []
    with suppress(OSError), os.scandir(path) as found:
        for each in found:
            with suppress(OSError):
                if each.is_file(follow_symlinks=False):
                    entries.append((each.stat().st_mtime_ns, each.stat().st_size, each.path))
    size = sum(entry[1] for entry in entries)
    if size <= LIMIT:
        return
    for _, freed, name in sorted(entries):
        if size <= LIMIT // 2:
            break
        with suppress(OSError):
            Path(name).unlink()
            size -= freed
