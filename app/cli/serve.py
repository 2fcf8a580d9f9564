"""`vigie serve` and `vigie web`: the web app and the API, with or without a worker beside them."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import click
import uvicorn

from app.actions.sample import load
from app.auth.links import SETUP, new_link
from app.bootstrap import has_account, is_unused
from app.cli.names import operator
from app.cli.options import example
from app.cli.reading import Failed, read_settings
from app.cli.running import PATIENCE_OF_A_SERVER, running
from app.http.head import StrictProtocol
from app.http.listen import CannotListen, Sockets, handed_over, listen
from app.main import create_app
from app.pipeline.gather.follow import anything_to_follow
from app.scorer import model_files_of
from app.services import Services
from app.supervise import Child, Supervisor, end_with_parent_process, patient


@click.command()
@click.option("--sample", is_flag=True, help="fill an empty database with a fictional brand and its competitor")
@example("vigie serve --sample")
def serve(sample: bool) -> None:
    """Runs all of Vigie: the web app, the API and a worker.

    Starts a stream process once a source needs it, and each of them again when it dies.
    """
    with listening() as sockets, running(patience=PATIENCE_OF_A_SERVER) as services:
        model_files_of(
            services.settings
        )  # a wrong model is refused here, once, rather than by a worker that keeps dying
        if sample:
            load_sample_when_unused(services)
        stream = Child("stream", patient(lambda: anything_to_follow(services.db)))
        serve_beside(services, sockets, [Child("worker"), stream])


@click.command()
@click.option("--end-with-parent", is_flag=True, hidden=True)
@click.option("--socket", "numbers", type=int, multiple=True, hidden=True)
@example("VIGIE_DATABASE_URL=postgresql://vigie@db/vigie vigie web")
def web(end_with_parent: bool, numbers: tuple[int, ...]) -> None:
    """Serves the web app and the API, without a worker."""
    if end_with_parent:
        serve_with_parent(handed_over(numbers))
        return
    with listening() as sockets, running(patience=PATIENCE_OF_A_SERVER) as services:
        serve_beside(services, sockets, [])


def serve_with_parent(sockets: Sockets) -> None:
    """Serves from sockets of the process that started this one, as long as that lives."""
    threading.Thread(target=end_with_parent_process, daemon=True).start()
    with running(migrated=False, patience=PATIENCE_OF_A_SERVER) as services:
        serve_web(services, sockets)


def serve_beside(services: Services, sockets: Sockets, children: Sequence[Child]) -> None:
    """Serves beside these processes and, where the settings ask for several web processes, beside those."""
    more = [
        Child("web", sockets=[taken.fileno() for taken in sockets]) for _ in range(services.settings.web_processes - 1)
    ]
    supervisor = Supervisor(services.embedded, [*children, *more])
    print_address(services)
    supervisor.start()
    try:
        serve_web(services, sockets)
    finally:
        supervisor.stop()


def load_sample_when_unused(services: Services) -> None:
    """Loads the sample into a database that nobody has used yet."""
    with services.db.writing() as session:
        if is_unused(session):
            load(session, operator(session, "default"), services.jobs, datetime.now(UTC))


@contextmanager
def listening() -> Iterator[Sockets]:
    """The sockets of the port, taken before anything else is done: where a server runs already, nothing is touched.

    Raises Failed.
    """
    settings = read_settings()
    try:
        sockets = listen(settings.host, settings.port)
    except CannotListen as error:
        raise Failed(str(error)) from error
    try:
        yield sockets
    finally:
        for taken in sockets:
            taken.close()


class Server(uvicorn.Server):
    """Ends what it tells browsers as it happens, which would else hold up its own end."""

    def __init__(self, config: uvicorn.Config, services: Services) -> None:
        super().__init__(config)
        self._services = services

    async def shutdown(self, sockets: Sockets | None = None) -> None:
        if self._services.live is not None:
            self._services.live.end()
        await super().shutdown(sockets)


def serve_web(services: Services, sockets: Sockets) -> None:
    """Serves until SIGTERM or SIGINT. Raises Failed."""
    config = uvicorn.Config(
        create_app(services),
        http=StrictProtocol,
        forwarded_allow_ips=services.settings.trusted_proxies,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=10,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)  # uvicorn takes them over while it serves, and raises them again at its end
    server = Server(config, services)
    server.run(sockets)
    if not server.started:
        raise Failed("the web server did not start: the lines above say why")


def leave(_number: int, _frame: object) -> None:
    """Unwinds the stack, so that the worker, the connections and the embedded database end in order."""
    raise SystemExit(0)


def print_address(services: Services) -> None:
    """Prints the address, and a new one-time link to the first account while there is none."""
    address = services.settings.address
    with services.db.writing() as session:
        link = None if has_account(session) else new_link(session, SETUP, datetime.now(UTC))
    click.echo(f"\n  Vigie is at {address}")
    if link:
        click.echo(
            f"  Create the first account here; the link works once, within a day:\n\n    {address}/setup?token={link}\n"
        )
