"""`vigie admin`: creates an account from the terminal, and helps somebody who cannot log in."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from urllib.parse import urlencode

import click
from pydantic import ValidationError

from app.actions.accounts import NewAccount
from app.actions.accounts import create as create_account
from app.actions.audit import record
from app.auth import resets, second_factor
from app.bootstrap import operator_of
from app.cli.names import operator
from app.cli.options import example, workspace_option
from app.cli.reading import Failed
from app.cli.running import running
from app.settings import without_kind


@click.group()
def admin() -> None:
    """Manages accounts."""


@admin.command()
@click.option("--email", required=True, help="the address to log in with")
@click.option("--name", default="", help="the name that others see")
@click.option("--password-stdin", is_flag=True, help="read the password from standard input, not from a prompt")
@workspace_option
@example("echo 'a long pass phrase' | vigie admin create --email ana@example.org --password-stdin")
def create(email: str, name: str, password_stdin: bool, workspace: str) -> None:
    """Creates an account that may do everything in a workspace."""
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    with running() as services, services.db.writing() as session:
        viewer = operator(session, workspace)
        user = create_account(session, viewer, new_account(email, name, password))
        click.echo(f"{user.email} may now log in at {services.settings.address}/login")


@admin.command("reset-link")
@click.option("--email", required=True, help="the address of the account")
@example("vigie admin reset-link --email ana@example.org")
def reset_link(email: str) -> None:
    """Prints a link with which somebody chooses a new password: it works once, within an hour."""
    with running() as services, services.db.writing() as session:
        user = resets.account_of(session, email)
        if user is None:
            raise Failed(f"no account has the address {email.strip()!r}")
        token = resets.new_link(session, user.email, datetime.now(UTC))
        for workspace_id in resets.workspaces_of(session, user):
            record(session, operator_of(workspace_id), "account.reset-link", user.email)
        click.echo(f"{services.settings.address}/reset?{urlencode({'token': token})}")


@admin.command("drop-second-factor")
@click.option("--email", required=True, help="the address of the account")
@example("vigie admin drop-second-factor --email ana@example.org")
def drop_second_factor(email: str) -> None:
    """Lets somebody who lost phone and recovery codes log in with their password alone."""
    with running() as services, services.db.writing() as session:
        user = resets.account_of(session, email)
        if user is None:
            raise Failed(f"no account has the address {email.strip()!r}")
        second_factor.switch_off(session, user.id)
        for workspace_id in resets.workspaces_of(session, user):
            record(session, operator_of(workspace_id), "account.second-factor-off", user.email)
        click.echo(f"{user.email} now logs in with the password alone")


def new_account(email: str, name: str, password: str) -> NewAccount:
    """Raises Failed when a field is not valid."""
    try:
        return NewAccount(email=email, name=name, password=password)
    except ValidationError as error:
        raise Failed("; ".join(f"{e['loc'][0]}: {without_kind(e['msg'])}" for e in error.errors())) from error
