"""Writes and loads the dumps of tests/dumps: our tables, with some rows, as each version of the schema left them.

A new migration gets its dump with `python -m tests.stored_dumps 0009`, and from then on neither changes.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
from psycopg import sql

from app.db import Database, Embedded
from app.migrate import migrate

FOLDER = Path(__file__).parent / "dumps"
ROWS = """
    INSERT INTO workspace (id, slug, name) VALUES ('00000000-0000-7000-8000-000000000001', 'kept', 'Zéphyrine & Cie');
    INSERT INTO brand (workspace_id, id, name, kind, query, colour)
    SELECT id, '00000000-0000-7000-8000-000000000002', 'Zéphyrine', 'own', 'zephyrine', '#336699' FROM workspace;
    INSERT INTO source (workspace_id, id, collector, name, interval_seconds, params)
    SELECT id, '00000000-0000-7000-8000-000000000003', 'rss', 'Le fil', 900,
        '{"url": "https://example.org/f"}' FROM workspace;
    INSERT INTO channel (workspace_id, id, kind, name, params)
    SELECT id, '00000000-0000-7000-8000-000000000004', 'slack', 'Le bureau', '{}' FROM workspace;
    INSERT INTO bucket (workspace_id, brand_id, weight, hour, source_id, language, number, promoters, passives,
        detractors, fixed_promoters, fixed_passives, fixed_detractors, model_number, negative, neutral, positive,
        squares)
    SELECT workspace_id, id, 'mentions', '2026-11-20 10:00+00', '00000000-0000-7000-8000-000000000003', 'fr',
        3, 1, 1, 1, 0, 0, 0, 3, 1, 1, 1, 3 FROM brand;
"""


def dump_of(version: str) -> str:
    """The dump of a database that was made at 0002, with rows, and brought to this version."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        embedded = Embedded(folder)
        db = Database(embedded.url)
        migrate(db, "0002")
        with psycopg.connect(embedded.url) as connection:
            connection.execute(ROWS)
        migrate(db, version)
        db.close()
        server = embedded._server
        command = [server.bin_path / "pg_dump", "--inserts", "--no-owner", "--no-privileges", "--schema=public"]
        left_out = ["--exclude-table=procrastinate_*", "--exclude-table=alembic_version"]
        wanted = [f"--table={table}" for table in tables(embedded.url)]
        done = subprocess.run([*command, *left_out, *wanted, embedded.url], capture_output=True, check=True)
        embedded.stop()
    lines = done.stdout.decode().splitlines()
    kept = [line for line in lines if line and not line.startswith(("--", "\\", "SET "))]
    return "\n".join(kept) + "\n"


def tables(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        asked = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'procrastinate_%'"
        return [str(name) for (name,) in connection.execute(asked)]


def load(db: Database, path: Path) -> None:
    """Brings an empty database to what the dump holds."""
    migrate(db, "0001")
    with psycopg.connect(db.url) as connection:
        connection.execute(path.read_bytes())
    with psycopg.connect(db.url) as connection:
        connection.execute(sql.SQL("UPDATE alembic_version SET version_num = {}").format(path.stem[:4]))


if __name__ == "__main__":
    (FOLDER / f"{sys.argv[1]}.sql").write_text(dump_of(sys.argv[1]), encoding="utf-8")
