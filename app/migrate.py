"""Upgrades the schema of a database to this version of the code, or downgrades it."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

import migrations
from app.db import Database

LOCK = 0x5669_6769_65  # an advisory lock: one process migrates at a time


class NoSuchRevision(Exception):
    """This version knows no revision of that name."""


class NotBackwards(Exception):
    """The schema is past the revision that it should be brought to, and data could be lost on the way back."""


class SchemaIsNewer(Exception):
    """A newer Vigie wrote this database, and this version would harm it."""


def config(connection: Connection) -> Config:
    """Alembic's configuration, for a connection."""
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(migrations.__file__).parent))
    configuration.attributes["connection"] = connection
    return configuration


def migrate(db: Database, to: str = "head") -> None:
    """Upgrades to a revision. Of two processes that start together, one does it.

    Raises SchemaIsNewer, NoSuchRevision, and NotBackwards where the schema is past that revision.
    """
    revisions = known_revisions()
    if to != "head" and to not in revisions:
        raise NoSuchRevision(f"there is no revision {to!r}; there is: {', '.join(revisions)}, head")
    with db.engine.connect() as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        connection.commit()
        try:
            current = MigrationContext.configure(connection).get_current_revision()
            connection.commit()
            if current and current not in revisions:
                raise SchemaIsNewer(
                    f"the database has schema {current}, which this version does not know: install the newer Vigie "
                    "that wrote it, or restore the backup made before its update"
                )
            if current and to != "head" and revisions.index(to) < revisions.index(current):
                raise NotBackwards(
                    f"the database has schema {current}, which is past {to}, and Vigie does not take it back: restore "
                    "the backup made before the update, with the Vigie of that time"
                )
            command.upgrade(config(connection), to)
            connection.commit()
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
            connection.execute(text("RESET statement_timeout"))
            connection.commit()


def downgrade(db: Database, to: str) -> None:
    """Downgrades to a revision; `base` leaves an empty database."""
    with db.engine.connect() as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.commit()
        command.downgrade(config(connection), to)
        connection.commit()


def is_known(name: str) -> bool:
    """Whether this version has a revision of this name."""
    return name in known_revisions()


def known_revisions() -> list[str]:
    """The revisions that this version knows, oldest first."""
    return [script.revision for script in _scripts().walk_revisions()][::-1]


def newest() -> str:
    """The revision that this version brings a schema to."""
    return _scripts().get_current_head() or ""


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(Path(migrations.__file__).parent))


def revision(db: Database) -> str | None:
    """The revision of the schema, None where there is no schema yet."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
