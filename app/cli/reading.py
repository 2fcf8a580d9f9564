"""Reads the settings, and says in one sentence why a command cannot go on. It imports nothing that takes time."""

from __future__ import annotations

import click
from pydantic import ValidationError

from app.settings import Settings, without_kind


class Failed(click.ClickException):
    """One sentence on stderr, exit code 1."""

    exit_code = 1


def read_settings() -> Settings:
    """What the operator set. Raises Failed."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(f"VIGIE_{str(e['loc'][0]).upper()}: {without_kind(e['msg'])}" for e in error.errors())
        raise Failed(f"a setting is not valid: {wrong}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise Failed(f"a file that a setting names cannot be read: {error}") from error
