"""`python -m collectors KIND --param value …`: prints the mentions of a source as JSON lines, without any database."""

from __future__ import annotations

import imaplib
import json
import ssl
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, get_origin

import click
import httpx2
from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.sync.client import ClientConnection, connect

from . import all_collectors
from ._kit.reference import reference, renew
from .base import AnyCollector, Page, RawMention, SourceError

SECONDS = 30.0


class Client(httpx2.Client):
    """The client that collectors get here, with WebSockets (see `_kit/live`) and mailboxes (see `email/mailbox`).

    It refuses no address, since the person who types the command has chosen it.
    """

    def listen(self, url: str, headers: Mapping[str, str] | None = None, seconds: float | None = None) -> Socket:
        """Raises httpx2.RequestError, httpx2.HTTPStatusError."""
        request = httpx2.Request("GET", url.replace("ws", "http", 1))
        try:
            return Socket(
                connect(url, additional_headers=dict(headers or {}), open_timeout=seconds, close_timeout=1, legacy=True)
            )
        except InvalidStatus as error:
            refusal = error.response
            answer = httpx2.Response(refusal.status_code, content=bytes(refusal.body or b""), request=request)
            raise httpx2.HTTPStatusError(str(error), request=request, response=answer) from error
        except (OSError, WebSocketException) as error:
            raise httpx2.ConnectError(str(error), request=request) from error

    def mailbox(self, host: str, port: int, tls: str, seconds: float) -> imaplib.IMAP4:
        """A connection to an IMAP server; `tls` is tls, starttls or none."""
        context, seconds = ssl.create_default_context(), min(seconds, SECONDS)
        if tls == "tls":
            return imaplib.IMAP4_SSL(host, port, ssl_context=context, timeout=seconds)
        box = imaplib.IMAP4(host, port, timeout=seconds)
        if tls == "starttls":
            box.starttls(context)
        return box


class Socket:
    """An open WebSocket (see `_kit/live.Line`)."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    def receive(self, seconds: float) -> bytes | None:
        """The next message; None when none came in time. Raises httpx2.RemoteProtocolError once it has ended."""
        try:
            return bytes(self._connection.recv(seconds, decode=False))
        except TimeoutError:
            return None
        except ConnectionClosed as error:
            raise httpx2.RemoteProtocolError(str(error)) from error

    def close(self) -> None:
        self._connection.close()


class Kinds(click.Group):
    """The commands: one for each kind, with an option for each of its parameters."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(all_collectors())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        kind = all_collectors().get(cmd_name)
        return command_of(kind) if kind else None


def command_of(kind: AnyCollector) -> click.Command:
    """The command `KIND --param value …`. Secrets may come from the environment, where other users do not see them."""
    fields = kind.params.model_fields.items()
    options: list[click.Parameter] = [_option(kind.kind, name, field) for name, field in fields]
    options.append(click.Option(["--cursor"], default="{}", help="Go on from this cursor, as printed by the last run."))
    if kind.stream:
        options.append(click.Option(["--seconds"], type=float, help="Follow for so long; until Ctrl-C when left out."))
    return click.Command(
        kind.kind,
        params=options,
        callback=lambda **values: _run(kind, values),
        help=f"{kind.help.get('en', '')}\n\n\b\nExample:\n  python -m collectors {_example(kind)}",
        short_help=kind.title["en"],
    )


def line(mention: RawMention) -> str:
    """The mention as one line of JSON, without empty fields."""
    fields = {name: value for name, value in asdict(mention).items() if value not in (None, "", {}, False)}
    return json.dumps(fields, ensure_ascii=False, default=_as_json)


