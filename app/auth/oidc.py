"""Single sign-on: asks an OpenID provider who somebody is, and believes only what it signed for us, now.

Authorization code flow with PKCE, `state` and `nonce` (OpenID Connect Core 1.0, section 3.1; RFC 7636). Everything is
fetched through the gate.
"""

from __future__ import annotations

import base64
import secrets
import threading
import time
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
import jwt
import structlog

from app.http import GateError
from app.problems import Problem
from app.settings import Settings

log = structlog.get_logger(__name__)

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures with a public key only: neither `none`, nor one that our own secret could make."""
LEEWAY = 60
"""Seconds by which clocks may differ."""
KNOWN_FOR, ASK_AGAIN = 3600.0, 60.0
"""Seconds for which the provider's addresses and keys are kept; and how often a key that is not known is asked for."""
TWO_FACTORS = frozenset({"mfa", "otp", "hwk", "swk", "sc", "sms", "tel"})
"""Values of `amr` that say that more than a password was shown (RFC 8176)."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the provider says somebody is. The address is in lower case, and verified by it."""

    subject: str
    email: str
    name: str
    two_factors: bool


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way to the provider and back: what we remember, and it must answer."""

    state: str
    nonce: str
    verifier: str


def new_attempt() -> Attempt:
    return Attempt(*(secrets.token_urlsafe(32) for _ in range(3)))


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier."""
    return base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class Provider:
    """The provider that the settings name."""

    def __init__(self, settings: Settings, http: httpx2.Client) -> None:
        self._settings, self._http = settings, http
        self._issuer, self._client = settings.oidc_issuer or "", settings.oidc_client_id or ""
        self._lock = threading.Lock()
        self._found: dict[str, Any] = {}
        self._keys: list[dict[str, Any]] = []
        self._found_at = self._keys_at = float("-inf")

    @property
    def redirect_uri(self) -> str:
        """Where the provider sends people back to: the configured address, whatever a request calls us."""
        return f"{self._settings.address}/login/sso/back"

    def address_for(self, attempt: Attempt) -> str:
        """Where somebody logs in. Raises Problem 503."""
        asked = {
            "response_type": "code",
            "client_id": self._client,
            "redirect_uri": self.redirect_uri,
            "scope": "openid email profile",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": challenge_of(attempt.verifier),
            "code_challenge_method": "S256",
        }
        address = self.discovered()["authorization_endpoint"]
        return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"

    def identity_for(self, code: str, attempt: Attempt) -> Identity:
        """Who came back with this code. Raises Problem 401 for what is not believed, 503 without a provider."""
        answer = self._exchange(code, attempt.verifier)
        token = str(answer.get("id_token") or "")
        claims = checked(token, self._key_for(token), self._issuer, self._client, attempt.nonce)
        if "email" not in claims:
            claims = {**self._asked_about(str(answer.get("access_token") or ""), claims["sub"]), **claims}
        return identity_of(claims, trusted=self._settings.oidc_second_factor)

    def discovered(self) -> dict[str, Any]:
        """The provider's own description. Raises Problem 503 when it cannot be had, or is another's."""
        with self._lock:
            if time.monotonic() - self._found_at > KNOWN_FOR:
                found = self._get(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
                if found.get("issuer") != self._issuer:
                    log.warning("the provider names another issuer", expected=self._issuer, named=found.get("issuer"))
                    raise unreachable()
                for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                    if urlsplit(str(found.get(name))).scheme not in ("https", urlsplit(self._issuer).scheme):
                        raise unreachable()
                self._found, self._found_at = found, time.monotonic()
            return self._found

    def _key_for(self, token: str) -> jwt.PyJWK:
        """The key that a token says it was signed with; keys that are not known are asked for, not too often."""
        try:
            wanted = jwt.get_unverified_header(token).get("kid")
        except jwt.PyJWTError:
            raise refused("the token cannot be read") from None
        for fresh in (False, True):
            fitting = [key for key in self._signing_keys(fresh) if wanted is None or key.get("kid") == wanted]
            if len(fitting) == 1 or (fitting and wanted is not None):
                try:
                    return jwt.PyJWK(fitting[0])
                except jwt.PyJWTError:
                    break
        raise refused("it was signed with a key that the provider does not publish")

    def _signing_keys(self, fresh: bool) -> list[dict[str, Any]]:
        address = self.discovered()["jwks_uri"]
        with self._lock:
            if time.monotonic() - self._keys_at > (ASK_AGAIN if fresh and self._keys else KNOWN_FOR):
                keys = self._get(address).get("keys", [])
                self._keys = [key for key in keys if isinstance(key, dict) and key.get("use", "sig") == "sig"]
                self._keys_at = time.monotonic()
            return self._keys

    def _exchange(self, code: str, verifier: str) -> dict[str, Any]:
        secret = self._settings.oidc_client_secret
        sent = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect_uri}
        sent |= {"client_id": self._client, "code_verifier": verifier}
        sent |= {"client_secret": secret.get_secret_value()} if secret else {}
        try:
            answer = self._http.post(self.discovered()["token_endpoint"], data=sent, follow_redirects=False)
        except (GateError, httpx2.HTTPError) as error:
            raise unreachable() from error
        if answer.status_code != 200:
            raise refused(f"it does not take the code ({answer.status_code})")
        return _object(answer)

    def _asked_about(self, token: str, subject: str) -> dict[str, Any]:
        """What the provider tells of this very person beside the token."""
        address = self.discovered().get("userinfo_endpoint")
        if not address or not token:
            return {}
        told = self._get(str(address), {"Authorization": f"Bearer {token}"})
        return (
            {name: told[name] for name in ("email", "email_verified", "name") if name in told}
            if (told.get("sub") == subject)
            else {}
        )

    def _get(self, address: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
        try:
            answer = self._http.get(address, headers=headers, follow_redirects=False)
            answer.raise_for_status()
        except (GateError, httpx2.HTTPError) as error:
            log.warning("the provider of the single sign-on does not answer", error=str(error)[:300])
            raise unreachable() from error
        return _object(answer)


def _object(answer: httpx2.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        raise unreachable() from None
    return found if isinstance(found, dict) else {}


def checked(token: str, key: jwt.PyJWK, issuer: str, client: str, nonce: str) -> dict[str, Any]:
    """The claims of a token that this issuer signed for this client, for this attempt, and that still holds.

    Raises Problem 401, and logs why: whoever tries learns nothing.
    """
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=list(ALGORITHMS),
            audience=client,
            issuer=issuer,
            leeway=LEEWAY,
            options={"require": ["iss", "sub", "aud", "exp", "iat"]},
        )
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise refused(f"{type(error).__name__}: {error}") from None
    if not secrets.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise refused("it answers another attempt")
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else client) != client:
        raise refused("it was made for another client")
    return claims


def identity_of(claims: dict[str, Any], *, trusted: bool = False) -> Identity:
    """Who the claims name. `trusted`: the operator says that the provider asks everybody for two factors.

    Raises Problem 403 unless the provider itself has verified the address.
    """
    email = str(claims.get("email") or "").strip().lower()
    if not email or "@" not in email or claims.get("email_verified") is not True:
        raise Problem(
            "sso-unverified", 403, "The provider has not verified your e-mail address, so Vigie cannot use it."
        )
    methods = claims.get("amr")
    named = {str(method) for method in methods} if isinstance(methods, list) else set()
    name = str(claims.get("name") or "")[:200]
    return Identity(str(claims["sub"]), email[:254], name, trusted or bool(named & TWO_FACTORS))


def refused(why: str) -> Problem:
    """401: what the provider's answer lacks is for the log."""
    log.warning("a single sign-on was refused", why=why[:300])
    return Problem("sso-refused", 401, "The single sign-on did not succeed: try again.")


def unreachable() -> Problem:
    """503: nothing can be said about anybody without the provider."""
    return Problem("sso-unreachable", 503, "The single sign-on provider does not answer as it should.")
