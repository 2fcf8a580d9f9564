"""The model that scores, on the page and in the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from app.actions.keys import NewKey, create
from app.models import Brand
from app.pipeline.judge.active_model import record
from app.pipeline.keep.aggregate import recount_dirty
from app.services import Services
from app.viewer import Viewer
from bench._bert import write
from sentiment.compact import compact
from sentiment.scorers import scorer

WIDE = "Nobody has measured how often it is right"


def test_a_model_that_nobody_measured_is_said_to_be_so(
    browser: TestClient, services: Services, viewer: Viewer, brand: Brand, say: Callable[..., Any], tmp_path: Path
) -> None:
    say(*({"text": f"Brumelo est parfait, merci {n}", "external_id": f"p{n}"} for n in range(5)))
    larger = scorer(str(write(tmp_path / "tiny")))
    with services.db.writing() as session:
        made = create(session, viewer, NewKey(name="test", scopes=["read"]), datetime.now(UTC))
    key = {"Authorization": f"Bearer {made.secret}"}
    pages, answers = [], []
    for model in (compact(), larger):
        with services.db.writing() as session:
            recount_dirty(session, brand.workspace_id, brand.id)
            record(session, model, datetime.now(UTC))
        pages.append(browser.get(f"/reputation?brand={brand.id}").text)
        answers.append(browser.get(f"/api/v1/brands/{brand.id}/reputation", headers=key).json())
    assert f"Model compact {compact().version}." in pages[0]
    assert WIDE not in pages[0]
    assert "corrected for the measured error of the model" in pages[0]
    assert f"Model tiny {larger.version}." in pages[1]
    assert WIDE in pages[1]
    assert "corrected for the measured error of the model" not in pages[1]
    assert answers[0]["model"]["measured"]["macro_f1"].keys() == {"all", "en", "fr"}
    assert answers[1]["model"] == {"name": "tiny", "version": larger.version, "measured": None}
    width = [answer["interval"][1] - answer["interval"][0] for answer in answers]
    assert width[1] > 40
    compared = browser.get(f"/api/v1/reputation/compare?brands={brand.id}", headers=key).json()
    assert compared["model"] == answers[1]["model"]
    assert compared["items"][0]["interval"] == answers[1]["interval"]
