"""`vigie health`."""

from __future__ import annotations

import click

from app.cli.options import example
from app.cli.reading import Failed, read_settings
from app.heartbeat import SILENT, Loop, NoAnswer, age


@click.command()
@click.option(
    "--role", type=click.Choice(["worker", "stream"]), default="worker", show_default=True, help="which of them"
)
@example("vigie health --role worker")
def health(role: Loop) -> None:
    """Says whether the worker or the stream of this machine lives.

    Exit code 1 when it does not. For the health check of a container, or a supervisor.
    """
    try:
        seconds = age(read_settings(), role)
    except NoAnswer as error:
        raise Failed(str(error)) from error
    if seconds is None:
        raise Failed(f"no {role} has run on this machine: start one with `vigie {role}`")
    if seconds > SILENT:
        raise Failed(f"the {role} of this machine last gave a sign of life {seconds:,.0f} s ago: look at its log")
    click.echo(f"the {role} of this machine lives: its last sign is {seconds:.0f} s old")
