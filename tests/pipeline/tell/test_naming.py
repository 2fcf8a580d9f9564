"""Whom a note names: by name, by address, by first name where only one has it; never two people, never a stranger."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.db import Database
from app.pipeline.tell.naming import Names, Person, find_named, names_in, newly_named
from tests.rows import member_rows

SOPHIE = Person(UUID(int=1), "Sophie Martin", "sophie.martin@example.com")
ELOI = Person(UUID(int=2), "Éloi d’Arc", "eloi@example.com")
ANNA, ANNA_TOO = Person(UUID(int=3), "Anna Roy", "aroy@example.com"), Person(UUID(int=4), "Anna Bell", "ab@example.com")
NAMELESS = Person(UUID(int=5), "", "veille@example.com")
NAMES = Names([SOPHIE, ELOI, ANNA, ANNA_TOO, NAMELESS])


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("@Sophie peux-tu rappeler ?", ["@Sophie"]),
        ("vu avec @sophie.martin.", ["@sophie.martin"]),
        ("(@SophieMartin)", ["@SophieMartin"]),
        ("@eloi et @Éloi, puis @ÉloidArc", ["@eloi", "@Éloi", "@ÉloidArc"]),
        ("@Sophie's turn, @veille", ["@Sophie", "@veille"]),
        ("@Anna", []),
        ("@AnnaRoy", ["@AnnaRoy"]),
        ("@sophie.bernard", []),
        ("sophie@example.com, @sophie@mastodon.example, https://x.example/@Sophie", []),
        ("@Sophiette @ @- @@Sophie", []),
        ("", []),
    ],
)
def test_a_name_means_one_member_or_nobody(text: str, marked: list[str]) -> None:
    assert [text[one.start : one.end] for one in find_named(text, NAMES)] == marked


def test_a_full_name_goes_before_a_first_name_and_what_is_two_peoples_is_nobodys() -> None:
    alone = Person(UUID(int=6), "Sophie", "s@example.com")
    assert [one.id for one in find_named("@Sophie", Names([SOPHIE, alone]))] == [alone.id]
    elsewhere = Person(UUID(int=7), "Paul", "eloi@example.org")
    assert find_named("@eloi", Names([ELOI, elsewhere])) == []


def test_who_was_named_before_the_note_was_edited_is_not_named_anew() -> None:
    assert newly_named("@Sophie ?", "@SophieMartin et @eloi", NAMES) == {ELOI.id}
    assert newly_named("", "@Sophie", NAMES) == {SOPHIE.id}


def test_what_is_offered_means_that_person() -> None:
    twins = [Person(UUID(int=n), "Max Roy", f"m{n}@example.com") for n in (8, 9)]
    offered = Names([SOPHIE, ELOI, NAMELESS, *twins]).handles()
    assert [handle for handle, _ in offered] == ["SophieMartin", "ÉloidArc", "veille"]
    for handle, person in offered:
        assert [one.id for one in find_named(f"@{handle} ", NAMES)] == [person.id]


@given(st.text(alphabet="@Sophieé.'’-ßİǅ ̈x", max_size=60))
def test_marks_follow_each_other_inside_the_text(text: str) -> None:
    at = 0
    for one in find_named(text, NAMES):
        assert at <= one.start < one.end <= len(text)
        assert text[one.start] == "@"
        at = one.end


def test_the_names_are_those_of_the_workspace(db: Database, workspace_id: UUID) -> None:
    user, member = member_rows(workspace_id, "Zoé")
    with db.writing() as session:
        session.add(user)
        session.flush()
        session.add(member)
        session.flush()
        assert [one.id for one in find_named("@zoe", names_in(session, workspace_id))] == [user.id]
        assert find_named("@zoe", names_in(session, UUID(int=1))) == []
