"""The command line: serve, web, worker, stream, migrate, admin, key, import, export, doctor, sample."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

import click
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app import log as logs
from app.db import wait_until_ready
from app.migrate import SchemaIsNewer, migrate, revision
from app.models import Brand, Source, User, Workspace, uuid7
from app.problems import Problem
from app.services import Misconfigured, Services, build
from app.settings import Settings, without_kind
from app.viewer import ROLE_SCOPES, Viewer

P = ParamSpec("P")
T = TypeVar("T")


class Failed(click.ClickException):
    """One sentence on stderr, exit code 1."""

    exit_code = 1


@contextmanager
def running(*, migrated: bool = True, patience: float = 10) -> Iterator[Services]:
    """The services of the settings; every expected failure becomes one sentence.

    `patience`: seconds a database may take to start; what serves waits longer than a command that a person watches.
    """
    services = opened()
    try:
        wait_until_ready(services.db, patience)
        if migrated:
            migrate(services.db)
            with services.db.writing() as session:
                ensure_default(session)
        yield services
    except (Misconfigured, SchemaIsNewer, TimeoutError) as error:
        raise Failed(str(error)) from error
    except Problem as problem:
        raise Failed(" ".join([problem.detail, *(f"{e.field}: {e.message}" for e in problem.errors)])) from problem
    except DBAPIError as error:
        raise Failed(f"the database did not do it: {str(error.orig).splitlines()[0]}") from error
    finally:
        services.close()


def opened() -> Services:
    """The services of the settings, whether or not the database answers. Raises Failed."""
    try:
        settings = Settings()
        logs.set_up(settings.log_level)
        return build(settings)
    except ValidationError as error:
        wrong = "; ".join(f"VIGIE_{str(e['loc'][0]).upper()}: {without_kind(e['msg'])}" for e in error.errors())
        raise Failed(f"a setting is not valid: {wrong}") from error
    except Misconfigured as error:
        raise Failed(str(error)) from error
    except OSError as error:
        raise Failed(f"a file or folder that a setting names cannot be used: {error}") from error


def ensure_default(session: Session) -> None:
    """The workspace `default` exists from the first start, so that a key can be made before any account."""
    made = upsert(Workspace).values(id=uuid7(), slug="default", name="Default")
    session.execute(made.on_conflict_do_nothing(index_elements=["slug"]))


def operator(session: Session, workspace: str) -> Viewer:
    """The person at the terminal, who may do anything in the workspace named. Raises Failed."""
    found: UUID | None = session.scalar(select(Workspace.id).where(Workspace.slug == workspace))
    if found is None:
        known = ", ".join(session.scalars(select(Workspace.slug).order_by(Workspace.slug)))
        raise Failed(f"there is no workspace {workspace!r}; there is: {known}")
    return Viewer(found, "cli", ROLE_SCOPES["admin"])


def workspace_option(command: Callable[P, T]) -> Callable[P, T]:
    return click.option("--workspace", default="default", show_default=True, help="the workspace, by its short name")(
        command
    )


def example(text: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Puts an example under a command's help."""

    def wrap(command: Callable[P, T]) -> Callable[P, T]:
        @wraps(command)
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            return command(*args, **kwargs)

        call.__doc__ = f"{command.__doc__}\n\n\b\nExample:\n  {text}"
        return call

    return wrap


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="vigie")
def main() -> None:
    """Vigie watches what the web says about your brands. Settings are environment variables: see docs/operating.md."""


@main.command()
@click.option("--sample", is_flag=True, help="fill an empty database with a fictional brand and its competitor")
@example("vigie serve --sample")
def serve(sample: bool) -> None:
    """Serves the web app and the API, with one worker beside them, and what follows streams once there are some."""
    from app.pipeline.gather.follow import anything_to_follow
    from app.scorer import place_of
    from app.supervise import Supervisor

    with running(patience=60) as services:
        place_of(services.settings)  # said here once, rather than by a worker that never comes up
        if sample:
            load_sample_when_empty(services)
        supervisor = Supervisor(services.embedded, lambda: anything_to_follow(services.db))
        supervisor.start()
        try:
            serve_web(services)
        finally:
            supervisor.stop()


@main.command()
@example("VIGIE_DATABASE_URL=postgresql://vigie@db/vigie vigie web")
def web() -> None:
    """Serves the web app and the API, without a worker."""
    with running(patience=60) as services:
        serve_web(services)


@main.command()
@click.option("--end-with-parent", is_flag=True, hidden=True)
@example("VIGIE_DATABASE_URL=postgresql://vigie@db/vigie vigie worker")
def worker(end_with_parent: bool) -> None:
    """Collects, scores, watches and notifies. Run as many as you like."""
    from app.worker import run

    with running(patience=60) as services:
        run(services, end_with_parent=end_with_parent)


@main.command()
@click.option("--end-with-parent", is_flag=True, hidden=True)
@example("VIGIE_DATABASE_URL=postgresql://vigie@db/vigie vigie stream")
def stream(end_with_parent: bool) -> None:
    """Follows the sources that never end (Bluesky and Mastodon, live). Run one, or several to share them out."""
    from app.stream import run

    with running(patience=60) as services:
        run(services, end_with_parent=end_with_parent)


