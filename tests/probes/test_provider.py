"""The probe of the single sign-on, on a real provider."""

from __future__ import annotations

from app.http import Gate
from app.probes.provider import provider
from app.settings import Settings
from tests.openid import provider as running


def test_the_provider_answers_or_says_why_not() -> None:
    with running() as openid, Gate(allowed_private_hosts=("127.0.0.1",)) as http:
        settings = Settings(oidc_issuer=openid.issuer, oidc_client_id="vigie")
        found = provider(settings, http)
        assert found.state == "ok"
        assert found.text.endswith("http://127.0.0.1:8000/login/sso/back")
        openid.named = "https://another.example"
        assert provider(settings, http).state == "bad"
        assert provider(Settings(), http).state == "note"
