"""A database full of scored mentions over a year, written in sets, with the API and the pages before it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx2
from sqlalchemy import select, text

from app.actions.keys import NewKey
from app.actions.keys import create as create_key
from app.auth.sessions import log_in
from app.db import Database
from app.models import Brand, Member, Mention, Source, User
from app.pipeline.keep.aggregate import EVERY_SOURCE, recount
from app.viewer import ROLE_SCOPES, Viewer
from bench._running import add_brands, add_sources, command, database, default_workspace, wait_until
from bench.web import free_port

BRANDS = ("Cobalt Bikes", "Lumio Telecom", "Vélomiel")
DAYS = 360
COUNTED = 30
"""Days whose hours are counted from their mentions; the other months of the year are copies of these."""
PER_STATEMENT = 250_000

MENTIONS = r"""
INSERT INTO mention (workspace_id, id, fingerprint, content_hash, source_id, kind, external_id, url, canonical_url,
    host, platform, outlet, author, author_id, title, text, language, published_at, published_guessed, collected_at,
    reach, search)
SELECT :workspace, gen_random_uuid(), decode(lpad(to_hex(n), 32, '0'), 'hex'), decode('00', 'hex'),
    sources.ids[1 + n % array_length(sources.ids, 1)], 'rss', 'urn:bench:' || n, 'https://forum.example/' || n, NULL,
    'forum.example', CASE WHEN n % 100003 = 7 THEN 'lemmy' ELSE 'rss' END, 'Forum', 'member' || n % 5000, '',
    'Mention ' || n, 'Made-up words about a brand, number ' || n || ', with word' || n % 997 || ' and word' || n % 8111,
    CASE WHEN n % 200003 = 9 THEN 'da' ELSE (ARRAY['fr', 'en', 'fr', 'es'])[1 + n % 4] END,
    now() - n * interval '1 second' * :step, false, now() - n * interval '1 second' * :step, n % 10000,
    ('''mention''\:1 ''number''\:2 ''word' || n % 997 || '''\:3 ''word' || n % 8111 || '''\:4')\:\:tsvector
FROM generate_series(CAST(:low AS integer), CAST(:high AS integer)) AS n,
    (SELECT array_agg(id) AS ids FROM source) AS sources
"""
MATCHES = """
INSERT INTO match (workspace_id, brand_id, mention_id, published_at, collected_at, lead, scored_at, negative, neutral,
    positive, model, stance, stance_source)
SELECT m.workspace_id, brands.ids[1 + (m.reach % 3)], m.id, m.published_at, m.collected_at, true, now(),
    p.negative, 1 - p.negative - p.positive, p.positive, 'bench 1',
    CASE WHEN p.negative > 0.5 THEN 'detractor' WHEN p.positive > 0.35 THEN 'promoter'
        WHEN p.negative + p.positive < 0.5 THEN 'passive' ELSE 'unsure' END, 'model'
FROM mention m, (SELECT array_agg(id) AS ids FROM brand) AS brands,
    LATERAL (SELECT random() * 0.6 AS negative, random() * 0.4 + m.reach * 0 AS positive) AS p
WHERE m.published_at > :since AND m.published_at <= :until
"""
INDEXES = """
SELECT i.relname AS name, pg_get_indexdef(i.oid) AS definition FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
WHERE x.indrelid = CAST(:table AS regclass) AND NOT x.indisunique
"""
COUNTS = (
    "number, promoters, passives, detractors, fixed_promoters, fixed_passives, fixed_detractors, model_number, squares"
)
COPY_MONTH = f"""
INSERT INTO bucket (workspace_id, brand_id, weight, hour, source_id, language, {COUNTS}, histogram)
SELECT workspace_id, brand_id, weight, hour - make_interval(days => CAST(:days AS integer)), source_id, language,
    {COUNTS}, histogram
FROM bucket WHERE hour > :since
"""
SUM_DAYS = f"""
INSERT INTO day_bucket (workspace_id, brand_id, day, weight, language, {COUNTS}, histogram)
SELECT workspace_id, brand_id, (hour AT TIME ZONE 'UTC')\\:\\:date, weight, language,
    {", ".join(f"sum({name})" for name in COUNTS.split(", "))},
    ARRAY[{", ".join(f"sum(histogram[{cell}])" for cell in range(1, 16))}]
FROM bucket WHERE source_id = :every GROUP BY 1, 2, 3, 4, 5
"""


@dataclass(frozen=True, slots=True)
class Filled:
    """A Vigie that answers: its API with a key, its pages with a session, and what may be asked for."""

    db: Database
    api: httpx2.Client
    pages: httpx2.Client
    brand: UUID
    mention: UUID
    source: UUID
    web: int
    """Process id of the web server."""
    server: int
    """Process id of the database server."""


@contextmanager
def filled(mentions: int) -> Iterator[Filled]:
    """A running web server over so many mentions."""
    port = free_port()
    with database() as (db, folder, server):
        workspace_id = default_workspace(db)
        add_brands(db, workspace_id, BRANDS)
        add_sources(db, workspace_id, [f"http://127.0.0.1:1/{number}" for number in range(10)])
        fill(db, workspace_id, mentions)
        key, cookie = doors(db, workspace_id)
        base = f"http://127.0.0.1:{port}"
        with (
            command(folder, db, "web", VIGIE_PORT=str(port)) as web,
            client(f"{base}/api/v1", Authorization=f"Bearer {key}") as api,
            client(base, Cookie=f"vigie_session={cookie}") as pages,
        ):
            wait_until(lambda: listens(pages), 180)
            with db.reading() as session:
                brand, mention, source = (
                    session.scalars(select(table.id).limit(1)).one() for table in (Brand, Mention, Source)
                )
            yield Filled(db, api, pages, brand, mention, source, web.pid, server)


def client(base: str, **headers: str) -> httpx2.Client:
    """Asks our own server, with patience."""
    return httpx2.Client(base_url=base, headers=headers, trust_env=False, timeout=120)


def doors(db: Database, workspace_id: UUID) -> tuple[str, str]:
    """An API key, and the cookie of somebody who is logged in."""
    now = datetime.now(UTC)
    with db.writing() as session:
        viewer = Viewer(workspace_id, "bench", ROLE_SCOPES["admin"])
        key = create_key(session, viewer, NewKey(name="bench", scopes=["read"]), now).secret
        user = User(email="bench@example.org", password_hash="", language="fr", timezone="Europe/Paris")
        session.add(user)
        session.flush()
        session.add(Member(workspace_id=workspace_id, user_id=user.id, role="admin"))
        return key, log_in(session, user.id, workspace_id, now)


def listens(client: httpx2.Client) -> bool:
    try:
        return client.get("/healthz").status_code == 200
    except httpx2.TransportError:
        return False


def fill(db: Database, workspace_id: UUID, mentions: int) -> None:
    """Writes the mentions and their matches without indexes, makes these, and counts the hours and days."""
    step = DAYS * 86_400 / mentions
    with without_indexes(db, "mention"):
        for low in range(1, mentions + 1, PER_STATEMENT):
            high = min(low + PER_STATEMENT - 1, mentions)
            write(db, MENTIONS, workspace=workspace_id, step=step, low=low, high=high)
    now = datetime.now(UTC)
    with without_indexes(db, "match"):
        for day in range(0, DAYS + 10, 10):
            write(db, MATCHES, since=now - timedelta(days=day + 10), until=now - timedelta(days=day))
    write(db, "UPDATE source SET next_run_at = NULL")
    count(db, workspace_id, now)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE"))


def count(db: Database, workspace_id: UUID, now: datetime) -> None:
    """Counts the hours of the newest month, and copies them to the months before."""
    newest = now.replace(minute=0, second=0, microsecond=0)
    with db.reading() as session:
        brands = session.scalars(select(Brand.id)).all()
    for brand_id in brands:
        for day in range(COUNTED):
            hours = [newest - timedelta(days=day, hours=hour) for hour in range(24)]
            with db.writing() as session:
                session.execute(text("SET LOCAL statement_timeout = 0"))
                recount(session, workspace_id, brand_id, hours)
    for days in range(COUNTED, DAYS, COUNTED):
        write(db, COPY_MONTH, days=days, since=newest - timedelta(days=COUNTED))
    write(db, "DELETE FROM day_bucket")
    write(db, SUM_DAYS, every=EVERY_SOURCE)


def write(db: Database, statement: str, **values: object) -> None:
    """Runs one statement without looking at foreign keys, which hold by construction."""
    with db.writing() as session:
        session.execute(text("SET LOCAL statement_timeout = 0"))
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text(statement), values)


@contextmanager
def without_indexes(db: Database, table: str) -> Iterator[None]:
    """Drops the indexes of a table that hold no constraint, and makes them again."""
    with db.writing() as session:
        indexes = session.execute(text(INDEXES), {"table": table}).all()
        for name, _ in indexes:
            session.execute(text(f'DROP INDEX "{name}"'))
    yield
    for _, definition in indexes:
        with db.writing() as session:
            session.execute(text("SET LOCAL statement_timeout = 0"))
            session.execute(text("SET LOCAL maintenance_work_mem = '1GB'"))
            session.execute(text(definition))
