"""The services of a workspace with one brand."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest

from app.models import Brand
from app.services import Services, build
from app.settings import Settings


@pytest.fixture
def services(settings: Settings, workspace_id: UUID) -> Iterator[Services]:
    services = build(settings)
    with services.db.writing() as session:
        session.add(Brand(workspace_id=workspace_id, name="Z", kind="own", query="zephyrine", colour="#000000"))
    yield services
    services.close()
