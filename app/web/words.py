"""What the codes of the tables are called on a page, in English: the catalogues translate them."""

from __future__ import annotations

import re

SENSE = "\x04"
"""What stands between the sense of a word and the word: the sign that gettext puts between msgctxt and msgid."""


def N_(text: str) -> str:  # noqa: N802 - the name that gettext's extractors know
    """Marks a text for translation where it stands, and leaves it as it is."""
    return text


def C_(context: str, text: str) -> str:  # noqa: N802 - as N_, for a word that means two things
    """Marks a word that has several senses with the one it has here; the catalogues keep one translation for each."""
    return f"{context}{SENSE}{text}"


WORDS: dict[str, dict[object, str]] = {
    "stance": {
        "promoter": N_("Promoter"),
        "passive": N_("Passive"),
        "detractor": N_("Detractor"),
        "unsure": N_("To check"),
        None: N_("Not yet scored"),
    },
    "stance source": {
        "person": N_("by a person"),
        "rating": N_("by its rating"),
        "phrase": N_("by a phrase"),
        "common": N_("by a common phrase"),
        "model": N_("by the model"),
    },
    "stances": {
        "promoter": N_("Promoters"),
        "passive": N_("Passives"),
        "detractor": N_("Detractors"),
        "unsure": N_("To check"),
    },
    "status": {
        "new": C_("status", "New"),
        "in_progress": N_("In progress"),
        "answered": N_("Answered"),
        "closed": N_("Closed"),
        "irrelevant": N_("Irrelevant"),
    },
    "brand kind": {
        "own": N_("Own brand"),
        "competitor": N_("Competitor"),
        "product": N_("Product"),
        "person": N_("Person"),
    },
    "source state": {
        "waiting": N_("Not read yet"),
        "ok": N_("Healthy"),
        "failing": N_("Failing"),
        "refused": N_("Refused"),
        "gone": N_("Gone"),
        "paused": N_("Paused"),
        "throttled": N_("Slowed down by the site"),
        "changed": N_("Format changed"),
        "budget": N_("Budget used up"),
    },
    "incident state": {
        "pending": C_("incidents", "Pending"),
        "firing": N_("Firing"),
        "recovering": N_("Recovering"),
        "resolved": N_("Resolved"),
        "unreadable": N_("Not readable"),
    },
    "severity": {"info": N_("Information"), "warning": C_("severity", "Warning"), "critical": N_("Critical")},
    "why": {
        "opened": N_("Opened"),
        "worsened": N_("Worsened"),
        "reminder": N_("Reminder"),
        "resolved": N_("Resolved"),
    },
    "delivery": {
        "pending": N_("Waiting"),
        "sent": N_("Sent"),
        "dead": N_("Given up"),
        "suppressed": N_("Held back"),
        "expired": N_("Expired"),
    },
    "event": {
        "opened": N_("The incident opened"),
        "worsened": N_("The incident worsened"),
        "reminder": N_("A reminder was sent"),
        "resolved": N_("The incident was resolved"),
        "unreadable": N_("What was stored of it could not be read: Vigie closed it"),
        "undelivered": N_("A message was given up"),
        "recovering": N_("Back to the usual level: waiting for confirmation"),
        "acknowledged": N_("Somebody took charge"),
        "false_alarm": N_("Marked as a false alarm"),
        "silenced": N_("Nothing was sent: silenced"),
        "inhibited": N_("Nothing was sent: another incident already reports it"),
        "quiet_hours": N_("Nothing was sent yet: quiet hours"),
        "within_interval": N_("Nothing was sent: a message went out recently"),
        "pending": N_("First signs: waiting for confirmation"),
        "calm": N_("Calm"),
        "no_data": N_("No data: nothing came in"),
    },
    "role": {
        "owner": N_("Owner"),
        "admin": N_("Administrator"),
        "manager": N_("Manager"),
        "viewer": N_("Viewer"),
    },
    "occasion": {
        "assigned": N_("something is assigned to me"),
        "mentioned": N_("a note names me"),
        "incident": N_("an incident opens"),
    },
    "what a role may": {
        "owner": N_("Everything, and decides who owns the workspace."),
        "admin": N_("Everything, members, keys and the audit log too."),
        "manager": N_("Works: corrects, answers, assigns, sets up brands, sources and alerts."),
        "viewer": N_("Reads, and changes nothing."),
    },
    "scope": {"read": C_("scope", "Read"), "write": C_("scope", "Write"), "admin": C_("scope", "Administer")},
    "verdict": {
        "up": N_("rising"),
        "down": N_("falling"),
        "steady": N_("steady"),
        "unknown": N_("cannot be told"),
    },
    "weight": {"stories": N_("Stories"), "mentions": N_("Mentions"), "reach": N_("Reach")},
    "by": {"hour": N_("By hour"), "day": N_("By day"), "week": N_("By week"), "month": N_("By month")},
    "choice": {
        "search": N_("a search"),
        "count": N_("a number"),
        "share": N_("a share in percent"),
        "detractors": N_("detractors"),
        "promoters": N_("promoters"),
        "mentions": N_("mentions"),
        "info": N_("Information"),
        "warning": C_("severity", "Warning"),
        "critical": N_("Critical"),
    },
    "period": {
        "1": N_("Last 24 hours"),
        "7": N_("Last 7 days"),
        "30": N_("Last 30 days"),
        "90": N_("Last 90 days"),
        "365": N_("Last 12 months"),
    },
    "import state": {
        "unfinished": N_("not finished"),
        "done": N_("imported"),
        "undoing": N_("being undone"),
        "undone": N_("undone"),
    },
    "what": {
        "import": N_("import"),
        "brand": N_("brand"),
        "mention": N_("mention"),
        "source": N_("source"),
        "phrase": N_("phrase"),
        "channel": N_("channel"),
        "alert rule": N_("alert rule"),
        "incident": N_("incident"),
        "member": N_("member"),
        "invitation": N_("invitation"),
        "workspace": N_("workspace"),
        "key": N_("key"),
        "API key": N_("API key"),
        "link": N_("link"),
        "survey response": N_("survey response"),
        "address": N_("address"),
        "session": N_("session"),
    },
}

