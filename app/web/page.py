"""One request of a page: who asks, in which language, and how the answer is rendered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session

from app.auth import sessions
from app.models import Revision
from app.queries import overview
from app.queries.workspaces import WorkspaceView, my_workspaces
from app.services import Services
from app.viewer import Viewer
from app.web import cookies, kept
from app.web.csrf import token_for
from app.web.done import message_named
from app.web.language import Tongue, choose_language, zone
from app.web.templating import environment
from app.web.words import N_, WORDS

_NEXT = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


class LogIn(Exception):
    """Raised where somebody has to be logged in and nobody is. `back` is where to go after logging in."""

    def __init__(self, back: str) -> None:
        self.back = back
        super().__init__(back)


class SetUpFactor(LogIn):
    """Raised where somebody has to set up a second factor before anything else. `back` is where to go afterwards."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request: its services, its language, and who asks when that is known.

    `lacks_factor`: the workspace demands a second factor, which this session does not have.
    """

    request: Request
    services: Services
    tongue: Tongue
    known: Viewer | None
    lacks_factor: bool = False
    appearance: str | None = None

    @property
    def viewer(self) -> Viewer:
        """Who asks. Raises LogIn when nobody is logged in, SetUpFactor when they have to set up a second factor."""
        known = self.person
        if self.lacks_factor:
            raise SetUpFactor(self.here if self.request.method == "GET" else "/")
        return known

    @property
    def person(self) -> Viewer:
        """Who asks, also when all they may do is set up a second factor. Raises LogIn when nobody is logged in."""
        if self.known is None:
            raise LogIn(self.here if self.request.method == "GET" else "/")
        return self.known

    @property
    def here(self) -> str:
        """Path and query of this request."""
        query = self.request.url.query
        return self.request.url.path + (f"?{query}" if query else "")

    @property
    def now(self) -> datetime:
        return self.tongue.now

    def word(self, kind: str, value: object) -> str:
        """What a code of the tables is called."""
        return self.tongue.say(WORDS[kind].get(value, str(value)))

    def say(self, text: str, /, **args: Any) -> str:
        return self.tongue.say(text, **args)

    def choice_label(self, value: str, label: str) -> str:
        """What one of a plug-in's choices is called."""
        return self.tongue.say(WORDS["choice"].get(value, label))

    def page(self, session: Session | None, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
        """A whole page, or a part of one. With a session, its menu counts what needs attention."""
        form = kept.late_form(self.request, self.services, self.known.user_id if self.known else None, self.now)
        if form is None:
            return HTMLResponse(self._rendered(session, template, context), status)
        filled = kept.fill(self._rendered(session, template, {**context, "late": "filled"}), form)
        lost = {"late": "lost", "late_fields": [text for _, text in form.fields if len(text) > 1]}
        page = HTMLResponse(filled or self._rendered(session, template, {**context, **lost}), status)
        page.delete_cookie(kept.COOKIE, path="/")
        return page

    def _rendered(self, session: Session | None, template: str, context: dict[str, Any]) -> str:
        counts = overview.overview(session, self.known, self.now) if session is not None and self.known else None
        spaces = self._spaces(session)
        return (
            environment()
            .get_template(template)
            .render(
                _=self.tongue.say,
                pgettext=self.tongue.say_in,
                ngettext=self.tongue.count,
                t=self.tongue,
                visit=self,
                request=self.request,
                viewer=self.known,
                overview=counts,
                spaces=spaces,
                path=self.request.url.path,
                csrf=self.form_token,
                done=message_named(self.request.query_params.get("done", "")),
                word=self.word,
                language_name=self.tongue.language_name,
                changed_in_words=self.history_line,
                named=lambda choices: [(value, self.choice_label(value, label)) for value, label in choices],
                **context,
            )
        )

    def _spaces(self, session: Session | None) -> list[WorkspaceView]:
        """The workspaces of whoever is logged in, for the menu."""
        if session is None or self.known is None or self.known.user_id is None:
            return []
        return my_workspaces(session, self.known)

    def history_line(self, line: Revision) -> str:
        """What one change of a mention was, in words."""
        changes = [self._change(field, *pair) for field, pair in line.change.items() if isinstance(pair, list)]
        return " · ".join(part for part in changes if part) or self.say("Edited")

    def _change(self, field: str, before: Any = None, after: Any = None) -> str:
        if field.startswith("stance:"):
            return self.say(
                "Stance: {before} → {after}", before=self.word("stance", before), after=self.word("stance", after)
            )
        if field == "status":
            return self.say(
                "Status: {before} → {after}", before=self.word("status", before), after=self.word("status", after)
            )
        fixed = {"note": N_("Note changed"), "tags": N_("Tags changed"), "assignee": N_("Assignment changed")}
        return self.say(fixed.get(field, N_("Edited")))

    @property
    def form_page(self) -> str:
        """Where the forms of this page stand, for one that comes too late."""
        return kept.page_of(self.request)

    @property
    def form_token(self) -> str:
        seed = form_seed(self.request)
        return token_for(seed) if seed else ""

    def link(self, **changes: object) -> str:
        """This address with some of its query changed, for filters and pages."""
        return address_with(self.request, {"settled": None, **changes})


def address_with(request: Request, changes: Mapping[str, object]) -> str:
    """The address of the request with these query values set, or dropped when None or empty."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in changes and value]
    new = [(name, str(value)) for name, value in changes.items() if value not in (None, "")]
    query = urlencode([*kept, *new])
    return request.url.path + (f"?{query}" if query else "")


def form_seed(request: Request) -> str | None:
    """What form tokens are derived from: the session, else the cookie of a browser that is not logged in yet."""
    services: Services = request.app.state.services
    fresh: str | None = getattr(request.state, "form_seed", None)
    kept = request.cookies
    return kept.get(cookies.session_name(services.settings)) or kept.get(cookies.FORM) or fresh


def visitor(request: Request) -> Visit:
    """The visit of anybody; the session cookie says who it is, if the session is valid."""
    services: Services = request.app.state.services
    now = request.app.state.now()
    holder = _holder(request, services, now)
    wished = request.query_params.get("lang") or (holder.user.language if holder else None)
    accepted = request.headers.get("accept-language", "")
    code = choose_language(wished, request.cookies.get(cookies.LANGUAGE), accepted)
    viewer = replace(holder.viewer, language=code) if holder else None
    tongue = Tongue(code, zone(viewer.timezone if viewer else "UTC"), now)
    lacks_factor = holder is not None and holder.lacks_factor
    return Visit(request, services, tongue, viewer, lacks_factor, holder.user.appearance if holder else None)


def _holder(request: Request, services: Services, now: datetime, *, touching: bool = True) -> sessions.Login | None:
    """The login that the session cookie of a request belongs to, if it is still valid."""
    cookie = request.cookies.get(cookies.session_name(services.settings))
    if not cookie or len(cookie) > 200:
        return None
    with services.db.reading() as session:
        holder = sessions.login_of(session, cookie, now)
    if holder and holder.stale and touching:
        with services.db.writing() as session:
            sessions.touch(session, holder.token_hash, now)
    return holder


def is_still_logged_in(visit: Visit) -> bool:
    """Whether the session that a visit began with still holds, in the same workspace."""
    holder = _holder(visit.request, visit.services, visit.request.app.state.now(), touching=False)
    return holder is not None and visit.known is not None and holder.viewer.workspace_id == visit.known.workspace_id


def member(request: Request) -> Visit:
    """The visit of somebody who is logged in. Raises LogIn otherwise."""
    visit = visitor(request)
    visit.viewer.needs("read")
    return visit


def person(request: Request) -> Visit:
    """The visit of somebody who is logged in, and may still have to set up a second factor. Raises LogIn otherwise."""
    visit = visitor(request)
    visit.person.needs("read")
    return visit


def editor(request: Request) -> Visit:
    """The visit of somebody who may change things. Raises LogIn when nobody is logged in, Problem 403 for a reader."""
    visit = visitor(request)
    visit.viewer.needs("write")
    return visit


def administrator(request: Request) -> Visit:
    """The visit of an administrator. Raises LogIn when nobody is logged in, Problem 403 for anybody else."""
    visit = visitor(request)
    visit.viewer.needs("admin")
    return visit


def redirect(path: str, done: str = "") -> RedirectResponse:
    """Sends the browser to another page once a form has done its work. `done` names the message to show there."""
    if done:
        path += ("&" if "?" in path else "?") + urlencode({"done": done})
    return RedirectResponse(path, 303)


def with_query(path: str, **values: object) -> str:
    """An address of ours with these query values, whatever it said of them before."""
    parts = urlsplit(path)
    kept = [pair for pair in parse_qsl(parts.query) if pair[0] not in {*values, "done"}]
    return parts.path + "?" + urlencode([*kept, *((name, str(value)) for name, value in values.items())])


def back_to(address: str | None, default: str = "/") -> str:
    """The address to return to, or the default when it is none of ours."""
    return address if address and len(address) <= 2048 and _NEXT.fullmatch(address) else default
