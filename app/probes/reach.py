"""Whether the alert rules reach anybody."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import AlertRule, Channel
from app.pipeline.tell.reach import WhyNobody, reach_of
from app.probes.finding import Finding

NAME = "alerts"
NAMED = 3
"""How many rules are named; the pages show all."""
REASONS: dict[WhyNobody, str] = {
    "none_chosen": "no channel is chosen in it",
    "no_channel": "there is no channel yet",
    "off": "its channels are switched off",
    "no_mail": "its channels send e-mail, and VIGIE_SMTP_URL is not set",
    "failing": "the last message to each of its channels did not arrive",
}


def reach(session: Session, *, mail: bool) -> Finding:
    """Names rules that notify nobody, in any workspace. `mail`: whether a mail server is set up."""
    rules = session.scalars(select(AlertRule).where(AlertRule.enabled).order_by(AlertRule.id)).all()
    if not rules:
        return Finding(NAME, "ok", "there is no alert rule yet")
    channels = session.scalars(select(Channel).order_by(Channel.id)).all()
    silent = [(rule, why) for rule in rules if (why := why_nobody(rule, channels, mail=mail))]
    if not silent:
        return Finding(NAME, "ok", f"each of {len(rules)} rules notifies somebody")
    named = "; ".join(f"«{rule.name}»: {REASONS[why]}" for rule, why in silent[:NAMED])
    more = f"; and {len(silent) - NAMED} more" if len(silent) > NAMED else ""
    text = f"{len(silent)} of {len(rules)} rules notify nobody ({named}{more})"
    return Finding(NAME, "note", f"{text}: see Alerts → Alert rules")


def why_nobody(rule: AlertRule, channels: Sequence[Channel], *, mail: bool) -> WhyNobody | None:
    """Why the rule notifies nobody in its workspace; None when it does."""
    own = [channel for channel in channels if channel.workspace_id == rule.workspace_id]
    return reach_of(rule.channels, own, mail=mail).why_nobody
