"""A Page as the Graph API shows it, and the errors that it answers."""

from __future__ import annotations

import json
from typing import Any

import httpx2

from collectors.base import Page
from collectors.facebook import FacebookPage, collector
from tests.collectors.conftest import Answer, Rule

PAGE = "104200000000001"
FEED = f"/v26.0/{PAGE}/feed"


def params(site: Any, **more: Any) -> FacebookPage:
    return FacebookPage.model_validate(
        {"page": PAGE, "token": "EAAB-very-secret", "base_url": site.base, "tagged": False, **more}
    )


def read(site: Any, http: httpx2.Client, cursor: Any = None, **more: Any) -> list[Page]:
    return list(collector.pages(params(site, **more), cursor or {}, http))


def sheet(*posts: dict[str, Any], after: str = "") -> str:
    following = f"https://graph.facebook.com{FEED}?access_token=EAAB-very-secret&after={after}"
    return json.dumps({"data": posts, "paging": {"cursors": {"after": after}, "next": following} if after else {}})


def post(n: int, text: str = "", comments: int = 0) -> dict[str, Any]:
    at = f"2026-03-01T{n // 60 % 24:02}:{n % 60:02}:00+0000"
    return {
        "id": f"{PAGE}_{n}",
        "message": text or f"Acme {n}",
        "created_time": at,
        "updated_time": at,
        "from": {"id": "7", "name": "Léa"},
        "comments": {"summary": {"total_count": comments}},
    }


def on(site: Any, path: str, body: str, status: int = 200, headers: dict[str, str] | None = None, **query: str) -> None:
    said = Answer(body.encode(), status, {"Content-Type": "application/json", **(headers or {})})
    site.rules.append(Rule(path, said, query=query))


def error(code: object, subcode: int = 0, message: str = "") -> str:
    told = {"message": message, "type": "OAuthException", "code": code, "error_subcode": subcode, "fbtrace_id": "A1"}
    return json.dumps({"error": told})
