"""One thing of every kind in a workspace, and a valid body for every route that wants one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from alerts.base import Verdict
from alerts.incident import Policy, step, to_json
from app.db import Database
from app.models import AuditMatch, Delivery, IncidentRow, User, uuid7
from app.pipeline.judge.audit_sample import monday
from app.services import Services
from tests.rows import member_rows


@dataclass(frozen=True)
class Things:
    brand_id: UUID
    source_id: UUID
    mention_id: UUID
    rule_id: UUID
    incident_id: UUID
    channel_id: UUID
    key_id: UUID
    phrase_id: UUID
    item_id: UUID
    response_id: UUID
    import_id: UUID
    member_id: UUID
    invitation_id: UUID
    link_id: UUID
    change_id: UUID
    token: str
    view_id: UUID
    answer_id: UUID
    delivery_id: UUID


ANSWER = {"external_id": "1", "score": 9, "answered_at": "2026-11-20T10:00:00Z"}
EVERYTHING: dict[tuple[str, str], Any] = {
    ("PATCH", "/brands/{brand_id}"): {"name": "Taken over"},
    ("PATCH", "/sources/{source_id}"): {"name": "Taken over"},
    ("POST", "/sources/{source_id}/backfill"): {"days": 30},
    ("PATCH", "/mentions/{mention_id}"): {"status": "closed"},
    ("PATCH", "/alert-rules/{rule_id}"): {"name": "Taken over"},
    ("PATCH", "/channels/{channel_id}"): {"name": "Taken over"},
    ("PATCH", "/phrases/{phrase_id}"): {"text": "taken over"},
    ("POST", "/incidents/{incident_id}/assign"): {"assignee": None},
    ("PATCH", "/views/{view_id}"): {"name": "Taken over"},
    ("PATCH", "/canned-answers/{answer_id}"): {"name": "Taken over"},
    ("POST", "/incidents/{incident_id}/note"): {"text": "taken over"},
    ("PATCH", "/members/{member_id}"): {"role": "viewer"},
    ("POST", "/audit/sample/{item_id}"): {"label": "positive"},
    ("POST", "/brands/{brand_id}/survey-responses"): {"items": [ANSWER]},
    ("POST", "/brands/{brand_id}/survey-responses/import"): b"id,score,date\n1,9,2026-11-20\n",
}


def things_of(tenant: Any, db: Database, services: Services) -> Things:
    """Makes one of each through the API; the incident through its own step."""
    post = tenant.admin.post
    brand = post("/api/v1/brands", json={"name": "Zephyrine", "query": "zephyrine"}).json()
    source = post(
        "/api/v1/sources",
        json={"collector": "rss", "name": "Feed of Zephyrine", "params": {"url": "https://example.com/feed"}},
    ).json()
    channel = post(
        "/api/v1/channels",
        json={"kind": "webhook", "name": "Hook of Zephyrine", "params": {"url": "https://example.com/hook"}},
    ).json()
    rule = post(
        "/api/v1/alert-rules",
        json={"name": "Rule of Zephyrine", "brand_id": brand["id"], "kind": "threshold", "channels": [channel["id"]]},
    ).json()
    item = {"external_id": "1", "text": "zephyrine is loud", "author": "Ana", "published_at": "2026-11-20T10:00:00Z"}
    mention = post("/api/v1/mentions", json={"items": [item]}).json()["items"][0]
    key = post("/api/v1/api-keys", json={"name": "Key of Zephyrine", "scopes": ["read"]}).json()
    phrase = post("/api/v1/phrases", json={"text": "loud", "stance": "promoter"}).json()
    incident = opened(db, tenant.workspace_id, UUID(rule["id"]), UUID(brand["id"]))
    item = drawn(db, tenant.workspace_id, UUID(brand["id"]), UUID(mention["id"]))
    post(f"/api/v1/brands/{brand['id']}/survey-responses", json={"items": [ANSWER]})
    [answer] = tenant.admin.get(f"/api/v1/brands/{brand['id']}/survey-responses").json()["items"]
    rows = b"text,date\nzephyrine is quick,2026-11-20\n"
    imported = post("/api/v1/imports?source=File", content=rows, headers={"Content-Type": "text/csv"}).json()
    changed = post("/api/v1/mentions/bulk", json={"ids": [mention["id"]], "status": "closed"}).json()
    ids = (brand["id"], source["id"], mention["id"], rule["id"], str(incident), channel["id"], key["id"])
    link = post("/api/v1/share-links", json=shared(brand["id"])).json()
    invited = post("/api/v1/invitations", json={"role": "viewer"}).json()
    more = (answer["id"], imported["id"], str(ana_of(tenant, db)), invited["id"])
    others = map(UUID, (*more, link["id"]))
    return Things(
        *map(UUID, (*ids, phrase["id"])),
        item,
        *others,
        *undo_of(changed),
        *kept(post),
        given_up(db, tenant.workspace_id, incident, UUID(channel["id"])),
    )


def given_up(db: Database, workspace_id: UUID, incident_id: UUID, channel_id: UUID) -> UUID:
    """A message about the incident that could not be delivered."""
    now, delivery_id = datetime.now(UTC), uuid7()
    row = Delivery(workspace_id=workspace_id, id=delivery_id, incident_id=incident_id, channel_id=channel_id)
    row.why, row.sequence, row.message, row.next_try_at = "opened", 1, {}, now
    row.state, row.attempts, row.last_error = "dead", 10, "the webhook answered 500"
    with db.writing() as session:
        session.add(row)
    return delivery_id


def shared(brand_id: str) -> dict[str, Any]:
    """A link to the page of a brand, for a week."""
    end = datetime.now(UTC) + timedelta(days=7)
    return {"name": "For the client", "brand_id": brand_id, "expires_at": end.isoformat()}


def kept(post: Any) -> tuple[UUID, UUID]:
    """A saved view and a canned answer."""
    view = post("/api/v1/views", json={"name": "View of Zephyrine", "filter": {"q": "zephyrine"}}).json()
    answer = post("/api/v1/canned-answers", json={"name": "Answer of Zephyrine", "text": "Hello {author}"}).json()
    return UUID(view["id"]), UUID(answer["id"])


def undo_of(changed: dict[str, Any]) -> tuple[UUID, str]:
    """The id and the token of a change of mentions."""
    return UUID(changed["id"]), changed["undo"]


def ana_of(tenant: Any, db: Database) -> UUID:
    """The id of a member of this workspace, whose name is Ana."""
    user, member = member_rows(tenant.workspace_id, "Ana", id=uuid7())
    with db.writing() as session:
        if known := session.scalar(select(User.id).where(User.email == user.email)):
            return known
        session.add(user)
        session.flush()
        session.add(member)
    return user.id


def drawn(db: Database, workspace_id: UUID, brand_id: UUID, mention_id: UUID) -> UUID:
    """A match that waits for a label."""
    now, item_id = datetime.now(UTC), uuid7()
    row = AuditMatch(workspace_id=workspace_id, id=item_id, brand_id=brand_id, mention_id=mention_id, drawn_at=now)
    row.week, row.model, row.negative, row.neutral, row.positive = monday(now), "fixed 1", 0.1, 0.8, 0.1
    with db.writing() as session:
        session.add(row)
    return item_id


def opened(db: Database, workspace_id: UUID, rule_id: UUID, brand_id: UUID) -> UUID:
    """An incident that fires now."""
    now = datetime.now(UTC)
    verdict = Verdict(firing=True, level=4.2, threshold=3, observed=30, expected=6, total=40, since=now)
    incident, _ = step(None, verdict, now, Policy())
    assert incident is not None
    incident_id = uuid7()
    with db.writing() as session:
        session.add(
            IncidentRow(
                workspace_id=workspace_id,
                id=incident_id,
                rule_id=rule_id,
                brand_id=brand_id,
                kind="threshold",
                state="firing",
                severity="warning",
                opened_at=now,
                explanation={},
                memory=to_json(incident),
            )
        )
    return incident_id


PUSH = "/api/v1/mentions"


def item(number: int, text: str, **more: Any) -> dict[str, Any]:
    """A mention to push, published on this day of November."""
    return {"external_id": f"x{number}", "text": text, "published_at": f"2026-11-{number:02d}T08:00:00Z"} | more


def stored(db: Database, table: type[Any], row_id: str) -> Any:
    """The row of a table with this id."""
    with db.reading() as session:
        return session.scalars(select(table).where(table.id == UUID(row_id))).one()
