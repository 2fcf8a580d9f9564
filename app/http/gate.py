"""The HTTP client of collectors and channels: an httpx2.Client that cannot be made to reach our own network."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache, partial
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any

import httpcore2
import httpx2

from .allowance import Allowance, Turns
from .body import Body, Inflater, coding_of, too_large
from .dial import Backend, Dial, Resolve, system_dial, system_resolve
from .errors import NOT_ALLOWED, BadRedirect, BadRequest, Blocked, TooLarge, Unreachable, as_gate_error
from .imap import Mailbox, Mailboxes, Security
from .redirect import bare, drain, next_request
from .url import Rules, check_target, check_text, check_url, rules_for
from .websocket import WebSocket, WebSockets, as_http

if TYPE_CHECKING:  # httpx2 uses these names in its signatures, and does not export them
    from httpx2._client import UseClientDefault
    from httpx2._types import AuthTypes

LIMIT = 8 * 1024 * 1024
DEADLINE = 30.0
PER_HOST = 2
"""Requests at once to one host."""
MOST_REDIRECTS = 5
_HEADERS = 256 * 1024  # bytes that headers, redirects and framing may take beside the limit of the body
_PATIENCE = 10  # how many deadlines a request may wait for its turn on a host

# httpx2 logs whole URLs at INFO, and some platforms take their key in the query.
logging.getLogger("httpx2").setLevel(logging.WARNING)


def allowing(*, limit: int | None = None, deadline: float | None = None, quiet: float | None = None) -> dict[str, Any]:
    """For one request, `extensions=allowing(limit=…, deadline=…)`: bytes of the uncompressed body, and seconds in all.

    `quiet` is explained in Gate. Leaves, which cannot import this, write `extensions={"limit": …, "deadline": …}`.
    """
    extensions = {"limit": limit, "deadline": deadline, "quiet": quiet}
    return {name: value for name, value in extensions.items() if value is not None}


class Gate(httpx2.Client):
    """A client for untrusted addresses. Every error on the way is a GateError, whose text is a sentence for people.

    `allowed_private_hosts`: exact `host` (at every port) or `host:port` that may resolve to private addresses. `ports`:
    ports of public hosts that are allowed besides 80 and 443. `proxy`: the operator's, `http://…`; it then resolves the
    names, so it must itself refuse private networks. `ca_file`: more certificates to trust. `deadline`: seconds in all
    for name, connection, TLS, redirects and body, without the time in our own queue. `limit`: bytes of an uncompressed
    body. `per_host`: requests at once to one host. A request's own `timeout`, or its extensions `deadline` and `limit`,
    take precedence. `resolve` and `dial` reach the network.

    A request with the extension `quiet` asks for an answer that never ends: `quiet` is the longest silence in it, its
    `deadline` and `limit` are large, and it gives its turn on the host back once the answer begins. `listen` opens a
    WebSocket, over connections that are judged in the same way.

    GET and HEAD follow up to 5 redirects unless told otherwise; other methods follow none. Cookies are never kept. A
    compressed body is handed on uncompressed, without its `content-encoding` and `content-length`.
    """

    def __init__(
        self,
        *,
        allowed_private_hosts: Collection[str] = (),
        ports: Iterable[int] = (),
        user_agent: str = "Vigie",
        per_host: int = PER_HOST,
        deadline: float = DEADLINE,
        limit: int = LIMIT,
        proxy: str | None = None,
        ca_file: str | None = None,
        resolve: Resolve = system_resolve,
        dial: Dial = system_dial,
    ) -> None:
        self._rules = rules_for(allowed_private_hosts, ports)
        self._deadline = deadline
        self._limit = limit
        through = _proxy(proxy) if proxy else None
        trusted = (through.url.host.decode("ascii"), through.url.port or 80) if through else None
        backend, context = Backend(self._rules, resolve, dial, trusted), tls(ca_file)
        self._mailboxes = Mailboxes(self._rules, resolve, dial, context)
        pool = httpcore2.ConnectionPool(
            ssl_context=context,
            proxy=through,
            max_connections=None,  # turns on a host, and the threads of the worker, bound them
            max_keepalive_connections=64,
            keepalive_expiry=15.0,
            network_backend=backend,
        )
        self._turns = Turns(per_host, patience=_PATIENCE * deadline)
        self._websockets = None if through else WebSockets(backend, context, user_agent)
        super().__init__(
            headers={"User-Agent": user_agent, "Accept-Encoding": "gzip, deflate"},
            timeout=httpx2.Timeout(deadline),
            follow_redirects=True,
            max_redirects=MOST_REDIRECTS,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            trust_env=False,
            transport=_Transport(pool, self._turns, limit),
        )

    def listen(self, url: str, headers: Mapping[str, str] | None = None, seconds: float | None = None) -> WebSocket:
        """Opens a WebSocket for reading, within `seconds`. `url` starts with ws:// or wss://.

        Raises GateError; httpx2.HTTPStatusError with the answer when the server refuses to open it.
        """
        check_text(url)
        target = as_http(url)
        check_target(target, self._rules)
        if self._websockets is None:
            raise Unreachable(
                "a stream cannot be followed through the proxy of VIGIE_PROXY_URL: let this host pass without it"
            )
        allowance = Allowance(seconds or self._deadline, _HEADERS)
        host = target.raw_host.decode("ascii")
        allowance.forgive(self._turns.take(host))
        try:
            return self._websockets.open(url, target, headers or {}, allowance)
        finally:
            self._turns.give_back(host)

    def mailbox(self, host: str, port: int, tls: Security, seconds: float) -> Mailbox:
        """Connects to an IMAP server, without logging in; its certificate is verified. Raises GateError."""
        return self._mailboxes.open(host, port, tls, seconds)

    def check_url(self, url: str) -> str:
        """The canonical form of a URL that a person typed. Raises Blocked with a sentence to show in the form."""
        return check_url(url, self._rules)

    def build_request(self, method: str, url: httpx2.URL | str, **options: Any) -> httpx2.Request:
        """As in httpx2. Raises Blocked, BadRequest."""
        if isinstance(url, str):
            check_text(url)
        try:
            return super().build_request(method, url, **options)
        except httpx2.InvalidURL as error:
            raise Blocked(f"{NOT_ALLOWED}: it is not well formed") from error
        except UnicodeEncodeError as error:  # headers are ASCII
            raise BadRequest("the key, the token or a header holds characters that cannot be sent") from error

    def send(
        self,
        request: httpx2.Request,
        *,
        stream: bool = False,
        auth: AuthTypes | UseClientDefault | None = httpx2.USE_CLIENT_DEFAULT,
        follow_redirects: bool | UseClientDefault = httpx2.USE_CLIENT_DEFAULT,
    ) -> httpx2.Response:
        """As in httpx2, with redirects followed one checked hop at a time. Raises GateError."""
        check_target(request.url, self._rules)
        self._grant(request)
        follow = follow_redirects if isinstance(follow_redirects, bool) else self.follow_redirects
        history: list[httpx2.Response] = []
        answer = super().send(request, stream=True, auth=auth, follow_redirects=False)
        try:
            while follow and (onward := next_request(answer, self._rules)):
                history.append(bare(answer))
                if len(history) > MOST_REDIRECTS:
                    raise BadRedirect(f"the server redirects more than {MOST_REDIRECTS} times")
                drain(answer)
                if onward.url.origin != answer.url.origin:
                    auth = None
                answer = super().send(onward, stream=True, auth=auth, follow_redirects=False)
            answer.history = history + answer.history
            if not stream:
                answer.read()
        except BaseException:
            answer.close()
            raise
        return answer

    def _grant(self, request: httpx2.Request) -> None:
        """Replaces the time-outs of the request by one allowance, which all its hops share."""
        extensions = request.extensions
        seconds = extensions.get("deadline") or (extensions.get("timeout") or {}).get("read") or self._deadline
        quiet = float(extensions["quiet"]) if extensions.get("quiet") else None
        allowance = Allowance(seconds, int(extensions.get("limit") or self._limit) + _HEADERS, quiet)
        timeout = {"connect": allowance, "read": allowance, "write": allowance, "pool": None}
        request.extensions = {**extensions, "timeout": timeout}
        request.headers["Accept-Encoding"] = "gzip, deflate"  # `body` uncompresses nothing else


class _Transport(httpx2.BaseTransport):
    """One hop: waits for its turn on the host, exchanges request and answer, and says in words what went wrong."""

    def __init__(self, pool: httpcore2.ConnectionPool, turns: Turns, limit: int) -> None:
        self._pool = pool
        self._turns = turns
        self._limit = limit

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        host = request.url.raw_host.decode("ascii")
        allowance = request.extensions["timeout"]["read"]
        allowance.forgive(self._turns.take(host))
        give_back: Callable[[], None] = partial(self._turns.give_back, host)
        try:
            answer = self._exchange(request)
        except BaseException:
            give_back()
            raise
        if request.extensions.get("quiet"):  # it may last for days, and others must have their turn
            give_back()
            give_back = _nothing
        return _response(request, answer, int(request.extensions.get("limit") or self._limit), give_back)

    def _exchange(self, request: httpx2.Request) -> httpcore2.Response:
        url = request.url
        onward = httpcore2.Request(
            method=request.method,
            url=httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions={"timeout": request.extensions["timeout"]},
        )
        try:
            return self._pool.handle_request(onward)
        except _KNOWN as error:
            failure = as_gate_error(error)
            raise failure from failure.__cause__

    def close(self) -> None:
        self._pool.close()


_KNOWN = (
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.ProxyError,
    httpcore2.TimeoutException,
    httpcore2.UnsupportedProtocol,
)


def _response(
    request: httpx2.Request, answer: httpcore2.Response, limit: int, release: Callable[[], None]
) -> httpx2.Response:
    """Judges the headers before a byte of the body is read. Raises BadAnswer, TooLarge."""
    headers = httpx2.Headers(answer.headers)
    without_body = request.method == "HEAD" or answer.status in (204, 304)
    try:
        coding = None if without_body else coding_of(headers)
        if not (without_body or coding) and _announced_length(headers) > limit:
            raise TooLarge(too_large(limit))
    except BaseException:
        Body(answer, None, limit, release).close()
        raise
    if coding:
        del headers["content-encoding"]
        headers.pop("content-length", None)
    return httpx2.Response(
        answer.status,
        headers=headers,
        stream=Body(answer, Inflater(coding) if coding else None, limit, release),
        extensions={name: answer.extensions[name] for name in ("http_version", "reason_phrase")},
    )


def _nothing() -> None:
    """Does nothing: the turn was given back already."""


def _announced_length(headers: Mapping[str, str]) -> int:
    length = headers.get("content-length", "")
    return int(length) if length.isdecimal() else 0


def _proxy(url: str) -> httpcore2.Proxy:
    proxy = httpx2.Proxy(url)
    if proxy.url.scheme != "http":
        raise ValueError("the proxy must be given as http://host:port")
    return httpcore2.Proxy(
        httpcore2.URL(scheme="http", host=proxy.url.raw_host, port=proxy.url.port, target="/"), auth=proxy.raw_auth
    )


@lru_cache(maxsize=8)  # reading the authorities takes 20 ms
def tls(ca_file: str | None = None) -> ssl.SSLContext:
    """The settings of TLS: certificates are verified, 1.2 or newer is spoken. `ca_file` adds authorities to trust."""
    context = httpcore2.default_ssl_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file:
        context.load_verify_locations(ca_file)
    return context


__all__ = ["DEADLINE", "LIMIT", "MOST_REDIRECTS", "PER_HOST", "Gate", "Rules", "allowing", "tls"]
