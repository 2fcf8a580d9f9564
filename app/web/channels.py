"""Channels: where alerts go, each with a test."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.orm import Session

from alerts.base import AnyChannel, DeliveryError
from alerts.channels import all_channels
from app.actions import channels as actions
from app.actions.fields import validated
from app.models import Channel
from app.problems import Problem
from app.queries.channels import channel, channels
from app.web.forms import Posted, fields_of, params_from, posted
from app.web.language import LANGUAGES
from app.web.page import Visit, away, member

router = APIRouter(prefix="/settings/channels")

OURS = frozenset({"params.unsubscribe_url"})
"""Fields that the service fills in by itself."""


@router.get("")
def listed(visit: Visit = Depends(member)) -> Response:
    with visit.services.db.reading() as session:
        return list_page(visit, session)


def list_page(visit: Visit, session: Session, **told: Any) -> HTMLResponse:
    """The channels; `told` is a secret to show once, or how a test failed."""
    found = channels(session, visit.viewer, visit.request.query_params.get("after"))
    shown = {"secret": None, "failed": None, "status": 200, **told}
    return visit.page(session, "channels.html", found=found, kinds=all_channels(), **shown)


@router.get("/new")
def new(visit: Visit = Depends(member)) -> Response:
    visit.viewer.needs("write")
    kinds = all_channels()
    kind = kinds.get(visit.request.query_params.get("kind", "email")) or next(iter(kinds.values()))
    values = {"name": "", "params": {}, "language": visit.tongue.code, "timezone": visit.viewer.timezone}
    with visit.services.db.reading() as session:
        return form_page(visit, session, None, kind, {**values, "enabled": True})


def form_page(
    visit: Visit, session: Session, row: Channel | None, kind: AnyChannel, values: dict[str, Any],
    problem: Problem | None = None,
) -> HTMLResponse:  # fmt: skip
    fields = fields_of(kind.params, values["params"], kept=bool(row and row.secrets))
    return visit.page(
        session,
        "channel.html",
        status=problem.status if problem else 200,
        row=row,
        kind=kind,
        kinds=all_channels(),
        values=values,
        fields=[one for one in fields if one.name not in OURS],
        languages=list(LANGUAGES.items()),
        timezones=sorted(available_timezones()),
        no_smtp=kind.by_mail and visit.services.settings.smtp_url is None,
        problem=problem,
        labels={},
    )


def typed(form: Posted, kind: AnyChannel) -> dict[str, Any]:
    return {
        "name": form.get("name"),
        "params": params_from(kind.params, form),
        "language": form.get("language"),
        "timezone": form.get("timezone"),
        "enabled": form.checked("enabled"),
    }


@router.post("/new")
def create(form: Posted = Depends(posted), visit: Visit = Depends(member)) -> Response:
    """Adds a channel. A secret that was made for it is shown in the answer, and never again."""
    kind = actions.channel_of(form.get("kind"))
    values = typed(form, kind)
    try:
        wanted = validated(actions.NewChannel, {**values, "kind": kind.kind})
        with visit.services.db.writing() as session:
            made = actions.create(session, visit.viewer, wanted, visit.services)
    except Problem as problem:
        if problem.status not in {409, 422}:
            raise
        with visit.services.db.reading() as session:
            return form_page(visit, session, None, kind, values, problem)
    if made.secret is None:
        return away("/settings/channels", "channel-created")
    with visit.services.db.reading() as session:
        return list_page(visit, session, secret=made)


@router.get("/{channel_id}")
def one(channel_id: UUID, visit: Visit = Depends(member)) -> Response:
    visit.viewer.needs("write")
    with visit.services.db.reading() as session:
        row = channel(session, visit.viewer, channel_id)
        values = {name: getattr(row, name) for name in ("name", "params", "language", "timezone", "enabled")}
        return form_page(visit, session, row, actions.channel_of(row.kind), values)


@router.post("/{channel_id}")
def update(channel_id: UUID, form: Posted = Depends(posted), visit: Visit = Depends(member)) -> Response:
    with visit.services.db.reading() as session:
        row = channel(session, visit.viewer, channel_id)
    kind = actions.channel_of(row.kind)
    values = typed(form, kind)
    try:
        changes = validated(actions.ChannelChanges, values)
        with visit.services.db.writing() as session:
            actions.update(session, visit.viewer, channel_id, changes, visit.services)
    except Problem as problem:
        if problem.status not in {409, 422}:
            raise
        with visit.services.db.reading() as session:
            return form_page(visit, session, row, kind, values, problem)
    return away("/settings/channels", "saved")


@router.post("/{channel_id}/test")
def try_out(channel_id: UUID, visit: Visit = Depends(member)) -> Response:
    """Sends a message that says it is a test, and tells what came of it."""
    services, failure = visit.services, None
    with services.db.reading() as session:
        row, params = actions.opened(session, visit.viewer, channel_id, services.seal)
    message = actions.trial(row, services.settings.address, visit.now)
    try:
        all_channels()[row.kind].send(params, message, services.wire)
    except DeliveryError as error:
        failure = str(error)
    with services.db.writing() as session:
        actions.note_test(session, visit.viewer, channel_id, failure, visit.now)
    if failure is None:
        return away("/settings/channels", "tested")
    with services.db.reading() as session:
        return list_page(visit, session, failed=(row.name, failure), status=422)


@router.post("/{channel_id}/delete")
def delete(channel_id: UUID, visit: Visit = Depends(member)) -> Response:
    with visit.services.db.writing() as session:
        actions.delete(session, visit.viewer, channel_id)
    return away("/settings/channels", "channel-deleted")
