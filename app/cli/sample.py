"""`vigie sample load` and `vigie sample remove`."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from app.actions import sample as actions
from app.cli.names import operator
from app.cli.options import example, workspace_option
from app.cli.running import running


@click.group()
def sample() -> None:
    """Adds or removes a fictional brand and its competitor."""


@sample.command()
@workspace_option
@example("vigie sample load")
def load(workspace: str) -> None:
    """Adds the sample's brands and sources; a worker collects them."""
    with running() as services, services.db.writing() as session:
        actions.load(session, operator(session, workspace), services.jobs, datetime.now(UTC))
    click.echo("the sample is loaded")


@sample.command()
@workspace_option
@example("vigie sample remove")
def remove(workspace: str) -> None:
    """Removes everything the sample brought."""
    with running() as services, services.db.writing() as session:
        actions.remove(session, operator(session, workspace), services.jobs, datetime.now(UTC))
    click.echo("the sample is removed")
