"""`vigie export`: mentions to a file."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path

import click

from app.cli.names import brand_id_of, operator
from app.cli.options import example, workspace_option
from app.cli.reading import Failed
from app.cli.running import running
from app.pipeline.files.exporting import FORMATS
from app.queries.export import COLUMNS, batches
from app.queries.feed import FeedFilter


@click.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "jsonl", "xlsx"]),
    default="csv",
    show_default=True,
    help="the format of the file",
)
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="the file to write; standard output if not given"
)
@click.option("--brand", help="only the mentions of the brand of this name")
@workspace_option
@example("vigie export --format jsonl --output mentions.jsonl")
def export(form: str, output: Path | None, brand: str | None, workspace: str) -> None:
    """Exports mentions with their stances."""
    _, write = FORMATS[form]
    with running() as services:
        with services.db.reading() as session:
            viewer = operator(session, workspace)
            filters = FeedFilter(brands=(brand_id_of(session, viewer, brand),) if brand else ())
        rows = (row for page in batches(services.db, viewer, filters) for row in page)
        try:
            with output.open("wb") if output else nullcontext(sys.stdout.buffer) as stream:
                stream.writelines(write(rows, COLUMNS))
        except OSError as error:
            if output is None:
                raise
            raise Failed(f"{output} cannot be written: {error.strerror}") from error
