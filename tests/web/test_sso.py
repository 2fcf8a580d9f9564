"""Single sign-on against a real provider: who is let in, and every answer that must not be believed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import select, update
from starlette.testclient import TestClient

from app.auth import sessions
from app.db import Database
from app.main import create_app
from app.models import LoginSession, Member, User, Workspace
from app.services import Services, build
from app.settings import Settings
from tests.openid import CLIENT, SECRET, OpenId, provider
from tests.web.conftest import EMAIL, OWN, PASSWORD
from tests.web.test_second_factor import now_code, switch_on


@pytest.fixture
def openid() -> Iterator[OpenId]:
    with provider() as openid:
        yield openid


Configure = Callable[..., Services]


@pytest.fixture
def configured(settings: Settings, openid: OpenId) -> Iterator[Configure]:
    made: list[Services] = []

    def configure(**more: Any) -> Services:
        own = {"oidc_issuer": openid.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SecretStr(SECRET)}
        made.append(build(settings.model_copy(update={**own, "oidc_name": "Acme", **more})))
        return made[-1]

    yield configure
    for services in made:
        services.close()


@pytest.fixture
def services(configured: Configure) -> Services:
    return configured()


def window(app: FastAPI) -> TestClient:
    return TestClient(app, base_url="http://127.0.0.1:8000", headers={**OWN, "accept-language": "en"})


def go(client: TestClient, back: str = "/alerts") -> httpx2.Response:
    """Through the provider and back, as a browser goes."""
    left = client.get(f"/login/sso?next={back}", follow_redirects=False)
    assert left.status_code == 303, left.text
    with httpx2.Client() as http:
        sent_back = http.get(left.headers["location"]).headers["location"]
    assert sent_back.startswith("http://127.0.0.1:8000/login/sso/back?")
    return client.get(sent_back, headers={"sec-fetch-site": "cross-site"})


def count(db: Database) -> int:
    with db.reading() as session:
        return len(session.scalars(select(LoginSession)).all())


def test_a_member_is_let_in_by_their_verified_address_and_led_back(app: FastAPI, account: str) -> None:
    client = window(app)
    assert "Log in with Acme" in client.get("/login").text
    assert go(client).url.path == "/alerts"
    assert client.get("/").url.path == "/"


def test_what_is_asked_has_state_nonce_and_a_challenge_that_are_never_the_same(app: FastAPI) -> None:
    asked = []
    for _ in range(2):
        left = window(app).get("/login/sso", follow_redirects=False)
        asked.append({name: values[0] for name, values in parse_qs(urlsplit(left.headers["location"]).query).items()})
    assert asked[0]["code_challenge_method"] == "S256"
    assert asked[0]["scope"].split()[0] == "openid"
    assert all(asked[0][name] != asked[1][name] for name in ("state", "nonce", "code_challenge"))


@pytest.mark.parametrize(
    "changed",
    [
        {"claims": {"nonce": "another"}},
        {"claims": {"nonce": None}},
        {"claims": {"aud": "another client"}},
        {"claims": {"aud": [CLIENT, "another"]}},
        {"claims": {"azp": "another"}},
        {"claims": {"iss": "https://evil.example"}},
        {"claims": {"exp": 1_700_000_000, "iat": 1_699_999_000}},
        {"claims": {"exp": None}},
        {"claims": {"sub": None}},
        {"algorithm": "none"},
        {"algorithm": "HS256"},
        {"stranger": True},
    ],
    ids=str,
)
def test_a_token_that_is_not_ours_now_and_signed_opens_nothing(
    app: FastAPI, account: str, openid: OpenId, db: Database, changed: dict[str, Any]
) -> None:
    for name, value in changed.items():
        setattr(openid, name, value)
    answer = go(window(app))
    assert answer.status_code == 401
    assert "The single sign-on did not succeed" in answer.text
    assert count(db) == 0


@pytest.mark.parametrize("claims", [{"email_verified": False}, {"email_verified": None}, {"email_verified": "yes"}])
def test_an_address_that_the_provider_has_not_verified_opens_nothing(
    app: FastAPI, account: str, openid: OpenId, db: Database, claims: dict[str, Any]
) -> None:
    openid.claims = claims
    answer = go(window(app))
    assert (answer.status_code, count(db)) == (403, 0)
    assert "has not verified your e-mail address" in answer.text


def test_an_address_that_only_userinfo_tells_counts_when_it_is_of_the_same_person(
    app: FastAPI, account: str, openid: OpenId
) -> None:
    openid.claims = {"email": None, "email_verified": None}
    assert go(window(app)).url.path == "/alerts"
    openid.claims = {"email": None, "email_verified": None, "sub": "subject-2"}
    assert go(window(app)).status_code == 403


def test_a_stranger_is_not_let_in_and_told_whom_to_ask(
    app: FastAPI, account: str, openid: OpenId, db: Database
) -> None:
    openid.email = "eve@example.com"
    answer = go(window(app))
    assert (answer.status_code, count(db)) == (403, 0)
    assert "eve@example.com has no account here" in answer.text


def test_newcomers_of_a_domain_join_with_the_role_that_is_set(
    configured: Configure, account: str, openid: OpenId, db: Database
) -> None:
    app = create_app(configured(oidc_domains=("acme.example",), oidc_role="manager"))
    openid.email = "Cleo@Acme.example"
    assert go(window(app)).url.path == "/alerts"
    with db.reading() as session:
        user, role = session.execute(
            select(User, Member.role).join(Member, Member.user_id == User.id).where(User.email == "cleo@acme.example")
        ).one()
        assert (role, user.password_hash) == ("manager", "")
    guessed = window(app).post("/login", data={"email": "cleo@acme.example", "password": ""})
    assert guessed.status_code == 401
    openid.email = "eve@evil-acme.example"
    assert go(window(app)).status_code == 403


def test_nobody_becomes_the_first_account_by_single_sign_on(configured: Configure, openid: OpenId) -> None:
    app = create_app(configured(oidc_domains=("example.com",)))
    assert go(window(app)).status_code == 403


def test_a_code_comes_back_to_the_browser_that_left_and_once(app: FastAPI, account: str, openid: OpenId) -> None:
    victim, attacker = window(app), window(app)
    left = attacker.get("/login/sso", follow_redirects=False)
    with httpx2.Client() as http:
        sent_back = http.get(left.headers["location"]).headers["location"]
    assert victim.get(sent_back).url.path == "/login"
    victim.get("/login/sso", follow_redirects=False)
    assert victim.get(sent_back).status_code == 401
    assert attacker.get(sent_back).url.path == "/"
    attacker.cookies.clear()
    assert attacker.get(sent_back).url.path == "/login"


def test_a_refusal_of_the_provider_leads_back_to_the_log_in(app: FastAPI) -> None:
    client = window(app)
    left = client.get("/login/sso", follow_redirects=False)
    state = parse_qs(urlsplit(left.headers["location"]).query)["state"][0]
    answer = client.get(f"/login/sso/back?error=access_denied&state={state}")
    assert answer.status_code == 401


@pytest.mark.parametrize("next_", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_the_way_back_never_leaves_the_house(app: FastAPI, account: str, next_: str) -> None:
    assert go(window(app), next_).url.host == "127.0.0.1"


def test_a_provider_that_names_another_issuer_or_is_gone_is_told(
    app: FastAPI, openid: OpenId, configured: Configure
) -> None:
    openid.named = "https://evil.example"
    assert window(app).get("/login/sso").status_code == 503
    gone = create_app(configured(oidc_issuer="http://127.0.0.1:1"))
    assert window(gone).get("/login/sso").status_code == 503


def test_without_a_provider_there_is_no_button_and_no_way(settings: Settings) -> None:
    services = build(settings)
    client = window(create_app(services))
    assert "/login/sso" not in client.get("/login").text
    assert client.get("/login/sso").status_code == 404
    services.close()


@pytest.mark.parametrize(("methods", "path"), [(["pwd", "mfa"], "/"), (["pwd"], "/settings/security/second-factor")])
def test_a_second_factor_at_the_provider_counts(
    app: FastAPI, account: str, openid: OpenId, db: Database, methods: list[str], path: str
) -> None:
    with db.writing() as session:
        session.execute(update(Workspace).values(settings={sessions.DEMANDS_FACTOR: True}))
    openid.claims = {"amr": methods}
    client = window(app)
    go(client)
    assert client.get("/").url.path == path


def test_the_operator_may_say_that_the_provider_always_asks_for_two(
    configured: Configure, account: str, db: Database
) -> None:
    with db.writing() as session:
        session.execute(update(Workspace).values(settings={sessions.DEMANDS_FACTOR: True}))
    client = window(create_app(configured(oidc_second_factor=True)))
    go(client)
    assert client.get("/").url.path == "/"


def test_who_has_a_second_factor_here_shows_it_unless_the_provider_asked(
    app: FastAPI, account: str, openid: OpenId
) -> None:
    browser = window(app)
    browser.post("/login", data={"email": EMAIL, "password": PASSWORD})
    secret, _ = switch_on(browser)
    client = window(app)
    assert go(client).url.path == "/login/code"
    assert client.get("/").url.path == "/login"
    client = window(app)
    go(client)
    assert client.post("/login/code", data={"code": now_code(secret)}).url.path == "/alerts"
    openid.claims = {"amr": ["mfa"]}
    assert go(window(app)).url.path == "/alerts"
