"""Takes the port of the web server, and says who holds it where it is taken."""

from __future__ import annotations

import errno
import http.client
import json
import socket
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from typing import Any

Sockets = list[socket.socket]

BACKLOG = 2048
PATIENCE = 3.0


class CannotListen(Exception):
    """The port cannot be taken. The text says why, and what the operator can do about it."""


def listen(host: str, port: int) -> Sockets:
    """One listening socket for each address of `host`. Port 0 takes any that is free. Raises CannotListen."""
    sockets: Sockets = []
    missing: OSError | None = None
    try:
        for family, address in addresses(host, port):
            try:
                sockets.append(_take(family, address))
            except OSError as error:
                if error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                    raise
                missing = error  # localhost has an IPv6 address also where the machine has none
        if not sockets:
            raise missing or OSError(errno.EADDRNOTAVAIL, "no address")
    except OSError as error:
        for taken in sockets:
            taken.close()
        raise CannotListen(why(error, host, port)) from error
    return sockets


def handed_over(numbers: Iterable[int]) -> Sockets:
    """Sockets that the process which started this one listens on, by their numbers."""
    return [socket.socket(fileno=number) for number in numbers]


def addresses(host: str, port: int) -> Iterator[tuple[socket.AddressFamily, Any]]:
    """The families and addresses that a host stands for; only the first where the system chooses the port."""
    found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    for family, _, _, _, address in dict.fromkeys(found) if port else found[:1]:
        yield family, address


def _take(family: socket.AddressFamily, address: Any) -> socket.socket:
    taken = socket.socket(family, socket.SOCK_STREAM)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            taken.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        taken.bind(address)
        taken.listen(BACKLOG)  # at once: two sockets may be bound to one port until the first of them listens
    except OSError:
        taken.close()
        raise
    return taken


def why(error: OSError, host: str, port: int) -> str:
    """The sentence for an error of bind or listen."""
    if error.errno == errno.EADDRINUSE:
        who = "a Vigie that runs already" if vigie_answers(host, port) else "another program"
        return f"port {port} of {host} is taken by {who}: end it, or set VIGIE_PORT to a free port"
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"this user may not listen on port {port}: set VIGIE_PORT to a port from 1024 on"
    return f"VIGIE_HOST={host} is no address of this machine: set it to 127.0.0.1, or to 0.0.0.0 for all addresses"


def vigie_answers(host: str, port: int) -> bool:
    """Whether what listens there answers like a Vigie, within a few seconds."""
    asked = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    connection = http.client.HTTPConnection(asked, port, timeout=PATIENCE)
    with closing(connection), suppress(OSError, ValueError, http.client.HTTPException):
        connection.request("GET", "/healthz")
        return bool(json.loads(connection.getresponse().read(1000)) == {"status": "ok"})
    return False
