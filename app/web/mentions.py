"""The feed: the list of mentions, its filters, and its parts that come by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from app.problems import Problem
from app.queries.choices import Choices, choices, count_arrived
from app.queries.claims import looking
from app.queries.feed import OVERDUE, FeedFilter, FeedPage, Whose, count_mentions, feed
from app.queries.phrases import progress_of_all
from app.queries.to_check import count_to_check
from app.web import cookies
from app.web.assignees import member_options
from app.web.days import by_day
from app.web.form_page import attempt
from app.web.forms import SentForm, sent_form
from app.web.mention import read_mention
from app.web.offers import offers_for
from app.web.page import Visit, back_to, member
from app.web.place import place_of
from app.web.views import menu_of, whose_options
from app.web.words import N_, WORDS
from matching.hints import hints

router = APIRouter()

NUMBERS = {"told": (2, 2**31 - 1), "reach": (1, 2**53 - 1), "sure": (1, 100)}
"""Filters that are whole numbers: the least and the largest of each. `sure` is in per cent."""
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
    "hidden",
    "unanswered",
    "overdue",
    *NUMBERS,
)
RELEVANT = ("new", "in_progress", "answered", "closed")
ALL_OR_RELEVANT: tuple[tuple[str, ...], tuple[str, ...]] = (RELEVANT, ())
"""The statuses shown unless one is chosen: without what is irrelevant, or, of what Vigie hid, all."""
UNFOLDED = ("copies", "story", "incident", "hidden")
"""With one of these filters, every copy is shown."""
PAGE = 40
MOST_PAGES = 10
"""Pages of the list that one address may ask for at once: what somebody had loaded before they went away."""


Filters = dict[str, str]
"""The filters of an address by name, as typed; empty where one is not set."""


def filters_of(parameters: Mapping[str, str]) -> Filters:
    """The filters of an address. A value that means nothing is dropped, as if it were not there."""
    filters = {name: parameters.get(name, "").strip() for name in FILTERS}
    for name in ("brand", "source", "story", "incident"):
        filters[name] = filters[name] if _id(filters[name]) else ""
    for name in ("stance", "status", "period"):
        filters[name] = filters[name] if filters[name] in WORDS[name] else ""
    for name in ("from", "to"):
        filters[name] = filters[name] if _moment(filters[name]) else ""
    return filters | {name: str(_number(filters, name) or "") for name in NUMBERS}


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
        statuses=values("status") or ALL_OR_RELEVANT[bool(filters["hidden"])],
        story=_id(filters["story"]),
        undated=True if filters["undated"] else False if filters["from"] or filters["to"] else None,
        text=filters["q"],
        since=_moment(filters["from"]) or (now - timedelta(days=int(filters["period"])) if filters["period"] else None),
        until=_moment(filters["to"]),
        folded=not any(filters[name] for name in UNFOLDED),
        assignee=_whose(filters["assignee"]),
        tags=values("tag"),
        author=filters["author"] or None,
        incident=_id(filters["incident"]),
        hidden=bool(filters["hidden"]) or None,
        unanswered=bool(filters["unanswered"]),
        overdue_at=now - OVERDUE if filters["overdue"] else None,
        copies=_number(filters, "told"),
        min_reach=_number(filters, "reach"),
        confidence=sure / 100 if (sure := _number(filters, "sure")) else None,
    )


def _number(filters: Filters, name: str) -> int | None:
    """The whole number of a filter; None where there is none within its bounds."""
    text, (least, largest) = filters[name], NUMBERS[name]
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else 0
    return number if least <= number <= largest else None


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
    parameters = visit.request.query_params
    filters, opened = filters_of(parameters), _id(parameters.get("open", ""))
    shown = attempt(lambda: read_mention(visit, opened) if opened else None, lambda _: None, {404})
    body = shown or {"detail": None, "place": place_of(parameters)}
    with visit.services.db.reading() as session:
        offered = _options(visit, choices(session, visit.viewer))

        def read_feed() -> tuple[FeedPage | None, Problem | None]:
            number = PAGE * pages_of(parameters)
            return feed(session, visit.viewer, narrowed_by(filters, visit.now), parameters.get("after"), number), None

        rows, problem = attempt(read_feed, lambda refusal: (None, refusal), {422})
        return visit.page(
            session,
            "mentions.html",
            status=problem.status if problem else 200,
            filters=filters,
            feed=rows,
            days=by_day(rows.items if rows else [], visit.tongue),
            looking=_looking(visit, session, rows),
            problem=problem,
            hints=hints(filters["q"]),
            saved=menu_of(visit, session, here=urlencode(_set(filters))),
            saved_here=urlencode(_set(filters)),
            whose=whose_options(visit, session),
            labels={"q": visit.say("Search")},
            chosen=_in_use(visit, filters, offered),
            unsure=count_to_check(session, visit.viewer, _brands(filters, offered)),
            offers=offers_for(visit, session),
            deciding=progress_of_all(session, visit.viewer),
            undo=parameters.get("undo", ""),
            everybody=member_options(visit, session),
            dense=visit.request.cookies.get(cookies.ROWS) == "dense",
            **body,
            **offered,
        )


def _looking(visit: Visit, session: Session, rows: FeedPage | None) -> dict[UUID, list[str]]:
    """Who else has the mentions of a list open."""
    return looking(session, visit.viewer, [view.mention.id for view in rows.items] if rows else [], visit.now)


def pages_of(parameters: Mapping[str, str]) -> int:
    """How many pages of the list an address asks for at once."""
    asked = parameters.get("pages", "")
    return max(1, min(MOST_PAGES, int(asked))) if asked.isascii() and asked.isdecimal() else 1


@router.post("/mentions/rows")
def set_height(visit: Visit = Depends(member), sent: SentForm = Depends(sent_form)) -> Response:
    """Keeps how high the rows of this browser are."""
    answer = RedirectResponse(back_to(sent.get("next")), 303)
    kept = "dense" if sent.get("rows") == "dense" else ""
    cookies.keep(answer, visit.services.settings, cookies.ROWS, kept, cookies.YEAR)
    return answer


@router.get("/mentions/rows")
def show_rows(visit: Visit = Depends(member)) -> Response:
    """The next page of the list, without what stands around it. Raises Problem 422 on a foreign cursor."""
    parameters = visit.request.query_params
    filters = filters_of(parameters)
    with visit.services.db.reading() as session:
        rows = feed(session, visit.viewer, narrowed_by(filters, visit.now), parameters.get("after"), PAGE)
        others = _looking(visit, session, rows)
    place = place_of({**parameters, "after": "", "pages": ""})
    days = by_day(rows.items, visit.tongue)
    return visit.page(None, "mentions_more.html", filters=filters, feed=rows, days=days, place=place, looking=others)


@router.get("/mentions/count")
def show_count(visit: Visit = Depends(member)) -> Response:
    """How many mentions pass the filters."""
    filters = filters_of(visit.request.query_params)
    with visit.services.db.reading() as session:
        number = count_mentions(session, visit.viewer, narrowed_by(filters, visit.now))
    return visit.page(None, "mentions_count.html", number=number)


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
        "q": visit.say("“{words}”", words=filters["q"]),
        "incident": visit.say("One incident"),
        "hidden": visit.say("Hidden by Vigie"),
        "unanswered": visit.say("Not answered yet"),
        "overdue": visit.say("Waiting for more than a day"),
        "assignee": _assigned(visit, filters["assignee"]),
        "tag": f"#{filters['tag']}",
        "told": visit.say("Told at least {n} times", n=filters["told"]),
        "reach": visit.say("Reach of {n} or more", n=filters["reach"]),
        "sure": visit.say("Certainty of {n} per cent or more", n=filters["sure"]),
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
    filters = filters_of(visit.request.query_params)
    with visit.services.db.reading() as session:
        number = count_arrived(session, visit.viewer, narrowed_by(filters, visit.now), start)
    return visit.page(None, "mentions_new.html", number=number, href="/?" + urlencode(_set(filters)))
