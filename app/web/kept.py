"""What was typed is never lost: a form that came too late stands filled in again after the log-in, and is sent by the
person, not by us."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from html import escape
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

from fastapi import Request
from selectolax.lexbor import LexborHTMLParser, LexborNode
from starlette.datastructures import FormData
from starlette.responses import Response

from app.auth import kept_forms, sessions
from app.auth.kept_forms import Kept
from app.services import Services
from app.web import cookies

COOKIE = "vigie_kept"
NOT_TYPED = frozenset({"hidden", "submit", "button", "file", "image", "reset"})


def page_of(request: Request) -> str:
    """The address of the page that a form stands on, without the message of what was done last.

    A page that shows a refused form again hands on what that form said.
    """
    if request.method == "GET":
        query = urlencode([pair for pair in parse_qsl(request.url.query) if pair[0] != "done"])
        return (request.url.path + (f"?{query}" if query else ""))[:1000]
    sent = request.scope.get("form_data", FormData()).get("form_page")
    return sent if isinstance(sent, str) else ""


def keep(request: Request, services: Services) -> tuple[str, str] | None:
    """Keeps the form of a request whose session has ended. Returns the cookie's value and the page to come back to.

    Only a form that passed the guard comes here: none that another site sent.
    """
    data = request.scope.get("form_data")
    cookie = request.cookies.get(cookies.session_name(services.settings), "")[:200]
    page = page_of(request)
    if request.method != "POST" or not isinstance(data, FormData) or not cookie or not page:
        return None
    fields = tuple((name, value) for name, value in data.multi_items() if isinstance(value, str))
    now = request.app.state.now()
    with services.db.writing() as session:
        user_id = sessions.ended_login(session, cookie, now)
        if user_id is None:
            return None
        value = kept_forms.keep(session, services.seal, user_id, Kept(request.url.path, page, fields), now)
    return (value, page) if value else None


def late_form(request: Request, services: Services, user_id: UUID | None, now: datetime) -> Kept | None:
    """The form that this person sent to this page when their session had ended."""
    value = request.cookies.get(COOKIE, "")[:200] if request.method == "GET" else ""
    if not value or user_id is None:
        return None
    with services.db.reading() as session:
        found = kept_forms.kept(session, services.seal, value, user_id, now)
    return found if found and found.page == page_of(request) else None


def remember(response: Response, services: Services, value: str) -> None:
    cookies.keep(response, services.settings, COOKIE, value, kept_forms.LASTS)


def fill(html: str, form: Kept) -> str | None:
    """The page with what was typed in its form; None when the form is not there any more."""
    tree = LexborHTMLParser(html)
    found = [node for node in tree.css("form") if urlsplit(node.attributes.get("action") or "").path == form.action]
    values: dict[str, list[str]] = defaultdict(list)
    for name, text in form.fields:
        values[name].append(text)
    typed = [node for node in found if _takes(node, values)]
    if not typed:
        return None
    for field in typed[0].css("input, textarea, select"):
        _set(field, values)
    return tree.html


def _takes(form: LexborNode, values: dict[str, list[str]]) -> bool:
    """Whether a form has something to type into, and the same hidden values."""
    fields = form.css("input, textarea, select")
    return any((field.attributes.get("name") or "") in values and _is_typed(field) for field in fields)


def _is_typed(field: LexborNode) -> bool:
    return field.tag != "input" or (field.attributes.get("type") or "text") not in NOT_TYPED


def _set(field: LexborNode, values: dict[str, list[str]]) -> None:
    name = field.attributes.get("name") or ""
    if not _is_typed(field) or name in kept_forms.NEVER:
        return
    kind = field.attributes.get("type") or "text"
    if field.tag == "input" and kind in ("checkbox", "radio"):
        _mark(field, "checked", (field.attributes.get("value") or "on") in values.get(name, []))
    elif name not in values:
        return
    elif field.tag == "input":
        field.attrs["value"] = values[name].pop(0) if len(values[name]) > 1 else values[name][0]
    elif field.tag == "textarea":
        field.inner_html = "\n" + escape(values[name][0], quote=False)
    else:
        for option in field.css("option"):
            _mark(option, "selected", (option.attributes.get("value") or "") in values[name])


def _mark(node: LexborNode, name: str, on: bool) -> None:
    if on:
        node.attrs[name] = ""
    elif name in node.attributes:
        del node.attrs[name]
