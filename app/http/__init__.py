"""The fetch gate, the only place that opens sockets.

`url` judges an address before anything is sent. `allowance` waits for a turn on the host, and counts what the request
may still spend. `dial` resolves the name, has `address` judge every answer, and connects to one of those. `redirect`
judges the address that an answer leads to, and `body` counts a body while it uncompresses it. `gate` puts these
together as an HTTP client; `websocket` and `imap` open connections in the same way, and `mail` sends mails. `errors`
says what went wrong. Beside it all, `listen` takes the port of the web server, and `head` reads the requests to it.
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
from .gate import DEADLINE, LIMIT, PER_HOST, Gate, allowing
from .mail import Mailer, Wire
from .url import check_url, host_of, origin_of, rules_for
from .websocket import WebSocket

__all__ = [
    "DEADLINE",
    "LIMIT",
    "PER_HOST",
    "BadAnswer",
    "BadCertificate",
    "BadRedirect",
    "BadRequest",
    "Blocked",
    "Crowded",
    "CutShort",
    "Gate",
    "GateError",
    "Mailer",
    "NameNotFound",
    "TooLarge",
    "TooSlow",
    "Unreachable",
    "WebSocket",
    "Wire",
    "allowing",
    "check_url",
    "host_of",
    "origin_of",
    "rules_for",
]
