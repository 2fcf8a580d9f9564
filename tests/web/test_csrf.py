"""A form counts only when it comes from our own pages."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from app import web
from app.web.csrf import same_origin, token_for


@pytest.mark.parametrize(
    ("site", "origin", "token", "allowed"),
    [
        ("same-origin", None, "", True),
        ("none", None, "", True),
        ("cross-site", None, "", False),
        ("same-site", "http://localhost:8000", "", False),
        (None, "http://localhost:8000", "", True),
        (None, "http://evil.example", "", False),
        (None, "http://localhost:8000.evil.example", "", False),
        (None, "null", "", False),
        (None, None, "", False),
        (None, None, "wrong", False),
        (None, None, token_for("seed"), True),
        (None, "null", token_for("seed"), True),
        (None, "http://evil.example", token_for("seed"), False),
        ("cross-site", "http://localhost:8000", token_for("seed"), False),
    ],
)
def test_a_form_must_come_from_our_own_pages(site: str | None, origin: str | None, token: str, allowed: bool) -> None:
    assert same_origin(site, origin, "http://localhost:8000", token, "seed") is allowed


def test_without_a_cookie_no_token_is_right() -> None:
    assert not same_origin(None, None, "http://localhost", token_for(""), None)


def unsafe_paths() -> list[str]:
    """The address of every form of the pages, ids filled in."""
    routes = [route for part in web.PARTS for route in part.routes if isinstance(route, APIRoute)]
    found = [route.path.replace("{verb}", "poll") for route in routes if "POST" in route.methods]
    return [re.sub(r"\{[a-z_]+\}", "0198c0de-0000-7000-8000-000000000000", path) for path in found]


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "", "origin": "http://evil.example"}, {"sec-fetch-site": ""}],
)
def test_every_form_refuses_what_another_site_sends(app: FastAPI, browser: TestClient, headers: dict[str, str]) -> None:
    paths = unsafe_paths()
    assert len(paths) > 15
    sent = {name: value for name, value in headers.items() if value}
    bare = TestClient(app, base_url="http://localhost:8000", cookies=dict(browser.cookies), headers=sent)
    answers = {path: bare.post(path, data={"x": "1"}, follow_redirects=False).status_code for path in paths}
    assert set(answers.values()) == {403}, answers
