"""The warning that a rule, a brand or an incident notifies nobody, and the form that mends it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.models import AlertRule, Brand
from app.queries.incidents import IncidentView
from app.queries.reach import Nobody, Why, brands_of_nobody, incidents_of_nobody, rules_of_nobody
from app.web.page import Visit
from app.web.words import N_


@dataclass(frozen=True, slots=True)
class Mending:
    """A reason in a sentence, and the button that leads to what mends it."""

    text: str
    button: str
    href: str


SENTENCES: dict[Why, str] = {
    "none_chosen": N_("No channel is chosen in the alert rule."),
    "no_channel": N_("There is no channel yet. Once one is added, it is told of what is open."),
    "off": N_("The channel «{channel}» is switched off, and there is no other."),
    "no_mail": N_(
        "The only channels send e-mail, and this installation has no mail server. Ask its administrator to set "
        "VIGIE_SMTP_URL, or add another channel."
    ),
    "failing": N_("The last message to «{channel}» did not arrive, and there is no other channel that works."),
    "no_rule": N_("No alert rule watches it."),
    "rules_off": N_("Its alert rule is switched off."),
    "bad_query": N_("Its query cannot be read, so nothing is found."),
    "undelivered": N_(
        "No message arrived: Vigie gave up sending to «{channel}». Once a test arrives there, it is told of what is "
        "open."
    ),
    "too_late": N_("It was over before a channel could be told. The rule has channels now."),
}
BUTTONS: dict[Why, tuple[str, str]] = {
    "none_chosen": (N_("Choose channels"), "/alerts/rules/{rule}#whom"),
    "no_channel": (N_("Add a channel"), "/settings/channels/new"),
    "off": (N_("See the channel"), "/settings/channels/{channel}"),
    "no_mail": (N_("Add a channel"), "/settings/channels/new?kind=webhook"),
    "failing": (N_("See the channel"), "/settings/channels/{channel}"),
    "no_rule": (N_("Add a rule"), "/alerts/rules/new?brand={brand}"),
    "rules_off": (N_("See the rule"), "/alerts/rules/{rule}"),
    "bad_query": (N_("Correct the query"), "/settings/brands/{brand}"),
    "undelivered": (N_("See the channel"), "/settings/channels/{channel}"),
    "too_late": (N_("See the rule"), "/alerts/rules/{rule}"),
}
"""What the button says, and where it leads."""


def mending_of(visit: Visit, nobody: Nobody | None) -> Mending | None:
    """The reason in the reader's language; None when somebody is notified."""
    if nobody is None:
        return None
    button, href = BUTTONS[nobody.why]
    channel = nobody.channel
    return Mending(
        visit.say(SENTENCES[nobody.why], channel=channel.name if channel else ""),
        visit.say(button),
        href.format(rule=nobody.rule_id, brand=nobody.brand_id, channel=channel.id if channel else ""),
    )


def has_mail(visit: Visit) -> bool:
    """Whether this installation can send mail."""
    return visit.services.settings.smtp_url is not None


def mendings_of_rules(visit: Visit, session: Session, rules: Sequence[AlertRule]) -> dict[UUID, Mending | None]:
    """For each rule, by its id, why it notifies nobody; None where it notifies somebody."""
    silent = rules_of_nobody(session, visit.viewer, rules, mail=has_mail(visit))
    return {rule.id: mending_of(visit, silent.get(rule.id)) for rule in rules}


def mendings_of_brands(visit: Visit, session: Session, brands: Sequence[Brand]) -> dict[UUID, Mending | None]:
    """For each brand, by its id, why nobody is notified about it; None where somebody is."""
    silent = brands_of_nobody(session, visit.viewer, brands, mail=has_mail(visit))
    return {brand.id: mending_of(visit, silent.get(brand.id)) for brand in brands}


def mendings_of_incidents(visit: Visit, session: Session, views: Sequence[IncidentView]) -> dict[UUID, Mending | None]:
    """For each incident, by its id, why nobody was notified of it; None where somebody was, or is about to be."""
    pairs = [(view.incident, view.rule) for view in views]
    silent = incidents_of_nobody(session, visit.viewer, pairs, mail=has_mail(visit))
    return {row.id: mending_of(visit, silent.get(row.id)) for row, _ in pairs}
