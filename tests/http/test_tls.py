from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509

from app.http import BadCertificate, BadRedirect, Blocked


def server_side(pem: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


Made = Callable[..., tuple[ssl.SSLContext, str]]


@pytest.fixture
def made(tmp_path: Path, certify: Callable[..., Path]) -> Made:
    """`made(names, days)` is a server context and the path of the certificate that would make it trusted."""

    def make(names: list[x509.GeneralName] | None = None, days: int = 1) -> tuple[ssl.SSLContext, str]:
        pem = certify(tmp_path, names or [x509.IPAddress(ip_address("127.0.0.1"))], days)
        return server_side(pem), str(pem)

    return make


def test_a_self_signed_certificate_is_refused(serve, gate_to, ok, made: Made) -> None:
    context, _ = made()
    peer = serve({"/": ok(b"secret")}, tls=context)
    with pytest.raises(BadCertificate, match=r"the certificate of the server is not valid: self.signed") as refused:
        gate_to(peer).get(peer.url, headers={"X-Api-Key": "k"})
    assert isinstance(refused.value.__cause__, ssl.SSLCertVerificationError)
    assert peer.requests == []


def test_a_certificate_that_the_operator_trusts_is_good(serve, gate_to, ok, made: Made) -> None:
    context, pem = made()
    peer = serve({"/": ok(b"here")}, tls=context)
    gate = gate_to(peer, ca_file=pem)
    assert [gate.get(peer.url).text for _ in range(3)] == ["here"] * 3
    assert peer.connections == 1


def test_a_certificate_for_another_name_is_refused(serve, gate_to, ok, made: Made) -> None:
    context, pem = made([x509.DNSName("other.example")])
    peer = serve({"/": ok()}, tls=context)
    with pytest.raises(BadCertificate, match="not valid"):
        gate_to(peer, ca_file=pem).get(peer.url)


def test_an_expired_certificate_is_refused(serve, gate_to, ok, made: Made) -> None:
    context, pem = made(days=-1)
    peer = serve({"/": ok()}, tls=context)
    with pytest.raises(BadCertificate, match="certificate has expired"):
        gate_to(peer, ca_file=pem).get(peer.url)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_a_server_that_speaks_only_old_tls_is_refused(serve, gate_to, ok, made: Made) -> None:
    context, pem = made()
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    peer = serve({"/": ok()}, tls=context)
    with pytest.raises(BadCertificate, match=r"TLS 1\.2 or newer"):
        gate_to(peer, ca_file=pem).get(peer.url)


def test_a_server_without_tls_behind_https_is_told(gate_to) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host = f"127.0.0.1:{listener.getsockname()[1]}"

        def speak_plainly() -> None:
            conn, _ = listener.accept()
            with conn:
                conn.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                conn.recv(65536)

        with ThreadPoolExecutor(1) as pool:
            pool.submit(speak_plainly)
            with pytest.raises(BadCertificate, match="no secure connection"):
                gate_to(allowed_private_hosts=[host]).get(f"https://{host}/")


@pytest.mark.parametrize("name", ["Authorization", "X-Api-Key", "Cookie"])
def test_a_key_is_never_taken_from_https_to_http(serve, gate_to, ok, made: Made, name: str) -> None:
    context, pem = made()
    plain = serve({"/": ok(b"here")})
    peer = serve({"/": ok(b"", f"Location: {plain.url}/", status="302 Found")}, tls=context)
    gate = gate_to(peer, plain, ca_file=pem)
    with pytest.raises(BadRedirect, match="from https to http"):
        gate.get(peer.url, headers={name: "k"})
    assert plain.connections == 0
    assert gate.get(peer.url).text == "here"


def test_a_redirect_from_https_to_a_private_host_is_blocked(serve, gate_to, ok, made: Made) -> None:
    context, pem = made()
    peer = serve({"/": ok(b"", "Location: http://127.0.0.1/", status="302 Found")}, tls=context)
    with pytest.raises(Blocked):
        gate_to(peer, ca_file=pem).get(peer.url)
