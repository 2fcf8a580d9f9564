"""What pip is told about its index and certificates on this machine, uv and npm are told as well."""

from __future__ import annotations

import hashlib
import io
import os
import shlex
import ssl
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

WHEEL = "tiny-1.0-py3-none-any.whl"
Make = Callable[..., subprocess.CompletedProcess[str]]


def wheel() -> bytes:
    """A package with one module that is empty."""
    packed, folder = io.BytesIO(), "tiny-1.0.dist-info"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("tiny.py", "")
        archive.writestr(f"{folder}/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        archive.writestr(f"{folder}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{folder}/RECORD", f"tiny.py,,\n{folder}/METADATA,,\n{folder}/WHEEL,,\n{folder}/RECORD,,\n")
    return packed.getvalue()


def authority(folder: Path) -> tuple[Path, Path]:
    """The certificate of an authority that nobody knows, and one with its key that it gave to 127.0.0.1."""
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in ("A company", "127.0.0.1")]
    made = []
    for key, name, rank in zip(keys, names, (x509.BasicConstraints(True, None), None), strict=True):
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(names[0])
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime.now(UTC) - timedelta(days=1))
            .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        )
        about = rank or x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        certificate = builder.add_extension(about, critical=rank is not None).sign(keys[0], hashes.SHA256())
        made.append(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    key = keys[1].private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "authority.pem").write_bytes(made[0])
    (folder / "server.pem").write_bytes(made[1] + key)
    return folder / "authority.pem", folder / "server.pem"


@pytest.fixture
def index(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The URL of a package index over HTTPS, and the certificate of the authority that vouches for it."""
    known, own = authority(tmp_path)
    pages = {"/simple/tiny/": f'<a href="/{WHEEL}">{WHEEL}</a>'.encode(), f"/{WHEEL}": wheel()}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages.get(self.path)
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html" if self.path.endswith("/") else "application/octet-stream")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body or b"")

        do_HEAD = do_GET  # noqa: N815  # the name in the standard library

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}/simple", known
    server.shutdown()
    thread.join()
    server.server_close()


def bare(folder: Path) -> dict[str, str]:
    """This environment without a word on indexes and certificates, and with a cache of its own."""
    about = ("PIP_", "UV_", "SSL_", "REQUESTS_", "CURL_", "NODE_", "MAKE", "MFLAGS")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(about)}
    return {**kept, "PIP_CONFIG_FILE": os.devnull, "UV_CACHE_DIR": str(folder / "cache"), "UV_HTTP_RETRIES": "0"}


@pytest.fixture
def make(root: Path, tmp_path: Path) -> Make:
    """`make(target, NAME=value)`, in a checkout where only the packages of dev are still to be installed."""
    (tmp_path / "Makefile").write_text((root / "Makefile").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "requirements").mkdir()
    for name in ("build", "run"):
        (tmp_path / f"requirements/{name}.txt").touch()
    tiny = f"tiny==1.0 --hash=sha256:{hashlib.sha256(wheel()).hexdigest()}\n"
    (tmp_path / "requirements/dev.txt").write_text(tiny, encoding="utf-8")
    (tmp_path / "pyproject.toml").touch()
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", ".venv"], cwd=tmp_path, check=True)
    programs = Path(sys.executable).parent
    (tmp_path / ".venv/bin/uv").symlink_to(programs / "uv")
    pip = tmp_path / ".venv/bin/pip"
    pip.write_text(f'#!/bin/sh\nexec {shlex.quote(str(programs / "python"))} -m pip "$@"\n', encoding="utf-8")
    pip.chmod(0o755)
    for stamp in (".build", ".run"):
        (tmp_path / ".venv" / stamp).touch()

    def made(target: str, given: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["make", target], cwd=tmp_path, env={**bare(tmp_path), **given}, capture_output=True, text=True, check=False
        )

    return made


@pytest.mark.slow
@pytest.mark.parametrize("way", ["PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "pip.conf"])
def test_uv_installs_from_an_index_that_only_this_machine_trusts(
    way: str, index: tuple[str, Path], make: Make, tmp_path: Path
) -> None:
    url, certificate = index
    (tmp_path / "pip.conf").write_text(f"[global]\nindex-url = {url}\ncert = {certificate}\n", encoding="utf-8")
    told = {"PIP_CONFIG_FILE": str(tmp_path / "pip.conf")}
    done = make(".venv/.dev", told if way == "pip.conf" else {"PIP_INDEX_URL": url, way: str(certificate)})
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / ".venv").glob("lib/*/site-packages/tiny.py"))


@pytest.mark.slow
def test_an_index_that_nobody_vouches_for_is_refused(index: tuple[str, Path], make: Make) -> None:
    done = make(".venv/.dev", {"PIP_INDEX_URL": index[0]})
    assert done.returncode != 0
    assert "UnknownIssuer" in done.stderr
