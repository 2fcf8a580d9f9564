"""What the mails about accounts say, in the reader's language. Links begin with the configured address, never with what
a request calls us."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from app.pipeline.tell.account_mails import Words, post
from app.web.page import Visit

NOTICE_LASTS = timedelta(days=3)
LINK_LASTS = timedelta(hours=1)


def link(address: str, path: str, token: str) -> str:
    """The address of a page of ours, with the token of a link that works once."""
    return f"{address}{path}?{urlencode({'token': token})}"


def can_send(visit: Visit) -> bool:
    """Whether a mail server is configured."""
    return visit.services.settings.smtp_url is not None


def reset_link(visit: Visit, token: str) -> Words:
    """The link to a new password, for whoever asked for it."""
    return Words(
        visit.say("Your new password for Vigie"),
        _paragraphs(
            visit.say("Somebody, probably you, asked for a new password for Vigie at {address}.", address=_home(visit)),
            visit.say("To choose one, open this link. It works once, within an hour:"),
            link(_home(visit), "/reset", token),
            visit.say("If you did not ask for it, do nothing: your password stays as it is."),
        ),
    )


def password_changed(visit: Visit) -> Words:
    """That the password was changed by a link."""
    return Words(
        visit.say("Your password for Vigie was changed"),
        _paragraphs(
            visit.say("The password of your account at {address} was changed with a link.", address=_home(visit)),
            visit.say("If that was not you, ask for a new link at once, and tell whoever runs Vigie for you."),
            f"{_home(visit)}/forgot",
        ),
    )


def confirm_email(visit: Visit, token: str) -> Words:
    """The link that confirms a new address, sent to that address."""
    return Words(
        visit.say("Confirm your new address for Vigie"),
        _paragraphs(
            visit.say("To log in to Vigie with this address, open this link. It works once, within an hour:"),
            link(_home(visit), "/settings/security/email/confirm", token),
            visit.say("If you did not ask for it, do nothing."),
        ),
    )


def email_changed(visit: Visit, new: str) -> Words:
    """That the address was changed, sent to the one before."""
    return Words(
        visit.say("Your address for Vigie was changed"),
        _paragraphs(
            visit.say("Your account at {address} now has the address {new}.", address=_home(visit), new=new),
            visit.say("If that was not you, tell whoever runs Vigie for you at once."),
        ),
    )


def send(session: Session, visit: Visit, recipient: str, words: Words, *, for_account: bool = False) -> None:
    """Writes a mail down, where a mail server is configured. One with a link is dropped with its link."""
    if not can_send(visit):
        return
    services = visit.services
    lasts = LINK_LASTS if "token=" in words.text else NOTICE_LASTS
    until = visit.now + lasts
    post(session, services.jobs, services.seal, recipient, words, until, visit.now, for_account=for_account)


def _home(visit: Visit) -> str:
    return visit.services.settings.address


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(parts) + "\n"
