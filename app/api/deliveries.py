"""What became of the messages to a channel, and sending one again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter

from app.actions import deliveries as actions
from app.api.deps import Id, Now, Paged, Reader, Reading, Served, Writer, Writing, ident
from app.api.route import Route
from app.api.schemas import Out, Page, page_of
from app.models import Delivery
from app.queries.deliveries import DeliveryState, SentMessage, deliveries

router = APIRouter(prefix="/api/v1", tags=["channels"], route_class=Route)


class MessageOut(Out):
    """One message to a channel. `ambiguous`: it may have arrived although nobody answered. `suppressed`: for how many
    others it stands, which the channel did not want in one hour."""

    id: UUID
    channel_id: UUID
    incident_id: UUID
    why: str
    sequence: int
    state: str
    attempts: int
    created_at: datetime
    next_try_at: datetime | None
    sent_at: datetime | None
    ambiguous: bool
    suppressed: int
    last_error: str | None


def message_out(row: Delivery) -> MessageOut:
    """A message as it is answered."""
    return MessageOut(
        id=row.id,
        channel_id=row.channel_id,
        incident_id=row.incident_id,
        why=row.why,
        sequence=row.sequence,
        state=row.state,
        attempts=row.attempts,
        created_at=row.created_at,
        next_try_at=row.next_try_at if row.state == "pending" else None,
        sent_at=row.sent_at,
        ambiguous=row.ambiguous,
        suppressed=row.suppressed,
        last_error=row.last_error,
    )


def _out(sent: SentMessage) -> MessageOut:
    return message_out(sent.delivery)


@router.get("/channels/{channel_id}/deliveries")
def list_deliveries(
    channel_id: Id, viewer: Reader, session: Reading, page: Paged, state: DeliveryState | None = None
) -> Page[MessageOut]:
    """The messages to a channel, newest first: those that wait, arrived, were given up (`dead`) or held back."""
    found = deliveries(session, viewer, ident(channel_id, "channel"), page.after, page.limit, state=state)
    return page_of(found, _out)


@router.post("/deliveries/{delivery_id}/retry", status_code=202)
def retry_delivery(delivery_id: Id, viewer: Writer, session: Writing, services: Served, now: Now) -> MessageOut:
    """Sends a message again that was given up or held back, under the same id; one that waits is tried at once."""
    return message_out(actions.retry(session, viewer, ident(delivery_id, "delivery"), services.jobs, now))
