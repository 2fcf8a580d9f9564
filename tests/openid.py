"""A small OpenID provider with keys of its own, over real HTTP on loopback: it checks the client as a real one does."""

from __future__ import annotations

import base64
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT, SECRET = "vigie", "the secret of the client"


@dataclass
class OpenId:
    """What the provider says. `claims` are changed or, when None, left out; `sign` replaces how a token is made."""

    issuer: str = ""
    email: str = "ana@example.com"
    claims: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "RS256"
    stranger: bool = False
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    named: str | None = None

    def __post_init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.other = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def description(self) -> dict[str, Any]:
        return {
            "issuer": self.named or self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
        }

    def keys(self) -> dict[str, Any]:
        public = json.loads(RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**public, "kid": "one", "use": "sig", "alg": "RS256"}]}

    def authorize(self, asked: dict[str, str]) -> str:
        """Logs somebody in, and says where the browser is sent back to."""
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def redeem(self, sent: dict[str, str]) -> dict[str, Any] | None:
        """The tokens of a code: once, for the right client, with the verifier of its challenge."""
        asked = self.codes.pop(sent.get("code", ""), None)
        digest = sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        right = (
            asked is not None
            and (sent.get("client_id"), sent.get("client_secret")) == (CLIENT, SECRET)
            and asked["code_challenge"] == challenge
            and asked["redirect_uri"] == sent.get("redirect_uri")
        )
        return {"access_token": "access", "token_type": "Bearer", "id_token": self.token(asked)} if right else None  # type: ignore[arg-type]

    def token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer, "sub": "subject-1", "aud": CLIENT, "iat": now, "exp": now + 300,
            "nonce": asked["nonce"], "email": self.email, "email_verified": True, "name": "Ana", **self.claims,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.algorithm == "none":
            return jwt.encode(claims, "", algorithm="none")
        if self.algorithm == "HS256":
            return jwt.encode(claims, SECRET.ljust(32), algorithm="HS256", headers={"kid": "one"})
        return jwt.encode(claims, self.other if self.stranger else self.key, "RS256", headers={"kid": "one"})


@contextmanager
def provider() -> Iterator[OpenId]:
    openid = OpenId()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/.well-known/openid-configuration":
                self.say(openid.description())
            elif parts.path == "/keys":
                self.say(openid.keys())
            elif parts.path == "/userinfo":
                self.say({"sub": "subject-1", "email": openid.email, "email_verified": True})
            elif parts.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", openid.authorize(dict(parse_qsl(parts.query))))
                self.send_header("Content-Length", "0")
                self.end_headers()
            else:
                self.send_error(404)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            told = openid.redeem({name: values[0] for name, values in parse_qs(body).items()})
            self.say(told or {"error": "invalid_grant"}, 200 if told else 400)

        def say(self, what: object, status: int = 200) -> None:
            body = json.dumps(what).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        openid.issuer = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield openid
        server.shutdown()
        thread.join()
