"""`vigie doctor`: what it prints and how it ends."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from sqlalchemy import text

from app.db import Database
from tests.cli.conftest import NO_DATABASE, OWN_KEY, Run, vigie


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


def test_doctor_examines_the_rest_whatever_is_broken(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as other:
        ran = vigie(
            "doctor",
            "--json",
            **{**NO_DATABASE, "VIGIE_SECRET_KEY": "short"},
            VIGIE_PUBLIC_URL="vigie.example.org",
            VIGIE_SMPT_URL="smtp://mail.example.org",
            VIGIE_SMTP_URL="smtp://127.0.0.1:1",
            VIGIE_PROXY_URL="not a proxy",
            VIGIE_PORT=str(other.getsockname()[1]),
            VIGIE_DATA_DIR=str(tmp_path / "file" / "data"),
            VIGIE_SENTIMENT_MODEL=str(tmp_path / "no-model"),
        )
    assert (ran.code, ran.err) == (1, "")
    found = {one["name"]: one["text"] for one in json.loads(ran.out) if one["state"] == "bad"}
    assert set(found) == {
        "VIGIE_PUBLIC_URL", "VIGIE_SMPT_URL", "mail", "port", "disk", "fetch gate", "secret key", "database",
        "sentiment model", "single sign-on",
    }  # fmt: skip
    assert "did you mean VIGIE_SMTP_URL?" in found["VIGIE_SMPT_URL"]
    assert "Traceback" not in ran.out


@pytest.mark.parametrize(("version", "word"), [("0005", "older"), ("9999", "newer")])
def test_doctor_says_which_schema_is_not_ours(run: Run, database: Database, version: str, word: str) -> None:
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": version})
    ran = run("doctor")
    (bad,) = [line for line in ran.out.splitlines() if line.startswith("✗")]
    assert (ran.code, ran.err) == (1, "")
    assert f"{version} is {word} than this version" in bad


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    ran = vigie("doctor", VIGIE_SMTP_URL_FILE=str(tmp_path / "gone"))
    (bad,) = [line for line in ran.out.splitlines() if line.startswith("✗")]
    assert (ran.code, ran.err) == (1, "")
    assert f"{tmp_path / 'gone'} cannot be read" in bad
