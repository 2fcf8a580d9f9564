"""The schema: the migrations agree with the models, and any earlier database becomes ours."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import inspect, text

import migrations
from app.db import Database, Embedded
from app.migrate import (
    NoSuchRevision,
    NotBackwards,
    SchemaIsNewer,
    config,
    downgrade,
    known_revisions,
    migrate,
    newest,
    revision,
)
from tests.databases import made
from tests.stored_dumps import FOLDER as DUMPS_OF
from tests.stored_dumps import load

DUMPS = sorted(DUMPS_OF.glob("*.sql"))


@pytest.fixture
def blank(server: Embedded) -> Iterator[Database]:
    """A database without any table."""
    with made(server) as url:
        database = Database(url)
        yield database
        database.close()


def test_the_models_and_the_migrations_agree(db: Database) -> None:
    with db.engine.connect() as connection:
        command.check(config(connection))


def test_it_goes_down_and_up_again(db: Database) -> None:
    downgrade(db, "base")
    assert revision(db) is None
    with db.engine.connect() as connection:
        left = connection.scalars(text("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"))
        assert set(left) <= {"alembic_version", "alembic_version_pkc"}
    migrate(db)
    with db.engine.connect() as connection:
        command.check(config(connection))


def test_a_newer_schema_is_refused(db: Database) -> None:
    with db.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaIsNewer, match="9999"):
        migrate(db)


def test_a_revision_is_known_or_refused_and_none_is_gone_back_to(db: Database) -> None:
    with pytest.raises(NoSuchRevision, match="0001, 0002"):
        migrate(db, "zzz")
    with pytest.raises(NotBackwards, match="past 0002"):
        migrate(db, "0002")
    migrate(db, newest())


@pytest.mark.parametrize("dump", DUMPS, ids=lambda path: path.stem)
def test_a_database_that_an_earlier_version_left_becomes_ours_with_its_rows(dump: Path, blank: Database) -> None:
    load(blank, dump)
    assert revision(blank) == dump.stem[:4]
    migrate(blank)
    with blank.engine.connect() as connection:
        command.check(config(connection))
        assert connection.scalar(text("SELECT name FROM workspace WHERE slug = 'kept'")) == "Zéphyrine & Cie"
        assert connection.scalar(text("SELECT params ->> 'url' FROM source")) == "https://example.org/f"
        assert connection.scalar(text("SELECT sum(number) FROM bucket")) == 3
    assert key_of_buckets(blank) == ["workspace_id", "brand_id", "weight", "source_id", "hour", "language"]


def key_of_buckets(db: Database) -> list[str]:
    return inspect(db.engine).get_pk_constraint("bucket")["constrained_columns"]


def test_the_dump_of_the_first_day_lacks_what_0008_mends(blank: Database) -> None:
    load(blank, DUMPS_OF / "0002-first-day.sql")
    indexes = {index["name"] for table in ("bucket", "mention") for index in inspect(blank.engine).get_indexes(table)}
    assert not indexes & {"ix_bucket_hour", "ix_mention_author", "ix_mention_tags"}
    assert key_of_buckets(blank)[3] == "hour"


def test_0011_gives_stored_items_of_feeds_the_platform_that_is_declared(blank: Database) -> None:
    load(blank, DUMPS_OF / "0009.sql")
    row = (
        "INSERT INTO mention (workspace_id, id, fingerprint, content_hash, kind, external_id, host, platform, outlet, "
        "author, author_id, title, text, published_at, published_guessed, collected_at, search) "
        "SELECT id, gen_random_uuid(), :key, '', :kind, '', '', :platform, '', '', '', '', '', now(), false, now(), '' "
        "FROM workspace"
    )
    stored = [("rss", "rss"), ("rss", "web"), ("push", "rss"), ("reddit", "reddit")]
    with blank.engine.begin() as connection:
        for number, (kind, platform) in enumerate(stored):
            connection.execute(text(row), {"key": bytes([number]), "kind": kind, "platform": platform})
        connection.execute(text("""UPDATE source SET collector = 'x', params = '{"query": "a", "quotes": true}'"""))
    migrate(blank)
    with blank.engine.connect() as connection:
        assert connection.scalar(text("SELECT params FROM source")) == {"query": "a"}
        platforms = connection.scalars(text("SELECT platform FROM mention ORDER BY fingerprint")).all()
    assert platforms == ["web", "web", "rss", "reddit"]


def test_a_rule_that_had_no_channel_follows_all_of_them_but_for_that_of_the_sample(blank: Database) -> None:
    load(blank, DUMPS_OF / "0009.sql")
    own = "'00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-0000000000"
    with blank.writing() as session:
        session.execute(
            text(f"""
                INSERT INTO brand (workspace_id, id, name, kind, query, colour)
                VALUES ({own}12', 'Percolune', 'own', 'percolune', '#336699');
                INSERT INTO source (workspace_id, id, collector, name, interval_seconds, params, sample)
                VALUES ({own}13', 'sample', 'S', 900, '{{}}', true);
                INSERT INTO alert_rule (workspace_id, id, brand_id, kind, name, params, channels) VALUES
                    ({own}21', '00000000-0000-7000-8000-000000000002', 'threshold', 'empty', '{{}}', '{{}}'),
                    ({own}22', '00000000-0000-7000-8000-000000000002', 'threshold', 'chosen', '{{}}',
                        '{{00000000-0000-7000-8000-000000000004}}'),
                    ({own}23', '00000000-0000-7000-8000-000000000012', 'threshold', 'sample', '{{}}', '{{}}')
            """)
        )
    migrate(blank)
    with blank.reading() as session:
        found = dict(session.execute(text("SELECT name, channels::text FROM alert_rule")).all())
    assert found == {"empty": None, "chosen": "{00000000-0000-7000-8000-000000000004}", "sample": "{}"}
    downgrade(blank, "0009")
    with blank.reading() as session:
        found = dict(session.execute(text("SELECT name, channels::text FROM alert_rule")).all())
    assert found["empty"] == found["chosen"]
    assert found["sample"] == "{}"


def test_each_released_version_has_a_dump() -> None:
    assert {path.stem for path in DUMPS} >= {version for version in known_revisions() if "0002" <= version < newest()}


def test_a_migration_does_not_change_once_it_is_released() -> None:
    """A new one is added by `cd migrations/versions && sha256sum 0*.py > ../SHA256SUMS`, before its first commit."""
    folder = Path(migrations.__file__).parent
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    released = {name: digest for digest, name in (line.split() for line in lines)}
    assert {
        path.name: sha256(path.read_bytes()).hexdigest() for path in (folder / "versions").glob("0*.py")
    } == released