@main.command(name="migrate")
@click.option("--to", default="head", show_default=True, help="the revision to upgrade to")
@example("vigie migrate")
def migrate_command(to: str) -> None:
    """Brings the database's schema up to this version."""
    with running(migrated=False, patience=60) as services:
        before = revision(services.db)
        try:
            migrate(services.db, to)
        except SchemaIsNewer as error:
            raise Failed(str(error)) from error
        with services.db.writing() as session:
            ensure_default(session)
        click.echo(f"schema {before or 'none'} → {revision(services.db)}")


@main.group()
def admin() -> None:
    """Accounts, from the terminal."""


@admin.command(name="create")
@click.option("--email", required=True)
@click.option("--name", default="")
@click.option("--password-stdin", is_flag=True, help="read the password from standard input, not from a prompt")
@workspace_option
@example("echo 'a long pass phrase' | vigie admin create --email ana@example.org --password-stdin")
def admin_create(email: str, name: str, password_stdin: bool, workspace: str) -> None:
    """Creates an account that may do everything in a workspace."""
    from app.actions.accounts import NewAccount
    from app.actions.accounts import create as create_account

    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    with running() as services, services.db.writing() as session:
        viewer = operator(session, workspace)
        try:
            new = NewAccount(email=email, name=name, password=password)
        except ValidationError as error:
            raise Failed("; ".join(f"{e['loc'][0]}: {without_kind(e['msg'])}" for e in error.errors())) from error
        user = create_account(session, viewer, new)
        click.echo(f"{user.email} may now log in at {services.settings.address}/login")


@main.group()
def key() -> None:
    """API keys, from the terminal."""


@key.command(name="create")
@click.option("--name", default="terminal", show_default=True)
@click.option("--scopes", default="read", show_default=True, help="read, write and admin, separated by commas")
@workspace_option
@example("vigie key create --workspace default --scopes read,write")
def key_create(name: str, scopes: str, workspace: str) -> None:
    """Makes an API key and prints it: it is never shown again."""
    from app.actions.keys import NewKey, create

    wanted = [scope.strip() for scope in scopes.split(",") if scope.strip()]
    try:
        new = NewKey(name=name, scopes=wanted)
    except ValidationError as error:
        raise click.UsageError("--scopes takes read, write and admin, separated by commas") from error
    with running() as services, services.db.writing() as session:
        made = create(session, operator(session, workspace), new, datetime.now(UTC))
    click.echo(made.secret)


@main.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", help="the source that the mentions belong to, by name; made when missing")
@click.option("--survey", metavar="BRAND", help="the file holds answers to a survey about this brand, by name")
@click.option("--dry-run", is_flag=True, help="tell what would come of it, and store nothing")
@click.option("--timezone", default="UTC", show_default=True, help="the zone of dates that carry none")
@click.option("--map", "columns", multiple=True, metavar="COLUMN=FIELD", help="what a column is; repeat it for others")
@click.option("--json", "as_json", is_flag=True, help="print the result as JSON")
@workspace_option
@example("vigie import avis.csv --source 'Avis 2025'\n  vigie import nps.xlsx --survey Acme --timezone Europe/Paris")
def import_command(
    file: Path,
    source: str | None,
    survey: str | None,
    dry_run: bool,
    timezone: str,
    columns: tuple[str, ...],
    as_json: bool,
    workspace: str,
) -> None:
    """Imports mentions, or answers to a survey, from CSV, JSON Lines or XLSX.

    Importing a file again changes nothing.
    """
    from app.actions.answering import import_answers
    from app.actions.importing import Reading, import_file

    if (source is None) == (survey is None):
        raise click.UsageError("give either --source NAME or --survey BRAND")
    reading = Reading(mapped(columns), zone_named(timezone))
    with running() as services:
        with services.db.reading() as session:
            viewer = operator(session, workspace)
            brand_id = brand_named(session, viewer, survey) if survey is not None else None
        with file.open("rb") as stream, progress("reading") as tick:
            if brand_id is not None:
                report = import_answers(
                    services, viewer, brand_id, file.name, stream, tick, reading=reading, dry=dry_run
                )
            else:
                now = datetime.now(UTC)
                report = import_file(
                    services, viewer, source or "", file.name, stream, now, tick, reading=reading, dry=dry_run
                )
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        click.echo(report.sentence(unmatched=survey is None))
        for line, told in report.refused[:20]:
            click.echo(f"  line {line}: {told}", err=True)
    if report.refused and not report.kept:
        raise Failed("no line could be imported")


def mapped(columns: tuple[str, ...]) -> dict[str, str] | None:
    """{column: field} of what was typed as COLUMN=FIELD. Raises click.UsageError."""
    pairs = [text.rpartition("=") for text in columns]
    if any(not column or not field for column, _, field in pairs):
        raise click.UsageError("--map takes COLUMN=FIELD, for instance --map 'Votre avis=text'")
    return {column: field for column, _, field in pairs} or None


