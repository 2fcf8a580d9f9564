"""The feed, one mention, and what people do about it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.actions import mentions as actions
from app.actions.fields import validate
from app.actions.settling import settle
from app.problems import Problem
from app.queries.choices import Choices, choices, count_arrived
from app.queries.feed import OVERDUE, FeedFilter, FeedPage, Whose, feed
from app.queries.mentions import mention
from app.queries.phrases import progress_of_all
from app.queries.to_check import count_to_check
from app.scorer import explainer_of
from app.web.assignees import assignee_options, chosen_assignee
from app.web.form_page import attempt
from app.web.forms import SentForm, sent_form
from app.web.offers import offers_for
from app.web.page import Visit, back_to, editor, member, redirect, with_query
from app.web.reasons import reasons_of
from app.web.views import menu_of, whose_options
from app.web.words import N_, WORDS
from matching.hints import hints

router = APIRouter()

FILTERS = (
    "q",
    "brand",
    "stance",
    "status",
    "period",
    "source",
    "platform",
    "language",
    "copies",
    "undated",
    "story",
    "from",
    "to",
    "assignee",
    "tag",
    "author",
    "incident",
    "unanswered",
    "overdue",
)
RELEVANT = ("new", "in_progress", "answered", "closed")
PAGE = 40


Filters = dict[str, str]
"""The filters of an address by name, as typed; empty where one is not set."""


def filters_of(visit: Visit) -> Filters:
    """The filters of this request. A value that means nothing is dropped, as if it were not there."""
    parameters = visit.request.query_params
    filters = {name: parameters.get(name, "").strip() for name in FILTERS}
    for name in ("brand", "source", "story", "incident"):
        filters[name] = filters[name] if _id(filters[name]) else ""
    for name in ("stance", "status", "period"):
        filters[name] = filters[name] if filters[name] in WORDS[name] else ""
    for name in ("from", "to"):
        filters[name] = filters[name] if _moment(filters[name]) else ""
    return filters


def narrowed_by(filters: Filters, now: datetime) -> FeedFilter:
    """The filter of a feed: unless the address says otherwise, it shows one copy of each story and nothing
    irrelevant."""

    def values(name: str) -> tuple[str, ...]:
        return (filters[name],) if filters[name] else ()

    return FeedFilter(
        brands=tuple(map(UUID, values("brand"))),
        stances=values("stance"),
        sources=tuple(map(UUID, values("source"))),
        platforms=values("platform"),
        languages=values("language"),
        statuses=values("status") or RELEVANT,
        story=_id(filters["story"]),
        undated=True if filters["undated"] else False if filters["from"] or filters["to"] else None,
        text=filters["q"],
        since=_moment(filters["from"]) or (now - timedelta(days=int(filters["period"])) if filters["period"] else None),
        until=_moment(filters["to"]),
        folded=not filters["copies"] and not filters["story"] and not filters["incident"],
        assignee=_whose(filters["assignee"]),
        tags=values("tag"),
        author=filters["author"] or None,
        incident=_id(filters["incident"]),
        unanswered=bool(filters["unanswered"]),
        overdue_at=now - OVERDUE if filters["overdue"] else None,
    )


def _moment(text: str) -> datetime | None:
    """A moment with its zone; None where there is none to read."""
    try:
        at = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return at if at and at.tzinfo and 1970 < at.year < 2200 else None


def _whose(text: str) -> Whose | None:
    return "me" if text == "me" else "none" if text == "none" else _id(text)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


@router.get("/")
def show_feed(visit: Visit = Depends(member)) -> Response:
    """The feed. What is wrong with a query that cannot be read is shown beside the search box."""
    filters, parameters = filters_of(visit), visit.request.query_params
    with visit.services.db.reading() as session:
        options = _options(visit, choices(session, visit.viewer))

        def read_feed() -> tuple[FeedPage | None, Problem | None]:
            return feed(session, visit.viewer, narrowed_by(filters, visit.now), parameters.get("after"), PAGE), None

        rows, problem = attempt(read_feed, lambda refusal: (None, refusal), {422})
        return visit.page(
            session,
            "mentions.html",
            status=problem.status if problem else 200,
            filters=filters,
            feed=rows,
            problem=problem,
            hints=hints(filters["q"]),
            saved=menu_of(visit, session, here=urlencode(_set(filters))),
            saved_here=urlencode(_set(filters)),
            whose=whose_options(visit, session),
            labels={"q": visit.say("Search")},
            chosen=_in_use(visit, filters, options),
            unsure=count_to_check(session, visit.viewer, _brands(filters, options)),
            offers=offers_for(visit, session),
            deciding=progress_of_all(session, visit.viewer),
            undo=_id(parameters.get("undo", "")),
            pulse="/mentions/new?" + urlencode({**_set(filters), "since": visit.now.isoformat()}),
            **options,
        )


def _brands(filters: Filters, options: dict[str, list[tuple[str, str]]]) -> tuple[UUID, ...]:
    """The brand that is chosen, if there is such a one."""
    return tuple(UUID(key) for key, _ in options["brand_options"] if key == filters["brand"])


def _set(filters: Filters) -> Filters:
    return {name: value for name, value in filters.items() if value}


def _options(visit: Visit, offered: Choices) -> dict[str, list[tuple[str, str]]]:
    """What each filter offers, as (value, label)."""

    def words(kind: str) -> list[tuple[str, str]]:
        return [(str(key), visit.word(kind, key)) for key in WORDS[kind] if key is not None]

    return {
        "brand_options": [(str(brand.id), brand.name) for brand in offered.brands],
        "source_options": [(str(source.id), source.name) for source in offered.sources],
        "platform_options": [(name, name) for name in offered.platforms],
        "language_options": [(code, visit.tongue.language_name(code)) for code in offered.languages],
        "stance_options": words("stance"),
        "status_options": words("status"),
        "period_options": words("period"),
    }


def _in_use(visit: Visit, filters: Filters, options: dict[str, list[tuple[str, str]]]) -> list[tuple[str, str]]:
    """The filters that are set, as (name, label)."""
    fixed = {
        "copies": visit.say("Every copy"),
        "undated": visit.say("Date unknown"),
        "story": visit.say("One story"),
        "incident": visit.say("One incident"),
        "unanswered": visit.say("Not answered yet"),
        "overdue": visit.say("Waiting for more than a day"),
        "assignee": _assigned(visit, filters["assignee"]),
        "tag": f"#{filters['tag']}",
        "q": f"«{filters['q']}»",
    }
    for name, words in (("from", N_("from {moment}")), ("to", N_("until {moment}"))):
        if at := _moment(filters[name]):
            fixed[name] = visit.say(words, moment=visit.tongue.moment(at))
    labels = []
    for name, value in _set(filters).items():
        named = dict(options.get(f"{name}_options", ()))
        labels.append((name, fixed.get(name) or named.get(value, value)))
    return labels


def _assigned(visit: Visit, text: str) -> str:
    fixed = {"me": visit.say("Assigned to me"), "none": visit.say("Assigned to nobody")}
    return fixed.get(text, visit.say("Assigned to a member"))


@router.get("/mentions/new")
def count_new(since: str, visit: Visit = Depends(member)) -> Response:
    """A pill that says how many mentions came in since the page was shown; nothing when none did."""
    try:
        start = datetime.fromisoformat(since)
    except ValueError:
        return HTMLResponse("")
    if start.tzinfo is None:
        return HTMLResponse("")
    filters = filters_of(visit)
    with visit.services.db.reading() as session:
        number = count_arrived(session, visit.viewer, narrowed_by(filters, visit.now), start)
    return visit.page(None, "mentions_new.html", number=number, href="/?" + urlencode(_set(filters)))


@router.get("/mentions/{mention_id}")
def show_one(mention_id: UUID, visit: Visit = Depends(member)) -> Response:
    return mention_page(visit, mention_id)


def mention_page(visit: Visit, mention_id: UUID, problem: Problem | None = None) -> HTMLResponse:
    """One mention, with all that is known of it."""
    with visit.services.db.reading() as session:
        detail = mention(session, visit.viewer, mention_id)
    why = reasons_of(explainer_of(visit.services.settings), detail)  # the model is asked between two transactions
    with visit.services.db.reading() as session:
        return visit.page(
            session,
            "mention.html",
            status=problem.status if problem else 200,
            detail=detail,
            reasons=why,
            problem=problem,
            labels={"note": visit.say("Note"), "tags": visit.say("Tags"), "assignee": visit.say("Assigned to")},
            status_options=[(key, visit.word("status", key)) for key in WORDS["status"]],
            assignees=assignee_options(visit, session, detail.view.mention),
            offers=offers_for(visit, session),
        )


@router.post("/mentions/{mention_id}/stance")
def correct(mention_id: UUID, visit: Visit = Depends(editor), sent: SentForm = Depends(sent_form)) -> RedirectResponse:
    """Corrects the stance for one brand, and with `copies` for those that are to check; an empty stance undoes it."""
    values = {"stance": sent.get("stance") or None, "brand_id": sent.get("brand_id") or None}
    changes = validate(actions.MentionChanges, values)
    with visit.services.db.writing() as session:
        if sent.get("copies") and changes.stance and changes.brand_id:
            settle(session, visit.viewer, mention_id, changes.brand_id, changes.stance, visit.services.jobs, visit.now)
        else:
            actions.change(session, visit.viewer, [mention_id], changes, visit.services.jobs, visit.now)
    back = with_query(back_to(sent.get("next"), f"/mentions/{mention_id}"), settled=mention_id)
    return redirect(back, "stance")


@router.post("/mentions/{mention_id}/status")
def sort_out(mention_id: UUID, visit: Visit = Depends(editor), sent: SentForm = Depends(sent_form)) -> RedirectResponse:
    """Says what was done about a mention, or that it is not about the brand."""
    status = sent.get("status")
    _change(visit, mention_id, {"status": status})
    back = back_to(sent.get("next"), f"/mentions/{mention_id}")
    if status == "irrelevant" and not back.startswith("/mentions/"):
        return RedirectResponse(back + ("&" if "?" in back else "?") + urlencode({"undo": str(mention_id)}), 303)
    return redirect(back, "status")


@router.post("/mentions/{mention_id}")
def handle(mention_id: UUID, visit: Visit = Depends(editor), sent: SentForm = Depends(sent_form)) -> Response:
    """Changes status, assignee, tags and note at once."""
    values = {
        "status": sent.get("status"),
        **chosen_assignee(sent),
        "tags": sent.lines("tags"),
        "note": sent.get("note") or None,
    }

    def save() -> Response:
        _change(visit, mention_id, values)
        return redirect(f"/mentions/{mention_id}", "saved")

    return attempt(save, lambda problem: mention_page(visit, mention_id, problem), {422})


def _change(visit: Visit, mention_id: UUID, values: dict[str, Any]) -> None:
    changes = validate(actions.MentionChanges, values)
    with visit.services.db.writing() as session:
        actions.change(session, visit.viewer, [mention_id], changes, visit.services.jobs, visit.now)
