"""Channels: where alerts go, each with a test."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.orm import Session

from alerts.base import AnyChannel
from alerts.channels import all_channels
from app.actions import channels as actions
from app.actions import secrets
from app.actions.channel_settings import EVENTS
from app.actions.channels import MadeChannel
from app.actions.deliveries import retry as resend
from app.actions.fields import validate
from app.actions.ties import tie
from app.models import Channel
from app.queries.channels import channel, channels
from app.queries.deliveries import dead_letters, deliveries
from app.queries.paging import LIMIT_MAX
from app.queries.rules import rules
from app.web.form_page import Form, FormPage, Values, add_routes
from app.web.forms import PREFIX, Field, SentForm, dropped_by, fields_of, params_from, sent_form
from app.web.language import LANGUAGES
from app.web.page import Visit, editor, member, redirect
from app.web.reach import Mending, has_mail, mendings_of_rules
from app.web.ties import read_ties, ties_of

router = APIRouter(prefix="/settings/channels")

HOME = "/settings/channels"
SENT_SHOWN = 20
"""How many of a channel's last messages its page shows."""
RULES_SHOWN = 5
"""How many rules that notify nobody the page names."""
OURS = frozenset({"params.unsubscribe_url"})
"""Fields that the service fills in by itself."""


@router.get("")
def show_list(visit: Visit = Depends(member)) -> Response:
    with visit.services.db.reading() as session:
        return list_page(visit, session)


def list_page(visit: Visit, session: Session, **news: Any) -> HTMLResponse:
    """The channels; `news` is a secret to show once, or how a test failed."""
    rows = channels(session, visit.viewer, visit.request.query_params.get("after"))
    context = {"secret": None, "failed": None, "status": 200, **news}
    context["silent"] = mendings_by_name(visit, session)
    context["dead"] = {row.id: number for row, number in dead_letters(session, visit.viewer, visit.now)}
    return visit.page(session, "channels.html", found=rows, kinds=all_channels(), **context)


def mendings_by_name(visit: Visit, session: Session) -> list[tuple[str, Mending]]:
    """The rules that notify nobody though there is a channel; a few of them, as each says so on its own page."""
    all_of_them = rules(session, visit.viewer, limit=LIMIT_MAX).items
    silent = mendings_of_rules(visit, session, all_of_them)
    found = ((rule.name, silent[rule.id]) for rule in all_of_them)
    return [(name, mending) for name, mending in found if mending][:RULES_SHOWN]


@router.post("/{channel_id}/test")
def send_test(channel_id: UUID, visit: Visit = Depends(editor)) -> Response:
    """Sends a message that says it is a test, and shows what came of it."""
    tested = actions.send_test(visit.services, visit.viewer, channel_id, visit.now)
    if tested.error is None:
        return redirect(HOME, "tested")
    with visit.services.db.reading() as session:
        return list_page(visit, session, failed=(tested.channel.name, tested.error), status=422)


@router.post("/deliveries/{delivery_id}/retry")
def retry(delivery_id: UUID, visit: Visit = Depends(editor), sent: SentForm = Depends(sent_form)) -> Response:
    """Sends a message again, and leads back to the channel, or to the incident where it was asked."""
    with visit.services.db.writing() as session:
        row = resend(session, visit.viewer, delivery_id, visit.services.jobs, visit.now)
        back = f"/alerts/{row.incident_id}" if sent.is_checked("incident") else f"{HOME}/{row.channel_id}"
    return redirect(back, "resent")


ChannelForm = Form[Channel, AnyChannel]


def show_new(visit: Visit) -> Response:
    """The form of a new channel, of the kind that the address names."""
    return show_form(visit, new_form(visit, visit.request.query_params.get("kind", "email")))


def new_form(visit: Visit, wished: str) -> ChannelForm:
    """An empty form, in the language and the time zone of whoever asks; mail goes to themselves unless they say so."""
    kinds = all_channels()
    kind = kinds.get(wished) or next(iter(kinds.values()))
    params = {"to": [visit.viewer.actor]} if kind.by_mail and "@" in visit.viewer.actor else {}
    values: Values = {"language": visit.tongue.code, "timezone": visit.viewer.timezone, "ties": None}
    values |= pace_of(None)
    return Form(kind, {"name": "", "params": params, "enabled": True, **values})


def form_of(_visit: Visit, row: Channel) -> ChannelForm:
    names = ("name", "params", "language", "timezone", "enabled")
    values = {name: getattr(row, name) for name in names} | {"ties": None}
    values |= pace_of(row)
    return Form(actions.channel_of(row.kind), values, row)


