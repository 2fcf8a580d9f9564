"""`vigie worker`."""

from __future__ import annotations

import click

from app.cli.options import example
from app.cli.running import PATIENCE_OF_A_SERVER, running
from app.worker import run


@click.command()
@click.option("--end-with-parent", is_flag=True, hidden=True)
@example("VIGIE_DATABASE_URL=postgresql://vigie@db/vigie vigie worker")
def worker(end_with_parent: bool) -> None:
    """Collects, scores, watches and notifies. Run as many as you like."""
    with running(patience=PATIENCE_OF_A_SERVER) as services:
        run(services, end_with_parent=end_with_parent)
