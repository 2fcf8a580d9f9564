"""Whether the mail server lets us in."""

from __future__ import annotations

from alerts.base import DeliveryError
from app.http import Mailer
from app.probes.finding import Finding


def mail(url: str | None) -> Finding:
    """Connects, encrypts and logs in as for a mail, and sends none."""
    if not url:
        return Finding("mail", "note", "VIGIE_SMTP_URL is not set: Vigie cannot send alerts by e-mail")
    try:
        mailer = Mailer(url, deadline=15)
        mailer.try_out()
    except ValueError as error:
        return Finding("mail", "bad", str(error))
    except DeliveryError as error:
        return Finding("mail", "bad", f"{error}: check VIGIE_SMTP_URL, and that the mail server runs")
    return Finding("mail", "ok", f"the mail server lets us in; mails come from {mailer.sender}")
