"""The channels that alerts go to: added, changed, tested, removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import BaseModel, Field, SecretStr
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from alerts.base import AnyChannel, DeliveryError, Explanation, IncidentNotice, Message, Sample
from alerts.channels import all_channels
from alerts.discreet import only_figures
from app.actions import secrets
from app.actions.audit import record
from app.actions.channel_settings import EVENTS, Events, LinkOnly, PerHour, QuietTimes
from app.actions.fields import Changes, Fields, Name, TimeZone, unique_name, validate
from app.actions.versions import versioned
from app.crypto import Seal, place_of
from app.http import GateError, check_url, rules_for
from app.models import AlertRule, Channel, uuid7
from app.pipeline.tell.pace import look_again
from app.problems import FieldError, Problem, invalid, not_found
from app.services import Services
from app.settings import Settings
from app.viewer import Viewer, may

CHANNELS_MAX = 500


class NewChannel(Fields):
    """A place alerts go to, in its readers' language and time zone."""

    kind: Annotated[str, Field(max_length=100, json_schema_extra={"enum": sorted(all_channels())})]
    name: Name
    params: dict[str, Any] = Field(default_factory=dict)
    language: Literal["en", "fr"] = "en"
    timezone: TimeZone = "UTC"
    events: Events = Field(default_factory=lambda: list(EVENTS))
    quiet_hours: QuietTimes | None = None
    max_per_hour: PerHour | None = None
    link_only: LinkOnly = False
    enabled: bool = True


class ChannelChanges(Changes):
    """What changes of a channel; a field left out stays. New params replace the old, except secrets left out."""

    name: Name = ""
    params: dict[str, Any] = Field(default_factory=dict)
    language: Literal["en", "fr"] = "en"
    timezone: TimeZone = "UTC"
    events: Events = Field(default_factory=lambda: list(EVENTS))
    quiet_hours: QuietTimes | None = None
    max_per_hour: PerHour | None = None
    link_only: LinkOnly = False
    enabled: bool = True
    drop_secrets: secrets.Dropped = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MadeChannel:
    """A new channel, and the secret that was generated for it, which is shown now and never again."""

    channel: Channel
    secret: str | None


@may("write")
def create(session: Session, viewer: Viewer, new: NewChannel, services: Services) -> MadeChannel:
    """Adds a channel. Raises Problem 409 for its name, 422 for its fields."""
    declared = channel_of(new.kind)
    number = session.scalar(select(func.count()).where(Channel.workspace_id == viewer.workspace_id)) or 0
    if number >= CHANNELS_MAX:
        raise Problem("too-many", 409, "There are {number} channels already.", number=number)
    params = checked_params(declared, new.params, services.settings)
    made = declared.new_secret() if declared.new_secret and not getattr(params, "secret", None) else None
    if made:
        params = params.model_copy(update={"secret": SecretStr(made)})
    row = Channel(id=uuid7(), workspace_id=viewer.workspace_id, **new.model_dump(exclude={"params"}))
    put_params(row, params, services.seal)
    with unique_name(session, viewer, "channel"):
        session.add(row)
    record(session, viewer, "channel.create", row.id, kind=new.kind, name=new.name)
    session.refresh(row)
    return MadeChannel(row, made)


@may("write")
def update(session: Session, viewer: Viewer, channel_id: UUID, changes: ChannelChanges, services: Services) -> Channel:
    """Changes a channel; enabling one that was disabled gives it a new chance."""
    row = lock(session, viewer, channel_id)
    values = secrets.with_params(changes.model_dump(exclude_unset=True), row.params)
    params, dropped = values.pop("params", None), values.pop("drop_secrets", [])
    fields = changes.model_fields_set
    with unique_name(session, viewer, "channel"), versioned(session, viewer, row, "channel.update", fields):
        for name, value in values.items():
            setattr(row, name, value)
        if params is not None:
            put_params(row, _changed_params(row, params, dropped, services), services.seal)
        if params is not None or values.get("enabled"):
            row.disabled_reason = row.last_error = None
        if values.keys() & {"quiet_hours", "max_per_hour", "timezone"}:
            look_again(session, row, datetime.now(UTC))
            services.jobs.defer(session, "notify")
    session.refresh(row)
    return row


def _changed_params(row: Channel, given: Mapping[str, Any], dropped: Sequence[str], services: Services) -> BaseModel:
    """The params given, with the stored secrets that were left out and not dropped. Raises Problem 422."""
    declared, sealed = channel_of(row.kind), services.seal.open(row.secrets, seal_name(row))
    check_signed(declared, given, dropped)
    stored = secrets.without_dropped(sealed, declared.params, dropped)
    params = checked_params(declared, secrets.keep_stored(given, declared.params, stored), services.settings)
    secrets.check_destination(given, params, row.params, stored)
    return params


@may("write")
def delete(session: Session, viewer: Viewer, channel_id: UUID) -> None:
    """Removes a channel, and takes it out of the rules that name it.

    A rule that named no other notifies nobody, and says so: it does not turn to channels that nobody chose for it.
    """
    row = lock(session, viewer, channel_id)
    naming = select(AlertRule).where(
        AlertRule.workspace_id == viewer.workspace_id, AlertRule.channels.contains([channel_id])
    )
    for rule in session.scalars(naming.order_by(AlertRule.id).with_for_update()):
        rule.channels = [each for each in rule.channels or () if each != channel_id]
        flag_modified(rule, "channels")
        rule.version += 1
    record(session, viewer, "channel.delete", channel_id, kind=row.kind, name=row.name)
    session.delete(row)
    session.flush()


