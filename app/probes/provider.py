"""Whether the provider of the single sign-on describes itself as it should."""

from __future__ import annotations

import httpx2

from app.auth.oidc import Provider
from app.probes.finding import Finding
from app.problems import Problem
from app.settings import Settings


def provider(settings: Settings, http: httpx2.Client) -> Finding:
    """Asks the provider for its description; nobody is logged in."""
    if not settings.oidc_issuer:
        return Finding("single sign-on", "note", "VIGIE_OIDC_ISSUER is not set: people log in with a password")
    checked = Provider(settings, http)
    try:
        checked.discovered()
    except Problem:
        return Finding(
            "single sign-on",
            "bad",
            f"{settings.oidc_issuer} does not describe itself as that issuer: check VIGIE_OIDC_ISSUER, and "
            "VIGIE_ALLOWED_PRIVATE_HOSTS where it has a private address",
        )
    return Finding("single sign-on", "ok", f"the provider answers; it must let people back to {checked.redirect_uri}")
