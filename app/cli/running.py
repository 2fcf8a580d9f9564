"""Opens the services that a verb needs, and turns each expected failure into one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from app import log as logs
from app.actions.sealing import seal_addresses
from app.bootstrap import ensure_default_workspace, operator_of, workspaces
from app.cli.reading import Failed, read_settings
from app.db import DatabaseNotStarted, wait_until_ready
from app.migrate import SchemaIsNewer, migrate
from app.problems import Problem
from app.services import Misconfigured, Services, build

PATIENCE = 10.0
PATIENCE_OF_A_SERVER = 60.0
"""Seconds a database may take to start: whoever typed a command watches, whoever starts a server does not."""


@contextmanager
def running(*, migrated: bool = True, patience: float = PATIENCE) -> Iterator[Services]:
    """The services that the settings name, once the database answers within `patience` seconds.

    `migrated`: the schema is brought up to this version first, the workspace `default` is made, and what an
    earlier version kept in clear is sealed. Raises Failed, also
    for every expected failure of the block.
    """
    services = open_services()
    try:
        wait_until_ready(services.db, patience)
        if migrated:
            migrate(services.db)
            with services.db.writing() as session:
                ensure_default_workspace(session)
                for workspace_id in workspaces(session).values():
                    seal_addresses(session, operator_of(workspace_id), services.seal)
        yield services
    except (Misconfigured, SchemaIsNewer, TimeoutError) as error:
        raise Failed(str(error)) from error
    except Problem as problem:
        raise Failed(" ".join([problem.detail, *(f"{e.field}: {e.message}" for e in problem.errors)])) from problem
    except DBAPIError as error:
        raise Failed(f"the database failed: {str(error.orig).splitlines()[0]}") from error
    finally:
        services.close()


def open_services() -> Services:
    """The services that the settings name, whether or not the database answers. Raises Failed."""
    settings = read_settings()
    logs.set_up(settings.log_level)
    try:
        return build(settings)
    except (Misconfigured, DatabaseNotStarted) as error:
        raise Failed(str(error)) from error
    except OSError as error:
        raise Failed(f"a file or folder that a setting names cannot be used: {error}") from error
