"""Reads a source once, to show what it would bring; stores nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLong
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx2
from pydantic import BaseModel
from sqlalchemy import select

from app.actions.audit import record
from app.actions.brands import check_brand
from app.actions.source_params import checked_params, collector_of, host_asked, limit_key
from app.actions.sources import NewSource
from app.models import Brand, uuid7
from app.pipeline.gather.client import client_for
from app.pipeline.gather.meters import Payer, trial_of
from app.pipeline.sift.batch import Origin
from app.pipeline.sift.normalise import Draft
from app.pipeline.sift.page import queries_json, shortlist, with_brand
from app.pipeline.sift.place import prepare_apart
from app.pipeline.sift.queries import Asked, readable
from app.problems import FieldError, Problem, as_sentence, capitalise, invalid
from app.services import Services
from app.viewer import Viewer, may
from collectors.base import AnyCollector, Page, RawMention, SourceError
from ground.isolate import waiting
from ground.notice import Notice
from matching.match import BrandQuery, Matcher

SHOWN = 20
SECONDS = 45
LISTEN, HEARD_MAX = 8, 1_000
"""How many seconds a trial listens to a stream, and how many mentions it keeps meanwhile."""
UNREAD = frozenset({"source-slow", "source-unreadable"})
"""Codes of the problems that lie with the source, not with what was typed."""


@dataclass(frozen=True, slots=True)
class TrialMention:
    """A mention as it would be stored, and the brands whose query it matches."""

    draft: Draft
    brands: tuple[Brand, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """What a trial of a source found: up to 20 mentions, how many of them match a brand, and how many were read."""

    mentions: tuple[TrialMention, ...]
    matched: int
    read: int
    warning: Notice | None


@may("write")
def trial(
    services: Services,
    viewer: Viewer,
    new: NewSource,
    now: datetime,
    source_id: UUID | None = None,
    seconds: int = SECONDS,
) -> Trial:
    """Reads the first page of a source that may not exist yet; its name and its interval do not matter.

    What the trial spends of a budget counts for the source `source_id`, or for the source that is later added with the
    same key. The audit log says that it was tried, before anything is sent. Raises Problem 422; its code is among
    UNREAD when the source cannot be read, and its sentence says why.
    """
    collector = collector_of(new.collector)
    if not (collector.polled or collector.stream):
        raise invalid(FieldError("collector", "Vigie does not read this kind of source: another tool sends to it."))
    params = checked_params(collector, new.params, services.settings)
    with services.db.reading() as session:
        check_brand(session, viewer, new.brand_id)
        rows = session.scalars(select(Brand).where(Brand.workspace_id == viewer.workspace_id)).all()
    with services.db.writing() as session:
        record(
            session, viewer, "source.try", source_id or "", collector=collector.kind, host=host_asked(collector, params)
        )
    brands = {row.id: row for row in rows}
    key = limit_key(collector, params, services.seal)
    payer = Payer(viewer.workspace_id, collector.kind, str(source_id) if source_id else trial_of(key), key)
    http = client_for(services.db, services.gate, collector, params, payer)
    queries = readable(Asked(row.id, row.query, row.context, row.exclude) for row in rows)
    page = _first_page(collector, params, http, queries_json(queries), seconds)
    if page is None:
        return Trial((), 0, 0, None)
    matcher = Matcher([BrandQuery(brand.id, brand.query, brand.narrowing) for brand in queries])
    drafts = _drafts(Origin(viewer.workspace_id, uuid7(), collector.kind, new.brand_id), page, now)
    tried = tuple(TrialMention(draft, _brands_of(matcher, draft, new.brand_id, brands)) for draft in drafts)
    return Trial(tried, sum(bool(mention.brands) for mention in tried), len(page.mentions), page.warning)


def _drafts(origin: Origin, page: Page, now: datetime) -> list[Draft]:
    return [prepared for prepared in prepare_apart(origin, page.mentions[:SHOWN], now) if isinstance(prepared, Draft)]


def _brands_of(
    matcher: Matcher, draft: Draft, brand_id: UUID | None, brands: Mapping[UUID, Brand]
) -> tuple[Brand, ...]:
    matches = with_brand(matcher.match(draft.title, draft.text, lambda: draft), brand_id)
    return tuple(brand for brand in (brands.get(UUID(str(match.brand_id))) for match in matches) if brand)


def _first_page(
    collector: AnyCollector, params: BaseModel, http: httpx2.Client, queries: str, seconds: int
) -> Page | None:
    pool = ThreadPoolExecutor(1, thread_name_prefix="trial")

    def read() -> Page | None:
        with waiting(seconds):
            return read_first()

    def read_first() -> Page | None:
        if collector.stream:
            return _listen(collector.stream(params, {}, http), queries)
        return next(iter(collector.pages(params, {}, http)), None)

    try:
        reading = pool.submit(read)
        return reading.result(timeout=seconds)
    except TooLong:
        raise Problem("source-slow", 422, "The source did not answer within {n} seconds.", n=seconds) from None
    except SourceError as error:
        raise problem_of(error) from None
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _listen(pages: Iterator[Page], queries: str) -> Page:
    """What a stream brings within `LISTEN` seconds, as one page: first what may be about a brand."""
    ends, warning = time.monotonic() + LISTEN, None
    about: list[RawMention] = []
    others: list[RawMention] = []
    with closing(pages):  # type: ignore[type-var] # a generator, which the seam calls an iterator
        for page in pages:
            fresh = [mention for mention in page.mentions if not mention.deleted]
            kept = shortlist(fresh, None, queries)
            known = set(map(id, kept))
            about += kept
            others += [mention for mention in fresh if id(mention) not in known][: HEARD_MAX - len(others)]
            warning = page.warning or warning
            if len(about) >= SHOWN or time.monotonic() >= ends:
                break
    silent = Notice("Nobody said anything there within {n} seconds.", {"n": LISTEN})
    return Page((*about, *others), {}, warning=warning if about or others else warning or silent)


def problem_of(error: SourceError) -> Problem:
    """The Problem for a source that cannot be read; template and arguments stay apart, so that a page can translate."""
    text = as_sentence(error.notice.text)
    args: dict[str, Any] = dict(error.notice.args)
    if text == "{reason}.":
        args["reason"] = capitalise(str(args["reason"]))
    return Problem("source-unreadable", 422, text, errors=[FieldError("params", text, args)], **args)
