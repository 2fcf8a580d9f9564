"""One module opens sockets: what gets past it would get past every check that it makes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("app", "collectors", "matching", "sentiment", "alerts", "ground")
SOCKETS = {
    "aiohttp",
    "asyncio.streams",
    "ftplib",
    "http.client",
    "httpcore",
    "httpcore2",
    "httpx",
    "imap_tools",
    "imaplib",
    "nntplib",
    "poplib",
    "pycurl",
    "requests",
    "smtplib",
    "socket",
    "ssl",
    "telnetlib",
    "urllib.request",
    "urllib3",
    "websockets",
    "xmlrpc.client",
}
CLIENTS = {
    "AsyncClient",
    "AsyncHTTPTransport",
    "Client",
    "HTTPTransport",
    "delete",
    "get",
    "head",
    "options",
    "patch",
    "post",
    "put",
    "query",
    "request",
    "stream",
    "websocket",
}


OF_THE_COMMAND = {"imaplib", "ssl", "websockets"}
"""What the command of a leaf needs for clients of its own, beside those of httpx2."""


BETWEEN_OUR_PROCESSES = {Path("ground/isolate.py"), Path("ground/nursery.py")}
"""Files that talk to child processes over pairs of sockets, which lead nowhere else."""
OF_A_PAIR = {"MSG_PEEK", "recv_fds", "send_fds", "socketpair"}
"""What they may use of the module `socket`, beside its type, and `socket(fileno=…)` for an end that was handed over."""


def is_gate(path: Path) -> bool:
    return path.parts[:2] == ("app", "http") or path == Path("app/http.py")


def makes_its_own_client(path: Path) -> bool:
    """The command of a leaf is run by the operator, without the trunk."""
    return len(path.parts) == 2 and path.name == "__main__.py" and path.parts[0] != "app"


def is_socket(module: str) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in SOCKETS)


def imported(tree: ast.AST) -> Iterator[str]:
    """Every module, and every name of a module, that is imported anywhere in the file."""
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module
                yield from (f"{module}.{alias.name}" for alias in node.names)
            case ast.Call(
                func=ast.Name(id="__import__") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name))],
            ):
                yield name


def clients(tree: ast.AST) -> Iterator[str]:
    """Calls and imports of what makes a connection in httpx2. Annotations (`http: httpx2.Client`) are none."""
    aliases = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name == "httpx2"
    }
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr)) if (
                name in aliases and attr in CLIENTS
            ):
                yield f"httpx2.{attr}("
            case ast.ImportFrom(module="httpx2"):
                yield from (f"from httpx2 import {alias.name}" for alias in node.names if alias.name in CLIENTS)


def beyond_a_pair(tree: ast.AST) -> Iterator[str]:
    """What a file that may talk to child processes uses of `socket`, and could reach the network with."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="socket"), attr=attr) if attr not in {*OF_A_PAIR, "socket"}:
                yield f"socket.{attr}"
            case ast.Call(func=ast.Attribute(value=ast.Name(id="socket"), attr="socket"), args=args, keywords=keywords):
                if args or [keyword.arg for keyword in keywords] != ["fileno"]:
                    yield "socket.socket("
            case ast.ImportFrom(module="socket"):
                yield "from socket"
            case ast.Import(names=names) if any(alias.name == "socket" and alias.asname for alias in names):
                yield "socket under another name"


def wrong(path: Path, source: str) -> list[str]:
    if is_gate(path):
        return []
    tree = ast.parse(source)
    found = [module for module in imported(tree) if is_socket(module)]
    if path in BETWEEN_OUR_PROCESSES:
        return [*(module for module in found if module != "socket"), *beyond_a_pair(tree), *clients(tree)]
    if makes_its_own_client(path):
        return [module for module in found if module.partition(".")[0] not in OF_THE_COMMAND]
    return [*found, *clients(tree)]


FILES = [path.relative_to(ROOT) for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def test_the_whole_tree_is_looked_at() -> None:
    assert {path.parts[0] for path in FILES} == set(PACKAGES)
    assert any(is_gate(path) for path in FILES)


@pytest.mark.parametrize("path", FILES, ids=str)
def test_no_file_but_the_gate_opens_sockets(path: Path) -> None:
    assert wrong(path, (ROOT / path).read_text("utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "import socket",
        "import socket as s",
        "import os, ssl",
        "from socket import create_connection",
        "import urllib.request",
        "from urllib import request",
        "from urllib.request import urlopen",
        "from http.client import HTTPSConnection",
        "from http import client",
        "import requests.sessions",
        "def f():\n    import smtplib",
        "import importlib\nimportlib.import_module('socket')",
        "__import__('httpx')",
        "import httpcore2",
        "import imaplib",
        "from imap_tools import MailBox",
        "import httpx2\nhttpx2.Client()",
        "import httpx2 as h\nwith h.AsyncClient() as c: pass",
        "import httpx2\nhttpx2.get('http://example.com')",
        "from httpx2 import post",
        "from httpx2 import Client as C",
    ],
)
def test_the_scan_finds(source: str) -> None:
    assert wrong(Path("collectors/rss.py"), source) != []
    assert wrong(Path("app/http/gate.py"), source) == []


@pytest.mark.parametrize(
    "source",
    [
        "import httpx2\ndef pages(http: httpx2.Client): return http.get('/feed')",
        "from urllib.parse import urlsplit",
        "from http import HTTPStatus",
        "import httpx2\nhttpx2.URL('http://example.com')",
        "from .socket import x",
    ],
)
def test_the_scan_leaves_alone(source: str) -> None:
    assert wrong(Path("collectors/rss.py"), source) == []


def test_the_command_of_a_leaf_may_make_a_client_but_no_socket() -> None:
    path = Path("collectors/__main__.py")
    assert wrong(path, "import httpx2\nhttpx2.Client()") == []
    assert wrong(path, "from websockets.sync.client import connect") == []
    assert wrong(Path("collectors/_kit/live.py"), "from websockets.sync.client import connect") != []
    assert wrong(path, "import imaplib, socket") == ["socket"]
    assert wrong(Path("app/__main__.py"), "import httpx2\nhttpx2.Client()") != []


@pytest.mark.parametrize(
    ("source", "offence"),
    [
        ("import socket\nours, theirs = socket.socketpair()", []),
        ("import socket\ndef end(channel: socket.socket): return socket.recv_fds(channel, 1, 1)", []),
        ("import socket\nsocket.socket(fileno=3)", []),
        ("import socket\nsocket.socket()", ["socket.socket("]),
        ("import socket\nsocket.socket(socket.AF_INET)", ["socket.AF_INET", "socket.socket("]),
        ("import socket\nsocket.socket(fileno=3, family=2)", ["socket.socket("]),
        ("import socket\nsocket.create_connection(address)", ["socket.create_connection"]),
        ("import socket as s", ["socket under another name"]),
        ("from socket import create_connection", ["socket.create_connection", "from socket"]),
        ("import ssl", ["ssl"]),
    ],
)
def test_a_pair_of_sockets_to_our_own_process_is_all_that_isolate_opens(source: str, offence: list[str]) -> None:
    assert sorted(wrong(Path("ground/isolate.py"), source)) == sorted(offence)
