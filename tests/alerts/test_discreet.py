"""Nothing that the public wrote leaves with a message of figures."""

from __future__ import annotations

import json
from dataclasses import replace

from alerts.base import OneText
from alerts.channels import discord, ntfy, slack, teams, telegram, webhook
from alerts.channels.email import Email, mail
from alerts.discreet import only_figures
from alerts.stored import message_to_json


def test_no_text_author_or_place_is_left_and_the_figures_are(message):
    bare = only_figures(message)
    stored = json.dumps(message_to_json(bare), ensure_ascii=False)
    for foreign in ("Colis perdu", "Élise", "Forum Lumen", "forum.example", "remboursement"):
        assert foreign not in stored
    told, kept = message.subject.explanation, bare.subject.explanation
    assert (kept.observed, kept.expected, kept.share, kept.reach) == (
        told.observed,
        told.expected,
        told.share,
        told.reach,
    )
    assert bare.url == message.url


def test_a_quote_stays_and_the_beginning_and_the_share_of_one_text_leave(message):
    told = replace(
        message.subject.explanation, quote="Colis perdu.", beginning=message.at, one_text=OneText(18, 17, 0.6)
    )
    kept = only_figures(replace(message, subject=replace(message.subject, explanation=told))).subject.explanation
    assert (kept.quote, kept.beginning, kept.one_text) == (None, message.at, OneText(18, 17, 0.6))


def test_every_channel_still_has_something_to_send(message):
    bare = only_figures(message)
    made = [
        json.dumps(slack.payload(bare)), json.dumps(teams.payload(bare)), json.dumps(discord.payload(bare)),
        json.dumps(telegram.payload(telegram.Telegram(token="123456:abcdefghijk", chat_id="1"), bare)),
        json.dumps(ntfy.payload(ntfy.Ntfy(topic="x"), bare)), webhook.body_of(bare).decode(),
        mail(Email(to=["a@lumen.example"]), bare).as_string(),
    ]  # fmt: skip
    assert all("38" in each and "Colis" not in each for each in made)
