"""The command line as a process: what it prints, where, and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from app.__main__ import main
from app.auth.keys import SHAPE
from app.db import Database, Embedded
from app.models import Brand, Mention, Source, SurveyResponse, Workspace
from tests.databases import made

OWN_KEY = "a secret key for tests only"
NO_DATABASE = {"VIGIE_DATABASE_URL": "postgresql://a:sesame@127.0.0.1:1/d", "VIGIE_SECRET_KEY": OWN_KEY}


@dataclass(frozen=True, slots=True)
class Ran:
    code: int
    out: str
    err: str


Run = Callable[..., Ran]


def vigie(*words: str | Path, **environment: str) -> Ran:
    """Runs one command in an environment that holds no setting but those given."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("VIGIE_")}
    done = subprocess.run(
        [sys.executable, "-m", "app", *map(str, words)], env={**bare, **environment}, capture_output=True, timeout=120
    )
    return Ran(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


@pytest.fixture
def url(db: Database) -> str:
    """A migrated database for the commands of one test."""
    return db.url


@pytest.fixture
def blank(server: Embedded) -> Iterator[str]:
    """A database without any table."""
    with made(server) as url:
        yield url


@pytest.fixture
def run(url: str, tmp_path: Path) -> Run:
    return lambda *words: vigie(
        *words, VIGIE_DATABASE_URL=url, VIGIE_SECRET_KEY=OWN_KEY, VIGIE_DATA_DIR=str(tmp_path / "data")
    )


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    database = Database(url)
    yield database
    database.close()


def every_command(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from every_command(command, (*path, name))
        else:
            yield (*path, name)


@pytest.mark.parametrize("path", list(every_command(main)), ids=" ".join)
def test_every_command_explains_itself_with_an_example(path: tuple[str, ...]) -> None:
    command: click.Command = main
    for name in path:
        assert isinstance(command, click.Group)
        command = command.commands[name]
    help_ = command.get_help(click.Context(command, info_name=" ".join(("vigie", *path))))
    assert "Example:" in help_
    assert f"vigie {' '.join(path)}" in help_.split("Example:")[1]


def test_help_is_printed_and_ends_well() -> None:
    ran = vigie("import", "--help")
    assert (ran.code, ran.err) == (0, "")
    assert "vigie import avis.csv" in ran.out


WRONG: list[tuple[dict[str, str], tuple[str, ...]]] = [
    ({"VIGIE_PORT": "abc"}, ("VIGIE_PORT", "integer")),
    ({"VIGIE_PORT": "70000"}, ("VIGIE_PORT", "65535")),
    ({"VIGIE_LOG_LEVEL": "loud"}, ("VIGIE_LOG_LEVEL", "debug, info")),
    ({"VIGIE_DATABASE_URL": "postgresql://a:sesame@127.0.0.1:1/d"}, ("VIGIE_SECRET_KEY is not set", "openssl")),
    ({**NO_DATABASE, "VIGIE_SECRET_KEY": "short"}, ("VIGIE_SECRET_KEY is too short",)),
    ({"VIGIE_DATABASE_URL": "sesame", "VIGIE_SECRET_KEY": OWN_KEY}, ("VIGIE_DATABASE_URL", "postgresql://")),
    ({"VIGIE_DATABASE_URL": "mysql://a:sesame@h/d", "VIGIE_SECRET_KEY": OWN_KEY}, ("VIGIE_DATABASE_URL",)),
    (
        NO_DATABASE,
        ("database does not answer", "VIGIE_DATABASE_URL"),
    ),
    ({"VIGIE_SECRET_KEY_FILE": "/nonexistent/key"}, ("/nonexistent/key",)),
    ({**NO_DATABASE, "VIGIE_SMTP_URL": "http://mail.example.org"}, ("VIGIE_SMTP_URL", "smtp://")),
    ({**NO_DATABASE, "VIGIE_ALLOWED_PRIVATE_HOSTS": "http://a/b"}, ("VIGIE_ALLOWED_PRIVATE_HOSTS", "host")),
]
IN_ONE_PROCESS = """
import json, sys
from click.testing import CliRunner
from app.__main__ import main
for environment in json.load(sys.stdin):
    done = CliRunner().invoke(main, ["key", "create"], env=environment)
    print(json.dumps([done.exit_code, done.stdout, done.stderr, repr(done.exception)]))
"""


def test_a_wrong_setting_is_one_sentence(tmp_path: Path) -> None:
    quiet = {"VIGIE_LOG_LEVEL": "error", "VIGIE_DATA_DIR": str(tmp_path)}
    bare = {name: value for name, value in os.environ.items() if not name.startswith("VIGIE_")}
    done = subprocess.run(
        [sys.executable, "-c", IN_ONE_PROCESS],
        input=json.dumps([quiet | environment for environment, _ in WRONG]),
        env=bare,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    for (environment, words), line in zip(WRONG, done.stdout.splitlines(), strict=True):
        code, out, err, error = json.loads(line)
        assert (code, out, error) == (1, "", "SystemExit(1)"), environment
        assert err.startswith("Error: "), err
        assert err.count("\n") == 1, err
        assert "sesame" not in err
        assert [word for word in words if word not in err] == []


def test_a_wrong_setting_ends_the_process_without_a_traceback(tmp_path: Path) -> None:
    ran = vigie("worker", VIGIE_PORT="abc", VIGIE_DATA_DIR=str(tmp_path))
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert "VIGIE_PORT" in ran.err


def test_a_data_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ran = vigie("key", "create", VIGIE_DATA_DIR=str(tmp_path / "file" / "data"))
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert str(tmp_path / "file") in ran.err


def test_key_create_prints_the_key_and_nothing_else(run: Run) -> None:
    ran = run("key", "create", "--scopes", "read,write")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == ran.out.strip() + "\n"
    assert SHAPE.fullmatch(ran.out.strip())
    elsewhere = run("key", "create", "--workspace", "nowhere")
    assert elsewhere.code == 1
    assert "there is: default" in elsewhere.err


@pytest.mark.parametrize(
    "words",
    [
        ("import", __file__),
        ("import", "/nonexistent/avis.csv", "--source", "Avis"),
        ("import", __file__, "--source", "Avis", "--survey", "Acme"),
        ("import", __file__, "--survey", "Acme", "--timezone", "Paris"),
        ("import", __file__, "--survey", "Acme", "--map", "score"),
        ("export", "--format", "pdf"),
        ("key", "create", "--scopes", "fly"),
        ("fly",),
    ],
    ids=" ".join,
)
def test_a_command_that_is_typed_wrong_ends_with_2(words: tuple[str, ...]) -> None:
    done = CliRunner().invoke(main, words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Usage: " in done.stderr
    assert "Error: " in done.stderr


def test_migrate_makes_the_schema_once(blank: str) -> None:
    given = {"VIGIE_DATABASE_URL": blank, "VIGIE_SECRET_KEY": OWN_KEY}
    first, second = vigie("migrate", **given), vigie("migrate", **given)
    assert (first.code, second.code) == (0, 0)
    assert first.out.startswith("schema none → ")
    revision = first.out.split()[-1]
    assert second.out.split() == ["schema", revision, "→", revision]
    database = Database(blank)
    with database.reading() as session:
        assert session.scalars(select(Workspace.slug)).all() == ["default"]
    database.close()


def test_doctor_says_what_is_set_and_hides_what_is_secret(run: Run) -> None:
    ran = run("doctor", "--json")
    assert ran.code == 0
    assert OWN_KEY not in ran.out
    found = {one["name"]: one for one in json.loads(ran.out)}
    assert found["VIGIE_SECRET_KEY"] == {"name": "VIGIE_SECRET_KEY", "state": "ok", "text": "set (environment)"}
    assert found["database"]["state"] == "ok"
    assert found["worker"]["state"] == "note"


def test_doctor_names_what_is_wrong() -> None:
    ran = vigie("doctor", **NO_DATABASE)
    assert ran.code == 1
    assert "sesame" not in ran.out
    (bad,) = [line for line in ran.out.splitlines() if line.startswith("✗")]
    assert "database" in bad
    assert "VIGIE_DATABASE_URL" in bad


def test_the_sample_comes_and_goes(run: Run, database: Database) -> None:
    def sources() -> int:
        with database.reading() as session:
            return session.scalar(select(func.count()).select_from(Source).where(Source.sample)) or 0

    assert run("sample", "load").code == 0
    loaded = sources()
    assert loaded > 0
    assert run("sample", "remove").code == 0
    assert sources() == 0


def test_import_then_export(run: Run, database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        here = session.scalars(select(Workspace.id).where(Workspace.slug == "default")).one()
        session.add(Brand(workspace_id=here, name="Zéphyrine", kind="own", query="zephyrine", colour="#000000"))
    file = tmp_path / "avis.csv"
    file.write_text("Date;Texte;Note\n22/11/2025;Merci Zéphyrine;5\n;Zéphyrine, quelle honte;1\nhier;Zéphyrine;3\n")
    first = run("import", file, "--source", "Avis")
    assert first.code == 0
    assert first.out.startswith("3 read: 2 stored, 0 updated")
    assert "line 4" in first.err
    assert "hier" in first.err
    again = run("import", file, "--source", "Avis", "--json")
    told = json.loads(again.out)
    assert (told["read"], told["stored"], told["unchanged"], told["refused"]) == (3, 0, 2, 1)
    assert [one["line"] for one in told["refused_lines"]] == [4]
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Mention)) == 2
    wrong = tmp_path / "faux.csv"
    wrong.write_text("Quand,Quoi\n2025-01-01,Zéphyrine\n")
    refused = run("import", wrong, "--source", "Avis")
    assert (refused.code, refused.out) == (1, "")
    assert "Quand, Quoi" in refused.err
    assert "texte" in refused.err
    nothing = tmp_path / "rien.csv"
    nothing.write_text("texte,date\nZéphyrine,hier\n")
    assert run("import", nothing, "--source", "Avis").code == 1
    exported = run("export", "--format", "jsonl")
    rows = [json.loads(line) for line in exported.out.splitlines()]
    assert (exported.code, exported.err) == (0, "")
    assert sorted(row["text"] for row in rows) == ["Merci Zéphyrine", "Zéphyrine, quelle honte"]
    target = tmp_path / "mentions.csv"
    assert run("export", "--brand", "Zéphyrine", "--output", target).code == 0
    assert target.read_text(encoding="utf-8-sig").count("Merci Zéphyrine") == 1
    assert "there is: Zéphyrine" in run("export", "--brand", "Nobody").err


def test_answers_to_a_survey_are_imported_once_and_tried_before(run: Run, database: Database, tmp_path: Path) -> None:
    file = tmp_path / "nps.csv"
    file.write_text("Votre note;Le;id\n9.0;20/11/2026 10:00;a\n9.0;20/11/2026 10:00;a\n11;20/11/2026;b\n", "utf-8")
    how = ("--survey", "Lumette", "--timezone", "Europe/Paris", "--map", "Votre note=score", "--map", "Le=date")
    how = (*how, "--map", "id=id", "--json")
    with database.writing() as session:
        workspace = session.scalars(select(Workspace).where(Workspace.slug == "default")).one()
        brand = Brand(workspace_id=workspace.id, name="Lumette", kind="own", query="lumette", colour="#112233")
        session.add(brand)
    for dry, stored, kept in ((("--dry-run",), 1, 0), ((), 1, 1), ((), 0, 1)):
        ran = run("import", file, *how, *dry)
        assert ran.code == 0, ran.err
        told = json.loads(ran.out)
        assert (told["read"], told["stored"], told["refused"]) == (3, stored, 1)
        with database.reading() as session:
            assert session.scalar(select(func.count()).select_from(SurveyResponse)) == kept
    with database.reading() as session:
        row = session.scalars(select(SurveyResponse)).one()
        assert (row.score, row.answered_at.isoformat()) == (9, "2026-11-20T09:00:00+00:00")
    assert "there is no brand" in run("import", file, "--survey", "Nobody").err
