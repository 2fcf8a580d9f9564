"""Puts a message in words: title, lines, mentions to show. Channels give these their own form.

The templates are ours, from files; what the public wrote only ever fills places in them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from .base import IncidentNotice, Language, Message, Sample, Severity, Why
from .clean import one_line, safe_url
from .wording import PHRASES, byline, headline, moment, sentences

BRAND, RULE, SAMPLE = 80, 80, 500

TITLES: dict[Why, dict[Language, str]] = {
    "opened": {"en": "{brand}: {figure}", "fr": "{brand}\u202f: {figure}"},
    "worsened": {"en": "{brand}: getting worse, {figure}", "fr": "{brand}\u202f: la situation s’aggrave, {figure}"},
    "reminder": {"en": "{brand}: still going on, {figure}", "fr": "{brand}\u202f: toujours en cours, {figure}"},
    "resolved": {"en": "{brand}: {rule}, over", "fr": "{brand}\u202f: {rule}, c’est terminé"},
}
MARKS: dict[Severity, str] = {"info": "🔵", "warning": "🟠", "critical": "🔴"}
OVER = "🟢"
SEVERITY: dict[Severity, dict[Language, str]] = {
    "info": {"en": "to watch", "fr": "à surveiller"},
    "warning": {"en": "warning", "fr": "avertissement"},
    "critical": {"en": "critical", "fr": "critique"},
}
LABELS: dict[str, dict[Language, str]] = {
    "status": {
        "en": "{rule}. Severity: {severity}. Opened {time}.",
        "fr": "{rule}. Gravité\u202f: {severity}. Ouvert le {time}.",
    },
    "test": {
        "en": "This is a test message: nothing has happened.",
        "fr": "Ceci est un message d’essai\u202f: il ne s’est rien passé.",
    },
    "suppressed": {
        "en": "Besides this one, messages held back as too many for an hour: {n}.",
        "fr": "En plus de celui-ci, messages retenus car trop nombreux en une heure\u202f: {n}.",
    },
    "test title": {"en": "TEST – {title}", "fr": "ESSAI – {title}"},
    "samples": {"en": "Most telling mentions", "fr": "Mentions les plus révélatrices"},
    "open": {"en": "See the incident", "fr": "Voir l’incident"},
    "stop": {"en": "Stop these e-mails", "fr": "Ne plus recevoir ces e-mails"},
}


@dataclass(frozen=True, slots=True)
class Quote:
    """A mention as shown: a line of plain text, who wrote it and when, and an address safe to follow, or None."""

    text: str
    byline: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Content:
    """A message in the reader's language, in plain text throughout: whoever shows it must escape it, once."""

    language: Language
    title: str
    notice: str
    status: str
    lines: tuple[str, ...]
    quotes_title: str
    quotes: tuple[Quote, ...]
    open: str
    colon: str
    url: str


def content(message: Message) -> Content:
    """The words of a message, cleaned and cut to bounded lengths."""
    match message.subject:
        case IncidentNotice() as incident:
            return _of_incident(message, incident)


def _of_incident(message: Message, incident: IncidentNotice) -> Content:
    language = message.language
    title = _title(incident, language)
    status = LABELS["status"][language].format(
        rule=one_line(incident.rule, RULE),
        severity=SEVERITY[incident.severity][language],
        time=moment(incident.opened_at, language, message.timezone),
    )
    return Content(
        language=language,
        title=LABELS["test title"][language].format(title=title) if message.test else title,
        notice=notice_of(message),
        status=status,
        lines=tuple(sentences(incident.explanation, language, message.timezone)),
        quotes_title=LABELS["samples"][language],
        quotes=tuple(_quote(sample, message) for sample in incident.explanation.samples[:3]),
        open=LABELS["open"][language],
        colon=PHRASES["colon"][language],
        url=safe_url(message.url) or "",
    )


def notice_of(message: Message) -> str:
    """What is to be said before the facts: that it is a test, or for how many others it stands."""
    if message.test:
        return LABELS["test"][message.language]
    return LABELS["suppressed"][message.language].format(n=message.suppressed) if message.suppressed else ""


def _title(incident: IncidentNotice, language: Language) -> str:
    """What the reader sees before opening the message: how bad it is, whose, how much, and about what."""
    mark = OVER if incident.why == "resolved" else MARKS[incident.severity]
    said = TITLES[incident.why][language].format(
        brand=one_line(incident.brand, BRAND),
        rule=one_line(incident.rule, RULE),
        figure=headline(incident.explanation, language),
    )
    return f"{mark} {said}"


def text(shown: Content) -> str:
    """The message as plain text."""
    return _TEMPLATES.get_template("message.txt").render(m=shown)


def html(shown: Content, unsubscribe: str | None = None) -> str:
    """The message as a whole HTML page, with everything escaped. `unsubscribe` is the address of a link to stop."""
    stop = LABELS["stop"][shown.language]
    return _TEMPLATES.get_template("message.html").render(m=shown, unsubscribe=safe_url(unsubscribe), stop=stop)


_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def _quote(sample: Sample, message: Message) -> Quote:
    written = moment(sample.published_at, message.language, message.timezone)
    return Quote(
        text=one_line(sample.text, SAMPLE),
        byline=f"{byline(sample, message.language)}, {written}",
        url=safe_url(sample.url),
    )
