"""The last of the first steps: what will happen from now on, in sentences, and what is still missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.models import AlertRule, Channel
from app.queries.brands import brands
from app.queries.channels import channels
from app.queries.paging import LIMIT_MAX
from app.queries.reach import reaches
from app.queries.rules import rules
from app.queries.sources import SourceView, sources
from app.web.page import Visit
from app.web.reach import Mending, has_mail, mendings_of_brands
from app.web.rules import sentence
from app.web.words import N_
from collectors import all_collectors

SHOWN = 5
"""How many sources, brands and rules the page names; it counts the others."""
UNREAD = ("failing", "refused", "gone", "changed")


@dataclass(frozen=True, slots=True)
class Alarm:
    """A rule: when it fires, whom it notifies by name, and how often it says so again, in words."""

    rule: AlertRule
    when: str
    whom: str
    again: str


def ready_of(visit: Visit, session: Session) -> dict[str, Any]:
    """What the page shows: brands, sources, alarms, and what is missing. The sample is none of it."""
    viewer = visit.viewer
    read = [view for view in sources(session, viewer, visit.now).items if not view.source.sample]
    watched = brands(session, viewer, limit=LIMIT_MAX).items
    there = channels(session, viewer, limit=LIMIT_MAX).items
    active = [rule for rule in rules(session, viewer, limit=LIMIT_MAX).items if rule.enabled]
    reached = reaches(session, viewer, active, mail=has_mail(visit))
    names = {brand.id: brand.name for brand in watched}
    told = [
        alarm_of(visit, rule, names.get(rule.brand_id, ""), reached[rule.id].channels)
        for rule in active
        if not reached[rule.id].why_nobody
    ]
    silent = [each for each in mendings_of_brands(visit, session, watched).values() if each]
    return {
        "brands": watched,
        "read": read,
        "collectors": all_collectors(),
        "alarms": told,
        "shown": SHOWN,
        "missing": missing_of(visit, read, there, silent, has_brand=bool(watched)),
    }


def alarm_of(visit: Visit, rule: AlertRule, brand: str, reached: Sequence[Channel]) -> Alarm:
    again = visit.tongue.lasting(rule.repeat_hours * 3600)
    return Alarm(rule, sentence(visit, rule, brand), ", ".join(channel.name for channel in reached), again)


def missing_of(
    visit: Visit, read: Sequence[SourceView], there: Sequence[Channel], silent: Sequence[Mending], *, has_brand: bool
) -> list[Mending]:
    """What keeps an alert from arriving, each with the button to what mends it."""

    def lack(text: str, button: str, href: str, **args: str) -> Mending:
        return Mending(visit.say(text, **args), visit.say(button), href)

    found = []
    if not has_brand:
        found.append(lack(N_("No brand is watched yet."), N_("Name the brand"), "/setup?step=brand"))
    if not read:
        found.append(lack(N_("Nothing is read yet: no source was added."), N_("Add a source"), "/setup?step=source"))
    unread = [view.source for view in read if view.source.state in UNREAD][:SHOWN]
    untried = [one for one in there if one.enabled and not one.last_sent_at and not one.last_error][:SHOWN]
    found += [
        lack(N_("«{source}» could not be read."), N_("See the source"), f"/sources/{one.id}", source=one.name)
        for one in unread
    ]
    untold = N_("Nothing was sent to «{channel}» yet: try whether it arrives.")
    found += [lack(untold, N_("Send a test"), "/setup?step=alerts", channel=one.name) for one in untried]
    return [*found, *dict.fromkeys(silent)]
