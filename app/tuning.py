"""Settings of the embedded PostgreSQL that fit the machine: its own are those of a small shared one of long ago."""

from __future__ import annotations

import os
from collections.abc import Mapping

import psycopg
import structlog
from psycopg import sql

from ground import machine

log = structlog.get_logger(__name__)

MIB = 2**20


def settings_for(memory: int) -> dict[str, str]:
    """The settings for a machine or container with so many bytes of memory.

    Rules of thumb of PostgreSQL's manual («Resource Consumption», «Query Planning»), with an eighth of the memory in
    place of a quarter for its own pages, because workers and models live beside it. Pages are read from SSDs.
    """

    def share(of: int, least: int, most: int) -> str:
        return f"{min(max(memory // of // MIB, least), most)}MB"

    return {
        "shared_buffers": share(8, 128, 1024),  # counts from the next start on
        "effective_cache_size": share(2, 256, 65_536),
        "maintenance_work_mem": share(32, 64, 512),
        "work_mem": share(512, 4, 16),
        "random_page_cost": "1.1",
        "effective_io_concurrency": "200",
        "max_wal_size": "2GB",
        "wal_compression": "on",
    }


BY_INITDB = {"shared_buffers": "128MB", "max_wal_size": "1GB"}
"""What initdb writes into `postgresql.conf`, which nobody chose."""


def tune(url: str, wanted: Mapping[str, str]) -> list[str]:
    """Writes those settings that nobody has set, and has the server read them. Returns their names.

    What stands in `postgresql.conf`, or was set by `ALTER SYSTEM`, by us or by anybody, stays. A server that refuses,
    say for a full disk, goes on as it is.
    """
    try:
        return _tune(url, wanted)
    except psycopg.Error as error:
        log.warning("the embedded database keeps its settings", error=str(error)[:200])
        return []


def _tune(url: str, wanted: Mapping[str, str]) -> list[str]:
    with psycopg.connect(url, autocommit=True) as connection:
        rows = connection.execute("SELECT name, setting FROM pg_file_settings ORDER BY seqno").fetchall()
        stands: dict[str, str] = dict(rows)
        new = [name for name in wanted if stands.get(name) in (None, BY_INITDB.get(name))]
        for name in new:
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), wanted[name]))
        if new:
            connection.execute("SELECT pg_reload_conf()")
    return new


def memory_here() -> int:
    """Bytes of memory of this machine, or of the container where that allows less."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(physical, machine.memory() or physical)