def zone_named(name: str) -> ZoneInfo:
    """Raises click.UsageError."""
    if name not in available_timezones():
        raise click.UsageError("--timezone takes an IANA name, such as Europe/Paris")
    return ZoneInfo(name)


@contextmanager
def progress(label: str) -> Iterator[Callable[[int], None]]:
    """Counts on stderr when it is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    yield lambda done: click.echo(f"\r{label}: {done:,}", nl=False, err=True)
    click.echo(err=True)


@main.command()
@click.option("--format", "form", type=click.Choice(["csv", "jsonl", "xlsx"]), default="csv", show_default=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="a file; standard output otherwise")
@click.option("--brand", help="only the mentions of this brand, by name")
@workspace_option
@example("vigie export --format jsonl --output mentions.jsonl")
def export(form: str, output: Path | None, brand: str | None, workspace: str) -> None:
    """Exports mentions with their stances."""
    from app.pipeline.files.exporting import FORMATS
    from app.queries.export import COLUMNS, batches
    from app.queries.feed import Wanted

    _, write = FORMATS[form]
    with running() as services:
        with services.db.reading() as session:
            viewer = operator(session, workspace)
            wanted = Wanted(brands=(brand_named(session, viewer, brand),) if brand else ())
        rows = (row for page in batches(services.db, viewer, wanted) for row in page)
        try:
            with output.open("wb") if output else nullcontext(sys.stdout.buffer) as stream:
                stream.writelines(write(rows, COLUMNS))
        except OSError as error:
            if output is None:
                raise
            raise Failed(f"{output} cannot be written: {error.strerror}") from error


def brand_named(session: Session, viewer: Viewer, name: str) -> UUID:
    """Raises Failed."""
    found = {
        row.name: row.id for row in session.scalars(select(Brand).where(Brand.workspace_id == viewer.workspace_id))
    }
    if name not in found:
        raise Failed(f"there is no brand {name!r}; there is: {', '.join(sorted(found)) or 'none yet'}")
    return found[name]


@main.command()
@click.option("--json", "as_json", is_flag=True, help="print the result as JSON")
@example("vigie doctor")
def doctor(as_json: bool) -> None:
    """Says what is set, from where, masked; and what can be reached."""
    from app.doctor import examine

    findings = examine()
    if as_json:
        click.echo(json.dumps([finding.as_json() for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            mark = {"ok": "✓", "note": "·", "bad": "✗"}[finding.state]
            click.echo(f"{mark} {finding.name:<32} {finding.text}")
    if any(finding.state == "bad" for finding in findings):
        sys.exit(1)


@main.group()
def sample() -> None:
    """The sample: a fictional brand and its competitor."""


@sample.command(name="load")
@workspace_option
@example("vigie sample load")
def sample_load(workspace: str) -> None:
    """Adds the sample's brands and sources; a worker collects them."""
    from app.actions.sample import load

    with running() as services, services.db.writing() as session:
        load(session, operator(session, workspace), services.jobs, datetime.now(UTC))
    click.echo("the sample is loaded")


@sample.command(name="remove")
@workspace_option
@example("vigie sample remove")
def sample_remove(workspace: str) -> None:
    """Removes everything the sample brought."""
    from app.actions.sample import remove

    with running() as services, services.db.writing() as session:
        remove(session, operator(session, workspace))
    click.echo("the sample is removed")


def load_sample_when_empty(services: Services) -> None:
    """The sample, on a database that nobody has used."""
    from app.actions.sample import load

    with services.db.writing() as session:
        used = session.scalar(select(User.id).limit(1)) or session.scalar(select(Brand.id).limit(1))
        if used or session.scalar(select(Source.id).limit(1)):
            return
        load(session, operator(session, "default"), services.jobs, datetime.now(UTC))


def serve_web(services: Services) -> None:
    """Serves until SIGTERM or SIGINT. Prints the address, and the one-time link while there is no account."""
    import uvicorn

    from app.main import create_app

    settings = services.settings
    config = uvicorn.Config(
        create_app(services),
        host=settings.host,
        port=settings.port,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=10,
    )
    announce(services)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)  # uvicorn takes them over while it serves, and raises them again at its end
    uvicorn.Server(config).run()


def leave(_number: int, _frame: object) -> None:
    """Ends in order: the worker, the connections, the embedded database."""
    raise SystemExit(0)


def announce(services: Services) -> None:
    from app.auth.links import new_link

    address = services.settings.address
    with services.db.writing() as session:
        alone = session.scalar(select(User.id).limit(1)) is None
        link = new_link(session, "setup", datetime.now(UTC)) if alone else None
    click.echo(f"\n  Vigie is at {address}")
    if link:
        click.echo(f"  Create the first account here, once, within a day:\n\n    {address}/setup?token={link}\n")


def called() -> Any:
    """The entry point of `python -m app`."""
    return main(prog_name="vigie")


if __name__ == "__main__":
    called()
