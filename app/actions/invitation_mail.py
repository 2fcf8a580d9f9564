"""The mail with the link of an invitation, in the language of whoever invites."""

from __future__ import annotations

from email.message import EmailMessage

import structlog
from sqlalchemy.orm import Session

from alerts.base import DeliveryError, Wire
from alerts.clean import one_line
from app.actions.invitations import MadeInvitation
from app.models import Workspace
from app.viewer import Viewer, may

log = structlog.get_logger(__name__)

SUBJECT = {"en": "Join {workspace} on Vigie", "fr": "Rejoignez {workspace} sur Vigie"}
TEXT = {
    "en": "{who} invites you to the workspace {workspace} of Vigie.\n\n"
    "To join, open this link. It works once, until {end}:\n\n{link}\n\n"
    "If you do not know what this is about, do nothing.\n",
    "fr": "{who} vous invite dans l’espace {workspace} de Vigie.\n\n"
    "Pour le rejoindre, ouvrez ce lien. Il ne sert qu’une fois, jusqu’au {end}\u202f:\n\n{link}\n\n"
    "Si cela ne vous dit rien, ne faites rien.\n",
}


def link_of(address: str, made: MadeInvitation) -> str:
    """The address that an invited person opens; `address` is ours."""
    return f"{address}/join?token={made.token}"


@may("admin")
def mail_of(session: Session, viewer: Viewer, made: MadeInvitation, address: str) -> EmailMessage | None:
    """The mail of a new invitation; None for one without an address."""
    if made.row.email is None:
        return None
    workspace = session.get_one(Workspace, viewer.workspace_id).name
    end = f"{made.row.expires_at:%Y-%m-%d %H:%M} UTC"
    words = {"who": made.row.invited_by, "workspace": workspace, "end": end, "link": link_of(address, made)}
    letter = EmailMessage()
    letter["Subject"] = one_line(SUBJECT[viewer.language].format(**words), 150)
    letter["To"] = made.row.email
    letter["Message-ID"] = f"<invitation.{made.row.id}@vigie.invalid>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(TEXT[viewer.language].format(**words))
    return letter


def send(letter: EmailMessage | None, wire: Wire, *, by_mail: bool) -> bool:
    """Sends it, outside any transaction. Returns whether it went out: if not, the link is passed on by hand."""
    if letter is None or not by_mail:
        return False
    try:
        wire.mail(letter)
    except DeliveryError as error:
        log.warning("an invitation did not go out", error=str(error))
        return False
    return True
