"""What the operator sets: environment variables `VIGIE_*`, or `VIGIE_*_FILE` with the name of a file that holds one."""

from __future__ import annotations

import os
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "VIGIE_"


class _Files(PydanticBaseSettingsSource):
    """Reads `VIGIE_X_FILE`, which is how containers hand over a secret."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        path = os.environ.get(f"{PREFIX}{field_name.upper()}_FILE")
        return (Path(path).read_text(encoding="utf-8").strip() if path else None), field_name, False

    def __call__(self) -> dict[str, Any]:
        values = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in values.items() if value is not None}


class Settings(BaseSettings):
    """Every setting, with its default. `docs/operating.md` explains each one; a test checks that it does."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore")

    database_url: SecretStr | None = Field(None, description="PostgreSQL 15 or newer; unset: embedded in data_dir")
    data_dir: Path = Field(Path("data"), description="the embedded database and the generated secret key")
    host: str = Field("127.0.0.1", description="address the web server listens on")
    port: int = Field(8000, ge=0, le=65535, description="port the web server listens on")
    web_processes: int = Field(1, ge=1, le=64, description="processes that answer on that port: one per core at most")
    public_url: str | None = Field(None, description="address that people use, for links in messages and for cookies")
    secret_key: SecretStr | None = Field(None, description="seals secrets at rest; unset: generated into data_dir")
    allowed_private_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="exact host[:port] list that the fetch gate lets through, separated by commas"
    )
    proxy_url: SecretStr | None = Field(None, description="HTTP proxy for what the fetch gate reads")
    contact: str = Field("", description="contact address told to the sites that are read, in the User-Agent")
    sentiment_model: str = Field(
        "compact", description="what scores: compact, the folder of a larger model, or owner/name@revision of the hub"
    )
    sentiment_threads: int = Field(2, ge=1, le=64, description="cores that the model may use in one worker")
    smtp_url: SecretStr | None = Field(None, description="smtp://user:password@host:port?from=address")
    oidc_issuer: str | None = Field(None, description="OpenID provider for single sign-on; unset: none")
    oidc_client_id: str | None = Field(None, validate_default=True, description="what that provider calls Vigie")
    oidc_client_secret: SecretStr | None = Field(None, description="the secret that goes with it")
    oidc_name: str = Field("", description="what the button of the single sign-on calls the provider")
    oidc_second_factor: bool = Field(False, description="whether that provider asks everybody for two factors")
    oidc_domains: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="domains whose people get an account by single sign-on, separated by commas; empty: nobody new"
    )
    oidc_workspace: str = Field("default", description="short name of the workspace that newcomers join")
    oidc_role: Literal["viewer", "manager"] = Field("viewer", description="role that newcomers have there")
    metrics_token: SecretStr | None = Field(None, description="bearer token for /metrics; unset: loopback only")
    fetch_threads: int = Field(
        16,
        ge=1,
        le=128,
        description="sources read at the same time by one worker, beside those that wait for a slow host",
    )
    trusted_proxies: str = Field(
        "127.0.0.1", description="addresses or networks of the reverse proxies whose X-Forwarded-For is believed"
    )
    log_level: str = Field("info", description="debug, info, warning or error")

    @field_validator("oidc_issuer")
    @classmethod
    def _encrypted(cls, value: str | None) -> str | None:
        if not value:
            return None
        parts = urlsplit(value)
        if parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            raise ValueError("write the address that the provider calls its issuer, with https:// before it")
        return value

    @field_validator("oidc_client_id")
    @classmethod
    def _with_issuer(cls, value: str | None, info: ValidationInfo) -> str | None:
        if info.data.get("oidc_issuer") and not value:
            raise ValueError("VIGIE_OIDC_ISSUER is set: the provider has given Vigie a client id too")
        return value

    @field_validator("oidc_domains", mode="before")
    @classmethod
    def _domains(cls, value: object) -> object:
        split = cls._split(value)
        return tuple(str(part).lower().lstrip("@") for part in split) if isinstance(split, tuple) else split

    @field_validator("allowed_private_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        parts = [part.strip() for part in value.split(",") if part.strip()]
        try:
            _ = [ip_network(part, strict=False) for part in parts]
        except ValueError:
            raise ValueError("write addresses or networks, separated by commas: 127.0.0.1,172.18.0.0/16") from None
        return ",".join(parts)

    @field_validator("log_level")
    @classmethod
    def _level(cls, value: str) -> str:
        if value.lower() not in ("debug", "info", "warning", "error"):
            raise ValueError("it is debug, info, warning or error")
        return value.lower()

    @field_validator("public_url")
    @classmethod
    def _no_slash(cls, value: str | None) -> str | None:
        if not value:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("write the whole address, with http:// or https:// before it: https://vigie.example.org")
        return value.rstrip("/")

    @property
    def address(self) -> str:
        """The address that people use, without a trailing slash."""
        return self.public_url or f"http://{'[' + self.host + ']' if ':' in self.host else self.host}:{self.port}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, _Files(settings_cls)


def without_kind(message: str) -> str:
    """The sentence of a validation error, without the words that pydantic adds to those of a validator."""
    return message.removeprefix("Value error, ")
