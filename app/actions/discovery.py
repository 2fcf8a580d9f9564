"""Finds sources by an address or by the name of a brand: what is there, which kinds read it, and what each brings."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import select

from app.actions import secrets
from app.actions.fields import Fields, Name, validate
from app.actions.opml import free_name
from app.actions.sources import NewSource, create
from app.actions.trial import UNREAD, Trial, problem_of, trial
from app.http import host_of
from app.models import Brand, Source
from app.problems import Problem
from app.services import Services
from app.viewer import Viewer, may
from collectors import all_collectors
from collectors._feeds.feed import decode
from collectors._kit.fetch import fetch
from collectors.base import AnyCollector, SourceError
from ground.links import clean_link, feed_links
from ground.place import HEAD, Place

AT_ONCE = 6
"""How many kinds are tried at the same time."""
MOST = 16
SECONDS = 20
"""How long one of them may take; a source that is added may take longer."""
SHOWN = 10
LARGEST_PAGE = 3 * 1024 * 1024
ADDRESS = re.compile(r"https?://\S+|[^\s/@]+\.[^\s/@.]{2,}(?:[/?#]\S*)?|[\w.-]+:\d{2,5}(?:/\S*)?", re.IGNORECASE)
PERSON = re.compile(r"@?([\w.-]{1,100})@([\w.-]{1,200}\.[a-z]{2,})", re.IGNORECASE)
SUBREDDIT = re.compile(r"/?r/(\w{1,50})/?")
FEED = re.compile(r"(?:<\?[^>]{0,300}\?>|<!--.{0,2000}?-->|\s){0,9}<(?:rss|feed|rdf:RDF|channel)\b", re.DOTALL)
NAMING = frozenset({"subreddit", "channel", "community", "tags", "domain", "page"})
"""Params that name what is read better than the host does."""
State = Literal["works", "empty", "failed", "needs_key", "known"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A kind that reads the place, with its params. `known`: a source reads exactly this already."""

    kind: AnyCollector
    params: Mapping[str, Any]
    known: bool = False

    @property
    def needs_key(self) -> bool:
        return self.kind.auth != "none"


@dataclass(frozen=True, slots=True)
class Sight:
    """What was typed, what can be tried there, and why its page could not be read, where it could not."""

    place: Place
    candidates: tuple[Candidate, ...]
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What came of one candidate, and the name that its source would have."""

    candidate: Candidate
    name: str
    state: State
    trial: Trial | None = None
    problem: Problem | None = None


class Picked(Fields):
    """A candidate that somebody ticked."""

    collector: str
    params: dict[str, Any]
    name: Name


def place_of(typed: str, words: str, language: str) -> Place:
    """What was typed, as an address where it is one; `https://` is added to it, as people leave it out."""
    text = " ".join(typed.split())
    if person := PERSON.fullmatch(text):
        return Place(f"https://{person[2]}/@{person[1]}", words, language)
    if subreddit := SUBREDDIT.fullmatch(text):
        return Place(f"https://www.reddit.com/r/{subreddit[1]}/", words, language)
    if ADDRESS.fullmatch(text):
        whole = text if text.lower().startswith(("http://", "https://")) else f"https://{text}"
        if link := clean_link(whole):
            return Place(link, words, language)
    return Place("", text.strip('@#"“”«» '), language)


def candidates_at(place: Place, known: Sequence[tuple[str, Mapping[str, Any]]] = ()) -> tuple[Candidate, ...]:
    """The kinds that read the place, those that need no key first. `known` are the kinds and params read already."""
    found = []
    for kind in all_collectors().values():
        if kind.recognise is None or kind.hidden:
            continue
        for params in kind.recognise(place):
            shown = _as_stored(kind, params)
            if shown is not None or kind.auth != "none":
                found.append(Candidate(kind, params, (kind.kind, shown) in known))
    return tuple(sorted(found, key=lambda one: (one.needs_key, one.kind.rank or 9))[:MOST])


def _as_stored(kind: AnyCollector, params: Mapping[str, Any]) -> dict[str, Any] | None:
    """The params as a row would hold them; None where something is missing."""
    try:
        return secrets.split(kind.params(**params))[0]
    except ValidationError:
        return None


@may("write")
def look(services: Services, viewer: Viewer, typed: str, words: str = "", language: str = "") -> Sight:
    """Which kinds read what was typed; asks the address for its page where no kind knows it by its looks.

    `words` is the name to search for at an address; without it, that of the first brand.
    """
    with services.db.reading() as session:
        here = viewer.workspace_id
        own = select(Brand.name).where(Brand.workspace_id == here).order_by(Brand.kind != "own", Brand.id).limit(1)
        words = words or session.scalar(own) or ""
        rows = session.execute(select(Source.collector, Source.params).where(Source.workspace_id == here))
        known = [(kind, params) for kind, params in rows]
    place = place_of(typed, words, language or viewer.language)
    found = candidates_at(place, known)
    if not place.url or any(not one.needs_key for one in found):
        return Sight(place, found)
    try:
        place = _seen(services, place, typed)
    except SourceError as error:
        return Sight(place, found, problem_of(error))
    return Sight(place, candidates_at(place, known))


def _seen(services: Services, place: Place, typed: str) -> Place:
    """The place with its page. An address without https:// is asked for over http too. Raises SourceError."""
    try:
        answer = fetch(services.gate, place.url, limit=LARGEST_PAGE)
    except SourceError:
        if "://" in typed:
            raise
        answer = fetch(services.gate, place.url.replace("https://", "http://", 1), limit=LARGEST_PAGE)
    url, text = str(answer.url), decode(answer.content, answer.headers.get("content-type", ""))
    is_feed = bool(FEED.match(text)) or (text.startswith("{") and "jsonfeed.org/version" in text[:2_000])
    html = "" if is_feed else text[:HEAD]
    return replace(place, url=url, html=html, is_feed=is_feed, feeds=feed_links(html, url) if html else ())


