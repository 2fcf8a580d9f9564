"""The cookies of a browser."""

from __future__ import annotations

from starlette.testclient import TestClient

from app.settings import Settings
from app.web import cookies

PASSWORD = "cheval pile agrafe juste"


def test_the_session_cookie_is_kept_from_scripts_and_from_other_sites(stranger: TestClient, account: str) -> None:
    answer = stranger.post("/login", data={"email": account, "password": PASSWORD}, follow_redirects=False)
    cookie = next(each for each in answer.headers.get_list("set-cookie") if each.startswith("vigie_session="))
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}


def test_over_https_the_cookie_is_bound_to_the_host() -> None:
    settings = Settings(public_url="https://vigie.example.com")
    assert cookies.session_name(settings) == "__Host-vigie"
    assert cookies.secure(settings)
