"""Whether the data folder can be written to, and how much space is left there."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from app.probes.finding import Finding

NAME = "disk"
MIB = 1 << 20
PROBE = 256 * 1024
"""Bytes that are written to try: some file systems hold a few back, or give them to small files only."""
TOO_LITTLE, LITTLE = 64 * MIB, 1024 * MIB
"""Bytes left: PostgreSQL writes its log in files of 16 MiB, and stops when it cannot; a gigabyte gives some days."""


def disk(folder: Path) -> Finding:
    """Writes a file into the folder, or where it will be made, and removes it."""
    there = existing(folder)
    try:
        write(there / f".vigie-doctor-{os.getpid()}")
    except OSError as error:
        why = error.strerror or type(error).__name__
        return Finding(NAME, "bad", f"{folder} cannot be written to: {why}. Make room, or mend who owns it")
    left = shutil.disk_usage(there).free
    if left < TOO_LITTLE:
        return Finding(NAME, "bad", f"{left // MIB:,} MiB are left for {folder}: make room, or PostgreSQL stops")
    if left < LITTLE:
        return Finding(NAME, "note", f"{left // MIB:,} MiB are left for {folder}: make room soon")
    return Finding(NAME, "ok", f"{left // MIB:,} MiB are left for {folder}")


def has_room(folder: Path) -> bool:
    """Whether the file system of the folder has more left than what PostgreSQL stops at."""
    return shutil.disk_usage(existing(folder)).free >= TOO_LITTLE


def existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    return next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())


def write(path: Path) -> None:
    """Writes the probe down to the disk, and removes it. Raises OSError."""
    try:
        with path.open("xb") as file:
            file.write(b"\0" * PROBE)
            file.flush()
            os.fsync(file.fileno())
    finally:
        with suppress(OSError):
            path.unlink()
