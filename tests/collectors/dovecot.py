"""Debian's Dovecot as a private mail server: its own folder, ports and certificate, gone at the end."""

from __future__ import annotations

import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

BINARY = next((found for place in ("/usr/sbin", None) if (found := shutil.which("dovecot", path=place))), None)
USER, PASSWORD = "avis@example.org", "clé à molette"

CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
default_internal_user = {internal}
default_login_user = {login}
default_internal_group = {group}
first_valid_uid = 1
mail_location = maildir:{folder}/mail/Maildir
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {tls}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


@dataclass(frozen=True, slots=True)
class Dovecot:
    """A running server: its ports, and the certificate that makes it trusted."""

    plain: int
    tls: int
    certificate: str

    @contextmanager
    def owner(self) -> Iterator[imaplib.IMAP4]:
        """Whoever the mailbox belongs to, at work in it."""
        with imaplib.IMAP4("127.0.0.1", self.plain) as box:
            box.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
            yield box

    def deliver(self, raw: bytes, folder: str = "INBOX", ago: timedelta = timedelta(hours=1)) -> None:
        with self.owner() as box:
            box.append(folder, "", imaplib.Time2Internaldate(datetime.now(UTC) - ago), raw)

    def empty(self, *folders: str) -> None:
        """Folders as new: with no letter, and numbered from the start."""
        with self.owner() as box:
            for folder in folders:
                box.delete(folder)
                box.create(folder)


def free_port() -> int:
    with closing(socket.socket()) as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def certificate() -> bytes:
    """A self-made certificate of 127.0.0.1, with its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made.public_bytes(serialization.Encoding.PEM) + secret


def people() -> dict[str, object]:
    """Who the processes run as: the current user, or as root those that the package made."""
    if os.getuid():
        me = pwd.getpwuid(os.getuid())
        group = subprocess.run(["id", "-gn"], capture_output=True, text=True, check=True).stdout.strip()
        return {"internal": me.pw_name, "login": me.pw_name, "group": group, "uid": me.pw_uid, "gid": me.pw_gid}
    nobody = pwd.getpwnam("nobody")
    return {"internal": "dovecot", "login": "dovenull", "group": "dovecot", "uid": nobody.pw_uid, "gid": nobody.pw_gid}


def running() -> Iterator[Dovecot]:
    """The server, until the generator goes on."""
    assert BINARY is not None
    folder = Path(tempfile.mkdtemp(prefix="vigie-mail-", dir="/tmp"))
    folder.chmod(0o755)
    who, made = people(), Dovecot(free_port(), free_port(), str(folder / "server.pem"))
    (folder / "server.pem").write_bytes(certificate())
    (folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n", encoding="utf-8")
    (folder / "mail").mkdir()
    os.chown(folder / "mail", int(str(who["uid"])), int(str(who["gid"])))
    (folder / "dovecot.conf").write_text(CONFIG.format(folder=folder, plain=made.plain, tls=made.tls, **who))
    server = subprocess.Popen([BINARY, "-F", "-c", str(folder / "dovecot.conf")], stdin=subprocess.DEVNULL)
    try:
        _until_it_answers(made, server, folder)
        yield made
    finally:
        server.terminate()
        server.wait(timeout=20)
        shutil.rmtree(folder, ignore_errors=True)


def _until_it_answers(made: Dovecot, server: subprocess.Popen[bytes], folder: Path) -> None:
    for _ in range(200):
        try:
            with imaplib.IMAP4("127.0.0.1", made.plain):
                return
        except (OSError, imaplib.IMAP4.error):
            log = folder / "log"
            assert server.poll() is None, log.read_text("utf-8") if log.exists() else "no log"
            time.sleep(0.05)
    raise AssertionError((folder / "log").read_text("utf-8"))
