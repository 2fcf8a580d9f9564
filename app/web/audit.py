"""The audit log in sentences, each linked to what it is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from app.models import AuditEntry
from app.queries.audit import AuditFilter, actors, audit_log, names_of
from app.queries.members import members
from app.web.audit_words import ABOUT, LINKS, ONE_MENTION, SENTENCES, SEVERAL
from app.web.members import no_access
from app.web.page import Visit, member
from app.web.words import N_

router = APIRouter(prefix="/settings")

NOUN = re.compile(r"\[(.*?)\]", re.DOTALL)
ROLES = ("role", "before", "after")
MACHINES = {"cli": N_("The terminal"), "setup": N_("The first account"), "invitation": N_("An invitation")}
SENDERS = {"key": N_("The key {name}"), "source": N_("The source {name}")}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log: what stands before the link, the link's text, what stands after it, and where it leads."""

    entry: AuditEntry
    before: str
    noun: str
    after: str
    href: str


@router.get("/audit")
def show_audit(visit: Visit = Depends(member)) -> Response:
    if "admin" not in visit.viewer.scopes:
        return no_access(visit, visit.say("Audit log"), "/settings/audit")
    parameters = visit.request.query_params
    chosen = {name: parameters.get(name, "").replace("\0", "")[:300] for name in ("actor", "about", "from", "to")}
    with visit.services.db.reading() as session:
        viewer = visit.viewer
        found = audit_log(session, viewer, parameters.get("after"), filters=filter_of(visit, chosen))
        people = {one.email: one.shown for one in members(session, viewer)}
        names = names_of(session, viewer, found.items)
        return visit.page(
            session,
            "audit.html",
            found=found,
            lines=[line_of(visit, entry, people, names) for entry in found.items],
            chosen=chosen,
            people=[("", visit.say("Everybody")), *((one, who(visit, one, people)) for one in actors(session, viewer))],
            about=[("", visit.say("Everything")), *((noun, visit.say(text)) for noun, text in ABOUT.items())],
        )


def filter_of(visit: Visit, chosen: dict[str, str]) -> AuditFilter:
    """The filter of an address; days count in the reader's time zone, and what is no day is left out."""
    until = _day(visit, chosen["to"])
    return AuditFilter(
        actor=chosen["actor"] or None,
        action=chosen["about"] if chosen["about"] in ABOUT else None,
        since=_day(visit, chosen["from"]),
        until=until and until + timedelta(days=1),
    )


def _day(visit: Visit, text: str) -> datetime | None:
    try:
        day = date.fromisoformat(text)
        return datetime(day.year, day.month, day.day, tzinfo=visit.tongue.zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def who(visit: Visit, actor: str, people: dict[str, str]) -> str:
    """The name of whoever did something."""
    if actor in MACHINES:
        return visit.say(MACHINES[actor])
    kind, _, name = actor.partition(":")
    return visit.say(SENDERS[kind], name=name) if kind in SENDERS and name else people.get(actor, actor)


def line_of(visit: Visit, entry: AuditEntry, people: dict[str, str], names: dict[str, str]) -> Line:
    """A line in words. An action that has no sentence is shown by its code."""
    noun = entry.action.partition(".")[0]
    details = entry.details if isinstance(entry.details, dict) else {}
    filled = {name: _told(visit, name, value) for name, value in details.items()}
    filled["name"] = names.get(entry.target) or filled.get("name") or visit.say("something that is gone")
    filled["who"] = who(visit, entry.actor, people)
    filled |= {"target": entry.target, "email": filled.get("email") or visit.say("whoever has the link")}
    template = sentence_of(entry.action, details, entry.target)
    told = visit.say(template, number=entry.target.partition(" ")[0], **filled) if template else ""
    before, shown, after = _apart(told or f"{filled['who']} · {entry.action}")
    gone = noun in ("brand", "source", "rule", "channel", "phrase") and entry.target not in names
    href = "" if gone or not shown else LINKS.get(noun, "").format(id=entry.target)
    return Line(entry, before, shown, after, href)


def sentence_of(action: str, details: dict[str, object], target: str) -> str:
    """The template of a line; empty for an action that has none."""
    if action != "mention.update":
        return SENTENCES.get(action, "")
    if target.endswith(" mentions"):
        return SEVERAL
    fields = details.get("fields")
    changed = [name for name in fields if name != "brand_id"] if isinstance(fields, list) else []
    return ONE_MENTION.get(changed[0], SENTENCES[action]) if len(changed) == 1 else SENTENCES[action]


def _told(visit: Visit, name: str, value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    words = visit.word("role", text) if name in ROLES else text
    return words.replace("[", "(").replace("]", ")")


def _apart(told: str) -> tuple[str, str, str]:
    found = NOUN.search(told)
    return (told[: found.start()], found[1], told[found.end() :]) if found else (told, "", "")
