"""Mails about accounts speak the reader's language, and name the configured address."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from fastapi import Request

from app.settings import Settings
from app.web import mails
from app.web.language import Code, Tongue, zone
from app.web.page import Visit

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(("code", "subject"), [("en", "Your new password for Vigie"), ("fr", "Votre nouveau mot de")])
def test_a_mail_is_in_the_language_of_the_page(code: Code, subject: str) -> None:
    services = SimpleNamespace(settings=Settings(public_url="https://vigie.example.org/"))
    visit = Visit(Request({"type": "http"}), services, Tongue(code, zone("UTC"), NOW), None)  # type: ignore[arg-type]
    words = mails.reset_link(visit, "to ken")
    assert words.subject.startswith(subject)
    assert "\nhttps://vigie.example.org/reset?token=to+ken\n" in words.text
