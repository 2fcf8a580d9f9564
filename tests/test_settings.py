"""What the operator sets, and from where it is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import Settings, without_kind


def test_a_setting_comes_from_the_environment_or_from_a_file_it_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "key").write_text("  a secret key for tests only\n", encoding="utf-8")
    monkeypatch.setenv("VIGIE_PORT", "8001")
    monkeypatch.setenv("VIGIE_SECRET_KEY_FILE", str(tmp_path / "key"))
    settings = Settings()
    assert settings.port == 8001
    assert settings.secret_key is not None
    assert settings.secret_key.get_secret_value() == "a secret key for tests only"
    assert "secret key" not in repr(settings)


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"host": "::1", "port": 80}, "http://[::1]:80"),
        ({"public_url": "https://vigie.example.org/"}, "https://vigie.example.org"),
    ],
)
def test_the_address_of_people_has_no_trailing_slash(given: dict[str, object], address: str) -> None:
    assert Settings.model_validate(given).address == address


def test_lists_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_ALLOWED_PRIVATE_HOSTS", " localhost, 10.0.0.1:81,,")
    assert Settings().allowed_private_hosts == ("localhost", "10.0.0.1:81")


def test_a_level_is_one_of_four_whatever_its_case() -> None:
    assert Settings(log_level="WARNING").log_level == "warning"
    with pytest.raises(ValidationError) as refusal:
        Settings(log_level="loud")
    assert without_kind(refusal.value.errors()[0]["msg"]) == "it is debug, info, warning or error"


def test_proxies_are_addresses_or_networks() -> None:
    assert Settings().trusted_proxies == "127.0.0.1"
    assert Settings(trusted_proxies="10.0.0.1, 172.18.0.0/16").trusted_proxies == "10.0.0.1,172.18.0.0/16"
    with pytest.raises(ValidationError, match="addresses or networks"):
        Settings(trusted_proxies="*")
