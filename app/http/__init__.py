"""The fetch gate, the only place that opens sockets.

A URL is judged (`url`), waits its turn on the host (`allowance`), its name is resolved and the addresses are judged
and dialled (`address`, `dial`), redirects are judged anew (`redirect`), the body is counted while it is uncompressed
(`body`); `gate` puts this together as a client, `line` is a WebSocket and `imap` a mailbox by the same way, `mail`
sends mails, and `errors` says what went wrong.
"""

from .errors import (
    BadAnswer,
    BadCertificate,
    BadRedirect,
    BadRequest,
    Blocked,
    Crowded,
    CutShort,
    GateError,
    NameNotFound,
    TooLarge,
    TooSlow,
    Unreachable,
)
from .gate import DEADLINE, LIMIT, Gate, allowing
from .line import Line
from .mail import Mailer, Wire
from .url import check_url, host_of, rules_for

__all__ = [
    "DEADLINE",
    "LIMIT",
    "BadAnswer",
    "BadCertificate",
    "BadRedirect",
    "BadRequest",
    "Blocked",
    "Crowded",
    "CutShort",
    "Gate",
    "GateError",
    "Line",
    "Mailer",
    "NameNotFound",
    "TooLarge",
    "TooSlow",
    "Unreachable",
    "Wire",
    "allowing",
    "check_url",
    "host_of",
    "rules_for",
]
