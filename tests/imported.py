"""Files imported as a test needs them: a table of texts of one day, about the brand Brumelo."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select

from app.actions import brands
from app.actions.answering import import_answers
from app.actions.import_report import Report
from app.actions.importing import import_file
from app.db import Database
from app.models import Brand, Mention
from app.services import Services
from app.viewer import ROLE_SCOPES, Viewer

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def editor(workspace_id: UUID) -> Viewer:
    return Viewer(workspace_id, "ana@example.com", ROLE_SCOPES["manager"])


def brumelo(services: Services, viewer: Viewer) -> Brand:
    """The brand, made for the test."""
    with services.db.writing() as session:
        return brands.create(session, viewer, brands.NewBrand(name="Brumelo", query="brumelo"), services.jobs, NOW)


def import_texts(services: Services, viewer: Viewer, texts: Sequence[str], source: str = "Avis") -> Report:
    """Imports a table of these texts."""
    table = "Identifiant;Avis;Date;Magasin\n" + "".join(
        f"{text};Brumelo {text};20/11/2026 1{number % 10}:00;Brest\n" for number, text in enumerate(texts)
    )
    return import_file(services, viewer, source, "avis.csv", io.BytesIO(table.encode()), NOW)


def import_scores(services: Services, viewer: Viewer, brand_id: UUID, scores: Sequence[int]) -> Report:
    """Imports a table of answers with these scores, whose ids are their places."""
    table = "id;score;date\n" + "".join(f"r{place};{score};2026-11-20\n" for place, score in enumerate(scores))
    return import_answers(services, viewer, brand_id, "nps.csv", io.BytesIO(table.encode()), NOW)


def texts(db: Database) -> list[str]:
    """What is stored, without the name of the brand."""
    with db.reading() as session:
        return sorted(text.removeprefix("Brumelo ") for text in session.scalars(select(Mention.text)))
