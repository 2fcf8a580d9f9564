"""`vigie key create`: creates an API key from the terminal."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from pydantic import ValidationError

from app.actions.keys import NewKey
from app.actions.keys import create as create_key
from app.cli.names import operator
from app.cli.options import example, workspace_option
from app.cli.running import running


@click.group()
def key() -> None:
    """Manages API keys."""


@key.command()
@click.option("--name", default="terminal", show_default=True, help="what the key is for, shown in Settings")
@click.option("--scopes", default="read", show_default=True, help="read, write and admin, separated by commas")
@workspace_option
@example("vigie key create --workspace default --scopes read,write")
def create(name: str, scopes: str, workspace: str) -> None:
    """Creates an API key and prints it: it is never shown again."""
    try:
        new = NewKey(name=name, scopes=[scope.strip() for scope in scopes.split(",") if scope.strip()])
    except ValidationError as error:
        raise click.UsageError("--scopes takes read, write and admin, separated by commas") from error
    with running() as services, services.db.writing() as session:
        key = create_key(session, operator(session, workspace), new, datetime.now(UTC))
    click.echo(key.secret)