@dataclass(frozen=True, slots=True)
class ChannelTest:
    """A channel, and why its test message was refused; None when it was accepted."""

    channel: Channel
    error: str | None


@may("write")
def send_test(services: Services, viewer: Viewer, channel_id: UUID, now: datetime) -> ChannelTest:
    """Sends a message that says it is a test, and remembers how it went. Raises Problem 404.

    The message is sent between two transactions.
    """
    with services.db.reading() as session:
        row = session.get(Channel, (viewer.workspace_id, channel_id))
        if row is None:
            raise not_found("channel")
    declared, stored = channel_of(row.kind), services.seal.open(row.secrets, seal_name(row))
    params = validate(declared.params, row.params | stored, under="params")
    error = None
    try:
        trial = trial_message(row, services.settings.address, now)
        declared.send(params, only_figures(trial) if row.link_only else trial, services.wire)
    except DeliveryError as refusal:
        error = str(refusal)
    with services.db.writing() as session:
        _note_test(session, viewer, channel_id, error, now)
    return ChannelTest(row, error)


def _note_test(session: Session, viewer: Viewer, channel_id: UUID, error: str | None, now: datetime) -> None:
    row = lock(session, viewer, channel_id)
    row.last_error = error
    if error is None:
        row.last_sent_at = now
    record(session, viewer, "channel.test", channel_id, arrived=error is None)


def trial_message(row: Channel, address: str, now: datetime) -> Message:
    """The message that tests a channel, and says so."""
    text = "Ceci est un essai de Vigie." if row.language == "fr" else "This is a test from Vigie."
    sample = Sample(text=text, author="Vigie", outlet="vigie", url=None, published_at=now)
    explanation = Explanation(
        observed=0, expected=None, total=0, share=None, usual_share=None, window_hours=1, since=now, samples=(sample,)
    )
    incident = IncidentNotice(
        id=f"test-{row.id.hex}",
        why="opened",
        sequence=1,
        brand="Vigie",
        rule=row.name,
        rule_kind="test",
        severity="info",
        state="firing",
        opened_at=now,
        explanation=explanation,
    )
    return Message(
        id=f"msg_{uuid7().hex}",
        at=now,
        url=address,
        subject=incident,
        language="fr" if row.language == "fr" else "en",
        timezone=row.timezone,
        test=True,
    )


def check_signed(declared: AnyChannel, given: Mapping[str, Any], dropped: Sequence[str]) -> None:
    """Refuses to leave unsigned what a kind signs. Raises Problem 422."""
    if is_signed_by(declared, "secret") and "secret" in dropped and not secrets.is_given(given, "secret"):
        number = list(dropped).index("secret")
        raise invalid(FieldError(f"drop_secrets.{number}", "It signs every message: enter another one instead."))


def is_signed_by(declared: AnyChannel, name: str) -> bool:
    """Whether the kind signs with this param, and so always has one."""
    return declared.new_secret is not None and name == "secret"


def channel_of(kind: str) -> AnyChannel:
    """The declaration of a kind. Raises Problem 422."""
    declared = all_channels().get(kind)
    if declared is None:
        hint = f"One of: {', '.join(sorted(all_channels()))}."
        raise invalid(FieldError("kind", "There is no kind of channel «{kind}».", {"kind": kind}, hint=hint))
    return declared


def checked_params(declared: AnyChannel, values: Mapping[str, Any], settings: Settings) -> BaseModel:
    """The params as the channel declares them. Raises Problem 422, also for an address that the gate refuses."""
    params: BaseModel = validate(declared.params, dict(values), under="params")
    secrets.check_whole(params)
    rules = rules_for(settings.allowed_private_hosts)
    shown, hidden = secrets.split(params)
    for name, value in (shown | hidden).items():
        if isinstance(value, str) and (name.endswith("url") or name in secrets.address_fields(declared.params)):
            try:
                check_url(value, rules)
            except GateError as error:
                raise invalid(FieldError(f"params.{name}", "{why}.", {"why": str(error).capitalize()})) from None
            if not _leads_there(declared, value, settings):
                told = {"host": declared.hosts[0]}
                raise invalid(FieldError(f"params.{name}", "This address has to start with https://{host}/.", told))
    return params


def _leads_there(declared: AnyChannel, address: str, settings: Settings) -> bool:
    """Whether an address leads where the kind sends to, or to a private host that the operator allowed."""
    url = urlsplit(address)
    usual = not declared.hosts or (url.scheme == "https" and url.hostname in declared.hosts and url.port in {None, 443})
    return usual or not {url.hostname, url.netloc}.isdisjoint(settings.allowed_private_hosts)


def put_params(row: Channel, params: BaseModel, seal: Seal) -> None:
    """Writes the params into the row, with the secrets sealed."""
    shown, hidden = secrets.split(params)
    row.params = shown
    row.secrets = seal.seal(hidden, seal_name(row)) if hidden else None


def open_params(row: Channel, seal: Seal) -> BaseModel:
    """The params in a channel's row, with its secrets unsealed. Raises SecretsLost, and ValueError when its kind does
    not take them any more."""
    opened: BaseModel = all_channels()[row.kind].params(**{**row.params, **seal.open(row.secrets, seal_name(row))})
    return opened


def seal_name(row: Channel) -> str:
    """The name under which the secrets of a channel are sealed, so that they open for no other row."""
    return place_of("channel", row.workspace_id, row.id)


@may("write")
def lock(session: Session, viewer: Viewer, channel_id: UUID) -> Channel:
    """Locks the channel until the end of the transaction, and returns it. Raises Problem 404."""
    row = session.get(Channel, (viewer.workspace_id, channel_id), with_for_update=True)
    if row is None:
        raise not_found("channel")
    return row
