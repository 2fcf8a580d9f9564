"""Settings of the embedded PostgreSQL: what fits a machine, and what is written where nobody has chosen."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psycopg

from app.db import Embedded
from app.tuning import memory_here, settings_for, tune

GIB = 2**30


def test_settings_grow_with_the_memory_and_stay_within_bounds() -> None:
    small, large = settings_for(1 * GIB), settings_for(256 * GIB)
    assert (small["shared_buffers"], small["work_mem"], small["maintenance_work_mem"]) == ("128MB", "4MB", "64MB")
    assert (large["shared_buffers"], large["work_mem"], large["maintenance_work_mem"]) == ("1024MB", "16MB", "512MB")
    assert settings_for(8 * GIB)["effective_cache_size"] == "4096MB"


def test_what_nobody_chose_is_written_once_and_what_somebody_chose_stays(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from app.db import Embedded; Embedded(Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, timeout=120)
    embedded, wanted = Embedded(tmp_path), settings_for(memory_here())
    try:
        with psycopg.connect(embedded.url, autocommit=True) as connection:
            assert connection.execute("SHOW random_page_cost").fetchone() == ("1.1",)
            pages = connection.execute("SELECT pg_size_bytes(current_setting('shared_buffers'))").fetchone()
            assert pages == (int(wanted["shared_buffers"].removesuffix("MB")) * 2**20,), (
                "counts from the second start on"
            )
            connection.execute("ALTER SYSTEM SET work_mem = '7MB'")
            connection.execute("SELECT pg_reload_conf()")
        assert tune(embedded.url, wanted) == []
        with psycopg.connect(embedded.url) as connection:
            assert connection.execute("SHOW work_mem").fetchone() == ("7MB",)
    finally:
        embedded.stop()


def test_a_server_that_does_not_answer_keeps_nobody_from_starting() -> None:
    assert tune("postgresql://nobody@127.0.0.1:1/none", {"work_mem": "8MB"}) == []
