"""Which rules notify a channel, chosen in the form of the channel: the other side of the list that each rule has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.actions import rules
from app.actions.fields import validate
from app.jobs import Jobs
from app.models import AlertRule, Channel
from app.viewer import Viewer, may


def channels_after(
    chosen: Sequence[UUID] | None, channel_id: UUID, everyone: Sequence[UUID], *, wanted: bool
) -> list[UUID] | None:
    """The channels of a rule once it notifies this one, or does not; None is every channel.

    `everyone` are the channels of the workspace: a rule that followed them all, and shall leave one out, names the
    others from then on.
    """
    if chosen is None:
        return None if wanted else [each for each in everyone if each != channel_id]
    if wanted:
        return [*chosen] if channel_id in chosen else [*chosen, channel_id]
    return [each for each in chosen if each != channel_id]


@may("write")
def tie(session: Session, viewer: Viewer, channel_id: UUID, wanted: Mapping[UUID, bool], jobs: Jobs) -> None:
    """Has each of these rules notify the channel, or not. Rules that are not named, or do so already, stay as they
    are. Raises Problem 422 where a rule would name too many channels."""
    here = viewer.workspace_id
    everyone = session.scalars(select(Channel.id).where(Channel.workspace_id == here).order_by(Channel.id)).all()
    named = select(AlertRule).where(AlertRule.workspace_id == here, AlertRule.id.in_(wanted)).order_by(AlertRule.id)
    for rule in session.scalars(named).all():
        after = channels_after(rule.channels, channel_id, everyone, wanted=wanted[rule.id])
        if after != rule.channels:
            rules.update(session, viewer, rule.id, validate(rules.RuleChanges, {"channels": after}), jobs)