def _run(kind: AnyCollector, values: dict[str, Any]) -> None:
    try:
        cursor, seconds = json.loads(values.pop("cursor")), values.pop("seconds", None)
        params = kind.params.model_validate({name: value for name, value in values.items() if value not in (None, ())})
        with Client(follow_redirects=True, timeout=SECONDS, headers={"User-Agent": "Vigie"}) as http:
            read = kind.stream or kind.pages
            _print(_for(seconds, read(params, cursor if isinstance(cursor, dict) else {}, http)))
    except KeyboardInterrupt:
        return
    except json.JSONDecodeError:
        _fail("--cursor: this is not JSON")
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = "-".join(str(part) for part in first["loc"]).replace("_", "-")
        reason = first["msg"].removeprefix("Value error, ")
        _fail(f"--{where}: {reason}" if where else reason)
    except SourceError as error:
        _fail(str(error))


def _for(seconds: float | None, pages: Iterable[Page]) -> Iterator[Page]:
    """The pages of the first `seconds`, without those that hold nothing new."""
    ends, cursor = time.monotonic() + (seconds or float("inf")), None
    for page in pages:
        if page.mentions or page.broken or page.warning or page.cursor != cursor:
            yield page
        cursor = page.cursor
        if time.monotonic() >= ends:
            return


def _print(pages: Iterable[Page]) -> None:
    """Prints mentions to standard output; the cursor, warnings and broken items to standard error."""
    for page in pages:
        for mention in page.mentions:
            click.echo(line(mention))
        for item in page.broken:
            click.echo(f"broken: {item.id or 'no id'}: {item.reason}", err=True)
        for note in filter(None, (page.warning, page.moved_to and f"moved to {page.moved_to}")):
            click.echo(str(note), err=True)
        click.echo(f"cursor: {json.dumps(dict(page.cursor), ensure_ascii=False)}", err=True)


def _fail(sentence: str) -> None:
    click.echo(sentence, err=True)
    sys.exit(1)


def _option(kind: str, name: str, field: FieldInfo) -> click.Option:
    secret = field.annotation is SecretStr
    return click.Option(
        [f"--{name.replace('_', '-')}", name],
        required=field.is_required() and not secret,
        multiple=get_origin(field.annotation) in (list, tuple),
        envvar=f"VIGIE_{kind}_{name}".upper() if secret else None,
        show_envvar=secret,
        help=". ".join(filter(None, (field.title, field.description))) or None,
    )


def _example(kind: AnyCollector) -> str:
    fields = kind.params.model_fields.items()
    options = [f"--{name.replace('_', '-')} {_example_of(field)}" for name, field in fields if field.is_required()]
    return " ".join([kind.kind, *options])


def _example_of(field: FieldInfo) -> str:
    return str(field.examples[0]) if field.examples else "…"


def _as_json(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _list(ctx: click.Context, _: click.Parameter, flag: bool) -> None:
    if not flag or ctx.resilient_parsing:
        return
    for kind, declared in sorted(all_collectors().items()):
        click.echo(f"{kind:16} {declared.title['en']}")
    ctx.exit()


def _refer(ctx: click.Context, _: click.Parameter, flag: bool) -> None:
    if flag and not ctx.resilient_parsing:
        click.echo(reference(all_collectors().values()), nl=False)
        ctx.exit()


def _renew(ctx: click.Context, _: click.Parameter, path: Path | None) -> None:
    if path and not ctx.resilient_parsing:
        path.write_text(renew(path.read_text("utf-8"), all_collectors().values()), "utf-8")
        ctx.exit()


@click.group(cls=Kinds, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--list", is_flag=True, callback=_list, is_eager=True, expose_value=False, help="Print the kinds there are."
)
@click.option(
    "--reference",
    is_flag=True,
    callback=_refer,
    is_eager=True,
    expose_value=False,
    help="Print what they read, as Markdown.",
)
@click.option(
    "--renew",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    callback=_renew,
    is_eager=True,
    expose_value=False,
    help="Write the reference into this page, between its marks.",
)
def main() -> None:
    """Print the mentions that a source gives, one JSON object a line.

    \b
    Example:
      python -m collectors rss --url https://news.example.org/feed.xml
    """


if __name__ == "__main__":
    main(prog_name="python -m collectors")
