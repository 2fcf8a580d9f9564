"""The step of the first minutes that chooses whom alerts reach: a channel, the rules that notify it, and a test."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from sqlalchemy.orm import Session

from alerts.channels import all_channels
from app.actions import channels as actions
from app.actions.channels import ChannelTest, MadeChannel
from app.problems import Problem
from app.queries.channels import channel, channels
from app.queries.paging import LIMIT_MAX
from app.queries.rules import rules
from app.web.channels import ChannelForm, add, change, context_of, form_of, new_form, read_form
from app.web.form_page import attempt
from app.web.forms import SentForm, sent_form
from app.web.page import Visit, editor, redirect
from app.web.reach import has_mail, mendings_of_rules
from app.web.ties import notifies

router = APIRouter(prefix="/setup/channel")

STEP = "/setup?step=alerts"


def alerts_of(
    visit: Visit,
    session: Session,
    form: ChannelForm | None = None,
    made: MadeChannel | None = None,
    tested: ChannelTest | None = None,
) -> dict[str, Any]:
    """What the step shows: the channels with the rules that notify each, and the form of one where it is open.

    `made` is a channel whose secret is shown now and never again; `tested` is what came of a test message.
    """
    there = channels(session, visit.viewer, limit=LIMIT_MAX).items
    watching = rules(session, visit.viewer, limit=LIMIT_MAX).items
    form = form or _form_asked_for(visit, session, has_channel=bool(there))
    values = context_of(visit, session, form) if form else {}
    return {
        **values,
        "form": form,
        "kind": form.kind if form else None,
        "values": form.values if form else {},
        "row": form.row if form else None,
        "problem": form.problem if form else None,
        "labels": {},
        "channels": there,
        "told_by": {one.id: [rule.name for rule in watching if rule.enabled and notifies(rule, one)] for one in there},
        "rules": watching,
        "silent": mendings_of_rules(visit, session, watching),
        "secret": made if made and made.secret else None,
        "tested": tested,
    }


def _form_asked_for(visit: Visit, session: Session, *, has_channel: bool) -> ChannelForm | None:
    """The form of the channel or of the kind that the address names; without either, of a first channel."""
    if "write" not in visit.viewer.scopes:
        return None
    parameters = visit.request.query_params
    if named := parameters.get("channel"):
        return form_of(visit, channel(session, visit.viewer, _id(named)))
    if has_channel and "kind" not in parameters:
        return None
    return new_form(visit, parameters.get("kind") or first_kind(mail=has_mail(visit)))


def _id(named: str) -> UUID:
    try:
        return UUID(named)
    except ValueError:
        raise Problem("not-found", 404, "There is no such channel.") from None


def first_kind(*, mail: bool) -> str:
    """The kind that is offered first: mail, unless no mail server is set up."""
    return next(each.kind for each in all_channels().values() if each.by_mail == mail)


def step_again(visit: Visit, status: int = 200, **news: Any) -> Response:
    with visit.services.db.reading() as session:
        parts = alerts_of(visit, session, **news)
        return visit.page(session, "setup_alerts.html", status=status, step="alerts", **parts)


@router.post("")
def create(visit: Visit = Depends(editor), sent: SentForm = Depends(sent_form)) -> Response:
    """Adds the channel, and sends it a test message at once."""
    form = read_form(sent, None)

    def save() -> Response:
        made = add(visit, form)
        return _tested(visit, made.channel.id, made)

    return attempt(save, lambda problem: step_again(visit, problem.status, form=replace(form, problem=problem)))


@router.post("/{channel_id}")
def update(channel_id: UUID, visit: Visit = Depends(editor), sent: SentForm = Depends(sent_form)) -> Response:
    """Changes the channel, and sends it a test message at once."""
    with visit.services.db.reading() as session:
        row = channel(session, visit.viewer, channel_id)
    form = read_form(sent, row)

    def save() -> Response:
        change(visit, row, form)
        return _tested(visit, channel_id)

    return attempt(save, lambda problem: step_again(visit, problem.status, form=replace(form, problem=problem)))


@router.post("/{channel_id}/test")
def send_test(channel_id: UUID, visit: Visit = Depends(editor)) -> Response:
    return _tested(visit, channel_id)


def _tested(visit: Visit, channel_id: UUID, made: MadeChannel | None = None) -> Response:
    """Where a test message leads: on to the last step; back to this one where it failed, or a secret has to be
    shown."""
    tested = actions.send_test(visit.services, visit.viewer, channel_id, visit.now)
    if tested.error is None and not (made and made.secret):
        return redirect("/setup?step=ready", "tested")
    return step_again(visit, made=made, tested=tested)
