from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ground.ago import date_ago

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("il y a 3 jours", "2026-03-12T12:00"),
        ("Il y a une heure", "2026-03-15T11:00"),
        ("Avis déposé il y a environ 2 semaines", "2026-03-01T12:00"),
        ("Il y a 5 min", "2026-03-15T11:55"),
        ("3 days ago", "2026-03-12T12:00"),
        ("a month ago", "2026-02-13T12:00"),
        ("10h ago", "2026-03-15T02:00"),
        ("vor 3 Tagen", "2026-03-12T12:00"),
        ("vor einer Stunde", "2026-03-15T11:00"),
        ("hace 2 horas", "2026-03-15T10:00"),
        ("há 3 dias", "2026-03-12T12:00"),
        ("3 giorni fa", "2026-03-12T12:00"),
        ("hier à 14:05", "2026-03-14T14:05"),
        ("Yesterday at 2:05 pm", "2026-03-14T14:05"),
        ("gestern um 10 Uhr", "2026-03-14T10:00"),
        ("avant-hier", "2026-03-13T12:00"),
        ("aujourd’hui", "2026-03-15T12:00"),
        ("hier à 25:05", None),
        ("il y a 3 lunes", None),
        ("9999 years ago", None),
        ("cahier", None),
        ("12 mars 2026", None),
        ("", None),
    ],
)
def test_what_is_counted_from_now_is_read(text: str, at: str | None) -> None:
    assert date_ago(text, NOW) == (datetime.fromisoformat(f"{at}+00:00") if at else None)
