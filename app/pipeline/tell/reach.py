"""Whom a rule notifies, and why it notifies nobody where it does."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from alerts.channels import all_channels
from app.models import Channel

WhyNobody = Literal["none_chosen", "no_channel", "off", "no_mail", "failing"]
"""`none_chosen`: the rule names no channel that exists. `no_channel`: it follows all channels, and there is none.
`off`: all of its channels are switched off. `no_mail`: the others can only send mail, and no mail server is set up.
`failing`: the last message to each of the others did not arrive."""


@dataclass(frozen=True, slots=True)
class Reach:
    """The channels that messages are written for, and, where none of them gets through to anybody, why not.

    `culprit` is the channel to mend, where mending one helps.
    """

    channels: tuple[Channel, ...]
    why_nobody: WhyNobody | None = None
    culprit: Channel | None = None


def reach_of(chosen: Collection[UUID] | None, channels: Sequence[Channel], *, mail: bool) -> Reach:
    """Whom a rule reaches that chose these channels, or follows all of the workspace (None).

    `channels` are all of the workspace; `mail` says whether a mail server is set up. Messages are written for failing
    channels too: they are tried again.
    """
    followed = [channel for channel in channels if chosen is None or channel.id in chosen]
    if not followed:
        return Reach((), "no_channel" if chosen is None else "none_chosen")
    enabled = tuple(channel for channel in followed if channel.enabled)
    if not enabled:
        return Reach((), "off", followed[0])
    able = [channel for channel in enabled if mail or not is_by_mail(channel)]
    if not able:
        return Reach(enabled, "no_mail")
    if all(channel.last_error for channel in able):
        return Reach(enabled, "failing", able[0])
    return Reach(enabled)


def is_by_mail(channel: Channel) -> bool:
    """Whether the channel can send only where a mail server is set up."""
    declared = all_channels().get(channel.kind)
    return declared is not None and declared.by_mail
