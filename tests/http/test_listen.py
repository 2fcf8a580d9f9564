"""Taking the port of the web server, on real sockets."""

from __future__ import annotations

import errno
import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app.http.listen import CannotListen, handed_over, listen, vigie_answers, why

IN_USE = OSError(errno.EADDRINUSE, "Address already in use")


@pytest.fixture
def answering() -> Iterator[dict[str, object]]:
    """A web server that answers with `body` to everything, at `port`."""
    said: dict[str, object] = {"body": {"status": "ok"}}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(said["body"]).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield {"port": server.server_port, "said": said}
    server.shutdown()
    server.server_close()


def test_a_free_port_is_taken_and_held_against_others() -> None:
    with ExitStack() as stack:
        (taken,) = (stack.enter_context(one) for one in listen("127.0.0.1", 0))
        port = taken.getsockname()[1]
        socket.create_connection(("127.0.0.1", port), 5).close()
        with pytest.raises(CannotListen, match=rf"^port {port} of 127\.0\.0\.1 is taken by another program: "):
            listen("127.0.0.1", port)
    for again in listen("127.0.0.1", port):
        again.close()


def test_a_name_stands_for_each_of_its_addresses_that_the_machine_has() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    sockets = listen("localhost", port)
    assert "127.0.0.1" in [one.getsockname()[0] for one in sockets]
    for one in sockets:
        one.close()


def test_a_vigie_that_runs_already_is_told_from_another_program(answering: dict[str, object]) -> None:
    port, said = answering["port"], answering["said"]
    assert isinstance(port, int)
    assert isinstance(said, dict)
    assert vigie_answers("127.0.0.1", port)
    assert vigie_answers("0.0.0.0", port)
    assert "a Vigie that runs already" in why(IN_USE, "127.0.0.1", port)
    said["body"] = ["hello"]
    assert not vigie_answers("127.0.0.1", port)
    assert "another program" in why(IN_USE, "127.0.0.1", port)


def test_what_the_machine_or_the_user_may_not_have_is_said() -> None:
    with pytest.raises(CannotListen, match=r"^VIGIE_HOST=192\.0\.2\.1 is no address of this machine: .*127\.0\.0\.1"):
        listen("192.0.2.1", 0)
    with pytest.raises(CannotListen, match=r"^VIGIE_HOST=nowhere\.invalid is no address"):
        listen("nowhere.invalid", 0)
    assert "may not listen on port 80" in why(OSError(errno.EACCES, "Permission denied"), "127.0.0.1", 80)


def test_a_socket_that_was_handed_over_answers_on_the_same_port() -> None:
    with ExitStack() as stack:
        (taken,) = (stack.enter_context(one) for one in listen("127.0.0.1", 0))
        (same,) = (stack.enter_context(one) for one in handed_over([os.dup(taken.fileno())]))
        assert same.getsockname() == taken.getsockname()
        stack.enter_context(socket.create_connection(taken.getsockname(), 5))
        stack.enter_context(same.accept()[0])
