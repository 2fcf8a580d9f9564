from __future__ import annotations

from datetime import UTC, datetime

import pytest

from alerts.base import Explanation, IncidentNotice, Message, Sample

NOW = datetime(2026, 11, 22, 7, 5, tzinfo=UTC)


@pytest.fixture
def sample() -> Sample:
    return Sample(
        "Colis perdu, remboursement refusé", "Élise Fontaine", "Forum Lumen", "https://forum.example/t/1", NOW, 1234
    )


@pytest.fixture
def explanation(sample: Sample) -> Explanation:
    return Explanation(
        observed=38,
        expected=12.3,
        total=120,
        share=38 / 120,
        usual_share=0.1025,
        window_hours=3,
        since=NOW,
        words=("colis", "remboursement"),
        first_mention=sample,
        top_source="Forum Lumen",
        samples=(sample,),
        reach=123456,
        customers_at_risk=(820, 8200),
    )


@pytest.fixture
def message(explanation: Explanation) -> Message:
    incident = IncidentNotice(
        id="0192-i1",
        why="opened",
        sequence=1,
        brand="Lumen",
        rule="Bad buzz",
        rule_kind="negative_spike",
        severity="critical",
        state="firing",
        opened_at=NOW,
        explanation=explanation,
    )
    return Message(
        id="0192-m1",
        at=NOW,
        url="https://vigie.example/incidents/0192-i1",
        subject=incident,
        language="en",
        timezone="Europe/Paris",
    )
