"""`vigie migrate`."""

from __future__ import annotations

import click

from app.bootstrap import ensure_default_workspace
from app.cli.options import example
from app.cli.reading import Failed
from app.cli.running import PATIENCE_OF_A_SERVER, running
from app.migrate import NoSuchRevision, NotBackwards, newest, revision
from app.migrate import migrate as upgrade


@click.command()
@click.option("--to", default="head", show_default=True, help="the revision to upgrade to")
@example("vigie migrate")
def migrate(to: str) -> None:
    """Brings the database's schema up to this version."""
    with running(migrated=False, patience=PATIENCE_OF_A_SERVER) as services:
        before = revision(services.db)
        try:
            upgrade(services.db, to)
        except NoSuchRevision as error:
            raise click.UsageError(f"--to: {error}") from error
        except NotBackwards as error:
            raise Failed(str(error)) from error
        if revision(services.db) == newest():
            with services.db.writing() as session:
                ensure_default_workspace(session)
        click.echo(f"schema {before or 'none'} → {revision(services.db)}")
