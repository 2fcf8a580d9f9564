import pytest
from alembic import command
from sqlalchemy import text

from app.db import Database
from app.migrate import SchemaIsNewer, config, downgrade, migrate, revision


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


def test_data_survives_the_way_up_from_each_revision(db: Database) -> None:
    with db.writing() as session:
        session.execute(text("INSERT INTO workspace (id, slug, name) VALUES (gen_random_uuid(), 'kept', 'Kept')"))
    migrate(db)
    with db.reading() as session:
        assert session.scalar(text("SELECT name FROM workspace WHERE slug = 'kept'")) == "Kept"
