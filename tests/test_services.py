"""What the settings must say before a process can start."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.services import Misconfigured, build, check_database_url, secret_key, user_agent
from app.settings import Settings

KEY = "a secret key for tests only"


def test_the_key_is_the_one_set_or_generated_beside_an_embedded_database(tmp_path: Path) -> None:
    assert secret_key(Settings(secret_key=KEY, data_dir=tmp_path)) == KEY
    generated = secret_key(Settings(data_dir=tmp_path))
    assert generated == (tmp_path / "secret.key").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"secret_key": "short"}, "too short"),
        ({"database_url": "postgresql://a:b@h/d"}, "every process needs the same key"),
    ],
)
def test_a_key_that_would_not_do_is_refused(settings: dict[str, str], reason: str, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=reason):
        secret_key(Settings(data_dir=tmp_path, **settings))


@pytest.mark.parametrize("url", ["postgresql://a:sesame@h:5432/d", "postgres://h/d"])
def test_the_address_of_a_postgresql_is_taken(url: str) -> None:
    assert check_database_url(url) == url


@pytest.mark.parametrize("url", ["sesame", "mysql://a:sesame@h/d", "postgresql://a:sesame@h:port/d", ""])
def test_any_other_address_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(Misconfigured, match="postgresql://user:password@host:5432/name") as refusal:
        check_database_url(url)
    assert "sesame" not in str(refusal.value)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("allowed_private_hosts", ("http://a/b",)),
        ("proxy_url", "socks5://h:1"),
        ("smtp_url", "http://mail.example.org"),
    ],
)
def test_a_way_out_that_is_written_wrong_is_named(settings: Settings, setting: str, value: object) -> None:
    wrong = Settings.model_validate({**settings.model_dump(), setting: value})
    with pytest.raises(Misconfigured, match=f"VIGIE_{setting.upper()}"):
        build(wrong)


def test_the_sites_we_read_learn_our_name_and_where_to_complain() -> None:
    assert user_agent("") == "Vigie/0.1 (mention monitoring)"
    assert user_agent("ops@example.org") == "Vigie/0.1 (mention monitoring; ops@example.org)"
