"""A database that tests lend to each other is at each loan as the template is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from psycopg import sql

from app.db import Embedded
from tests.databases import GROWN, LOANS, TABLES, TEMPLATE, Databases, url_of


@pytest.fixture
def lender(server: Embedded) -> Iterator[Databases]:
    """Databases that no other test lends."""
    with closing(Databases(server)) as databases:
        yield databases


def content(url: str) -> dict[str, list[str]]:
    """Every row of every table, as text."""
    with psycopg.connect(url) as connection:
        names = [str(name) for (name,) in connection.execute(TABLES)]
        return {
            name: [
                str(row)
                for (row,) in connection.execute(
                    sql.SQL("SELECT t::text FROM {} t ORDER BY 1").format(sql.Identifier(name))
                )
            ]
            for name in names
        }


def run(url: str, *statements: str) -> None:
    with psycopg.connect(url) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def test_what_a_test_wrote_changed_and_deleted_is_undone(lender: Databases, server: Embedded) -> None:
    expected = content(url_of(server, TEMPLATE))
    with lender.lent() as first:
        run(
            first,
            "UPDATE workspace SET name = 'Changed'",
            "INSERT INTO workspace (id, slug, name) VALUES (gen_random_uuid(), 'other', 'Other')",
            "INSERT INTO brand (id, workspace_id, kind, name, query, colour)"
            " SELECT gen_random_uuid(), id, 'own', 'Z', 'z', '#000000' FROM workspace",
            "INSERT INTO procrastinate_jobs (task_name, queue_name) VALUES ('a', 'b')",
            "DELETE FROM alembic_version",
        )
        assert content(first) != expected
    with lender.lent() as second:
        assert second == first
        assert content(second) == expected


def test_numbers_are_counted_from_the_start_again(lender: Databases) -> None:
    numbers = []
    for _ in range(2):
        with lender.lent() as url, psycopg.connect(url) as connection:
            job = "INSERT INTO procrastinate_jobs (task_name, queue_name) VALUES ('a', 'b') RETURNING id"
            numbers.append(connection.execute(job).fetchone())
    assert numbers == [(1,), (1,)]


def test_a_connection_left_open_in_a_transaction_hinders_nobody(lender: Databases) -> None:
    with lender.lent() as first:
        left = psycopg.connect(first)
        left.execute("LOCK TABLE workspace IN ACCESS EXCLUSIVE MODE")
    with lender.lent() as second:
        assert second == first
        run(second, "UPDATE workspace SET name = 'Free'")
    with pytest.raises(psycopg.OperationalError):
        left.execute("SELECT 1")
    left.close()


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE brand ADD COLUMN more text",
        "ALTER TABLE brand ALTER COLUMN name DROP NOT NULL",
        "ALTER TABLE procrastinate_jobs DISABLE TRIGGER USER",
        "CREATE INDEX another ON brand (name)",
        "CREATE TABLE another (id int)",
        "DROP TABLE dirty_hour",
        "CREATE OR REPLACE FUNCTION another() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ],
)
def test_a_database_of_another_schema_is_lent_to_nobody(change: str, lender: Databases) -> None:
    with lender.lent() as first:
        run(first, change)
    with lender.lent() as second:
        assert second != first


def test_a_database_that_has_grown_is_lent_to_nobody(lender: Databases) -> None:
    with lender.lent() as first:
        run(
            first,
            "INSERT INTO procrastinate_jobs (task_name, queue_name, args)"
            " SELECT 'a', 'b', jsonb_build_object('n', repeat(md5(n::text), 20))"
            f" FROM generate_series(1, {GROWN // 400}) n",
        )
    with lender.lent() as second:
        assert second != first


def test_no_database_is_lent_for_ever(lender: Databases) -> None:
    used = []
    for _ in range(LOANS + 1):
        with lender.lent() as url:
            used.append(url)
    assert set(used[:LOANS]) == {used[0]}
    assert used[LOANS] != used[0]