def pace_of(row: Channel | None) -> Values:
    """What the channel wants to hear, when and how much; of a new one, everything at once."""
    if row is None:
        return {"events": list(EVENTS), "quiet_start": "", "quiet_end": "", "max_per_hour": "", "link_only": False}
    quiet = row.quiet_hours or {}
    hours = {"quiet_start": quiet.get("start", ""), "quiet_end": quiet.get("end", "")}
    return {"events": row.events, "max_per_hour": row.max_per_hour, "link_only": row.link_only, **hours}


def read_form(sent: SentForm, row: Channel | None) -> ChannelForm:
    kind = actions.channel_of(row.kind if row else sent.get("kind"))
    values: Values = {name: sent.get(name) for name in ("name", "language", "timezone")}
    values |= {"params": params_from(kind.params, sent), "enabled": sent.is_checked("enabled")}
    values["ties"] = read_ties(sent)
    values |= pace_of(row)
    if sent.is_checked("paced"):  # a form without these fields leaves them as they are
        values |= {name: sent.get(name) for name in ("quiet_start", "quiet_end", "max_per_hour")}
        values |= {"events": sent.all("events"), "link_only": sent.is_checked("link_only")}
    return Form(kind, values | ({"drop_secrets": dropped_by(kind.params, sent)} if row else {}), row)


def fields_of_action(form: ChannelForm) -> Values:
    values = {name: value for name, value in form.values.items() if name != "ties" and not name.startswith("quiet_")}
    start, end = form.values["quiet_start"], form.values["quiet_end"]
    quiet = {**((form.row.quiet_hours if form.row else None) or {}), "start": start, "end": end}
    hours = {"quiet_hours": quiet if start or end else None, "max_per_hour": form.values["max_per_hour"] or None}
    return values | hours


def context_of(visit: Visit, session: Session, form: ChannelForm) -> dict[str, Any]:
    """What the fields of the form need beside its values."""
    kind, row = form.kind, form.row
    kept = secrets.stored_names(visit.services.seal, row.secrets, actions.seal_name(row)) if row else ()
    fields = form.demand_again(fields_of(kind.params, form.values["params"], kept=kept))
    return {
        "kinds": all_channels(),
        "fields": [without_drop(kind, field) for field in fields if field.name not in OURS],
        "languages": list(LANGUAGES.items()),
        "timezones": sorted(available_timezones()),
        "no_smtp": kind.by_mail and not has_mail(visit),
        "ties": ties_of(visit, session, row, form.values["ties"]),
        "sent": deliveries(session, visit.viewer, row.id, limit=SENT_SHOWN).items if row else [],
        "events": [(why, visit.word("why", why)) for why in EVENTS],
    }


def show_form(visit: Visit, form: ChannelForm) -> Response:
    with visit.services.db.reading() as session:
        return form.page(visit, session, "channel.html", **context_of(visit, session, form))


def without_drop(kind: AnyChannel, field: Field) -> Field:
    """The field; what signs the messages of a kind can be changed, but not removed."""
    return replace(field, droppable=False) if actions.is_signed_by(kind, field.name.removeprefix(PREFIX)) else field


def create(visit: Visit, form: ChannelForm, _sent: SentForm) -> Response:
    """Adds a channel. A secret that was generated for it is shown in the answer, and never again."""
    made = add(visit, form)
    if made.secret is None:
        return redirect(HOME, "channel-created")
    with visit.services.db.reading() as session:
        return list_page(visit, session, secret=made)


def add(visit: Visit, form: ChannelForm) -> MadeChannel:
    """Adds the channel of the form, with the rules that notify it. Raises Problem."""
    new = validate(actions.NewChannel, {**fields_of_action(form), "kind": form.kind.kind})
    with visit.services.db.writing() as session:
        made = actions.create(session, visit.viewer, new, visit.services)
        tie(session, visit.viewer, made.channel.id, form.values["ties"], visit.services.jobs)
    return made


def update(visit: Visit, row: Channel, form: ChannelForm, _sent: SentForm) -> Response:
    change(visit, row, form)
    return redirect(HOME, "saved")


def change(visit: Visit, row: Channel, form: ChannelForm) -> None:
    """Changes the channel as the form says, with the rules that notify it. Raises Problem."""
    changes = validate(actions.ChannelChanges, fields_of_action(form))
    with visit.services.db.writing() as session:
        actions.update(session, visit.viewer, row.id, changes, visit.services)
        tie(session, visit.viewer, row.id, form.values["ties"], visit.services.jobs)


def delete(session: Session, visit: Visit, channel_id: UUID) -> None:
    actions.delete(session, visit.viewer, channel_id)


PAGE = FormPage(
    home=HOME,
    deleted="channel-deleted",
    find=channel,
    show_new=show_new,
    form_of=form_of,
    read_form=read_form,
    show_form=show_form,
    create=create,
    update=update,
    delete=delete,
    open_to=editor,
)
add_routes(router, PAGE)
