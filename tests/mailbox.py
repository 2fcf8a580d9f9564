"""A real mail server on loopback, which may refuse some mails before it takes one."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Mailbox:
    """What arrived. `refusals` is how many mails are still refused for now."""

    port: int
    refusals: int = 0
    mails: list[EmailMessage] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}?from=vigie@example.org"

    def link(self) -> str:
        """Path and query of the link in the last mail."""
        text = self.mails[-1].get_content()
        found = re.search(r"https?://[^/\s]+(/\S+token=\S+)", text)
        assert found, text
        return found[1]

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.refusals:
            self.refusals -= 1
            return "451 come back later"
        parsed = message_from_bytes(bytes(envelope.content or b""), policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        self.mails.append(parsed)
        return "250 taken"


@contextmanager
def receiving() -> Iterator[Mailbox]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        box = Mailbox(int(free.getsockname()[1]))
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
