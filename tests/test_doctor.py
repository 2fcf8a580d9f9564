"""What `vigie doctor` finds. tests/cli/test_doctor.py has what it prints."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.crypto import Seal
from app.db import Database
from app.doctor import SAFE_PYTHON, connections, model, python, setting, settings_and_faults
from app.models import Heartbeat
from app.settings import Settings
from bench._bert import write


def naming(reference: object) -> Settings:
    return Settings(sentiment_model=str(reference), sentiment_threads=1)


def test_doctor_says_which_model_scores(tmp_path: Path) -> None:
    assert model(naming("compact")).state == "ok"
    found = model(naming(write(tmp_path / "tiny")))
    assert found.state == "note"
    assert "tiny " in found.text
    assert f"evaluate --model {tmp_path / 'tiny'} --save" in found.text


def test_doctor_fetches_nothing() -> None:
    found = model(naming(f"acme/never-fetched@{'0' * 40}"))
    assert (found.state, found.text) == ("note", "not fetched yet: a worker fetches it when it starts")


def test_a_secret_is_masked_and_the_origin_of_a_setting_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "url").write_text("smtp://a:sesame@h", encoding="utf-8")
    monkeypatch.setenv("VIGIE_SMTP_URL_FILE", str(tmp_path / "url"))
    monkeypatch.setenv("VIGIE_PORT", "8001")
    monkeypatch.delenv("VIGIE_HOST", raising=False)
    settings = Settings()
    assert setting(settings, "smtp_url").text == f"set (file {tmp_path / 'url'})"
    assert (setting(settings, "port").state, setting(settings, "port").text) == ("ok", "8001 (environment)")
    assert (setting(settings, "host").state, setting(settings, "host").text) == ("note", "127.0.0.1 (default)")
    assert setting(settings, "proxy_url").text == "not set (default)"
    assert "VIGIE_PORT" in os.environ


@pytest.mark.parametrize(
    ("age", "state", "text"),
    [
        (None, "note", "none was seen for a minute"),
        (timedelta(seconds=3), "ok", "alive "),
        (timedelta(minutes=3), "note", "none was seen for a minute"),
    ],
)
def test_a_worker_is_alive_that_was_seen_within_a_minute(
    db: Database, age: timedelta | None, state: str, text: str
) -> None:
    if age is not None:
        with db.writing() as session:
            session.add(Heartbeat(name="worker", at=datetime.now(UTC) - age))
    findings = {finding.name: finding for finding in connections(db, Seal("a secret key for tests only"), mail=False)}
    assert findings["worker"].state == state
    assert findings["worker"].text.startswith(text)
    assert findings["database"].text.startswith("PostgreSQL ")
    assert (findings["mentions"].text, findings["scoring"].text) == ("0", "nothing is waiting")
    assert findings["secret key"].text == "no secret is stored yet"
    assert findings["clock"].state == "ok"
    assert findings["alerts"].text == "there is no alert rule yet"


def test_each_python_that_needs_a_fix_is_known_by_its_release() -> None:
    assert python().name == "Python"
    assert all(minor >= 11 for _, minor in SAFE_PYTHON)


def test_a_setting_that_is_not_valid_is_told_and_the_others_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_PORT", "eighty")
    monkeypatch.setenv("VIGIE_PUBLIC_URL", "vigie.example.org")
    monkeypatch.setenv("VIGIE_CONTACT", "ana@example.org")
    settings, wrong = settings_and_faults()
    assert (settings.port, settings.public_url, settings.contact) == (8000, None, "ana@example.org")
    assert {finding.name: finding.state for finding in wrong} == {"VIGIE_PORT": "bad", "VIGIE_PUBLIC_URL": "bad"}
    assert "https://" in {finding.name: finding.text for finding in wrong}["VIGIE_PUBLIC_URL"]
