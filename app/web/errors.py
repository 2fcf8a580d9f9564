"""Shows what went wrong as a page in the same look: 401 leads to the log-in, the rest say what happened."""

from __future__ import annotations

from urllib.parse import urlencode

import structlog
from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.problems import Problem
from app.web import kept
from app.web.language import Tongue, choose_language, zone
from app.web.page import LogIn, SetUpFactor, Visit, visitor
from app.web.words import N_

log = structlog.get_logger(__name__)

HEADINGS = {
    400: N_("This request cannot be read"),
    403: N_("This is not allowed"),
    404: N_("There is nothing here"),
    405: N_("This is not allowed"),
    409: N_("This cannot be done now"),
    413: N_("This is too large"),
    422: N_("Some fields are not valid"),
    429: N_("Too many requests"),
    500: N_("Something went wrong"),
    503: N_("Vigie is not ready"),
}


ADVICE = {
    403: N_("Your role in this workspace does not allow it: ask one of its administrators."),
    404: N_("It was deleted or moved, or the address is incomplete."),
    409: N_("Go back: what you typed is still in the form. Reload the other page to see what has changed."),
    413: N_("Go back, shorten what you sent, and try again: the rest of the form is kept."),
    422: N_("Go back: what you typed is still in the form."),
    429: N_("Wait a little, then try again: nothing is lost."),
    503: N_("Try again in a moment: nothing is lost."),
}
"""What somebody can do about it, beside what the refusal itself says."""


def to_log_in(request: Request, error: LogIn) -> Response:
    """Sends the browser to the log-in, and afterwards back to where it wanted to go. A form that is late is kept."""
    services = request.app.state.services
    late = kept.keep(request, services)
    back = late[1] if late else error.back
    address = "/login" + ("?" + urlencode({"next": back}) if back != "/" else "")
    if (
        request.headers.get("hx-request") == "true"
    ):  # a part of a page cannot show the log-in: the whole page goes there
        led = Response(headers={"HX-Redirect": address})
    else:
        led = RedirectResponse(address, 303)
    if late:
        kept.remember(led, services, late[0])
    return led


def to_set_up_factor(_request: Request, error: SetUpFactor) -> RedirectResponse:
    """Sends the browser to the second factor, and afterwards to where it wanted to go."""
    return RedirectResponse("/settings/security/second-factor?" + urlencode({"next": error.back}), 303)


def problem_page(request: Request, problem: Problem) -> Response:
    """A refusal as a page, in the reader's language."""
    visit = _visit(request)
    what = problem.args_.get("what")
    args = {**problem.args_, "what": visit.word("what", what)} if what else problem.args_
    details = [visit.tongue.notice(error) for error in problem.errors]
    page = _page(request, problem.status, visit.say(problem.text, **args), details)
    page.headers.update(problem.headers)
    return page


def _page(request: Request, status: int, text: str, details: list[str]) -> HTMLResponse:
    visit = _visit(request)
    return visit.page(
        None,
        "error.html",
        status=status,
        code=status,
        heading=visit.say(HEADINGS.get(status, HEADINGS[400] if status < 500 else HEADINGS[500])),
        text=text,
        details=details,
        advice=visit.say(ADVICE[status]) if status in ADVICE else "",
        request_id=request.scope.get("vigie", {}).get("request_id", "") if status >= 500 else "",
    )


def _visit(request: Request) -> Visit:
    """The visit, even when what failed is the very database that knows who asks."""
    try:
        return visitor(request)
    except Exception as error:  # an error page must not fail for the same reason as the page it replaces
        log.warning("the visitor of an error page is not known", error=str(error)[:200])
        code = choose_language(None, None, request.headers.get("accept-language", ""))
        return Visit(request, request.app.state.services, Tongue(code, zone("UTC"), request.app.state.now()), None)
