"""Links that show the page of a reputation to whoever has them: the form, the list, and the page itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.actions import share_links as actions
from app.actions.fields import validate
from app.auth.shared import link_of, note_opened, viewer_of
from app.models import ShareLink
from app.problems import Problem
from app.queries.brands import brand, brands
from app.queries.feed import FeedFilter, feed
from app.queries.paging import LIMIT_MAX
from app.queries.share_links import share_links
from app.viewer import Viewer
from app.web.form_page import attempt
from app.web.forms import SentForm, sent_form
from app.web.language import Tongue, zone
from app.web.mentions import RELEVANT
from app.web.page import Visit, editor, member, redirect, visitor
from app.web.reputation import shown
from app.web.reputation_choice import choice_of
from app.web.reputation_figures import Figures, figures

router = APIRouter()

HOME = "/reputation/links"
LASTS = ("7", "30", "90", "365")
MENTIONS = 20
"""The newest mentions that a link shows, where it shows any."""
CHOSEN = ("period", "by", "weight", "source", "language")
HEADERS = {"X-Robots-Tag": "noindex, nofollow, noarchive"}


@router.get("/reputation/links")
def show_list(visit: Visit = Depends(member)) -> Response:
    """The links, and the form of a new one for what the address shows."""
    parameters = visit.request.query_params
    asked = {name: parameters.get(name, "") for name in ("brand", *CHOSEN)}
    return links_page(visit, {"name": "", "days": "30", "mentions": False, **asked})


def links_page(
    visit: Visit, values: Mapping[str, Any], made: actions.MadeLink | None = None, problem: Problem | None = None
) -> HTMLResponse:
    """The links and the form; `made` is a new link, which is shown now and never again."""
    with visit.services.db.reading() as session:
        return visit.page(
            session,
            "share_links.html",
            status=problem.status if problem else 200,
            found=share_links(session, visit.viewer, visit.request.query_params.get("after")),
            offered=[(str(row.id), row.name) for row in brands(session, visit.viewer, limit=LIMIT_MAX).items],
            lasts=[(days, visit.tongue.lasting(timedelta(days=int(days)))) for days in LASTS],
            values=values,
            chosen={name: values[name] for name in CHOSEN if values[name]},
            url=f"{visit.services.settings.address}/shared/{made.token}" if made else "",
            problem=problem,
            labels={"name": visit.say("Name"), "brand_id": visit.say("Brand"), "expires_at": visit.say("Valid for")},
        )


@router.post("/reputation/links")
def create(visit: Visit = Depends(editor), sent: SentForm = Depends(sent_form)) -> Response:
    """Makes a link, and shows it once."""
    typed = {name: sent.get(name) for name in ("name", "days", "brand", *CHOSEN)}
    values: dict[str, Any] = {**typed, "mentions": sent.is_checked("mentions")}
    days = typed["days"] if typed["days"] in LASTS else "30"
    choice = choice_of(typed, date(1970, 1, 1)).parameters()
    asked = {
        **{name: choice[name] for name in CHOSEN if name in choice},
        "name": values["name"],
        "brand_id": values["brand"],
        "mentions": values["mentions"],
        "expires_at": visit.now + timedelta(days=int(days)),
    }

    def save() -> Response:
        new = validate(actions.NewShareLink, asked)
        with visit.services.db.writing() as session:
            made = actions.create(session, visit.viewer, new, visit.now)
        return links_page(visit, {**values, "name": ""}, made)

    return attempt(save, lambda problem: links_page(visit, values, problem=problem), {404, 422})


@router.post("/reputation/links/{link_id}/delete")
def revoke(link_id: UUID, visit: Visit = Depends(editor)) -> RedirectResponse:
    with visit.services.db.writing() as session:
        actions.revoke(session, visit.viewer, link_id)
    return redirect(HOME, "link-revoked")


@router.get("/shared/{token}")
def show_shared(token: str, visit: Visit = Depends(visitor)) -> Response:
    """The page that a link shows: the figures, without what leads further into the workspace."""
    with visit.services.db.writing() as session:
        row = link_of(session, token, visit.now)
        if row is not None:
            note_opened(session, row, visit.now)
            session.flush()
            session.expunge(row)
    guest = replace(visit, known=None)
    if row is None:
        page = guest.page(None, "shared_gone.html", status=404)
    else:
        page = shared_page(replace(guest, tongue=replace(guest.tongue, zone=zone(row.timezone))), row, viewer_of(row))
    page.headers.update(HEADERS)
    return page


def shared_page(visit: Visit, row: ShareLink, viewer: Viewer) -> HTMLResponse:
    """The figures that a link shows, and the newest mentions where it shows those."""
    tongue: Tongue = visit.tongue
    choice = choice_of({name: str(value) for name, value in row.choice.items()}, tongue.now.date())
    with visit.services.db.reading() as session:
        found = figures(session, viewer, tongue, brand(session, viewer, row.brand_id), choice)
        said = feed(session, viewer, newest_of(found), limit=MENTIONS).items if row.mentions else []
        return visit.page(None, "shared.html", said=said, link=row, csv=None, **shown(visit, found, shared=True))


def newest_of(found: Figures) -> FeedFilter:
    """The mentions that the figures count."""
    return FeedFilter(
        brands=(found.brand.id,),
        sources=found.choice.slant.sources,
        languages=found.choice.slant.languages,
        statuses=RELEVANT,
        since=found.period.since,
        until=found.period.until,
        folded=True,
        undated=False,
    )
