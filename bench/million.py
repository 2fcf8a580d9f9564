"""How long the real API takes for a page of the feed, and for a reputation, over a million mentions."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx2
from sqlalchemy import select, text

from app.actions.keys import NewKey, create
from app.db import Database
from app.models import Brand
from app.pipeline.keep.aggregate import recount
from app.viewer import ROLE_SCOPES, Viewer
from bench._running import add_brands, add_sources, command, database, default_workspace, wait_until
from bench.row import Row

MENTIONS = 1_000_000
DAYS = 365
PORT = 8931
REQUESTS = 60

MENTION = r"""
INSERT INTO mention (workspace_id, id, fingerprint, content_hash, source_id, kind, external_id, url, canonical_url,
    host, platform, outlet, author, author_id, title, text, language, published_at, published_guessed, collected_at,
    reach, search)
SELECT :workspace, gen_random_uuid(), decode(lpad(to_hex(n), 32, '0'), 'hex'), decode('00', 'hex'),
    sources.ids[1 + n % array_length(sources.ids, 1)], 'rss', 'urn:bench:' || n, 'https://forum.example/' || n, NULL,
    'forum.example', 'rss', 'Forum', 'member' || n % 5000, '', 'Mention ' || n,
    'Made-up words about a brand, number ' || n || ', with word' || n % 997 || ' and word' || n % 8111,
    (ARRAY['fr', 'en', 'fr', 'es'])[1 + n % 4], now() - n * interval '1 second' * :step, false,
    now() - n * interval '1 second' * :step, n % 10000,
    ('''mention''\:1 ''number''\:2 ''word' || n % 997 || '''\:3 ''word' || n % 8111 || '''\:4')\:\:tsvector
FROM generate_series(:low, :high) AS n, (SELECT array_agg(id) AS ids FROM source) AS sources
"""
MATCH = """
INSERT INTO match (workspace_id, brand_id, mention_id, published_at, collected_at, lead, scored_at, negative, neutral,
    positive, model, stance, stance_source)
SELECT m.workspace_id, brands.ids[1 + (m.reach % 3)], m.id, m.published_at, m.collected_at, true, now(),
    p.negative, 1 - p.negative - p.positive, p.positive, 'bench 1',
    CASE WHEN p.negative > 0.45 THEN 'detractor' WHEN p.positive > 0.45 THEN 'promoter' ELSE 'passive' END, 'model'
FROM mention m, (SELECT array_agg(id) AS ids FROM brand) AS brands,
    LATERAL (SELECT random() * 0.6 AS negative, random() * 0.4 + m.reach * 0 AS positive) AS p
"""
PAGES = {
    "a page of the feed": "/mentions",
    "a page of one brand": "/mentions?brand={brand}",
    "detractors of one brand": "/mentions?brand={brand}&stance=detractor",
    "a page in one language of one brand": "/mentions?brand={brand}&language=es",
    "a search": "/mentions?q=word42%20AND%20word123",
    "reputation over 30 days": "/brands/{brand}/reputation",
    "reputation over a year by month": "/brands/{brand}/reputation?by=month&from={year_ago}",
}


def run() -> Iterable[Row]:
    with database() as (db, folder, _):
        workspace_id = default_workspace(db)
        add_brands(db, workspace_id, ("Cobalt Bikes", "Lumio Telecom", "Vélomiel"))
        add_sources(db, workspace_id, [f"http://127.0.0.1:1/{number}" for number in range(10)])
        fill(db, workspace_id)
        with db.writing() as session:
            viewer = Viewer(workspace_id, "bench", ROLE_SCOPES["admin"])
            key = create(session, viewer, NewKey(name="bench", scopes=["read"]), datetime.now(UTC)).secret
            brand = session.scalars(select(Brand.id).order_by(Brand.name)).first()
        with command(folder, db, "web", VIGIE_PORT=str(PORT)):
            yield from page_times(key, str(brand))


def fill(db: Database, workspace_id: UUID) -> None:
    """A million scored mentions over a year, and their buckets."""
    step = DAYS * 86_400 / MENTIONS
    for low in range(1, MENTIONS, 100_000):
        with db.writing() as session:
            session.execute(text("SET LOCAL statement_timeout = 0"))
            values = {"workspace": workspace_id, "step": step, "low": low, "high": low + 99_999}
            session.execute(text(MENTION), values)
    with db.writing() as session:
        session.execute(text("SET LOCAL statement_timeout = 0"))
        session.execute(text(MATCH))
        session.execute(text("UPDATE source SET next_run_at = NULL"))
        brands = session.scalars(select(Brand.id)).all()
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    for brand_id in brands:
        for day in range(DAYS + 1):
            hours = [now - timedelta(days=day, hours=hour) for hour in range(24)]
            with db.writing() as session:
                recount(session, workspace_id, brand_id, hours)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def page_times(key: str, brand: str) -> Iterable[Row]:
    """The 95th percentile of each page, in milliseconds, as a client sees it."""
    headers = {"Authorization": f"Bearer {key}"}
    year_ago = (datetime.now(UTC) - timedelta(days=DAYS)).strftime("%Y-%m-%dT%H:%M:%SZ")
    with httpx2.Client(base_url=f"http://127.0.0.1:{PORT}", headers=headers, trust_env=False, timeout=60) as client:
        wait_until(lambda: listens(client), 60)
        for name, path in PAGES.items():
            url = "/api/v1" + path.format(brand=brand, year_ago=year_ago)
            for _ in range(5):
                client.get(url).raise_for_status()
            times = sorted(milliseconds(client, url) for _ in range(REQUESTS))
            yield Row(f"{name}, p95 at {MENTIONS:,}", times[int(REQUESTS * 0.95) - 1], "ms", target=50, better="less")


def listens(client: httpx2.Client) -> bool:
    try:
        return client.get("/healthz").status_code == 200
    except httpx2.TransportError:
        return False


def milliseconds(client: httpx2.Client, url: str) -> float:
    started = time.perf_counter()
    client.get(url).raise_for_status()
    return (time.perf_counter() - started) * 1000
