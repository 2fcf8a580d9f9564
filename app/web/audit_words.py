"""What the lines of the audit log say, in English: the catalogues translate them.

`{who}` is the person, other names are details of the line, and what stands in [brackets] leads to what it is about.
"""

from __future__ import annotations

from app.web.words import N_

SENTENCES: dict[str, str] = {
    "account.create": N_("{who} created the account {target}"),
    "account.email": N_("{who} changed their address from {before} to {target}"),
    "account.join": N_("{target} joined by single sign-on"),
    "account.recovery-codes": N_("{who} made new recovery codes"),
    "account.second-factor-on": N_("{who} switched on the second step of the login"),
    "account.second-factor-off": N_("{who} switched off the second step of the login"),
    "account.reset": N_("{who} chose a new password by a link"),
    "account.reset-link": N_("{who} made a link to a new password for {target}"),
    "account.session": N_("{who} ended one of their sessions"),
    "account.sessions": N_("{who} ended their other sessions"),
    "account.password": N_("{who} changed their password"),
    "answer.create": N_("{who} added the canned answer {name}"),
    "answer.update": N_("{who} changed a canned answer"),
    "answer.delete": N_("{who} deleted the canned answer {name}"),
    "audit_sample.draw": N_("{who} drew {drawn} mentions to label"),
    "audit_sample.label": N_("{who} labelled a mention"),
    "audit_sample.unlabel": N_("{who} took a label back"),
    "brand.create": N_("{who} added the brand [{name}]"),
    "brand.update": N_("{who} changed the brand [{name}]"),
    "brand.delete": N_("{who} deleted the brand {name}"),
    "brand.rematch": N_("{who} applied the query of [{name}] to history"),
    "channel.create": N_("{who} added the channel [{name}]"),
    "channel.update": N_("{who} changed the channel [{name}]"),
    "channel.delete": N_("{who} deleted the channel {name}"),
    "channel.test": N_("{who} sent a test message to the channel [{name}]"),
    "common_phrases.switch": N_("{who} switched [common phrases]"),
    "import.undo": N_("{who} undid the import of [{file}]"),
    "incident.acknowledged": N_("{who} took charge of [an incident]"),
    "incident.assigned": N_("{who} assigned [an incident]"),
    "incident.false_alarm": N_("{who} marked [an incident] as a false alarm"),
    "incident.note": N_("{who} wrote a note on [an incident]"),
    "incident.resolved": N_("{who} closed [an incident]"),
    "invitation.create": N_("{who} invited {email} as {role}"),
    "invitation.delete": N_("{who} revoked the invitation of {email}"),
    "key.create": N_("{who} created the [API key] {name}"),
    "key.delete": N_("{who} revoked the API key {name}"),
    "member.join": N_("{email} joined as {role}, invited by {invited_by}"),
    "member.leave": N_("{who} left the workspace"),
    "member.remove": N_("{who} removed {email} from the workspace"),
    "member.role": N_("{who} changed the role of [{email}] from {before} to {after}"),
    "mention.import": N_("{who} imported the file [{file}]"),
    "mention.push": N_("{who} sent mentions: {stored} new, {updated} changed"),
    "mention.undo": N_("{who} undid a change of mentions"),
    "mention.update": N_("{who} changed [a mention]"),
    "phrase.create": N_("{who} added the phrase [{text}]"),
    "phrase.update": N_("{who} changed the phrase [{name}]"),
    "phrase.delete": N_("{who} deleted the phrase {text}"),
    "ratings.update": N_("{who} changed how [ratings] are read"),
    "rule.create": N_("{who} added the alert rule [{name}]"),
    "rule.update": N_("{who} changed the alert rule [{name}]"),
    "rule.delete": N_("{who} deleted the alert rule {name}"),
    "sample.load": N_("{who} loaded the sample data"),
    "sample.remove": N_("{who} removed the sample data"),
    "share-link.create": N_("{who} made a link to a reputation page"),
    "share-link.revoke": N_("{who} revoked a link to a reputation page"),
    "source.address": N_("{who} made a new address for the source [{name}]"),
    "source.backfill": N_("{who} had the source [{name}] go back {days} days"),
    "source.backfill.stop": N_("{who} stopped the source [{name}] from going further back"),
    "source.create": N_("{who} added the source [{name}]"),
    "source.delete": N_("{who} deleted the source {name}"),
    "source.poll": N_("{who} had the source [{name}] read at once"),
    "source.try": N_("{who} tried a source"),
    "source.update": N_("{who} changed the source [{name}]"),
    "survey.delete": N_("{who} deleted an answer to a survey"),
    "survey.import": N_("{who} imported answers to a survey from {file}"),
    "survey.push": N_("{who} sent {kept} answers to a survey"),
    "view.create": N_("{who} saved the view {name}"),
    "view.update": N_("{who} changed a saved view"),
    "view.delete": N_("{who} deleted a saved view"),
    "workspace.create": N_("{who} created the workspace [{name}]"),
    "workspace.second-factor": N_("{who} changed who needs a second step to log in"),
    "workspace.rename": N_("{who} renamed the workspace from {before} to [{after}]"),
}

ONE_MENTION: dict[str, str] = {
    "stance": N_("{who} corrected the stance of [a mention]"),
    "status": N_("{who} changed the status of [a mention]"),
    "assignee": N_("{who} assigned [a mention]"),
    "tags": N_("{who} tagged [a mention]"),
    "note": N_("{who} wrote a note on [a mention]"),
}
"""What a change of one field of a mention is called."""

SEVERAL = N_("{who} changed {number} mentions at once")

ABOUT: dict[str, str] = {
    "mention": N_("Mentions"),
    "incident": N_("Incidents"),
    "brand": N_("Brands"),
    "source": N_("Sources"),
    "phrase": N_("Phrases"),
    "rule": N_("Alert rules"),
    "channel": N_("Channels"),
    "import": N_("Imports"),
    "member": N_("Members"),
    "invitation": N_("Invitations"),
    "account": N_("Accounts"),
    "key": N_("API keys"),
    "workspace": N_("Workspaces"),
}
"""What lines are about, for the filter."""

LINKS: dict[str, str] = {
    "mention": "/mentions/{id}",
    "incident": "/alerts/{id}",
    "brand": "/settings/brands/{id}",
    "source": "/sources/{id}",
    "rule": "/alerts/rules/{id}",
    "channel": "/settings/channels/{id}",
    "phrase": "/settings/phrases/{id}",
    "common_phrases": "/settings/phrases",
    "ratings": "/settings/ratings",
    "import": "/sources/imports/{id}",
    "key": "/settings/keys",
    "member": "/settings/members",
    "workspace": "/settings/workspaces",
}
"""The page that shows what a line is about."""