CHECKS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), template)
    for pattern, template in (
        (r"This field is required\.", N_("This field is required.")),
        (r"String should have at least 1 character\.", N_("This field is required.")),
        (r"(?:String|Value) should have at least (?P<n>\d+) (?:characters|items?)\b.*", N_("At least {n} are needed.")),
        (r"List should have at least 1 item.*", N_("Choose at least one.")),
        (
            r"(?:String|Value|List) should have at most (?P<n>\d+) (?:characters?|items?)\b.*",
            N_("At most {n} are allowed."),
        ),
        (r"Input should be greater than or equal to (?P<n>\S+?)\.", N_("The minimum is {n}.")),
        (r"Input should be greater than (?P<n>\S+?)\.", N_("It must be more than {n}.")),
        (r"Input should be less than or equal to (?P<n>\S+?)\.", N_("The maximum is {n}.")),
        (r"Input should be less than (?P<n>\S+?)\.", N_("It must be less than {n}.")),
        (r"Input should be a valid (?:integer|number).*", N_("Write a number.")),
        (r"Input should be .*", N_("Choose one of the values offered.")),
        (r"String should match pattern .*", N_("This is not in the expected form.")),
    )
)
"""The sentences of pydantic, each with the sentence that people read instead."""

ASIDE: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), template)
    for pattern, template in (
        (r"[Tt]his (?:mention|item) could not be read \((?P<error>.*?)\)\.?", N_("It could not be read ({error}).")),
        (r"this item has neither .*", N_("This mention has neither a title nor a text.")),
        (r"its text could not be read safely: (?P<why>.*)", N_("Its text could not be read safely: {why}.")),
        (r"it was not read, because .*", N_("Not read: several texts beside it ended the process that read them.")),
        (r"the database refused it: (?P<error>.*)", N_("The database refused it: {error}")),
        (r"it takes more than (?P<n>[\d.]+) seconds of processor time",
         N_("it takes more than {n} seconds of processor time")),
        (r"it needed more than (?P<n>\d+) MiB of memory", N_("it needed more than {n} MiB of memory")),
        (r"its answer cannot be carried over.*", N_("what was read of it cannot be carried over")),
        (r"the process died", N_("the process that read it died")),
        (r"the message is no JSON|this item is no object", N_("It does not have the form of a message.")),
        (r"(?P<field>[\w.]+): Field required\.?", N_("The field {field} is missing.")),
        (r"(?P<field>[\w.]+): (?P<error>(?:Input|String|Value|List|Extra|URL) .*)",
         N_("The field {field} is not as expected ({error}).")),
    )
)  # fmt: skip
"""Why something was set aside, as it is stored, each with the sentence that people read instead."""

GATE: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), template)
    for pattern, template in (
        (r"the server gave no complete answer within (?P<n>[\d.]+) seconds",
         N_("the server gave no complete answer within {n} seconds")),
        (r"the server sent nothing for (?P<n>[\d.]+) seconds", N_("the server sent nothing for {n} seconds")),
        (r"the answer is too large: more than (?P<size>.+) were sent",
         N_("the answer is too large: more than {size} were sent")),
        (r"the mail server sent more than (?P<size>.+) at once: nothing was read",
         N_("the mail server sent more than {size} at once: nothing was read")),
        (r"a message of the stream is too large: no more than (?P<n>\d+) MB are read",
         N_("a message of the stream is too large: no more than {n} MB are read")),
        (r"the server redirects more than (?P<n>\d+) times", N_("the server redirects more than {n} times")),
        (r"the certificate of the server is not valid: (?P<error>.+)",
         N_("the certificate of the server is not valid: {error}")),
        (r"this address is not allowed: it is longer than (?P<n>\d+) characters",
         N_("this address is not allowed: it is longer than {n} characters")),
        (r"could not be reached: (?P<why>.+)", N_("could not be reached: {why}")),
        (r"no answer came, it may have arrived: (?P<why>.+)", N_("no answer came, it may have arrived: {why}")),
        (r"(?P<who>.{3,20}) redirects elsewhere, which is refused: enter the final address",
         N_("{who} redirects elsewhere, which is refused: enter the final address")),
        (r"(?P<who>.{3,20}) is gone for ever \(410\)(?P<words>.*)",
         N_("{who} is gone for ever (410): enter a new address{words}")),
        (r"(?P<who>.{3,20}) asks for a pause \(429\)(?P<words>.*)",
         N_("{who} asks for a pause (429): Vigie tries again later{words}")),
        (r"(?P<who>.{3,20}) answered (?P<status>\d{3})(?P<words>.*)", N_("{who} answered {status}{words}")),
        (r"the certificate of the mail server is not valid: (?P<why>.+)",
         N_("the certificate of the mail server is not valid: {why}")),
        (r"the mail server refused the addresses: (?P<which>.+)", N_("the mail server refused the addresses: {which}")),
        (r"the mail server refused the mail: (?P<why>.+)", N_("the mail server refused the mail: {why}")),
        (r"the mail server did not finish within (?P<n>[\d.]+) seconds",
         N_("the mail server did not finish within {n} seconds")),
        (r"the mail went out, but not to these addresses: (?P<which>.+)",
         N_("the mail went out, but not to these addresses: {which}")),
    )
)  # fmt: skip
"""What the gate and the channels say with a measure in it, each with the sentence that people read instead."""
