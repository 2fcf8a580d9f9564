"""E-mail: one message in text and HTML to a list of addresses, threaded by subject."""

from __future__ import annotations

import re
from datetime import UTC
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from alerts.base import ChannelKind, Message, Wire
from alerts.clean import one_line, safe_url
from alerts.render import content, html, text

SUBJECT = 150
_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*")
_NOT_AN_ID = re.compile(r"[^A-Za-z0-9.-]")


def address(typed: str) -> str:
    """The address, if SMTP can carry it (RFC 5321, ASCII). Raises ValueError with a sentence for whoever typed it."""
    local, at, domain = typed.strip().rpartition("@")
    dots = local.startswith(".") or local.endswith(".") or ".." in local
    if not (at and _LOCAL.fullmatch(local) and not dots and _DOMAIN.fullmatch(domain)):
        raise ValueError("an e-mail address is like name@example.com")
    return f"{local}@{domain}"


def _link(url: str | None) -> str | None:
    if url is not None and not safe_url(url):
        raise ValueError("the address must start with https://")
    return url


class Email(BaseModel):
    """The readers in `to` see each other. `unsubscribe_url` takes a POST (RFC 8058), for List-Unsubscribe."""

    model_config = ConfigDict(extra="forbid")

    to: list[Annotated[str, AfterValidator(address)]] = Field(
        min_length=1, max_length=20, title="To", description="one address per line"
    )
    unsubscribe_url: Annotated[str | None, AfterValidator(_link)] = Field(
        None, title="Unsubscribe address", description="filled in by the service"
    )


def mail(params: Email, message: Message) -> EmailMessage:
    """The mail without its From, which belongs to the server's settings. The same message gives the same mail.

    The first mail of a thread takes its Message-ID from the subject, so that later ones can refer to it without
    anybody remembering it; theirs come from their own ids.
    """
    shown, subject = content(message), message.subject
    first, own = _message_id(message, subject.kind, subject.id), _message_id(message, "message", message.id)
    letter = EmailMessage(policy=SMTP)
    letter["Subject"] = one_line(shown.title, SUBJECT)
    letter["To"] = [Address(addr_spec=to) for to in params.to]
    letter["Date"] = format_datetime(message.at.astimezone(UTC))
    if subject.opens_thread:
        letter["Message-ID"] = first
    else:
        letter["Message-ID"], letter["In-Reply-To"], letter["References"] = own, first, first
    letter["Auto-Submitted"] = "auto-generated"
    letter["X-Auto-Response-Suppress"] = "All"
    letter["X-Vigie-Message"] = _NOT_AN_ID.sub("-", message.id)[:200]
    if params.unsubscribe_url:
        letter["List-Unsubscribe"] = f"<{params.unsubscribe_url}>"
        letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    letter.set_content(text(shown), cte="quoted-printable")
    letter.add_alternative(html(shown, params.unsubscribe_url), subtype="html", cte="quoted-printable")
    # with a random boundary, two tries of one message would differ
    letter.set_boundary(f"=-{_NOT_AN_ID.sub('-', message.id)[:60]}-=")
    return letter


def send(params: Email, message: Message, wire: Wire) -> None:
    """Hands one mail for all addresses to the server. Raises DeliveryError."""
    wire.mail(mail(params, message))


def _message_id(message: Message, what: str, key: str) -> str:
    try:
        host = urlsplit(message.url).hostname or ""
    except ValueError:
        host = ""
    host = host if _DOMAIN.fullmatch(host) else "vigie.invalid"
    return f"<{what}.{_NOT_AN_ID.sub('-', key)[:120]}@{host}>"


channel = ChannelKind(
    kind="email",
    title={"en": "E-mail", "fr": "E-mail"},
    params=Email,
    send=send,
    by_mail=True,
    help={
        "en": "Sends to one or more addresses; everyone on the list sees the others. Needs VIGIE_SMTP_URL.",
        "fr": "Envoie à une ou plusieurs adresses ; chacun voit les autres. Demande le réglage VIGIE_SMTP_URL.",
    },
)
