"""`vigie import`: mentions, or answers to a survey, from a file."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import click

from app.actions.answering import import_answers
from app.actions.import_report import Report
from app.actions.importing import import_file
from app.cli.imports import list_imports, undo_import
from app.cli.names import brand_id_of, operator
from app.cli.options import example, workspace_option
from app.cli.reading import Failed
from app.cli.running import running
from app.pipeline.files.tables import FileOptions

LINES_SHOWN = 20
"""Refused lines that are printed: a file of another shape is refused on every line."""


@click.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--source", help="the name of the source that the mentions belong to; created if missing")
@click.option("--survey", metavar="BRAND", help="the file holds answers to a survey about the brand of this name")
@click.option("--dry-run", is_flag=True, help="say what the import would do, and store nothing")
@click.option("--timezone", default="UTC", show_default=True, help="the time zone of dates that carry none")
@click.option(
    "--map",
    "columns",
    multiple=True,
    metavar="COLUMN=FIELD",
    help="what to read a column as, - not to use it; the others are recognised; repeat the option for more",
)
@click.option("--sheet", default="", help="the sheet of a spreadsheet, by name or number; found if not given")
@click.option("--header-row", type=click.IntRange(1), help="the line with the titles of columns; found if not given")
@click.option("--undated", is_flag=True, help="store the mentions of a file in which no row has a date")
@click.option("--list", "as_list", is_flag=True, help="list the imports, the newest first")
@click.option("--undo", metavar="ID", help="undo an import: delete what it alone has brought")
@click.option("--yes", is_flag=True, help="undo without asking")
@click.option("--json", "as_json", is_flag=True, help="print the result as JSON")
@workspace_option
@example("vigie import avis.csv --source 'Avis 2025'\n  vigie import nps.xlsx --survey Acme --timezone Europe/Paris")
def import_command(
    file: Path | None,
    source: str | None,
    survey: str | None,
    dry_run: bool,
    timezone: str,
    columns: tuple[str, ...],
    sheet: str,
    header_row: int | None,
    undated: bool,
    as_list: bool,
    undo: str | None,
    yes: bool,
    as_json: bool,
    workspace: str,
) -> None:
    """Imports mentions or answers to a survey: CSV, JSON Lines, XLSX.

    Importing a file again changes nothing. An import can be undone.
    """
    if sum((file is not None, as_list, undo is not None)) != 1:
        raise click.UsageError("give a FILE, --list or --undo ID")
    if undo is not None:
        undo_import(undo, workspace, yes=yes, as_json=as_json)
    elif file is None:
        list_imports(workspace, as_json=as_json)
    elif (source is None) == (survey is None):
        raise click.UsageError("give either --source NAME or --survey BRAND")
    else:
        reading = FileOptions(columns_of(columns), zone_of(timezone), sheet, header_row or 0, undated)
        report = import_from(file, source, survey, workspace, reading, dry=dry_run)
        if as_json:
            click.echo(json.dumps(report.as_json(), ensure_ascii=False))
        else:
            print_report(report, mentions=survey is None)
        if report.refused and not report.kept_count:
            raise Failed("no line could be imported")


def import_from(
    file: Path, source: str | None, survey: str | None, workspace: str, reading: FileOptions, *, dry: bool
) -> Report:
    """Imports the file as mentions of the source, or as answers about the brand `survey`. Raises Failed."""
    with running() as services, file.open("rb") as stream, progress("reading") as tick:
        with services.db.reading() as session:
            viewer = operator(session, workspace)
            brand_id = brand_id_of(session, viewer, survey) if survey is not None else None
        name, now = source or "", datetime.now(UTC)
        if brand_id is not None:
            return import_answers(services, viewer, brand_id, file.name, stream, now, tick, reading=reading, dry=dry)
        return import_file(services, viewer, name, file.name, stream, now, tick, reading=reading, dry=dry)


def print_report(report: Report, *, mentions: bool) -> None:
    """Prints what came of the file, and on stderr why lines were refused. `mentions`: or answers to a survey."""
    click.echo(report.sentence(unmatched=mentions))
    if report.shape and report.shape.unused:
        click.echo(f"  columns not used: {', '.join(report.shape.unused)}", err=True)
    if report.has_no_date:
        click.echo("  no row has a date: to import it, add --undated or name the column by --map COLUMN=date", err=True)
    for line, reason in report.refused[:LINES_SHOWN]:
        click.echo(f"  line {line}: {reason}", err=True)


def columns_of(pairs: tuple[str, ...]) -> dict[str, str] | None:
    """{column: field} from what was typed as COLUMN=FIELD, None for nothing. Raises click.UsageError."""
    parts = [text.rpartition("=") for text in pairs]
    if any(not column or not field for column, _, field in parts):
        raise click.UsageError("--map takes COLUMN=FIELD, for instance --map 'Votre avis=text'")
    return {column: field for column, _, field in parts} or None


def zone_of(name: str) -> ZoneInfo:
    """Raises click.UsageError."""
    if name not in available_timezones():
        raise click.UsageError("--timezone takes an IANA name, such as Europe/Paris")
    return ZoneInfo(name)


@contextmanager
def progress(label: str) -> Iterator[Callable[[int], None]]:
    """Counts on stderr when that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _number: None
        return
    yield lambda number: click.echo(f"\r{label}: {number:,}", nl=False, err=True)
    click.echo(err=True)
