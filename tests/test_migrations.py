from alembic import command
from sqlalchemy import text

from app import migrate as migrations
from app.db import Database
from app.migrate import config, downgrade, migrate, revision


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
    try:
        migrate(db)
    except migrations.SchemaIsNewer as error:
        assert "9999" in str(error)
    else:
        raise AssertionError("it should have refused")
