"""`vigie stream`."""

from __future__ import annotations

import click

from app.cli.options import example
from app.cli.running import PATIENCE_OF_A_SERVER, running
from app.stream import run


@click.command()
@click.option("--end-with-parent", is_flag=True, hidden=True)
@example("VIGIE_DATABASE_URL=postgresql://vigie@db/vigie vigie stream")
def stream(end_with_parent: bool) -> None:
    """Follows sources that never end: Bluesky and Mastodon, live. Run one, or several that share the sources."""
    with running(patience=PATIENCE_OF_A_SERVER) as services:
        run(services, end_with_parent=end_with_parent)
