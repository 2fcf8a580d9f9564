"""The cookies of the pages: the session, the language, how high the rows of the feed are, and the one that binds the
forms of people who are not logged in."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import Response

from app.auth.sessions import ABSOLUTE, REMEMBERED
from app.settings import Settings

LANGUAGE = "vigie_language"
FORM = "vigie_form"
ROWS = "vigie_rows"
YEAR = timedelta(days=365)


def secure(settings: Settings) -> bool:
    """Whether people come by https: only then may a cookie be marked Secure."""
    return settings.address.startswith("https://")


def session_name(settings: Settings) -> str:
    """`__Host-vigie` over https. On plain http a browser would refuse that name, which demands Secure."""
    return "__Host-vigie" if secure(settings) else "vigie_session"


def keep(response: Response, settings: Settings, name: str, value: str, lasts: timedelta) -> None:
    """Sets a cookie that scripts cannot read, and that no other site's forms carry along."""
    response.set_cookie(
        name,
        value,
        max_age=int(lasts.total_seconds()),
        path="/",
        secure=secure(settings),
        httponly=True,
        samesite="lax",
    )


def keep_session(response: Response, settings: Settings, value: str) -> None:
    """It outlives its session by a day, so that a form that comes too late is known to be its owner's."""
    keep(response, settings, session_name(settings), value, ABSOLUTE + REMEMBERED)


def drop_session(response: Response, settings: Settings) -> None:
    response.delete_cookie(session_name(settings), path="/", secure=secure(settings), httponly=True, samesite="lax")
