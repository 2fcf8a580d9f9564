"""A mail server told by data: enough of IMAP for a reader, and whatever it is told to say instead."""

from __future__ import annotations

import base64
import re
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Post:
    """One letter in the folder."""

    uid: int
    raw: bytes
    arrived: datetime


@dataclass(slots=True)
class MailHost:
    """A mailbox of one folder, and what was asked of it: the commands, without tags and passwords.

    `says` maps the beginning of a command (`LOGIN`, `UID FETCH`) to what is answered instead, `{tag}` filled in; an
    empty answer hangs up. `noise` is said before and instead of everything.
    """

    port: int = 0
    username: str = "avis@example.org"
    password: str = "s3cret"
    token: str = ""
    folder: str = "INBOX"
    validity: int = 1
    posts: list[Post] = field(default_factory=list)
    says: dict[str, str] = field(default_factory=dict)
    noise: bytes | None = None
    asked: list[str] = field(default_factory=list)
    capabilities: str = "IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2"

    def add(
        self, raw: bytes, ago: timedelta = timedelta(hours=1), arrived: datetime | None = None, uid: int = 0
    ) -> int:
        number = uid or max((post.uid for post in self.posts), default=0) + 1
        self.posts.append(Post(number, raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), arrived or _now() - ago))
        return number


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


class Stop(Exception):
    """The connection ends here."""


class _Session(socketserver.StreamRequestHandler):
    host: MailHost
    disable_nagle_algorithm = True  # else each small line waits 40 ms for an acknowledgement

    def handle(self) -> None:
        with suppress(OSError, Stop):
            if self.host.noise is not None:
                self.wfile.write(self.host.noise)
                return
            self.say(self.host.says.get("greeting", "* OK ready"))
            while line := self.rfile.readline(65_536):
                self.answer(line.decode("utf-8").rstrip("\r\n"))

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def answer(self, line: str) -> None:
        tag, _, asked = line.partition(" ")
        self.host.asked.append(re.sub(r"^(LOGIN \S+) .*", r"\1", asked))
        told = next((said for begins, said in self.host.says.items() if asked.startswith(begins)), None)
        if told is not None:
            if not told:
                raise Stop
            self.say(told.format(tag=tag))
            if told.startswith("* BYE"):
                raise Stop
            return
        verbs: dict[str, Callable[[str, str], None]] = {
            "CAPABILITY": self.capability, "AUTHENTICATE": self.authenticate, "LOGIN": self.login, "LIST": self.listed,
            "EXAMINE": self.examine, "UID SEARCH": self.search, "UID FETCH": self.fetch, "LOGOUT": self.logout,
        }  # fmt: skip
        verb = next((verb for verb in verbs if asked.startswith(verb)), None)
        if verb is None:
            self.say(f"{tag} BAD unknown command")
            return
        verbs[verb](tag, asked.removeprefix(verb).strip())

    def capability(self, tag: str, _: str) -> None:
        self.say(f"* CAPABILITY {self.host.capabilities}")
        self.say(f"{tag} OK done")

    def authenticate(self, tag: str, mechanism: str) -> None:
        self.say("+ ")
        given = base64.b64decode(self.rfile.readline(65_536))
        host = self.host
        if mechanism == "PLAIN":
            self._let_in(tag, given == f"\0{host.username}\0{host.password}".encode())
            return
        good = f"user={host.username}\x01auth=Bearer {host.token}\x01\x01".encode()
        if not host.token or given != good:
            self.say("+ " + base64.b64encode(b'{"status":"400"}').decode())
            self.rfile.readline(65_536)
        self._let_in(tag, bool(host.token) and given == good)

    def login(self, tag: str, given: str) -> None:
        self._let_in(tag, given == f'"{self.host.username}" "{self.host.password}"')

    def _let_in(self, tag: str, good: bool) -> None:
        self.say(f"{tag} OK come in" if good else f"{tag} NO [AUTHENTICATIONFAILED] Authentication failed.")

    def listed(self, tag: str, _: str) -> None:
        for name in ("INBOX", "Sent", "R&AOk-clamations"):
            self.say(f'* LIST (\\HasNoChildren) "/" "{name}"')
        self.say(f"{tag} OK done")

    def examine(self, tag: str, name: str) -> None:
        if name.strip('"') != self.host.folder:
            self.say(f"{tag} NO [NONEXISTENT] Unknown folder")
            return
        self.say(f"* {len(self.host.posts)} EXISTS")
        self.say(f"* OK [UIDVALIDITY {self.host.validity}] valid")
        self.say(f"* OK [UIDNEXT {max((post.uid for post in self.host.posts), default=0) + 1}] next")
        self.say(f"{tag} OK [READ-ONLY] done")

    def search(self, tag: str, criteria: str) -> None:
        found = list(self.host.posts)
        if numbers := re.search(r"UID (\d+):\*", criteria):
            last = max((post.uid for post in found), default=0)
            low, high = sorted((int(numbers[1]), last))
            found = [post for post in found if low <= post.uid <= high]
        for word in ("SINCE", "BEFORE"):
            if told := re.search(rf"{word} (\d+)-(\w+)-(\d+)", criteria):
                day = datetime(int(told[3]), MONTHS.index(told[2]) + 1, int(told[1]), tzinfo=UTC)
                found = [post for post in found if (post.arrived >= day) == (word == "SINCE")]
        self.say("* SEARCH " + " ".join(str(post.uid) for post in found))
        self.say(f"{tag} OK done")

    def fetch(self, tag: str, what: str) -> None:
        uids = {int(uid) for uid in what.split(" ")[0].split(",")}
        for number, post in enumerate(self.host.posts, 1):
            if post.uid not in uids:
                continue
            if "BODY.PEEK[]" in what:
                self.wfile.write(f"* {number} FETCH (UID {post.uid} BODY[] {{{len(post.raw)}}}\r\n".encode())
                self.wfile.write(post.raw + b")\r\n")
            else:
                at = post.arrived
                came = f"{at.day:2}-{MONTHS[at.month - 1]}-{at.year} {at:%H:%M:%S} +0000"
                self.say(f'* {number} FETCH (UID {post.uid} RFC822.SIZE {len(post.raw)} INTERNALDATE "{came}")')
        self.say(f"{tag} OK done")

    def logout(self, tag: str, _: str) -> None:
        self.say("* BYE until next time")
        self.say(f"{tag} OK done")
        raise Stop


def serving(host: MailHost) -> Iterator[MailHost]:
    """The server runs until the generator goes on."""

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address, daemon_threads = True, True

        def handle_error(self, *_: object) -> None:
            """A reader that hangs up is no news."""

    server = Server(("127.0.0.1", 0), type("Session", (_Session,), {"host": host}))
    host.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield host
    server.shutdown()
    thread.join()
    server.server_close()
