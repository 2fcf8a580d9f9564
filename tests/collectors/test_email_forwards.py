"""Letters that forward others: whose words are whose, in the words of the mail programs of six languages."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.base import RawMention
from collectors.email.forwards import bare_subject, is_announced, split_forward
from collectors.email.letter import Letter, read_letters
from collectors.email.letters import Whose, mentions_of
from collectors.email.mailbox import Fact

WHOSE = Whose("imap.example.org", "us", split_alerts=False)
COMPLAINT = "Le pédalier Cobaltine a cassé net."
NINE = datetime(2026, 3, 3, 9, 12, tzinfo=UTC)
KEY = "mid:1@us.example"


def read(subject: str, body: str, kind: str = "text/plain; charset=utf-8") -> tuple[RawMention, ...]:
    raw = (
        f"From: Ana Sousa <ana@us.example>\nMessage-ID: <1@us.example>\nSubject: {subject}\n"
        f"Date: Wed, 04 Mar 2026 10:00:00 +0000\nContent-Type: {kind}\n\n{body}"
    )
    (letter,) = read_letters([raw.encode()])
    assert isinstance(letter, Letter)
    return tuple(mentions_of(letter, Fact(1, 1, datetime(2026, 3, 4, 11, tzinfo=UTC)), WHOSE))


WRITTEN = tomllib.loads((Path(__file__).parent / "email/forwards.toml").read_text("utf-8"))["letter"]


@pytest.mark.parametrize("letter", WRITTEN, ids=[letter["program"] for letter in WRITTEN])
def test_a_comment_and_the_letter_below_it_are_the_words_of_two_people(letter: dict[str, Any]) -> None:
    own, inner = read(letter["subject"], letter["body"], f"{letter['kind']}; charset=utf-8")
    assert (own.external_id, own.title, own.text, own.author) == (KEY, "", letter["comment"], "Ana Sousa")
    assert (inner.external_id, inner.title, inner.author) == (f"{KEY}#1", letter["title"], letter["name"])
    assert inner.text.startswith(COMPLAINT)
    assert ">" not in inner.text
    assert inner.published_at is not None
    assert inner.published_at.replace(second=0) == letter["sent"]
    assert inner.author_id
    assert inner.author_id != own.author_id
    assert own.thread_id == inner.thread_id


GMAIL = (
    "---------- Forwarded message ---------\nFrom: {name} <x@c.example>\n"
    "Date: Tue, Mar 3, 2026 at 9:12 AM\nSubject: {subject}\n\n"
)


def test_a_letter_that_says_nothing_itself_is_its_author_s_alone() -> None:
    body = "-- \nAna\nUs & Co\n\n" + GMAIL.format(name="Paula", subject="B") + COMPLAINT
    (only,) = read("Fwd: B", body)
    assert (only.external_id, only.author, only.title, only.text) == (KEY, "Paula", "B", COMPLAINT)


def test_a_letter_forwarded_twice_has_three_authors() -> None:
    inner = GMAIL.format(name="Paula", subject="B") + COMPLAINT
    found = read("Fwd: Fwd: B", "One.\n\n" + GMAIL.format(name="Bob", subject="Fwd: B") + "Two.\n\n" + inner)
    assert [(each.author, each.text) for each in found] == [
        ("Ana Sousa", "One."),
        ("Bob", "Two."),
        ("Paula", COMPLAINT),
    ]


def test_what_the_forwarded_letter_answers_is_left_out() -> None:
    answered = "\n\nOn Mon, 2 Mar 2026 at 10:00, Us <us@us.example> wrote:\n> We are sorry"
    _, inner = read("Fwd: Re: x", "FYI\n\n" + GMAIL.format(name="Paula", subject="Re: x") + COMPLAINT + answered)
    assert inner.text == COMPLAINT


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Re: x", f"Seen.\n\nFrom: Ann <a@x.example>\nSent: Tuesday\nTo: Us\nSubject: x\n\n{COMPLAINT}"),
        ("RE: x", f"Seen.\n\n-----Original Message-----\nFrom: Ann\nSent: Tuesday\nTo: Us\n\n{COMPLAINT}"),
        (
            "Re: Fwd: x",
            "Seen.\n\nOn Tue, Mar 3, 2026 at 9:12 AM Ann <a@x.example> wrote:\n> FYI\n> -- Forwarded message --\n> x",
        ),
    ],
)
def test_a_letter_that_is_answered_is_no_letter_that_is_forwarded(subject: str, body: str) -> None:
    (own,) = read(subject, body)
    assert own.text == "Seen."


def test_a_subject_of_ones_own_stays_with_the_comment() -> None:
    own, inner = read("Third one this week", "Look.\n\n" + GMAIL.format(name="Paula", subject="B") + COMPLAINT)
    assert (own.title, inner.title) == ("Third one this week", "B")


def test_a_date_that_cannot_be_read_is_none() -> None:
    below = f"-------- Message transféré --------\nSujet : B\nDate : hier soir\nDe : Paule\n\n{COMPLAINT}"
    _, inner = read("TR: B", f"Voir.\n\n{below}")
    assert (inner.published_at, inner.date_spelling, inner.author, inner.author_id) == (None, "hier soir", "Paule", "")


def test_a_letter_attached_as_a_letter_is_read() -> None:
    attached = f"From: Paula <x@c.example>\nDate: Tue, 3 Mar 2026 09:12:00 +0000\nSubject: B\n\n{COMPLAINT}"
    body = (
        f"--b\nContent-Type: text/plain; charset=utf-8\n\nLook.\n--b\nContent-Type: message/rfc822\n\n{attached}\n--b--"
    )
    own, inner = read("Fwd: B", body, 'multipart/mixed; boundary="b"')
    assert (own.text, inner.text, inner.author, inner.published_at) == ("Look.", COMPLAINT, "Paula", NINE)


@pytest.mark.parametrize("subject", ["Fwd: x", "FW: x", "TR : x", "WG: x", "RV: x", "I: x", "ENC: x", "[list] Fwd: x"])
def test_a_subject_announces_a_forward(subject: str) -> None:
    assert is_announced(subject)
    assert bare_subject(subject) == "x"


@pytest.mark.parametrize("subject", ["Re: Fwd: x", "I am angry", "Track: x", "", "Enclosure: x"])
def test_other_subjects_announce_none(subject: str) -> None:
    assert not is_announced(subject)


LINES = st.sampled_from(
    ["> ", ">", "From: a", "De : b <c@d.example>", "Date: x", "-----Original Message-----", "Begin forwarded message:",
     "---------- Forwarded message ---------", "", "words", "On x, y wrote:", "Objet : z"]
)  # fmt: skip


@given(st.lists(LINES, max_size=60).map("\n".join), st.booleans())
def test_any_heap_of_lines_is_taken_apart(text: str, announced: bool) -> None:
    own, inner = split_forward(text, announced)
    assert len(inner) <= 6
    assert inner or own == text
