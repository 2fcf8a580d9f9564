"""Refuses what another site makes a browser send: Sec-Fetch-Site, else Origin, else a token of the form."""

from __future__ import annotations

import hmac
from hashlib import sha256

from starlette.requests import Request

from app.problems import Problem

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def token_for(seed: str) -> str:
    """The token that forms carry: it is derived from a cookie that only the browser and we know."""
    return hmac.new(seed.encode(), b"vigie form 1", sha256).hexdigest()


def same_origin(site: str | None, origin: str | None, own: str, token: str, seed: str | None) -> bool:
    """Whether a request that changes something comes from our own pages.

    `own` is our origin. A browser that sends Sec-Fetch-Site is believed; an older one is judged by its Origin; one
    that sends neither (plain http on a local network, under Referrer-Policy: no-referrer) must send the token of the
    form.
    """
    if site is not None:
        return site in {"same-origin", "none"}
    if origin is not None and origin != "null":
        return origin == own
    return bool(seed) and hmac.compare_digest(token.encode(), token_for(seed or "").encode())


def cross_site() -> Problem:
    """The Problem for a forged request."""
    return Problem("cross-site", 403, "This form was sent from another site. Go back, reload the page and try again.")


def own_origin(request: Request, public_url: str | None) -> str:
    """The origin of our pages: the configured address, else the one the request came to."""
    if public_url:
        scheme, _, rest = public_url.partition("://")
        return f"{scheme}://{rest.split('/')[0]}"
    return f"{request.url.scheme}://{request.headers.get('host', '')}"