@may("write")
def try_one(
    services: Services, viewer: Viewer, candidate: Candidate, place: Place, now: datetime, brand_id: UUID | None = None
) -> Found:
    """What a candidate brings, within `SECONDS`; nothing is tried that is read already or needs a key."""
    plain = name_of(candidate, place, viewer.language)
    if candidate.known or candidate.needs_key:
        return Found(candidate, plain, "known" if candidate.known else "needs_key")
    fields = {"collector": candidate.kind.kind, "params": dict(candidate.params), "brand_id": brand_id}
    try:
        brought = trial(services, viewer, validate(NewSource, {**fields, "name": plain}), now, seconds=SECONDS)
    except Problem as problem:
        if problem.code not in UNREAD and problem.status != 422:
            raise
        return Found(candidate, plain, "failed", problem=problem)
    brought = replace(brought, mentions=brought.mentions[:SHOWN])
    name = name_of(candidate, place, viewer.language, brought)
    return Found(candidate, name, "works" if brought.mentions else "empty", brought)


@may("write")
def discover(
    services: Services, viewer: Viewer, sight: Sight, now: datetime, brand_id: UUID | None = None
) -> list[Found]:
    """What all candidates bring, those that work first; several are tried at once."""
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="discovery") as pool:
        found = pool.map(lambda one: try_one(services, viewer, one, sight.place, now, brand_id), sight.candidates)
        order = ("works", "empty", "known", "needs_key", "failed")
        return sorted(found, key=lambda one: order.index(one.state))


def name_of(candidate: Candidate, place: Place, language: str, brought: Trial | None = None) -> str:
    """The name of a source: the title of its feed where all it brings has one, else its kind with what is read."""
    outlets = Counter(mention.draft.outlet for mention in brought.mentions) if brought else Counter()
    if candidate.kind.ids == "feed" and len(outlets) == 1 and (only := next(iter(outlets))):
        return _fit(only)
    title = candidate.kind.title.get(language) or candidate.kind.title["en"]
    named = [str(value) for name, value in candidate.params.items() if name in NAMING]
    address = str(candidate.params.get("url") or candidate.params.get("base_url") or "")
    detail = next(filter(None, [*named, host_of(address) if place.url and address else "", place.words]), "")
    return _fit(f"{title} · {detail}" if detail else title)


def _fit(name: str) -> str:
    return " ".join(name.split())[:90] or "Source"


@may("write")
def add_picked(
    services: Services, viewer: Viewer, picked: Sequence[str], now: datetime, brand_id: UUID | None = None
) -> list[Source]:
    """Adds the candidates that were ticked, all or none. Raises Problem 422, 409."""
    several = [validate(Picked, parsed(one)) for one in picked[: MOST * 2]]
    added: list[Source] = []
    with services.db.writing() as session:
        names = set(session.scalars(select(Source.name).where(Source.workspace_id == viewer.workspace_id)))
        for one in several:
            name = free_name(one.name, names)
            names.add(name)
            new = NewSource(collector=one.collector, name=name, params=one.params, brand_id=brand_id)
            added.append(create(session, viewer, new, services, now))
    return added


def parsed(text: str) -> dict[str, Any]:
    """A JSON object; an empty one for anything else."""
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    return value if isinstance(value, dict) else {}
